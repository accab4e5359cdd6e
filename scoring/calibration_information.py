"""The observed information of a marginal likelihood, for many items and sparse answers.

Louis (1982): observed information = complete information − covariance, within persons, of the
complete-data scores over the posterior of ability. The covariance inside an item is summed exactly.
Between items it needs, for every person, a product over the posterior; each score is expanded in
the first polynomials that are orthonormal under that person's own posterior, so that the product
becomes a short inner product. Scores are smooth over the width of a posterior; the degree is raised
until the share that it leaves out of any parameter's information is below `LEFT_OUT` (tests compare
with numerical second derivatives).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.answers import Answers, Cells

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Three suffice after some ten answers; a handful of answers leaves posteriors as wide as the
# population.
DEGREES = (2, 4, 8, 12)
LEFT_OUT = 0.006
CHUNK_ENTRIES = 3_000_000


def posterior_polynomials(posterior: FloatArray, theta: FloatArray, degree: int) -> FloatArray:
    """(persons, degree + 1, Q) posterior weight times the orthonormal polynomials of degree 0 …
    degree.

    A posterior that sits on fewer nodes than the degree needs has zeros for the rest.
    """
    n_persons, n_nodes = posterior.shape
    out = np.empty((n_persons, degree + 1, n_nodes))
    out[:, 0] = posterior
    mean = posterior @ theta
    before = np.zeros_like(posterior)
    current = np.ones_like(posterior)
    centred = theta[None, :] - mean[:, None]
    norm_before = np.ones(n_persons)
    for k in range(1, degree + 1):
        # Stieltjes: the next polynomial is θ times the last, made orthogonal to the last two.
        following = centred * current
        if k > 1:
            shift = (posterior * following * current).sum(axis=1)
            following -= shift[:, None] * current
            following -= norm_before[:, None] * before
        norm = np.sqrt((posterior * following**2).sum(axis=1))
        usable = norm > 1e-9
        scale = np.divide(1.0, norm, out=np.zeros_like(norm), where=usable)
        following *= scale[:, None]
        before, current, norm_before = current, following, norm
        out[:, k] = posterior * current
    return out


@dataclass(frozen=True, eq=False)
class ScoreSums:
    """Sums over persons of products of their complete-data scores' posterior expansions.

    cross : (I · width, I · width) covariances of all item scores, by expansion; blocks on the
        diagonal included. squared_means : (I, width, width) products of the posterior means of each
        item's scores. others : (I · width, m) covariances with the given other scores.
    """

    cross: FloatArray
    squared_means: FloatArray
    others: FloatArray


def score_sums(
    answers: Answers,
    cells: Cells,
    score: FloatArray,
    polynomials: FloatArray,
    others: FloatArray,
) -> ScoreSums:
    """The sums that missing information is made of.

    Parameters
    ----------
    score : (cells, Q, width) score of each answer at each node.
    polynomials : (persons, kept, Q) from `posterior_polynomials`.
    others : (persons, kept, m) expansions of scores that belong to persons, not to answers.
    """
    # A dense product costs persons × size², scattering pairs answers² / persons × 25 or so.
    pairs = float((np.bincount(answers.person).astype(float) ** 2).sum())
    if 25.0 * pairs > float(answers.n_persons) * answers.n_items**2:
        return _dense_sums(answers, cells, score, polynomials, others)
    return _sparse_sums(answers, cells, score, polynomials, others)


def exact_second_moments(
    expected: FloatArray, score: FloatArray, cell_item: IntArray, n_items: int
) -> FloatArray:
    """(I, width, width) sum over persons of the posterior mean of each item's score products."""
    width = score.shape[2]
    result = np.empty((n_items, width, width))
    for v in range(width):
        weighted = expected * score[:, :, v]
        for w in range(v + 1):
            by_cell = np.einsum("cq,cq->c", weighted, score[:, :, w])
            result[:, v, w] = result[:, w, v] = np.bincount(cell_item, by_cell, n_items)
    return result


def _dense_sums(
    answers: Answers,
    cells: Cells,
    score: FloatArray,
    polynomials: FloatArray,
    others: FloatArray,
) -> ScoreSums:
    n_items, width, n_nodes = answers.n_items, score.shape[2], score.shape[1]
    size, n_kept = n_items * width, polynomials.shape[1]
    category = np.full((answers.n_persons, n_items), -1, dtype=np.int16)
    category[answers.person, answers.item] = answers.score
    complete = bool((category >= 0).all())
    sizes = np.diff(cells.first)
    lowest = score[cells.first[:-1]]
    # (Q, I · width): scores of category 0, and what each higher category adds to them.
    base = np.ascontiguousarray(lowest.transpose(1, 0, 2)).reshape(n_nodes, size)
    gains = []
    for k in range(1, int(sizes.max())):
        gain = np.zeros_like(lowest)
        has = np.flatnonzero(sizes > k)
        gain[has] = score[cells.first[has] + k] - lowest[has]
        gains.append(np.ascontiguousarray(gain.transpose(1, 0, 2)).reshape(n_nodes, size))
    cross = np.zeros((size, size))
    squared_means = np.zeros((n_items, width, width))
    with_others = np.zeros((size, others.shape[2]))
    batch = max(1, CHUNK_ENTRIES // (2 * size))
    for at in range(0, answers.n_persons, batch):
        rows = slice(at, at + batch)
        own = category[rows]
        reached = [(own == k).astype(np.float64)[:, :, None] for k in range(1, len(gains) + 1)]
        for k in range(n_kept):
            weights = np.ascontiguousarray(polynomials[rows, k])
            table = (weights @ base).reshape(len(own), n_items, width)
            for gain, there in zip(gains, reached, strict=True):
                table += (weights @ gain).reshape(table.shape) * there
            if not complete:
                table *= (own >= 0)[:, :, None]
            if k == 0:
                squared_means += np.einsum("piv,piw->ivw", table, table, optimize=True)
                continue
            flat = table.reshape(len(own), size)
            cross += flat.T @ flat
            with_others += flat.T @ others[rows, k]
    return ScoreSums(cross, squared_means, with_others)


def _sparse_sums(
    answers: Answers,
    cells: Cells,
    score: FloatArray,
    polynomials: FloatArray,
    others: FloatArray,
) -> ScoreSums:
    cell = cells.first[answers.item] + answers.score
    order = np.argsort(cell, kind="stable")
    bounds = np.searchsorted(cell[order], np.arange(cells.count + 1))
    n_kept, n_nodes = polynomials.shape[1:]
    n_items, width = answers.n_items, score.shape[2]
    values = np.empty((len(order), n_kept, width))
    for which in range(cells.count):
        here = slice(int(bounds[which]), int(bounds[which + 1]))
        persons = answers.person[order[here]]
        if len(persons):
            rows = polynomials[persons].reshape(-1, n_nodes)
            values[here] = (rows @ score[which]).reshape(len(persons), n_kept, width)
    item, person = answers.item[order], answers.person[order]
    mean = values[:, 0]
    squared_means = np.empty((n_items, width, width))
    for v in range(width):
        for w in range(v + 1):
            product = np.bincount(item, mean[:, v] * mean[:, w], n_items)
            squared_means[:, v, w] = squared_means[:, w, v] = product
    with_others = np.zeros((n_items * width, others.shape[2]))
    for m in range(others.shape[2]):
        shared = np.einsum("nkv,nk->nv", values[:, 1:], others[person, 1:, m])
        for v in range(width):
            with_others[v::width, m] = np.bincount(item, shared[:, v], n_items)
    cross = _scattered_pairs(answers, item, person, values)
    return ScoreSums(cross, squared_means, with_others)


def _scattered_pairs(
    answers: Answers, item: IntArray, person: IntArray, values: FloatArray
) -> FloatArray:
    width = values.shape[2]
    size = answers.n_items * width
    by_person = np.argsort(person, kind="stable")
    item = item[by_person]
    counts = np.bincount(person, minlength=answers.n_persons)
    first = np.concatenate([[0], np.cumsum(counts)])
    total = np.zeros((size + 1) * (size + 1))
    # Persons with similar numbers of answers go together; shorter ones are padded to a spare
    # column.
    queue = np.argsort(counts, kind="stable")
    queue = queue[counts[queue] > 0]
    at = 0
    while at < len(queue):
        longest = int(counts[queue[min(at + 2000, len(queue)) - 1]])
        batch = max(1, min(2000, CHUNK_ENTRIES // (longest * width) ** 2))
        members = queue[at : at + batch]
        at += len(members)
        longest = int(counts[members[-1]])
        place = np.arange(longest)[None, :]
        present = place < counts[members][:, None]
        rows = np.where(present, first[members][:, None] + place, 0)
        own = values[by_person[rows], 1:] * present[:, :, None, None]
        flat = own.transpose(0, 1, 3, 2).reshape(len(members), longest * width, -1)
        index = item[rows][:, :, None] * width + np.arange(width)
        index = np.where(present[:, :, None], index, size).reshape(len(members), -1)
        outer = flat @ flat.transpose(0, 2, 1)
        target = index[:, :, None] * (size + 1) + index[:, None, :]
        total += np.bincount(target.ravel(), outer.ravel(), minlength=len(total))
    return total.reshape(size + 1, size + 1)[:size, :size]
