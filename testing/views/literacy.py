"""The literacy screen at the desk: the tap-sheet, its notes, the class and who stands for it."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from scoring.ladders import Outcome, Place, Rung
from scoring.literacy import Classification, LiteracyClass
from scoring.literacy_calibration import FEWEST_CONFIRMED
from testing import access, delivery, events, languages, sittings
from testing.access import Unit, page, roles
from testing.events import Action
from testing.forms.literacy import (
    LANGUAGE_NAMES,
    ConfirmForm,
    FinishForm,
    LeaveRungForm,
    NotesForm,
    SetAsideForm,
)
from testing.literacy import (
    calibration,
    content,
    dictation,
    judging,
    screens,
    statements,
    words,
)
from testing.literacy import kiosk_pages as literacy_pages
from testing.models import (
    LiteracyMark,
    LiteracyScreen,
    LiteracyState,
    NotAssessed,
    Part,
    Role,
    Sitting,
    Skill,
)
from testing.refusals import NotFound
from testing.settings import Mode
from testing.views.kiosk_literacy import lot

bp = Blueprint("literacy", __name__, url_prefix="/literacy")
STAFF = roles(Role.ADMINISTRATOR, Role.ASSESSOR)
TEACHER = roles(Role.ASSESSOR)

#: Rungs whose tasks are written down and typed in.
DICTATED = ("short_dictation", "dictation")
#: Rungs that a person reads from a sheet or a screen.
READ = ("unfamiliar_words", "letter_sounds", "syllables", "words", "sentences", "own_aloud")


def _screen(public_id: str) -> LiteracyScreen:
    found = g.db.scalar(select(LiteracyScreen).where(LiteracyScreen.public_id == public_id))
    return access.own_centre(found, g.staff)


def _back(screen: LiteracyScreen) -> Any:
    return redirect(url_for("literacy.show", public_id=screen.public_id), 303)


@bp.post("/begin/<sitting_id>")
@page(STAFF, Unit.WRITE)
def begin(sitting_id: str):
    """A sitting that has no screen yet is given one."""
    sitting = access.own_centre(
        g.db.scalar(select(Sitting).where(Sitting.public_id == sitting_id)), g.staff
    )
    if sitting.closed_at is not None:
        raise sittings.SittingClosed
    return _back(screens.open_screen(g.db, sitting, actor=g.staff, now=g.now))


@bp.get("/<public_id>")
@page(STAFF, Unit.WRITE)
def show(public_id: str):
    screen = _screen(public_id)
    events.record(
        g.db,
        Action.LITERACY_VIEW,
        on=screen.sitting.person,
        subject=screen,
        actor=g.staff,
        now=g.now,
    )
    return _page(screen)


def _what_to_do(standing: screens.Standing, language: languages.Language) -> str:
    """What the kiosk says of the task, for staff to read aloud where no voice does."""
    with force_locale(language.code):
        return literacy_pages.words_of(standing).spoken


def _page(screen: LiteracyScreen, **forms: Any) -> str:
    standing = screens.standing_of(screen)
    today = judging.today(g.db, screen)
    found = today
    if screen.proposal:
        found = replace(Classification.from_record(screen.proposal), looks=today.looks)
    rung = _asked_rung(standing)
    visit = next((one for one in screen.sitting.visits if one.cut_at is None), None)
    spoken_to = languages.language_of(
        (visit and visit.language) or screen.sitting.person.contact_language
    )
    return render_template(
        "desk/literacy.html",
        screen=screen,
        sitting=screen.sitting,
        person=screen.sitting.person,
        standing=standing,
        found=found,
        rung=rung,
        tasks=standing.tasks_of(rung.id) if rung else (),
        marks=_marks(screen, rung) if rung else {},
        written=_written(screen, rung) if rung else {},
        touch=literacy_pages.touch_view(standing, spoken_to.code)
        if standing.is_at_kiosk and standing.task
        else None,
        what_to_do=_what_to_do(standing, spoken_to),
        spoken_to=spoken_to,
        behind=[one for one in standing.scores.values() if one.marked or one.reason],
        words=words,
        dictated=DICTATED,
        read=READ,
        is_open=screen.state is LiteracyState.OPEN,
        is_outdated=judging.is_outdated(screen),
        languages=languages,
        own_language=content.text_language(screen.own_language),
        own_name=LANGUAGE_NAMES.get(screen.own_language or ""),
        open_parts=_open_parts_in_script(screen),
        may_confirm=g.staff.has(Role.ASSESSOR),
        experience=_experience(screen, found),
        fewest_confirmed=FEWEST_CONFIRMED,
        may_be_signed=statements.may_be_signed(screen),
        literacy_statement=statements.newest_of(g.db, screen),
        forms={
            "leave": LeaveRungForm(prefix="leave"),
            "notes": NotesForm(prefix="notes", obj=screen),
            "finish": FinishForm(prefix="finish", data={"leave_out": found.has_no_latin_script}),
            "aside": SetAsideForm(prefix="aside"),
            "confirm": ConfirmForm(
                prefix="confirm", data={"literacy_class": found.literacy_class.value}
            ),
        }
        | forms,
    )


def _experience(screen: LiteracyScreen, found: Classification) -> dict[str, Any] | None:
    """How colleagues decided after the same findings: for a teacher who has yet to decide."""
    if not g.staff.has(Role.ASSESSOR) or not screen.proposal or screen.confirmations:
        return None
    known = calibration.experience_of(
        g.db,
        screen.centre_id,
        mode=Mode(screen.sitting.mode),
        rules_version=found.rules_version,
    )
    return {"confirmed": known.confirmed, "alike": known.alike(found)}


def _asked_rung(standing: screens.Standing) -> Rung | None:
    """The rung to correct that the address names, else the one whose turn it is at the desk."""
    named = request.args.get("rung", "")
    rungs = {one.id: one for one in standing.material.ladders.rungs.rungs}
    if named in rungs and rungs[named].place is Place.DESK and standing.scores[named].marked:
        return rungs[named]
    turn = standing.turn
    return turn if turn is not None and turn.place is Place.DESK else None


def _marks(screen: LiteracyScreen, rung: Rung) -> dict[str, Outcome]:
    return {one.item: one.outcome for one in _marks_now(screen, rung.id)}


def _written(screen: LiteracyScreen, rung: Rung) -> dict[str, str]:
    return {one.item: one.raw for one in _marks_now(screen, rung.id)}


def _marks_now(screen: LiteracyScreen, rung: str) -> list[LiteracyMark]:
    """Marks of a rung, without those in a best-read language that was corrected since."""
    return [
        one
        for one in screen.marks
        if one.rung == rung and one.language in (None, screen.own_language)
    ]


@bp.get("/<public_id>/sheet")
@page(STAFF)
def sheet(public_id: str):
    """What the person reads aloud, in large type: for a second screen, or printed."""
    screen = _screen(public_id)
    standing = screens.standing_of(screen)
    own = languages.language_of(content.text_language(screen.own_language))
    test = languages.language_of(screen.sitting.language)
    rows = [
        (rung, own if rung == "own_aloud" else test, standing.tasks_of(rung)) for rung in READ
    ]
    return render_template("desk/literacy_sheet.html", rows=rows, words=words, screen=screen)


@bp.post("/<public_id>/tap/<rung>")
@page(STAFF, Unit.WRITE)
def tap(public_id: str, rung: str):
    screen = _screen(public_id)
    standing = screens.standing_of(screen)
    if rung not in {one.id for one in standing.material.ladders.rungs.rungs}:
        raise NotFound
    marks = _given(rung, standing, {one.item for one in _marks_now(screen, rung)})
    if not marks:
        flash(_("Mark at least one task."), "notice")
        return _back(screen)
    screens.tap(g.db, screen, rung, marks, lot=lot(), actor=g.staff, now=g.now)
    _finish_sitting(screen)
    return _back(screen)


def _given(
    rung: str, standing: screens.Standing, marked: set[str]
) -> dict[str, tuple[Outcome, str]]:
    """What the sheet's form says, by task; `marked` had a mark before."""
    tasks = standing.tasks_of(rung)
    if rung == "short_dictation":
        text = request.form.get("text", "").replace("\x00", "")
        outcomes = dictation.mark_words([task["text"] for task in tasks], text)
        return {
            task["id"]: (outcome, text) for task, outcome in zip(tasks, outcomes, strict=True)
        }
    if rung == "dictation":
        texts = {
            task["id"]: request.form.get(f"text-{task['id']}", "").replace("\x00", "")
            for task in tasks
        }
        # Lines after the last one that was written were not dictated any more; a line that is
        # cleared now was typed into the wrong field.
        written = [
            n
            for n, task in enumerate(tasks)
            if texts[task["id"]].strip() or task["id"] in marked
        ]
        given = max((written[-1] + 1 if written else 0), _stop_after(standing, rung))
        return {
            task["id"]: (dictation.mark(task["text"], texts[task["id"]]), texts[task["id"]])
            for task in tasks[: given if given else len(tasks)]
        }
    known = {outcome.value for outcome in Outcome}
    return {
        task["id"]: (Outcome(value), "")
        for task in tasks
        if (value := request.form.get(f"mark-{task['id']}", "")) in known
    }


def _stop_after(standing: screens.Standing, rung: str) -> int:
    return standing.material.ladders.rungs[rung].stop_after


@bp.post("/<public_id>/leave/<rung>")
@page(STAFF, Unit.WRITE)
def leave(public_id: str, rung: str):
    screen, form = _screen(public_id), LeaveRungForm(prefix="leave")
    standing = screens.standing_of(screen)
    if rung not in standing.scores:
        raise NotFound
    if not form.validate_on_submit():
        return _page(screen, leave=form), 400
    screens.leave_rung(
        g.db,
        screen,
        rung,
        screens.Missing(form.reason.data),
        lot=lot(),
        actor=g.staff,
        now=g.now,
    )
    return _back(screen)


@bp.post("/<public_id>/take/<rung>")
@page(STAFF, Unit.WRITE)
def take(public_id: str, rung: str):
    """A rung that was left out is taken after all."""
    screen = _screen(public_id)
    screens.leave_rung(g.db, screen, rung, None, lot=lot(), actor=g.staff, now=g.now)
    return _back(screen)


@bp.post("/<public_id>/notes")
@page(STAFF, Unit.WRITE)
def notes(public_id: str):
    screen, form = _screen(public_id), NotesForm(prefix="notes")
    if not form.validate_on_submit():
        return _page(screen, notes=form), 400
    screens.take_notes(
        g.db,
        screen,
        screens.Notes(
            own_language=form.own_language.data or None,
            own_script=form.own_script.data or None,
            has_judge=form.has_judge.data,
            is_prompted=form.is_prompted.data,
            pen_hold=form.pen_hold.data or None,
            direction=form.direction.data or None,
            computer=form.computer.data or None,
            words_a_minute=form.words_a_minute.data,
            note=form.note.data or "",
        ),
        lot=lot(),
        actor=g.staff,
        now=g.now,
    )
    flash(_("The notes are kept."), "done")
    return _back(screen)


@bp.post("/<public_id>/postpone")
@page(STAFF, Unit.WRITE)
def postpone(public_id: str):
    screen = _screen(public_id)
    screens.postpone(g.db, screen, actor=g.staff, now=g.now)
    return _back(screen)


@bp.post("/<public_id>/finish")
@page(STAFF, Unit.WRITE)
def finish(public_id: str):
    screen, form = _screen(public_id), FinishForm(prefix="finish")
    if not form.validate_on_submit():
        return _page(screen, finish=form), 400
    found = screens.finish(g.db, screen, actor=g.staff, now=g.now)
    if form.leave_out.data and found.has_no_latin_script:
        for part in _open_parts_in_script(screen):
            sittings.leave_out(
                g.db,
                part,
                reason=NotAssessed.SCRIPT,
                words=_("Literacy screen: no Latin script yet."),
                actor=g.staff,
                now=g.now,
            )
    _finish_sitting(screen)
    return _back(screen)


@bp.post("/<public_id>/set-aside")
@page(STAFF, Unit.WRITE)
def set_aside(public_id: str):
    screen, form = _screen(public_id), SetAsideForm(prefix="aside")
    if not form.validate_on_submit():
        return _page(screen, aside=form), 400
    screens.set_aside(
        g.db, screen, NotAssessed(form.code.data), actor=g.staff, now=g.now
    )
    _finish_sitting(screen)
    return _back(screen)


@bp.post("/<public_id>/confirm")
@page(TEACHER, Unit.WRITE)
def confirm(public_id: str):
    screen, form = _screen(public_id), ConfirmForm(prefix="confirm")
    if not form.validate_on_submit():
        return _page(screen, confirm=form), 400
    try:
        screens.confirm(
            g.db,
            screen,
            literacy_class=LiteracyClass(form.literacy_class.data),
            reason=form.reason.data or "",
            actor=g.staff,
            now=g.now,
        )
    except screens.ReasonWanted:
        form.fault(form.reason, _("Write why you change the class."))
        return _page(screen, confirm=form), 400
    flash(_("The class is confirmed."), "done")
    return _back(screen)


def _open_parts_in_script(screen: LiteracyScreen) -> list[Part]:
    """Parts to come or under way that want the Latin script."""
    return [
        part
        for part in screen.sitting.parts
        if part.skill in (Skill.READING, Skill.WRITING) and part.state in delivery.UNDONE
    ]


def _finish_sitting(screen: LiteracyScreen) -> None:
    """Where the screen was the last thing to do, the person has come to the end."""
    delivery.finish_if_over(g.db, screen.sitting, actor=g.staff, now=g.now)
