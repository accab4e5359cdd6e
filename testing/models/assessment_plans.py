"""Which plan a sitting follows, and who chose it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, IntPk, JsonText, PublicId, enum_type
from testing.models.organisations import Staff
from testing.models.sittings import Sitting
from testing.models.versions import CentreVersion


class PlanSource(StrEnum):
    """Who chose the plan."""

    #: No interview was held: the plan for those of whom nothing is known.
    DEFAULT = "default"
    INTERVIEW = "interview"
    STAFF = "staff"


class PlansVersion(CentreVersion):
    """A centre's own plans and who is given which; `testing.assessment_plans.reading` reads it."""

    __tablename__ = "plans_version"


class AssessmentPlan(Base):
    """The plan of one sitting; the newest choice, with what it was chosen from."""

    __tablename__ = "assessment_plan"
    __table_args__ = (
        CheckConstraint("(source = 'staff') = (chosen_by_id IS NOT NULL)", name="staff_has_a_name"),
        CheckConstraint("source <> 'staff' OR length(words) > 0", name="staff_has_a_reason"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), unique=True)
    #: Version of the plans and their rules.
    version: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(40))
    source: Mapped[PlanSource] = mapped_column(enum_type(PlanSource, "source"))
    #: Code of the rule that chose; for staff's choice that of the rule before.
    reason: Mapped[str] = mapped_column(String(40))
    #: Why the administrator chose another plan.
    words: Mapped[str] = mapped_column(default="")
    #: The plan itself, as it was when it was chosen (`Plan.to_record`).
    plan: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: Optional parts of the plan that staff gave.
    also_given: Mapped[list[str]] = mapped_column(JsonText)
    #: What the rules looked at, and where each part would begin by them.
    facts: Mapped[dict[str, str]] = mapped_column(JsonText)
    starts: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    chosen_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    chosen_at: Mapped[datetime]

    sitting: Mapped[Sitting] = relationship()
    chosen_by: Mapped[Staff | None] = relationship()
