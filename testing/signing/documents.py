"""Signed documents: made at the first request, kept, and handed out as they were ever after."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from items.canonical import value_digest
from testing import events, pdf, statements
from testing.events import Action
from testing.keys import Keys
from testing.models import Centre, DocumentKind, Person, SignedDocument, Staff
from testing.refusals import Refusal
from testing.settings import Settings
from testing.signing import certificates, pades
from testing.signing.certificates import Certificate


class DocumentAltered(Refusal):
    """The kept document is not the one that was signed; it is handed to nobody."""


@dataclass(frozen=True)
class Seal:
    """What a document says of its own signature."""

    centre: str
    is_trial: bool


@dataclass(frozen=True)
class Wanted:
    """A document that somebody asks for: what it shows decides which one it is."""

    kind: DocumentKind
    #: Verification code of what it belongs to.
    code: str
    language: str
    content: dict[str, Any]
    person: Person
    centre: Centre

    @classmethod
    def of(
        cls,
        person: Person,
        kind: DocumentKind,
        code: str,
        language: str,
        content: dict[str, Any],
    ) -> "Wanted":
        """The document about `person`; all that making it needs is loaded."""
        return cls(kind, code, language, content, person, person.centre)

    @property
    def content_digest(self) -> str:
        return value_digest(self.content)


@dataclass(frozen=True)
class Made:
    """The document's bytes; `certificate` only where they are new."""

    body: bytes
    certificate: Certificate | None


def kept(db: Session, wanted: Wanted) -> Made | None:
    """The document as it was signed before.

    :raise DocumentAltered: its bytes were changed behind the service's back.
    """
    found = _find(db, wanted)
    if found is None:
        return None
    if hashlib.sha256(found.body).hexdigest() != found.digest:
        raise DocumentAltered
    return Made(found.body, None)


def make(
    wanted: Wanted,
    page: Callable[[Seal, bool], str],
    settings: Settings,
    keys: Keys,
    now: datetime,
) -> Made:
    """`page` becomes a signed PDF. Slow: keep it outside transactions.

    Its second argument sets it smaller, for what would need two sheets.

    :raise CertificateUnusable: the centre's certificate cannot sign.
    :raise TimestampMissing: the time-stamp server does not answer.
    """
    certificate = certificates.of_centre(settings, keys, wanted.centre, now)
    certificate.refuse_unless_valid(now)
    seal = Seal(wanted.centre.name, certificate.is_trial)
    document = pdf.make_one_page(*(page(seal, is_tight) for is_tight in (False, True)))
    reason = statements.spaced_code(wanted.code)
    if certificate.is_trial:
        reason += ", self-made certificate for trial use"
    signed = pades.sign(document, certificate, reason=reason, timestamps=settings.timestamps)
    return Made(signed, certificate)


def hand_out(db: Session, wanted: Wanted, made: Made, *, actor: Staff, now: datetime) -> bytes:
    """The bytes to hand out: kept from now on, or those that somebody else kept meanwhile."""
    if made.certificate is None:
        return made.body
    row = SignedDocument(
        centre_id=wanted.centre.id,
        code=wanted.code,
        kind=wanted.kind,
        language=wanted.language,
        content_digest=wanted.content_digest,
        body=made.body,
        digest=hashlib.sha256(made.body).hexdigest(),
        certificate=made.certificate.fingerprint,
        is_trial=made.certificate.is_trial,
        made_at=now,
    )
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:
        meanwhile = kept(db, wanted)
        assert meanwhile is not None
        return meanwhile.body
    events.record(
        db,
        Action.DOCUMENT_SIGN,
        on=wanted.person,
        subject=row,
        actor=actor,
        now=now,
        kind=row.kind.value,
        language=row.language,
        digest=row.digest,
        certificate=row.certificate,
        trial=row.is_trial,
    )
    return made.body


def of_code(db: Session, code: str) -> list[SignedDocument]:
    """Every document that was signed for what has this code, the oldest first."""
    return list(
        db.scalars(
            select(SignedDocument).where(SignedDocument.code == code).order_by(SignedDocument.id)
        )
    )


def with_digest(db: Session, digest: str) -> SignedDocument | None:
    """The document with exactly these bytes."""
    return db.scalar(select(SignedDocument).where(SignedDocument.digest == digest).limit(1))


def _find(db: Session, wanted: Wanted) -> SignedDocument | None:
    return db.scalar(
        select(SignedDocument)
        .where(
            SignedDocument.code == wanted.code,
            SignedDocument.kind == wanted.kind,
            SignedDocument.language == wanted.language,
            SignedDocument.content_digest == wanted.content_digest,
        )
        .options(undefer(SignedDocument.body))
    )
