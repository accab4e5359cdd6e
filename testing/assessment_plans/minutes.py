"""How long a plan takes: simulated for what the engine measures, planned for the rest.

A simulation of assumptions: persons of every level alike, who answer as the model says and need for
each task the time that its author expects. It is no observation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from items import bank_rows
from items.models import TaskVersion
from scoring.cefr import REPORTED_LEVELS
from scoring.simulation import simulate
from scoring.sitting import plan_part
from scoring.truth import point_world
from testing.assessment_plans.rules import Plan, Plans
from testing.models import Skill
from testing.plans import BankNotReady, Kept, bank_in_use
from testing.readiness import MEASURED

#: Simulated persons at each level.
PERSONS = 20
#: Minutes beside the tasks: code, language, introduction, practice; and a breath before each part.
BEGINNING, BREATH = 5.0, 1.0
#: What the parts outside the engine are planned to take.
LITERACY, TALK, OWN_WRITING = 5.0, 15.0, 10.0

_MINUTES = Kept(16)


@dataclass(frozen=True)
class Span:
    """Minutes: of the middle person, of the quickest tenth and of the slowest."""

    low: float
    middle: float
    high: float
    #: Whether they were simulated; otherwise they are what is planned.
    is_simulated: bool = False


@dataclass(frozen=True)
class Expected:
    """A plan with the minutes of its parts; None where the bank cannot give a part."""

    plan: Plan
    parts: Mapping[Skill, Span | None]

    @property
    def total(self) -> float | None:
        """The middle of every part, with literacy screen, beginning and breaths; None while a part
        is missing. The quick in one part are not the quick in another: tenths do not add up."""
        spans = [span for span in self.parts.values() if span is not None]
        if len(spans) < len(self.parts):
            return None
        beside = BEGINNING + LITERACY + BREATH * len(spans)
        beside += OWN_WRITING * self.plan.own_writing
        return beside + sum(span.middle for span in spans)


def expected(db: Session, plans: Plans, language: str) -> list[Expected]:
    """Every plan with what it takes in a tested language."""
    found = {skill: span_of(db, language, skill) for skill in Skill}
    return [
        Expected(plan, {skill: found[skill] for skill in plan.parts})
        for plan in plans.plans.values()
    ]


def span_of(db: Session, language: str, skill: Skill) -> Span | None:
    """What one part takes; None when the bank in use cannot give it."""
    if skill in MEASURED:
        return _simulated(db, language, skill)
    versions = bank_rows.versions_in_use(db, language, skill)
    if not versions:
        return None
    if skill is Skill.SPEAKING:
        return Span(TALK, TALK, TALK)
    # One prompt for a beginner, two for others.
    minutes = sorted(float(version.document["minutes"]) for version in versions)
    return Span(minutes[0], 2 * float(np.median(minutes)), 2 * minutes[-1])


def _simulated(db: Session, language: str, skill: Skill) -> Span | None:
    try:
        in_use = bank_in_use(db, language, skill)
    except BankNotReady:
        return None

    def work_out() -> Span:
        plan = plan_part(
            in_use.bank,
            in_use.scale.standard,
            in_use.blueprint,
            settings=in_use.settings,
            seed=1,
        )
        theta = np.repeat(
            [in_use.scale.standard.middle(level) for level in REPORTED_LEVELS], PERSONS
        )
        worlds = point_world(in_use.bank, in_use.scale.standard)
        seconds = dict(
            db.execute(
                select(TaskVersion.id, TaskVersion.seconds).where(
                    TaskVersion.id.in_(in_use.versions.values())
                )
            ).all()
        )
        by_task = np.array([seconds[in_use.versions[task.id]] for task in in_use.bank.tasks])
        given = simulate(plan, worlds, theta, np.random.default_rng(1)).given
        taken = np.where(given >= 0, by_task[np.maximum(given, 0)], 0).sum(axis=1) / 60
        low, middle, high = np.quantile(taken, (0.1, 0.5, 0.9))
        return Span(float(low), float(middle), float(high), True)

    return _MINUTES.get((db.get_bind().engine.url, in_use.digest), work_out)
