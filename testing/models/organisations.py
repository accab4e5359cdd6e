"""Who works here: centres, their sites and staff, and the offices that refer people."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, Digest, IntPk, JsonText, PublicId, enum_type


class Role(StrEnum):
    """What a member of staff may do. Several are possible; a clerk has no other."""

    ADMINISTRATOR = "administrator"
    RATER = "rater"
    ASSESSOR = "assessor"
    CLERK = "clerk"
    AUTHOR = "author"
    PSYCHOMETRICIAN = "psychometrician"
    AUDITOR = "auditor"


class OfficeKind(StrEnum):
    """What kind of organisation refers people and receives results."""

    EMPLOYMENT_AUTHORITY = "employment_authority"
    MUNICIPALITY = "municipality"
    EDUCATION_PROVIDER = "education_provider"


class Centre(Base):
    """A test centre. Every other row belongs to one."""

    __tablename__ = "centre"
    __table_args__ = (CheckConstraint("pretest_tasks BETWEEN 0 AND 2", name="pretest_tasks"),)

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    #: Shown in letters and statements.
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    #: Who answers questions about personal data; shown in the privacy notice.
    privacy_contact: Mapped[str] = mapped_column(String(200), default="")
    #: Tasks that are tried out in a measured part of a live sitting, at most.
    pretest_tasks: Mapped[int] = mapped_column(default=0, server_default="0")


class Site(Base):
    """A place where a centre tests."""

    __tablename__ = "site"

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    street: Mapped[str] = mapped_column(String(200), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    directions: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]

    centre: Mapped[Centre] = relationship()


class Office(Base):
    """An organisation that refers people to the centre."""

    __tablename__ = "office"

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    kind: Mapped[OfficeKind] = mapped_column(enum_type(OfficeKind, "kind"))
    name: Mapped[str] = mapped_column(String(160))
    #: Older names by which people still know it ("TE-toimisto").
    former_name: Mapped[str] = mapped_column(String(160), default="")
    closed_at: Mapped[datetime | None]

    centre: Mapped[Centre] = relationship()


class Staff(Base):
    """A named person who signs in."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("email = lower(email)", name="email_is_lower_case"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    #: The office of a clerk; nobody else has one.
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str]
    #: Somebody else knows the password: its holder chooses another one before anything else.
    password_is_initial: Mapped[bool] = mapped_column(default=False, server_default=false())
    roles: Mapped[list[str]] = mapped_column(JsonText)
    language: Mapped[str] = mapped_column(String(8), default="fi")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    centre: Mapped[Centre] = relationship()
    office: Mapped[Office | None] = relationship()

    def has(self, *roles: Role) -> bool:
        return any(role.value in self.roles for role in roles)


class StaffSession(Base):
    """One signed-in browser of one member of staff."""

    __tablename__ = "staff_session"

    id: Mapped[IntPk]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    #: Digest of the random token in the browser's cookie.
    token_digest: Mapped[Digest] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship()


class SignInAttempt(Base):
    """A failed sign-in, kept to slow down guessing."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[IntPk]
    #: Keyed digest of what was typed as e-mail, or of the address it came from.
    subject_digest: Mapped[Digest] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
