"""How often a reported level or band is the true one, and how often it would come out again.

Accuracy: the reported class is the true class. Consistency: two independent sittings report the
same class. Both overall, and for every boundary (at or above it, or below).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from scoring import cefr
from scoring.cefr import Standard
from scoring.irt import FloatArray, IntArray, ItemArrays, probabilities


@dataclass(frozen=True)
class Agreement:
    """Shares of agreement between two classifications into levels.

    overall : same level; bands : same band; boundaries : by the level that begins there, the same
    side of its cut.
    """

    overall: float
    bands: float
    boundaries: dict[str, float]

    def to_record(self) -> dict[str, Any]:
        return {"overall": self.overall, "bands": self.bands, "boundaries": self.boundaries}


def agreement(
    standard: Standard,
    first: IntArray,
    second: IntArray,
    first_band: IntArray | None = None,
    second_band: IntArray | None = None,
) -> Agreement:
    """Agreement of two classifications, (N,) positions of levels each.

    Bands may be given where they were classified on their own (the likeliest band need not hold
    the likeliest level); otherwise they follow from the levels.
    """
    band_of = np.array(standard.band_index)
    one = band_of[first] if first_band is None else first_band
    two = band_of[second] if second_band is None else second_band
    return Agreement(
        overall=float((first == second).mean()),
        bands=float((one == two).mean()),
        boundaries={
            code: float(((first >= k) == (second >= k)).mean())
            for k, code in enumerate(standard.levels[1:], 1)
        },
    )


def from_posteriors(standard: Standard, levels: FloatArray) -> tuple[Agreement, Agreement]:
    """Expected accuracy and consistency from level probabilities (N, L) of N persons.

    Accuracy of the likeliest level is its probability; consistency is the chance that two
    independent draws from a person's probabilities agree (Rudner 2001, 2005, with the posterior in
    place of a normal error).
    """
    bands = cefr.band_probabilities(standard, levels)
    above = np.cumsum(levels[:, ::-1], axis=1)[:, ::-1][:, 1:]
    best = levels.argmax(axis=1)
    right, again = {}, {}
    for k, code in enumerate(standard.levels[1:]):
        said_above = best >= k + 1
        right[code] = float(np.where(said_above, above[:, k], 1 - above[:, k]).mean())
        again[code] = float((above[:, k] ** 2 + (1 - above[:, k]) ** 2).mean())
    accuracy = Agreement(float(levels.max(axis=1).mean()), float(bands.max(axis=1).mean()), right)
    consistency = Agreement(
        float((levels**2).sum(axis=1).mean()), float((bands**2).sum(axis=1).mean()), again
    )
    return accuracy, consistency


def rudner(
    theta: FloatArray, se: FloatArray, cuts: Sequence[float]
) -> tuple[float, float]:
    """Expected accuracy and consistency of classification by θ̂ with normal error (Rudner 2005).

    Parameters
    ----------
    theta, se : (N,)
        Estimates and their standard errors, in logits.
    cuts : (C,)
        Increasing.
    """
    bounds = np.concatenate([[-np.inf], np.asarray(cuts, dtype=np.float64), [np.inf]])
    below = ndtr((bounds[None, :] - theta[:, None]) / se[:, None])
    classes = np.diff(below, axis=1)
    own = np.searchsorted(bounds[1:-1], theta, side="right")
    accuracy = classes[np.arange(theta.size), own].mean()
    return float(accuracy), float((classes**2).sum(axis=1).mean())


def sum_score_distribution(items: ItemArrays, theta: FloatArray) -> FloatArray:
    """P(summed score | θ) of a fixed form, (highest sum + 1, G) (Lord & Wingersky 1984)."""
    p = probabilities(items, theta)
    out = np.ones((1, theta.size))
    for i, n_categories in enumerate(items.n_categories):
        longer = np.zeros((out.shape[0] + n_categories - 1, theta.size))
        for score in range(n_categories):
            longer[score : score + out.shape[0]] += out * p[i, score]
        out = longer
    return out


def score_cuts(items: ItemArrays, theta_cuts: Sequence[float]) -> IntArray:
    """(C,) lowest summed score of a fixed form that is no less than expected at each cut."""
    p = probabilities(items, np.asarray(theta_cuts, dtype=np.float64))
    expected = np.einsum("k,ikc->c", np.arange(p.shape[1]), p)
    return np.asarray(np.ceil(expected - 1e-9), dtype=np.intp)


def lee(
    items: ItemArrays,
    score_cuts: Sequence[int],
    theta_cuts: Sequence[float],
    theta: FloatArray,
    weights: FloatArray,
) -> tuple[float, float]:
    """Accuracy and consistency of classification by the summed score of a fixed form (Lee 2010).

    Parameters
    ----------
    score_cuts : (C,) int
        A class begins at each of these scores.
    theta_cuts : (C,)
        Where the true classes begin, in logits.
    theta, weights : (G,)
        The population: abilities and their shares, summing to 1.
    """
    by_score = sum_score_distribution(items, theta)
    of_score = np.searchsorted(np.asarray(score_cuts), np.arange(by_score.shape[0]), side="right")
    classes = np.zeros((len(score_cuts) + 1, theta.size))
    np.add.at(classes, of_score, by_score)
    true = np.searchsorted(np.asarray(theta_cuts), theta, side="right")
    accuracy = classes[true, np.arange(theta.size)] @ weights
    return float(accuracy), float((classes**2).sum(axis=0) @ weights)
