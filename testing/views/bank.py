"""The item bank: lists, a task as the kiosk shows it, coverage, readiness, recordings."""

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import (
    Blueprint,
    flash,
    g,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from items import lifecycle, recordings
from items.bank_files import CONTENT, Task, task_of
from items.content_format import BANKS
from items.models import AssetHome, Status, TaskVersion
from testing import (
    access,
    bank_lists,
    bank_words,
    clock,
    events,
    kiosk_pages,
    person_words,
    plans,
    readiness,
    staff_words,
)
from testing.access import Unit, note_list, page, roles
from testing.answers import answers_from
from testing.bank_lists import Filters
from testing.events import Action
from testing.forms.bank import RecordingForm
from testing.languages import PERSON_CODES, PERSON_LANGUAGES, language_of
from testing.models import Role, Skill
from testing.refusals import NotFound, Refusal
from testing.seeding.progress import WANTED_ANSWERS
from testing.settings import Mode

bp = Blueprint("bank", __name__, url_prefix="/bank")
BANK = roles(Role.AUTHOR, Role.PSYCHOMETRICIAN)
#: Ten minutes of one voice as the browser's recorder sends it.
LARGEST_RECORDING = 32 * 1024 * 1024


class StepNotPossible(Refusal):
    """The version cannot go to that status from where it is."""


@bp.context_processor
def words() -> dict[str, Any]:
    return {"bank_words": bank_words}




# Lists


def _choices() -> list[tuple[str, Any, list[tuple[str, Any]]]]:
    """Filters by name: what they are called, and what they offer."""
    return [
        ("language", _("Language"), list(staff_words.BANK_LANGUAGES)),
        ("skill", _("Skill"), list(bank_words.SKILLS.items())),
        ("level", _("Level"), [(level, level) for level in bank_lists.TASK_LEVELS]),
        ("area", _("Area"), list(bank_words.AREAS.items())),
        ("kind", _("Kind"), list(bank_words.KINDS.items())),
        ("status", _("Status"), [(s.value, words) for s, words in bank_words.STATUSES.items()]),
    ]


@bp.get("")
@page(BANK, Unit.WRITE)
def overview():
    note_list("bank")
    choices = _choices()
    asked = {name: request.args.get(name, "") for name, _words, _offered in choices}
    filters = Filters(
        **{name: asked[name] for name, _words, offered in choices if asked[name] in dict(offered)}
    )
    number = access.page_number()
    rows, total = bank_lists.tasks(g.db, filters, number)
    return render_template(
        "bank/overview.html",
        rows=rows,
        total=total,
        number=number,
        first=(number - 1) * bank_lists.PAGE + 1,
        filters=filters,
        choices=choices,
    )


def _mode() -> Mode:
    return access.the_settings().mode


def _language_and_skill() -> tuple[str, Skill]:
    language = request.args.get("language", "fi")
    skill = request.args.get("skill", "reading")
    if (language, skill) not in BANKS:
        raise NotFound
    return language, Skill(skill)


@bp.get("/coverage")
@page(BANK, Unit.WRITE)
def coverage():
    language, skill = _language_and_skill()
    note_list("bank-coverage")
    curve = None
    if skill in readiness.MEASURED:
        try:
            statuses = plans.statuses_that_count(_mode())
            curve = bank_lists.curve(plans.bank_in_use(g.db, language, skill, statuses))
        except plans.BankNotReady:
            curve = None
    rows = bank_lists.coverage(g.db, language, skill)
    return render_template(
        "bank/coverage.html",
        language=language,
        skill=skill,
        rows=rows,
        most=max([row.in_use for row in rows] + [1]),
        wanted=bank_lists.WANTED[language],
        wanted_levels=bank_lists.wanted_levels(skill),
        curve=curve,
        drawing=bank_lists.drawing(curve) if curve else None,
        banks=BANKS,
        measured=readiness.MEASURED,
    )


@bp.get("/readiness")
@page(BANK, Unit.WRITE)
def ready():
    note_list("bank-readiness")
    mode = _mode()
    return render_template(
        "bank/readiness.html",
        mode=mode.value,
        limit=plans.EXPOSURE_LIMITS[mode],
        tries_out=g.staff.centre.pretest_tasks,
        wanted_answers=WANTED_ANSWERS,
        found=[
            readiness.readiness_of(g.db, language, skill, mode)
            for language, skill in BANKS
        ],
    )


# One task


def _version(db: Session, public_id: str) -> TaskVersion:
    found = bank_lists.version(db, public_id)
    if found is None:
        raise NotFound
    return found


def _interface() -> str:
    asked = request.args.get("interface", "fi")
    return asked if asked in PERSON_CODES else "fi"


def _kiosk_facts(found: TaskVersion, task: Task, interface: str) -> dict[str, Any]:
    """What the kiosk's task page is drawn with."""
    language = language_of(interface)
    view = kiosk_pages.view_of(task, {}, plays_left=found.plays, plays_allowed=found.plays)
    return {
        "page_lang": language.code,
        "page_dir": language.direction,
        "language_name": language.own_name,
        "words": person_words.task_words(task.skill, task.items[0].instruction),
        "task": view,
        "presentation": SimpleNamespace(public_id=found.public_id),
        "picture_url": kiosk_pages.picture_url,
        "places_done": 3,
    }


@bp.get("/tasks/<public_id>")
@page(BANK, Unit.WRITE)
def task(public_id: str):
    found = _version(g.db, public_id)
    note_list("bank-task", subject=found)
    own = task_of(found.document)
    interface = _interface()
    shown = None
    if own.measured:
        with force_locale(interface):
            shown = render_template("bank/_shown.html", **_kiosk_facts(found, own, interface))
    return render_template(
        "bank/task.html",
        version=found,
        task=own,
        shown=shown,
        keys=bank_lists.keys(own),
        findings=bank_lists.findings(found),
        versions=found.task.versions,
        steps=lifecycle.steps_from(found.status),
        interface=interface,
        interfaces=PERSON_LANGUAGES,
        picture_url=kiosk_pages.picture_url,
    )


@bp.get("/tasks/<public_id>/kiosk")
@page(BANK)
def shown(public_id: str):
    """The task as it stands before a person, full size."""
    found = _version(g.db, public_id)
    own = task_of(found.document)
    if not own.measured:
        raise NotFound
    interface = _interface()
    with force_locale(interface):
        return render_template(
            "bank/shown.html",
            **_kiosk_facts(found, own, interface),
            form_url=url_for("bank.tried", public_id=public_id, interface=interface),
            language_url=url_for("bank.task", public_id=public_id, interface=interface),
        )


@bp.post("/tasks/<public_id>/kiosk")
@page(BANK)
def tried(public_id: str):
    """What the answers that an author tried would get; nothing is kept."""
    found = _version(g.db, public_id)
    own = task_of(found.document)
    answers = answers_from(own, request.form)
    right = sum(
        item.interaction.mark(answers[item.id].raw) == item.interaction.max_score
        for item in own.items
        if item.id in answers and not answers[item.id].is_dont_know
    )
    flash(
        ngettext(
            "You tried the task: %(right)s of %(num)d question is right.",
            "You tried the task: %(right)s of %(num)d questions are right.",
            len(own.items),
            right=right,
        ),
        "message",
    )
    return redirect(url_for("bank.task", public_id=public_id, interface=_interface()), 303)


@bp.post("/tasks/<public_id>/play")
@page(BANK)
def play(public_id: str):
    """As the kiosk grants a play, but without counting: an author may listen as often as needed."""
    found = _version(g.db, public_id)
    return {
        "src": url_for("bank.recording", public_id=public_id),
        "play": "",
        "plays_left": found.plays,
    }


@bp.get("/tasks/<public_id>/recording")
@page(BANK, Unit.OWN)
def recording(public_id: str):
    with access.the_database().reading() as db:
        clip = _version(db, public_id).clip
    if clip is None:
        raise NotFound
    root = CONTENT if clip.home is AssetHome.CONTENT else access.the_settings().media
    if not (root / clip.path).is_file():
        raise NotFound
    return send_file(root / clip.path, mimetype=clip.media_type, conditional=True)


@bp.post("/tasks/<public_id>/status/<status>")
@page(BANK, Unit.WRITE)
def status(public_id: str, status: str):
    found = _version(g.db, public_id)
    if status not in set(Status):
        raise NotFound
    before = found.status
    try:
        lifecycle.set_status(g.db, found, Status(status), now=g.now)
    except lifecycle.StepNotAllowed:
        raise StepNotPossible from None
    events.record(
        g.db,
        Action.BANK_CHANGE,
        on=g.staff.centre,
        subject=found,
        actor=g.staff,
        now=g.now,
        task=found.task_id,
        before=before.value,
        after=status,
    )
    flash(
        _(
            "%(task)s version %(number)s: %(status)s.",
            task=found.task_id,
            number=found.number,
            status=bank_words.STATUSES[found.status],
        ),
        "done",
    )
    return redirect(url_for("bank.task", public_id=public_id), 303)


# Recording a task


@bp.route("/tasks/<public_id>/record", methods=["GET", "POST"])
@page(BANK, Unit.OWN, largest=LARGEST_RECORDING)
def record(public_id: str):
    database, now = access.the_database(), clock.now()
    with database.reading() as db:
        found = _version(db, public_id)
        own = task_of(found.document)
    if not own.script:
        raise NotFound
    form = RecordingForm()
    faults: tuple[recordings.Fault, ...] = ()
    if form.validate_on_submit():
        sent = request.files.get("recording")
        if sent is None:
            form.fault(form.recording, _("Choose a sound file."))
        else:
            # Slow work on the sound, outside any transaction.
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "recording"
                sent.save(file)
                try:
                    kept = recordings.keep_recording(
                        file, own, form.transcript.data, access.the_settings().media
                    )
                except recordings.RecordingRefused as refusal:
                    faults = refusal.faults
            if not faults:
                with database.writing() as db:
                    new_id = _add(db, public_id, kept, form.speakers.data, now)
                flash(_("The recording is a new draft version. Listen to it here."), "done")
                return _arrived(url_for("bank.task", public_id=new_id))
    if request.method == "POST" and _wants_json():
        said = [str(bank_words.FAULTS[fault]) for fault in faults] or [
            str(error) for field in form for error in field.errors
        ]
        return {"words": " ".join(said)}, 422
    page_html = render_template(
        "bank/record.html", version=found, task=own, form=form, faults=faults
    )
    return page_html, 400 if request.method == "POST" else 200


def _wants_json() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _arrived(url: str) -> Any:
    return {"next": url} if _wants_json() else redirect(url, 303)


def _add(
    db: Session, public_id: str, kept: recordings.Kept, speakers: str, now: Any
) -> str:
    """The recording is a new version; its public id."""
    found = _version(db, public_id)
    staff = access.signed_in(db, now)
    assert staff is not None
    voices = dict.fromkeys(found.document.get("speakers", {}), speakers) or {"": speakers}
    new = recordings.add_recording(db, found, kept, voices=voices, now=now)
    db.flush()
    events.record(
        db,
        Action.BANK_CHANGE,
        on=staff.centre,
        subject=new,
        actor=staff,
        now=now,
        task=new.task_id,
        recording=kept.digest,
    )
    return new.public_id
