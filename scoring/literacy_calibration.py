"""How often teachers confirm a class after the same findings, and whom the short screen misses.

Counts with a prior, and no more: the findings of one person are a *cell* (best-read language ×
Latin script), every cell has one class that the rules propose, and teachers confirmed some class of
each person. A cell's shares are drawn towards those of all cells of the same proposed class, and
these towards those of everybody (Dirichlet–multinomial, Good 1965): a cell of few persons says
little by itself. How strongly is chosen by leaving one person out.

Nothing here moves a class. What teachers confirm is not the truth: they saw the proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from scoring.fairness import wilson

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: No probability is told before so many classes were confirmed; no setting lowers it.
FEWEST_CONFIRMED = 300
#: Persons that a prior may be worth; one is chosen.
STRENGTHS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
#: Edges of the bins in which predicted shares are compared with what came.
_EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)


class TooFewConfirmed(ValueError):
    """Fewer classes were confirmed than any probability may rest on."""


@dataclass(frozen=True)
class Share:
    """Share of one class with its 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Bin:
    """Persons whose proposed class was given a probability within one bin.

    predicted : mean probability, each person left out of the counts. came : share of whom a teacher
    confirmed as proposed, with Wilson's 95 % interval.
    """

    n: int
    predicted: float
    came: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """Counts, the prior they are drawn to, and how well both predict somebody left out.

    counts : (C, K) confirmed classes K of every cell C. prior : (C, K), rows sum to 1, worth
    `strength` persons. log_score (mean −ln p of what came, in nats) and brier (mean squared
    distance over all classes, 0 … 2), smaller is better; `plain_…` are those of the class
    frequencies of everybody, without looking at the findings.
    """

    counts: IntArray
    prior: FloatArray
    strength: float
    log_score: float
    brier: float
    plain_log_score: float
    plain_brier: float
    bins: tuple[Bin, ...]

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def is_useful(self) -> bool:
        """Whether the findings tell more than the class frequencies alone, by both scores."""
        return self.log_score < self.plain_log_score and self.brier < self.plain_brier

    def shares(self, cell: int) -> tuple[Share, ...]:
        """(K,) shares of the classes in a cell; intervals of the marginal beta distributions."""
        own = self.counts[cell] + self.strength * self.prior[cell]
        total = float(own.sum())
        return tuple(
            Share(
                float(a) / total,
                float(betaincinv(a, total - a, 0.025)),
                float(betaincinv(a, total - a, 0.975)),
            )
            for a in own
        )


def calibrate(
    cell: IntArray,
    confirmed: IntArray,
    proposed: IntArray,
    n_classes: int,
    *,
    fewest: int = FEWEST_CONFIRMED,
) -> Calibration:
    """Shares of confirmed classes by findings.

    Parameters
    ----------
    cell, confirmed : (n,) findings and confirmed class of each person, from 0.
    proposed : (C,) the class that the rules propose for every cell.
    n_classes : K, at least 2.
    fewest : persons without whom nothing is told; tests alone give another number.

    :raise TooFewConfirmed: fewer persons than `fewest`.
    """
    if len(cell) < fewest:
        raise TooFewConfirmed(f"{len(cell)} of {fewest}")
    counts = np.zeros((len(proposed), n_classes), dtype=np.int64)
    np.add.at(counts, (cell, confirmed), 1)
    scored = [(_left_out(counts, proposed, strength), strength) for strength in STRENGTHS]
    (found, strength) = min(scored, key=lambda one: one[0].log_score)
    return Calibration(
        counts=counts,
        prior=_prior(counts, counts.sum(axis=0), proposed, strength),
        strength=strength,
        log_score=found.log_score,
        brier=found.brier,
        plain_log_score=found.plain_log_score,
        plain_brier=found.plain_brier,
        bins=found.bins,
    )


@dataclass(frozen=True)
class _LeftOut:
    log_score: float
    brier: float
    plain_log_score: float
    plain_brier: float
    bins: tuple[Bin, ...]


def _frequencies(total: IntArray) -> FloatArray:
    """Class frequencies with half a person more in each (Jeffreys)."""
    return np.asarray((total + 0.5) / (total.sum() + 0.5 * len(total)))


def _prior(
    counts: IntArray, total: IntArray, proposed: IntArray, strength: float
) -> FloatArray:
    """(C, K) what each cell is drawn to: the cells of the same proposed class."""
    everybody = _frequencies(total)
    out = np.empty(counts.shape)
    for cell, own_class in enumerate(proposed):
        group = counts[proposed == own_class].sum(axis=0)
        out[cell] = (group + strength * everybody) / (group.sum() + strength)
    return out


def _left_out(counts: IntArray, proposed: IntArray, strength: float) -> _LeftOut:
    """Scores of everybody predicted without themselves; people of one cell and class are alike."""
    n = int(counts.sum())
    scores = np.zeros(4)
    predicted, came, weight = [], [], []
    for cell, own_class in zip(*np.nonzero(counts), strict=True):
        people = int(counts[cell, own_class])
        others = counts.copy()
        others[cell, own_class] -= 1
        total = others.sum(axis=0)
        prior = _prior(others, total, proposed, strength)[cell]
        p = (others[cell] + strength * prior) / (others[cell].sum() + strength)
        plain = _frequencies(total)
        truth = np.zeros(counts.shape[1])
        truth[own_class] = 1.0
        scores += people * np.array(
            [
                -np.log(p[own_class]),
                ((p - truth) ** 2).sum(),
                -np.log(plain[own_class]),
                ((plain - truth) ** 2).sum(),
            ]
        )
        predicted.append(float(p[proposed[cell]]))
        came.append(own_class == proposed[cell])
        weight.append(people)
    log_score, brier, plain_log_score, plain_brier = (scores / n).tolist()
    return _LeftOut(
        log_score,
        brier,
        plain_log_score,
        plain_brier,
        _bins(np.array(predicted), np.array(came), np.array(weight)),
    )


def _bins(predicted: FloatArray, came: NDArray[np.bool_], weight: IntArray) -> tuple[Bin, ...]:
    number = np.clip(np.searchsorted(_EDGES, predicted, side="right") - 1, 0, len(_EDGES) - 2)
    found = []
    for one in range(len(_EDGES) - 1):
        here = number == one
        n = int(weight[here].sum())
        if n == 0:
            continue
        hits = int(weight[here & came].sum())
        low, high = wilson(hits, n)
        mean = float((predicted[here] * weight[here]).sum() / n)
        found.append(Bin(n, mean, hits / n, low, high))
    return tuple(found)


@dataclass(frozen=True)
class Stratum:
    """Some of those who passed the short screen: all, those sent deeper by lot and classed by a
    teacher, and those of them who need training after all."""

    passers: int
    deeper: int
    missed: int


def miss_rate(strata: Sequence[Stratum]) -> Share | None:
    """Share of all who passed that need training after all, with a 95 % interval.

    Each stratum counts by its passers, whatever share of them was sent deeper. The interval is made
    of Wilson's of the strata (MOVER, Zou & Donner 2008). None where nobody passed, or nobody of a
    stratum was sent deeper: then nothing can be said of it.
    """
    given = [one for one in strata if one.passers]
    if not given or any(one.deeper == 0 for one in given):
        return None
    everybody = sum(one.passers for one in given)
    share = below = above = 0.0
    for one in given:
        weight, own = one.passers / everybody, one.missed / one.deeper
        low, high = wilson(one.missed, one.deeper)
        share += weight * own
        below += (weight * (own - low)) ** 2
        above += (weight * (high - own)) ** 2
    return Share(share, max(share - below**0.5, 0.0), min(share + above**0.5, 1.0))
