"""Releases: an office's looks at a statement, each cut to what a live permission enumerates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from testing import clock, events, people, permissions, statements
from testing.events import Action
from testing.models import (
    Office,
    Permission,
    PermissionContent,
    Person,
    Referral,
    Release,
    Sitting,
    Staff,
    Statement,
)
from testing.permissions import PermissionWithdrawn
from testing.recommending.handing_over import part_of
from testing.refusals import NotFound

INBOX_SIZE = 25
#: Reasons that say how sure a level is; how a person answered stays between them and the centre.
_TOLD_TO_OFFICES = frozenset(
    {"tasks", "floor_exit", "borderline", "ratings", "third", "synthetic", "provisional"}
)


class Channel(StrEnum):
    """How an office looks."""

    PAGE = "page"
    PDF = "pdf"
    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    #: A transfer form for a school.
    TRANSFER = "transfer"


class Tray(StrEnum):
    """The trays of an office's inbox."""

    NEW = "new"
    ALL = "all"
    #: The office's own referrals whose result may not be handed over.
    WAITING = "waiting"


class ReleaseRefused(PermissionWithdrawn):
    """There is no live permission; the try is on record."""

    def __init__(self, statement_id: int) -> None:
        self.statement_id = statement_id


@dataclass(frozen=True)
class Listed:
    """A statement as a row of an inbox: whose it is, and nothing of what it says."""

    statement: Statement
    is_new: bool
    is_permitted: bool

    @property
    def person(self) -> Person:
        return self.statement.sitting.person


def inbox(
    db: Session, office: Office, tray: Tray, *, now: datetime, skip: int = 0
) -> list[Listed]:
    """One page of a tray, the newest first."""
    query = _newest(office, now).where(_in_tray(tray, office, now)).offset(skip).limit(INBOX_SIZE)
    return _listed(db, query)


def tray_sizes(db: Session, office: Office, now: datetime) -> dict[Tray, int]:
    """How many statements lie in each tray."""
    return {
        tray: db.scalar(
            select(func.count()).select_from(
                _newest(office, now).where(_in_tray(tray, office, now)).order_by(None).subquery()
            )
        )
        or 0
        for tray in Tray
    }


def search(
    db: Session, office: Office, text: str, *, now: datetime, most: int = 50
) -> list[Listed]:
    """The office's statements of people with such a name or birth date."""
    query = _newest(office, now).where(Sitting.person_id.in_(people.named(text))).limit(most)
    return _listed(db, query)


def find(db: Session, public_id: str, staff: Staff) -> Statement:
    """The statement, if it is of the clerk's own referral or was ever permitted to the office.

    :raise NotFound: otherwise; another office's statement and a missing one look the same.
    """
    statement = db.scalar(
        select(Statement)
        .where(Statement.public_id == public_id)
        .options(
            joinedload(Statement.sitting).joinedload(Sitting.person).joinedload(Person.centre),
            joinedload(Statement.sitting).joinedload(Sitting.referral),
        )
    )
    if statement is None or staff.office_id is None:
        raise NotFound
    referral = statement.sitting.referral
    if referral.office_id == staff.office_id:
        return statement
    was_permitted = select(Permission.id).where(
        Permission.referral_id == referral.id, Permission.recipient_id == staff.office_id
    )
    if db.scalar(was_permitted.limit(1)) is None:
        raise NotFound
    return statement


def peek(db: Session, statement: Statement, staff: Staff, now: datetime) -> dict[str, Any]:
    """What a look would show, for work that is slow: nothing is released until `look`.

    :raise ReleaseRefused: there is no live permission.
    :raise StatementAltered: the stored statement is not the one that was signed.
    """
    permission = _permission(db, statement, staff, now)
    return cut(statements.content_of(statement), permission.contents)


def look(
    db: Session, statement: Statement, channel: Channel, *, actor: Staff, now: datetime
) -> dict[str, Any]:
    """The office's part of the statement; the look is a release and on the person's chain.

    Refuses as `peek` does.
    """
    permission = _permission(db, statement, actor, now)
    shown = cut(statements.content_of(statement), permission.contents)
    record(db, statement, permission, channel, actor=actor, now=now)
    return shown


def record(
    db: Session,
    statement: Statement,
    permission: Permission,
    channel: Channel,
    *,
    actor: Staff,
    now: datetime,
) -> Release:
    """The release under this permission is kept, and on the person's chain.

    :raise ReleaseRefused: the permission was withdrawn, or another took its place, in this instant.
    """
    if not permissions.still_stands(db, permission, now):
        raise ReleaseRefused(statement.id)
    release = Release(
        statement_id=statement.id,
        permission_id=permission.id,
        office_id=permission.recipient_id,
        staff_id=actor.id,
        channel=channel.value,
        contents=permission.contents,
        at=now,
    )
    db.add(release)
    db.flush()
    events.record(
        db,
        Action.STATEMENT_RELEASE,
        on=statement.sitting.person,
        subject=release,
        actor=actor,
        now=now,
        statement=statement.public_id,
        permission=permission.public_id,
        channel=channel.value,
        contents=permission.contents,
        recipient=permission.recipient.public_id,
    )
    return release


def note_refusal(db: Session, refusal: ReleaseRefused, *, actor: Staff, now: datetime) -> None:
    """The refused look is on the person's chain."""
    statement = db.get_one(Statement, refusal.statement_id)
    events.record(
        db,
        Action.STATEMENT_REFUSE,
        on=statement.sitting.person,
        subject=statement,
        actor=actor,
        now=now,
    )


def earlier(db: Session, statement: Statement, office: Office) -> list[Release]:
    """The office's own looks at the statement, the newest first."""
    return list(
        db.scalars(
            select(Release)
            .where(Release.statement_id == statement.id, Release.office_id == office.id)
            .order_by(Release.id.desc())
        )
    )


def of_person(db: Session, person: Person) -> list[Release]:
    """Every look by any office at any statement of this human being, the newest first."""
    rows = [row.id for row in people.all_rows(db, person)]
    return list(
        db.scalars(
            select(Release)
            .join(Release.statement)
            .join(Statement.sitting)
            .where(Sitting.person_id.in_(rows))
            .options(joinedload(Release.office), joinedload(Release.statement))
            .order_by(Release.id.desc())
        )
    )


def cut(content: dict[str, Any], contents: Iterable[str]) -> dict[str, Any]:
    """The part of a statement that a permission enumerates.

    Whose statement it is, who signed it and whether it is provisional stand in every part: without
    them none could be read rightly. How sure a level is is told only together with the level.
    """
    permitted = {PermissionContent(one) for one in contents}
    # It is another paper, with looks of its own.
    permitted.discard(PermissionContent.LITERACY_STATEMENT)
    shown: dict[str, Any] = {
        name: content[name]
        for name in (
            *("format", "version", "verification_code", "centre", "person", "referral"),
            *("language", "mode", "provisional", "signed"),
        )
    }
    shown["supersedes"] = (
        {"version": content["supersedes"]["version"]} if content["supersedes"] else None
    )
    shown["contents"] = sorted(permitted)
    if PermissionContent.LEVELS in permitted:
        is_sure_of = PermissionContent.CERTAINTY in permitted
        shown["skills"] = [_skill(skill, with_certainty=is_sure_of) for skill in content["skills"]]
        if is_sure_of:
            shown["circumstances"] = content["circumstances"]
            shown["note"] = content["note"]
    # Statements of before, and of sittings without the part, have none.
    if PermissionContent.NUMERACY in permitted and content.get("numeracy"):
        shown["numeracy"] = _numeracy(
            content["numeracy"], with_certainty=PermissionContent.CERTAINTY in permitted
        )
    if PermissionContent.WRITING_CRITERIA in permitted:
        shown["writing"] = [
            {"criteria": script["criteria"], "mode": script["mode"]}
            for script in content["writing"]
        ]
    if PermissionContent.ATTENDANCE in permitted:
        shown["attendance"] = content["attendance"]
    if PermissionContent.RECOMMENDATION in permitted:
        shown["recommendation"] = content["recommendation"]
        # Statements of earlier versions of the service have none.
        if content.get("recommended"):
            shown["recommended"] = part_of(
                content["recommended"],
                with_levels=PermissionContent.LEVELS in permitted,
                with_certainty=PermissionContent.CERTAINTY in permitted,
            )
    return shown


def _skill(skill: dict[str, Any], *, with_certainty: bool) -> dict[str, Any]:
    names = ["skill", "level", "band", "not_assessed"]
    if with_certainty:
        names += ["differs", "difference_reason", "certainty", "provisional"]
    shown = {name: skill[name] for name in names}
    if with_certainty:
        shown["reasons"] = [one for one in skill["reasons"] if one["code"] in _TOLD_TO_OFFICES]
    return shown


def _numeracy(signed: dict[str, Any], *, with_certainty: bool) -> dict[str, Any]:
    """What its level means depends on its scale, so that stands beside the level always."""
    return _skill(signed, with_certainty=with_certainty) | {
        "provisional": signed["provisional"],
        "scale": signed["versions"].get("standard", ""),
    }


def _permission(db: Session, statement: Statement, staff: Staff, now: datetime) -> Permission:
    office = staff.office
    if office is None:
        raise NotFound
    try:
        permission = permissions.require(db, statement.sitting.referral, office, now)
    except PermissionWithdrawn:
        raise ReleaseRefused(statement.id) from None
    if not permission.covers_result:
        raise ReleaseRefused(statement.id)
    return permission


def _newest(office: Office, now: datetime) -> Any:
    """Statements that nothing has superseded, which the office may know of."""
    later = aliased(Statement)
    return (
        select(Statement, _is_permitted(office, now), _is_seen(office))
        .join(Statement.sitting)
        .join(Sitting.referral)
        .where(
            ~exists().where(later.supersedes_id == Statement.id),
            (Referral.office_id == office.id) | _is_permitted(office, now),
        )
        .order_by(Statement.id.desc())
        .options(
            joinedload(Statement.sitting).joinedload(Sitting.person),
            joinedload(Statement.sitting).joinedload(Sitting.referral),
        )
    )


def _is_permitted(office: Office, now: datetime) -> ColumnElement[bool]:
    day = clock.local_day(now)
    return exists().where(
        Permission.referral_id == Referral.id,
        Permission.recipient_id == office.id,
        Permission.withdrawn_at.is_(None),
        Permission.given_on <= day,
        Permission.expires_on >= day,
        # A statement on reading and writing alone is no result.
        Permission.contents != [PermissionContent.LITERACY_STATEMENT.value],
    )


def _is_seen(office: Office) -> ColumnElement[bool]:
    return exists().where(Release.statement_id == Statement.id, Release.office_id == office.id)


def _in_tray(tray: Tray, office: Office, now: datetime) -> ColumnElement[bool]:
    permitted = _is_permitted(office, now)
    if tray is Tray.WAITING:
        return ~permitted
    return permitted & ~_is_seen(office) if tray is Tray.NEW else permitted


def _listed(db: Session, query: Any) -> list[Listed]:
    return [
        Listed(statement, is_new=permitted and not seen, is_permitted=bool(permitted))
        for statement, permitted, seen in db.execute(query)
    ]
