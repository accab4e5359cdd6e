"""The centre's desk: who comes today, the identity check, seat codes, the live board."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from testing import (
    access,
    board,
    bookings,
    clock,
    delivery,
    desk_words,
    events,
    identity,
    kiosk_pages,
    languages,
    person_words,
    sittings,
)
from testing.access import Unit, note_list, page, roles
from testing.events import Action
from testing.forms.desk import EndForm, ExtraTimeForm, IdentityForm, NoteForm, ReasonForm
from testing.literacy import screen_of
from testing.models import (
    Booking,
    HelpCall,
    NotAssessed,
    PartState,
    Presentation,
    Role,
    Sitting,
    SittingState,
    Skill,
    Visit,
)
from testing.refusals import NotFound

bp = Blueprint("desk", __name__, url_prefix="/desk")

DESK = roles(Role.ADMINISTRATOR)


@bp.get("/")
@page(DESK, Unit.WRITE)
def today():
    note_list("desk")
    return render_template("desk/today.html", **_board())


@bp.get("/board")
@page(DESK)
def live():
    """The part of the page that is asked for again every few seconds."""
    return render_template("desk/board.html", **_board())


@bp.get("/wall")
@page(DESK)
def wall():
    """The same board in large type for a screen on the wall, without names."""
    return render_template("desk/wall.html", **_board())


def _board() -> dict[str, Any]:
    rows = board.seats(g.db, g.staff.centre_id, g.now)
    counts = {need: sum(1 for row in rows if row.need is need) for need in board.Need}
    return {
        "seats": rows,
        "counts": counts,
        "needs": desk_words.NEEDS,
        "skill_names": person_words.SKILL_NAMES,
        "at": g.now,
    }


# A booking


@bp.get("/find")
@page(DESK)
def find():
    """By the digits on the invitation (typed or from its QR code)."""
    booking = bookings.by_reference(g.db, request.args.get("reference", ""), g.staff.centre_id)
    if booking is None:
        flash(_("No place has this booking reference. Check the digits."), "notice")
        return redirect(url_for("desk.today"), 303)
    return redirect(url_for("desk.booking", public_id=booking.public_id), 303)


def _booking(public_id: str) -> Booking:
    return bookings.find_booking(g.db, public_id, g.staff.centre_id)


@bp.get("/bookings/<public_id>")
@page(DESK, Unit.WRITE)
def booking(public_id: str):
    found = _booking(public_id)
    person = found.referral.person
    events.record(
        g.db, Action.PERSON_VIEW, on=person, subject=found, actor=g.staff, now=g.now
    )
    return _booking_page(found, IdentityForm())


def _booking_page(found: Booking, form: IdentityForm, *, code: str | None = None) -> str:
    person = found.referral.person
    return render_template(
        "desk/booking.html",
        booking=found,
        person=person,
        masked=identity.masked(person),
        language=languages.language_of(person.contact_language),
        sitting=sittings.sitting_of(g.db, found),
        form=form,
        code=code,
        is_today=clock.local_day(found.occasion.starts_at) == clock.local_day(g.now),
    )


@bp.post("/bookings/<public_id>/arrive")
@page(DESK, Unit.WRITE)
def arrive(public_id: str):
    found = _booking(public_id)
    form = IdentityForm()
    if not form.validate_on_submit():
        return _booking_page(found, form), 400
    bookings.check_identity(g.db, found, form.document.data, actor=g.staff, now=g.now)
    bookings.arrive(g.db, found, actor=g.staff, now=g.now)
    return redirect(url_for("desk.booking", public_id=public_id), 303)


@bp.post("/bookings/<public_id>/code")
@page(DESK, Unit.WRITE)
def code(public_id: str):
    """The code stands on this answer only: it is kept nowhere in clear."""
    found = _booking(public_id)
    _visit, digits = sittings.issue_code(
        g.db,
        access.the_keys(),
        found,
        mode=access.the_settings().mode.value,
        counts_synthetic=access.the_settings().counts_synthetic,
        actor=g.staff,
        now=g.now,
    )
    return _booking_page(found, IdentityForm(), code=digits)


@bp.post("/bookings/<public_id>/no-show")
@page(DESK, Unit.WRITE)
def no_show(public_id: str):
    bookings.mark_no_show(g.db, _booking(public_id), actor=g.staff, now=g.now)
    return redirect(url_for("desk.today"), 303)


# A sitting


def _sitting(public_id: str) -> Sitting:
    found = g.db.scalar(select(Sitting).where(Sitting.public_id == public_id))
    return access.own_centre(found, g.staff)


@bp.get("/sittings/<public_id>")
@page(DESK, Unit.WRITE)
def sitting(public_id: str):
    found = _sitting(public_id)
    events.record(
        g.db, Action.SITTING_VIEW, on=found.person, subject=found, actor=g.staff, now=g.now
    )
    return _sitting_page(found)


def _sitting_page(found: Sitting, **forms: Any) -> str:
    visit = next((v for v in found.visits if v.cut_at is None), None)
    place = delivery.place_of(g.db, visit) if visit else None
    language = languages.language_of((visit and visit.language) or found.person.contact_language)
    calls = []
    if visit is not None:
        calls = g.db.scalars(
            select(HelpCall).where(HelpCall.visit_id == visit.id, HelpCall.answered_at.is_(None))
        ).all()
    return render_template(
        "desk/sitting.html",
        sitting=found,
        person=found.person,
        visit=visit,
        place=place,
        where=desk_words.WHERE.get(place.where) if place else None,
        calls=calls,
        literacy=screen_of(g.db, found),
        aloud=_aloud(place, language) if place else [],
        language=language,
        plays_left=delivery.plays_left(place.presentation)
        if place and place.presentation and place.presentation.plays_allowed
        else None,
        open_parts=[p for p in found.parts if p.state in (PartState.WAITING, PartState.RUNNING)],
        skill_names=person_words.SKILL_NAMES,
        part_states=desk_words.PART_STATES,
        note_words=desk_words.NOTES,
        is_open=found.state in (SittingState.OPEN, SittingState.PAUSED),
        is_paused=found.state is SittingState.PAUSED,
        forms={
            "extra": ExtraTimeForm(prefix="extra"),
            "pause": ReasonForm(prefix="pause"),
            "play": ReasonForm(prefix="play"),
            "end": EndForm(prefix="end"),
            "leave": EndForm(prefix="leave"),
            "note": NoteForm(prefix="note"),
        }
        | forms,
    )


def _aloud(
    place: delivery.Place, language: languages.Language
) -> list[tuple[languages.Language, str]]:
    """What the kiosk says now, for staff or an interpreter to read aloud."""
    words = kiosk_pages.aloud(g.db, place)
    if not words:
        return []
    spoken = []
    for one in dict.fromkeys((language, languages.language_of("fi"))):
        with force_locale(one.code):
            spoken.append((one, " ".join(each.spoken for each in words)))
    return spoken


def _back(found: Sitting) -> Any:
    return redirect(url_for("desk.sitting", public_id=found.public_id), 303)


@bp.post("/sittings/<public_id>/pause")
@page(DESK, Unit.WRITE)
def pause(public_id: str):
    found, form = _sitting(public_id), ReasonForm(prefix="pause")
    if not form.validate_on_submit():
        return _sitting_page(found, pause=form), 400
    sittings.pause(g.db, found, reason=form.reason.data, actor=g.staff, now=g.now)
    return _back(found)


@bp.post("/sittings/<public_id>/resume")
@page(DESK, Unit.WRITE)
def resume(public_id: str):
    found = _sitting(public_id)
    sittings.resume(g.db, found, actor=g.staff, now=g.now)
    return _back(found)


@bp.post("/sittings/<public_id>/extra-time")
@page(DESK, Unit.WRITE)
def extra_time(public_id: str):
    found, form = _sitting(public_id), ExtraTimeForm(prefix="extra")
    if not form.validate_on_submit():
        return _sitting_page(found, extra=form), 400
    sittings.give_extra_time(
        g.db, found, form.minutes.data, reason=form.reason.data, actor=g.staff, now=g.now
    )
    return _back(found)


@bp.post("/sittings/<public_id>/extra-play")
@page(DESK, Unit.WRITE)
def extra_play(public_id: str):
    found, form = _sitting(public_id), ReasonForm(prefix="play")
    if not form.validate_on_submit():
        return _sitting_page(found, play=form), 400
    presentation = g.db.scalar(
        select(Presentation)
        .join(Presentation.part)
        .where(
            Presentation.part_id.in_([part.id for part in found.parts]),
            Presentation.left_at.is_(None),
            Presentation.plays_allowed > 0,
        )
    )
    if presentation is None:
        raise sittings.PartOver
    sittings.grant_extra_play(
        g.db, presentation, reason=form.reason.data, actor=g.staff, now=g.now
    )
    return _back(found)


@bp.post("/sittings/<public_id>/leave-out/<skill>")
@page(DESK, Unit.WRITE)
def leave_out(public_id: str, skill: str):
    found, form = _sitting(public_id), EndForm(prefix="leave")
    part = next((p for p in found.parts if p.skill == skill and skill in set(Skill)), None)
    if part is None:
        raise NotFound
    if not form.validate_on_submit():
        return _sitting_page(found, leave=form), 400
    sittings.leave_out(
        g.db,
        part,
        reason=NotAssessed(form.code.data),
        words=form.reason.data,
        actor=g.staff,
        now=g.now,
    )
    return _back(found)


@bp.post("/sittings/<public_id>/end")
@page(DESK, Unit.WRITE)
def end(public_id: str):
    found, form = _sitting(public_id), EndForm(prefix="end")
    if not form.validate_on_submit():
        return _sitting_page(found, end=form), 400
    sittings.end(
        g.db,
        found,
        reason=NotAssessed(form.code.data),
        words=form.reason.data,
        actor=g.staff,
        now=g.now,
    )
    return _back(found)


@bp.post("/sittings/<public_id>/note")
@page(DESK, Unit.WRITE)
def note(public_id: str):
    found, form = _sitting(public_id), NoteForm(prefix="note")
    if not form.validate_on_submit():
        return _sitting_page(found, note=form), 400
    sittings.observe(g.db, found, words=form.words.data, actor=g.staff, now=g.now)
    return _back(found)


@bp.post("/help/<public_id>/answer")
@page(DESK, Unit.WRITE)
def answer_help(public_id: str):
    call = g.db.scalar(
        select(HelpCall)
        .join(HelpCall.visit)
        .join(Visit.sitting)
        .where(HelpCall.public_id == public_id, Sitting.centre_id == g.staff.centre_id)
    )
    if call is None:
        raise NotFound
    sittings.answer_help(g.db, call, actor=g.staff, now=g.now)
    return _back(call.visit.sitting)
