"""Releases: what an office sees is what the person permits, each look on record."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from testing import clock, permissions, releases, statements
from testing.models import (
    Centre,
    Event,
    Office,
    PermissionContent,
    Referral,
    Release,
    Role,
    Staff,
    Statement,
)
from testing.releases import Channel, Tray
from testing.verification import MOST_WRONG_CODES
from tests.testing.builders import Builder
from tests.testing.pages import Page
from tests.testing.results import Case

PERSON = {"given_names": "Aminatu", "surname": "Hassanzadeh"}
COPIES = ("", "/text", "/statement.json", "/statement.csv", "/fi.pdf", "/sv.pdf")


@pytest.fixture
def case(build: Builder, bank_files) -> Case:
    return Case(build, bank_files, person=PERSON)


@pytest.fixture
def signed(case: Case) -> tuple[Case, Statement]:
    return case, case.signed(recommendation="Perustason polku.", note="Rauhallinen.")


def permit(case: Case, *contents: PermissionContent) -> None:
    def work(db):
        referral = db.get_one(Referral, case.arrival.referral.id)
        permissions.give(
            db,
            referral,
            recipient=referral.office,
            contents=contents,
            purpose=referral.purpose,
            text_language="ar",
            how="paper",
            given_on=clock.local_day(clock.now()),
            actor=db.get_one(Staff, case.clerk.id),
            now=clock.now(),
        )

    case.build.do(work)


def withdraw(case: Case) -> None:
    def work(db):
        for one in db.get_one(Referral, case.arrival.referral.id).permissions:
            permissions.withdraw(db, one, actor=case.clerk, now=clock.now())

    case.build.do(work)


def another_office(case: Case) -> Office:
    return case.build.office(case.build.do(lambda db: db.get_one(Centre, case.clerk.centre_id)))


def actions(case: Case, prefix: str) -> list[str]:
    return case.build.do(
        lambda db: list(
            db.scalars(
                select(Event.action).where(Event.action.startswith(prefix)).order_by(Event.id)
            )
        )
    )


def test_a_signed_statement_is_in_the_inbox_at_once_and_reads_as_new_once(signed, page: Page):
    case, statement = signed
    page.sign_in(case.clerk)
    page.get("/results")
    assert "Hassanzadeh, Aminatu" in page.text()
    assert "A2.1" not in page.text()
    link = page.html.select_one(".inbox__link")
    page.get(link["href"])
    assert page.path == f"/results/{statement.public_id}"
    text = page.text()
    assert text.index("What to do next") < text.index("Level profile")
    for words in ("Perustason polku.", "A2.1", "provisional", case.assessor.name):
        assert words in text
    page.get("/results")
    assert "No new results." not in page.text()
    assert page.html.select_one(".inbox__item--new") is None
    page.get("/results?tray=new")
    assert "No new results." in page.text()


def test_each_look_and_each_copy_is_a_release_and_an_event(signed, page: Page):
    case, statement = signed
    page.sign_in(case.clerk)
    for copy in COPIES:
        page.get(f"/results/{statement.public_id}{copy}")
    rows = case.build.do(lambda db: db.scalars(select(Release).order_by(Release.id)).all())
    assert [row.channel for row in rows] == ["page", "text", "json", "csv", "pdf", "pdf"]
    assert {row.office_id for row in rows} == {case.clerk.office_id}
    assert actions(case, "statement:release") == ["statement:release"] * 6
    page.get(f"/results/{statement.public_id}")
    assert "Your office's earlier looks" in page.text()


def test_a_withdrawn_permission_refuses_the_next_look_and_keeps_what_was_released(
    signed, page: Page
):
    case, statement = signed
    page.sign_in(case.clerk)
    page.get(f"/results/{statement.public_id}")
    withdraw(case)
    for copy in COPIES:
        page.get(f"/results/{statement.public_id}{copy}", status=403)
        assert "There is no permission to see this result." in page.text()
        assert "A2.1" not in page.text()
    assert actions(case, "statement:refuse") == ["statement:refuse"] * len(COPIES)
    assert len(case.build.do(lambda db: db.scalars(select(Release)).all())) == 1
    page.get("/results?tray=waiting")
    assert "No permission" in page.text()
    page.get("/results?tray=all")
    assert "Hassanzadeh" not in page.text()


def test_an_expired_permission_refuses_too(signed):
    case, statement = signed
    later = clock.now() + permissions.LASTS + timedelta(days=2)

    def look(db):
        row = releases.find(db, statement.public_id, db.get_one(Staff, case.clerk.id))
        releases.look(
            db, row, Channel.PAGE, actor=db.get_one(Staff, case.clerk.id), now=later
        )

    with pytest.raises(releases.ReleaseRefused):
        case.build.do(look)


@pytest.mark.parametrize(
    ("contents", "seen", "unseen"),
    [
        (
            [PermissionContent.LEVELS],
            ["A2.1"],
            ["Borderline", "Perustason polku.", "Rauhallinen.", "Accuracy", "came"],
        ),
        (
            [PermissionContent.LEVELS, PermissionContent.CERTAINTY],
            ["A2.1", "Borderline", "Rauhallinen."],
            ["Perustason polku.", "Accuracy", "came"],
        ),
        (
            [PermissionContent.CERTAINTY],
            ["The person has permitted no levels to be told."],
            ["A2.1", "Borderline", "Perustason polku."],
        ),
        (
            [PermissionContent.ATTENDANCE],
            ["The person came and went through the test to its end."],
            ["A2.1", "Perustason polku.", "Accuracy"],
        ),
        (
            [PermissionContent.RECOMMENDATION],
            ["Perustason polku."],
            ["A2.1", "Borderline", "Rauhallinen.", "Accuracy"],
        ),
        (
            [PermissionContent.WRITING_CRITERIA],
            ["Accuracy"],
            ["Perustason polku.", "Rauhallinen.", "Level profile"],
        ),
    ],
)
def test_the_office_sees_what_the_permission_enumerates_and_no_more(
    signed, page: Page, contents, seen, unseen
):
    case, statement = signed
    permit(case, *contents)
    page.sign_in(case.clerk)
    page.get(f"/results/{statement.public_id}")
    text = page.text()
    page.get(f"/results/{statement.public_id}/text")
    block = page.text()
    for words in seen:
        assert words in text
    for words in unseen:
        assert words not in text
        assert words not in block
    page.get(f"/results/{statement.public_id}/statement.json")
    shown = json.loads(page.response.data)
    assert shown["contents"] == sorted(one.value for one in contents)
    assert ("skills" in shown) is (PermissionContent.LEVELS in contents)
    assert ("recommendation" in shown) is (PermissionContent.RECOMMENDATION in contents)
    assert ("writing" in shown) is (PermissionContent.WRITING_CRITERIA in contents)
    assert ("attendance" in shown) is (PermissionContent.ATTENDANCE in contents)
    raw = page.response.get_data(as_text=True)
    for never in ("blind", "theta", "seed", "proposed", "misfit", "dont_know"):
        assert never not in raw


def test_copies_for_computers_hold_codes(signed, page: Page):
    case, statement = signed
    page.sign_in(case.clerk)
    page.get(f"/results/{statement.public_id}/statement.csv")
    text = page.response.data.decode("utf-8-sig")
    rows = {row["skill"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["writing"]["level"] == "A2.1"
    assert rows["speaking"]["not_assessed"] == "not_taken"
    assert list(rows) == ["reading", "listening", "writing", "speaking"]
    assert "Aminatu" not in text
    name = page.response.headers["Content-Disposition"]
    assert "Hassan" not in name
    page.get(f"/results/{statement.public_id}/text")
    block = page.html.select_one(".paste").get_text()
    assert "Writing: A2.1." in block
    assert "Recommendation: Perustason polku." in block
    assert statements.spaced_code(statement.verification_code) in block


def test_the_pdf_is_one_tagged_page_in_finnish_or_swedish(signed, page: Page):
    case, statement = signed
    page.sign_in(case.clerk)
    for language in ("fi", "sv"):
        page.get(f"/results/{statement.public_id}/{language}.pdf")
        reader = PdfReader(io.BytesIO(page.response.data))
        assert len(reader.pages) == 1
        assert reader.trailer["/Root"]["/Lang"] == language
        assert "/StructTreeRoot" in reader.trailer["/Root"]
        words = " ".join(reader.pages[0].extract_text().split())
        assert "Aminatu Hassanzadeh" in words
        assert "A2.1" in words
    page.get(f"/results/{statement.public_id}/en.pdf", status=404)


def test_a_new_version_comes_as_new_and_the_old_one_says_so(signed, page: Page):
    case, first = signed
    page.sign_in(case.clerk)
    page.get(f"/results/{first.public_id}")
    second = case.sign(replaces=first, correction="SALAINEN SYY", recommendation="Toinen.")
    page.get("/results")
    assert len(page.html.select(".inbox__item")) == 1
    assert "A new statement in place of an earlier one" in page.text()
    page.get(f"/results/{first.public_id}")
    assert "This statement was replaced" in page.text()
    page.get(f"/results/{second.public_id}")
    assert "Toinen." in page.text()
    assert "SALAINEN" not in page.text()


def test_search_finds_by_name_in_the_offices_own_results(signed, page: Page):
    case, _statement = signed
    page.sign_in(case.clerk)
    page.get("/results")
    page.submit({"text": "hassanza"}, button="Search")
    assert "Hassanzadeh, Aminatu" in page.text()
    page.submit({"text": "Virtanen"}, button="Search")
    assert "No result of your office" in page.text()
    page.submit({"text": ""}, button="Search", status=400)


def test_an_office_never_sees_another_offices_result(app, signed, page: Page):
    """A clerk of another office tries every address with every id there is."""
    case, statement = signed
    stranger = case.build.clerk(another_office(case))
    mine = page.another()
    mine.sign_in(case.clerk)
    mine.get(f"/results/{statement.public_id}")

    def ids_of(db):
        sitting = case.arrival.sitting(db)
        rows = [
            db.get_one(Statement, statement.id),
            db.scalars(select(Release)).one(),
            sitting,
            sitting.person,
            sitting.referral,
            case.arrival.booking,
            *sitting.referral.permissions,
        ]
        return [row.public_id for row in rows] + ["fi"]

    ids = case.build.do(ids_of)
    page.sign_in(stranger)
    tried = 0
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access_rule", None)
        if access is None or access.needs_seat or "GET" not in rule.methods:
            continue
        if access.roles and Role.CLERK not in access.roles:
            continue
        for one in ids:
            address = rule.rule.replace("<language>", "fi")
            address = re.sub(r"<[^>]+>", one, address)
            response = page.client.get(address)
            assert response.status_code < 500, address
            body = response.get_data()
            for secret in (b"Aminatu", b"Hassanzadeh", b"Perustason"):
                assert secret not in body, address
            tried += 1
    assert tried
    for copy in COPIES:
        page.get(f"/results/{statement.public_id}{copy}", status=404)
    for tray in Tray:
        page.get(f"/results?tray={tray.value}")
        assert "Hassanzadeh" not in page.text()
    page.submit({"text": "Hassanzadeh"}, button="Search")
    assert "No result of your office" in page.text()


def test_an_office_that_a_permission_names_sees_its_part(signed, page: Page):
    """A school, for example, that the person has permitted, without a referral of its own."""
    case, statement = signed
    school = another_office(case)
    teacher = case.build.clerk(school)
    page.sign_in(teacher)
    page.get(f"/results/{statement.public_id}", status=404)

    def give(db):
        referral = db.get_one(Referral, case.arrival.referral.id)
        permissions.give(
            db,
            referral,
            recipient=school,
            contents=[PermissionContent.LEVELS],
            purpose=referral.purpose,
            text_language="ar",
            how="paper",
            given_on=clock.local_day(clock.now()),
            actor=db.get_one(Staff, case.clerk.id),
            now=clock.now(),
        )

    case.build.do(give)
    page.get(f"/results/{statement.public_id}")
    assert "A2.1" in page.text()
    assert "Perustason" not in page.text()


# Verification


def test_the_code_tells_that_a_statement_exists_and_nothing_of_the_person(signed, page: Page):
    case, statement = signed
    page.get("/verify/")
    typed = statements.spaced_code(statement.verification_code).lower().replace("0", "o")
    page.submit({"code": typed}, button="Check")
    text = page.html.get_text(" ")
    assert "Yes, this statement is real" in text
    for secret in ("Aminatu", "Hassanzadeh", "A2.1", case.assessor.name):
        assert secret not in text
    case.sign(replaces=statement, correction="Korjaus.")
    page.get(f"/verify/{statement.verification_code}")
    assert "This statement is old" in page.text()


def test_guessing_codes_is_slowed_down(signed, page: Page):
    _case, statement = signed
    for number in range(MOST_WRONG_CODES):
        page.get(f"/verify/AAAA{number:08}", status=404)
        assert "No statement has this code." in page.text()
    page.get(f"/verify/{statement.verification_code}", status=429)
