"""A literacy screen gone through by the verbs of the service, without pages: quick."""

from collections.abc import Callable

from scoring.ladders import Outcome, Place
from scoring.literacy import LiteracyClass
from testing import clock
from testing.literacy import screens
from testing.models import LiteracyScreen, Staff
from tests.testing.builders import Arrival, Builder

NOBODY_DRAWN = screens.Lot(0, 0.0)


def screened(
    build: Builder, arrival: Arrival, reads: Callable[[str], bool], *, ends: bool = True
) -> LiteracyScreen:
    """The person masters the rungs that `reads` names; staff taps what is seen at the desk."""
    arrival.code()

    def work(db):
        actor, now = db.get_one(Staff, arrival.administrator.id), clock.now()
        screen = screens.open_screen(db, arrival.sitting(db), actor=actor, now=now, seed=1)
        while (standing := screens.standing_of(screen)).turn is not None:
            rung = standing.turn
            outcome = Outcome.RIGHT if reads(rung.id) else Outcome.WRONG
            tasks = standing.tasks_of(rung.id)
            if rung.place is Place.DESK:
                marks = {task["id"]: (outcome, "") for task in tasks}
                screens.tap(
                    db, screen, rung.id, marks, lot=NOBODY_DRAWN, actor=actor, now=now
                )
                continue
            task = standing.task
            screens.touch(
                db,
                arrival.sitting(db).visits[-1],
                screen,
                rung=rung.id,
                item=task["id"],
                choice=task["key"] if reads(rung.id) else None,
                lot=NOBODY_DRAWN,
                now=now,
            )
        if ends:
            screens.finish(db, screen, actor=actor, now=now)
        db.flush()
        return screen

    return build.do(work)


def confirm(
    build: Builder, screen: LiteracyScreen, teacher: Staff, chosen: LiteracyClass | None = None
) -> None:
    """A teacher stands for the class that was proposed, or for another one."""

    def work(db):
        row = db.get_one(LiteracyScreen, screen.id)
        proposed = LiteracyClass(row.proposal["class"])
        screens.confirm(
            db,
            row,
            literacy_class=chosen or proposed,
            reason="Luki lehteä." if chosen else "",
            actor=db.get_one(Staff, teacher.id),
            now=clock.now(),
        )

    build.do(work)
