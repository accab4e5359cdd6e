"""What is said about a result: opinions of several assessors, and the talk with the person."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, IntPk, PublicId, enum_type
from testing.models.organisations import Staff
from testing.models.sittings import Sitting


class MeetingOpinion(Base):
    """What one assessor thinks should be recommended; the newest of each assessor counts."""

    __tablename__ = "meeting_opinion"

    id: Mapped[IntPk]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    assessor_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    #: A code of `scoring.recommendation_rules.Outcome`.
    outcome: Mapped[str] = mapped_column(String(40))
    comment: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]

    assessor: Mapped[Staff] = relationship()


class PersonsView(StrEnum):
    """What the person thinks of the result."""

    AGREES = "agrees"
    PARTLY = "partly"
    DISAGREES = "disagrees"
    NOT_SAID = "not_said"


class FeedbackTalk(Base):
    """A talk with the person about the result: booked, then held or cancelled."""

    __tablename__ = "feedback_talk"
    __table_args__ = (
        CheckConstraint("(held_at IS NULL) = (persons_view IS NULL)", name="held_has_a_view"),
        CheckConstraint("(held_at IS NULL) = (held_by_id IS NULL)", name="held_has_a_person"),
        CheckConstraint("held_at IS NULL OR cancelled_at IS NULL", name="held_or_cancelled"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    starts_at: Mapped[datetime]
    #: Language of the page for the talk.
    language: Mapped[str] = mapped_column(String(8))
    #: Whether an interpreter is booked; after the talk, whether one was there.
    interpreter: Mapped[bool] = mapped_column(default=False)
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    booked_at: Mapped[datetime]
    held_at: Mapped[datetime | None]
    held_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    persons_view: Mapped[PersonsView | None] = mapped_column(enum_type(PersonsView, "view"))
    #: In the person's own words, as they were said or written, in whatever language.
    persons_words: Mapped[str] = mapped_column(default="")
    cancelled_at: Mapped[datetime | None]

    sitting: Mapped[Sitting] = relationship()
    booked_by: Mapped[Staff] = relationship(foreign_keys=[booked_by_id])
    held_by: Mapped[Staff | None] = relationship(foreign_keys=[held_by_id])
