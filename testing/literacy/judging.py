"""What the rules make of a screen today: of what was observed, and of what became known since."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from scoring.literacy import Classification, Ladders, Look, classify
from testing import events
from testing.events import Action
from testing.literacy import beside, screen_of, screens
from testing.models import LiteracyScreen, Sitting, Staff

#: What a teacher confirms rests on these.
RESTS_ON = ("own", "latin", "rules_version")


def today(
    db: Session, screen: LiteracyScreen, ladders: Ladders | None = None
) -> Classification:
    """The class by the rules that were frozen with the screen, or by others."""
    standing = screens.standing_of(screen)
    observations = beside.complete(db, screen, standing.observations)
    return classify(observations, ladders or standing.material.ladders)


def looks(db: Session, screen: LiteracyScreen) -> tuple[Look, ...]:
    """Why a human should look twice, also for what became known after the screen was over."""
    return today(db, screen).looks


def propose_again(db: Session, sitting: Sitting, *, actor: Staff, now: datetime) -> None:
    """The proposal follows what became known after the screen was over; a confirmed class stands
    until a teacher confirms anew."""
    screen = screen_of(db, sitting)
    if screen is None or screen.proposal is None:
        return
    before, found = Classification.from_record(screen.proposal), today(db, screen)
    if replace(found, looks=before.looks) == before:
        return
    propose(db, screen, found, actor=actor, now=now)


def propose(
    db: Session, screen: LiteracyScreen, found: Classification, *, actor: Staff, now: datetime
) -> None:
    """This class is proposed; a teacher confirms it anew, or not."""
    screen.proposal = found.to_record()
    events.record(
        db, Action.LITERACY_PROPOSE, on=screen.sitting.person, subject=screen, actor=actor, now=now
    )


def is_outdated(screen: LiteracyScreen) -> bool:
    """Whether the class was confirmed on axes, or by rules, that are others by now."""
    if screen.proposal is None or not screen.confirmations:
        return False
    confirmed = screen.confirmations[-1].classification
    if confirmed["module"] is not None and _numeracy(confirmed) != _numeracy(screen.proposal):
        return True
    return any(confirmed[axis] != screen.proposal[axis] for axis in RESTS_ON)


def _numeracy(record: Mapping[str, Any]) -> Any:
    """What was known of a part in numeracy, which the module rests on."""
    return next((fact for fact in record["evidence"] if fact["code"] == "numeracy"), None)
