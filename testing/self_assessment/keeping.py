"""Asking at the kiosk, and keeping what was said. It is over when the first part begins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from testing import events
from testing.assessment_plans import choosing
from testing.events import Action
from testing.interview.background import interview_of
from testing.models import (
    PartState,
    Said,
    SelfAssessedStatement,
    SelfAssessment,
    Sitting,
    Visit,
)
from testing.self_assessment import ladder
from testing.self_assessment.facts import of_sitting
from testing.self_assessment.ladder import Statement


@dataclass(frozen=True)
class Asked:
    """The statement that is before the person, and how many are behind."""

    statement: Statement
    #: The tested language.
    language: str
    done: int


def offer(db: Session, sitting: Sitting, *, can_be_heard: bool, now: datetime) -> None:
    """The kiosk will ask, where the plan wants it and every statement can be heard. Twice is once.

    No action at a kiosk depends on reading: in a language without sound the desk asks, or nobody.
    """
    plan = choosing.plan_of(db, sitting)
    wanted = plan is not None and plan.self_assessment
    if not wanted or not can_be_heard or of_sitting(db, sitting) is not None:
        return
    db.add(
        SelfAssessment(
            centre_id=sitting.centre_id,
            sitting_id=sitting.id,
            version=ladder.in_use().version,
            opened_at=now,
        )
    )
    db.flush()


def asked_now(db: Session, sitting: Sitting) -> Asked | None:
    """What the kiosk asks next; None: nothing, or not any more.

    Asked is what can still move a start, and what the desk did not ask in the interview.
    """
    if any(part.started_at is not None for part in sitting.parts):
        return None
    row = of_sitting(db, sitting)
    if row is None or row.passed_over_at is not None:
        return None
    interview = interview_of(db, sitting)
    if interview is not None and interview.statements:
        return None
    skills = {
        part.skill
        for part in sitting.parts
        if part.state is PartState.WAITING and choosing.begins_by_self_assessment(db, part)
    }
    said = {(one.skill, one.level): one.said for one in row.said}
    statement = ladder.in_use().next(said, skills)
    return Asked(statement, sitting.language, len(said)) if statement else None


def answer(
    db: Session, visit: Visit, *, skill: str, level: str, said: Said, now: datetime
) -> None:
    """What the person says of the statement before them is kept. Twice is once: a double click or
    an old tab changes nothing."""
    _lock(db, visit.sitting)
    visit.heard_at = now
    asked = asked_now(db, visit.sitting)
    row = of_sitting(db, visit.sitting)
    if asked is None or row is None:
        return
    if (asked.statement.skill.value, asked.statement.level) != (skill, level):
        return
    row.said.append(SelfAssessedStatement(skill=skill, level=level, said=said, at=now))
    db.flush()
    # Which statement it was would tell what was said of the one before.
    _record(db, visit, row, Action.SELF_ASSESS, now)


def pass_over(db: Session, visit: Visit, *, now: datetime) -> None:
    """The person is asked no more; what they said stays."""
    _lock(db, visit.sitting)
    visit.heard_at = now
    row = of_sitting(db, visit.sitting)
    if row is None or asked_now(db, visit.sitting) is None:
        return
    row.passed_over_at = now
    _record(db, visit, row, Action.SELF_ASSESS_SKIP, now)


def _lock(db: Session, sitting: Sitting) -> None:
    """A second touch waits here and then finds the first."""
    db.execute(
        select(SelfAssessment.id).where(SelfAssessment.sitting_id == sitting.id).with_for_update()
    )


def _record(
    db: Session, visit: Visit, row: SelfAssessment, action: Action, now: datetime
) -> None:
    events.record(db, action, on=visit.sitting.person, subject=row, actor=visit, now=now)
