"""The log: append-only events on hash chains, and seals of the chains' heads."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from items.orm import Base, Digest, IntPk, JsonText


class Chain(Base):
    """The head of one hash chain: a person's, or a centre's for what concerns nobody's data."""

    __tablename__ = "chain"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (centre_id IS NULL)", name="person_or_centre"),
        UniqueConstraint("person_id"),
        UniqueConstraint("centre_id"),
    )

    id: Mapped[IntPk]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[Digest] = mapped_column(default="")
    #: Length at the last seal: a chain of another length has a head to seal.
    sealed_length: Mapped[int] = mapped_column(default=0)


class Event(Base):
    """One thing that was done. Holds ids and digests only, no personal data."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("chain_id", "position"),)

    id: Mapped[IntPk]
    chain_id: Mapped[int] = mapped_column(ForeignKey("chain.id"))
    position: Mapped[int]
    at: Mapped[datetime]
    #: staff:<public id>, kiosk:<visit's public id>, system, or command:<name>.
    actor: Mapped[str] = mapped_column(String(60), index=True)
    #: A value of `testing.events.Action`.
    action: Mapped[str] = mapped_column(String(60))
    #: <kind>:<public id> of what it was done to.
    subject: Mapped[str] = mapped_column(String(80), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JsonText)
    previous: Mapped[Digest]
    digest: Mapped[Digest]


class Seal(Base):
    """Heads of all chains that changed since the seal before, under one keyed digest.

    The same stands as a line in the seal file outside the database.
    """

    __tablename__ = "seal"
    __table_args__ = (UniqueConstraint("number"),)

    id: Mapped[IntPk]
    #: 1, 2, 3 …: a missing one is noticed.
    number: Mapped[int]
    at: Mapped[datetime]
    #: [chain id, length, head] of each, by chain id.
    heads: Mapped[list[list[Any]]] = mapped_column(JsonText)
    #: Digest of the seal before.
    previous: Mapped[Digest]
    digest: Mapped[Digest]
