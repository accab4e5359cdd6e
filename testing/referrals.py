"""Referrals: an office asks for one person to be assessed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from testing import bookings, clock, events, people
from testing.events import Action
from testing.keys import Keys
from testing.models import (
    Booking,
    BookingState,
    Centre,
    Occasion,
    Office,
    Person,
    Purpose,
    Referral,
    ReferralState,
    Staff,
)
from testing.people import PersonData
from testing.refusals import NotFound, Refusal


class HasBegun(Refusal):
    """The person came to the test: what has begun is not undone."""


class HasBooking(Refusal):
    """The referral has a place that is still to come: cancel the place first."""


def refer(
    db: Session,
    keys: Keys,
    *,
    centre: Centre,
    office: Office,
    person: PersonData,
    language: str,
    purpose: Purpose,
    actor: Staff,
    now: datetime,
    training: str = "",
    needs: str = "",
) -> Referral:
    """A new referral with a person row of its own.

    :raise BirthDateDiffers: the identity code tells another birth date.
    """
    row = people.add_person(db, keys, centre=centre, data=person, actor=actor, now=now)
    referral = Referral(
        centre_id=centre.id,
        office_id=office.id,
        person_id=row.id,
        language=language,
        purpose=purpose,
        training=training.strip(),
        needs=needs.strip(),
        state=ReferralState.OPEN,
        created_by_id=actor.id,
        created_at=now,
    )
    db.add(referral)
    db.flush()
    events.record(db, Action.REFERRAL_CREATE, on=row, subject=referral, actor=actor, now=now)
    return referral


def cancel(db: Session, referral: Referral, *, actor: Staff, now: datetime) -> None:
    """The referral is no longer wanted.

    :raise ReferralClosed: it is cancelled or completed already.
    :raise HasBooking: a place waits for it.
    :raise HasBegun: the person came to the test.
    """
    if referral.state is not ReferralState.OPEN:
        raise bookings.ReferralClosed
    newest = newest_booking(db, referral)
    if newest is not None and newest.state is BookingState.ARRIVED:
        raise HasBegun
    if bookings.waiting_place(db, referral) is not None:
        raise HasBooking
    referral.state = ReferralState.CANCELLED
    events.record(
        db, Action.REFERRAL_CANCEL, on=referral.person, subject=referral, actor=actor, now=now
    )


def own(db: Session, public_id: str, staff: Staff) -> Referral:
    """The referral, if it belongs to the clerk's own office.

    :raise NotFound: otherwise; another office's referral and a missing one look the same.
    """
    referral = db.scalar(select(Referral).where(Referral.public_id == public_id))
    if referral is None or staff.office_id is None or referral.office_id != staff.office_id:
        raise NotFound
    return referral


def of_centre(db: Session, public_id: str, staff: Staff) -> Referral:
    """The referral, if it belongs to the centre of staff who are of no office.

    :raise NotFound: otherwise.
    """
    referral = db.scalar(select(Referral).where(Referral.public_id == public_id))
    if referral is None or staff.office_id or referral.centre_id != staff.centre_id:
        raise NotFound
    return referral


# How far a referral has come


class Standing(StrEnum):
    """How far a referral has come; told by its state and its newest booking."""

    NEEDS_PLACE = "needs_place"
    #: The person did not come.
    MISSED = "missed"
    BOOKED = "booked"
    #: The person came; the result is on its way.
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Pile(StrEnum):
    """The piles into which an office's referrals fall."""

    TO_DO = "to_do"
    BOOKED = "booked"
    ARRIVED = "arrived"
    CLOSED = "closed"


@dataclass(frozen=True)
class Listed:
    """A referral as a row of a list."""

    referral: Referral
    booking: Booking | None
    has_permission: bool

    @property
    def standing(self) -> Standing:
        return standing(self.referral, self.booking)


def standing(referral: Referral, newest: Booking | None) -> Standing:
    if referral.state is ReferralState.CANCELLED:
        return Standing.CANCELLED
    if referral.state is ReferralState.COMPLETED:
        return Standing.COMPLETED
    if newest is None:
        return Standing.NEEDS_PLACE
    return {
        BookingState.BOOKED: Standing.BOOKED,
        BookingState.ARRIVED: Standing.ARRIVED,
        BookingState.NO_SHOW: Standing.MISSED,
    }.get(newest.state, Standing.NEEDS_PLACE)


def newest_booking(db: Session, referral: Referral) -> Booking | None:
    return db.scalar(
        select(Booking)
        .where(Booking.referral_id == referral.id)
        .order_by(Booking.id.desc())
        .limit(1)
        .options(joinedload(Booking.occasion).joinedload(Occasion.site))
    )


PILE_SIZE = 25


def pile(db: Session, office: Office, which: Pile, *, now: datetime, skip: int = 0) -> list[Listed]:
    """One page of a pile: what waits longest, or comes soonest, first."""
    order = {
        Pile.TO_DO: (Referral.created_at, Referral.id),
        Pile.BOOKED: (Occasion.starts_at, Referral.id),
    }.get(which, (Referral.id.desc(),))
    query = _with_newest_booking().where(Referral.office_id == office.id, _PILES[which])
    return _listed(db, query.order_by(*order).offset(skip).limit(PILE_SIZE), now)


def pile_sizes(db: Session, office: Office) -> dict[Pile, int]:
    """How many referrals of the office lie in each pile."""
    which = case(*((rule, name.value) for name, rule in _PILES.items()))
    rows = db.execute(
        select(which, func.count())
        .select_from(Referral)
        .outerjoin(Booking, Booking.id == _newest())
        .where(Referral.office_id == office.id)
        .group_by(which)
    )
    found = {name: count for name, count in rows if name}
    return {name: found.get(name.value, 0) for name in Pile}


def search(
    db: Session, office: Office, text: str, *, now: datetime, most: int = 50
) -> list[Listed]:
    """The office's own referrals of people with such a name or birth date, the newest first."""
    query = _with_newest_booking().where(
        Referral.office_id == office.id, Referral.person_id.in_(people.named(text))
    )
    return _listed(db, query.order_by(Referral.id.desc()).limit(most), now)


def of_people(db: Session, persons: list[Person], now: datetime) -> list[Listed]:
    """Every office's referrals of these rows of a person, the newest first: for the centre only."""
    query = _with_newest_booking().where(Referral.person_id.in_([row.id for row in persons]))
    return _listed(db, query.order_by(Referral.id.desc()), now)


def _newest() -> Any:
    """Id of the newest booking of each referral."""
    return (
        select(func.max(Booking.id))
        .where(Booking.referral_id == Referral.id)
        .correlate(Referral)
        .scalar_subquery()
    )


def _with_newest_booking() -> Any:
    return (
        select(Referral, Booking)
        .join(Person, Person.id == Referral.person_id)
        .outerjoin(Booking, Booking.id == _newest())
        .outerjoin(Occasion, Occasion.id == Booking.occasion_id)
        .options(
            joinedload(Referral.person),
            joinedload(Referral.office),
            selectinload(Referral.permissions),
            joinedload(Booking.occasion).joinedload(Occasion.site),
        )
    )


def _listed(db: Session, query: Any, now: datetime) -> list[Listed]:
    day = clock.local_day(now)
    return [
        Listed(
            referral,
            booking,
            any(
                one.recipient_id == referral.office_id and one.is_live(day)
                for one in referral.permissions
            ),
        )
        for referral, booking in db.execute(query)
    ]


_OPEN = Referral.state == ReferralState.OPEN
_PILES: dict[Pile, ColumnElement[bool]] = {
    Pile.TO_DO: and_(
        _OPEN,
        or_(
            Booking.id.is_(None),
            Booking.state.not_in([BookingState.BOOKED, BookingState.ARRIVED]),
        ),
    ),
    Pile.BOOKED: and_(_OPEN, Booking.state == BookingState.BOOKED),
    Pile.ARRIVED: and_(_OPEN, Booking.state == BookingState.ARRIVED),
    Pile.CLOSED: Referral.state != ReferralState.OPEN,
}


class NextStep(StrEnum):
    """What the office should do first about a referral."""

    BOOK = "book"
    BOOK_AGAIN = "book_again"
    RECORD_PERMISSION = "record_permission"
    PRINT_INVITATION = "print_invitation"
    WAIT_FOR_DAY = "wait_for_day"
    WAIT_FOR_RESULT = "wait_for_result"
    READ_RESULT = "read_result"
    NOTHING = "nothing"


def next_step(stands: Standing, *, has_permission: bool, has_invitation: bool) -> NextStep:
    """The one thing that comes first. A test never waits for a permission; a result does."""
    if stands is Standing.CANCELLED:
        return NextStep.NOTHING
    if stands is Standing.NEEDS_PLACE:
        return NextStep.BOOK
    if stands is Standing.MISSED:
        return NextStep.BOOK_AGAIN
    if not has_permission:
        return NextStep.RECORD_PERMISSION
    if stands is Standing.BOOKED:
        return NextStep.WAIT_FOR_DAY if has_invitation else NextStep.PRINT_INVITATION
    return NextStep.WAIT_FOR_RESULT if stands is Standing.ARRIVED else NextStep.READ_RESULT
