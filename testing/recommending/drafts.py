"""Versions of a centre's rules: a draft is made, changed, tried on past persons, and published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from scoring import recommendation
from scoring.recommendation import Facts
from scoring.recommendation_reading import read_unchecked
from scoring.recommendation_rules import Found, Rules
from testing import events, statements
from testing.events import Action
from testing.models import (
    RecommendationProposal,
    RecommendationRules,
    RulesState,
    Sitting,
    Staff,
    Statement,
)
from testing.recommending import rulebook
from testing.refusals import NotFound, Refusal

#: A dry run looks at so many statements, the newest first.
MOST_TRIED = 300
LISTS = ("rule", "addition", "requirement")

Content = dict[str, Any]


class DraftExists(Refusal):
    """There is a draft already; two at once would overwrite each other."""


class DraftChanged(Refusal):
    """Somebody else changed the draft since the page was opened."""


class RulesPublished(Refusal):
    """A published version is never changed; a new draft is made of it."""


class RulesNotWhole(Refusal):
    """Rules with faults are not published."""

    status = 400


def versions(db: Session, centre_id: int) -> list[RecommendationRules]:
    """Every version of the centre, the newest first."""
    return list(
        db.scalars(
            select(RecommendationRules)
            .where(RecommendationRules.centre_id == centre_id)
            .options(
                joinedload(RecommendationRules.made_by),
                joinedload(RecommendationRules.published_by),
            )
            .order_by(RecommendationRules.number.desc())
        )
    )


def own(db: Session, public_id: str, staff: Staff) -> RecommendationRules:
    """A version of the centre's own.

    :raise NotFound: another centre's and a missing one look the same.
    """
    found = db.scalar(
        select(RecommendationRules)
        .where(RecommendationRules.public_id == public_id)
        .with_for_update(key_share=True)
    )
    if found is None or found.centre_id != staff.centre_id:
        raise NotFound
    return found


def begin(db: Session, *, actor: Staff, now: datetime) -> RecommendationRules:
    """A draft that says what the rules in use say.

    :raise DraftExists: there is one.
    """
    if any(one.state is RulesState.DRAFT for one in versions(db, actor.centre_id)):
        raise DraftExists
    newest = db.scalar(
        select(func.max(RecommendationRules.number)).where(
            RecommendationRules.centre_id == actor.centre_id
        )
    )
    number = (newest or 0) + 1
    content = rulebook.in_use(db, actor.centre_id).to_record()
    draft = RecommendationRules(
        centre_id=actor.centre_id,
        number=number,
        state=RulesState.DRAFT,
        content=content | {"version": f"centre-{number}"},
        made_by_id=actor.id,
        made_at=now,
        changed_at=now,
    )
    db.add(draft)
    db.flush()
    _note_change(db, draft, actor=actor, now=now)
    return draft


def seen(draft: RecommendationRules) -> str:
    """What a page hands back, so that nobody overwrites a change that they have not seen."""
    return draft.changed_at.isoformat()


def change(
    db: Session,
    draft: RecommendationRules,
    how: Callable[[Content], Content],
    *,
    seen_at: str,
    actor: Staff,
    now: datetime,
) -> None:
    """The draft says what `how` makes of it; it may be faulty until it is published.

    :raise RulesPublished: it is no draft any more.
    :raise DraftChanged: another change came first.
    """
    _refuse_unless_draft(draft, seen_at)
    draft.content = how(dict(draft.content))
    draft.changed_at = now
    _note_change(db, draft, actor=actor, now=now)


def put(kind: str, place: int, row: Mapping[str, Any]) -> Callable[[Content], Content]:
    """A rule, addition or requirement stands at its place; at the end it is a new one."""

    def how(content: Content) -> Content:
        rows = list(content.get(kind, ()))
        if place >= len(rows):
            # What everybody falls through to stays last.
            last = len(rows) - 1 if kind == "rule" and rows else len(rows)
            rows.insert(last, dict(row))
        else:
            rows[place] = dict(row)
        return content | {kind: rows}

    return how


def remove(kind: str, place: int) -> Callable[[Content], Content]:
    """Without the row at this place."""

    def how(content: Content) -> Content:
        rows = [one for at, one in enumerate(content.get(kind, ())) if at != place]
        return content | {kind: rows}

    return how


def move(kind: str, place: int, by: int) -> Callable[[Content], Content]:
    """The row at this place changes with its neighbour; at the edge nothing happens."""

    def how(content: Content) -> Content:
        rows = list(content.get(kind, ()))
        other = place + by
        if 0 <= place < len(rows) and 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
        return content | {kind: rows}

    return how


def faults(draft: RecommendationRules) -> list[Found]:
    """All that is wrong with the rules."""
    _rules, found = read_unchecked(draft.content)
    return found


def publish(
    db: Session, draft: RecommendationRules, *, seen_at: str, actor: Staff, now: datetime
) -> None:
    """From now on the centre's proposals are made by these rules.

    :raise RulesPublished: it is no draft any more.
    :raise DraftChanged: another change came first.
    :raise RulesNotWhole: something is wrong with them.
    """
    _refuse_unless_draft(draft, seen_at)
    if faults(draft):
        raise RulesNotWhole
    draft.state = RulesState.PUBLISHED
    draft.published_at = now
    draft.published_by_id = actor.id
    db.flush()
    events.record(
        db,
        Action.RULES_PUBLISH,
        on=actor.centre,
        subject=draft,
        actor=actor,
        now=now,
        number=draft.number,
        digest=rulebook.digest_of(rulebook.rules_of(draft.content)),
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


def _refuse_unless_draft(draft: RecommendationRules, seen_at: str) -> None:
    if draft.state is not RulesState.DRAFT:
        raise RulesPublished
    if seen_at != seen(draft):
        raise DraftChanged


def _note_change(db: Session, draft: RecommendationRules, *, actor: Staff, now: datetime) -> None:
    events.record(
        db,
        Action.RULES_CHANGE,
        on=actor.centre,
        subject=draft,
        actor=actor,
        now=now,
        number=draft.number,
    )
