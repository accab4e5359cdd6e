"""Keeping drawn signatures: encrypted each for its permission, gone some time after its end."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from testing import clock, events
from testing.drawn_signatures import drawing
from testing.drawn_signatures.drawing import Drawing
from testing.events import Action
from testing.keys import Keys
from testing.models import HowGiven, Permission, PermissionSignature, Staff
from testing.refusals import NotFound, Refusal


class NotSignedOnScreen(Refusal):
    """The permission was given on paper or aloud: nothing was drawn for it."""

    status = 400


def keep(
    db: Session, keys: Keys, permission: Permission, drawn: Drawing, *, actor: Staff, now: datetime
) -> PermissionSignature:
    """What the person drew stands with the permission.

    :raise NotSignedOnScreen: the permission was given in another way.
    """
    if permission.how is not HowGiven.SCREEN:
        raise NotSignedOnScreen
    row = PermissionSignature(
        permission=permission,
        body=keys.encrypt_file(drawn.as_text().encode(), record=_record(permission)),
        kept_at=now,
    )
    db.add(row)
    db.flush()
    _note(db, Action.PERMISSION_SIGNATURE_KEEP, permission, actor=actor, now=now)
    return row


def opened(keys: Keys, permission: Permission) -> Drawing:
    """What the person drew.

    :raise NotFound: nothing was drawn, or its time is over.
    :raise CannotDecrypt: it was encrypted with another key, or altered.
    """
    row = permission.signature
    if row is None or row.body is None:
        raise NotFound
    return drawing.read(keys.decrypt_file(row.body, record=_record(permission)).decode())


def let_go(db: Session, days: int, now: datetime) -> None:
    """Signatures that have had their time are gone: so many days after the permission ended."""
    day = clock.local_day(now) - timedelta(days=days)
    rows = db.scalars(
        select(PermissionSignature)
        .join(PermissionSignature.permission)
        .where(
            PermissionSignature.deleted_at.is_(None),
            func.coalesce(Permission.withdrawn_at < now - timedelta(days=days), False)
            | (Permission.expires_on < day),
        )
        .order_by(PermissionSignature.id)
    )
    for row in rows.all():
        row.body, row.deleted_at = None, now
        _note(db, Action.PERMISSION_SIGNATURE_DELETE, row.permission, actor="system", now=now)


def _note(
    db: Session, action: Action, permission: Permission, *, actor: Staff | str, now: datetime
) -> None:
    person = permission.referral.person
    events.record(db, action, on=person, subject=permission, actor=actor, now=now)


def _record(permission: Permission) -> str:
    """What a sealed signature belongs to: with another permission it does not open."""
    return f"signature:{permission.public_id}"
