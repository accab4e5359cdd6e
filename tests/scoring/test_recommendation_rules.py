"""What may stand in rules of recommendation: every key read, every fault told, every gap found."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from scoring.recommendation_reading import read, read_unchecked
from scoring.recommendation_rules import (
    EXCUSED,
    SKILLS,
    UNKNOWN,
    Fault,
    LevelCondition,
    Range,
    Requirement,
    Rule,
    Rules,
    RulesRefused,
)

SHIPPED = Path(__file__).parents[2] / "testing" / "data" / "recommendation_rules.toml"


def table():
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


def test_every_key_is_read_and_written_as_it_was_given():
    given = {
        "version": "seven",
        "origin": "a panel",
        "provisional": False,
        "excused": ["hearing", "sight"],
        "entry_rank": 1,
        "uneven_steps": 1,
        "strong_signs": 1,
        "weak_signs": 0,
        "second_share": 0.25,
        "sure_share": 0.75,
        "requirement": [
            {
                "id": "care", "level": "B1.2", "needed": 1, "skills": ["listening", "speaking"],
                "trainings": ["lähihoitaja"], "default": True,
            }
        ],
        "rule": [
            {
                "id": "first", "outcome": "path_fast", "second": "path_basic", "why": "because",
                "purpose": ["integration_plan"], "study_skills": ["strong", "unknown"],
                "schooling_years": {"at_least": 9, "unknown": True}, "age": {"at_most": 40},
                "assessed": {"at_least": 1, "at_most": 3},
                "levels": [
                    {"skills": ["reading", "writing"], "below": "B1.1", "needed": 1},
                    {"skills": list(SKILLS), "at_least": "A1.2", "needed": "most"},
                ],
                "requirement": ["short", "none"],
            },
            {"id": "rest", "outcome": "path_basic"},
        ],
        "addition": [{"id": "letters", "outcome": "latin_course", "latin": ["none"]}],
    }  # fmt: skip
    rules = read(given)
    assert rules.to_record() == given
    first = Rule(
        id="first", outcome="path_fast", second="path_basic", why="because",
        codes={"purpose": ("integration_plan",), "study_skills": ("strong", "unknown")},
        years={"schooling_years": Range(9, None, True), "age": Range(None, 40, False)},
        assessed=Range(1, 3),
        levels=(
            LevelCondition(("reading", "writing"), "B1.1", True, 1),
            LevelCondition(SKILLS, "A1.2", False, "most"),
        ),
        standings=("short", "none"),
    )  # fmt: skip
    assert rules == Rules(
        version="seven", origin="a panel", provisional=False,
        rules=(first, Rule("rest", "path_basic")),
        additions=(Rule("letters", "latin_course", codes={"latin": ("none",)}),),
        requirements=(
            Requirement("care", "B1.2", 1, ("listening", "speaking"), ("lähihoitaja",), True),
        ),
        excused=frozenset({"hearing", "sight"}),
        entry_rank=1, uneven_steps=1, strong_signs=1, weak_signs=0, second_share=0.25,
        sure_share=0.75,
    )  # fmt: skip
    assert not rules.rules[0].is_open
    assert rules.rules[1].is_open


def test_what_is_left_out_has_its_usual_value():
    found, faults = read_unchecked({"version": " 1", "origin": " o ", "rule": [
        {"id": "a", "outcome": "path_basic", "why": " w ", "levels": [{"below": "A2.1"}]},
        {"id": "b", "outcome": "path_slow"},
    ]})  # fmt: skip
    assert faults == []
    assert found == Rules(
        version=" 1", origin="o", provisional=True,
        rules=(
            Rule("a", "path_basic", why="w", levels=(LevelCondition(SKILLS, "A2.1", True, "all"),)),
            Rule("b", "path_slow"),
        ),
    )  # fmt: skip
    assert (found.rules[0].second, found.rules[0].assessed, found.rules[0].standings) == (
        None, None, ()
    )  # fmt: skip
    nothing, faults = read_unchecked({})
    assert nothing == Rules("", "", True, ())
    assert [one.value for one in faults] == ["version", "origin", "rule"]
    row = {"outcome": None}
    empty, faults = read_unchecked({"version": "1", "origin": "o", "rule": [row]})
    assert empty.rules == (Rule("", "None"),)
    assert [(one.fault, one.rule, one.value) for one in faults] == [
        (Fault.MISSING, "", "id"), (Fault.UNKNOWN_CODE, "", "None"),
    ]  # fmt: skip


#: reading, listening, writing, speaking: two reach A2.1 (4), one does not, one is not assessed …
PEOPLE = np.array(
    [
        [4, 5, 3, UNKNOWN],
        [4, 5, 3, EXCUSED],
        [4, 5, 6, 7],
        [4, 3, EXCUSED, EXCUSED],
        [3, 3, UNKNOWN, UNKNOWN],
        [UNKNOWN, UNKNOWN, EXCUSED, EXCUSED],
        [EXCUSED, EXCUSED, EXCUSED, EXCUSED],
        [0, 0, 0, 4],
    ],
    dtype=np.int8,
)


@pytest.mark.parametrize(
    ("is_below", "needed", "holds"),
    [
        (False, "any", "1111...1"),
        (False, "most", "111....."),
        (False, "all", "..1....."),
        (False, 1, "1111...1"),
        (False, 2, "111....."),
        (False, 3, "..1....."),
        (False, 4, "..1....."),
        (True, "any", "11.11..1"),
        (True, "most", "....1..1"),
        (True, "all", "....1..."),
        (True, 1, "11.11..1"),
        (True, 2, "....1..1"),
        (True, 3, ".......1"),
    ],
)
def test_conditions_on_levels(is_below, needed, holds):
    condition = LevelCondition(SKILLS, "A2.1", is_below, needed)
    assert condition.holds(PEOPLE).tolist() == [one == "1" for one in holds]
    # Written skills only, in their own order.
    two = LevelCondition(("writing", "reading"), "A2.1", False, "all")
    assert two.holds(PEOPLE).tolist() == [False, False, True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("needed", "standings"),
    [
        (1, "met met met met open open open met"),
        (2, "met met met short open open open short"),
        (3, "open short met short short open open short"),
        (4, "short short met short short open open short"),
    ],
)
def test_standing_by_a_requirement(needed, standings):
    requirement = Requirement("x", "A2.1", needed)
    words = ("met", "short", "open", "none")
    found = [words[one] for one in requirement.standing(PEOPLE)]
    assert found == standings.split()
    for asked in words:
        rule = Rule("r", "path_basic", standings=(asked,))
        assert rule.holds(PEOPLE, requirement).tolist() == [one == asked for one in found]
        assert rule.holds(PEOPLE, None).tolist() == [asked == "none"] * 8
    both = Rule(
        "r", "path_basic", standings=("none", "met"), assessed=Range(3, 3),
        levels=(LevelCondition(SKILLS, "A2.1", True, "any"),),
    )  # fmt: skip
    three = np.array([True, True, *[False] * 6])
    assert both.holds(PEOPLE, None).tolist() == three.tolist()
    met = np.array(found) == "met"
    assert both.holds(PEOPLE, requirement).tolist() == (three & met).tolist()


def test_a_requirement_of_one_skill_counts_only_that():
    requirement = Requirement("x", "A2.1", 2, ("speaking",))
    found = requirement.standing(PEOPLE).tolist()
    # Open (2) without an answer or with nothing to ask, met (0) by one that is all there is.
    assert found == [2, 2, 0, 2, 2, 2, 2, 0]


@pytest.mark.parametrize(
    ("range_", "holds"),
    [
        (Range(), [False, True, True, True]),
        (Range(8), [False, False, True, True]),
        (Range(None, 8), [False, True, True, False]),
        (Range(8, 8, True), [True, False, True, False]),
    ],
)
def test_ranges_hold_their_ends(range_, holds):
    assert [range_.holds(value) for value in (None, 7, 8, 9)] == holds
    keys = {"at_least": range_.at_least, "at_most": range_.at_most, "unknown": range_.unknown}
    assert range_.to_record() == {k: v for k, v in keys.items() if v not in (None, False)}


def test_signs_and_trainings_at_their_ends():
    rules = Rules(
        "", "", True, (), strong_signs=4, weak_signs=1,
        requirements=(
            Requirement("care", "B1.2", 4, trainings=("", "lähihoitaja")),
            Requirement("usual", "B1.1", 4, is_default=True),
        ),
    )  # fmt: skip
    assert [rules.study_skills(n) for n in (None, 0, 1, 2, 3, 4)] == [
        "unknown", "needs_support", "needs_support", "ordinary", "ordinary", "strong",
    ]  # fmt: skip
    assert [rules.requirement_for(name).id for name in ("LÄHIHOITAJAKSI", "")] == ["care", "usual"]
    assert [rules.requirement(id) for id in ("usual", None, "gone")] == [
        rules.requirements[1], None, None
    ]  # fmt: skip


# Rules that are not whole


def changed(**changes):
    return table() | changes


def with_rule(place, **changes):
    whole = table()
    whole["rule"][place] = whole["rule"][place] | changes
    return whole


def without_the_last():
    return changed(rule=table()["rule"][:-1])


def requirement(**changes):
    return changed(requirement=[{"id": "x", "level": "B1.1", "needed": 4} | changes])


NEVER = {"id": "never", "outcome": "path_fast", "study_skills": ["strong"]}
FIRST = "nothing-known"

#: Rules, the fault, the rule that it is told of and the word or value.
BROKEN = [
    (changed(colour="blue"), Fault.UNKNOWN_KEY, "", "colour"),
    (changed(version=""), Fault.MISSING, "", "version"),
    (changed(origin=""), Fault.MISSING, "", "origin"),
    (changed(rule=[]), Fault.MISSING, "", "rule"),
    *(
        (changed(**{name: value}), Fault.NOT_A_NUMBER, "", name)
        for name in ("entry_rank", "uneven_steps", "strong_signs")
        for value in (0, True, "2", 1.5)
    ),
    (changed(weak_signs=-1), Fault.NOT_A_NUMBER, "", "weak_signs"),
    *(
        (changed(**{name: value}), Fault.SHARE, "", name)
        for name in ("second_share", "sure_share")
        for value in (0, 1, 1.5, True, "0.5")
    ),
    (with_rule(0, colour="blue"), Fault.UNKNOWN_KEY, FIRST, "colour"),
    (with_rule(0, id=""), Fault.MISSING, "", "id"),
    (with_rule(0, outcome="moon"), Fault.UNKNOWN_CODE, FIRST, "moon"),
    (with_rule(0, second="moon"), Fault.UNKNOWN_CODE, FIRST, "moon"),
    (with_rule(0, literacy=["illiterate"]), Fault.UNKNOWN_CODE, FIRST, "illiterate"),
    (with_rule(0, requirement=["near"]), Fault.UNKNOWN_CODE, FIRST, "near"),
    (with_rule(0, age={"at_most": -1}), Fault.NOT_A_NUMBER, FIRST, "age"),
    (with_rule(0, assessed={"at_least": True}), Fault.NOT_A_NUMBER, FIRST, "assessed"),
    (with_rule(0, age={}), Fault.MISSING, FIRST, "age"),
    (with_rule(0, assessed={}), Fault.MISSING, FIRST, "assessed"),
    (with_rule(0, age={"at_least": 9, "at_most": 8}), Fault.EMPTY_RANGE, FIRST, "age"),
    (with_rule(0, levels=[{"below": "A1"}]), Fault.UNKNOWN_LEVEL, FIRST, "A1"),
    (with_rule(0, levels=[{"below": "alle_A1.1"}]), Fault.UNKNOWN_LEVEL, FIRST, "alle_A1.1"),
    (with_rule(0, levels=[{}]), Fault.MISSING, FIRST, "below/at_least"),
    (with_rule(0, levels=[{}]), Fault.UNKNOWN_LEVEL, FIRST, ""),
    (
        with_rule(0, levels=[{"below": "A1.1", "at_least": "A1.1"}]),
        Fault.MISSING, FIRST, "below/at_least",
    ),
    *(
        (with_rule(0, levels=[{"below": "A1.1", "needed": n}]), Fault.NOT_A_NUMBER, FIRST, "needed")
        for n in ("few", 0)
    ),
    (with_rule(0, levels=[{"below": "A1.1", "needed": 5}]), Fault.NEEDS_TOO_MANY, FIRST, "5"),
    (
        with_rule(0, levels=[{"below": "A1.1", "needed": 2, "skills": ["reading"]}]),
        Fault.NEEDS_TOO_MANY, FIRST, "2",
    ),
    (with_rule(0, levels=[{"below": "A1.1", "skills": []}]), Fault.MISSING, FIRST, "skills"),
    (with_rule(1, id=FIRST), Fault.SAME_ID, FIRST, ""),
    (changed(requirement=[requirement()["requirement"][0]] * 2), Fault.SAME_ID, "x", ""),
    (requirement(id=""), Fault.MISSING, "", "id"),
    (requirement(needed=5), Fault.NEEDS_TOO_MANY, "x", "5"),
    (requirement(needed=2, skills=["reading"]), Fault.NEEDS_TOO_MANY, "x", "2"),
    (requirement(needed=0), Fault.NOT_A_NUMBER, "x", "needed"),
    (requirement(skills=["grammar"]), Fault.UNKNOWN_CODE, "x", "grammar"),
    (requirement(skills=[]), Fault.MISSING, "x", "skills"),
    (requirement(level="A0"), Fault.UNKNOWN_LEVEL, "x", "A0"),
    (
        changed(
            requirement=[{"id": one, "level": "B1.1", "needed": 4, "default": True} for one in "xy"]
        ),
        Fault.TWO_DEFAULTS, "", "",
    ),
    (changed(rule=[*table()["rule"], NEVER]), Fault.UNREACHABLE, "never", ""),
    (changed(rule=[table()["rule"][-1], NEVER]), Fault.UNREACHABLE, "never", ""),
    (
        changed(addition=[{"id": "never", "outcome": "latin_course", "assessed": {"at_least": 5}}]),
        Fault.UNREACHABLE, "never", "",
    ),
]  # fmt: skip


def test_rules_that_are_not_whole_are_refused():
    for broken, fault, rule, value in BROKEN:
        told = (fault, rule, value)
        _rules, found = read_unchecked(broken)
        assert told in {(one.fault, one.rule, one.value) for one in found}
        with pytest.raises(RulesRefused) as refused:
            read(broken)
        assert refused.value.found == tuple(found)
        assert f"{fault} {rule} {value}" in str(refused.value).split("; ")


def test_every_fault_can_be_found():
    told = {fault for _broken, fault, _rule, _value in BROKEN} | {Fault.NOT_TOTAL}
    assert told == set(Fault)
    assert read_unchecked(table())[1] == []


def test_a_gap_is_told_by_somebody_who_falls_through():
    with pytest.raises(RulesRefused) as refused:
        read(without_the_last())
    (gap,) = [one for one in refused.value.found if one.fault is Fault.NOT_TOTAL]
    assert "literacy=" in gap.value


def gaps(*rules, additions=(), **more):
    named = [{"id": f"r{n}", "outcome": "path_basic"} | one for n, one in enumerate(rules)]
    besides = [{"id": f"a{n}", "outcome": "latin_course"} | one for n, one in enumerate(additions)]
    _rules, found = read_unchecked(
        {"version": "1", "origin": "o", "rule": named, "addition": besides} | more
    )
    return [(one.fault.value, one.rule, one.value) for one in found]


@pytest.mark.parametrize(
    ("low", "high", "falls_through"),
    [
        ({"at_most": 29, "unknown": True}, {"at_least": 30}, None),
        # One year between two ranges, the first years of a life, and an age that is not known.
        ({"at_most": 29, "unknown": True}, {"at_least": 31}, "age=30"),
        ({"at_least": 1, "at_most": 29, "unknown": True}, {"at_least": 30}, "age=0"),
        ({"at_most": 29}, {"at_least": 30}, "age=unknown"),
        ({"at_most": 29, "unknown": True}, {"at_least": 30, "at_most": 99}, "age=100"),
    ],
)
def test_the_year_that_no_rule_speaks_for(low, high, falls_through):
    found = gaps({"age": low}, {"age": high})
    if falls_through is None:
        assert found == []
    else:
        ((fault, rule, value),) = found
        assert (fault, rule) == ("not_total", "")
        assert value.split(", ")[-1] == falls_through
        assert value.split(", ")[0] == "purpose=integration_plan"


def test_gaps_and_rules_that_never_speak_among_levels_and_standings():
    below, above = {"levels": [{"below": "A2.1"}]}, {"levels": [{"at_least": "A2.1"}]}
    # Mixed profiles and people of whom no level is known fall between "all" and "all".
    assert [one[0] for one in gaps(below, above)] == ["not_total"]
    assert gaps(below, above, {}) == []
    assert gaps({}, below) == [("unreachable", "r1", "")]
    # What another rule says first with a wider range is never said again.
    wide = {"levels": [{"below": "B1.1", "needed": "any"}]}
    assert gaps(wide, below, {}) == [("unreachable", "r1", "")]
    assert gaps(below, wide, {}) == []
    # Without requirements nobody meets one; with them, somebody may have none.
    met, rest = {"requirement": ["met"]}, {"requirement": ["short", "open"]}
    assert gaps(met, {}) == [("unreachable", "r0", "")]
    asked = {"requirement": [{"id": "x", "level": "B1.1", "needed": 4}]}
    assert gaps(met, {}, **asked) == []
    assert [one[0] for one in gaps(met, rest, **asked)] == ["not_total"]
    assert gaps(met, rest, {"requirement": ["none"]}, **asked) == []
    assert gaps({}, additions=[{"assessed": {"at_least": 4}}, {"assessed": {"at_least": 5}}]) == [
        ("unreachable", "a1", "")
    ]
    # Two rules that are each possible, but not together, are no gap and no fault.
    strong, weak = {"study_skills": ["strong"]}, {"study_skills": ["needs_support"]}
    assert gaps(strong, weak, {}, additions=[strong, weak]) == []
