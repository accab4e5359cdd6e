"""Statements: the signed, immutable snapshot of a result. Superseded, never edited."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from items.canonical import value_digest
from scoring.cefr import band_of
from testing import assessment, clock, events
from testing.events import Action
from testing.models import (
    BlindLevel,
    Booking,
    NotAssessed,
    Occasion,
    Person,
    Referral,
    ReferralState,
    Sitting,
    Skill,
    SkillResult,
    Staff,
    Statement,
    Visit,
)
from testing.numeracy.levels import levels_of
from testing.recommending.proposals import Recommended, settle
from testing.refusals import NotFound, Refusal

#: Layout of `Statement.content`; readers of exports and old rows look at it first.
FORMAT = 1
#: What a page holds: a statement is read in a minute.
LONGEST_RECOMMENDATION = 300
LONGEST_NOTE = 220
LONGEST_REASON = 160
#: Letters and digits that nobody mixes up on paper.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 12


class NotConfirmed(Refusal):
    """A signature needs an explicit yes."""

    status = 400


class DecisionMissing(Refusal):
    """A skill has neither a level nor a reason for none."""

    status = 400


class DifferenceReasonMissing(Refusal):
    """The signed level differs from the proposal: that needs a reason."""

    status = 400


class CorrectionReasonMissing(Refusal):
    """A statement that takes another's place says why."""

    status = 400


class AlreadySigned(Refusal):
    """Another statement was signed meanwhile; nothing was overwritten."""


class StatementAltered(Refusal):
    """The stored statement is not the one that was signed; it is shown to nobody."""


@dataclass(frozen=True)
class Decided:
    """What the assessor decides about one skill: a level, or why there is none."""

    level: str | None = None
    not_assessed: NotAssessed | None = None
    reason: str = ""


def differs(result: SkillResult, decided: Decided) -> bool:
    """Whether the decision is another than the proposal."""
    if result.proposal is None:
        return decided.level is not None
    return bool(decided.level != result.proposal["most_probable_level"])


def sign(
    db: Session,
    sitting: Sitting,
    decisions: Mapping[Skill, Decided],
    *,
    confirmed: bool,
    recommended: Recommended | None = None,
    recommendation: str = "",
    note: str = "",
    replaces: Statement | None = None,
    correction: str = "",
    actor: Staff,
    now: datetime,
) -> Statement:
    """The result is signed: an immutable snapshot, and the referral is completed.

    Without `recommended` it tells levels alone. With `replaces` it takes the place of the newest
    statement, which stays readable. Refuses a recommendation as `proposals.settle` does.

    :raise NotConfirmed: without an explicit yes.
    :raise BlindFirst: the assessor has not given their own levels yet.
    :raise RatingsMissing: a text waits for a rater.
    :raise DecisionMissing: a skill without a level and without a reason, or with both.
    :raise DifferenceReasonMissing: another level than proposed, without a reason.
    :raise CorrectionReasonMissing: a replacement without a reason.
    :raise AlreadySigned: the sitting has a statement (or a newer one than `replaces`).
    """
    if not confirmed:
        raise NotConfirmed
    results = assessment.proposal(db, sitting, actor=actor, now=now)
    db.execute(select(Sitting.id).where(Sitting.id == sitting.id).with_for_update(key_share=True))
    newest = newest_of(db, sitting)
    if (newest.id if newest else None) != (replaces.id if replaces else None):
        raise AlreadySigned
    if replaces is not None and not correction.strip():
        raise CorrectionReasonMissing
    asked = results | assessment.numeracy(db, sitting)
    _check(asked, decisions)
    settled = None
    if recommended is not None:
        levels = {skill: (one.level, one.not_assessed) for skill, one in decisions.items()}
        settled = settle(db, sitting, results, levels, recommended, actor=actor, now=now)
    content = _content(
        db,
        sitting,
        asked,
        decisions,
        recommended=settled,
        recommendation=recommendation.strip()[:LONGEST_RECOMMENDATION],
        note=note.strip()[:LONGEST_NOTE],
        replaces=replaces,
        correction=correction.strip()[:LONGEST_REASON],
        actor=actor,
        now=now,
    )
    statement = Statement(
        centre_id=sitting.centre_id,
        sitting_id=sitting.id,
        version=content["version"],
        content=content,
        digest=value_digest(content),
        verification_code=content["verification_code"],
        signed_by_id=actor.id,
        signed_at=now,
        supersedes_id=replaces.id if replaces else None,
    )
    db.add(statement)
    db.flush()
    sitting.referral.state = ReferralState.COMPLETED
    events.record(
        db,
        Action.STATEMENT_SUPERSEDE if replaces else Action.STATEMENT_SIGN,
        on=sitting.person,
        subject=statement,
        actor=actor,
        now=now,
        sitting=sitting.public_id,
        referral=sitting.referral.public_id,
        version=statement.version,
        digest=statement.digest,
        **({"supersedes": replaces.public_id} if replaces else {}),
    )
    return statement


def content_of(statement: Statement) -> dict[str, Any]:
    """What was signed.

    :raise StatementAltered: it was changed behind the service's back.
    """
    if value_digest(statement.content) != statement.digest:
        raise StatementAltered
    return statement.content


def newest_of(db: Session, sitting: Sitting) -> Statement | None:
    return db.scalar(
        select(Statement)
        .where(Statement.sitting_id == sitting.id)
        .order_by(Statement.version.desc())
        .limit(1)
    )


def all_of(db: Session, sitting: Sitting) -> list[Statement]:
    """Every version, the newest first."""
    return list(
        db.scalars(
            select(Statement)
            .where(Statement.sitting_id == sitting.id)
            .options(joinedload(Statement.signed_by))
            .order_by(Statement.version.desc())
        )
    )


def superseded_by(db: Session, statement: Statement) -> Statement | None:
    """The statement that took its place."""
    return db.scalar(select(Statement).where(Statement.supersedes_id == statement.id))


def own(db: Session, public_id: str, staff: Staff) -> Statement:
    """The statement, if it is of the centre's own.

    :raise NotFound: another centre's and a missing one look the same.
    """
    statement = _by_id(db, public_id)
    if statement is None or statement.centre_id != staff.centre_id:
        raise NotFound
    return statement


def _by_id(db: Session, public_id: str) -> Statement | None:
    return db.scalar(
        select(Statement)
        .where(Statement.public_id == public_id)
        .options(
            joinedload(Statement.sitting).joinedload(Sitting.person).joinedload(Person.centre),
            joinedload(Statement.sitting)
            .joinedload(Sitting.referral)
            .joinedload(Referral.office),
            joinedload(Statement.signed_by),
        )
    )


def by_code(db: Session, code: str) -> Statement | None:
    """The statement with a verification code, however it was typed."""
    return db.scalar(select(Statement).where(Statement.verification_code == plain_code(code)))


def new_code() -> str:
    """A verification code that nobody can guess."""
    return "".join(secrets.choice(_SIGNS) for _sign in range(_CODE_LENGTH))


def plain_code(text: str) -> str:
    """The code without spaces and hyphens; letters that look like digits are read as them."""
    signs = (sign for sign in text.upper() if sign.isascii() and sign.isalnum())
    return "".join(signs).translate(str.maketrans("OIL", "011"))


def spaced_code(code: str) -> str:
    """The code in groups of four, as it is printed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _check(results: Mapping[Skill, SkillResult], decisions: Mapping[Skill, Decided]) -> None:
    if set(decisions) != set(results):
        raise DecisionMissing
    for skill, result in results.items():
        decided = decisions[skill]
        if (decided.level is None) == (decided.not_assessed is None):
            raise DecisionMissing
        if decided.level is not None and decided.level not in levels_of(skill):
            raise DecisionMissing
        if differs(result, decided) and not decided.reason.strip():
            raise DifferenceReasonMissing


def _content(
    db: Session,
    sitting: Sitting,
    results: Mapping[Skill, SkillResult],
    decisions: Mapping[Skill, Decided],
    *,
    recommended: dict[str, Any] | None,
    recommendation: str,
    note: str,
    replaces: Statement | None,
    correction: str,
    actor: Staff,
    now: datetime,
) -> dict[str, Any]:
    """All that any document of the result shows, apart from any other row."""
    person, referral, centre = sitting.person, sitting.referral, sitting.person.centre
    blind = assessment.blind_levels(db, sitting, actor)
    all_of_them = {
        skill: _skill(skill, result, decisions[skill], blind.get(skill))
        for skill, result in results.items()
    }
    # It is no skill of the language; statements without the part do not name it.
    numeracy = all_of_them.pop(Skill.NUMERACY, None)
    skills = list(all_of_them.values())
    writing = results[Skill.WRITING].proposal
    return {
        "format": FORMAT,
        "version": replaces.version + 1 if replaces else 1,
        "verification_code": new_code(),
        "centre": {"name": centre.name, "phone": centre.phone, "email": centre.email},
        "person": {"name": person.name, "birth_date": person.birth_date.isoformat()},
        "referral": {
            "office": referral.office.name,
            "purpose": referral.purpose.value,
            "training": referral.training,
        },
        "language": sitting.language,
        "mode": sitting.mode,
        "provisional": any(skill["provisional"] for skill in skills)
        or bool(recommended and recommended["provisional"]),
        "attendance": {
            "days": sorted({visit.day.isoformat() for visit in sitting.visits}),
            "sites": _sites(db, sitting),
            "end": sitting.state.value,
            "end_reason": sitting.end_reason.value if sitting.end_reason else None,
        },
        "circumstances": _circumstances(sitting),
        "skills": skills,
        **({"numeracy": numeracy} if numeracy else {}),
        "writing": writing["scripts"] if writing else [],
        "recommended": recommended,
        "recommendation": recommendation,
        "note": note,
        "supersedes": (
            {"version": replaces.version, "reason": correction} if replaces else None
        ),
        "signed": {
            "name": actor.name,
            "title": actor.title,
            "at": now.isoformat(),
            "day": clock.local_day(now).isoformat(),
        },
    }


def _skill(
    skill: Skill, result: SkillResult, decided: Decided, blind: BlindLevel | None
) -> dict[str, Any]:
    proposal = result.proposal
    certainty = None
    if proposal is not None:
        certainty = {
            name: proposal[name]
            for name in (
                *("levels", "level_probabilities", "bands", "band_probabilities"),
                *("most_probable_level", "level_set", "band", "borderline"),
            )
        }
    return {
        "skill": skill.value,
        "level": decided.level,
        "band": _band(skill, decided.level),
        "not_assessed": decided.not_assessed.value if decided.not_assessed else None,
        "proposed": proposal["most_probable_level"] if proposal else None,
        "proposed_not_assessed": result.not_assessed.value if result.not_assessed else None,
        "differs": differs(result, decided),
        "difference_reason": decided.reason.strip()[:LONGEST_REASON],
        "blind": {"level": blind.level, "at": blind.at.isoformat()} if blind else None,
        "certainty": certainty,
        "reasons": proposal["reasons"] if proposal else [],
        "versions": proposal["versions"] if proposal else {},
        "provisional": bool(proposal and proposal["provisional"]),
    }


def _band(skill: Skill, level: str | None) -> str | None:
    """On the scale of numeracy each level is a band of its own."""
    return level if level is None or skill is Skill.NUMERACY else band_of(level)


def _sites(db: Session, sitting: Sitting) -> list[str]:
    occasions = db.scalars(
        select(Occasion)
        .join(Booking, Booking.occasion_id == Occasion.id)
        .join(Visit, Visit.booking_id == Booking.id)
        .where(Visit.sitting_id == sitting.id)
        .options(joinedload(Occasion.site))
        .order_by(Occasion.id)
    )
    return list(dict.fromkeys(occasion.site.name for occasion in occasions))


def _circumstances(sitting: Sitting) -> dict[str, int]:
    """How often the desk did what may matter to the result; its words stay at the centre."""
    told = ("pause", "extra_time", "extra_play", "not_assessed", "ended")
    counts = {kind: sum(note.kind == kind for note in sitting.notes) for kind in told}
    return {kind: count for kind, count in counts.items() if count} | (
        {"extra_minutes": sitting.extra_minutes} if sitting.extra_minutes else {}
    )
