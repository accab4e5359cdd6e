import pytest

from scoring import routing
from scoring.cefr import Standard
from scoring.routing import (
    Action,
    Comparison,
    Condition,
    Known,
    Route,
    RouteRefused,
    Rule,
    Start,
)
from tests.scoring.banks import a_standard

TABLE = {
    "parts": ["literacy", "interview", "reading", "listening", "writing"],
    "rule": [
        {
            "part": "reading",
            "action": "wait",
            "reason": "literacy_first",
            "when": {"done.literacy": {"unknown": True}},
        },
        {
            "part": "reading",
            "action": "skip",
            "reason": "no_latin_script",
            "when": {"literacy": {"is": "other_script"}},
        },
        {
            "part": "writing",
            "action": "wait",
            "reason": "reading_first",
            "when": {"done.reading": {"unknown": True}},
        },
        {
            "part": "writing",
            "action": "skip",
            "reason": "too_little_to_write",
            "when": {"done.reading": {"at_most": "A1.1"}, "interview": {"at_most": "A1.2"}},
        },
        {"part": "writing", "action": "give", "reason": "enough_to_write"},
    ],
    "start": [
        {"part": "reading", "fact": "done.listening"},
        {"part": "reading", "fact": "interview"},
        {"part": "reading", "fact": "self.reading", "offset": -1},
    ],
}
ROUTE = Route.from_table(TABLE)


def test_a_route_is_read_as_it_was_written():
    found = Route.from_table(
        {
            "parts": ["reading", "writing"],
            "rule": [
                {
                    "part": "writing",
                    "action": "skip",
                    "reason": "too_little",
                    "when": {
                        "done.reading": {"at_most": "A1.1"},
                        "interview": {"known": True, "at_least": "A1.2"},
                        "years": {"is": 3},
                    },
                },
                {"part": "reading", "action": "give", "reason": "first"},
            ],
            "start": [
                {"part": "reading", "fact": "interview"},
                {"part": "writing", "fact": "done.reading", "offset": -2},
            ],
        }
    )
    assert found == Route(
        parts=("reading", "writing"),
        rules=(
            Rule(
                "writing",
                Action.SKIP,
                "too_little",
                (
                    Condition("done.reading", Comparison.AT_MOST, "A1.1"),
                    Condition("interview", Comparison.KNOWN, ""),
                    Condition("interview", Comparison.AT_LEAST, "A1.2"),
                    Condition("years", Comparison.IS, "3"),
                ),
            ),
            Rule("reading", Action.GIVE, "first", ()),
        ),
        starts=(Start("reading", "interview", 0), Start("writing", "done.reading", -2)),
    )
    assert Route.from_table({"parts": ["reading"], "rule": []}).starts == ()


@pytest.mark.parametrize(
    ("test", "value", "holds"),
    [
        # A fact below, at and above A2.1; one that is no level; one that is not known; a part that
        # ended without a level.
        ("at_most", "A2.1", [True, True, False, False, False, False]),
        ("at_least", "A2.1", [False, True, True, False, False, False]),
        ("is", "A2.1", [False, True, False, False, False, False]),
        ("known", True, [True, True, True, True, False, True]),
        ("unknown", True, [False, False, False, False, True, False]),
    ],
)
def test_conditions(test, value, holds):
    table = {
        "parts": ["x"],
        "rule": [
            {"part": "x", "action": "skip", "reason": "met", "when": {fact: {test: value}}}
            for fact in ("interview", "done.reading")
        ],
    }
    route = Route.from_table(table)
    for which, rule in zip(("facts", "done"), route.rules, strict=True):
        name = rule.conditions[0].fact.removeprefix("done.")
        known = [Known(**{which: {name: code}}) for code in ("A1.3", "A2.1", "A2.2", "fluent")]
        known += [Known(), Known(**{which: {name: None}})]
        assert [rule.conditions[0].holds(one) for one in known] == holds


def by_part(known):
    return {step.part: step for step in routing.steps(ROUTE, known)}


def test_rules_speak_in_order_and_silence_means_give():
    found = by_part(Known())
    assert found["reading"].action is Action.WAIT
    assert found["listening"].action is Action.GIVE
    assert found["listening"].reason == "default"
    assert routing.next_part(ROUTE, Known()).part == "literacy"
    assert routing.reasons(tuple(found.values()))["reading"] == "literacy_first"


def test_parts_that_are_over_are_not_given_again():
    known = Known(done={"literacy": None, "interview": "A2.1"})
    assert routing.next_part(ROUTE, known).part == "reading"
    assert "literacy" not in by_part(known)


def test_all_conditions_of_a_rule_must_hold():
    low = Known({"interview": "A1.1"}, {"literacy": None, "reading": "alle_A1.1"})
    assert by_part(low)["writing"].action is Action.SKIP
    talks = Known({"interview": "A2.1"}, {"literacy": None, "reading": "alle_A1.1"})
    assert by_part(talks)["writing"].action is Action.GIVE
    unknown = Known({}, {"literacy": None, "reading": "alle_A1.1"})
    assert by_part(unknown)["writing"].reason == "enough_to_write"
    other = Known({"literacy": "other_script"}, {"literacy": None})
    assert by_part(other)["reading"].reason == "no_latin_script"


def test_a_part_without_a_level_fulfils_no_comparison():
    known = Known({"interview": "A1.1"}, {"literacy": None, "reading": None})
    assert by_part(known)["writing"].action is Action.GIVE


def test_background_chooses_the_start():
    def start(**facts):
        return routing.start_level(ROUTE, Known(facts), "reading")

    assert start() is None
    assert start(**{"self.reading": "B1.1"}) == "A2.2"
    assert start(**{"self.reading": "alle_A1.1"}) == "alle_A1.1"
    assert start(**{"self.reading": "B1.1", "interview": "A1.3"}) == "A1.3"
    heard = Known({"interview": "A1.3"}, {"listening": "B2.1"})
    assert routing.start_level(ROUTE, heard, "reading") == "B2.1"
    assert routing.start_level(ROUTE, heard, "writing") is None


def test_where_a_start_lies_on_the_scale():
    standard = a_standard()
    assert routing.start_theta(standard, None) is None
    assert standard.level_at(routing.start_theta(standard, "A2.1")) == "A2.1"
    assert standard.level_at(routing.start_theta(standard, "C2.1")) in ("C1.1", "yli_C1.1")
    narrow = Standard.from_errors(("alle_A1.1", "A2.2", "B1.1"), (-1.0, 0.0))
    for level, nearest in (("A1.2", "alle_A1.1"), ("A2.1", "A2.2"), ("B2.1", "B1.1")):
        assert routing.start_theta(narrow, level) == narrow.middle(nearest)
    long = Known({"self.reading": "C2.2"})
    upward = Route(("reading",), (), (Start("reading", "self.reading", 3),))
    assert routing.start_level(upward, long, "reading") == "yli_C1.1"


def test_nothing_to_give():
    done = dict.fromkeys(TABLE["parts"])
    assert routing.next_part(ROUTE, Known(done=done)) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"parts": ["literacy"]}, "^'reading' is not one of the parts$"),
        ({"start": [{"part": "talk", "fact": "x"}]}, "^'talk' is not one of the parts$"),
        ({"rule": [{"part": "reading", "action": "dance", "reason": ""}]}, "dance"),
        ({"rule": [{"part": "reading", "action": "give"}]}, "^the route lacks 'reason'$"),
        (
            {
                "rule": [
                    {
                        "part": "reading",
                        "action": "give",
                        "reason": "x",
                        "when": {"interview": {"at_most": "Z9"}},
                    }
                ]
            },
            "^interview at_most: 'Z9' is not a level$",
        ),
    ],
)
def test_routes_that_cannot_be_read_are_refused(change, words):
    with pytest.raises(RouteRefused, match=words):
        Route.from_table(TABLE | change)
