"""A sitting's proposals as they would be today, made from the answers that are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from items.bank_files import Task, task_of
from items.models import Status, TaskVersion
from scoring import sitting as engine
from scoring.bank import Bank
from scoring.plan import PlanRefused
from scoring.sitting import AnsweredTask
from testing import delivery, evidence, plans, proposals, rating
from testing.models import Part, Presentation, Sitting, Skill, SkillResult
from testing.plans import BankInUse, BankNotReady

#: Statuses of a version whose key and parameters hold today.
IN_USE = (Status.PILOT, Status.LIVE)


class CannotRescore(Exception):
    """The answers cannot be read with today's bank; the stored result stands."""


@dataclass(frozen=True)
class Change:
    """One skill that would be proposed otherwise."""

    skill: Skill
    before: Mapping[str, Any]
    after: dict[str, Any]

    @property
    def moves_band(self) -> bool:
        return bool(self.before["band"] != self.after["band"])


def changes_of(db: Session, sitting: Sitting, results: Mapping[Skill, SkillResult]) -> list[Change]:
    """The skills whose most probable level would be another one.

    :raise CannotRescore: a stored plan or answer does not fit this engine or bank.
    """
    found = []
    parts = {part.skill: part for part in sitting.parts}
    for skill, result in results.items():
        if result.proposal is None or skill not in parts:
            continue
        after = _again(db, sitting, parts[skill], result.proposal)
        if after["most_probable_level"] != result.proposal["most_probable_level"]:
            found.append(Change(skill, result.proposal, after))
    return found


def _again(
    db: Session, sitting: Sitting, part: Part, before: Mapping[str, Any]
) -> dict[str, Any]:
    try:
        if before["source"] == "ratings":
            return _rated(db, part)
        in_use = plans.bank_in_use(db, sitting.language, part.skill, IN_USE)
        plan = plans.plan_of(db, part)
        answered, is_marked_anew = _answers(db, part)
        today = replace(
            plan,
            bank=_bank(plan.bank, in_use, [one.task for one in answered]),
            standard=in_use.scale.standard,
            settings=replace(
                plan.settings,
                prior_mean=in_use.settings.prior_mean,
                prior_sd=in_use.settings.prior_sd,
            ),
        )
        belief = engine.believe(today, answered).to_record()
    except (PlanRefused, BankNotReady, ValueError) as problem:
        raise CannotRescore(str(problem)) from problem
    return proposals.rescored(
        before,
        belief,
        versions={
            "bank": in_use.digest,
            "standard": in_use.scale.standard.version,
            "engine": plan.engine_version,
            "prior_mean": in_use.settings.prior_mean,
            "prior_sd": in_use.settings.prior_sd,
            "marked_anew": is_marked_anew,
        },
    )


def _rated(db: Session, part: Part) -> dict[str, Any]:
    """With today's rules of rating: they may call for a rater whom nobody asked then."""
    scripts = evidence.scripts_of(db, part)
    if any(rating.is_rateable(one) and rating.decided_level(one) is None for one in scripts):
        raise CannotRescore("a rating is missing by today's rules")
    return proposals.from_ratings(part.skill, scripts)


def _bank(frozen: Bank, in_use: BankInUse, tasks: list[str]) -> Bank:
    """The tasks that were answered: with today's parameters, or as they were where retired."""
    today = {record["id"]: record for record in in_use.bank.to_records()}
    then = {record["id"]: record for record in frozen.to_records()}
    records = []
    for id in tasks:
        now = today.get(id)
        fits = now is not None and _item_ids(now) == _item_ids(then[id])
        records.append(now if now is not None and fits else then[id])
    return Bank.from_records(records)


def _item_ids(record: Mapping[str, Any]) -> list[str]:
    return [item["id"] for item in record["items"]]


def _answers(db: Session, part: Part) -> tuple[list[AnsweredTask], int]:
    """The answers marked with today's keys, and how many tasks got other marks by that."""
    rows = evidence.counted_presentations(db, part)
    found, changed = [], 0
    for row in rows:
        task = _task_today(db, row)
        stored = tuple(row.scores or ())
        scores = _marks(db, row, task) if task is not None else stored
        changed += scores != stored
        found.append(AnsweredTask(row.task_version.task_id, scores))
    return found, changed


def _task_today(db: Session, row: Presentation) -> Task | None:
    """The version in use, if it asks the same items; None: what was marked then stands."""
    version = db.scalar(
        select(TaskVersion).where(
            TaskVersion.task_id == row.task_version.task_id, TaskVersion.status.in_(IN_USE)
        )
    )
    if version is None or version.id == row.task_version_id:
        return None
    today = task_of(version.document)
    then = plans.task_at(db, row.task_version_id)
    same = [one.id for one in today.items] == [one.id for one in then.items]
    return today if same else None


def _marks(db: Session, row: Presentation, task: Task) -> tuple[int, ...]:
    answers = delivery.newest_answers(db, row)
    return tuple(
        0
        if item.id not in answers or answers[item.id].is_dont_know
        else item.interaction.mark(answers[item.id].raw)
        for item in task.items
    )
