"""Who scored what, without a person × item table where most cells are empty.

Answers are index arrays. For estimation they become either a compressed sparse indicator (one entry
an answer) or, where at least a quarter of the cells are filled, a dense table that a matrix product
can use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DENSE_SHARE = 0.25
DENSE_BYTES = 400_000_000


@dataclass(frozen=True, eq=False)
class Answers:
    """Scores of persons on items, at most one a pair.

    person, item : (n,) indices; score : (n,) integers ≥ 0. Persons and items without an answer are
        allowed.
    """

    person: IntArray
    item: IntArray
    score: IntArray
    n_persons: int
    n_items: int

    def __post_init__(self) -> None:
        if not len(self.person) == len(self.item) == len(self.score):
            raise ValueError("person, item and score need the same length")
        if len(self.score) and int(self.score.min()) < 0:
            raise ValueError("scores are 0 or more")

    @staticmethod
    def from_table(table: ArrayLike) -> Answers:
        """Answers of a (persons, items) table; NaN or a negative number means not presented.

        Raises
        ------
        ValueError : a score that is not a whole number.
        """
        values = np.asarray(table, dtype=np.float64)
        given = values >= 0
        person, item = np.nonzero(given)
        score = values[given]
        if (score != np.round(score)).any():
            raise ValueError("scores are whole numbers")
        return Answers(person, item, score.astype(np.int64), *values.shape)

    @property
    def answers_per_item(self) -> IntArray:
        """(n_items,) number of answers."""
        return np.bincount(self.item, minlength=self.n_items)

    def highest_score(self) -> IntArray:
        """(n_items,) highest score given; 0 for items without an answer."""
        highest = np.zeros(self.n_items, dtype=np.int64)
        np.maximum.at(highest, self.item, self.score)
        return highest

    def only(self, items: IntArray) -> Answers:
        """The answers to the given items, renumbered in that order; persons keep their numbers."""
        number = np.full(self.n_items, -1, dtype=np.int64)
        number[items] = np.arange(len(items))
        kept = number[self.item] >= 0
        return Answers(
            self.person[kept],
            number[self.item[kept]],
            self.score[kept],
            self.n_persons,
            len(items),
        )


class Indicator(Protocol):
    """Linear maps between cells (item × category) and persons."""

    def log_likelihood(self, log_cells: FloatArray) -> FloatArray:
        """(persons, Q): sum of (cells, Q) over the cells that each person's answers fall in."""

    def expected(self, posterior: FloatArray) -> FloatArray:
        """(cells, Q): sum of (persons, Q) over the persons whose answers fall in each cell."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Numbering of the (item, category) cells; item i owns first[i] … first[i + 1] − 1."""

    first: IntArray

    @staticmethod
    def of(n_steps: IntArray) -> Cells:
        return Cells(np.concatenate([[0], np.cumsum(n_steps + 1)]).astype(np.int64))

    @property
    def count(self) -> int:
        return int(self.first[-1])

    def mask(self, most_steps: int) -> NDArray[np.bool_]:
        """(I, most_steps + 1) which entries of a padded table are cells, in cell order."""
        sizes = np.diff(self.first)
        return np.arange(most_steps + 1)[None, :] < sizes[:, None]


class SparseIndicator:
    """One entry an answer."""

    def __init__(self, answers: Answers, cells: Cells) -> None:
        cell = cells.first[answers.item] + answers.score
        self._rows = sparse.csr_matrix(
            (np.ones(len(cell)), (answers.person, cell)), shape=(answers.n_persons, cells.count)
        )
        self._columns = self._rows.T.tocsr()

    def log_likelihood(self, log_cells: FloatArray) -> FloatArray:
        return np.asarray(self._rows @ log_cells)

    def expected(self, posterior: FloatArray) -> FloatArray:
        return np.asarray(self._columns @ posterior)


class DenseIndicator:
    """A table of scores above 0, and one of what was presented unless everything was.

    Category 0 is reached by subtraction, so a complete dichotomous table needs a single matrix
    product.
    """

    def __init__(self, answers: Answers, cells: Cells) -> None:
        self._first = cells.first[:-1]
        self._item = np.repeat(np.arange(answers.n_items), np.diff(cells.first) - 1)
        above = np.ones(cells.count, dtype=bool)
        above[self._first] = False
        self._above = np.flatnonzero(above)
        column = np.full(cells.count, -1, dtype=np.int64)
        column[self._above] = np.arange(len(self._above))
        self._scored = np.zeros((answers.n_persons, len(self._above)))
        right = answers.score > 0
        cell = cells.first[answers.item[right]] + answers.score[right]
        self._scored[answers.person[right], column[cell]] = 1.0
        self._presented: FloatArray | None = None
        if len(answers.score) < answers.n_persons * answers.n_items:
            self._presented = np.zeros((answers.n_persons, answers.n_items))
            self._presented[answers.person, answers.item] = 1.0
        self._cells = cells.count
        self._n_items = answers.n_items

    def log_likelihood(self, log_cells: FloatArray) -> FloatArray:
        lowest = log_cells[self._first]
        gain = log_cells[self._above] - lowest[self._item]
        result = self._scored @ gain
        if self._presented is None:
            result += lowest.sum(axis=0)
        else:
            result += self._presented @ lowest
        return np.asarray(result)

    def expected(self, posterior: FloatArray) -> FloatArray:
        result = np.empty((self._cells, posterior.shape[1]))
        above = self._scored.T @ posterior
        result[self._above] = above
        if self._presented is None:
            presented = np.broadcast_to(posterior.sum(axis=0), (self._n_items, posterior.shape[1]))
        else:
            presented = self._presented.T @ posterior
        lowest = presented.copy()
        np.subtract.at(lowest, self._item, above)
        result[self._first] = np.maximum(lowest, 0.0)
        return result


def indicator(answers: Answers, cells: Cells) -> Indicator:
    """The faster of the two forms for these answers."""
    table = answers.n_persons * cells.count
    filled = len(answers.score) / max(answers.n_persons * answers.n_items, 1)
    if filled >= DENSE_SHARE and table * 8 <= DENSE_BYTES:
        return DenseIndicator(answers, cells)
    return SparseIndicator(answers, cells)
