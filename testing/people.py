"""Persons: entered by an office, corrected and matched by the centre alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from testing import bookings, events, identity
from testing.events import Action
from testing.keys import Keys
from testing.models import Centre, Person, Sitting, Staff
from testing.refusals import NotFound, Refusal


class CannotMatch(Refusal):
    """The two rows are the same row, of two centres, or linked already."""


@dataclass(frozen=True, kw_only=True)
class PersonData:
    """What is asked about a person, and no more."""

    surname: str
    given_names: str
    birth_date: date
    contact_language: str
    mother_tongue: str
    identity_code: str | None = None
    phone: str = ""


def add_person(
    db: Session, keys: Keys, *, centre: Centre, data: PersonData, actor: Staff, now: datetime
) -> Person:
    """A new row for the person; never looked up, so nobody learns who is known already.

    :raise BirthDateDiffers: the identity code tells another birth date.
    """
    person = Person(centre_id=centre.id, created_at=now)
    _fill(person, data)
    db.add(person)
    db.flush()
    identity.store(person, data.identity_code, keys)
    events.record(db, Action.PERSON_CREATE, on=person, subject=person, actor=actor, now=now)
    return person


def correct(
    db: Session, keys: Keys, person: Person, data: PersonData, *, actor: Staff, now: datetime
) -> None:
    """The person's data are as given; the log names the fields that changed, not their contents.

    :raise BirthDateDiffers: the identity code tells another birth date.
    """
    before = _facts(person, keys)
    _fill(person, data)
    identity.store(person, data.identity_code, keys)
    after = _facts(person, keys)
    changed = sorted(name for name in after if after[name] != before[name])
    if changed:
        events.record(
            db,
            Action.PERSON_CHANGE,
            on=person,
            subject=person,
            actor=actor,
            now=now,
            fields=changed,
        )


def suggestions(db: Session, person: Person) -> list[Person]:
    """Other rows of the centre that may be the same human being; an administrator decides."""
    same_code = Person.identity_index == person.identity_index if person.identity_index else None
    same_name = (Person.birth_date == person.birth_date) & or_(
        Person.surname == person.surname,
        # Names in the wrong order are the commonest slip.
        Person.surname == person.given_names,
        Person.given_names == person.given_names,
    )
    rows = db.scalars(
        select(Person)
        .where(
            Person.centre_id == person.centre_id,
            Person.id.not_in([row.id for row in all_rows(db, person)]),
            same_name if same_code is None else or_(same_code, same_name),
        )
        .order_by(Person.id)
        .limit(20)
    )
    return list(rows)


def match(db: Session, person: Person, earlier: Person, *, actor: Staff, now: datetime) -> None:
    """Both rows are one human being from now on: their sittings count as one person's.

    :raise CannotMatch: the same row, another centre's, or linked already.
    """
    first = first_row(db, earlier)
    own = first_row(db, person)
    if first.id == own.id or first.centre_id != person.centre_id:
        raise CannotMatch
    first, later = sorted((first, own), key=lambda row: row.id)
    for row in db.scalars(select(Person).where(Person.matched_to_id == later.id)):
        row.matched_to_id = first.id
    later.matched_to_id = first.id
    for row, other in ((first, later), (later, first)):
        events.record(
            db,
            Action.PERSON_MATCH,
            on=row,
            subject=row,
            actor=actor,
            now=now,
            other=other.public_id,
        )


def unmatch(db: Session, person: Person, *, actor: Staff, now: datetime) -> None:
    """The row stands alone again."""
    if person.matched_to_id is None:
        return
    other = db.get_one(Person, person.matched_to_id)
    person.matched_to_id = None
    events.record(
        db,
        Action.PERSON_UNMATCH,
        on=person,
        subject=person,
        actor=actor,
        now=now,
        other=other.public_id,
    )


def search(db: Session, keys: Keys, centre_id: int, text: str, most: int = 50) -> list[Person]:
    """The centre's people whom a name, birth date, identity code or booking reference tells."""
    text = text.strip()
    if re.fullmatch(r"\d{4} ?\d{4}", text):
        booking = bookings.by_reference(db, text, centre_id)
        return [booking.referral.person] if booking else []
    try:
        code = identity.clean(text)
    except identity.BadIdentityCode:
        code = None
    if code is not None:
        return identity.find(db, code, centre_id, keys)
    return list(
        db.scalars(
            select(Person)
            .where(Person.centre_id == centre_id, Person.id.in_(named(text)))
            .order_by(Person.surname, Person.given_names, Person.id)
            .limit(most)
        )
    )


def of_centre(db: Session, public_id: str, staff: Staff) -> Person:
    """The person, if the centre of staff who are of no office knows them.

    :raise NotFound: otherwise.
    """
    person = db.scalar(select(Person).where(Person.public_id == public_id))
    if person is None or staff.office_id or person.centre_id != staff.centre_id:
        raise NotFound
    return person


def sittings_of(db: Session, rows: Sequence[Person]) -> list[Sitting]:
    """Every sitting of these rows of a person, the latest first."""
    return list(
        db.scalars(
            select(Sitting)
            .where(Sitting.person_id.in_([row.id for row in rows]))
            .order_by(Sitting.id.desc())
        )
    )


def unmask(db: Session, keys: Keys, person: Person, *, actor: Staff, now: datetime) -> str | None:
    """The identity code in clear. Who has seen it may not rate what the person writes."""
    events.record(db, Action.PERSON_UNMASK, on=person, subject=person, actor=actor, now=now)
    return identity.reveal(person, keys)


def named(text: str) -> Any:
    """A query for the ids of persons whose name or birth date is like `text`."""
    query = select(Person.id)
    day = _birth_date(text)
    if day is not None:
        return query.where(Person.birth_date == day)
    for word in text.split():
        # SQLite's own lower() knows ASCII only: a name is tried as people write names.
        forms = {word, word.lower(), word.upper(), word.capitalize(), word.title()}
        query = query.where(
            or_(
                *(
                    column.contains(form, autoescape=True)
                    for form in sorted(forms)
                    for column in (Person.surname, Person.given_names)
                )
            )
        )
    return query


def _birth_date(text: str) -> date | None:
    found = re.fullmatch(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})", text.strip())
    if found is None:
        return None
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def first_row(db: Session, person: Person) -> Person:
    """The row that came first of this human being's rows."""
    return db.get_one(Person, person.matched_to_id) if person.matched_to_id else person


def all_rows(db: Session, person: Person) -> Sequence[Person]:
    """Every row of this human being, the first one first."""
    first = person.matched_to_id or person.id
    return db.scalars(
        select(Person)
        .where(or_(Person.id == first, Person.matched_to_id == first))
        .order_by(Person.id)
    ).all()


def _fill(person: Person, data: PersonData) -> None:
    person.surname = data.surname.strip()
    person.given_names = data.given_names.strip()
    person.birth_date = data.birth_date
    person.contact_language = data.contact_language
    person.mother_tongue = data.mother_tongue
    person.phone = data.phone.strip()


def _facts(person: Person, keys: Keys) -> dict[str, object]:
    return {
        "surname": person.surname,
        "given_names": person.given_names,
        "birth_date": person.birth_date,
        "contact_language": person.contact_language,
        "mother_tongue": person.mother_tongue,
        "phone": person.phone,
        "identity_code": identity.reveal(person, keys),
    }
