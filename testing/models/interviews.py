"""What a person told before the test, in a talk with the desk."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, IntPk, JsonText, PublicId
from testing.models.organisations import Staff
from testing.models.people import Referral


class Interview(Base):
    """The answers to the interview's questions; one interview a referral, corrected in place."""

    __tablename__ = "interview"
    __table_args__ = (
        CheckConstraint(
            "(changed_at IS NULL) = (changed_by_id IS NULL)", name="change_has_an_author"
        ),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), unique=True)
    #: Version of the questions.
    questions: Mapped[str] = mapped_column(String(20))
    #: Question code → what was answered; what was not asked or told is left out.
    answers: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: Skill → levels of the "I can" statements that the person said are true.
    statements: Mapped[dict[str, list[str]]] = mapped_column(JsonText)
    held_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    held_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime | None]

    referral: Mapped[Referral] = relationship()
    held_by: Mapped[Staff] = relationship(foreign_keys=[held_by_id])
