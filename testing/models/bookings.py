"""Occasions and the places on them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, IntPk, PublicId, enum_type
from testing.models.organisations import Site
from testing.models.people import Referral


class BookingState(StrEnum):
    BOOKED = "booked"
    ARRIVED = "arrived"
    NO_SHOW = "no_show"
    MOVED = "moved"
    CANCELLED = "cancelled"


#: States in which a booking takes one of the occasion's places.
TAKES_A_PLACE = (BookingState.BOOKED, BookingState.ARRIVED, BookingState.NO_SHOW)
_TAKES_A_PLACE = text("state IN ('booked', 'arrived', 'no_show')")


class Occasion(Base):
    """A time and a site with room for a number of people."""

    __tablename__ = "occasion"
    __table_args__ = (
        CheckConstraint("places BETWEEN 1 AND 500", name="places"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    places: Mapped[int]
    cancelled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship()
    bookings: Mapped[list["Booking"]] = relationship(
        back_populates="occasion", order_by="Booking.place"
    )


class Booking(Base):
    """One place on one occasion for one referral."""

    __tablename__ = "booking"
    __table_args__ = (
        Index(
            "uq_booking_place",
            "occasion_id",
            "place",
            unique=True,
            sqlite_where=_TAKES_A_PLACE,
            postgresql_where=_TAKES_A_PLACE,
        ),
        Index(
            "uq_booking_referral_waiting",
            "referral_id",
            unique=True,
            sqlite_where=text("state = 'booked'"),
            postgresql_where=text("state = 'booked'"),
        ),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    occasion_id: Mapped[int] = mapped_column(ForeignKey("occasion.id"), index=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    #: 1 … the occasion's places.
    place: Mapped[int]
    #: Eight digits on the invitation: finds the booking at the desk and opens nothing.
    reference: Mapped[str] = mapped_column(String(8), unique=True)
    state: Mapped[BookingState] = mapped_column(enum_type(BookingState, "state"))
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    booked_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    occasion: Mapped[Occasion] = relationship(back_populates="bookings")
    referral: Mapped[Referral] = relationship()
