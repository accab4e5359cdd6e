"""Item fit and lz*: published numbers, expectations under the model, power where it is due."""

import json
from pathlib import Path

import numpy as np
import pytest

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
