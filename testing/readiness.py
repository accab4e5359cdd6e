"""Readiness: whether a test may be opened with the bank as it is, and what the bank lacks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from items.content_format import bank_language
from items.lifecycle import IN_USE
from items.models import Asset, BankTask, BlueprintVersion, StandardVersion, Status, TaskVersion
from scoring.blueprint import BlueprintInfeasible, constraints_for
from scoring.exposure import lowest_limit, lowest_limits
from scoring.sitting import plan_part
from scoring.testlets import tables_for
from testing.models import Skill
from testing.plans import (
    EXPOSURE_LIMITS,
    NOTHING_IN_USE,
    BankInUse,
    BankNotReady,
    Kept,
    bank_in_use,
    statuses_that_count,
)
from testing.seeding.progress import Piloted, piloted
from testing.settings import Mode

#: Skills that the engine measures; the others are written or spoken and rated by people.
MEASURED = (Skill.READING, Skill.LISTENING, Skill.NUMERACY)
NO_PROMPT = {
    Skill.WRITING: "a writing prompt in use",
    Skill.SPEAKING: "a speaking set in use",
}

_VERDICTS = Kept(64)
_LOWEST = Kept(64)


@dataclass(frozen=True)
class Readiness:
    """What the bank in use can give in one language and skill."""

    language: str
    skill: str
    n_tasks: int
    n_items: int
    #: Constraints of the blueprint that cannot be met; none: a test may be opened.
    unmet: tuple[str, ...]
    #: Tasks in use whose recording is not spoken by people.
    synthetic: tuple[str, ...]
    #: Level → the lowest share of sittings that the most used task can be held to.
    lowest: Mapping[str, float]
    limit: float
    #: Tasks in pilot use, and how far each of them is.
    piloted: Sequence[Piloted] = ()

    @property
    def is_ready(self) -> bool:
        return not self.unmet

    @property
    def above_limit(self) -> tuple[str, ...]:
        """Levels at which the mode's exposure limit cannot be kept."""
        return tuple(level for level, lowest in self.lowest.items() if lowest > self.limit + 1e-9)


def refuse_unless_ready(
    db: Session, language: str, skills: Iterable[Skill], mode: Mode
) -> None:
    """
    :raise BankNotReady: the bank in use cannot meet the blueprint of one of the skills.
    """
    for skill in skills:
        unmet = unmet_of(db, language, skill, mode)
        if unmet:
            raise BankNotReady(language, skill, unmet)


def unmet_of(db: Session, language: str, skill: str, mode: Mode) -> tuple[str, ...]:
    """What the bank in use lacks for a whole part; worked out once for each state of the bank."""
    language = bank_language(language, skill)
    is_measured = skill in MEASURED
    rows = _in_use(db, language, skill, statuses_that_count(mode) if is_measured else IN_USE)
    if not is_measured:
        return () if rows else (NO_PROMPT[Skill(skill)],)
    key = (
        db.get_bind().engine.url,
        mode,
        language,
        skill,
        _newest(db, StandardVersion, language, skill),
        _newest(db, BlueprintVersion, language, skill),
        tuple(rows),
    )
    return _VERDICTS.get(key, lambda: _judge(db, language, skill, mode))


def readiness_of(db: Session, language: str, skill: str, mode: Mode) -> Readiness:
    """All that the readiness page tells of a language and skill."""
    n_tasks = n_items = 0
    lowest: Mapping[str, float] = {}
    statuses = statuses_that_count(mode)
    try:
        in_use = bank_in_use(db, language, skill, statuses) if skill in MEASURED else None
    except BankNotReady:
        in_use = None
    if in_use is not None:
        n_tasks = len(in_use.bank)
        n_items = sum(len(task.items) for task in in_use.bank.tasks)
        lowest = lowest_of(in_use)
    elif skill not in MEASURED:
        n_tasks = len(_in_use(db, language, skill, IN_USE))
    return Readiness(
        language=language,
        skill=skill,
        n_tasks=n_tasks,
        n_items=n_items,
        unmet=unmet_of(db, language, skill, mode),
        synthetic=_synthetic(db, language, skill, statuses),
        lowest=lowest,
        limit=EXPOSURE_LIMITS[mode],
        piloted=piloted(db, language, skill, mode) if skill in MEASURED else (),
    )


def lowest_of(in_use: BankInUse) -> Mapping[str, float]:
    """The lowest exposure limit that each level can be held to in sittings of full length."""

    def work_out() -> Mapping[str, float]:
        return lowest_limits(
            constraints_for(in_use.bank, in_use.blueprint),
            tables_for(in_use.bank, in_use.settings.prior.grid()),
            in_use.scale.standard,
            min(in_use.blueprint.max_tasks, len(in_use.bank)),
        )

    return _LOWEST.get((in_use.digest, repr(in_use.blueprint)), work_out)


def _judge(db: Session, language: str, skill: str, mode: Mode) -> tuple[str, ...]:
    try:
        in_use = bank_in_use(db, language, skill, statuses_that_count(mode))
        plan_part(
            in_use.bank,
            in_use.scale.standard,
            in_use.blueprint,
            settings=in_use.settings,
            seed=0,
        )
    except BankNotReady:
        return (NOTHING_IN_USE,)
    except BlueprintInfeasible as refusal:
        return refusal.constraints
    return _too_worn(in_use) if mode is Mode.LIVE else ()


def _too_worn(in_use: BankInUse) -> tuple[str, ...]:
    """The exposure limit of live use, where these tasks cannot keep it in the shortest of parts.

    A pilot and a demonstration are opened all the same: they are how a small bank grows.
    """
    constraints = constraints_for(in_use.bank, in_use.blueprint)
    every = np.ones(len(in_use.bank), dtype=np.bool_)
    lowest = lowest_limit(constraints, every, in_use.blueprint.min_tasks)
    limit = EXPOSURE_LIMITS[Mode.LIVE]
    return (f"exposure {limit:.2f}, at best {lowest:.2f}",) if lowest > limit + 1e-9 else ()


def _in_use(
    db: Session, language: str, skill: str, statuses: Sequence[Status]
) -> list[int]:
    """Ids of the versions in use: few bytes, because every start of a test asks."""
    return list(
        db.scalars(
            select(TaskVersion.id)
            .join(BankTask)
            .where(
                BankTask.language == language,
                BankTask.skill == skill,
                TaskVersion.status.in_(statuses),
            )
            .order_by(TaskVersion.id)
        )
    )


def _newest(db: Session, table: type[Any], language: str, skill: str) -> str | None:
    """Digest of the newest version."""
    found: str | None = db.scalar(
        select(table.digest)
        .where(table.language == language, table.skill == skill)
        .order_by(table.id.desc())
        .limit(1)
    )
    return found


def _synthetic(
    db: Session, language: str, skill: str, statuses: Sequence[Status]
) -> tuple[str, ...]:
    return tuple(
        db.scalars(
            select(TaskVersion.task_id)
            .join(BankTask)
            .join(TaskVersion.clip)
            .where(
                BankTask.language == language,
                BankTask.skill == skill,
                TaskVersion.status.in_(statuses),
                Asset.is_synthetic,
            )
            .order_by(TaskVersion.task_id)
        )
    )
