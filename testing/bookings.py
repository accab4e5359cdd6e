"""Occasions and places: the last place can be taken once only."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from testing import clock, events
from testing.events import Action
from testing.models import (
    Booking,
    BookingState,
    Centre,
    Event,
    Occasion,
    Referral,
    ReferralState,
    Site,
    Staff,
)
from testing.models.bookings import TAKES_A_PLACE
from testing.refusals import NotFound, Refusal

#: States in which a referral needs no other place.
HOLDS = (BookingState.BOOKED, BookingState.ARRIVED)


class OccasionFull(Refusal):
    """Every place is taken."""


class OccasionClosed(Refusal):
    """The occasion is cancelled, closed or over."""


class AlreadyBooked(Refusal):
    """The referral has a place that is still to come."""


class ReferralClosed(Refusal):
    """The referral was cancelled or is completed."""


class BookingClosed(Refusal):
    """The place was given up, or the person came already."""


class PlacesTaken(Refusal):
    """More places are taken than the occasion would have."""


def add_occasion(
    db: Session,
    *,
    centre: Centre,
    site: Site,
    starts_at: datetime,
    ends_at: datetime,
    places: int,
    actor: Staff,
    now: datetime,
) -> Occasion:
    """A new occasion that offices of the centre may book."""
    occasion = Occasion(
        centre_id=centre.id, site_id=site.id, starts_at=starts_at, ends_at=ends_at, places=places
    )
    db.add(occasion)
    db.flush()
    events.record(
        db, Action.OCCASION_CREATE, on=centre, subject=occasion, actor=actor, now=now, places=places
    )
    return occasion


def add_series(
    db: Session,
    *,
    centre: Centre,
    site: Site,
    first_day: date,
    starts: time,
    ends: time,
    places: int,
    weeks: int,
    actor: Staff,
    now: datetime,
) -> list[Occasion]:
    """One occasion a week, each at the same time on the wall's clock also after it is changed."""

    def moment(day: date, at: time) -> datetime:
        return clock.from_local(day, at.hour, at.minute)

    days = [first_day + timedelta(weeks=week) for week in range(weeks)]
    return [
        add_occasion(
            db,
            centre=centre,
            site=site,
            starts_at=moment(day, starts),
            ends_at=moment(day, ends),
            places=places,
            actor=actor,
            now=now,
        )
        for day in days
    ]


def change_places(
    db: Session, occasion: Occasion, places: int, *, centre: Centre, actor: Staff, now: datetime
) -> None:
    """The occasion has room for `places`.

    :raise PlacesTaken: more are booked already.
    """
    _lock(db, occasion)
    highest = max(_taken(db, occasion), default=0)
    if highest > places:
        raise PlacesTaken
    occasion.places = places
    events.record(
        db, Action.OCCASION_CHANGE, on=centre, subject=occasion, actor=actor, now=now, places=places
    )


def cancel_occasion(
    db: Session, occasion: Occasion, *, centre: Centre, actor: Staff, now: datetime
) -> list[Booking]:
    """The occasion does not take place; the returned bookings need a new one."""
    _lock(db, occasion)
    waiting = [b for b in occasion.bookings if b.state is BookingState.BOOKED]
    for booking in waiting:
        _leave(db, booking, BookingState.CANCELLED, Action.BOOKING_CANCEL, actor, now)
    occasion.cancelled_at = now
    events.record(
        db,
        Action.OCCASION_CANCEL,
        on=centre,
        subject=occasion,
        actor=actor,
        now=now,
        bookings=len(waiting),
    )
    return waiting


def places_left(db: Session, occasion: Occasion) -> int:
    return occasion.places - len(_taken(db, occasion))


PAGE = 50


@dataclass(frozen=True)
class Counted:
    """An occasion and how many of its places are taken."""

    occasion: Occasion
    taken: int

    @property
    def left(self) -> int:
        return self.occasion.places - self.taken


def coming(db: Session, centre_id: int, now: datetime) -> list[Counted]:
    """Occasions that are not over yet, the soonest first."""
    query = _counted(centre_id).where(Occasion.ends_at > now).order_by(Occasion.starts_at)
    return [Counted(occasion, taken) for occasion, taken in db.execute(query)]


def past(db: Session, centre_id: int, now: datetime, skip: int = 0) -> list[Counted]:
    """One page of occasions that are over, the latest first."""
    query = (
        _counted(centre_id)
        .where(Occasion.ends_at <= now)
        .order_by(Occasion.starts_at.desc())
        .offset(skip)
        .limit(PAGE)
    )
    return [Counted(occasion, taken) for occasion, taken in db.execute(query)]


def count_past(db: Session, centre_id: int, now: datetime) -> int:
    query = select(func.count()).where(Occasion.centre_id == centre_id, Occasion.ends_at <= now)
    return db.scalar(query) or 0


def of_occasion(db: Session, occasion: Occasion) -> list[Booking]:
    """Every booking of the occasion with its person, those who hold a place first."""
    rows = db.scalars(
        select(Booking)
        .where(Booking.occasion_id == occasion.id)
        .options(
            joinedload(Booking.referral).joinedload(Referral.person),
            joinedload(Booking.referral).joinedload(Referral.office),
        )
        .order_by(Booking.place, Booking.id)
    )
    return sorted(rows, key=lambda booking: booking.state not in TAKES_A_PLACE)


def to_rebook(db: Session, occasion: Occasion) -> list[Booking]:
    """Bookings of a cancelled occasion whose people have no other place yet."""
    if occasion.cancelled_at is None:
        return []
    elsewhere = select(Booking.referral_id).where(Booking.state.in_(HOLDS))
    rows = db.scalars(
        select(Booking)
        .join(Referral)
        .where(
            Booking.occasion_id == occasion.id,
            Booking.state == BookingState.CANCELLED,
            Booking.changed_at >= occasion.cancelled_at,
            Referral.state == ReferralState.OPEN,
            Booking.referral_id.not_in(elsewhere),
        )
        .options(joinedload(Booking.referral).joinedload(Referral.person))
        .order_by(Booking.place)
    )
    return list(rows)


def _counted(centre_id: int) -> Any:
    taken = (
        select(func.count())
        .where(Booking.occasion_id == Occasion.id, Booking.state.in_(TAKES_A_PLACE))
        .correlate(Occasion)
        .scalar_subquery()
    )
    return (
        select(Occasion, taken)
        .where(Occasion.centre_id == centre_id)
        .options(joinedload(Occasion.site))
    )


def with_room(db: Session, centre_id: int, now: datetime) -> list[tuple[Occasion, int]]:
    """Coming occasions of the centre and how many places each has left, the soonest first."""
    return [
        (one.occasion, one.left)
        for one in coming(db, centre_id, now)
        if one.left > 0
        and one.occasion.starts_at > now
        and one.occasion.cancelled_at is None
        and one.occasion.closed_at is None
    ]


def book(
    db: Session, referral: Referral, occasion: Occasion, *, actor: Staff, now: datetime
) -> Booking:
    """The referral has a place on the occasion.

    :raise ReferralClosed: the referral is cancelled or completed.
    :raise AlreadyBooked: it has a place already.
    :raise OccasionClosed: the occasion is cancelled, closed or over.
    :raise OccasionFull: no place is left, perhaps since a second ago.
    """
    _lock(db, occasion)
    _lock_referral(db, referral)
    if referral.state is not ReferralState.OPEN:
        raise ReferralClosed
    if occasion.cancelled_at or occasion.closed_at or occasion.ends_at <= now:
        raise OccasionClosed
    if db.scalar(
        select(Booking.id).where(
            Booking.referral_id == referral.id, Booking.state == BookingState.BOOKED
        )
    ):
        raise AlreadyBooked
    taken = _taken(db, occasion)
    free = next((n for n in range(1, occasion.places + 1) if n not in taken), None)
    if free is None:
        raise OccasionFull
    booking = Booking(
        occasion_id=occasion.id,
        referral_id=referral.id,
        place=free,
        reference=_new_reference(db),
        state=BookingState.BOOKED,
        booked_by_id=actor.id,
        booked_at=now,
        changed_at=now,
    )
    db.add(booking)
    db.flush()
    events.record(
        db,
        Action.BOOKING_CREATE,
        on=referral.person,
        subject=booking,
        actor=actor,
        now=now,
        occasion=occasion.public_id,
    )
    return booking


def move(
    db: Session, booking: Booking, occasion: Occasion, *, actor: Staff, now: datetime
) -> Booking:
    """The person comes to another occasion; the old place is free. Refuses as `book` does.

    :raise BookingClosed: the booking was given up or used already.
    """
    _lock_booking(db, booking, occasion)
    if booking.state not in (BookingState.BOOKED, BookingState.NO_SHOW):
        raise BookingClosed
    _leave(db, booking, BookingState.MOVED, Action.BOOKING_MOVE, actor, now)
    db.flush()
    return book(db, booking.referral, occasion, actor=actor, now=now)


def give_place(
    db: Session, referral: Referral, occasion: Occasion, *, actor: Staff, now: datetime
) -> Booking:
    """The referral has its place on this occasion: moved from the one that waits, or a new one.

    That the person missed an earlier occasion stays on record. Refuses as `book` does.
    """
    waiting = waiting_place(db, referral)
    if waiting is None:
        return book(db, referral, occasion, actor=actor, now=now)
    return move(db, waiting, occasion, actor=actor, now=now)


def waiting_place(db: Session, referral: Referral) -> Booking | None:
    """The place that waits for the person."""
    return db.scalar(
        select(Booking)
        .where(Booking.referral_id == referral.id, Booking.state == BookingState.BOOKED)
        .options(joinedload(Booking.occasion).joinedload(Occasion.site))
    )


def cancel(db: Session, booking: Booking, *, actor: Staff, now: datetime) -> None:
    """The place is free again.

    :raise BookingClosed: the booking was given up or used already.
    """
    _lock_booking(db, booking)
    if booking.state is not BookingState.BOOKED:
        raise BookingClosed
    _leave(db, booking, BookingState.CANCELLED, Action.BOOKING_CANCEL, actor, now)


def mark_no_show(db: Session, booking: Booking, *, actor: Staff, now: datetime) -> None:
    """The person did not come. Can be taken back by letting the person arrive after all.

    :raise BookingClosed: the person came, or the place was given up.
    """
    _lock_booking(db, booking)
    if booking.state is not BookingState.BOOKED or booking.occasion.starts_at > now:
        raise BookingClosed
    _leave(db, booking, BookingState.NO_SHOW, Action.BOOKING_NO_SHOW, actor, now)


def arrive(db: Session, booking: Booking, *, actor: Staff, now: datetime) -> None:
    """The person is here and their identity was checked.

    :raise BookingClosed: the place was given up.
    """
    _lock_booking(db, booking)
    if booking.state is BookingState.ARRIVED:
        return
    if booking.state not in (BookingState.BOOKED, BookingState.NO_SHOW):
        raise BookingClosed
    _leave(db, booking, BookingState.ARRIVED, Action.BOOKING_ARRIVE, actor, now)


def find_occasion(db: Session, public_id: str) -> Occasion | None:
    return db.scalar(select(Occasion).where(Occasion.public_id == public_id))


def find_booking(db: Session, public_id: str, centre_id: int) -> Booking:
    """The centre's booking with this id.

    :raise NotFound: the centre has none.
    """
    booking = db.scalar(
        select(Booking)
        .join(Occasion)
        .where(Booking.public_id == public_id, Occasion.centre_id == centre_id)
    )
    if booking is None:
        raise NotFound
    return booking


def invitation_was_printed(db: Session, booking: Booking) -> bool:
    """Whether anybody printed the invitation to this place, as the log tells."""
    return bool(
        db.scalar(
            select(Event.id)
            .where(
                Event.subject == f"booking:{booking.public_id}",
                Event.action == Action.INVITATION_PRINT,
            )
            .limit(1)
        )
    )


def check_identity(
    db: Session, booking: Booking, document: str, *, actor: Staff, now: datetime
) -> None:
    """It is on record which kind of photo ID was seen and by whom; not its number."""
    events.record(
        db,
        Action.IDENTITY_CHECK,
        on=booking.referral.person,
        subject=booking,
        actor=actor,
        now=now,
        document=document,
    )


def by_reference(db: Session, reference: str, centre_id: int) -> Booking | None:
    """The centre's booking with these digits, however they were grouped."""
    digits = "".join(sign for sign in reference if sign.isdigit())
    return db.scalar(
        select(Booking)
        .join(Occasion)
        .where(Booking.reference == digits, Occasion.centre_id == centre_id)
    )


def _leave(
    db: Session,
    booking: Booking,
    state: BookingState,
    action: Action,
    actor: Staff,
    now: datetime,
) -> None:
    booking.state = state
    booking.changed_at = now
    events.record(db, action, on=booking.referral.person, subject=booking, actor=actor, now=now)


def _lock(db: Session, *occasions: Occasion) -> None:
    """Nobody else books these occasions until the transaction ends, and they are as they are now.

    Occasions come before referrals and bookings, in the order of their ids: two transactions that
    lock never wait for each other.
    """
    db.flush()
    wanted = sorted({occasion.id for occasion in occasions})
    for row in db.scalars(
        select(Occasion)
        .where(Occasion.id.in_(wanted))
        .order_by(Occasion.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ):
        db.expire(row, ["bookings"])


def _lock_referral(db: Session, referral: Referral) -> None:
    """Nobody else books a place for this referral until the transaction ends."""
    db.execute(
        select(Referral)
        .where(Referral.id == referral.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _lock_booking(db: Session, booking: Booking, *occasions: Occasion) -> None:
    """The booking is as it is now, and stays so until the transaction ends."""
    _lock(db, booking.occasion, *occasions)
    db.refresh(booking, ["state", "changed_at"])


def _taken(db: Session, occasion: Occasion) -> set[int]:
    return set(
        db.scalars(
            select(Booking.place).where(
                Booking.occasion_id == occasion.id, Booking.state.in_(TAKES_A_PLACE)
            )
        )
    )


def _new_reference(db: Session) -> str:
    while True:
        reference = f"{secrets.randbelow(90_000_000) + 10_000_000}"
        if db.scalar(select(Booking.id).where(Booking.reference == reference)) is None:
            return reference
