"""Sittings taken through the verbs of the service, without pages: quick ways to a finished one."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import select

from items.bank import import_bank
from items.bank_files import BankFiles, Item
from items.models import Status, TaskVersion
from testing import clock, delivery, plans, sittings, writing
from testing.answers import Answer
from testing.models import (
    Centre,
    Part,
    PartState,
    Rating,
    Role,
    Script,
    ScriptMode,
    Sitting,
    SittingState,
    Skill,
    Staff,
    Visit,
)
from testing.rating import submit, take_next
from tests.testing.builders import NOW, Arrival, Builder

TEXT = "Hei! Minä olen Amina. Asun Helsingissä ja opiskelen suomea."


def colleague(build: Builder, arrival: Arrival, *roles: Role) -> Staff:
    """Another member of the centre's staff, who has never met the person."""
    centre = build.do(lambda db: db.get_one(Centre, arrival.administrator.centre_id))
    return build.staff(centre, *roles)


def import_writing(build: Builder, bank: BankFiles) -> None:
    """The writing prompts are in the database, with the least with which a test may be opened:
    quicker than the whole bank."""
    few = [
        task
        for language in ("fi", "sv")
        for skill in ("reading", "listening")
        for task in bank.of(language, skill)[:6]
    ]
    prompts = [task for task in bank.tasks if task.skill == "writing"]
    build.do(
        lambda db: import_bank(
            db, replace(bank, tasks=(*few, *prompts)), now=NOW, first_status=Status.PILOT
        )
    )


def wrote(build: Builder, arrival: Arrival, *texts: str) -> list[Script]:
    """Scripts of a finished sitting in which nothing but writing was done."""
    arrival.code()

    def work(db):
        sitting = arrival.sitting(db)
        versions = db.scalars(
            select(TaskVersion)
            .where(TaskVersion.task_id.startswith(f"{sitting.language}-w-"))
            .order_by(TaskVersion.task_id)
        ).all()
        now = clock.now()
        for part in sitting.parts:
            part.state, part.started_at, part.ended_at = PartState.DONE, now, now
        sitting.state, sitting.closed_at = SittingState.FINISHED, now
        part = next(part for part in sitting.parts if part.skill is Skill.WRITING)
        scripts = [
            Script(
                part_id=part.id,
                position=position,
                task_version_id=versions[position].id,
                mode=ScriptMode.KEYBOARD,
                text=text,
                sequence=1,
                opened_at=now,
                saved_at=now,
                submitted_at=now,
                is_dont_know=not text,
            )
            for position, text in enumerate(texts, start=1)
        ]
        db.add_all(scripts)
        db.flush()
        return scripts

    return build.do(work)


def rate(build: Builder, rater: Staff, *levels: str, note: str = "") -> Rating:
    """The rater takes the next script and gives these levels, one a criterion (or one for all)."""


    def work(db):
        staff = db.get_one(Staff, rater.id)
        rating = take_next(db, staff, now=clock.now())
        assert rating is not None, "nothing waits for this rater"
        criteria = [one.value for one in rating.script.criteria]
        wanted = levels * len(criteria) if len(levels) == 1 else levels
        marks = dict(zip(criteria, wanted, strict=True))
        submit(db, rating, marks, note, actor=staff, now=clock.now())
        return rating

    return build.do(work)


def walk(
    build: Builder,
    arrival: Arrival,
    knows: Callable[[Item], bool],
    *,
    texts: Sequence[str] = (TEXT, TEXT),
    parts: Sequence[str] = ("reading", "listening", "writing"),
) -> Sitting:
    """The person goes through all parts and answers right what `knows` says they know."""
    code = arrival.code()
    build.do(lambda db: sittings.enter_code(db, build.keys, code, clock.now()))

    def visit_of(db) -> Visit:
        return db.scalars(
            select(Visit).where(Visit.sitting_id == arrival.sitting(db).id, Visit.cut_at.is_(None))
        ).one()

    for _part in parts:
        build.do(lambda db: delivery.start_part(db, visit_of(db), now=clock.now(), seed=7))
        while True:
            done = build.do(lambda db: _step(db, visit_of(db), knows, list(texts)))
            if done:
                break
    return build.do(arrival.sitting)


def _step(db, visit: Visit, knows: Callable[[Item], bool], texts: list[str]) -> bool:
    """One task or script; returns whether the part is over."""
    part = next((one for one in visit.sitting.parts if one.state is PartState.RUNNING), None)
    if part is None:
        return True
    if part.skill is Skill.WRITING:
        return _write(db, visit, part, texts)
    presentation = delivery.open_presentation(db, part)
    task = plans.task_at(db, presentation.task_version_id)
    answers = {
        item.id: Answer(item.interaction.right_answer) if knows(item) else Answer(None, True)
        for item in task.items
    }
    sequence = presentation.sequence + 1
    delivery.leave_task(
        db, visit, presentation, answers, sequence=sequence, now=clock.now()
    )
    return part.state is not PartState.RUNNING


def _write(db, visit: Visit, part: Part, texts: list[str]) -> bool:
    script = writing.open_script(db, part)
    text = texts[script.position - 1]
    is_last = writing.hand_in(
        db,
        visit,
        script.public_id,
        text,
        sequence=1,
        is_dont_know=not text,
        now=clock.now(),
    )
    if is_last:
        delivery.end_part(db, visit, part, now=clock.now())
    return is_last
