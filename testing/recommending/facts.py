"""Facts for a recommendation: levels, what staff noted, and what the referral says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.cefr import REPORTED_LEVELS
from scoring.recommendation import Facts, at
from scoring.recommendation_rules import CODES, Rules
from testing import clock, events, proposals
from testing.events import Action
from testing.interview import background_of
from testing.literacy import classification_of
from testing.models import (
    NotAssessed,
    PersonFacts,
    Purpose,
    Sitting,
    Skill,
    SkillResult,
    Staff,
)
from testing.refusals import Refusal

#: What staff may note, each with its codes; schooling is a number of years.
NOTED_CODES = {name: CODES[name] for name in ("literacy", "own", "latin", "study_skills")}
LONGEST_SCHOOLING = 40
#: The part was not taken, or gave no level.
NO_NUMERACY = "not_assessed"


class BadFacts(Refusal):
    """Something was noted that no rule can read."""

    status = 400


def note(
    db: Session, sitting: Sitting, noted: Mapping[str, Any], *, actor: Staff, now: datetime
) -> PersonFacts:
    """What is known of the person is noted; an earlier note stays readable.

    :raise BadFacts: an unknown fact or code, or a number of years that nobody goes to school.
    """
    known = {name: value for name, value in noted.items() if value not in (None, "")}
    for name, value in known.items():
        if name in NOTED_CODES:
            is_right = value in NOTED_CODES[name]
        elif name == "schooling_years":
            is_right = isinstance(value, int) and 0 <= value <= LONGEST_SCHOOLING
        else:
            is_right = name == "requirement" and isinstance(value, str)
        if not is_right:
            raise BadFacts
    row = PersonFacts(sitting_id=sitting.id, noted=known, noted_by_id=actor.id, noted_at=now)
    db.add(row)
    events.record(db, Action.FACTS_NOTE, on=sitting.person, subject=sitting, actor=actor, now=now)
    return row


def newest_note(db: Session, sitting: Sitting) -> PersonFacts | None:
    return db.scalar(
        select(PersonFacts)
        .where(PersonFacts.sitting_id == sitting.id)
        .order_by(PersonFacts.id.desc())
        .limit(1)
    )


def noted(db: Session, sitting: Sitting) -> dict[str, Any]:
    """What is known of the person beside levels, as it was noted last."""
    row = newest_note(db, sitting)
    return dict(row.noted) if row else {}


def told(db: Session, sitting: Sitting, rules: Rules) -> dict[str, Any]:
    """What the interview found out that rules may look at."""
    background = background_of(db, sitting)
    if background is None:
        return {}
    return {
        "schooling_years": background.school_years,
        "study_skills": rules.study_skills(background.study_skills),
    }


def screened(db: Session, sitting: Sitting) -> dict[str, str]:
    """What a teacher confirmed after the literacy screen; it outweighs any note."""
    found = classification_of(db, sitting)
    if found is None or not found.is_confirmed:
        return {}
    return {
        "literacy": found.literacy_class.value,
        "own": found.own.value,
        "latin": found.latin.value,
    }


def waits_for_a_teacher(db: Session, sitting: Sitting) -> bool:
    """The screen has an outcome that nobody has confirmed: until then literacy is not known."""
    found = classification_of(db, sitting)
    return found is not None and not found.is_confirmed


def of_sitting(
    db: Session,
    sitting: Sitting,
    results: Mapping[Skill, SkillResult],
    decided: Mapping[Skill, tuple[str | None, NotAssessed | None]],
    rules: Rules,
) -> Facts:
    """All that the rules may look at.

    A skill of which nothing is decided yet stands with its proposal. Where the assessor decided as
    proposed, the doubt of the proposal stays; another level is taken at the assessor's word.
    """
    levels: dict[str, tuple[float, ...]] = {}
    reasons: dict[str, str] = {}
    for skill, result in results.items():
        proposal = result.proposal
        level, reason = decided.get(skill, (None, result.not_assessed))
        if skill not in decided and proposal is not None:
            level, reason = proposal["most_probable_level"], None
        if level is None:
            reasons[skill.value] = (reason or NotAssessed.NOT_TAKEN).value
        elif proposal is not None and level == proposal["most_probable_level"]:
            levels[skill.value] = _shares(proposal)
        else:
            levels[skill.value] = at(level)
    known = told(db, sitting, rules) | noted(db, sitting) | screened(db, sitting)
    requirement = known.pop("requirement", None)
    if sitting.referral.purpose is Purpose.VOCATIONAL_TRAINING and not rules.requirement(
        requirement
    ):
        usual = rules.requirement_for(sitting.referral.training)
        requirement = usual.id if usual else None
    return Facts(
        levels=levels,
        not_assessed=reasons,
        purpose=sitting.referral.purpose.value,
        age=_age(sitting),
        numeracy=_numeracy(db, sitting, decided),
        requirement=requirement if rules.requirement(requirement) else None,
        **known,
    )


def _numeracy(
    db: Session,
    sitting: Sitting,
    decided: Mapping[Skill, tuple[str | None, NotAssessed | None]],
) -> str:
    """The decided level, or the proposed one while nothing is decided; without its doubt."""
    result = proposals.numeracy(db, sitting)
    if Skill.NUMERACY in decided:
        level, _reason = decided[Skill.NUMERACY]
    else:
        proposal = result.proposal if result else None
        level = proposal["most_probable_level"] if proposal else None
    return level or NO_NUMERACY


def _shares(proposal: Mapping[str, Any]) -> tuple[float, ...]:
    by_level = dict(zip(proposal["levels"], proposal["level_probabilities"], strict=True))
    shares = [float(by_level.get(level, 0.0)) for level in REPORTED_LEVELS]
    total = sum(shares)
    return tuple(share / total for share in shares)


def _age(sitting: Sitting) -> int:
    """In whole years on the day on which the test ended."""
    born = sitting.person.birth_date
    day = clock.local_day(sitting.closed_at or sitting.created_at)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
