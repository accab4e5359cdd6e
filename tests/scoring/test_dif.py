"""Differential functioning: worked by hand, against other routes, and with differences planted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize
from scipy.special import expit

from scoring.answers import Answers
from scoring.dif import (
    DifClass,
    DifMethod,
    benjamini_hochberg,
    classify,
    dif,
    logistic_dif,
    mantel_haenszel,
)
from scoring.fit import Ability, without_task
from scoring.irt import Item, Model, stack
from tests.scoring.banks import draw, spread_items


def test_mantel_haenszel_textbook() -> None:
    # Two strata, worked by hand: Σ ad/n = 6·8/20 + 9·5/20 = 4.65, Σ bc/n = 4·2/20 + 1·5/20 = 0.65.
    strata = [((6, 4), (2, 8)), ((9, 1), (5, 5))]
    score, focal, stratum = [], [], []
    for s, ((a, b), (c, d)) in enumerate(strata):
        score += [1] * a + [0] * b + [1] * c + [0] * d
        focal += [False] * (a + b) + [True] * (c + d)
        stratum += [s] * 20
    effect, se, p = mantel_haenszel(np.array(score), np.array(focal), np.array(stratum))
    assert effect == pytest.approx(np.log(4.65 / 0.65))
    # (Σ (a − E))² / Σ var: a = 6, 9 against 4, 7; variances 10·10·8·12/(400·19),
    # 10·10·14·6/(400·19).
    variance = (10 * 10 * 8 * 12 + 10 * 10 * 14 * 6) / (400 * 19)
    assert p == pytest.approx(stats.chi2.sf(4**2 / variance, 1))
    # Robins, Breslow & Greenland: P = (a + d)/n is .7 and .7, Q = (b + c)/n .3 and .3, so that all
    # three terms are plain: .7/(2 R) + (.7 S + .3 R)/(2 R S) + .3/(2 S).
    by_hand = 0.7 / (2 * 4.65) + (0.7 * 0.65 + 0.3 * 4.65) / (2 * 4.65 * 0.65) + 0.3 / (2 * 0.65)
    assert se == pytest.approx(np.sqrt(by_hand))
    # A stratum with one group, or with one person, says nothing about groups.
    more = mantel_haenszel(
        np.array([*score, 1, 1, 0, 1]),
        np.array([*focal, True, True, True, False]),
        np.array([*stratum, 2, 2, 2, 4]),
    )
    assert more == pytest.approx((effect, se, p))


def test_mantel_haenszel_of_three_categories_by_hand() -> None:
    # One stratum, ten of each group, scores 0, 1, 2 in numbers: reference 2, 3, 5; focal 5, 3, 2.
    score = np.repeat([0, 1, 2, 0, 1, 2], [2, 3, 5, 5, 3, 2])
    focal = np.repeat([False, True], 10)
    effect, se, p = mantel_haenszel(score, focal, np.zeros(20, int))
    # At least 1: 8·5/20 and 2·5/20; at least 2: 5·8/20 and 5·2/20.
    assert effect == pytest.approx(np.log((2 + 2) / (0.5 + 0.5)))
    # Of one 2 × 2 table the variance is 1/a + 1/b + 1/c + 1/d, the same for both.
    assert se == pytest.approx(np.sqrt(1 / 8 + 1 / 2 + 1 / 5 + 1 / 5))
    # Mantel: the focal sum 7 against 10 · 20/20; 10·10·(20·34 − 20²)/(20²·19).
    assert p == pytest.approx(stats.chi2.sf(3**2 / (100 * (20 * 34 - 400) / (400 * 19)), 1))


def test_mantel_haenszel_without_an_odds_ratio() -> None:
    focal, one = np.repeat([False, True], 4), np.zeros(8, int)
    # Nobody of the focal group is wrong: no odds, but still a difference.
    effect, se, p = mantel_haenszel(np.array([0, 1, 0, 1, 1, 1, 1, 1]), focal, one)
    assert np.isnan([effect, se]).all()
    assert p == pytest.approx(stats.chi2.sf((4 - 3) ** 2 / (16 * (8 * 6 - 36) / (64 * 7)), 1))
    # Every stratum holds one group: nothing to compare.
    assert np.isnan(mantel_haenszel(np.array([0, 1, 0, 1, 1, 1, 1, 1]), focal, one + focal)).all()


def cumulative(score: np.ndarray, predictors: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Log-likelihood, estimates and their covariance by a general minimiser and differences."""
    top = int(score.max())

    def loss(free: np.ndarray) -> float:
        line = predictors @ free[top:]
        rows = [np.ones(len(score))] + [expit(free[k] + line) for k in range(top)]
        above = np.array([*rows, np.zeros(len(score))])
        return float(-np.log((above[:-1] - above[1:])[score, np.arange(len(score))]).sum())

    start = np.r_[np.linspace(1, -1, top), np.zeros(predictors.shape[1])]
    free = minimize(loss, start, method="BFGS", options={"gtol": 1e-5}).x
    h = 1e-3 * np.eye(len(free))
    hessian = [
        [
            (loss(free + a + b) - loss(free + a - b) - loss(free - a + b) + loss(free - a - b))
            / 4e-6
            for a in h
        ]
        for b in h
    ]
    return -loss(free), free[top:], np.linalg.inv(hessian)[top:, top:]


@pytest.mark.parametrize("top", [1, 2])
def test_logistic_regression_by_another_route(top: int) -> None:
    rng = np.random.default_rng(4)
    ability = rng.normal(0, 1, 300)
    focal = np.arange(300) % 3 == 0
    line = 1.2 * ability - 0.5 * focal + 0.4 * ability * focal
    score = (rng.random(300) < expit(line + 0.4)).astype(int)
    if top == 2:
        score += (score == 1) & (rng.random(300) < expit(line - 0.3))
    group = focal.astype(float)
    base = cumulative(score, np.column_stack([ability]))
    uniform = cumulative(score, np.column_stack([ability, group]))
    full = cumulative(score, np.column_stack([ability, group, ability * group]))
    effect, se, p, p_other = logistic_dif(score, focal, ability)
    assert effect == pytest.approx(-uniform[1][1], abs=1e-4)
    # Expected and observed information agree for two categories, and nearly for three.
    assert se == pytest.approx(np.sqrt(uniform[2][1, 1]), rel=1e-3 if top == 1 else 0.05)
    assert p == pytest.approx(stats.chi2.sf(2 * (uniform[0] - base[0]), 1), rel=1e-3)
    assert p_other == pytest.approx(stats.chi2.sf(2 * (full[0] - uniform[0]), 1), rel=1e-3)
    # No difference at all: p is 1, not less.
    same = logistic_dif(np.tile(score, 2), np.repeat([False, True], 300), np.tile(ability, 2))
    assert same == pytest.approx((0.0, same[1], 1.0, 1.0), abs=1e-4)


def test_groups_that_a_line_parts_have_no_logistic_effect() -> None:
    focal = np.repeat([False, True], 150)
    ability = np.tile(np.linspace(-1, 1, 150), 2)
    effect, se, _, _ = logistic_dif((~focal).astype(int), focal, ability)
    assert np.isnan([effect, se]).all()


def test_an_item_is_tested_with_all_that_belongs_to_it() -> None:
    rng = np.random.default_rng(9)
    items = spread_items(6)
    n = np.array([150, 100, 99, 140])
    group = np.repeat([0, 1, 2, 3], n)
    scores = draw(items, rng.normal(size=n.sum()), rng).astype(float)
    scores[group == 3, 2] = np.nan
    scores[group <= 1, 5] = 1
    member = np.where(group == 3, -1, group)
    means = np.array([0.0, 0.2, 0.1])
    ability = Ability.normal(n.sum(), means, np.ones(3), member)
    answers = Answers.from_table(scores)
    task = np.array([0, 0, 1, 2, 3, 4])
    found = dif(answers, stack(items), ability, 0, DifMethod.MH, task)
    assert [(r.item, r.reference, r.focal) for r in found] == [
        (item, 0, focal) for focal in (1, 2) for item in range(6)
    ]
    assert {r.n_reference for r in found} == {150}
    assert [r.n_focal for r in found] == [100] * 6 + [99] * 6
    # 99 are too few, and an item that everybody of both groups solved says nothing.
    tested = [r for r in found if r.focal == 1 and r.item != 5]
    rest = [r for r in found if r not in tested]
    assert {r.size for r in rest} == {DifClass.NOT_TESTABLE}
    for r in rest:
        assert np.isnan([r.effect, r.se, r.p, r.p_nonuniform, r.p_adjusted]).all()
    adjusted = stats.false_discovery_control([r.p for r in tested])
    assert [r.p_adjusted for r in tested] == pytest.approx(adjusted)
    assert all(np.isnan(r.p_nonuniform) for r in tested)
    # Six strata with equal numbers of the hundred, cut at their sixths, from the other tasks.
    kept = Answers.from_table(scores[group <= 1])
    pair = Ability(ability.theta, ability.weights, member[group <= 1])
    rest_of = without_task(kept, stack(items), pair, task)
    for r in tested:
        here = kept.item[rest_of.order] == r.item
        order = rest_of.order[here]
        focal = pair.group[kept.person[order]] == 1
        eap = rest_of.eap[here]
        edges = np.quantile(eap[focal], np.arange(1, 6) / 6)
        stratum = (eap[:, None] >= edges).sum(axis=1)
        by_hand = mantel_haenszel(kept.score[order], focal, stratum)
        assert (r.effect, r.se, r.p) == pytest.approx(by_hand)
        assert r.size is classify(r.effect, r.se, r.p_adjusted)
    logistic = dif(answers, stack(items), ability, 0, DifMethod.LOGISTIC, task)
    for r in logistic:
        if r.size is not DifClass.NOT_TESTABLE:
            here = kept.item[rest_of.order] == r.item
            order = rest_of.order[here]
            focal = pair.group[kept.person[order]] == 1
            by_hand = logistic_dif(kept.score[order], focal, rest_of.eap[here])
            assert (r.effect, r.se, r.p, r.p_nonuniform) == pytest.approx(by_hand)


@pytest.mark.parametrize(("fewer", "more", "strata"), [(100, 140, 6), (330, 400, 20)])
def test_strata_hold_equal_numbers_of_the_smaller_group(
    fewer: int, more: int, strata: int
) -> None:
    """Whichever group is the smaller: one stratum for fifteen of it, twenty at most."""
    rng = np.random.default_rng(fewer)
    items = spread_items(12)
    for n in ((fewer, more), (more, fewer)):
        group = np.repeat([0, 1], n)
        scores = draw(items, rng.normal(size=sum(n)), rng)
        ability = Ability.normal(sum(n), np.zeros(2), np.ones(2), group)
        answers = Answers.from_table(scores)
        found = dif(answers, stack(items), ability, 0, DifMethod.MH)[3]
        rest = without_task(answers, stack(items), ability)
        here = answers.item[rest.order] == 3
        order, eap = rest.order[here], rest.eap[here]
        focal = group[answers.person[order]] == 1
        small = focal if n[1] == fewer else ~focal
        edges = np.quantile(eap[small], np.arange(1, strata) / strata)
        by_hand = mantel_haenszel(
            answers.score[order], focal, np.searchsorted(edges, eap, side="right")
        )
        assert (found.effect, found.se, found.p) == pytest.approx(by_hand)


@given(
    st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=30),
    st.integers(0, 5),
)
def test_benjamini_hochberg(values: list[float], holes: int) -> None:
    p = np.array([*values, *[np.nan] * holes])
    adjusted = benjamini_hochberg(p)
    assert np.isnan(adjusted[len(values) :]).all()
    assert (adjusted[: len(values)] >= p[: len(values)] - 1e-12).all()
    assert adjusted[: len(values)] == pytest.approx(stats.false_discovery_control(np.array(values)))


def test_classes() -> None:
    assert classify(0.3, 0.05, 1e-6) is DifClass.A
    assert classify(0.5, 0.05, 1e-6) is DifClass.B
    assert classify(0.8, 0.05, 1e-6) is DifClass.C
    assert classify(-0.8, 0.05, 1e-6) is DifClass.C
    assert classify(0.8, 0.5, 0.2) is DifClass.A
    assert classify(0.7, 0.3, 0.02) is DifClass.B
    # Δ of 1 and 1.5 belong to the larger class, p = .05 is not significant.
    one, more = 1 / 2.35, 1.5 / 2.35
    assert classify(one - 1e-9, 0.01, 0.01) is DifClass.A
    assert classify(one + 1e-9, 0.01, 0.01) is DifClass.B
    assert classify(more - 1e-9, 0.01, 0.01) is DifClass.B
    assert classify(more + 1e-9, 0.01, 0.01) is DifClass.C
    assert classify(more + 1e-9, 0.01, 0.05) is DifClass.A
    # Above 1 by less than 1.645 standard errors: .6 / 2.35 / .16 is 1.60, / .15 is 1.70.
    assert classify(1.6 / 2.35, 0.16, 0.01) is DifClass.B
    assert classify(1.6 / 2.35, 0.15, 0.01) is DifClass.C
    assert classify(1.0, 0.1, float("nan")) is DifClass.A


@pytest.mark.parametrize("method", list(DifMethod))
def test_difference_in_ability_is_not_dif(method: DifMethod) -> None:
    rng = np.random.default_rng(5)
    items = spread_items(20)
    group = np.repeat([0, 1], [2000, 800])
    theta = np.where(group == 0, rng.normal(size=2800), rng.normal(-1.2, 1, 2800))
    answers = Answers.from_table(draw(items, theta, rng))
    ability = Ability.normal(2800, np.array([0.0, -1.2]), np.array([1.0, 1.0]), group)
    found = dif(answers, stack(items), ability, 0, method)
    assert {r.size for r in found} == {DifClass.A}
    effects = np.array([r.effect for r in found])
    assert abs(effects.mean()) < 0.08
    assert ((effects / [r.se for r in found]) ** 2).mean() < 2.0


@pytest.mark.parametrize("method", list(DifMethod))
def test_graded_item_that_is_harder_for_one_group(method: DifMethod) -> None:
    rng = np.random.default_rng(6)
    items = [Item(str(k), Model.GRM, a=1.5, steps=(-0.7, 0.7)) for k in range(12)]
    harder = [Item("0", Model.GRM, a=1.5, steps=(-0.1, 1.3)), *items[1:]]
    scores = np.vstack(
        [draw(items, rng.normal(size=1200), rng), draw(harder, rng.normal(size=600), rng)]
    )
    group = np.repeat([0, 1], [1200, 600])
    ability = Ability.normal(1800, np.zeros(2), np.ones(2), group)
    found = dif(Answers.from_table(scores), stack(items), ability, 0, method)
    # A shift of .6 with slope 1.5 is a log odds of about .9, less what matching blurs.
    assert found[0].effect == pytest.approx(0.8, abs=0.25)
    assert found[0].size is DifClass.C
    assert found[0].n_focal == 600
