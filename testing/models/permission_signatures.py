"""Signatures that persons drew on a screen."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, IntPk
from testing.models.people import Permission


class PermissionSignature(Base):
    """What a person drew under a permission, encrypted."""

    __tablename__ = "permission_signature"
    __table_args__ = (
        CheckConstraint("(body IS NULL) = (deleted_at IS NOT NULL)", name="deleted_is_empty"),
    )

    id: Mapped[IntPk]
    permission_id: Mapped[int] = mapped_column(ForeignKey("permission.id"), unique=True)
    #: Lines between points and nothing else; sealed for this permission.
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    kept_at: Mapped[datetime]
    #: When the time for which it is kept was over.
    deleted_at: Mapped[datetime | None]

    permission: Mapped[Permission] = relationship(back_populates="signature")
