"""What the profile tells: parts, literacy, interview, the day's circumstances, earlier sittings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from scoring.cefr import REPORTED_LEVELS
from scoring.literacy import Classification
from testing import clock, delivery, evidence, people, plans, statements
from testing.evidence import ScriptSeen
from testing.interview.background import Accommodation, Background, Interpreter, background_of
from testing.literacy import classification_of, judging, screen_of
from testing.models import (
    LANGUAGE_SKILLS,
    HelpCall,
    Part,
    Presentation,
    Sitting,
    SittingNote,
    Skill,
    Statement,
    Visit,
)
from testing.profile import pictures
from testing.refusals import NotFound

#: Notes of the desk that may matter to what a level is worth.
_INTERRUPTS = ("pause", "moved_seat", "ended")
_HELPS = ("extra_time", "extra_play")


@dataclass(frozen=True)
class PartStory:
    """One part of the sitting."""

    part: Part
    way: pictures.Way | None
    scripts: list[ScriptSeen]
    minutes: int

    @property
    def skill(self) -> Skill:
        return self.part.skill


@dataclass(frozen=True)
class Circumstances:
    """How the day went, as far as it may matter to what a level is worth. Never told to offices."""

    interruptions: list[SittingNote]
    helps: list[SittingNote]
    observations: list[SittingNote]
    #: Raised hands, and how many of them for a recording that broke.
    hands: int
    broken: int
    devices: int
    days: int
    interpreter: Interpreter | None
    accommodations: list[Accommodation]

    @property
    def is_usual(self) -> bool:
        helped = self.interpreter not in (None, Interpreter.NONE)
        return not (
            self.interruptions
            or self.helps
            or self.hands
            or helped
            or self.accommodations
            or self.devices > 1
        )


@dataclass(frozen=True)
class Earlier:
    """Another sitting of the same person at this centre."""

    sitting: Sitting
    day: date
    statement: Statement | None
    #: Skill → signed level or None.
    levels: dict[str, str | None]


@dataclass(frozen=True)
class Profile:
    """All of it."""

    parts: list[PartStory]
    literacy: Classification | None
    background: Background | None
    circumstances: Circumstances
    earlier: list[Earlier]


def of_sitting(db: Session, sitting: Sitting) -> Profile:
    """Everything that the centre knows of the person from this sitting and those before it."""
    background = background_of(db, sitting)
    texts = {part.skill: part.scripts for part in evidence.of_sitting(db, sitting)}
    return Profile(
        parts=[_part(db, part, texts.get(part.skill, [])) for part in sitting.parts],
        literacy=_literacy(db, sitting),
        background=background,
        circumstances=_circumstances(db, sitting, background),
        earlier=_earlier(db, sitting),
    )


def _literacy(db: Session, sitting: Sitting) -> Classification | None:
    """The class, with the looks that are due today: speaking may have been rated since."""
    found, screen = classification_of(db, sitting), screen_of(db, sitting)
    if found is None or screen is None:
        return None
    return replace(found, looks=judging.looks(db, screen))


def presentation_of(db: Session, sitting: Sitting, public_id: str) -> Presentation:
    """A task that the person answered in this sitting.

    :raise NotFound: it is none of this sitting's, or was never left.
    """
    found = db.scalar(
        select(Presentation)
        .join(Presentation.part)
        .where(Presentation.public_id == public_id, Part.sitting_id == sitting.id)
        .options(selectinload(Presentation.responses), selectinload(Presentation.plays))
    )
    if found is None or found.left_at is None:
        raise NotFound
    return found


def _part(db: Session, part: Part, scripts: list[ScriptSeen]) -> PartStory:
    if part.skill in (Skill.WRITING, Skill.SPEAKING):
        return PartStory(part, None, scripts, _minutes(part))
    left = evidence.left_presentations(db, part)
    unknown = {
        one.id: sum(answer.is_dont_know for answer in delivery.newest_answers(db, one).values())
        for one in left
    }
    return PartStory(part, pictures.way_of(left, unknown, _levels(db, part)), [], _minutes(part))


def _levels(db: Session, part: Part) -> Sequence[str]:
    """The levels of the part's scale."""
    if part.skill in LANGUAGE_SKILLS or part.started_at is None:
        return REPORTED_LEVELS
    return plans.plan_of(db, part).standard.levels


def _minutes(part: Part) -> int:
    if part.started_at is None or part.ended_at is None:
        return 0
    return max(0, round((part.ended_at - part.started_at).total_seconds() / 60))


def _circumstances(db: Session, sitting: Sitting, background: Background | None) -> Circumstances:
    calls = list(
        db.scalars(select(HelpCall).join(HelpCall.visit).where(Visit.sitting_id == sitting.id))
    )
    bound = [visit for visit in sitting.visits if visit.bound_at is not None]
    return Circumstances(
        interruptions=_notes(sitting, _INTERRUPTS),
        helps=_notes(sitting, _HELPS),
        observations=_notes(sitting, ("observation",)),
        hands=len(calls),
        broken=sum(call.reason == "broken_play" for call in calls),
        devices=len(bound),
        days=len({visit.day for visit in bound}),
        interpreter=background.interpreter if background else None,
        accommodations=sorted(background.accommodations) if background else [],
    )


def _notes(sitting: Sitting, kinds: tuple[str, ...]) -> list[SittingNote]:
    return [note for note in sitting.notes if note.kind in kinds]


def _earlier(db: Session, sitting: Sitting) -> list[Earlier]:
    """The newest first; only what the centre itself tested."""
    rows = [row.id for row in people.all_rows(db, sitting.person)]
    others = db.scalars(
        select(Sitting)
        .where(
            Sitting.person_id.in_(rows),
            Sitting.centre_id == sitting.centre_id,
            Sitting.id < sitting.id,
        )
        .order_by(Sitting.id.desc())
    )
    found = []
    for other in others:
        statement = statements.newest_of(db, other)
        skills: list[dict[str, Any]] = (
            statements.content_of(statement)["skills"] if statement else []
        )
        found.append(
            Earlier(
                sitting=other,
                day=clock.local_day(other.closed_at or other.created_at),
                statement=statement,
                levels={skill["skill"]: skill["level"] for skill in skills},
            )
        )
    return found
