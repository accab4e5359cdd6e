"""How a bank grows up: from difficulties guessed by level to calibrated ones.

Until an item has 500 answers it shares one slope with the other young items and keeps its lower
asymptote at the chance of guessing; its provisional difficulty is the prior that its answers
update. An item is calibrated when its difficulty is known to .25 logits, 150 people have answered
it and somebody has looked at its fit. How new tasks come by answers: `scoring.seeding`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.answers import Answers
from scoring.calibration import (
    Calibration,
    HeldItems,
    ItemDoubt,
    ItemStatus,
    PriorRules,
    calibrate,
)
from scoring.irt import Family, ItemArrays, Model

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

OWN_SLOPE_FROM = 500
CALIBRATED_SE = 0.25
CALIBRATED_N = 150
# log a: slopes between .46 and 2.2 for nineteen items in twenty.
SLOPE_PRIOR = (0.0, 0.4)
PASSES = 3


@dataclass(frozen=True, eq=False)
class Update:
    """A bank after an update.

    items : ItemArrays with new parameters; rows without answers, and graded ones that got one score
        from everybody or whose highest category nobody has reached, are as they were.
    changed : (I,) whose difficulty the answers have updated. Its error then holds that of the task.
    is_calibrated : (I,) by error and number of answers; looking at the fit is a person's act.
    calibration : the estimation behind it.
    """

    items: ItemArrays
    n: IntArray
    changed: BoolArray
    is_calibrated: BoolArray
    calibration: Calibration


def is_calibrated(items: ItemArrays, n: IntArray, se_task: FloatArray | None = None) -> BoolArray:
    """(I,) whether every difficulty is known to .25 and 150 people have answered.

    `se_task` (I,) is an error that the items of a task share beside their own.
    """
    inside = np.isfinite(items.steps)
    shared = np.zeros(len(items)) if se_task is None else se_task
    error = np.hypot(items.se_steps, shared[:, None])
    known = np.where(inside, error, 0.0).max(axis=1) <= CALIBRATED_SE
    known &= (np.where(inside, items.se_steps, 1.0) > 0).all(axis=1)
    result: BoolArray = known & (n >= CALIBRATED_N)
    return result


def update_provisional(
    answers: Answers,
    bank: ItemArrays,
    models: Sequence[Model],
    *,
    held: BoolArray | None = None,
    se_task: FloatArray | None = None,
    group: IntArray | None = None,
    names: Sequence[str] | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Update:
    """Provisional difficulties updated by answers (posterior modes).

    Parameters
    ----------
    bank : parameters with the standard errors that they are trusted to, as priors.
    models : (I,) model of each item; 2PL and 3PL items below 500 answers share one slope, and 3PL
        items below it keep their c.
    held : (I,) calibrated items that keep their parameters and carry the scale. With none held the
        priors carry it; a shift that all of them share cannot be seen in answers and stays with
        the cuts. The mean and sd of ability are estimated either way.
    se_task : (I,) error that the items of a task share, added to each item's own.
    group : (persons,) where each sitting began, numbered from 0. Which tasks a person meets first
        depends on background that says something of ability; a population for each starting point
        keeps that from bending the difficulties.

    Raises
    ------
    Everything that `scoring.calibration.calibrate` raises. Categories that nobody reached are no
    obstacle where the item is held.
    """
    n = answers.answers_per_item
    anchors = np.zeros(len(bank), dtype=bool) if held is None else held
    young = n < OWN_SLOPE_FROM
    shared = np.zeros(len(bank)) if se_task is None else se_task
    first_error = np.hypot(np.where(bank.se_steps > 0, bank.se_steps, np.nan), shared[:, None])
    error = np.full(len(bank), np.nan)
    centre = error.copy()
    for item in range(len(bank)):
        inside = np.isfinite(bank.steps[item]) & np.isfinite(first_error[item])
        if inside.any():
            error[item] = float(first_error[item][inside].mean())
            centre[item] = float(bank.steps[item][inside].mean())
    graded = bank.family != Family.LOGISTIC
    # The steps of a graded item lie around its centre; their distances are left to the answers.
    spread = np.where(graded, np.nanstd(np.where(graded[:, None], bank.steps, 0.0), axis=1), 0.0)
    sd = np.hypot(error, spread)
    doubt = ItemDoubt(
        step_mean=centre,
        step_sd=sd,
        fixed_c=np.where(young, bank.c, np.nan),
        slope_set=np.where(young, graded.astype(np.int64), -1),
        slope_pull=np.zeros(len(bank)),
    )
    index = np.flatnonzero(anchors)
    for _ in range(PASSES):
        found = calibrate(
            answers,
            list(models),
            held=HeldItems(index, bank.take(index)) if len(index) else None,
            group=group,
            priors=PriorRules(slope=SLOPE_PRIOR),
            doubt=doubt,
            estimate_population=True,
            names=names,
            progress=progress,
        )
        doubt = replace(doubt, slope_pull=_learnt(found, sd))
    changed = np.array([s is ItemStatus.ESTIMATED for s in found.status])
    # A step that nobody took has no estimate; the item keeps all of its steps until somebody does.
    changed &= found.items.n_categories == bank.n_categories
    items = _merge(bank, found.items, changed)
    known = is_calibrated(items, n, np.where(changed, 0.0, shared))
    return Update(items, n, changed, known, found)


def _learnt(found: Calibration, prior_sd: FloatArray) -> FloatArray:
    """(I,) the share of each difficulty's prior variance that answers have taken away, over all
    steps of the item."""
    left = (found.items.se_steps / prior_sd[:, None]) ** 2
    inside = np.isfinite(left) & np.isfinite(found.items.steps)
    share: FloatArray = np.where(inside, np.clip(1.0 - left, 0.0, 1.0), 0.0).sum(axis=1)
    return share


def _merge(before: ItemArrays, after: ItemArrays, changed: BoolArray) -> ItemArrays:
    width = before.steps.shape[1]

    def pick(old: FloatArray, new: FloatArray) -> FloatArray:
        if old.ndim == 2:
            padded = np.full(old.shape, np.nan)
            padded[:, : min(width, new.shape[1])] = new[:, :width]
            return np.where(changed[:, None], padded, old)
        return np.where(changed, new, old)

    return ItemArrays(
        family=before.family,
        a=pick(before.a, after.a),
        c=pick(before.c, after.c),
        d=pick(before.d, after.d),
        steps=pick(before.steps, after.steps),
        n_categories=before.n_categories,
        se_a=pick(before.se_a, after.se_a),
        se_c=pick(before.se_c, after.se_c),
        se_steps=np.nan_to_num(pick(before.se_steps, after.se_steps)),
    )
