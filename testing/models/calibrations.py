"""Answers that were taken out of the service for calibration."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from items.orm import Base, IntPk, PublicId, enum_type
from testing.models.results import Skill


class AnswersExport(Base):
    """One export: of which bank, by whom, and of how many people; never changed.

    A later export may begin where this one ended, so that no answer counts twice.
    """

    __tablename__ = "answers_export"
    __table_args__ = (
        CheckConstraint("language IN ('fi', 'sv', 'zxx')", name="language"),
        Index(None, "centre_id", "language", "skill"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    language: Mapped[str] = mapped_column(String(3))
    skill: Mapped[Skill] = mapped_column(enum_type(Skill, "skill"))
    #: Name of who took them out, or the command.
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    #: Only sittings that ended later than this are in it.
    since: Mapped[datetime | None]
    people: Mapped[int]
    answers: Mapped[int]
