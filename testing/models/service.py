"""What keeps the service running: slow jobs, feedback, approved sounds."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from items.orm import Base, Digest, IntPk, JsonText, PublicId, enum_type


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """Slow work for the worker."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_next", "state", "due_at"),)

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    kind: Mapped[str] = mapped_column(String(40))
    arguments: Mapped[dict[str, Any]] = mapped_column(JsonText)
    state: Mapped[JobState] = mapped_column(enum_type(JobState, "state"))
    due_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(default="")


class Feedback(Base):
    """What somebody wrote in the feedback form; an administrator answers within 14 days."""

    __tablename__ = "feedback"

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"), index=True)
    #: accessibility, service or other.
    topic: Mapped[str] = mapped_column(String(20))
    text: Mapped[str]
    #: How to answer, if the writer wants an answer.
    reply_to: Mapped[str] = mapped_column(String(200), default="")
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class PromptSound(Base):
    """A spoken instruction in one language: recorded or approved by a speaker."""

    __tablename__ = "prompt_sound"
    __table_args__ = (UniqueConstraint("language", "text_digest"),)

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    language: Mapped[str] = mapped_column(String(8))
    #: Digest of the words spoken: changed words have no sound until spoken anew.
    text_digest: Mapped[Digest]
    #: File in the media folder.
    file: Mapped[str] = mapped_column(String(120))
    is_synthetic: Mapped[bool]
    seconds: Mapped[float]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]
    #: Who spoke or vouches for it, as they want to be named.
    speaker: Mapped[str] = mapped_column(String(120), default="")
