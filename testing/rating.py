"""Rating: scripts go to raters one after another, blind; a third rates where two differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from scoring import ratings as arithmetic
from testing import clock, events, rating_data
from testing.events import Action
from testing.models import (
    Chain,
    Event,
    PaperPage,
    Part,
    PartState,
    Person,
    Rating,
    RatingOrder,
    Script,
    ScriptMode,
    Sitting,
    SittingNote,
    SpeakingTalk,
    Staff,
    Visit,
)
from testing.refusals import NotFound, Refusal

LONGEST_NOTE = 1000
#: What a rater does with a script they do not know: anything else on a person's chain means that
#: they have met the person or the person's data.
RATERS_OWN = (
    Action.RATING_TAKE,
    Action.RATING_RETURN,
    Action.RATING_SUBMIT,
    Action.SCRIPT_VIEW,
)


class AlreadyRated(Refusal):
    """The marks were sent already; nobody changes them."""


class HeardOnce(Refusal):
    """A talk without a recording cannot go to another rater."""


class MetSince(Refusal):
    """The rater met the person, or opened their data, after taking the script."""


class MarksMissing(Refusal):
    """A criterion has no mark, or a mark that is not a level."""

    status = 400


@dataclass(frozen=True)
class Desk:
    """What a rater is told before taking a script: counts and nothing else."""

    waiting: int
    #: The script that the rater has begun.
    begun: Rating | None
    today: int


def desk_of(db: Session, staff: Staff, now: datetime) -> Desk:
    """The rater's counts: scripts they may rate, the one begun, and how many they rated today."""
    midnight = clock.from_local(clock.local_day(now), 0, 0)
    today = db.scalar(
        select(func.count())
        .select_from(Rating)
        .where(Rating.rater_id == staff.id, Rating.submitted_at >= midnight)
    )
    return Desk(
        waiting=sum(1 for script in _waiting(db, staff) if open_order(script) is not None),
        begun=begun_by(db, staff),
        today=today or 0,
    )


def take_next(db: Session, staff: Staff, *, now: datetime) -> Rating | None:
    """The rater's own rating of the script that waited longest; one they have begun comes first.

    None when nothing waits for this rater. Two raters at once get different orders or scripts.
    """
    # Two tabs of one rater take turns here.
    db.execute(select(Staff.id).where(Staff.id == staff.id).with_for_update(key_share=True))
    begun = begun_by(db, staff)
    if begun is not None:
        return begun
    for waiting in _waiting(db, staff):
        if open_order(waiting) is None:
            continue
        script = _locked(db, waiting.id)
        # Somebody may have taken the last free order, or this rater another tab, before the lock.
        still = db.scalar(_for_rater(staff).where(Script.id == script.id))
        order = open_order(script)
        if still is None or order is None:
            continue
        rating = Rating(script_id=script.id, rater_id=staff.id, order=order, taken_at=now)
        db.add(rating)
        db.flush()
        _record(db, Action.RATING_TAKE, rating, actor=staff, now=now)
        return rating
    return None


def open_order(script: Script) -> RatingOrder | None:
    """Which rating the script lacks; None when it lacks none or waits for those begun."""
    if script.level is not None or script.mode is ScriptMode.LIVE:
        return None
    given = {rating.order: rating for rating in script.ratings}
    for order in (RatingOrder.FIRST, RatingOrder.SECOND):
        if order not in given:
            return order
    # Two ratings that agree give a level: without one they call for a third.
    if RatingOrder.THIRD not in given and all(
        rating.submitted_at is not None for rating in given.values()
    ):
        return RatingOrder.THIRD
    return None


def begun_by(db: Session, staff: Staff) -> Rating | None:
    return db.scalar(
        select(Rating)
        .where(Rating.rater_id == staff.id, Rating.submitted_at.is_(None))
        .order_by(Rating.id)
        .limit(1)
    )


def own(db: Session, public_id: str, staff: Staff, *, to_return: bool = False) -> Rating:
    """The rating, if it is the rater's own and not sent yet; `to_return`: to be given back.

    :raise NotFound: another's and a missing one look the same.
    :raise AlreadyRated: the marks were sent.
    :raise MetSince: it can only be given back.
    """
    rating = db.scalar(
        select(Rating)
        .where(Rating.public_id == public_id, Rating.rater_id == staff.id)
        .options(
            joinedload(Rating.script).joinedload(Script.task_version),
            joinedload(Rating.script)
            .joinedload(Script.part)
            .joinedload(Part.sitting)
            .joinedload(Sitting.person),
        )
    )
    if rating is None:
        raise NotFound
    if rating.submitted_at is not None:
        raise AlreadyRated
    if not to_return:
        _refuse_if_met(db, rating, staff)
    return rating


def view(db: Session, rating: Rating, *, actor: Staff, now: datetime) -> None:
    """The rater has read the script."""
    _record(db, Action.SCRIPT_VIEW, rating, actor=actor, now=now)


def save(db: Session, rating: Rating, marks: Mapping[str, str], note: str) -> None:
    """What the rater has marked so far is kept; it counts for nothing yet.

    :raise AlreadyRated: the marks were sent.
    :raise MarksMissing: a mark that is not a level of a criterion.
    """
    _refuse_unless_open(db, rating)
    rating.marks = _checked(rating.script, marks)
    rating.note = note.strip()[:LONGEST_NOTE]


def submit(
    db: Session,
    rating: Rating,
    marks: Mapping[str, str],
    note: str,
    *,
    actor: Staff,
    now: datetime,
) -> None:
    """The marks count; when they are the last ones needed, the script has its level.

    :raise AlreadyRated: they were sent already.
    :raise MarksMissing: a criterion without a mark.
    :raise MetSince: who knows the person rates blind no more.
    """
    script = _locked(db, rating.script_id)
    _refuse_if_met(db, rating, actor)
    save(db, rating, marks, note)
    if rating.marks is None or set(rating.marks) != set(script.criteria):
        raise MarksMissing
    rating.level = arithmetic.median_level(list(rating.marks.values()))
    rating.submitted_at = now
    decided = decided_level(script)
    if decided is not None:
        script.level = decided.level
    _record(db, Action.RATING_SUBMIT, rating, actor=actor, now=now)


def decided_level(script: Script) -> arithmetic.ScriptLevel | None:
    """What the raters agree on; None while a rating is missing."""
    levels = [rating.level for rating in in_order(script) if rating.level is not None]
    if script.mode is ScriptMode.LIVE:
        # Nobody can hear it again: the one who sat beside decides, and the doubt is the larger.
        return arithmetic.level_of_one(levels[0]) if levels else None
    return arithmetic.script_level(rating_data.rules(), levels)


def in_order(script: Script) -> list[Rating]:
    """The ratings: first, second, third."""
    places = list(RatingOrder)
    return sorted(script.ratings, key=lambda rating: places.index(rating.order))


def give_back(db: Session, rating: Rating, *, actor: Staff, now: datetime) -> None:
    """The script waits for another rater; it does not come back to one who gave it back.

    :raise AlreadyRated: the marks were sent.
    :raise HeardOnce: nobody else heard the talk.
    """
    _refuse_unless_open(db, rating)
    if rating.script.mode is ScriptMode.LIVE:
        raise HeardOnce
    _record(db, Action.RATING_RETURN, rating, actor=actor, now=now)
    rating.script.ratings.remove(rating)
    db.delete(rating)


def take_back(db: Session, script: Script, *, actor: Staff, now: datetime) -> None:
    """Nobody has the script to rate any more; marks that were not sent are lost.

    :raise AlreadyRated: it has its level.
    """
    script = _locked(db, script.id)
    if script.level is not None:
        raise AlreadyRated
    for rating in [one for one in script.ratings if one.submitted_at is None]:
        _record(db, Action.RATING_RETURN, rating, actor=actor, now=now)
        script.ratings.remove(rating)
        db.delete(rating)
    db.flush()


def is_rateable(script: Script) -> bool:
    """Whether there is something to rate: handed in, and written or spoken."""
    return (
        script.submitted_at is not None
        and not script.is_dont_know
        and (
            script.is_spoken
            or bool(script.text.strip(_BLANK))
            or any(page.deleted_at is None for page in script.pages)
            # What was rated could be rated, also when its pictures had their time.
            or script.level is not None
        )
    )


_BLANK = " \t\n\r\u00a0"


def _waiting(db: Session, staff: Staff) -> list[Script]:
    """Scripts without a level that the rater may rate, those that waited longest first."""
    return list(db.scalars(_for_rater(staff).options(selectinload(Script.ratings))))


def _for_rater(staff: Staff) -> Select[Script]:
    rates_already = exists().where(Rating.script_id == Script.id, Rating.rater_id == staff.id)
    return (
        select(Script)
        .join(Script.part)
        .join(Part.sitting)
        .join(Sitting.person)
        .where(
            Sitting.centre_id == staff.centre_id,
            # What was set aside gets no level.
            Part.state != PartState.NOT_ASSESSED,
            Script.submitted_at.is_not(None),
            Script.level.is_(None),
            Script.is_dont_know.is_(False),
            (Script.mode == ScriptMode.RECORDED)
            | (func.trim(Script.text, _BLANK) != "")
            | Script.pages.any(PaperPage.deleted_at.is_(None)),
            Script.mode != ScriptMode.LIVE,
            ~rates_already,
            ~_gave_back(staff),
            ~_knows(staff),
        )
        .order_by(Script.submitted_at, Script.id)
    )


def _gave_back(staff: Staff) -> ColumnElement[bool]:
    return exists().where(
        Event.actor == events.tag_of(staff),
        Event.action == Action.RATING_RETURN.value,
        Event.subject == "script:" + Script.public_id,
    )


def _knows(staff: Staff) -> ColumnElement[bool]:
    """Whether `staff` seated the person, dealt with the sitting, sat beside a talk of theirs, or
    opened any of their data.

    Rows that are one human being count as one, also where another office's referral made them.
    """
    same = aliased(Person)
    is_same = func.coalesce(same.matched_to_id, same.id) == func.coalesce(
        Person.matched_to_id, Person.id
    )
    # Who sits beside and rates does nothing there that would stand in the log.
    heard_sitting, heard_part = aliased(Sitting), aliased(Part)
    sat_beside = (
        select(SpeakingTalk.id)
        .join(heard_part, heard_part.id == SpeakingTalk.part_id)
        .join(heard_sitting, heard_sitting.id == heard_part.sitting_id)
        .join(same, same.id == heard_sitting.person_id)
        .where(SpeakingTalk.live_rater_id == staff.id, is_same)
        .exists()
    )
    opened_data = (
        select(Event.id)
        .join(Chain, Chain.id == Event.chain_id)
        .join(same, same.id == Chain.person_id)
        .where(
            Event.actor == events.tag_of(staff),
            Event.action.not_in([action.value for action in RATERS_OWN]),
            is_same,
        )
        .exists()
    )
    return (
        (Sitting.seated_by_id == staff.id)
        | exists().where(Visit.sitting_id == Sitting.id, Visit.issued_by_id == staff.id)
        | exists().where(SittingNote.sitting_id == Sitting.id, SittingNote.staff_id == staff.id)
        | sat_beside
        | opened_data
    )


def _locked(db: Session, script_id: int) -> Script:
    """The script with its ratings as they are now, and nobody else changes them until the end."""
    return db.scalars(
        select(Script)
        .where(Script.id == script_id)
        .options(selectinload(Script.ratings))
        .with_for_update(of=Script)
        .execution_options(populate_existing=True)
    ).one()


def _refuse_if_met(db: Session, rating: Rating, staff: Staff) -> None:
    """Who sat beside a talk has met the person: that is how they rate it."""
    met = (
        select(Script.id)
        .join(Script.part)
        .join(Part.sitting)
        .join(Sitting.person)
        .where(Script.id == rating.script_id, Script.mode != ScriptMode.LIVE, _knows(staff))
    )
    if db.scalar(met) is not None:
        raise MetSince


def _refuse_unless_open(db: Session, rating: Rating) -> None:
    is_sent = db.execute(select(Rating.submitted_at).where(Rating.id == rating.id)).one_or_none()
    if is_sent is None:
        # Taken back meanwhile.
        raise NotFound
    if is_sent.submitted_at is not None:
        raise AlreadyRated


def _checked(script: Script, marks: Mapping[str, str]) -> dict[str, str]:
    """Marks by criterion, in the criteria's order.

    :raise MarksMissing: a criterion or a level that does not exist.
    """
    if set(marks) - set(script.criteria):
        raise MarksMissing
    for level in marks.values():
        try:
            arithmetic.place_of(level)
        except arithmetic.RatingRefused:
            raise MarksMissing from None
    return {one.value: marks[one.value] for one in script.criteria if one.value in marks}


def _record(
    db: Session, action: Action, rating: Rating, *, actor: Staff, now: datetime, **details: Any
) -> None:
    events.record(
        db,
        action,
        on=rating.script.part.sitting.person,
        subject=rating.script,
        actor=actor,
        now=now,
        rating=rating.public_id,
        **details,
    )
