"""People at the centre: found, unmasked with a trace, corrected, matched."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from testing import clock, identity
from testing.models import Event, Person, Role
from tests.testing.builders import Builder
from tests.testing.pages import Page

CODE = "040594V9030"


@pytest.fixture
def centre(build: Builder):
    return build.centre()


@pytest.fixture
def administrator(build: Builder, centre):
    return build.staff(centre, Role.ADMINISTRATOR)


@pytest.fixture
def clerk(build: Builder, centre):
    return build.clerk(build.office(centre))


@pytest.fixture
def desk(page: Page, administrator) -> Page:
    page.sign_in(administrator)
    return page


@pytest.fixture
def referral(build: Builder, clerk):
    return build.referral(
        clerk, person={"identity_code": CODE, "birth_date": date(1994, 5, 4), "surname": "Öberg"}
    )


@pytest.fixture
def person(build: Builder, referral) -> Person:
    return build.do(lambda db: db.get_one(Person, referral.person_id))


def details(build: Builder, action: str) -> list[tuple[str, str, dict]]:
    log = select(Event).where(Event.action == action).order_by(Event.id)
    return build.do(
        lambda db: [(one.actor, one.subject, one.details) for one in db.scalars(log)]
    )


@pytest.mark.parametrize("words", ["öberg", "4.5.1994", CODE, CODE.lower()])
def test_a_person_is_found_by_what_is_known(desk: Page, person, words):
    desk.get("/people")
    assert "Nothing is listed before you search." in desk.text()
    desk.submit({"text": words}, button="Search")
    assert "Öberg, Amina" in desk.text()
    assert CODE not in desk.html.select_one("table").get_text()
    assert desk.path == "/people"


def test_a_code_that_differs_by_its_sign_alone_is_somebody_else(desk: Page, person):
    desk.get("/people")
    desk.submit({"text": CODE.replace("V", "U")}, button="Search")
    assert "Nobody was found." in desk.text()


def test_a_person_is_found_by_the_reference_of_the_invitation(
    desk: Page, build: Builder, centre, clerk, referral, administrator
):
    starts = clock.now() + timedelta(days=1)
    occasion = build.occasion(
        build.site(centre), administrator, starts_at=starts, ends_at=starts + timedelta(hours=2)
    )
    booking = build.booking(referral, occasion, clerk)
    desk.get("/people")
    desk.submit({"text": f"{booking.reference[:4]} {booking.reference[4:]}"}, button="Search")
    assert "Öberg, Amina" in desk.text()


def test_another_centre_finds_nobody(page: Page, build: Builder, person):
    page.sign_in(build.staff(build.centre(), Role.ADMINISTRATOR))
    page.get("/people")
    for words in ("Öberg", CODE):
        page.submit({"text": words}, button="Search")
        assert "Nobody was found." in page.text()
    for address in ("", "/correct", "/match", "/unmatch"):
        page.get(f"/people/{person.public_id}{address}", status=404)


def test_the_code_is_masked_until_somebody_asks_and_that_is_written_down(
    desk: Page, build: Builder, person, administrator
):
    desk.get(f"/people/{person.public_id}")
    assert CODE not in desk.response.text
    assert "040594•••••" in desk.text()
    desk.submit(button="Show the code")
    assert CODE in desk.text()
    assert "may not rate" in desk.text()
    (event,) = details(build, "person:unmask")
    assert event == (f"staff:{administrator.public_id}", f"person:{person.public_id}", {})
    desk.get(f"/people/{person.public_id}")
    assert CODE not in desk.response.text


def test_the_centre_sees_every_offices_referral_of_the_person(
    desk: Page, build: Builder, centre, person
):
    desk.get(f"/people/{person.public_id}")
    assert "Uudenmaan työllisyysalue" in desk.text()
    assert details(build, "person:view")[-1][1] == f"person:{person.public_id}"


def test_the_desk_can_show_the_person_who_has_looked(desk: Page, person):
    desk.get(f"/people/{person.public_id}")
    desk.follow("Who has looked")
    assert desk.path == f"/log/people/{person.public_id}"


def test_data_are_corrected_and_the_log_names_the_fields_alone(
    desk: Page, build: Builder, keys, person
):
    desk.get(f"/people/{person.public_id}/correct")
    assert CODE not in desk.response.text
    desk.submit({"surname": "Åberg", "mother_tongue": "so"}, button="Save")
    assert "The data are corrected." in desk.text()
    row = build.do(lambda db: db.get_one(Person, person.id))
    assert (row.surname, row.mother_tongue) == ("Åberg", "so")
    assert identity.reveal(row, keys) == CODE
    (event,) = details(build, "person:change")
    assert event[2] == {"fields": ["mother_tongue", "surname"]}


def test_a_birth_date_that_the_kept_code_denies_is_refused(
    desk: Page, build: Builder, keys, person
):
    desk.get(f"/people/{person.public_id}/correct")
    desk.submit({"birth_date": "1994-05-05", "surname": "X"}, button="Save", status=400)
    assert "tells another birth date" in desk.text()
    row = build.do(lambda db: db.get_one(Person, person.id))
    assert (row.birth_date, row.surname) == (date(1994, 5, 4), "Öberg")


def test_a_code_is_removed_or_replaced_but_not_both(desk: Page, build: Builder, keys, person):
    desk.get(f"/people/{person.public_id}/correct")
    desk.submit({"is_code_removed": "y", "identity_code": CODE}, button="Save", status=400)
    desk.get(f"/people/{person.public_id}/correct")
    desk.submit({"is_code_removed": "y"}, button="Save")
    row = build.do(lambda db: db.get_one(Person, person.id))
    assert row.identity_code is row.identity_index is None


def test_two_rows_of_one_person_are_matched_and_separated_by_the_centre_alone(
    desk: Page, build: Builder, centre, person, clerk
):
    other_clerk = build.clerk(build.office(centre))
    twin = build.referral(
        other_clerk,
        person={"identity_code": CODE, "birth_date": date(1994, 5, 4), "surname": "Oberg"},
    )
    desk.get(f"/people/{person.public_id}")
    assert "1 other row may be the same person" in desk.text()
    desk.follow("Compare and decide")
    assert "The personal identity code is the same." in desk.text()
    desk.submit(button="The same person: Amina Oberg")
    assert "The two are one person from now on." in desk.text()
    assert "Matched rows" in desk.text()
    twin_id = build.do(lambda db: db.get_one(Person, twin.person_id).public_id)
    desk.get(f"/people/{twin_id}")
    desk.follow("This row is somebody else")
    desk.submit(button="Separate the rows")
    assert "Matched rows" not in desk.text()
    assert len(details(build, "person:match")) == 2
    assert len(details(build, "person:unmatch")) == 1


def test_nobody_is_matched_with_themselves_or_with_a_stranger(desk: Page, person):
    desk.get(f"/people/{person.public_id}/match")
    assert "No other row looks like this person." in desk.text()
    desk.post(f"/people/{person.public_id}/match", {"other": "nobody"}, status=404)
    desk.get("/people")
    desk.post(f"/people/{person.public_id}/match", {"other": person.public_id}, status=409)
