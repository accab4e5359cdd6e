"""Do results hold for every group alike? Groups against everybody else, and who may be shown.

Three comparisons, each of a group with *the rest* (everybody else of whom the variable tells):

* levels: what the system placed against the level that an assessor gave before seeing it, in
  sub-levels (`compare_levels`);
* decisions: what the rules proposed against what a person signed (`compare_decisions`);
* outcomes: how often one is reached by persons whom assessors placed alike (`equal_levels`).

A difference is a reason to look, never a proof. Assessors err and may lean, too; groups differ in
what was tested and when. No adjustment is made for the blind level in `compare_levels`: it has an
error of its own, and persons matched on a measure with error differ by regression towards their
group's mean alone (Kelley's paradox: Wainer & Brown 2004).

What could point at somebody is hidden: a group of fewer persons than `smallest`, and as many others
as keep the hidden ones from being computed from the total (`hidden_groups`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, stdtr, stdtrit

from scoring.agreement import agreement
from scoring.dif import benjamini_hochberg

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: No setting can make a group of fewer persons visible.
FEWEST = 5
#: Two-sided 95 % intervals.
_CONFIDENCE = 0.975
_Z = 1.959963984540054
#: Adjusted p below this: the group is pointed out.
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class LevelFigures:
    """How the levels of `n` persons compare; differences are system − assessor, in sub-levels.

    mean, se, low, high : mean difference, its standard error (sd with n − 1, over √n) and the
        95 % interval by Student's t; 0 width when all differences are equal.
    exact, adjacent : share of equal levels, and of levels at most one apart.
    lower, higher : share whom the system placed below, and above, the assessor's level.
    same_band : share of equal decision bands.
    standardised : (mean of system − mean of assessor) / pooled standard deviation; NaN when nothing
        varies. Williamson, Xi & Breyer (2012) look twice above 0.10 in a group.
    """

    n: int
    mean: float
    se: float
    low: float
    high: float
    exact: float
    adjacent: float
    lower: float
    higher: float
    same_band: float
    standardised: float


@dataclass(frozen=True)
class DecisionFigures:
    """How often `n` proposals were signed as they were.

    kept, low, high : share, with the 95 % interval of Wilson (1927).
    into, out_of : share that a person moved into, and out of, the outcomes that are looked at.
    """

    n: int
    kept: float
    low: float
    high: float
    into: float
    out_of: float


@dataclass(frozen=True)
class OutcomeFigures:
    """Share of `n` persons that reached the outcome, with Wilson's 95 % interval."""

    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Contrast:
    """A group against the rest.

    difference, low, high : group − rest with a 95 % interval. p : of no difference; p_adjusted :
    after Benjamini & Hochberg (1995) over all groups of all variables of the call.
    """

    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float = float("nan")

    @property
    def is_pointed_out(self) -> bool:
        return self.p_adjusted < SIGNIFICANT


F = TypeVar("F")


@dataclass(frozen=True)
class GroupRow(Generic[F]):
    """One group of a variable; `figures` is None where it is hidden, and then nothing else is told.

    contrast : None where there is no rest, or nothing varies.
    """

    group: int
    figures: F | None
    contrast: Contrast | None


@dataclass(frozen=True)
class Comparison(Generic[F]):
    """All persons, and each variable's groups that occur, in the order of their numbers.

    total : None when all together are fewer than the smallest that is shown.
    """

    total: F | None
    variables: tuple[tuple[GroupRow[F], ...], ...]


def hidden_groups(counts: IntArray, smallest: int) -> BoolArray:
    """Which groups are hidden when the total is shown.

    A group of 1 … smallest − 1 persons is. Where one alone is hidden, or all hidden together are
    fewer than `smallest`, the total minus the rest would tell of them: the smallest of the others
    is hidden too (of equals the first), until neither is so or nothing is left to hide.

    Parameters
    ----------
    counts : (G,) persons of each group; the groups are a partition of the total.
    smallest : at least `FEWEST`.

    Returns
    -------
    (G,) bool; False for groups of nobody.
    """
    if smallest < FEWEST:
        raise ValueError(f"a group of fewer than {FEWEST} persons is never shown")
    hidden = (counts > 0) & (counts < smallest)
    while hidden.any() and (hidden.sum() < 2 or counts[hidden].sum() < smallest):
        others = np.flatnonzero(~hidden & (counts > 0))
        if others.size == 0:
            break
        hidden[others[np.argmin(counts[others])]] = True
    return np.asarray(hidden)


def compare_levels(
    system: IntArray,
    blind: IntArray,
    bands: IntArray,
    memberships: Sequence[IntArray],
    *,
    smallest: int,
) -> Comparison[LevelFigures]:
    """Mean signed differences of every group against the rest: Welch's (1947) test.

    Parameters
    ----------
    system, blind : (n,) position of the level on one list, lowest 0.
    bands : (L,) number of the decision band of every level of that list.
    memberships : for every variable (n,) number of each person's group, from 0.
    """
    difference = (system - blind).astype(float)

    def figures(which: BoolArray) -> LevelFigures:
        own = difference[which]
        n = len(own)
        se = float(own.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
        half = float(stdtrit(n - 1, _CONFIDENCE)) * se if n > 1 else float("nan")
        mean = float(own.mean())
        agreed = agreement(system[which], blind[which])
        return LevelFigures(
            n=n,
            mean=mean,
            se=se,
            low=mean - half,
            high=mean + half,
            exact=agreed.exact,
            adjacent=agreed.adjacent,
            lower=float((own < 0).mean()),
            higher=float((own > 0).mean()),
            same_band=float((bands[system[which]] == bands[blind[which]]).mean()),
            standardised=agreed.standardised_difference,
        )

    def contrast(which: BoolArray) -> Contrast | None:
        return welch(difference[which], difference[~which])

    return _compare(len(difference), memberships, smallest, figures, contrast)


def compare_decisions(
    kept: BoolArray,
    into: BoolArray,
    out_of: BoolArray,
    memberships: Sequence[IntArray],
    *,
    smallest: int,
) -> Comparison[DecisionFigures]:
    """Shares that were signed as proposed, every group against the rest.

    Parameters
    ----------
    kept : (n,) the proposal was signed as it was.
    into, out_of : (n,) a person moved somebody into, or out of, the outcomes that are looked at.
    memberships : as in `compare_levels`.
    """

    def figures(which: BoolArray) -> DecisionFigures:
        n, count = int(which.sum()), int(kept[which].sum())
        low, high = wilson(count, n)
        return DecisionFigures(
            n, count / n, low, high, float(into[which].mean()), float(out_of[which].mean())
        )

    def contrast(which: BoolArray) -> Contrast | None:
        return two_shares(
            int(kept[which].sum()),
            int(which.sum()),
            int(kept[~which].sum()),
            int((~which).sum()),
        )

    return _compare(len(kept), memberships, smallest, figures, contrast)


def equal_levels(
    reached: BoolArray, stratum: IntArray, memberships: Sequence[IntArray], *, smallest: int
) -> Comparison[OutcomeFigures]:
    """How often an outcome is reached; the contrast compares persons of the same stratum only.

    Parameters
    ----------
    reached : (n,) whether the person reached the outcome.
    stratum : (n,) what they are alike in (the band that assessors gave), from 0.
    memberships : as in `compare_levels`.
    """

    def figures(which: BoolArray) -> OutcomeFigures:
        n, count = int(which.sum()), int(reached[which].sum())
        low, high = wilson(count, n)
        return OutcomeFigures(n, count / n, low, high)

    def contrast(which: BoolArray) -> Contrast | None:
        return common_risk_difference(reached, which, stratum)

    return _compare(len(reached), memberships, smallest, figures, contrast)


def _compare(
    n: int,
    memberships: Sequence[IntArray],
    smallest: int,
    figures: Callable[[BoolArray], F],
    contrast: Callable[[BoolArray], Contrast | None],
) -> Comparison[F]:
    total = figures(np.ones(n, dtype=bool)) if n >= smallest else None
    variables: list[list[GroupRow[F]]] = []
    for membership in memberships:
        counts = np.bincount(membership)
        hidden = hidden_groups(counts, smallest)
        rows = []
        for group in np.flatnonzero(counts):
            which = membership == group
            if total is None or hidden[group]:
                rows.append(GroupRow[F](int(group), None, None))
            else:
                rest = int(n - counts[group])
                own = contrast(which) if rest else None
                rows.append(GroupRow(int(group), figures(which), own))
        variables.append(rows)
    return Comparison(total, _adjusted(variables))


def _adjusted(variables: list[list[GroupRow[F]]]) -> tuple[tuple[GroupRow[F], ...], ...]:
    found = [row.contrast.p for rows in variables for row in rows if row.contrast]
    adjusted = iter(benjamini_hochberg(np.array(found, dtype=float)).tolist())
    return tuple(
        tuple(
            replace(row, contrast=replace(row.contrast, p_adjusted=next(adjusted)))
            if row.contrast
            else row
            for row in rows
        )
        for rows in variables
    )


def welch(group: FloatArray, rest: FloatArray) -> Contrast | None:
    """Difference of two means with unequal variances (Welch 1947, Satterthwaite's df).

    None for fewer than two persons on a side, or where neither side varies.
    """
    if min(len(group), len(rest)) < 2:
        return None
    own, other = group.var(ddof=1) / len(group), rest.var(ddof=1) / len(rest)
    if own + other == 0:
        return None
    se = float(np.sqrt(own + other))
    df = float(
        (own + other) ** 2 / (own**2 / (len(group) - 1) + other**2 / (len(rest) - 1))
    )
    difference = float(group.mean() - rest.mean())
    half = float(stdtrit(df, _CONFIDENCE)) * se
    p = 2 * float(stdtr(df, -abs(difference) / se))
    return Contrast(difference, difference - half, difference + half, p)


def wilson(count: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    share, z2 = count / n, _Z**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * float(np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def two_shares(count: int, n: int, other_count: int, other_n: int) -> Contrast | None:
    """Difference of two shares: Newcombe's (1998, method 10) interval, Fisher's exact p.

    None where everybody on both sides, or nobody, is counted.
    """
    if n == 0 or other_n == 0 or count + other_count in (0, n + other_n):
        return None
    own, other = count / n, other_count / other_n
    own_low, own_high = wilson(count, n)
    other_low, other_high = wilson(other_count, other_n)
    difference = own - other
    return Contrast(
        difference,
        difference - float(np.hypot(own - own_low, other_high - other)),
        difference + float(np.hypot(own_high - own, other - other_low)),
        _fisher(count, n, count + other_count, n + other_n),
    )


def _fisher(count: int, n: int, hits: int, total: int) -> float:
    """Two-sided: the probability of all tables that are no likelier than this one."""
    possible = np.arange(max(0, n + hits - total), min(n, hits) + 1)

    def choose(among: int | IntArray, some: int | IntArray) -> FloatArray:
        return np.asarray(
            gammaln(np.asarray(among) + 1.0)
            - gammaln(np.asarray(some) + 1.0)
            - gammaln(np.asarray(among - some) + 1.0)
        )

    log = choose(hits, possible) + choose(total - hits, n - possible) - choose(total, n)
    chance = np.exp(log)
    own = chance[count - possible[0]]
    return float(min(chance[chance <= own * (1 + 1e-7)].sum(), 1.0))


def common_risk_difference(
    reached: BoolArray, group: BoolArray, stratum: IntArray
) -> Contrast | None:
    """Difference of shares within strata, group − rest: Mantel & Haenszel's weights (Greenland &
    Robins 1985) with the variance of Sato (1989).

    None where no stratum holds both sides, or the variance is 0.

    Parameters
    ----------
    reached, group, stratum : (n,) outcome, membership, stratum from 0.
    """

    def count(which: BoolArray) -> FloatArray:
        return np.bincount(stratum[which], minlength=int(stratum.max()) + 1).astype(float)

    n1, n0 = count(group), count(~group)
    both = (n1 > 0) & (n0 > 0)
    if not both.any():
        return None
    a, c = count(group & reached)[both], count(~group & reached)[both]
    n1, n0 = n1[both], n0[both]
    n = n1 + n0
    weight = n1 * n0 / n
    difference = float((weight * (a / n1 - c / n0)).sum() / weight.sum())
    p_part = (n1**2 * c - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2
    q_part = (a * (n0 - c) + c * (n1 - a)) / (2 * n)
    variance = float((difference * p_part.sum() + q_part.sum()) / weight.sum() ** 2)
    if not variance > 0:
        return None
    se = float(np.sqrt(variance))
    p = 2 * float(ndtr(-abs(difference) / se))
    return Contrast(difference, difference - _Z * se, difference + _Z * se, p)
