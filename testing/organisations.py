"""Setting a centre up: the centre itself, its sites, the offices that refer to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from testing import events
from testing.events import Action
from testing.models import Centre, Office, OfficeKind, Site, Staff


def add_centre(
    db: Session, *, name: str, now: datetime, actor: Staff | str, **contact: str
) -> Centre:
    """A new centre without sites, offices or staff."""
    centre = Centre(name=name.strip(), **contact)
    db.add(centre)
    db.flush()
    events.record(db, Action.CENTRE_CREATE, on=centre, subject=centre, actor=actor, now=now)
    return centre


def add_site(
    db: Session, *, centre: Centre, name: str, actor: Staff | str, now: datetime, **address: str
) -> Site:
    """A new place where the centre tests."""
    site = Site(centre_id=centre.id, name=name.strip(), **address)
    db.add(site)
    db.flush()
    events.record(db, Action.SITE_CREATE, on=centre, subject=site, actor=actor, now=now)
    return site


def add_office(
    db: Session,
    *,
    centre: Centre,
    kind: OfficeKind,
    name: str,
    actor: Staff | str,
    now: datetime,
    former_name: str = "",
) -> Office:
    """A new organisation that may refer people and receive their results."""
    office = Office(
        centre_id=centre.id, kind=kind, name=name.strip(), former_name=former_name.strip()
    )
    db.add(office)
    db.flush()
    events.record(db, Action.OFFICE_CREATE, on=centre, subject=office, actor=actor, now=now)
    return office


_CHANGES = {
    Centre: Action.CENTRE_CHANGE,
    Site: Action.SITE_CHANGE,
    Office: Action.OFFICE_CHANGE,
    Staff: Action.STAFF_CHANGE,
}


def change(
    db: Session,
    row: Centre | Site | Office | Staff,
    *,
    centre: Centre,
    actor: Staff | str,
    now: datetime,
    **values: Any,
) -> None:
    """The row holds these values; the log names the fields that changed."""
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        events.record(
            db, _CHANGES[type(row)], on=centre, subject=row, actor=actor, now=now, fields=changed
        )


def open_offices(db: Session, centre_id: int) -> list[Office]:
    """Organisations that may refer people to the centre today, by name."""
    return list(
        db.scalars(
            select(Office)
            .where(Office.centre_id == centre_id, Office.closed_at.is_(None))
            .order_by(Office.name)
        )
    )


def open_sites(db: Session, centre_id: int) -> list[Site]:
    """Places where the centre tests today, by name."""
    return list(
        db.scalars(
            select(Site)
            .where(Site.centre_id == centre_id, Site.closed_at.is_(None))
            .order_by(Site.name)
        )
    )


def centres(db: Session) -> list[Centre]:
    """Every centre of this installation, by name."""
    return list(db.scalars(select(Centre).order_by(Centre.name)))


def name_is_taken(db: Session, centre: Centre, name: str) -> bool:
    """Whether another centre has this name."""
    query = select(Centre.id).where(Centre.name == name.strip(), Centre.id != centre.id)
    return db.scalar(query) is not None


def offices(db: Session, centre_id: int) -> list[Office]:
    """Every office that refers or referred people, by name."""
    return list(
        db.scalars(select(Office).where(Office.centre_id == centre_id).order_by(Office.name))
    )


def sites(db: Session, centre_id: int) -> list[Site]:
    return list(db.scalars(select(Site).where(Site.centre_id == centre_id).order_by(Site.name)))


def staff_of(db: Session, centre_id: int) -> list[Staff]:
    """The centre's own staff and the clerks of its offices, by name."""
    return list(
        db.scalars(
            select(Staff)
            .where(Staff.centre_id == centre_id)
            .options(joinedload(Staff.office))
            .order_by(Staff.name)
        )
    )


def find(db: Session, kind: type[Any], public_id: str) -> Any:
    """The row of a site, an office or a member of staff, or None."""
    return db.scalar(select(kind).where(kind.public_id == public_id))
