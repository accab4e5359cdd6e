"""Tables of the bank: tasks, their versions and items, media, calibrations, standards, blueprints.

Files own what authors write; these tables own status, recordings, statistics and parameters.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from items.orm import Base, Code, Digest, IntPk, JsonText, PublicId, enum_type


class Status(StrEnum):
    """Where a task version is in its life; `items.lifecycle` holds the allowed steps."""

    DRAFT = "draft"
    PILOT = "pilot"
    LIVE = "live"
    RETIRED = "retired"


class AssetKind(StrEnum):
    AUDIO = "audio"
    PICTURE = "picture"


class AssetHome(StrEnum):
    """Which folder an asset's path is relative to."""

    CONTENT = "content"
    MEDIA = "media"


def _language_check() -> CheckConstraint:
    return CheckConstraint("language IN ('fi', 'sv', 'zxx')", name="language")


def _skill_check() -> CheckConstraint:
    # What is measured apart from every language stands in no language's bank.
    return CheckConstraint(
        "skill IN ('reading', 'listening', 'writing', 'speaking', 'numeracy')"
        " AND (skill = 'numeracy') = (language = 'zxx')",
        name="skill",
    )


class Asset(Base):
    """A media file, known by the digest of its bytes."""

    __tablename__ = "asset"
    __table_args__ = (
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approval"),
        CheckConstraint("kind <> 'audio' OR seconds IS NOT NULL", name="audio_has_a_length"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    digest: Mapped[Digest] = mapped_column(unique=True)
    kind: Mapped[AssetKind] = mapped_column(enum_type(AssetKind, "kind"))
    home: Mapped[AssetHome] = mapped_column(enum_type(AssetHome, "home"))
    path: Mapped[str]
    media_type: Mapped[Code]
    n_bytes: Mapped[int]
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    #: Who listened and found it fit for live use.
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    #: Integrated loudness in LUFS.
    loudness: Mapped[float | None]
    #: Sample peak; 1 is full scale.
    peak: Mapped[float | None]
    #: Digest of the script that is spoken.
    script_digest: Mapped[Digest | None]
    #: Speaker → voice, or the name that a human speaker agreed to be known by.
    voices: Mapped[dict[str, str]] = mapped_column(JsonText, default=dict)
    created_at: Mapped[datetime]


class BankTask(Base):
    """A task by the id of its file, which is never used for another."""

    __tablename__ = "bank_task"
    __table_args__ = (_language_check(), _skill_check())

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(3))
    skill: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]

    versions: Mapped[list["TaskVersion"]] = relationship(
        back_populates="task", order_by="TaskVersion.number"
    )


class TaskVersion(Base):
    """What is shown: text, media and items, identified by a digest of them.

    `document` is the whole file as data and `source` its text; editorial fields and classification
    in them may change as long as the digest stays.
    """

    __tablename__ = "task_version"
    __table_args__ = (
        UniqueConstraint("task_id", "number"),
        UniqueConstraint("task_id", "digest"),
        Index(
            "uq_task_version_in_use",
            "task_id",
            unique=True,
            sqlite_where=text("status IN ('pilot', 'live')"),
            postgresql_where=text("status IN ('pilot', 'live')"),
        ),
        CheckConstraint("(status = 'retired') = (retired_at IS NOT NULL)", name="retired"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    task_id: Mapped[str] = mapped_column(ForeignKey("bank_task.id"), index=True)
    number: Mapped[int]
    digest: Mapped[Digest] = mapped_column(index=True)
    status: Mapped[Status] = mapped_column(enum_type(Status, "status"), index=True)
    #: All fields of the file; `items.bank_files.task_of` makes a Task of it.
    document: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: The file's text, so that an export gives it back unchanged.
    source: Mapped[str]
    level: Mapped[Code] = mapped_column(index=True)
    area: Mapped[Code]
    text_type: Mapped[Code]
    #: Expected time at the task, every play of the recording included.
    seconds: Mapped[int]
    words: Mapped[int]
    #: How often the recording may be heard; 0 without one.
    plays: Mapped[int]
    clip_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    created_at: Mapped[datetime]
    #: When somebody was first shown it: from then on an edit makes a new version.
    frozen_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    task: Mapped[BankTask] = relationship(back_populates="versions")
    clip: Mapped[Asset | None] = relationship()
    items: Mapped[list["BankItem"]] = relationship(
        back_populates="version", order_by="BankItem.position", cascade="all, delete-orphan"
    )

    @property
    def content(self) -> dict[str, Any]:
        """All fields of the file, by the name that templates use."""
        return self.document


class BankItem(Base):
    """One scored question of a task version."""

    __tablename__ = "bank_item"
    __table_args__ = (
        UniqueConstraint("version_id", "position"),
        UniqueConstraint("version_id", "item"),
        CheckConstraint("chance >= 0 AND chance < 1", name="chance"),
        CheckConstraint("max_score >= 1", name="max_score"),
    )

    id: Mapped[IntPk]
    version_id: Mapped[int] = mapped_column(ForeignKey("task_version.id"), index=True)
    position: Mapped[int]
    #: The id in the file.
    item: Mapped[Code]
    kind: Mapped[Code]
    level: Mapped[Code]
    focus: Mapped[Code]
    chance: Mapped[float]
    max_score: Mapped[int]

    version: Mapped[TaskVersion] = relationship(back_populates="items")


class Calibration(Base):
    """One estimation of item parameters from answers. Never edited: another file is another one."""

    __tablename__ = "calibration"
    __table_args__ = (_language_check(), _skill_check())

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    language: Mapped[str] = mapped_column(String(3))
    skill: Mapped[str] = mapped_column(String(16))
    #: Method, data, settings, fit: enough to repeat it.
    record: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: Name of who brought it in.
    made_by: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]

    parameters: Mapped[list["ItemParameters"]] = relationship(back_populates="calibration")
    uses: Mapped[list["CalibrationUse"]] = relationship(
        back_populates="calibration", order_by="CalibrationUse.id"
    )


class CalibrationUse(Base):
    """Somebody put a calibration into use; of a language and skill the newest use counts, alone."""

    __tablename__ = "calibration_use"

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibration.id"), index=True)
    #: Name of who did it, and what they saw in the fit of the items.
    put_by: Mapped[str]
    fit_note: Mapped[str]
    used_from: Mapped[datetime]

    calibration: Mapped[Calibration] = relationship(back_populates="uses")


class ItemParameters(Base):
    """Parameters of one item of one version, with their errors."""

    __tablename__ = "item_parameters"
    __table_args__ = (UniqueConstraint("calibration_id", "item_id"),)

    id: Mapped[IntPk]
    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibration.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("bank_item.id"), index=True)
    model: Mapped[Code]
    a: Mapped[float]
    b: Mapped[float | None]
    c: Mapped[float]
    d: Mapped[float]
    steps: Mapped[list[float]] = mapped_column(JsonText, default=list)
    se_a: Mapped[float]
    se_b: Mapped[float | None]
    se_c: Mapped[float]
    se_steps: Mapped[list[float]] = mapped_column(JsonText, default=list)
    task_sd: Mapped[float]
    se_task: Mapped[float]
    #: Answers that the estimate rests on.
    n: Mapped[int]
    infit: Mapped[float | None]
    outfit: Mapped[float | None]

    calibration: Mapped[Calibration] = relationship(back_populates="parameters")
    item: Mapped[BankItem] = relationship()


class StandardVersion(Base):
    """Cut scores, weak prior and provisional item parameters of a language and skill.

    Never edited: another file or another panel makes another version, and the newest counts.
    """

    __tablename__ = "standard_version"
    __table_args__ = (
        _language_check(),
        _skill_check(),
        Index(None, "language", "skill"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmation"),
        CheckConstraint("is_provisional OR confirmed_by IS NOT NULL", name="somebody_confirms"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    language: Mapped[str] = mapped_column(String(3))
    skill: Mapped[str] = mapped_column(String(16))
    digest: Mapped[Digest]
    #: The scale file's table; `scoring.cefr.Scale.from_table` reads it.
    scale: Mapped[dict[str, Any]] = mapped_column(JsonText)
    #: Where the cuts come from, in sentences.
    origin: Mapped[str]
    #: What the cuts were made from: judges, methods, numbers; null where a file gave them.
    record: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    is_provisional: Mapped[bool] = mapped_column(default=True)
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class BlueprintVersion(Base):
    """What a part must contain and when it may stop; the newest of a language and skill counts."""

    __tablename__ = "blueprint_version"
    __table_args__ = (
        _language_check(),
        _skill_check(),
        Index(None, "language", "skill"),
    )

    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    language: Mapped[str] = mapped_column(String(3))
    skill: Mapped[str] = mapped_column(String(16))
    digest: Mapped[Digest]
    #: The blueprint file's table.
    table: Mapped[dict[str, Any]] = mapped_column(JsonText)
    created_at: Mapped[datetime]
