"""Cuts from judgements: exact panels, textbook arithmetic, recovery of a shifted scale,
refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.irt import Item, Model, probabilities, stack
from scoring.standard_setting import (
    NoCut,
    agreement_with_levels,
    angoff,
    bookmark,
    borderline_group,
    contrasting_groups,
    cuts_from_levels,
    panel_agreement,
    response_location,
)

ITEMS = stack(
    [
        *(
            Item(str(k), Model.THREE_PL, a=1.1, b=float(b), c=0.25)
            for k, b in enumerate(np.linspace(-2, 2, 15))
        ),
        Item("g", Model.GPCM, a=0.9, steps=(-0.5, 0.6)),
    ]
)


def expected(theta: float) -> np.ndarray:
    return np.arange(3) @ probabilities(ITEMS, [theta])[:, :, 0].T


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-2.5, 2.5), min_size=2, max_size=8))
def test_angoff_recovers_what_the_judges_had_in_mind(minds: list[float]) -> None:
    cut = angoff(np.array([expected(theta) for theta in minds]), ITEMS)
    assert cut.by_judge == pytest.approx(minds, abs=1e-6)
    assert cut.theta == pytest.approx(np.mean(minds), abs=1e-6)
    assert cut.se == pytest.approx(np.std(minds, ddof=1) / np.sqrt(len(minds)), abs=1e-6)


def test_angoff_with_items_left_out_and_refusals() -> None:
    judged = np.array([expected(0.3), expected(0.5)])
    judged[0, 3:6] = np.nan
    assert angoff(judged, ITEMS).by_judge == pytest.approx([0.3, 0.5], abs=1e-6)
    with pytest.raises(NoCut, match="no ability"):
        angoff(np.full((2, 16), 0.1), ITEMS)
    with pytest.raises(NoCut, match="outside"):
        angoff(np.full((2, 16), 1.5), ITEMS)
    with pytest.raises(NoCut, match="two judges"):
        angoff(judged[:1], ITEMS)


def test_bookmark() -> None:
    items = ITEMS.take(np.arange(15))
    place = np.sort(response_location(items))
    # Two thirds of the way from guessing to certainty.
    p = probabilities(items, [place[0]])[0, 1, 0]
    assert (p - 0.25) / 0.75 == pytest.approx(2 / 3)
    cut = bookmark(np.array([5, 6, 7]), items)
    assert cut.theta == pytest.approx(((place[4:7] + place[5:8]) / 2).mean())
    with pytest.raises(NoCut, match="between 1 and 14"):
        bookmark(np.array([0, 5]), items)
    with pytest.raises(NoCut, match="two scores"):
        bookmark(np.array([1, 2]), ITEMS)


def test_borderline_and_contrasting_groups() -> None:
    rng = np.random.default_rng(1)
    border = borderline_group(rng.normal(0.4, 0.6, 200))
    assert abs(border.theta - 0.4) < 4 * border.se
    cuts = [
        contrasting_groups(rng.normal(-0.5, 1, 60), rng.normal(1.3, 1, 120)) for _ in range(200)
    ]
    # Equal spreads: the cut is midway, whatever the sizes of the groups.
    assert np.mean([c.theta for c in cuts]) == pytest.approx(0.4, abs=0.03)
    assert np.std([c.theta for c in cuts]) == pytest.approx(np.mean([c.se for c in cuts]), rel=0.2)
    with pytest.raises(NoCut, match="overlap"):
        contrasting_groups(np.arange(5) - 10.0, np.arange(5) + 10.0)
    with pytest.raises(NoCut, match="not lower"):
        contrasting_groups(rng.normal(1, 1, 50), rng.normal(0, 1, 50))


def blind(
    seed: int, n: int, shift: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Levels given blind on a scale whose cuts really lie `shift` higher than believed."""
    rng = np.random.default_rng(seed)
    earlier = np.linspace(-4.0, 4.0, 11)
    truth = earlier + shift
    theta = rng.normal(-1.2, 1.8, n)
    se = np.full(n, 0.4)
    measured = theta + rng.normal(0, 0.4, n)
    level = (theta[:, None] + rng.normal(0, 0.5, (n, 1)) > truth).sum(axis=1)
    covariance = np.diag(np.full(11, 0.15**2)) + 0.5**2
    return measured, se, level, earlier, covariance


def test_blind_levels_mend_the_shift_of_a_young_scale() -> None:
    measured, se, level, earlier, covariance = blind(3, 300, 0.5)
    found = cuts_from_levels(measured, se, level, earlier, covariance)
    assert (np.diff(found.cuts) > 0).all()
    # About .07 sub-level (.8 logits) after 300 levels, and never worse than its own error says.
    assert abs((found.cuts - earlier).mean() - 0.5) < 0.15
    errors = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.cuts - earlier - 0.5) < 4 * errors).all()
    assert (errors < 0.3).all()
    assert found.assessor_sd == pytest.approx(0.5, abs=0.2)
    assert found.n == 300
    assert found.prior_weight[-1] > found.prior_weight[4]
    before = agreement_with_levels(measured, np.hypot(se, 0.5), level, earlier)
    after = agreement_with_levels(measured, np.hypot(se, 0.5), level, found.cuts)
    assert np.abs(after[2:6]).max() < np.abs(before[2:6]).max()


@pytest.mark.audit
def test_standardised_errors_of_cuts_from_levels() -> None:
    z = []
    for seed in range(150):
        found = cuts_from_levels(*blind(100 + seed, 300, 0.4))
        earlier = np.linspace(-4.0, 4.0, 11)
        z.append((found.cuts - earlier - 0.4)[2:7] / np.sqrt(np.diag(found.covariance))[2:7])
    flat = np.concatenate(z)
    assert abs(flat.mean()) < 0.35
    assert flat.std() < 1.15


def test_refusals_and_interval() -> None:
    measured, se, level, earlier, covariance = blind(5, 40, 0.0)
    with pytest.raises(NoCut, match="ten"):
        cuts_from_levels(measured[:5], se[:5], level[:5], earlier, covariance)
    with pytest.raises(NoCut, match="standard"):
        cuts_from_levels(measured, se, level + 12, earlier, covariance)
    mean, half = panel_agreement(np.array([0.1, 0.3, 0.5]))
    assert mean == pytest.approx(0.3)
    assert half == pytest.approx(4.3027 * 0.2 / np.sqrt(3), abs=1e-3)
