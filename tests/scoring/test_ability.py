import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from scoring import irt
from scoring.ability import (
    Method,
    NotResolved,
    Posterior,
    Prior,
    estimate,
    log_likelihood,
    normalise,
    posterior,
)
from scoring.irt import Item, Model

DATA = Path(__file__).parents[1] / "data"


def published(name):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def items_2pl(a, b):
    return irt.stack(
        [Item(f"i{i}", Model.TWO_PL, a=x, b=y) for i, (x, y) in enumerate(zip(a, b, strict=True))]
    )


def mixed_items(n=12, seed=3):
    rng = np.random.default_rng(seed)
    out = []
    for i in range(n):
        a, b = float(np.exp(rng.normal(0, 0.2))), float(rng.normal(0, 1.2))
        model = list(Model)[i % 7]
        if model.is_dichotomous:
            c = 0.2 if model in (Model.THREE_PL, Model.FOUR_PL) else 0.0
            out.append(Item(f"i{i}", model, a=a, b=b, c=c))
        else:
            out.append(Item(f"i{i}", model, a=a, steps=(b - 0.8, b, b + 0.9)))
    return irt.stack(out)


def answers(items, theta, rng):
    p = irt.probabilities(items, theta).transpose(2, 0, 1)
    return (rng.random((*p.shape[:2], 1)) > p.cumsum(axis=2)).sum(axis=2)


def test_lsat6_modes_and_errors_are_those_published():
    data = published("lsat6_factor_scores.json")
    scores = np.array([[int(x) for x in row[0]] for row in data["rows"]])
    found = estimate(items_2pl(data["a"], data["b"]), scores, Method.MAP)
    assert found.theta == pytest.approx([row[3] for row in data["rows"]], abs=6e-4)
    assert found.se == pytest.approx([row[4] for row in data["rows"]], abs=6e-4)


def test_lsat6_pattern_frequencies_are_those_published():
    data = published("lsat6_factor_scores.json")
    scores = np.array([[int(x) for x in row[0]] for row in data["rows"]])
    theta = np.linspace(-7, 7, 141)
    weights = norm.pdf(theta) * (theta[1] - theta[0])
    expected = 1000 * np.exp(log_likelihood(items_2pl(data["a"], data["b"]), scores, theta))
    # ltm used 21 Gauss–Hermite points, which shows in the second decimal.
    assert expected @ weights == pytest.approx([row[2] for row in data["rows"]], abs=0.02)


def test_bakers_example_of_maximum_likelihood():
    data = published("baker_ability.json")
    found = estimate(
        items_2pl(data["a"], data["b"]), np.array([data["scores"]]), Method.ML
    )
    assert found.theta[0] == pytest.approx(data["theta"], abs=1e-4)
    assert found.se[0] == pytest.approx(data["se"], abs=5e-3)


def test_eap_is_the_posterior_mean_by_adaptive_quadrature():
    items = mixed_items()
    rng = np.random.default_rng(1)
    scores = answers(items, np.array([-1.5, 0.2, 2.4]), rng)
    found = estimate(items, scores, Method.EAP, Prior(0.3, 1.7))
    for n in range(3):

        def density(x, n=n):
            p = irt.probabilities(items, [x])[:, :, 0]
            return np.prod(p[np.arange(len(items)), scores[n]]) * norm.pdf(x, 0.3, 1.7)

        total = quad(density, -9, 9, epsabs=1e-13)[0]
        mean = quad(lambda x: x * density(x), -9, 9, epsabs=1e-13)[0] / total
        square = quad(lambda x: x * x * density(x), -9, 9, epsabs=1e-13)[0] / total
        assert found.theta[n] == pytest.approx(mean, abs=1e-6)
        assert found.se[n] == pytest.approx(np.sqrt(square - mean**2), abs=1e-6)


def test_warms_estimate_solves_warms_equation():
    items = items_2pl([1.0, 1.4, 0.7, 1.2], [-1.0, 0.0, 0.4, 1.5])
    a, b = items.a, items.steps[:, 0]
    scores = np.array([[1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [0, 1, 0, 1]])
    found = estimate(items, scores, Method.WLE)
    for row, theta in zip(scores, found.theta, strict=True):

        def equation(x, row=row):
            p = 1 / (1 + np.exp(-a * (x - b)))
            information = (a**2 * p * (1 - p)).sum()
            bias = (a**3 * p * (1 - p) * (1 - 2 * p)).sum()
            return (a * (row - p)).sum() + bias / (2 * information)

        assert theta == pytest.approx(brentq(equation, -8, 8), abs=1e-9)


def test_warms_estimate_for_3pl_is_not_a_jeffreys_mode():
    items = irt.stack(
        [Item(f"i{i}", Model.THREE_PL, a=1.2, b=0.4 * i - 1, c=0.25) for i in range(6)]
    )
    scores = np.array([[1, 1, 1, 0, 1, 0]])
    x = estimate(items, scores, Method.WLE).theta[0]
    p, first, second = irt.derivatives(items, [x])
    right, slope, bend = p[:, 1, 0], first[:, 1, 0], second[:, 1, 0]
    weight = slope / (right * (1 - right))
    information = (slope * weight).sum()
    bias = (slope * bend / (right * (1 - right))).sum()
    assert (weight * (scores[0] - right)).sum() + bias / (2 * information) == pytest.approx(
        0, abs=1e-8
    )


def test_warms_estimate_is_less_biased_than_ml():
    items = items_2pl([1.0] * 20, np.linspace(-2, 2, 20))
    rng = np.random.default_rng(5)
    scores = answers(items, np.full(4000, 1.5), rng)
    ml, wle = (estimate(items, scores, method).theta for method in (Method.ML, Method.WLE))
    finite = np.isfinite(ml)
    assert abs(np.mean(wle) - 1.5) < 0.03
    assert np.mean(ml[finite]) > 1.5 + 0.03


@pytest.mark.parametrize("method", list(Method))
def test_estimates_rise_with_the_score(method):
    items = items_2pl([1.0] * 8, np.linspace(-2, 2, 8))
    scores = np.tril(np.ones((9, 8), dtype=int), -1)
    theta = estimate(items, scores, method).theta
    inner = theta[1:-1] if method is Method.ML else theta
    assert (np.diff(inner) > 0).all()
    assert theta[4] == pytest.approx(0, abs=1e-9)
    assert inner == pytest.approx(-inner[::-1], abs=1e-9)


def test_all_right_has_no_maximum_and_a_finite_mean():
    items = items_2pl([1.2] * 85, np.linspace(-2, 2, 85))
    perfect = np.ones((1, 85), dtype=int)
    assert np.isnan(estimate(items, perfect, Method.ML).theta[0])
    assert np.isnan(estimate(items, 0 * perfect, Method.ML).se[0])
    assert estimate(items, perfect, Method.EAP).theta[0] > 2.5
    assert estimate(items, perfect, Method.WLE).theta[0] > 2.5


def test_guessing_can_leave_the_likelihood_without_a_maximum():
    items = irt.stack([Item(f"i{i}", Model.THREE_PL, b=1.0, c=0.5) for i in range(4)])
    assert np.isnan(estimate(items, np.array([[1, 0, 0, 0]]), Method.ML).theta[0])


def test_items_that_were_not_presented_do_not_count():
    items = mixed_items()
    scores = answers(items, np.array([0.5]), np.random.default_rng(2))
    scores[0, 6:] = -1
    for method in Method:
        some = estimate(items, scores, method)
        alone = estimate(items.take(np.arange(6)), scores[:, :6], method)
        assert some.theta == pytest.approx(alone.theta, abs=1e-6)
        assert some.n_items[0] == 6
    nothing = estimate(items, np.full((1, 12), -1), Method.EAP)
    assert nothing.theta[0] == pytest.approx(0, abs=1e-9)
    assert nothing.se[0] == pytest.approx(1, abs=1e-6)
    assert np.isnan(estimate(items, np.full((1, 12), -1), Method.WLE).theta[0])


def test_parameter_errors_widen_the_estimate():
    exact = [Item(f"i{i}", Model.TWO_PL, a=1.2, b=0.3 * i - 1.5, se_b=0.8) for i in range(10)]
    items = irt.stack(exact)
    scores = np.array([[1] * 6 + [0] * 4])
    sure = estimate(items, scores, Method.EAP)
    unsure = estimate(items, scores, Method.EAP, parameter_uncertainty=True)
    assert unsure.se[0] > sure.se[0]
    with pytest.raises(ValueError, match="EAP"):
        estimate(items, scores, Method.ML, parameter_uncertainty=True)


def test_impossible_scores_are_refused():
    items = items_2pl([1.0], [0.0])
    for score in (2, -2):
        with pytest.raises(ValueError, match="categories"):
            estimate(items, np.array([[score]]), Method.EAP)


@given(st.floats(-5, 5), st.floats(0.02, 2))
@settings(max_examples=20, deadline=None)
def test_any_normal_likelihood_is_resolved(mean, sd):
    prior = Prior(0, 2)
    found = posterior(prior, lambda x: -0.5 * ((x - mean) / sd) ** 2, prior.grid())
    precision = 1 / sd**2 + 1 / 4
    assert found.mean == pytest.approx(mean / sd**2 / precision, abs=1e-5)
    assert found.sd == pytest.approx(precision**-0.5, rel=1e-4)
    assert found.mode == pytest.approx(found.mean, abs=2e-5)
    shares = np.array([0.01, 0.2, 0.5, 0.8, 0.99])
    assert found.quantile(shares) == pytest.approx(
        norm.ppf(shares, found.mean, found.sd), abs=1e-2 * found.sd
    )


def test_a_narrow_answer_far_from_the_prior_is_still_found():
    found = posterior(
        Prior(0, 1), lambda x: -0.5 * ((x - 9) / 0.2) ** 2, Prior(0, 1).grid()
    )
    assert found.mean == pytest.approx(9 / 1.04, abs=1e-3)


def test_a_posterior_without_any_probability_is_an_error():
    with pytest.raises(NotResolved):
        posterior(Prior(), lambda x: np.full(x.size, -np.inf), Prior().grid())


def test_an_added_error_is_added_to_the_variance():
    theta = np.linspace(-6, 6, 97)
    p = norm.pdf(theta, 0.4, 0.5)
    found = Posterior(theta, p / p.sum())
    for sd in (0.02, 0.3, 1.0):
        wide = found.with_error(sd)
        assert wide.mean == pytest.approx(0.4, abs=1e-9)
        assert wide.sd == pytest.approx(np.hypot(0.5, sd), rel=1e-6)
    assert found.with_error(0) is found


def test_a_very_long_test_does_not_underflow():
    rows = np.full((2000, 5), 1e-3) * np.array([1, 2, 3, 2, 1])
    p = normalise(np.full(5, 0.2), rows)
    assert p == pytest.approx([0, 0, 1, 0, 0])
    assert normalise(np.full(4, 0.25), np.empty((0, 4))).sum() == 1


def test_priors_must_be_possible():
    for mean, sd in ((0, 0), (0, -1), (float("nan"), 1), (0, float("inf"))):
        with pytest.raises(ValueError, match="prior"):
            Prior(mean, sd)
