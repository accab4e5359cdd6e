"""The desk: identity first, one-time codes, a board that tells who needs somebody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from testing import clock
from testing.models import Booking, BookingState, Event, PartState, Role, SittingState, Visit
from tests.testing.builders import Builder
from tests.testing.candidates import Candidate, knows_up_to
from tests.testing.pages import Page


@pytest.fixture
def arrival(build: Builder):
    return build.arrival()


@pytest.fixture
def desk(page: Page, arrival) -> Page:
    page.sign_in(arrival.administrator)
    return page


@pytest.fixture
def candidate(app, bank, arrival) -> Candidate:
    candidate = Candidate(Page(app), bank, knows_up_to("A2.2"))
    candidate.begin(arrival.code())
    return candidate


def sitting_page(desk: Page, build: Builder, arrival) -> str:
    sitting = build.do(lambda db: arrival.sitting(db))
    path = f"/desk/sittings/{sitting.public_id}"
    desk.get(path)
    return path


def test_a_booking_reference_finds_the_person_and_opens_nothing(page, build, arrival):
    page.sign_in(arrival.administrator)
    digits = arrival.booking.reference
    page.submit({"reference": f"{digits[:4]} {digits[4:]}"}, button="Find")
    assert "Amina Hassan" in page.html.h1.get_text()
    assert page.client.get("/kiosk/").headers["Location"] == "/kiosk/code"


def test_no_code_before_the_identity_was_checked(page, build, bank):
    arrival = build.arrival()

    def back(db):
        db.get_one(Booking, arrival.booking.id).state = BookingState.BOOKED

    build.do(back)
    page.sign_in(arrival.administrator)
    path = f"/desk/bookings/{arrival.booking.public_id}"
    page.get(path)
    page.post(f"{path}/code", status=409)
    page.get(path)
    page.submit(button="The person is here", status=400)
    assert "Choose the document that you saw." in page.text()
    page.submit({"document": "passport"}, button="The person is here")
    page.submit(button="Give a seat code")
    assert page.html.select_one(".seat-code-big")


def test_the_code_is_shown_once_and_stored_nowhere_in_clear(desk, build, arrival, bank):
    desk.get(f"/desk/bookings/{arrival.booking.public_id}")
    desk.submit(button="Give a seat code")
    code = desk.html.select_one(".seat-code-big").get_text().replace(" ", "")
    assert len(code) == 6
    visit = build.do(lambda db: db.scalars(select(Visit)).one())
    assert code not in visit.code_digest
    desk.get(f"/desk/bookings/{arrival.booking.public_id}")
    assert desk.html.select_one(".seat-code-big") is None
    rows = build.do(lambda db: db.scalars(select(Event)).all())
    assert all(code not in str(row.details) for row in rows)


def test_the_board_shows_the_worst_first(desk, build, arrival, candidate, app, bank):
    candidate.page.submit(button="I need help")
    desk.get("/desk/")
    first = desk.html.select_one(".seat")
    assert "Wants help" in first.get_text()
    desk.get(sitting_page(desk, build, arrival))
    desk.submit(button="I am helping")
    desk.get("/desk/")
    assert "Working" in desk.html.select_one(".seat").get_text()


def test_a_silent_kiosk_is_told_from_a_working_one(desk, build, arrival, candidate):
    def silence(db):
        visit = db.scalars(select(Visit).where(Visit.cut_at.is_(None))).one()
        visit.heard_at = clock.now() - timedelta(minutes=3)

    build.do(silence)
    desk.get("/desk/")
    assert "Not heard from" in desk.html.select_one(".seat").get_text()


def test_polling_the_board_writes_no_event_and_opening_it_writes_one(desk, build, arrival):
    def count(db):
        return len(db.scalars(select(Event)).all())

    before = build.do(count)
    desk.get("/desk/")
    assert build.do(count) == before + 1
    assert desk.client.get("/desk/board", headers={"X-Poll": "1"}).status_code == 200
    assert build.do(count) == before + 1


def test_pause_and_resume(desk, build, arrival, candidate):
    path = sitting_page(desk, build, arrival)
    desk.submit({"pause-reason": ""}, button="Pause", status=400)
    assert "Write a reason." in desk.text()
    desk.submit({"pause-reason": "Rukoustauko"}, button="Pause")
    candidate.page.get("/kiosk/")
    assert "A pause" in candidate.page.html.h1.get_text()
    desk.get(path)
    desk.submit(button="Resume")
    candidate.page.get("/kiosk/")
    assert "Reading comes next" in candidate.page.html.h1.get_text()


def test_extra_time_needs_a_reason_and_reasonable_minutes(desk, build, arrival, candidate):
    sitting_page(desk, build, arrival)
    desk.submit(
        {"extra-minutes": "500", "extra-reason": "x"}, button="Give extra time", status=400
    )
    desk.submit({"extra-minutes": "20", "extra-reason": "Lukee hitaasti"}, button="Give extra time")
    assert build.do(lambda db: arrival.sitting(db).extra_minutes) == 20


def test_a_broken_recording_is_seen_and_another_play_granted(desk, build, arrival, candidate):
    candidate.next()
    while candidate.is_at_a_task():
        candidate.answer_task()
    candidate.next()
    page = candidate.page
    player = page.html.select_one("[data-player]")
    token = {"csrf_token": page.csrf()}
    plays = []
    for _number in page.html.select(".plays__dot"):
        granted = page.client.post(player["data-play-url"], data=token).json
        with page.client.get(granted["src"]) as recording:
            assert recording.status_code == 200
        plays.append(granted)
    assert page.client.post(player["data-play-url"], data=token).status_code == 409
    broken = token | {"play": plays[-1]["play"]}
    assert page.client.post(player["data-broken-url"], data=broken).status_code == 200
    desk.get("/desk/")
    assert "The recording broke" in desk.html.select_one(".seat").get_text()
    sitting_page(desk, build, arrival)
    desk.submit({"play-reason": "Ääni katkesi"}, button="Grant a play")
    assert page.client.post(player["data-play-url"], data=token).status_code == 200


def test_a_part_left_out_is_not_assessed_and_the_rest_goes_on(desk, build, arrival, candidate):
    path = sitting_page(desk, build, arrival)
    desk.post(
        f"{path}/leave-out/listening",
        {"leave-code": "hearing", "leave-reason": "Ei kuule"},
    )
    candidate.go_to_the_end()
    parts = build.do(lambda db: {p.skill.value: p for p in arrival.sitting(db).parts})
    assert parts["listening"].state is PartState.NOT_ASSESSED
    assert parts["listening"].not_assessed == "hearing"
    assert parts["writing"].state is PartState.DONE


def test_ending_early_needs_a_reason_and_frees_the_kiosk(desk, build, arrival, candidate):
    candidate.next()
    candidate.answer_task()
    sitting_page(desk, build, arrival)
    desk.submit({"end-code": "health", "end-reason": "Huono olo"}, button="End the sitting")
    sitting = build.do(lambda db: arrival.sitting(db))
    assert sitting.state is SittingState.ENDED
    assert candidate.page.client.get("/kiosk/").headers["Location"] == "/kiosk/code"
    kept = build.do(lambda db: len(arrival.sitting(db).parts[0].presentations))
    assert kept == 2


def test_the_desk_reads_the_kiosks_words_in_the_persons_language(desk, build, arrival, candidate):
    sitting_page(desk, build, arrival)
    assert "Reading comes next." in desk.text()


def test_another_centres_sitting_is_not_found(page, build, arrival, candidate):
    stranger = build.staff(build.centre(), Role.ADMINISTRATOR)
    page.sign_in(stranger)
    sitting = build.do(lambda db: arrival.sitting(db))
    page.get(f"/desk/sittings/{sitting.public_id}", status=404)
    page.get(f"/desk/bookings/{arrival.booking.public_id}", status=404)
