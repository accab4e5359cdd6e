"""Two calibrations on one scale: θ_old = A θ_new + B, hence b_old = A b_new + B, a_old = a_new / A.

Mean–sigma (Marco 1977), mean–mean (Loyd & Hoover 1980), Haebara (1980) and Stocking & Lord (1983).
The two characteristic-curve methods compare curves at 41 equally spaced points −4 … 4 of the old
scale with N(0, 1) weights, new transformed to old. Weighting is part of the result: the same items
gave B = −.466 or −.516 by it alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from scoring.irt import ItemArrays, probabilities

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

POINTS = np.linspace(-4.0, 4.0, 41)
WEIGHTS = np.exp(-0.5 * POINTS**2) / np.exp(-0.5 * POINTS**2).sum()
FAR = 2.7
# Logits: differences closer than this are the rounding of files, not movement.
ROUNDING = 1e-9


class LinkMethod(StrEnum):
    """How A and B are found."""

    MEAN_SIGMA = "mean-sigma"
    MEAN_MEAN = "mean-mean"
    HAEBARA = "haebara"
    STOCKING_LORD = "stocking-lord"


class NotLinkable(ValueError):
    """The common items cannot determine A and B."""


@dataclass(frozen=True)
class Link:
    """A and B with jackknife standard errors over the common items (NaN for fewer than four).

    criterion : the value minimised, for the characteristic-curve methods; NaN for the others.
    """

    a: float
    b: float
    se_a: float
    se_b: float
    criterion: float
    n_items: int


def transform(items: ItemArrays, a: float, b: float) -> ItemArrays:
    """The items on the old scale; standard errors go along, those of A and B are not added."""
    return ItemArrays(
        family=items.family,
        a=items.a / a,
        c=items.c,
        d=items.d,
        steps=items.steps * a + b,
        n_categories=items.n_categories,
        se_a=items.se_a / a,
        se_c=items.se_c,
        se_steps=items.se_steps * a,
    )


def link(old: ItemArrays, new: ItemArrays, method: LinkMethod) -> Link:
    """The transformation from the new scale to the old one.

    Parameters
    ----------
    old, new : parameters of the same items in the same order.

    Raises
    ------
    NotLinkable : fewer than two common items (for mean–sigma: difficulties), no spread in the
        difficulties, different numbers of categories, or slopes that are not positive.
    """
    if len(old) != len(new) or len(old) < 2:
        raise NotLinkable("linking needs at least two common items")
    if not np.array_equal(old.n_categories, new.n_categories):
        raise NotLinkable("a common item has different numbers of categories in the two files")
    if not ((old.a > 0).all() and (new.a > 0).all()):
        raise NotLinkable("a common item has a slope that is not above 0")
    old, new = _narrow(old), _narrow(new)
    a, b, criterion = _solve(old, new, method)
    se_a = se_b = float("nan")
    if len(old) >= 4:
        parts = []
        for left_out in range(len(old)):
            kept = np.delete(np.arange(len(old)), left_out)
            parts.append(_solve(old.take(kept), new.take(kept), method, (a, b))[:2])
        n = len(parts)
        se_a, se_b = np.sqrt((n - 1) ** 2 / n * np.var(np.array(parts), axis=0, ddof=1)).tolist()
    return Link(a, b, se_a, se_b, criterion, len(old))


def _narrow(items: ItemArrays) -> ItemArrays:
    """Without the columns of steps that only items of a larger bank had."""
    width = int(items.n_categories.max()) - 1
    return replace(items, steps=items.steps[:, :width], se_steps=items.se_steps[:, :width])


def _moments(old: ItemArrays, new: ItemArrays) -> tuple[float, float]:
    x = new.steps[np.isfinite(new.steps)]
    y = old.steps[np.isfinite(old.steps)]
    # Not the sd: that of three times 0.1 is not 0.
    if np.ptp(x) == 0.0:
        raise NotLinkable("the difficulties of the new file do not differ")
    if np.ptp(y) == 0.0:
        raise NotLinkable("the difficulties of the old file do not differ")
    a = float(np.std(y) / np.std(x))
    return a, float(y.mean() - a * x.mean())


def _solve(
    old: ItemArrays,
    new: ItemArrays,
    method: LinkMethod,
    start: tuple[float, float] | None = None,
) -> tuple[float, float, float]:
    if method is LinkMethod.MEAN_SIGMA:
        return (*_moments(old, new), float("nan"))
    slope = float(new.a.mean() / old.a.mean())
    inside = np.isfinite(old.steps)
    difficulty = float(old.steps[inside].mean() - slope * new.steps[np.isfinite(new.steps)].mean())
    if method is LinkMethod.MEAN_MEAN:
        return slope, difficulty, float("nan")
    together = method is LinkMethod.STOCKING_LORD
    target = _curves(old, together)
    root = np.sqrt(WEIGHTS)

    def residuals(free: FloatArray) -> FloatArray:
        moved = transform(new, float(np.exp(free[0])), float(free[1]))
        return np.asarray(((_curves(moved, together) - target) * root).ravel())

    first = (slope, difficulty) if start is None else start
    found = optimize.least_squares(
        residuals, [np.log(first[0]), first[1]], method="lm", xtol=1e-12, ftol=1e-12, gtol=1e-12
    )
    if not found.success:
        raise NotLinkable("the characteristic curves have no closest position")
    return float(np.exp(found.x[0])), float(found.x[1]), float(2.0 * found.cost)


def _curves(items: ItemArrays, together: bool) -> FloatArray:
    """Category curves 1 … m of each item, or the expected total score, at the 41 points."""
    p = probabilities(items, POINTS)[:, 1:]
    if not together:
        return p.reshape(-1, len(POINTS))
    scores = np.arange(1, p.shape[1] + 1)
    expected: FloatArray = np.einsum("k,ikq->q", scores, p)
    return expected[None, :]


@dataclass(frozen=True, eq=False)
class Drift:
    """How far each common difficulty has moved after linking.

    difference : (I, M) b_old − (A b_new + B), NaN beyond an item's last step. z : in standard
    errors of the two estimates, NaN without them. robust_z : (difference − median) / (0.74
    interquartile range), which needs no standard errors (Huynh & Meyer 2010), NaN where the middle
    half does not differ by more than rounding. drifted : (I,) a step has |z| > 2.7 by each kind
    that exists.
    """

    difference: FloatArray
    z: FloatArray
    robust_z: FloatArray
    drifted: NDArray[np.bool_]


def drift(old: ItemArrays, new: ItemArrays, found: Link) -> Drift:
    """Differences of the common items after the link, with two kinds of z."""
    old, moved = _narrow(old), transform(_narrow(new), found.a, found.b)
    difference = old.steps - moved.steps
    error = np.sqrt(old.se_steps**2 + moved.se_steps**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(error > 0, difference / error, np.nan)
    inside = np.isfinite(difference)
    low, middle, high = np.quantile(difference[inside], [0.25, 0.5, 0.75])
    spread = 0.74 * float(high - low)
    robust = np.full(difference.shape, np.nan)
    if spread > ROUNDING:
        robust = (difference - middle) / spread
    exists = np.isfinite(robust) | np.isfinite(z)
    far = exists & ~(np.abs(robust) <= FAR) & ~(np.abs(z) <= FAR)
    return Drift(difference, z, robust, far.any(axis=1))
