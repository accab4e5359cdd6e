"""Slow work in a table: queued in the transaction that asks for it, done by the worker."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from testing.models import Job, JobState

MOST_TRIES = 5
#: What is done is forgotten after this; what failed stays until somebody has looked.
KEEP_DONE = timedelta(days=30)


@dataclass(frozen=True)
class Kind:
    """One kind of work: what does it, how long it may take, and whether it returns by itself."""

    work: Callable[..., None]
    longest: timedelta = timedelta(minutes=15)
    #: Given the present, when the next one is due; None for work that is asked for.
    next_due: Callable[[datetime], datetime] | None = None
    #: Also due whenever a worker starts.
    at_start: bool = False


def queue(db: Session, kind: str, *, due_at: datetime, **arguments: Any) -> Job:
    """The worker does this once the transaction is committed and the time has come."""
    job = Job(kind=kind, arguments=arguments, state=JobState.WAITING, due_at=due_at)
    db.add(job)
    return job


def is_waiting(db: Session, kind: str) -> bool:
    """Whether such a job waits or runs."""
    return bool(
        db.scalar(
            select(func.count())
            .select_from(Job)
            .where(Job.kind == kind, Job.state.in_([JobState.WAITING, JobState.RUNNING]))
        )
    )


def is_due(db: Session, kind: str, now: datetime) -> bool:
    """Whether such a job runs or is the worker's to take."""
    return bool(
        db.scalar(
            select(func.count())
            .select_from(Job)
            .where(
                Job.kind == kind,
                or_(
                    Job.state == JobState.RUNNING,
                    (Job.state == JobState.WAITING) & (Job.due_at <= now),
                ),
            )
        )
    )


def queue_returning(db: Session, kinds: dict[str, Kind], now: datetime) -> None:
    """Every kind that returns by itself has its next job, exactly one, however many workers ask."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(7302)"))
    for name, kind in kinds.items():
        if kind.next_due is not None and not is_waiting(db, name):
            queue(db, name, due_at=kind.next_due(now))
            db.flush()


def queue_for_start(db: Session, kinds: dict[str, Kind], now: datetime) -> None:
    """What is due whenever a worker starts is due now, once."""
    queue_returning(db, kinds, now)
    names = [name for name, kind in kinds.items() if kind.at_start]
    db.execute(
        update(Job)
        .where(Job.kind.in_(names), Job.state == JobState.WAITING, Job.due_at > now)
        .values(due_at=now)
    )


def anything_to_do(db: Session, kinds: dict[str, Kind], now: datetime) -> bool:
    """Whether a worker has reason to open a writing transaction."""
    if any(kind.next_due and not is_waiting(db, name) for name, kind in kinds.items()):
        return True
    longest = min(kind.longest for kind in kinds.values())
    return bool(
        db.scalar(
            select(func.count())
            .select_from(Job)
            .where(
                Job.kind.in_(list(kinds)),
                or_(
                    (Job.state == JobState.WAITING) & (Job.due_at <= now),
                    (Job.state == JobState.RUNNING) & (Job.started_at < now - longest),
                ),
            )
        )
    )


def claim(db: Session, kinds: dict[str, Kind], now: datetime) -> Job | None:
    """The next due job, now running and nobody else's; None when none is due."""
    job = db.scalar(
        select(Job)
        .where(Job.state == JobState.WAITING, Job.due_at <= now, Job.kind.in_(list(kinds)))
        .order_by(Job.due_at, Job.id)
        .limit(1)
        # SQLite ignores this: there the transaction began with the only write lock.
        .with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    job.state = JobState.RUNNING
    job.started_at = now
    job.tries += 1
    return job


def finish(db: Session, job_id: int, now: datetime) -> None:
    """The job is done."""
    db.execute(
        update(Job)
        .where(Job.id == job_id)
        .values(state=JobState.DONE, ended_at=now, problem="")
    )


def fail(db: Session, job_id: int, error: BaseException, now: datetime) -> JobState:
    """The job waits for its next try, each later than the one before, or has failed for good."""
    job = db.get_one(Job, job_id)
    job.problem = where_it_failed(error)
    job.ended_at = now
    if job.tries >= MOST_TRIES:
        job.state = JobState.FAILED
    else:
        job.state = JobState.WAITING
        job.due_at = now + timedelta(minutes=2**job.tries)
    return job.state


def revive(db: Session, kinds: dict[str, Kind], now: datetime) -> int:
    """Jobs whose worker died are tried again, or failed for good; returns how many."""
    revived = 0
    for name, kind in kinds.items():
        for job in db.scalars(
            select(Job).where(
                Job.kind == name,
                Job.state == JobState.RUNNING,
                Job.started_at < now - kind.longest,
            )
        ):
            job.state = JobState.WAITING if job.tries < MOST_TRIES else JobState.FAILED
            job.due_at = now
            job.problem = "the worker stopped while it did this"
            revived += 1
    return revived


def forget_done(db: Session, now: datetime) -> None:
    db.execute(delete(Job).where(Job.state == JobState.DONE, Job.ended_at < now - KEEP_DONE))


def where_it_failed(error: BaseException) -> str:
    """The error's kind and place; its message may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"
