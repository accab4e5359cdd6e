"""What to ask next: how much each task would tell, under four criteria.

All functions are batched: beliefs `p` are (N, G), N persons on the grid of the tables, and results
are (N, T), larger is better. A live sitting is N = 1 of the same code as a simulation.

Criteria
--------
MI    mutual information (nats) between a task's outcome and the decision band: the expected fall
      of the entropy of the band (Weissman 2007; Lindley 1956)
MFI   Fisher information of the task at the posterior mean (Lord 1980)
KL    posterior-expected Kullback–Leibler divergence of the outcome's distribution from that at the
      posterior mean (Chang & Ying 1996, weighted by the posterior)
MEPV  expected fall of the posterior variance (van der Linden 1998)
"""

from enum import StrEnum

import numpy as np

from scoring.irt import FloatArray, IntArray
from scoring.testlets import TaskTables

TINY = 1e-300
#: Scores are compared after rounding, so that a last bit never decides what a person is asked.
DECIMALS = 10
#: Multiplications below which OpenBLAS stays on one thread.
ONE_THREAD = 250_000


class Criterion(StrEnum):
    """Selection criteria by the names that settings and the command line use."""

    MI = "mi"
    MFI = "mfi"
    KL = "kl"
    MEPV = "mepv"


def scores(
    criterion: Criterion, tables: TaskTables, p: FloatArray, bands: FloatArray
) -> FloatArray:
    """How much each task would tell, (N, T), rounded to ten decimals.

    Parameters
    ----------
    tables : TaskTables
        T tasks on G abilities.
    p : (N, G)
        Beliefs, each row summing to 1.
    bands : (G, B)
        Weights of the decision bands (`cefr.band_weights`); used by MI only.
    """
    if criterion is Criterion.MI:
        values = mutual_information(tables, p, bands)
    elif criterion is Criterion.MFI:
        values = maximum_information(tables, p)
    elif criterion is Criterion.KL:
        values = kullback_leibler(tables, p)
    else:
        values = variance_reduction(tables, p)
    return np.asarray(np.round(values, DECIMALS))


def mutual_information(tables: TaskTables, p: FloatArray, bands: FloatArray) -> FloatArray:
    """I(outcome; band) = H(band) + H(outcome) − H(outcome, band), (N, T), in nats."""
    n, n_bands = p.shape[0], bands.shape[1]
    use = _support(p)
    weighted = (p[:, None, use] * bands.T[None, :, use]).reshape(n * n_bands, -1)
    joint = np.maximum(_product(weighted, tables.columns[use]), TINY).reshape(n, n_bands, -1)
    outcome = joint.sum(axis=1)
    joint *= np.log(joint)
    together = joint.sum(axis=1) - outcome * np.log(outcome)
    band = np.maximum(p @ bands, TINY)
    entropy = -(band * np.log(band)).sum(axis=1)
    return np.asarray(np.maximum(entropy[:, None] + _by_task(tables, together), 0.0))


def maximum_information(tables: TaskTables, p: FloatArray) -> FloatArray:
    """Fisher information of each task at the posterior mean, (N, T), per squared logit."""
    low, share = position(tables, p @ tables.theta)
    left, right = tables.information[low], tables.information[low + 1]
    return np.asarray(left + share[:, None] * (right - left))


def kullback_leibler(tables: TaskTables, p: FloatArray) -> FloatArray:
    """Σ_θ p(θ) KL(outcome at the posterior mean ‖ outcome at θ), (N, T), in nats."""
    low, share = position(tables, p @ tables.theta)
    there = tables.rows[:, low] * (1 - share) + tables.rows[:, low + 1] * share
    log_there = np.log(np.maximum(there, TINY)).T
    expected = p @ np.log(np.maximum(tables.columns, TINY))
    return _by_task(tables, there.T * (log_there - expected))


def variance_reduction(tables: TaskTables, p: FloatArray) -> FloatArray:
    """Posterior variance minus its expectation after the task, (N, T), in squared logits."""
    use = _support(p)
    mean = p @ tables.theta
    off = tables.theta[None, use] - mean[:, None]
    outcome = np.maximum(_product(p[:, use], tables.columns[use]), TINY)
    shift = _product(p[:, use] * off, tables.columns[use])
    # Law of total variance: what the variance falls by is the variance of the posterior means.
    return _by_task(tables, shift**2 / outcome)


def position(tables: TaskTables, theta: FloatArray) -> tuple[IntArray, FloatArray]:
    """The grid point below each θ (N,), and how far it lies towards the next (0 … 1)."""
    step = tables.theta[1] - tables.theta[0]
    at = (theta - tables.theta[0]) / step
    low = np.clip(np.floor(at), 0, tables.theta.size - 2).astype(np.intp)
    return low, at - low


def _product(left: FloatArray, right: FloatArray) -> FloatArray:
    """left @ right; for one person in blocks that BLAS does not share out among threads.

    On a busy machine a thread that waits for its neighbour costs a whole time slice (8 ms instead
    of 0.2), and the order of summation would depend on the number of threads.
    """
    size = ONE_THREAD // max(left.size, 1)
    if size < 64 or right.shape[1] <= size:
        return np.asarray(left @ right)
    out = np.empty((left.shape[0], right.shape[1]))
    for first in range(0, right.shape[1], size):
        block = slice(first, first + size)
        np.matmul(left, right[:, block], out=out[:, block])
    return out


def _support(p: FloatArray) -> slice:
    """The part of the grid outside which no belief has a visible share."""
    seen = np.flatnonzero(p.max(axis=0) > 1e-14)
    return slice(int(seen[0]), int(seen[-1]) + 1)


def _by_task(tables: TaskTables, values: FloatArray) -> FloatArray:
    """Sum outcome values (N, R) within tasks, (N, T)."""
    return np.asarray(np.add.reduceat(values, tables.start[:-1], axis=1))
