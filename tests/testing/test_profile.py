"""The profile: everything of a person for the assessor, down to each answer as it was given."""

import pytest
from sqlalchemy import select

from testing import clock, people, sittings
from testing.models import Person, Presentation, Role, SelfAssessedStatement, SelfAssessment
from tests.testing.builders import Builder
from tests.testing.candidates import knows_up_to
from tests.testing.pages import Page
from tests.testing.results import Case
from tests.testing.test_assessment import rate_next
from tests.testing.walks import walk

PERSON = {"given_names": "Aminatu", "surname": "Hassanzadeh"}


@pytest.fixture
def walked(build: Builder, bank) -> Case:
    """Somebody who went through all parts, with a pause and an observation on the way."""
    made = Case(build, bank, person=PERSON)
    made.arrival.code()
    desk = made.arrival.administrator

    def happened(db):
        sitting = made.arrival.sitting(db)
        sittings.pause(db, sitting, reason="Lapsi sairastui.", actor=desk, now=clock.now())
        sittings.resume(db, sitting, actor=desk, now=clock.now())
        said = SelfAssessment(
            centre_id=sitting.centre_id, sitting_id=sitting.id, version="1", opened_at=clock.now()
        )
        said.said.append(
            SelfAssessedStatement(skill="reading", level="A1.1", said="a_little", at=clock.now())
        )
        db.add(said)
        sittings.observe(db, sitting, words="Väsyi lopussa.", actor=desk, now=clock.now())

    build.do(happened)
    walk(build, made.arrival, knows_up_to("A2.2"))
    for rater in made.raters[:2]:
        while rate_next(build, rater):
            pass
    return made


def test_own_levels_come_before_the_profile(walked, page: Page):
    page.sign_in(walked.assessor)
    page.get(f"/profile/{walked.sitting_id}")
    assert page.path == f"/assessment/{walked.sitting_id}"
    assert "Give your own levels first." in page.text()


def test_the_profile_leads_down_to_each_answer(walked, page: Page):
    walked.give_levels()
    page.sign_in(walked.assessor)
    page.get(f"/assessment/{walked.sitting_id}")
    page.get(f"/profile/{walked.sitting_id}")
    text = page.text()
    for words in (
        *("Lapsi sairastui.", "Väsyi lopussa.", "Interrupted", "Observed"),
        "I can read single words, for example on signs. A little, or I am not sure.",
        *("No interview was held.", "None at this centre.", "hardly read", "Rater 1"),
    ):
        assert words in text, words
    left = walked.build.do(
        lambda db: db.scalars(
            select(Presentation.public_id).where(Presentation.left_at.is_not(None))
        ).all()
    )
    dots = [link["href"] for link in page.html.select(".way a")]
    assert {href.rsplit("/", 1)[1] for href in dots} == set(left)
    assert dots == [link["href"] for link in page.html.select("table a[href*='/tasks/']")]
    for href in (dots[0], dots[-1]):
        page.get(href)
        assert page.html.select_one(".shown[inert] .question") is not None
        assert "Level of the question" in page.text()
    heard = next(href for href in dots if has_recording(page, href))
    page.get(f"{heard}/recording")
    assert page.response.mimetype.startswith("audio/")
    page.response.close()
    page.get(f"{dots[0]}/recording", status=404)


def has_recording(page: Page, href: str) -> bool:
    page.get(href)
    return bool(page.html.select("audio"))


def test_what_was_chosen_stands_as_the_kiosk_showed_it(walked, page: Page):
    walked.give_levels()
    page.sign_in(walked.assessor)
    page.get(f"/profile/{walked.sitting_id}")
    dots = [link["href"] for link in page.html.select(".way a")]
    chosen = 0
    for href in dots[:4]:
        page.get(href)
        chosen += len(page.html.select(".shown input[checked], .shown option[selected]"))
    assert chosen


def test_a_task_of_another_sitting_or_centre_is_not_there(walked, page: Page):
    walked.give_levels()
    page.sign_in(walked.assessor)
    page.get(f"/profile/{walked.sitting_id}/tasks/nothing", status=404)
    stranger = page.another()
    stranger.sign_in(walked.build.staff(walked.build.centre(), Role.ASSESSOR))
    stranger.get(f"/profile/{walked.sitting_id}", status=404)


def test_earlier_sittings_of_the_same_person_are_told(build, bank_files, page: Page):
    first = Case(build, bank_files, person=PERSON)
    first.signed()
    booking = first.arrival.booking
    occasion = build.do(lambda db: db.get_one(type(booking), booking.id).occasion)
    again = build.arrival_at(occasion, first.arrival.administrator, first.clerk, **PERSON)

    def match(db):
        rows = db.scalars(select(Person).order_by(Person.id)).all()
        people.match(db, rows[1], rows[0], actor=first.arrival.administrator, now=clock.now())

    build.do(match)
    first.arrival = again
    first.write_and_rate("A2.2")
    first.give_levels()
    page.sign_in(first.assessor)
    page.get(f"/profile/{first.sitting_id}")
    assert "writing A2.1" in page.text()
