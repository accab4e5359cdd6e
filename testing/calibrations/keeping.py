"""Calibrations: brought in, put into use by name, replaced by another; never edited."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from items.bank_rows import calibration_in_use
from items.models import Calibration, CalibrationUse
from testing import events
from testing.calibrations.reading import LeftOut, read_parameters
from testing.events import Action
from testing.models import Staff
from testing.refusals import NotFound, Refusal

LONGEST_NOTE = 2000


class FitNotLookedAt(Refusal):
    """Nobody says that they looked at the fit of the items."""

    status = 400


class CalibrationInUse(Refusal):
    """These parameters are in use already."""


def bring_in(
    db: Session,
    content: bytes,
    language: str,
    skill: str,
    *,
    method: str,
    data: str,
    actor: Staff,
    now: datetime,
) -> Calibration:
    """The parameters of an ITEMS file are kept, and not in use yet.

    method, data : what was estimated how, and from which answers, in the words of who did it.
    :raise FileFault: the file cannot be used.
    """
    read = read_parameters(db, content, language, skill)
    digest = hashlib.sha256(content).hexdigest()
    record = {
        "method": method[:LONGEST_NOTE],
        "data": data[:LONGEST_NOTE],
        "digest": digest,
        "file": content.decode("utf-8-sig"),
        "left_out": {
            why.value: [name for name, reason in read.left_out if reason is why] for why in LeftOut
        },
    }
    row = Calibration(
        language=language, skill=skill, record=record, made_by=actor.name, created_at=now
    )
    row.parameters = list(read.rows)
    db.add(row)
    db.flush()
    events.record(
        db,
        Action.CALIBRATION_ADD,
        on=actor.centre,
        subject=row,
        actor=actor,
        now=now,
        language=language,
        skill=skill,
        items=len(read.rows),
        digest=digest,
    )
    return row


def put_into_use(
    db: Session,
    calibration: Calibration,
    *,
    fit_looked_at: bool,
    note: str,
    actor: Staff,
    now: datetime,
) -> CalibrationUse:
    """From now on sittings that begin are measured with these parameters; others go on as frozen.

    :raise FitNotLookedAt: nobody says that they looked at the fit.
    :raise CalibrationInUse: it is the one that counts already.
    """
    if not fit_looked_at:
        raise FitNotLookedAt
    counting = calibration_in_use(db, calibration.language, calibration.skill)
    if counting is not None and counting.calibration_id == calibration.id:
        raise CalibrationInUse
    use = CalibrationUse(
        calibration=calibration, put_by=actor.name, fit_note=note[:LONGEST_NOTE], used_from=now
    )
    db.add(use)
    db.flush()
    events.record(
        db,
        Action.CALIBRATION_USE,
        on=actor.centre,
        subject=calibration,
        actor=actor,
        now=now,
        language=calibration.language,
        skill=calibration.skill,
        instead_of=counting.calibration.public_id if counting else None,
    )
    return use


def kept(db: Session, language: str, skill: str) -> list[Calibration]:
    """Everything that was brought in, the newest first."""
    return list(
        db.scalars(
            select(Calibration)
            .where(Calibration.language == language, Calibration.skill == skill)
            .options(selectinload(Calibration.uses))
            .order_by(Calibration.id.desc())
        )
    )


def found(db: Session, public_id: str) -> Calibration:
    """
    :raise NotFound: there is no such calibration.
    """
    row = db.scalar(
        select(Calibration)
        .where(Calibration.public_id == public_id)
        .options(selectinload(Calibration.uses), selectinload(Calibration.parameters))
    )
    if row is None:
        raise NotFound
    return row
