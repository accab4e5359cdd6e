"""Versions of a centre's rules: a draft is made, changed, tried on past persons, and published."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scoring import recommendation
from scoring.recommendation import Facts
from scoring.recommendation_reading import read_unchecked
from scoring.recommendation_rules import Found, Rules
from testing import statements
from testing.models import (
    RecommendationProposal,
    RecommendationRules,
    Sitting,
    Staff,
    Statement,
)
from testing.recommending import rulebook

#: A dry run looks at so many statements, the newest first.
MOST_TRIED = 300
LISTS = ("rule", "addition", "requirement")


def begin(db: Session, *, actor: Staff, now: datetime) -> RecommendationRules:
    """A draft that says what the rules in use say.

    :raise DraftExists: there is one.
    """
    content = rulebook.in_use(db, actor.centre_id).to_record()
    return rulebook.SHELF.begin(db, content, actor=actor, now=now)


def faults(draft: RecommendationRules) -> list[Found]:
    """All that is wrong with the rules."""
    _rules, found = read_unchecked(draft.content)
    return found


def publish(
    db: Session, draft: RecommendationRules, *, seen_at: str, actor: Staff, now: datetime
) -> None:
    """From now on the centre's proposals are made by these rules.

    :raise VersionPublished: it is no draft any more.
    :raise DraftChanged: another change came first.
    :raise DraftNotWhole: something is wrong with them.
    """
    is_whole = not faults(draft)
    digest = rulebook.digest_of(rulebook.rules_of(draft.content)) if is_whole else ""
    rulebook.SHELF.publish(
        db, draft, is_whole=is_whole, digest=digest, seen_at=seen_at, actor=actor, now=now
    )


@dataclass(frozen=True)
class Otherwise:
    """A past person for whom the draft proposes something else."""

    statement: Statement
    #: What was signed, what the rules of then proposed, what the draft proposes.
    signed: str
    before: str
    now: str
    #: How probable the draft's proposal is.
    share: float


@dataclass(frozen=True)
class DryRun:
    """What a draft would have proposed to those who were assessed."""

    tried: int
    #: Statements that carry no recommendation by rules.
    without: int
    otherwise: list[Otherwise]
    #: Outcome → (by the rules of then, by the draft).
    counts: dict[str, tuple[int, int]]


def try_out(db: Session, draft: RecommendationRules, rules: Rules) -> DryRun:
    """The draft's proposals for the newest statements of the centre; nothing is kept."""
    newest = db.scalars(
        select(Statement)
        .where(Statement.centre_id == draft.centre_id)
        .options(
            joinedload(Statement.sitting).joinedload(Sitting.person),
            joinedload(Statement.sitting).joinedload(Sitting.referral),
        )
        .order_by(Statement.id.desc())
        .limit(MOST_TRIED)
    ).all()
    replaced = {one.supersedes_id for one in newest}
    current = [one for one in newest if one.id not in replaced]
    otherwise, without = [], 0
    counts: dict[str, list[int]] = {}
    for statement in current:
        recommended = statements.content_of(statement).get("recommended")
        row = _proposal_of(db, statement, recommended)
        if recommended is None or row is None:
            without += 1
            continue
        before = row.proposal["outcome"]
        found = recommendation.propose(rules, _facts(row, statement, rules))
        counts.setdefault(before, [0, 0])[0] += 1
        counts.setdefault(found.outcome, [0, 0])[1] += 1
        if found.outcome != before:
            otherwise.append(
                Otherwise(
                    statement,
                    recommended["outcome"],
                    before,
                    found.outcome,
                    found.shares[0][1],
                )
            )
    return DryRun(
        tried=len(current) - without,
        without=without,
        otherwise=otherwise,
        counts={outcome: (pair[0], pair[1]) for outcome, pair in counts.items()},
    )


def _proposal_of(
    db: Session, statement: Statement, recommended: Mapping[str, Any] | None
) -> RecommendationProposal | None:
    if recommended is None:
        return None
    return db.scalar(
        select(RecommendationProposal).where(
            RecommendationProposal.sitting_id == statement.sitting_id,
            RecommendationProposal.number == recommended["proposal"],
        )
    )


def _facts(row: RecommendationProposal, statement: Statement, rules: Rules) -> Facts:
    """The facts as they were; a requirement that the draft does not know becomes its usual one."""
    known = Facts.from_record(row.facts)
    if known.requirement is None or rules.requirement(known.requirement) is not None:
        return known
    usual = rules.requirement_for(statement.sitting.referral.training)
    return replace(known, requirement=usual.id if usual else None)
