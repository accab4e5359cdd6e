"""`standard angoff`, `bookmark` and `booklet`: cuts from judges who look at items."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from scoring.irt import stack
from scoring.standard_setting import (
    Cut,
    NoCut,
    angoff,
    bookmark,
    judged_together,
    panel_agreement,
    response_location,
)
from testing.measurement.item_files import ItemFile, read_items
from testing.measurement.standard_files import Panel, finish, read_panel
from testing.measurement.tables import Refusal, Row, number_text, refuse, write_table

FloatArray = NDArray[np.float64]


def run_angoff(panel: Path, items: Path, out: Path, levels: str | None, as_json: bool) -> None:
    """STANDARD from each judge's expected scores of a borderline person."""
    found = read_panel(panel, ("judge", "level", "item", "score"), levels, borders=True)
    found.refuse_twice("judge", "level", "item")
    file = read_items(items)
    place = _places(found, file)
    for row in found.table.rows:
        score = found.table.number(row, "score")
        highest = file.items[place[row.cells["item"]]].max_score
        if not 0 <= score <= highest:
            refuse(
                panel,
                f"expected the score of a borderline person on {row.cells['item']}, from 0 to "
                f"{highest}, found {row.cells['score']}",
                line=row.line,
                column="score",
            )
    parameters = stack(file.items)

    def cut_of(rows: Sequence[Row], judges: Sequence[str]) -> Cut:
        judged = np.full((len(judges), len(file.items)), np.nan)
        for row in rows:
            judge = judges.index(row.cells["judge"])
            judged[judge, place[row.cells["item"]]] = float(row.cells["score"])
        return angoff(judged, parameters)

    record = {"judgements": [dict(row.cells) for row in found.table.rows], "items": _rows(file)}
    _over_levels(found, out, as_json, "angoff", cut_of, record)


def run_bookmark(
    panel: Path, items: Path, out: Path, probability: float, levels: str | None, as_json: bool
) -> None:
    """STANDARD from each judge's mark in the booklet."""
    found = read_panel(panel, ("judge", "level", "item"), levels, borders=True)
    found.refuse_twice("judge", "level")
    file = read_items(items)
    _places(found, file)
    booklet, location = _booklet(file, probability)
    page = {file.ids[at]: number for number, at in enumerate(booklet)}
    for row in found.table.rows:
        if page[row.cells["item"]] == 0:
            refuse(
                panel,
                "expected the first item that a borderline person need not master, which is never "
                f"the easiest of the booklet, found {row.cells['item']}",
                line=row.line,
                column="item",
            )
    parameters = stack(file.items)

    def cut_of(rows: Sequence[Row], judges: Sequence[str]) -> Cut:
        of_judge = {row.cells["judge"]: page[row.cells["item"]] for row in rows}
        marks = np.array([of_judge[judge] for judge in judges], dtype=np.int64)
        return bookmark(marks, parameters, probability=probability)

    record = {
        "probability": probability,
        "marks": [{**row.cells, "page": page[row.cells["item"]] + 1} for row in found.table.rows],
        "booklet": [
            {"page": number + 1, "item": file.ids[at], "location": float(location[at])}
            for number, at in enumerate(booklet)
        ],
        "items": _rows(file),
    }
    _over_levels(found, out, as_json, "bookmark", cut_of, record)


def run_booklet(items: Path, out: Path, probability: float) -> None:
    """The booklet of a bookmark panel: pages from the easiest item to the hardest."""
    file = read_items(items)
    booklet, location = _booklet(file, probability)
    write_table(
        out,
        ("page", "item", "location"),
        [
            (str(number), file.ids[at], number_text(location[at]))
            for number, at in enumerate(booklet, 1)
        ],
    )
    click.echo(f"{len(booklet)} pages; written to {out}")


def _booklet(file: ItemFile, probability: float) -> tuple[list[int], FloatArray]:
    """Positions of the items by rising location, and the location of each item."""
    if not 0 < probability < 1:
        raise Refusal(
            f"--response-probability: expected a number between 0 and 1, found {probability:g}."
        )
    location = response_location(stack(file.items), probability)
    for item, row, where in zip(file.items, file.rows, location, strict=True):
        if not np.isfinite(where) or item.a <= 0:
            wanted = "a slope above 0" if item.model.is_dichotomous else "an item with two scores"
            refuse(
                file.table.path,
                f"expected {wanted} in a booklet, item {item.id}",
                line=row.line,
                column="model",
            )
    return np.argsort(location, kind="stable").tolist(), location


def _places(panel: Panel, file: ItemFile) -> dict[str, int]:
    place = {name: at for at, name in enumerate(file.ids)}
    for row in panel.table.rows:
        name = panel.table.text(row, "item")
        if name not in place:
            refuse(
                panel.table.path,
                f"expected an item with parameters in {file.table.path}, found {name}",
                line=row.line,
                column="item",
            )
    return place


def _rows(file: ItemFile) -> list[dict[str, str]]:
    return [dict(row.cells) for row in file.rows]


def _over_levels(
    panel: Panel,
    out: Path,
    as_json: bool,
    method: str,
    cut_of: Callable[[Sequence[Row], Sequence[str]], Cut],
    record: Mapping[str, Any],
) -> None:
    """Each level's cut over its judges; their agreement over levels gives the shared error."""
    everybody = list(dict.fromkeys(row.cells["judge"] for row in panel.table.rows))
    by_level = panel.rows_by_level()
    by_judge = np.full((len(everybody), len(by_level)), np.nan)
    cuts: list[Cut] = []
    details = []
    for column, (level, rows) in enumerate(by_level.items()):
        judges = list(dict.fromkeys(row.cells["judge"] for row in rows))
        try:
            cut = cut_of(rows, judges)
        except NoCut as problem:
            who = "" if problem.judge is None else f"judge {judges[problem.judge]} "
            refuse(
                panel.table.path,
                f"expected judgements that determine where {level} begins: {who}{problem.reason}",
                line=rows[0].line,
                column="judge",
            )
        by_judge[[everybody.index(judge) for judge in judges], column] = cut.by_judge
        mean, half = panel_agreement(cut.by_judge)
        cuts.append(cut)
        details.append(
            {
                "sd": cut.sd,
                "n_judges": len(judges),
                "interval_95": [mean - half, mean + half],
                "by_judge": dict(zip(judges, cut.by_judge.tolist(), strict=True)),
            }
        )
    covariance = judged_together(by_judge, np.array([cut.se for cut in cuts]))
    theta = np.array([cut.theta for cut in cuts])
    finish(panel, out, as_json, method, list(by_level), theta, covariance, details, record)
