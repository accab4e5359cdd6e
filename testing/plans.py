"""Measurement plans: what a part depends on, frozen when it starts and found again for each answer.

Banks and plans are pure values that follow from what is stored, so that every process may keep
those it has met; nothing here is the truth about a sitting, the database is.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from items import bank as item_bank
from items import bank_rows, lifecycle
from items.bank_files import Task, task_of
from items.content_format import bank_language
from items.models import Status, TaskVersion
from scoring.bank import Bank
from scoring.blueprint import Blueprint
from scoring.cefr import Scale
from scoring.exposure import NO_COUNTS, Counts
from scoring.seeding import PretestTask
from scoring.sitting import PartPlan, Settings, plan_part
from testing.db import found_or_made
from testing.models import ExposureCounts, FrozenBank, Part, Skill
from testing.refusals import Refusal
from testing.settings import Mode

V = TypeVar("V")


#: The highest share of sittings at a level that may be given one task. A limit below what the bank
#: can keep is approached as far as its tasks go: `docs/measurement.md` says how far that is.
EXPOSURE_LIMITS = {Mode.LIVE: 0.25, Mode.PILOT: 0.6, Mode.DEMO: 0.6}


class BankNotReady(Refusal):
    """The bank cannot give this language and skill; `unmet` names what it lacks."""

    def __init__(self, language: str = "", skill: str = "", unmet: tuple[str, ...] = ()) -> None:
        super().__init__(f"{language} {skill}: {'; '.join(unmet)}")
        self.language = language
        self.skill = skill
        self.unmet = unmet


#: What is lacking where there is no blueprint to say it.
NOTHING_IN_USE = "a standard, a blueprint and tasks in use"


class Kept:
    """The newest few values by key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Any, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any, make: Callable[[], V]) -> V:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                found: V = self._values[key]
                return found
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


_BANKS = Kept(32)
_PLANS = Kept(2000)
_TASKS = Kept(5000)
_PLAYS = Kept(5000)


#: Key of a stored plan beside the engine's own: task id → version id of what is tried out.
PRETEST_VERSIONS = "pretest_versions"


@dataclass(frozen=True)
class TriedOut:
    """Pretest tasks that a part may carry, their versions, and how many of them it may have."""

    tasks: Sequence[PretestTask]
    versions: Mapping[str, int]
    most: int


@dataclass(frozen=True)
class BankInUse:
    """What a part that starts now is measured with."""

    digest: str
    bank: Bank
    #: Task id → id of the version that is in use.
    versions: Mapping[str, int]
    scale: Scale
    blueprint: Blueprint
    settings: Settings


def statuses_that_count(mode: Mode) -> tuple[Status, ...]:
    """Of the tasks with which a sitting is measured: a live one stands only on tasks that somebody
    has set live, and may try out the others (`testing.seeding`)."""
    return (Status.LIVE,) if mode is Mode.LIVE else lifecycle.IN_USE


def usable_versions(
    db: Session, language: str, skill: str, statuses: Sequence[Status]
) -> list[TaskVersion]:
    """Versions that a measured part can show: what has no recording yet cannot be listened to."""
    return [
        version
        for version in bank_rows.versions_in_use(db, language, skill, statuses)
        if version.clip_id is not None or not version.document.get("script")
    ]


def bank_in_use(
    db: Session, language: str, skill: str, statuses: Sequence[Status] = lifecycle.IN_USE
) -> BankInUse:
    """The bank of a language and skill as it is now; numeracy has one for every language.

    `statuses_that_count` tells which tasks a sitting is measured with.

    :raise BankNotReady: no standard, no blueprint, or no task in use.
    """
    language = bank_language(language, skill)
    standard = item_bank.newest_standard(db, language, skill)
    blueprint = item_bank.newest_blueprint(db, language, skill)
    if standard is None or blueprint is None:
        raise BankNotReady(language, skill, (NOTHING_IN_USE,))
    versions = usable_versions(db, language, skill, statuses)
    if not versions:
        raise BankNotReady(language, skill, (NOTHING_IN_USE,))
    estimates = bank_rows.estimates_in_use(db, versions)
    key = (
        standard.digest,
        blueprint.digest,
        tuple((version.id, version.digest) for version in versions),
        tuple(sorted(estimate.id for estimate in estimates.values())),
        db.get_bind().engine.url,
    )

    def make() -> BankInUse:
        scale = Scale.from_table(standard.scale)
        ready = {version.task_id for version in versions}
        records = bank_rows.records_in_use(db, language, skill, scale, statuses)
        bank = Bank.from_records([record for record in records if record["id"] in ready])
        ids = {version.task_id: version.id for version in versions}
        text = json.dumps([bank.digest, sorted(ids.items())], separators=(",", ":"))
        table = dict(blueprint.table)
        settings = Settings.from_record(
            {"prior_mean": scale.prior_mean, "prior_sd": scale.prior_sd}
            | table.pop("settings", {})
        )
        return BankInUse(
            digest=hashlib.sha256(text.encode()).hexdigest(),
            bank=bank,
            versions=ids,
            scale=scale,
            blueprint=Blueprint.from_table(table),
            settings=settings,
        )

    return _BANKS.get(key, make)


def freeze_plan(
    db: Session,
    part: Part,
    in_use: BankInUse,
    *,
    seed: int,
    start_theta: float | None,
    seen: list[str],
    tried_out: TriedOut | None = None,
    now: datetime,
) -> PartPlan:
    """The part's plan, stored with it: bank by digest, the rest as a record.

    `tried_out` are the pretest tasks that it may carry; `seen` bars them without exception.

    :raise BlueprintInfeasible: the bank cannot meet the blueprint even with tasks seen before.
    """
    sitting = part.sitting
    plan = plan_part(
        in_use.bank,
        in_use.scale.standard,
        in_use.blueprint,
        settings=in_use.settings,
        seed=seed,
        start_theta=start_theta,
        seen=seen,
        exposure_counts=exposure_of(db, sitting.language, part.skill),
        exposure_limit=EXPOSURE_LIMITS[Mode(sitting.mode)],
        pretest=tried_out.tasks if tried_out else (),
        most_pretest=tried_out.most if tried_out else 0,
    )

    def frozen() -> FrozenBank:
        content = {"tasks": in_use.bank.to_records(), "versions": dict(in_use.versions)}
        return FrozenBank(digest=in_use.digest, content=content, created_at=now)

    found_or_made(db, lambda: db.get(FrozenBank, in_use.digest), frozen)
    part.bank_digest = in_use.digest
    record = plan.to_record()
    if tried_out and plan.seeding:
        record[PRETEST_VERSIONS] = {id: tried_out.versions[id] for id in plan.seeding.ids}
    part.plan = record
    _PLANS.get((part.public_id, in_use.digest), lambda: plan)
    return plan


def exposure_of(db: Session, language: str, skill: Skill) -> Counts:
    """What recent sittings were given."""
    row = _exposure_row(db, language, skill)
    return Counts(row.given, row.assigned) if row else NO_COUNTS


def count_exposure(db: Session, part: Part, plan: PartPlan, given: list[str]) -> None:
    """The part that ended counts in what later sittings may be given."""
    assert part.belief is not None
    language = bank_language(part.sitting.language, part.skill)
    level = part.belief["most_probable_level"]
    row, _is_new = found_or_made(
        db,
        lambda: _exposure_row(db, language, part.skill, lock=True),
        lambda: ExposureCounts(language=language, skill=part.skill, given={}, assigned={}),
    )
    counts = Counts(row.given, row.assigned).after(
        level,
        given,
        plan.eligibility,
        plan.standard.levels,
        [task.id for task in plan.bank.tasks],
    )
    row.given = {task: dict(levels) for task, levels in counts.given.items()}
    row.assigned = {task: dict(levels) for task, levels in counts.assigned.items()}


def _exposure_row(
    db: Session, language: str, skill: Skill, *, lock: bool = False
) -> ExposureCounts | None:
    wanted = select(ExposureCounts).where(
        ExposureCounts.language == bank_language(language, skill), ExposureCounts.skill == skill
    )
    return db.scalar(wanted.with_for_update() if lock else wanted)


def plan_of(db: Session, part: Part) -> PartPlan:
    """The plan with which the part was started."""
    assert part.bank_digest is not None
    digest = part.bank_digest

    def make() -> PartPlan:
        bank = _BANKS.get(("frozen", digest), lambda: _thaw(db, digest)[0])
        return PartPlan.from_json(json.dumps(part.plan), bank)

    return _PLANS.get((part.public_id, digest), make)


def version_of(db: Session, part: Part, task: str, *, is_pretest: bool = False) -> int:
    """Id of the version of a task that the part's bank holds, or that is tried out beside it."""
    assert part.bank_digest is not None
    if is_pretest:
        found: int = (part.plan or {})[PRETEST_VERSIONS][task]
        return found
    digest = part.bank_digest
    return _BANKS.get(("versions", digest), lambda: _thaw(db, digest)[1])[task]


def task_at(db: Session, version_id: int) -> Task:
    """The task as its version holds it."""

    def make() -> Task:
        version = db.scalars(select(TaskVersion).where(TaskVersion.id == version_id)).one()
        return task_of(version.document)

    return _TASKS.get((db.get_bind().engine.url, version_id), make)


def plays_of(db: Session, version_id: int, *, now: datetime) -> int:
    """How often the version's recording may be heard; the version is frozen from its first use."""

    def make() -> int:
        version = db.get_one(TaskVersion, version_id)
        lifecycle.freeze(version, now=now)
        return version.plays

    return _PLAYS.get((db.get_bind().engine.url, version_id), make)


def _thaw(db: Session, digest: str) -> tuple[Bank, dict[str, int]]:
    content = db.get_one(FrozenBank, digest).content
    return Bank.from_records(content["tasks"]), content["versions"]
