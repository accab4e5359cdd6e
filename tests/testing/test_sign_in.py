"""Signing in: right and wrong passwords, guessing, sessions that end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from testing import accounts, clock
from testing.models import Event, Role, StaffSession
from tests.testing.builders import NOW, PASSWORD, Builder
from tests.testing.pages import Page


@pytest.fixture
def administrator(build: Builder):
    return build.staff(build.centre(), Role.ADMINISTRATOR)


def test_a_wrong_password_keeps_the_address_and_says_what_to_do(page: Page, administrator):
    page.get("/sign-in")
    html = page.submit(
        {"email": administrator.email, "password": "wrong"}, button="Sign in", status=403
    )
    assert "The e-mail address or the password is wrong." in page.text()
    assert html.select_one("#email")["value"] == administrator.email
    assert not html.select_one("#password").get("value")


def test_an_unknown_address_is_refused_with_the_same_words(page: Page, administrator):
    page.get("/sign-in")
    page.submit({"email": "nobody@example.fi", "password": PASSWORD}, button="Sign in", status=403)
    assert "The e-mail address or the password is wrong." in page.text()


def test_guessing_is_slowed_down_for_the_account_but_not_for_others(page: Page, build: Builder):
    centre = build.centre()
    victim = build.staff(centre, Role.ADMINISTRATOR)
    other = build.staff(centre, Role.ADMINISTRATOR)
    page.get("/sign-in")
    for _try in range(accounts.MOST_TRIES_PER_ACCOUNT):
        page.submit({"email": victim.email, "password": "guess"}, button="Sign in", status=403)
    page.submit({"email": victim.email, "password": PASSWORD}, button="Sign in", status=429)
    fresh = page.another()
    fresh.get("/sign-in")
    fresh.client.post(
        "/sign-in",
        data={"email": other.email, "password": PASSWORD, "csrf_token": fresh.csrf()},
    )
    with fresh.client.session_transaction() as session:
        assert session["staff"]


def test_failed_and_successful_sign_ins_are_events_without_personal_data(
    page: Page, build: Builder, administrator
):
    page.get("/sign-in")
    page.submit({"email": administrator.email, "password": "no"}, button="Sign in", status=403)
    page.client.post(
        "/sign-in",
        data={"email": administrator.email, "password": PASSWORD, "csrf_token": page.csrf()},
    )
    rows = build.do(lambda db: db.scalars(select(Event).order_by(Event.position)).all())
    actions = [row.action for row in rows]
    assert actions[-2:] == ["staff:sign-in-fail", "staff:sign-in"]
    assert all(administrator.email not in str(row.details) + row.subject for row in rows)


def test_a_closed_account_cannot_sign_in(page: Page, build: Builder, administrator):
    def close(db):
        db.get_one(type(administrator), administrator.id).closed_at = NOW

    build.do(close)
    page.get("/sign-in")
    page.submit({"email": administrator.email, "password": PASSWORD}, button="Sign in", status=403)


def test_signing_out_ends_the_session_in_the_database(page: Page, build: Builder, administrator):
    page.get("/sign-in")
    page.client.post(
        "/sign-in",
        data={"email": administrator.email, "password": PASSWORD, "csrf_token": page.csrf()},
    )
    page.get("/")
    with page.client.session_transaction() as session:
        stolen = dict(session)
    token = page.csrf()
    page.client.post("/sign-out", data={"csrf_token": token})
    with page.client.session_transaction() as session:
        session.update(stolen)
    response = page.client.get("/home")
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/sign-in")


def test_an_expired_session_asks_to_sign_in_again(page: Page, build: Builder, administrator):
    page.get("/sign-in")
    page.client.post(
        "/sign-in",
        data={"email": administrator.email, "password": PASSWORD, "csrf_token": page.csrf()},
    )

    def expire(db):
        db.scalars(select(StaffSession)).one().expires_at = clock.now() - timedelta(minutes=1)

    build.do(expire)
    response = page.client.get("/home")
    assert response.headers["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_the_way_back_after_signing_in_never_leaves_the_service(
    page: Page, administrator, address
):
    page.get("/sign-in")
    response = page.client.post(
        "/sign-in",
        query_string={"next": address},
        data={"email": administrator.email, "password": PASSWORD, "csrf_token": page.csrf()},
    )
    assert response.headers["Location"] == "/home"


def test_who_was_signed_out_meanwhile_is_told_so_and_where_the_words_are(page, build):
    clerk = build.clerk(build.office(build.centre()))
    page.sign_in(clerk)
    page.get("/referrals/new")
    here = page.another()
    here.get("/sign-in")
    here.post("/referrals/new", {"surname": "Hassan"}, status=403)
    assert here.html.select_one("h1").get_text() == "Sign in again"
    assert "back button shows what you typed" in here.text()
    # A role that is missing is another matter.
    page.get("/desk/", status=403)
    assert page.html.select_one("h1").get_text() == "You may not open this page"
