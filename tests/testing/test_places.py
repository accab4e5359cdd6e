"""The last place is taken once, also by clerks who press at the same moment."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from testing import bookings, clock
from testing.models import Booking, BookingState, Occasion, Referral, Role
from tests.testing.at_once import at_the_same_moment
from tests.testing.builders import NOW, Builder
from tests.testing.pages import Page


@pytest.fixture
def centre(build: Builder):
    return build.centre()


@pytest.fixture
def administrator(build: Builder, centre):
    return build.staff(centre, Role.ADMINISTRATOR)


@pytest.fixture
def site(build: Builder, centre):
    return build.site(centre)


def occasion_in(build: Builder, site, actor, days: int, places: int):
    starts = clock.now() + timedelta(days=days)
    return build.occasion(
        site, actor, starts_at=starts, ends_at=starts + timedelta(hours=4), places=places
    )


def test_two_clerks_who_press_in_the_same_second_do_not_share_the_last_place(
    page: Page, build: Builder, centre, site, administrator
):
    last = occasion_in(build, site, administrator, 2, places=1)
    browsers = []
    for _number in range(4):
        clerk = build.clerk(build.office(centre))
        referral = build.referral(clerk)
        browser = page.another()
        browser.sign_in(clerk)
        address = f"/referrals/{referral.public_id}/place"
        browser.get(address)
        browsers.append((browser, address, browser.csrf()))

    def press(browser, address, token):
        data = {"occasion": last.public_id, "csrf_token": token}
        return lambda: browser.client.post(address, data=data).status_code

    statuses = at_the_same_moment(*(press(*one) for one in browsers))
    # Those who came a moment later find the place gone: from the list or from under their hands.
    assert sorted(statuses)[0] == 303
    assert set(sorted(statuses)[1:]) <= {400, 409}
    taken = build.do(
        lambda db: db.scalar(select(func.count()).select_from(Booking).where(Booking.place == 1))
    )
    assert taken == 1


def test_one_referral_booked_twice_at_once_has_one_place(
    build: Builder, centre, site, administrator
):
    clerk = build.clerk(build.office(centre))
    referral = build.referral(clerk)
    offered = [occasion_in(build, site, administrator, day, places=3) for day in (1, 2)]

    def book(occasion):
        return lambda: build.booking(referral, occasion, clerk)

    results = at_the_same_moment(*(book(occasion) for occasion in offered))
    assert sorted(type(result).__name__ for result in results) == ["AlreadyBooked", "Booking"]


def test_moves_in_opposite_directions_wait_for_nobody_for_ever(
    build: Builder, centre, site, administrator
):
    clerk = build.clerk(build.office(centre))
    one, two = (occasion_in(build, site, administrator, day, places=5) for day in (1, 2))
    first = build.booking(build.referral(clerk), one, clerk)
    second = build.booking(build.referral(clerk), two, clerk)

    def move(booking, occasion):
        def work(db):
            return bookings.move(
                db,
                db.get_one(Booking, booking.id),
                db.get_one(Occasion, occasion.id),
                actor=clerk,
                now=clock.now(),
            )

        return lambda: build.do(work)

    results = at_the_same_moment(move(first, two), move(second, one))
    assert [type(result) for result in results] == [Booking, Booking]


def test_a_cancelled_occasion_and_a_move_away_from_it_do_not_both_end_the_booking(
    build: Builder, centre, site, administrator
):
    clerk = build.clerk(build.office(centre))
    one, two = (occasion_in(build, site, administrator, day, places=5) for day in (1, 2))
    booking = build.booking(build.referral(clerk), one, clerk)

    def move(db):
        return bookings.move(
            db,
            db.get_one(Booking, booking.id),
            db.get_one(Occasion, two.id),
            actor=clerk,
            now=clock.now(),
        )

    def cancel(db):
        return bookings.cancel_occasion(
            db,
            db.get_one(Occasion, one.id),
            centre=db.merge(centre),
            actor=administrator,
            now=clock.now(),
        )

    moved, cancelled = at_the_same_moment(lambda: build.do(move), lambda: build.do(cancel))
    if isinstance(moved, Booking):
        assert cancelled == []
    else:
        assert isinstance(moved, bookings.BookingClosed)
        assert [row.id for row in cancelled] == [booking.id]


def test_a_cancelled_place_is_free_again(build: Builder, centre, site, administrator):
    clerk = build.clerk(build.office(centre))
    only = occasion_in(build, site, administrator, 1, places=1)
    booking = build.booking(build.referral(clerk), only, clerk)
    waiting = build.referral(clerk)
    with pytest.raises(bookings.OccasionFull):
        build.booking(waiting, only, clerk)
    build.do(lambda db: bookings.cancel(db, db.get_one(Booking, booking.id), actor=clerk, now=NOW))
    assert build.booking(waiting, only, clerk).place == 1


def test_a_series_keeps_its_time_when_the_clocks_change(
    build: Builder, centre, site, administrator
):
    made = build.do(
        lambda db: bookings.add_series(
            db,
            centre=db.merge(centre),
            site=site,
            first_day=date(2027, 3, 22),
            starts=time(9),
            ends=time(13),
            places=8,
            weeks=3,
            actor=administrator,
            now=NOW,
        )
    )
    assert [f"{clock.local(one.starts_at):%d.%m. %H:%M}" for one in made] == [
        "22.03. 09:00",
        "29.03. 09:00",
        "05.04. 09:00",
    ]
    assert [one.starts_at.hour for one in made] == [7, 6, 6]


def test_missing_an_occasion_stays_on_record_when_a_new_place_is_given(
    build: Builder, centre, site, administrator
):
    clerk = build.clerk(build.office(centre))
    missed = build.occasion(
        site,
        administrator,
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW - timedelta(hours=20),
    )
    coming = occasion_in(build, site, administrator, 3, places=2)
    referral = build.referral(clerk)
    booking = build.do(
        lambda db: bookings.book(
            db,
            db.get_one(Referral, referral.id),
            db.get_one(Occasion, missed.id),
            actor=clerk,
            now=NOW - timedelta(days=2),
        )
    )

    def miss_and_rebook(db):
        row = db.get_one(Booking, booking.id)
        bookings.mark_no_show(db, row, actor=administrator, now=NOW)
        new = bookings.give_place(
            db, row.referral, db.get_one(Occasion, coming.id), actor=administrator, now=NOW
        )
        return row.state, new.state

    assert build.do(miss_and_rebook) == (BookingState.NO_SHOW, BookingState.BOOKED)
