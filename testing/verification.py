"""Verification: whether a statement with a code exists, and nothing of what it says."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from testing import clock, statements
from testing.keys import Keys
from testing.literacy import statements as literacy_statements
from testing.models import (
    DocumentKind,
    LiteracyStatement,
    SignedDocument,
    SignInAttempt,
    Statement,
)
from testing.refusals import TooMany
from testing.signing import documents

WINDOW = timedelta(minutes=15)
MOST_WRONG_CODES = 20


@dataclass(frozen=True)
class Sealed:
    """A kept document, without a word of what it says."""

    kind: DocumentKind
    language: str
    made_on: str
    #: The certificate's digest, as PDF readers show it.
    certificate: str
    is_trial: bool


@dataclass(frozen=True)
class Verified:
    """What anybody who holds the code may know."""

    code: str
    centre: str
    signed_on: str
    language: str
    version: int
    is_newest: bool
    #: What was signed electronically for it: kind and language of each, and by which certificate.
    documents: tuple[Sealed, ...] = ()


def verify(db: Session, code: str) -> Verified | None:
    """What is told of the statement with this code; None when there is none.

    :raise StatementAltered: the stored statement is not the one that was signed.
    """
    statement = statements.by_code(db, code)
    if statement is not None:
        content = statements.content_of(statement)
        later = statements.superseded_by(db, statement)
        return _verified(db, statement, content, is_newest=later is None)
    literacy = literacy_statements.by_code(db, code)
    if literacy is None:
        return None
    content = literacy_statements.content_of(literacy)
    newer = literacy_statements.superseded_by(db, literacy)
    return _verified(db, literacy, content, is_newest=newer is None)


def _verified(
    db: Session,
    statement: Statement | LiteracyStatement,
    content: dict[str, Any],
    *,
    is_newest: bool,
) -> Verified:
    signed = clock.local_day(statement.signed_at)
    return Verified(
        code=statements.spaced_code(statement.verification_code),
        centre=content["centre"]["name"],
        signed_on=f"{signed.day}.{signed.month}.{signed.year}",
        language=content["language"],
        version=statement.version,
        is_newest=is_newest,
        documents=_sealed(documents.of_code(db, statement.verification_code)),
    )


def verify_file(db: Session, content: bytes) -> tuple[Verified, Sealed] | None:
    """What is told of a file that is, byte for byte, a document of this service; None otherwise."""
    document = documents.with_digest(db, hashlib.sha256(content).hexdigest())
    verified = verify(db, document.code) if document else None
    if document is None or verified is None:
        return None
    return verified, _sealed([document])[0]


def _sealed(rows: list[SignedDocument]) -> tuple[Sealed, ...]:
    return tuple(
        Sealed(
            kind=row.kind,
            language=row.language,
            made_on=clock.local(row.made_at).strftime("%-d.%-m.%Y"),
            certificate=row.certificate,
            is_trial=row.is_trial,
        )
        for row in rows
    )


def refuse_when_guessing(db: Session, keys: Keys, *, address: str, now: datetime) -> None:
    """
    :raise TooMany: too many wrong codes from this address lately.
    """
    tries = db.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(
            SignInAttempt.subject_digest == keys.blind_index(_subject(address)),
            SignInAttempt.at > now - WINDOW,
        )
    )
    if (tries or 0) >= MOST_WRONG_CODES:
        raise TooMany


def note_wrong_code(db: Session, keys: Keys, *, address: str, now: datetime) -> None:
    """The wrong code counts against the address; old ones are forgotten."""
    db.execute(delete(SignInAttempt).where(SignInAttempt.at < now - 4 * WINDOW))
    db.add(SignInAttempt(subject_digest=keys.blind_index(_subject(address)), at=now))


def _subject(address: str) -> str:
    return f"verify:{address}"
