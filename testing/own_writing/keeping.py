"""Keeping a text in the own language, and the word of somebody who reads it."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from testing import events
from testing.db import found_or_made
from testing.events import Action
from testing.interview.questions import LANGUAGES
from testing.literacy import judging
from testing.models import (
    OwnWriting,
    OwnWritingGap,
    OwnWritingLevel,
    ScriptMode,
    Sitting,
    Staff,
)
from testing.refusals import Refusal

LONGEST = 8000


class OwnTextMissing(Refusal):
    """A typed text without a text, or too long a one."""

    status = 400


class OwnWritingJudged(Refusal):
    """Somebody who reads the language has judged it: the text is not changed any more."""


class OwnWritingChanged(Refusal):
    """The text is not the one that the judge saw."""


class CannotJudge(Refusal):
    """Only who reads the language judges; there has to be something to judge."""

    status = 400


def of_sitting(db: Session, sitting: Sitting) -> OwnWriting | None:
    return db.scalar(select(OwnWriting).where(OwnWriting.sitting_id == sitting.id))


def version_of(row: OwnWriting) -> str:
    """Changes whenever the text is kept again, also on paper."""
    seen = (row.kept_at.isoformat(), row.language, row.mode.value, row.text)
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]


def keep(
    db: Session,
    sitting: Sitting,
    *,
    language: str,
    mode: ScriptMode,
    text: str,
    seen: str,
    actor: Staff,
    now: datetime,
) -> OwnWriting:
    """The text waits for somebody who reads the language; on paper it waits in the folder.

    seen : version that it takes the place of; empty where nothing was kept.

    :raise OwnTextMissing: typed and empty or too long, or no language.
    :raise OwnWritingJudged: it was judged already.
    :raise OwnWritingChanged: another text was kept meanwhile.
    """
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    is_typed = mode is ScriptMode.KEYBOARD
    if language not in LANGUAGES or len(text) > LONGEST or bool(text) != is_typed:
        raise OwnTextMissing
    row = _row(db, sitting, language, mode, actor, now, seen)
    row.language, row.mode, row.text, row.not_assessed = language, mode, text, None
    _record(db, Action.OWN_WRITING_KEEP, row, actor=actor, now=now)
    return row


def leave_out(
    db: Session,
    sitting: Sitting,
    *,
    language: str,
    reason: OwnWritingGap,
    actor: Staff,
    now: datetime,
) -> OwnWriting:
    """There is no level, for a reason; what was written stays.

    :raise OwnTextMissing: no language.
    :raise OwnWritingJudged: it was judged already.
    """
    if language not in LANGUAGES:
        raise OwnTextMissing
    row = _row(db, sitting, language, ScriptMode.PAPER, actor, now)
    row.not_assessed = reason
    _record(db, Action.OWN_WRITING_KEEP, row, actor=actor, now=now, code=reason.value)
    return row


def judge(
    db: Session,
    row: OwnWriting,
    level: OwnWritingLevel,
    *,
    seen: str,
    reads_the_language: bool,
    actor: Staff,
    now: datetime,
) -> None:
    """The level is the word of somebody who reads the language, on the version that they saw.

    :raise CannotJudge: the judge does not read it, or nothing was written and why is known.
    :raise OwnWritingJudged: it was judged already.
    :raise OwnWritingChanged: the text was kept anew after the judge saw it.
    """
    _lock(db, row)
    if row.level is not None:
        raise OwnWritingJudged
    if not reads_the_language or row.not_assessed is not None:
        raise CannotJudge
    if seen != version_of(row):
        raise OwnWritingChanged
    row.level, row.judged_by_id, row.judged_at = level, actor.id, now
    _record(db, Action.OWN_WRITING_JUDGE, row, actor=actor, now=now)
    judging.propose_again(db, row.sitting, actor=actor, now=now)


def _lock(db: Session, row: OwnWriting) -> None:
    """Nobody else changes the row until the end; it is as it stands now."""
    db.refresh(row, with_for_update=True)


def _row(
    db: Session,
    sitting: Sitting,
    language: str,
    mode: ScriptMode,
    actor: Staff,
    now: datetime,
    seen: str | None = None,
) -> OwnWriting:
    row, is_new = found_or_made(
        db,
        lambda: of_sitting(db, sitting),
        lambda: OwnWriting(
            centre_id=sitting.centre_id,
            sitting_id=sitting.id,
            language=language,
            mode=mode,
            kept_by_id=actor.id,
            kept_at=now,
        ),
    )
    if not is_new:
        _lock(db, row)
        if row.level is not None:
            raise OwnWritingJudged
        if seen is not None and seen != version_of(row):
            raise OwnWritingChanged
    row.kept_by_id, row.kept_at = actor.id, now
    db.flush()
    return row


def _record(
    db: Session, action: Action, row: OwnWriting, *, actor: Staff, now: datetime, **details: str
) -> None:
    db.flush()
    events.record(
        db, action, on=row.sitting.person, subject=row, actor=actor, now=now, **details
    )
