"""Statements on reading and writing at an office: only with a permission that names them."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from testing import clock, permissions
from testing.literacy import statements
from testing.models import (
    Event,
    LiteracyRelease,
    LiteracyScreen,
    LiteracyStatement,
    Permission,
    PermissionContent,
    Role,
    Staff,
)
from tests.testing.pages import Page
from tests.testing.screened import confirm, screened
from tests.testing.walks import colleague

NAME = "Hassanzadeh"
LITERACY = PermissionContent.LITERACY_STATEMENT
RESULT = sorted(set(PermissionContent) - {LITERACY})


@pytest.fixture
def arrival(build, bank):
    return build.arrival(given_names="Aminatu", surname=NAME)


@pytest.fixture
def teacher(build, arrival) -> Staff:
    return colleague(build, arrival, Role.ASSESSOR)


@pytest.fixture
def statement(build, arrival, teacher) -> LiteracyStatement:
    seen = screened(build, arrival, lambda rung: rung in ("letters", "letter_sounds", "syllables"))
    confirm(build, seen, teacher)
    return sign(build, seen.id, teacher)


def sign(build, screen_id, teacher, **fields) -> LiteracyStatement:
    return build.do(
        lambda db: statements.sign(
            db,
            db.get_one(LiteracyScreen, screen_id),
            confirmed=True,
            actor=db.get_one(Staff, teacher.id),
            now=clock.now(),
            **fields,
        )
    )


def permit(build, arrival, contents, office=None) -> Permission:
    clerk = arrival.clerk
    day = clock.local_day(clock.now())
    extra = {"recipient": office} if office else {}
    return build.permission(
        arrival.referral, clerk, contents=contents, given_on=day, now=clock.now(), **extra
    )


def actions(build) -> list[str]:
    return build.do(
        lambda db: db.scalars(
            select(Event.action).where(Event.action.startswith("literacy:release"))
        ).all()
    )


@pytest.mark.parametrize(
    ("first", "then", "status"),
    [
        ([LITERACY], None, 200),
        (list(PermissionContent), None, 200),
        # Never permitted: the office does not learn that there is one, though it referred.
        (RESULT, None, 404),
        # Narrowed, then withdrawn: the try is on record.
        (list(PermissionContent), RESULT, 403),
        ([LITERACY], "withdrawn", 403),
    ],
)
def test_an_office_reads_it_only_as_permitted(
    build, arrival, statement, page: Page, first, then, status
):
    given = permit(build, arrival, first)
    if then == "withdrawn":
        build.do(
            lambda db: permissions.withdraw(
                db,
                db.get_one(Permission, given.id),
                actor=db.get_one(Staff, arrival.clerk.id),
                now=clock.now(),
            )
        )
    elif then:
        permit(build, arrival, then)
    page.sign_in(arrival.clerk)
    page.get("/results/literacy")
    assert (NAME in page.text()) is (status == 200)
    page.get(f"/results/literacy/{statement.public_id}", status=status)
    assert ("What was observed" in page.text()) is (status == 200)
    told = {200: ["literacy:release"], 403: ["literacy:release-refuse"], 404: []}
    assert actions(build) == told[status]
    kept = build.do(lambda db: len(db.scalars(select(LiteracyRelease)).all()))
    assert kept == (status == 200)


def test_the_paper_is_the_signed_one_and_the_person_sees_who_took_it(
    build, arrival, statement, page: Page
):
    permit(build, arrival, [LITERACY])
    page.sign_in(arrival.clerk)
    page.get("/results")
    page.follow("Reading and writing 1")
    assert "New" in page.text()
    page.follow(f"{NAME}, Aminatu Statement on reading and writing")
    response = page.client.get(f"/results/literacy/{statement.public_id}/fi.pdf")
    assert response.status_code == 200
    words = "".join(one.extract_text() for one in PdfReader(io.BytesIO(response.data)).pages)
    assert NAME in words
    assert actions(build) == ["literacy:release"] * 2
    again = page.client.get(f"/results/literacy/{statement.public_id}/fi.pdf")
    assert again.data == response.data
    page.get(f"/results/literacy/{statement.public_id}/xx.pdf", status=404)
    # A permission for it alone is none for a result.
    page.get("/results")
    assert NAME not in page.text()
    person = build.do(lambda db: arrival.sitting(db).person.public_id)
    page.sign_in(arrival.administrator)
    page.get(f"/log/people/{person}")
    assert "Received a statement on reading and writing" in page.text()


def test_only_the_newest_is_handed_out_and_only_to_the_office_named(
    build, arrival, statement, teacher, page: Page
):
    permit(build, arrival, [LITERACY])
    newer = sign(build, statement.screen_id, teacher, replaces=statement, correction="Lyöntivirhe")
    page.sign_in(arrival.clerk)
    page.get(f"/results/literacy/{statement.public_id}", status=409)
    assert "This statement was replaced" in page.text()
    page.get(f"/results/literacy/{newer.public_id}")
    assert "Lyöntivirhe" not in page.text()
    page.get("/results/literacy")
    assert page.text().count(NAME) == 1
    office = build.office(build.do(lambda db: db.get_one(Staff, teacher.id).centre))
    stranger = page.another()
    stranger.sign_in(build.clerk(office))
    for path in ("", "/fi.pdf"):
        stranger.get(f"/results/literacy/{newer.public_id}{path}", status=404)
    stranger.get("/results/literacy")
    assert NAME not in stranger.text()
