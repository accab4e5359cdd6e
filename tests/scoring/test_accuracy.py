from itertools import product

import numpy as np
import pytest
from scipy.stats import norm

from scoring import accuracy, cefr, irt
from scoring.ability import Prior
from scoring.irt import Item, Model
from scoring.sitting import on_grid
from tests.scoring.banks import a_standard

STANDARD = a_standard()


def test_agreement_overall_by_band_and_by_boundary():
    level = STANDARD.levels.index
    first = np.array([level("A1.2"), level("A2.1"), level("B1.1"), level("C1.1")])
    second = np.array([level("A1.3"), level("A2.1"), level("A2.2"), level("C1.1")])
    found = accuracy.agreement(STANDARD, first, second)
    assert found.overall == 0.5
    assert found.bands == 0.75
    assert found.boundaries["A1.3"] == 0.75
    assert found.boundaries["B1.1"] == 0.75
    assert found.boundaries["B2.1"] == 1.0
    assert found.to_record()["bands"] == 0.75


def test_bands_may_be_classified_on_their_own():
    same = np.array([3, 4, 5])
    bands = np.array([1, 2, 2])
    assert accuracy.agreement(STANDARD, same, same, bands, np.array([1, 2, 4])).bands == 2 / 3
    # One side given, the other from its levels: A1.3, A2.1, A2.2 are bands 1, 2, 2.
    assert accuracy.agreement(STANDARD, same, same, bands).bands == 1.0
    assert accuracy.agreement(STANDARD, same, same, None, np.array([1, 1, 2])).bands == 2 / 3


def test_expected_agreement_by_hand():
    levels = np.zeros((2, 12))
    levels[0, 2:5] = 0.2, 0.5, 0.3  # A1.2, A1.3, A2.1
    levels[1, 4:6] = 0.6, 0.4  # A2.1, A2.2
    right, again = accuracy.from_posteriors(STANDARD, levels)
    assert right.overall == pytest.approx((0.5 + 0.6) / 2)
    assert right.bands == pytest.approx((0.7 + 1.0) / 2)
    assert again.overall == pytest.approx((0.04 + 0.25 + 0.09 + 0.36 + 0.16) / 2)
    assert again.bands == pytest.approx((0.49 + 0.09 + 1.0) / 2)
    # At or above: 1 and 1 at A1.2, .8 and 1 at A1.3, .3 and 1 at A2.1, 0 and .4 at A2.2, 0 after.
    above = {"A1.1": (1, 1), "A1.2": (1, 1), "A1.3": (0.8, 1), "A2.1": (0.3, 1), "A2.2": (0, 0.4)}
    for code in STANDARD.levels[1:]:
        pair = np.array(above.get(code, (0.0, 0.0)))
        assert right.boundaries[code] == pytest.approx(np.maximum(pair, 1 - pair).mean()), code
        assert again.boundaries[code] == pytest.approx((pair**2 + (1 - pair) ** 2).mean()), code


def test_posteriors_promise_what_drawing_from_them_gives():
    theta = Prior(0, 2).grid()
    rng = np.random.default_rng(4)
    means = rng.normal(0, 1.8, 400)
    levels = np.array(
        [cefr.level_probabilities(STANDARD, theta, on_grid(Prior(m, 0.5), theta)) for m in means]
    )
    right, again = accuracy.from_posteriors(STANDARD, levels)
    draws = 200
    truth = np.array([rng.choice(12, size=draws, p=row / row.sum()) for row in levels])
    twin = np.array([rng.choice(12, size=draws, p=row / row.sum()) for row in levels])
    said = np.repeat(levels.argmax(axis=1), draws)
    drawn = accuracy.agreement(STANDARD, said, truth.ravel())
    assert right.overall == pytest.approx(drawn.overall, abs=0.01)
    assert right.boundaries["B1.1"] == pytest.approx(drawn.boundaries["B1.1"], abs=0.01)
    repeated = accuracy.agreement(STANDARD, truth.ravel(), twin.ravel())
    assert again.overall == pytest.approx(repeated.overall, abs=0.01)
    assert again.bands == pytest.approx(repeated.bands, abs=0.01)
    assert right.bands >= right.overall >= again.overall


def test_rudner_with_one_cut_is_the_normal_probability():
    theta, se = np.array([-0.5, 0.3, 1.0]), np.array([0.4, 0.3, 0.5])
    right, again = accuracy.rudner(theta, se, [0.0])
    above = norm.sf(0, theta, se)
    assert right == pytest.approx(np.maximum(above, 1 - above).mean())
    assert again == pytest.approx((above**2 + (1 - above) ** 2).mean())


def test_rudner_with_two_cuts_and_people_on_them():
    theta, se = np.array([-1.0, 0.2, 1.0]), np.array([0.5, 0.4, 0.5])
    classes = np.diff(norm.cdf([[-np.inf], [-1.0], [1.0], [np.inf]], theta, se), axis=0)
    right, again = accuracy.rudner(theta, se, [-1.0, 1.0])
    # Who stands on a cut has reached it.
    assert right == pytest.approx((classes[1, 0] + classes[1, 1] + classes[2, 2]) / 3)
    assert again == pytest.approx((classes**2).sum() / 3)


def test_lee_by_hand():
    items = irt.stack([Item("a", Model.RASCH, b=0.0), Item("b", Model.RASCH, b=0.0)])
    theta, weights = np.array([-1.0, 0.5]), np.array([0.25, 0.75])
    p = 1 / (1 + np.exp(-theta))
    right, again = accuracy.lee(items, [1, 2], [-2.0, 0.5], theta, weights)
    classes = np.array([(1 - p) ** 2, 2 * p * (1 - p), p**2])
    # True classes: above −2 for the first; .5 is where the highest begins, so that of the second.
    assert right == pytest.approx(0.25 * classes[1, 0] + 0.75 * classes[2, 1])
    assert again == pytest.approx((classes**2).sum(axis=0) @ weights)


def test_summed_scores_of_a_fixed_form_by_enumeration():
    items = irt.stack(
        [
            Item("a", Model.TWO_PL, a=1.2, b=-0.5),
            Item("b", Model.THREE_PL, b=0.3, c=0.25),
            Item("c", Model.GPCM, steps=(-0.4, 0.6)),
        ]
    )
    p = irt.probabilities(items, [0.2])[:, :, 0]
    expected = np.zeros(5)
    for pattern in product(range(2), range(2), range(3)):
        expected[sum(pattern)] += np.prod([p[i, x] for i, x in enumerate(pattern)])
    found = accuracy.sum_score_distribution(items, np.array([0.2]))[:, 0]
    assert found == pytest.approx(expected)


def test_scores_at_which_classes_begin():
    items = irt.stack(
        [
            Item("a", Model.RASCH, b=0.0),
            Item("b", Model.THREE_PL, b=0.0, c=0.25),
            Item("c", Model.GPCM, steps=(0.0, 0.0)),
        ]
    )
    # Expected at 0: .5 + .625 + 1; nearly 0 + .25 + 0 and 1 + 1 + 2 far out.
    assert accuracy.score_cuts(items, [-40.0, 0.0, 40.0]).tolist() == [1, 3, 4]
    even = irt.stack([Item("a", Model.RASCH, b=0.0), Item("b", Model.RASCH, b=0.0)])
    assert accuracy.score_cuts(even, [0.0]).tolist() == [1]


def test_lee_agrees_with_simulation():
    items = irt.stack([Item(f"i{b:.1f}", Model.RASCH, b=b) for b in np.linspace(-2, 2, 20)])
    theta = np.linspace(-4, 4, 81)
    weights = on_grid(Prior(0, 1), theta)
    right, again = accuracy.lee(items, [8, 13], [-0.5, 0.5], theta, weights)
    rng = np.random.default_rng(1)
    persons = rng.normal(size=20_000)
    p = irt.probabilities(items, persons)[:, 1]
    said, twin = (
        np.searchsorted([8, 13], (rng.random(p.shape) < p).sum(axis=0), side="right")
        for _ in range(2)
    )
    true = np.searchsorted([-0.5, 0.5], persons, side="right")
    assert right == pytest.approx((said == true).mean(), abs=0.01)
    assert again == pytest.approx((said == twin).mean(), abs=0.01)
