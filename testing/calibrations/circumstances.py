"""What was otherwise at a sitting, so that its answers may be left out of a calibration."""

from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scoring.literacy import Classification
from testing.models import (
    HelpCall,
    Interview,
    LiteracyScreen,
    NotAssessed,
    Sitting,
    SittingNote,
    Skill,
    SkillResult,
    Statement,
    Visit,
)


class Circumstance(StrEnum):
    #: Large print, paper, extra plays, somebody who operated the kiosk, extra time.
    ACCOMMODATED = "accommodated"
    #: Somebody was called to the kiosk.
    HELPED = "helped"
    #: Paused, moved to another seat, or on several days.
    INTERRUPTED = "interrupted"


#: Kinds of desk notes by what they tell.
NOTES = {
    "extra_time": Circumstance.ACCOMMODATED,
    "extra_play": Circumstance.ACCOMMODATED,
    "pause": Circumstance.INTERRUPTED,
    "moved_seat": Circumstance.INTERRUPTED,
}
#: Reasons for no level that also say that the answers measure something else. A synthetic voice
#: is not among them: the recording belongs to the task version.
MEANINGLESS = frozenset(
    {
        NotAssessed.SCRIPT,
        NotAssessed.HEARING,
        NotAssessed.SIGHT,
        NotAssessed.HEALTH,
        NotAssessed.REFUSED,
        NotAssessed.TECHNICAL,
    }
)


def circumstances(db: Session, centre_id: int) -> dict[Circumstance, set[int]]:
    """Ids of the centre's sittings at which each was the case."""
    found: dict[Circumstance, set[int]] = {one: set() for one in Circumstance}
    asked = select(Sitting.id, Interview.answers).join(
        Interview, Interview.referral_id == Sitting.referral_id
    )
    for sitting, answers in db.execute(_own(asked, centre_id)):
        if answers.get("accommodations"):
            found[Circumstance.ACCOMMODATED].add(sitting)
    longer = select(Sitting.id).where(Sitting.extra_minutes > 0)
    found[Circumstance.ACCOMMODATED] |= set(db.scalars(_own(longer, centre_id)))
    notes = (
        select(SittingNote.sitting_id, SittingNote.kind)
        .join(Sitting, Sitting.id == SittingNote.sitting_id)
        .where(SittingNote.kind.in_(NOTES))
    )
    for sitting, kind in db.execute(_own(notes, centre_id)):
        found[NOTES[kind]].add(sitting)
    seats = (
        select(Visit.sitting_id)
        .join(Sitting, Sitting.id == Visit.sitting_id)
        .where(Visit.bound_at.is_not(None))
        .group_by(Visit.sitting_id)
        .having(func.count() > 1)
    )
    found[Circumstance.INTERRUPTED] |= set(db.scalars(_own(seats, centre_id)))
    calls = (
        select(Visit.sitting_id)
        .join(HelpCall, HelpCall.visit_id == Visit.id)
        .join(Sitting, Sitting.id == Visit.sitting_id)
        .where(HelpCall.reason == "help")
    )
    found[Circumstance.HELPED] |= set(db.scalars(_own(calls, centre_id)))
    return found


def meaningless(db: Session, centre_id: int, skill: Skill) -> set[int]:
    """Ids of sittings whose answers in the skill measure something else, whoever found that: the
    assessor in a statement, the proposal, or the literacy screen."""
    results = (
        select(SkillResult.sitting_id, SkillResult.not_assessed)
        .join(Sitting, Sitting.id == SkillResult.sitting_id)
        .where(SkillResult.skill == skill)
        .order_by(SkillResult.version)
    )
    rows = db.execute(_own(results, centre_id))
    newest: dict[int, str | None] = {row.sitting_id: row.not_assessed for row in rows}
    signed = select(Statement.sitting_id, Statement.content).where(
        Statement.centre_id == centre_id
    )
    for sitting, content in db.execute(signed.order_by(Statement.id)):
        for one in content["skills"]:
            if one["skill"] == skill:
                newest[sitting] = one["not_assessed"]
    found = {sitting for sitting, reason in newest.items() if reason in MEANINGLESS}
    if skill is Skill.READING:
        found |= _without_latin_script(db, centre_id) - set(newest)
    return found


def _without_latin_script(db: Session, centre_id: int) -> set[int]:
    screens = (
        select(LiteracyScreen)
        .join(Sitting, Sitting.id == LiteracyScreen.sitting_id)
        .where(LiteracyScreen.proposal.is_not(None))
        .order_by(LiteracyScreen.id)
    )
    found = set()
    for screen in db.scalars(_own(screens, centre_id)):
        told = (
            screen.confirmations[-1].classification if screen.confirmations else screen.proposal
        )
        if Classification.from_record(told).has_no_latin_script:
            found.add(screen.sitting_id)
    return found


def _own(query: Any, centre_id: int) -> Any:
    return query.where(Sitting.centre_id == centre_id)
