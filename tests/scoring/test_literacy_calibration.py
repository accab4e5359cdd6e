"""Shares of confirmed classes: by hand on few persons, and honest on many."""

import numpy as np
import pytest

from scoring.literacy_calibration import (
    FEWEST_CONFIRMED,
    STRENGTHS,
    Stratum,
    TooFewConfirmed,
    calibrate,
    miss_rate,
)

# Two cells of the same proposed class 0, one of class 1.
PROPOSED = np.array([0, 0, 1])


def people(counts):
    cells, classes = [], []
    for cell, row in enumerate(counts):
        for own_class, n in enumerate(row):
            cells += [cell] * n
            classes += [own_class] * n
    return np.array(cells), np.array(classes)


def test_shares_are_drawn_to_cells_of_the_same_proposal_by_hand():
    cell, confirmed = people([[3, 1], [0, 0], [1, 5]])
    found = calibrate(cell, confirmed, PROPOSED, 2, fewest=10)
    m = found.strength
    assert m in STRENGTHS
    # Everybody: 4 and 6 of 10, half a person more in each. Class 0's cells: 3 and 1 of 4.
    everybody = np.array([4.5, 6.5]) / 11
    group = (np.array([3, 1]) + m * everybody) / (4 + m)
    assert found.prior[0] == pytest.approx(group)
    # A cell of nobody is what its like are.
    assert [one.share for one in found.shares(1)] == pytest.approx(group)
    own = (np.array([3, 1]) + m * group) / (4 + m)
    told = found.shares(0)
    assert [one.share for one in told] == pytest.approx(own)
    assert all(one.low < one.share < one.high for one in told)
    assert sum(one.share for one in told) == pytest.approx(1.0)


def test_scores_leave_each_person_out_by_hand():
    # One cell, two classes, 2 and 1 persons: everything is drawn to the same frequencies.
    cell, confirmed = people([[2, 1]])
    found = calibrate(cell, confirmed, np.array([0]), 2, fewest=3)
    m = found.strength
    # Without one of the two: 1 and 1; without the one: 2 and 0. Half a person more each: of 3.
    plain_two, plain_one = 0.5, 0.5 / 3
    assert found.plain_log_score == pytest.approx(-(2 * np.log(plain_two) + np.log(plain_one)) / 3)
    assert found.plain_brier == pytest.approx((2 * 2 * 0.25 + 2 * (1 - plain_one) ** 2) / 3)
    prior_one = m * plain_one / (2 + m)
    own_one = m * prior_one / (2 + m)
    assert found.log_score == pytest.approx(-(2 * np.log(0.5) + np.log(own_one)) / 3)
    # Who has nothing but frequencies to go by is told nothing new by the findings.
    assert not found.is_useful


def test_findings_that_tell_are_useful_and_calibrated():
    rng = np.random.default_rng(5)
    truth = np.array([[0.85, 0.15, 0.0], [0.6, 0.3, 0.1], [0.05, 0.9, 0.05], [0.0, 0.1, 0.9]])
    proposed = np.array([0, 0, 1, 2])
    cell = rng.integers(0, 4, 1200)
    confirmed = np.array([rng.choice(3, p=truth[one]) for one in cell])
    found = calibrate(cell, confirmed, proposed, 3)
    assert found.n == 1200
    assert found.is_useful
    for one in range(4):
        for share, true in zip(found.shares(one), truth[one], strict=True):
            assert share.share == pytest.approx(true, abs=0.06)
    assert sum(one.n for one in found.bins) == 1200
    assert all(one.low - 0.02 <= one.predicted <= one.high + 0.02 for one in found.bins)
    # The best that anybody could do, knowing the true shares.
    p = truth[cell, confirmed]
    assert found.log_score == pytest.approx(-np.log(p).mean(), abs=0.02)


def test_findings_that_tell_nothing_are_not_useful():
    rng = np.random.default_rng(6)
    cell = rng.integers(0, 3, 600)
    found = calibrate(cell, rng.integers(0, 2, 600), PROPOSED, 2)
    assert found.strength == max(STRENGTHS)
    assert found.plain_log_score == pytest.approx(found.log_score, abs=0.005)


def test_nothing_is_told_before_three_hundred():
    assert FEWEST_CONFIRMED == 300
    with pytest.raises(TooFewConfirmed, match="299 of 300"):
        calibrate(np.zeros(299, dtype=int), np.zeros(299, dtype=int), PROPOSED, 2)


@pytest.mark.parametrize(
    ("strata", "share"),
    [
        ([Stratum(0, 0, 0)], None),
        ([], None),
        # Nobody of the later ones was sent deeper: nothing is known of them.
        ([Stratum(300, 290, 3), Stratum(50, 0, 0)], None),
        ([Stratum(300, 300, 6)], 0.02),
        # One in ten of 1,000 later ones: 2 of 100 stand for 20.
        ([Stratum(300, 300, 0), Stratum(1000, 100, 2)], 1000 / 1300 * 0.02),
    ],
)
def test_a_lot_of_the_passers_stands_for_all_of_them(strata, share):
    found = miss_rate(strata)
    if share is None:
        assert found is None
        return
    assert found.share == pytest.approx(share)
    assert 0 <= found.low < share < found.high


def test_the_interval_of_one_stratum_is_wilsons():
    found = miss_rate([Stratum(263, 263, 81)])
    assert (found.low, found.high) == (
        pytest.approx(0.2553, abs=5e-5),
        pytest.approx(0.3662, abs=5e-5),
    )
