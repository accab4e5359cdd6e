"""An office clerk's day: a referral, its place, what to do next."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from testing import clock, identity, referrals
from testing.models import Event, Purpose, Referral, Role
from tests.testing.builders import Builder
from tests.testing.pages import Page

PERSON = {
    "surname": "Hassan",
    "given_names": "Amina",
    "birth_date": "1990-05-04",
    "contact_language": "ar",
    "mother_tongue": "ar",
    "language": "fi",
    "purpose": "integration_plan",
}


@pytest.fixture
def centre(build: Builder):
    return build.centre()


@pytest.fixture
def site(build: Builder, centre):
    return build.site(centre)


@pytest.fixture
def administrator(build: Builder, centre):
    return build.staff(centre, Role.ADMINISTRATOR)


@pytest.fixture
def clerk(build: Builder, centre):
    return build.clerk(build.office(centre))


@pytest.fixture
def soon(build: Builder, site, administrator):
    starts = clock.now() + timedelta(days=3)
    return build.occasion(
        site, administrator, starts_at=starts, ends_at=starts + timedelta(hours=4)
    )


def refer(page: Page, **changes):
    page.get("/referrals/new")
    return page.submit(PERSON | changes, button="Save the referral")


def actions(build: Builder) -> list[str]:
    return build.do(lambda db: list(db.scalars(select(Event.action).order_by(Event.id))))


def test_a_clerk_refers_books_and_sees_what_to_do_next(page: Page, build: Builder, clerk, soon):
    page.sign_in(clerk)
    refer(page)
    assert page.html.h1.get_text() == "Amina Hassan"
    assert "Next: book a place" in page.text()
    page.follow("Book a place")
    page.submit({"occasion": soon.public_id}, button="Book this place")
    assert "Next: ask for the permission" in page.text()
    assert clock.local(soon.starts_at).strftime("%-d.%-m.%Y") in page.text()
    done = actions(build)
    for action in ("person:create", "referral:create", "booking:create", "referral:view"):
        assert action in done


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"surname": ""}, "Write the surname."),
        ({"birth_date": ""}, "Give the birth date."),
        ({"birth_date": "1890-01-01"}, "Check the year of birth."),
        ({"birth_date": "2190-01-01"}, "Check the year of birth."),
        ({"contact_language": ""}, "Choose a language."),
        ({"identity_code": "040590-123X"}, "This is not a personal identity code."),
        ({"identity_code": "010594Y9032"}, "tells another birth date"),
        ({"purpose": "vocational_training"}, "Write which training"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(page: Page, clerk, change, words):
    page.sign_in(clerk)
    page.get("/referrals/new")
    html = page.submit(
        PERSON | {"needs": "Tulkki"} | change, button="Save the referral", status=400
    )
    assert words in page.text()
    assert html.select_one("#given_names")["value"] == "Amina"
    assert html.select_one("#needs").get_text().strip() == "Tulkki"


def test_a_form_without_tested_language_is_refused(page: Page, clerk):
    page.sign_in(clerk)
    page.get("/referrals/new")
    page.submit(
        {key: value for key, value in PERSON.items() if key != "language"},
        button="Save the referral",
        status=400,
    )
    assert "Choose Finnish or Swedish." in page.text()


@pytest.mark.parametrize(
    ("code", "born"),
    [
        ("010594Y9032", "1994-05-01"),
        ("020594X903P", "1994-05-02"),
        ("030594W903B", "1994-05-03"),
        ("040594V9030", "1994-05-04"),
        ("050594U903M", "1994-05-05"),
        ("010516B903X", "2016-05-01"),
        ("020516C903K", "2016-05-02"),
        ("030516D9037", "2016-05-03"),
        ("010501E9032", "2001-05-01"),
        ("020503F9037", "2003-05-02"),
        ("131052-308T", "1952-10-13"),
    ],
)
def test_identity_codes_of_every_sign_are_taken_and_never_shown(
    page: Page, build: Builder, keys, clerk, code, born
):
    page.sign_in(clerk)
    refer(page, identity_code=code.lower(), birth_date=born)
    assert code not in page.response.text
    assert f"{code[:6]}•••••" in page.text()

    def stored(db):
        person = db.scalars(select(Referral)).one().person
        return person.identity_code, identity.reveal(person, keys)

    kept, revealed = build.do(stored)
    assert revealed == code
    assert code not in kept


def test_the_log_holds_no_name_and_no_code(page: Page, build: Builder, clerk):
    page.sign_in(clerk)
    refer(page, identity_code="040594V9030", birth_date="1994-05-04")
    rows = build.do(lambda db: [(e.actor, e.subject, e.details) for e in db.scalars(select(Event))])
    written = str(rows)
    for secret in ("Hassan", "Amina", "040594", "1994"):
        assert secret not in written


def test_the_piles_and_their_sizes(page: Page, build: Builder, clerk, soon, administrator):
    waiting = build.referral(clerk, person={"surname": "Odottaja"})
    booked = build.referral(clerk, person={"surname": "Varannut"})
    build.booking(booked, soon, administrator)
    page.sign_in(clerk)
    page.get("/referrals")
    assert "Odottaja" in page.text()
    assert "Varannut" not in page.text()
    page.get("/referrals?pile=booked")
    assert "Varannut" in page.text()
    assert "Odottaja" not in page.text()
    sizes = build.do(lambda db: referrals.pile_sizes(db, db.merge(clerk).office))
    assert sizes == {"to_do": 1, "booked": 1, "arrived": 0, "closed": 0}
    page.get(f"/referrals/{waiting.public_id}/cancel")
    page.submit(button="Cancel the referral")
    page.get("/referrals?pile=closed")
    assert "Odottaja" in page.text()
    page.get("/referrals?pile=nonsense", status=404)


def test_a_long_pile_has_pages(page: Page, build: Builder, clerk):
    for number in range(referrals.PILE_SIZE + 1):
        build.referral(clerk, person={"surname": f"Henkilö{number:03}"})
    page.sign_in(clerk)
    page.get("/referrals")
    assert "Henkilö000" in page.text()
    assert "Henkilö025" not in page.text()
    page.get(page.html.select_one('a[rel="next"]')["href"])
    assert "Henkilö025" in page.text()
    assert "26–26 of 26" in page.text()


@pytest.mark.parametrize("words", ["öztürk", "ÖZT", "ayşe öztürk", "4.5.1990"])
def test_search_finds_names_as_people_type_them(page: Page, build: Builder, clerk, words):
    build.referral(clerk, person={"surname": "Öztürk", "given_names": "Ayşe"})
    build.referral(clerk, person={"surname": "Muu", "birth_date": date(2000, 1, 1)})
    page.sign_in(clerk)
    page.get("/referrals")
    page.submit({"text": words}, button="Search")
    assert "Öztürk, Ayşe" in page.text()
    assert "Muu" not in page.text()
    assert page.path == "/referrals/search"


def test_search_for_a_sign_that_means_anything_to_a_database_finds_nothing(
    page: Page, build: Builder, clerk
):
    build.referral(clerk)
    page.sign_in(clerk)
    page.get("/referrals")
    page.submit({"text": "%"}, button="Search")
    assert "Your office has no referral with this name" in page.text()
    page.submit({"text": ""}, button="Search", status=400)
    assert "Write a name" in page.text()


def test_opening_a_list_is_one_event_with_a_count(page: Page, build: Builder, clerk):
    build.referral(clerk)
    page.sign_in(clerk)
    page.get("/referrals?pile=booked")
    log = select(Event.details).where(Event.action == "list:view").order_by(Event.id)
    views = build.do(lambda db: db.scalars(log).all())
    assert views == [{"list": "referrals", "count": 1}, {"list": "referrals", "count": 0}]


def test_moving_and_cancelling_a_place(
    page: Page, build: Builder, clerk, soon, site, administrator
):
    later = build.occasion(
        site,
        administrator,
        starts_at=soon.starts_at + timedelta(days=7),
        ends_at=soon.ends_at + timedelta(days=7),
    )
    referral = build.referral(clerk)
    build.booking(referral, soon, clerk)
    page.sign_in(clerk)
    page.get(f"/referrals/{referral.public_id}/place")
    assert not page.html.select(f'input[value="{soon.public_id}"]')
    page.submit({"occasion": later.public_id}, button="Move the place")
    assert "The place is moved." in page.text()
    page.get(f"/referrals/{referral.public_id}/place/cancel")
    page.submit(button="Cancel the place")
    assert "Next: book a place" in page.text()
    page.get(f"/referrals/{referral.public_id}/place/cancel", status=409)


def test_a_referral_with_a_place_is_not_cancelled(page: Page, build: Builder, clerk, soon):
    referral = build.referral(clerk)
    build.booking(referral, soon, clerk)
    page.sign_in(clerk)
    page.get(f"/referrals/{referral.public_id}/cancel")
    page.submit(button="Cancel the referral", status=409)
    assert "Cancel the place first" in page.text()


def test_what_has_begun_or_ended_is_not_cancelled(page: Page, build: Builder):
    arrival = build.arrival()
    page.sign_in(arrival.clerk)
    page.get(f"/referrals/{arrival.referral.public_id}/cancel")
    page.submit(button="Cancel the referral", status=409)
    assert "The person has come to the test." in page.text()
    other = build.referral(arrival.clerk)
    page.get(f"/referrals/{other.public_id}/cancel")
    page.submit(button="Cancel the referral")
    page.get(f"/referrals/{other.public_id}/cancel")
    page.submit(button="Cancel the referral", status=409)
    assert "This referral is closed." in page.text()


@pytest.mark.parametrize(
    "address",
    ["/referrals?page=99999999999999999999", "/referrals?page=-3", "/referrals?page=two"],
)
def test_a_page_that_does_not_exist_is_empty_or_the_first(page: Page, clerk, address):
    page.sign_in(clerk)
    page.get(address)


def test_a_nul_in_an_address_or_a_field_harms_nobody(page: Page, build: Builder, clerk):
    page.sign_in(clerk)
    page.get("/referrals/a%00b", status=404)
    page.get("/referrals?pile=a%00b", status=404)
    refer(page, surname="Has\x00san")
    assert page.html.h1.get_text() == "Amina Hassan"


def test_no_occasion_is_chosen(page: Page, build: Builder, clerk, soon):
    referral = build.referral(clerk)
    page.sign_in(clerk)
    page.get(f"/referrals/{referral.public_id}/place")
    page.submit(button="Book this place", status=400)
    assert "Choose an occasion." in page.text()


def test_an_occasion_without_room_is_not_offered(
    page: Page, build: Builder, clerk, site, administrator
):
    starts = clock.now() + timedelta(days=1)
    full = build.occasion(
        site, administrator, starts_at=starts, ends_at=starts + timedelta(hours=2), places=1
    )
    build.booking(build.referral(clerk), full, clerk)
    referral = build.referral(clerk)
    page.sign_in(clerk)
    page.get(f"/referrals/{referral.public_id}/place")
    assert "No occasion has room." in page.text()


def test_the_next_step_of_every_standing():
    Standing, NextStep = referrals.Standing, referrals.NextStep
    steps = {
        (stands, permitted, printed): referrals.next_step(
            stands, has_permission=permitted, has_invitation=printed
        )
        for stands in Standing
        for permitted in (False, True)
        for printed in (False, True)
    }
    assert steps[Standing.NEEDS_PLACE, True, True] is NextStep.BOOK
    assert steps[Standing.MISSED, True, True] is NextStep.BOOK_AGAIN
    assert steps[Standing.BOOKED, False, False] is NextStep.RECORD_PERMISSION
    assert steps[Standing.BOOKED, True, False] is NextStep.PRINT_INVITATION
    assert steps[Standing.BOOKED, True, True] is NextStep.WAIT_FOR_DAY
    assert steps[Standing.ARRIVED, False, True] is NextStep.RECORD_PERMISSION
    assert steps[Standing.ARRIVED, True, True] is NextStep.WAIT_FOR_RESULT
    assert steps[Standing.COMPLETED, True, True] is NextStep.READ_RESULT
    assert steps[Standing.CANCELLED, False, False] is NextStep.NOTHING


def test_purposes_that_name_a_training_keep_it(page: Page, build: Builder, clerk):
    page.sign_in(clerk)
    refer(page, purpose="vocational_training", training="Lähihoitaja")
    assert "Lähihoitaja" in page.text()
    kept = build.do(lambda db: db.scalars(select(Referral)).one())
    assert kept.purpose is Purpose.VOCATIONAL_TRAINING


def test_an_administrator_has_no_office_and_no_referrals(
    page: Page, build: Builder, clerk, administrator
):
    referral = build.referral(clerk)
    page.sign_in(administrator)
    page.get("/referrals", status=403)
    page.get(f"/referrals/{referral.public_id}", status=403)
