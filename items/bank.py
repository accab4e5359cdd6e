"""Files into the database and back: idempotent, versioned, nothing used is ever changed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from items.bank_files import BankFiles, Clip, Task
from items.canonical import value_digest
from items.content_format import content_digest
from items.lifecycle import IN_USE, set_status
from items.models import (
    Asset,
    AssetHome,
    AssetKind,
    BankItem,
    BankTask,
    BlueprintVersion,
    StandardVersion,
    Status,
    TaskVersion,
)
from items.scale_files import (
    BLUEPRINT_FILE,
    SCALE_FILE,
    read_table,
    scaled_skills,
)
from items.speech import digest_of_script
from scoring.cefr import Scale

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ImportReport:
    """What an import did, by task id."""

    new: tuple[str, ...] = ()
    """Tasks that were not known."""
    changed: tuple[str, ...] = ()
    """Known tasks that got another version, or an earlier one back."""
    retouched: tuple[str, ...] = ()
    """Same version, other editorial fields or classification."""
    unchanged: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    """Language/skill whose scale or blueprint got another version."""


def _no_progress(done: int, total: int) -> None:
    return None


class _Import:
    """One run: what the database holds, read once, and how a task is brought up to date."""

    def __init__(self, db: Session, bank: BankFiles, now: datetime, first: Status) -> None:
        self.db = db
        self.bank = bank
        self.now = now
        self.first = first
        self.known = {task.id: task for task in db.scalars(select(BankTask))}
        self.versions: dict[str, list[TaskVersion]] = {}
        for version in db.scalars(select(TaskVersion).order_by(TaskVersion.number)):
            self.versions.setdefault(version.task_id, []).append(version)
        self.assets = {asset.digest: asset for asset in db.scalars(select(Asset))}

    def task(self, task: Task) -> str:
        """Bring one task up to date; the name of the report's field that it belongs to."""
        source = self.bank.documents[task.id].source
        if task.id not in self.known:
            self.known[task.id] = BankTask(
                id=task.id, language=task.language, skill=task.skill, created_at=self.now
            )
            self.db.add(self.known[task.id])
            self._add_version(task, source, [], self._clip(task, None))
            return "new"
        versions = self.versions[task.id]
        newest = current_version(versions)
        clip = self._clip(task, newest)
        digest = content_digest(task.data, clip.digest if clip else None)
        if newest.digest == digest:
            if newest.source == source:
                return "unchanged"
            self._retouch(newest, task, source)
            return "retouched"
        same = next((version for version in versions if version.digest == digest), None)
        # A draft that nobody uses is replaced; what is in use stays so until somebody decides.
        for version in versions:
            if version.status is Status.DRAFT and version is not same:
                set_status(self.db, version, Status.RETIRED, now=self.now)
        if same is None:
            self._add_version(task, source, versions, clip)
        else:
            if same.status is Status.RETIRED:
                set_status(self.db, same, Status.DRAFT, now=self.now)
            self._retouch(same, task, source)
        return "changed"

    def _retouch(self, version: TaskVersion, task: Task, source: str) -> None:
        version.document = dict(task.data)
        version.source = source
        version.level = task.level
        version.area = task.area
        version.text_type = task.text_type
        version.seconds = duration_with(task, version.clip)
        for stored, item in zip(version.items, task.items, strict=True):
            stored.level = item.level
            stored.focus = item.data["focus"]

    def _add_version(
        self, task: Task, source: str, versions: list[TaskVersion], clip: Asset | None
    ) -> None:
        in_use = any(version.status in IN_USE for version in versions)
        version = TaskVersion(
            task_id=task.id,
            number=len(versions) + 1,
            digest=content_digest(task.data, clip.digest if clip else None),
            status=Status.DRAFT if in_use or versions else self.first,
            document=dict(task.data),
            source=source,
            level=task.level,
            area=task.area,
            text_type=task.text_type,
            seconds=duration_with(task, clip),
            words=task.words,
            plays=task.plays if task.script else 0,
            clip=clip,
            created_at=self.now,
        )
        version.items = [
            BankItem(
                position=position,
                item=item.id,
                kind=item.kind,
                level=item.level,
                focus=item.data["focus"],
                chance=item.interaction.chance,
                max_score=item.interaction.max_score,
            )
            for position, item in enumerate(task.items)
        ]
        self.db.add(version)

    def _clip(self, task: Task, newest: TaskVersion | None) -> Asset | None:
        """The recording of the task: what people recorded of this script, else the file's."""
        recorded = newest.clip if newest else None
        if (
            recorded is not None
            and recorded.home is AssetHome.MEDIA
            and recorded.script_digest == digest_of_script(task)
        ):
            return recorded
        return self._asset(task.clip) if task.clip else None

    def _asset(self, clip: Clip) -> Asset:
        if clip.sha256 not in self.assets:
            self.assets[clip.sha256] = Asset(
                digest=clip.sha256,
                kind=AssetKind.AUDIO,
                home=AssetHome.CONTENT,
                path=clip.file.relative_to(self.bank.folder).as_posix(),
                media_type="audio/mpeg",
                n_bytes=clip.file.stat().st_size,
                is_synthetic=clip.synthetic,
                seconds=clip.seconds,
                loudness=clip.loudness,
                peak=clip.peak,
                script_digest=clip.script_sha256,
                voices=dict(clip.voices),
                created_at=self.now,
            )
        return self.assets[clip.sha256]

    def scale(self, language: str, skill: str) -> bool:
        """Bring standard and blueprint up to date; whether something changed."""
        table = read_table(self.bank.folder, language, skill, SCALE_FILE)
        Scale.from_table(table)  # a broken scale is refused here, not in a sitting
        digest = value_digest(table)
        newest = newest_standard(self.db, language, skill)
        # What somebody at a centre confirmed stays in use, whatever a later file assumes.
        is_ours = newest is not None and newest.confirmed_by is not None
        changed = not is_ours and (newest is None or newest.digest != digest)
        if changed:
            self.db.add(
                StandardVersion(
                    language=language,
                    skill=skill,
                    digest=digest,
                    scale=table,
                    origin=str(table.get("origin", "")).strip(),
                    created_at=self.now,
                )
            )
        if not (self.bank.folder / language / skill / BLUEPRINT_FILE).is_file():
            return changed
        plan = read_table(self.bank.folder, language, skill, BLUEPRINT_FILE)
        newest_plan = newest_blueprint(self.db, language, skill)
        if newest_plan is None or newest_plan.digest != value_digest(plan):
            self.db.add(
                BlueprintVersion(
                    language=language,
                    skill=skill,
                    digest=value_digest(plan),
                    table=plan,
                    created_at=self.now,
                )
            )
            return True
        return changed


def import_bank(
    db: Session,
    bank: BankFiles,
    *,
    now: datetime,
    first_status: Status = Status.DRAFT,
    progress: Progress = _no_progress,
) -> ImportReport:
    """The database holds what the files hold; importing the same files again changes nothing.

    A changed file makes a draft version without inherited parameters; the version in use stays in
    use. `first_status` is what a task gets that had no version before: PILOT for a starter bank.
    `progress` is called with (tasks done, tasks in all). Nothing is committed.
    """
    run = _Import(db, bank, now, first_status)
    done: dict[str, list[str]] = {name: [] for name in ("new", "changed", "retouched", "unchanged")}
    for number, task in enumerate(bank.tasks, start=1):
        done[run.task(task)].append(task.id)
        progress(number, len(bank.tasks))
    scales = [
        f"{language}/{skill}"
        for language, skill in scaled_skills(bank.folder)
        if run.scale(language, skill)
    ]
    db.flush()
    return ImportReport(**{name: tuple(ids) for name, ids in done.items()}, scales=tuple(scales))


def duration_with(task: Task, clip: Asset | None) -> int:
    """Expected seconds at the task with a recording: working time and every play of it."""
    heard = (clip.seconds or 0.0) * task.plays if clip else 0.0
    return task.seconds + round(heard)


def current_version(versions: Iterable[TaskVersion]) -> TaskVersion:
    """What the author has now: the newest version that is not retired, else the newest."""
    ordered = sorted(versions, key=lambda version: version.number)
    return next(
        (version for version in reversed(ordered) if version.status is not Status.RETIRED),
        ordered[-1],
    )


def export_bank(db: Session, folder: Path) -> list[Path]:
    """The current version of every task is written as it was imported; the files written."""
    written = []
    for task in db.scalars(select(BankTask).order_by(BankTask.id)):
        file = folder / task.language / task.skill / f"{task.id}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(current_version(task.versions).source, encoding="utf-8", newline="")
        written.append(file)
    return written


def newest_standard(db: Session, language: str, skill: str) -> StandardVersion | None:
    """The standard that counts for a language and skill."""
    return db.scalars(
        select(StandardVersion)
        .where(StandardVersion.language == language, StandardVersion.skill == skill)
        .order_by(StandardVersion.id.desc())
        .limit(1)
    ).first()


def newest_blueprint(db: Session, language: str, skill: str) -> BlueprintVersion | None:
    """The blueprint that counts for a language and skill."""
    return db.scalars(
        select(BlueprintVersion)
        .where(BlueprintVersion.language == language, BlueprintVersion.skill == skill)
        .order_by(BlueprintVersion.id.desc())
        .limit(1)
    ).first()
