"""How many persons have answered a task as its version stands."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from testing.models import Part, Presentation, Sitting
from testing.settings import Mode

#: Sittings whose answers are real; what invented people answered is counted by itself.
REAL = (Mode.LIVE, Mode.PILOT)


def answers_of(db: Session, versions: Collection[int], mode: Mode) -> Mapping[int, int]:
    """Version id → persons who have answered it, tried out or not; versions without any are
    missing. In a demonstration those of demonstrations are counted."""
    if not versions:
        return {}
    modes = REAL if mode in REAL else (mode,)
    rows = db.execute(
        select(Presentation.task_version_id, func.count())
        .join(Presentation.part)
        .join(Part.sitting)
        .where(
            Presentation.task_version_id.in_(versions),
            Presentation.left_at.is_not(None),
            Sitting.mode.in_(modes),
        )
        .group_by(Presentation.task_version_id)
    )
    return dict(rows.all())
