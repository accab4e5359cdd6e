"""Groups compared: worked figures, and nobody computed from what is shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import fairness
from scoring.fairness import (
    common_risk_difference,
    compare_decisions,
    compare_levels,
    equal_levels,
    hidden_groups,
    two_shares,
    welch,
    wilson,
)


@pytest.mark.parametrize(
    ("counts", "smallest", "hidden"),
    [
        # Nobody is small; nobody is there.
        ([30, 25, 0], 20, []),
        ([], 20, []),
        # Two small ones hide each other, as long as they are enough together.
        ([30, 12, 9], 20, [1, 2]),
        # One alone: the total minus the others would tell; the smallest of the others goes too.
        ([40, 30, 3], 20, [1, 2]),
        ([40, 40, 3], 20, [0, 2]),
        # Two that are few together take a third with them.
        ([50, 30, 4, 5], 20, [1, 2, 3]),
        # A group of nobody hides nobody.
        ([40, 0, 3, 30], 20, [2, 3]),
        # Nothing is left to hide: everything is hidden.
        ([100, 3], 20, [0, 1]),
        ([3], 20, [0]),
        ([25], 20, []),
        ([6, 4, 5], 5, [1, 2]),
    ],
)
def test_small_groups_and_those_that_would_tell_of_them_are_hidden(counts, smallest, hidden):
    found = hidden_groups(np.array(counts, dtype=np.int64), smallest)
    assert np.flatnonzero(found).tolist() == hidden


def test_no_setting_shows_fewer_than_five():
    with pytest.raises(ValueError, match="fewer than 5"):
        hidden_groups(np.array([9]), 4)


@given(st.lists(st.integers(0, 60), max_size=8), st.integers(5, 30))
def test_what_is_hidden_cannot_be_computed_from_the_total(counts, smallest):
    given_counts = np.array(counts, dtype=np.int64)
    hidden = hidden_groups(given_counts, smallest)
    shown = given_counts[~hidden]
    assert not ((shown > 0) & (shown < smallest)).any()
    rest = given_counts[hidden]
    if rest.size and (shown > 0).any():
        assert rest.size >= 2
        assert rest.sum() >= smallest


# Ten persons: system, assessor; the second group was placed lower.
SYSTEM = np.array([3, 4, 4, 5, 6, 2, 2, 3, 3, 5])
BLIND = np.array([3, 4, 3, 5, 6, 3, 3, 3, 5, 5])
BANDS = np.array([0, 1, 1, 1, 2, 2, 3])
GROUP = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])


def test_levels_by_hand():
    found = compare_levels(SYSTEM, BLIND, BANDS, [GROUP, np.zeros(10, dtype=int)], smallest=5)
    total = found.total
    assert (total.n, total.mean) == (10, pytest.approx(-0.3))
    first, second = found.variables[0]
    # Differences 0 0 1 0 0: mean .2, sd √.2, t(4) at .975 = 2.776.
    assert first.figures.mean == pytest.approx(0.2)
    assert first.figures.se == pytest.approx(0.2)
    assert first.figures.high == pytest.approx(0.2 + 2.776445 * 0.2)
    # −1 −1 0 −2 0: mean −.8, sd √.7.
    told = second.figures
    assert (told.mean, told.se) == (pytest.approx(-0.8), pytest.approx((0.7 / 5) ** 0.5))
    assert (told.exact, told.adjacent, told.lower, told.higher) == (0.4, 0.8, 0.6, 0.0)
    # Bands 1 1 1 1 2 of the system, 1 1 1 2 2 of the assessor.
    assert told.same_band == 0.8
    # Means 3 and 3.8, population variances 1.2 and 0.96.
    assert told.standardised == pytest.approx(-0.8 / ((1.2 + 0.96) / 2) ** 0.5)
    # Against the rest: −1.0, Welch: se √(.04 + .14), df .18² / (.04²/4 + .14²/4) = 6.113.
    contrast = second.contrast
    assert contrast.difference == pytest.approx(-1.0)
    assert contrast.p == pytest.approx(0.0559, abs=5e-4)
    assert contrast.low == pytest.approx(-1.0 - 2.4365 * 0.18**0.5, abs=1e-3)
    # Two equal p values: the adjusted ones stay what they are.
    assert contrast.p_adjusted == pytest.approx(contrast.p)
    assert not contrast.is_pointed_out
    # Where everybody is of one group there is nobody to compare with.
    (alone,) = found.variables[1]
    assert (alone.contrast, alone.figures.n) == (None, 10)


def test_hidden_groups_tell_nothing_and_too_few_altogether_have_no_total():
    few = np.array([0] * 5 + [1] * 3 + [2] * 2)
    found = compare_levels(SYSTEM, BLIND, BANDS, [few], smallest=5)
    assert [row.figures is None for row in found.variables[0]] == [False, True, True]
    assert [row.contrast is None for row in found.variables[0]] == [False, True, True]
    nobody = compare_levels(SYSTEM[:4], BLIND[:4], BANDS, [GROUP[:4]], smallest=5)
    assert nobody.total is None
    assert nobody.variables[0][0].figures is None
    empty = np.array([], dtype=np.int64)
    assert compare_levels(empty, empty, BANDS, [empty], smallest=5).variables == ((),)


def test_the_more_groups_are_looked_at_the_less_a_small_p_says():
    rng = np.random.default_rng(1)
    blind = rng.integers(2, 5, 400)
    group = np.repeat([0, 1], 200)
    system = blind + rng.integers(-1, 2, 400) - (group == 1)
    noise = [rng.integers(0, 4, 400) for _variable in range(9)]
    found = compare_levels(system, blind, np.arange(7), [group, *noise], smallest=20)
    shifted = found.variables[0][1].contrast
    assert shifted.is_pointed_out
    assert shifted.p_adjusted > shifted.p
    assert not any(row.contrast.is_pointed_out for rows in found.variables[1:] for row in rows)


def test_shares_by_published_figures():
    # Newcombe (1998), table II: 56/70 against 48/80, method 10.
    found = two_shares(56, 70, 48, 80)
    assert found.difference == pytest.approx(0.2)
    assert (found.low, found.high) == (
        pytest.approx(0.0524, abs=5e-5),
        pytest.approx(0.3339, abs=5e-5),
    )
    # Newcombe (1998), one sample: 81 of 263, Wilson.
    assert wilson(81, 263) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    # Fisher's tea: three of four cups right.
    assert two_shares(3, 4, 1, 4).p == pytest.approx(34 / 70)
    assert two_shares(4, 4, 5, 5) is None
    assert two_shares(0, 4, 0, 5) is None


def test_decisions_and_outcomes_by_hand():
    kept = np.array([1, 1, 1, 1, 0, 1, 0, 0, 1, 1], dtype=bool)
    into = ~kept & (np.arange(10) < 7)
    out_of = ~kept & ~into
    found = compare_decisions(kept, into, out_of, [GROUP], smallest=5)
    second = found.variables[0][1].figures
    assert (second.kept, second.into, second.out_of) == (0.6, 0.2, 0.2)
    assert found.variables[0][1].contrast.difference == pytest.approx(-0.2)
    alike = equal_levels(kept, np.zeros(10, dtype=int), [GROUP], smallest=5)
    row = alike.variables[0][1]
    assert row.figures.share == 0.6
    # One stratum: Mantel and Haenszel's difference is the plain one.
    assert row.contrast.difference == pytest.approx(-0.2)


def test_persons_are_compared_with_those_who_are_alike():
    # Both groups reach it alike at each level (.2 below, .8 above), but one is mostly above.
    group = np.array([True] * 10 + [True] * 30 + [False] * 30 + [False] * 10)
    stratum = np.array([0] * 10 + [1] * 30 + [0] * 30 + [1] * 10)
    reached = np.concatenate(
        [np.arange(n) < k for n, k in ((10, 2), (30, 24), (30, 6), (10, 8))]
    )
    assert reached[group].mean() - reached[~group].mean() == pytest.approx(0.3)
    found = common_risk_difference(reached, group, stratum)
    assert found.difference == pytest.approx(0.0)
    assert found.p == pytest.approx(1.0)
    # Sato (1989) by hand: weights 7.5 each, Q = 8·(…): variance ΣQ / Σw².
    q = (2 * 24 + 6 * 8) / (2 * 40) + (24 * 2 + 8 * 6) / (2 * 40)
    assert found.high == pytest.approx(1.959964 * (q / 15**2) ** 0.5)
    assert common_risk_difference(reached, stratum == 1, stratum) is None
    assert common_risk_difference(np.ones(80, dtype=bool), group, stratum) is None


def test_nothing_that_varies_gives_no_difference():
    flat = np.zeros(6)
    assert welch(flat, flat) is None
    assert welch(np.array([1.0]), flat) is None
    assert fairness.wilson(0, 5)[0] == 0.0
