"""The literacy screen of a sitting: what was observed, proposed and confirmed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, Digest, IntPk, JsonText, PublicId, enum_type
from scoring.ladders import Outcome, Place
from scoring.literacy import LiteracyClass
from testing.models.organisations import Staff
from testing.models.results import NotAssessed
from testing.models.sittings import Sitting


class LiteracyState(StrEnum):
    #: Rungs are still to be taken, at the kiosk or at the desk.
    OPEN = "open"
    #: Every rung that was due is behind; a class is proposed.
    DONE = "done"
    #: The desk left it out or broke it off, with a reason; what was seen is kept.
    SET_ASIDE = "set_aside"


class PenHold(StrEnum):
    """How the person holds a pen; an observation that enters no class."""

    USED_TO_IT = "used_to_it"
    UNSURE = "unsure"
    NOT_AT_ALL = "not_at_all"


class Direction(StrEnum):
    """Where the person begins to read and write Latin script."""

    LEFT_TO_RIGHT = "left_to_right"
    RIGHT_TO_LEFT = "right_to_left"
    UNSURE = "unsure"


class ComputerSkill(StrEnum):
    """How the person gets along with the device; it never lowers a level."""

    ALONE = "alone"
    WITH_HELP = "with_help"
    NOT_AT_ALL = "not_at_all"


class FrozenLadders(Base):
    """The rules that screens were taken with, by digest."""

    __tablename__ = "frozen_ladders"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(80))
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    created_at: Mapped[datetime]


class LiteracyScreen(Base):
    """The literacy screen of one sitting, with the deep stage where it was needed."""

    __tablename__ = "literacy_screen"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="is_over"),
        CheckConstraint("(state = 'set_aside') = (set_aside IS NOT NULL)", name="has_a_reason"),
        CheckConstraint("(state = 'open') = (proposal IS NULL)", name="proposal_at_the_end"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), unique=True)
    state: Mapped[LiteracyState] = mapped_column(enum_type(LiteracyState, "state"))
    ladders_digest: Mapped[Digest] = mapped_column(ForeignKey("frozen_ladders.digest"))
    #: Order of answers on the screen, and the lot of those who pass.
    seed: Mapped[int]
    #: The language that the person reads best, and its script; null until somebody said.
    own_language: Mapped[str | None] = mapped_column(String(8))
    own_script: Mapped[str | None] = mapped_column(String(8))
    #: Whether somebody here can judge reading aloud in that language.
    has_judge: Mapped[bool] = mapped_column(default=False)
    #: Why a rung could not be taken, by rung.
    missing: Mapped[dict[str, str]] = mapped_column(JsonText, default=dict)
    #: The person passed; null until then. By lot some passers are sent deeper.
    is_drawn: Mapped[bool | None]
    #: The plan asks for the deep stage, also of one who passes.
    is_deep: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Somebody helped, a word or a hint too many.
    is_prompted: Mapped[bool] = mapped_column(default=False)
    #: Who has the next rung, kiosk or desk; null when all that was due is behind.
    turn: Mapped[Place | None] = mapped_column(enum_type(Place, "turn"))
    #: The desk let the person go on with the test; the rest of the screen follows the same day.
    postponed_at: Mapped[datetime | None]
    pen_hold: Mapped[PenHold | None] = mapped_column(enum_type(PenHold, "pen_hold"))
    direction: Mapped[Direction | None] = mapped_column(enum_type(Direction, "direction"))
    computer: Mapped[ComputerSkill | None] = mapped_column(enum_type(ComputerSkill, "computer"))
    #: Words a minute in the text read aloud, where somebody counted.
    words_a_minute: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    set_aside: Mapped[NotAssessed | None] = mapped_column(enum_type(NotAssessed, "set_aside"))
    #: `scoring.literacy.Classification` as the rules made it, once over.
    proposal: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    sitting: Mapped[Sitting] = relationship()
    ladders: Mapped[FrozenLadders] = relationship()
    marks: Mapped[list["LiteracyMark"]] = relationship(order_by="LiteracyMark.id")
    confirmations: Mapped[list["LiteracyConfirmation"]] = relationship(
        order_by="LiteracyConfirmation.id"
    )


class LiteracyMark(Base):
    """How one small task went; never changed, the newest of a task counts."""

    __tablename__ = "literacy_mark"
    __table_args__ = (Index("ix_literacy_mark_screen", "screen_id", "rung"),)

    id: Mapped[IntPk]
    screen_id: Mapped[int] = mapped_column(ForeignKey("literacy_screen.id"))
    rung: Mapped[str] = mapped_column(String(40))
    item: Mapped[str] = mapped_column(String(60))
    #: Best-read language in which it was taken, where the rung is one in that language.
    language: Mapped[str | None] = mapped_column(String(8))
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome, "outcome"))
    #: What was touched, or what was written, as typed in by the desk.
    raw: Mapped[str] = mapped_column(default="")
    #: Who judged; null where the kiosk did.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class LiteracyConfirmation(Base):
    """What a teacher makes of the proposal; never changed, the newest counts."""

    __tablename__ = "literacy_confirmation"

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    screen_id: Mapped[int] = mapped_column(ForeignKey("literacy_screen.id"), index=True)
    literacy_class: Mapped[LiteracyClass] = mapped_column(
        enum_type(LiteracyClass, "literacy_class")
    )
    #: `scoring.literacy.Classification` as confirmed.
    classification: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: Why it differs from the proposal.
    reason: Mapped[str] = mapped_column(default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]

    staff: Mapped[Staff] = relationship()
