"""Item fit, DIF, lz*: published numbers, expectations under the model, power where it is due."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scoring.ability import Method, estimate
from scoring.answers import Answers
from scoring.calibration import calibrate
from scoring.dif import DifClass, DifMethod, benjamini_hochberg, classify, dif, mantel_haenszel
from scoring.fit import Ability, residual_fit, s_x2, without_task
from scoring.irt import Item, Model, probabilities, stack
from scoring.lz_star import lz_star

LSAT6 = json.loads((Path(__file__).parents[1] / "data" / "lsat6.json").read_text(encoding="utf-8"))


def draw(items: list[Item], theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    p = probabilities(stack(items), theta).transpose(2, 0, 1)
    return (rng.random(p.shape[:2])[..., None] > p.cumsum(axis=2)).sum(axis=2)


def spread_items(count: int, a: float = 1.2) -> list[Item]:
    return [
        Item(str(k), Model.TWO_PL, a=a, b=float(b))
        for k, b in enumerate(np.linspace(-1.6, 1.6, count))
    ]


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
    assert 0.5 < se < 1.0


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
