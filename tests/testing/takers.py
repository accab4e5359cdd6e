"""Many finished tests at once: answers drawn by lot from known difficulties, in few statements."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import select

from items.bank import import_bank
from items.models import BankItem, Status, TaskVersion
from scoring.cefr import Scale
from testing import clock, plans, referrals
from testing.calibrations.exporting import modes_of
from testing.calibrations.gathering import Gathered, Wanted, gather
from testing.models import (
    Centre,
    Office,
    Part,
    PartState,
    Presentation,
    Purpose,
    Response,
    Role,
    Sitting,
    SittingState,
    Skill,
    Staff,
)
from testing.people import PersonData
from testing.settings import Mode
from tests.testing.builders import NOW, Builder


def take(
    build: Builder,
    desk: Staff,
    clerk: Staff,
    people: int,
    *,
    skill: Skill = Skill.READING,
    tasks: int = 6,
    truth: Callable[[str, float], float] = lambda _item, b: b,
    seed: int = 1,
    **fields: Any,
) -> list[Sitting]:
    """Finished Finnish tests of as many people, who begin at A1.2 or A2.1.

    truth : what the difficulty of an item really is, from its id and what its level says.
    """
    rng = np.random.default_rng(seed)

    def work(db):
        in_use = plans.bank_in_use(db, "fi", skill)
        now = clock.now()
        items = _items(db, in_use)
        standard = in_use.scale.standard
        found = []
        for number in range(people):
            referral = referrals.refer(
                db,
                build.keys,
                centre=db.get_one(Centre, desk.centre_id),
                office=db.get_one(Office, clerk.office_id),
                person=_person(number),
                language="fi",
                purpose=Purpose.INTEGRATION_PLAN,
                actor=db.get_one(Staff, clerk.id),
                now=now - timedelta(days=9),
            )
            values = {
                "language": "fi",
                "mode": "demo",
                "state": SittingState.FINISHED,
                "created_at": now - timedelta(hours=2),
                "closed_at": now - timedelta(hours=1),
            } | fields
            sitting = Sitting(
                centre_id=referral.centre_id,
                referral=referral,
                person=referral.person,
                seated_by_id=desk.id,
                **values,
            )
            part = Part(sitting=sitting, position=1, skill=skill, state=PartState.DONE)
            db.add_all((sitting, part))
            db.flush()
            start = ("A1.2", "A2.1")[number % 2]
            middle = standard.middle(start)
            plans.freeze_plan(
                db, part, in_use, seed=number, start_theta=middle, seen=[], now=now
            )
            _answer(db, rng, part, in_use, items, tasks, rng.normal(middle, 1.0), truth)
            found.append(sitting)
        db.flush()
        return found

    return build.do(work)


def _person(number: int) -> PersonData:
    return PersonData(
        surname="Mutanen",
        given_names=f"Nimi {number}",
        birth_date=clock.local_day(clock.now()).replace(year=1985, day=1),
        contact_language="so",
        mother_tongue="so",
    )


def _items(db, in_use) -> dict[int, list[str]]:
    rows = db.execute(
        select(BankItem.version_id, BankItem.item)
        .where(BankItem.version_id.in_(in_use.versions.values()))
        .order_by(BankItem.position)
    )
    found: dict[int, list[str]] = {}
    for version, item in rows:
        found.setdefault(version, []).append(item)
    return found


def _answer(db, rng, part, in_use, items, tasks, theta, truth) -> None:
    scale: Scale = in_use.scale
    near = sorted(
        in_use.bank.tasks,
        key=lambda task: abs(task.items[0].b - scale.standard.middle("A1.3")) + rng.normal(0, 0.8),
    )
    for position, task in enumerate(near[:tasks], start=1):
        version = in_use.versions[task.id]
        own = {item.id: item for item in task.items}
        scores = []
        for name in items[version]:
            item = own[name]
            right = 1 / (1 + np.exp(-item.a * (theta - truth(name, item.b))))
            scores.append(int(rng.random() < item.c + (1 - item.c) * right))
        presentation = Presentation(
            part=part,
            position=position,
            task_version=db.get_one(TaskVersion, version),
            choice={},
            sequence=1,
            opened_at=clock.now(),
            left_at=clock.now(),
            scores=scores,
        )
        db.add(presentation)
        if position == 1 and not scores[0]:
            db.flush()
            db.add(
                Response(
                    presentation_id=presentation.id,
                    item=items[version][0],
                    sequence=1,
                    raw=None,
                    is_dont_know=True,
                    at=clock.now(),
                )
            )


class Loop:
    """A centre whose reading bank people have answered, and its psychometrician."""

    def __init__(self, build: Builder) -> None:
        self.build = build
        self.centre = build.centre()
        office = build.office(self.centre)
        self.desk = build.staff(self.centre, Role.ADMINISTRATOR)
        self.clerk = build.clerk(office)
        self.psychometrician = build.staff(self.centre, Role.PSYCHOMETRICIAN)

    def take(self, people: int, **fields) -> list[Sitting]:
        return take(self.build, self.desk, self.clerk, people, **fields)

    def gather(self, **changes) -> Gathered:
        fields = {"language": "fi", "skill": Skill.READING, "modes": modes_of(Mode.DEMO)}
        with self.build.database.reading() as db:
            return gather(db, self.centre.id, Wanted(**(fields | changes)))


def reading_centre(build: Builder, bank_files: Any) -> Loop:
    """The bank holds Finnish reading, in pilot use."""
    kept = tuple(bank_files.of("fi", "reading"))
    build.do(
        lambda db: import_bank(
            db, replace(bank_files, tasks=kept), now=NOW, first_status=Status.PILOT
        )
    )
    return Loop(build)
