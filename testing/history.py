"""Reading the log: what happened on a chain, and who did it by their present name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from testing.events import Action
from testing.models import Centre, Chain, Event, Person, Seal, Staff
from testing.refusals import NotFound

PAGE = 100
#: More than anybody reads on paper; the rest stays in the log.
MOST_OF_A_PERSON = 2000


@dataclass(frozen=True)
class Who:
    """Who acted: a member of staff, somebody at a kiosk, or the service itself."""

    #: staff, kiosk, system or command.
    kind: str
    name: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class Entry:
    """One event as a reader sees it."""

    position: int
    at: datetime
    who: Who
    #: None for an action of a newer or older version of the service.
    action: Action | None
    code: str
    subject: str
    details: dict[str, Any]


def of_centre(db: Session, centre: Centre, before: int | None = None) -> list[Entry]:
    """The centre's newest events, or those before a position; at most `PAGE`."""
    query = (
        select(Event)
        .join(Chain, Chain.id == Event.chain_id)
        .where(Chain.centre_id == centre.id)
        .order_by(Event.position.desc())
        .limit(PAGE)
    )
    if before is not None:
        query = query.where(Event.position < before)
    return _entries(db, db.scalars(query).all())


def of_people(db: Session, rows: Iterable[Person]) -> list[Entry]:
    """What was done to a person, over all rows that are the same person, newest first."""
    query = (
        select(Event)
        .join(Chain, Chain.id == Event.chain_id)
        .where(Chain.person_id.in_([row.id for row in rows]))
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(MOST_OF_A_PERSON)
    )
    return _entries(db, db.scalars(query).all())


def find_person(db: Session, centre: Centre, public_id: str) -> Person:
    """The centre's person with this id.

    :raise NotFound: the centre has none.
    """
    person = db.scalar(
        select(Person).where(Person.public_id == public_id, Person.centre_id == centre.id)
    )
    if person is None:
        raise NotFound
    return person


def newest_seals(db: Session, count: int = 5) -> list[tuple[int, datetime]]:
    """Numbers and times of the newest seals, the newest first."""
    rows = db.execute(select(Seal.number, Seal.at).order_by(Seal.number.desc()).limit(count))
    return [(row.number, row.at) for row in rows]


def last_verification(db: Session, centre: Centre) -> Entry | None:
    """The newest check of the whole log, as this centre's chain tells it."""
    found = db.scalars(
        select(Event)
        .join(Chain, Chain.id == Event.chain_id)
        .where(Chain.centre_id == centre.id, Event.action == Action.LOG_VERIFY.value)
        .order_by(Event.position.desc())
        .limit(1)
    ).all()
    return _entries(db, found)[0] if found else None


def _entries(db: Session, rows: Sequence[Event]) -> list[Entry]:
    tags = {row.actor for row in rows}
    ids = [tag.removeprefix("staff:") for tag in tags if tag.startswith("staff:")]
    staff = {
        one.public_id: one
        for one in db.scalars(
            select(Staff)
            .where(Staff.public_id.in_(ids))
            .options(joinedload(Staff.office), joinedload(Staff.centre))
        )
    }
    known = {action.value: action for action in Action}
    return [
        Entry(
            position=row.position,
            at=row.at,
            who=_who(row.actor, staff),
            action=known.get(row.action),
            code=row.action,
            subject=row.subject,
            details=row.details,
        )
        for row in rows
    ]


def _who(tag: str, staff: dict[str, Staff]) -> Who:
    kind, _colon, public_id = tag.partition(":")
    if kind == "staff" and public_id in staff:
        one = staff[public_id]
        return Who("staff", one.name, (one.office or one.centre).name)
    return Who(kind, public_id if kind in ("staff", "command") else "")
