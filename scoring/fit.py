"""Does an item behave as its parameters say?

For adaptive data: residuals against the prediction from everything but the item's own task. The
prediction integrates ability over that posterior, so mean squares are 1 in expectation even when
little else was answered. For fixed forms: S-X² (Orlando & Thissen 2000; Kang & Chen 2008 for graded
scores), observed and expected score frequencies given the total.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from scoring.answers import Answers, Cells, indicator
from scoring.irt import ItemArrays, probabilities

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ability:
    """Normal populations on a grid: `theta` (Q,), `weights` (G, Q) and the group of each person."""

    theta: FloatArray
    weights: FloatArray
    group: IntArray

    @staticmethod
    def normal(
        n_persons: int,
        mean: FloatArray | float = 0.0,
        sd: FloatArray | float = 1.0,
        group: IntArray | None = None,
        *,
        nodes: int = 61,
    ) -> Ability:
        """Populations N(mean_g, sd_g²) on one equally spaced grid of ±5 sd around all of them."""
        means, sds = np.atleast_1d(np.asarray(mean, float)), np.atleast_1d(np.asarray(sd, float))
        theta = np.linspace((means - 5 * sds).min(), (means + 5 * sds).max(), nodes)
        log_w = -0.5 * ((theta - means[:, None]) / sds[:, None]) ** 2
        weights = np.exp(log_w)
        weights /= weights.sum(axis=1, keepdims=True)
        members = np.zeros(n_persons, dtype=np.int64) if group is None else group
        return Ability(theta, weights, members)


@dataclass(frozen=True, eq=False)
class WithoutTask:
    """For each answer, ability from all answers of the person except those to the same task.

    order : (n,) the answers in the order of the other arrays. eap, sd : (n,). predicted, variance :
    (n,) mean and variance of the score under that posterior; fourth : (n,) its fourth central
    moment.
    """

    order: IntArray
    eap: FloatArray
    sd: FloatArray
    predicted: FloatArray
    variance: FloatArray
    fourth: FloatArray


def without_task(
    answers: Answers, items: ItemArrays, ability: Ability, task: IntArray | None = None
) -> WithoutTask:
    """Predictions of every answer from the person's other tasks.

    Parameters
    ----------
    items : parameters of all items of `answers`; none may be NaN for an item with answers.
    task : (n_items,) the task of each item; by default every item is a task of its own.
    """
    tasks = np.arange(answers.n_items) if task is None else task
    p = probabilities(items, ability.theta)
    cells = Cells.of(items.n_categories - 1)
    mask = cells.mask(p.shape[1] - 1)
    with np.errstate(divide="ignore"):
        log_cells = np.maximum(np.log(p[mask]), -745.0)
        log_w = np.log(np.maximum(ability.weights, 1e-300))
    joint = indicator(answers, cells).log_likelihood(log_cells) + log_w[ability.group]
    cell = cells.first[answers.item] + answers.score
    order = np.argsort(tasks[answers.item], kind="stable")
    bounds = np.flatnonzero(np.append(True, np.diff(tasks[answers.item[order]]) != 0))
    n = len(order)
    out = {name: np.empty(n) for name in ("eap", "sd", "predicted", "variance", "fourth")}
    scores = np.arange(p.shape[1])
    for at, end in zip(bounds, np.append(bounds[1:], n), strict=True):
        here = order[at:end]
        persons, own = np.unique(answers.person[here], return_inverse=True)
        rest = joint[persons]
        np.subtract.at(rest, own, log_cells[cell[here]])
        rest -= rest.max(axis=1, keepdims=True)
        posterior = np.exp(rest)
        posterior /= posterior.sum(axis=1, keepdims=True)
        mean = posterior @ ability.theta
        variance = posterior @ ability.theta**2 - mean**2
        out["eap"][at:end] = mean[own]
        out["sd"][at:end] = np.sqrt(np.maximum(variance, 0.0))[own]
        for item in np.unique(answers.item[here]):
            rows = np.flatnonzero(answers.item[here] == item)
            chance = posterior[own[rows]] @ p[item].T
            centre = chance @ scores
            off = scores[None, :] - centre[:, None]
            out["predicted"][at + rows] = centre
            out["variance"][at + rows] = (chance * off**2).sum(axis=1)
            out["fourth"][at + rows] = (chance * off**4).sum(axis=1)
    return WithoutTask(order, **out)


@dataclass(frozen=True, eq=False)
class ResidualFit:
    """Mean squares (I,), 1 in expectation; NaN for items without answers.

    infit weighs residuals by information, outfit does not; infit_sd, outfit_sd : their standard
    deviations when the item fits.
    """

    n: IntArray
    infit: FloatArray
    outfit: FloatArray
    infit_sd: FloatArray
    outfit_sd: FloatArray


def residual_fit(
    answers: Answers, items: ItemArrays, ability: Ability, task: IntArray | None = None
) -> ResidualFit:
    """Infit and outfit of every item, residuals from the prediction without the item's task."""
    found = without_task(answers, items, ability, task)
    item = answers.item[found.order]
    variance = np.maximum(found.variance, 1e-12)
    squared = (answers.score[found.order] - found.predicted) ** 2
    n = answers.answers_per_item

    def total(values: FloatArray) -> FloatArray:
        return np.bincount(item, values, answers.n_items).astype(np.float64)

    with np.errstate(divide="ignore", invalid="ignore"):
        information = total(variance)
        return ResidualFit(
            n=n,
            infit=total(squared) / information,
            outfit=total(squared / variance) / n,
            infit_sd=np.sqrt(total(found.fourth - variance**2)) / information,
            outfit_sd=np.sqrt(total(found.fourth / variance**2 - 1.0)) / n,
        )


@dataclass(frozen=True, eq=False)
class SX2:
    """S-X² of every item: statistic, degrees of freedom and p (I,); NaN where df is not
    positive."""

    statistic: FloatArray
    df: IntArray
    p: FloatArray


def s_x2(
    scores: IntArray,
    items: ItemArrays,
    ability: Ability,
    n_estimated: IntArray,
    *,
    least: float = 1.0,
) -> SX2:
    """S-X² of the items of a fixed form.

    Parameters
    ----------
    scores : (N, I) complete scores.
    ability : one population.
    n_estimated : (I,) parameters estimated for each item, subtracted from the cells.
    least : neighbouring totals are merged until every expected count is at least this.

    Raises
    ------
    ValueError : scores are missing, or there are fewer than three items.
    """
    if (scores < 0).any():
        raise ValueError("S-X² needs a fixed form: every person answered every item")
    if scores.shape[1] < 3:
        raise ValueError("S-X² needs at least three items")
    p = probabilities(items, ability.theta)
    weights = ability.weights[0]
    total = scores.sum(axis=1)
    n_items, highest = scores.shape[1], int((items.n_categories - 1).sum())
    statistic = np.full(n_items, np.nan)
    df = np.zeros(n_items, dtype=np.int64)
    everything = _score_distribution(p, items.n_categories, range(n_items))
    for item in range(n_items):
        others = [i for i in range(n_items) if i != item]
        rest = _score_distribution(p, items.n_categories, others)
        size = int(items.n_categories[item])
        expected = np.zeros((highest + 1, size))
        for k in range(size):
            top = rest.shape[0]
            expected[k : k + top, k] = (rest * p[item, k]) @ weights
        expected /= np.maximum((everything @ weights)[:, None], 1e-300)
        inner = np.arange(1, highest)
        group_size = np.bincount(total, minlength=highest + 1)
        observed = np.zeros((highest + 1, size))
        np.add.at(observed, (total, scores[:, item]), 1.0)
        chi, cells = _chi_square(observed[inner], expected[inner] * group_size[inner, None], least)
        statistic[item], df[item] = chi, cells - int(n_estimated[item])
    statistic[df <= 0] = np.nan
    return SX2(statistic, df, np.asarray(stats.chi2.sf(statistic, np.maximum(df, 1))))


def _score_distribution(
    p: FloatArray, n_categories: NDArray[np.intp], items: list[int] | range
) -> FloatArray:
    """(totals, Q) distribution of the sum score given ability (Lord & Wingersky 1984)."""
    out = np.ones((1, p.shape[2]))
    for item in items:
        size = int(n_categories[item])
        longer = np.zeros((out.shape[0] + size - 1, p.shape[2]))
        for k in range(size):
            longer[k : k + out.shape[0]] += out * p[item, k]
        out = longer
    return out


def _chi_square(observed: FloatArray, expected: FloatArray, least: float) -> tuple[float, int]:
    """Pearson's statistic and free cells, thin totals merged with their neighbours inwards."""
    rows_o, rows_e = list(observed), list(expected)

    def merge_from(start: int, direction: int) -> None:
        while len(rows_e) > 1 and (rows_e[start] < least).any():
            neighbour = start + direction
            rows_e[neighbour] = rows_e[neighbour] + rows_e[start]
            rows_o[neighbour] = rows_o[neighbour] + rows_o[start]
            del rows_e[start], rows_o[start]

    merge_from(0, 1)
    merge_from(-1, -1)
    thin = [i for i, row in enumerate(rows_e) if (row < least).any()]
    for i in reversed(thin):
        if i > 0:
            rows_e[i - 1] = rows_e[i - 1] + rows_e[i]
            rows_o[i - 1] = rows_o[i - 1] + rows_o[i]
            del rows_e[i], rows_o[i]
    o, e = np.array(rows_o), np.array(rows_e)
    usable = e > 0
    chi = float(((o - e)[usable] ** 2 / e[usable]).sum())
    return chi, len(rows_e) * (observed.shape[1] - 1)
