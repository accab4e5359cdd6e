"""What the commands that estimate items share: progress, refusals, notes, fit and cells."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.answers import Answers
from scoring.calibration import Calibration, ItemStatus, NothingEstimable
from scoring.connectedness import DisconnectedDesign
from scoring.fit import Ability, ResidualFit, residual_fit
from scoring.irt import ItemArrays, Model
from testing.measurement.tables import note, number_text, refuse

IntArray = NDArray[np.int64]

SECONDS_BETWEEN_NOTES = 5.0
MOST_NAMED = 20
REASONS = {
    ItemStatus.NOT_PRESENTED: "never presented",
    ItemStatus.ALWAYS_LOWEST: "every score is 0",
    ItemStatus.ALWAYS_HIGHEST: "every score is the same and highest",
}


@contextmanager
def refusing(responses: Path, nothing: str) -> Iterator[None]:
    """Refuses RESPONSES with a sentence where an estimation refuses its answers.

    `nothing` says what was expected when no item can be estimated.
    """
    try:
        yield
    except NothingEstimable:
        refuse(responses, f"expected {nothing}", line=2)
    except DisconnectedDesign as apart:
        refuse(responses, f"expected a linked design, found that {apart}", line=2, column="item")
    except ValueError as error:
        refuse(responses, f"expected responses that fit the model: {error}", line=2)


def progress() -> Callable[[int, float], None]:
    """Says on standard error, every few seconds, that work goes on."""
    last = time.monotonic()

    def report(iteration: int, log_likelihood: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_NOTES:
            last = now
            note(f"iteration {iteration}, log-likelihood {log_likelihood:.3f}")

    return report


def note_items(result: Calibration, names: Sequence[str], without: str) -> None:
    """Names items `without` estimates, reversed ones, and a maximum that was not reached."""
    for status, reason in REASONS.items():
        which = [n for n, s in zip(names, result.status, strict=True) if s is status]
        if which:
            note(f"{without} ({reason}): {_listed(which)}.")
    negative = [n for n, a in zip(names, result.items.a, strict=True) if a <= 0]
    if negative:
        note(f"Items with a slope of 0 or less (a wrong key?): {_listed(negative)}.")
    if not result.converged:
        note(
            "Not converged: the likelihood has no maximum that could be reached; items with blank "
            "or very large standard errors have too few answers for this model."
        )


def _listed(names: Sequence[str]) -> str:
    """The names with commas between them; of many the first ones and how many more."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def fit_of(
    answers: Answers,
    result: Calibration,
    group: IntArray | None = None,
    task: IntArray | None = None,
) -> ResidualFit:
    """Mean squares of the items that have usable parameters, under each group's population."""
    usable = np.flatnonzero(np.isfinite(result.items.a))
    nothing = np.full(answers.n_items, np.nan)
    ability = Ability.normal(answers.n_persons, result.ability_mean, result.ability_sd, group)
    tasks = None if task is None else task[usable]
    found = residual_fit(answers.only(usable), result.items.take(usable), ability, tasks)
    infit, outfit = nothing.copy(), nothing.copy()
    infit[usable], outfit[usable] = found.infit, found.outfit
    return ResidualFit(answers.answers_per_item, infit, outfit, nothing, nothing)


def estimated_cells(items: ItemArrays, at: int, model: Model, fit: ResidualFit) -> dict[str, str]:
    """The cells of an ITEMS row that an estimation fills."""
    cells = {
        "n": str(int(fit.n[at])),
        "a": number_text(items.a[at]),
        "se_a": number_text(items.se_a[at]),
        "infit": number_text(fit.infit[at]),
        "outfit": number_text(fit.outfit[at]),
    }
    if model.is_dichotomous:
        return cells | {
            "b": number_text(items.steps[at, 0]),
            "c": number_text(items.c[at]),
            "d": number_text(items.d[at]),
            "se_b": number_text(items.se_steps[at, 0]),
            "se_c": number_text(items.se_c[at]),
        }
    for step in range(int(items.n_categories[at]) - 1):
        cells[f"step{step + 1}"] = number_text(items.steps[at, step])
        cells[f"se_step{step + 1}"] = number_text(items.se_steps[at, step])
    return cells
