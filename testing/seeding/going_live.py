"""Tasks in pilot use become live ones, many at once: from then on they count in live sittings."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from items import bank_rows, lifecycle
from items.content_format import bank_language
from items.models import BankItem, Status, TaskVersion
from testing import events
from testing.events import Action
from testing.models import Centre


class NotInPilotUse(ValueError):
    """Tasks of which no version is in pilot use; `tasks` names them."""

    def __init__(self, tasks: list[str]) -> None:
        super().__init__(", ".join(tasks))
        self.tasks = tasks


def in_pilot_use(db: Session, language: str, skill: str) -> list[TaskVersion]:
    """The versions in pilot use, by task id."""
    return bank_rows.versions_in_use(
        db, bank_language(language, skill), skill, (Status.PILOT,)
    )


def calibrated_ones(db: Session, versions: Collection[TaskVersion]) -> list[TaskVersion]:
    """Those of the versions all of whose items have estimates in use."""
    estimates = bank_rows.estimates_in_use(db, versions)
    items: dict[int, set[str]] = {version.id: set() for version in versions}
    named = select(BankItem.version_id, BankItem.item).where(BankItem.version_id.in_(items))
    for version_id, item in db.execute(named):
        items[version_id].add(item)
    return [one for one in versions if items[one.id] and items[one.id] <= set(estimates)]


def set_live(
    db: Session, found: Collection[TaskVersion], *, actor: str, now: datetime
) -> None:
    """These versions are live; every centre's log tells of it, because all share the bank."""
    centres = list(db.scalars(select(Centre).order_by(Centre.id)))
    for version in found:
        before = version.status
        lifecycle.set_status(db, version, Status.LIVE, now=now)
        for centre in centres:
            events.record(
                db,
                Action.BANK_CHANGE,
                on=centre,
                subject=version,
                actor=actor,
                now=now,
                task=version.task_id,
                before=before.value,
                after=Status.LIVE.value,
            )


def named_ones(found: Collection[TaskVersion], tasks: Collection[str]) -> list[TaskVersion]:
    """Those of the versions whose task is named.

    :raise NotInPilotUse: a named task is not among them.
    """
    unknown = sorted(set(tasks) - {version.task_id for version in found})
    if unknown:
        raise NotInPilotUse(unknown)
    return [version for version in found if version.task_id in tasks]
