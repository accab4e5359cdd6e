"""Numeracy at the kiosk: beside the language, by pictures, adaptive, never a language level."""

import pytest
from sqlalchemy import select

from items.models import Status, TaskVersion
from scoring.sitting import next_step
from testing import clock, delivery, plans, proposals
from testing.assessment_plans import choosing
from testing.models import (
    LANGUAGE_SKILLS,
    ExposureCounts,
    PartState,
    Skill,
    Staff,
)
from tests.testing.candidates import Candidate

ORDER = ("N1", "N2", "N3", "N4", "N5")


def counts_up_to(level: str):
    """A person who does right what is not above their level, and says so when it is."""
    return lambda item: item.level in ORDER and ORDER.index(item.level) <= ORDER.index(level)


def given(build, arrival, code: str = "literacy_numeracy") -> str:
    """A seat code of a sitting whose plan was changed to this one."""
    seat = arrival.code()

    def change(db):
        staff = db.get_one(Staff, arrival.administrator.id)
        sitting = arrival.sitting(db)
        choosing.change(db, sitting, code, "Luvut", actor=staff, now=clock.now())

    build.do(change)
    return seat


def give_numeracy(db, arrival):
    staff = db.get_one(Staff, arrival.administrator.id)
    choosing.give_optional(db, arrival.sitting(db), Skill.NUMERACY, actor=staff, now=clock.now())


def part_of(db, arrival):
    return next(p for p in arrival.sitting(db).parts if p.skill is Skill.NUMERACY)


@pytest.mark.parametrize(
    ("level", "lowest", "highest"),
    [("N1", "alle_N1", "N2"), ("N3", "N2", "N4"), ("N5", "N4", "N5")],
)
def test_a_person_is_led_to_their_level(page, bank, build, level, lowest, highest):
    arrival = build.arrival()
    code = given(build, arrival)
    candidate = Candidate(page, bank, counts_up_to(level))
    candidate.begin(code)
    assert "Numbers come next" in page.text()
    candidate.go_to_the_end()
    assert len(candidate.met) == len(set(candidate.met))
    assert {task[:4] for task in candidate.met} == {"num-"}

    def look(db):
        part = part_of(db, arrival)
        assert part.state is PartState.DONE
        levels = part.belief["levels"]
        assert tuple(levels) == ("alle_N1", *ORDER)
        reached = levels.index(part.belief["most_probable_level"])
        assert levels.index(lowest) <= reached <= levels.index(highest)
        # Replayed from what is stored, every choice and the end are the same.
        plan, answered = plans.plan_of(db, part), delivery.answered(db, part)
        for n, one in enumerate(answered):
            assert next_step(plan, answered[:n]).task == one.task
        last = next_step(plan, answered)
        assert last.stop.value == part.stop_reason
        assert last.belief.theta == part.belief["theta"]
        # It is counted in the bank without a language, and is no skill of the language.
        counted = db.scalars(select(ExposureCounts)).all()
        assert [(one.language, one.skill) for one in counted] == [("zxx", Skill.NUMERACY)]
        sitting = arrival.sitting(db)
        staff = db.get_one(Staff, arrival.administrator.id)
        results = proposals.of_sitting(db, sitting, actor=staff, now=clock.now())
        assert tuple(results) == LANGUAGE_SKILLS
        assert all(one.proposal is None for one in results.values())

    build.do(look)


def test_what_a_task_shows_has_an_alternative_in_signs(page, bank, build):
    arrival = build.arrival()
    candidate = Candidate(page, bank, counts_up_to("N2"))
    candidate.begin(given(build, arrival))
    candidate.next()
    pictures = 0
    while candidate.is_at_a_task():
        for picture in page.html.select(".task img"):
            assert picture["alt"], picture
            pictures += 1
        candidate.answer_task()
    assert pictures > 5


def test_a_bank_without_numeracy_takes_no_assessment_away(build, bank):
    def retire(db):
        for version in db.scalars(select(TaskVersion).where(TaskVersion.task_id.like("num-%"))):
            version.status, version.retired_at = Status.RETIRED, clock.now()

    build.do(retire)
    arrival = build.arrival()
    given(build, arrival, "long")
    parts = build.do(lambda db: [part.skill for part in arrival.sitting(db).parts])
    assert tuple(parts) == LANGUAGE_SKILLS
    with pytest.raises(plans.BankNotReady):
        build.do(lambda db: give_numeracy(db, arrival))


def test_the_long_assessment_leaves_numeracy_to_staff(page, bank, build):
    arrival = build.arrival()
    given(build, arrival, "long")
    build.do(lambda db: give_numeracy(db, arrival))
    page.sign_in(arrival.administrator)
    sitting = build.do(lambda db: arrival.sitting(db).public_id)
    page.get(f"/desk/sittings/{sitting}")
    assert "Numbers" in page.text()
