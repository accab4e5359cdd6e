"""What a person has met already is not given again, nor what would help with it."""

from sqlalchemy import select

from items.models import TaskVersion
from testing import clock, delivery, sittings
from testing.models import Part, PartState, Presentation, Skill, Visit
from tests.testing.builders import Builder


def shown(db, part: Part, task: str) -> None:
    """The part is over and had this one task."""
    version = db.scalars(select(TaskVersion).where(TaskVersion.task_id == task)).first()
    now = clock.now()
    part.state = PartState.DONE
    part.started_at = part.ended_at = now
    db.add(
        Presentation(
            part=part, position=1, task_version_id=version.id, choice={}, opened_at=now,
            left_at=now, scores=[0] * len(version.document["items"]),
        )
    )  # fmt: skip
    db.flush()


def test_a_text_that_shares_content_keeps_its_recording_out(build: Builder, bank):
    code = build.arrival().code()
    build.do(lambda db: sittings.enter_code(db, build.keys, code, clock.now()))

    def listen(db) -> list[str]:
        visit = db.scalars(select(Visit)).one()
        shown(db, visit.sitting.parts[0], "fi-r-056")
        delivery.start_part(db, visit, now=clock.now(), seed=1)
        part = visit.sitting.parts[1]
        assert (part.skill, part.state) == (Skill.LISTENING, PartState.RUNNING)
        return part.plan["excluded"]

    assert set(build.do(listen)) == {"fi-l-044", "fi-l-052"}
