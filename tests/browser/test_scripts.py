"""The small scripts in a real browser: autosave, granted plays, letters, keys.

No server: pages and answers are given from memory, so each test says what the service answers.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tools.preview_data import context
from tools.preview_look import environment

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
STATIC = ROOT / "testing" / "static"
#: Half a second of silence: enough to be played to its end.
WAVE = (
    b"RIFF" + (36 + 8000).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\1\0\1\0"
    + (8000).to_bytes(4, "little") + (16000).to_bytes(4, "little") + b"\2\0\x10\0data"
    + (8000).to_bytes(4, "little") + bytes(8000)
)  # fmt: skip
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-nonce'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self' blob:; connect-src 'self'; form-action 'self'"
)


class Seat:
    """A page of the samples in Chromium, and everything that it sends."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sent: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, tuple[int, dict[str, object]]] = {}
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._hear)
        page.route("**/*", self._answer)

    def _hear(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        if "Content Security Policy" in text:
            self.troubles.append(text)

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.method == "POST":
            self.sent.append((path, _fields(route.request.post_data_buffer or b"")))
            status, body = self.answers.get(path, (204, {}))
            route.fulfill(status=status, content_type="application/json", body=json.dumps(body))
        elif path.startswith("/static/"):
            route.fulfill(path=STATIC / path.removeprefix("/static/"))
        elif path.startswith("/sample/"):
            html = environment("fi").get_template(f"{path.removeprefix('/sample/')}.html")
            route.fulfill(
                content_type="text/html",
                body=html.render(context("fi") | {"prompt_src": None}),
                headers={"Content-Security-Policy": POLICY},
            )
        elif path.endswith(".wav"):
            route.fulfill(content_type="audio/wav", body=WAVE)
        else:
            route.fulfill(status=404, body="")

    def open(self, name: str) -> Page:
        self.page.goto(f"http://seat.test/sample/{name}")
        return self.page

    def paths(self) -> list[str]:
        return [path for path, _fields in self.sent]


def _fields(body: bytes) -> dict[str, str]:
    """Fields of a form-encoded or multipart body."""
    text = body.decode()
    if not text.startswith("--"):
        return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
    fields = {}
    for piece in text.split(text.splitlines()[0])[1:-1]:
        head, _, value = piece.strip("\r\n").partition("\r\n\r\n")
        fields[head.split('name="')[1].split('"')[0]] = value
    return fields


@pytest.fixture
def seat(browser: Browser) -> Iterator[Seat]:
    page = browser.new_page(viewport={"width": 1024, "height": 768}, reduced_motion="reduce")
    seat = Seat(page)
    yield seat
    page.close()
    assert seat.troubles == []


def test_a_chosen_answer_is_saved_at_once_with_a_growing_sequence(seat: Seat):
    page = seat.open("kiosk_reading")
    for answer in ("a", "c"):
        with page.expect_response("**/nowhere"):
            page.locator(f"#fi-r-017-1-{answer}").check()
    choices = [
        (fields["fi-r-017-1"], fields["sequence"], fields["csrf_token"])
        for _path, fields in seat.sent
    ]
    assert choices == [("a", "3", "token"), ("c", "4", "token")]
    # "Next" must not repeat a number: the service would take it for an old tab.
    expect(page.locator(".kiosk-form > [name=sequence]")).to_have_value("5")


def test_a_second_press_of_next_sends_nothing(seat: Seat):
    page = seat.open("kiosk_price")
    page.evaluate(
        "() => { const form = document.querySelector('.kiosk-form');"
        "  window.sends = 0;"
        "  form.addEventListener('submit', (event) => {"
        "    if (!event.defaultPrevented) window.sends += 1; event.preventDefault(); });"
        "  const next = form.querySelector('.button--primary'); next.click(); next.click(); }"
    )
    assert page.evaluate("window.sends") == 1


def test_a_recording_plays_only_after_the_server_granted_it(seat: Seat):
    seat.answers["/play"] = (200, {"src": "/clip.wav", "plays_left": 1, "play": "p1"})
    page = seat.open("kiosk_listening")
    left = page.locator(".plays__dot--left")
    expect(left).to_have_count(2)
    page.get_by_role("button", name="Play the recording").click()
    expect(left).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("Press and listen")
    seat.answers["/play"] = (409, {"plays_left": 0})
    page.get_by_role("button", name="Play the recording").click()
    expect(left).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("You have heard it")
    expect(page.get_by_role("button", name="Play the recording")).to_be_disabled()


def test_a_recording_that_breaks_says_so_and_tells_the_desk(seat: Seat):
    seat.answers["/play"] = (200, {"src": "/missing.mp3", "plays_left": 1, "play": "p7"})
    page = seat.open("kiosk_listening")
    page.evaluate("document.querySelector('[data-player]').dataset.brokenUrl = '/broken'")
    with page.expect_response("**/broken"):
        page.get_by_role("button", name="Play the recording").click()
    expect(page.get_by_role("status")).to_have_text("The sound stopped. Please raise your hand.")
    assert [fields["play"] for path, fields in seat.sent if path == "/broken"] == ["p7"]


def test_letters_of_the_screen_go_to_the_place_of_writing_and_are_saved(seat: Seat):
    page = seat.open("kiosk_writing")
    text = page.locator("#text")
    text.fill("Hmeenlinna on kaunis.")
    text.evaluate("field => field.setSelectionRange(1, 1)")
    with page.expect_response("**/nowhere"):
        page.get_by_role("button", name="ä").click()
    expect(text).to_have_value("Hämeenlinna on kaunis.")
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "saved")
    text.press("End")
    text.press("Space")
    page.get_by_role("button", name="ä").click()
    expect(text).to_have_value("Hämeenlinna on kaunis. Ä")
    assert seat.sent[0] == (
        "/nowhere",
        {"csrf_token": "token", "sequence": "4", "text": "Hämeenlinna on kaunis."},
    )
    expect(page.locator(".kiosk-form > [name=sequence]")).to_have_value("5")


def test_lost_writing_stays_in_the_field_and_is_sent_again(seat: Seat):
    seat.answers["/nowhere"] = (503, {})
    page = seat.open("kiosk_writing")
    page.clock.install()
    with page.expect_response("**/nowhere"):
        page.locator("#text").fill("Moi")
        page.clock.run_for(2000)
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "lost")
    seat.answers["/nowhere"] = (204, {})
    page.clock.run_for(6000)
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "saved")
    assert [fields["sequence"] for _path, fields in seat.sent] == ["4", "5"]


def test_a_place_in_an_order_is_held_by_one_part_only(seat: Seat):
    page = seat.open("kiosk_kinds")
    page.locator("#o-p1-1").check()
    expect(page.locator("#o-p1-1")).to_be_checked()
    expect(page.locator("#o-p2-1")).not_to_be_checked()


def test_the_number_of_a_question_is_ticked_when_it_has_an_answer(seat: Seat):
    page = seat.open("kiosk_long")
    expect(page.locator(".steps__step[data-answered]")).to_have_text(["1answered"])
    page.locator("#q2-c").check()
    expect(page.locator(".steps__step[data-answered]")).to_have_text(["1answered", "3answered"])
    page.get_by_role("link", name="4").click()
    expect(page.locator("#question-4")).to_be_in_viewport()


def test_sound_stays_off_on_the_next_page_of_the_same_tab(seat: Seat):
    page = seat.open("kiosk_reading")
    page.get_by_role("button", name="Sound").click()
    page = seat.open("kiosk_price")
    expect(page.get_by_role("button", name="Sound")).to_have_attribute("aria-pressed", "false")


def test_rating_goes_by_digits_arrows_and_one_chord(seat: Seat):
    page = seat.open("rating_script")
    page.keyboard.press("3")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".criterion").nth(2).locator("input:checked")).to_have_value("A2.1")
    page.keyboard.press("d")
    expect(page.locator(".criterion").nth(2).locator("details")).to_have_attribute("open", "")
    with page.expect_response("**/x"):
        page.keyboard.press("Control+Enter")
