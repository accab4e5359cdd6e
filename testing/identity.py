"""The Finnish personal identity code: optional, validated, encrypted, masked."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.exceptions import ValidationError
from stdnum.fi import hetu

from testing.keys import Keys
from testing.models import Person
from testing.refusals import Refusal


class BadIdentityCode(Refusal):
    """Not a valid personal identity code."""

    status = 400


class BirthDateDiffers(Refusal):
    """The identity code tells another birth date."""

    status = 400


def clean(text: str) -> str | None:
    """The code in its canonical form, or None when nothing was given.

    :raise BadIdentityCode: a wrong form, date or check character.
    """
    text = text.strip().upper().replace(" ", "")
    if not text:
        return None
    try:
        # Temporary and test codes (900-999) are given to people whose real code is on its way.
        return str(hetu.validate(text, allow_temporary=True))
    except ValidationError:
        raise BadIdentityCode from None


CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)


def birth_date(code: str) -> date:
    """Birth date that a valid code tells."""
    return date(CENTURIES[code[6]] + int(code[4:6]), int(code[2:4]), int(code[:2]))


def store(person: Person, code: str | None, keys: Keys) -> None:
    """The person's row holds the code encrypted and findable, or no code.

    :raise BirthDateDiffers: the code belongs to somebody born on another day.
    """
    if code is None:
        person.identity_code = person.identity_index = None
        return
    if birth_date(code) != person.birth_date:
        raise BirthDateDiffers
    person.identity_code = keys.encrypt(code, record=f"person:{person.public_id}")
    person.identity_index = index_of(code, person.centre_id, keys)


def reveal(person: Person, keys: Keys) -> str | None:
    """The code in clear. Who calls this records `Action.PERSON_UNMASK`."""
    if person.identity_code is None:
        return None
    return keys.decrypt(person.identity_code, record=f"person:{person.public_id}")


def masked(person: Person) -> str:
    """What a screen shows: that there is a code, not what it is."""
    return f"{person.birth_date:%d%m%y}•••••" if person.identity_code else ""


def index_of(code: str, centre_id: int, keys: Keys) -> str:
    # The sign is part of the identity: two people may differ by nothing else.
    return keys.blind_index(f"identity:{centre_id}:{code}")


def find(db: Session, code: str, centre_id: int, keys: Keys) -> list[Person]:
    """All rows of the person with this code, the first one first."""
    return list(
        db.scalars(
            select(Person)
            .where(Person.identity_index == index_of(code, centre_id, keys))
            .order_by(Person.id)
        )
    )
