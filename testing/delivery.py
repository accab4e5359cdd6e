"""Delivery: where the person is, what comes next, and how an answer is kept."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager

from items.models import TaskVersion
from scoring.sitting import AnsweredTask, Decision, PartPlan, next_step
from testing import events, plans, seen_tasks, writing
from testing.answers import Answer
from testing.assessment_plans import choosing, lengths
from testing.db import insert_rows, write_columns
from testing.events import Action
from testing.interview.background import Accommodation, accommodations_of
from testing.literacy import screens
from testing.models import (
    Part,
    PartState,
    Play,
    Presentation,
    Response,
    Script,
    Sitting,
    SittingState,
    Skill,
    Staff,
    Visit,
)
from testing.refusals import Refusal
from testing.seeding import choosing as seeding
from testing.self_assessment import keeping as self_assessment
from testing.settings import Mode

#: The level of the first task of a sitting: nobody's first page is beyond them by much, and who
#: can do more climbs in two tasks. It chooses where to begin and enters no estimate.
FIRST_LEVEL = "A1.2"


UNDONE = (PartState.WAITING, PartState.RUNNING)


class Where(StrEnum):
    """The page on which a sitting stands; it follows from what is stored and nothing else."""

    LANGUAGE = "language"
    INTRODUCTION = "introduction"
    PRACTICE = "practice"
    PAUSED = "paused"
    #: A task of the literacy screen, by touch.
    LITERACY = "literacy"
    #: An "I can" statement.
    SELF_ASSESSMENT = "self_assessment"
    #: What comes next in the literacy screen is done with staff.
    LITERACY_TOGETHER = "literacy_together"
    #: Between parts: what was done, what comes.
    BREATH = "breath"
    TASK = "task"
    WRITING = "writing"
    #: What is left is a talk with staff.
    TALK = "talk"
    FINISHED = "finished"


class NotTheCurrentTask(Refusal):
    """The answer is to a task that is not before the person now."""


class StaleAnswer(Refusal):
    """A newer answer was saved, perhaps in another window; this one is kept as evidence."""

    def __init__(
        self, presentation_id: int, answers: Mapping[str, Answer], sequence: int
    ) -> None:
        self.presentation_id = presentation_id
        self.answers = dict(answers)
        self.sequence = sequence


class SittingPaused(Refusal):
    """The desk has paused the sitting."""


class NoPlaysLeft(Refusal):
    """The recording was played as often as allowed."""


@dataclass(frozen=True)
class Place:
    """Where the person is."""

    where: Where
    part: Part | None = None
    presentation: Presentation | None = None
    script: Script | None = None
    literacy: screens.Standing | None = None
    asked: self_assessment.Asked | None = None
    #: Tasks behind the person in this part.
    done: int = 0


def place_of(db: Session, visit: Visit) -> Place:
    """Where the person goes on; the same after a reload, a crash or a move to another kiosk."""
    sitting = visit.sitting
    if sitting.state in (SittingState.FINISHED, SittingState.ENDED):
        return Place(Where.FINISHED)
    if sitting.state is SittingState.PAUSED:
        return Place(Where.PAUSED)
    if visit.language is None:
        return Place(Where.LANGUAGE)
    if visit.introduced_at is None:
        return Place(Where.INTRODUCTION)
    if sitting.practised_at is None:
        return Place(Where.PRACTICE)
    part = at_kiosk(sitting, PartState.RUNNING)
    if part is None:
        waiting = at_kiosk(sitting, PartState.WAITING)
        standing = literacy_before(db, sitting, waiting)
        if standing is not None and standing.is_at_kiosk:
            return Place(Where.LITERACY, literacy=standing, done=standing.tasks_done)
        # Here rather than later: most people wait for staff now.
        asked = self_assessment.asked_now(db, sitting)
        if asked is not None:
            return Place(Where.SELF_ASSESSMENT, asked=asked, done=asked.done)
        if standing is not None:
            return Place(
                Where.LITERACY_TOGETHER, literacy=standing, done=standing.tasks_done
            )
        if waiting is not None:
            return Place(Where.BREATH, part=waiting)
        talk = next((p for p in sitting.parts if p.state in UNDONE), None)
        return Place(Where.TALK, part=talk) if talk else Place(Where.FINISHED)
    if part.skill is Skill.WRITING:
        script = writing.open_script(db, part)
        return Place(Where.WRITING, part=part, script=script, done=script.position - 1)
    presentation = open_presentation(db, part)
    return Place(
        Where.TASK, part=part, presentation=presentation, done=presentation.position - 1
    )


def at_kiosk(sitting: Sitting, state: PartState) -> Part | None:
    """The first part in this state that is taken at the kiosk: a talk is held with staff."""
    return next(
        (p for p in sitting.parts if p.state is state and p.skill is not Skill.SPEAKING), None
    )


def literacy_before(
    db: Session, sitting: Sitting, coming: Part | None
) -> screens.Standing | None:
    """The literacy screen, where it comes before the next part or the end of the sitting."""
    standing = screens.open_standing(db, sitting)
    if standing is None:
        return None
    may_wait = standing.screen.postponed_at is not None and not standing.is_at_kiosk
    return None if may_wait and coming is not None else standing


def open_presentation(db: Session, part: Part) -> Presentation:
    """The task that is before the person."""
    return db.scalars(
        select(Presentation).where(
            Presentation.part_id == part.id, Presentation.left_at.is_(None)
        )
    ).one()


def choose_language(db: Session, visit: Visit, code: str) -> None:
    """The kiosk speaks this language."""
    visit.language = code


def go_on_from_introduction(visit: Visit, *, now: datetime) -> None:
    """The person knows what will happen and why."""
    visit.introduced_at = visit.introduced_at or now


def finish_practice(visit: Visit, *, now: datetime) -> None:
    """The practice task is behind; nothing of it is kept."""
    visit.sitting.practised_at = visit.sitting.practised_at or now


def start_part(db: Session, visit: Visit, *, now: datetime, seed: int | None = None) -> None:
    """The next waiting part runs and its first task is before the person. Twice is once.

    :raise SittingPaused: the desk has paused the sitting.
    :raise BankNotReady: there is nothing to measure this skill with.
    """
    sitting = visit.sitting
    # A double click waits here and then finds the part running.
    db.execute(select(Sitting.id).where(Sitting.id == sitting.id).with_for_update())
    for each in sitting.parts:
        db.refresh(each, ["state"])
    _refuse_paused(sitting)
    if at_kiosk(sitting, PartState.RUNNING) is not None:
        return
    part = at_kiosk(sitting, PartState.WAITING)
    if part is None or literacy_before(db, sitting, part) is not None:
        return
    part.started_at = now
    part.state = PartState.RUNNING
    if part.skill is Skill.WRITING:
        seen = seen_tasks.of_person(db, sitting, part.skill)
        begin = choosing.start_of(db, part)
        if not writing.choose_prompts(db, part, seen=seen, begin=begin, now=now):
            end_part(db, visit, part, now=now)
    else:
        length = choosing.length_of(db, part)
        in_use = lengths.to_start(db, sitting.language, part.skill, length, Mode(sitting.mode))
        tried_out = seeding.tried_out(db, part)
        enemies = {task.id: task.enemies for task in in_use.bank.tasks}
        enemies |= {task.id: task.enemies for task in tried_out.tasks} if tried_out else {}
        plan = plans.freeze_plan(
            db,
            part,
            in_use,
            seed=secrets.randbits(48) if seed is None else seed,
            start_theta=_start(db, part, in_use.scale.standard),
            seen=seen_tasks.of_person(db, sitting, part.skill)
            + seen_tasks.enemies_met(db, sitting, enemies),
            tried_out=tried_out,
            now=now,
        )
        _go_on(db, visit, part, plan, [], now)
    events.record(
        db,
        Action.PART_START,
        on=sitting.person,
        subject=part,
        actor=visit,
        now=now,
        skill=part.skill.value,
    )


def save_answers(
    db: Session,
    visit: Visit,
    presentation_id: str,
    answers: Mapping[str, Answer],
    *,
    sequence: int,
    now: datetime,
) -> Presentation:
    """What the person has chosen so far is kept; they may still change it.

    :raise NotTheCurrentTask: the task is not before this person.
    :raise StaleAnswer: a newer answer is kept already.
    """
    presentation = own_presentation(db, visit, presentation_id)
    if presentation.left_at is not None:
        raise NotTheCurrentTask
    _keep(db, presentation, answers, sequence, now)
    write_columns(db, presentation, sequence=sequence)
    write_columns(db, visit, heard_at=now)
    return presentation


def leave_task(
    db: Session,
    visit: Visit,
    presentation: Presentation,
    answers: Mapping[str, Answer],
    *,
    sequence: int,
    now: datetime,
) -> list[str]:
    """The task is marked and the next one is before the person; or the part is over.

    Returns the ids of items that were left empty: then the answers are kept, nothing is marked
    and the person stays. Leaving a task that was left already changes nothing (a double click).

    :raise NotTheCurrentTask: the part is over.
    :raise StaleAnswer: a newer answer is kept already.
    :raise SittingPaused: the desk has paused the sitting.
    """
    if presentation.left_at is not None:
        if sequence <= presentation.sequence:
            return []
        raise StaleAnswer(presentation.id, answers, sequence)
    part = presentation.part
    if part.state is not PartState.RUNNING:
        raise NotTheCurrentTask
    _refuse_paused(visit.sitting)
    _keep(db, presentation, answers, sequence, now)
    write_columns(db, visit, heard_at=now)
    task = plans.task_at(db, presentation.task_version_id)
    missing = [item.id for item in task.items if item.id not in answers]
    if missing:
        write_columns(db, presentation, sequence=sequence)
        return missing
    done = answered(db, part)
    scores = [
        0 if answers[item.id].is_dont_know else item.interaction.mark(answers[item.id].raw)
        for item in task.items
    ]
    done.append(AnsweredTask(task.id, tuple(scores)))
    write_columns(db, presentation, sequence=sequence, scores=scores, left_at=now)
    _go_on(db, visit, part, plans.plan_of(db, part), done, now)
    events.record(
        db,
        Action.TASK_ANSWER,
        on=visit.sitting.person,
        subject=presentation,
        actor=visit,
        now=now,
        sequence=sequence,
    )
    return []


# Made once: every step of every kiosk asks these two.
_OWN_PRESENTATION = (
    select(Presentation)
    .join(Presentation.part)
    .where(
        Presentation.public_id == bindparam("public_id"),
        Part.sitting_id == bindparam("sitting"),
    )
    .options(contains_eager(Presentation.part))
    .with_for_update(of=Presentation)
)
_ANSWERED = (
    select(TaskVersion.task_id, Presentation.scores)
    .join(TaskVersion, Presentation.task_version_id == TaskVersion.id)
    .where(Presentation.part_id == bindparam("part"), Presentation.left_at.is_not(None))
    .order_by(Presentation.position)
)


def answered(db: Session, part: Part) -> list[AnsweredTask]:
    """The marked tasks of a part in the order in which they were met."""
    rows = db.execute(_ANSWERED, {"part": part.id})
    return [AnsweredTask(task, tuple(scores or ())) for task, scores in rows]


def keep_as_evidence(
    db: Session, visit: Visit, stale: StaleAnswer, *, now: datetime
) -> None:
    """The answer that lost against a newer one is on record and never counts."""
    presentation = db.get_one(Presentation, stale.presentation_id)
    for item, answer in stale.answers.items():
        db.add(
            Response(
                presentation_id=presentation.id,
                item=item,
                sequence=stale.sequence,
                raw=answer.raw,
                is_dont_know=answer.is_dont_know,
                is_stale=True,
                at=now,
            )
        )
    events.record(
        db,
        Action.ANSWER_STALE,
        on=visit.sitting.person,
        subject=presentation,
        actor=visit,
        now=now,
        sequence=stale.sequence,
    )


def newest_answers(db: Session, presentation: Presentation) -> dict[str, Answer]:
    """By item id what the person has chosen last."""
    rows = db.scalars(
        select(Response)
        .where(Response.presentation_id == presentation.id, Response.is_stale.is_(False))
        .order_by(Response.sequence)
    )
    newest: dict[int, dict[str, Answer]] = {}
    for row in rows:
        newest.setdefault(row.sequence, {})[row.item] = Answer(row.raw, row.is_dont_know)
    return newest[max(newest)] if newest else {}


def grant_play(db: Session, visit: Visit, presentation_id: str, *, now: datetime) -> Play:
    """One more play may start now. A play granted but never started is granted again.

    :raise NotTheCurrentTask: the task is not before this person.
    :raise NoPlaysLeft: the recording was played as often as allowed.
    :raise SittingPaused: the desk has paused the sitting.
    """
    presentation = own_presentation(db, visit, presentation_id)
    if presentation.left_at is not None:
        raise NotTheCurrentTask
    _refuse_paused(visit.sitting)
    plays = presentation.plays
    waiting = next((play for play in plays if play.started_at is None), None)
    if waiting is not None:
        return waiting
    if plays_left(presentation) <= 0:
        raise NoPlaysLeft
    play = Play(presentation_id=presentation.id, number=len(plays) + 1, granted_at=now)
    db.add(play)
    db.flush()
    visit.heard_at = now
    events.record(
        db,
        Action.PLAY_GRANT,
        on=visit.sitting.person,
        subject=play,
        actor=visit,
        now=now,
        number=play.number,
    )
    return play


def plays_left(presentation: Presentation) -> int:
    """How often the recording may still be started."""
    used = sum(1 for play in presentation.plays if play.started_at is not None)
    return max(presentation.plays_allowed - used, 0)


def play_of(db: Session, visit: Visit, play_id: str) -> Play:
    """The play, if it is of a task before this person.

    :raise NotTheCurrentTask: otherwise.
    """
    play = db.scalar(
        select(Play)
        .join(Play.presentation)
        .join(Presentation.part)
        .where(Play.public_id == play_id, Part.sitting_id == visit.sitting_id)
    )
    if play is None or play.presentation.left_at is not None:
        raise NotTheCurrentTask
    return play


def _go_on(
    db: Session,
    visit: Visit,
    part: Part,
    plan: PartPlan,
    done: list[AnsweredTask],
    now: datetime,
) -> None:
    decision = next_step(plan, done)
    if decision.task is not None:
        _open(db, part, decision, len(done) + 1, now)
        return
    assert decision.stop is not None
    part.stop_reason = decision.stop.value
    part.belief = decision.belief.to_record()
    plans.count_exposure(db, part, plan, [one.task for one in done])
    end_part(db, visit, part, now=now)


def _open(db: Session, part: Part, decision: Decision, position: int, now: datetime) -> None:
    assert decision.task is not None
    is_pretest = decision.facts.seeded is not None
    version_id = plans.version_of(db, part, decision.task, is_pretest=is_pretest)
    plays = plans.plays_of(db, version_id, now=now)
    if plays and Accommodation.EXTRA_PLAY in accommodations_of(db, part.sitting):
        plays += 1
    insert_rows(
        db,
        Presentation,
        [
            {
                "part_id": part.id,
                "position": position,
                "task_version_id": version_id,
                "choice": decision.facts.to_record(),
                "is_pretest": is_pretest,
                "opened_at": now,
                "plays_allowed": plays,
            }
        ],
    )


def end_part(db: Session, visit: Visit, part: Part, *, now: datetime) -> None:
    """The part is done; after the last one so is the sitting."""
    sitting = visit.sitting
    part.state = PartState.DONE
    part.ended_at = now
    events.record(
        db,
        Action.PART_END,
        on=sitting.person,
        subject=part,
        actor=visit,
        now=now,
        reason=part.stop_reason or "",
    )
    finish_if_over(db, sitting, actor=visit, now=now)


def finish_if_over(
    db: Session, sitting: Sitting, *, actor: Visit | Staff, now: datetime
) -> None:
    """When nothing is left to do, the person came to the end; the kiosk is free and shows nothing
    of them."""
    if sitting.state is not SittingState.OPEN or any(p.state in UNDONE for p in sitting.parts):
        return
    if literacy_before(db, sitting, None) is not None:
        return
    sitting.state = SittingState.FINISHED
    sitting.closed_at = now
    for visit in sitting.visits:
        visit.cut_at = visit.cut_at or now
    events.record(
        db, Action.SITTING_FINISH, on=sitting.person, subject=sitting, actor=actor, now=now
    )


def own_presentation(db: Session, visit: Visit, presentation_id: str) -> Presentation:
    """The presentation, if it is one of this sitting; nobody else touches it until the end.

    :raise NotTheCurrentTask: otherwise.
    """
    presentation = db.scalar(
        _OWN_PRESENTATION, {"public_id": presentation_id, "sitting": visit.sitting_id}
    )
    if presentation is None:
        raise NotTheCurrentTask
    return presentation


def _keep(
    db: Session,
    presentation: Presentation,
    answers: Mapping[str, Answer],
    sequence: int,
    now: datetime,
) -> None:
    if sequence <= presentation.sequence:
        raise StaleAnswer(presentation.id, answers, sequence)
    insert_rows(
        db,
        Response,
        [
            {
                "presentation_id": presentation.id,
                "item": item,
                "sequence": sequence,
                "raw": answer.raw,
                "is_dont_know": answer.is_dont_know,
                "is_stale": False,
                "at": now,
            }
            for item, answer in answers.items()
        ],
    )


def _refuse_paused(sitting: Sitting) -> None:
    if sitting.state is not SittingState.OPEN:
        raise SittingPaused


def _start(db: Session, part: Part, standard: object) -> float:
    """Where to begin: the level that earlier parts or the interview point to, on this scale."""
    level = choosing.start_of(db, part) or FIRST_LEVEL
    levels = standard.levels  # type: ignore[attr-defined]
    return start_at(standard, level if level in levels else levels[-1])


def start_at(standard: object, level: str) -> float:
    """The middle of a level on a standard's scale; the outer levels end one logit further."""
    cuts = standard.cuts  # type: ignore[attr-defined]
    position = standard.levels.index(level)  # type: ignore[attr-defined]
    low = cuts[position - 1] if position > 0 else cuts[0] - 1
    high = cuts[position] if position < len(cuts) else cuts[-1] + 1
    return float(low + high) / 2
