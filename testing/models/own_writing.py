"""A few sentences in the person's own language, judged by somebody who reads it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, IntPk, PublicId, enum_type
from testing.models.organisations import Staff
from testing.models.rating import ScriptMode
from testing.models.sittings import Sitting


class OwnWritingLevel(StrEnum):
    """How somebody writes their own language; never a level of the tested one."""

    NONE = "none"
    EMERGING = "emerging"
    FUNCTIONAL = "functional"


class OwnWritingGap(StrEnum):
    """Why there is no level."""

    NOBODY_READS = "nobody_reads"
    SIGHT = "sight"
    HEALTH = "health"
    REFUSED = "refused"
    TECHNICAL = "technical"


class OwnWriting(Base):
    """What was written in the own language, or why nothing was; one a sitting."""

    __tablename__ = "own_writing"
    __table_args__ = (
        CheckConstraint("mode IN ('keyboard', 'paper')", name="is_written"),
        CheckConstraint("length(text) <= 8000", name="text_length"),
        CheckConstraint("(level IS NULL) = (judged_by_id IS NULL)", name="level_has_a_judge"),
        CheckConstraint("(level IS NULL) = (judged_at IS NULL)", name="level_has_a_time"),
        CheckConstraint("level IS NULL OR not_assessed IS NULL", name="level_or_reason_without"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), unique=True)
    #: A code of the interview's languages.
    language: Mapped[str] = mapped_column(String(8))
    mode: Mapped[ScriptMode] = mapped_column(enum_type(ScriptMode, "mode"))
    #: Typed by the person; empty where it stands on paper.
    text: Mapped[str] = mapped_column(default="")
    level: Mapped[OwnWritingLevel | None] = mapped_column(enum_type(OwnWritingLevel, "level"))
    #: Why there is no level: never told as "does not write".
    not_assessed: Mapped[OwnWritingGap | None] = mapped_column(enum_type(OwnWritingGap, "reason"))
    kept_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kept_at: Mapped[datetime]
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    judged_at: Mapped[datetime | None]

    sitting: Mapped[Sitting] = relationship()
    judged_by: Mapped[Staff | None] = relationship(foreign_keys=[judged_by_id])
