"""Groups: in what people differ, as codes that are compared. What nobody told is a group, too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from testing import mother_tongues
from testing.interview.background import (
    Accommodation,
    DigitalHabit,
    Gender,
    Interpreter,
)
from testing.interview.facts import schooling_of
from testing.models import ComputerSkill, Device
from testing.mother_tongues import Family, Script


class Variable(StrEnum):
    """In what people differ."""

    FAMILY = "family"
    SCRIPT = "script"
    GENDER = "gender"
    AGE = "age"
    SCHOOLING = "schooling"
    DIGITAL = "digital"
    DEVICE = "device"
    OPERATED = "operated"
    INTERPRETER = "interpreter"
    ACCOMMODATION = "accommodation"


UNKNOWN = "unknown"
#: Stands for more than one of the others.
SEVERAL = "several"
#: Age at the test: each group begins at its number.
AGES = (("under_25", 0), ("25_34", 25), ("35_44", 35), ("45_54", 45), ("55_up", 55))
EXTRA_TIME = "extra_time"
OPERATED = ("alone", "helped", "staff")

#: The groups of each variable in the order in which they are shown.
GROUPS: Mapping[Variable, tuple[str, ...]] = {
    Variable.FAMILY: (*Family, UNKNOWN),
    Variable.SCRIPT: (*Script, UNKNOWN),
    Variable.GENDER: (*Gender, UNKNOWN),
    Variable.AGE: tuple(code for code, _least in AGES),
    Variable.SCHOOLING: ("none", "short", "basic", "long", UNKNOWN),
    Variable.DIGITAL: (*DigitalHabit, UNKNOWN),
    Variable.DEVICE: (*Device, SEVERAL, UNKNOWN),
    Variable.OPERATED: (*OPERATED, UNKNOWN),
    Variable.INTERPRETER: (*Interpreter, UNKNOWN),
    Variable.ACCOMMODATION: ("none", *Accommodation, EXTRA_TIME, SEVERAL, UNKNOWN),
}


@dataclass(frozen=True)
class Told:
    """What is known of one person on the day of the test."""

    mother_tongue: str
    birth_date: date
    day: date
    #: Question → answer of the interview; None when none was held.
    answers: Mapping[str, Any] | None
    devices: tuple[Device | None, ...]
    #: How the person got along with the device, as staff saw it.
    computer: ComputerSkill | None
    extra_minutes: int


def groups_of(told: Told) -> dict[Variable, str]:
    """The group of every variable that the person belongs to."""
    tongue = mother_tongues.by_code().get(told.mother_tongue)
    answers = told.answers or {}
    return {
        Variable.FAMILY: tongue.family if tongue else UNKNOWN,
        Variable.SCRIPT: tongue.script if tongue else UNKNOWN,
        Variable.GENDER: answers.get("gender", UNKNOWN),
        Variable.AGE: _age(told.birth_date, told.day),
        Variable.SCHOOLING: schooling_of(answers.get("school_years")) or UNKNOWN,
        Variable.DIGITAL: answers.get("digital", UNKNOWN),
        Variable.DEVICE: _one_of(device or UNKNOWN for device in told.devices),
        Variable.OPERATED: _operated(told),
        Variable.INTERPRETER: answers.get("interpreter", UNKNOWN),
        Variable.ACCOMMODATION: _accommodation(told),
    }


def _age(born: date, day: date) -> str:
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next(code for code, least in reversed(AGES) if years >= least or least == 0)


def _one_of(codes: Iterable[str]) -> str:
    found = set(codes) - {UNKNOWN}
    if len(found) > 1:
        return SEVERAL
    return found.pop() if found else UNKNOWN


def _operated(told: Told) -> str:
    asked = (told.answers or {}).get("accommodations", ())
    if Accommodation.STAFF_OPERATES in asked:
        return "staff"
    if told.computer is None:
        return UNKNOWN
    return "alone" if told.computer is ComputerSkill.ALONE else "helped"


def _accommodation(told: Told) -> str:
    given = set((told.answers or {}).get("accommodations", ()))
    if told.extra_minutes:
        given.add(EXTRA_TIME)
    if given:
        return _one_of(given)
    return UNKNOWN if told.answers is None else "none"
