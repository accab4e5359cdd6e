"""How far the levels that `ability` reports can be relied on, told from one testing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ability import Estimates, Prior
from scoring.accuracy import from_posteriors, lee, rudner, score_cuts
from scoring.cefr import Standard
from scoring.irt import ItemArrays

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

POPULATION_POINTS = 1201


def classification(
    items: ItemArrays,
    scores: IntArray,
    prior: Prior,
    standard: Standard,
    levels: FloatArray,
    estimates: Estimates,
) -> dict[str, Any]:
    """Expected accuracy and consistency: from the posteriors, and by Rudner and by Lee.

    levels : (persons, L) level probabilities. Rudner's takes cuts as exact and errors of estimates
    as normal; Lee's, only for a form that everybody answered whole, a population like the prior.
    """
    right, again = from_posteriors(standard, levels)
    return {
        "accuracy": right.to_record(),
        "consistency": again.to_record(),
        "rudner": _rudner(standard, estimates),
        "lee": _lee(items, scores, prior, standard),
    }


def _rudner(standard: Standard, estimates: Estimates) -> dict[str, float] | None:
    usable = np.isfinite(estimates.theta) & (estimates.se > 0)
    if not usable.any():
        return None
    right, again = rudner(estimates.theta[usable], estimates.se[usable], standard.cuts)
    return {"accuracy": right, "consistency": again}


def _lee(
    items: ItemArrays, scores: IntArray, prior: Prior, standard: Standard
) -> dict[str, Any] | None:
    form = np.flatnonzero((scores >= 0).any(axis=0))
    if not len(form) or (scores[:, form] < 0).any():
        return None
    own = items.take(form)
    theta = prior.mean + prior.sd * np.linspace(-6.0, 6.0, POPULATION_POINTS)
    weights = np.exp(prior.log_density(theta))
    begins = score_cuts(own, standard.cuts)
    right, again = lee(own, begins.tolist(), standard.cuts, theta, weights / weights.sum())
    return {"accuracy": right, "consistency": again, "score_cuts": begins}
