"""How long a measured part is: what a plan's length makes of the bank's blueprint."""

from dataclasses import replace

from sqlalchemy.orm import Session

from scoring.blueprint import Blueprint, BlueprintInfeasible
from scoring.sitting import plan_part
from testing import readiness
from testing.assessment_plans.rules import USUAL, Length
from testing.plans import BankInUse, Kept, bank_in_use, statuses_that_count
from testing.settings import Mode

_UNMET = Kept(64)


def applied(in_use: BankInUse, length: Length) -> BankInUse:
    """The same bank with that length; a part whose tasks are fixed stays as it is."""
    if length == USUAL or in_use.blueprint.stages:
        return in_use
    settings = in_use.settings
    if length.band_probability is not None:
        stopping = replace(settings.stopping, band_probability=length.band_probability)
        settings = replace(settings, stopping=stopping)
    return replace(in_use, blueprint=_stretched(in_use.blueprint, length.tasks), settings=settings)


def _stretched(blueprint: Blueprint, tasks: float) -> Blueprint:
    """The maxima times `tasks`; what a part must contain stays."""
    words, seconds = blueprint.max_words, blueprint.max_seconds
    return replace(
        blueprint,
        max_tasks=max(blueprint.min_tasks, round(blueprint.max_tasks * tasks)),
        max_words=None if words is None else round(words * tasks),
        max_seconds=None if seconds is None else seconds * tasks,
    )


def unmet_of(
    db: Session, language: str, skill: str, length: Length, mode: Mode
) -> tuple[str, ...]:
    """What the bank in use lacks for a whole part of that length."""
    usual = readiness.unmet_of(db, language, skill, mode)
    if usual or length == USUAL or skill not in readiness.MEASURED:
        return usual
    in_use = bank_in_use(db, language, skill, statuses_that_count(mode))

    def judge() -> tuple[str, ...]:
        other = applied(in_use, length)
        try:
            plan_part(
                other.bank,
                other.scale.standard,
                other.blueprint,
                settings=other.settings,
                seed=0,
            )
        except BlueprintInfeasible as refusal:
            return refusal.constraints
        return ()

    return _UNMET.get((in_use.digest, repr(in_use.blueprint), length), judge)


def to_start(
    db: Session, language: str, skill: str, length: Length, mode: Mode
) -> BankInUse:
    """What a part that starts now is measured with. A bank that cannot give the length any more
    gives the usual one: nobody who sits before a kiosk is sent away for it.

    :raise BankNotReady: there is nothing to measure this skill with.
    """
    in_use = bank_in_use(db, language, skill, statuses_that_count(mode))
    return in_use if unmet_of(db, language, skill, length, mode) else applied(in_use, length)
