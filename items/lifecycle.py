"""The life of a task version: draft, pilot, live, retired. Nothing else writes these fields."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from items.models import Status, TaskVersion

_ALLOWED = {
    Status.DRAFT: {Status.PILOT, Status.RETIRED},
    Status.PILOT: {Status.LIVE, Status.RETIRED},
    Status.LIVE: {Status.RETIRED},
    Status.RETIRED: {Status.DRAFT},
}
IN_USE = (Status.PILOT, Status.LIVE)


def steps_from(status: Status) -> tuple[Status, ...]:
    """The statuses that a version may go to, in the order of a life."""
    return tuple(step for step in Status if step in _ALLOWED[status])


class StepNotAllowed(ValueError):
    """A version cannot go from its status to the wanted one."""

    def __init__(self, version: TaskVersion, wanted: Status) -> None:
        super().__init__(
            f"{version.task_id} version {version.number} is {version.status.value}, "
            f"it cannot become {wanted.value}"
        )


def set_status(db: Session, version: TaskVersion, status: Status, *, now: datetime) -> None:
    """The version has the status; a version of the same task that was in use is retired.

    Raises StepNotAllowed.
    """
    if status not in _ALLOWED[version.status]:
        raise StepNotAllowed(version, status)
    if status in IN_USE:
        others = select(TaskVersion).where(
            TaskVersion.task_id == version.task_id,
            TaskVersion.id != version.id,
            TaskVersion.status.in_(IN_USE),
        )
        for other in db.scalars(others):
            other.status = Status.RETIRED
            other.retired_at = now
        # At most one version of a task is in use: the old one goes before the new one comes.
        db.flush()
    version.status = status
    version.retired_at = now if status is Status.RETIRED else None
    db.flush()


def freeze(version: TaskVersion, *, now: datetime) -> None:
    """Somebody has been shown the version: from now on an edit makes a new one."""
    if version.frozen_at is None:
        version.frozen_at = now
