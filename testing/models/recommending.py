"""What is recommended: rules of a centre, facts about a person, proposals as they were seen."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, Digest, IntPk, JsonText, PublicId, enum_type
from testing.models.organisations import Staff


class RulesState(StrEnum):
    """Where a version of the rules stands. The newest published one of a centre is in use."""

    DRAFT = "draft"
    PUBLISHED = "published"


class RecommendationRules(Base):
    """A centre's own version of the rules; changed while a draft, never once published."""

    __tablename__ = "recommendation_rules"
    __table_args__ = (
        UniqueConstraint("centre_id", "number"),
        CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL)", name="published_has_a_time"
        ),
        CheckConstraint(
            "(published_at IS NULL) = (published_by_id IS NULL)", name="publishing_has_a_person"
        ),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    number: Mapped[int]
    state: Mapped[RulesState] = mapped_column(enum_type(RulesState, "state"))
    #: What `scoring.recommendation_reading.read` reads.
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]

    made_by: Mapped[Staff] = relationship(foreign_keys=[made_by_id])
    published_by: Mapped[Staff | None] = relationship(foreign_keys=[published_by_id])


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
