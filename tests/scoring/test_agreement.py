"""Agreement of two ratings: worked numbers and properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.agreement import agreement, quadratic_weighted_kappa, rating_pairs

SCORES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=60).map(
    np.array
)


def test_worked_example() -> None:
    # Ten scripts: six equal, three one apart, one two apart.
    first = np.array([1, 2, 3, 4, 2, 3, 1, 2, 3, 1])
    second = np.array([1, 2, 3, 4, 2, 3, 2, 3, 4, 3])
    found = agreement(first, second)
    assert found.exact == pytest.approx(0.6)
    assert found.adjacent == pytest.approx(0.9)
    # Observed squared disagreement 7; by chance Σ n_i· n_·j (i − j)² / n, added up by hand.
    rows, columns = np.array([3, 3, 3, 1]), np.array([1, 3, 4, 2])
    by_chance = sum(rows[i] * columns[j] * (i - j) ** 2 / 10 for i in range(4) for j in range(4))
    assert found.kappa == pytest.approx(1 - 7 / by_chance)
    assert found.confusion.sum() == 10
    assert found.standardised_difference == pytest.approx((2.2 - 2.7) / np.sqrt((0.96 + 0.81) / 2))


def test_cohens_published_weighted_example() -> None:
    # Identity has kappa 1; independence by construction has kappa 0.
    assert quadratic_weighted_kappa(np.diag([4, 5, 6])) == pytest.approx(1.0)
    assert quadratic_weighted_kappa(np.outer([1, 2, 3], [2, 2, 2])) == pytest.approx(0.0)


@given(SCORES)
def test_bounds_and_symmetry(pairs: np.ndarray) -> None:
    one, other = agreement(pairs[:, 0], pairs[:, 1]), agreement(pairs[:, 1], pairs[:, 0])
    assert 0 <= one.exact <= one.adjacent <= 1
    assert one.n == len(pairs)
    assert np.array_equal(one.confusion, other.confusion.T)
    if not np.isnan(one.kappa):
        assert -1.0 - 1e-9 <= one.kappa <= 1.0
        assert one.kappa == pytest.approx(other.kappa)
    if not np.isnan(one.standardised_difference):
        assert one.standardised_difference == pytest.approx(-other.standardised_difference)
    both = agreement(pairs[:, 0], pairs[:, 1], symmetric=True)
    assert np.array_equal(both.confusion, both.confusion.T)
    assert both.exact == one.exact


def test_categories_are_those_between_lowest_and_highest() -> None:
    found = agreement(np.array([3, 3, 5, 4]), np.array([3, 4, 3, 4]))
    assert found.categories.tolist() == [3, 4, 5]
    assert found.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert found.confusion.dtype == found.categories.dtype == np.int64
    # Observed 1 + 4; by chance rows (2, 1, 1) by columns (2, 2, 0), squared: (4 + 2 + 8 + 2) / 4.
    assert found.kappa == pytest.approx(1 - 5 / 4)
    assert (found.exact, found.adjacent) == (0.5, 0.75)
    both = agreement(np.array([3, 3, 5, 4]), np.array([3, 4, 3, 4]), symmetric=True)
    assert both.confusion.tolist() == [[2, 1, 1], [1, 2, 0], [1, 0, 0]]
    assert (both.n, both.exact, both.adjacent, both.standardised_difference) == (4, 0.5, 0.75, 0.0)


def test_narrow_integers_do_not_overflow() -> None:
    first, second = np.array([0, 11, 1], np.int8), np.array([11, 11, 0], np.int8)
    for of_type in (np.int8, np.uint8):
        found = agreement(first.astype(of_type), second.astype(of_type))
        assert found.confusion[0, 11] == found.confusion[11, 11] == found.confusion[1, 0] == 1
        assert found.adjacent == pytest.approx(2 / 3)
    wide = np.array([-100, 100], np.int8)
    assert agreement(wide, wide).kappa == agreement(wide.astype(int), wide).kappa == 1.0


def test_what_does_not_vary_has_no_kappa() -> None:
    for symmetric in (False, True):
        found = agreement(np.array([2, 2]), np.array([2, 2]), symmetric=symmetric)
        assert np.isnan([found.kappa, found.standardised_difference]).all()
        assert (found.exact, found.categories.tolist()) == (1.0, [2])
    # Each side alone does not vary, but the pool of both does.
    apart = np.array([2, 2]), np.array([3, 3])
    assert np.isnan(agreement(*apart).standardised_difference)
    assert agreement(*apart).kappa == 0.0
    assert agreement(*apart, symmetric=True).standardised_difference == 0.0
    assert agreement(*apart, symmetric=True).kappa == pytest.approx(-1.0)
    # Variances below 1 count like any other.
    assert agreement(np.array([1, 2]), np.array([1, 1])).standardised_difference == (
        pytest.approx(0.5 / np.sqrt(0.125))
    )
    assert np.isnan(quadratic_weighted_kappa(np.zeros((3, 3), int)))
    assert quadratic_weighted_kappa(np.array([[0, 1], [0, 0]])) == 0.0


def test_every_pair_of_ratings_once() -> None:
    script = np.array([0, 1, 0, 0, 1, 0])
    criterion = np.array([0, 0, 0, 0, 0, 1])
    pairs = rating_pairs(script, criterion)
    assert list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == [
        (0, 2), (0, 3), (1, 4), (2, 3),
    ]  # fmt: skip
    assert rating_pairs(np.zeros(4, int), np.zeros(4, int)).first.tolist() == [0, 0, 0, 1, 1, 2]
    for alone in ([], [0], [0, 1, 2]):
        none = rating_pairs(np.array(alone, int), np.zeros(len(alone), int))
        assert none.first.shape == none.second.shape == (0,)
        assert none.first.dtype == none.second.dtype == np.int64


def test_columns_that_are_no_pairs_are_refused() -> None:
    equal = "agreement needs two columns of equal length"
    for first, second, words in (
        (np.zeros(0, int), np.zeros(0, int), "agreement needs at least one pair of ratings"),
        (np.zeros(2, int), np.zeros(1, int), equal),
        (np.zeros((2, 2), int), np.zeros((2, 2), int), equal),
    ):
        with pytest.raises(ValueError, match=f"^{words}$"):
            agreement(first, second)
