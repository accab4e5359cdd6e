"""The literacy screen: who reads what, found out before any part of a test may end early."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.literacy import Classification
from testing.models import LiteracyScreen, Sitting

__all__ = ["classification_of", "screen_of"]


def screen_of(db: Session, sitting: Sitting) -> LiteracyScreen | None:
    """The sitting's literacy screen; None where the sitting has none."""
    return db.scalar(select(LiteracyScreen).where(LiteracyScreen.sitting_id == sitting.id))


def classification_of(db: Session, sitting: Sitting) -> Classification | None:
    """What a teacher confirmed last (`is_confirmed`), else what the rules propose; None before the
    screen is over."""
    screen = screen_of(db, sitting)
    if screen is None or screen.proposal is None:
        return None
    if screen.confirmations:
        return Classification.from_record(screen.confirmations[-1].classification)
    return Classification.from_record(screen.proposal)
