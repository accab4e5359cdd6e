"""Proposals of recommendation, frozen as the assessor saw them, and the decision that is signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring import recommendation
from scoring.recommendation import Facts
from scoring.recommendation_rules import Addition, Outcome
from testing import events
from testing.events import Action
from testing.models import (
    NotAssessed,
    RecommendationProposal,
    Sitting,
    Skill,
    SkillResult,
    Staff,
)
from testing.recommending import facts, reasons, rulebook
from testing.refusals import Refusal

LONGEST_REASON = 200

Levels = Mapping[Skill, tuple[str | None, NotAssessed | None]]


class RecommendationMissing(Refusal):
    """No outcome that can be recommended was chosen."""

    status = 400


class OverrideReasonMissing(Refusal):
    """The recommendation differs from the proposal: that needs a reason."""

    status = 400


class ProposalChanged(Refusal):
    """The decided levels or new facts lead to another proposal than the one that was shown."""


@dataclass(frozen=True)
class Recommended:
    """What the assessor recommends, and which proposal they had before their eyes."""

    outcome: str
    #: Number of the proposal that was shown.
    shown: int
    additions: tuple[str, ...] = ()
    reason: str = ""


def propose(
    db: Session,
    sitting: Sitting,
    results: Mapping[Skill, SkillResult],
    decided: Levels,
    *,
    actor: Staff,
    now: datetime,
) -> RecommendationProposal:
    """The proposal for what is known now: a new one only where facts or rules are other ones."""
    rules = rulebook.in_use(db, sitting.centre_id)
    known = facts.of_sitting(db, sitting, results, decided, rules)
    digest = rulebook.digest_of(rules)
    # Two assessors at once must not both make the next number.
    db.execute(select(Sitting.id).where(Sitting.id == sitting.id).with_for_update(key_share=True))
    newest = newest_of(db, sitting)
    record = known.to_record()
    if newest is not None and newest.rules_digest == digest and newest.facts == record:
        return newest
    row = RecommendationProposal(
        sitting_id=sitting.id,
        number=newest.number + 1 if newest else 1,
        facts=record,
        proposal=recommendation.propose(rules, known).to_record(),
        rules_digest=digest,
        made_at=now,
    )
    db.add(row)
    db.flush()
    events.record(
        db,
        Action.RECOMMENDATION_PROPOSE,
        on=sitting.person,
        subject=sitting,
        actor=actor,
        now=now,
        number=row.number,
        rules=digest,
    )
    return row


def newest_of(db: Session, sitting: Sitting) -> RecommendationProposal | None:
    return db.scalar(
        select(RecommendationProposal)
        .where(RecommendationProposal.sitting_id == sitting.id)
        .order_by(RecommendationProposal.number.desc())
        .limit(1)
    )


def numbered(db: Session, sitting: Sitting, number: int) -> RecommendationProposal | None:
    return db.scalar(
        select(RecommendationProposal).where(
            RecommendationProposal.sitting_id == sitting.id,
            RecommendationProposal.number == number,
        )
    )


def is_another(shown: RecommendationProposal | None, now: RecommendationProposal) -> bool:
    """Whether an assessor who saw `shown` has to look again before signing."""
    if shown is None:
        return True
    names = ("outcome", "second", "entry", "additions", "sufficiency")
    return any(_told(shown.proposal, name) != _told(now.proposal, name) for name in names)


def _told(proposal: Mapping[str, Any], name: str) -> Any:
    """What of a proposal decides, without how sure it is."""
    value = proposal[name]
    if name == "additions":
        return [outcome for outcome, _rule, _share in value]
    if name == "sufficiency" and value:
        return value["requirement"]["id"], [one["skill"] for one in value["short"]]
    return value


def settle(
    db: Session,
    sitting: Sitting,
    results: Mapping[Skill, SkillResult],
    decided: Levels,
    recommended: Recommended,
    *,
    actor: Staff,
    now: datetime,
) -> dict[str, Any]:
    """What the statement says of the recommendation: the decision, the proposal and its reasons.

    :raise RecommendationMissing: no outcome or addition by that name.
    :raise OverrideReasonMissing: another outcome than proposed, without a reason.
    :raise ProposalChanged: the levels lead to another proposal than the assessor saw.
    """
    known_additions = {one.value for one in Addition}
    if recommended.outcome not in set(Outcome) or set(recommended.additions) - known_additions:
        raise RecommendationMissing
    row = propose(db, sitting, results, decided, actor=actor, now=now)
    if is_another(numbered(db, sitting, recommended.shown), row):
        raise ProposalChanged
    proposal = row.proposal
    differs = recommended.outcome != proposal["outcome"]
    if differs and not recommended.reason.strip():
        raise OverrideReasonMissing
    known = Facts.from_record(row.facts)
    rules = rulebook.in_use(db, sitting.centre_id)
    entry = (
        recommendation.entry(rules, known, recommended.outcome) if differs else proposal["entry"]
    )
    return {
        "outcome": recommended.outcome,
        "proposed": proposal["outcome"],
        "differs": differs,
        "difference_reason": recommended.reason.strip()[:LONGEST_REASON] if differs else "",
        # The second best of an override is what the rules would have said.
        "second": proposal["outcome"] if differs else proposal["second"],
        "entry": entry,
        "additions": [one.value for one in Addition if one.value in recommended.additions],
        "shares": proposal["shares"],
        "is_sure": proposal["is_sure"],
        "sufficiency": proposal["sufficiency"],
        "uneven": proposal["uneven"],
        "reasons": reasons.of(row),
        "proposal": row.number,
        "rules": {"version": proposal["version"], "digest": row.rules_digest},
        "provisional": proposal["provisional"],
    }
