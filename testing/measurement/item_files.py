"""ITEMS and STANDARD: parameters with their errors, and cut scores, as CSV files."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scoring.cefr import Standard, StandardRefused, lowest_below
from scoring.irt import Item, ItemRefused, Model
from testing.measurement.tables import Row, Table, note, read_table, refuse, shown

STEP = re.compile(r"(se_)?step([1-9]\d?)")
PLAIN = ("item", "model", "a", "b", "c", "d", "se_a", "se_b", "se_c", "n", "infit", "outfit")

#: What a BANK has beside the columns of ITEMS.
TASK_COLUMNS = (
    *("task", "skill", "area", "text_type", "task_sd", "se_task"),
    *("words", "seconds", "enemies", "floor"),
)


@dataclass(frozen=True)
class ItemFile:
    """The items of a file that have parameters, and the rows of all as they were written."""

    table: Table
    items: tuple[Item, ...]
    rows: tuple[Row, ...]
    blank: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(item.id for item in self.items)


def item_columns(n_steps: int) -> tuple[str, ...]:
    """The header of an ITEMS file whose items have at most `n_steps` steps (0: all dichotomous)."""
    numbers = range(1, n_steps + 1)
    return (
        "item", "model", "a", "b", "c", "d",
        *(f"step{k}" for k in numbers),
        "se_a", "se_b", "se_c",
        *(f"se_step{k}" for k in numbers),
        "n", "infit", "outfit",
    )  # fmt: skip


def read_items(path: Path) -> ItemFile:
    """The items of an ITEMS or BANK file.

    A row with a blank slope is an item that was not estimable: it is left out with a note.
    """
    table = read_table(path)
    table.require("item", "model", "a")
    table.ignore_others([*PLAIN, *TASK_COLUMNS, *(c for c in table.columns if STEP.fullmatch(c))])
    seen: dict[str, int] = {}
    items: list[Item] = []
    rows: list[Row] = []
    blank: list[str] = []
    for row in table.rows:
        name = table.text(row, "item")
        if name in seen:
            refuse(
                path,
                f"expected each item once, found {name} on line {seen[name]} already",
                line=row.line,
                column="item",
            )
        seen[name] = row.line
        model = _model(table, row)
        if not row.cells["a"]:
            blank.append(name)
            continue
        items.append(_item(table, row, name, model))
        rows.append(row)
    if blank:
        note(f"{path}: items without estimates are left out: {', '.join(blank)}.")
    if not items:
        refuse(path, "expected at least one item with parameters", line=2, column="a")
    return ItemFile(table, tuple(items), tuple(rows), tuple(blank))


def _model(table: Table, row: Row) -> Model:
    value = row.cells["model"].lower()
    try:
        return Model(value)
    except ValueError:
        refuse(
            table.path,
            f"expected one of {', '.join(Model)}, found {shown(row.cells['model'])}",
            line=row.line,
            column="model",
        )


def _item(table: Table, row: Row, name: str, model: Model) -> Item:
    def value(column: str, default: float) -> float:
        found = table.optional_number(row, column)
        return default if found is None else found

    steps: list[float] = []
    errors: list[float] = []
    while (found := table.optional_number(row, f"step{len(steps) + 1}")) is not None:
        errors.append(value(f"se_step{len(steps) + 1}", 0.0))
        steps.append(found)
    for column in table.columns:
        match = STEP.fullmatch(column)
        if match and not match[1] and row.cells[column] and int(match[2]) > len(steps):
            refuse(
                table.path,
                "expected no blank step before a filled one",
                line=row.line,
                column=f"step{len(steps) + 1}",
            )
    try:
        return Item(
            id=name,
            model=model,
            a=value("a", 1.0),
            b=table.optional_number(row, "b"),
            c=value("c", 0.0),
            d=value("d", 1.0),
            steps=tuple(steps),
            se_a=value("se_a", 0.0),
            se_b=value("se_b", 0.0),
            se_c=value("se_c", 0.0),
            se_steps=tuple(errors) if steps else (),
        )
    except ItemRefused as refused:
        column = "step1" if refused.field == "steps" else refused.field
        refuse(
            table.path,
            f"expected parameters of a {model} item ({refused.reason}), item {name}",
            line=row.line,
            column=column,
        )


def read_standard(path: Path) -> Standard:
    """The standard of a file `level,cut[,se,se_shared]`; below the first row is `alle_`."""
    table = read_table(path)
    table.require("level", "cut")
    table.ignore_others(("level", "cut", "se", "se_shared"))
    levels = [table.text(row, "level") for row in table.rows]
    cuts = [table.number(row, "cut") for row in table.rows]
    own = np.array([table.optional_number(row, "se") or 0.0 for row in table.rows])
    shared = np.array([table.optional_number(row, "se_shared") or 0.0 for row in table.rows])
    for row, value in zip(table.rows, np.minimum(own, shared), strict=True):
        if value < 0:
            refuse(path, "expected a standard error of 0 or more", line=row.line, column="se")
    # An error shared by all cuts moves them together, each by its own size.
    covariance = np.diag(own**2) + np.outer(shared, shared)
    try:
        return Standard(
            levels=(*(lowest_below(level) for level in levels[:1]), *levels),
            cuts=tuple(cuts),
            covariance=tuple(tuple(float(x) for x in line) for line in covariance),
        )
    except StandardRefused as refused:
        column = "cut" if "cuts" in str(refused) else "level"
        refuse(path, f"expected a standard: {refused}", line=2, column=column)
