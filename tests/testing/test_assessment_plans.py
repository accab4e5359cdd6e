"""Plans: who is given which, where parts begin, and what an administrator may change."""

import tomllib
from dataclasses import replace

import pytest
from sqlalchemy import select

from items.bank import import_bank
from items.models import Status
from scoring.cefr import LEVELS
from scoring.routing import Known
from testing import clock, delivery, desk_words, plans, sittings
from testing.assessment_plans import choosing, minutes, reading, rulebook, words
from testing.interview import keeping
from testing.models import (
    AssessmentPlan,
    Booking,
    Event,
    NotAssessed,
    Part,
    PartState,
    PlanSource,
    Presentation,
    Purpose,
    Referral,
    SittingNote,
    SittingState,
    Skill,
    Staff,
    Visit,
)
from testing.settings import Mode
from tests.testing.builders import NOW, Builder
from tests.testing.pages import Page

R, L, W, S, N = (
    Skill.READING, Skill.LISTENING, Skill.WRITING, Skill.SPEAKING, Skill.NUMERACY,
)  # fmt: skip
YES = {"interviewed": "yes"}


@pytest.mark.parametrize(
    ("facts", "plan", "reason"),
    [
        ({}, "short", "default"),
        ({"purpose": "vocational_training"}, "short", "default"),
        (YES | {"purpose": "vocational_training", "schooling": "none"}, "vocational",
         "vocational_training"),
        (YES, "standard", "interviewed"),
        (YES | {"reads": "no", "schooling": "long", "study_skills": "strong"}, "long",
         "does_not_read"),
        (YES | {"reads": "little"}, "standard", "interviewed"),
        (YES | {"schooling": "none"}, "long", "no_schooling"),
        (YES | {"schooling": "short"}, "long", "short_schooling"),
        (YES | {"schooling": "basic", "study_skills": "strong"}, "standard", "interviewed"),
        (YES | {"schooling": "long", "study_skills": "some"}, "standard", "interviewed"),
        (YES | {"schooling": "long", "study_skills": "strong"}, "short", "used_to_studying"),
    ],
)  # fmt: skip
def test_the_first_rule_that_holds_gives_the_plan(facts, plan, reason):
    chosen, why = rulebook.shipped().choose(Known(facts))
    assert (chosen.code, why) == (plan, reason)
    assert reason in words.REASONS
    assert plan in words.PLANS


@pytest.mark.parametrize(
    ("facts", "left_out"),
    [
        ({}, {}),
        ({"hearing": "poorly"}, {}),
        ({"hearing": "aid"}, {}),
        ({"hearing": "cannot_hear"}, {L: NotAssessed.HEARING, S: NotAssessed.HEARING}),
        ({"sight": "elsewhere"}, {}),
        (
            {"sight": "cannot_see"},
            {R: NotAssessed.SIGHT, W: NotAssessed.SIGHT, N: NotAssessed.SIGHT},
        ),
    ],
)
def test_what_cannot_be_given_is_not_assessed_for_a_reason(facts, left_out):
    assert rulebook.shipped().left_out(Known(facts)) == left_out


@pytest.mark.parametrize(
    ("facts", "done", "part", "level"),
    [
        ({}, {}, "reading", None),
        ({"interview": "A2.2"}, {}, "reading", "A2.1"),
        ({"interview": "alle_A1.1"}, {}, "reading", "alle_A1.1"),
        ({"self.reading": "B1.2"}, {}, "reading", "B1.1"),
        ({"self.reading": "B1.2", "interview": "A1.3"}, {}, "reading", "A1.2"),
        ({"interview": "A1.3"}, {"listening": "B1.1"}, "reading", "B1.1"),
        ({"interview": "A1.3"}, {"reading": "B1.1"}, "listening", "B1.1"),
        ({"self.reading": "B1.2"}, {}, "listening", None),
        ({"interview": "A2.2"}, {}, "writing", "A2.2"),
        ({"self.speaking": "A2.2"}, {}, "speaking", "A2.1"),
    ],
)
def test_where_a_part_begins(facts, done, part, level):
    assert rulebook.shipped().start(Known(facts, done), part) == level


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('default = "short"', 'default = "tiny"'),
        ('plan = "long"', 'plan = "endless"'),
        ('not_assessed = "hearing"', 'not_assessed = "tired"'),
        ('parts = ["reading", "listening", "writing"]', 'parts = ["reading", "reading"]'),
        ('when = { schooling = { is = "none" } }', "when = {}"),
        ('when = { reads = { is = "no" } }', 'when = { reads = { at_most = "no" } }'),
        ('part = "reading"\nfact = "interview"', 'part = "singing"\nfact = "interview"'),
    ],
)
def test_plans_that_are_not_whole_are_refused(old, new):
    text = rulebook.SHIPPED.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(reading.BadPlans):
        reading.read(tomllib.loads(text.replace(old, new, 1)))


# With a sitting


@pytest.fixture
def few(build: Builder, bank_files):
    """As little of the bank as a whole test needs, and all prompts."""
    tasks = [
        task
        for task in bank_files.tasks
        if task.language == "fi" and task.skill in ("reading", "listening", "speaking", "writing")
    ]
    build.do(
        lambda db: import_bank(
            db, replace(bank_files, tasks=tuple(tasks)), now=NOW, first_status=Status.PILOT
        )
    )


class Case:
    """A person at the desk, and what the desk does."""

    def __init__(self, build: Builder, **referral) -> None:
        self.build = build
        self.arrival = build.arrival()
        if referral:
            self.do(lambda db, _staff: self._refer(db, referral))

    def _refer(self, db, fields) -> None:
        for name, value in fields.items():
            setattr(db.get_one(Referral, self.arrival.referral.id), name, value)

    def do(self, work):
        return self.build.do(lambda db: work(db, db.get_one(Staff, self.arrival.administrator.id)))

    def interview(self, answers, statements=None) -> None:
        def work(db, staff):
            referral = db.get_one(Referral, self.arrival.referral.id)
            keeping.keep(db, referral, answers, statements or {}, actor=staff, now=clock.now())

        self.do(work)

    def sit(self) -> str:
        return self.arrival.code()

    def parts(self) -> dict[Skill, tuple[PartState, NotAssessed | None]]:
        def work(db, _staff):
            found = self.arrival.sitting(db).parts
            assert [part.position for part in found] == list(range(1, len(found) + 1))
            return {part.skill: (part.state, part.not_assessed) for part in found}

        return self.do(work)

    def plan(self) -> AssessmentPlan:
        return self.do(lambda db, _staff: choosing.of_sitting(db, self.arrival.sitting(db)))

    def change(self, code: str, words_: str = "Kiire") -> None:
        self.do(
            lambda db, staff: choosing.change(
                db, self.arrival.sitting(db), code, words_, actor=staff, now=clock.now()
            )
        )


WAITS = (PartState.WAITING, None)


def test_without_an_interview_the_plan_is_the_one_for_everybody(build, few):
    case = Case(build, purpose=Purpose.VOCATIONAL_TRAINING)
    case.sit()
    assert case.parts() == {R: WAITS, L: WAITS, W: WAITS}
    plan = case.plan()
    assert (plan.code, plan.source, plan.reason) == ("short", PlanSource.DEFAULT, "default")
    assert plan.version == rulebook.shipped().version


def test_the_interview_chooses_the_plan_and_the_start_but_never_a_score(build, few):
    case = Case(build, purpose=Purpose.VOCATIONAL_TRAINING)
    case.interview({"hearing": "cannot_hear", "spoken": "freely", "accommodations": []})
    code = case.sit()
    left = (PartState.NOT_ASSESSED, NotAssessed.HEARING)
    assert case.parts() == {R: WAITS, L: left, W: WAITS, S: left}
    assert case.plan().code == "vocational"
    build.do(lambda db: sittings.enter_code(db, build.keys, code, clock.now()))

    def begin(db, _staff):
        visit = db.scalars(select(Visit)).one()
        delivery.start_part(db, visit, now=clock.now(), seed=7)
        return db.scalars(select(Part).where(Part.skill == R)).one()

    part = case.do(begin)
    other = Case(build)
    code = other.sit()
    visit = build.do(lambda db: sittings.enter_code(db, build.keys, code, clock.now())[0])

    def begin_other(db, _staff):
        delivery.start_part(db, db.get_one(Visit, visit.id), now=clock.now(), seed=7)
        return db.scalars(select(Part).where(Part.skill == R, Part.id != part.id)).one()

    unknown = other.do(begin_other)
    told, untold = (
        build.do(lambda db, one=one: plans.plan_of(db, db.get_one(Part, one.id)))
        for one in (part, unknown)
    )
    assert told.start_theta > untold.start_theta
    assert told.prior.tolist() == untold.prior.tolist()
    first = build.do(lambda db: db.scalars(select(Presentation).order_by(Presentation.id)).all())
    shown = [build.do(lambda db, one=one: db.get_one(Presentation, one.id).task_version.level)
             for one in first]  # fmt: skip
    assert LEVELS.index(shown[0]) > LEVELS.index(shown[1])


def test_an_interview_held_late_moves_the_plan_until_something_has_begun(build, few):
    case = Case(build)
    code = case.sit()
    case.interview({"school_years": 4})

    def follow(db, staff):
        return choosing.follow_interview(
            db, case.arrival.sitting(db), actor=staff, now=clock.now()
        ).code

    assert case.do(follow) == "long"
    assert list(case.parts()) == [R, L, W, S]
    visit = build.do(lambda db: sittings.enter_code(db, build.keys, code, clock.now())[0])
    build.do(lambda db: delivery.start_part(db, db.get_one(Visit, visit.id), now=clock.now()))
    case.interview({"school_years": 13, "foreign_languages": "several", "adult_study": "finished"})
    assert case.do(follow) == "long"


@pytest.mark.parametrize(
    ("given", "corrected", "left"),
    [
        ({"hearing": "cannot_hear"}, {"hearing": "well"}, {}),
        ({"hearing": "cannot_hear", "glasses": "cannot_see"}, {"hearing": "cannot_hear"},
         {L: NotAssessed.HEARING, S: NotAssessed.HEARING}),
        ({"hearing": "cannot_hear"}, {"glasses": "cannot_see"},
         {R: NotAssessed.SIGHT, W: NotAssessed.SIGHT}),
    ],
)  # fmt: skip
def test_a_corrected_interview_takes_back_what_it_left_out(build, few, given, corrected, left):
    left, case = dict(left), Case(build)
    case.interview(given)
    case.sit()

    def refuse(db, staff):
        part = next(p for p in case.arrival.sitting(db).parts if p.skill is W)
        if part.state is PartState.WAITING:
            sittings.leave_out(
                db, part, reason=NotAssessed.REFUSED, words="-", actor=staff, now=clock.now()
            )
            left[W] = NotAssessed.REFUSED

    case.do(refuse)
    case.interview(corrected)
    case.do(
        lambda db, staff: choosing.follow_interview(
            db, case.arrival.sitting(db), actor=staff, now=clock.now()
        )
    )
    assert {skill: why for skill, (_state, why) in case.parts().items() if why} == left


def test_an_interview_after_the_administrators_choice_still_tells_where_parts_begin(build, few):
    case = Case(build)
    case.sit()
    case.change("standard")

    def start(db, staff):
        sitting = case.arrival.sitting(db)
        choosing.follow_interview(db, sitting, actor=staff, now=clock.now())
        return choosing.start_of(db, sitting.parts[0])

    assert case.do(start) is None
    case.interview({"spoken": "freely", "school_years": 4})
    assert case.do(start) is not None
    plan = case.plan()
    assert (plan.code, plan.source, plan.words) == ("standard", PlanSource.STAFF, "Kiire")
    told = build.do(
        lambda db: db.scalars(
            select(Event.details).where(Event.action == "plan:choose").order_by(Event.id)
        ).all()
    )
    assert [(one["plan"], one["source"]) for one in told][-2:] == [("standard", "staff")] * 2


def test_the_administrator_changes_the_plan_with_a_reason(build, few):
    case = Case(build)
    case.interview({"school_years": 4})
    code = case.sit()
    with pytest.raises(choosing.PlanReasonMissing):
        case.change("short", "  ")
    with pytest.raises(choosing.NoSuchPlan):
        case.change("tiny")
    case.change("short")
    assert list(case.parts()) == [R, L, W]
    visit = build.do(lambda db: sittings.enter_code(db, build.keys, code, clock.now())[0])
    build.do(lambda db: delivery.start_part(db, db.get_one(Visit, visit.id), now=clock.now()))
    case.change("literacy_only", "Henkilö väsyi")
    assert case.parts() == {R: (PartState.RUNNING, None)}
    case.change("standard")
    assert list(case.parts()) == [R, L, W, S]
    plan = case.plan()
    assert (plan.source, plan.words) == (PlanSource.STAFF, "Kiire")
    told = build.do(
        lambda db: [
            event.details
            for event in db.scalars(
                select(Event).where(Event.action == "plan:choose").order_by(Event.id)
            )
        ]
    )
    assert [one["plan"] for one in told] == ["long", "short", "literacy_only", "standard"]
    # The log outlives the interview: it does not keep what the person answered.
    assert "schooling" not in str(told)


@pytest.mark.parametrize("button", ["Resume", "Change the plan"])
def test_a_sitting_with_nothing_left_to_do_is_over(build, few, page: Page, button):
    case = Case(build)
    case.sit()
    case.change("standard")
    is_paused = button == "Resume"

    def leave_out(db, staff):
        sitting, now = case.arrival.sitting(db), clock.now()
        if is_paused:
            sittings.pause(db, sitting, reason="Tauko", actor=staff, now=now)
        for part in sitting.parts[: 4 if is_paused else 3]:
            sittings.leave_out(
                db, part, reason=NotAssessed.REFUSED, words="-", actor=staff, now=now
            )
        return sitting

    sitting = case.do(leave_out)
    page.sign_in(case.arrival.administrator)
    if is_paused:
        page.get(f"/desk/sittings/{sitting.public_id}")
        page.submit(button=button)
    else:
        page.get(f"/plans/sittings/{sitting.public_id}")
        page.submit({"plan": "short", "reason": "Aikaa on vähän"}, button=button)
    sitting = case.do(lambda db, _staff: case.arrival.sitting(db))
    assert (sitting.state, sitting.closed_at is None) == (SittingState.FINISHED, False)


def test_a_part_left_out_is_given_after_all_until_it_has_begun(build, few, page: Page):
    case = Case(build)
    case.interview({"hearing": "cannot_hear"})
    case.sit()
    page.sign_in(case.arrival.administrator)
    sitting = case.do(lambda db, _staff: case.arrival.sitting(db))
    page.get(f"/desk/sittings/{sitting.public_id}")
    page.follow("Assessment plan")
    assert "Standard assessment" in page.text()
    assert "could not hear" in page.text()
    page.submit({"give-reason": ""}, button="Give: Listening", status=400)
    page.submit({"give-reason": "Kuulokoje löytyi"}, button="Give: Listening")
    assert case.parts()[L] == WAITS
    assert case.parts()[S][0] is PartState.NOT_ASSESSED
    noted = build.do(lambda db: db.scalars(select(SittingNote)).one())
    assert (noted.kind, noted.reason) == ("given", "Kuulokoje löytyi")
    assert noted.kind in desk_words.NOTES
    # The interview is kept again, with the same answer and with a plan that lacks the part.
    booking = build.do(lambda db: db.scalars(select(Booking)).one())
    page.get(f"/desk/bookings/{booking.public_id}/interview")
    page.submit({}, button="Keep the interview")
    assert case.parts()[L] == WAITS
    assert case.parts()[S][0] is PartState.NOT_ASSESSED
    page.get(f"/plans/sittings/{sitting.public_id}")
    page.submit({"plan": "short", "reason": "Aikaa on vähän"}, button="Change the plan")
    assert "Changed by staff." in page.text()
    assert "Aikaa on vähän" in page.text()


def test_the_accommodations_reach_the_kiosk(build, few, app):
    case = Case(build)
    case.interview({"accommodations": ["extra_play", "large_print"]})
    code = case.sit()
    kiosk = Page(app)
    kiosk.get("/kiosk/code")
    kiosk.submit({"code": code})
    kiosk.submit({"language": "en"}, button="English")
    assert "surface-kiosk--large" in kiosk.html.html["class"]
    case.do(
        lambda db, staff: sittings.leave_out(
            db,
            case.arrival.sitting(db).parts[0],
            reason=NotAssessed.REFUSED,
            words="-",
            actor=staff,
            now=clock.now(),
        )
    )
    build.do(lambda db: delivery.start_part(db, db.scalars(select(Visit)).one(), now=clock.now()))
    shown = build.do(lambda db: db.scalars(select(Presentation)).one())
    assert shown.plays_allowed == 3


def test_the_minutes_are_called_a_simulation(build, few, page: Page):
    page.sign_in(build.arrival().administrator)
    page.get("/plans?language=fi")
    assert "Nothing here was observed." in page.text()
    assert page.text().count("simulation") >= 4
    page.get("/plans?language=sv")
    assert "cannot be given" in page.text()
    page.get("/plans?language=xx", status=404)
    under = minutes.Under(Mode.PILOT)
    found = build.do(lambda db: minutes.expected(db, rulebook.shipped(), "fi", under))
    by_code = {one.plan.code: one for one in found}
    assert by_code["literacy_only"].total < by_code["short"].total
    assert by_code["short"].total < by_code["standard"].total
    span = by_code["short"].parts[R]
    assert span.is_simulated
    assert span.low < span.middle < span.high
