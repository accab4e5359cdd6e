"""Slope–intercept curves: the same probabilities as scoring.irt, and derivatives that are
derivatives."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scoring.calibration_curves import CurveSet, Priors, no_priors
from scoring.irt import Item, Model, probabilities, stack

THETA = np.linspace(-4, 4, 17)

slopes = st.floats(0.2, 3.0)
places = st.floats(-3.0, 3.0)


@st.composite
def items(draw: st.DrawFn) -> list[Item]:
    drawn = []
    for i in range(draw(st.integers(1, 4))):
        model = draw(st.sampled_from(list(Model)))
        a = draw(slopes)
        if model.is_dichotomous:
            c = draw(st.floats(0.05, 0.35)) if model in (Model.THREE_PL, Model.FOUR_PL) else 0.0
            d = draw(st.floats(0.8, 0.98)) if model is Model.FOUR_PL else 1.0
            drawn.append(Item(id=str(i), model=model, a=a, b=draw(places), c=c, d=d))
        else:
            steps = np.cumsum(draw(st.lists(st.floats(0.2, 1.5), min_size=1, max_size=4))) - 2.0
            drawn.append(Item(id=str(i), model=model, a=a, steps=tuple(steps)))
    return drawn


def curves_of(drawn: list[Item]) -> tuple[CurveSet, np.ndarray]:
    arrays = stack(drawn)
    curves = CurveSet(
        family=arrays.family,
        n_steps=arrays.n_categories - 1,
        free_c=np.array([i.model in (Model.THREE_PL, Model.FOUR_PL) for i in drawn]),
        free_d=np.array([i.model is Model.FOUR_PL for i in drawn]),
        lower=np.zeros(len(drawn)),
        upper=np.ones(len(drawn)),
    )
    return curves, curves.table(arrays.a, arrays.steps, arrays.c, arrays.d)


@given(items())
def test_same_curves_as_irt(drawn: list[Item]) -> None:
    curves, table = curves_of(drawn)
    expected = probabilities(stack(drawn), THETA)
    assert np.exp(curves.log_probabilities(table, THETA)) == pytest.approx(expected, abs=1e-10)
    steps = curves.steps(table)
    given_steps = stack(drawn).steps
    inside = np.isfinite(given_steps)
    assert steps[inside] == pytest.approx(given_steps[inside], abs=1e-9)
    assert np.isnan(steps[~inside]).all()
    assert curves.is_proper(table).all()


@given(items())
def test_scores_are_derivatives(drawn: list[Item]) -> None:
    curves, table = curves_of(drawn)
    log_p, score = curves.evaluate(table, THETA)
    h = 1e-6
    existing = log_p > -1e299
    for v in range(curves.width):
        up, down = table.copy(), table.copy()
        up[:, v] += h
        down[:, v] -= h
        numeric = (curves.log_probabilities(up, THETA) - curves.log_probabilities(down, THETA)) / (
            2 * h
        )
        assert score[..., v][existing] == pytest.approx(numeric[existing], abs=2e-5)


@given(items())
def test_expected_score_is_zero(drawn: list[Item]) -> None:
    curves, table = curves_of(drawn)
    log_p, score = curves.evaluate(table, THETA)
    mean = (np.exp(log_p)[..., None] * score).sum(axis=1)
    assert np.abs(mean).max() < 1e-9


def test_slope_zero_and_negative_have_curves() -> None:
    curves = CurveSet(
        np.zeros(2, int), np.ones(2, int), np.zeros(2, bool), np.zeros(2, bool),
        np.zeros(2), np.ones(2),
    )  # fmt: skip
    p = np.exp(curves.log_probabilities(np.array([[0.0, 0.4], [-1.0, 0.0]]), THETA))
    assert np.ptp(p[0, 1]) == 0.0
    assert (np.diff(p[1, 1]) < 0).all()


def test_graded_intercepts_out_of_order_are_improper() -> None:
    curves = CurveSet(
        np.full(1, 2), np.full(1, 2), np.zeros(1, bool), np.zeros(1, bool), np.zeros(1), np.ones(1)
    )
    assert curves.is_proper(np.array([[1.0, 1.0, -1.0]])).all()
    assert not curves.is_proper(np.array([[1.0, -1.0, 1.0]])).any()


def test_prior_gradient_is_the_derivative_of_the_density() -> None:
    drawn = [
        Item("x", Model.THREE_PL, a=1.3, b=0.4, c=0.2),
        Item("y", Model.GPCM, a=0.8, steps=(-1.3, 0.5)),
        Item("z", Model.GRM, a=1.1, steps=(-0.4, 0.9)),
    ]
    curves, table = curves_of(drawn)
    base = no_priors(3, curves.most_steps)
    priors = Priors(
        slope_mean=np.full(3, 0.1),
        slope_sd=np.full(3, 0.5),
        slope_weight=np.ones(3),
        step_mean=np.full((3, 2), 0.2),
        step_sd=np.full((3, 2), 0.7),
        c_alpha=np.full(3, 5.0),
        c_beta=np.full(3, 17.0),
        d_alpha=base.d_alpha,
        d_beta=base.d_beta,
        slope_pull=np.array([0.0, 0.7, 1.6]),
    )
    _, gradient, curvature = priors.evaluate(curves, table)
    h = 1e-6
    exists = curves.exists()
    for v in range(curves.width):
        for i in np.flatnonzero(exists[:, v]):
            up, down = table.copy(), table.copy()
            up[i, v] += h
            down[i, v] -= h
            slope = (priors.evaluate(curves, up)[0] - priors.evaluate(curves, down)[0]) / (2 * h)
            assert gradient[i, v] == pytest.approx(slope, abs=1e-5)
    assert (np.linalg.eigvalsh(curvature) > -1e-9).all()


def test_prior_curvature_is_that_of_gauss_and_newton() -> None:
    drawn = [
        Item("x", Model.GPCM, a=0.8, steps=(-1.3, 0.5)),
        Item("y", Model.GRM, a=1.1, steps=(-0.4, 0.9)),
        Item("z", Model.TWO_PL, a=1.4, b=0.3),
    ]
    curves, table = curves_of(drawn)
    base = no_priors(3, 2)
    # Nobody knows the first step; the second keeps its prior.
    for step_sd in (np.full((3, 2), 0.7), np.array([[np.nan, 0.7]] * 3)):
        priors = replace(
            base, slope_mean=np.full(3, 0.1), slope_sd=np.full(3, 0.5),
            slope_weight=np.array([1.0, 0.5, 0.25]), step_mean=np.full((3, 2), 0.2),
            step_sd=step_sd,
        )  # fmt: skip

        def residuals(at: np.ndarray, priors: Priors = priors) -> np.ndarray:
            slope = np.sqrt(priors.slope_weight) * (np.log(at[:, 0]) - 0.1) / 0.5
            return np.column_stack([slope, (curves.steps(at) - 0.2) / priors.step_sd])

        total, _, curvature = priors.evaluate(curves, table)
        assert total == pytest.approx(-0.5 * np.nansum(residuals(table) ** 2))
        jacobian = np.zeros((3, 3, curves.width))
        for v in range(curves.width):
            up, down = table.copy(), table.copy()
            up[:, v] += 1e-6
            down[:, v] -= 1e-6
            jacobian[..., v] = np.nan_to_num((residuals(up) - residuals(down)) / 2e-6)
        expected = np.einsum("itv,itw->ivw", jacobian, jacobian)
        assert curvature == pytest.approx(expected, abs=1e-6)


def test_curves_hold_far_away_and_tables_end_with_the_item() -> None:
    drawn = [
        Item("x", Model.GPCM, a=2.0, steps=(-1.0, 0.0, 0.5, 1.0)),
        Item("y", Model.GPCM, a=0.5, steps=(0.7,)),
        Item("z", Model.GRM, a=1.5, steps=(-0.5, 0.5)),
    ]
    curves, table = curves_of(drawn)
    assert table[1].tolist() == [0.5, -0.35, 0.0, 0.0, 0.0]
    assert table[2] == pytest.approx([1.5, 0.75, -0.75, 0.0, 0.0])
    # exp(4 × 2 × 400) is far beyond a float; log P of the top category is then 0, of the lowest
    # minus 4aθ plus aΣ steps.
    far = curves.log_probabilities(table, np.array([-400.0, 400.0]))
    assert far[0, 4] == pytest.approx([-3201.0, 0.0])
    assert far[0, 0] == pytest.approx([0.0, -3199.0])
    assert far[1, :2] == pytest.approx(np.array([[0.0, -199.65], [-200.35, 0.0]]))


L, P, G = 0, 1, 2


def test_tables_of_items_of_every_form() -> None:
    """Columns: slope, three intercepts, logits of c (free in the first) and d (in the second)."""
    curves = CurveSet(
        np.array([L, L, L, P, G]), np.array([1, 1, 1, 3, 2]), np.arange(5) == 0, np.arange(5) == 1,
        np.array([0.0, 0.1, 0.2, 0.0, 0.0]), np.array([0.9, 1.0, 0.95, 1.0, 1.0]),
    )  # fmt: skip
    assert (len(curves), curves.most_steps, curves.width, curves.has_asymptotes) == (5, 3, 6, True)
    assert curves.exists().astype(int).tolist() == [
        [1, 1, 0, 0, 1, 0], [1, 1, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 0, 0, 0],
    ]  # fmt: skip
    a = np.array([2.0, 0.5, 1.0, 1.5, 0.8])
    steps = np.full((5, 3), np.nan)
    steps[:3, 0] = 0.5, -1.0, 0.2
    steps[3], steps[4, :2] = (-1.0, 0.0, 2.0), (-0.5, 0.75)
    c, d = np.array([0.25, 0.1, 0.2, 0.0, 0.0]), np.array([0.9, 0.75, 0.95, 1.0, 1.0])
    table = curves.table(a, steps, c, d)
    third = np.log(1 / 3)
    expected = [
        [2.0, -1.0, 0, 0, third, 0], [0.5, 0.5, 0, 0, 0, -third], [1.0, -0.2, 0, 0, 0, 0],
        [1.5, 1.5, 1.5, -1.5, 0, 0], [0.8, 0.4, -0.6, 0, 0, 0],
    ]  # fmt: skip
    assert table == pytest.approx(np.array(expected))
    assert curves.steps(table) == pytest.approx(steps, nan_ok=True)
    lower, upper = curves.asymptotes(table)
    assert lower == pytest.approx(c)
    assert upper == pytest.approx(d)
    # Where there is no slope there is no difficulty, and that is no warning.
    flat = np.where(np.arange(6) == 0, 0.0, table)
    found = curves.steps(flat)
    assert np.isinf(found[:3, 0]).all()
    assert np.isnan(found[3, 1])

    theta = np.array([-30.0, -1.0, 0.4, 30.0])
    log_p, score = curves.evaluate(table, theta)
    right = c[:3, None] + (d - c)[:3, None] / (1 + np.exp(-a[:3, None] * (theta - steps[:3, :1])))
    assert np.exp(log_p[:3, 1]) == pytest.approx(right, abs=1e-12)
    assert np.exp(log_p[:3, 0]) == pytest.approx(1 - right, abs=1e-12)
    sizes = np.array([2, 2, 2, 4, 3])
    none = np.arange(4) >= sizes[:, None]
    assert (log_p[none] == -1e300).all()
    assert (score[none] == 0).all()
    assert (score[:, :, :, ~curves.exists().any(axis=0)] == 0).all()
    for item in range(5):
        assert (score[item][:, :, ~curves.exists()[item]] == 0).all()


def test_far_away_a_graded_item_still_has_all_of_its_categories() -> None:
    none = np.zeros(1, bool)
    curves = CurveSet(np.array([G]), np.array([2]), none, none, np.zeros(1), np.ones(1))
    table = np.zeros((1, curves.width))
    table[0, :3] = 0.8, 0.4, -0.6
    log_p, score = curves.evaluate(table, np.array([-900.0, 900.0]))
    middle = np.log1p(-np.exp(-1.0))
    assert log_p[0] == pytest.approx(
        np.array([[0.0, -720.4], [-719.6 + middle, -719.4 + middle], [-720.6, 0.0]]), abs=1e-6
    )
    # Slope, first and second intercept: derivatives of what stands above.
    gain = np.exp(-1.0) / (1 - np.exp(-1.0))
    expected = [
        [[0.0, 0.0, 0.0], [-900.0, -1.0, 0.0]],
        [[-900.0, 1 + gain, -gain], [-900.0, gain, -1 - gain]],
        [[-900.0, 0.0, 1.0], [0.0, 0.0, 0.0]],
    ]
    assert score[0, :, :, :3] == pytest.approx(np.array(expected), abs=1e-6)
    with np.errstate(all="raise", under="ignore"):
        assert (curves.evaluate(table, np.array([2000.0]))[0] > -1e301).all()


@pytest.mark.parametrize(
    ("item", "column", "value", "proper"),
    [
        (0, 1, np.nan, False),
        (0, 0, np.inf, False),
        (2, 2, 0.49, True),  # graded intercepts .5 and .49, .5 and .5, .5 and .51
        (2, 2, 0.5, False),
        (2, 2, 0.51, False),
        (0, 4, -0.01, True),  # c of less than a half below d of a half, the same, more
        (0, 4, 0.0, False),
        (0, 4, 0.01, False),
        (1, 2, 9.0, True),  # partial credit has no order
    ],
)
def test_one_improper_item_leaves_the_others_alone(
    item: int, column: int, value: float, proper: bool
) -> None:
    curves = CurveSet(
        np.array([L, P, G, L]), np.array([1, 2, 2, 1]), np.arange(4) == 0, np.zeros(4, bool),
        np.zeros(4), np.array([0.5, 1.0, 1.0, 1.0]),
    )  # fmt: skip
    table = np.zeros((4, curves.width))
    table[:, 0], table[2, 1:3], table[0, -2] = 1.0, (0.5, -0.5), -2.0
    assert curves.is_proper(table).all()
    table[item, column if column != 4 else -2] = value
    expected = np.ones(4, bool)
    expected[item] = proper
    assert curves.is_proper(table).tolist() == expected.tolist()


def test_priors_are_their_densities() -> None:
    curves = CurveSet(
        np.zeros(4, int), np.ones(4, int), np.array([True, True, False, True]),
        np.array([True, False, False, False]), np.zeros(4), np.ones(4),
    )  # fmt: skip
    table = np.array([[1.5, 0.4, -1.2, 2.0], [0.7, -0.2, -0.8, 0], [1, 0, 0, 0], [2, 1, -1, 0]])
    nan = np.nan
    priors = replace(
        no_priors(4, 1),
        slope_mean=np.full(4, 0.2), slope_sd=np.array([0.5, 0.4, nan, nan]),
        slope_weight=np.array([1.0, 0.5, 1.0, 1.0]),
        c_alpha=np.array([5.0, 2.0, 9.0, nan]), c_beta=np.array([17.0, 3.0, 9.0, nan]),
        d_alpha=np.array([17.0, 3.0, nan, nan]), d_beta=np.array([5.0, 2.0, nan, nan]),
    )  # fmt: skip

    def density(at: np.ndarray) -> float:
        a = at[:, 0]
        total = stats.norm.logpdf(np.log(a[0]), 0.2, 0.5)
        total += 0.5 * stats.norm.logpdf(np.log(a[1]), 0.2, 0.4)
        c, d = 1 / (1 + np.exp(-at[:, 2])), 1 / (1 + np.exp(-at[:, 3]))
        total += stats.beta.logpdf(c[0], 5, 17) + stats.beta.logpdf(c[1], 2, 3)
        return float(total + stats.beta.logpdf(d[0], 17, 5))

    total, gradient, curvature = priors.evaluate(curves, table)
    other = table + np.array([0.1, 0.0, 0.2, -0.3])
    assert priors.evaluate(curves, other)[0] - total == pytest.approx(
        density(other) - density(table)
    )
    for item in range(4):
        for column in range(4):
            up, down = table.copy(), table.copy()
            up[item, column] += 1e-4
            down[item, column] -= 1e-4
            slope = (density(up) - density(down)) / 2e-4
            assert gradient[item, column] == pytest.approx(slope, abs=1e-6)
            bend = (2 * density(table) - density(up) - density(down)) / 1e-8
            if column > 1:
                assert curvature[item, column, column] == pytest.approx(bend, abs=1e-4)
    assert curvature[0, 0, 0] == pytest.approx(1 / (0.5 * 1.5) ** 2)
    assert curvature[1, 0, 0] == pytest.approx(0.5 / (0.4 * 0.7) ** 2)
    assert curvature[:, 1].sum() == 0
    # A slope of 0 or less has no logarithm, where it has a prior; elsewhere it is free.
    for item, expected in ((0, -np.inf), (1, -np.inf), (2, total), (3, total)):
        for slope in (0.0, -0.1):
            lower = table.copy()
            lower[item, 0] = slope
            assert priors.evaluate(curves, lower)[0] == pytest.approx(expected)
    nothing, flat, none = no_priors(4, 1).evaluate(curves, table)
    assert (nothing, float(np.abs(flat).sum()), float(np.abs(none).sum())) == (0.0, 0.0, 0.0)
    assert no_priors(4, 1).slope_weight.tolist() == [1.0] * 4
