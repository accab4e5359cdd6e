"""Ladders and classes: every rule and boundary of the shipped data, gaps included."""

import copy
import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.ladders import LaddersRefused, Mark, Outcome, Place, RungState
from scoring.literacy import (
    Background,
    Classification,
    Ladders,
    Latin,
    LiteracyClass,
    Look,
    Observations,
    Own,
    Script,
    Written,
    classify,
    screen_passed,
    state_of,
)
from scoring.literacy_simulation import KINDS, Errors, Outcomes, pass_rate, simulate

FILE = Path(__file__).parents[2] / "testing" / "data" / "literacy_ladders.toml"
TABLE: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
LADDERS = Ladders.from_table(TABLE)

R, S, H, W, U = Outcome
ALL = {rung.id: rung.n for rung in LADDERS.rungs.rungs}
#: Climbs everything as far as the screen asks.
PASSES = {"picture_words": 8, "unfamiliar_words": 8, "short_dictation": 4}


def observed(
    climbed: Mapping[str, int],
    *,
    missing: Mapping[str, str] | None = None,
    how: Outcome = R,
    not_climbed: Outcome = W,
    **more: Any,
) -> Observations:
    """A person who is led through the ladders and climbs so much of each rung, nothing else."""
    seen = Observations(missing=missing or {}, **more)
    while (turn := state_of(seen, LADDERS)[1]) is not None:
        given = sum(mark.rung == turn.id for mark in seen.marks)
        outcome = how if given < climbed.get(turn.id, 0) else not_climbed
        seen = replace(seen, marks=(*seen.marks, Mark(turn.id, str(given), outcome)))
    return seen


def found(climbed: Mapping[str, int], **more: Any) -> Classification:
    return classify(observed(climbed, **more), LADDERS)


NO_JUDGE = {"own_aloud": "no_judge", "own_writing": "no_judge"}
NO_TEXT = {"own_words": "no_material", "own_text": "no_material"} | NO_JUDGE
#: Reads well in the own language, nobody judges it by ear.
READS_OWN = {"own_words": 7, "own_text": 2}
LETTERS = {"picture_words": 3, "letters": 5}
SOUNDS = LETTERS | {"letters": 8, "letter_sounds": 5}
WORDS = SOUNDS | {"letter_sounds": 10, "syllables": 8, "words": 5, "dictation": 4}
SENTENCES = WORDS | {"words": 6, "sentences": 2, "dictation": 6}


@pytest.mark.parametrize(
    ("climbed", "more", "literacy_class", "own", "latin", "course", "laslliam"),
    [
        # The screen alone.
        (PASSES, {}, "literate", "not_assessed", "sentences", False, None),
        (PASSES, {"how": S}, "literate", "not_assessed", "sentences", False, None),
        ({"picture_words": 7, "unfamiliar_words": 6, "short_dictation": 3}, {}, "literate",
         "not_assessed", "sentences", False, None),
        # One short of passing anywhere goes deeper; the deep stage decides.
        (PASSES | {"picture_words": 6} | SENTENCES | READS_OWN, {}, "literate", "emerging",
         "sentences", False, None),
        (PASSES | {"unfamiliar_words": 5}, {"missing": NO_JUDGE}, "primary_illiterate", "none",
         "none", False, 1),
        (PASSES | {"short_dictation": 2}, {"missing": NO_JUDGE}, "primary_illiterate", "none",
         "none", False, 1),
        # Helped never counts.
        (PASSES, {"how": H, "missing": NO_JUDGE}, "primary_illiterate", "none", "none", False, 1),
        # Reads nothing anywhere; a written name changes nothing.
        ({}, {"missing": NO_JUDGE}, "primary_illiterate", "none", "none", False, 1),
        ({}, {}, "primary_illiterate", "none", "none", False, 1),
        ({"name": 1}, {"missing": NO_JUDGE}, "primary_illiterate", "none", "none", False, 1),
        ({}, {"not_climbed": U, "missing": NO_JUDGE}, "primary_illiterate", "none", "none", False,
         1),
        # Latin axis, own language nothing: none | letters | words | sentences.
        (LETTERS | {"letters": 4, "letter_sounds": 4}, {}, "primary_illiterate", "none", "none",
         False, 1),
        (LETTERS, {}, "primary_illiterate", "none", "letters", False, 2),
        (LETTERS | {"letters": 3, "letter_sounds": 5}, {}, "primary_illiterate", "none", "letters",
         False, 2),
        (WORDS | {"words": 4}, {}, "primary_illiterate", "none", "letters", False, 2),
        (WORDS, {}, "semi_literate", "none", "words", False, 3),
        (SENTENCES | {"words": 5}, {}, "semi_literate", "none", "words", False, 3),
        (SENTENCES | {"sentences": 1}, {}, "semi_literate", "none", "words", False, 3),
        (SENTENCES | {"dictation": 5}, {}, "semi_literate", "none", "words", False, 3),
        (SENTENCES, {}, "literate", "none", "sentences", False, None),
        # Own language: none | emerging | functional, without and with a judge.
        ({"own_words": 4}, {"missing": NO_JUDGE}, "primary_illiterate", "none", "none", False, 1),
        ({"own_words": 5}, {"missing": NO_JUDGE}, "semi_literate", "emerging", "none", False, 1),
        ({"own_words": 4, "own_aloud": 1}, {}, "primary_illiterate", "none", "none", False, 1),
        ({"own_words": 4, "own_aloud": 2}, {}, "semi_literate", "emerging", "none", False, 1),
        (READS_OWN | {"own_words": 6}, {"missing": NO_JUDGE}, "semi_literate", "emerging", "none",
         False, 1),
        (READS_OWN | {"own_text": 1}, {"missing": NO_JUDGE}, "semi_literate", "emerging", "none",
         False, 1),
        (READS_OWN, {"missing": NO_JUDGE}, "secondary", "functional", "none", True, 1),
        (READS_OWN | {"own_aloud": 2}, {}, "semi_literate", "emerging", "none", False, 1),
        (READS_OWN | {"own_aloud": 3}, {}, "semi_literate", "emerging", "none", False, 1),
        (READS_OWN | {"own_aloud": 3, "own_writing": 1}, {}, "semi_literate", "emerging", "none",
         False, 1),
        (READS_OWN | {"own_aloud": 3, "own_writing": 2}, {}, "secondary", "functional", "none",
         True, 1),
        ({"own_words": 4, "own_aloud": 1, "own_writing": 1}, {}, "semi_literate", "emerging",
         "none", False, 1),
        # Both axes.
        (READS_OWN | LETTERS, {"missing": NO_JUDGE}, "secondary", "functional", "letters", True, 2),
        (READS_OWN | WORDS, {"missing": NO_JUDGE}, "secondary", "functional", "words", True, 3),
        (READS_OWN | SENTENCES, {"missing": NO_JUDGE}, "literate", "functional", "sentences", False,
         None),
        ({"own_words": 5} | LETTERS, {"missing": NO_JUDGE}, "semi_literate", "emerging", "letters",
         False, 2),
        ({"own_words": 5} | WORDS, {"missing": NO_JUDGE}, "semi_literate", "emerging", "words",
         False, 3),
        ({"own_words": 5} | SENTENCES, {"missing": NO_JUDGE}, "literate", "emerging", "sentences",
         False, None),
        # The best-read language is written in Latin script (Somali, English …).
        (READS_OWN, {"missing": NO_JUDGE, "own_script": Script.LATIN}, "literate", "functional",
         "sentences", False, None),
        ({"own_words": 5}, {"missing": NO_JUDGE, "own_script": Script.LATIN}, "semi_literate",
         "emerging", "none", False, 1),
        (READS_OWN, {"missing": NO_JUDGE, "own_script": Script.OTHER}, "secondary", "functional",
         "none", True, 1),
        # No text in the language: never "none".
        ({}, {"missing": NO_TEXT}, "not_assessed", "not_assessed", "none", None, 1),
        (LETTERS, {"missing": NO_TEXT}, "not_assessed", "not_assessed", "letters", None, 2),
        (WORDS, {"missing": NO_TEXT}, "not_assessed", "not_assessed", "words", None, 3),
        (SENTENCES, {"missing": NO_TEXT}, "literate", "not_assessed", "sentences", False, None),
        # Sent deeper by lot: what the deep stage finds goes first.
        (PASSES | SENTENCES | PASSES | READS_OWN, {"is_drawn": True, "missing": NO_JUDGE},
         "literate", "functional", "sentences", False, None),
        (PASSES, {"is_drawn": True, "missing": NO_JUDGE}, "primary_illiterate", "none", "none",
         False, 1),
    ],
)
def test_a_class_follows_from_what_was_climbed(
    climbed: dict[str, int],
    more: dict[str, Any],
    literacy_class: str,
    own: str,
    latin: str,
    course: bool | None,
    laslliam: int | None,
) -> None:
    proposed = found(climbed, **more)

    assert (proposed.own, proposed.latin) == (own, latin)
    assert proposed.literacy_class == literacy_class
    assert proposed.short_latin_course is course
    assert proposed.laslliam_level == laslliam
    assert proposed.rules_version == LADDERS.version
    assert Classification.from_record(proposed.to_record()) == proposed


@pytest.mark.parametrize(
    ("climbed", "more", "written", "own", "counts"),
    [
        # Nobody judged writing at the screen: the text stands for it.
        (READS_OWN, {"missing": NO_JUDGE}, None, "functional", None),
        (READS_OWN, {"missing": NO_JUDGE}, "functional", "functional", True),
        (READS_OWN, {"missing": NO_JUDGE}, "emerging", "emerging", True),
        (READS_OWN, {"missing": NO_JUDGE}, "none", "emerging", True),
        ({"own_words": 5}, {"missing": NO_JUDGE}, "functional", "emerging", True),
        ({"own_words": 4}, {"missing": NO_JUDGE}, "functional", "emerging", True),
        ({"own_words": 4}, {"missing": NO_JUDGE}, "emerging", "emerging", True),
        ({"own_words": 4}, {"missing": NO_JUDGE}, "none", "none", True),
        # Read nothing aloud, so writing was not asked for: the text tells.
        ({"own_words": 4}, {}, "emerging", "emerging", True),
        # Without a text to read nothing is known of reading, whatever is written.
        ({}, {"missing": NO_TEXT}, "functional", "not_assessed", True),
        ({}, {"missing": NO_TEXT}, "none", "not_assessed", True),
        # The rung was taken: the text counts nothing beside it.
        (READS_OWN | {"own_aloud": 4, "own_writing": 3}, {}, "none", "functional", False),
        (READS_OWN | {"own_aloud": 4, "own_writing": 1}, {}, "functional", "emerging", False),
        # Passed the short screen: the own language was not looked at.
        (PASSES, {}, "none", "not_assessed", False),
    ],
)  # fmt: skip
def test_a_judged_text_stands_for_the_rung_that_was_not_taken(
    climbed: dict[str, int],
    more: dict[str, Any],
    written: str | None,
    own: str,
    counts: bool | None,
) -> None:
    level = Written(written) if written else None
    proposed = found(climbed, written=level, **more)
    assert proposed.own == own
    told = [dict(fact.values) for fact in proposed.evidence if fact.code == "text"]
    assert told == ([] if written is None else [{"level": written, "counts": counts}])


def test_a_version_without_a_rule_for_texts_takes_none() -> None:
    older = Ladders.from_table({name: row for name, row in TABLE.items() if name != "text"})
    seen = observed(READS_OWN, missing=NO_JUDGE)
    assert classify(replace(seen, written=Written.NONE), older) == classify(seen, older)


@pytest.mark.parametrize(
    ("missing", "latin", "literacy_class"),
    [
        # Cannot hear or speak: silent reading stands in for reading aloud.
        (("unfamiliar_words", "short_dictation", "letters", "letter_sounds", "syllables", "words",
          "sentences", "dictation"), "sentences", "literate"),
        # The same, and not tested silently either.
        (("unfamiliar_words", "silent_sentences", "letters", "letter_sounds", "syllables", "words",
          "sentences", "dictation"), "not_assessed", "not_assessed"),
        # Cannot hold a pen: reading decides, writing has no module.
        (("short_dictation", "dictation"), "sentences", "literate"),
        # Refused everything.
        (tuple(ALL), "not_assessed", "not_assessed"),
        # Letters were refused, the sounds were said.
        (("letters",), "sentences", "literate"),
    ],
)
def test_what_could_not_be_taken_is_never_read_as_cannot(
    missing: tuple[str, ...], latin: str, literacy_class: str
) -> None:
    proposed = found(ALL, missing=dict.fromkeys(missing, "health"))

    assert proposed.latin == latin
    assert proposed.literacy_class == literacy_class


def test_a_gap_anywhere_never_lowers_a_person() -> None:
    rng = np.random.default_rng(20261121)
    names = list(ALL)
    for _person in range(60):
        climbed = {name: int(rng.integers(0, n + 1)) for name, n in ALL.items()}
        whole = found(climbed, is_drawn=True)
        assert "not_assessed" not in (whole.own, whole.latin)
        gap = rng.choice(names)
        # Reading aloud in the own language needs a judge; without one the touches decide.
        holed = found(climbed, is_drawn=True, missing={gap: "technical"})
        if gap in ("own_words", "own_text"):
            assert holed.own in (whole.own, "not_assessed", "functional")
            assert holed.own != "none" or gap == "own_text"
        if gap in ("words", "sentences", "syllables"):
            assert holed.latin != "none" or whole.latin == "none"


def test_modules_follow_what_was_observed_in_each_area() -> None:
    nothing = found({}, missing=NO_JUDGE).module
    some = found(
        SOUNDS | {"numbers": 2, "interaction": 1, "dictation": 2}, missing=NO_JUDGE
    ).module
    more = found(WORDS | {"numbers": 4, "interaction": 3, "dictation": 5}).module
    most = found(WORDS | {"numbers": 6, "interaction": 4, "dictation": 7}).module
    mute = found({}, missing=NO_JUDGE | {"interaction": "health", "numbers": "refused"}).module

    assert nothing is not None
    assert some is not None
    assert more is not None
    assert most is not None
    assert mute is not None
    assert [vars(one) for one in (nothing, some, more, most, mute)] == [
        {"interaction": 1, "reading": 1, "writing": 1, "numeracy": 1},
        {"interaction": 2, "reading": 2, "writing": 2, "numeracy": 2},
        {"interaction": 3, "reading": 3, "writing": 3, "numeracy": 3},
        {"interaction": 4, "reading": 3, "writing": 4, "numeracy": 4},
        {"interaction": None, "reading": 1, "writing": 1, "numeracy": None},
    ]
    assert found(PASSES).module is None
    assert found(ALL, missing=dict.fromkeys(ALL, "refused")).module is None


@pytest.mark.parametrize(
    ("level", "area"),
    [("alle_N1", 1), ("N1", 2), ("N2", 3), ("N3", 4), ("N4", 4), ("N5", 4), (None, 1)],
)
def test_a_part_in_numeracy_places_its_area_and_nothing_else(level: str | None, area: int) -> None:
    told = found({}, missing=NO_JUDGE, numeracy=level)
    alone = found({}, missing=NO_JUDGE)
    assert told.module is not None
    assert alone.module is not None
    assert told.module.numeracy == area
    assert told.of_the_screen() == alone
    facts = [fact.to_record() for fact in told.evidence if fact.code == "numeracy"]
    both = {"code": "numeracy", "level": level, "area": area, "screen": 1}
    assert facts == ([both] if level else [])
    # Without numbers at the screen there is nothing beside it; who needs no module is told none.
    gap = found({}, missing=NO_JUDGE | {"numbers": "refused"}, numeracy=level)
    assert gap.module is not None
    assert gap.module.numeracy == (area if level else None)
    assert found(PASSES, numeracy=level) == found(PASSES)
    older = Ladders.from_table({name: row for name, row in TABLE.items() if name != "numeracy"})
    assert classify(observed({}, missing=NO_JUDGE, numeracy=level), older) == alone


@pytest.mark.parametrize(
    ("climbed", "more", "looks"),
    [
        (PASSES, {}, []),
        ({}, {"background": Background(years_of_school=8)}, []),
        ({}, {"background": Background(years_of_school=9)}, [Look.SCHOOLED_WITHOUT_DECODING]),
        (READS_OWN, {"background": Background(years_of_school=12)}, []),
        (WORDS, {"background": Background(years_of_school=12)}, []),
        ({}, {"background": Background(speaking="A1.3")}, []),
        ({}, {"background": Background(speaking="A2.1")}, [Look.SPEAKS_WITHOUT_DECODING]),
        (WORDS, {"background": Background(speaking="yli_C1.1")}, [Look.SPEAKS_WITHOUT_DECODING]),
        (PASSES, {"background": Background(speaking="B1.1", years_of_school=16)}, []),
        (SENTENCES, {}, [Look.LATIN_WITHOUT_OWN]),
        (READS_OWN, {"own_script": Script.LATIN}, [Look.OWN_LATIN_BUT_WEAK_HERE]),
        (PASSES, {"is_drawn": True}, [Look.PASSED_BUT_WEAK]),
        ({}, {"missing": NO_TEXT}, [Look.OWN_NOT_ASSESSED]),
        (PASSES, {"is_prompted": True}, [Look.PROMPTED]),
    ],
)
def test_a_look_is_asked_for_and_moves_nothing(
    climbed: dict[str, int], more: dict[str, Any], looks: list[Look]
) -> None:
    proposed = found(climbed, **{"missing": NO_JUDGE} | more)

    assert list(proposed.looks) == looks
    told = ("background", "is_prompted")
    plain = {name: value for name, value in more.items() if name not in told}
    without = found(climbed, **{"missing": NO_JUDGE} | plain)
    assert without == replace(proposed, looks=without.looks)


def test_evidence_names_rungs_gaps_and_the_name_that_never_counts() -> None:
    seen = observed({"name": 1, "picture_words": 3}, missing=NO_TEXT, not_climbed=U)
    facts = [fact.to_record() for fact in classify(seen, LADDERS).evidence]

    assert facts[0] == {
        "code": "rung", "rung": "picture_words", "right": 3, "slow": 0, "helped": 0, "wrong": 0,
        "unknown": 4, "of": 8, "stopped": True,
    }
    assert {"code": "rung_skipped", "rung": "unfamiliar_words"} in facts
    assert {"code": "rung_missing", "rung": "own_words", "reason": "no_material"} in facts
    assert {"code": "gap", "axis": "own", "rung": "own_words", "reason": "no_material"} in facts
    assert {"code": "axes", "own": "not_assessed", "latin": "none"} in facts
    assert {"code": "name_never_counts"} in facts


def test_the_way_through_the_rungs() -> None:
    def order(seen: Observations) -> list[str]:
        return list(dict.fromkeys(mark.rung for mark in seen.marks))

    assert order(observed(PASSES)) == ["picture_words", "unfamiliar_words", "short_dictation"]
    assert order(observed({}, missing=NO_JUDGE)) == [
        "picture_words", "own_words", "letters", "numbers", "name", "interaction",
    ]
    assert order(observed(ALL, is_drawn=True)) == [
        name for name in ALL if name != "silent_sentences"
    ]
    assert screen_passed(observed(PASSES), LADDERS)
    assert not screen_passed(observed(PASSES | {"picture_words": 6}), LADDERS)
    # Given up after four in a row that were not climbed, at once or later; a hint is none either.
    for marks, state in [
        ([W] * 3, RungState.WAITING),
        ([W] * 4, RungState.COMPLETE),
        ([W, W, W, R, U, W, H], RungState.WAITING),
        ([W, W, W, S, U, W, H, W], RungState.COMPLETE),
    ]:
        seen = Observations(
            tuple(Mark("picture_words", str(n), outcome) for n, outcome in enumerate(marks))
        )
        score = state_of(seen, LADDERS)[0]["picture_words"]
        assert (score.state, score.is_stopped) == (state, len(marks) == 4)
    # A later mark of the same task replaces the earlier one.
    mended = Observations((Mark("picture_words", "a", W), Mark("picture_words", "a", R)))
    assert state_of(mended, LADDERS)[0]["picture_words"].right == 1
    # Half a screen proposes nothing.
    half = classify(Observations((Mark("picture_words", "a", R),)), LADDERS)
    assert (half.literacy_class, half.latin, half.own) == ("not_assessed",) * 3
    # A person sees at most one change from seat to desk in the screen and one in the deep stage.
    places = [rung.place for rung in LADDERS.rungs.rungs]
    assert sum(a is not b for a, b in itertools.pairwise(places)) == 3
    assert places[0] is Place.KIOSK


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda t: t["rung"][1].update(only_if=[{"rung": "words", "at_least": 1}]), "words"),
        (lambda t: t["rung"][0].update(n=0), "numbers"),
        (lambda t: t["rung"][0].update(stage="middle"), "middle"),
        (lambda t: t["rung"][0].update(colour="red"), "colour"),
        (lambda t: t["rung"].append(dict(t["rung"][0])), "twice"),
        (lambda t: t["own"][0]["when"][0].update(at_least=9), "rule functional: .* has 8 tasks"),
        (lambda t: t["own"][0]["when"][0].update(rung="name", at_least=1), "never counts"),
        (lambda t: t["own"][0]["when"][0].update(state="complete"), "bound or a state"),
        (lambda t: t["latin"][0]["when"][0].update(exactly=1), "exactly"),
        (lambda t: t["text"].update(functional=4), "3 tasks"),
        (lambda t: t["text"].update(rung="essay"), "essay"),
        (lambda t: t["latin"][0].update(level="paragraphs"), "paragraphs"),
        (lambda t: t["class"].pop(), "no class for"),
        (lambda t: t["class"][0].update(laslliam=5), "1-4"),
        (lambda t: t["area"][0].update(level=0), "1-4"),
        (lambda t: t["looks"].update(speaking_level="A9"), "A9"),
        (lambda t: t["screen"]["passes"][0].append({"rung": "words", "at_least": 1}), "screen"),
        (lambda t: t.pop("looks"), "looks"),
    ],
)
def test_a_broken_table_is_refused_with_its_place(spoil: Any, words: str) -> None:
    table = copy.deepcopy(TABLE)
    spoil(table)

    with pytest.raises(LaddersRefused, match=words):
        Ladders.from_table(table)


def test_every_class_is_read_as_it_stands() -> None:
    for row in TABLE["class"]:
        made = LADDERS.classes[Own(row["own"]), Latin(row["latin"])]
        assert made.literacy_class == row["class"]
        assert made.short_latin_course == row.get("short_latin_course")
        assert made.laslliam_level == row.get("laslliam")
        rest = [one for one in TABLE["class"] if one != row]
        with pytest.raises(LaddersRefused) as refused:
            Ladders.from_table(TABLE | {"class": rest})
        assert str(refused.value) == f"no class for {row['own']} and {row['latin']}"
    assert {row.get("short_latin_course") for row in TABLE["class"]} >= {None, True}


def test_invented_people_go_through_the_real_ladders() -> None:
    def of(kind: LiteracyClass, errors: Errors) -> Outcomes:
        return simulate(kind, errors, LADDERS, persons=40, seed=7)

    primary, semi, secondary, literate = (of(kind, Errors.LUCKY_TOUCHES) for kind in KINDS)
    assert of(primary.kind, Errors.LUCKY_TOUCHES) == primary
    assert primary.passed == semi.passed == 0
    assert min(primary.right, secondary.right, literate.right) > 0.8
    assert literate.sent_deeper < 0.25
    assert primary.minutes_median < literate.deep_minutes_median
    assert sum(semi.classed.values()) == 40
    # Errors of staff cost those who read; a prompter lets some through who do not.
    assert of(literate.kind, Errors.STAFF_SLIPS).passed <= of(literate.kind, Errors.NONE).passed
    rates = [pass_rate(m, LADDERS, persons=60, seed=1) for m in (0.5, 0.9, 1.0)]
    assert rates[0] < 0.05 < rates[1] < rates[2] == 1.0


@pytest.mark.audit
def test_the_screen_meets_its_aims_under_its_assumptions() -> None:
    """At most one primary person in a thousand passes under the mildest error model, and at most
    15 % of literate persons are sent deeper, under any of the single ones."""
    primary = simulate(KINDS[0], Errors.LUCKY_TOUCHES, LADDERS, persons=20_000, seed=20261122)
    assert primary.passed <= 20
    for errors in (Errors.NONE, Errors.LUCKY_TOUCHES, Errors.PROMPTING, Errors.STAFF_SLIPS):
        found = [simulate(kind, errors, LADDERS, persons=1000, seed=20261121) for kind in KINDS]
        assert found[0].passed <= (1 if errors is not Errors.PROMPTING else 20)
        assert found[3].sent_deeper <= 0.15
