"""What is known beside the screen: what the person told, how they speak, what they wrote."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.literacy import Background, Observations, Written
from testing.interview.background import background_of
from testing.literacy import content
from testing.models import LiteracyScreen, OwnWriting, Sitting, Skill, SkillResult


def complete(db: Session, screen: LiteracyScreen, observations: Observations) -> Observations:
    """What was observed at the screen, with all that the rules may look at beside it."""
    return replace(
        observations,
        background=_background(db, screen.sitting),
        written=_written(db, screen),
        numeracy=_proposed(db, screen.sitting, Skill.NUMERACY),
    )


def _background(db: Session, sitting: Sitting) -> Background:
    told = background_of(db, sitting)
    # What raters heard outweighs what was told.
    rated = _proposed(db, sitting, Skill.SPEAKING)
    speaking = rated or (told.spoken if told else None)
    return Background(told.school_years if told else None, speaking)


def _proposed(db: Session, sitting: Sitting, skill: Skill) -> str | None:
    """The level of the newest proposal, which nobody sees before giving a level of their own."""
    result = db.scalar(
        select(SkillResult)
        .where(SkillResult.sitting_id == sitting.id, SkillResult.skill == skill)
        .order_by(SkillResult.version.desc())
        .limit(1)
    )
    if result is None or result.proposal is None:
        return None
    return str(result.proposal["most_probable_level"])


def _written(db: Session, screen: LiteracyScreen) -> Written | None:
    """What somebody made of the own-language text; None unless it is in the best-read language."""
    text = db.scalar(select(OwnWriting).where(OwnWriting.sitting_id == screen.sitting_id))
    if text is None or text.level is None or screen.own_language is None:
        return None
    if content.text_language(text.language) != content.text_language(screen.own_language):
        return None
    return Written(text.level.value)
