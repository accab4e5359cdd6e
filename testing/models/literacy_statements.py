"""What a teacher signed of a person's reading and writing on one day."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, Digest, IntPk, JsonText, PublicId
from testing.models.literacy import LiteracyScreen
from testing.models.organisations import Staff


class LiteracyStatement(Base):
    """The immutable signed snapshot of a deep literacy assessment. Superseded, never edited."""

    __tablename__ = "literacy_statement"
    __table_args__ = (UniqueConstraint("screen_id", "version"),)

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    screen_id: Mapped[int] = mapped_column(ForeignKey("literacy_screen.id"), index=True)
    version: Mapped[int]
    #: All that the documents show, as it was at signing.
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: SHA-256 of the canonical content.
    digest: Mapped[Digest]
    verification_code: Mapped[str] = mapped_column(String(24), unique=True)
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    signed_at: Mapped[datetime]
    supersedes_id: Mapped[int | None] = mapped_column(
        ForeignKey("literacy_statement.id"), unique=True
    )

    screen: Mapped[LiteracyScreen] = relationship()
    signed_by: Mapped[Staff] = relationship()


class LiteracyStatementIsImmutable(Exception):
    """Code tried to change or delete a signed literacy statement."""


@event.listens_for(LiteracyStatement, "before_update")
@event.listens_for(LiteracyStatement, "before_delete")
def _refuse(_mapper: object, _connection: object, _statement: LiteracyStatement) -> None:
    raise LiteracyStatementIsImmutable
