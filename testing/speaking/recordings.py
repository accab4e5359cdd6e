"""Recordings of talks at rest: encrypted with the service's key, deleted after their time."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from testing import events
from testing.events import Action
from testing.keys import Keys
from testing.models import Part, SpeakingTalk, Statement
from testing.settings import Settings

FOLDER = "talks"
SEALED, PLAIN = ".mp3.sealed", ".mp3"
A_WHILE = timedelta(hours=1)


def keep(settings: Settings, keys: Keys, talk: SpeakingTalk, recording: Path) -> None:
    """The recording of the talk lies in its place, encrypted."""
    _seal(settings, keys, talk.public_id, recording.read_bytes())


def heard(settings: Settings, keys: Keys, talk: SpeakingTalk) -> bytes | None:
    """The recording as it is played; None where there is none.

    :raise CannotDecrypt: it was encrypted with another key, or altered.
    """
    sealed, plain = _file(settings, talk.public_id, SEALED), _file(settings, talk.public_id, PLAIN)
    if sealed.is_file():
        return keys.decrypt_file(sealed.read_bytes(), record=_record(talk.public_id))
    return plain.read_bytes() if plain.is_file() else None


def exists(settings: Settings, talk: SpeakingTalk) -> bool:
    return any(_file(settings, talk.public_id, kind).is_file() for kind in (SEALED, PLAIN))


def unencrypted(settings: Settings) -> Iterator[Path]:
    """Recordings that an older version of the service wrote as they were."""
    return (settings.media / FOLDER).glob(f"*{PLAIN}")


def encrypt_older(settings: Settings, keys: Keys) -> int:
    """Every recording is encrypted; returns how many were not."""
    found = sorted(unencrypted(settings))
    for file in found:
        _seal(settings, keys, file.name.removesuffix(PLAIN), file.read_bytes())
        file.unlink()
    return len(found)


def let_go(db: Session, settings: Settings, now: datetime) -> None:
    """Talks whose recording has had its time are marked; `sweep` deletes the files.

    The time runs from the newest signature, or from the talk where nothing was signed.
    """
    signed = (
        select(func.max(Statement.signed_at))
        .where(Statement.sitting_id == Part.sitting_id)
        .scalar_subquery()
    )
    rows = db.scalars(
        select(SpeakingTalk)
        .join(SpeakingTalk.part)
        .join(Part.sitting)
        .where(
            SpeakingTalk.seconds.is_not(None),
            SpeakingTalk.recording_deleted_at.is_(None),
            func.coalesce(signed, SpeakingTalk.ended_at)
            < now - timedelta(days=settings.keep_talks),
        )
        .order_by(SpeakingTalk.id)
    ).all()
    for talk in rows:
        talk.recording_deleted_at = now
        events.record(
            db, Action.SPEAKING_DELETE, on=talk.part.sitting.person, subject=talk,
            actor="system", now=now,
        )  # fmt: skip


def sweep(db: Session, settings: Settings, now: datetime) -> None:
    """No file is left that no kept talk names: deleted ones, and what a crash left behind."""
    kept = set(
        db.scalars(
            select(SpeakingTalk.public_id).where(
                SpeakingTalk.seconds.is_not(None), SpeakingTalk.recording_deleted_at.is_(None)
            )
        )
    )
    folder = settings.media / FOLDER
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        # A file is written shortly before the row that names it is there for all.
        is_old = datetime.fromtimestamp(file.stat().st_mtime, UTC) < now - A_WHILE
        if file.name.partition(".")[0] not in kept and is_old:
            file.unlink()


def _seal(settings: Settings, keys: Keys, public_id: str, content: bytes) -> None:
    target = _file(settings, public_id, SEALED)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(keys.encrypt_file(content, record=_record(public_id)))
        file.flush()
        os.fsync(file.fileno())
    # Whole from the first moment that it is seen.
    Path(name).replace(target)


def _file(settings: Settings, public_id: str, kind: str) -> Path:
    return settings.media / FOLDER / f"{public_id}{kind}"


def _record(public_id: str) -> str:
    """What a sealed recording belongs to: under another talk's name it does not open."""
    return f"talk:{public_id}"
