"""Feedback: what anybody may write, and that a named person answers it."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from testing import events
from testing.events import Action
from testing.keys import Keys
from testing.models import Centre, Feedback, SignInAttempt, Staff
from testing.refusals import NotFound, TooMany

#: The law on digital services gives an answer to accessibility feedback two weeks.
ANSWERED_WITHIN = timedelta(days=14)
WINDOW = timedelta(hours=1)
MOST_AN_HOUR = 10


def receive(
    db: Session,
    keys: Keys,
    *,
    centre: Centre | None,
    topic: str,
    text: str,
    reply_to: str,
    address: str,
    now: datetime,
) -> Feedback:
    """The message waits for an administrator of the centre, or of any centre when none is named.

    :raise TooMany: ten messages came from this network address within the hour.
    """
    # Tries from an address are counted as failed sign-ins are: by a keyed digest, for an hour.
    digest = keys.blind_index(f"feedback:{address}")
    lately = db.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.subject_digest == digest, SignInAttempt.at > now - WINDOW)
    )
    if (lately or 0) >= MOST_AN_HOUR:
        raise TooMany
    db.add(SignInAttempt(subject_digest=digest, at=now))
    row = Feedback(
        centre_id=centre.id if centre else None,
        topic=topic,
        text=text.strip(),
        reply_to=reply_to.strip(),
        received_at=now,
    )
    db.add(row)
    db.flush()
    return row


def waiting(db: Session, centre_id: int) -> list[Feedback]:
    """Messages that nobody has answered, the oldest first."""
    return list(
        db.scalars(
            select(Feedback)
            .where(_of(centre_id), Feedback.answered_at.is_(None))
            .order_by(Feedback.id)
        )
    )


def answered(db: Session, centre_id: int, most: int = 50) -> list[Feedback]:
    """The latest messages that somebody answered."""
    return list(
        db.scalars(
            select(Feedback)
            .where(_of(centre_id), Feedback.answered_at.is_not(None))
            .order_by(Feedback.answered_at.desc())
            .limit(most)
        )
    )


def find(db: Session, public_id: str, centre_id: int) -> Feedback:
    """
    :raise NotFound: the centre has received no such message.
    """
    row = db.scalar(select(Feedback).where(Feedback.public_id == public_id, _of(centre_id)))
    if row is None:
        raise NotFound
    return row


def mark_answered(
    db: Session, row: Feedback, *, centre: Centre, actor: Staff, now: datetime
) -> None:
    """The message was answered, or needs no answer; by whom stays with it."""
    if row.answered_at is not None:
        return
    row.answered_at = now
    row.answered_by_id = actor.id
    events.record(db, Action.FEEDBACK_ANSWER, on=centre, subject=row, actor=actor, now=now)


def days_left(row: Feedback, now: datetime) -> int:
    """Whole days until an answer is due; below nought when it is late."""
    return (row.received_at + ANSWERED_WITHIN - now).days


def _of(centre_id: int) -> ColumnElement[bool]:
    return or_(Feedback.centre_id == centre_id, Feedback.centre_id.is_(None))
