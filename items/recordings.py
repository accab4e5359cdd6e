"""Recordings by people: inspected, brought to the bank's form, and made a new version.

A new recording is a new version without inherited parameters: another voice is another difficulty.
"""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from items.bank import duration_with
from items.bank_files import Task, task_of
from items.content_format import content_digest
from items.models import Asset, AssetHome, AssetKind, BankItem, Status, TaskVersion
from items.sound import Measured, NotSound, measure, read_sound, resampled, trimmed, write_levelled
from items.speech import digest_of_script

#: Words a minute between which people speak.
SLOWEST, FASTEST = 40, 230
LONGEST_SECONDS = 600.0
LOWEST_RATE = 16_000
#: Quieter than this cannot be made louder without its noise.
QUIETEST = -40.0
#: Noise nearer to the speech than this is heard, in dB.
LEAST_DISTANCE = 20.0
LONGEST_LEAD = 3.0


class Fault(StrEnum):
    """Why a recording cannot be used; the service says it in words."""

    UNREADABLE = "unreadable"
    LOW_RATE = "low_rate"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_QUIET = "too_quiet"
    CLIPPED = "clipped"
    NOISY = "noisy"
    LATE_START = "late_start"
    OTHER_TRANSCRIPT = "other_transcript"


class RecordingRefused(ValueError):
    """A recording has faults."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(fault.value for fault in faults))
        self.faults = faults


def _words(text: str) -> list[str]:
    return "".join(letter.casefold() if letter.isalnum() else " " for letter in text).split()


def same_words(transcript: str, script: str) -> bool:
    """Whether a transcript says what the script says; case and punctuation do not count."""
    return _words(transcript) == _words(script)


def faults_of(file: Path, task: Task, transcript: str) -> tuple[Fault, ...]:
    """What keeps a file from being the recording of a task's script."""
    try:
        found = measure(file)
    except NotSound:
        return (Fault.UNREADABLE,)
    pauses = sum(line.pause for line in task.script)
    shortest = 60 * task.words / FASTEST
    longest = min(60 * task.words / SLOWEST + 2 * pauses + 3 * len(task.script), LONGEST_SECONDS)
    checks = (
        (Fault.LOW_RATE, found.rate < LOWEST_RATE),
        (Fault.TOO_SHORT, found.seconds < shortest),
        (Fault.TOO_LONG, found.seconds > longest),
        (Fault.TOO_QUIET, found.loudness < QUIETEST),
        (Fault.CLIPPED, found.clipped > 0),
        (Fault.NOISY, found.noise_floor > found.loudness - LEAST_DISTANCE),
        (Fault.LATE_START, found.lead_silence > LONGEST_LEAD),
        (Fault.OTHER_TRANSCRIPT, not same_words(transcript, task.script_text)),
    )
    return tuple(fault for fault, is_so in checks if is_so)


@dataclass(frozen=True)
class Kept:
    """A recording in the bank's form, in the media folder under its digest."""

    digest: str
    path: str
    """Relative to the media folder."""
    n_bytes: int
    measured: Measured
    script_digest: str


def keep_recording(file: Path, task: Task, transcript: str, media: Path) -> Kept:
    """The recording lies in the media folder: mono, 24 kHz, −23 LUFS, trimmed, MP3.

    Raises RecordingRefused. Slow: call it outside a transaction.
    """
    faults = faults_of(file, task, transcript)
    if faults:
        raise RecordingRefused(faults)
    samples, rate, _ = read_sound(file)
    (media / "audio").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=media) as work:
        draft = Path(work) / "recording.mp3"
        write_levelled(trimmed(resampled(samples, rate)), draft)
        content = draft.read_bytes()
        measured = measure(draft)
        digest = hashlib.sha256(content).hexdigest()
        path = f"audio/{digest}.mp3"
        draft.replace(media / path)
    return Kept(digest, path, len(content), measured, digest_of_script(task))


def add_recording(
    db: Session,
    version: TaskVersion,
    kept: Kept,
    *,
    voices: Mapping[str, str],
    now: datetime,
) -> TaskVersion:
    """A draft version of the same content with the recording; the version it was made for stays.

    The same recording again gives the same version.
    """
    digest = content_digest(version.document, kept.digest)
    versions = version.task.versions
    for known in versions:
        if known.digest == digest:
            return known
    asset = db.scalars(select(Asset).where(Asset.digest == kept.digest)).first() or Asset(
        digest=kept.digest,
        kind=AssetKind.AUDIO,
        home=AssetHome.MEDIA,
        path=kept.path,
        media_type="audio/mpeg",
        n_bytes=kept.n_bytes,
        is_synthetic=False,
        seconds=round(kept.measured.seconds, 2),
        loudness=round(kept.measured.loudness, 1),
        peak=round(kept.measured.peak, 3),
        script_digest=kept.script_digest,
        voices=dict(voices),
        created_at=now,
    )
    # Everything is read before the version exists: reading flushes, and it is not whole yet.
    items = [
        BankItem(
            position=item.position,
            item=item.item,
            kind=item.kind,
            level=item.level,
            focus=item.focus,
            chance=item.chance,
            max_score=item.max_score,
        )
        for item in version.items
    ]
    new = TaskVersion(
        task_id=version.task_id,
        number=max(known.number for known in versions) + 1,
        digest=digest,
        status=Status.DRAFT,
        document=version.document,
        source=version.source,
        level=version.level,
        area=version.area,
        text_type=version.text_type,
        seconds=duration_with(task_of(version.document), asset),
        words=version.words,
        plays=version.plays,
        clip=asset,
        items=items,
        created_at=now,
    )
    db.add(new)
    db.flush()
    db.expire(version.task, ["versions"])
    return new


def approve(asset: Asset, *, by: str, now: datetime) -> None:
    """Somebody listened to the recording and found it fit for live use."""
    asset.approved_by = by
    asset.approved_at = now
