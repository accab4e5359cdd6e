"""Every rule and its boundary, "not assessed" included; doubt carried through exactly."""

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from scoring.cefr import REPORTED_LEVELS
from scoring.recommendation import Facts, FactsRefused, Proposed, at, entry, propose
from scoring.recommendation_reading import read
from scoring.recommendation_rules import SKILLS, Addition, Outcome

SHIPPED = Path(__file__).parents[2] / "testing" / "data" / "recommendation_rules.toml"


def table():
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


RULES = read(table())


def known(reading=None, listening=None, writing=None, speaking=None, **facts) -> Facts:
    """Levels beyond doubt; a word that is no level is the reason for none."""
    given = dict(zip(SKILLS, (reading, listening, writing, speaking), strict=True))
    levels = {skill: at(one) for skill, one in given.items() if one in REPORTED_LEVELS}
    reasons = {skill: one or "not_taken" for skill, one in given.items() if skill not in levels}
    return Facts(levels=levels, not_assessed=reasons, **facts)


def everywhere(level, **facts) -> Facts:
    return known(level, level, level, level, **facts)


B = "alle_A1.1"
VOCATIONAL = {"purpose": "vocational_training", "requirement": "vocational-b1-1"}
FEW_A2_2 = VOCATIONAL | {"requirement": "vocational-a2-2"}
FEW_B1_2 = VOCATIONAL | {"requirement": "vocational-b1-2"}
YOUNG = "young-without-schooling"
PRIMARY = {"literacy": "primary_illiterate"}

#: rule → facts that it is the first to speak for, on both sides of each boundary with the next.
TABLE = [
    ("nothing-known", Facts()),
    ("nothing-known", Facts(literacy="literate", study_skills="strong", schooling_years=15)),
    ("nothing-known", known("script", "hearing", "refused", "technical", literacy="secondary")),
    (YOUNG, everywhere(B, **PRIMARY, schooling_years=8, age=29)),
    (YOUNG, everywhere("A2.1", literacy="semi_literate", schooling_years=0, age=18)),
    (YOUNG, Facts(literacy="primary_illiterate", schooling_years=0, age=20)),
    ("zero-primary", everywhere(B, literacy="primary_illiterate", schooling_years=9, age=29)),
    ("zero-primary", everywhere(B, literacy="primary_illiterate", schooling_years=8, age=30)),
    ("zero-primary", everywhere(B, literacy="primary_illiterate", age=20)),
    ("zero-primary", everywhere(B, literacy="primary_illiterate", schooling_years=0)),
    ("zero-primary", known("script", B, "script", B, literacy="primary_illiterate")),
    ("zero-primary", known("script", B, "script", None, literacy="primary_illiterate")),
    ("literacy-primary", known("script", "A1.1", "script", B, literacy="primary_illiterate")),
    ("literacy-primary", Facts(literacy="primary_illiterate")),
    ("literacy-primary", everywhere("B1.1", literacy="primary_illiterate", **VOCATIONAL)),
    ("zero-secondary", known("script", B, "script", B, literacy="secondary")),
    ("zero-secondary", everywhere(B, literacy="semi_literate", study_skills="strong")),
    ("literacy-semi", known(B, "A1.1", B, "A2.2", literacy="semi_literate")),
    ("literacy-semi", Facts(literacy="semi_literate")),
    ("literacy-semi", everywhere("B1.1", literacy="semi_literate", **VOCATIONAL)),
    ("zero-fast", everywhere(B, literacy="literate", study_skills="strong")),
    ("zero-slow", everywhere(B, literacy="literate", study_skills="needs_support")),
    ("zero-slow", everywhere(B, study_skills="needs_support", schooling_years=16)),
    ("zero-slow-schooling", everywhere(B, literacy="literate", schooling_years=6)),
    ("zero-basic", everywhere(B, literacy="literate", schooling_years=7)),
    ("zero-basic", everywhere(B)),
    ("zero-basic", everywhere(B, study_skills="ordinary", schooling_years=0)),
    ("zero-basic", known(B, B, "A1.1", B)),
    ("zero-basic", known(B, "hearing", None, None, **VOCATIONAL)),
    ("basic", known(B, B, "A1.1", "A1.1")),
    ("training-met", everywhere("B1.1", **VOCATIONAL)),
    ("training-met", known("B1.1", "hearing", "B1.1", "hearing", **VOCATIONAL)),
    ("training-met", known("A1.1", "B1.2", "A1.1", "B1.2", **FEW_B1_2)),
    ("training-met", known("A2.2", "A2.2", None, None, **FEW_A2_2)),
    ("training-open", known("B1.1", "technical", "B1.1", "B1.1", **VOCATIONAL)),
    ("training-open", known("A2.2", "A2.1", None, "A2.1", **FEW_A2_2)),
    ("training-near", known("B1.1", "B1.1", "A2.2", "B1.1", **VOCATIONAL)),
    ("training-near", known("A2.1", "hearing", "B1.1", "hearing", **VOCATIONAL)),
    ("basic", known("A2.1", "A1.3", "A2.1", "A1.3", **VOCATIONAL)),
    ("goal-reached", everywhere("B1.2")),
    ("goal-reached", everywhere("yli_C1.1", purpose="level_check", study_skills="needs_support")),
    ("goal-reached", known("B1.2", "hearing", "B1.2", "hearing")),
    ("fast-level", known("B1.2", "B1.1", "B1.2", "B1.2", schooling_years=9)),
    ("fast-level", known("B1.2", "B1.2", "B1.2", None, schooling_years=9)),
    ("slow-study", everywhere("A2.1", study_skills="needs_support", schooling_years=16)),
    ("slow-schooling", everywhere("A1.3", schooling_years=6)),
    ("slow-schooling", known("A1.3", "B1.1", "A2.1", schooling_years=6, study_skills="strong")),
    ("basic", everywhere("A1.3", schooling_years=7)),
    ("basic", everywhere("A2.1", schooling_years=6)),
    ("basic", known("script", "A2.1", "script", "A2.1", schooling_years=6)),
    ("slow-letters", everywhere("A1.1", literacy="secondary", latin="letters")),
    ("slow-letters", known("script", "A1.1", "script", "A1.1", literacy="secondary", latin="none")),
    ("basic", everywhere("A1.1", literacy="secondary", latin="words")),
    ("basic", everywhere("A1.1", latin="not_assessed")),
    ("slow-written", known("A1.1", "A2.1", "A2.1", None)),
    ("basic", known("A1.2", "A2.1", "A2.1", None)),
    ("basic", known("A1.1", "A1.3", "A2.1", None)),
    ("fast-study", everywhere("A1.1", study_skills="strong", schooling_years=12)),
    ("basic", everywhere("A1.1", study_skills="strong", schooling_years=11)),
    ("basic", everywhere("A1.1", study_skills="strong")),
    ("fast-level", everywhere("A2.1", schooling_years=9)),
    ("fast-level", known("A2.1", "hearing", None, "A2.2", schooling_years=9)),
    ("basic", everywhere("A2.1", schooling_years=8)),
    ("basic", everywhere("A2.1")),
    ("basic", known("A2.1", "A2.1", "A1.3", "A2.1", schooling_years=9)),
    ("basic", known("A1.1", None, None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "facts"), TABLE)
def test_the_rule_that_speaks(rule, facts):
    found = propose(RULES, facts)
    assert [one.rule for one in found.led] == [rule]
    assert found.outcome == next(one.outcome for one in RULES.rules if one.id == rule)
    assert found.shares == ((found.outcome, 1.0),)
    assert found.is_sure
    assert found.led[0].conditions["id"] == rule


def test_every_rule_stands_in_the_table():
    assert {rule for rule, _facts in TABLE} == {rule.id for rule in RULES.rules}
    assert {rule.outcome for rule in RULES.rules} == set(Outcome)


@pytest.mark.parametrize(
    ("facts", "additions"),
    [
        (Facts(), ["literacy_check"]),
        (Facts(literacy="secondary", latin="letters"), ["latin_course"]),
        (Facts(literacy="literate", latin="none"), ["latin_course"]),
        (Facts(literacy="semi_literate", latin="none"), []),
        (Facts(literacy="literate", latin="not_assessed"), []),
        (Facts(literacy="secondary", own="functional", latin="words"), ["latin_course_considered"]),
        (Facts(literacy="secondary", own="emerging", latin="words"), []),
        (known("A1.3", "B1.1", "B1.1", None, literacy="literate"), ["reading_support"]),
        (known("A2.1", "B1.1", "B1.1", None, literacy="literate"), []),
        (known("A1.3", "A2.2", "A1.3", None, literacy="literate"), []),
        (known(None, "B1.1", None, None, literacy="literate"), []),
    ],
)
def test_what_is_recommended_beside(facts, additions):
    assert [one for one, _rule, _share in propose(RULES, facts).additions] == additions


def test_every_addition_stands_in_the_rules():
    assert {rule.outcome for rule in RULES.additions} == set(Addition)


# Doubt


def spread(centre: float, width: float = 1.0) -> tuple[float, ...]:
    shares = np.exp(-0.5 * ((np.arange(12) - centre) / width) ** 2)
    return tuple(shares / shares.sum())


DOUBTFUL = Facts(
    levels={"reading": spread(3.2), "listening": spread(4.4), "writing": spread(3.6)},
    not_assessed={"speaking": "not_taken"},
    schooling_years=9,
    literacy="literate",
)


def test_each_outcome_is_as_probable_as_the_levels_that_lead_to_it():
    by_outcome: dict[str, float] = {}
    skills = list(DOUBTFUL.levels)
    for places in itertools.product(range(12), repeat=len(skills)):
        share = np.prod(
            [DOUBTFUL.levels[skill][at] for skill, at in zip(skills, places, strict=True)]
        )
        levels = {
            skill: at(REPORTED_LEVELS[place]) for skill, place in zip(skills, places, strict=True)
        }
        sure = propose(RULES, Facts(**{**DOUBTFUL.to_record(), "levels": levels}))
        by_outcome[sure.outcome] = by_outcome.get(sure.outcome, 0.0) + float(share)
    found = propose(RULES, DOUBTFUL)
    assert dict(found.shares) == pytest.approx(by_outcome)
    assert len(found.shares) >= 3
    assert sum(share for _outcome, share in found.shares) == pytest.approx(1)
    assert [share for _outcome, share in found.shares] == sorted(by_outcome.values(), reverse=True)


def test_the_second_best_is_the_next_most_probable_or_what_the_rule_names():
    found = propose(RULES, DOUBTFUL)
    assert not found.is_sure
    assert (found.second, found.second_because) == (found.shares[1][0], "share")
    sure = propose(RULES, everywhere("A1.2"))
    assert (sure.second, sure.second_because) == ("path_slow", "rule")
    assert propose(RULES, everywhere("B1.1", **VOCATIONAL)).second is None


def test_a_course_begins_at_the_second_lowest_skill():
    entry = propose(RULES, known("A1.1", "A2.2", "A1.3", "B1.1")).entry
    assert entry.level == "A1.3"
    assert entry.level_set == ("A1.3",)
    assert propose(RULES, known("A1.1", None, None, None)).entry.level == "A1.1"
    assert propose(RULES, everywhere(B)).entry is None
    assert len(propose(RULES, DOUBTFUL).entry.level_set) > 1


def test_where_another_course_would_begin():
    facts = known("A1.1", "A2.2", "A1.3", "B1.1")
    assert entry(RULES, facts, "path_slow") == {"level": "A1.3", "level_set": ["A1.3"]}
    assert entry(RULES, facts, "no_course") is None
    assert entry(RULES, Facts(), "path_slow") is None
    # Of three spread skills the second lowest, worked out combination by combination.
    chance = np.zeros(12)
    spreads = list(DOUBTFUL.levels.values())
    for places in itertools.product(range(12), repeat=3):
        chance[sorted(places)[1]] += np.prod([s[p] for s, p in zip(spreads, places, strict=True)])
    found = entry(RULES, DOUBTFUL, "path_slow")
    assert found["level"] == REPORTED_LEVELS[int(chance.argmax())]
    held = [REPORTED_LEVELS.index(one) for one in found["level_set"]]
    assert held == list(range(held[0], held[-1] + 1))
    assert chance[held].sum() >= 0.8 > chance[held].sum() - chance[held].min()


@pytest.mark.parametrize(
    ("share", "is_sure", "second"),
    [
        (0.8, True, ("zero_basic", "share")),
        (0.79, False, ("zero_basic", "share")),
        (0.85, True, ("zero_basic", "share")),
        (0.86, True, ("path_slow", "rule")),
        (0.5, False, ("zero_basic", "share")),
        (0.4, False, ("path_basic", "share")),
    ],
)
def test_shares_that_decide_belong_to_the_sure_and_to_the_second(share, is_sure, second):
    rules = read(
        {
            "version": "x", "origin": "y",
            "rule": [
                {
                    "id": "high", "outcome": "path_basic", "second": "path_slow",
                    "levels": [{"at_least": "A2.1", "skills": ["reading"]}],
                },
                {"id": "rest", "outcome": "zero_basic"},
            ],
        }
    )  # fmt: skip
    reading = [0.0] * 12
    reading[4], reading[1] = share, 1 - share
    found = propose(rules, Facts(levels={"reading": tuple(reading)}))
    assert dict(found.shares)["path_basic"] == pytest.approx(share)
    # Equal shares keep the order of the rules.
    assert found.outcome == ("path_basic" if share >= 0.5 else "zero_basic")
    assert found.is_sure is is_sure
    assert (found.second, found.second_because) == second


# The requirement of a training


def test_which_skill_is_short_and_by_how_much():
    found = propose(RULES, known("A2.1", "B1.1", "A2.2", "B1.2", **VOCATIONAL)).sufficiency
    assert [(one.skill, one.level, one.steps) for one in found.short] == [
        ("writing", "A2.2", 1),
        ("reading", "A2.1", 2),
    ]
    assert found.standings == {"met": 0.0, "short": 1.0, "open": 0.0}
    assert found.reached == {"reading": 0, "listening": 1, "writing": 0, "speaking": 1}


def test_where_some_skills_are_enough_only_the_nearest_are_short():
    facts = {"purpose": "vocational_training", "requirement": "vocational-b1-2"}
    found = propose(RULES, known("A1.1", "B1.2", "B1.1", "A2.2", **facts)).sufficiency
    assert [(one.skill, one.steps) for one in found.short] == [("writing", 1)]
    assert propose(RULES, known("A1.1", "B1.2", "B1.2", B, **facts)).sufficiency.short == ()


def test_a_deaf_applicant_is_measured_by_what_can_be_assessed():
    found = propose(RULES, known("B1.1", "hearing", "B1.1", "hearing", **VOCATIONAL)).sufficiency
    assert (found.needed, found.excused, found.open) == (2, ("listening", "speaking"), ())
    assert found.standings["met"] == 1


def test_what_is_not_assessed_otherwise_leaves_the_requirement_open():
    found = propose(RULES, known("B1.1", "technical", "B1.1", "B1.1", **VOCATIONAL)).sufficiency
    assert (found.needed, found.open) == (4, ("listening",))
    assert found.standings["open"] == 1


def test_doubt_about_a_skill_is_doubt_about_the_requirement():
    levels = {skill: at("B1.1") for skill in SKILLS} | {"writing": spread(6.0, 0.8)}
    facts = Facts(levels=levels, **VOCATIONAL)
    found = propose(RULES, facts)
    short = sum(levels["writing"][:6])
    assert found.sufficiency.standings["short"] == pytest.approx(short)
    assert dict(found.shares)["vocational_language"] == pytest.approx(short)


@pytest.mark.parametrize(
    ("training", "wanted"),
    [("Lähihoitaja, Helsinki", "care"), ("", "usual"), ("Kokki", "usual")],
)
def test_a_training_is_known_by_its_words(training, wanted):
    rows = [
        {"id": "care", "level": "B1.2", "needed": 4, "trainings": ["Lähihoitaja"]},
        {"id": "usual", "level": "B1.1", "needed": 4, "default": True},
    ]
    assert read(table() | {"requirement": rows}).requirement_for(training).id == wanted


@pytest.mark.parametrize(
    ("signs", "code"),
    [(None, "unknown"), (0, "needs_support"), (1, "ordinary"), (2, "ordinary"), (3, "strong")],
)
def test_signs_of_study_skills_become_a_code(signs, code):
    assert RULES.study_skills(signs) == code


def test_an_uneven_profile_is_pointed_out():
    found = propose(RULES, known("A1.2", "A2.2", "A2.1", None)).uneven
    assert (found.lowest, found.highest, found.steps) == ("reading", "listening", 3)
    assert propose(RULES, known("A1.3", "A2.2", "A2.1", None)).uneven is None
    assert propose(RULES, Facts()).uneven is None


# Records


def test_facts_rules_and_proposals_are_plain_records():
    assert Facts.from_record(DOUBTFUL.to_record()) == DOUBTFUL
    assert read(RULES.to_record()) == RULES
    record = propose(RULES, DOUBTFUL).to_record()
    assert set(record) == set(Proposed.__dataclass_fields__)
    assert record["version"] == "recommendation-provisional-1"
    assert record["provisional"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"literacy": "illiterate"}, "literacy: 'illiterate'"),
        ({"schooling_years": -1}, "schooling_years: -1"),
        ({"levels": {"grammar": at("A1.1")}}, "grammar: one probability for every reported level"),
        ({"levels": {"reading": (1.0,)}}, "reading: one probability for every reported level"),
        (
            {"levels": {"writing": (0.5, *at("A1.1")[1:])}},
            "writing: probabilities that add up to one",
        ),
        (
            {"levels": {"writing": (-0.5, 1.5, *at("A1.1")[2:])}},
            "writing: probabilities that add up to one",
        ),
    ],
)
def test_facts_that_no_rule_can_read_are_refused(facts, words):
    with pytest.raises(FactsRefused) as refused:
        Facts(**facts)
    assert str(refused.value) == words
