"""The speaking interview: who talked with the person, about what, and whether it was recorded."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.models import TaskVersion
from items.orm import Base, IntPk, PublicId, enum_type
from testing.models.organisations import Staff
from testing.models.rating import Script, ScriptMode
from testing.models.sittings import Part


class SpeakingTalk(Base):
    """One talk of an interviewer with the person; the interviewer never rates it."""

    __tablename__ = "speaking_talk"
    __table_args__ = (
        CheckConstraint("mode IN ('recorded', 'live')", name="is_spoken"),
        CheckConstraint("(mode = 'live') = (live_rater_id IS NOT NULL)", name="live_has_a_rater"),
        CheckConstraint("(mode = 'recorded') = (agreed_in IS NOT NULL)", name="recorded_is_agreed"),
        CheckConstraint("live_rater_id <> interviewer_id", name="interviewer_does_not_rate"),
        CheckConstraint("(ended_at IS NULL) = (script_id IS NULL)", name="ended_has_a_script"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"), unique=True)
    task_version_id: Mapped[int] = mapped_column(ForeignKey("task_version.id"))
    interviewer_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    mode: Mapped[ScriptMode] = mapped_column(enum_type(ScriptMode, "mode"))
    #: Who sat beside and rates at once.
    live_rater_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    #: Language in which the person agreed to be recorded.
    agreed_in: Mapped[str | None] = mapped_column(String(8))
    #: What the interviewer noted; for the assessor, never for the raters.
    notes: Mapped[str] = mapped_column(default="")
    #: Length of the recording.
    seconds: Mapped[float | None]
    #: When the time for which recordings are kept was over.
    recording_deleted_at: Mapped[datetime | None]
    script_id: Mapped[int | None] = mapped_column(ForeignKey("script.id"), unique=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    part: Mapped[Part] = relationship()
    task_version: Mapped[TaskVersion] = relationship()
    interviewer: Mapped[Staff] = relationship(foreign_keys=[interviewer_id])
    script: Mapped[Script | None] = relationship()
