import pytest

from scoring import routing
from scoring.routing import Action, Known, Route, RouteRefused
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


def test_nothing_to_give():
    done = dict.fromkeys(TABLE["parts"])
    assert routing.next_part(ROUTE, Known(done=done)) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"parts": ["literacy"]}, "not one of the parts"),
        ({"rule": [{"part": "reading", "action": "dance", "reason": ""}]}, "dance"),
        ({"rule": [{"part": "reading", "action": "give"}]}, "reason"),
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
            "Z9",
        ),
    ],
)
def test_routes_that_cannot_be_read_are_refused(change, words):
    with pytest.raises(RouteRefused, match=words):
        Route.from_table(TABLE | change)
