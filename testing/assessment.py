"""Assessment: a named person looks at everything, says a level of their own, then decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from testing import events, evidence, proposals, rating
from testing.events import Action
from testing.models import (
    BlindLevel,
    Part,
    PartState,
    Person,
    Rating,
    Referral,
    Script,
    ScriptMode,
    Sitting,
    SittingState,
    Skill,
    SkillResult,
    Staff,
    Statement,
)
from testing.numeracy.levels import levels_of
from testing.refusals import NotFound, Refusal

CLOSED = (SittingState.FINISHED, SittingState.ENDED)


class SittingOpen(Refusal):
    """The person is still at it: nothing can be assessed yet."""


class RatingsMissing(Refusal):
    """A text still waits for a rater."""


class BlindFirst(Refusal):
    """While anything is provisional the assessor gives levels before seeing the proposal."""


class BlindLevelMissing(Refusal):
    """A skill has neither a level nor "cannot tell", or something that is no level."""

    status = 400


class AlreadyGiven(Refusal):
    """The assessor's own levels are kept already; nobody changes them."""


@dataclass(frozen=True)
class Waiting:
    """A sitting in the assessor's queue."""

    sitting: Sitting
    #: Texts without a level.
    unrated: int
    #: When the oldest rating that is begun, not sent and could be another's was taken.
    taken_at: datetime | None

    @property
    def is_ready(self) -> bool:
        return self.unrated == 0


def queue(db: Session, centre_id: int) -> list[Waiting]:
    """Sittings that came to their end and have no statement, the oldest first."""
    rows = db.scalars(
        select(Sitting)
        .where(
            Sitting.centre_id == centre_id,
            Sitting.state.in_(CLOSED),
            ~exists().where(Statement.sitting_id == Sitting.id),
        )
        .options(
            joinedload(Sitting.person),
            joinedload(Sitting.referral),
            selectinload(Sitting.parts),
        )
        .order_by(Sitting.closed_at, Sitting.id)
    )
    return [_waiting(db, sitting) for sitting in rows]


def signed_lately(db: Session, centre_id: int, most: int = 20) -> list[Statement]:
    """The newest statements of the centre."""
    return list(
        db.scalars(
            select(Statement)
            .where(Statement.centre_id == centre_id)
            .options(joinedload(Statement.sitting).joinedload(Sitting.person))
            .order_by(Statement.id.desc())
            .limit(most)
        )
    )


def own(db: Session, public_id: str, staff: Staff) -> Sitting:
    """The sitting, if it is of the assessor's centre and came to its end.

    :raise NotFound: another centre's and a missing one look the same.
    :raise SittingOpen: the person is still at it.
    """
    sitting = db.scalar(
        select(Sitting)
        .where(Sitting.public_id == public_id)
        .options(
            joinedload(Sitting.person).joinedload(Person.centre),
            joinedload(Sitting.referral).joinedload(Referral.office),
            selectinload(Sitting.parts),
            selectinload(Sitting.notes),
            selectinload(Sitting.visits),
        )
    )
    if sitting is None or sitting.centre_id != staff.centre_id:
        raise NotFound
    if sitting.state not in CLOSED:
        raise SittingOpen
    return sitting


def skills_with_evidence(db: Session, sitting: Sitting) -> list[Skill]:
    """Skills, and numeracy, of which something was answered or written."""
    return [part.skill for part in evidence.of_sitting(db, sitting) if part.has_evidence]


def blind_skills(db: Session, sitting: Sitting) -> list[Skill]:
    """Skills for which a level is asked before the proposal: those with something provisional."""
    parts = {part.skill: part for part in sitting.parts}
    return [
        skill
        for skill in skills_with_evidence(db, sitting)
        if proposals.is_provisional(db, parts[skill])
    ]


def blind_levels(db: Session, sitting: Sitting, assessor: Staff) -> dict[Skill, BlindLevel]:
    """What this assessor said before seeing the proposal."""
    rows = db.scalars(
        select(BlindLevel).where(
            BlindLevel.sitting_id == sitting.id, BlindLevel.assessor_id == assessor.id
        )
    )
    return {row.skill: row for row in rows}


def give_blind_levels(
    db: Session,
    sitting: Sitting,
    levels: Mapping[Skill, str | None],
    *,
    actor: Staff,
    now: datetime,
) -> None:
    """The assessor's own levels are kept; None stands for "cannot tell".

    :raise AlreadyGiven: they were given before.
    :raise BlindLevelMissing: a skill is missing or too much, or the level is none.
    """
    asked = blind_skills_left(db, sitting, actor)
    if not asked and blind_levels(db, sitting, actor):
        raise AlreadyGiven
    if set(levels) != set(asked):
        raise BlindLevelMissing
    for skill, level in levels.items():
        if level is not None and level not in levels_of(skill):
            raise BlindLevelMissing
        db.add(
            BlindLevel(
                sitting_id=sitting.id, skill=skill, level=level, assessor_id=actor.id, at=now
            )
        )
    db.flush()
    events.record(
        db, Action.RESULT_BLIND_LEVEL, on=sitting.person, subject=sitting, actor=actor, now=now
    )


def must_give_levels_first(db: Session, sitting: Sitting, assessor: Staff) -> bool:
    return bool(blind_skills_left(db, sitting, assessor))


def blind_skills_left(db: Session, sitting: Sitting, assessor: Staff) -> list[Skill]:
    """Skills of which this assessor has not said a level yet."""
    given = blind_levels(db, sitting, assessor)
    return [skill for skill in blind_skills(db, sitting) if skill not in given]


def proposal(
    db: Session, sitting: Sitting, *, actor: Staff, now: datetime
) -> dict[Skill, SkillResult]:
    """The system's proposal of each skill, frozen at the first look.

    :raise BlindFirst: the assessor's own levels come first.
    :raise RatingsMissing: a text waits for a rater.
    """
    if must_give_levels_first(db, sitting, actor):
        raise BlindFirst
    if _waiting(db, sitting).unrated:
        raise RatingsMissing
    return proposals.of_sitting(db, sitting, actor=actor, now=now)


def numeracy(db: Session, sitting: Sitting) -> dict[Skill, SkillResult]:
    """The proposal of numeracy, decided beside those of `proposal`; empty without the part."""
    result = proposals.numeracy(db, sitting)
    return {Skill.NUMERACY: result} if result else {}


def waiting_of(db: Session, sitting: Sitting) -> Waiting:
    return _waiting(db, sitting)


def unrated_talk(db: Session, sitting: Sitting) -> Script | None:
    """The talk that waits for a level, if any: where it was heard once, for one rater alone."""
    return db.scalar(
        select(Script)
        .join(Script.part)
        .where(
            Part.sitting_id == sitting.id,
            Part.state == PartState.DONE,
            Part.skill == Skill.SPEAKING,
            Script.level.is_(None),
        )
    )


def ask_another_rater(db: Session, sitting: Sitting, *, actor: Staff, now: datetime) -> int:
    """Ratings that were begun and not sent are given back; returns how many.

    A talk that was heard once stays with the one who sat beside.
    """
    begun = _begun_blind(db, sitting)
    for one in begun:
        rating.give_back(db, one, actor=actor, now=now)
    return len(begun)


def _waiting(db: Session, sitting: Sitting) -> Waiting:
    unrated = [
        script
        for script in db.scalars(
            select(Script)
            .join(Script.part)
            .where(Part.sitting_id == sitting.id, Part.state != PartState.NOT_ASSESSED)
        )
        if rating.is_rateable(script) and script.level is None
    ]
    taken = [one.taken_at for one in _begun_blind(db, sitting)]
    return Waiting(sitting, len(unrated), min(taken, default=None))


def _begun_blind(db: Session, sitting: Sitting) -> list[Rating]:
    return [
        one
        for one in _ratings(db, sitting)
        if one.submitted_at is None and one.script.mode is not ScriptMode.LIVE
    ]


def _ratings(db: Session, sitting: Sitting) -> list[Rating]:
    return list(
        db.scalars(
            select(Rating)
            .join(Rating.script)
            .join(Script.part)
            .where(Part.sitting_id == sitting.id)
            .options(joinedload(Rating.script))
        )
    )
