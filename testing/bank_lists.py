"""What the pages of the bank show: lists, a task's versions and checks, coverage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from items.bank_files import CONTENT, BankFiles, Task, task_of
from items.checks.numbers import LEAST_TASKS
from items.checks.report import CHECKS
from items.checks.scales import scale_findings
from items.content_format import (
    LANGUAGE_FREE,
    MEASURED_BANKS,
    NUMERACY,
    NUMERACY_LEVELS,
    BadContent,
    Finding,
    checked,
    levels_of,
)
from items.lifecycle import IN_USE
from items.models import BankItem, BankTask, Status, TaskVersion
from items.pictures import signs_of
from scoring.testlets import tables_for
from testing.plans import BankInUse, Kept

PAGE = 50
#: Levels that a bank's tasks may have.
TASK_LEVELS = (*levels_of("reading"), *NUMERACY_LEVELS)
#: Where most people who come are; a starter bank has so many tasks at each of them.
WANTED = {"fi": 6, "sv": 4, LANGUAGE_FREE: LEAST_TASKS}


def wanted_levels(skill: str) -> tuple[str, ...]:
    """The levels at which a starter bank has enough tasks."""
    return levels_of(skill) if skill == NUMERACY else levels_of(skill)[:6]


_CHECKED = Kept(2000)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty fields do not narrow."""

    language: str = ""
    skill: str = ""
    level: str = ""
    area: str = ""
    kind: str = ""
    status: str = ""

    def given(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}


def tasks(db: Session, filters: Filters, page: int) -> tuple[Sequence[TaskVersion], int]:
    """A page of current versions by task id, and how many there are in all.

    A task shows once, with the version in use, else the newest; a draft beside a version in use
    shows as well, because somebody has to decide about it.
    """
    wanted = _narrowed(filters)
    total = db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = db.scalars(
        wanted.order_by(TaskVersion.task_id, TaskVersion.number)
        .options(selectinload(TaskVersion.items), selectinload(TaskVersion.clip))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return rows, total


def _narrowed(filters: Filters) -> Select[Any]:
    newer = aliased(TaskVersion)
    is_newest = ~(
        select(newer.id)
        .where(newer.task_id == TaskVersion.task_id, newer.number > TaskVersion.number)
        .exists()
    )
    wanted = (
        select(TaskVersion)
        .join(BankTask)
        .where(or_(TaskVersion.status.in_((*IN_USE, Status.DRAFT)), is_newest))
    )
    for column, value in (
        (BankTask.language, filters.language),
        (BankTask.skill, filters.skill),
        (TaskVersion.level, filters.level),
        (TaskVersion.area, filters.area),
        (TaskVersion.status, filters.status),
    ):
        if value:
            wanted = wanted.where(column == value)
    if filters.kind:
        has_kind = select(BankItem.id).where(
            and_(BankItem.version_id == TaskVersion.id, BankItem.kind == filters.kind)
        )
        wanted = wanted.where(has_kind.exists())
    return wanted


def version(db: Session, public_id: str) -> TaskVersion | None:
    """The version with this public id."""
    return db.scalar(
        select(TaskVersion)
        .where(TaskVersion.public_id == public_id)
        .options(selectinload(TaskVersion.items), selectinload(TaskVersion.clip))
    )


def findings(version: TaskVersion) -> tuple[Finding, ...]:
    """What the checks have against the version's text; its recording is measured elsewhere."""
    return _CHECKED.get(version.digest + version.source, lambda: _check(version))


def _check(version: TaskVersion) -> tuple[Finding, ...]:
    task = task_of(version.document)
    path = f"{task.language}/{task.skill}/{task.id}.yaml"
    try:
        document = checked(version.source, path)
    except BadContent as error:
        return error.findings
    alone = BankFiles(CONTENT, (task,), {task.id: document}, ())
    found = {
        finding
        for check in CHECKS
        if check is not scale_findings
        for finding in check(alone)
        # What is said of the whole bank is no matter of this task.
        if finding.path == path and finding.code != "recording"
    }
    return tuple(sorted(found))


@dataclass(frozen=True)
class Key:
    """The key of an item with its reasons, line by line: what, why, whether it is right."""

    item: str
    kind: str
    level: str
    focus: str
    descriptor: str
    chance: float
    lines: tuple[tuple[str, str, bool], ...]
    reason: str


def keys(task: Task) -> list[Key]:
    """What is right and why, for every item."""
    return [
        Key(
            item=item.id,
            kind=item.kind,
            level=item.level,
            focus=str(item.data.get("focus", "")),
            descriptor=str(item.data.get("descriptor", "")),
            chance=item.interaction.chance,
            lines=tuple(_lines(item.data)),
            reason=str(item.data.get("reason", "")),
        )
        for item in task.items
    ]


def _lines(data: Any) -> list[tuple[str, str, bool]]:
    key = data.get("key")
    why = data.get("why", {})
    match data["kind"]:
        case "choice" | "multiple":
            right = key if isinstance(key, list) else [key]
            return [
                (_shown(option), option.get("why", ""), option["id"] in right)
                for option in data["options"]
            ]
        case "truth":
            return [
                (value, why.get(value, ""), value == key) for value in ("true", "false", "not_said")
            ]
        case "matching":
            left = {one["id"]: _shown(one) for one in data["left"]}
            right_side = {one["id"]: _shown(one) for one in data["right"]}
            return [
                (f"{left[one]} – {right_side[other]}", why.get(one, ""), True)
                for one, other in key.items()
            ]
        case "ordering":
            parts = {one["id"]: _shown(one) for one in data["parts"]}
            return [(parts[one], "", True) for one in key]
        case "inline_choice":
            return [
                (" / ".join(gap["options"]), gap["key"], True) for gap in data["gaps"].values()
            ]
        case "number":
            return [(str(data["answer"]), "", True)]
        case _:
            return [(one, "", True) for one in data["accept"]]


def _shown(option: Any) -> str:
    signs = signs_of(option["picture"]) if "picture" in option else ""
    return str(option.get("text") or option.get("alt") or signs or option["id"])


@dataclass(frozen=True)
class LevelRow:
    """How many tasks and items a level has."""

    level: str
    in_use: int
    items: int
    drafts: int
    missing: int


def coverage(db: Session, language: str, skill: str) -> list[LevelRow]:
    """Tasks in use, their items and drafts at every level, and how many are still wanted."""
    wanted = (
        select(TaskVersion)
        .join(BankTask)
        .where(
            BankTask.language == language,
            BankTask.skill == skill,
            TaskVersion.status.in_((*IN_USE, Status.DRAFT)),
        )
        .options(selectinload(TaskVersion.items))
    )
    levels = levels_of(skill)
    tasks, items, drafts = (dict.fromkeys(levels, 0) for _count in range(3))
    for version in db.scalars(wanted):
        if version.status is Status.DRAFT:
            drafts[version.level] = drafts.get(version.level, 0) + 1
            continue
        tasks[version.level] = tasks.get(version.level, 0) + 1
        for item in version.items:
            items[item.level] = items.get(item.level, 0) + 1
    counted = wanted_levels(skill) if (language, skill) in MEASURED_BANKS else ()
    return [
        LevelRow(
            level,
            tasks[level],
            items[level],
            drafts[level],
            max(WANTED[language] - tasks[level], 0) if level in counted else 0,
        )
        for level in levels
    ]


@dataclass(frozen=True)
class Curve:
    """What the best tasks of a sitting tell, along the scale.

    theta and information are equally long; cuts are (level that begins there, θ, information,
    standard error of θ with the prior).
    """

    n_tasks: int
    theta: tuple[float, ...]
    information: tuple[float, ...]
    cuts: tuple[tuple[str, float, float, float], ...]


def curve(in_use: BankInUse) -> Curve:
    """Information of the most informative tasks that one sitting can hold."""
    tables = tables_for(in_use.bank, in_use.settings.prior.grid())
    n_tasks = min(in_use.blueprint.max_tasks, len(in_use.bank))
    best = np.sort(tables.information, axis=1)[:, -n_tasks:].sum(axis=1)
    standard = in_use.scale.standard
    cuts = np.asarray(standard.cuts)
    at_cut = np.interp(cuts, tables.theta, best)
    prior = 1 / in_use.settings.prior_sd**2
    inside = (tables.theta >= cuts[0] - 1) & (tables.theta <= cuts[-1] + 1)
    return Curve(
        n_tasks=n_tasks,
        theta=tuple(tables.theta[inside].tolist()),
        information=tuple(best[inside].tolist()),
        cuts=tuple(
            (level, float(cut), float(own), float(1 / np.sqrt(own + prior)))
            for level, cut, own in zip(standard.levels[1:], cuts, at_cut, strict=True)
        ),
    )


@dataclass(frozen=True)
class Drawing:
    """A curve as the coordinates of a picture."""

    width: int
    height: int
    base: float
    line: str
    cuts: tuple[tuple[str, float], ...]
    ticks: tuple[tuple[str, float], ...]


def drawing(curve: Curve, width: int = 720, height: int = 260) -> Drawing:
    """Where line, cuts and marks of a curve stand; the lower edge holds the level names."""
    left, top, base = 40.0, 12.0, height - 34.0
    low, high = curve.theta[0], curve.theta[-1]
    most = max(curve.information) * 1.08 or 1.0

    def x(theta: float) -> float:
        return round(left + (theta - low) / (high - low) * (width - left - 8), 1)

    def y(information: float) -> float:
        return round(base - information / most * (base - top), 1)

    step = max(len(curve.theta) // 180, 1)
    points = list(zip(curve.theta, curve.information, strict=True))[::step]
    unit = next(size for size in (0.5, 1, 2, 5, 10, 20, 50, 1000) if most / size <= 6)
    return Drawing(
        width,
        height,
        base,
        " ".join(f"{x(theta)},{y(own)}" for theta, own in points),
        tuple((level, x(theta)) for level, theta, _own, _se in curve.cuts),
        tuple((f"{n * unit:g}", y(n * unit)) for n in range(int(most / unit) + 1)),
    )
