"""Comparisons with today's rules, and the decisions about those who would be placed otherwise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from items.canonical import value_digest
from scoring import recommendation
from scoring.recommendation import Facts
from testing import events, proposals
from testing.events import Action
from testing.literacy import judging
from testing.models import (
    Centre,
    Person,
    RescoringCase,
    RescoringDecision,
    RescoringRun,
    Sitting,
    Skill,
    SkillResult,
    Staff,
    Statement,
)
from testing.recommending import proposals as recommended
from testing.recommending import rulebook
from testing.refusals import NotFound, Refusal
from testing.rescoring import anew, literacy
from testing.rescoring.anew import CannotRescore, Change

#: The newest statements that one comparison looks at; older ones have been acted upon.
MOST = 3000


class CauseMissing(Refusal):
    """A comparison says what was changed."""

    status = 400


class DecisionReasonMissing(Refusal):
    """A decision about a person's result has a reason."""

    status = 400


class AlreadyDecided(Refusal):
    """Somebody decided about this case meanwhile, or the statement was replaced."""


class ComparisonOutdated(Refusal):
    """Rules, keys or cuts were changed again since the comparison: it has to be made anew."""


@dataclass(frozen=True)
class Found:
    """A statement that would be another one today."""

    statement_id: int
    changes: dict[str, Any]

    @property
    def is_any(self) -> bool:
        return any(self.changes.values())

    @property
    def digest(self) -> str:
        """Of what decides, not of how exactly: the same difference is asked about once."""
        skills = [
            [one["skill"], one["before"], one["after"]["most_probable_level"]]
            for one in self.changes["skills"]
        ]
        decides = {"skills": skills, "recommendation": self.changes["recommendation"]}
        if self.changes["literacy"]:
            decides["literacy"] = self.changes["literacy"]
        return value_digest(decides)


@dataclass(frozen=True)
class Compared:
    """What a comparison found; nothing is kept yet."""

    found: list[Found]
    #: Every statement that was looked at.
    statements: list[int]
    compared: int
    #: Statements that today's engine or bank cannot read: they stand.
    beyond: int
    versions: dict[str, Any]


def compare(db: Session, centre_id: int) -> Compared:
    """The centre's standing statements beside what would be proposed today. Slow: reads only."""
    later = aliased(Statement)
    rows = db.scalars(
        select(Statement)
        .outerjoin(later, later.supersedes_id == Statement.id)
        .where(Statement.centre_id == centre_id, later.id.is_(None))
        .order_by(Statement.id.desc())
        .limit(MOST)
        .options(joinedload(Statement.sitting).selectinload(Sitting.parts))
    ).all()
    rules = rulebook.in_use(db, centre_id)
    found, beyond, versions = [], 0, {"recommendation": rulebook.digest_of(rules)}
    for statement in rows:
        try:
            one = _find(db, statement, rules)
        except CannotRescore:
            beyond += 1
            continue
        for skill in one.changes["skills"]:
            where = f"{statement.content['language']}-{skill['skill']}"
            versions[where] = skill["after"]["versions"].get("standard", "")
        if one.changes["literacy"]:
            language = statement.content["language"]
            versions[f"{language}-literacy"] = literacy.version_of(language)
        if one.is_any:
            found.append(one)
    looked_at = [statement.id for statement in rows]
    return Compared(found, looked_at, len(rows) - beyond, beyond, versions)


def _find(db: Session, statement: Statement, rules: Any) -> Found:
    """
    :raise CannotRescore: today's engine or bank cannot read what was answered.
    """
    changed = anew.changes_of(db, statement.sitting, _frozen(db, statement))
    signed = {one["skill"]: one["level"] for one in statement.content["skills"]}
    if "numeracy" in statement.content:
        signed[Skill.NUMERACY.value] = statement.content["numeracy"]["level"]
    skills = [_record(change, signed) for change in changed]
    outcome = _outcome(db, statement, rules)
    classed = literacy.change_of(db, statement.sitting)
    return Found(
        statement.id, {"skills": skills, "recommendation": outcome, "literacy": classed}
    )


def _frozen(db: Session, statement: Statement) -> dict[Skill, SkillResult]:
    """The proposals of all that was signed, numeracy among them."""
    numeracy = proposals.numeracy(db, statement.sitting)
    found = proposals.frozen(db, statement.sitting)
    if numeracy is not None and "numeracy" in statement.content:
        found[Skill.NUMERACY] = numeracy
    return found


def _record(change: Change, signed: dict[str, Any]) -> dict[str, Any]:
    return {
        "skill": change.skill.value,
        "signed": signed.get(change.skill.value),
        "before": {name: change.before[name] for name in ("most_probable_level", "band")},
        "after": change.after,
        "moves_band": change.moves_band,
    }


def _outcome(db: Session, statement: Statement, rules: Any) -> dict[str, str] | None:
    """What the rules would recommend today for the same facts, where that is another outcome."""
    signed = statement.content.get("recommended")
    seen = recommended.numbered(db, statement.sitting, signed["proposal"]) if signed else None
    if seen is None or seen.rules_digest == rulebook.digest_of(rules):
        return None
    today = recommendation.propose(rules, Facts.from_record(seen.facts)).to_record()
    before, after = seen.proposal["outcome"], today["outcome"]
    return None if before == after else {"before": before, "after": after}


def keep(
    db: Session, compared: Compared, *, cause: str, actor: Staff, now: datetime
) -> RescoringRun:
    """The comparison and its cases are kept; a difference that was decided about stays decided.

    An undecided difference that is no longer found is forgotten: nothing followed from it.

    :raise CauseMissing: nobody says what was changed.
    """
    if not cause.strip():
        raise CauseMissing
    # Two comparisons at once are kept one after the other: a difference becomes one case.
    db.execute(
        select(Centre.id).where(Centre.id == actor.centre_id).with_for_update(key_share=True)
    )
    run = RescoringRun(
        centre_id=actor.centre_id,
        cause=cause.strip()[:300],
        compared=compared.compared,
        beyond=compared.beyond,
        versions=compared.versions,
        made_by_id=actor.id,
        made_at=now,
    )
    db.add(run)
    db.flush()
    _forget_outdated(db, compared)
    new = 0
    for found in compared.found:
        known = db.scalar(
            select(RescoringCase.id).where(
                RescoringCase.statement_id == found.statement_id,
                RescoringCase.digest == found.digest,
            )
        )
        if known is None:
            new += 1
            db.add(
                RescoringCase(
                    run_id=run.id,
                    statement_id=found.statement_id,
                    changes=found.changes,
                    digest=found.digest,
                )
            )
    db.flush()
    events.record(
        db,
        Action.RESCORING_RUN,
        on=db.get_one(Centre, actor.centre_id),
        subject=run,
        actor=actor,
        now=now,
        compared=run.compared,
        beyond=run.beyond,
        found=new,
    )
    return run


def _forget_outdated(db: Session, compared: Compared) -> None:
    still = {(one.statement_id, one.digest) for one in compared.found}
    waiting = db.scalars(
        select(RescoringCase).where(
            RescoringCase.statement_id.in_(compared.statements),
            RescoringCase.decision.is_(None),
        )
    ).all()
    for case in waiting:
        if (case.statement_id, case.digest) not in still:
            db.delete(case)
    db.flush()


def open_cases(db: Session, centre_id: int) -> list[RescoringCase]:
    """What waits for a decision: those whose band moves first. Replaced statements wait no more."""
    later = aliased(Statement)
    rows = db.scalars(
        select(RescoringCase)
        .join(RescoringCase.statement)
        .outerjoin(later, later.supersedes_id == Statement.id)
        .where(
            Statement.centre_id == centre_id,
            RescoringCase.decision.is_(None),
            later.id.is_(None),
        )
        .options(
            joinedload(RescoringCase.statement)
            .joinedload(Statement.sitting)
            .joinedload(Sitting.person),
            joinedload(RescoringCase.run),
        )
        .order_by(RescoringCase.id)
    ).all()
    return sorted(rows, key=lambda one: not is_placed_otherwise(one))


def to_sign(db: Session, centre_id: int) -> list[RescoringCase]:
    """Decided to be replaced, and not signed anew yet."""
    later = aliased(Statement)
    return list(
        db.scalars(
            select(RescoringCase)
            .join(RescoringCase.statement)
            .outerjoin(later, later.supersedes_id == Statement.id)
            .where(
                Statement.centre_id == centre_id,
                RescoringCase.decision == RescoringDecision.REPLACE,
                later.id.is_(None),
            )
            .options(
                joinedload(RescoringCase.statement)
                .joinedload(Statement.sitting)
                .joinedload(Sitting.person)
            )
            .order_by(RescoringCase.id)
        )
    )


def is_placed_otherwise(case: RescoringCase) -> bool:
    """Whether a band, the recommendation or the class of literacy would be another one, not only a
    sub-level."""
    moves = any(one["moves_band"] for one in case.changes["skills"])
    return moves or case.changes["recommendation"] is not None or is_classed_otherwise(case)


def is_classed_otherwise(case: RescoringCase) -> bool:
    """Whether the rules would propose something else of reading and writing."""
    return case.changes.get("literacy") is not None


def runs(db: Session, centre_id: int, most: int = 20) -> list[RescoringRun]:
    """The newest comparisons with their cases."""
    return list(
        db.scalars(
            select(RescoringRun)
            .where(RescoringRun.centre_id == centre_id)
            .options(joinedload(RescoringRun.made_by), selectinload(RescoringRun.cases))
            .order_by(RescoringRun.id.desc())
            .limit(most)
        )
    )


def own(db: Session, public_id: str, staff: Staff) -> RescoringCase:
    """
    :raise NotFound: another centre's case and a missing one look the same.
    """
    case = db.scalar(
        select(RescoringCase)
        .where(RescoringCase.public_id == public_id)
        .options(
            joinedload(RescoringCase.run),
            joinedload(RescoringCase.statement)
            .joinedload(Statement.sitting)
            .joinedload(Sitting.person)
            .joinedload(Person.centre),
        )
    )
    if case is None or case.statement.centre_id != staff.centre_id:
        raise NotFound
    return case


def decide(
    db: Session,
    case: RescoringCase,
    decision: RescoringDecision,
    *,
    reason: str,
    actor: Staff,
    now: datetime,
) -> None:
    """A named person decides. To replace, the new proposals are put before the assessor, who signs.

    :raise DecisionReasonMissing: no words why.
    :raise AlreadyDecided: somebody was quicker, or the statement was replaced.
    :raise ComparisonOutdated: what would be otherwise today is not what was shown.
    """
    if not reason.strip():
        raise DecisionReasonMissing
    locked = db.scalars(
        select(RescoringCase)
        .where(RescoringCase.id == case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    superseded = db.scalar(
        select(Statement.id).where(Statement.supersedes_id == case.statement_id)
    )
    if locked.decision is not None or superseded is not None:
        raise AlreadyDecided
    today = _today(db, case)
    case.decision, case.reason = decision, reason.strip()[:300]
    case.decided_by_id, case.decided_at = actor.id, now
    if decision is RescoringDecision.REPLACE:
        _propose(db, case, today, now)
        if any(one["skill"] == Skill.NUMERACY for one in today.changes["skills"]):
            judging.propose_again(db, case.statement.sitting, actor=actor, now=now)
        if is_classed_otherwise(case):
            literacy.propose(db, case.statement.sitting, actor=actor, now=now)
    events.record(
        db,
        Action.RESCORING_DECIDE,
        on=case.statement.sitting.person,
        subject=case,
        actor=actor,
        now=now,
        statement=case.statement.public_id,
        decision=decision.value,
    )


def _today(db: Session, case: RescoringCase) -> Found:
    try:
        today = _find(db, case.statement, rulebook.in_use(db, case.statement.centre_id))
    except CannotRescore as problem:
        raise ComparisonOutdated from problem
    if today.digest != case.digest:
        raise ComparisonOutdated
    return today


def _propose(db: Session, case: RescoringCase, today: Found, now: datetime) -> None:
    """What would be proposed today stands beside what was, as a newer version of the proposal."""
    before = _frozen(db, case.statement)
    for one in today.changes["skills"]:
        skill = Skill(one["skill"])
        db.add(
            SkillResult(
                sitting_id=case.statement.sitting_id,
                skill=skill,
                version=before[skill].version + 1,
                proposal=one["after"],
                made_at=now,
            )
        )
    db.flush()
