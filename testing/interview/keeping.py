"""Keeping an interview: held once a referral, corrected until the sitting is over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from testing import events
from testing.db import found_or_made
from testing.events import Action
from testing.interview import questions
from testing.models import Interview, Referral, Sitting, SittingState, Staff
from testing.refusals import Refusal


class NotAnAnswer(Refusal):
    """An answer that its question cannot have."""

    status = 400


class InterviewOver(Refusal):
    """The sitting is over: what it started from is not changed afterwards."""


def of_referral(db: Session, referral: Referral) -> Interview | None:
    return db.scalar(select(Interview).where(Interview.referral_id == referral.id))


def view(db: Session, referral: Referral, *, actor: Staff, now: datetime) -> Interview | None:
    """The interview, and the log knows who read it."""
    found = of_referral(db, referral)
    events.record(
        db,
        Action.INTERVIEW_VIEW,
        on=referral.person,
        subject=found or referral,
        actor=actor,
        now=now,
    )
    return found


def keep(
    db: Session,
    referral: Referral,
    answers: Mapping[str, Any],
    statements: Mapping[str, list[str]],
    *,
    actor: Staff,
    now: datetime,
) -> Interview:
    """The answers are kept; who asks first holds the interview, later changes name their author.

    The log keeps which questions were answered anew, never the answers.

    :raise NotAnAnswer: a question or an answer that does not exist.
    :raise InterviewOver: the referral's newest sitting has come to its end.
    """
    asked = questions.in_use()
    by_code = {question.code: question for question in asked.questions}
    if any(code not in by_code or not by_code[code].admits(answers[code]) for code in answers):
        raise NotAnAnswer
    if any(set(said) - set(asked.statements.get(skill, ())) for skill, said in statements.items()):
        raise NotAnAnswer
    newest = db.scalar(
        select(Sitting.state)
        .where(Sitting.referral_id == referral.id)
        .order_by(Sitting.id.desc())
        .limit(1)
    )
    if newest in (SittingState.FINISHED, SittingState.ENDED):
        raise InterviewOver
    told = {code: answers[code] for code in by_code if code in answers}
    said = {skill: list(statements[skill]) for skill in asked.statements if statements.get(skill)}
    interview, is_new = found_or_made(
        db,
        lambda: of_referral(db, referral),
        lambda: Interview(
            centre_id=referral.centre_id,
            referral_id=referral.id,
            held_by_id=actor.id,
            held_at=now,
            questions=asked.version,
            answers=told,
            statements=said,
        ),
    )
    before: Mapping[str, Any] = {}
    if not is_new:
        before = interview.answers | {"statements": interview.statements}
        interview.changed_by_id, interview.changed_at = actor.id, now
    interview.questions, interview.answers, interview.statements = asked.version, told, said
    db.flush()
    after = told | {"statements": said}
    changed = [code for code in [*by_code, "statements"] if before.get(code) != after.get(code)]
    events.record(
        db,
        Action.INTERVIEW_KEEP,
        on=referral.person,
        subject=interview,
        actor=actor,
        now=now,
        changed=changed,
    )
    return interview
