"""How long a plan takes: simulated for what the engine measures, planned for the rest.

A simulation of assumptions: invented persons who answer as the model says, need for each task the
time that its author expects, and are at the same level in every skill. It is no observation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from items import bank_rows
from items.content_format import bank_language
from items.models import Status, TaskVersion
from scoring.cefr import LEVELS, REPORTED_LEVELS
from scoring.literacy import Ladders, LiteracyClass
from scoring.literacy_simulation import Errors, draw_person, walk
from scoring.seeding import draw_places
from scoring.simulation import simulate
from scoring.sitting import plan_part
from scoring.truth import point_world
from testing.assessment_plans import lengths
from testing.assessment_plans.rules import USUAL, Depth, Length, Plan, Plans
from testing.literacy import rules as literacy_rules
from testing.models import LANGUAGE_SKILLS, Skill
from testing.plans import Kept, statuses_that_count, usable_versions
from testing.readiness import MEASURED
from testing.settings import Mode

Minutes = NDArray[np.float64]

#: Simulated persons at each level.
PERSONS = 20
#: Minutes beside the tasks: code, language, introduction, practice; and a breath before each part.
BEGINNING, BREATH = 5.0, 1.0
#: What the parts outside the engine are planned to take.
LITERACY, TALK, OWN_WRITING, SELF_ASSESSMENT = 5.0, 15.0, 10.0, 5.0
TENTHS = (0.1, 0.5, 0.9)

_MINUTES = Kept(64)
_LITERACY = Kept(64)


class Kind(StrEnum):
    """Kinds of invented persons."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    BEGINNER = "beginner"
    A2 = "a2"
    B1_UP = "b1_up"


@dataclass(frozen=True)
class Under:
    """Under what a centre's sittings begin."""

    mode: Mode
    #: Tasks that a measured part may try out (`Centre.pretest_tasks`).
    pretest: int = 0


@dataclass(frozen=True)
class Persons:
    """Who is meant: how they read, and the levels at which they are, alike in number."""

    literacy: LiteracyClass
    levels: tuple[str, ...]


KINDS: Mapping[Kind, Persons] = {
    Kind.PRIMARY: Persons(LiteracyClass.PRIMARY_ILLITERATE, ("alle_A1.1", "A1.1", "A1.2")),
    Kind.SECONDARY: Persons(LiteracyClass.SECONDARY, ("alle_A1.1", "A1.1", "A1.2", "A1.3")),
    Kind.BEGINNER: Persons(LiteracyClass.LITERATE, ("alle_A1.1", "A1.1", "A1.2", "A1.3")),
    Kind.A2: Persons(LiteracyClass.LITERATE, ("A2.1", "A2.2")),
    Kind.B1_UP: Persons(LiteracyClass.LITERATE, ("B1.1", "B1.2", "B2.1", "B2.2", "C1.1")),
}


@dataclass(frozen=True)
class Span:
    """Minutes: of the middle person, of the quickest tenth and of the slowest."""

    low: float
    middle: float
    high: float
    #: Whether they were simulated; otherwise they are what is planned.
    is_simulated: bool = False

    @classmethod
    def over(cls, minutes: Minutes) -> "Span":
        low, middle, high = (float(one) for one in np.quantile(minutes, TENTHS))
        return cls(low, middle, high, True)


@dataclass(frozen=True)
class Expected:
    """A plan with the minutes of its parts; None where the bank cannot give a part."""

    plan: Plan
    parts: Mapping[Skill, Span | None]
    #: The whole plan without its optional parts; empty while the bank cannot give one of them.
    totals: Mapping[Kind, Span]
    #: The same with them; empty where there are none.
    with_optional: Mapping[Kind, Span]

    @property
    def total(self) -> float | None:
        """Minutes of a middle person, all kinds alike in number; None while a part is missing."""
        if not self.totals:
            return None
        return float(np.mean([span.middle for span in self.totals.values()]))

    @property
    def longest(self) -> float:
        """Minutes of the slowest tenth of the slowest kind, optional parts taken."""
        return max((span.high for span in (self.with_optional or self.totals).values()), default=0)


def expected(db: Session, plans: Plans, language: str, under: Under) -> list[Expected]:
    """Every plan with what it takes in a tested language."""
    return [_expected(db, plans, plan, language, under) for plan in plans.plans.values()]


def _expected(
    db: Session, plans: Plans, plan: Plan, language: str, under: Under
) -> Expected:
    spans = {
        skill: span_of(db, language, skill, under, plans.length_of(plan, skill))
        for skill in plan.parts
    }

    def totals(parts: Iterable[Skill]) -> dict[Kind, Span]:
        taken = list(parts)
        if any(spans[skill] is None for skill in taken):
            return {}
        return {kind: _total(db, plans, plan, language, taken, kind, under) for kind in Kind}

    given = plan.given()
    return Expected(
        plan,
        spans,
        totals(given),
        totals(plan.parts) if len(given) < len(plan.parts) else {},
    )


def span_of(
    db: Session, language: str, skill: Skill, under: Under, length: Length = USUAL
) -> Span | None:
    """What one part takes; None when the bank in use cannot give it."""
    if skill in MEASURED:
        simulated = _simulated(db, language, skill, length, under)
        return None if simulated is None else Span.over(simulated)
    if skill is Skill.SPEAKING:
        has_set = bank_rows.versions_in_use(db, language, skill)
        return Span(TALK, TALK, TALK) if has_set else None
    minutes = _writing(db, language)
    # One prompt for a beginner, two for others.
    if not minutes:
        return None
    return Span(minutes[0], 2 * float(np.median(minutes)), 2 * minutes[-1])


def _writing(db: Session, language: str) -> list[float]:
    versions = bank_rows.versions_in_use(db, language, Skill.WRITING)
    return sorted(float(version.document["minutes"]) for version in versions)


def _total(
    db: Session,
    plans: Plans,
    plan: Plan,
    language: str,
    parts: list[Skill],
    kind: Kind,
    under: Under,
) -> Span:
    """The whole plan for one kind of person: each invented person takes all of its parts."""
    persons = KINDS[kind]
    count = len(persons.levels) * PERSONS
    beside = BEGINNING + BREATH * len(parts)
    beside += OWN_WRITING * plan.own_writing + SELF_ASSESSMENT * plan.self_assessment
    minutes = np.full(count, beside) + _literacy(persons.literacy, plan.literacy)[:count]
    for skill in parts:
        if skill in MEASURED:
            simulated = _simulated(db, language, skill, plans.length_of(plan, skill), under)
            assert simulated is not None
            minutes += (
                _of_levels(simulated, persons.levels).reshape(-1)
                if skill in LANGUAGE_SKILLS
                else _of_all_levels(simulated, count)
            )
        elif skill is Skill.SPEAKING:
            minutes += TALK
        else:
            prompts = 1 if LEVELS.index(persons.levels[-1]) <= LEVELS.index("A1.3") else 2
            minutes += prompts * float(np.median(_writing(db, language)))
    return Span.over(minutes)


def _of_levels(simulated: Minutes, levels: tuple[str, ...]) -> Minutes:
    return simulated[[REPORTED_LEVELS.index(level) for level in levels]]


def _of_all_levels(simulated: Minutes, count: int) -> Minutes:
    """Of a part beside the language: a level of it goes with no level of the language, so that its
    levels take turns among the persons."""
    return np.resize(simulated.T, count)


def _literacy(kind: LiteracyClass, depth: Depth) -> Minutes:
    """Minutes of the literacy screen, handovers included; the same persons every time."""

    def work_out() -> Minutes:
        ladders = Ladders.from_table(literacy_rules.table())
        rng = np.random.default_rng(1)
        found = [
            walk(draw_person(kind, rng), ladders, Errors.NONE, rng, is_drawn=depth is Depth.DEEP)
            for _person in range(len(REPORTED_LEVELS) * PERSONS)
        ]
        return np.array([one.minutes for one in found])

    minutes: Minutes = _LITERACY.get((kind, depth), work_out)
    return minutes


def _simulated(
    db: Session, language: str, skill: Skill, length: Length, under: Under
) -> Minutes | None:
    """Minutes of `PERSONS` persons at each level of the part's scale, (levels, persons);
    None: the bank cannot give it."""
    if lengths.unmet_of(db, language, skill, length, under.mode):
        return None
    in_use = lengths.to_start(db, language, skill, length, under.mode)

    def work_out() -> Minutes:
        plan = plan_part(
            in_use.bank,
            in_use.scale.standard,
            in_use.blueprint,
            settings=in_use.settings,
            seed=1,
        )
        theta = np.repeat(
            [in_use.scale.standard.middle(one) for one in in_use.scale.standard.levels], PERSONS
        )
        worlds = point_world(in_use.bank, in_use.scale.standard)
        given = simulate(plan, worlds, theta, np.random.default_rng(1)).given
        by_task = _seconds(db, in_use.versions, [task.id for task in in_use.bank.tasks])
        taken = np.where(given >= 0, by_task[np.maximum(given, 0)], 0).sum(axis=1) / 60
        count = (given >= 0).sum(axis=1)
        tried = np.array([sum(place < n for place in _places(k)) for k, n in enumerate(count)])
        # What is tried out lies near the person, and takes as long as their own tasks.
        minutes: Minutes = (taken * (1 + tried / count)).reshape(-1, PERSONS)
        return minutes

    def _places(person: int) -> tuple[int, ...]:
        return draw_places(person, tries_out, in_use.blueprint.max_tasks)

    tries_out = _tries_out(db, language, skill, under) if not in_use.blueprint.stages else 0
    key: Any = (db.get_bind().engine.url, in_use.digest, repr(in_use.blueprint), length, tries_out)
    found: Minutes = _MINUTES.get(key, work_out)
    return found


def _tries_out(db: Session, language: str, skill: Skill, under: Under) -> int:
    """How many tasks a part may try out, at most."""
    if Status.PILOT in statuses_that_count(under.mode) or not under.pretest:
        return 0
    piloted = usable_versions(db, bank_language(language, skill), skill, (Status.PILOT,))
    return min(under.pretest, len(piloted))


def _seconds(db: Session, versions: Mapping[str, int], tasks: list[str]) -> Minutes:
    """Seconds that each task is expected to take."""
    seconds = dict(
        db.execute(
            select(TaskVersion.id, TaskVersion.seconds).where(TaskVersion.id.in_(versions.values()))
        ).all()
    )
    return np.array([float(seconds[versions[task]]) for task in tasks])
