"""Literacy statements: what was observed of reading and writing on one day, signed by a teacher.

Only a deep assessment in person gives one, and only after a teacher has confirmed the class. It
says what was seen that day; it never says what the person could do at any other time.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from items.canonical import value_digest
from scoring.ladders import Place, Stage
from scoring.literacy import Classification
from testing import clock, events
from testing import statements as results
from testing.events import Action
from testing.literacy import screens
from testing.models import (
    LiteracyScreen,
    LiteracyState,
    LiteracyStatement,
    Staff,
)
from testing.refusals import NotFound, Refusal
from testing.statements import AlreadySigned, CorrectionReasonMissing, NotConfirmed

#: Layout of `LiteracyStatement.content`.
FORMAT = 1
LONGEST_NOTE = 400
LONGEST_REASON = 160


class NotObserved(Refusal):
    """Nothing of the deep screen was seen by staff in person: there is nothing to certify."""


class ClassNotConfirmed(Refusal):
    """No teacher has confirmed the class."""


class ClassChanged(Refusal):
    """The class was confirmed anew meanwhile; what was shown is not signed."""


def is_deep(screen: LiteracyScreen) -> bool:
    """Whether staff saw something of the deep screen in person."""
    rungs = screens.standing_of(screen).material.ladders.rungs
    deep = {one.id for one in rungs.rungs if one.stage is Stage.DEEP and one.place is Place.DESK}
    return any(mark.rung in deep and mark.staff_id is not None for mark in screen.marks)


def may_be_signed(screen: LiteracyScreen) -> bool:
    return screen.state is LiteracyState.DONE and bool(screen.confirmations) and is_deep(screen)


def sign(
    db: Session,
    screen: LiteracyScreen,
    *,
    confirmed: bool,
    note: str = "",
    replaces: LiteracyStatement | None = None,
    correction: str = "",
    actor: Staff,
    now: datetime,
) -> LiteracyStatement:
    """What was observed is signed: an immutable snapshot.

    :raise NotConfirmed: without an explicit yes.
    :raise NotObserved: the screen is not over, or nobody saw the deep one in person.
    :raise ClassNotConfirmed: no teacher stands for the class.
    :raise CorrectionReasonMissing: a replacement without a reason.
    :raise AlreadySigned: there is one already (or a newer one than `replaces`).
    """
    if not confirmed:
        raise NotConfirmed
    if screen.state is not LiteracyState.DONE or not is_deep(screen):
        raise NotObserved
    if not screen.confirmations:
        raise ClassNotConfirmed
    db.execute(
        select(LiteracyScreen.id).where(LiteracyScreen.id == screen.id).with_for_update()
    )
    newest = newest_of(db, screen)
    if (newest.id if newest else None) != (replaces.id if replaces else None):
        raise AlreadySigned
    if replaces is not None and not correction.strip():
        raise CorrectionReasonMissing
    content = content_now(screen, actor, now) | {
        "version": replaces.version + 1 if replaces else 1,
        "verification_code": results.new_code(),
        "note": note.strip()[:LONGEST_NOTE],
        "supersedes": (
            {"version": replaces.version, "reason": correction.strip()[:LONGEST_REASON]}
            if replaces
            else None
        ),
    }
    row = LiteracyStatement(
        centre_id=screen.centre_id,
        screen_id=screen.id,
        version=content["version"],
        content=content,
        digest=value_digest(content),
        verification_code=content["verification_code"],
        signed_by_id=actor.id,
        signed_at=now,
        supersedes_id=replaces.id if replaces else None,
    )
    db.add(row)
    db.flush()
    events.record(
        db,
        Action.LITERACY_SIGN,
        on=screen.sitting.person,
        subject=row,
        actor=actor,
        now=now,
        screen=screen.public_id,
        version=row.version,
        digest=row.digest,
        **({"supersedes": replaces.public_id} if replaces else {}),
    )
    return row


def content_now(screen: LiteracyScreen, actor: Staff, now: datetime) -> dict[str, Any]:
    """What a statement signed now would hold, but for its number and code."""
    sitting = screen.sitting
    person, centre = sitting.person, sitting.person.centre
    found = Classification.from_record(screen.confirmations[-1].classification)
    ladders = screens.standing_of(screen).material.ladders
    seen = sorted({clock.local_day(mark.at).isoformat() for mark in screen.marks})
    return {
        "format": FORMAT,
        "centre": {"name": centre.name, "phone": centre.phone, "email": centre.email},
        "person": {"name": person.name, "birth_date": person.birth_date.isoformat()},
        "language": sitting.language,
        "mode": sitting.mode,
        "provisional": ladders.provisional,
        "days": seen,
        "own_language": screen.own_language,
        "class": found.literacy_class.value,
        # Numeracy leaves the house by a permission of its own.
        "classification": found.of_the_screen().to_record(),
        "pen_hold": screen.pen_hold.value if screen.pen_hold else None,
        "is_prompted": screen.is_prompted,
        "confirmed_by": screen.confirmations[-1].staff.name,
        "signed": {
            "name": actor.name,
            "title": actor.title,
            "at": now.isoformat(),
            "day": clock.local_day(now).isoformat(),
        },
    }


def content_of(statement: LiteracyStatement) -> dict[str, Any]:
    """What was signed.

    :raise StatementAltered: it was changed behind the service's back.
    """
    if value_digest(statement.content) != statement.digest:
        raise results.StatementAltered
    return statement.content


def newest_of(db: Session, screen: LiteracyScreen) -> LiteracyStatement | None:
    return db.scalar(
        select(LiteracyStatement)
        .where(LiteracyStatement.screen_id == screen.id)
        .order_by(LiteracyStatement.version.desc())
        .limit(1)
    )


def superseded_by(db: Session, statement: LiteracyStatement) -> LiteracyStatement | None:
    return db.scalar(
        select(LiteracyStatement).where(LiteracyStatement.supersedes_id == statement.id)
    )


def own(db: Session, public_id: str, staff: Staff) -> LiteracyStatement:
    """The statement, if it is of the centre's own.

    :raise NotFound: another centre's and a missing one look the same.
    """
    found = db.scalar(select(LiteracyStatement).where(LiteracyStatement.public_id == public_id))
    if found is None or found.centre_id != staff.centre_id:
        raise NotFound
    return found


def by_code(db: Session, code: str) -> LiteracyStatement | None:
    return db.scalar(
        select(LiteracyStatement).where(
            LiteracyStatement.verification_code == results.plain_code(code)
        )
    )
