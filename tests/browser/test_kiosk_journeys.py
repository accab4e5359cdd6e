"""Kiosk journeys in real Chromium: three levels, two languages, and what goes wrong at a seat."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from testing import clock, sittings
from testing.models import PartState, Presentation, Response, Sitting, SittingState, Staff
from tests.browser.conftest import Service
from tests.browser.seat import Seat
from tests.testing.candidates import knows_up_to

pytestmark = pytest.mark.browser


def parts(service: Service, arrival) -> dict[str, object]:
    return service.build.do(lambda db: {p.skill.value: p for p in arrival.sitting(db).parts})


def test_a_beginner_with_an_arabic_interface_is_out_early_with_dignity(
    kiosk, service, bank_files
):
    arrival = service.build.arrival()
    page = kiosk()
    seat = Seat(page, bank_files, lambda item: False, language="ar", text="Amina")
    seat.begin(arrival.code())
    assert page.locator("html").get_attribute("dir") == "rtl"
    seat.next()
    assert page.locator(".measured, .player").first.get_attribute("dir") in ("ltr", None)
    seat.go_to_the_end()
    found = parts(service, arrival)
    assert found["reading"].belief["band"] == "alle_A1.1"
    assert found["listening"].belief["band"] == "alle_A1.1"
    assert len(seat.met) <= 14


def test_an_a2_person_in_finnish_survives_a_killed_server_a_second_tab_and_a_moved_seat(
    kiosk, service, bank_files
):
    arrival = service.build.arrival()
    page = kiosk()
    seat = Seat(page, bank_files, knows_up_to("A2.1"), language="ru")
    seat.begin(arrival.code())
    seat.next()
    seat.answer_task()

    # What is chosen is saved by itself; then the power fails.
    task = seat.task()
    with page.expect_response("**/kiosk/answers") as saved:
        seat.choose(task.items[0])
    assert saved.value.ok
    service.kill()
    service.start()
    page.reload()
    assert seat.task().id == task.id
    assert page.locator("main input:checked").count() >= 1
    seat.answer_task()

    # A second tab stands at the same task; the older one cannot count it twice.
    second = page.context.new_page()
    second.goto("/kiosk/")
    other = Seat(second, bank_files, seat.knows, language="ru")
    task = other.task()
    other.answer_task()
    seat.do_not_know()
    counted = service.build.do(
        lambda db: db.scalar(
            select(func.count())
            .select_from(Presentation)
            .where(Presentation.part_id == arrival.sitting(db).parts[0].id)
            .where(Presentation.left_at.is_not(None))
        )
    )
    assert counted == 3
    second.close()

    # Another device: the old kiosk shows nothing of the person, the new one goes on.
    page.goto("/kiosk/")
    here = seat.task().id
    moved_page = kiosk()
    moved = Seat(moved_page, bank_files, seat.knows, language="ru")
    moved.enter(arrival.code())
    moved_page.click('button[name=language][value="ru"]')
    moved.next()
    assert moved.task().id == here
    page.goto("/kiosk/")
    assert page.url.endswith("/kiosk/code")
    moved.go_to_the_end()

    found = parts(service, arrival)
    assert all(part.state is PartState.DONE for part in found.values())
    assert "A2.1" in found["reading"].belief["level_set"]
    sitting: Sitting = service.build.do(lambda db: arrival.sitting(db))
    assert sitting.state is SittingState.FINISHED
    stale = service.build.do(
        lambda db: db.scalars(
            select(Response.is_stale).where(Response.is_stale, Response.is_dont_know)
        ).all()
    )
    counted_twice = service.build.do(
        lambda db: db.execute(
            select(Presentation.part_id, Presentation.task_version_id)
            .group_by(Presentation.part_id, Presentation.task_version_id)
            .having(func.count() > 1)
        ).all()
    )
    assert counted_twice == []
    assert len(stale) <= 5


def test_a_b2_person_in_swedish_listens_writes_and_finishes(kiosk, service, bank_files):
    arrival = service.build.arrival("sv")
    text = "Hej! Jag heter Amina. Jag bor i Vasa och jag vill gärna arbeta som sjukskötare."
    seat = Seat(kiosk(), bank_files, knows_up_to("B2.1"), language="sv", text=text)
    seat.begin(arrival.code())
    seat.go_to_the_end()
    found = parts(service, arrival)
    assert {"B2.1", "B2.2"} & set(found["reading"].belief["level_set"])
    assert {"B2.1", "B2.2"} & set(found["listening"].belief["level_set"])


def test_a_lost_network_leaves_the_page_and_a_text_is_saved_while_it_is_written(
    kiosk, service, bank_files
):
    arrival = service.build.arrival()
    page = kiosk()
    seat = Seat(page, bank_files, lambda item: False, language="en")
    seat.begin(arrival.code())
    # The browser's own page of a lost network would stand in the place of the test.
    words = page.locator("[data-no-connection]")
    for lost in (True, False):
        page.context.set_offline(lost)
        if lost:
            page.click("main button[type=submit].button--primary")
        expect(words).to_be_visible(visible=lost)
    expect(page.locator("h1")).to_have_text("Reading comes next")
    while not seat.is_at_writing:
        seat.step()
    page.fill("textarea", "Minä olen ")
    page.click('[data-key="ä"]')
    with page.expect_response("**/kiosk/text*") as saved:
        page.type("textarea", "iti.")
    assert saved.value.ok
    page.reload()
    assert page.input_value("textarea") == "Minä olen äiti."


def test_the_desks_pause_reaches_the_screen_by_itself(kiosk, service, bank_files):
    arrival = service.build.arrival()
    page = kiosk()
    seat = Seat(page, bank_files, knows_up_to("A1.2"), language="en")
    seat.begin(arrival.code())
    seat.next()

    def pause(db):
        staff = db.get_one(Staff, arrival.administrator.id)
        sittings.pause(db, arrival.sitting(db), reason="tauko", actor=staff, now=clock.now())

    service.build.do(pause)
    page.wait_for_selector("h1:has-text('A pause')", timeout=20_000)
