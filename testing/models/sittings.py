"""One person's attempt: visits, parts, what was shown, what was answered."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.models import TaskVersion
from items.orm import Base, Digest, IntPk, JsonText, PublicId, enum_type
from testing.models.bookings import Booking
from testing.models.people import Person, Referral
from testing.models.results import NotAssessed, Skill


class SittingState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    #: The person came to the end.
    FINISHED = "finished"
    #: The desk ended it early, with a reason.
    ENDED = "ended"


class PartState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    NOT_ASSESSED = "not_assessed"


class Device(StrEnum):
    """What a seat's kiosk is, as its browser says: how large, and whether it is touched."""

    PHONE = "phone"
    TABLET = "tablet"
    #: With a mouse and a keyboard.
    COMPUTER = "computer"


class Sitting(Base):
    """One person's attempt; it may pause and go on another day or device."""

    __tablename__ = "sitting"
    __table_args__ = (
        CheckConstraint("language IN ('fi', 'sv')", name="language"),
        CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="end_has_a_reason"),
        CheckConstraint(
            "(state IN ('finished', 'ended')) = (closed_at IS NOT NULL)", name="is_closed"
        ),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    #: live, pilot or demo at the time of testing; a result never changes its worth later.
    mode: Mapped[str] = mapped_column(String(8))
    #: Whether synthetic recordings give a level, as it was set when the sitting began.
    counts_synthetic: Mapped[bool] = mapped_column(default=True, server_default=true())
    state: Mapped[SittingState] = mapped_column(enum_type(SittingState, "state"))
    end_reason: Mapped[NotAssessed | None] = mapped_column(enum_type(NotAssessed, "end_reason"))
    seated_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    #: The practice task was done or passed over.
    practised_at: Mapped[datetime | None]
    #: Extra minutes that the desk granted: every wait and time window grows by them.
    extra_minutes: Mapped[int] = mapped_column(default=0)

    referral: Mapped[Referral] = relationship()
    person: Mapped[Person] = relationship()
    visits: Mapped[list["Visit"]] = relationship(back_populates="sitting", order_by="Visit.id")
    parts: Mapped[list["Part"]] = relationship(back_populates="sitting", order_by="Part.position")
    notes: Mapped[list["SittingNote"]] = relationship(order_by="SittingNote.id")


class Visit(Base):
    """A day and one kiosk: a seat code that binds one browser to the sitting."""

    __tablename__ = "visit"
    __table_args__ = (
        Index(
            "uq_visit_live",
            "sitting_id",
            unique=True,
            sqlite_where=text("cut_at IS NULL"),
            postgresql_where=text("cut_at IS NULL"),
        ),
        CheckConstraint("(bound_at IS NULL) = (binding_digest IS NULL)", name="bound"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    day: Mapped[date] = mapped_column(Date, index=True)
    #: Keyed digest of the six digits.
    code_digest: Mapped[Digest] = mapped_column(index=True)
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    issued_at: Mapped[datetime]
    bound_at: Mapped[datetime | None]
    #: Digest of the random cookie of the kiosk's browser.
    binding_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: When another device, another day or the end of the sitting took the seat away.
    cut_at: Mapped[datetime | None]
    #: Used to compare groups (`testing.fairness`); null where the browser did not say.
    device: Mapped[Device | None] = mapped_column(enum_type(Device, "device"))
    #: The interface language chosen at this kiosk.
    language: Mapped[str | None] = mapped_column(String(8))
    is_sound_on: Mapped[bool] = mapped_column(default=True)
    #: When the person went on from the page that says what will happen and why.
    introduced_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]

    sitting: Mapped[Sitting] = relationship(back_populates="visits")
    booking: Mapped[Booking | None] = relationship()


class FrozenBank(Base):
    """The measurement facts of a bank version as sittings used them, by digest."""

    __tablename__ = "frozen_bank"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    created_at: Mapped[datetime]


class ExposureCounts(Base):
    """How often recent sittings were given each task, by level (`scoring.exposure.Counts`)."""

    __tablename__ = "exposure_counts"
    __table_args__ = (UniqueConstraint("language", "skill"),)

    id: Mapped[IntPk]
    language: Mapped[str] = mapped_column(String(3))
    skill: Mapped[Skill] = mapped_column(enum_type(Skill, "skill"))
    given: Mapped[dict[str, dict[str, float]]] = mapped_column(JsonText)
    assigned: Mapped[dict[str, dict[str, float]]] = mapped_column(JsonText)


class Part(Base):
    """A language skill, or numeracy, within a sitting."""

    __tablename__ = "part"
    __table_args__ = (
        UniqueConstraint("sitting_id", "position"),
        UniqueConstraint("sitting_id", "skill"),
        CheckConstraint(
            "(state = 'not_assessed') = (not_assessed IS NOT NULL)",
            name="not_assessed_has_a_reason",
        ),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    position: Mapped[int]
    skill: Mapped[Skill] = mapped_column(enum_type(Skill, "skill"))
    state: Mapped[PartState] = mapped_column(enum_type(PartState, "state"))
    not_assessed: Mapped[NotAssessed | None] = mapped_column(enum_type(NotAssessed, "reason"))
    #: Staff gave it although it had been left out: no interview leaves it out again.
    is_given_after_all: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Bank that the part was started with; with `plan` it replays the part.
    bank_digest: Mapped[str | None] = mapped_column(ForeignKey("frozen_bank.digest"))
    #: Blueprint, standard, settings, seed, start and excluded tasks, frozen at the start.
    plan: Mapped[dict[str, Any] | None] = mapped_column(JsonText, deferred=True)
    #: Why the part stopped (a code of `scoring.stopping`) and the belief it stopped with.
    stop_reason: Mapped[str | None] = mapped_column(String(40))
    belief: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    sitting: Mapped[Sitting] = relationship(back_populates="parts")
    presentations: Mapped[list["Presentation"]] = relationship(
        back_populates="part", order_by="Presentation.position"
    )


class Presentation(Base):
    """A task version put before the person at a position of a part."""

    __tablename__ = "presentation"
    __table_args__ = (
        UniqueConstraint("part_id", "position"),
        UniqueConstraint("part_id", "task_version_id"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    position: Mapped[int]
    task_version_id: Mapped[int] = mapped_column(ForeignKey("task_version.id"), index=True)
    #: Why this task: codes and numbers of the selection, for replay and for the assessor.
    choice: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: Number of the newest answer that was accepted; an answer with an older one is refused.
    sequence: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    #: When the person left the task and its answers were marked.
    left_at: Mapped[datetime | None]
    #: One category an item, in the order of the task version; null until left.
    scores: Mapped[list[int] | None] = mapped_column(JsonText)
    plays_allowed: Mapped[int] = mapped_column(default=0)
    #: Tried out: its answers are kept and never count (`scoring.seeding`).
    is_pretest: Mapped[bool] = mapped_column(default=False, server_default=false())

    part: Mapped[Part] = relationship(back_populates="presentations")
    task_version: Mapped[TaskVersion] = relationship()
    responses: Mapped[list["Response"]] = relationship(
        back_populates="presentation", order_by="Response.sequence"
    )
    plays: Mapped[list["Play"]] = relationship(
        back_populates="presentation", order_by="Play.number"
    )


class Response(Base):
    """One raw answer to one item; never changed, the one with the highest sequence counts."""

    __tablename__ = "response"
    __table_args__ = (
        Index(
            "uq_response_sequence",
            "presentation_id",
            "item",
            "sequence",
            unique=True,
            sqlite_where=text("NOT is_stale"),
            postgresql_where=text("NOT is_stale"),
        ),
    )

    id: Mapped[IntPk]
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int]
    raw: Mapped[Any | None] = mapped_column(JsonText)
    #: "I don't know": neutral, kept apart from a wrong answer.
    is_dont_know: Mapped[bool] = mapped_column(default=False)
    #: Came from an old tab after a newer answer: kept as evidence, never counted.
    is_stale: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]

    presentation: Mapped[Presentation] = relationship(back_populates="responses")


class Play(Base):
    """One playing of a task's recording, granted before it starts."""

    __tablename__ = "play"
    __table_args__ = (UniqueConstraint("presentation_id", "number"),)

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id"))
    number: Mapped[int]
    granted_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]

    presentation: Mapped[Presentation] = relationship(back_populates="plays")


class HelpCall(Base):
    """A raised hand at a kiosk."""

    __tablename__ = "help_call"

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    #: help (the person asked) or broken_play (the recording failed).
    reason: Mapped[str] = mapped_column(String(20), default="help")
    called_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    visit: Mapped[Visit] = relationship()


class SittingNote(Base):
    """What the desk did or saw: pause, extra time, extra play, with its reason."""

    __tablename__ = "sitting_note"

    id: Mapped[IntPk]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    #: pause, resume, extra_time, extra_play, moved_seat, ended, not_assessed, given, observation.
    kind: Mapped[str] = mapped_column(String(20))
    minutes: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
