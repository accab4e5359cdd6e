"""`calibrate`: from RESPONSES to ITEMS."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np

from scoring.answers import Answers
from scoring.calibration import (
    DEFAULT_C_PRIOR,
    Calibration,
    HeldItems,
    ItemStatus,
    NothingEstimable,
    PriorRules,
    SlopeRule,
    calibrate,
)
from scoring.connectedness import DisconnectedDesign
from scoring.fit import Ability, ResidualFit, residual_fit
from scoring.irt import Item, Model, stack
from testing.measurement.item_files import ItemFile, item_columns, read_items
from testing.measurement.responses import Responses, read_responses
from testing.measurement.tables import Refusal, note, number_text, print_json, refuse, write_table

SECONDS_BETWEEN_NOTES = 5.0
REASONS = {
    ItemStatus.NOT_PRESENTED: "never presented",
    ItemStatus.ALWAYS_LOWEST: "every score is 0",
    ItemStatus.ALWAYS_HIGHEST: "every score is the same and highest",
}


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
    try:
        result = calibrate(
            answers,
            models,
            slope=rule,
            held=held,
            priors=priors,
            names=names,
            progress=_progress(),
        )
    except NothingEstimable:
        refuse(responses, "expected at least one item with different scores to estimate", line=2)
    except DisconnectedDesign as apart:
        refuse(responses, f"expected a linked design, found that {apart}", line=2, column="item")
    except ValueError as error:
        refuse(responses, f"expected responses that fit the model: {error}", line=2)
    _notes(result, names)
    fit = _fit(answers, result)
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


def _progress() -> Callable[[int, float], None]:
    """Says on standard error, every few seconds, that work goes on."""
    last = time.monotonic()

    def report(iteration: int, log_likelihood: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_NOTES:
            last = now
            note(f"iteration {iteration}, log-likelihood {log_likelihood:.3f}")

    return report


def _notes(result: Calibration, names: Sequence[str]) -> None:
    for status, reason in REASONS.items():
        which = [n for n, s in zip(names, result.status, strict=True) if s is status]
        if which:
            note(f"Items without estimates ({reason}): {', '.join(which)}.")
    negative = [n for n, a in zip(names, result.items.a, strict=True) if a <= 0]
    if negative:
        note(f"Items with a slope of 0 or less (a wrong key?): {', '.join(negative)}.")
    if not result.converged:
        note(
            "Not converged: the likelihood has no maximum that could be reached; items with blank "
            "or very large standard errors have too few answers for this model."
        )


def _fit(answers: Answers, result: Calibration) -> ResidualFit:
    """Mean squares of the items that have usable parameters."""
    usable = np.flatnonzero(np.isfinite(result.items.a))
    nothing = np.full(answers.n_items, np.nan)
    ability = Ability.normal(answers.n_persons, result.ability_mean, result.ability_sd)
    found = residual_fit(answers.only(usable), result.items.take(usable), ability)
    infit, outfit = nothing.copy(), nothing.copy()
    infit[usable], outfit[usable] = found.infit, found.outfit
    return ResidualFit(answers.answers_per_item, infit, outfit, nothing, nothing)


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
    items = result.items
    cells = {"item": name, "model": str(model), "n": str(int(result.n[at]))}
    if result.status[at] is ItemStatus.ESTIMATED:
        cells |= {
            "a": number_text(items.a[at]),
            "se_a": number_text(items.se_a[at]),
            "infit": number_text(fit.infit[at]),
            "outfit": number_text(fit.outfit[at]),
        }
        if model.is_dichotomous:
            cells |= {
                "b": number_text(items.steps[at, 0]),
                "c": number_text(items.c[at]),
                "d": number_text(items.d[at]),
                "se_b": number_text(items.se_steps[at, 0]),
                "se_c": number_text(items.se_c[at]),
            }
        else:
            for step in range(int(items.n_categories[at]) - 1):
                cells[f"step{step + 1}"] = number_text(items.steps[at, step])
                cells[f"se_step{step + 1}"] = number_text(items.se_steps[at, step])
    return [cells.get(column, "") for column in item_columns(n_steps)]
