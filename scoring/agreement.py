"""How far two ratings of the same script agree.

Exact and adjacent agreement, quadratic weighted kappa (Cohen 1968), the standardised mean
difference (Williamson, Xi & Breyer 2012, pooled standard deviation), and the confusion of every
level with every other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Agreement:
    """Agreement of `n` pairs of ratings.

    exact, adjacent : share of pairs that are equal, or differ by at most one category.
    kappa : quadratic weighted kappa; NaN when neither side varies (agreement by chance is then
        certain).
    standardised_difference : (mean of first − mean of second) / pooled sd; NaN when nothing varies.
    confusion : (K, K) counts, first rating in rows, second in columns, categories `categories`.
    """

    n: int
    exact: float
    adjacent: float
    kappa: float
    standardised_difference: float
    categories: IntArray
    confusion: IntArray


def quadratic_weighted_kappa(confusion: IntArray | FloatArray) -> float:
    """1 − observed / expected squared disagreement; NaN when no disagreement is expected by
    chance."""
    table = np.asarray(confusion, dtype=float)
    total = table.sum()
    if total == 0:
        return float("nan")
    size = len(table)
    squared = (np.arange(size)[:, None] - np.arange(size)[None, :]) ** 2
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    by_chance = float((squared * expected).sum())
    if by_chance == 0.0:
        return float("nan")
    return 1.0 - float((squared * table).sum()) / by_chance


def agreement(first: IntArray, second: IntArray, *, symmetric: bool = False) -> Agreement:
    """Agreement of paired integer ratings.

    Parameters
    ----------
    first, second : (n,) integer scores of the same scripts.
    symmetric : count every pair in both directions, for pools in which neither side is a fixed
        rater; the standardised difference is then 0 (NaN when nothing varies) and `n` still counts
        each pair once.

    Raises
    ------
    ValueError : no pairs, or sides of different length.
    """
    first = np.asarray(first, dtype=np.int64)
    second = np.asarray(second, dtype=np.int64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError("agreement needs two columns of equal length")
    if len(first) == 0:
        raise ValueError("agreement needs at least one pair of ratings")
    low = int(min(first.min(), second.min()))
    high = int(max(first.max(), second.max()))
    size = high - low + 1
    confusion = np.bincount((first - low) * size + (second - low), minlength=size * size)
    confusion = confusion.reshape(size, size).astype(np.int64)
    if symmetric:
        confusion = confusion + confusion.T
    difference = np.abs(first - second)
    if symmetric:
        first, second = np.concatenate([first, second]), np.concatenate([second, first])
    pooled_variance = (first.var() + second.var()) / 2.0
    standardised = float("nan")
    if pooled_variance > 0:
        standardised = float((first.mean() - second.mean()) / np.sqrt(pooled_variance))
    return Agreement(
        n=len(difference),
        exact=float((difference == 0).mean()),
        adjacent=float((difference <= 1).mean()),
        kappa=quadratic_weighted_kappa(confusion),
        standardised_difference=standardised,
        categories=np.arange(low, high + 1),
        confusion=confusion,
    )


@dataclass(frozen=True)
class RatingPairs:
    """Every two ratings of one script on one criterion: indices into the ratings, first in
    order."""

    first: IntArray
    second: IntArray


def rating_pairs(script: IntArray, criterion: IntArray) -> RatingPairs:
    """All pairs of ratings that share script and criterion (each unordered pair once, file
    order)."""
    order = np.lexsort((np.arange(len(script)), criterion, script))
    s, c = script[order], criterion[order]
    firsts: list[IntArray] = []
    seconds: list[IntArray] = []
    # The last lag finds nothing, so that there is always something to put together.
    for lag in range(1, len(s) + 2):
        at = np.flatnonzero((s[lag:] == s[:-lag]) & (c[lag:] == c[:-lag]))
        firsts.append(order[at])
        seconds.append(order[at + lag])
        if len(at) == 0:
            break
    first, second = np.concatenate(firsts), np.concatenate(seconds)
    sort = np.lexsort((second, first))
    return RatingPairs(first[sort].astype(np.int64), second[sort].astype(np.int64))
