"""Slope–intercept curves: the same probabilities as scoring.irt, and derivatives that are
derivatives."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
