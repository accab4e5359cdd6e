"""A class of literacy as today's ladder rules would propose it, from what was observed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from scoring.literacy import Classification, LiteracyClass
from testing.literacy import content, judging, screen_of
from testing.models import LiteracyScreen, Sitting, Staff

#: What makes two proposals different ones.
_DECIDES = ("class", "own", "latin", "short_latin_course", "laslliam_level", "module")


def version_of(language: str) -> str:
    """The version of the rules in use."""
    return content.material(language).ladders.version


def change_of(db: Session, sitting: Sitting) -> dict[str, Any] | None:
    """What was proposed and what would be; None where it is the same.

    Where today's rules ask for something that was not seen then, nothing can be said: a gap is no
    other class.
    """
    screen = screen_of(db, sitting)
    if screen is None or screen.proposal is None:
        return None
    before, after = screen.proposal, _today(db, screen).to_record()
    unknown = LiteracyClass.NOT_ASSESSED.value
    if after["class"] == unknown != before["class"]:
        return None
    if all(before[name] == after[name] for name in _DECIDES):
        return None
    return {"before": _short(before), "after": _short(after)}


def propose(db: Session, sitting: Sitting, *, actor: Staff, now: datetime) -> None:
    """Today's proposal stands at the screen; a teacher confirms it anew, or not."""
    screen = screen_of(db, sitting)
    assert screen is not None
    judging.propose(db, screen, _today(db, screen), actor=actor, now=now)


def _today(db: Session, screen: LiteracyScreen) -> Classification:
    return judging.today(db, screen, content.material(screen.sitting.language).ladders)


def _short(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in (*_DECIDES, "rules_version")}
