"""The law's pages: everybody may read them, and what people write reaches a person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from testing import feedback
from testing.languages import PERSON_CODES
from testing.models import Feedback, Role
from tests.testing.builders import NOW, Builder
from tests.testing.pages import Page


@pytest.fixture
def centre(build: Builder):
    return build.centre(
        name="Helsingin testikeskus", email="testi@example.fi", privacy_contact="Tiina Tietosuoja"
    )


def choose(page: Page, language: str) -> None:
    page.get("/privacy")
    if page.html.html["lang"] != language:
        page.submit(form=f'form[action^="/language/{language}"]')


@pytest.mark.parametrize("language", PERSON_CODES)
@pytest.mark.parametrize("path", ["/privacy", "/accessibility", "/feedback"])
def test_everybody_may_read_them_in_every_language(page: Page, centre, path, language):
    choose(page, language)
    html = page.get(path)
    assert html.html["lang"] == language


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "Sinun oikeutesi"), ("sv", "Dina rättigheter"), ("en", "Your rights")],
)
def test_the_privacy_notice_names_who_answers(page: Page, centre, language, words):
    choose(page, language)
    page.get("/privacy")
    assert words in page.text()
    assert "Tiina Tietosuoja" in page.text()
    assert page.html.select_one(".prose")["lang"] == language


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_accessibility_statement_has_what_the_law_asks_for(page: Page, centre, language):
    choose(page, language)
    page.get("/accessibility")
    for words in ("306/2019", "WCAG 2.1", "Traficom", "saavutettavuus@traficom.fi", "14 "):
        assert words in page.text()
    assert page.html.select_one('.prose a[href="/feedback?topic=accessibility"]')


def test_a_text_in_another_language_is_marked_as_what_it_is(page: Page, centre):
    choose(page, "ar")
    html = page.get("/accessibility")
    assert (html.html["lang"], html.html["dir"]) == ("ar", "rtl")
    block = html.select_one(".prose")
    assert (block["lang"], block["dir"]) == ("en", "ltr")
    assert "هذا النص باللغة الإنجليزية." in page.text()


def test_feedback_reaches_an_administrator_who_answers(page: Page, build: Builder, centre):
    page.get("/feedback?topic=accessibility")
    page.submit({"text": "En kuule ohjetta.\nمرحبا", "reply_to": "amina@example.fi"}, button="Send")
    assert "Thank you." in page.html.h1.get_text()
    desk = page.another()
    desk.sign_in(build.staff(centre, Role.ADMINISTRATOR))
    desk.get("/centre")
    assert "1 message waits for an answer." in desk.text()
    desk.follow("Open the feedback")
    assert "En kuule ohjetta." in desk.text()
    assert "13 days left" in desk.text() or "14 days left" in desk.text()
    desk.submit(button=desk.html.select_one("article button")["aria-label"])
    assert "No message waits for an answer." in desk.text()


def test_another_centre_does_not_read_it(page: Page, build: Builder, centre):
    other = build.centre(name="Toinen")
    page.get("/feedback")
    page.submit(
        {"centre": centre.public_id, "topic": "other", "text": "Vain keskukselle"}, button="Send"
    )
    row = build.do(lambda db: db.scalars(select(Feedback)).one())
    stranger = page.another()
    stranger.sign_in(build.staff(other, Role.ADMINISTRATOR))
    stranger.get("/centre/feedback")
    assert "Vain keskukselle" not in stranger.text()
    stranger.get("/occasions")
    stranger.get("/centre/accounts/new")
    stranger.post(f"/centre/feedback/{row.public_id}/answered", status=404)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"topic": "other"}, "Write what you want to say."),
        ({"text": "Hei"}, "Choose one."),
        ({"topic": "other", "text": "x" * 4001}, "Use at most 4000 characters."),
    ],
)
def test_half_a_message_is_not_sent_and_stays(page: Page, build: Builder, centre, given, words):
    page.get("/feedback")
    html = page.submit({"reply_to": "a@b.fi"} | given, button="Send", status=400)
    assert words in page.text()
    assert html.select_one("#reply_to")["value"] == "a@b.fi"
    assert build.do(lambda db: db.scalars(select(Feedback)).all()) == []


def test_a_flood_is_slowed_down_and_the_writer_keeps_the_text(page: Page, build: Builder, centre):
    for number in range(feedback.MOST_AN_HOUR):
        page.get("/feedback")
        page.submit({"topic": "other", "text": f"Viesti {number}"}, button="Send")
    page.get("/feedback")
    html = page.submit({"topic": "other", "text": "Vielä yksi"}, button="Send", status=429)
    assert html.select_one("#text").get_text().strip() == "Vielä yksi"
    count = build.do(lambda db: len(db.scalars(select(Feedback)).all()))
    assert count == feedback.MOST_AN_HOUR


def test_a_late_answer_is_told_as_late():
    row = Feedback(received_at=NOW)
    assert feedback.days_left(row, NOW) == 14
    assert feedback.days_left(row, NOW + timedelta(days=13, hours=1)) == 0
    assert feedback.days_left(row, NOW + timedelta(days=15)) == -1
