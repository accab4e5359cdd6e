"""The meeting of assessors: each says what to recommend and why; one of them signs in the end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scoring.recommendation_rules import Outcome
from testing import assessment, events
from testing.events import Action
from testing.models import (
    MeetingOpinion,
    RecommendationProposal,
    Sitting,
    Skill,
    SkillResult,
    Staff,
)
from testing.recommending import proposals
from testing.refusals import Refusal

LONGEST_COMMENT = 600
#: How many summaries stand side by side.
MOST = 6


class OpinionMissing(Refusal):
    """An opinion names what to recommend."""

    status = 400


@dataclass(frozen=True)
class Summary:
    """One person before the meeting."""

    sitting: Sitting
    #: Who looks has to give levels of their own before anything else is shown.
    must_give_levels: bool
    results: dict[Skill, SkillResult]
    proposal: RecommendationProposal | None
    #: The newest of each assessor, the oldest first.
    opinions: list[MeetingOpinion]

    @property
    def agreed(self) -> str | None:
        """What at least two assessors recommend, when nobody recommends anything else."""
        wanted = {one.outcome for one in self.opinions}
        return wanted.pop() if len(wanted) == 1 and len(self.opinions) > 1 else None


def give_opinion(
    db: Session,
    sitting: Sitting,
    outcome: str,
    comment: str,
    *,
    actor: Staff,
    now: datetime,
) -> MeetingOpinion:
    """The assessor's opinion stands beside the others'; an earlier one of theirs stays on record.

    :raise BlindFirst: the assessor's own levels come first.
    :raise OpinionMissing: nothing that can be recommended.
    """
    if assessment.must_give_levels_first(db, sitting, actor):
        raise assessment.BlindFirst
    if outcome not in set(Outcome):
        raise OpinionMissing
    row = MeetingOpinion(
        sitting_id=sitting.id,
        assessor_id=actor.id,
        outcome=outcome,
        comment=comment.strip()[:LONGEST_COMMENT],
        at=now,
    )
    db.add(row)
    events.record(
        db, Action.MEETING_COMMENT, on=sitting.person, subject=sitting, actor=actor, now=now
    )
    return row


def opinions(db: Session, sitting: Sitting) -> list[MeetingOpinion]:
    """The newest opinion of each assessor."""
    rows = db.scalars(
        select(MeetingOpinion)
        .where(MeetingOpinion.sitting_id == sitting.id)
        .options(joinedload(MeetingOpinion.assessor))
        .order_by(MeetingOpinion.id)
    )
    return list({row.assessor_id: row for row in rows}.values())


def summaries(db: Session, *, actor: Staff, now: datetime) -> list[Summary]:
    """Whoever waits for a signature with all ratings given, the longest wait first."""
    ready = [one for one in assessment.queue(db, actor.centre_id) if one.is_ready][:MOST]
    return [_summary(db, one.sitting, actor=actor, now=now) for one in ready]


def _summary(db: Session, sitting: Sitting, *, actor: Staff, now: datetime) -> Summary:
    if assessment.must_give_levels_first(db, sitting, actor):
        return Summary(sitting, True, {}, None, [])
    results = assessment.proposal(db, sitting, actor=actor, now=now)
    proposal = proposals.propose(db, sitting, results, {}, actor=actor, now=now)
    return Summary(sitting, False, results, proposal, opinions(db, sitting))
