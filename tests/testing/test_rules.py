"""The editor of recommendation rules: a draft, its faults in sentences, a dry run, publishing."""

import pytest
from flask_babel import force_locale
from sqlalchemy import event, select

from scoring.recommendation_rules import Fault, Found
from testing.db import WRITES
from testing.drafting.versions import DraftExists
from testing.models import Event, RecommendationRules, Role
from testing.recommending import drafts, rule_words, rulebook
from tests.testing.builders import NOW, Builder
from tests.testing.pages import Page
from tests.testing.results import Case


@pytest.fixture
def case(build: Builder, bank_files) -> Case:
    return Case(build, bank_files, person={"given_names": "Aminatu", "surname": "Hassanzadeh"})


@pytest.fixture
def draft(case, page: Page) -> str:
    """Address of a draft, opened by an administrator who began it on the page."""
    page.sign_in(case.arrival.administrator)
    page.get("/rules")
    assert "Integration training, basic path" in page.text()
    page.submit(button="Make a draft")
    assert "Somebody is recommended something in every case" in page.text()
    return page.path


def content(case: Case) -> dict:
    return case.build.do(lambda db: db.scalars(select(RecommendationRules)).one().content)


def place_of(case: Case, name: str, kind: str = "rule") -> int:
    return [one["id"] for one in content(case)[kind]].index(name)


def test_opening_and_keeping_each_row_changes_nothing(case, draft, page: Page):
    before = content(case)
    for kind in drafts.LISTS:
        for place in range(len(before[kind])):
            page.get(f"{draft}/{kind}/{place}")
            page.submit()
            assert page.path == draft
    page.submit(button="Keep")
    assert content(case) == before


def test_faults_are_told_in_sentences_and_hinder_publishing(case, draft, page: Page):
    last = len(content(case)["rule"]) - 1
    page.submit(form=f"form[action='{draft}/rule/{last}/remove']")
    assert "Somebody would get no recommendation" in page.text()
    for share in ("nan", "inf", "1e999"):
        page.get(draft)
        page.submit({"second_share": share}, button="Keep")
        assert content(case)["second_share"] == share
    assert "second_share" in page.text()
    page.get(f"{draft}/publish")
    assert not page.html.select("main form button[type=submit]")
    page.get(f"{draft}/dry-run")
    assert "Rules with faults cannot be tried" in page.text()
    page.get(f"{draft}/rule/{last}")
    page.submit({"id": "rest", "outcome": "path_basic", "age-at_most": "old"})
    assert "rest: age is to be a whole number." in page.text()


def test_rules_are_moved_added_and_removed(case, draft, page: Page):
    names = [one["id"] for one in content(case)["rule"]]
    page.submit(form=f"form[action='{draft}/rule/1/up']")
    assert place_of(case, names[1]) == 0
    page.submit(form=f"form[action='{draft}/rule/0/down']")
    page.get(f"{draft}/rule/{len(names)}")
    page.submit({"id": "new", "outcome": "path_fast", "literacy": ["literate"]})
    assert [one["id"] for one in content(case)["rule"]] == [*names[:-1], "new", names[-1]]
    page.submit(form=f"form[action='{draft}/rule/{len(names) - 1}/remove']")
    assert [one["id"] for one in content(case)["rule"]] == names


def test_a_change_that_somebody_has_not_seen_is_not_overwritten(case, draft, page: Page):
    other = page.another()
    other.sign_in(case.assessor)
    other.get(f"{draft}/rule/0")
    page.submit(button="Keep")
    other.submit(status=409)
    assert "Somebody changed the draft meanwhile." in other.text()
    with pytest.raises(DraftExists):
        case.build.do(lambda db: drafts.begin(db, actor=case.assessor, now=NOW))


def test_a_dry_run_tells_who_would_be_proposed_something_else(case, draft, page: Page):
    case.write_and_rate()
    case.give_levels()
    wanted = case.decisions()
    case.sign(wanted, recommended=case.recommend(wanted))
    page.get(f"{draft}/dry-run")
    assert "0 of 1 person would be proposed something else." in page.text()
    last = len(content(case)["rule"]) - 1
    page.get(f"{draft}/rule/{last}")
    page.submit({"outcome": "path_slow"})
    page.get(f"{draft}/dry-run")
    assert "1 of 1 person would be proposed something else." in page.text()
    row = page.html.select_one("a[href^='/statements/']").find_parent("tr").get_text(" ")
    assert "Aminatu Hassanzadeh" in row
    assert "slow path" in row
    assert case.recommend(wanted).outcome == "path_basic"

    page.get(f"{draft}/publish")
    page.submit(button="Publish")
    assert "The rules are in use." in page.text()
    rules = case.build.do(lambda db: rulebook.in_use(db, case.assessor.centre_id))
    assert rules.version == "centre-1"
    again = case.recommend(wanted)
    assert (again.outcome, again.shown) == ("path_slow", 2)
    page.get(draft)
    assert not page.html.select("main form")
    page.get(f"{draft}/rule/0", status=404)
    log = select(Event.action).where(Event.action.startswith("rules:")).order_by(Event.id)
    events = case.build.do(lambda db: db.scalars(log).all())
    assert events == ["rules:change", "rules:change", "rules:publish"]


def test_a_dry_run_computes_while_others_may_write(case, draft, page: Page, database):
    asked = []

    def note(connection, _cursor, statement, *_more):
        if connection.get_execution_options().get(WRITES):
            asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    page.get(f"{draft}/dry-run")
    event.remove(database.engine, "before_cursor_execute", note)
    assert any("INSERT INTO event" in one for one in asked), "the look is noted"
    assert not [one for one in asked if "FROM statement" in one]


def test_another_centre_has_rules_of_its_own(case, draft, page: Page):
    stranger = page.another()
    stranger.sign_in(case.build.staff(case.build.centre(), Role.ADMINISTRATOR))
    for path in ("", "/rule/0", "/dry-run", "/publish"):
        stranger.get(f"{draft}{path}", status=404)
    clerk = page.another()
    clerk.sign_in(case.clerk)
    clerk.get("/rules", status=403)


def test_every_fault_has_a_sentence(app):
    assert set(rule_words.FAULTS) == set(Fault)
    with app.test_request_context(), force_locale("en"):
        for fault in Fault:
            said = rule_words.fault_sentence(Found(fault, "slow-study", "needed"))
            assert said.endswith(".")
            assert "%(" not in said
