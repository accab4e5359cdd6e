"""Item fit and lz*: published numbers, expectations under the model, power where it is due."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from scoring.ability import Method, estimate
from scoring.answers import Answers
from scoring.calibration import calibrate
from scoring.fit import Ability, residual_fit, s_x2, without_task
from scoring.irt import Item, Model, probabilities, stack
from scoring.lz_star import lz_star
from tests.scoring.banks import draw, spread_items

LSAT6 = json.loads((Path(__file__).parents[1] / "data" / "lsat6.json").read_text(encoding="utf-8"))


def test_s_x2_of_lsat6() -> None:
    published = LSAT6["s_x2_rasch"]
    rows = [[int(x) for x in p] for p, n in LSAT6["frequency"].items() for _ in range(n)]
    fit = calibrate(Answers.from_table(rows), Model.RASCH)
    found = s_x2(np.array(rows), fit.items, Ability.normal(1000), np.full(5, 2))
    assert found.statistic == pytest.approx(published["s_x2"], abs=1e-3)
    assert found.df.tolist() == published["df"]
    assert found.p == pytest.approx(published["p"], abs=1e-3)


def test_s_x2_refuses_holes() -> None:
    items = stack(spread_items(4))
    with pytest.raises(ValueError, match="fixed form"):
        s_x2(np.array([[0, 1, -1, 1]]), items, Ability.normal(1), np.ones(4))


def test_s_x2_finds_the_item_that_does_not_fit() -> None:
    rng = np.random.default_rng(1)
    items = spread_items(12)
    scores = draw(items, rng.normal(size=3000), rng)
    scores[:, 4] = rng.integers(0, 2, 3000)
    found = s_x2(scores, stack(items), Ability.normal(3000), np.zeros(12))
    assert found.p[4] < 1e-6
    graded = [Item(str(k), Model.GPCM, a=1.0, steps=(-0.5, 0.5)) for k in range(8)]
    scores = draw(graded, rng.normal(size=2000), rng)
    assert (s_x2(scores, stack(graded), Ability.normal(2000), np.zeros(8)).p > 1e-4).all()


def test_s_x2_by_enumeration() -> None:
    items = stack(
        [Item(str(k), Model.TWO_PL, a=1.0 + k / 5, b=k / 2 - 0.5) for k in range(3)]
        + [Item("g", Model.GPCM, a=0.9, steps=(-0.3, 0.4))]
    )
    rng = np.random.default_rng(3)
    scores = np.array([[*rng.integers(0, 2, 3), rng.integers(0, 3)] for _ in range(60)])
    # One person only with a total of 4, the highest but one.
    scores = np.vstack([scores[scores.sum(axis=1) < 4], [[1, 1, 1, 1]]])
    ability = Ability.normal(len(scores), 0.2, 1.1)
    p = probabilities(items, ability.theta)
    sizes = [2, 2, 2, 3]
    weights = ability.weights[0]
    of_pattern = {
        pattern: float(np.prod([p[i, k] for i, k in enumerate(pattern)], axis=0) @ weights)
        for pattern in product(*map(range, sizes))
    }
    size_of = np.bincount(scores.sum(axis=1), minlength=6)

    def table(item: int, total: int) -> tuple[np.ndarray, np.ndarray]:
        chance = np.zeros(sizes[item])
        for pattern, share in of_pattern.items():
            if sum(pattern) == total:
                chance[pattern[item]] += share
        seen = np.bincount(
            scores[scores.sum(axis=1) == total, item], minlength=sizes[item]
        )
        return seen, chance / chance.sum() * size_of[total]

    found = s_x2(scores, items, ability, np.array([1, 2, 2, 0]), least=0.9)
    for item in range(4):
        rows = [table(item, total) for total in range(1, 5)]
        thin = [(expected < 0.9).any() for _, expected in rows]
        assert thin[3]
        merged = [rows[0], rows[1], (rows[2][0] + rows[3][0], rows[2][1] + rows[3][1])]
        if (merged[0][1] < 0.9).any():
            merged = [tuple(a + b for a, b in zip(*merged[:2], strict=True)), merged[2]]
        assert all((expected >= 0.9).all() for _, expected in merged), "another grouping"
        chi = sum(((seen - e) ** 2 / e).sum() for seen, e in merged)
        df = len(merged) * (sizes[item] - 1) - [1, 2, 2, 0][item]
        assert found.df[item] == df
        assert found.statistic[item] == pytest.approx(chi if df > 0 else np.nan, nan_ok=True)
        assert found.p[item] == pytest.approx(
            stats.chi2.sf(chi, df) if df > 0 else np.nan, nan_ok=True
        )
    # Where anything is enough, thin totals stay alone.
    small = s_x2(scores, items, ability, np.zeros(4), least=0.0)
    rows = [table(1, total) for total in range(1, 5)]
    assert min(e.min() for _, e in rows) < 0.9
    assert small.statistic[1] == pytest.approx(sum(((o - e) ** 2 / e).sum() for o, e in rows))
    # Where nothing is enough, all totals become one row, and that row stays.
    one = s_x2(scores, items, ability, np.zeros(4), least=1e9)
    assert one.df.tolist() == [1, 1, 1, 2]
    assert np.isfinite(one.p).all()
    with pytest.raises(ValueError, match=r"^S-X² needs at least three items$"):
        s_x2(scores[:, :2], items.take(np.arange(2)), ability, np.zeros(2))


def test_mean_squares_by_hand() -> None:
    items = stack([*spread_items(3), Item("g", Model.GPCM, a=0.9, steps=(-0.3, 0.4))])
    n = np.nan
    table = np.array([[1, 0, 1, 2], [0, 0, 1, 1], [1, n, 0, 0], [1, 1, n, 2], [0, 1, 0, n]])
    group = np.array([0, 1, 0, 1, 1])
    ability = Ability.normal(5, [0.0, 0.5], [1.0, 1.3], group)
    # Five sd of the wider group on both sides.
    assert ability.theta[[0, -1]].tolist() == [-6.0, 7.0]
    assert len(ability.theta) == 61
    task = np.array([0, 0, 1, 2])
    answers = Answers.from_table(table)
    p = probabilities(items, ability.theta)
    each = without_task(answers, items, ability, task)
    found = residual_fit(answers, items, ability, task)
    for item, top in enumerate([1, 1, 1, 2]):
        rows = []
        for person in np.flatnonzero(np.isfinite(table[:, item])):
            posterior = ability.weights[group[person]].copy()
            for other in range(4):
                if task[other] != task[item] and np.isfinite(table[person, other]):
                    posterior *= p[other, int(table[person, other])]
            posterior /= posterior.sum()
            chance = p[item, : top + 1] @ posterior
            mean = chance @ np.arange(top + 1)
            off = np.arange(top + 1) - mean
            rows.append((table[person, item] - mean, chance @ off**2, chance @ off**4))
            at = np.flatnonzero(
                (answers.person[each.order] == person) & (answers.item[each.order] == item)
            )[0]
            eap = posterior @ ability.theta
            spread = np.sqrt(posterior @ (ability.theta - eap) ** 2)
            assert (each.eap[at], each.sd[at]) == pytest.approx((eap, spread))
        residual, variance, fourth = np.array(rows).T
        assert found.n[item] == len(rows)
        assert found.infit[item] == pytest.approx((residual**2).sum() / variance.sum())
        assert found.outfit[item] == pytest.approx((residual**2 / variance).mean())
        assert found.infit_sd[item] == pytest.approx(
            np.sqrt((fourth - variance**2).sum()) / variance.sum()
        )
        assert found.outfit_sd[item] == pytest.approx(
            np.sqrt((fourth / variance**2 - 1).sum()) / len(rows)
        )


def test_mean_squares_are_one_under_the_model_even_in_short_adaptive_tests() -> None:
    rng = np.random.default_rng(2)
    items = spread_items(40)
    theta = rng.normal(size=3000)
    scores = draw(items, theta, rng).astype(float)
    order = np.argsort(np.abs(np.linspace(-1.6, 1.6, 40)[None, :] - rng.normal(0, 1, (3000, 1))))
    hidden = np.ones(scores.shape, bool)
    hidden[np.arange(3000)[:, None], order[:, :8]] = False
    scores[hidden] = np.nan
    found = residual_fit(Answers.from_table(scores), stack(items), Ability.normal(3000))
    z = (found.infit - 1) / found.infit_sd
    assert abs(z.mean()) < 3 / np.sqrt(40)
    assert 0.7 < z.std() < 1.3
    z = (found.outfit - 1) / found.outfit_sd
    assert abs(z.mean()) < 3.5 / np.sqrt(40)


def test_random_answers_show_as_misfit() -> None:
    rng = np.random.default_rng(3)
    items = spread_items(20)
    scores = draw(items, rng.normal(0, 1.3, 2000), rng)
    scores[:, 3] = rng.integers(0, 2, 2000)
    found = residual_fit(Answers.from_table(scores), stack(items), Ability.normal(2000, 0.0, 1.3))
    assert found.infit.argmax() == 3
    assert (found.infit[3] - 1) / found.infit_sd[3] > 5


def test_prediction_leaves_the_whole_task_out() -> None:
    items = stack(spread_items(4))
    answers = Answers.from_table([[1, 1, 0, 1]])
    ability = Ability.normal(1)
    task = np.array([0, 0, 1, 2])
    found = without_task(answers, items, ability, task)
    p = probabilities(items, ability.theta)
    posterior = ability.weights[0] * p[2, 0] * p[3, 1]
    posterior /= posterior.sum()
    first = np.flatnonzero(answers.item[found.order] == 0)[0]
    assert found.eap[first] == pytest.approx(posterior @ ability.theta)
    assert found.predicted[first] == pytest.approx(posterior @ p[0, 1])
    second = np.flatnonzero(answers.item[found.order] == 1)[0]
    assert found.eap[second] == found.eap[first]


@pytest.mark.parametrize("method", list(Method))
def test_lz_star_is_standard_normal_when_the_model_holds(method: Method) -> None:
    rng = np.random.default_rng(8)
    items = [
        Item(str(k), Model.THREE_PL, a=1.4, b=float(b), c=0.2)
        for k, b in enumerate(np.linspace(-2, 2, 60))
    ]
    arrays = stack(items)
    scores = draw(items, rng.normal(size=1500), rng)
    theta = estimate(arrays, scores, method).theta
    z = lz_star(arrays, scores, theta)
    z = z[np.isfinite(z)]
    assert abs(z.mean()) < 0.12
    assert 0.9 < z.std() < 1.1


def test_lz_star_of_turned_patterns_is_low_and_nan_where_undefined() -> None:
    items = stack(spread_items(30, 1.6))
    turned = np.array([[0] * 15 + [1] * 15, [1] * 15 + [0] * 15, [-1] * 29 + [1]])
    z = lz_star(items, turned, np.zeros(3))
    assert z[0] < -3
    assert z[1] > 0
    assert np.isnan(z[2])
    assert np.isnan(lz_star(items, turned[:1], np.array([np.nan])))[0]
