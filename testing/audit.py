"""Whether the log is whole: every chain followed row by row, and compared with every seal."""

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Row, String, Text, select, type_coerce
from sqlalchemy.orm import Session

from testing import events, seals
from testing.keys import Keys
from testing.models import Centre, Chain, Event, Person
from testing.seals import BadSeal, Sealed

#: Another key file makes every row a finding: these many are named, all are counted.
MOST_NAMED = 200
#: How far from its place a row that was moved is looked for.
LONGEST_SEARCH = 5000


class Kind(StrEnum):
    """What was found."""

    ALTERED = "altered"
    MOVED = "moved"
    MISSING = "missing"
    BROKEN_LINK = "broken_link"
    WRONG_HEAD = "wrong_head"
    OTHER_THAN_SEALED = "other_than_sealed"
    CHAIN_MISSING = "chain_missing"
    OWNER_WITHOUT_CHAIN = "owner_without_chain"
    SEAL_ALTERED = "seal_altered"
    SEAL_MISSING = "seal_missing"
    SEAL_FILE_DIFFERS = "seal_file_differs"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was written: where, and what."""

    kind: Kind
    #: person:<public id>, centre:<public id>, chain:<number> or seal:<number>.
    where: str
    #: Position on the chain, or the first of several.
    position: int | None
    words: str

    def __str__(self) -> str:
        at = f" position {self.position}" if self.position is not None else ""
        return f"{self.where}{at}: {self.words}"


@dataclass
class Verification:
    """What was read, and what was wrong with it."""

    events: int = 0
    chains: int = 0
    seals: int = 0
    last_seal_at: datetime | None = None
    #: Events newer than the last seal of their chain: a tail cut off among them is not found.
    unsealed: int = 0
    found: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.found == 0

    def note(self, kind: Kind, where: str, position: int | None, words: str) -> None:
        self.found += 1
        if len(self.findings) < MOST_NAMED:
            self.findings.append(Finding(kind, where, position, words))


def verify(db: Session, keys: Keys, seal_file: Path) -> Verification:
    """Every event and every seal compared with what the key says about them.

    Reads each row once and keeps none, so that a log of millions fits in memory. `db` must be a
    fresh reading transaction.
    """
    # The file is read first: what the service seals meanwhile is newer than the file, never older.
    from_file = _read_file(seal_file)
    if db.get_bind().dialect.name == "postgresql":
        db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    report = Verification()
    sealed = _verify_seals(db, keys, from_file, report)
    _verify_chains(db, keys, sealed, report)
    _owners_without_chain(db, report)
    return report


def _read_file(file: Path) -> list[Sealed | int]:
    """The file's seals in order; the line's number stands for a line that is no seal."""
    if not file.exists():
        return []
    found: list[Sealed | int] = []
    with file.open() as lines:
        for number, line in enumerate(lines, start=1):
            try:
                found.append(seals.parse(line))
            except BadSeal:
                found.append(number)
    return found


# Seals


def _verify_seals(
    db: Session, keys: Keys, from_file: list[Sealed | int], report: Verification
) -> dict[int, dict[int, tuple[str, int]]]:
    """Sealed heads by chain and length (head, seal's number), from every genuine seal."""
    sealed: dict[int, dict[int, tuple[str, int]]] = {}
    in_file: dict[int, str] = {}
    for one in from_file:
        if isinstance(one, int):
            report.note(
                Kind.SEAL_FILE_DIFFERS, "seal file", one, "this line of the seal file is no seal"
            )
        elif not one.is_genuine(keys):
            report.note(
                Kind.SEAL_ALTERED, f"seal:{one.number}", None, "altered in the seal file"
            )
        else:
            in_file[one.number] = one.digest
            _keep(sealed, one, report)
    expected, previous, newest = 1, "", 0
    in_database: dict[int, str] = {}
    for one in seals.of_database(db):
        report.seals += 1
        newest = one.number
        in_database[one.number] = one.digest
        if one.number != expected:
            words = f"seals {expected} to {one.number - 1} are missing from the database"
            report.note(Kind.SEAL_MISSING, f"seal:{expected}", None, words)
        if not one.is_genuine(keys):
            report.note(Kind.SEAL_ALTERED, f"seal:{one.number}", None, "altered in the database")
        else:
            if one.number == expected and one.previous != previous:
                words = "does not continue the seal before"
                report.note(Kind.BROKEN_LINK, f"seal:{one.number}", None, words)
            _keep(sealed, one, report)
        expected, previous = one.number + 1, one.digest
    for number, digest in in_file.items():
        if number > newest:
            words = "stands in the seal file, not in the database: the database is older, or cut"
            report.note(Kind.SEAL_MISSING, f"seal:{number}", None, words)
        elif in_database.get(number, digest) != digest:
            words = "another seal of this number stands in the seal file"
            report.note(Kind.SEAL_FILE_DIFFERS, f"seal:{number}", None, words)
    # The newest may be on its way to the file while we read.
    lacking = sorted(number for number in in_database if number not in in_file)
    for number in lacking:
        if number != newest:
            words = "is missing from the seal file"
            report.note(Kind.SEAL_FILE_DIFFERS, f"seal:{number}", None, words)
    return sealed


def _keep(
    sealed: dict[int, dict[int, tuple[str, int]]], seal: Sealed, report: Verification
) -> None:
    for chain_id, length, head in seal.heads:
        sealed.setdefault(chain_id, {})[length] = (head, seal.number)
    if report.last_seal_at is None or seal.at > report.last_seal_at:
        report.last_seal_at = seal.at


# Chains


def _verify_chains(
    db: Session,
    keys: Keys,
    sealed: dict[int, dict[int, tuple[str, int]]],
    report: Verification,
) -> None:
    chains = db.execute(
        select(
            Chain.id,
            Chain.length,
            Chain.head,
            Person.public_id.label("person"),
            Centre.public_id.label("centre"),
        )
        .outerjoin(Person, Person.id == Chain.person_id)
        .outerjoin(Centre, Centre.id == Chain.centre_id)
        .order_by(Chain.id)
        .execution_options(yield_per=1000)
    )
    groups = itertools.groupby(_rows(db), key=lambda row: int(row.chain_id))
    group = next(groups, None)
    for chain in chains:
        while group is not None and group[0] < chain.id:
            _ownerless(group[0], group[1], sealed, report)
            group = next(groups, None)
        report.chains += 1
        heads = sealed.pop(chain.id, {})
        if group is None or group[0] != chain.id:
            _verify_chain(chain, (), keys, heads, report)
        else:
            _verify_chain(chain, group[1], keys, heads, report)
            group = next(groups, None)
    while group is not None:
        _ownerless(group[0], group[1], sealed, report)
        group = next(groups, None)
    for chain_id, lost in sorted(sealed.items()):
        length = max(lost)
        words = f"the whole chain of {length} events is missing (seal {lost[length][1]} knows it)"
        report.note(Kind.CHAIN_MISSING, f"chain:{chain_id}", 1, words)


def _rows(db: Session) -> Iterator[Row[Any]]:
    """All events in the order of chain and position, as raw as the driver gives them: what was
    altered may be no date and no JSON any more."""
    return iter(
        db.execute(
            select(
                Event.chain_id,
                Event.position,
                type_coerce(Event.at, String).label("at"),
                Event.actor,
                Event.action,
                Event.subject,
                type_coerce(Event.details, Text).label("details"),
                Event.previous,
                Event.digest,
            )
            .order_by(Event.chain_id, Event.position)
            .execution_options(yield_per=2000)
        )
    )


def _ownerless(
    chain_id: int,
    rows: Iterable[Row[Any]],
    sealed: dict[int, dict[int, tuple[str, int]]],
    report: Verification,
) -> None:
    count = sum(1 for _row in rows)
    sealed.pop(chain_id, None)
    report.events += count
    words = f"the chain itself is missing, {count} of its events are there"
    report.note(Kind.CHAIN_MISSING, f"chain:{chain_id}", 1, words)


def _verify_chain(
    chain: Any,
    rows: Iterable[Row[Any]],
    keys: Keys,
    sealed: dict[int, tuple[str, int]],
    report: Verification,
) -> None:
    where = (
        f"person:{chain.person}"
        if chain.person
        else f"centre:{chain.centre}" if chain.centre else f"chain:{chain.id}"
    )
    last, previous, was_wrong = 0, "", False
    for row in rows:
        report.events += 1
        event = _event_of(row)
        position = int(row.position)
        if position != last + 1:
            report.note(Kind.MISSING, where, last + 1, _missing(last + 1, position - 1))
            was_wrong = True
        is_right = event is not None and events.digest_of(event, keys) == row.digest
        if not is_right:
            at = _old_position(event, row.digest, keys, chain.length)
            if at is None:
                report.note(Kind.ALTERED, where, position, "this event was altered")
            else:
                report.note(Kind.MOVED, where, position, f"this event stood at position {at}")
        elif row.previous != previous and not was_wrong:
            words = "this event does not continue the one before it"
            report.note(Kind.BROKEN_LINK, where, position, words)
        if position in sealed and sealed[position][0] != row.digest and is_right:
            words = f"seal {sealed[position][1]} holds another event here: the chain was cut and "
            words += "continued before this position"
            report.note(Kind.OTHER_THAN_SEALED, where, position, words)
        was_wrong = not is_right
        last, previous = position, row.digest
    longest = max([chain.length, *sealed])
    if last < longest:
        behind = [number for length, (_head, number) in sealed.items() if length > last]
        words = _missing(last + 1, longest)
        if behind:
            words += f", cut off behind seal {min(behind)}"
        report.note(Kind.MISSING, where, last + 1, words)
    elif chain.length < last or (chain.head != previous and not was_wrong):
        report.note(Kind.WRONG_HEAD, where, last, "the chain's head was altered")
    report.unsealed += max(0, last - max([0, *sealed]))


def _missing(first: int, last: int) -> str:
    return f"event {first} is missing" if first == last else f"events {first} to {last} are missing"


def _event_of(row: Row[Any]) -> dict[str, Any] | None:
    """The event as it was signed, or None where a field holds nothing that was ever written."""
    try:
        return {
            "chain_id": int(row.chain_id),
            "position": int(row.position),
            "at": events.moment(row.at),
            "actor": row.actor,
            "action": row.action,
            "subject": row.subject,
            "details": json.loads(row.details),
            "previous": row.previous,
        }
    except (ValueError, TypeError):
        return None


def _old_position(
    event: dict[str, Any] | None, digest: str, keys: Keys, length: int
) -> int | None:
    """Where an otherwise unaltered event stood before it was moved."""
    if event is None:
        return None
    # The chain's own length may have been lowered, too.
    for position in range(1, min(length + 200, LONGEST_SEARCH) + 1):
        if events.digest_of(event | {"position": position}, keys) == digest:
            return position
    return None


def _owners_without_chain(db: Session, report: Verification) -> None:
    for kind, owner, column in (
        ("person", Person, Chain.person_id),
        ("centre", Centre, Chain.centre_id),
    ):
        for public_id in db.scalars(
            select(owner.public_id)
            .where(~select(Chain.id).where(column == owner.id).exists())
            .order_by(owner.id)
        ):
            words = "has no chain, although its creation is an event"
            report.note(Kind.OWNER_WITHOUT_CHAIN, f"{kind}:{public_id}", 1, words)
