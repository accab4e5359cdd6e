"""Set-up: the centre, its sites, offices and accounts; passwords that somebody else knows."""

import pytest
from sqlalchemy import select

from testing.models import Centre, Event, Office, OfficeKind, Role, Site, Staff
from tests.testing.builders import PASSWORD, Builder
from tests.testing.pages import Page


@pytest.fixture
def centre(build: Builder):
    return build.centre()


@pytest.fixture
def administrator(build: Builder, centre):
    return build.staff(centre, Role.ADMINISTRATOR)


@pytest.fixture
def desk(page: Page, administrator) -> Page:
    page.sign_in(administrator)
    page.get("/centre")
    return page


def account(build: Builder, email: str) -> Staff:
    return build.do(lambda db: db.scalars(select(Staff).where(Staff.email == email)).one())


def test_the_centres_data_are_changed_and_the_log_names_the_fields(
    desk: Page, build: Builder, centre
):
    desk.follow("Change")
    desk.submit(
        {"email": "testi@example.fi", "privacy_contact": "Tietosuojavastaava"}, button="Save"
    )
    kept = build.do(lambda db: db.get_one(Centre, centre.id))
    assert (kept.email, kept.privacy_contact) == ("testi@example.fi", "Tietosuojavastaava")
    event = build.do(lambda db: db.scalars(select(Event).order_by(Event.id.desc())).first())
    assert (event.action, event.details) == (
        "centre:change",
        {"fields": ["email", "privacy_contact"]},
    )


def test_two_centres_never_share_a_name(desk: Page, build: Builder):
    other = build.centre(name="Toinen keskus")
    desk.follow("Change")
    desk.submit({"name": other.name}, button="Save", status=400)
    assert "Another centre has this name." in desk.text()


def test_an_administrator_founds_a_centre_and_sees_nothing_of_it(
    desk: Page, build: Builder, centre
):
    desk.follow("New centre")
    given = {"name": "Toinen keskus", "administrator": "Oili Uusi", "email": "oili@example.fi"}
    desk.submit(given, button="Save")
    password = desk.html.select_one(".code-large").get_text(strip=True)
    founder = account(build, "oili@example.fi")
    assert (founder.roles, founder.password_is_initial) == (["administrator"], True)
    assert founder.centre_id != centre.id
    desk.get("/centre")
    assert "Oili Uusi" not in desk.text()
    desk.get(f"/centre/accounts/{founder.public_id}", status=404)
    stranger = desk.another()
    stranger.get("/sign-in")
    stranger.submit({"email": "oili@example.fi", "password": password}, button="Sign in")
    assert stranger.path == "/account/password"


def test_a_centre_is_not_founded_with_a_name_or_an_address_that_is_in_use(
    desk: Page, build: Builder, centre, administrator
):
    given = {"name": "Toinen keskus", "administrator": "Oili Uusi", "email": "oili@example.fi"}
    for change, words in (
        ({"name": centre.name}, "Another centre has this name."),
        ({"email": administrator.email}, "Another account has this e-mail address."),
        ({"email": "oili"}, "Write an e-mail address such as"),
        ({"password": "short"}, "Write at least 12 characters."),
    ):
        desk.get("/centre/new")
        desk.submit(given | change, button="Save", status=400)
        assert words in desk.text()
    assert build.do(lambda db: list(db.scalars(select(Centre.id)))) == [centre.id]


def test_a_site_is_made_changed_closed_and_opened(desk: Page, build: Builder):
    desk.follow("New site")
    desk.submit({"name": "Kerava"}, button="Save", status=400)
    assert "Write the street address." in desk.text()
    desk.submit({"street": "Asemakatu 1", "postcode": "04200", "city": "Kerava"}, button="Save")
    desk.follow("Kerava")
    desk.submit({"directions": "2. kerros"}, button="Save")
    desk.follow("Kerava")
    desk.submit(button="Close the site")
    site = build.do(lambda db: db.scalars(select(Site)).one())
    assert site.directions == "2. kerros"
    assert site.closed_at is not None
    desk.get("/occasions/new")
    assert "there is none yet" in desk.text()
    desk.get(f"/centre/sites/{site.public_id}")
    desk.submit(button="Open the site again")
    assert build.do(lambda db: db.get_one(Site, site.id).closed_at) is None


def test_an_office_keeps_the_name_it_had(desk: Page, build: Builder):
    desk.follow("New office")
    desk.submit(
        {"kind": "municipality", "name": "Keravan kaupunki", "former_name": "Keravan TE-toimisto"},
        button="Save",
    )
    office = build.do(lambda db: db.scalars(select(Office)).one())
    assert (office.kind, office.former_name) == (OfficeKind.MUNICIPALITY, "Keravan TE-toimisto")
    desk.follow("Keravan kaupunki")
    desk.submit({"kind": "employment_authority"}, button="Save")
    desk.follow("Keravan kaupunki")
    desk.submit(button="Close the office")
    kept = build.do(lambda db: db.get_one(Office, office.id))
    assert kept.kind is OfficeKind.EMPLOYMENT_AUTHORITY
    assert kept.closed_at is not None


def test_a_made_password_is_shown_once_and_opens_only_the_page_that_changes_it(
    desk: Page, build: Builder
):
    desk.follow("New account")
    desk.submit(
        {
            "name": "Aino Arvioija",
            "email": "Aino@Example.fi",
            "roles": ["rater"],
            "language": "en",
        },
        button="Save",
    )
    made = desk.html.select_one(".code-large").get_text().strip()
    assert len(made) == 19
    row = account(build, "aino@example.fi")
    assert made not in row.password_hash
    assert row.password_is_initial

    aino = desk.another()
    aino.sign_in(row, made)
    assert aino.html.h1.get_text() == "Choose a password"
    aino.get("/home")
    assert aino.html.h1.get_text() == "Choose a password"
    fresh = "uusi oma salasana tässä"
    aino.submit({"old": made, "new": fresh, "again": fresh}, button="Change the password")
    assert "Sign in with it." in aino.text()
    aino.submit({"email": row.email, "password": fresh}, form="main form")
    assert aino.html.h1.get_text() != "Choose a password"
    assert not account(build, row.email).password_is_initial


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"old": "wrong one here", "new": "uusi oma salasana", "again": "uusi oma salasana"},
         "This is not your present password."),
        ({"old": PASSWORD, "new": "lyhyt", "again": "lyhyt"}, "Write at least 12 characters."),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "Choose another password"),
        ({"old": PASSWORD, "new": "uusi oma salasana", "again": "toinen sana tässä"},
         "The two differ."),
        ({}, "Write your present password."),
    ],
)  # fmt: skip
def test_a_password_is_not_changed_by_mistake(desk: Page, given, words):
    desk.get("/account/password")
    desk.submit(given, button="Change the password", status=400)
    assert words in desk.text()


def test_a_typed_first_password_is_not_repeated_on_the_page(desk: Page, build: Builder, centre):
    office = build.office(centre)
    desk.get("/centre/accounts/new")
    desk.submit(
        {
            "name": "Kalle Virkailija",
            "email": "kalle@example.fi",
            "roles": ["clerk"],
            "office": office.public_id,
            "password": "kolme omaa sanaa",
        },
        button="Save",
    )
    assert "kolme omaa sanaa" not in desk.response.text
    row = account(build, "kalle@example.fi")
    assert (row.roles, row.office_id) == (["clerk"], office.id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "not an address"}, "Write an e-mail address such as"),
        ({"roles": ["clerk"]}, "Choose the clerk's office."),
        ({"roles": ["clerk", "rater"]}, "A clerk has no other role."),
        ({"roles": []}, "Choose at least one role."),
        ({"password": "short"}, "Write at least 12 characters."),
        ({"email": "taken@example.fi"}, "Another account has this e-mail address."),
    ],
)
def test_a_wrong_account_is_not_made(desk: Page, build: Builder, centre, change, words):
    build.staff(centre, Role.RATER, email="taken@example.fi")
    desk.get("/centre/accounts/new")
    given = {"name": "Aino", "email": "aino@example.fi", "roles": ["rater"]} | change
    html = desk.submit(given, button="Save", status=400)
    assert words in desk.text()
    assert html.select_one("#name")["value"] == "Aino"
    count = build.do(lambda db: len(db.scalars(select(Staff)).all()))
    assert count == 2


def test_roles_change_with_the_next_page(desk: Page, build: Builder, centre):
    row = build.staff(centre, Role.RATER)
    theirs = desk.another()
    theirs.sign_in(row)
    theirs.get("/occasions", status=403)
    desk.get(f"/centre/accounts/{row.public_id}")
    desk.submit({"roles": ["rater", "administrator"]}, button="Save")
    theirs.get("/occasions")


def test_a_closed_account_is_signed_out_at_once(desk: Page, build: Builder, centre):
    row = build.staff(centre, Role.ADMINISTRATOR)
    theirs = desk.another()
    theirs.sign_in(row)
    desk.get(f"/centre/accounts/{row.public_id}/close")
    desk.submit(button="Close the account")
    response = theirs.client.get("/occasions")
    assert response.headers["Location"].startswith("/sign-in")
    desk.get(f"/centre/accounts/{row.public_id}/close")
    desk.submit(button="Open the account again")
    theirs.sign_in(row)


def test_a_new_password_signs_every_browser_out(desk: Page, build: Builder, centre):
    row = build.staff(centre, Role.ADMINISTRATOR)
    theirs = desk.another()
    theirs.sign_in(row)
    desk.get(f"/centre/accounts/{row.public_id}/password")
    desk.submit(button="Save")
    assert desk.html.select_one(".code-large")
    assert theirs.client.get("/occasions").headers["Location"].startswith("/sign-in")


def test_the_last_administrator_stays_one(desk: Page, build: Builder, administrator):
    desk.get(f"/centre/accounts/{administrator.public_id}")
    desk.submit({"roles": ["rater"]}, button="Save", status=400)
    assert "The centre needs an administrator." in desk.text()
    desk.get(f"/centre/accounts/{administrator.public_id}/close")
    desk.submit(button="Close the account", status=409)
    assert account(build, administrator.email).closed_at is None


def test_another_centres_rows_do_not_exist_here(desk: Page, build: Builder):
    other = build.centre()
    site, office = build.site(other), build.office(other)
    stranger = build.staff(other, Role.RATER)
    for address in (
        f"/centre/sites/{site.public_id}",
        f"/centre/offices/{office.public_id}",
        f"/centre/accounts/{stranger.public_id}",
        f"/centre/accounts/{stranger.public_id}/password",
        f"/centre/accounts/{stranger.public_id}/close",
    ):
        desk.get(address, status=404)


@pytest.mark.parametrize("role", [Role.RATER, Role.ASSESSOR, Role.AUTHOR, Role.AUDITOR])
def test_only_administrators_set_up(page: Page, build: Builder, centre, role):
    page.sign_in(build.staff(centre, role))
    for address in ("/centre", "/centre/accounts/new", "/people", "/occasions"):
        page.get(address, status=403)


def test_passwords_are_made_of_signs_that_nobody_confuses(build: Builder):
    from testing import accounts

    made = {accounts.new_password() for _n in range(50)}
    assert len(made) == 50
    assert not set("".join(made)) & set("il1o0")
