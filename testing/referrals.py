"""Referrals: an office asks for one person to be assessed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from testing import events, people
from testing.events import Action
from testing.keys import Keys
from testing.models import (
    Booking,
    BookingState,
    Centre,
    Office,
    Purpose,
    Referral,
    ReferralState,
    Staff,
)
from testing.people import PersonData
from testing.refusals import NotFound, Refusal


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
    events.record(
        db, Action.REFERRAL_CREATE, on=row, subject=referral, actor=actor, now=now
    )
    return referral


def cancel(db: Session, referral: Referral, *, actor: Staff, now: datetime) -> None:
    """The referral is no longer wanted.

    :raise HasBooking: a place waits for it.
    """
    if booked_place(db, referral) is not None:
        raise HasBooking
    referral.state = ReferralState.CANCELLED
    events.record(
        db, Action.REFERRAL_CANCEL, on=referral.person, subject=referral, actor=actor, now=now
    )


def booked_place(db: Session, referral: Referral) -> Booking | None:
    """The place that waits for the person."""
    return db.scalar(
        select(Booking).where(
            Booking.referral_id == referral.id, Booking.state == BookingState.BOOKED
        )
    )


def own(db: Session, public_id: str, staff: Staff) -> Referral:
    """The referral, if it belongs to the clerk's own office.

    :raise NotFound: otherwise; another office's referral and a missing one look the same.
    """
    referral = db.scalar(select(Referral).where(Referral.public_id == public_id))
    if referral is None or staff.office_id is None or referral.office_id != staff.office_id:
        raise NotFound
    return referral
