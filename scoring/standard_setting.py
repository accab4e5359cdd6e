"""Cut scores from people's judgements, each with its standard error.

* modified Angoff: judges say how likely a borderline person is to solve each item; the cut is the
  ability at which the expected score equals the judged one (Angoff 1971; Kane 1987 for the scale);
* bookmark: judges place a mark in a booklet ordered by difficulty; the cut is the ability that
  solves the marked item with the response probability (Lewis, Mitzel & Green 1996);
* borderline and contrasting groups, as a check (Livingston & Zieky 1982);
* cuts from blind levels: the level that an assessor gave before seeing any proposal, modelled as an
  ordered probit on ability with its own error. It repairs a scale whose origin was guessed.

All numbers that a cut was made from are returned, to be kept with the standard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.special import expit, log_ndtr, ndtr

from scoring.irt import Family, ItemArrays, probabilities

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

RESPONSE_PROBABILITY = 2.0 / 3.0


class NoCut(ValueError):
    """The judgements do not determine a cut; the message says why.

    judge : position of the judge whose judgements are at fault, where it is one judge's.
    """

    def __init__(self, reason: str, judge: int | None = None) -> None:
        self.reason = reason
        self.judge = judge
        super().__init__(reason if judge is None else f"judge {judge + 1} {reason}")


@dataclass(frozen=True, eq=False)
class Cut:
    """A cut in logits with its standard error, and what it was made from.

    by_judge : (J,) each judge's own cut; sd : between them. se : of the mean of all judges, taken
    as a sample of possible judges.
    """

    theta: float
    se: float
    sd: float
    by_judge: FloatArray


def _over_judges(cuts: FloatArray) -> Cut:
    if len(cuts) < 2:
        raise NoCut("a standard error needs at least two judges")
    sd = float(cuts.std(ddof=1))
    return Cut(float(cuts.mean()), sd / float(np.sqrt(len(cuts))), sd, cuts)


def angoff(judged: FloatArray, items: ItemArrays) -> Cut:
    """The cut of a modified Angoff panel.

    Parameters
    ----------
    judged : (judges, items) expected score of a borderline person on each item: a probability for
        0/1 items; NaN where a judge did not judge the item.
    items : parameters of the items.

    Raises
    ------
    NoCut : a judgement outside 0 … highest score, or an expectation that no ability has (below the
        sum of the guessing chances).
    """
    highest = items.n_categories - 1
    given = np.isfinite(judged)
    if ((judged < 0) | (judged > highest))[given].any():
        raise NoCut("a judged score is outside the scores of its item")
    scores = np.arange(int(items.n_categories.max()))

    def cut_of(judge: int) -> float:
        own = np.flatnonzero(given[judge])
        if len(own) == 0:
            raise NoCut("judged nothing", judge)
        part, wanted = items.take(own), float(judged[judge, own].sum())

        def off(theta: float) -> float:
            expected = np.einsum("k,ikq->q", scores, probabilities(part, [theta]))
            return float(expected[0]) - wanted

        if off(-30.0) >= 0 or off(30.0) <= 0:
            raise NoCut(f"expects a total of {wanted:.2f}, which no ability reaches", judge)
        return float(optimize.brentq(off, -30.0, 30.0))

    return _over_judges(np.array([cut_of(judge) for judge in range(len(judged))]))


def judged_together(by_judge: FloatArray, se: FloatArray) -> FloatArray:
    """(K, K) covariance of K cuts that one panel set: a judge may be severe at all of them.

    Parameters
    ----------
    by_judge : (judges, K) each judge's cuts, NaN where a judge set none. Correlations come from
        judges with all cuts; with fewer than three of them the cuts count as independent.
    se : (K,) standard errors of the cuts.
    """
    complete = by_judge[np.isfinite(by_judge).all(axis=1)]
    covariance = np.diag(se**2)
    if len(complete) < 3 or len(se) < 2:
        return covariance
    # A cut that all judges set alike goes along with no other.
    differs = np.flatnonzero(np.ptp(complete, axis=0) > 0)
    if len(differs) > 1:
        own = se[differs]
        covariance[np.ix_(differs, differs)] = np.outer(own, own) * np.corrcoef(
            complete[:, differs].T
        )
    return covariance


def common_part(covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Each cut's own error and its part of an error that moves all cuts together, (K,) and (K,).

    Their squares sum to the variances; the common part is that of the mean correlation.
    """
    sd = np.sqrt(np.diag(covariance))
    pairs = ~np.eye(len(sd), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.nan_to_num(covariance / np.outer(sd, sd))[pairs]
    share = float(np.clip(correlation.mean(), 0.0, 1.0)) if len(correlation) else 0.0
    return sd * np.sqrt(1.0 - share), sd * np.sqrt(share)


def response_location(items: ItemArrays, probability: float = RESPONSE_PROBABILITY) -> FloatArray:
    """(I,) ability that solves each dichotomous item with this probability, guessing taken out.

    NaN for graded items.
    """
    theta: FloatArray = items.steps[:, 0] + np.log(probability / (1 - probability)) / items.a
    return np.where(items.family == Family.LOGISTIC, theta, np.nan)


def bookmark(
    marks: IntArray, items: ItemArrays, *, probability: float = RESPONSE_PROBABILITY
) -> Cut:
    """The cut of a bookmark panel.

    Parameters
    ----------
    marks : (judges,) position (from 0) in the booklet of the first item that a borderline person
        need not master; the booklet is ordered by `response_location`. The cut of a judge lies
        midway between that item and the one before it.

    Raises
    ------
    NoCut : a mark outside the booklet, or graded items in it.
    """
    place = np.sort(response_location(items, probability))
    if not np.isfinite(place).all():
        raise NoCut("a bookmark booklet holds items with two scores only")
    if len(marks) == 0 or marks.min() < 1 or marks.max() >= len(place):
        raise NoCut(f"a bookmark lies between 1 and {len(place) - 1}")
    return _over_judges((place[marks - 1] + place[marks]) / 2.0)


def borderline_group(theta: FloatArray) -> Cut:
    """The cut of a borderline group: the median ability of the people judged borderline.

    The standard error is that of a median (1.2533 sd / √n); `by_judge` holds the abilities.
    """
    if len(theta) < 2:
        raise NoCut("a borderline group needs at least two people")
    sd = float(theta.std(ddof=1))
    se = float(np.sqrt(np.pi / 2.0)) * sd / float(np.sqrt(len(theta)))
    return Cut(float(np.median(theta)), se, sd, theta)


def contrasting_groups(below: FloatArray, above: FloatArray) -> Cut:
    """The cut of contrasting groups: where both memberships are equally likely (logistic
    regression).

    Both groups count alike, whatever their sizes. The standard error is by the delta method.

    Raises
    ------
    NoCut : a group of fewer than five, groups that do not overlap, or that differ the wrong way.
    """
    if min(len(below), len(above)) < 5:
        raise NoCut("contrasting groups need at least five people each")
    theta = np.concatenate([below, above])
    group = np.repeat([0.0, 1.0], [len(below), len(above)])
    weight = np.where(group > 0, 0.5 / len(above), 0.5 / len(below)) * len(theta)
    # Of a logistic slope the sign is that of the difference of means.
    if below.mean() >= above.mean():
        raise NoCut("the group judged lower is not lower in ability")
    # Groups that only touch have no best slope either.
    if below.max() <= above.min():
        raise NoCut("the groups do not overlap, so any cut between them is as good")
    x = np.column_stack([np.ones(len(theta)), theta])
    beta = np.zeros(2)
    for _ in range(100):
        p = expit(x @ beta)
        bread = (x * (weight * p * (1 - p))[:, None]).T @ x
        step = np.linalg.solve(bread, x.T @ (weight * (group - p)))
        beta = beta + step
        if float(np.abs(step).max()) < 1e-10:
            break
    inverse = np.linalg.inv(bread)
    scores = x * (weight * (group - expit(x @ beta)))[:, None]
    # The sizes of the groups are fixed, so only the spread inside each counts.
    for member in (0.0, 1.0):
        scores[group == member] -= scores[group == member].mean(axis=0)
    covariance = inverse @ (scores.T @ scores) @ inverse
    slope = np.array([-1.0 / beta[1], beta[0] / beta[1] ** 2])
    cut = float(-beta[0] / beta[1])
    se = float(np.sqrt(slope @ covariance @ slope))
    return Cut(cut, se, float(theta.std(ddof=1)), theta)


@dataclass(frozen=True, eq=False)
class LevelCuts:
    """All cuts of a standard from blind levels.

    cuts : (L − 1,) where levels 1 … L − 1 begin. covariance : of the cuts. assessor_sd : error of
    one assessor's level in logits. n : levels used; n_by_level : (L,). prior_weight : (L − 1,)
    share of each cut's precision that came from the earlier standard, 1 where nobody was near it.
    """

    cuts: FloatArray
    covariance: FloatArray
    assessor_sd: float
    n: int
    n_by_level: IntArray
    prior_weight: FloatArray


def cuts_from_levels(
    theta: FloatArray,
    se: FloatArray,
    level: IntArray,
    earlier: FloatArray,
    earlier_covariance: FloatArray,
) -> LevelCuts:
    """Cuts from the levels that assessors gave blind, starting from an earlier standard.

    P(level ≥ k) = Φ((θ − cut_k) / √(s² + se²)), s being one assessor's error. The cuts have the
    earlier standard as prior, whose covariance holds the shift of the whole scale: a few hundred
    levels mend that shift, and levels that nobody was given keep their distance to the others.

    Parameters
    ----------
    theta, se : (n,) ability and its error, before the earlier standard was applied.
    level : (n,) blind level, 0 … L − 1. earlier : (L − 1,) rising cuts; earlier_covariance :
        theirs.

    Raises
    ------
    NoCut : fewer than ten levels, or levels outside the standard.
    """
    n_cuts = len(earlier)
    if len(theta) < 10:
        raise NoCut("cuts from levels need at least ten of them")
    if level.min() < 0 or level.max() > n_cuts:
        raise NoCut("a level is not in the standard")
    precision = np.linalg.inv(earlier_covariance + 1e-8 * np.eye(n_cuts))
    widths = np.diff(earlier)

    def unpack(free: FloatArray) -> tuple[FloatArray, float]:
        rises = np.exp(free[1:n_cuts])
        return free[0] + np.concatenate([[0.0], np.cumsum(rises)]), float(np.exp(free[n_cuts]))

    def loss(free: FloatArray) -> float:
        cuts, sd = unpack(free)
        spread = np.hypot(sd, se)
        bounds = np.concatenate([[-np.inf], cuts, [np.inf]])
        upper = (bounds[level + 1] - theta) / spread
        lower = (bounds[level] - theta) / spread
        # The smaller tails keep their digits.
        flip = lower > 0
        high, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
        chance = log_ndtr(high) + np.log1p(
            -np.minimum(np.exp(log_ndtr(low) - log_ndtr(high)), 1 - 1e-16)
        )
        off = cuts - earlier
        prior = 0.5 * off @ precision @ off + 0.5 * ((np.log(sd) - np.log(0.7)) / 0.7) ** 2
        return float(prior - chance.sum())

    start = np.concatenate([[earlier[0]], np.log(widths), [np.log(0.7)]])
    found = optimize.minimize(loss, start, method="BFGS", options={"gtol": 1e-4 * len(theta)})
    cuts, sd = unpack(found.x)
    information = _second_derivatives(loss, found.x)
    jacobian = np.zeros((n_cuts, n_cuts + 1))
    jacobian[:, 0] = 1.0
    rises = np.exp(found.x[1:n_cuts])
    for k in range(1, n_cuts):
        jacobian[k:, k] = rises[k - 1]
    try:
        np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        raise NoCut("the levels do not determine the cuts") from None
    covariance = jacobian @ np.linalg.inv(information) @ jacobian.T
    gained = np.diag(np.linalg.inv(covariance))
    return LevelCuts(
        cuts=cuts,
        covariance=0.5 * (covariance + covariance.T),
        assessor_sd=sd,
        n=len(theta),
        n_by_level=np.bincount(level, minlength=n_cuts + 1),
        prior_weight=np.clip(np.diag(precision) / gained, 0.0, 1.0),
    )


def _second_derivatives(loss: Callable[[FloatArray], float], at: FloatArray) -> FloatArray:
    """Central second differences of a function of a few variables."""
    size, h = len(at), 1e-3
    out = np.empty((size, size))
    unit = np.eye(size) * h
    middle = loss(at)
    for i in range(size):
        out[i, i] = (loss(at + unit[i]) - 2 * middle + loss(at - unit[i])) / h**2
        for j in range(i):
            mixed = (
                loss(at + unit[i] + unit[j])
                - loss(at + unit[i] - unit[j])
                - loss(at - unit[i] + unit[j])
                + loss(at - unit[i] - unit[j])
            )
            out[i, j] = out[j, i] = mixed / (4 * h**2)
    return out


def agreement_with_levels(
    theta: FloatArray, se: FloatArray, level: IntArray, cuts: FloatArray
) -> FloatArray:
    """(L − 1,) check of each cut: people placed at or above it, observed minus expected.

    In standard deviations of that number; values beyond ±2 say that the cut stands in the wrong
    place.
    """
    out = np.empty(len(cuts))
    for k, cut in enumerate(cuts):
        expected = ndtr((theta - cut) / se)
        observed = level > k
        spread = np.sqrt(float((expected * (1 - expected)).sum()))
        out[k] = float((observed - expected).sum()) / max(spread, 1e-12)
    return out


def panel_agreement(cuts: FloatArray) -> tuple[float, float]:
    """Mean of the judges' cuts and the half-width of its 95 % interval (t distribution)."""
    n = len(cuts)
    if n < 2:
        raise NoCut("an interval needs at least two judges")
    half = float(stats.t.ppf(0.975, n - 1)) * float(cuts.std(ddof=1)) / float(np.sqrt(n))
    return float(cuts.mean()), half
