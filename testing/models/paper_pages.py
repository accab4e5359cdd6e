"""Pages that a person wrote by hand, photographed or scanned."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, IntPk, PublicId, enum_type
from testing.models.rating import Script
from testing.models.sittings import Sitting


class PaperKind(StrEnum):
    """What stands on the page."""

    #: An answer of the writing part: raters see it.
    WRITING = "writing"
    OWN_WRITING = "own_writing"
    #: Dictation and what else was written in the literacy screen.
    LITERACY = "literacy"


class PaperPage(Base):
    """The picture of one page, encrypted."""

    __tablename__ = "paper_page"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'writing') = (script_id IS NOT NULL)", name="writing_has_a_script"
        ),
        CheckConstraint("(body IS NULL) = (deleted_at IS NOT NULL)", name="deleted_is_empty"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    kind: Mapped[PaperKind] = mapped_column(enum_type(PaperKind, "kind"))
    script_id: Mapped[int | None] = mapped_column(ForeignKey("script.id"), index=True)
    #: A JPEG without any word of where, when and with what it was taken; sealed for this page.
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    kept_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kept_at: Mapped[datetime]
    #: When it was taken away, or when the time for which pages are kept was over.
    deleted_at: Mapped[datetime | None]

    sitting: Mapped[Sitting] = relationship()
    script: Mapped[Script | None] = relationship()
