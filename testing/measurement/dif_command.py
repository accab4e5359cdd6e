"""`dif`: items that are harder for a group than its ability explains."""

from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from scoring.answers import Answers
from scoring.calibration import HeldItems, SlopeRule, calibrate
from scoring.dif import FEWEST_FOCAL, DifClass, DifMethod, dif
from scoring.fit import Ability
from scoring.irt import ItemArrays, Model, stack
from testing.measurement.estimation import refusing
from testing.measurement.groups import read_groups
from testing.measurement.item_files import read_items
from testing.measurement.responses import Responses, read_responses
from testing.measurement.tables import note, number_text, print_json, refuse, write_table


def run(
    responses: Path,
    groups: Path,
    reference: str,
    method: str,
    out: Path,
    items: Path | None,
    as_json: bool,
) -> None:
    """The DIF file is written, a row for each item and focal group."""
    found = read_responses(responses)
    names, member = _groups(groups, found, reference)
    if items is None:
        found.refuse_gaps()
    answers = found.answers
    with refusing(responses, "at least one item with different scores"):
        parameters, ability = _scale(found, items, names, member)
    usable = np.flatnonzero(np.isfinite(parameters.a))
    left_out = [found.items[i] for i in np.flatnonzero(~np.isfinite(parameters.a))]
    if left_out:
        note(f"Items without parameters are left out: {', '.join(left_out)}.")
    tested = dif(answers.only(usable), parameters.take(usable), ability, 0, DifMethod(method))
    rows = []
    for result in tested:
        sized = result.size is not DifClass.NOT_TESTABLE
        numbers = (result.effect, result.p, result.p_adjusted) if sized else (None,) * 3
        effect, p, adjusted = (number_text(value) for value in numbers)
        rows.append(
            (
                found.items[int(usable[result.item])],
                names[0],
                names[result.focal],
                str(result.n_focal),
                effect,
                str(result.size),
                p,
                adjusted,
            )
        )
    write_table(
        out,
        ("item", "reference", "focal", "n_focal", "effect", "class", "p", "p_adjusted"),
        rows,
    )
    counts = {str(size): sum(r.size is size for r in tested) for size in DifClass}
    if as_json:
        print_json({"method": method, "reference": reference, "focal": names[1:], **counts})
    else:
        text = ", ".join(f"{count} {size}" for size, count in counts.items())
        click.echo(
            f"{len(tested)} tests: {text} (below {FEWEST_FOCAL} answers a group is not "
            f"testable); written to {out}"
        )


def _groups(path: Path, found: Responses, reference: str) -> tuple[list[str], NDArray[np.int64]]:
    """Group names with the reference first, and the group number of each person (−1: none)."""
    of_person = read_groups(path)
    names = [reference, *sorted({g for g in of_person.values() if g != reference})]
    number = {name: at for at, name in enumerate(names)}
    member = np.array([number.get(of_person.get(p, ""), -1) for p in found.persons])
    if reference not in of_person.values():
        refuse(path, f"expected the reference group {reference} to occur", line=2, column="group")
    if len(names) < 2:
        refuse(path, "expected at least one group beside the reference", line=2, column="group")
    without = int((member < 0).sum())
    if without:
        note(f"{without} persons have no group and are left out.")
    if without == len(member):
        refuse(path, "expected groups for the persons of RESPONSES", line=2, column="person")
    for at, name in enumerate(names):
        if not (member == at).any():
            note(f"Group {name} has no responses.")
    return names, member


def _scale(
    found: Responses, items: Path | None, names: list[str], member: NDArray[np.int64]
) -> tuple[ItemArrays, Ability]:
    """Item parameters common to all groups, and each group's own population."""
    inside = np.maximum(member, 0)
    answers = found.answers
    kept = member[answers.person] >= 0
    own = Answers(
        answers.person[kept],
        answers.item[kept],
        answers.score[kept],
        answers.n_persons,
        answers.n_items,
    )
    present, compact = np.unique(inside, return_inverse=True)
    held = None
    models: list[Model] = []
    graded = answers.highest_score() > 1
    models = [Model.GPCM if many else Model.TWO_PL for many in graded]
    if items is not None:
        file = read_items(items)
        known = {item.id: item for item in file.items}
        index = np.array([i for i, name in enumerate(found.items) if name in known], np.int64)
        if len(index) == 0:
            refuse(items, "expected parameters of items in RESPONSES", line=2, column="item")
        rows = [known[found.items[i]] for i in index]
        highest = np.full(answers.n_items, 10**9, dtype=np.int64)
        for i, item in zip(index, rows, strict=True):
            highest[i] = item.max_score
            models[i] = item.model
        found.refuse_scores_above(highest, "as in ITEMS")
        held = HeldItems(index, stack(rows))
    result = calibrate(
        own,
        models,
        slope=SlopeRule.OWN,
        held=held,
        group=compact,
        names=found.items,
        tolerance=1e-4,
    )
    mean, sd = np.zeros(len(names)), np.ones(len(names))
    mean[present], sd[present] = result.ability_mean, result.ability_sd
    ability = Ability.normal(answers.n_persons, mean, sd, member)
    return result.items, ability
