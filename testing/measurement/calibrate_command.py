"""`calibrate`: from RESPONSES to ITEMS."""

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from scoring.answers import Answers
from scoring.calibration import (
    DEFAULT_C_PRIOR,
    Calibration,
    HeldItems,
    ItemStatus,
    PriorRules,
    SlopeRule,
    calibrate,
)
from scoring.fit import ResidualFit
from scoring.irt import Item, Model, stack
from testing.measurement.estimation import (
    estimated_cells,
    fit_of,
    note_items,
    progress,
    refusing,
)
from testing.measurement.item_files import ItemFile, item_columns, read_items
from testing.measurement.responses import Responses, read_responses
from testing.measurement.tables import Refusal, print_json, refuse, write_table


def run(
    responses: Path,
    model: str,
    out: Path,
    fixed: Path | None,
    slope: str | None,
    prior_a: tuple[float, float] | None,
    prior_b: tuple[float, float] | None,
    prior_c: tuple[float, float] | None,
    as_json: bool,
) -> None:
    """ITEMS is written and a summary printed."""
    chosen = Model(model)
    rule = _slope_rule(chosen, slope)
    priors = _priors(chosen, prior_a, prior_b, prior_c)
    found = read_responses(responses)
    held_file = read_items(fixed) if fixed is not None else None
    names, answers, held = _with_held(found, held_file)
    found.refuse_gaps() if held is None else None
    _refuse_too_high(found, chosen, held_file)
    models = [chosen] * len(names)
    if held_file is not None:
        for number, item in enumerate(held_file.items):
            models[number] = item.model
    with refusing(responses, "at least one item with different scores to estimate"):
        result = calibrate(
            answers,
            models,
            slope=rule,
            held=held,
            priors=priors,
            names=names,
            progress=progress(),
        )
    note_items(result, names, "Items without estimates")
    fit = fit_of(answers, result)
    _write(out, names, models, result, fit, held_file)
    summary = {
        "model": model,
        "log_likelihood": result.log_likelihood,
        "n_parameters": result.n_parameters,
        "iterations": result.iterations,
        "converged": result.converged,
        "ability_mean": float(result.ability_mean[0]),
        "ability_sd": float(result.ability_sd[0]),
        "se_ability_mean": float(result.se_mean[0]),
        "se_ability_sd": float(result.se_sd[0]),
        "n_persons": answers.n_persons,
        "n_items": len(names),
        "nodes": result.nodes,
        "priors": {"a": priors.slope, "b": priors.difficulty, "c": _used_c(chosen, priors)},
    }
    if as_json:
        print_json(summary)
    else:
        click.echo(
            f"{len(names)} items, {answers.n_persons} persons, log-likelihood "
            f"{result.log_likelihood:.3f}, {result.n_parameters} parameters, "
            f"{'converged' if result.converged else 'NOT converged'} after "
            f"{result.iterations} iterations; written to {out}"
        )


def _slope_rule(model: Model, slope: str | None) -> SlopeRule | None:
    if slope is None:
        return None
    if model not in (Model.RASCH, Model.PCM):
        raise Refusal(f"--slope: expected only with --model rasch or pcm, found {model}.")
    return SlopeRule(slope)


def _priors(
    model: Model,
    a: tuple[float, float] | None,
    b: tuple[float, float] | None,
    c: tuple[float, float] | None,
) -> PriorRules:
    for name, pair in (("--prior-a", a), ("--prior-b", b)):
        if pair is not None and not (np.isfinite(pair[0]) and 0 < pair[1] < np.inf):
            raise Refusal(f"{name}: expected a mean and an sd above 0, found {pair[0]},{pair[1]}.")
    if c is not None:
        if model not in (Model.THREE_PL, Model.FOUR_PL):
            raise Refusal(f"--prior-c: expected only with --model 3pl or 4pl, found {model}.")
        if not (1 <= c[0] < np.inf and 1 <= c[1] < np.inf):
            raise Refusal(f"--prior-c: expected two shapes of at least 1, found {c[0]},{c[1]}.")
    return PriorRules(slope=a, difficulty=b, c=c or DEFAULT_C_PRIOR)


def _used_c(model: Model, priors: PriorRules) -> tuple[float, float] | None:
    return priors.c if model in (Model.THREE_PL, Model.FOUR_PL) else None


def _with_held(
    found: Responses, held_file: ItemFile | None
) -> tuple[list[str], Answers, HeldItems | None]:
    """Item names with the held ones first, the answers renumbered so, and the held parameters."""
    if held_file is None:
        return list(found.items), found.answers, None
    if held_file.blank:
        refuse(
            held_file.table.path,
            f"expected parameters for every fixed item, found none for {held_file.blank[0]}",
            column="a",
        )
    names = list(held_file.ids)
    number = {name: at for at, name in enumerate(names)}
    if not any(name in number for name in found.items):
        refuse(
            found.path,
            f"expected answers to at least one item of {held_file.table.path}",
            line=1,
            column="item",
        )
    for name in found.items:
        if name not in number:
            number[name] = len(names)
            names.append(name)
    place = np.array([number[name] for name in found.items], dtype=np.int64)
    answers = Answers(
        found.answers.person,
        place[found.answers.item],
        found.answers.score,
        found.answers.n_persons,
        len(names),
    )
    index = np.arange(len(held_file.items))
    return names, answers, HeldItems(index, stack(held_file.items))


def _refuse_too_high(found: Responses, model: Model, held_file: ItemFile | None) -> None:
    limit = 1 if model.is_dichotomous else 10**9
    highest = np.full(len(found.items), limit, dtype=np.int64)
    if held_file is not None:
        known = {item.id: item.max_score for item in held_file.items}
        for at, name in enumerate(found.items):
            highest[at] = known.get(name, limit)
    found.refuse_scores_above(highest, f"(model {model})")


def _write(
    out: Path,
    names: Sequence[str],
    models: Sequence[Model],
    result: Calibration,
    fit: ResidualFit,
    held_file: ItemFile | None,
) -> None:
    held: tuple[Item, ...] = () if held_file is None else held_file.items
    graded = [not m.is_dichotomous for m in models]
    sizes = result.items.n_categories - 1
    n_steps = int(max((sizes[i] for i in range(len(names)) if graded[i]), default=0))
    columns = item_columns(n_steps)
    rows: list[list[str]] = []
    for at, name in enumerate(names):
        if at < len(held) and held_file is not None:
            cells = held_file.rows[at].cells
            rows.append([cells.get(column, "") for column in columns])
            continue
        rows.append(_row(at, name, models[at], result, fit, n_steps))
    write_table(out, columns, rows)


def _row(
    at: int, name: str, model: Model, result: Calibration, fit: ResidualFit, n_steps: int
) -> list[str]:
    cells = {"item": name, "model": str(model), "n": str(int(result.n[at]))}
    if result.status[at] is ItemStatus.ESTIMATED:
        cells |= estimated_cells(result.items, at, model, fit)
    return [cells.get(column, "") for column in item_columns(n_steps)]
