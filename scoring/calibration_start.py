"""Where calibration starts: abilities and intercepts that are roughly right.

Good starts save iterations; they do not decide where the estimates end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from scoring.answers import Answers
from scoring.calibration_curves import CurveSet
from scoring.irt import Family

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def rough_abilities(answers: Answers, n_steps: IntArray) -> tuple[FloatArray, float]:
    """Abilities by PROX (Cohen 1979) on a slope-1 scale, and their sd without the error of
    measurement.

    Proportions alone would say nothing on adaptive data, where everybody gets about half right.
    """
    share = answers.score / n_steps[answers.item]
    per_person = np.bincount(answers.person, minlength=answers.n_persons).astype(float)
    per_item = np.maximum(answers.answers_per_item, 1).astype(float)
    seen = np.maximum(per_person, 1.0)
    person_share = np.bincount(answers.person, share, answers.n_persons)
    item_share = np.bincount(answers.item, share, answers.n_items)
    person_logit = logit((person_share + 0.5) / (per_person + 1.0))
    item_logit = logit((item_share + 0.5) / (per_item + 1.0))
    ability = person_logit.copy()
    difficulty = -item_logit
    for _ in range(25):
        difficulty = (
            np.bincount(answers.item, ability[answers.person], answers.n_items) / per_item
            - item_logit
        )
        difficulty -= difficulty.mean()
        before = ability
        ability = (
            np.bincount(answers.person, difficulty[answers.item], answers.n_persons) / seen
            + person_logit
        )
        if float(np.abs(ability - before).max()) < 0.02:
            break
    ability[per_person == 0] = 0.0
    error = float((1.0 / (0.2 * seen)).mean())
    spread = float(np.sqrt(max(float(ability.var()) - error, 0.25)))
    return ability, spread


def rough_table(
    answers: Answers, curves: CurveSet, ability: FloatArray, slope: float
) -> FloatArray:
    """Intercepts that fit each item's category counts among the people who met it."""
    n_items, most = len(curves), curves.most_steps
    table = np.zeros((n_items, curves.width))
    table[:, 0] = slope
    n = np.maximum(answers.answers_per_item, 1)
    met = np.bincount(answers.item, ability[answers.person], n_items) / n
    counts = (
        np.bincount(
            answers.item * (most + 1) + answers.score, minlength=n_items * (most + 1)
        ).reshape(n_items, most + 1)
        + 0.5
    )
    counts[np.arange(most + 1) > curves.n_steps[:, None]] = 0.0
    lower = np.where(curves.free_c, 0.15, curves.lower)
    upper = np.where(curves.free_d, 0.95, curves.upper)
    logistic = curves.family == Family.LOGISTIC
    if logistic.any():
        right = (counts[:, 1] / counts[:, :2].sum(axis=1) - lower) / (upper - lower)
        own = 1.1 * logit(np.clip(right, 0.05, 0.98)) - slope * met
        table[logistic, 1] = own[logistic]
    partial = curves.family == Family.PARTIAL_CREDIT
    steps = np.arange(1, most + 1)
    inside = steps <= curves.n_steps[:, None]
    if partial.any():
        ratio = np.log(np.where(inside, counts[:, 1:], 1.0) / counts[:, :1])
        own_steps = np.where(inside, ratio - slope * steps * met[:, None], 0.0)
        table[partial, 1 : most + 1] = own_steps[partial]
    graded = curves.family == Family.GRADED
    if graded.any():
        above = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1][:, 1:]
        share = np.where(inside, above / counts.sum(axis=1, keepdims=True), 0.5)
        own_steps = np.where(inside, 1.1 * logit(share) - slope * met[:, None], 0.0)
        table[graded, 1 : most + 1] = own_steps[graded]
    if curves.has_asymptotes:
        table[curves.free_c, -2] = logit(0.15)
        table[curves.free_d, -1] = logit(0.95)
    return table
