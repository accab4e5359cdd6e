"""Looks of offices at statements on reading and writing."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, IntPk, PublicId
from testing.models.literacy_statements import LiteracyStatement
from testing.models.organisations import Office


class LiteracyRelease(Base):
    """One look at, or copy of, one statement on reading and writing, with a permission."""

    __tablename__ = "literacy_release"

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    statement_id: Mapped[int] = mapped_column(ForeignKey("literacy_statement.id"), index=True)
    permission_id: Mapped[int] = mapped_column(ForeignKey("permission.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    #: A value of `releases.Channel`.
    channel: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]

    statement: Mapped[LiteracyStatement] = relationship()
    office: Mapped[Office] = relationship()
