"""Spoken instructions: made, recorded, approved; which one a kiosk plays."""

import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from flask_babel import force_locale
from sqlalchemy import select

from items.sound import LOUDNESS, measure
from testing import clock, jobs, maintenance, recordings, sounds, speech
from testing.cli import main
from testing.languages import PERSON_CODES
from testing.models import Event, Job, PromptSound, Role, Staff
from testing.recordings import BadRecording, Fault
from testing.settings import Mode
from testing.sounds import Prompt, State
from tests.testing.builders import Builder
from tests.testing.candidates import Candidate, knows_up_to
from tests.testing.pages import Page

RATE = 48_000


def voice(seconds: float = 1.5, loudness: float = 0.2) -> Any:
    """Something like a voice: a tone whose strength comes and goes."""
    moments = np.arange(round(seconds * RATE)) / RATE
    return loudness * np.sin(2 * np.pi * 180 * moments) * (1 + np.sin(2 * np.pi * 3 * moments)) / 2


def as_file(samples: Any, kind: str = "WAV", rate: int = RATE) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=kind)
    return buffer.getvalue()


@pytest.fixture
def centre(build: Builder):
    return build.centre()


@pytest.fixture
def author(build: Builder, centre):
    return build.staff(centre, Role.AUTHOR, name="Salma Karimi")


@pytest.fixture
def prompts(app) -> dict[str, list[Prompt]]:
    with app.test_request_context():
        return {code: sounds.prompts(code) for code in PERSON_CODES}


@pytest.fixture
def media(settings) -> Path:
    return settings.media


@cache
def synthetic() -> bytes:
    return as_file(voice(), "MP3")


def put_synthetic(media: Path, prompt: Prompt) -> Path:
    file = sounds.file_of(media, prompt.language, prompt.digest)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(synthetic())
    return file


def rows(build: Builder) -> list[PromptSound]:
    return build.do(lambda db: list(db.scalars(select(PromptSound).order_by(PromptSound.id))))


def actions(build: Builder) -> list[str]:
    return build.do(lambda db: list(db.scalars(select(Event.action).order_by(Event.id))))


def address(prompt: Prompt) -> str:
    return f"/sounds/{prompt.language}/{prompt.digest}"


def send(page: Page, prompt: Prompt, content: bytes, status: int = 200, name: str = "recording"):
    return page.post(
        f"{address(prompt)}/record",
        {"recording": (io.BytesIO(content), name), "seconds": "1.5"},
        status=status,
        content_type="multipart/form-data",
    )


# What a kiosk plays


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("language", ["fi", "ar", "fa"])
def test_a_guessing_voice_is_silent_in_live_use_until_a_speaker_approved_it(
    page, build, make_app, prompts, media, author, mode, language
):
    prompt = prompts[language][0]
    put_synthetic(media, prompt)
    settings = make_app(mode=mode).extensions["settings"]
    silent = mode is Mode.LIVE and language in ("ar", "fa")
    assert sounds.has_sound(settings, language, prompt.text) is not silent
    page.sign_in(author)
    page.get(address(prompt))
    page.submit(button="Approve this sound")
    assert sounds.has_sound(settings, language, prompt.text)


def test_the_kiosk_offers_the_best_sound_that_there_is(
    page: Page, build: Builder, bank, media, prompts, author, centre
):
    introduction = next(one for one in prompts["so"] if one.code == "introduction")
    candidate = Candidate(page, bank, knows_up_to("A1.1"), language="so")
    candidate.enter(build.arrival().code())
    candidate.choose_language()
    assert not page.html.body.get("data-prompt-src"), "nobody speaks Somali yet"
    speaker = page.another()
    speaker.sign_in(author)
    speaker.get(address(introduction))
    send(speaker, introduction, as_file(voice()))
    page.get("/kiosk/")
    src = page.html.body["data-prompt-src"]
    page.get(src)
    assert page.response.mimetype == "audio/mpeg"
    kept = sounds.approved_file_of(media, "so", introduction.digest)
    assert page.response.data == kept.read_bytes()
    page.response.close()


def test_changed_words_have_no_sound(settings, media, prompts):
    prompt = prompts["fi"][0]
    put_synthetic(media, prompt)
    assert sounds.has_sound(settings, "fi", prompt.text)
    assert not sounds.has_sound(settings, "fi", prompt.text + " Uusi lause.")


# A speaker's way through the prompts


def test_the_overview_counts_each_language(page, build, media, prompts, author):
    put_synthetic(media, prompts["ru"][0])
    page.sign_in(author)
    html = page.get("/sounds")
    by_language = {
        row.select_one("th a")["href"].rpartition("/")[2]: [
            cell.get_text() for cell in row.select("td.number")
        ]
        for row in html.select("tbody tr")
    }
    total = len(prompts["ru"])
    assert len(prompts["so"]) == total
    assert list(by_language) == list(PERSON_CODES)
    assert by_language["ru"] == [str(n) for n in (total, 0, 0, 1, total - 1)]
    assert by_language["so"] == [str(n) for n in (total, 0, 0, 0, total)]
    assert "no synthetic voice" in page.text()


def test_a_speaker_goes_through_the_prompts_one_after_another(
    page, build, media, prompts, author
):
    first, second, third = prompts["ar"][:3]
    for one in (first, second, third):
        put_synthetic(media, one)
    page.sign_in(author)
    page.get("/sounds/ar")
    page.submit({"speaker": "Huda S."}, button="Go through the instructions")
    words = page.html.select_one(".spoken-words")
    assert (words["lang"], words["dir"]) == ("ar", "rtl")
    assert all(sentence in words.get_text() for sentence in (first.title, *first.sentences))
    page.submit(button="Approve this sound")
    assert page.path == address(second)
    page.follow("Skip")
    assert page.path == address(third)
    assert send(page, third, as_file(voice())) is not None
    following = page.response.get_json()["next"]
    assert following == address(prompts["ar"][3])
    approved, recorded = rows(build)
    assert approved.is_synthetic
    assert not recorded.is_synthetic
    assert {approved.speaker, recorded.speaker} == {"Huda S."}
    assert approved.approved_by_id == author.id
    assert recorded.seconds == pytest.approx(1.8, abs=0.2)
    assert [one for one in actions(build) if one.startswith("sound:")] == [
        "sound:approve",
        "sound:record",
    ]
    page.get("/sounds/ar")
    assert "Approved" in page.text()
    assert "Recorded" in page.text()


def test_when_everything_is_approved_the_list_says_so(page, build, media, prompts, author):
    page.sign_in(author)
    page.get("/sounds/so")
    first, *others, last = prompts["so"]
    for prompt in (*others, last):
        put_synthetic(media, prompt)

    def approve(db):
        speaker = db.get_one(Staff, author.id)
        for one in others:
            sounds.approve(db, media, one, speaker="Asha", actor=speaker, now=clock.now())

    build.do(approve)
    page.get(address(last))
    page.submit(button="Approve this sound")
    page.get(address(first))
    send(page, first, as_file(voice()))
    assert page.response.get_json()["next"] == "/sounds/so"
    page.get("/sounds/so")
    assert "Every instruction has an approved sound." in page.text()


def test_a_recording_is_kept_levelled_and_trimmed(page, media, prompts, author):
    prompt = prompts["so"][0]
    silence = np.zeros(RATE)
    page.sign_in(author)
    page.get(address(prompt))
    send(page, prompt, as_file(np.concatenate([silence, voice(2.0, 0.02), silence])))
    found = measure(sounds.approved_file_of(media, "so", prompt.digest))
    assert found.loudness == pytest.approx(LOUDNESS, abs=1.0)
    assert found.seconds == pytest.approx(2.3, abs=0.3)
    assert found.clipped == 0


def test_recording_again_takes_the_place_of_what_was_there(page, build, media, prompts, author):
    prompt = prompts["fi"][0]
    put_synthetic(media, prompt)
    page.sign_in(author)
    page.get(address(prompt))
    page.submit(button="Approve this sound")
    page.get(address(prompt))
    send(page, prompt, as_file(voice(3.0)))
    (row,) = rows(build)
    assert not row.is_synthetic
    assert measure(sounds.approved_file_of(media, "fi", prompt.digest)).seconds > 2.5
    assert sounds.file_of(media, "fi", prompt.digest).is_file(), "the synthetic one stays beneath"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read"),
        (b"<html>not a sound</html>" * 50, "cannot be read"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "cannot be read"),
        (as_file(voice(0.2)), "too short"),
        (as_file(voice(61.0 / 12), rate=RATE // 12), "longer than a minute"),
        (as_file(voice(2.0, 0.0)), "Nobody can be heard"),
        (as_file(np.clip(voice(2.0, 9.0), -1, 1)), "too loud"),
    ],
    ids=["empty", "html", "playlist", "short", "long", "silent", "clipped"],
)
def test_what_no_listener_would_understand_is_not_kept(
    page, build, media, prompts, author, content, words
):
    prompt = prompts["so"][0]
    page.sign_in(author)
    page.get(address(prompt))
    send(page, prompt, content, status=422)
    assert words in page.response.get_json()["words"]
    assert rows(build) == []
    assert sounds.any_file(media, "so", prompt.digest) is None


def test_a_form_without_a_recording_is_told_so(page, prompts, author):
    prompt = prompts["so"][0]
    page.sign_in(author)
    page.get(address(prompt))
    page.post(f"{address(prompt)}/record", {"seconds": "1"}, status=422)
    page.post(
        f"{address(prompt)}/record", status=413, data={"recording": "x" * 13_000_000}
    )


def test_without_a_decoder_a_browsers_own_kind_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    sent = tmp_path / "sent"
    sent.write_bytes(b"\x1aE\xdf\xa3" + b"\x00" * 400)
    with pytest.raises(BadRecording) as refused:
        recordings.prepare(sent, tmp_path / "out.mp3")
    assert refused.value.fault is Fault.UNREADABLE


def test_there_is_nothing_to_approve_where_there_is_no_sound(page, build, prompts, author):
    prompt = prompts["so"][0]
    page.sign_in(author)
    page.get(address(prompt))
    page.post(f"{address(prompt)}/approve", status=404)
    page.get("/sounds/so/" + "0" * 32, status=404)
    page.get("/sounds/xx", status=404)
    assert rows(build) == []


def test_raters_do_not_speak(page, build, centre, prompts):
    page.sign_in(build.staff(centre, Role.RATER))
    page.get("/sounds", status=403)
    page.get(address(prompts["so"][0]), status=403)


# The synthetic voice



def test_vowels_are_added_to_the_words_of_the_page_and_change_nothing_else(prompts):
    marks = re.compile("[\u064b-\u0652\u0670]")
    said = {one for prompt in prompts["ar"] for one in (prompt.title, *prompt.sentences)}
    said = {one for one in said if not one.isdecimal()}
    known = speech.vowels("ar")
    assert set(known) == said, "each spoken sentence has its vowels, and no other has"
    for written, spoken in known.items():
        assert marks.sub("", spoken) == marks.sub("", written)


def test_the_voice_makes_what_is_missing_and_leaves_the_rest(
    runtime, build, media, prompts, monkeypatch
):
    """One language stands for all: the others differ by the voice's name."""
    for language in PERSON_CODES:
        for prompt in prompts[language]:
            put_synthetic(media, prompt)
    kept, gone, later = prompts["fi"][0], *prompts["ar"][:2]
    before = sounds.file_of(media, "fi", kept.digest).read_bytes()
    for prompt in (gone, later):
        sounds.file_of(media, prompt.language, prompt.digest).unlink()
    monkeypatch.setattr(maintenance, "SPOKEN_AT_ONCE", 1)
    maintenance.speak(runtime)
    made = measure(sounds.file_of(media, "ar", gone.digest))
    assert made.seconds > 5
    assert made.loudness == pytest.approx(LOUDNESS, abs=1.0)
    assert sounds.file_of(media, "fi", kept.digest).read_bytes() == before
    assert list(media.rglob("*.part*")) == []
    # Seals, or whoever stops the service, do not wait for a quarter of an hour of speech.
    assert sounds.any_file(media, "ar", later.digest) is None
    due = select(Job).where(Job.kind == "speak", Job.due_at <= clock.now())
    (left,) = build.do(lambda db: db.scalars(due).all())
    build.do(lambda db: jobs.finish(db, left.id, clock.now()))
    maintenance.speak(runtime)
    assert sounds.any_file(media, "ar", later.digest) is not None
    assert build.do(lambda db: jobs.is_waiting(db, "speak")) is False


def test_no_voice_speaks_somali(media, prompts):
    with pytest.raises(LookupError):
        speech.make(media, prompts["so"][0])
    assert sounds.voice_of("so") is None


def test_the_command_lists_and_makes(settings, monkeypatch, media, prompts):
    monkeypatch.setenv("LAHTOTASO_DATA", str(settings.data))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    for prompt in prompts["uk"][1:]:
        put_synthetic(media, prompt)
    said = CliRunner().invoke(main, ["sounds", "make", "--language", "uk"])
    assert said.exit_code == 0, said.output
    assert said.output.strip() == "1 made"
    listed = CliRunner().invoke(main, ["sounds", "list"])
    total = len(prompts["uk"])
    assert f"uk Ukrainian: {total} instructions, {total} synthetic" in listed.output
    assert f"so Somali: {total} instructions, {total} missing" in listed.output


def test_words_are_the_same_for_the_page_and_for_the_voice(app, prompts):
    with app.test_request_context(), force_locale("fa"):
        for prompt in prompts["fa"]:
            page = sounds.all_spoken().get(prompt.code)
            # What a literacy task says is no page: a word, a letter, a number, a question.
            assert page.spoken == prompt.text if page else prompt.code.startswith("literacy/")
    assert {State(state).is_vouched_for for state in State} == {True, False}
