"""Versions of a centre's data: drafted, published once, never changed after that."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from items.orm import Base, IntPk, JsonText, PublicId, enum_type
from testing.models.organisations import Staff


class VersionState(StrEnum):
    """Where a version stands. The newest published one of a centre is in use."""

    DRAFT = "draft"
    PUBLISHED = "published"


class CentreVersion(Base):
    """What every table of versions has; a row is changed while a draft, never once published."""

    __abstract__ = True

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(enum_type(VersionState, "state"))
    #: Plain values; who owns the data reads them.
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("centre_id", "number"),
            CheckConstraint(
                "(state = 'published') = (published_at IS NOT NULL)", name="published_has_a_time"
            ),
            CheckConstraint(
                "(published_at IS NULL) = (published_by_id IS NULL)",
                name="publishing_has_a_person",
            ),
        )

    @declared_attr
    @classmethod
    def made_by(cls) -> Mapped[Staff]:
        return relationship(Staff, foreign_keys=[cls.made_by_id])

    @declared_attr
    @classmethod
    def published_by(cls) -> Mapped[Staff | None]:
        return relationship(Staff, foreign_keys=[cls.published_by_id])

    @property
    def is_draft(self) -> bool:
        return self.state is VersionState.DRAFT
