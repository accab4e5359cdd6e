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


def test_no_variation_has_no_kappa() -> None:
    found = agreement(np.array([2, 2]), np.array([2, 2]))
    assert np.isnan(found.kappa)
    assert np.isnan(found.standardised_difference)
    assert found.exact == 1.0


def test_every_pair_of_ratings_once() -> None:
    script = np.array([0, 0, 0, 1, 1, 0])
    criterion = np.array([0, 0, 0, 0, 0, 1])
    pairs = rating_pairs(script, criterion)
    assert sorted(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == [
        (0, 1), (0, 2), (1, 2), (3, 4),
    ]  # fmt: skip


def test_empty_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one pair"):
        agreement(np.zeros(0, int), np.zeros(0, int))
    with pytest.raises(ValueError, match="equal length"):
        agreement(np.zeros(2, int), np.zeros(1, int))
