"""Transfer forms: what a receiving school is told, with a permission that names it as recipient."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scoring.cefr import REPORTED_LEVELS
from testing import clock, releases, result_words, statements
from testing.models import (
    Office,
    OfficeKind,
    Permission,
    Skill,
    Staff,
    Statement,
)
from testing.refusals import NotFound, Refusal
from testing.releases import Channel, ReleaseRefused

#: From so many sub-levels between the highest and the lowest skill a teacher is told of it.
UNEVEN = 3


class StatementReplaced(Refusal):
    """A newer statement took its place: no school is told of this one any more."""


def permissions_of(db: Session, statement: Statement) -> list[Permission]:
    """The permissions that name a school, the newest first; also those that have ended."""
    return list(
        db.scalars(
            select(Permission)
            .join(Permission.recipient)
            .where(
                Permission.referral_id == statement.sitting.referral_id,
                Office.kind == OfficeKind.EDUCATION_PROVIDER,
            )
            .options(joinedload(Permission.recipient))
            .order_by(Permission.id.desc())
        )
    )


def live_ones(db: Session, statement: Statement, now: datetime) -> list[Permission]:
    """Those of them that stand today."""
    day = clock.local_day(now)
    return [one for one in permissions_of(db, statement) if one.is_live(day) and one.covers_result]


def find(db: Session, statement: Statement, permission_id: str) -> Permission:
    """The permission that names a school, of this statement's referral.

    :raise NotFound: there is no such permission.
    """
    for permission in permissions_of(db, statement):
        if permission.public_id == permission_id:
            return permission
    raise NotFound


def of_school(db: Session, statement: Statement, office: Office, now: datetime) -> Permission:
    """The live permission that names this school.

    :raise ReleaseRefused: there is none, or none any more.
    """
    for permission in live_ones(db, statement, now):
        if permission.recipient_id == office.id:
            return permission
    raise ReleaseRefused(statement.id)


def content_of(
    db: Session, statement: Statement, permission: Permission, now: datetime
) -> dict[str, Any]:
    """What the form holds: the statement cut to the permission, and the permission itself.

    :raise ReleaseRefused: the permission has ended.
    :raise StatementReplaced: another statement took its place.
    :raise StatementAltered: the stored statement is not the one that was signed.
    """
    if not (permission.is_live(clock.local_day(now)) and permission.covers_result):
        raise ReleaseRefused(statement.id)
    if statements.superseded_by(db, statement):
        raise StatementReplaced
    shown = releases.cut(statements.content_of(statement), permission.contents)
    return shown | {
        "form": "transfer",
        "recipient": permission.recipient.name,
        "permission": {
            "given_on": permission.given_on.isoformat(),
            "expires_on": permission.expires_on.isoformat(),
            "how": permission.how.value,
        },
    }


def hand_over(
    db: Session, statement: Statement, permission: Permission, *, actor: Staff, now: datetime
) -> dict[str, Any]:
    """The form leaves for the school: a release, on the person's chain. Refuses as `content_of`."""
    content = content_of(db, statement, permission, now)
    releases.record(db, statement, permission, Channel.TRANSFER, actor=actor, now=now)
    return content


def for_teacher(content: dict[str, Any]) -> list[str]:
    """What a teacher makes of the permitted levels, as sentences."""
    skills = content.get("skills", ())
    placed = sorted(
        (one for one in skills if one["level"]),
        key=lambda one: REPORTED_LEVELS.index(one["level"]),
    )
    said = []
    if placed:
        said.append(_start(placed[0], placed[-1]))
    marks = _criteria(content)
    if marks:
        said.append(marks)
    without = [_name(one) for one in skills if not one["level"]]
    if without:
        names = ", ".join(without).lower()
        said.append(str(_("Find out when the studies begin: %(skills)s.", skills=names)))
    numeracy = content.get("numeracy")
    if numeracy and numeracy["level"]:
        said.append(str(result_words.AFTER_NUMERACY[numeracy["level"]]))
    return said


def _start(lowest: dict[str, Any], highest: dict[str, Any]) -> str:
    facts = {
        "low": result_words.level_word(lowest["level"]),
        "high": result_words.level_word(highest["level"]),
        "weak": _name(lowest).lower(),
        "strong": _name(highest).lower(),
    }
    apart = REPORTED_LEVELS.index(highest["level"]) - REPORTED_LEVELS.index(lowest["level"])
    if apart == 0:
        return str(_("The skills that were tested are even: %(low)s.", **facts))
    if apart < UNEVEN:
        return str(_("The skills lie between %(low)s and %(high)s.", **facts))
    return str(
        _(
            "The profile is uneven: %(weak)s is at %(low)s, %(strong)s at %(high)s. "
            "One group for all skills will not fit.",
            **facts,
        )
    )


def _criteria(content: dict[str, Any]) -> str:
    """The weakest criteria of the writing, where the criteria differ."""
    places: dict[str, list[int]] = {}
    for script in content.get("writing", ()):
        for criterion, level in script["criteria"].items():
            places.setdefault(criterion, []).append(REPORTED_LEVELS.index(level))
    means = {name: sum(some) / len(some) for name, some in places.items()}
    if not means or max(means.values()) == min(means.values()):
        return ""
    weakest = [
        str(result_words.criterion_word(name)).lower()
        for name, mean in means.items()
        if mean == min(means.values())
    ]
    return str(_("In writing most practice is needed in: %(weak)s.", weak=", ".join(weakest)))


def _name(skill: dict[str, Any]) -> str:
    return str(result_words.SKILLS[Skill(skill["skill"])])


def is_school(office: Office | None) -> bool:
    return office is not None and office.kind is OfficeKind.EDUCATION_PROVIDER

