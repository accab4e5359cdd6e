"""Levels from ratings: every boundary in a table, and what must hold for all marks."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.cefr import BANDS, REPORTED_LEVELS, band_of
from scoring.ratings import (
    RatingRefused,
    RatingRules,
    ScriptLevel,
    criterion_levels,
    crosses_a_boundary,
    level_of_one,
    median_level,
    nearest_level,
    needs_third,
    place_of,
    rated_belief,
    script_level,
)

RULES = RatingRules(version="test", provisional=True)
LEVELS = st.sampled_from(REPORTED_LEVELS)

#: Where a decision lies between two neighbouring levels.
BOUNDARIES = [
    ("alle_A1.1", "A1.1"),
    ("A1.3", "A2.1"),
    ("A2.2", "B1.1"),
    ("B1.2", "B2.1"),
    ("B2.2", "C1.1"),
]


@pytest.mark.parametrize(("lower", "upper"), list(itertools.pairwise(REPORTED_LEVELS)))
def test_neighbours_need_a_third_only_across_a_boundary(lower: str, upper: str) -> None:
    crosses = (lower, upper) in BOUNDARIES
    assert crosses_a_boundary(lower, upper) is crosses
    assert needs_third(RULES, lower, upper) is crosses
    assert needs_third(RULES, upper, lower) is crosses
    found = script_level(RULES, [lower, upper])
    if crosses:
        assert found is None
    else:
        # One sub-level apart on one side: the level that both of them reach.
        assert found == ScriptLevel(lower, place_of(lower) + 0.5, 2)


@pytest.mark.parametrize(
    ("first", "second"),
    [("A1.1", "A1.3"), ("A1.2", "A2.1"), ("B1.1", "B2.1"), ("alle_A1.1", "yli_C1.1")],
)
def test_more_than_one_sub_level_apart_needs_a_third(first: str, second: str) -> None:
    assert needs_third(RULES, first, second)
    assert script_level(RULES, [first, second]) is None


@pytest.mark.parametrize("level", REPORTED_LEVELS)
def test_equal_levels_need_no_third(level: str) -> None:
    assert not needs_third(RULES, level, level)
    assert script_level(RULES, [level, level]) == ScriptLevel(level, place_of(level), 2)


@pytest.mark.parametrize(
    ("marks", "median"),
    [
        (["A1.1", "A1.1", "A1.1", "A1.1"], "A1.1"),
        (["A1.1", "A1.2", "A1.3", "A2.1"], "A1.2"),
        (["A2.1", "A1.3", "A1.2", "A1.1"], "A1.2"),
        (["A1.1", "A1.1", "B2.1", "B2.1"], "A1.1"),
        (["A1.1", "B1.1", "B1.1", "B1.1"], "B1.1"),
        (["A1.1", "A1.2", "B1.1"], "A1.2"),
        (["alle_A1.1", "A1.1", "A1.1", "yli_C1.1"], "A1.1"),
        (["C1.1"], "C1.1"),
    ],
)
def test_median_of_criteria_takes_the_lower_middle(marks: list[str], median: str) -> None:
    assert median_level(marks) == median


@pytest.mark.parametrize(
    ("three", "level"),
    [
        (["A1.3", "A2.1", "A2.1"], "A2.1"),
        (["A1.3", "A2.1", "A1.3"], "A1.3"),
        (["A1.1", "B1.1", "A2.1"], "A2.1"),
        (["B1.1", "A1.1", "C1.1"], "B1.1"),
        (["alle_A1.1", "A1.1", "alle_A1.1"], "alle_A1.1"),
    ],
)
def test_three_ratings_meet_in_their_median(three: list[str], level: str) -> None:
    assert script_level(RULES, three) == ScriptLevel(level, place_of(level), 3)


def test_what_no_rule_covers_is_refused() -> None:
    assert script_level(RULES, []) is None
    assert script_level(RULES, ["A1.1"]) is None
    with pytest.raises(RatingRefused):
        script_level(RULES, ["A1.1", "A1.1", "A1.2"])
    with pytest.raises(RatingRefused):
        script_level(RULES, ["A1.1", "A2.1", "A2.1", "A2.1"])
    with pytest.raises(RatingRefused):
        median_level([])
    with pytest.raises(RatingRefused):
        median_level(["A1"])
    with pytest.raises(RatingRefused):
        median_level(["C2.1"])
    with pytest.raises(RatingRefused):
        rated_belief(RULES, [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"most_apart": -1},
        {"se_rater": -0.1},
        {"se_rater": 0, "se_script": 0, "se_scale": 0},
        {"band_probability": 0.5},
        {"band_probability": 1},
    ],
)
def test_rules_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(RatingRefused):
        RatingRules(version="", provisional=True, **wrong)


def test_rules_survive_a_round_trip() -> None:
    assert RatingRules.from_record(RULES.to_record()) == RULES


def test_exactly_between_two_levels_is_the_lower() -> None:
    assert nearest_level(3.5) == REPORTED_LEVELS[3]
    assert nearest_level(3.51) == REPORTED_LEVELS[4]
    assert nearest_level(0) == REPORTED_LEVELS[0]
    assert nearest_level(11) == REPORTED_LEVELS[11]


def test_criteria_meet_as_levels_do() -> None:
    two = criterion_levels([{"range": "A1.2", "accuracy": "B1.1"},
                            {"range": "A1.3", "accuracy": "B1.1"}])  # fmt: skip
    assert two == {"range": "A1.2", "accuracy": "B1.1"}
    three = criterion_levels([{"range": "A1.2"}, {"range": "A2.2"}, {"range": "A2.1"}])
    assert three == {"range": "A2.1"}


def test_belief_of_two_texts_by_hand() -> None:
    # Places 4 and 5 by two raters each: mean 4.5, variance .25 + 2 (.49 + .405) / 4.
    texts = [ScriptLevel("A2.1", 4.0, 2), ScriptLevel("A2.2", 5.0, 2)]
    found = rated_belief(RULES, texts)
    assert found.place == pytest.approx(4.5)
    assert found.se == pytest.approx((0.25 + 2 * (0.49 + 0.405) / 4) ** 0.5)
    assert found.most_probable_level == "A2.1"
    assert found.band == "A2"
    # P(3.5 < x < 5.5) = 2 Φ(1 / .8352) − 1
    assert found.band_probabilities[BANDS.index("A2")] == pytest.approx(0.7688, abs=1e-3)
    assert found.borderline
    assert (found.n_scripts, found.n_ratings) == (2, 4)


@given(
    st.lists(st.tuples(st.floats(0, 11), st.integers(2, 3)), min_size=1, max_size=3),
    st.floats(0.01, 3),
)
def test_belief_is_a_distribution_centred_on_the_level(
    texts: list[tuple[float, int]], se: float
) -> None:
    rules = RatingRules(version="", provisional=True, se_scale=se)
    found = rated_belief(rules, [ScriptLevel(nearest_level(p), p, n) for p, n in texts])
    assert sum(found.level_probabilities) == pytest.approx(1)
    assert min(found.level_probabilities) >= 0
    assert sum(found.band_probabilities) == pytest.approx(1)
    places = [REPORTED_LEVELS.index(level) for level in found.level_set]
    assert places == list(range(places[0], places[-1] + 1))
    assert sum(found.level_probabilities[i] for i in places) >= 0.8 - 1e-9
    for band, probability in zip(found.bands, found.band_probabilities, strict=True):
        own = [
            p
            for level, p in zip(found.levels, found.level_probabilities, strict=True)
            if band_of(level) == band
        ]
        assert probability == pytest.approx(sum(own))


@given(st.lists(LEVELS, min_size=4, max_size=4))
def test_three_of_four_criteria_reach_the_median(marks: list[str]) -> None:
    median = place_of(median_level(marks))
    assert sum(place_of(mark) >= median for mark in marks) >= 3


@given(LEVELS, LEVELS)
def test_two_ratings_meet_or_call_for_a_third_whatever_their_order(a: str, b: str) -> None:
    assert script_level(RULES, [a, b]) == script_level(RULES, [b, a])
    assert (script_level(RULES, [a, b]) is None) is needs_third(RULES, a, b)


@given(LEVELS, st.integers(1, 3))
def test_more_texts_make_the_belief_surer(level: str, n: int) -> None:
    one = rated_belief(RULES, [ScriptLevel(level, float(place_of(level)), 2)])
    more = rated_belief(RULES, [ScriptLevel(level, float(place_of(level)), 2)] * (n + 1))
    assert more.se < one.se


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (lambda: RatingRules("x", True, most_apart=-1), "most_apart is 0 or more"),
        (lambda: RatingRules("x", True, se_script=-0.1), "a standard error is 0 or more"),
        (
            lambda: RatingRules("x", True, se_rater=0, se_script=0, se_scale=0),
            "at least one standard error is above 0",
        ),
        (
            lambda: RatingRules("x", True, band_probability=0.5),
            "band_probability lies between .5 and 1",
        ),
        (
            lambda: RatingRules("x", True, band_probability=1),
            "band_probability lies between .5 and 1",
        ),
        (lambda: place_of("A1"), "'A1' is not a level that tests report"),
        (lambda: median_level([]), "no marks"),
        (lambda: script_level(RULES, ["A1.1"] * 4), "a text has at most three ratings"),
        (
            lambda: script_level(RULES, ["A1.1"] * 3),
            "the first two agree: nothing called for a third rating",
        ),
        (lambda: rated_belief(RULES, []), "no rated text"),
    ],
)
def test_refusals_say_why(refused, words) -> None:
    with pytest.raises(RatingRefused) as caught:
        refused()
    assert str(caught.value) == words


def test_a_rating_alone_and_errors_of_nothing() -> None:
    assert level_of_one("A2.2") == ScriptLevel("A2.2", 5.0, 1)
    only_scale = RatingRules("x", True, most_apart=0, se_rater=0, se_script=0)
    assert rated_belief(only_scale, [level_of_one("A2.2")]).se == 0.5
    first = {"content": "A1.1", "words": "A2.1"}
    marks = [first, {"content": "A1.3", "words": "A2.2", "other": "B1.1"}]
    assert criterion_levels(marks) == {"content": "A1.2", "words": "A2.1"}
