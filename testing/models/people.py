"""Persons, why they were referred, and what they permit to be handed over."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, IntPk, JsonText, PublicId, enum_type
from testing.models.organisations import Centre, Office, Staff

if TYPE_CHECKING:
    from testing.models.permission_signatures import PermissionSignature


class Purpose(StrEnum):
    """Why an office asks for an assessment."""

    INTEGRATION_PLAN = "integration_plan"
    VOCATIONAL_TRAINING = "vocational_training"
    LEVEL_CHECK = "level_check"


class ReferralState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


class HowGiven(StrEnum):
    """How a person gave a permission."""

    PAPER = "paper"
    SCREEN = "screen"
    ORAL = "oral"


class PermissionContent(StrEnum):
    """What a permission may cover; a release never holds more than its permission enumerates."""

    LEVELS = "levels"
    CERTAINTY = "certainty"
    WRITING_CRITERIA = "writing_criteria"
    ATTENDANCE = "attendance"
    RECOMMENDATION = "recommendation"
    #: What the person can do with numbers; no level of a language comes with it.
    NUMERACY = "numeracy"
    #: The signed statement on reading and writing, whole; no result comes with it.
    LITERACY_STATEMENT = "literacy_statement"


class Person(Base):
    """A person as one referral knows them.

    Each referral makes its own row, so that no office learns that another office knows the person.
    The centre alone links rows of one human being: `matched_to` names the row that came first.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("matched_to_id IS NULL OR matched_to_id <> id", name="not_own_match"),
        CheckConstraint(
            "(identity_code IS NULL) = (identity_index IS NULL)", name="identity_code_has_index"
        ),
        Index("ix_person_name", "centre_id", "surname", "birth_date"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    matched_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    surname: Mapped[str] = mapped_column(String(120))
    given_names: Mapped[str] = mapped_column(String(120))
    birth_date: Mapped[date] = mapped_column(Date)
    #: AES-GCM, with the public id as associated data.
    identity_code: Mapped[str | None]
    identity_index: Mapped[str | None] = mapped_column(String(64), index=True)
    #: Language of letters and of the kiosk's first page.
    contact_language: Mapped[str] = mapped_column(String(8))
    mother_tongue: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime]

    centre: Mapped[Centre] = relationship()

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.surname}"


class Referral(Base):
    """An office asks the centre to assess one person for a purpose, in Finnish or Swedish."""

    __tablename__ = "referral"
    __table_args__ = (CheckConstraint("language IN ('fi', 'sv')", name="language"),)

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: The tested language.
    language: Mapped[str] = mapped_column(String(2))
    purpose: Mapped[Purpose] = mapped_column(enum_type(Purpose, "purpose"))
    #: Training applied for, where the purpose is vocational.
    training: Mapped[str] = mapped_column(String(160), default="")
    #: What the centre must arrange: interpreter, large print, wheelchair. No diagnosis.
    needs: Mapped[str] = mapped_column(default="")
    state: Mapped[ReferralState] = mapped_column(enum_type(ReferralState, "state"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]

    office: Mapped[Office] = relationship()
    person: Mapped[Person] = relationship()
    created_by: Mapped[Staff] = relationship()
    permissions: Mapped[list["Permission"]] = relationship(
        back_populates="referral", order_by="Permission.id"
    )


class Permission(Base):
    """A person's permission to hand named content over to a named office for a purpose."""

    __tablename__ = "permission"
    __table_args__ = (
        CheckConstraint(
            "(how = 'oral') = (witness IS NOT NULL)", name="oral_permission_has_a_witness"
        ),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawal_has_a_recorder"
        ),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    contents: Mapped[list[str]] = mapped_column(JsonText)
    purpose: Mapped[Purpose] = mapped_column(enum_type(Purpose, "purpose"))
    text_version: Mapped[str] = mapped_column(String(20))
    text_language: Mapped[str] = mapped_column(String(8))
    how: Mapped[HowGiven] = mapped_column(enum_type(HowGiven, "how"))
    witness: Mapped[str | None] = mapped_column(String(120))
    interpreter: Mapped[bool] = mapped_column(default=False)
    given_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    referral: Mapped[Referral] = relationship(back_populates="permissions")
    recipient: Mapped[Office] = relationship()
    recorded_by: Mapped[Staff] = relationship(foreign_keys=[recorded_by_id])
    #: Where the person signed on a screen, what they drew.
    signature: Mapped["PermissionSignature | None"] = relationship(back_populates="permission")

    def is_live(self, day: date) -> bool:
        return self.withdrawn_at is None and self.given_on <= day <= self.expires_on

    @property
    def covers_result(self) -> bool:
        """Whether anything of a result may be handed over, not only how the person reads."""
        return set(self.contents) != {PermissionContent.LITERACY_STATEMENT.value}
