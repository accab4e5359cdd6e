"""Releases of statements on reading and writing: whole, and only with a permission that names them.

A permission for a result does not cover them: how somebody reads is asked for by itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased, joinedload

from testing import clock, events, people, permissions
from testing.events import Action
from testing.literacy import statements
from testing.models import (
    LiteracyRelease,
    LiteracyScreen,
    LiteracyStatement,
    Office,
    Permission,
    PermissionContent,
    Person,
    Sitting,
    Staff,
)
from testing.permissions import PermissionWithdrawn
from testing.refusals import NotFound
from testing.releases import Channel
from testing.transfers import StatementReplaced

CONTENT = PermissionContent.LITERACY_STATEMENT
MOST_LISTED = 200


class LiteracyReleaseRefused(PermissionWithdrawn):
    """No live permission names the statement on reading and writing; the try is on record."""

    def __init__(self, statement_id: int) -> None:
        self.statement_id = statement_id


@dataclass(frozen=True)
class Listed:
    """A statement as a row of an office's list: whose it is, and nothing of what it says."""

    statement: LiteracyStatement
    is_new: bool

    @property
    def person(self) -> Person:
        return self.statement.screen.sitting.person


def permitted(db: Session, office: Office, now: datetime) -> list[Listed]:
    """The newest statements that the office may read today, the newest first."""
    later = aliased(LiteracyStatement)
    day = clock.local_day(now)
    is_seen = exists().where(
        LiteracyRelease.statement_id == LiteracyStatement.id,
        LiteracyRelease.office_id == office.id,
    )
    rows = db.execute(
        select(LiteracyStatement, Permission, is_seen)
        .join(LiteracyStatement.screen)
        .join(LiteracyScreen.sitting)
        .join(Permission, Permission.referral_id == Sitting.referral_id)
        .where(
            ~exists().where(later.supersedes_id == LiteracyStatement.id),
            Permission.recipient_id == office.id,
            Permission.withdrawn_at.is_(None),
        )
        .order_by(LiteracyStatement.id.desc())
        .options(
            joinedload(LiteracyStatement.screen)
            .joinedload(LiteracyScreen.sitting)
            .joinedload(Sitting.person)
        )
    )
    found = {
        statement.id: Listed(statement, is_new=not seen)
        for statement, permission, seen in rows
        if _covers(permission) and permission.is_live(day)
    }
    return list(found.values())[:MOST_LISTED]


def find(db: Session, public_id: str, staff: Staff) -> LiteracyStatement:
    """The statement, if a permission to read it was ever given to the clerk's office.

    :raise NotFound: otherwise; a statement that the office may not know of and a missing one look
        the same, also to the office that referred the person.
    """
    statement = db.scalar(select(LiteracyStatement).where(LiteracyStatement.public_id == public_id))
    if statement is None or staff.office_id is None:
        raise NotFound
    if not any(_covers(one) for one in _permissions(db, statement, staff)):
        raise NotFound
    return statement


def peek(db: Session, statement: LiteracyStatement, staff: Staff, now: datetime) -> dict[str, Any]:
    """What a look would show, for work that is slow: nothing is released until `look`.

    :raise LiteracyReleaseRefused: no live permission names it.
    :raise StatementReplaced: a newer one took its place.
    :raise StatementAltered: the stored statement is not the one that was signed.
    """
    _permission(db, statement, staff, now)
    return _newest_content(db, statement)


def look(
    db: Session,
    statement: LiteracyStatement,
    channel: Channel,
    *,
    actor: Staff,
    now: datetime,
) -> dict[str, Any]:
    """The statement; the look is a release and on the person's chain. Refuses as `peek` does."""
    permission = _permission(db, statement, actor, now)
    content = _newest_content(db, statement)
    if not permissions.still_stands(db, permission, now):
        raise LiteracyReleaseRefused(statement.id)
    release = LiteracyRelease(
        statement_id=statement.id,
        permission_id=permission.id,
        office_id=permission.recipient_id,
        staff_id=actor.id,
        channel=channel.value,
        at=now,
    )
    db.add(release)
    db.flush()
    events.record(
        db,
        Action.LITERACY_RELEASE,
        on=statement.screen.sitting.person,
        subject=release,
        actor=actor,
        now=now,
        statement=statement.public_id,
        permission=permission.public_id,
        channel=channel.value,
        recipient=permission.recipient.public_id,
    )
    return content


def note_refusal(
    db: Session, refusal: LiteracyReleaseRefused, *, actor: Staff, now: datetime
) -> None:
    """The refused look is on the person's chain."""
    statement = db.get_one(LiteracyStatement, refusal.statement_id)
    events.record(
        db,
        Action.LITERACY_RELEASE_REFUSE,
        on=statement.screen.sitting.person,
        subject=statement,
        actor=actor,
        now=now,
    )


def of_person(db: Session, person: Person) -> list[LiteracyRelease]:
    """Every look by any office at any such statement of this human being, the newest first."""
    rows = [row.id for row in people.all_rows(db, person)]
    return list(
        db.scalars(
            select(LiteracyRelease)
            .join(LiteracyRelease.statement)
            .join(LiteracyStatement.screen)
            .join(LiteracyScreen.sitting)
            .where(Sitting.person_id.in_(rows))
            .options(joinedload(LiteracyRelease.office))
            .order_by(LiteracyRelease.id.desc())
        )
    )


def _newest_content(db: Session, statement: LiteracyStatement) -> dict[str, Any]:
    if statements.superseded_by(db, statement) is not None:
        raise StatementReplaced
    return statements.content_of(statement)


def _covers(permission: Permission) -> bool:
    return CONTENT.value in permission.contents


def _permissions(db: Session, statement: LiteracyStatement, staff: Staff) -> list[Permission]:
    return list(
        db.scalars(
            select(Permission)
            .where(
                Permission.referral_id == statement.screen.sitting.referral_id,
                Permission.recipient_id == staff.office_id,
            )
            .order_by(Permission.id.desc())
        )
    )


def _permission(
    db: Session, statement: LiteracyStatement, staff: Staff, now: datetime
) -> Permission:
    day = clock.local_day(now)
    for permission in _permissions(db, statement, staff):
        if _covers(permission) and permission.is_live(day):
            return permission
    raise LiteracyReleaseRefused(statement.id)
