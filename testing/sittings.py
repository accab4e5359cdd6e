"""Sittings: seat codes that bind a kiosk, and what the desk may do with a running sitting."""

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from testing import access, clock, delivery, events
from testing.assessment_plans import choosing
from testing.events import Action
from testing.keys import Keys
from testing.literacy import screen_of, screens
from testing.models import (
    Booking,
    BookingState,
    Device,
    HelpCall,
    NotAssessed,
    Part,
    PartState,
    Play,
    Presentation,
    Referral,
    SignInAttempt,
    Sitting,
    SittingNote,
    SittingState,
    Staff,
    Visit,
)
from testing.refusals import Refusal, TooMany

#: A code is not given out again while somebody may still hold a slip of paper with it.
CODE_MEMORY = timedelta(days=14)
MOST_EXTRA_MINUTES = 240
#: Twelve people behind one address mistype at five past nine; a guesser needs far more.
MOST_WRONG_CODES = 60
CODE_WINDOW = timedelta(minutes=15)


class NotArrived(Refusal):
    """The person's identity has not been checked at the desk today."""


class SittingClosed(Refusal):
    """The sitting is finished or was ended."""


class WrongCode(Refusal):
    """No seat has this code."""

    status = 404


class CodeUsed(Refusal):
    """The code has bound a kiosk already, or a newer code took its place."""


class CodeOfAnotherDay(Refusal):
    """The code was for another day."""


class ReasonMissing(Refusal):
    """The desk must say why."""

    status = 400


class PartOver(Refusal):
    """The part has ended already."""


def sitting_of(db: Session, booking: Booking) -> Sitting | None:
    """The referral's newest sitting."""
    return db.scalar(
        select(Sitting)
        .where(Sitting.referral_id == booking.referral_id)
        .order_by(Sitting.id.desc())
        .limit(1)
    )


def issue_code(
    db: Session,
    keys: Keys,
    booking: Booking,
    *,
    mode: str,
    counts_synthetic: bool = True,
    actor: Staff,
    now: datetime,
) -> tuple[Visit, str]:
    """A new one-time code for today; any kiosk bound before is cut off. Answers stay.

    Before the first part has begun, whoever gives the code: the literacy screen comes first.

    :raise NotArrived: the identity check comes first.
    :raise BankNotReady: a new sitting could not be given what its blueprint asks for.
    :raise SittingClosed: the referral's sitting has come to its end.
    """
    if booking.state is not BookingState.ARRIVED:
        raise NotArrived
    # Two desks at once open one sitting and leave one seat.
    db.execute(
        select(Referral.id)
        .where(Referral.id == booking.referral_id)
        .with_for_update(key_share=True)
    )
    sitting = sitting_of(db, booking)
    if sitting is None:
        sitting = _open(
            db, booking, mode=mode, counts_synthetic=counts_synthetic, actor=actor, now=now
        )
    if sitting.state in (SittingState.FINISHED, SittingState.ENDED):
        raise SittingClosed
    cut_seat(db, sitting, actor=actor, now=now)
    db.flush()
    code = _new_code(db, keys, now)
    visit = Visit(
        sitting_id=sitting.id,
        booking_id=booking.id,
        day=clock.local_day(now),
        code_digest=_digest(keys, code),
        issued_by_id=actor.id,
        issued_at=now,
    )
    db.add(visit)
    db.flush()
    events.record(
        db, Action.SEAT_ISSUE, on=sitting.person, subject=visit, actor=actor, now=now
    )
    screens.open_before_parts(db, sitting, actor=actor, now=now)
    return visit, code


def enter_code(
    db: Session, keys: Keys, code: str, now: datetime, device: Device | None = None
) -> tuple[Visit, str]:
    """The kiosk that holds the returned token is bound to the sitting.

    device : what the kiosk is, where its browser says so.

    :raise WrongCode: no seat has the code.
    :raise CodeUsed: it bound a kiosk already or was replaced.
    :raise CodeOfAnotherDay: it was issued on another day.
    """
    digits = "".join(str(int(sign)) for sign in code if sign.isdecimal())
    visit = db.scalar(
        select(Visit)
        .where(Visit.code_digest == _digest(keys, digits))
        .order_by(Visit.id.desc())
        .limit(1)
        .with_for_update()
    )
    if visit is None:
        raise WrongCode
    if visit.day != clock.local_day(now):
        raise CodeOfAnotherDay
    if visit.bound_at is not None or visit.cut_at is not None:
        raise CodeUsed
    token = secrets.token_urlsafe(32)
    visit.binding_digest = access.token_digest(token)
    visit.bound_at = visit.heard_at = now
    visit.device = device
    events.record(
        db, Action.SEAT_BIND, on=visit.sitting.person, subject=visit, actor=visit, now=now
    )
    return visit, token


def refuse_when_guessing(db: Session, keys: Keys, *, address: str, now: datetime) -> None:
    """
    :raise TooMany: too many wrong codes from this address lately.
    """
    tries = db.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(
            SignInAttempt.subject_digest == keys.blind_index(f"kiosk:{address}"),
            SignInAttempt.at > now - CODE_WINDOW,
        )
    )
    if (tries or 0) >= MOST_WRONG_CODES:
        raise TooMany


def note_wrong_code(db: Session, keys: Keys, *, address: str, now: datetime) -> None:
    """The wrong code counts against the address."""
    db.add(SignInAttempt(subject_digest=keys.blind_index(f"kiosk:{address}"), at=now))


def cut_seat(db: Session, sitting: Sitting, *, actor: Staff, now: datetime) -> None:
    """No kiosk is bound to the sitting."""
    for visit in db.scalars(
        select(Visit).where(Visit.sitting_id == sitting.id, Visit.cut_at.is_(None))
    ):
        visit.cut_at = now
        events.record(
            db, Action.SEAT_CUT, on=sitting.person, subject=visit, actor=actor, now=now
        )


def pause(db: Session, sitting: Sitting, *, reason: str, actor: Staff, now: datetime) -> None:
    """The kiosk shows a calm page until the desk resumes.

    :raise SittingClosed: the sitting has come to its end.
    """
    _refuse_closed(sitting)
    if sitting.state is SittingState.OPEN:
        sitting.state = SittingState.PAUSED
        _note(db, sitting, "pause", Action.SITTING_PAUSE, reason, actor, now)


def resume(db: Session, sitting: Sitting, *, actor: Staff, now: datetime) -> None:
    """The person goes on where they were; the sitting ends when nothing is left to do.

    :raise SittingClosed: the sitting has come to its end.
    """
    _refuse_closed(sitting)
    if sitting.state is SittingState.PAUSED:
        sitting.state = SittingState.OPEN
        _note(db, sitting, "resume", Action.SITTING_RESUME, "", actor, now)
        delivery.finish_if_over(db, sitting, actor=actor, now=now)


def give_extra_time(
    db: Session, sitting: Sitting, minutes: int, *, reason: str, actor: Staff, now: datetime
) -> None:
    """The sitting has this many minutes more.

    :raise ReasonMissing: no reason, or minutes out of reason.
    :raise SittingClosed: the sitting has come to its end.
    """
    _refuse_closed(sitting)
    if not reason.strip() or not 1 <= minutes <= MOST_EXTRA_MINUTES:
        raise ReasonMissing
    sitting.extra_minutes += minutes
    _note(
        db, sitting, "extra_time", Action.SITTING_EXTRA_TIME, reason, actor, now, minutes=minutes
    )


def end(
    db: Session,
    sitting: Sitting,
    *,
    reason: NotAssessed,
    words: str,
    actor: Staff,
    now: datetime,
) -> None:
    """The sitting is over before its end; parts not done are "not assessed" for the reason.

    :raise ReasonMissing: no words.
    :raise SittingClosed: the sitting has come to its end already.
    """
    _refuse_closed(sitting)
    if not words.strip():
        raise ReasonMissing
    for part in sitting.parts:
        if part.state in (PartState.WAITING, PartState.RUNNING):
            part.state = PartState.NOT_ASSESSED
            part.not_assessed = reason
            part.ended_at = now
    screen = screen_of(db, sitting)
    if screen is not None:
        screens.set_aside(db, screen, reason, actor=actor, now=now)
    sitting.state = SittingState.ENDED
    sitting.end_reason = reason
    sitting.closed_at = now
    cut_seat(db, sitting, actor=actor, now=now)
    _note(db, sitting, "ended", Action.SITTING_END, words, actor, now, code=reason.value)


def leave_out(
    db: Session,
    part: Part,
    *,
    reason: NotAssessed,
    words: str,
    actor: Staff,
    now: datetime,
) -> None:
    """The skill is "not assessed" for a reason (hearing, sight, script …); the rest goes on.

    :raise PartOver: the part has ended.
    :raise ReasonMissing: no words.
    """
    if part.state not in (PartState.WAITING, PartState.RUNNING):
        raise PartOver
    if not words.strip():
        raise ReasonMissing
    give_no_level(db, part, reason=reason, words=words, actor=actor, now=now)
    if any(each.state is PartState.DONE for each in part.sitting.parts):
        delivery.finish_if_over(db, part.sitting, actor=actor, now=now)


def give_no_level(
    db: Session,
    part: Part,
    *,
    reason: NotAssessed,
    words: str,
    actor: Staff,
    now: datetime,
) -> None:
    """The skill is "not assessed", whatever was done of it; the assessor reads why."""
    part.state = PartState.NOT_ASSESSED
    part.not_assessed = reason
    part.ended_at = now
    _note(
        db,
        part.sitting,
        "not_assessed",
        Action.PART_NOT_ASSESS,
        words,
        actor,
        now,
        code=reason.value,
        skill=part.skill.value,
    )


def observe(db: Session, sitting: Sitting, *, words: str, actor: Staff, now: datetime) -> None:
    """What the desk saw is kept for the assessor.

    :raise ReasonMissing: no words.
    """
    if not words.strip():
        raise ReasonMissing
    _note(db, sitting, "observation", Action.SITTING_NOTE, words, actor, now)


def grant_extra_play(
    db: Session, presentation: Presentation, *, reason: str, actor: Staff, now: datetime
) -> None:
    """The recording may be played once more.

    :raise ReasonMissing: no reason.
    :raise PartOver: the person has left the task.
    """
    if not reason.strip():
        raise ReasonMissing
    if presentation.left_at is not None:
        raise PartOver
    presentation.plays_allowed += 1
    _note(
        db,
        presentation.part.sitting,
        "extra_play",
        Action.PLAY_EXTRA,
        reason,
        actor,
        now,
        presentation=presentation.public_id,
    )


def call_help(db: Session, visit: Visit, *, now: datetime, reason: str = "help") -> HelpCall:
    """The raised hand stands on the board until the desk answers; a second call adds nothing."""
    standing = db.scalar(
        select(HelpCall).where(
            HelpCall.visit_id == visit.id,
            HelpCall.answered_at.is_(None),
            HelpCall.reason == reason,
        )
    )
    if standing is not None:
        return standing
    call = HelpCall(visit_id=visit.id, reason=reason, called_at=now)
    db.add(call)
    db.flush()
    events.record(
        db,
        Action.HELP_CALL,
        on=visit.sitting.person,
        subject=call,
        actor=visit,
        now=now,
        reason=reason,
    )
    return call


def answer_help(db: Session, call: HelpCall, *, actor: Staff, now: datetime) -> None:
    """The hand is down again."""
    if call.answered_at is None:
        call.answered_at = now
        call.answered_by_id = actor.id
        events.record(
            db, Action.HELP_ANSWER, on=call.visit.sitting.person, subject=call, actor=actor, now=now
        )


def mark_play_broken(db: Session, visit: Visit, play: Play, *, now: datetime) -> None:
    """The desk sees that the recording failed and may grant another play."""
    if play.broken_at is None:
        play.broken_at = now
        events.record(
            db, Action.PLAY_BREAK, on=visit.sitting.person, subject=play, actor=visit, now=now
        )
        call_help(db, visit, now=now, reason="broken_play")


def visits_of_day(db: Session, centre_id: int, day: date) -> list[Visit]:
    """The live visits of a day, with all that the board shows."""
    return list(
        db.scalars(
            select(Visit)
            .join(Visit.sitting)
            .where(Visit.day == day, Visit.cut_at.is_(None), Sitting.centre_id == centre_id)
            .options(
                joinedload(Visit.sitting).joinedload(Sitting.person),
                joinedload(Visit.sitting).selectinload(Sitting.parts),
                joinedload(Visit.booking),
            )
            .order_by(Visit.id)
        ).unique()
    )


def _open(
    db: Session,
    booking: Booking,
    *,
    mode: str,
    counts_synthetic: bool,
    actor: Staff,
    now: datetime,
) -> Sitting:
    referral = booking.referral
    sitting = Sitting(
        centre_id=referral.centre_id,
        referral_id=referral.id,
        person_id=referral.person_id,
        language=referral.language,
        mode=mode,
        counts_synthetic=counts_synthetic,
        state=SittingState.OPEN,
        seated_by_id=actor.id,
        created_at=now,
    )
    db.add(sitting)
    db.flush()
    events.record(
        db, Action.SITTING_CREATE, on=referral.person, subject=sitting, actor=actor, now=now
    )
    choosing.open_with_plan(db, sitting, actor=actor, now=now)
    return sitting


def _new_code(db: Session, keys: Keys, now: datetime) -> str:
    while True:
        code = f"{secrets.randbelow(900_000) + 100_000}"
        recent = select(Visit.id).where(
            Visit.code_digest == _digest(keys, code), Visit.issued_at > now - CODE_MEMORY
        )
        if db.scalar(recent) is None:
            return code


def _digest(keys: Keys, code: str) -> str:
    return keys.code_digest("seat", code)


def _refuse_closed(sitting: Sitting) -> None:
    if sitting.state in (SittingState.FINISHED, SittingState.ENDED):
        raise SittingClosed


def _note(
    db: Session,
    sitting: Sitting,
    kind: str,
    action: Action,
    reason: str,
    actor: Staff,
    now: datetime,
    *,
    minutes: int | None = None,
    **details: object,
) -> None:
    db.add(
        SittingNote(
            sitting_id=sitting.id,
            kind=kind,
            minutes=minutes,
            reason=reason.strip(),
            staff_id=actor.id,
            at=now,
        )
    )
    if minutes is not None:
        details["minutes"] = minutes
    events.record(
        db, action, on=sitting.person, subject=sitting, actor=actor, now=now, **details
    )
