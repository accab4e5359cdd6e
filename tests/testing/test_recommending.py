"""Recommendation: proposed from frozen facts, decided and signed by a human, cut for an office."""

import json

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from scoring.recommendation import Facts
from scoring.recommendation_rules import Addition, Outcome
from testing import person_result_words, result_pages, statements
from testing.models import (
    Event,
    NotAssessed,
    PermissionContent,
    Purpose,
    RecommendationProposal,
    Referral,
)
from testing.recommending import facts, proposals, rulebook, words
from testing.recommending.proposals import (
    OverrideReasonMissing,
    ProposalChanged,
    RecommendationMissing,
    Recommended,
)
from testing.releases import cut
from testing.statements import Decided
from tests.testing.builders import NOW, Builder
from tests.testing.pages import Page
from tests.testing.results import Case
from tests.testing.test_statements import text_of

PERSON = {"given_names": "Aminatu", "surname": "Hassanzadeh"}


@pytest.fixture
def case(build: Builder, bank_files) -> Case:
    made = Case(build, bank_files, person=PERSON)
    made.write_and_rate()
    made.give_levels()
    return made


def note(case: Case, **known):
    case.do(lambda db, sitting, actor: facts.note(db, sitting, known, actor=actor, now=NOW))


def signed(case: Case, decisions=None, **changes):
    wanted = decisions or case.decisions()
    return case.sign(wanted, recommended=case.recommend(wanted, **changes)).content["recommended"]


def vocational(case: Case) -> None:
    def change(db):
        db.get_one(Referral, case.arrival.referral.id).purpose = Purpose.VOCATIONAL_TRAINING

    case.build.do(change)


def proposed(case: Case) -> list[RecommendationProposal]:
    return case.build.do(
        lambda db: db.scalars(
            select(RecommendationProposal).order_by(RecommendationProposal.number)
        ).all()
    )


# Facts and proposals


def test_the_facts_of_a_sitting_are_levels_reasons_and_what_was_noted(case):
    note(case, literacy="secondary", latin="words", schooling_years=9, study_skills="")
    case.recommend(case.decisions())
    known = Facts.from_record(proposed(case)[0].facts)
    assert set(known.levels) == {"writing"}
    assert known.not_assessed["speaking"] == "not_taken"
    assert (known.literacy, known.latin, known.schooling_years) == ("secondary", "words", 9)
    assert (known.study_skills, known.own) == ("unknown", "not_assessed")
    assert (known.purpose, known.requirement, known.age) == ("integration_plan", None, 36)


def test_a_level_of_the_assessors_own_is_taken_at_their_word(case):
    decisions = case.decisions(writing=Decided(level="A1.1", reason="Lyhyt."))
    case.recommend(decisions)
    assert max(Facts.from_record(proposed(case)[0].facts).levels["writing"]) == 1
    doubtful = case.decisions()
    case.recommend(doubtful)
    assert max(Facts.from_record(proposed(case)[1].facts).levels["writing"]) < 1


def test_a_proposal_is_made_anew_only_for_other_facts(case):
    decisions = case.decisions()
    assert [case.recommend(decisions).shown for _again in range(2)] == [1, 1]
    note(case, study_skills="needs_support")
    again = case.recommend(decisions)
    assert (again.shown, again.outcome) == (2, "path_slow")
    assert [row.proposal["outcome"] for row in proposed(case)] == ["path_basic", "path_slow"]
    events = case.build.do(
        lambda db: db.scalars(
            select(Event.action).where(Event.action.in_(["facts:note", "recommendation:propose"]))
        ).all()
    )
    assert sorted(events) == ["facts:note", *["recommendation:propose"] * 2]


@pytest.mark.parametrize(
    "known",
    [{"literacy": "illiterate"}, {"schooling_years": 41}, {"religion": "x"}, {"latin": "C1.1"}],
)
def test_facts_that_no_rule_can_read_are_refused(case, known):
    with pytest.raises(facts.BadFacts):
        note(case, **known)


def test_a_vocational_applicant_is_measured_by_the_usual_requirement(case):
    vocational(case)
    found = signed(case)
    assert found["outcome"] == "vocational_language"
    assert [one["skill"] for one in found["sufficiency"]["short"]] == ["writing"]
    assert found["sufficiency"]["requirement"]["id"] == "vocational-b1-1"
    assert found["sufficiency"]["open"] == ["reading", "listening", "speaking"]


# Signing


def test_what_is_signed_carries_the_proposal_its_reasons_and_rules(case):
    note(case, schooling_years=5)
    decisions = case.decisions(writing=Decided(level="A1.3", reason="Lyhyt."))
    found = signed(case, decisions, additions=("literacy_check",))
    assert (found["outcome"], found["proposed"]) == ("path_slow", "path_slow")
    assert not found["differs"]
    assert found["additions"] == ["literacy_check"]
    assert found["entry"] == {"level": "A1.3", "level_set": ["A1.3"]}
    assert sum(share for _outcome, share in found["shares"]) == pytest.approx(1)
    codes = [(one["code"], one["tells"]) for one in found["reasons"]]
    assert codes == [("schooling_years", "background"), ("levels", "levels"), ("rule", "rule")]
    assert found["rules"] == {
        "version": "recommendation-provisional-1",
        "digest": rulebook.digest_of(rulebook.shipped()),
    }
    assert found["provisional"]


def test_another_recommendation_needs_a_reason_and_both_are_kept(case):
    with pytest.raises(OverrideReasonMissing):
        signed(case, outcome="path_fast")
    found = signed(case, outcome="path_fast", reason=" Opiskelee nopeasti. ")
    assert (found["outcome"], found["proposed"], found["second"]) == (
        *("path_fast", "path_basic", "path_basic"),
    )
    assert found["differs"]
    assert found["difference_reason"] == "Opiskelee nopeasti."
    assert found["entry"]["level"] == "A2.1"


@pytest.mark.parametrize("wanted", [{"outcome": ""}, {"outcome": "x"}, {"additions": ("x",)}])
def test_what_cannot_be_recommended_is_refused(case, wanted):
    with pytest.raises(RecommendationMissing):
        signed(case, **wanted)


def test_a_proposal_that_the_assessor_did_not_see_is_not_signed(case):
    decisions = case.decisions()
    seen = case.recommend(decisions)
    note(case, study_skills="needs_support")
    with pytest.raises(ProposalChanged):
        case.sign(decisions, recommended=seen)
    with pytest.raises(ProposalChanged):
        case.sign(decisions, recommended=Recommended("path_slow", shown=99))


def test_not_assessed_everywhere_is_a_closer_look(case):
    nothing = {
        skill.value: Decided(not_assessed=NotAssessed.HEALTH, reason="Sairas.")
        for skill in case.decisions()
    }
    decisions = case.decisions(**nothing)
    found = signed(case, decisions)
    assert (found["outcome"], found["entry"]) == ("look_first", None)


# What an office reads


@pytest.mark.parametrize(
    ("contents", "has", "lacks"),
    [
        ({"levels"}, set(), {"outcome"}),
        ({"recommendation"}, {"outcome", "second", "additions"}, {"entry", "shares", "uneven"}),
        ({"recommendation", "levels"}, {"entry", "sufficiency"}, {"shares"}),
        ({"recommendation", "certainty"}, {"outcome"}, {"shares", "entry"}),
        ({"recommendation", "levels", "certainty"}, {"shares", "differs"}, {"proposed"}),
    ],
)
def test_an_office_reads_what_its_permission_enumerates(case, contents, has, lacks):
    note(case, schooling_years=5, literacy="secondary", latin="letters")
    wanted = case.decisions()
    content = case.sign(wanted, recommended=case.recommend(wanted)).content
    content["recommended"]["entry"]["level_set"] = ["A1.3", "A2.1"]
    shown = cut(content, contents).get("recommended", {})
    if entry := shown.get("entry"):
        told = content["recommended"]["entry"]["level_set"] if "certainty" in contents else ["A2.1"]
        assert entry == {"level": "A2.1", "level_set": told}
    assert has <= set(shown)
    assert not lacks & set(shown)
    raw = json.dumps(shown)
    for never in ("schooling_years", "secondary", "digest", "Koulua", "facts"):
        assert never not in raw


def test_an_older_statement_without_a_recommendation_is_still_read(case, app):
    content = case.sign().content
    assert content["recommended"] is None
    del content["recommended"]
    with app.test_request_context():
        assert result_pages.view_of(cut(content, set(PermissionContent)))["recommended"] is None
        assert result_pages.text_block(content)


def test_text_and_table_say_what_is_recommended(case, app):
    wanted = case.decisions()
    recommended = case.recommend(wanted)
    content = case.sign(wanted, recommended=recommended, recommendation="Kirjoita.").content
    with app.test_request_context(), force_locale("en"):
        text = result_pages.text_block(cut(content, set(PermissionContent)))
        table = result_pages.table(cut(content, set(PermissionContent)))
        alone = result_pages.table(cut(content, {"recommendation"}))
    assert "Recommendation: Integration training, basic path. Begin at level A2.1" in text
    assert "In the assessor's words: Kirjoita." in text
    assert table.splitlines()[1].endswith("path_basic,path_slow,A2.1")
    assert alone.splitlines()[1].endswith("path_basic,path_slow,")


def test_a_long_statement_with_a_recommendation_still_fits_one_page(case, page: Page):
    vocational(case)
    wanted = case.decisions(
        **{
            name: Decided(level="B1.1", reason="Perustelu. " * 20)
            for name in ("reading", "speaking")
        }
    )
    recommended = case.recommend(
        wanted, outcome="path_fast", reason="Toisin. " * 40, additions=tuple(Addition)
    )
    words = {"recommendation": "Suositus on tässä. " * 40, "note": "Huomautus. " * 50}
    statement = case.sign(wanted, recommended=recommended, **words)
    page.sign_in(case.assessor)
    for language in ("fi", "sv"):
        page.get(f"/statements/{statement.public_id}/{language}.pdf")
        text_of(page.response)


# Words


def test_every_code_has_words_for_staff_and_for_the_person():
    assert set(words.OUTCOMES) == set(Outcome)
    assert set(words.ADDITIONS) == set(Addition)
    assert set(person_result_words.RECOMMENDED) == {one.value for one in Outcome}
    assert set(person_result_words.ADDED) == {one.value for one in Addition}


def test_every_rule_says_its_reasons_in_sentences(app):
    from scoring.recommendation import propose
    from testing.recommending import pages
    from tests.scoring.test_recommendation import RULES, TABLE

    with app.test_request_context():
        for rule, known in TABLE:
            row = RecommendationProposal(
                number=1,
                facts=known.to_record(),
                proposal=propose(RULES, known).to_record(),
                rules_digest="",
                made_at=NOW,
            )
            view = pages.proposal_view(row)
            assert view["rule"] == rule
            said = [*view["reasons"], *view["lines"], view["sure"], view["why"]]
            assert all(line.endswith(".") and "%(" not in line for line in said), said
            assert not any("_" in line for line in said), said


# Pages


def test_the_assessor_notes_facts_and_the_proposal_follows(case, page: Page):
    page.sign_in(case.assessor)
    page.get(f"/assessment/{case.sitting_id}/proposal")
    shown = page.html.select_one("#recommended .proposal").get_text()
    assert shown == "Integration training, basic path"
    assert not page.html.select("#recommended input[name=outcome][checked]")
    page.get(page.html.select_one("#recommended a")["href"])
    page.submit({"schooling_years": "99"}, status=400)
    page.submit({"schooling_years": "5", "literacy": "secondary", "latin": "letters"})
    assert page.path.endswith("/proposal")
    text = page.text()
    assert "Integration training, slow path" in text
    assert "A short course in Latin letters" in text
    assert "Schooling: 5 years." in text or "Latin letters: knows letters." in text
    ticked = [one["value"] for one in page.html.select("input[name=additions][checked]")]
    assert ticked == ["latin_course"]
    fields = {"level-writing": "A2.1", "outcome": "path_slow", "confirmed": "yes"}
    none = {f"level-{name}": "not-assessed" for name in ("reading", "listening", "speaking")}
    page.submit(fields | none, button="Sign the statement")
    assert "Integration training, slow path" in page.text()
    statement = page.path.rsplit("/", 1)[1]
    page.get(f"/people/{case.person_id}/own-copy?language=fi")
    assert page.html.select_one(".recommendation .strong") is not None
    page.get(f"/statements/{statement}/fi.pdf")
    assert page.response.data.startswith(b"%PDF")


def test_levels_that_lead_elsewhere_are_shown_before_they_are_signed(case, page: Page):
    page.sign_in(case.assessor)
    page.get(f"/assessment/{case.sitting_id}/proposal")
    none = {f"level-{name}": "not-assessed" for name in ("reading", "listening", "speaking")}
    fields = {
        "level-writing": "alle_A1.1",
        "reason-writing": "Vain nimi.",
        "outcome": "path_basic",
        "confirmed": "yes",
    }
    page.submit(fields | none, button="Sign the statement", status=400)
    assert "Your levels lead to another proposal." in page.text()
    assert "0-course, basic group" in page.html.select_one("#recommended .proposal").get_text()
    page.submit({"outcome": "zero_basic", "confirmed": "yes"}, button="Sign the statement")
    assert "0-course, basic group" in page.text()


def test_a_proposal_belongs_to_its_sitting(case):
    case.recommend(case.decisions())
    found = case.do(lambda db, sitting, _actor: proposals.numbered(db, sitting, 1))
    assert found is not None
    assert statements.FORMAT == 1
