"""A speaker records and approves spoken instructions, with Chromium's pretended microphone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from items.sound import LOUDNESS, measure
from testing import sounds, speech
from testing.commands.sounds import words_of_the_kiosk
from testing.models import PromptSound, Role
from tests.browser.conftest import CHROMIUM
from tests.testing.builders import PASSWORD

pytestmark = pytest.mark.browser
RATE = 48_000


@pytest.fixture
def microphone(tmp_path: Path) -> Path:
    """What the pretended microphone hears: a tone that comes and goes, as a voice does."""
    moments = np.arange(4 * RATE) / RATE
    heard = 0.2 * np.sin(2 * np.pi * 200 * moments) * (1 + np.sin(2 * np.pi * 3 * moments)) / 2
    file = tmp_path / "microphone.wav"
    soundfile.write(file, heard, RATE)
    return file


@pytest.fixture
def speaker(browser: Browser, service: Any, microphone: Path) -> Iterator[Page]:
    """An author's browser, signed in."""
    author = service.build.staff(service.build.centre(), Role.AUTHOR)
    with_microphone = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream",
              "--use-fake-ui-for-media-stream",
              f"--use-file-for-fake-audio-capture={microphone}"],
    )  # fmt: skip
    page = with_microphone.new_context(base_url=service.url, permissions=["microphone"]).new_page()
    page.goto("/sign-in")
    page.fill("[name=email]", author.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    yield page
    with_microphone.close()


def test_a_speaker_records_one_prompt_and_approves_the_next(speaker: Page, service: Any):
    media = service.folder / "media"
    with words_of_the_kiosk().app_context():
        somali = sounds.prompts("so")
        russian = sounds.prompts("ru")[0]
        speech.make(media, russian)
    speaker.goto("/sounds/so")
    speaker.fill("#speaker", "Hodan A.")
    speaker.click("main form button[type=submit]")
    expect(speaker.locator(".spoken-words")).to_have_attribute("lang", "so")
    expect(speaker.locator(".spoken-words")).to_contain_text(somali[0].sentences[0])

    speaker.click("[data-record]")
    recorder = speaker.locator("[data-recorder]")
    expect(recorder).to_have_attribute("data-state", "recording")
    began = speaker.evaluate("performance.now()")
    speaker.wait_for_function("began => performance.now() > began + 1600", arg=began)
    speaker.click("[data-record]")
    expect(recorder).to_have_attribute("data-state", "heard")
    speaker.click("[data-keep]")
    speaker.wait_for_url(f"**/sounds/so/{somali[1].digest}")

    kept = measure(sounds.approved_file_of(media, "so", somali[0].digest))
    assert kept.seconds > 1
    assert kept.loudness == pytest.approx(LOUDNESS, abs=1.0)

    speaker.goto(f"/sounds/ru/{russian.digest}")
    heard = speaker.locator("audio[src]")
    heard.evaluate("sound => new Promise(done => { sound.oncanplay = done; sound.load(); })")
    assert heard.evaluate("sound => sound.duration") > 5
    speaker.click("form[action$='/approve'] button")
    speaker.wait_for_load_state()
    rows = service.build.do(
        lambda db: {row.language: row for row in db.scalars(select(PromptSound))}
    )
    assert rows["so"].speaker == rows["ru"].speaker == "Hodan A."
    assert not rows["so"].is_synthetic
    assert rows["ru"].is_synthetic
    assert rows["ru"].approved_at is not None


def test_silence_is_refused_in_words_and_may_be_recorded_again(
    speaker: Page, service: Any, microphone: Path
):
    soundfile.write(microphone, np.zeros(4 * RATE), RATE)
    with words_of_the_kiosk().app_context():
        prompt = sounds.prompts("so")[3]
    speaker.goto(f"/sounds/so/{prompt.digest}")
    speaker.click("[data-record]")
    began = speaker.evaluate("performance.now()")
    speaker.wait_for_function("began => performance.now() > began + 1200", arg=began)
    speaker.click("[data-record]")
    speaker.click("[data-keep]")
    expect(speaker.locator("[data-recorder-words]")).to_contain_text("Nobody can be heard")
    expect(speaker.locator("[data-record]")).to_be_enabled()
    assert sounds.any_file(service.folder / "media", "so", prompt.digest) is None
