import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from scoring import irt
from scoring.irt import GuessingMissing, Item, ItemRefused, Model

THETA = np.linspace(-8, 8, 65)

logits = st.floats(-4, 4)
slopes = st.floats(0.2, 3)


@st.composite
def items(draw):
    model = draw(st.sampled_from(list(Model)))
    if model.is_dichotomous:
        return Item(
            "x",
            model,
            a=draw(slopes),
            b=draw(logits),
            c=draw(st.floats(0, 0.45)) if model in (Model.THREE_PL, Model.FOUR_PL) else 0.0,
            d=draw(st.floats(0.55, 1)) if model is Model.FOUR_PL else 1.0,
            se_b=draw(st.floats(0, 1)),
            se_a=draw(st.floats(0, 0.3)),
        )
    steps = draw(st.lists(logits, min_size=1, max_size=4, unique_by=lambda x: round(x, 2)))
    if model is Model.GRM:
        steps = sorted(steps)
    return Item("x", model, a=draw(slopes), steps=tuple(steps), se_b=draw(st.floats(0, 1)))


@given(st.lists(items(), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_probabilities_are_probabilities(bank):
    arrays = irt.stack(bank)
    for p in (irt.probabilities(arrays, THETA), irt.marginal_probabilities(arrays, THETA)):
        assert (p >= 0).all()
        assert np.allclose(p.sum(axis=1), 1, atol=1e-12)
        for i, item in enumerate(bank):
            assert (p[i, item.max_score + 1 :] == 0).all()


@given(items())
@settings(max_examples=60, deadline=None)
def test_expected_score_rises_with_ability(item):
    p = irt.probabilities(irt.stack([item]), THETA)[0]
    expected = np.arange(p.shape[0]) @ p
    assert (np.diff(expected) > -1e-12).all()
    assert (expected >= item.c - 1e-12).all()
    assert (expected <= item.max_score * (item.d if item.d < 1 else 1) + 1e-12).all()


@given(items())
@settings(max_examples=60, deadline=None)
def test_derivatives_are_those_of_the_probabilities(item):
    arrays = irt.stack([item])
    h = 1e-4
    p, first, second = irt.derivatives(arrays, THETA)
    up, down = irt.probabilities(arrays, THETA + h), irt.probabilities(arrays, THETA - h)
    assert np.allclose(first, (up - down) / (2 * h), atol=1e-6)
    assert np.allclose(second, (up - 2 * p + down) / h**2, atol=1e-5)


@given(slopes, logits, st.floats(0, 3))
@settings(deadline=None)
def test_a_2pl_item_is_symmetric_about_its_difficulty(a, b, distance):
    arrays = irt.stack([Item("x", Model.TWO_PL, a=a, b=b)])
    p = irt.probabilities(arrays, [b - distance, b, b + distance])[0, 1]
    assert p[1] == pytest.approx(0.5)
    assert p[0] + p[2] == pytest.approx(1)


def test_models_are_special_cases_of_each_other():
    two = irt.probabilities(irt.stack([Item("x", Model.TWO_PL, a=1.3, b=0.4)]), THETA)
    for model in (Model.GPCM, Model.GRM):
        one_step = irt.stack([Item("x", model, a=1.3, steps=(0.4,))])
        assert np.allclose(irt.probabilities(one_step, THETA), two)
    unit = irt.probabilities(irt.stack([Item("x", Model.PCM, steps=(-0.5, 0.8))]), THETA)
    general = irt.probabilities(irt.stack([Item("x", Model.GPCM, a=1, steps=(-0.5, 0.8))]), THETA)
    assert np.array_equal(unit, general)


def test_partial_credit_ratio_and_graded_bound_are_the_written_formulas():
    steps = (-0.7, 0.1, 1.4)
    gpcm = irt.probabilities(irt.stack([Item("x", Model.GPCM, a=1.2, steps=steps)]), THETA)[0]
    grm = irt.probabilities(irt.stack([Item("x", Model.GRM, a=1.2, steps=steps)]), THETA)[0]
    for k, step in enumerate(steps, 1):
        assert np.allclose(gpcm[k] / gpcm[k - 1], np.exp(1.2 * (THETA - step)))
        assert np.allclose(grm[k:].sum(axis=0), 1 / (1 + np.exp(-1.2 * (THETA - step))))


def test_tails_keep_their_digits():
    arrays = irt.stack([Item("x", Model.TWO_PL, b=0.0), Item("y", Model.GRM, steps=(-1.0, 1.0))])
    p = irt.probabilities(arrays, [60.0, -60.0])
    assert p[0, 0, 0] == pytest.approx(np.exp(-60.0), rel=1e-12)
    assert p[1, 0, 0] == pytest.approx(np.exp(-61.0), rel=1e-12)
    assert p[1, 2, 1] == pytest.approx(np.exp(-61.0), rel=1e-12)
    assert p[1, 1, 0] == pytest.approx(np.exp(-59.0) - np.exp(-61.0), rel=1e-12)


def test_information_of_a_3pl_item_is_birnbaums():
    a, b, c = 1.4, -0.3, 0.25
    arrays = irt.stack([Item("x", Model.THREE_PL, a=a, b=b, c=c)])
    p = irt.probabilities(arrays, THETA)[0, 1]
    published = a**2 * (1 - p) / p * ((p - c) / (1 - c)) ** 2
    assert np.allclose(irt.information(arrays, THETA)[0], published)


def test_item_error_is_integrated_out():
    item = Item("x", Model.THREE_PL, a=1.1, b=0.5, c=0.25, se_b=0.78)
    p = irt.marginal_probabilities(irt.stack([item]), [1.2])[0, 1, 0]

    def integrand(b):
        exact = irt.stack([Item("x", Model.THREE_PL, a=1.1, b=b, c=0.25)])
        return irt.probabilities(exact, [1.2])[0, 1, 0] * norm.pdf(b, 0.5, 0.78)

    assert p == pytest.approx(quad(integrand, -6, 7)[0], abs=1e-4)


def test_cubature_for_many_steps_agrees_with_drawing():
    item = Item("x", Model.GPCM, steps=(-2, -1, 0, 1, 2), se_steps=(0.3,) * 5, se_a=0.1)
    p = irt.marginal_probabilities(irt.stack([item]), [0.4])[0, :, 0]
    rng = np.random.default_rng(3)
    many = irt.stack([item] * 40_000)
    drawn = irt.probabilities(irt.draw_parameters(many, rng), [0.4]).mean(axis=0)[:, 0]
    assert np.allclose(p, drawn, atol=0.004)


def test_a_row_of_abilities_for_each_item():
    bank = irt.stack([Item("x", Model.RASCH, b=0.0), Item("y", Model.GRM, steps=(0.0, 1.0))])
    both = irt.probabilities(bank, np.array([[0.3], [-0.4]]))
    assert both[0, :2, 0] == pytest.approx(irt.probabilities(bank, [0.3])[0, :2, 0])
    assert both[1, :, 0] == pytest.approx(irt.probabilities(bank, [-0.4])[1, :, 0])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"model": Model.TWO_PL, "b": 0.0, "a": 0.0}, "a"),
        ({"model": Model.TWO_PL, "b": float("nan")}, "b"),
        ({"model": Model.TWO_PL}, "b"),
        ({"model": Model.TWO_PL, "b": 0.0, "c": 0.2}, "c"),
        ({"model": Model.THREE_PL, "b": 0.0, "c": 1.0}, "c"),
        ({"model": Model.THREE_PL, "b": 0.0, "c": 0.2, "d": 0.9}, "d"),
        ({"model": Model.RASCH, "b": 0.0, "steps": (1.0,)}, "steps"),
        ({"model": Model.PCM, "b": 0.0, "steps": (1.0,)}, "b"),
        ({"model": Model.GPCM}, "steps"),
        ({"model": Model.GRM, "steps": (1.0, 0.0)}, "steps"),
        ({"model": Model.GRM, "steps": (0.0, 1.0), "se_steps": (0.1,)}, "se_steps"),
        ({"model": Model.RASCH, "b": 0.0, "se_b": -1.0}, "se_b"),
    ],
)
def test_contradictions_are_refused_with_the_field(fields, field):
    with pytest.raises(ItemRefused) as refused:
        Item("x", **fields)
    assert refused.value.field == field


def test_selected_response_without_guessing_is_refused():
    with pytest.raises(GuessingMissing):
        Item("x", Model.TWO_PL, b=0.0, selected_response=True)
    assert Item("x", Model.THREE_PL, b=0.0, c=1 / 3, selected_response=True).c == 1 / 3
