"""What the methods of standard setting share: panels, abilities, and the STANDARD they write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from scoring.cefr import LEVELS, Standard, StandardRefused, lowest_below
from scoring.standard_setting import common_part
from testing.measurement.tables import (
    Row,
    Table,
    note,
    number_text,
    print_json,
    read_table,
    refuse,
    shown,
    write_table,
)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Judgements: rows of a table, and the levels of their scale from the lowest.

    The lowest level of the scale begins nowhere.
    """

    table: Table
    scale: tuple[str, ...]

    def level(self, row: Row) -> str:
        """The level that a row is about."""
        return self.table.text(row, "level")

    def rows_by_level(self) -> dict[str, list[Row]]:
        """The rows of every level that was judged, levels rising."""
        found: dict[str, list[Row]] = {}
        for level in self.scale:
            rows = [row for row in self.table.rows if self.level(row) == level]
            if rows:
                found[level] = rows
        return found

    def refuse_twice(self, *columns: str) -> None:
        """Nothing happens when no two rows have the same text in these columns."""
        seen: dict[tuple[str, ...], int] = {}
        for row in self.table.rows:
            key = tuple(self.table.text(row, column) for column in columns)
            if key in seen:
                refuse(
                    self.table.path,
                    f"expected each {' and '.join(columns)} once, found {', '.join(key)} on line "
                    f"{seen[key]} already",
                    line=row.line,
                    column=columns[-1],
                )
            seen[key] = row.line


def read_panel(path: Path, columns: Sequence[str], levels: str | None, *, borders: bool) -> Panel:
    """The judgements in a PANEL file; `level` is one of its columns.

    levels : rising levels of another scale with commas between them, None for the national list.
    borders : judgements are about where a level begins, which the lowest does nowhere.
    """
    table = read_table(path)
    table.require(*columns)
    table.ignore_others(columns)
    if levels is None:
        scale: tuple[str, ...] = LEVELS
        wanted = "a level of the national list (levels of another scale: --levels)"
    else:
        own = [name.strip() for name in levels.split(",")]
        scale = (lowest_below(own[0]), *own)
        wanted = f"one of {', '.join(own)}"
    for row in table.rows:
        found = table.text(row, "level")
        if found not in scale:
            refuse(path, f"expected {wanted}, found {shown(found)}", line=row.line, column="level")
        if borders and found == scale[0]:
            refuse(
                path,
                f"expected a level that begins somewhere, found the lowest, {found}",
                line=row.line,
                column="level",
            )
    return Panel(table, scale)


@dataclass(frozen=True, eq=False)
class Placed:
    """People of a panel who have an estimate: name, level given, theta and se (n,)."""

    persons: tuple[str, ...]
    levels: tuple[str, ...]
    theta: FloatArray
    se: FloatArray

    def at(self, level: str) -> FloatArray:
        """Abilities of the people at a level."""
        here = [at for at, own in enumerate(self.levels) if own == level]
        return self.theta.take(here)

    def to_record(self) -> list[dict[str, Any]]:
        return [
            {"person": person, "level": level, "theta": theta, "se": se}
            for person, level, theta, se in zip(
                self.persons, self.levels, self.theta.tolist(), self.se.tolist(), strict=True
            )
        ]


def placed(panel: Panel, ability: Path) -> Placed:
    """The people of a panel of persons with their abilities from an ABILITY file.

    People without an estimate are left out with a note.
    """
    panel.refuse_twice("person")
    table = read_table(ability)
    table.require("person", "theta", "se")
    known: dict[str, tuple[float, float]] = {}
    for row in table.rows:
        name = table.text(row, "person")
        if name in known:
            refuse(ability, f"expected each person once, found {name} again", line=row.line,
                   column="person")  # fmt: skip
        theta, se = table.optional_number(row, "theta"), table.optional_number(row, "se")
        if theta is None:
            continue
        if se is None or se <= 0:
            refuse(ability, "expected a standard error above 0", line=row.line, column="se")
        known[name] = (theta, se)
    rows = [row for row in panel.table.rows if row.cells["person"] in known]
    if not rows:
        refuse(panel.table.path, f"expected persons with an ability in {ability}", line=2,
               column="person")  # fmt: skip
    without = len(panel.table.rows) - len(rows)
    if without:
        note(f"{panel.table.path}: {without} persons without an ability are left out.")
    estimates = np.array([known[row.cells["person"]] for row in rows])
    return Placed(
        tuple(row.cells["person"] for row in rows),
        tuple(panel.level(row) for row in rows),
        estimates[:, 0],
        estimates[:, 1],
    )


def finish(
    panel: Panel,
    out: Path,
    as_json: bool,
    method: str,
    levels: Sequence[str],
    cuts: FloatArray,
    covariance: FloatArray,
    details: Sequence[Mapping[str, Any]],
    record: Mapping[str, Any],
) -> None:
    """STANDARD is written, and what the cuts were made from is printed.

    details : for each level, and record : for the whole, what the method tells beside the cuts.
    """
    for k in range(1, len(cuts)):
        if cuts[k] <= cuts[k - 1]:
            refuse(
                panel.table.path,
                f"expected cuts that rise with the levels, but {levels[k]} ({cuts[k]:.3f}) does "
                f"not begin above {levels[k - 1]} ({cuts[k - 1]:.3f})",
                column="level",
            )
    own, shared = common_part(covariance)
    try:
        standard = Standard(
            (lowest_below(levels[0]), *levels),
            tuple(cuts.tolist()),
            tuple(tuple(row) for row in covariance.tolist()),
        )
    except StandardRefused as problem:
        refuse(panel.table.path, f"expected a standard: {problem}", column="level")
    write_table(
        out,
        ("level", "cut", "se", "se_shared"),
        [
            (level, *(number_text(float(value)) for value in numbers))
            for level, *numbers in zip(levels, cuts, own, shared, strict=True)
        ],
    )
    if standard.is_national and levels[0] != LEVELS[1]:
        note(f"{out} begins at {levels[0]}: everybody below is called {LEVELS[0]}.")
    errors = np.sqrt(np.diag(covariance))
    if as_json:
        rows = [
            {"level": level, "cut": float(cut), "se": float(error), **detail}
            for level, cut, error, detail in zip(levels, cuts, errors, details, strict=True)
        ]
        print_json({"method": method, "levels": rows, "covariance": covariance, **record})
        return
    text = ", ".join(
        f"{level} {cut:.3f} ({error:.3f})"
        for level, cut, error in zip(levels, cuts, errors, strict=True)
    )
    click.echo(f"cut (standard error) by {method}: {text}; written to {out}")
