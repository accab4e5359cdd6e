"""lz*: how likely a pattern of scores is, standardised for the ability having been estimated.

Snijders (2001) for dichotomous and Sinharay (2016) for graded scores. With w_k = log P_k and the
score function r_k = P'_k / P_k of a category, and c = Σ P'_k log P_k / Σ P'_k r_k summed over the
items given, the residual Σ (w_k − c r_k) of the observed categories does not change with small
errors of the estimate. Taken at the estimate that was actually used it carries that estimator's own
correction (Σ r_k is 0 for ML, the prior's slope for MAP, Warm's term for WLE), so one formula
serves all of them.
"""

import numpy as np
import numpy.typing as npt

from scoring.irt import FloatArray, IntArray, ItemArrays, derivatives

PERSONS_AT_ONCE = 2000


def lz_star(items: ItemArrays, scores: IntArray, theta: FloatArray) -> FloatArray:
    """lz* of every person, standard normal for people who answer as the model says.

    Parameters
    ----------
    items : ItemArrays
        I items.
    scores : (N, I) int
        Category 0 … m, or −1 where the item was not presented.
    theta : (N,)
        Estimated abilities in logits; NaN gives NaN.

    Returns
    -------
    (N,) float
        NaN with fewer than two items or where no other pattern was possible. Low values are
        patterns that are less likely than expected.
    """
    out = np.full(len(scores), np.nan)
    usable = np.flatnonzero(np.isfinite(theta) & ((scores >= 0).sum(axis=1) >= 2))
    for first in range(0, len(usable), PERSONS_AT_ONCE):
        rows = usable[first : first + PERSONS_AT_ONCE]
        out[rows] = _of_some(items, scores[rows], theta[rows])
    return out


def _of_some(items: ItemArrays, scores: IntArray, theta: FloatArray) -> FloatArray:
    given = (scores >= 0).T
    p, slope, _ = derivatives(items, theta)
    exists = p > 0
    log_p = np.log(np.where(exists, p, 1.0))
    ratio = np.where(exists, slope / np.where(exists, p, 1.0), 0.0)
    shared = (slope * log_p).sum(axis=1) * given
    information = (slope * ratio).sum(axis=1) * given
    with np.errstate(divide="ignore", invalid="ignore"):
        c = shared.sum(axis=0) / information.sum(axis=0)
        weight = np.where(exists, log_p - c * ratio, 0.0)
        mean = (p * weight).sum(axis=1)
        variance = ((p * weight**2).sum(axis=1) - mean**2) * given
        at = np.where(given, scores.T, 0)
        own = np.take_along_axis(weight, at[:, None, :], axis=1)[:, 0, :]
        total = ((own - mean) * given).sum(axis=0)
        spread = variance.sum(axis=0)
        result: npt.NDArray[np.float64] = np.where(
            spread > 1e-12, total / np.sqrt(np.maximum(spread, 1e-300)), np.nan
        )
    return result
