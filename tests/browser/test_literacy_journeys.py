"""Two people at the literacy screen in real Chromium: one reads no script, one only Arabic."""

import pytest
from playwright.sync_api import expect

from scoring.literacy import LiteracyClass
from testing import literacy, sounds, speech
from testing.app import create_app
from testing.models import NotAssessed, PartState, Skill
from testing.settings import read_settings
from tests.browser.literacy_seat import at_touch, tap_through, touch_through
from tests.browser.seat import Seat
from tests.browser.test_axe import faults_of, sign_in

pytestmark = pytest.mark.browser


def seated(service, kiosk, bank_files, language):
    """A person with a code from the desk; the desk's own page."""
    arrival = service.build.arrival(contact_language=language)
    desk = kiosk(1280, 800)
    sign_in(desk, arrival.administrator)
    desk.goto(f"/desk/bookings/{arrival.booking.public_id}")
    desk.locator("main form[action$='/code'] button[type=submit]").click()
    code = desk.locator(".seat-code-big").inner_text().replace(" ", "")
    return arrival, desk, Seat(kiosk(), bank_files, lambda item: False, language=language), code


def open_sheet(service, arrival, desk):
    screen = service.build.do(lambda db: literacy.screen_of(db, arrival.sitting(db)).public_id)
    desk.goto(f"/literacy/{screen}")


def found(service, arrival):
    return service.build.do(lambda db: literacy.classification_of(db, arrival.sitting(db)))


def test_a_person_who_reads_no_script_goes_through_by_sound_in_dari(kiosk, service, bank_files):
    settings = read_settings(service.environment)
    with create_app(settings).test_request_context():
        dari = [p for p in sounds.prompts("fa") if p.code.startswith("literacy/")]
        finnish = [p for p in sounds.prompts("fi") if p.text == "kala"]
    heard_first = next(p for p in dari if p.code == "literacy/picture_words")
    waits = next(p for p in dari if p.code == "literacy/together")
    own_first = next(p for p in dari if p.code == "literacy/own_words/1")
    for prompt in (heard_first, waits, own_first, *finnish):
        speech.make(settings.media, prompt)

    arrival, desk, seat, code = seated(service, kiosk, bank_files, "fa")
    page = seat.page
    # What to do is heard in Dari by itself, then the word in Finnish; the yellow button repeats it.
    with page.expect_request(f"**/kiosk/sound/fi/{finnish[0].digest}.mp3"):
        seat.begin(code)
    assert heard_first.digest in page.locator("body").get_attribute("data-autoplay")
    expect(page.locator(".heard__picture")).to_be_visible()
    assert faults_of(page) == []
    box = page.locator(".button--hear").bounding_box()
    row = page.locator(".choice").first.bounding_box()
    assert box["height"] >= 90
    assert row["height"] >= 64
    assert page.locator("button[value=unknown]").is_visible()
    assert page.locator(".button--help").is_visible()
    # Next without a touch changes nothing; a reload in the middle stays at the same task.
    seat.next()
    assert page.locator("input[name=item]").get_attribute("value") == "1"
    seat.do_not_know()
    page.reload()
    assert page.locator("input[name=item]").get_attribute("value") == "2"

    for _item in ("2", "3", "4"):
        seat.do_not_know()
    body = page.locator("body")
    assert own_first.digest in body.get_attribute("data-autoplay")
    met = touch_through(seat, lambda rung: False, own="fa")
    assert met == ["own_words", "letters", "numbers"]
    assert waits.digest in body.get_attribute("data-prompt-src")
    expect(page.locator(".together")).to_be_visible()

    desk.goto("/desk/")
    expect(desk.locator(".seat--attention")).to_have_count(1)
    open_sheet(service, arrival, desk)
    assert tap_through(desk, lambda rung: "wrong") == ["name", "interaction"]
    with desk.expect_navigation():
        desk.locator("form[action$='/finish'] button[type=submit]").click()
    assert found(service, arrival).literacy_class is LiteracyClass.PRIMARY_ILLITERATE
    parts = service.build.do(
        lambda db: {p.skill: (p.state, p.not_assessed) for p in arrival.sitting(db).parts}
    )
    assert parts[Skill.READING] == (PartState.NOT_ASSESSED, NotAssessed.SCRIPT)
    page.goto("/kiosk/")
    seat.next()
    assert page.locator("[data-player]").count() == 1


def test_a_person_who_reads_arabic_script_only_is_not_taken_for_one_who_reads_nothing(
    kiosk, service, bank_files
):
    arrival, desk, seat, code = seated(service, kiosk, bank_files, "ar")
    page = seat.page
    seat.begin(code)
    # Two tabs: the older one's touch of a task that is behind counts nowhere.
    other = page.context.new_page()
    other.goto("/kiosk/")
    seat.do_not_know()
    other.locator("label.choice").first.click()
    other.locator("main button.button--primary").click()
    expect(other.locator("input[name=item]")).to_have_value("2")
    other.close()

    for item in ("2", "3"):
        assert at_touch(seat) == "picture_words"
        assert page.locator("input[name=item]").get_attribute("value") == item
        seat.do_not_know()
    seat.do_not_know()
    assert at_touch(seat) == "own_words"
    words = page.locator(".choices")
    assert words.get_attribute("dir") == "rtl"
    assert page.locator(".choice__words").first.get_attribute("lang") == "ar"
    met = touch_through(seat, {"own_words", "own_text", "numbers"}.__contains__, own="ar")
    assert met == ["own_words", "own_text", "letters", "numbers"]
    # A small telephone-sized screen shows it all without scrolling sideways.
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    open_sheet(service, arrival, desk)
    assert faults_of(desk) == []
    tap_through(desk, lambda rung: "wrong")
    with desk.expect_navigation():
        desk.locator("form[action$='/finish'] button[type=submit]").click()
    proposed = found(service, arrival)
    assert proposed.literacy_class is LiteracyClass.SECONDARY
    assert proposed.short_latin_course is True
    expect(desk.locator("main")).to_contain_text("Reads and writes in another script")
    assert faults_of(desk) == []
    desk.goto(f"{desk.url}/sheet")
    assert faults_of(desk) == []
