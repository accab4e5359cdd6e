"""Cuts from judgements: exact panels, textbook arithmetic, recovery of a shifted scale,
refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import norm

from scoring.irt import Item, Model, probabilities, stack
from scoring.standard_setting import (
    NoCut,
    agreement_with_levels,
    angoff,
    bookmark,
    borderline_group,
    common_part,
    contrasting_groups,
    cuts_from_levels,
    judged_together,
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
    found = angoff(judged, ITEMS)
    assert (found.sd, found.se) == pytest.approx((0.02**0.5, 0.1), abs=1e-6)
    # The chances of guessing add up to 15 · .25, the highest scores to 15 + 2.
    for scores, total in ((np.full(16, 0.2), "3.20"), (np.r_[np.ones(15), 2.0], "17.00")):
        with pytest.raises(
            NoCut, match=f"^judge 2 expects a total of {total}, which no ability reaches$"
        ):
            angoff(np.array([expected(0.3), scores]), ITEMS)
    assert angoff(np.array([expected(0.3)] * 2) + 1e-3, ITEMS).theta > 0.3
    for wrong in (-0.1, 1.5):
        with pytest.raises(NoCut, match=r"^a judged score is outside the scores of its item$"):
            angoff(np.full((2, 16), wrong), ITEMS)
    with pytest.raises(NoCut, match=r"^a standard error needs at least two judges$"):
        angoff(judged[:1], ITEMS)
    with pytest.raises(NoCut, match=r"^judge 1 judged nothing$"):
        angoff(np.array([np.full(16, np.nan), expected(0.5)]), ITEMS)


def test_bookmark() -> None:
    items = ITEMS.take(np.arange(15))
    place = np.sort(response_location(items))
    # Two thirds of the way from guessing to certainty.
    p = probabilities(items, [place[0]])[0, 1, 0]
    assert (p - 0.25) / 0.75 == pytest.approx(2 / 3)
    cut = bookmark(np.array([5, 6, 7]), items)
    assert cut.theta == pytest.approx(((place[4:7] + place[5:8]) / 2).mean())
    ends = bookmark(np.array([1, 14]), items)
    assert ends.by_judge == pytest.approx([place[:2].mean(), place[13:].mean()])
    even = bookmark(np.array([5, 6]), items, probability=0.5)
    # At one half the place of an item is its difficulty: −2, −1.714 …
    assert even.by_judge == pytest.approx([-2 + 4.5 * 2 / 7, -2 + 5.5 * 2 / 7])
    assert np.isnan(response_location(ITEMS)).tolist() == [False] * 15 + [True]
    for marks in ([0, 5], [5, 15], []):
        with pytest.raises(NoCut, match=r"^a bookmark lies between 1 and 14$"):
            bookmark(np.array(marks, dtype=int), items)
    with pytest.raises(NoCut, match=r"^a bookmark booklet holds items with two scores only$"):
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
    five = np.arange(5.0)
    # Apart, or touching in one point: the best slope would be endless.
    for above in (five + 10.0, five + 4.0):
        with pytest.raises(
            NoCut, match=r"^the groups do not overlap, so any cut between them is as good$"
        ):
            contrasting_groups(five, above)
    for above in (five - 10.0, five - 0.1, five):
        with pytest.raises(NoCut, match=r"^the group judged lower is not lower in ability$"):
            contrasting_groups(five, above)
    for groups in ((five[1:], five + 1), (five, five[1:] + 1)):
        with pytest.raises(NoCut, match=r"^contrasting groups need at least five people each$"):
            contrasting_groups(*groups)
    with pytest.raises(NoCut, match=r"^a borderline group needs at least two people$"):
        borderline_group(five[:1])


def test_borderline_group_by_hand() -> None:
    cut = borderline_group(np.array([0.0, 1.0, 5.0, 2.0]))
    assert cut.theta == 1.5
    assert cut.sd == pytest.approx((14 / 3) ** 0.5)
    assert cut.se == pytest.approx((np.pi / 2) ** 0.5 * (14 / 3) ** 0.5 / 2)
    assert cut.by_judge.tolist() == [0.0, 1.0, 5.0, 2.0]
    assert borderline_group(np.array([0.2, 0.4])).theta == pytest.approx(0.3)


def test_contrasting_groups_by_another_route() -> None:
    below = np.array([-2.0, -1.1, -0.3, 0.4, 1.9, -0.8])
    above = np.array([-0.6, 0.2, 0.9, 1.4, 2.5, 3.1, 0.1, 1.2, 0.5])
    found = contrasting_groups(below, above)
    theta = np.concatenate([below, above])
    group = np.repeat([-1.0, 1.0], [6, 9])
    weight = np.repeat([15 / 12, 15 / 18], [6, 9])

    def loss(beta: np.ndarray) -> float:
        return float((weight * np.log1p(np.exp(-group * (beta[0] + beta[1] * theta)))).sum())

    beta = minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9}).x
    assert 0 < beta[1] < 1
    assert found.theta == pytest.approx(-beta[0] / beta[1], abs=1e-5)
    assert found.sd == pytest.approx(theta.std(ddof=1))
    assert found.by_judge.tolist() == theta.tolist()
    # The influence of each person on the cut, groups of fixed size.
    line = beta[0] + beta[1] * theta
    p = 1 / (1 + np.exp(-line))
    x = np.column_stack([np.ones(15), theta])
    information = (x * (weight * p * (1 - p))[:, None]).T @ x
    own = x * (weight * ((group > 0) - p))[:, None]
    own[:6] -= own[:6].mean(axis=0)
    own[6:] -= own[6:].mean(axis=0)
    influence = np.linalg.solve(information, own.T).T @ [-1 / beta[1], beta[0] / beta[1] ** 2]
    assert found.se == pytest.approx(np.sqrt((influence**2).sum()), rel=1e-4)


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


def test_cuts_from_levels_are_the_mode_and_its_curvature() -> None:
    rng = np.random.default_rng(8)
    earlier = np.array([-1.0, 0.2, 1.4])
    theta, se = rng.normal(0.3, 1.2, 80), rng.uniform(0.2, 0.5, 80)
    level = (theta[:, None] + rng.normal(0, 0.6, (80, 1)) > earlier + 0.3).sum(axis=1)
    covariance = np.diag([0.2, 0.1, 0.15]) ** 2 + 0.3**2
    found = cuts_from_levels(theta, se, level, earlier, covariance)
    assert (found.n, found.n_by_level.tolist()) == (80, np.bincount(level, minlength=4).tolist())
    precision = np.linalg.inv(covariance)

    def loss(at: np.ndarray) -> float:
        cuts, sd = at[:3], np.exp(at[3])
        above = norm.sf(np.array([-np.inf, *cuts, np.inf])[:, None], theta, np.hypot(sd, se))
        chance = (above[:-1] - above[1:])[level, np.arange(80)]
        prior = norm.logpdf(at[3], np.log(0.7), 0.7)
        off = cuts - earlier
        return float(0.5 * off @ precision @ off - prior - np.log(chance).sum())

    # Looked for among the cuts themselves, by a method that needs no derivatives.
    best = minimize(
        loss, [*earlier, np.log(0.7)], method="Nelder-Mead",
        options={"xatol": 1e-6, "fatol": 1e-10, "maxiter": 4000},
    ).x  # fmt: skip
    assert found.cuts == pytest.approx(best[:3], abs=2e-3)
    assert found.assessor_sd == pytest.approx(np.exp(best[3]), abs=2e-3)
    h = 1e-3 * np.eye(4)
    curvature = [
        [
            (loss(best + a + b) - loss(best + a - b) - loss(best - a + b) + loss(best - a - b))
            / 4e-6
            for a in h
        ]
        for b in h
    ]
    expected = np.linalg.inv(curvature)[:3, :3]
    assert found.covariance == pytest.approx(expected, abs=2e-4)
    assert found.covariance == pytest.approx(found.covariance.T, abs=0)
    weight = np.diag(precision) / np.diag(np.linalg.inv(expected))
    assert found.prior_weight == pytest.approx(weight, abs=0.02)


def test_cuts_that_nobody_was_near_keep_the_earlier_standard() -> None:
    earlier = np.linspace(-4.0, 4.0, 11)
    covariance = np.diag(np.full(11, 0.15**2))
    # Ten people, the fewest, all at the highest level; one of them a hundred logits below it.
    theta = np.full(10, 4.5)
    theta[0] = -100.0
    level = np.full(10, 11)
    found = cuts_from_levels(theta, np.full(10, 0.3), level, earlier, covariance)
    assert found.n_by_level.tolist() == [0] * 11 + [10]
    assert found.cuts[:8] == pytest.approx(earlier[:8], abs=0.02)
    assert found.prior_weight[:8] == pytest.approx(1.0, abs=0.02)
    assert (found.prior_weight <= 1.0).all()
    assert np.diag(found.covariance)[:8] == pytest.approx(0.15**2, rel=0.02)


def test_agreement_with_levels_by_hand() -> None:
    theta, level = np.array([0.0, 1.0, 2.0]), np.array([0, 1, 2])
    found = agreement_with_levels(theta, np.ones(3), level, np.array([0.0, 1.5]))
    p = norm.cdf(theta)
    assert found[0] == pytest.approx((2 - p.sum()) / np.sqrt((p * (1 - p)).sum()))
    p = norm.cdf(theta - 1.5)
    assert found[1] == pytest.approx((1 - p.sum()) / np.sqrt((p * (1 - p)).sum()))
    sure = agreement_with_levels(theta, np.full(3, 1e-3), level, np.array([0.5]))
    assert sure.tolist() == [0.0]


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
    with pytest.raises(NoCut, match=r"^cuts from levels need at least ten of them$"):
        cuts_from_levels(measured[:9], se[:9], level[:9], earlier, covariance)
    for wrong in (np.where(level == 0, -1, level) - 1, level + 12):
        with pytest.raises(NoCut, match=r"^a level is not in the standard$"):
            cuts_from_levels(measured, se, wrong, earlier, covariance)
    with pytest.raises(NoCut, match=r"^an interval needs at least two judges$"):
        panel_agreement(np.array([0.3]))
    assert panel_agreement(np.array([0.1, 0.3]))[1] == pytest.approx(12.706 * 0.1, abs=1e-3)
    mean, half = panel_agreement(np.array([0.1, 0.3, 0.5]))
    assert mean == pytest.approx(0.3)
    assert half == pytest.approx(4.3027 * 0.2 / np.sqrt(3), abs=1e-3)


def test_cuts_of_one_panel_go_along() -> None:
    minds = np.array([[-1.0, 0.5, 2.0], [-0.6, 1.0, 2.0], [-0.9, 0.8, 2.0], [np.nan, 3.0, 2.0]])
    se = np.array([0.2, 0.3, 0.1])
    found = judged_together(minds, se)
    r = np.corrcoef(minds[:3, :2].T)[0, 1]
    # The fourth judge did not judge all; nobody differs at the third cut.
    assert found == pytest.approx(
        np.array([[0.04, r * 0.06, 0], [r * 0.06, 0.09, 0], [0, 0, 0.01]])
    )
    assert judged_together(minds[1:], se) == pytest.approx(np.diag(se**2))
    assert judged_together(minds[:, :1], se[:1]) == pytest.approx(np.array([[0.04]]))
    own, shared = common_part(found)
    assert own**2 + shared**2 == pytest.approx(se**2)
    assert shared == pytest.approx(se * np.sqrt(r / 3))
    # Errors that run against each other have nothing in common.
    apart = np.array([[0.04, -0.05], [-0.05, 0.09]])
    assert np.concatenate(common_part(apart)).tolist() == pytest.approx([0.2, 0.3, 0, 0])
    assert np.concatenate(common_part(np.zeros((2, 2)))).tolist() == [0, 0, 0, 0]
    assert np.concatenate(common_part(np.array([[0.04]]))).tolist() == pytest.approx([0.2, 0])
