"""`calibrate --young`: provisional difficulties of a BANK updated by RESPONSES."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from scoring.answers import Answers
from scoring.bank import Bank
from scoring.fit import ResidualFit
from scoring.irt import ItemArrays, stack
from scoring.young_bank import SLOPE_PRIOR, Update, is_calibrated, update_provisional
from testing.measurement.bank_files import bank_of
from testing.measurement.estimation import (
    estimated_cells,
    fit_of,
    note_items,
    progress,
    refusing,
)
from testing.measurement.groups import read_groups
from testing.measurement.item_files import TASK_COLUMNS, ItemFile, item_columns, read_items
from testing.measurement.responses import Responses, read_responses
from testing.measurement.tables import (
    Refusal,
    note,
    number_text,
    print_json,
    read_table,
    refuse,
    shown,
    write_table,
)

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

CALIBRATED, NONE = "calibrated", "none"
FEWEST_AT_A_START = 20
KNOWN = ("c", "d", "se_c")


@dataclass(frozen=True, eq=False)
class YoungBank:
    """A BANK file: its items, the task of each, the error its task adds, and answers so far."""

    file: ItemFile
    items: ItemArrays
    task: IntArray
    se_task: FloatArray
    n: IntArray

    @property
    def error(self) -> FloatArray:
        """(I,) largest error of a difficulty, own and shared; 0 where the file gives none."""
        inside = np.isfinite(self.items.steps)
        own = np.where(inside, self.items.se_steps, 0.0).max(axis=1)
        return np.where(own > 0, np.hypot(own, self.se_task), 0.0)


def run(
    responses: Path,
    young: Path,
    held: str | None,
    start: Path | None,
    out: Path,
    as_json: bool,
) -> None:
    """ITEMS with the columns of BANK is written and a summary printed."""
    bank = _read(young)
    found = read_responses(responses)
    answers = _answers(found, bank)
    anchors = _held(held or CALIBRATED, bank)
    _refuse_without_error(bank, answers, anchors)
    starts, group = _starts(start, found)
    names = bank.file.ids
    with refusing(responses, "different scores to at least one item of BANK that is not held"):
        update = update_provisional(
            answers,
            bank.items,
            [item.model for item in bank.file.items],
            held=anchors,
            se_task=bank.se_task,
            group=group,
            names=names,
            progress=progress(),
        )
    note_items(update.calibration, names, "Items unchanged")
    known_before = update.changed & (bank.n > 0)
    if known_before.any():
        note(
            f"{int(known_before.sum())} items come from answers already (n in {young}); RESPONSES "
            f"may hold only answers given since."
        )
    fit = fit_of(answers, update.calibration, group, bank.task)
    _write(out, bank, update, fit)
    summary = _summary(bank, update, answers, anchors, starts, group)
    if as_json:
        print_json(summary)
        return
    where = ", ".join(
        f"{row['group']}: {row['ability_mean']:.2f} ({row['ability_sd']:.2f})" if starts
        else f"{row['ability_mean']:.2f} ({row['ability_sd']:.2f})"
        for row in summary["ability"]
    )  # fmt: skip
    result = update.calibration
    click.echo(
        f"{len(names)} items: {summary['n_updated']} updated, {summary['n_held']} held, "
        f"{summary['n_unchanged']} unchanged; {len(summary['calibrated'])} calibrated by error and "
        f"count; {answers.n_persons} persons, ability mean (sd) {where}; "
        f"{'converged' if result.converged else 'NOT converged'} after {result.iterations} "
        f"iterations; written to {out}"
    )


def _read(path: Path) -> YoungBank:
    file = read_items(path)
    tasks: Bank = bank_of(file)
    place = {item.id: at for at, task in enumerate(tasks.tasks) for item in task.items}
    task = np.array([place[name] for name in file.ids], dtype=np.int64)
    shared = np.array([own.se_task for own in tasks.tasks])[task]
    n = [file.table.whole(row, "n") if row.cells.get("n", "") else 0 for row in file.rows]
    return YoungBank(file, stack(file.items), task, shared, np.array(n, dtype=np.int64))


def _answers(found: Responses, bank: YoungBank) -> Answers:
    """The answers to items of the bank, numbered as there."""
    place = {name: at for at, name in enumerate(bank.file.ids)}
    unknown = [name for name in found.items if name not in place]
    if len(unknown) == len(found.items):
        path = bank.file.table.path
        refuse(found.path, f"expected answers to items of {path}", line=1, column="item")
    if unknown:
        note(f"{found.path}: ignored items that are not in BANK: {', '.join(unknown)}.")
    highest = bank.items.n_categories - 1
    limit = np.array([highest[place[x]] if x in place else 10**9 for x in found.items], np.int64)
    found.refuse_scores_above(limit, "as in BANK")
    here = np.array([at for at, name in enumerate(found.items) if name in place], dtype=np.int64)
    kept = found.answers.only(here)
    item = np.array([place[found.items[at]] for at in here], dtype=np.int64)[kept.item]
    return Answers(kept.person, item, kept.score, kept.n_persons, len(place))


def _held(rule: str, bank: YoungBank) -> BoolArray:
    """(I,) the items that keep their parameters."""
    if rule == NONE:
        return np.zeros(len(bank.items), dtype=bool)
    if rule == CALIBRATED:
        return is_calibrated(bank.items, bank.n, bank.se_task)
    if not Path(rule).exists():
        raise Refusal(f"--held: expected {CALIBRATED}, {NONE} or a file, found {shown(rule)}.")
    table = read_table(Path(rule))
    table.require("item")
    place = {name: at for at, name in enumerate(bank.file.ids)}
    held = np.zeros(len(bank.items), dtype=bool)
    for row in table.rows:
        name = table.text(row, "item")
        if name not in place:
            path = bank.file.table.path
            refuse(rule, f"expected items of {path}, found {name}", line=row.line, column="item")
        held[place[name]] = True
    return held


def _refuse_without_error(bank: YoungBank, answers: Answers, held: BoolArray) -> None:
    """Nothing happens when every item that answers may update says how sure its difficulty is."""
    bare = np.flatnonzero((bank.error == 0) & ~held & (answers.answers_per_item > 0))
    if len(bare):
        first = int(bare[0])
        model = bank.file.items[first].model
        refuse(
            bank.file.table.path,
            "expected the standard error of a difficulty that answers update (or the item among "
            "--held), found none",
            line=bank.file.rows[first].line,
            column="se_b" if model.is_dichotomous else "se_step1",
        )


def _starts(path: Path | None, found: Responses) -> tuple[list[str], IntArray | None]:
    """Where sittings began, by name, and the number of each person's start."""
    if path is None:
        return [], None
    of_person = read_groups(path)
    for person in found.persons:
        if person not in of_person:
            refuse(
                path,
                f"expected the start of every person in {found.path}, found none for {person}",
                column="person",
            )
    own = [of_person[person] for person in found.persons]
    names = sorted(set(own))
    for name in names:
        if own.count(name) < FEWEST_AT_A_START:
            refuse(
                path,
                f"expected at least {FEWEST_AT_A_START} persons at every start (put neighbouring "
                f"ones together), found {own.count(name)} at {name}",
                column="group",
            )
    number = {name: at for at, name in enumerate(names)}
    return names, np.array([number[name] for name in own], dtype=np.int64)


def _write(out: Path, bank: YoungBank, update: Update, fit: ResidualFit) -> None:
    """The rows of BANK in their order, those of updated items with new parameters.

    The new error of a difficulty holds the doubt about its task. A task with an updated item
    therefore has no error of its own left; that of its other items takes it in.
    """
    file = bank.file
    most = max((len(item.steps) for item in file.items), default=0)
    columns = [*item_columns(most), *(c for c in TASK_COLUMNS if c in file.table.columns)]
    place = {name: at for at, name in enumerate(file.ids)}
    touched = set(bank.task[update.changed].tolist())
    rows = []
    for row in file.table.rows:
        cells = dict(row.cells)
        at = place.get(cells["item"])
        if at is not None and int(bank.task[at]) in touched:
            if update.changed[at]:
                new = estimated_cells(update.items, at, file.items[at].model, fit)
                if update.items.se_c[at] == 0:
                    # The chance of guessing was not estimated and keeps its digits.
                    new = {name: text for name, text in new.items() if name not in KNOWN}
                cells |= new
                cells["n"] = str(int(bank.n[at] + update.n[at]))
            elif bank.se_task[at] > 0:
                cells |= _with_shared(cells, float(bank.se_task[at]))
            cells["se_task"] = "0"
        rows.append([cells.get(column, "") for column in columns])
    write_table(out, columns, rows)


def _with_shared(cells: Mapping[str, str], shared: float) -> dict[str, str]:
    """The errors of a row's difficulties, that of its task included."""
    errors = [name for name in cells if name.startswith(("se_b", "se_step")) and cells[name]]
    return {name: number_text(float(np.hypot(float(cells[name]), shared))) for name in errors}


def _summary(
    bank: YoungBank,
    update: Update,
    answers: Answers,
    held: BoolArray,
    starts: list[str],
    group: IntArray | None,
) -> dict[str, Any]:
    result = update.calibration
    n = np.where(update.changed, bank.n + update.n, bank.n)
    calibrated = is_calibrated(update.items, n, np.where(update.changed, 0.0, bank.se_task))
    items = []
    for at, name in enumerate(bank.file.ids):
        inside = np.isfinite(update.items.steps[at])
        status = "held" if held[at] else "updated" if update.changed[at] else "unchanged"
        items.append(
            {
                "item": name,
                "status": status,
                "answers": int(update.n[at]),
                "n": int(n[at]),
                "se": float(update.items.se_steps[at][inside].max()),
                "calibrated": bool(calibrated[at]),
            }
        )
    members = np.zeros(answers.n_persons, dtype=np.int64) if group is None else group
    ability = [
        {
            "group": starts[at] if starts else None,
            "n_persons": int((members == at).sum()),
            "ability_mean": float(result.ability_mean[at]),
            "ability_sd": float(result.ability_sd[at]),
            "se_ability_mean": float(result.se_mean[at]),
            "se_ability_sd": float(result.se_sd[at]),
        }
        for at in range(len(result.ability_mean))
    ]
    return {
        "log_likelihood": result.log_likelihood,
        "n_parameters": result.n_parameters,
        "iterations": result.iterations,
        "converged": result.converged,
        "ability": ability,
        "n_persons": answers.n_persons,
        "n_items": len(items),
        "n_updated": int(update.changed.sum()),
        "n_held": int(held.sum()),
        "n_unchanged": int((~update.changed & ~held).sum()),
        "nodes": result.nodes,
        "priors": {"a": SLOPE_PRIOR, "b": "BANK"},
        "calibrated": [row["item"] for row in items if row["calibrated"]],
        "items": items,
    }
