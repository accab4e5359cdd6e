"""What was found out: blind level, proposal, signed statement, release."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, Digest, IntPk, JsonText, PublicId, enum_type
from testing.models.organisations import Office, Staff
from testing.models.people import Permission

if TYPE_CHECKING:
    from testing.models.sittings import Sitting


class Skill(StrEnum):
    """What a part of a sitting assesses: a skill of the tested language, or numeracy."""

    READING = "reading"
    LISTENING = "listening"
    WRITING = "writing"
    SPEAKING = "speaking"
    NUMERACY = "numeracy"


#: The skills that have a level of the national scale; rules and profiles of a language look at
#: these and at no other. Numeracy is decided and signed beside them.
LANGUAGE_SKILLS = (Skill.READING, Skill.LISTENING, Skill.WRITING, Skill.SPEAKING)


class NotAssessed(StrEnum):
    """Why a skill has no level, or why the desk ended a sitting."""

    SCRIPT = "script"
    HEARING = "hearing"
    SIGHT = "sight"
    HEALTH = "health"
    REFUSED = "refused"
    TECHNICAL = "technical"
    ENDED = "ended"
    SYNTHETIC = "synthetic_recording"
    NOT_TAKEN = "not_taken"
    #: The part was given, and the person handed in nothing that could be rated.
    NOTHING_WRITTEN = "nothing_written"


class BlindLevel(Base):
    """The level that an assessor gave before seeing the system's proposal."""

    __tablename__ = "blind_level"
    __table_args__ = (UniqueConstraint("sitting_id", "skill", "assessor_id"),)

    id: Mapped[IntPk]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    skill: Mapped[Skill] = mapped_column(enum_type(Skill, "skill"))
    #: A level code, or null where the assessor cannot tell.
    level: Mapped[str | None] = mapped_column(String(12))
    assessor_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class SkillResult(Base):
    """The system's proposal for one skill, as the assessor saw it; never changed afterwards.

    A re-scoring that leads to a new statement adds a newer version beside it.
    """

    __tablename__ = "skill_result"
    __table_args__ = (
        UniqueConstraint("sitting_id", "skill", "version"),
        CheckConstraint(
            "(not_assessed IS NULL) <> (proposal IS NULL)", name="proposal_or_reason_without"
        ),
    )

    id: Mapped[IntPk]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    skill: Mapped[Skill] = mapped_column(enum_type(Skill, "skill"))
    version: Mapped[int] = mapped_column(default=1)
    not_assessed: Mapped[NotAssessed | None] = mapped_column(enum_type(NotAssessed, "reason"))
    #: Band and level probabilities, level set, codes of the reasons, versions they depend on.
    proposal: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    made_at: Mapped[datetime]


class Statement(Base):
    """The immutable signed snapshot of a result. Superseded by a later one, never edited."""

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("sitting_id", "version"),)

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    version: Mapped[int]
    #: All that the documents show, as it was at signing.
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: SHA-256 of the canonical content.
    digest: Mapped[Digest]
    #: On the paper copy; the verification page tells only whether the statement is the newest.
    verification_code: Mapped[str] = mapped_column(String(24), unique=True)
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    signed_at: Mapped[datetime]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("statement.id"), unique=True)

    sitting: Mapped["Sitting"] = relationship()
    signed_by: Mapped[Staff] = relationship()


class StatementIsImmutable(Exception):
    """Code tried to change or delete a signed statement."""


@event.listens_for(Statement, "before_update")
@event.listens_for(Statement, "before_delete")
def _refuse(_mapper: object, _connection: object, _statement: Statement) -> None:
    raise StatementIsImmutable


class Release(Base):
    """One look at, or copy of, one statement, cut to what a permission enumerates."""

    __tablename__ = "release"

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    permission_id: Mapped[int] = mapped_column(ForeignKey("permission.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    #: A value of `releases.Channel`.
    channel: Mapped[str] = mapped_column(String(8))
    contents: Mapped[list[str]] = mapped_column(JsonText)
    at: Mapped[datetime]

    statement: Mapped[Statement] = relationship()
    permission: Mapped[Permission] = relationship()
    office: Mapped[Office] = relationship()
