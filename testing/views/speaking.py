"""The speaking interview: asked, held and kept at the desk; heard by raters and the assessor."""

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from testing import access, assessment, events, kiosk_pages, languages, recordings, sounds
from testing.access import Unit, page, roles
from testing.events import Action
from testing.forms.speaking import LIVE, BeginForm, NotesForm, SetAsideForm
from testing.models import (
    PartState,
    Role,
    Script,
    ScriptMode,
    Sitting,
    SpeakingTalk,
    Staff,
)
from testing.recordings import BadRecording, Fault
from testing.refusals import NotFound
from testing.speaking import person_words, talks
from testing.speaking import recordings as talk_recordings
from testing.views.sounds import FAULTS

bp = Blueprint("speaking", __name__, url_prefix="/speaking")

INTERVIEWER = roles(Role.ADMINISTRATOR, Role.ASSESSOR)
#: A quarter of an hour as browsers send it: one channel, 24,000 samples a second.
LARGEST_TALK = 48 * 1024 * 1024
TALK_FAULTS = FAULTS | {
    Fault.TOO_LONG: _l("The recording is longer than a quarter of an hour. It was not kept."),
}
#: Speaking sets that are offered, the nearest first.
OFFERED = 6


def _sitting(public_id: str) -> Sitting:
    found = g.db.scalar(select(Sitting).where(Sitting.public_id == public_id))
    sitting: Sitting = access.own_centre(found, g.staff)
    return sitting


@bp.get("/<public_id>")
@page(INTERVIEWER, Unit.WRITE)
def talk(public_id: str):
    found = _sitting(public_id)
    part = talks.speaking_part(found)
    events.record(
        g.db, Action.SITTING_VIEW, on=found.person, subject=found, actor=g.staff, now=g.now
    )
    held = talks.talk_of(g.db, part)
    if held is not None and held.ended_at is None and part.state is PartState.RUNNING:
        return _talk_page(found, held, NotesForm())
    if part.state is not PartState.WAITING:
        return _over_page(found, held, SetAsideForm())
    return _begin_page(found, BeginForm())


def _over_page(found: Sitting, held: SpeakingTalk | None, form: SetAsideForm) -> str:
    script = assessment.unrated_talk(g.db, found)
    return render_template(
        "desk/speaking_over.html",
        sitting=found,
        person=found.person,
        part=talks.speaking_part(found),
        talk=held,
        form=form if held and script else None,
        raters=[one.rater.name for one in script.ratings if one.level is None] if script else [],
        has_recording=held is not None and _has_recording(held),
        is_desk=_is_desk(),
    )


def _has_recording(held: SpeakingTalk) -> bool:
    return talk_recordings.exists(access.the_settings(), held)


def _is_desk() -> bool:
    return bool(g.staff.has(Role.ADMINISTRATOR))


def _begin_page(found: Sitting, form: BeginForm) -> str:
    part = talks.speaking_part(found)
    _offer(form, part)
    visit = talks.live_visit(found)
    code = (visit and visit.language) or found.person.contact_language
    language = languages.language_of(code)
    with force_locale(language.code):
        words = person_words.AGREEMENT
        agreement = [str(words.title), *(str(one) for one in words.sentences)]
        spoken = words.spoken
    settings = access.the_settings()
    src = None
    if sounds.has_sound(settings, language.code, spoken):
        src = url_for(
            "sounds.sound", language=language.code, digest=sounds.digest_of(spoken)
        )
    return render_template(
        "desk/speaking_begin.html",
        sitting=found,
        person=found.person,
        form=form,
        language=language,
        agreement=agreement,
        # Only administrators may open the sounds' own pages.
        src=src if _is_desk() else None,
        is_desk=_is_desk(),
        level=talks.level_so_far(g.db, part),
    )


def _offer(form: BeginForm, part: Any) -> None:
    offered = talks.sets_for(g.db, part)[:OFFERED]
    form.prompt.choices = [
        (one.public_id, f"{one.level}: {one.document['topic']}") for one in offered
    ]
    raters = talks.possible_live_raters(g.db, g.staff)
    form.rater.choices = [("", ""), *((one.public_id, one.name) for one in raters)]


@bp.post("/<public_id>/begin")
@page(INTERVIEWER, Unit.WRITE)
def begin(public_id: str):
    found, form = _sitting(public_id), BeginForm()
    part = talks.speaking_part(found)
    _offer(form, part)
    if not form.validate_on_submit():
        return _begin_page(found, form), 400
    version = next(
        one for one in talks.sets_for(g.db, part) if one.public_id == form.prompt.data
    )
    visit = talks.live_visit(found)
    is_live = form.mode.data == LIVE
    rater = g.db.scalar(select(Staff).where(Staff.public_id == form.rater.data))
    talks.begin(
        g.db,
        part,
        version,
        agreed_in=None
        if is_live
        else (visit and visit.language) or found.person.contact_language,
        live_rater=rater if is_live else None,
        actor=g.staff,
        now=g.now,
    )
    return redirect(url_for("speaking.talk", public_id=public_id), 303)


def _talk_page(found: Sitting, held: SpeakingTalk, form: NotesForm) -> str:
    document = held.task_version.document
    picture = document.get("picture")
    return render_template(
        "desk/speaking_talk.html",
        sitting=found,
        person=found.person,
        talk=held,
        is_recorded=held.mode is ScriptMode.RECORDED,
        document=document,
        src=kiosk_pages.picture_url(picture) if picture else None,
        form=form,
        most_seconds=int(recordings.LONGEST_TALK_SECONDS),
    )


def _held(found: Sitting) -> SpeakingTalk:
    held = talks.talk_of(g.db, talks.speaking_part(found))
    if held is None:
        raise NotFound
    return held


@bp.post("/<public_id>/keep")
@page(INTERVIEWER, Unit.WRITE)
def keep(public_id: str):
    """The end of a talk that a rater heard beside."""
    found, form = _sitting(public_id), NotesForm()
    held = _held(found)
    if not form.validate_on_submit():
        return _talk_page(found, held, form), 400
    talks.keep(g.db, held, form.notes.data or "", seconds=None, actor=g.staff, now=g.now)
    flash(_("The talk waits for its rater."), "done")
    return redirect(url_for("speaking.talk", public_id=public_id), 303)


@bp.post("/<public_id>/record")
@page(INTERVIEWER, Unit.OWN, largest=LARGEST_TALK)
def record(public_id: str):
    """The end of a recorded talk: the recording is read outside any transaction."""
    sent = request.files.get("recording")
    if sent is None:
        return {"words": str(TALK_FAULTS[Fault.UNREADABLE])}, 422
    with access.the_database().reading() as db:
        found = access.own_centre(
            db.scalar(select(Sitting).where(Sitting.public_id == public_id)), g.staff
        )
        held = talks.talk_of(db, talks.speaking_part(found))
        if held is None or held.ended_at is not None:
            raise talks.TalkOver
        talks.refuse_unless_agreed(held)
    with tempfile.TemporaryDirectory() as name:
        raw, levelled = Path(name) / "sent", Path(name) / "levelled.mp3"
        with sent.stream:
            sent.save(raw)
        try:
            seconds = recordings.prepare_talk(raw, levelled)
        except BadRecording as bad:
            return {"words": str(TALK_FAULTS[bad.fault])}, 422
        with access.the_database().writing() as db:
            talks.keep(
                db,
                db.get_one(SpeakingTalk, held.id),
                request.form.get("notes", ""),
                seconds=seconds,
                actor=db.merge(g.staff, load=False),
                now=g.now,
            )
            # Only the one who kept the talk puts the recording in its place.
            talk_recordings.keep(access.the_settings(), access.the_keys(), held, levelled)
    return {"next": url_for("speaking.talk", public_id=public_id)}


@bp.post("/<public_id>/set-aside")
@page(INTERVIEWER, Unit.WRITE)
def set_aside(public_id: str):
    """A rater who cannot be waited for holds nobody's result up."""
    found, form = _sitting(public_id), SetAsideForm()
    held = _held(found)
    if not form.validate_on_submit():
        return _over_page(found, held, form), 400
    talks.set_aside(
        g.db,
        held,
        form.words.data or "",
        has_recording=_has_recording(held),
        actor=g.staff,
        now=g.now,
    )
    return redirect(url_for("speaking.talk", public_id=public_id), 303)


@bp.get("/recording/<public_id>")
@page(roles(Role.ASSESSOR), Unit.OWN)
def recording(public_id: str):
    """The talk behind a script, for the assessor; each opening is in the person's log."""
    with access.the_database().writing() as db:
        script = db.scalar(select(Script).where(Script.public_id == public_id))
        if script is None:
            raise NotFound
        sitting = access.own_centre(script.part.sitting, g.staff)
        held = talks.of_script(db, script)
        heard = talk_recordings.heard(access.the_settings(), access.the_keys(), held)
        if heard is None:
            raise NotFound
        talks.hear(
            db, held, sitting.person, actor=db.merge(g.staff, load=False), now=g.now
        )
    return send_file(BytesIO(heard), mimetype="audio/mpeg", conditional=True)
