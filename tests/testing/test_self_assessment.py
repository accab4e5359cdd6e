""""I can" statements at the kiosk: asked in an order, passed over at will, and never a score."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from items.pictures import picture_svg
from testing import clock, delivery, plans, sittings
from testing.assessment_plans import choosing
from testing.interview import keeping as interviews
from testing.models import (
    Event,
    Part,
    Referral,
    Said,
    SelfAssessedStatement,
    SelfAssessment,
    Skill,
    Staff,
    Visit,
)
from testing.self_assessment import facts, keeping, ladder
from testing.settings import CHECKOUT
from tests.testing.builders import Builder
from tests.testing.candidates import Candidate, knows_up_to
from tests.testing.pages import Page
from tests.testing.voices import voice_for_self_assessment

YES, LITTLE, NO = Said.YES, Said.A_LITTLE, Said.NO
R, L, W, S = Skill.READING, Skill.LISTENING, Skill.WRITING, Skill.SPEAKING


def asked(answers, skills=frozenset({R, L, W, S})) -> list[str]:
    """What somebody is asked who answers like that; `answers` by skill, the last one repeats."""
    said: dict[tuple[str, str], Said] = {}
    met = []
    while (one := ladder.in_use().next(said, skills)) is not None:
        row = answers[one.skill]
        said[one.skill.value, one.level] = row[min(one.place, len(row)) - 1]
        met.append(f"{one.skill.value[0]}{one.place}")
    return met


@pytest.mark.parametrize(
    ("answers", "skills", "met"),
    [
        # Who can nothing yet is asked twice, and left in peace.
        ({L: [NO], S: [NO], R: [NO], W: [NO]}, {L, S, R, W}, "l1 s1"),
        ({L: [NO], R: [NO], W: [NO]}, {L, R, W}, "l1 r1"),
        # A fluent speaker who reads weakly.
        ({L: [YES], S: [YES, YES, LITTLE], R: [NO], W: [NO]}, {L, S, R, W},
         "l1 l2 l3 l4 s1 s2 s3 r1 w1"),
        # "A little" and a later "no" end a skill, not the rest.
        ({L: [LITTLE], S: [LITTLE], R: [YES, NO], W: [YES, LITTLE]}, {L, S, R, W},
         "l1 s1 r1 r2 w1 w2"),
        ({L: [NO], S: [YES, NO], R: [NO], W: [YES]}, {L, S, R, W}, "l1 s1 s2 r1"),
        ({R: [YES]}, {R}, "r1 r2 r3 r4"),
        ({}, set(), ""),
    ],
)  # fmt: skip
def test_statements_follow_a_yes_and_stop_after_two_easiest_that_are_no(answers, skills, met):
    assert asked(answers, skills) == met.split()


@pytest.mark.parametrize(
    ("old", "new"),
    [('"listening", "speaking"', '"listening", "singing"'), ("noes = 2", "noes = 0"),
     ('"radio"]', "]"), ("noes = 2", "")],
)  # fmt: skip
def test_an_order_that_is_not_whole_is_refused(tmp_path: Path, old, new):
    text = ladder.FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "ladder.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ladder.BadLadder):
        ladder.read(file)


def test_every_statement_has_a_picture_and_every_answer_a_shape():
    shapes = (CHECKOUT / "testing/static/icons/sprite.svg").read_text()
    for row in ladder.in_use().statements.values():
        for one in row:
            assert "<svg" in picture_svg(one.picture)
    assert all(f'id="answer-{shape}"' in shapes for shape in ("yes", "half", "no"))


# At the kiosk


class Day:
    """A person at a kiosk that can speak their language."""

    def __init__(self, app, build: Builder, bank, media, language="en", *, voice=True, tell=None):
        if voice:
            voice_for_self_assessment(app, media, language)
        self.build = build
        self.arrival = build.arrival(contact_language="en")
        if tell is not None:
            self.tell(**tell)
        self.page = Page(app)
        self.kiosk = Candidate(self.page, bank, knows_up_to("A1.3"), language=language)
        self.code = self.arrival.code()
        self.kiosk.begin(self.code)
        # The literacy screen's words by touch come first; none is known.
        for _touch in range(60):
            if not self.page.html.select_one("input[name=rung]"):
                break
            self._press("unknown")

    def _press(self, action: str, **fields: str) -> None:
        form = self.page.html.select_one("main form")
        assert form is not None
        hidden = {str(one["name"]): str(one["value"]) for one in form.select("[type=hidden]")}
        self.page.post(str(form["action"]), hidden | fields | {"action": action})

    def tell(self, answers=None, statements=None) -> None:
        def work(db):
            interviews.keep(
                db,
                db.get_one(Referral, self.arrival.referral.id),
                answers or {},
                statements or {},
                actor=db.get_one(Staff, self.arrival.administrator.id),
                now=clock.now(),
            )

        self.build.do(work)

    def asked(self) -> str:
        """Skill and level of the statement on the page, or nothing."""
        level = self.page.html.select_one("input[name=level]")
        skill = self.page.html.select_one("input[name=skill]")
        return f"{skill['value']} {level['value']}" if skill and level else ""

    def say(self, said: Said) -> None:
        self._press("next", said=said.value)

    def skip(self) -> None:
        self._press("pass")

    def facts(self):
        return self.build.do(lambda db: facts.facts_of(db, self.arrival.sitting(db)))

    def start(self, skill: Skill):
        def work(db):
            parts = self.arrival.sitting(db).parts
            return choosing.start_of(db, next(part for part in parts if part.skill is skill))

        return self.build.do(work)

    def count(self, model) -> int:
        return self.build.do(lambda db: db.scalar(select(func.count()).select_from(model)))


def test_a_person_says_what_they_can_do_while_they_wait_and_parts_begin_there(
    app, build, bank, settings
):
    day = Day(app, build, bank, settings.media)
    assert day.asked() == "listening A1.1"
    body = day.page.html.body
    # The instruction is heard once, then each statement by itself; the desk can read it aloud.
    assert len(body["data-autoplay"].split()) == 2
    assert body["data-prompt-src"] == body["data-autoplay"].split()[0]
    desk = day.page.another()
    desk.sign_in(day.arrival.administrator)
    sitting = build.do(day.arrival.sitting).public_id
    assert "I understand greetings and numbers." in desk.get(f"/desk/sittings/{sitting}").text

    # Next without an answer, and an answer that is none, change nothing.
    day._press("next")
    assert "Choose an answer first." in day.page.text()
    day._press("next", said="perhaps")
    assert (day.asked(), day.count(SelfAssessedStatement)) == ("listening A1.1", 0)
    day.say(NO)
    assert day.asked() == "reading A1.1"
    assert len(day.page.html.body["data-autoplay"].split()) == 1
    # An old tab answers what is behind: the first answer stands, and nothing ahead is taken.
    for skill, level in (("listening", "A1.1"), ("writing", "A1.1"), ("reading", "A2.2")):
        day.page.post(
            "/kiosk/self-assessment", {"skill": skill, "level": level, "said": "yes"}
        )
    assert (day.asked(), day.count(SelfAssessedStatement)) == ("reading A1.1", 1)
    for _statement in range(3):
        day.say(YES)
    # Another seat goes on where the first was.
    code = day.arrival.code()
    other = Candidate(day.page.another(), bank, knows_up_to("A1.3"), language="en")
    day.kiosk, day.page = other, other.page
    other.enter(code)
    other.choose_language()
    other.next()
    assert day.asked() == "reading B1.2"
    day.say(LITTLE)
    assert day.asked() == "writing A1.1"
    day.skip()
    assert day.asked() == ""
    assert day.facts() == {"self.reading": "A2.2"}
    assert (day.start(R), day.start(L), day.start(W)) == ("A2.1", None, None)

    # What staff see; and the log does not tell what was said.
    desk.get(f"/desk/bookings/{day.arrival.booking.public_id}/interview")
    assert "At the kiosk the person said:" in desk.text()
    assert "I understand greetings and numbers. No." in desk.text()
    said = build.do(
        lambda db: db.scalars(
            select(Event.details).where(Event.action.startswith("self-assessment:"))
        ).all()
    )
    assert len(said) == 6
    assert not any("level" in one or "said" in one for one in said)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ({"language": "so", "voice": False}, "no voice speaks it"),
        ({"voice": False}, "not every statement has a sound"),
        ({"tell": {"statements": {"reading": ["A1.1"]}}}, "the desk asked it"),
        ({"tell": {"answers": {"spoken": "words"}}}, "how the talk went chooses every start"),
    ],
)
def test_what_cannot_be_heard_or_is_known_already_is_not_asked(
    app, build, bank, settings, day, why
):
    assert Day(app, build, bank, settings.media, **day).asked() == "", why


def test_the_desk_may_ask_in_the_middle_and_goes_before_the_kiosk(app, build, bank, settings):
    day = Day(app, build, bank, settings.media)
    day.say(YES)
    day.say(NO)
    desk = day.page.another()
    desk.sign_in(day.arrival.administrator)
    desk.get(f"/desk/bookings/{day.arrival.booking.public_id}/interview")
    desk.submit({"can_reading": ["A1.1", "A1.3"]}, button="Keep the interview")
    day.page.get("/kiosk/")
    assert day.asked() == ""
    assert day.start(R) == "A1.2"
    assert day.facts() == {"self.listening": "A1.1"}


def test_a_plan_without_it_asks_nothing(app, build, bank, settings):
    day = Day(app, build, bank, settings.media)
    assert day.count(SelfAssessment) == 1
    other = build.arrival()
    other.code()

    def offered(db):
        sitting = other.sitting(db)
        staff = db.get_one(Staff, day.arrival.administrator.id)
        choosing.change(db, sitting, "literacy_only", "-", actor=staff, now=clock.now())
        keeping.offer(db, sitting, can_be_heard=True, now=clock.now())
        return facts.of_sitting(db, sitting)

    assert build.do(offered) is None


def test_what_is_said_moves_the_first_task_and_no_score(build, bank):
    """Two who answer alike end alike, whatever they said of themselves."""

    def sit(answers: list[Said]):
        arrival = build.arrival()
        code = arrival.code()

        def begin(db):
            visit = sittings.enter_code(db, build.keys, code, clock.now())[0]
            keeping.offer(db, visit.sitting, can_be_heard=True, now=clock.now())
            for said in answers:
                now = keeping.asked_now(db, visit.sitting)
                keeping.answer(
                    db, visit, skill=now.statement.skill, level=now.statement.level, said=said,
                    now=clock.now(),
                )  # fmt: skip
            delivery.start_part(db, visit, now=clock.now(), seed=7)
            assert keeping.asked_now(db, visit.sitting) is None
            part = next(part for part in visit.sitting.parts if part.skill is R)
            return plans.plan_of(db, db.get_one(Part, part.id)), visit.id

        plan, visit = build.do(begin)
        # Too late: the part has begun, and what was said stays as it is.
        build.do(lambda db: keeping.pass_over(db, db.get_one(Visit, visit), now=clock.now()))
        return plan

    low, high = sit([NO, NO]), sit([NO, YES, YES, YES, YES, NO])
    assert high.start_theta > low.start_theta
    assert high.prior.tolist() == low.prior.tolist()
    assert high.standard.to_json() == low.standard.to_json()
