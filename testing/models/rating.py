"""Scripts and the marks that raters give them, blind."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.models import TaskVersion
from items.orm import Base, IntPk, JsonText, PublicId, enum_type
from testing.models.organisations import Staff
from testing.models.sittings import Part

if TYPE_CHECKING:
    from testing.models.paper_pages import PaperPage

_UNRATED = text("level IS NULL")


class ScriptMode(StrEnum):
    """How the person wrote or spoke."""

    KEYBOARD = "keyboard"
    PAPER = "paper"
    #: Spoken, and recorded with the person's agreement.
    RECORDED = "recorded"
    #: Spoken before a second person, who rates at once; nothing can be heard again.
    LIVE = "live"


class Criterion(StrEnum):
    """What a rater judges, each on the national levels."""

    TASK = "task_achievement"
    RANGE = "range"
    ACCURACY = "accuracy"
    COHERENCE = "coherence"
    FLUENCY = "fluency"
    INTERACTION = "interaction"


WRITING_CRITERIA = (
    Criterion.TASK, Criterion.RANGE, Criterion.ACCURACY, Criterion.COHERENCE,
)  # fmt: skip
SPEAKING_CRITERIA = (
    Criterion.RANGE, Criterion.ACCURACY, Criterion.FLUENCY, Criterion.INTERACTION,
    Criterion.COHERENCE,
)  # fmt: skip
SPOKEN = (ScriptMode.RECORDED, ScriptMode.LIVE)


class RatingOrder(StrEnum):
    FIRST = "first"
    SECOND = "second"
    #: Adjudication: the first two differ too much.
    THIRD = "third"


class Script(Base):
    """A written response to one prompt, or a spoken one to one speaking set."""

    __tablename__ = "script"
    __table_args__ = (
        UniqueConstraint("part_id", "position"),
        CheckConstraint("length(text) <= 20000", name="text_length"),
        CheckConstraint("level IS NULL OR submitted_at IS NOT NULL", name="rated_when_submitted"),
        Index(
            "ix_script_to_rate",
            "submitted_at",
            sqlite_where=_UNRATED,
            postgresql_where=_UNRATED,
        ),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    position: Mapped[int]
    task_version_id: Mapped[int] = mapped_column(ForeignKey("task_version.id"))
    mode: Mapped[ScriptMode] = mapped_column(enum_type(ScriptMode, "mode"))
    text: Mapped[str] = mapped_column(default="")
    #: Number of the newest text that was accepted.
    sequence: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    #: When the person handed it in; only then may it be rated.
    submitted_at: Mapped[datetime | None]
    is_dont_know: Mapped[bool] = mapped_column(default=False)
    #: What the raters agree on; null until the last rating that is needed.
    level: Mapped[str | None] = mapped_column(String(12))

    part: Mapped[Part] = relationship()
    task_version: Mapped[TaskVersion] = relationship()
    ratings: Mapped[list["Rating"]] = relationship(back_populates="script", order_by="Rating.id")

    #: Pictures of what was written by hand, deleted ones too.
    pages: Mapped[list["PaperPage"]] = relationship(viewonly=True, order_by="PaperPage.id")

    @property
    def is_spoken(self) -> bool:
        return self.mode in SPOKEN

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """What a rater of this script judges."""
        return SPEAKING_CRITERIA if self.is_spoken else WRITING_CRITERIA


class Rating(Base):
    """One rater's marks for one script."""

    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint("script_id", "rater_id"),
        UniqueConstraint("script_id", "order"),
        CheckConstraint("(submitted_at IS NULL) = (level IS NULL)", name="level_when_submitted"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    script_id: Mapped[int] = mapped_column(ForeignKey("script.id"))
    rater_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    order: Mapped[RatingOrder] = mapped_column(enum_type(RatingOrder, "order"))
    #: Level code a criterion.
    marks: Mapped[dict[str, str] | None] = mapped_column(JsonText)
    #: Median of the criteria.
    level: Mapped[str | None] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(default="")
    taken_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]

    script: Mapped[Script] = relationship(back_populates="ratings")
    rater: Mapped[Staff] = relationship()
