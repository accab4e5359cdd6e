"""BANK, blueprint and abilities: what `simulate` reads beside items and standard."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.bank import Bank, BankRefused, Task, single_items
from scoring.blueprint import Blueprint, BlueprintRefused
from scoring.cefr import Standard
from scoring.irt import Item
from scoring.plan import Settings
from scoring.young_bank import CALIBRATED_SE
from testing.measurement.item_files import TASK_COLUMNS, ItemFile, read_items
from testing.measurement.tables import Row, read_table, refuse, shown


@dataclass(frozen=True)
class Plan:
    """A blueprint file: what a part must contain, and the settings that it changes."""

    blueprint: Blueprint
    settings: Settings


def read_bank(path: Path, *, singles: bool) -> Bank:
    """The bank of a BANK file.

    With `singles` every item is a task of its own and a plain ITEMS file will do.
    """
    file = read_items(path)
    return single_items(file.items) if singles else bank_of(file)


def bank_of(file: ItemFile) -> Bank:
    """The tasks of a BANK file that has been read."""
    path = file.table.path
    file.table.require("task", "skill", "area")
    members: dict[str, list[Item]] = {}
    first: dict[str, Row] = {}
    for item, row in zip(file.items, file.rows, strict=True):
        task = file.table.text(row, "task")
        members.setdefault(task, []).append(item)
        before = first.setdefault(task, row)
        for column in TASK_COLUMNS:
            if row.cells.get(column, "") != before.cells.get(column, ""):
                refuse(
                    path,
                    f"expected the same as on line {before.line} for every item of task {task}, "
                    f"found {shown(row.cells[column])}",
                    line=row.line,
                    column=column,
                )
    tasks = tuple(_task(file, first[name], name, tuple(own)) for name, own in members.items())
    try:
        return Bank(tasks)
    except BankRefused as problem:
        refuse(path, f"expected a bank: {problem}", line=2, column="task")


def _task(file: ItemFile, row: Row, name: str, items: tuple[Item, ...]) -> Task:
    table = file.table

    def value(column: str) -> float:
        found = table.optional_number(row, column) or 0.0
        if found < 0:
            refuse(table.path, "expected 0 or more", line=row.line, column=column)
        return found

    enemies = tuple(row.cells.get("enemies", "").replace("|", " ").split())
    if name in enemies:
        refuse(table.path, f"expected other tasks than {name}", line=row.line, column="enemies")
    return Task(
        id=name,
        items=items,
        skill=row.cells["skill"],
        area=row.cells["area"],
        text_type=row.cells.get("text_type", ""),
        task_sd=value("task_sd"),
        se_task=value("se_task"),
        words=int(value("words")),
        seconds=value("seconds"),
        enemies=enemies,
        is_floor=row.cells.get("floor", "") not in ("", "0"),
    )


def marked_provisional(standard: Standard, bank: Bank) -> Standard:
    """The standard, provisional when the shared error or that of any difficulty is above .25."""
    doubtful = standard.shared_se > CALIBRATED_SE
    for task in bank.tasks:
        for item in task.items:
            own = max((item.se_b, *item.se_steps))
            doubtful = doubtful or float(np.hypot(own, task.se_task)) > CALIBRATED_SE
    return replace(standard, provisional=doubtful)


def read_blueprint(path: Path) -> Plan:
    """The blueprint of a TOML file, and the settings in its table `settings`."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        refuse(path, "expected a file, found none")
    except OSError as error:
        refuse(path, f"expected a readable file ({error.strerror})")
    except UnicodeDecodeError:
        refuse(path, "expected UTF-8 text")
    except tomllib.TOMLDecodeError as error:
        refuse(path, f"expected TOML ({error})")
    own = table.pop("settings", {})
    try:
        return Plan(Blueprint.from_table(table), Settings.from_record(own))
    except (BlueprintRefused, ValueError, TypeError, AttributeError) as problem:
        refuse(path, f"expected a blueprint: {problem}")


def read_thetas(path: Path) -> NDArray[np.float64]:
    """The column `theta` of a CSV file."""
    table = read_table(path)
    table.require("theta")
    return np.array([table.number(row, "theta") for row in table.rows])
