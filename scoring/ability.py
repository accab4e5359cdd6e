"""How able: the posterior of ability, and the classical point estimates.

The posterior lives on an equally spaced grid that is refined until it is resolved (at least three
steps in two standard deviations): for smooth densities sums over such a grid are exact to many
digits, which fixed Gauss–Hermite nodes are not once a test is long.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scoring.irt import (
    FloatArray,
    IntArray,
    ItemArrays,
    derivatives,
    information,
    marginal_probabilities,
    probabilities,
)

#: Grid steps that must fit into one standard deviation of a posterior.
STEPS_PER_SD = 1.5
GRID_STEP = 0.125
PRIOR_SPAN = 4.5
PERSONS_AT_ONCE = 1000


class NotResolved(ArithmeticError):
    """A posterior so narrow, or so far out, that no grid could be made for it."""


@dataclass(frozen=True)
class Prior:
    """A normal prior of ability, in logits."""

    mean: float = 0.0
    sd: float = 1.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mean) and np.isfinite(self.sd) and self.sd > 0):
            raise ValueError("a prior needs a finite mean and an sd above 0")

    def grid(self, step: float = GRID_STEP) -> FloatArray:
        """Equally spaced θ over ±4.5 sd, (G,), G odd."""
        half = int(np.ceil(PRIOR_SPAN * self.sd / step))
        return np.linspace(self.mean - half * step, self.mean + half * step, 2 * half + 1)

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Up to a constant."""
        return np.asarray(-0.5 * ((theta - self.mean) / self.sd) ** 2)


@dataclass(frozen=True, eq=False)
class Posterior:
    """Ability after the answers: probabilities `p` (G,) summing to 1 on the grid `theta` (G,)."""

    theta: FloatArray
    p: FloatArray

    @cached_property
    def mean(self) -> float:
        """EAP: the expected ability, in logits (Bock & Mislevy 1982)."""
        return float(self.p @ self.theta)

    @cached_property
    def sd(self) -> float:
        """Posterior standard deviation, in logits."""
        return float(np.sqrt(self.p @ (self.theta - self.mean) ** 2))

    @property
    def step(self) -> float:
        return float(self.theta[1] - self.theta[0])

    @property
    def is_resolved(self) -> bool:
        return self.sd >= STEPS_PER_SD * self.step

    @cached_property
    def mode(self) -> float:
        """MAP: the most probable ability, by a parabola through the log of the highest points."""
        top = int(np.argmax(self.p))
        if top in (0, self.p.size - 1):
            return float(self.theta[top])
        left, middle, right = np.log(np.maximum(self.p[top - 1 : top + 2], 1e-300))
        bend = left - 2 * middle + right
        shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
        return float(self.theta[top] + shift * self.step)

    def with_error(self, sd: float) -> "Posterior":
        """Ability plus an independent normal error of `sd` logits (a shift of the whole scale)."""
        if sd <= 0:
            return self
        theta, p = with_error(self.theta, self.p[None], sd)
        return Posterior(theta, p[0])

    def quantile(self, share: npt.ArrayLike) -> FloatArray:
        """θ below which the given shares of the probability lie, same shape as `share`."""
        wanted = np.atleast_1d(np.asarray(share, dtype=np.float64))
        return np.asarray(quantiles(self.theta, self.p[None], wanted)[0].reshape(np.shape(share)))


def with_error(theta: FloatArray, p: FloatArray, sd: float) -> tuple[FloatArray, FloatArray]:
    """Beliefs p (N, G) with an independent normal error added: a wider grid, and p on it."""
    if sd <= 0:
        return theta, p
    step = float(theta[1] - theta[0])
    reach = int(np.ceil(6 * sd / step)) + 1
    padded = np.pad(p, ((0, 0), (reach, reach)))
    n = padded.shape[1]
    # In the frequency domain an error narrower than the grid is as exact as a wide one.
    omega = 2 * np.pi * np.fft.rfftfreq(n, step)
    smooth = np.fft.irfft(np.fft.rfft(padded) * np.exp(-((sd * omega) ** 2) / 2), n=n)
    wide = np.maximum(smooth, 0.0)
    low = theta[0] - reach * step
    return (
        np.linspace(low, low + (n - 1) * step, n),
        np.asarray(wide / wide.sum(axis=1, keepdims=True)),
    )


def quantiles(theta: FloatArray, p: FloatArray, shares: FloatArray) -> FloatArray:
    """θ below which shares (S,) of beliefs p (N, G) lie, (N, S)."""
    step = float(theta[1] - theta[0])
    density = p / step
    slope = fourth_order_slope(density, step)
    # Euler–Maclaurin: the trapezoid with its first correction, fourth order in the step.
    rise = step / 2 * (density[:, 1:] + density[:, :-1])
    rise -= step**2 / 12 * (slope[:, 1:] - slope[:, :-1])
    below = np.zeros_like(p)
    below[:, 1:] = np.maximum.accumulate(np.cumsum(rise, axis=1), axis=1)
    below /= below[:, -1:]
    out = np.empty((p.shape[0], shares.size))
    rows = np.arange(p.shape[0])
    for k, share in enumerate(shares):
        cell = np.minimum((below <= share).sum(axis=1) - 1, theta.size - 2)
        inside = _invert_cell(
            np.full(rows.size, share),
            below[rows, cell],
            below[rows, cell + 1],
            p[rows, cell],
            p[rows, cell + 1],
        )
        out[:, k] = theta[cell] + step * inside
    return out


def _invert_cell(
    wanted: FloatArray, low: FloatArray, high: FloatArray, left: FloatArray, right: FloatArray
) -> FloatArray:
    """Where in a cell (0 … 1) a cubic with these end values and slopes reaches `wanted`."""
    rise = high - low
    x = np.clip((wanted - low) / np.maximum(rise, 1e-300), 0.0, 1.0)
    # Newton from the chord: within a resolved cell the cubic is nearly straight.
    square, cube = 3 * rise - 2 * left - right, left + right - 2 * rise
    for _ in range(6):
        value = low + x * (left + x * (square + x * cube))
        slope = left + x * (2 * square + 3 * x * cube)
        x = np.clip(x - (value - wanted) / np.maximum(slope, 1e-300), 0.0, 1.0)
    return np.asarray(x)


def fourth_order_slope(values: FloatArray, step: float) -> FloatArray:
    """Derivative of rows (R, G) on an equally spaced grid, by central differences."""
    out = np.asarray(np.gradient(values, step, axis=1, edge_order=2))
    out[:, 2:-2] = (
        8 * (values[:, 3:-1] - values[:, 1:-3]) - (values[:, 4:] - values[:, :-4])
    ) / (12 * step)
    return out


def normalise(prior: FloatArray, likelihoods: FloatArray) -> FloatArray:
    """prior (G,) times the product of likelihood rows (n, G), summing to 1.

    Multiplied in blocks with rescaling between them, so that a long test cannot underflow.
    """
    p = prior
    for first in range(0, likelihoods.shape[0], 32):
        p = p * np.multiply.reduce(likelihoods[first : first + 32], axis=0)
        p = p / p.sum()
    return p / p.sum() if likelihoods.shape[0] == 0 else p


def posterior(
    prior: Prior, log_likelihood: Callable[[FloatArray], FloatArray], theta: FloatArray
) -> Posterior:
    """The posterior on a grid that resolves it, starting from the equally spaced `theta`.

    `log_likelihood` maps θ (G,) to log P(answers | θ) (G,) and is asked again for finer grids.

    Raises
    ------
    NotResolved
        When a likelihood is not finite, or fifty refinements are not enough.
    """
    for _ in range(50):
        log_p = prior.log_density(theta) + log_likelihood(theta)
        if not np.isfinite(log_p.max()):
            raise NotResolved("the answers have probability 0 everywhere on the grid")
        p = np.exp(log_p - log_p.max())
        found = Posterior(theta, p / p.sum())
        cut_low, cut_high = p[0] > 1e-9, p[-1] > 1e-9
        reach = abs(found.mean - prior.mean) / prior.sd
        if (cut_low or cut_high) and found.sd < 0.5 * prior.sd and reach < 40:
            width = theta[-1] - theta[0]
            low, high = theta[0] - cut_low * width / 2, theta[-1] + cut_high * width / 2
            theta = np.linspace(low, high, round((high - low) / found.step) + 1)
        elif found.is_resolved:
            return found
        else:
            sd = max(found.sd, found.step / 2)
            low = max(theta[0], found.mean - 12 * sd)
            high = min(theta[-1], found.mean + 12 * sd)
            theta = np.linspace(low, high, 241)
    raise NotResolved("the posterior is narrower than any grid tried")


class Method(StrEnum):
    """Point estimates of ability by their usual names."""

    EAP = "eap"
    MAP = "map"
    WLE = "wle"
    ML = "ml"


@dataclass(frozen=True, eq=False)
class Estimates:
    """Ability of N persons: θ and its standard error in logits (NaN where there is none)."""

    theta: FloatArray
    se: FloatArray
    n_items: IntArray


def estimate(
    items: ItemArrays,
    scores: IntArray,
    method: Method,
    prior: Prior | None = None,
    *,
    parameter_uncertainty: bool = False,
) -> Estimates:
    """Ability of every person.

    Parameters
    ----------
    items : ItemArrays
        I items.
    scores : (N, I) int
        Category 0 … m, or −1 where the item was not presented.
    method : Method
        EAP (posterior mean, sd); MAP; WLE (Warm 1989, for polytomous items as in Magis 2015);
        ML, NaN where the likelihood has no maximum at a finite θ.
    prior : Prior, optional
        For EAP and MAP; N(0, 1) unless given. Not used by WLE and ML.
    parameter_uncertainty : bool
        EAP only: integrate the items' standard errors out.

    Returns
    -------
    Estimates
        Standard errors: posterior sd for EAP; 1/√(I(θ) + 1/sd²) for MAP; 1/√I(θ) otherwise.

    Raises
    ------
    ValueError
        For a score that an item does not have, or parameter_uncertainty without EAP.
    """
    if ((scores < -1) | (scores >= items.n_categories[None, :])).any():
        raise ValueError("a score is outside the categories of its item")
    if parameter_uncertainty and method is not Method.EAP:
        raise ValueError("parameter uncertainty can be integrated out of EAP only")
    belief = prior or Prior()
    theta = np.full(scores.shape[0], np.nan)
    se = np.full(scores.shape[0], np.nan)
    for first in range(0, scores.shape[0], PERSONS_AT_ONCE):
        rows = slice(first, first + PERSONS_AT_ONCE)
        if method is Method.EAP:
            theta[rows], se[rows] = _expected(items, scores[rows], belief, parameter_uncertainty)
        else:
            own = belief if method is Method.MAP else None
            theta[rows], se[rows] = _maximum(items, scores[rows], own, method is Method.WLE)
    return Estimates(theta, se, (scores >= 0).sum(axis=1).astype(np.intp))


def log_likelihood(
    items: ItemArrays, scores: IntArray, theta: FloatArray, *, parameter_uncertainty: bool = False
) -> FloatArray:
    """log P(scores | θ) of N persons on a grid, (N, G); scores (N, I) with −1 not presented."""
    p = (marginal_probabilities if parameter_uncertainty else probabilities)(items, theta)
    with np.errstate(divide="ignore"):
        log_p = np.asarray(np.maximum(np.log(p), -745.0))
    return _sum_over_answers(scores, log_p)


def _sum_over_answers(scores: IntArray, values: FloatArray) -> FloatArray:
    """Σ_i values[i, score_ni, :] as one matrix product a category, (N, G)."""
    out = np.zeros((scores.shape[0], values.shape[2]))
    for category in range(values.shape[1]):
        out += (scores == category).astype(np.float64) @ values[:, category]
    return out


def _expected(
    items: ItemArrays, scores: IntArray, prior: Prior, parameter_uncertainty: bool
) -> tuple[FloatArray, FloatArray]:
    theta = Prior(prior.mean, prior.sd * 6 / PRIOR_SPAN).grid(min(0.1, prior.sd / 10))
    log_p = prior.log_density(theta) + log_likelihood(
        items, scores, theta, parameter_uncertainty=parameter_uncertainty
    )
    p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    mean = p @ theta
    sd = np.sqrt(np.maximum(p @ theta**2 - mean**2, 0))
    step = theta[1] - theta[0]
    edge = np.maximum(p[:, 0], p[:, -1]) > 1e-9 * p.max(axis=1)
    for n in np.flatnonzero((sd < STEPS_PER_SD * step) | edge):
        row = scores[n : n + 1]

        def of_one(points: FloatArray, row: IntArray = row) -> FloatArray:
            found: FloatArray = log_likelihood(
                items, row, points, parameter_uncertainty=parameter_uncertainty
            )[0]
            return found

        found = posterior(prior, of_one, theta)
        mean[n], sd[n] = found.mean, found.sd
    return mean, sd


def _search_grid(items: ItemArrays) -> FloatArray:
    """θ so far out on both sides that every item is decided there."""
    reach = 20 / items.a[:, None] + np.zeros_like(items.steps)
    low = np.nanmin(items.steps - reach)
    high = np.nanmax(items.steps + reach)
    return np.linspace(low, high, int(np.ceil((high - low) / 0.1)) + 1)


def _score_function(
    items: ItemArrays, theta: FloatArray, warm: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """d log P / dθ by category (I, K, G), information (I, G), Warm's J (I, G) or zeros."""
    p, first, second = derivatives(items, theta)
    safe = np.where(p > 0, p, 1.0)
    gradient = first / safe
    info = (first * gradient).sum(axis=1)
    bias = (gradient * second).sum(axis=1) if warm else np.zeros_like(info)
    return gradient, info, bias


def _maximum(
    items: ItemArrays, scores: IntArray, prior: Prior | None, warm: bool
) -> tuple[FloatArray, FloatArray]:
    grid = _search_grid(items)
    if prior is not None:
        reach = np.linspace(prior.mean - 8 * prior.sd, prior.mean + 8 * prior.sd, 2)
        low, high = min(grid[0], reach[0]), max(grid[-1], reach[1])
        grid = np.linspace(low, high, int(np.ceil((high - low) / 0.1)) + 1)
    presented = (scores >= 0).astype(np.float64)
    if warm:
        gradient, info, bias = _score_function(items, grid, warm)
        total = presented @ info
        slope = _sum_over_answers(scores, gradient)
        slope += np.divide(
            presented @ bias, 2 * total, out=np.zeros_like(total), where=total > 1e-12
        )
        height = np.concatenate(
            [np.zeros((scores.shape[0], 1)), np.cumsum(slope[:, 1:] + slope[:, :-1], axis=1)],
            axis=1,
        )
    else:
        height = log_likelihood(items, scores, grid)
        if prior is not None:
            height += prior.log_density(grid)
    top = height.argmax(axis=1)
    # A likelihood that is as high at the end of the grid as anywhere has no finite maximum.
    best = height[np.arange(top.size), top]
    edge = np.maximum(height[:, 0], height[:, -1])
    found = (edge < best - 1e-9) & (presented.sum(axis=1) > 0)
    theta = np.full(scores.shape[0], np.nan)
    se = np.full(scores.shape[0], np.nan)
    rows = np.flatnonzero(found)
    if rows.size:
        low, high = grid[top[rows] - 1], grid[top[rows] + 1]
        theta[rows], se[rows] = _climb(items, scores[rows], low, high, prior, warm)
    return theta, se


def _climb(
    items: ItemArrays,
    scores: IntArray,
    low: FloatArray,
    high: FloatArray,
    prior: Prior | None,
    warm: bool,
) -> tuple[FloatArray, FloatArray]:
    """Fisher scoring kept inside a shrinking bracket around each person's maximum."""
    persons = np.arange(scores.shape[0])
    presented = scores >= 0
    x = (low + high) / 2
    total = np.ones_like(x)
    for _ in range(100):
        gradient, info, bias = _score_function(items, x, warm)
        at = np.where(presented, scores, 0).T
        own = np.take_along_axis(gradient, at[:, None, :], axis=1)[:, 0, :]
        slope = (own * presented.T).sum(axis=0)
        total = (info * presented.T).sum(axis=0)
        if warm:
            slope += (bias * presented.T).sum(axis=0) / (2 * total)
        if prior is not None:
            slope -= (x - prior.mean) / prior.sd**2
            total = total + 1 / prior.sd**2
        low, high = np.where(slope > 0, x, low), np.where(slope > 0, high, x)
        new = x + slope / total
        new = np.where((new > low) & (new < high), new, (low + high) / 2)
        moved = np.abs(new - x)
        x = new
        if moved.max() < 1e-12:
            break
    info_there = information(items, x)[:, persons]
    total = (info_there * presented.T).sum(axis=0)
    if prior is not None:
        total = total + 1 / prior.sd**2
    return x, 1 / np.sqrt(total)
