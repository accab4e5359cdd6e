"""Statements: signed by a person, never edited, superseded in the open."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from testing import clock, statements
from testing.models import Event, NotAssessed, Referral, ReferralState, Role, Skill, Statement
from testing.models.results import StatementIsImmutable
from testing.statements import (
    AlreadySigned,
    CorrectionReasonMissing,
    Decided,
    DecisionMissing,
    DifferenceReasonMissing,
    NotConfirmed,
    StatementAltered,
)
from tests.testing import guards
from tests.testing.builders import Builder
from tests.testing.pages import Page
from tests.testing.results import Case
from tests.testing.walks import colleague

PERSON = {"given_names": "Aminatu", "surname": "Hassanzadeh"}


@pytest.fixture
def case(build: Builder, bank_files) -> Case:
    return Case(build, bank_files, person=PERSON)


@pytest.fixture
def assessed(case: Case) -> Case:
    case.write_and_rate()
    case.give_levels("A1.3")
    return case


def test_a_signature_makes_a_whole_snapshot_and_completes_the_referral(assessed):
    statement = assessed.sign(recommendation="Kurssi.", note="Rauhallinen päivä.")
    content = statements.content_of(statement)
    assert content["person"]["name"] == "Aminatu Hassanzadeh"
    assert content["signed"]["name"] == assessed.assessor.name
    assert content["recommendation"] == "Kurssi."
    assert content["provisional"]
    writing = next(one for one in content["skills"] if one["skill"] == "writing")
    assert (writing["level"], writing["blind"]["level"], writing["proposed"]) == (
        "A2.1",
        "A1.3",
        "A2.1",
    )
    assert writing["versions"]["rules"]["version"]
    assert content["writing"][0]["criteria"] == {
        "task_achievement": "A2.1",
        "range": "A2.1",
        "accuracy": "A2.1",
        "coherence": "A2.1",
    }
    referral = assessed.build.do(lambda db: db.get_one(Referral, assessed.arrival.referral.id))
    assert referral.state is ReferralState.COMPLETED
    event = assessed.build.do(
        lambda db: db.scalars(select(Event).where(Event.action == "statement:sign")).one()
    )
    assert event.details["digest"] == statement.digest
    assert "A2.1" not in str(event.details)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"writing": Decided()}, DecisionMissing),
        ({"writing": Decided(level="A2.1", not_assessed=NotAssessed.SIGHT)}, DecisionMissing),
        ({"writing": Decided(level="A2")}, DecisionMissing),
        ({"writing": Decided(level="C2.1", reason="Syy")}, DecisionMissing),
        ({"writing": Decided(level="A2.2")}, DifferenceReasonMissing),
        ({"writing": Decided(level="A2.2", reason=" ")}, DifferenceReasonMissing),
        ({"writing": Decided(not_assessed=NotAssessed.HEALTH)}, DifferenceReasonMissing),
        ({"speaking": Decided(level="A2.1")}, DifferenceReasonMissing),
    ],
)
def test_a_decision_that_is_not_whole_is_refused(assessed, changes, refusal):
    decisions = assessed.decisions(**changes)
    with pytest.raises(refusal):
        assessed.sign(decisions)
    assert assessed.build.do(lambda db: db.scalars(select(Statement)).all()) == []


def test_a_skill_that_is_left_out_is_refused(assessed):
    decisions = assessed.decisions()
    del decisions[Skill.SPEAKING]
    with pytest.raises(DecisionMissing):
        assessed.sign(decisions)


def test_an_own_level_with_a_reason_is_signed_and_both_are_kept(assessed):
    decisions = assessed.decisions(
        writing=Decided(level="A2.2", reason="Pitkät lauseet."),
        speaking=Decided(level="B1.1", reason="Haastattelu."),
    )
    content = statements.content_of(assessed.sign(decisions))
    skills = {one["skill"]: one for one in content["skills"]}
    assert skills["writing"]["differs"]
    assert skills["writing"]["difference_reason"] == "Pitkät lauseet."
    assert skills["speaking"]["level"] == "B1.1"
    assert skills["speaking"]["proposed_not_assessed"] == "not_taken"


def test_a_signature_needs_an_explicit_yes(assessed):
    with pytest.raises(NotConfirmed):
        assessed.sign(confirmed=False)


def test_a_second_signature_does_not_overwrite_the_first(assessed):
    first = assessed.sign()
    with pytest.raises(AlreadySigned):
        assessed.sign()
    with pytest.raises(CorrectionReasonMissing):
        assessed.sign(replaces=first)
    second = assessed.sign(replaces=first, correction="Nimi oli väärin.")
    assert (second.version, second.supersedes_id) == (2, first.id)
    assert second.verification_code != first.verification_code
    with pytest.raises(AlreadySigned):
        assessed.sign(replaces=first, correction="Myöhässä.")
    kept = assessed.build.do(lambda db: db.get_one(Statement, first.id))
    assert statements.content_of(kept) == statements.content_of(first)


def test_code_can_neither_change_nor_delete_a_statement(assessed):
    statement = assessed.sign()

    def change(db):
        row = db.get_one(Statement, statement.id)
        row.content = row.content | {"recommendation": "Muuta"}
        db.flush()

    def remove(db):
        db.delete(db.get_one(Statement, statement.id))
        db.flush()

    for work in (change, remove):
        with pytest.raises(StatementIsImmutable):
            assessed.build.do(work)


def test_a_statement_altered_in_the_database_is_shown_to_nobody(assessed, page: Page):
    statement = assessed.sign()

    def alter(db):
        guards.lift(db, "statement")
        altered = statement.content | {"recommendation": "Muuta"}
        db.execute(update(Statement).values(content=altered))

    assessed.build.do(alter)
    row = assessed.build.do(lambda db: db.get_one(Statement, statement.id))
    with pytest.raises(StatementAltered):
        statements.content_of(row)
    page.sign_in(assessed.assessor)
    page.get(f"/statements/{statement.public_id}", status=409)
    assert "Muuta" not in page.text()
    clerk = page.another()
    clerk.sign_in(assessed.clerk)
    clerk.get(f"/results/{statement.public_id}", status=409)
    assert "Muuta" not in clerk.text()


# Pages


def text_of(response) -> str:
    reader = PdfReader(io.BytesIO(response.data))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split())


def test_the_centre_sees_and_prints_the_whole_statement(assessed, page: Page):
    statement = assessed.sign(recommendation="Perustason polku.")
    page.sign_in(assessed.assessor)
    page.get(f"/statements/{statement.public_id}")
    assert "Perustason polku." in page.text()
    page.get(f"/statements/{statement.public_id}/fi.pdf")
    assert page.response.mimetype == "application/pdf"
    assert page.response.headers["Content-Disposition"] == "attachment; filename=lausunto.pdf"
    words = text_of(page.response)
    for part in ("Aminatu Hassanzadeh", "A2.1", "Perustason polku.", assessed.assessor.name):
        assert part in words
    assert statements.spaced_code(statement.verification_code) in words
    page.get(f"/statements/{statement.public_id}/en.pdf", status=404)
    actions = assessed.build.do(
        lambda db: db.scalars(
            select(Event.action).where(Event.action.in_(["statement:view", "statement:print"]))
        ).all()
    )
    assert sorted(actions) == ["statement:print", "statement:view"]


def test_a_long_statement_still_fits_one_page(assessed, page: Page):
    reason = "Perustelu on tässä. " * 20
    decisions = assessed.decisions(
        **{name: Decided(level="B1.1", reason=reason) for name in ("writing", "speaking")}
    )
    statement = assessed.sign(
        decisions, recommendation="Suositus on tässä. " * 40, note="Huomautus. " * 50
    )
    page.sign_in(assessed.assessor)
    for language in ("fi", "sv"):
        page.get(f"/statements/{statement.public_id}/{language}.pdf")
        text_of(page.response)


def test_replacing_begins_with_what_was_signed_and_asks_why(assessed, page: Page):
    first = assessed.sign(recommendation="Ensimmäinen.")
    page.sign_in(assessed.assessor)
    page.get(f"/assessment/{assessed.sitting_id}/proposal")
    assert page.html.select_one("#level-writing input[checked]")["value"] == "A2.1"
    page.submit({"confirmed": "yes"}, button="Sign the statement", status=400)
    assert "Write why the statement is replaced." in page.text()
    second = {"outcome": "path_basic", "recommendation": "Toinen."}
    page.submit(
        second | {"confirmed": "yes", "correction": "Kirjoitusvirhe."},
        button="Sign the statement",
    )
    assert "Takes the place of version 1" in page.text()
    page.get(f"/statements/{first.public_id}")
    assert "This statement was replaced" in page.text()
    assert "Ensimmäinen." in page.text()


def test_another_centre_sees_nothing(assessed, page: Page):
    statement = assessed.sign()
    page.sign_in(assessed.build.staff(assessed.build.centre(), Role.ASSESSOR))
    page.get(f"/statements/{statement.public_id}", status=404)
    page.get(f"/statements/{statement.public_id}/fi.pdf", status=404)
    page.get(f"/people/{assessed.person_id}/own-copy", status=404)


def test_a_rater_sees_no_statement(assessed, page: Page):
    statement = assessed.sign()
    page.sign_in(colleague(assessed.build, assessed.arrival, Role.RATER))
    page.get(f"/statements/{statement.public_id}", status=403)


# The person's own copy


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("so", "ltr"), ("fi", "ltr")])
def test_the_person_gets_an_own_copy_without_any_permission(
    assessed, page: Page, language, direction
):
    assessed.sign()
    from testing import permissions

    def withdraw(db):
        for one in db.get_one(Referral, assessed.arrival.referral.id).permissions:
            permissions.withdraw(db, one, actor=assessed.clerk, now=clock.now())

    assessed.build.do(withdraw)
    page.sign_in(assessed.assessor)
    page.get(f"/people/{assessed.person_id}/own-copy?language={language}")
    assert page.html.html["lang"] == language
    assert page.html.html["dir"] == direction
    assert "A2.1" in page.text()
    stairs = page.html.select(".stairs")
    assert [len(one.select(".stairs__step--behind")) for one in stairs] == [2]
    # One sheet in each language, also in those with long words: `text_of` counts the pages.
    page.get(f"/people/{assessed.person_id}/own-copy.pdf?language={language}")
    assert "A2.1" in text_of(page.response)
    actions = assessed.build.do(
        lambda db: db.scalars(
            select(Event.action).where(Event.action.startswith("own-copy:"))
        ).all()
    )
    assert sorted(actions) == ["own-copy:print", "own-copy:view"]


def test_before_a_signature_there_is_no_own_copy(assessed, page: Page):
    page.sign_in(assessed.assessor)
    page.get(f"/people/{assessed.person_id}/own-copy", status=404)


def test_the_newest_statement_is_the_one_that_the_person_gets(assessed, page: Page):
    first = assessed.sign(recommendation="Ensimmäinen.")
    assessed.sign(replaces=first, correction="Korjaus.", recommendation="Toinen.")
    page.sign_in(assessed.arrival.administrator)
    page.get(f"/people/{assessed.person_id}/own-copy?language=fi")
    assert "Toinen." in page.text()
    assert "Ensimmäinen." not in page.text()
