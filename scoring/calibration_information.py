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
DEGREES = (3, 6, 12)
LEFT_OUT = 0.003
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
class PersonScores:
    """Posterior expansions of every answer's score: (answers, degree + 1, width), in `order` of
    cells."""

    order: IntArray
    values: FloatArray


def person_scores(
    answers: Answers, cells: Cells, score: FloatArray, polynomials: FloatArray
) -> PersonScores:
    """Every answer's score projected on its person's polynomials.

    score : (cells, Q, width). polynomials : as from `posterior_polynomials`.
    """
    cell = cells.first[answers.item] + answers.score
    order = np.argsort(cell, kind="stable")
    n_persons, n_kept, n_nodes = polynomials.shape
    width = score.shape[2]
    values = np.empty((len(order), n_kept, width))
    if len(order) * 4 > n_persons * cells.count:
        # Most cells are wanted anyhow: one matrix product a polynomial, then pick.
        flat = np.ascontiguousarray(score.transpose(1, 0, 2)).reshape(n_nodes, -1)
        pick = answers.person[order] * cells.count + cell[order]
        for k in range(n_kept):
            everything = np.ascontiguousarray(polynomials[:, k]) @ flat
            values[:, k] = everything.reshape(-1, width)[pick]
        return PersonScores(order, values)
    bounds = np.searchsorted(cell[order], np.arange(cells.count + 1))
    for which in range(cells.count):
        here = slice(int(bounds[which]), int(bounds[which + 1]))
        persons = answers.person[order[here]]
        if len(persons):
            rows = polynomials[persons].reshape(-1, n_nodes)
            values[here] = (rows @ score[which]).reshape(len(persons), n_kept, width)
    return PersonScores(order, values)


def item_covariance(
    answers: Answers,
    scores: PersonScores,
    expected: FloatArray,
    score: FloatArray,
    cell_item: IntArray,
) -> FloatArray:
    """(I, width, width) exact within-person covariance of the scores of each item."""
    second = np.einsum("cq,cqv,cqw->cvw", expected, score, score, optimize=True)
    width = score.shape[2]
    item = answers.item[scores.order]
    mean = scores.values[:, 0]
    result = np.empty((answers.n_items, width, width))
    for v in range(width):
        for w in range(width):
            result[:, v, w] = np.bincount(cell_item, second[:, v, w], answers.n_items)
            result[:, v, w] -= np.bincount(item, mean[:, v] * mean[:, w], answers.n_items)
    return result


def cross_covariance(answers: Answers, scores: PersonScores, *, dense: bool) -> FloatArray:
    """(I · width, I · width) sum over persons of the covariances of all their scores, by expansion.

    The blocks on the diagonal are included (and less exact than `item_covariance`). `dense`
    multiplies person × parameter tables, the fast way when most cells are filled; otherwise pairs
    are scattered.
    """
    width = scores.values.shape[2]
    size = answers.n_items * width
    if dense:
        return _dense_cross(answers, scores, size, width)
    return _sparse_cross(answers, scores, size, width)


def _dense_cross(answers: Answers, scores: PersonScores, size: int, width: int) -> FloatArray:
    person, item = answers.person[scores.order], answers.item[scores.order]
    total = np.zeros((size, size))
    for k in range(1, scores.values.shape[1]):
        table = np.zeros((answers.n_persons, answers.n_items, width))
        table[person, item] = scores.values[:, k]
        flat = table.reshape(answers.n_persons, size)
        total += flat.T @ flat
    return total


def _sparse_cross(answers: Answers, scores: PersonScores, size: int, width: int) -> FloatArray:
    by_person = np.argsort(answers.person[scores.order], kind="stable")
    person = answers.person[scores.order][by_person]
    item = answers.item[scores.order][by_person]
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
        rows = by_person[np.where(present, first[members][:, None] + place, 0)]
        values = scores.values[rows, 1:] * present[:, :, None, None]
        flat = values.transpose(0, 1, 3, 2).reshape(len(members), longest * width, -1)
        column = item[np.where(present, first[members][:, None] + place, 0)]
        index = column[:, :, None] * width + np.arange(width)
        index = np.where(present[:, :, None], index, size).reshape(len(members), -1)
        outer = flat @ flat.transpose(0, 2, 1)
        target = index[:, :, None] * (size + 1) + index[:, None, :]
        total += np.bincount(target.ravel(), outer.ravel(), minlength=len(total))
    return total.reshape(size + 1, size + 1)[:size, :size]
