"""`link`: the transformation from the scale of NEW to the scale of OLD."""

from collections.abc import Sequence
from pathlib import Path

import click

from scoring.irt import Item, stack
from scoring.linking import Drift, LinkMethod, NotLinkable, link, transform
from scoring.linking import drift as drift_of
from testing.measurement.item_files import ItemFile, item_columns, read_items
from testing.measurement.tables import note, number_text, print_json, refuse, write_table


def run(
    old: Path, new: Path, method: str, out: Path | None, drift: Path | None, as_json: bool
) -> None:
    """A and B are printed; with `out` the items of NEW are written on the scale of OLD, with
    `drift` how far each common difficulty moved."""
    first, second = read_items(old), read_items(new)
    known = {item.id: item for item in first.items}
    common = [item for item in second.items if item.id in known]
    if len(common) < 2:
        refuse(
            new,
            f"expected at least two items that {old} has too, found {len(common)}",
            line=1,
            column="item",
        )
    alone = len(first.items) + len(second.items) - 2 * len(common)
    if alone:
        note(f"{alone} items occur in one file only and do not count for the link.")
    olds, news = stack([known[item.id] for item in common]), stack(common)
    try:
        found = link(olds, news, LinkMethod(method))
    except NotLinkable as problem:
        refuse(new, f"expected items that can be linked: {problem}", line=2, column="item")
    moved = drift_of(olds, news, found)
    drifted = [item.id for item, far in zip(common, moved.drifted, strict=True) if far]
    if drifted:
        note(f"Items whose difficulty has drifted: {', '.join(drifted)}.")
    if out is not None:
        _write(out, second, found.a, found.b)
    if drift is not None:
        _write_drift(drift, common, moved)
    summary = {
        "method": method,
        "A": found.a,
        "B": found.b,
        "se_A": found.se_a,
        "se_B": found.se_b,
        "criterion": found.criterion,
        "n_common": found.n_items,
        "drifted": drifted,
    }
    if as_json:
        print_json(summary)
    else:
        click.echo(f"A {found.a:.6f}, B {found.b:.6f}, {found.n_items} common items ({method})")


def _write(out: Path, file: ItemFile, a: float, b: float) -> None:
    moved = transform(stack(file.items), a, b)
    most = max((len(item.steps) for item in file.items), default=0)
    columns = item_columns(most)
    rows = []
    for at, (item, row) in enumerate(zip(file.items, file.rows, strict=True)):
        cells = dict(row.cells)
        cells["a"] = number_text(moved.a[at])
        if item.se_a:
            cells["se_a"] = number_text(moved.se_a[at])
        if item.b is not None:
            cells["b"] = number_text(moved.steps[at, 0])
            if item.se_b:
                cells["se_b"] = number_text(moved.se_steps[at, 0])
        for step in range(len(item.steps)):
            cells[f"step{step + 1}"] = number_text(moved.steps[at, step])
            if item.se_steps:
                cells[f"se_step{step + 1}"] = number_text(moved.se_steps[at, step])
        rows.append([cells.get(column, "") for column in columns])
    write_table(out, columns, rows)


def _write_drift(out: Path, common: Sequence[Item], moved: Drift) -> None:
    """A row for each difficulty of the common items, the furthest moved first."""
    places = [
        (at, step)
        for at, item in enumerate(common)
        for step in range(1 if item.model.is_dichotomous else len(item.steps))
    ]
    places.sort(key=lambda place: -abs(float(moved.difference[place])))
    rows = []
    for at, step in places:
        numbers = (moved.difference, moved.z, moved.robust_z)
        cells = [number_text(float(values[at, step])) for values in numbers]
        number = "" if common[at].model.is_dichotomous else str(step + 1)
        rows.append((common[at].id, number, *cells, str(int(moved.drifted[at]))))
    write_table(out, ("item", "step", "difference", "z", "robust_z", "drifted"), rows)
