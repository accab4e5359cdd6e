"""Feedback talks: booked, held on a page in the person's language, and logged with their view."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from testing import events, statements
from testing.events import Action
from testing.languages import PERSON_CODES
from testing.models import FeedbackTalk, PersonsView, Sitting, Staff, Statement
from testing.refusals import NotFound, Refusal

LONGEST_WORDS = 1000
#: Held talks stay on the list so long.
RECENT = timedelta(days=30)


class NothingSigned(Refusal):
    """There is no result to talk about yet."""


class TalkBooked(Refusal):
    """A talk is booked already."""


class TalkClosed(Refusal):
    """The talk was held or cancelled."""


class WordsMissing(Refusal):
    """Who disagrees is heard: their words are recorded."""

    status = 400


def book(
    db: Session,
    sitting: Sitting,
    *,
    starts_at: datetime,
    language: str,
    interpreter: bool,
    actor: Staff,
    now: datetime,
) -> FeedbackTalk:
    """A talk about the signed result is booked.

    :raise NothingSigned: there is no statement.
    :raise TalkBooked: another talk of this sitting waits.
    """
    if statements.newest_of(db, sitting) is None:
        raise NothingSigned
    # Two at once must not both book a talk.
    db.execute(select(Sitting.id).where(Sitting.id == sitting.id).with_for_update(key_share=True))
    if waiting_of(db, sitting) is not None:
        raise TalkBooked
    talk = FeedbackTalk(
        centre_id=sitting.centre_id,
        sitting_id=sitting.id,
        starts_at=starts_at,
        language=language if language in PERSON_CODES else "fi",
        interpreter=interpreter,
        booked_by_id=actor.id,
        booked_at=now,
    )
    db.add(talk)
    db.flush()
    events.record(db, Action.TALK_BOOK, on=sitting.person, subject=talk, actor=actor, now=now)
    return talk


def hold(
    db: Session,
    talk: FeedbackTalk,
    view: PersonsView,
    words: str,
    *,
    interpreter: bool,
    actor: Staff,
    now: datetime,
) -> None:
    """The talk was held; what the person thinks stands in their own words.

    :raise TalkClosed: it was held or cancelled before.
    :raise WordsMissing: the person disagrees, and nothing of what they said is recorded.
    """
    _refuse_closed(db, talk)
    if view in (PersonsView.PARTLY, PersonsView.DISAGREES) and not words.strip():
        raise WordsMissing
    talk.held_at, talk.held_by_id = now, actor.id
    talk.persons_view, talk.persons_words = view, words.strip()[:LONGEST_WORDS]
    talk.interpreter = interpreter
    db.flush()
    events.record(db, Action.TALK_HOLD, on=talk.sitting.person, subject=talk, actor=actor, now=now)


def cancel(db: Session, talk: FeedbackTalk, *, actor: Staff, now: datetime) -> None:
    """The talk does not take place; another one can be booked.

    :raise TalkClosed: it was held or cancelled before.
    """
    _refuse_closed(db, talk)
    talk.cancelled_at = now
    events.record(
        db, Action.TALK_CANCEL, on=talk.sitting.person, subject=talk, actor=actor, now=now
    )


def own(db: Session, public_id: str, staff: Staff) -> FeedbackTalk:
    """A talk of the centre's own.

    :raise NotFound: another centre's and a missing one look the same.
    """
    talk = db.scalar(
        select(FeedbackTalk)
        .where(FeedbackTalk.public_id == public_id)
        .options(joinedload(FeedbackTalk.sitting).joinedload(Sitting.person))
    )
    if talk is None or talk.centre_id != staff.centre_id:
        raise NotFound
    return talk


def sitting_of(db: Session, public_id: str, staff: Staff) -> Sitting:
    """A sitting of the centre's own.

    :raise NotFound: another centre's and a missing one look the same.
    """
    sitting = db.scalar(
        select(Sitting)
        .where(Sitting.public_id == public_id)
        .options(joinedload(Sitting.person))
    )
    if sitting is None or sitting.centre_id != staff.centre_id:
        raise NotFound
    return sitting


def waiting_of(db: Session, sitting: Sitting) -> FeedbackTalk | None:
    """The booked talk of a sitting that has been neither held nor cancelled."""
    return db.scalar(
        select(FeedbackTalk).where(
            FeedbackTalk.sitting_id == sitting.id,
            FeedbackTalk.held_at.is_(None),
            FeedbackTalk.cancelled_at.is_(None),
        )
    )


def held_of(db: Session, sitting: Sitting) -> list[FeedbackTalk]:
    """What was said before, the newest first."""
    return list(
        db.scalars(
            select(FeedbackTalk)
            .where(FeedbackTalk.sitting_id == sitting.id, FeedbackTalk.held_at.is_not(None))
            .options(joinedload(FeedbackTalk.held_by))
            .order_by(FeedbackTalk.held_at.desc())
        )
    )


def coming(db: Session, centre_id: int) -> list[FeedbackTalk]:
    """Booked talks, the next one first."""
    return list(
        db.scalars(
            select(FeedbackTalk)
            .where(
                FeedbackTalk.centre_id == centre_id,
                FeedbackTalk.held_at.is_(None),
                FeedbackTalk.cancelled_at.is_(None),
            )
            .options(joinedload(FeedbackTalk.sitting).joinedload(Sitting.person))
            .order_by(FeedbackTalk.starts_at)
        )
    )


def lately(db: Session, centre_id: int, now: datetime) -> list[FeedbackTalk]:
    """Talks that were held lately, the newest first."""
    return list(
        db.scalars(
            select(FeedbackTalk)
            .where(FeedbackTalk.centre_id == centre_id, FeedbackTalk.held_at >= now - RECENT)
            .options(joinedload(FeedbackTalk.sitting).joinedload(Sitting.person))
            .order_by(FeedbackTalk.held_at.desc())
        )
    )


def without(db: Session, centre_id: int, most: int = 30) -> list[Statement]:
    """First statements of sittings that have no talk, the newest first."""
    return list(
        db.scalars(
            select(Statement)
            .where(
                Statement.centre_id == centre_id,
                Statement.supersedes_id.is_(None),
                ~exists().where(
                    FeedbackTalk.sitting_id == Statement.sitting_id,
                    FeedbackTalk.cancelled_at.is_(None),
                ),
            )
            .options(joinedload(Statement.sitting).joinedload(Sitting.person))
            .order_by(Statement.id.desc())
            .limit(most)
        )
    )


def _refuse_closed(db: Session, talk: FeedbackTalk) -> None:
    # What somebody recorded meanwhile is not overwritten.
    db.scalars(
        select(FeedbackTalk)
        .where(FeedbackTalk.id == talk.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if talk.held_at is not None or talk.cancelled_at is not None:
        raise TalkClosed
