"""What a person says at the kiosk of what they can do; it moves where a part begins, no more."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, IntPk, PublicId, enum_type
from testing.models.sittings import Sitting


class Said(StrEnum):
    """The answer to an "I can" statement."""

    YES = "yes"
    A_LITTLE = "a_little"
    NO = "no"


class SelfAssessment(Base):
    """The self-assessment of one sitting at the kiosk; there is none where it was not offered."""

    __tablename__ = "self_assessment"

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), unique=True)
    #: Version of the order of statements.
    version: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime]
    #: The person did not want to be asked, or not any more.
    passed_over_at: Mapped[datetime | None]

    sitting: Mapped[Sitting] = relationship()
    said: Mapped[list["SelfAssessedStatement"]] = relationship(
        order_by="SelfAssessedStatement.id"
    )


class SelfAssessedStatement(Base):
    """What the person said of one statement; never changed."""

    __tablename__ = "self_assessed_statement"
    __table_args__ = (UniqueConstraint("self_assessment_id", "skill", "level"),)

    id: Mapped[IntPk]
    self_assessment_id: Mapped[int] = mapped_column(ForeignKey("self_assessment.id"))
    #: Which statement, as the interview's questions name it.
    skill: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(10))
    said: Mapped[Said] = mapped_column(enum_type(Said, "said"))
    at: Mapped[datetime]
