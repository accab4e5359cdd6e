"""Re-scoring: who would be placed otherwise today, and what a person decided about each."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, Digest, IntPk, JsonText, PublicId, enum_type
from testing.models.organisations import Staff
from testing.models.results import Statement


class RescoringDecision(StrEnum):
    """What a person decides about a statement that would be another one today."""

    KEEP = "keep"
    #: A new statement is signed in its place.
    REPLACE = "replace"


class RescoringRun(Base):
    """One comparison of a centre's statements with today's rules, cuts and keys."""

    __tablename__ = "rescoring_run"

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    #: What was changed, in the words of whoever asked for it.
    cause: Mapped[str]
    #: How many statements were compared, and how many could not be.
    compared: Mapped[int]
    beyond: Mapped[int]
    #: Standards, banks and rules of that moment.
    versions: Mapped[dict[str, Any]] = mapped_column(JsonText)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]

    made_by: Mapped[Staff] = relationship()
    cases: Mapped[list["RescoringCase"]] = relationship(
        back_populates="run", order_by="RescoringCase.id"
    )


class RescoringCase(Base):
    """A statement that would be another one today."""

    __tablename__ = "rescoring_case"
    __table_args__ = (
        UniqueConstraint("statement_id", "digest"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_at_a_moment"),
        CheckConstraint("(decision IS NULL) = (decided_by_id IS NULL)", name="decided_by_one"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    run_id: Mapped[int] = mapped_column(ForeignKey("rescoring_run.id"), index=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    #: By skill what was proposed and what would be; the recommendation, where it differs.
    changes: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: Of what would be: the same difference is not asked about twice.
    digest: Mapped[Digest]
    decision: Mapped[RescoringDecision | None] = mapped_column(
        enum_type(RescoringDecision, "decision")
    )
    reason: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]

    run: Mapped[RescoringRun] = relationship(back_populates="cases")
    statement: Mapped[Statement] = relationship()
    decided_by: Mapped[Staff | None] = relationship()
