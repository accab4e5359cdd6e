"""Task versions as the engine's bank: plain records, a Bank, and the CSV for psychometricians."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from items.bank_files import BankFiles, Task, task_of
from items.item_names import versioned
from items.lifecycle import IN_USE
from items.models import (
    BankItem,
    BankTask,
    Calibration,
    CalibrationUse,
    ItemParameters,
    Status,
    TaskVersion,
)
from scoring.cefr import Scale

Record = dict[str, Any]


def provisional_record(task: Task, scale: Scale, *, seconds: float | None = None) -> Record:
    """The engine's record of a task whose items take their parameters from their levels."""
    items = []
    for item in task.items:
        chance = item.interaction.chance
        model = scale.provisional_item(
            item.id, item.level, chance=chance, selected_response=chance > 0
        )
        record: Record = {"id": item.id, "model": model.model.value, "a": model.a, "b": model.b}
        if model.c:
            record["c"] = model.c
        record |= {"se_a": model.se_a, "se_b": model.se_b}
        if model.selected_response:
            record["selected_response"] = True
        items.append(record)
    own = scale.parameters[task.level]
    return {
        "id": task.id,
        "skill": task.skill,
        "area": task.area,
        "text_type": task.text_type,
        "level": task.level,
        "task_sd": own.task_sd,
        "se_task": own.se_task,
        "words": task.words,
        "seconds": float(task.duration if seconds is None else seconds),
        "enemies": list(task.enemies),
        # The floor exit is decided on tasks of the lowest level that has a cut.
        "is_floor": task.level == scale.standard.levels[1],
        "items": items,
    }


def _calibrated(record: Record, estimates: Mapping[str, ItemParameters]) -> Record:
    """The record with estimated parameters where there are some."""
    items = []
    found = []
    for item in record["items"]:
        own = estimates.get(item["id"])
        if own is None:
            items.append(item)
            continue
        found.append(own)
        estimated: Record = {"id": item["id"], "model": own.model, "a": own.a}
        if own.b is not None:
            estimated["b"] = own.b
        estimated |= {"c": own.c, "d": own.d, "se_a": own.se_a, "se_c": own.se_c}
        if own.se_b is not None:
            estimated["se_b"] = own.se_b
        if own.steps:
            estimated |= {"steps": list(own.steps), "se_steps": list(own.se_steps)}
        if own.c and item.get("selected_response"):
            estimated["selected_response"] = True
        items.append(estimated)
    changed = {**record, "items": items}
    if len(found) == len(items):
        # Only a task all of whose items were estimated is free of the doubt about its level.
        changed |= {"task_sd": found[0].task_sd, "se_task": found[0].se_task}
    return changed


def records_of_files(bank: BankFiles, language: str, skill: str, scale: Scale) -> list[Record]:
    """The engine's records of all measured tasks in the files, with provisional parameters."""
    return [provisional_record(task, scale) for task in bank.of(language, skill) if task.measured]


def versions_in_use(
    db: Session, language: str, skill: str, statuses: Sequence[Status] = IN_USE
) -> list[TaskVersion]:
    """The versions that a sitting may be given, by task id."""
    return list(
        db.scalars(
            select(TaskVersion)
            .join(BankTask)
            .where(
                BankTask.language == language,
                BankTask.skill == skill,
                TaskVersion.status.in_(statuses),
            )
            .order_by(TaskVersion.task_id)
        )
    )


def calibration_in_use(db: Session, language: str, skill: str) -> CalibrationUse | None:
    """How the calibration that counts came into use; None: items lie where their levels lie."""
    return db.scalars(
        select(CalibrationUse)
        .join(CalibrationUse.calibration)
        .where(Calibration.language == language, Calibration.skill == skill)
        .order_by(CalibrationUse.id.desc())
        .limit(1)
    ).first()


def estimates_in_use(db: Session, versions: Iterable[TaskVersion]) -> dict[str, ItemParameters]:
    """By item id, the parameters of just these versions in the calibration that counts."""
    ids = [version.id for version in versions]
    newest = (
        select(func.max(CalibrationUse.id))
        .join(CalibrationUse.calibration)
        .group_by(Calibration.language, Calibration.skill)
    )
    counting = select(CalibrationUse.calibration_id).where(CalibrationUse.id.in_(newest))
    rows = db.execute(
        select(BankItem.item, ItemParameters)
        .join(ItemParameters, ItemParameters.item_id == BankItem.id)
        .where(BankItem.version_id.in_(ids), ItemParameters.calibration_id.in_(counting))
        .order_by(BankItem.id)
    )
    return {row.item: row.ItemParameters for row in rows}


def records_in_use(
    db: Session,
    language: str,
    skill: str,
    scale: Scale,
    statuses: Sequence[Status] = IN_USE,
) -> list[Record]:
    """The engine's records of the versions in use: estimated parameters, else provisional ones.

    `scoring.bank.Bank.from_records` takes them. Record ids are task ids; at most one version of a
    task is in use.
    """
    versions = versions_in_use(db, language, skill, statuses)
    estimates = estimates_in_use(db, versions)
    records = []
    for version in versions:
        task = task_of(version.document)
        if task.measured:
            record = provisional_record(task, scale, seconds=version.seconds)
            records.append(_calibrated(record, estimates))
    return records


def version_numbers(db: Session, language: str, skill: str) -> dict[str, int]:
    """Task id → number of the version in use."""
    return {version.task_id: version.number for version in versions_in_use(db, language, skill)}


def write_bank_csv(
    records: Sequence[Record],
    stream: TextIO,
    versions: Mapping[str, int] | None = None,
    estimates: Mapping[str, ItemParameters] | None = None,
) -> None:
    """The records as a BANK file of the measurement commands: one row an item.

    versions : the number of each task's version, which then stands in the names of its items.
    estimates : by item, whose number of answers and fit are told.
    """
    known = estimates or {}
    items = [item for row in records for item in row["items"]]
    n_steps = max((len(item.get("steps", ())) for item in items), default=0)
    steps = [f"step{number}" for number in range(1, n_steps + 1)]
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        [
            *("item", "model", "a", "b", "c", "d"),
            *steps,
            *("se_a", "se_b", "se_c"),
            *(f"se_{step}" for step in steps),
            *("n", "infit", "outfit", "task", "skill", "area", "text_type"),
            *("task_sd", "se_task", "words", "seconds", "enemies", "floor"),
        ]
    )
    for row in records:
        for item in row["items"]:
            name = versioned(item["id"], versions[row["id"]]) if versions else item["id"]
            own_steps = [*item.get("steps", ()), *[""] * n_steps][:n_steps]
            step_errors = [*item.get("se_steps", ()), *[""] * n_steps][:n_steps]
            writer.writerow(
                [
                    *(name, item["model"], _number(item["a"]), _number(item.get("b"))),
                    *(_number(item.get("c", 0.0)), _number(item.get("d", 1.0))),
                    *own_steps,
                    *(_number(item.get(name)) for name in ("se_a", "se_b", "se_c")),
                    *step_errors,
                    *_answered(known.get(item["id"])),
                    *(row["id"], row["skill"], row["area"], row["text_type"]),
                    *(_number(row["task_sd"]), _number(row["se_task"]), row["words"]),
                    *(_number(row["seconds"]), " ".join(row["enemies"])),
                    "1" if row["is_floor"] else "",
                ]
            )


def _answered(estimate: ItemParameters | None) -> tuple[str, str, str]:
    if estimate is None:
        return "", "", ""
    return str(estimate.n), _number(estimate.infit), _number(estimate.outfit)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
