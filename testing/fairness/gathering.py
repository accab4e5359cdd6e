"""Gathering: what signed results tell of each person, without who they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from scoring.cefr import BANDS, REPORTED_LEVELS, band_of
from scoring.literacy import LiteracyClass
from scoring.recommendation_rules import Outcome
from testing import clock
from testing.fairness.groups import Told, Variable, groups_of
from testing.literacy.calibration import confirmed_of
from testing.models import (
    Device,
    Interview,
    LiteracyScreen,
    Person,
    Sitting,
    Statement,
    Visit,
)
from testing.settings import Mode

#: Outcomes that begin more slowly, or with reading and writing.
SLOWER = frozenset(
    {
        Outcome.PATH_SLOW,
        Outcome.ZERO_SLOW,
        Outcome.ZERO_PRIMARY,
        Outcome.ZERO_SECONDARY,
        Outcome.LITERACY_TRAINING,
        Outcome.BASIC_EDUCATION,
    }
)
BAND_OF = np.array([BANDS.index(band_of(level)) for level in REPORTED_LEVELS])

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Case:
    """One person's newest signed result, as numbers and codes."""

    groups: Mapping[Variable, str]
    #: Skill → (system, assessor) as positions in REPORTED_LEVELS, where both gave a level.
    levels: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    #: Band of the middle one of the assessor's own levels; None where they gave none.
    blind_band: int | None = None
    #: (proposed, confirmed) where both are classes.
    literacy: tuple[LiteracyClass, LiteracyClass] | None = None
    #: (proposed, signed).
    recommendation: tuple[Outcome, Outcome] | None = None


def years(db: Session, centre_id: int) -> list[int]:
    """Calendar years with statements, the latest first."""
    first, last = db.execute(
        select(func.min(Statement.signed_at), func.max(Statement.signed_at)).where(
            Statement.centre_id == centre_id
        )
    ).one()
    if first is None:
        return []
    return list(range(clock.local_day(last).year, clock.local_day(first).year - 1, -1))


def cases(
    db: Session, centre_id: int, *, language: str, mode: Mode, year: int | None
) -> list[Case]:
    """Everybody whose result stands signed: the newest sitting of each human being.

    mode : what the sittings were worth when they were taken; others are never mixed in.
    """
    devices = _devices(db, centre_id)
    confirmed = confirmed_of(db, centre_id)
    found: dict[int, Case] = {}
    for row in _rows(db, centre_id, language, mode, year):
        human = row.matched_to_id or row.person_id
        if human in found:
            continue
        told = Told(
            mother_tongue=row.mother_tongue,
            birth_date=row.birth_date,
            day=clock.local_day(row.created_at),
            answers=row.answers,
            devices=tuple(devices.get(row.sitting_id, ())),
            computer=row.computer,
            extra_minutes=row.extra_minutes,
        )
        found[human] = _case(
            groups_of(told), row.content, row.proposal, confirmed.get(row.screen_id), mode
        )
    return list(found.values())


def _rows(
    db: Session, centre_id: int, language: str, mode: Mode, year: int | None
) -> Iterator[Any]:
    later = aliased(Statement)
    query = (
        select(
            Statement.content,
            Sitting.id.label("sitting_id"),
            Sitting.created_at,
            Sitting.extra_minutes,
            Person.id.label("person_id"),
            Person.matched_to_id,
            Person.mother_tongue,
            Person.birth_date,
            Interview.answers,
            LiteracyScreen.id.label("screen_id"),
            LiteracyScreen.computer,
            LiteracyScreen.proposal,
        )
        .join(Sitting, Sitting.id == Statement.sitting_id)
        .join(Person, Person.id == Sitting.person_id)
        .outerjoin(later, later.supersedes_id == Statement.id)
        .outerjoin(Interview, Interview.referral_id == Sitting.referral_id)
        .outerjoin(LiteracyScreen, LiteracyScreen.sitting_id == Sitting.id)
        .where(
            Statement.centre_id == centre_id,
            later.id.is_(None),
            Sitting.language == language,
            Sitting.mode == mode.value,
        )
        .order_by(Statement.id.desc())
        .execution_options(yield_per=500)
    )
    if year is not None:
        query = query.where(
            Statement.signed_at >= _new_year(year), Statement.signed_at < _new_year(year + 1)
        )
    yield from db.execute(query)


def _new_year(year: int) -> datetime:
    return clock.from_local(datetime(year, 1, 1).date(), 0, 0)  # noqa: DTZ001 - a local day


def _devices(db: Session, centre_id: int) -> dict[int, list[Device | None]]:
    rows = db.execute(
        select(Visit.sitting_id, Visit.device)
        .join(Sitting, Sitting.id == Visit.sitting_id)
        .where(Sitting.centre_id == centre_id, Visit.bound_at.is_not(None))
    )
    found: dict[int, list[Device | None]] = {}
    for sitting, device in rows:
        found.setdefault(sitting, []).append(device)
    return found


def _case(
    groups: Mapping[Variable, str],
    content: Mapping[str, Any],
    proposal: Mapping[str, Any] | None,
    confirmed: LiteracyClass | None,
    mode: Mode,
) -> Case:
    levels = {}
    blind = []
    for skill in content["skills"]:
        own = skill["blind"]["level"] if skill["blind"] else None
        if own is None:
            continue
        blind.append(REPORTED_LEVELS.index(own))
        if skill["proposed"] is not None and _counts(skill, mode):
            levels[skill["skill"]] = (REPORTED_LEVELS.index(skill["proposed"]), blind[-1])
    middle = sorted(blind)[(len(blind) - 1) // 2] if blind else None
    return Case(
        groups=groups,
        levels=levels,
        blind_band=None if middle is None else int(BAND_OF[middle]),
        literacy=_literacy(proposal, confirmed),
        recommendation=_recommendation(content.get("recommended")),
    )


def _counts(skill: Mapping[str, Any], mode: Mode) -> bool:
    """What a synthetic voice spoke tells of the voice; a demo has no other."""
    return mode is Mode.DEMO or all(one["code"] != "synthetic" for one in skill["reasons"])


def _literacy(
    proposal: Mapping[str, Any] | None, confirmed: LiteracyClass | None
) -> tuple[LiteracyClass, LiteracyClass] | None:
    if proposal is None or confirmed is None:
        return None
    proposed = LiteracyClass(proposal["class"])
    if LiteracyClass.NOT_ASSESSED in (proposed, confirmed):
        return None
    return proposed, confirmed


def _recommendation(recommended: Mapping[str, Any] | None) -> tuple[Outcome, Outcome] | None:
    """None also where the rules asked a person to look first: they proposed nothing."""
    if recommended is None or recommended["proposed"] == Outcome.LOOK_FIRST:
        return None
    return Outcome(recommended["proposed"]), Outcome(recommended["outcome"])
