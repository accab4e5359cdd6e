"""Taking answers out: what is written, and the event that tells of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from testing import events
from testing.calibrations.gathering import Gathered
from testing.events import Action
from testing.models import AnswersExport, Centre, Staff
from testing.settings import Mode

#: With fewer people an answer pattern may tell those who know the test day who it is.
FEW_PEOPLE = 30


def modes_of(mode: Mode) -> frozenset[Mode]:
    """Whose answers a service of this mode gives: invented people are never mixed with others."""
    return frozenset({Mode.DEMO}) if mode is Mode.DEMO else frozenset({Mode.LIVE, Mode.PILOT})


def note_export(
    db: Session, gathered: Gathered, *, centre: Centre, actor: Staff | str, now: datetime
) -> AnswersExport:
    """It is on record which answers were taken out, by whom, and of how many people.

    now : when the answers were read; a later export may begin there.
    """
    wanted = gathered.wanted
    row = AnswersExport(
        centre_id=centre.id,
        language=wanted.language,
        skill=wanted.skill,
        made_by=actor if isinstance(actor, str) else actor.name,
        made_at=now,
        since=wanted.since,
        people=len(gathered.takers),
        answers=gathered.n_answers,
    )
    db.add(row)
    events.record(
        db,
        Action.ANSWERS_EXPORT,
        on=centre,
        subject=row,
        actor=actor,
        now=now,
        language=wanted.language,
        skill=wanted.skill.value,
        people=row.people,
        answers=row.answers,
        without=sorted(one.value for one in wanted.without),
        with_older=wanted.with_older,
    )
    return row


def exports(db: Session, centre_id: int, language: str, skill: str) -> list[AnswersExport]:
    """What was taken out before, the newest first."""
    return list(
        db.scalars(
            select(AnswersExport)
            .where(
                AnswersExport.centre_id == centre_id,
                AnswersExport.language == language,
                AnswersExport.skill == skill,
            )
            .order_by(AnswersExport.id.desc())
        )
    )
