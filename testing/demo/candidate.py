"""A scripted candidate: answers through the same verbs as a kiosk, at a believable pace."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from items.bank_files import Task
from scoring.cefr import LEVELS
from scoring.ladders import Outcome
from testing import delivery, kiosk_pages, writing
from testing.answers import Answer
from testing.delivery import Where
from testing.literacy import screens
from testing.models import Staff, Visit

#: Nobody of the story is sent to the deep stage by lot.
NO_LOT = screens.Lot(first=0, share=0.0)
#: More pages than any sitting has.
MOST_PAGES = 120


class Pace:
    """The time of the story, which goes on with every page."""

    def __init__(self, begin: datetime, a_page: timedelta = timedelta(seconds=45)) -> None:
        self.now = begin
        self._a_page = a_page

    def next(self) -> datetime:
        self.now += self._a_page
        return self.now


def sit(
    db: Session,
    visit: Visit,
    *,
    language: str,
    knows_up_to: str,
    texts: tuple[str, ...],
    pace: Pace,
) -> None:
    """The sitting is finished: right answers up to a level, "I don't know" above it."""
    words = iter(texts)
    last = texts[-1]
    for _page in range(MOST_PAGES):
        place = delivery.place_of(db, visit)
        now = pace.next()
        match place.where:
            case Where.LANGUAGE:
                delivery.choose_language(db, visit, language)
            case Where.INTRODUCTION:
                delivery.go_on_from_introduction(visit, now=now)
            case Where.PRACTICE:
                delivery.finish_practice(visit, now=now)
            case Where.LITERACY:
                _touch(db, visit, place, now)
            case Where.LITERACY_TOGETHER:
                _read_aloud(db, visit, place, now)
            case Where.BREATH:
                delivery.start_part(db, visit, now=now, seed=visit.id)
            case Where.TASK:
                _answer(db, visit, place, knows_up_to, now)
            case Where.WRITING:
                _write(db, visit, place, words, last, now)
            case _:
                return
        db.flush()


def _touch(db: Session, visit: Visit, place: delivery.Place, now: datetime) -> None:
    """The right answer of a task of the literacy screen."""
    standing = place.literacy
    assert standing is not None
    assert standing.turn is not None
    assert standing.task is not None
    screens.touch(
        db,
        visit,
        standing.screen,
        rung=standing.turn.id,
        item=standing.task["id"],
        choice=standing.task["key"],
        lot=NO_LOT,
        now=now,
    )


def _read_aloud(db: Session, visit: Visit, place: delivery.Place, now: datetime) -> None:
    """Staff hear and see that all is right."""
    standing = place.literacy
    assert standing is not None
    assert standing.turn is not None
    rung = standing.turn.id
    screens.tap(
        db,
        standing.screen,
        rung,
        {one["id"]: (Outcome.RIGHT, one["text"]) for one in standing.tasks_of(rung)},
        lot=NO_LOT,
        actor=db.get_one(Staff, visit.sitting.seated_by_id),
        now=now,
    )


def _answer(
    db: Session, visit: Visit, place: delivery.Place, knows_up_to: str, now: datetime
) -> None:
    presentation = place.presentation
    assert presentation is not None
    task = kiosk_pages.task_of(db, presentation)
    if task.script:
        play = delivery.grant_play(db, visit, presentation.public_id, now=now)
        play.started_at = now
    delivery.leave_task(
        db,
        visit,
        presentation,
        answers_of(task, knows_up_to),
        sequence=presentation.sequence + 1,
        now=now,
    )


def answers_of(task: Task, knows_up_to: str) -> dict[str, Answer]:
    """Right where the item's level is within reach; no level of another scale is."""
    within = LEVELS[: LEVELS.index(knows_up_to) + 1]
    return {
        item.id: Answer(item.interaction.right_answer)
        if item.level in within
        else Answer(None, is_dont_know=True)
        for item in task.items
    }


def _write(
    db: Session,
    visit: Visit,
    place: delivery.Place,
    words: Iterator[str],
    last: str,
    now: datetime,
) -> None:
    assert place.script is not None
    assert place.part is not None
    is_last = writing.hand_in(
        db,
        visit,
        place.script.public_id,
        next(words, last),
        sequence=place.script.sequence + 1,
        is_dont_know=False,
        now=now,
    )
    if is_last:
        delivery.end_part(db, visit, place.part, now=now)
