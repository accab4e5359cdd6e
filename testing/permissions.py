"""A person's permission to hand named content over to a named office."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from testing import clock, events
from testing.events import Action
from testing.models import (
    HowGiven,
    Office,
    Permission,
    PermissionContent,
    Purpose,
    Referral,
    Staff,
)
from testing.refusals import NotFound, Refusal

#: Version of the text that the person heard or read (templates/letters/permission_text.html).
TEXT_VERSION = "2026-3"
LASTS = timedelta(days=365)


class NothingPermitted(Refusal):
    """A permission without contents permits nothing."""

    status = 400


class WitnessMissing(Refusal):
    """An oral permission needs a witness, other ways have none."""

    status = 400


class NotYetGiven(Refusal):
    """A permission cannot be recorded before it is given."""

    status = 400


class PermissionWithdrawn(Refusal):
    """There is no live permission for this office."""

    status = 403


def give(
    db: Session,
    referral: Referral,
    *,
    recipient: Office,
    contents: Iterable[PermissionContent],
    purpose: Purpose,
    text_language: str,
    how: HowGiven,
    given_on: date,
    actor: Staff,
    now: datetime,
    witness: str = "",
    interpreter: bool = False,
) -> Permission:
    """The person's permission is recorded; an earlier one for the same office ends.

    :raise NothingPermitted: no contents.
    :raise WitnessMissing: oral without a witness, or a witness of something else.
    :raise NotYetGiven: a day to come.
    """
    wanted = sorted({PermissionContent(content) for content in contents})
    if not wanted:
        raise NothingPermitted
    if (how is HowGiven.ORAL) != bool(witness.strip()):
        raise WitnessMissing
    if given_on > clock.local_day(now):
        raise NotYetGiven
    for earlier in live(db, referral, recipient, now):
        _end(db, earlier, actor=actor, now=now)
    permission = Permission(
        referral_id=referral.id,
        recipient_id=recipient.id,
        contents=[content.value for content in wanted],
        purpose=purpose,
        text_version=TEXT_VERSION,
        text_language=text_language,
        how=how,
        witness=witness.strip() or None,
        interpreter=interpreter,
        given_on=given_on,
        expires_on=given_on + LASTS,
        recorded_by_id=actor.id,
        recorded_at=now,
    )
    db.add(permission)
    db.flush()
    events.record(
        db,
        Action.PERMISSION_GIVE,
        on=referral.person,
        subject=permission,
        actor=actor,
        now=now,
        contents=permission.contents,
        recipient=recipient.public_id,
    )
    return permission


def withdraw(db: Session, permission: Permission, *, actor: Staff, now: datetime) -> None:
    """The next look is refused; what was released stays recorded as released."""
    if permission.withdrawn_at is None:
        _end(db, permission, actor=actor, now=now)


def live(db: Session, referral: Referral, recipient: Office, now: datetime) -> list[Permission]:
    """Permissions for this office that stand today."""
    day = clock.local_day(now)
    rows = db.scalars(
        select(Permission).where(
            Permission.referral_id == referral.id, Permission.recipient_id == recipient.id
        )
    )
    return [permission for permission in rows if permission.is_live(day)]


def still_stands(db: Session, permission: Permission, now: datetime) -> bool:
    """Whether it is live; if so, whoever ends it waits until this transaction is over, so that the
    log never tells of a look after the end."""
    db.execute(
        select(Permission.id)
        .where(Permission.id == permission.id)
        .with_for_update(key_share=True)
    )
    db.refresh(permission, ["withdrawn_at"])
    return permission.is_live(clock.local_day(now))


def own(referral: Referral, public_id: str) -> Permission:
    """The referral's permission with this id.

    :raise NotFound: the referral has no such permission.
    """
    for permission in referral.permissions:
        if permission.public_id == public_id:
            return permission
    raise NotFound


def require(db: Session, referral: Referral, recipient: Office, now: datetime) -> Permission:
    """The live permission for this office.

    :raise PermissionWithdrawn: there is none, or none any more.
    """
    found = live(db, referral, recipient, now)
    if not found:
        raise PermissionWithdrawn
    return found[-1]


def _end(db: Session, permission: Permission, *, actor: Staff, now: datetime) -> None:
    permission.withdrawn_at = now
    permission.withdrawn_by_id = actor.id
    events.record(
        db,
        Action.PERMISSION_WITHDRAW,
        on=permission.referral.person,
        subject=permission,
        actor=actor,
        now=now,
    )
