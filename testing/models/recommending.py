"""What is recommended: rules of a centre, facts about a person, proposals as they were seen."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from items.orm import Base, Digest, IntPk, JsonText
from testing.models.versions import CentreVersion


class RecommendationRules(CentreVersion):
    """A centre's own version of the rules; `scoring.recommendation_reading.read` reads it."""

    __tablename__ = "recommendation_rules"


class PersonFacts(Base):
    """What staff noted for the recommendation; a later note takes its place, none is changed."""

    __tablename__ = "person_facts"

    id: Mapped[IntPk]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    #: Codes and numbers of `scoring.recommendation.Facts`; what nobody knows is left out.
    noted: Mapped[dict[str, Any]] = mapped_column(JsonText)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime]


class RecommendationProposal(Base):
    """What the rules made of the facts, as the assessor saw it; never changed."""

    __tablename__ = "recommendation_proposal"
    __table_args__ = (UniqueConstraint("sitting_id", "number"),)

    id: Mapped[IntPk]
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    number: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JsonText)
    proposal: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: SHA-256 of the rules; the version stands in the proposal.
    rules_digest: Mapped[Digest]
    made_at: Mapped[datetime]
