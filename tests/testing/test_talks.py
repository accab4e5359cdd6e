"""The meeting of assessors, and the talk with the person about the result."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from testing import clock, sounds
from testing.assessment import BlindFirst
from testing.models import Event, FeedbackTalk, MeetingOpinion, PersonsView, Role
from testing.recommending import facts, meeting, proposals, talks
from testing.recommending.meeting import OpinionMissing
from testing.recommending.talks import NothingSigned, TalkBooked, TalkClosed, WordsMissing
from tests.testing.builders import Builder
from tests.testing.pages import Page
from tests.testing.results import Case
from tests.testing.walks import colleague


@pytest.fixture
def case(build: Builder, bank_files) -> Case:
    made = Case(build, bank_files, person={"given_names": "Aminatu", "surname": "Hassanzadeh"})
    made.write_and_rate()
    return made


# Meeting


def say(case: Case, outcome: str, comment: str = "", staff=None):
    return case.do(
        lambda db, sitting, actor: meeting.give_opinion(
            db, sitting, outcome, comment, actor=actor, now=clock.now()
        ),
        staff,
    )


def test_an_opinion_comes_after_ones_own_levels_and_names_an_outcome(case):
    with pytest.raises(BlindFirst):
        say(case, "path_slow")
    case.give_levels()
    with pytest.raises(OpinionMissing):
        say(case, "later")


def test_several_assessors_speak_and_one_signs(case, page: Page):
    other = colleague(case.build, case.arrival, Role.ASSESSOR)
    case.give_levels()
    case.give_levels(staff=other)
    say(case, "path_fast", "Opiskeli ennenkin.", other)
    page.sign_in(case.assessor)
    page.get("/meeting")
    assert "Opiskeli ennenkin." in page.text()
    page.submit({"outcome": "path_slow", "comment": "Lukee\x00 hitaasti."}, button="Say this")
    assert "Not agreed yet" in page.text()
    page.submit({"outcome": "path_fast"}, button="Say this")
    assert "Agreed: Integration training, fast path" in page.text()
    kept = case.build.do(lambda db: db.scalars(select(MeetingOpinion.comment)).all())
    assert len(kept) == 3
    assert "Lukee hitaasti." in kept
    page.get(page.html.select_one("a[href$='/proposal']")["href"])
    wanted = case.decisions()
    case.sign(wanted, recommended=case.recommend(wanted))
    page.get("/meeting")
    assert "Nobody waits for a signature." in page.text()


def test_meeting_and_profile_propose_by_what_is_known_now(case, page: Page):
    case.give_levels()
    page.sign_in(case.assessor)
    page.get("/meeting")
    assert "Integration training, basic path" in page.html.select_one("main").get_text()

    def note(**known):
        case.do(
            lambda db, sitting, actor: facts.note(db, sitting, known, actor=actor, now=clock.now())
        )

    def newest():
        return case.do(lambda db, sitting, actor: proposals.newest_of(db, sitting))

    note(schooling_years=5)
    page.get("/meeting")
    assert newest().facts["schooling_years"] == 5
    note(schooling_years=7)
    page.get(f"/profile/{case.sitting_id}")
    assert newest().facts["schooling_years"] == 7
    made = newest().number
    page.get(f"/profile/{case.sitting_id}")
    page.get("/meeting")
    assert newest().number == made


def test_who_has_not_given_levels_sees_neither_proposal_nor_opinions(case, page: Page):
    other = colleague(case.build, case.arrival, Role.ASSESSOR)
    case.give_levels()
    say(case, "path_fast", "Salainen peruste.")
    page.sign_in(other)
    page.get("/meeting")
    text = page.text()
    assert "Give your own levels first." in text
    assert "Salainen peruste." not in text
    assert "The rules propose" not in text


# Talk


def booked(case: Case) -> FeedbackTalk:
    return case.do(
        lambda db, sitting, actor: talks.book(
            db,
            sitting,
            starts_at=clock.now() + timedelta(days=1),
            language="ar",
            interpreter=True,
            actor=actor,
            now=clock.now(),
        )
    )


def test_a_talk_needs_a_signed_result_and_is_booked_once(case):
    with pytest.raises(NothingSigned):
        booked(case)
    case.give_levels()
    case.sign()
    booked(case)
    with pytest.raises(TalkBooked):
        booked(case)


def test_disagreement_is_recorded_in_the_persons_words(case):
    case.give_levels()
    case.sign()
    talk = booked(case)

    def hold(view: PersonsView, words: str):
        def work(db):
            row = db.get_one(FeedbackTalk, talk.id)
            talks.hold(
                db,
                row,
                view,
                words,
                interpreter=True,
                actor=case.assessor,
                now=clock.now(),
            )

        case.build.do(work)

    with pytest.raises(WordsMissing):
        hold(PersonsView.DISAGREES, " ")
    hold(PersonsView.DISAGREES, "أنا أقرأ أفضل من ذلك.")
    with pytest.raises(TalkClosed):
        hold(PersonsView.AGREES, "")
    row = case.build.do(lambda db: db.get_one(FeedbackTalk, talk.id))
    assert (row.persons_view, row.persons_words) == (
        PersonsView.DISAGREES,
        "أنا أقرأ أفضل من ذلك.",
    )


def test_a_talk_from_booking_to_the_persons_words(case, page: Page, app, settings):
    case.give_levels()
    wanted = case.decisions()
    statement = case.sign(wanted, recommended=case.recommend(wanted))
    page.sign_in(case.arrival.administrator)
    page.get("/talks")
    page.get(page.html.select_one("a[href^='/talks/new/']")["href"])
    page.submit(status=400)
    tomorrow = clock.local_day(clock.now() + timedelta(days=1)).isoformat()
    page.submit({"day": tomorrow, "starts": "10:00", "language": "ar"})
    talk = page.path
    page.get(f"{talk}/page")
    assert (page.html.html["lang"], page.html.html["dir"]) == ("ar", "rtl")
    assert "A2.1" in page.text()
    # What has a sound can be heard in the person's language; what has none shows no button.
    assert not page.html.select("[data-speak]")
    with app.app_context():
        for code in ("result/can/writing/A2", "talk/ask"):
            one = next(prompt for prompt in sounds.prompts("ar") if prompt.code == code)
            file = sounds.approved_file_of(settings.media, "ar", one.digest)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"ID3")
    page.get(f"{talk}/page")
    buttons = page.html.select("[data-speak]")
    assert len(buttons) == 2
    for button in buttons:
        with page.client.get(button["data-speak"]) as answer:
            assert (answer.status_code, answer.mimetype) == (200, "audio/mpeg")
    page.get(f"/talks/sound/ar/{'0' * 64}", status=404)
    page.get(f"{talk}/page?language=fi")
    assert "kotoutumiskoulutusta" in page.text()
    page.get(talk)
    page.submit({"view": "disagrees"}, button="Write the talk down", status=400)
    page.submit({"view": "disagrees", "words": "Luen paremmin."}, button="Write the talk down")
    assert "Luen paremmin." in page.text()
    page.get(f"/statements/{statement.public_id}")
    assert "Luen paremmin." in page.text()
    office = page.another()
    office.sign_in(case.clerk)
    office.get(f"/results/{statement.public_id}")
    assert "Luen paremmin." not in office.text()
    office.get(talk, status=403)
    stranger = page.another()
    stranger.sign_in(case.build.staff(case.build.centre(), Role.ASSESSOR))
    stranger.get(talk, status=404)
    stranger.get(f"{talk}/page", status=404)
    actions = case.build.do(
        lambda db: db.scalars(select(Event.action).where(Event.action.startswith("talk:"))).all()
    )
    assert {"talk:book", "talk:view", "talk:hold"} == set(actions)


def test_a_cancelled_talk_can_be_booked_anew(case, page: Page):
    case.give_levels()
    case.sign()
    talk = booked(case)
    page.sign_in(case.assessor)
    page.get(f"/talks/{talk.public_id}")
    page.submit(button="Cancel the talk")
    page.get(f"/talks/{talk.public_id}")
    assert "This talk was cancelled." in page.text()
    booked(case)
