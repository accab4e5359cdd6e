"""Signed documents: the bytes that were made once and are handed out ever after."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from items.orm import Base, Digest, IntPk, PublicId, enum_type


class DocumentKind(StrEnum):
    """What a signed document is."""

    #: The statement of a result, or the part of it that an office may see.
    STATEMENT = "statement"
    #: What a receiving school is told, with the person's permission.
    TRANSFER = "transfer"
    #: What a teacher observed of reading and writing.
    LITERACY = "literacy"


class SignedDocument(Base):
    """A PDF as it was signed. Made at the first request, never made or signed again."""

    __tablename__ = "signed_document"
    __table_args__ = (UniqueConstraint("code", "kind", "language", "content_digest"),)

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    #: Verification code of what it belongs to.
    code: Mapped[str] = mapped_column(String(24))
    kind: Mapped[DocumentKind] = mapped_column(enum_type(DocumentKind, "kind"))
    language: Mapped[str] = mapped_column(String(8))
    #: SHA-256 of what it shows: an office's part is another document than the whole.
    content_digest: Mapped[Digest]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: SHA-256 of `body`.
    digest: Mapped[Digest]
    #: SHA-256 of the certificate that signed it.
    certificate: Mapped[Digest]
    is_trial: Mapped[bool]
    made_at: Mapped[datetime]


class DocumentIsImmutable(Exception):
    """Code tried to change or delete a signed document."""


@event.listens_for(SignedDocument, "before_update")
@event.listens_for(SignedDocument, "before_delete")
def _refuse(_mapper: object, _connection: object, _document: SignedDocument) -> None:
    raise DocumentIsImmutable
