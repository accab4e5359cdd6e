"""Is an item harder for a group than its ability explains?

People are matched on ability estimated without the item's own task and with the population of their
own group: a common prior would shrink both groups towards one mean, and where the groups differ in
ability that alone looks like differential functioning. Never matched on a sum score, which adaptive
tests make meaningless.

effect : log odds, positive = harder for the focal group. Classes by |Δ| = 2.35 |effect| (Holland &
Thayer 1988; Zieky 1993): A below 1 or not significant; C at least 1.5 and significantly above 1; B
between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from scoring.answers import Answers
from scoring.fit import Ability, without_task
from scoring.irt import ItemArrays

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FEWEST_FOCAL = 100
DELTA = 2.35


class DifMethod(StrEnum):
    """Mantel–Haenszel, or logistic regression on the matching ability."""

    MH = "mh"
    LOGISTIC = "logistic"


class DifClass(StrEnum):
    """Size of the effect, or that there were too few answers to look."""

    A = "A"
    B = "B"
    C = "C"
    NOT_TESTABLE = "not testable"


@dataclass(frozen=True)
class ItemDif:
    """One item for one focal group; NaN where not testable.

    effect, se : log odds; p : of no effect; p_adjusted : after Benjamini & Hochberg (1995) over all
    items and groups tested together. p_nonuniform : of equal slopes (logistic regression only).
    """

    item: int
    reference: int
    focal: int
    n_focal: int
    n_reference: int
    effect: float
    se: float
    p: float
    p_nonuniform: float
    p_adjusted: float
    size: DifClass


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Adjusted p values, same shape; NaN stays NaN and does not count."""
    out = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    if len(known) == 0:
        return out
    order = known[np.argsort(p[known], kind="stable")]
    m = len(order)
    scaled = p[order] * m / np.arange(1, m + 1)
    out[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return out


def mantel_haenszel(
    score: IntArray, focal: NDArray[np.bool_], stratum: IntArray
) -> tuple[float, float, float]:
    """Log odds ratio, its standard error and p.

    For two categories the Mantel–Haenszel estimate with the variance of Robins, Breslow & Greenland
    (1986); for more the cumulative common odds ratio of Liu & Agresti (1996), whose standard error
    is here that of the mean of the dichotomies. p is Mantel's (1963) test, one degree of freedom,
    without continuity correction.

    Parameters
    ----------
    score, focal, stratum : (n,) category from 0, membership, matching stratum from 0.
    """
    n_strata = int(stratum.max()) + 1
    top = int(score.max())
    numerator = denominator = 0.0
    variance = 0.0
    for cut in range(1, top + 1):
        right = score >= cut

        def cell(which: NDArray[np.bool_]) -> FloatArray:
            return np.bincount(stratum[which], minlength=n_strata).astype(float)

        a, b = cell(~focal & right), cell(~focal & ~right)
        c, d = cell(focal & right), cell(focal & ~right)
        n = np.maximum(a + b + c + d, 1.0)
        r, s = a * d / n, b * c / n
        numerator += float(r.sum())
        denominator += float(s.sum())
        variance += _log_odds_variance(a, b, c, d, n, r, s)
    if numerator <= 0 or denominator <= 0:
        return float("nan"), float("nan"), _mantel_p(score, focal, stratum, n_strata)
    effect = float(np.log(numerator / denominator))
    return effect, float(np.sqrt(variance / top)), _mantel_p(score, focal, stratum, n_strata)


def _log_odds_variance(
    a: FloatArray,
    b: FloatArray,
    c: FloatArray,
    d: FloatArray,
    n: FloatArray,
    r: FloatArray,
    s: FloatArray,
) -> float:
    big_r, big_s = float(r.sum()), float(s.sum())
    if big_r <= 0 or big_s <= 0:
        return float("nan")
    p, q = (a + d) / n, (b + c) / n
    return float(
        (p * r).sum() / (2 * big_r**2)
        + (p * s + q * r).sum() / (2 * big_r * big_s)
        + (q * s).sum() / (2 * big_s**2)
    )


def _mantel_p(score: IntArray, focal: NDArray[np.bool_], stratum: IntArray, n_strata: int) -> float:
    total = np.bincount(stratum, minlength=n_strata).astype(float)
    n_focal = np.bincount(stratum[focal], minlength=n_strata).astype(float)
    sum_all = np.bincount(stratum, score, n_strata)
    square = np.bincount(stratum, score.astype(float) ** 2, n_strata)
    sum_focal = np.bincount(stratum[focal], score[focal], n_strata)
    mixed = (total > 1) & (n_focal > 0) & (n_focal < total)
    t, f = total[mixed], n_focal[mixed]
    expected = f * sum_all[mixed] / t
    spread = f * (t - f) * (t * square[mixed] - sum_all[mixed] ** 2) / (t**2 * (t - 1))
    if spread.sum() <= 0:
        return float("nan")
    chi = float((sum_focal[mixed] - expected).sum() ** 2 / spread.sum())
    return float(stats.chi2.sf(chi, 1))


def logistic_dif(
    score: IntArray, focal: NDArray[np.bool_], ability: FloatArray
) -> tuple[float, float, float, float]:
    """Effect (log odds, positive = harder for the focal group), se, p uniform, p non-uniform.

    Cumulative logits with proportional odds on ability and group (Swaminathan & Rogers 1990; French
    & Miller 1996 for graded scores); p by likelihood ratios.
    """
    group = focal.astype(float)
    base, _, _ = _cumulative_logit(score, np.column_stack([ability]))
    uniform, beta, covariance = _cumulative_logit(score, np.column_stack([ability, group]))
    full, _, _ = _cumulative_logit(score, np.column_stack([ability, group, ability * group]))
    return (
        -float(beta[1]),
        float(np.sqrt(covariance[1, 1])),
        float(stats.chi2.sf(max(2 * (uniform - base), 0.0), 1)),
        float(stats.chi2.sf(max(2 * (full - uniform), 0.0), 1)),
    )


def _cumulative_logit(
    score: IntArray, predictors: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Log-likelihood, coefficients and their covariance of P(score ≥ k) = σ(α_k + xβ).

    Fisher scoring with step halving. NaN where the data are separated.
    """
    n, width = predictors.shape
    top = int(score.max())
    share = np.array([(score >= k).mean() for k in range(1, top + 1)])
    free = np.concatenate([np.log(share / (1 - share)), np.zeros(width)])
    rows = np.arange(n)

    def evaluate(free: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        line = predictors @ free[top:]
        above = np.ones((n, top + 2))
        above[:, -1] = 0.0
        above[:, 1:-1] = expit(free[:top] + line[:, None])
        density = above * (1 - above)
        chance = np.maximum(above[:, :-1] - above[:, 1:], 1e-300)
        # Derivative of every category's probability by every parameter.
        slope = np.zeros((n, top + 1, top + width))
        for k in range(1, top + 1):
            slope[:, k, k - 1] += density[:, k]
            slope[:, k - 1, k - 1] -= density[:, k]
        step = density[:, :-1] - density[:, 1:]
        slope[:, :, top:] = step[:, :, None] * predictors[:, None, :]
        own = slope[rows, score] / chance[rows, score][:, None]
        information = np.einsum("nkp,nkq->pq", slope / chance[:, :, None], slope, optimize=True)
        return float(np.log(chance[rows, score]).sum()), own.sum(axis=0), information

    value, gradient, information = evaluate(free)
    for _ in range(60):
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return value, np.full(width, np.nan), np.full((width, width), np.nan)
        if float(gradient @ step) < 1e-12:
            break
        for _ in range(20):
            candidate = free + step
            ordered = bool((np.diff(candidate[:top]) < 0).all()) if top > 1 else True
            if ordered:
                found = evaluate(candidate)
                if found[0] >= value - 1e-12:
                    free, (value, gradient, information) = candidate, found
                    break
            step = step / 2
        else:
            break
    covariance: FloatArray = np.asarray(np.linalg.inv(information), dtype=np.float64)
    if not np.isfinite(free).all() or float(np.abs(free[top:]).max()) > 50:
        return value, np.full(width, np.nan), np.full((width, width), np.nan)
    return value, free[top:], covariance[top:, top:]


def classify(effect: float, se: float, p: float) -> DifClass:
    """A, B or C of an effect with its standard error and (adjusted) p."""
    delta, error = DELTA * abs(effect), DELTA * se
    if delta < 1.0 or not p < 0.05:
        return DifClass.A
    if delta >= 1.5 and (delta - 1.0) / error > stats.norm.isf(0.05):
        return DifClass.C
    return DifClass.B


def dif(
    answers: Answers,
    items: ItemArrays,
    ability: Ability,
    reference: int,
    method: DifMethod,
    task: IntArray | None = None,
) -> Sequence[ItemDif]:
    """Every item tested for every focal group against the reference group.

    Parameters
    ----------
    items : parameters on one scale for all groups (a multi-group calibration).
    ability : the groups and their populations; `ability.group` is −1 for persons left out.
    reference : number of the reference group.
    task : (n_items,) task of each item.
    """
    member = ability.group[answers.person] >= 0
    kept = Answers(
        answers.person[member],
        answers.item[member],
        answers.score[member],
        answers.n_persons,
        answers.n_items,
    )
    usable = Ability(ability.theta, ability.weights, np.maximum(ability.group, 0))
    found = without_task(kept, items, usable, task)
    item, score = kept.item[found.order], kept.score[found.order]
    group = ability.group[kept.person[found.order]]
    results: list[ItemDif] = []
    for focal in range(len(ability.weights)):
        if focal == reference:
            continue
        for which in range(answers.n_items):
            here = np.flatnonzero((item == which) & ((group == focal) | (group == reference)))
            results.append(
                _one(score[here], group[here], found.eap[here], which, reference, focal, method)
            )
    adjusted = benjamini_hochberg(np.array([r.p for r in results]))
    return [_sized(result, float(p)) for result, p in zip(results, adjusted, strict=True)]


def _one(
    score: IntArray,
    group: IntArray,
    eap: FloatArray,
    item: int,
    reference: int,
    focal: int,
    method: DifMethod,
) -> ItemDif:
    is_focal = group == focal
    n_focal = int(is_focal.sum())
    n_reference = len(group) - n_focal
    nothing = float("nan")
    effect = se = p = p_other = nothing
    if min(n_focal, n_reference) >= FEWEST_FOCAL and score.min() < score.max():
        # Both measures work on the categories that occur.
        score = np.unique(score, return_inverse=True)[1]
        if method is DifMethod.MH:
            effect, se, p = mantel_haenszel(score, is_focal, _strata(eap, is_focal))
        else:
            effect, se, p, p_other = logistic_dif(score, is_focal, eap)
    if not np.isfinite(effect):
        effect = se = p = p_other = nothing
    return ItemDif(
        item,
        reference,
        focal,
        n_focal,
        n_reference,
        effect,
        se,
        p,
        p_other,
        nothing,
        DifClass.NOT_TESTABLE,
    )


def _strata(eap: FloatArray, focal: NDArray[np.bool_]) -> IntArray:
    """Five to twenty strata with equal numbers of the smaller group in each."""
    n_focal = int(focal.sum())
    smaller = focal if 2 * n_focal <= len(focal) else ~focal
    count = int(np.clip(int(smaller.sum()) // 15, 5, 20))
    edges = np.quantile(eap[smaller], np.linspace(0, 1, count + 1)[1:-1])
    return np.searchsorted(edges, eap, side="right")


def _sized(result: ItemDif, p_adjusted: float) -> ItemDif:
    size = DifClass.NOT_TESTABLE
    if np.isfinite(result.effect):
        size = classify(result.effect, result.se, p_adjusted)
    return ItemDif(
        result.item,
        result.reference,
        result.focal,
        result.n_focal,
        result.n_reference,
        result.effect,
        result.se,
        result.p,
        result.p_nonuniform,
        p_adjusted,
        size,
    )
