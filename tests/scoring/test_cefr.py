import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from scoring import cefr
from scoring.cefr import Scale, Standard, StandardRefused
from scoring.irt import GuessingMissing, Model

CUTS = tuple(np.linspace(-4, 4, 11))
GRID = np.linspace(-9, 9, 121)


def a_standard(**overrides):
    return Standard.from_errors(
        **{"levels": cefr.REPORTED_LEVELS, "cuts": CUTS, "se": None, "se_shared": 0.0} | overrides
    )


def normal_on_grid(mean, sd):
    p = norm.pdf(GRID, mean, sd)
    return p / p.sum()


def test_bands_of_all_national_levels():
    assert [cefr.band_of(level) for level in cefr.LEVELS] == [
        *("alle_A1.1", "A1", "A1", "A1", "A2", "A2", "B1", "B1", "B2", "B2"),
        *("C1+", "C1+", "C1+", "C1+", "C1+"),
    ]
    assert a_standard().bands == cefr.BANDS


@given(st.floats(-4, 4), st.floats(0.3, 2.0), st.sampled_from([0.0, 0.05, 0.2, 0.4, 0.8]))
@settings(max_examples=60, deadline=None)
def test_level_probabilities_are_those_of_the_normal_distribution(mean, sd, se):
    standard = a_standard(se_shared=se)
    found = cefr.level_probabilities(standard, GRID, normal_on_grid(mean, sd))
    above = norm.sf(np.array(CUTS), mean, np.hypot(sd, se))
    exact = np.concatenate([[1.0], above]) - np.concatenate([above, [0.0]])
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()
    # Two grid steps a standard deviation: sharp cuts are exact although between the nodes.
    assert found == pytest.approx(exact, abs=1e-7 if abs(mean) + 6 * sd < 9 else 5e-3)


def test_cuts_with_unlike_errors_never_give_a_negative_probability():
    standard = a_standard(se=[0.1, 2.0] * 5 + [0.1])
    found = cefr.level_probabilities(standard, GRID, normal_on_grid(0.3, 0.3))
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1)
    assert cefr.band_probabilities(standard, found).sum() == pytest.approx(1)


def test_shared_error_widens_but_does_not_move():
    sharp = cefr.level_probabilities(a_standard(), GRID, normal_on_grid(0.0, 0.3))
    wide = cefr.level_probabilities(a_standard(se_shared=0.6), GRID, normal_on_grid(0.0, 0.3))
    assert wide.max() < sharp.max()
    assert np.argmax(wide) == np.argmax(sharp)


def test_smallest_set_is_shortest_and_likeliest():
    assert cefr.smallest_set([0.1, 0.5, 0.35, 0.05]) == range(1, 3)
    assert cefr.smallest_set([0.05, 0.9, 0.05]) == range(1, 2)
    assert cefr.smallest_set([0.4, 0.4, 0.1, 0.1]) == range(0, 2)
    assert cefr.smallest_set([0.25, 0.25, 0.25, 0.25]) == range(0, 4)


def test_level_at_and_middle_agree():
    standard = a_standard()
    for level in standard.levels:
        assert standard.level_at(standard.middle(level)) == level
    assert standard.level_at(CUTS[0]) == "A1.1"


def test_json_round_trip_is_identity():
    standard = a_standard(se_shared=0.3, se=[0.1] * 11, version="fi-reading-1")
    assert Standard.from_json(standard.to_json()) == standard
    assert standard.shared_se == pytest.approx(0.3)


@pytest.mark.parametrize(
    "overrides",
    [
        {"cuts": CUTS[::-1]},
        {"cuts": CUTS[:-1]},
        {"cuts": (*CUTS[:-1], float("inf"))},
        {"levels": ("A1.1", *cefr.REPORTED_LEVELS[1:])},
        {"levels": cefr.REPORTED_LEVELS[::-1]},
        {"levels": ("alle_A1.1", "Z9", *cefr.REPORTED_LEVELS[2:])},
        {"se": [-0.1] * 11},
        {"se_shared": -0.1},
    ],
)
def test_impossible_standards_are_refused(overrides):
    with pytest.raises(StandardRefused):
        a_standard(**overrides)


def test_covariance_must_be_one():
    for covariance in ([[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [0.2, 1.0]], [[1.0]]):
        with pytest.raises(StandardRefused):
            Standard(
                levels=("alle_A1.1", "A1.1", "A1.2"),
                cuts=(0.0, 1.0),
                covariance=tuple(tuple(row) for row in covariance),
            )


def a_scale_table(**overrides):
    return {
        "version": "fi-reading-1",
        "provisional": True,
        "prior_mean": -1.0,
        "prior_sd": 3.0,
        "se_shared": 0.4,
        "level": [
            {"code": code, "cut": cut, "se": 0.3}
            for code, cut in zip(cefr.REPORTED_LEVELS[1:], CUTS, strict=True)
        ],
        "item": {"a": 1.0, "se_a": 0.2, "se_b": 0.5, "task_sd": 0.55, "se_task": 0.6},
        "item_at": {"A1.1": {"a": 1.2}},
    } | overrides


def test_an_uncalibrated_item_takes_its_parameters_from_its_level():
    scale = Scale.from_table(a_scale_table())
    item = scale.provisional_item("x-1", "A1.1", chance=1 / 3, selected_response=True)
    assert (item.model, item.a, item.c, item.se_b) == (Model.THREE_PL, 1.2, 1 / 3, 0.5)
    assert item.b == pytest.approx((CUTS[0] + CUTS[1]) / 2)
    typed = scale.provisional_item("x-2", "A2.1", chance=0, selected_response=False)
    assert (typed.model, typed.a, typed.c) == (Model.TWO_PL, 1.0, 0)
    with pytest.raises(GuessingMissing):
        scale.provisional_item("x-3", "A2.1", chance=0, selected_response=True)


def test_a_scale_keeps_every_number_of_its_table():
    table = a_scale_table()
    table["level"][2] = {"code": "A1.3", "cut": table["level"][2]["cut"]}
    del table["item_at"]
    scale = Scale.from_table(table)
    standard = scale.standard
    assert standard == Standard.from_errors(
        cefr.REPORTED_LEVELS,
        CUTS,
        [0.3, 0.3, 0.0, *[0.3] * 8],
        0.4,
        version="fi-reading-1",
        provisional=True,
    )
    assert not Scale.from_table(table | {"provisional": False}).standard.provisional
    assert (scale.prior_mean, scale.prior_sd) == (-1.0, 3.0)
    item = scale.provisional_item("x-1", "alle_A1.1", chance=0.25, selected_response=True)
    assert (item.id, item.se_a, item.selected_response) == ("x-1", 0.2, True)
    assert item.b == pytest.approx(CUTS[0] - (CUTS[1] - CUTS[0]) / 2)
    assert scale.parameters["B1.1"].se_task == 0.6
    with pytest.raises(StandardRefused, match="prior_sd"):
        Scale.from_table(table | {"prior_sd": 0})
    with pytest.raises(StandardRefused, match=r"level C1\.1"):
        Scale(
            standard,
            0.0,
            1.0,
            {code: own for code, own in scale.parameters.items() if code != "C1.1"},
        )


@pytest.mark.parametrize("key", ["version", "prior_sd", "se_shared", "level", "item"])
def test_a_scale_names_what_it_lacks(key):
    table = a_scale_table()
    del table[key]
    with pytest.raises(StandardRefused, match=key):
        Scale.from_table(table)


def test_a_scale_names_a_wrong_item_key():
    with pytest.raises(StandardRefused, match="item table"):
        Scale.from_table(a_scale_table(item={"slope": 1.0}))
