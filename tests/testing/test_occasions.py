"""Occasions: made, in a series too; changed, cancelled; people moved and marked as missing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from testing import clock
from testing.models import Booking, BookingState, Occasion, Role
from tests.testing.builders import Builder
from tests.testing.pages import Page


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
def occasion_at(build: Builder, site, administrator):
    def make(begins: timedelta, places: int = 4):
        starts = clock.now() + begins
        return build.occasion(
            site,
            administrator,
            starts_at=starts,
            ends_at=starts + timedelta(hours=4),
            places=places,
        )

    return make


@pytest.fixture
def desk(page: Page, administrator) -> Page:
    page.sign_in(administrator)
    return page


def a_day(ahead: int) -> str:
    return str(clock.local_day(clock.now()) + timedelta(days=ahead))


def test_a_series_of_occasions_is_made(desk: Page, build: Builder, site):
    desk.get("/occasions")
    assert "No occasions here." in desk.text()
    desk.follow("New occasion")
    desk.submit(
        {
            "site": site.public_id,
            "day": a_day(3),
            "starts": "09:00",
            "ends": "13:00",
            "places": "12",
            "weeks": "3",
        },
        button="Make the occasion",
    )
    assert "3 occasions are made." in desk.text()
    kept = build.do(lambda db: list(db.scalars(select(Occasion).order_by(Occasion.starts_at))))
    assert [f"{clock.local(one.starts_at):%H.%M}" for one in kept] == ["09.00"] * 3
    assert [one.places for one in kept] == [12] * 3
    assert kept[1].starts_at - kept[0].starts_at >= timedelta(days=6, hours=22)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"day": ""}, "Give the day."),
        ({"day": "2020-01-01"}, "This time has passed."),
        ({"starts": "25:00"}, "Give the time"),
        ({"ends": "08:00"}, "Give an end that is later than the beginning."),
        ({"places": "0"}, "Give a number from 1 to 500."),
        ({"places": "many"}, "Give a number from 1 to 500."),
        ({"weeks": "53"}, "Give a number from 1 to 52."),
    ],
)
def test_a_wrong_occasion_is_refused_and_what_was_typed_stays(
    desk: Page, build: Builder, site, change, words
):
    desk.get("/occasions/new")
    given = {
        "site": site.public_id,
        "day": a_day(3),
        "starts": "09:00",
        "ends": "13:00",
        "places": "12",
    } | change
    html = desk.submit(given, button="Make the occasion", status=400)
    assert words in desk.text()
    assert html.select_one("#places")["value"] == given["places"]
    assert build.do(lambda db: db.scalars(select(Occasion)).all()) == []


def test_without_a_site_the_page_says_what_to_do_first(page: Page, build: Builder):
    page.sign_in(build.staff(build.centre(), Role.ADMINISTRATOR))
    page.get("/occasions/new")
    assert "there is none yet" in page.text()
    page.follow("New site")


def test_places_are_changed_but_never_below_those_taken(
    desk: Page, build: Builder, clerk, occasion_at
):
    occasion = occasion_at(timedelta(days=2))
    for _person in range(3):
        build.booking(build.referral(clerk), occasion, clerk)
    desk.get(f"/occasions/{occasion.public_id}/places")
    desk.submit({"places": "2"}, button="Save", status=400)
    assert "Place 3 is taken." in desk.text()
    desk.submit({"places": "3"}, button="Save")
    assert "0 of 3 places left" in desk.text()


def test_a_cancelled_occasion_lists_who_needs_a_new_place(
    desk: Page, build: Builder, clerk, occasion_at
):
    occasion, later = occasion_at(timedelta(days=2)), occasion_at(timedelta(days=9))
    for name in ("Ensimmäinen", "Toinen"):
        build.booking(build.referral(clerk, person={"surname": name}), occasion, clerk)
    desk.get(f"/occasions/{occasion.public_id}/cancel")
    assert "2 people have a place and lose it." in desk.text()
    desk.submit(button="Cancel the occasion")
    assert "2 people need a new place" in desk.text()
    desk.get(
        next(
            link["href"]
            for link in desk.html.select("a")
            if link.get("aria-label") == "Book a new place: Amina Ensimmäinen"
        )
    )
    desk.submit({"occasion": later.public_id}, button="Book this place")
    assert "Amina Ensimmäinen has a place on" in desk.text()
    desk.get(f"/occasions/{occasion.public_id}")
    assert "1 person needs a new place" in desk.text()
    desk.get(f"/occasions/{later.public_id}")
    assert "Ensimmäinen, Amina" in desk.text()


def test_a_person_is_moved_and_the_old_place_is_free(
    desk: Page, build: Builder, clerk, occasion_at
):
    occasion, later = occasion_at(timedelta(days=2)), occasion_at(timedelta(days=9))
    referral = build.referral(clerk)
    build.booking(referral, occasion, clerk)
    desk.get(f"/occasions/place-for/{referral.public_id}")
    desk.submit({"occasion": later.public_id}, button="Move the place")
    desk.get(f"/occasions/{occasion.public_id}")
    assert "4 of 4 places left" in desk.text()
    assert "Moved" in desk.text()


def test_a_place_is_cancelled(desk: Page, build: Builder, clerk, occasion_at):
    booking = build.booking(build.referral(clerk), occasion_at(timedelta(days=2)), clerk)
    desk.get(f"/bookings/{booking.public_id}/cancel")
    desk.submit(button="Cancel the place")
    assert "The place is cancelled." in desk.text()
    desk.get(f"/bookings/{booking.public_id}/cancel")
    desk.submit(button="Cancel the place", status=409)


def test_who_did_not_come_is_marked_only_after_the_beginning(
    desk: Page, build: Builder, clerk, occasion_at
):
    coming, begun = occasion_at(timedelta(days=1)), occasion_at(timedelta(hours=-1))
    early = build.booking(build.referral(clerk), coming, clerk)
    late = build.booking(build.referral(clerk), begun, clerk)
    desk.get(f"/occasions/{coming.public_id}")
    assert "Did not come" not in desk.text()
    desk.post(f"/bookings/{early.public_id}/no-show", status=409)
    desk.get(f"/occasions/{begun.public_id}")
    desk.submit(button="Did not come")
    assert "Marked: the person did not come." in desk.text()
    assert build.do(lambda db: db.get_one(Booking, late.id).state) is BookingState.NO_SHOW


def test_past_occasions_have_a_page_of_their_own(desk: Page, occasion_at):
    occasion = occasion_at(timedelta(days=-3))
    desk.get("/occasions")
    assert "No occasions here." in desk.text()
    desk.follow("Past")
    assert f"{clock.local(occasion.starts_at):%-d.%-m.%Y}" in desk.text()


def test_the_desk_prints_the_invitation_after_a_change(
    desk: Page, build: Builder, clerk, occasion_at
):
    booking = build.booking(build.referral(clerk), occasion_at(timedelta(days=2)), clerk)
    desk.get(f"/bookings/{booking.public_id}/invitation")
    assert booking.reference[:4] in desk.text()
    desk.get(f"/bookings/{booking.public_id}/invitation.pdf")
    assert desk.response.mimetype == "application/pdf"


def test_another_centres_occasions_and_people_do_not_exist_here(
    page: Page, build: Builder, clerk, occasion_at
):
    occasion = occasion_at(timedelta(days=2))
    referral = build.referral(clerk)
    booking = build.booking(referral, occasion, clerk)
    page.sign_in(build.staff(build.centre(), Role.ADMINISTRATOR))
    for address in (
        f"/occasions/{occasion.public_id}",
        f"/occasions/{occasion.public_id}/places",
        f"/occasions/{occasion.public_id}/cancel",
        f"/occasions/place-for/{referral.public_id}",
        f"/bookings/{booking.public_id}/cancel",
        f"/bookings/{booking.public_id}/invitation",
        f"/bookings/{booking.public_id}/invitation.pdf",
    ):
        page.get(address, status=404)
    page.get("/occasions")
    page.post(f"/bookings/{booking.public_id}/no-show", status=404)
