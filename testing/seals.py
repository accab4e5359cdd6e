"""Seals: the heads of changed chains under one keyed digest, in the database and in a file outside.

What was sealed cannot be cut off or removed unnoticed, not even by one who may write to the whole
database: the seal file and the key lie elsewhere.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import String, Text, select, text, type_coerce, update
from sqlalchemy.orm import Session

from testing import events
from testing.keys import Keys
from testing.models import Chain, Seal

#: [chain id, length, head]
Head = tuple[int, int, str]


@dataclass(frozen=True)
class Sealed:
    """A seal as it stands in the database or in the seal file."""

    number: int
    at: datetime
    heads: tuple[Head, ...]
    previous: str
    digest: str

    def is_genuine(self, keys: Keys) -> bool:
        """Whether the key made this seal of these heads at this number."""
        return self.digest == digest_of(self, keys)

    def line(self) -> str:
        return json.dumps(
            {
                "number": self.number,
                "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "heads": self.heads,
                "previous": self.previous,
                "digest": self.digest,
            },
            separators=(",", ":"),
        )


class BadSeal(Exception):
    """A line of the seal file, or a row, that is no seal."""


def digest_of(seal: Sealed, keys: Keys) -> str:
    canonical = json.dumps(
        [
            "seal",
            seal.number,
            seal.at.astimezone(UTC).isoformat(timespec="microseconds"),
            seal.heads,
            seal.previous,
        ],
        separators=(",", ":"),
    )
    return keys.audit_digest(canonical.encode())


def seal_heads(db: Session, keys: Keys, now: datetime) -> Sealed | None:
    """Every chain that changed since the last seal is sealed; None when none did.

    The caller appends the seal to the file after the commit: see `write_file`.
    """
    if db.get_bind().dialect.name == "postgresql":
        # Two workers never make the same seal.
        db.execute(text("SELECT pg_advisory_xact_lock(7301)"))
    changed = db.execute(
        select(Chain.id, Chain.length, Chain.head)
        .where(Chain.length != Chain.sealed_length)
        .order_by(Chain.id)
    ).all()
    if not changed:
        return None
    last = db.execute(
        select(Seal.number, Seal.digest).order_by(Seal.number.desc()).limit(1)
    ).one_or_none()
    number, previous = (last.number + 1, last.digest) if last else (1, "")
    heads = tuple((row.id, row.length, row.head) for row in changed)
    unsigned = Sealed(number, now, heads, previous, "")
    seal = Sealed(number, now, heads, previous, digest_of(unsigned, keys))
    db.add(
        Seal(
            number=seal.number,
            at=seal.at,
            heads=[list(head) for head in seal.heads],
            previous=seal.previous,
            digest=seal.digest,
        )
    )
    for chain_id, length, _head in heads:
        db.execute(update(Chain).where(Chain.id == chain_id).values(sealed_length=length))
    return seal


def write_file(db: Session, file: Path) -> int:
    """The seal file holds the database's newest seals too; returns how many lines were added.

    Also mends a file that fell behind because its disk was full or the machine stopped: half a
    line at its end is what an interrupted write leaves.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab+") as target:
        os.chmod(file, 0o600)
        fcntl.flock(target, fcntl.LOCK_EX)
        target.seek(0)
        last = whole = 0
        for line in target:
            if not line.endswith(b"\n"):
                target.truncate(whole)
                break
            whole += len(line)
            try:
                last = max(last, parse(line.decode()).number)
            except (BadSeal, UnicodeDecodeError):
                continue
        added = 0
        for seal in of_database(db, after=last):
            target.write(f"{seal.line()}\n".encode())
            added += 1
        target.flush()
        os.fsync(target.fileno())
    return added


def of_database(db: Session, *, after: int = 0) -> Iterator[Sealed]:
    """Seals in the order of their numbers, a few in memory at a time."""
    rows = db.execute(
        select(
            Seal.number,
            type_coerce(Seal.at, String).label("at"),
            type_coerce(Seal.heads, Text).label("heads"),
            Seal.previous,
            Seal.digest,
        )
        .where(Seal.number > after)
        .order_by(Seal.number)
        .execution_options(yield_per=50)
    )
    for row in rows:
        try:
            at = events.moment(row.at)
            heads = _heads(json.loads(row.heads))
        except (ValueError, TypeError):
            # Altered beyond reading: without heads it is not genuine.
            at, heads = datetime.fromtimestamp(0, UTC), ()
        yield Sealed(row.number, at, heads, row.previous, row.digest)


def parse(line: str) -> Sealed:
    """The seal that a line of the file holds.

    :raise BadSeal: it holds none.
    """
    try:
        found = json.loads(line)
        return Sealed(
            int(found["number"]),
            datetime.fromisoformat(found["at"]),
            _heads(found["heads"]),
            str(found["previous"]),
            str(found["digest"]),
        )
    except (ValueError, KeyError, TypeError):
        raise BadSeal from None


def _heads(stored: list[list[Any]]) -> tuple[Head, ...]:
    return tuple((int(chain), int(length), str(head)) for chain, length, head in stored)
