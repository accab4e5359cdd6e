"""What a person said at the kiosk, as facts that may move where a part begins."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from testing.interview import questions
from testing.interview.background import believed
from testing.models import Said, SelfAssessment, Sitting


def of_sitting(db: Session, sitting: Sitting) -> SelfAssessment | None:
    return db.scalar(select(SelfAssessment).where(SelfAssessment.sitting_id == sitting.id))


def facts_of(db: Session, sitting: Sitting) -> dict[str, str]:
    """`self.<skill>` → level up to which everything was said to be true."""
    row = of_sitting(db, sitting)
    if row is None:
        return {}
    found = {}
    for skill, levels in questions.in_use().statements.items():
        true = [one.level for one in row.said if one.skill == skill and one.said is Said.YES]
        level = believed(levels, true)
        if level is not None:
            found[f"self.{skill}"] = level
    return found
