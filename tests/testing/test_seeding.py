"""Tasks in pilot use are tried out in live sittings: kept, told apart, and never counted."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from items.models import Asset, Status, TaskVersion
from scoring.sitting import believe, next_step
from scoring.young_bank import CALIBRATED_N
from testing import clock, delivery, plans, proposals, readiness, sittings
from testing.assessment_plans import minutes
from testing.models import (
    Booking,
    Centre,
    NotAssessed,
    PartState,
    Presentation,
    Role,
    SittingState,
    Skill,
    Staff,
)
from testing.plans import BankNotReady
from testing.profile import gathering
from testing.rescoring import anew
from testing.seeding import choosing, progress
from testing.seeding.counts import answers_of
from testing.settings import Mode
from tests.testing.builders import Builder
from tests.testing.candidates import knows_up_to
from tests.testing.pages import Page
from tests.testing.walks import colleague, walk


def go_live(db):
    """The bank has live tasks, spoken by people; every fourth is still in pilot use. Their ids."""
    versions = db.scalars(select(TaskVersion).order_by(TaskVersion.task_id)).all()
    measured = [one for one in versions if one.task_id.startswith(("fi-r-", "fi-l-"))]
    for number, version in enumerate(measured):
        if number % 4:
            version.status = Status.LIVE
    db.execute(update(Asset).values(is_synthetic=False))
    db.flush()
    return {one.task_id for one in measured if one.status is Status.PILOT}


def live_sitting(build, most, knows):
    """A live sitting, with reading taken, of a centre that tries so many tasks out."""
    arrival = build.arrival()
    arrival.code()

    def set_up(db):
        arrival.sitting(db).mode = "live"
        db.get_one(Centre, arrival.sitting(db).centre_id).pretest_tasks = most

    build.do(set_up)
    walk(build, arrival, knows, parts=("reading",))

    def end(db):
        sitting = arrival.sitting(db)
        sitting.state, sitting.closed_at = SittingState.FINISHED, clock.now()
        for part in sitting.parts:
            if part.state is PartState.WAITING:
                part.state, part.not_assessed = PartState.NOT_ASSESSED, NotAssessed.NOT_TAKEN

    build.do(end)
    return arrival


def part_of(db, arrival, skill=Skill.READING):
    return next(part for part in arrival.sitting(db).parts if part.skill is skill)


def presentations(db, arrival, skill=Skill.READING):
    return db.scalars(
        select(Presentation)
        .where(Presentation.part_id == part_of(db, arrival, skill).id)
        .order_by(Presentation.position)
    ).all()


def test_what_is_tried_out_is_kept_and_changes_nothing(build: Builder, bank, page: Page):
    new = build.do(go_live)
    # What is tried out on this person they do not know; all the rest they do.
    arrival = live_sitting(build, 2, lambda item: item.id.rpartition("-")[0] not in new)
    assessor = colleague(build, arrival, Role.ASSESSOR)

    def look(db):
        part, rows = part_of(db, arrival), presentations(db, arrival)
        tried = [row for row in rows if row.is_pretest]
        assert 1 <= len(tried) <= 2
        assert {row.task_version.task_id for row in tried} <= new
        assert new.isdisjoint(row.task_version.task_id for row in rows if not row.is_pretest)
        assert not rows[0].is_pretest
        assert not rows[-1].is_pretest
        for row in tried:
            # Answered, marked and told apart.
            assert row.scores is not None
            assert row.responses
            assert set(row.choice["seeded"]) == {"after", "answers", "distance", "n_near"}

        # The stored plan replays the part; without seeding it is the same sitting.
        plan, answered = plans.plan_of(db, part), delivery.answered(db, part)
        assert [one.task for one in answered] == [row.task_version.task_id for row in rows]
        assert next_step(plan, answered).stop.value == part.stop_reason
        counted = [one for one in answered if one.task not in new]
        plain = replace(plan, seeding=None)
        assert next_step(plain, counted).stop.value == part.stop_reason
        assert believe(plain, counted).to_record()["theta"] == part.belief["theta"]
        assert part.belief["n_tasks"] == len(counted) == len(rows) - len(tried)
        assert new.isdisjoint(plans.exposure_of(db, "fi", Skill.READING).given)
        assert plan.seeding is not None

        # Nothing of the result sees them: not one of their answers makes a reason.
        assert all(answer.is_dont_know for row in tried for answer in row.responses)
        results = proposals.of_sitting(
            db, part.sitting, actor=db.get_one(Staff, assessor.id), now=clock.now()
        )
        proposal = results[Skill.READING].proposal
        reasons = {reason["code"]: reason for reason in proposal["reasons"]}
        assert "dont_know" not in reasons
        assert proposal["n_tasks"] == reasons["rapid"]["tasks"] == len(counted)
        assert anew.changes_of(db, part.sitting, results) == []
        way = gathering.of_sitting(db, part.sitting).parts[0].way
        assert (way.tried_out, way.rapid) == (len(tried), len(counted))
        counts = answers_of(db, [row.task_version_id for row in rows], Mode.LIVE)
        assert set(counts.values()) == {1}
        return part.sitting.public_id, tried[0].public_id, len(tried)

    sitting_id, tried_id, n_tried = build.do(look)
    page.sign_in(assessor)
    page.get(f"/assessment/{sitting_id}")
    assert page.text().count("Tried out, does not count") == n_tried
    page.get(f"/profile/{sitting_id}/tasks/{tried_id}")
    assert "Tried out, does not count" in page.text()


@pytest.mark.parametrize(("mode", "most"), [("live", 0), ("pilot", 2)])
def test_a_part_carries_none_where_the_centre_says_so_or_all_tasks_count(
    build: Builder, bank, mode, most
):
    build.do(go_live)
    arrival = build.arrival()
    arrival.code()

    def work(db):
        sitting = arrival.sitting(db)
        sitting.mode = mode
        db.get_one(Centre, sitting.centre_id).pretest_tasks = most
        db.flush()
        return choosing.tried_out(db, part_of(db, arrival))

    assert build.do(work) is None


def test_only_what_is_well_spoken_and_wanted_is_tried_out(build: Builder, bank, monkeypatch):
    new = build.do(go_live)
    arrival = live_sitting(build, 1, knows_up_to("A2.2"))
    listening = {one for one in new if one.startswith("fi-l-")}

    def offered(db, synthetic):
        db.execute(update(Asset).values(is_synthetic=synthetic))
        arrival.sitting(db).counts_synthetic = False
        db.flush()
        found = choosing.tried_out(db, part_of(db, arrival, Skill.LISTENING))
        return {one.id for one in found.tasks}

    assert build.do(lambda db: offered(db, False)) == listening
    assert build.do(lambda db: offered(db, True)) == set()
    # What enough people have answered is given to nobody before somebody has looked at it.
    monkeypatch.setattr(choosing, "ENOUGH_ANSWERS", 1)
    tried = build.do(
        lambda db: {
            row.task_version.task_id for row in presentations(db, arrival) if row.is_pretest
        }
    )
    reading = {one for one in new if one.startswith("fi-r-")}
    assert build.do(
        lambda db: {one.id for one in choosing.tried_out(db, part_of(db, arrival)).tasks}
    ) == reading - tried
    assert tried


def test_a_live_sitting_stands_on_live_tasks_alone(build: Builder, bank, keys):
    arrival = build.arrival()

    def code(db, mode):
        return sittings.issue_code(
            db,
            keys,
            db.get_one(Booking, arrival.booking.id),
            mode=mode,
            actor=db.get_one(Staff, arrival.administrator.id),
            now=clock.now(),
        )

    with pytest.raises(BankNotReady):
        build.do(lambda db: code(db, "live"))
    live = build.do(lambda db: readiness.readiness_of(db, "fi", "reading", Mode.LIVE))
    pilot = build.do(lambda db: readiness.readiness_of(db, "fi", "reading", Mode.PILOT))
    assert (live.is_ready, pilot.is_ready) == (False, True)
    assert (live.n_tasks, pilot.n_tasks) == (0, len(live.piloted))
    build.do(go_live)
    assert build.do(lambda db: code(db, "live"))
    live = build.do(lambda db: readiness.readiness_of(db, "fi", "reading", Mode.LIVE))
    assert live.is_ready
    assert live.n_tasks + len(live.piloted) == pilot.n_tasks


def test_the_minutes_of_a_plan_count_what_is_tried_out(build: Builder, bank):
    build.do(go_live)

    def middle(mode, pretest):
        under = minutes.Under(mode, pretest)
        return build.do(lambda db: minutes.span_of(db, "fi", Skill.READING, under)).middle

    none, one, two = (middle(Mode.LIVE, pretest) for pretest in range(3))
    assert none < one < two < 1.3 * none
    assert middle(Mode.PILOT, 2) == middle(Mode.PILOT, 0)


def test_the_readiness_page_says_how_far_each_task_in_pilot_use_is(
    build: Builder, bank, make_app
):
    assert progress.WANTED_ANSWERS == CALIBRATED_N
    new = build.do(go_live)
    arrival = live_sitting(build, 1, knows_up_to("A2.2"))

    def enemy(db):
        """A new task that shares content with a live one."""
        version = db.scalars(
            select(TaskVersion)
            .where(TaskVersion.status == Status.PILOT, TaskVersion.task_id.startswith("fi-r-"))
            .order_by(TaskVersion.task_id)
        ).first()
        version.document = {**version.document, "enemies": ["fi-r-002"]}
        return version.task_id

    shares = build.do(enemy)
    found = build.do(lambda db: progress.piloted(db, "fi", "reading", Mode.LIVE))
    assert [one.task_id for one in found] == sorted(one for one in new if one.startswith("fi-r-"))
    assert sum(one.answers for one in found) == 1
    assert {one.task_id for one in found if one.shares_content} == {shares}
    assert not any(
        one.shares_content
        for one in build.do(lambda db: progress.piloted(db, "fi", "reading", Mode.PILOT))
    )

    page = Page(make_app(mode=Mode.LIVE))
    page.sign_in(colleague(build, arrival, Role.PSYCHOMETRICIAN))
    page.get("/bank/readiness")
    assert "1 of 150" in page.text()
    assert "A part tries out at most 1 of them." in page.text()
    assert "Shares content with a task in live use" in page.text()

    page.sign_in(arrival.administrator)
    page.get("/centre/change")
    page.submit({"pretest_tasks": "3"}, button="Save", status=400)
    page.submit({"pretest_tasks": "0"}, button="Save")
    own = arrival.administrator.centre_id
    assert build.do(lambda db: db.get_one(Centre, own).pretest_tasks) == 0
