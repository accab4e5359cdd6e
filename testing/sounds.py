"""Spoken instructions: what is spoken, which file speaks it, and who vouches for the file.

A sound is named by a digest of its words, so that changed words have no sound until spoken anew.
The media folder holds for each language `DIGEST.mp3`, made by a synthetic voice, and
`DIGEST.approved.mp3`, recorded by a speaker or a synthetic one that a speaker approved. The second
always wins. A kiosk page looks at the folder alone: no query, and nothing to keep in step between
processes.
"""

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from testing import events, person_result_words, person_words
from testing.db import found_or_made
from testing.events import Action
from testing.interview import person_words as interview_words
from testing.languages import PERSON_LANGUAGES, language_of
from testing.literacy import content
from testing.literacy import person_words as literacy_words
from testing.models import PromptSound, Staff
from testing.own_writing import person_words as own_writing_words
from testing.person_words import Words
from testing.refusals import NotFound
from testing.self_assessment import person_words as self_assessment_words
from testing.settings import Mode, Settings
from testing.speaking import person_words as speaking_words

FOLDER = "prompts"
#: A synthetic voice guesses what these languages do not write: a speaker has to listen first.
GUESSED = frozenset({"ar", "fa"})


class State(StrEnum):
    """How far the sound of a prompt is."""

    RECORDED = "recorded"
    APPROVED = "approved"
    SYNTHETIC = "synthetic"
    MISSING = "missing"

    @property
    def is_vouched_for(self) -> bool:
        return self in (State.RECORDED, State.APPROVED)


@dataclass(frozen=True)
class Prompt:
    """One page's words in one language."""

    #: Stable name of the page.
    code: str
    language: str
    title: str
    sentences: tuple[str, ...]
    #: All of them as they are spoken.
    text: str

    @property
    def digest(self) -> str:
        return digest_of(self.text)


def digest_of(words: str) -> str:
    """What names the sound of these words."""
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def file_of(media: Path, language: str, digest: str) -> Path:
    """Where the synthetic sound lies if there is one."""
    return media / FOLDER / language / f"{digest}.mp3"


def approved_file_of(media: Path, language: str, digest: str) -> Path:
    """Where the sound lies that somebody vouches for, if there is one."""
    return media / FOLDER / language / f"{digest}.approved.mp3"


def any_file(media: Path, language: str, digest: str) -> Path | None:
    """The best sound that there is, whether or not people at a kiosk may hear it."""
    for file in (approved_file_of(media, language, digest), file_of(media, language, digest)):
        if file.is_file():
            return file
    return None


def kiosk_file(settings: Settings, language: str, digest: str) -> Path | None:
    """The sound that a kiosk plays, if any."""
    file = any_file(settings.media, language, digest)
    if file is None or file.name.endswith(".approved.mp3"):
        return file
    return None if settings.mode is Mode.LIVE and language in GUESSED else file


def has_sound(settings: Settings, language: str, words: str) -> bool:
    return kiosk_file(settings, language, digest_of(words)) is not None


# What there is to speak


def all_spoken() -> dict[str, Words]:
    """Every page and question with its words, by a stable code."""
    return (
        person_words.all_spoken()
        | interview_words.all_spoken()
        | speaking_words.all_spoken()
        | own_writing_words.all_spoken()
        | person_result_words.all_spoken()
        | literacy_words.PAGES
        | self_assessment_words.PAGES
    )


def prompts(language: str) -> list[Prompt]:
    """All that the kiosk says in a language, in the order of a sitting. Needs the application."""
    with force_locale(language):
        pages = [
            Prompt(
                code=code,
                language=language,
                title=str(words.title),
                sentences=tuple(str(one) for one in words.sentences),
                text=words.spoken,
            )
            for code, words in all_spoken().items()
        ]
    # Words of tasks are spoken as they stand; the same word is one sound.
    tasks: dict[str, str] = {}
    for code, text in content.spoken(language):
        tasks.setdefault(text, code)
    return pages + [
        Prompt(code=code, language=language, title=text, sentences=(), text=text)
        for text, code in tasks.items()
    ]


def find(language: str, digest: str) -> Prompt:
    """
    :raise NotFound: nothing is said with this digest in this language (any more).
    """
    for prompt in prompts(language):
        if prompt.digest == digest:
            return prompt
    raise NotFound


def states(db: Session, media: Path, wanted: list[Prompt]) -> dict[str, State]:
    """By digest, how far each prompt's sound is. One query."""
    rows = {
        (row.language, row.text_digest): row
        for row in db.scalars(
            select(PromptSound).where(
                PromptSound.language.in_({one.language for one in wanted}),
                PromptSound.approved_at.is_not(None),
            )
        )
    }
    found = {}
    for one in wanted:
        row = rows.get((one.language, one.digest))
        approved = approved_file_of(media, one.language, one.digest).is_file()
        if row is not None and approved:
            found[one.digest] = State.APPROVED if row.is_synthetic else State.RECORDED
        elif approved or file_of(media, one.language, one.digest).is_file():
            found[one.digest] = State.SYNTHETIC
        else:
            found[one.digest] = State.MISSING
    return found


@dataclass(frozen=True)
class Standing:
    """How far a language is."""

    language: str
    total: int
    by_state: Counter[State]

    @property
    def vouched_for(self) -> int:
        return self.by_state[State.RECORDED] + self.by_state[State.APPROVED]


def standings(db: Session, media: Path) -> list[Standing]:
    """Every language of the kiosk, in its order."""
    found = []
    for language in PERSON_LANGUAGES:
        wanted = prompts(language.code)
        counts = Counter(states(db, media, wanted).values())
        found.append(Standing(language.code, len(wanted), counts))
    return found


def next_open(wanted: list[Prompt], known: dict[str, State], after: str | None) -> Prompt | None:
    """The next prompt that nobody vouches for, behind the one with digest `after`, going round."""
    place = next((n for n, one in enumerate(wanted) if one.digest == after), -1)
    for one in wanted[place + 1 :] + wanted[: place + 1]:
        if not known[one.digest].is_vouched_for and one.digest != after:
            return one
    return None


# Vouching


def approve(
    db: Session, media: Path, prompt: Prompt, *, speaker: str, actor: Staff, now: datetime
) -> PromptSound:
    """A speaker vouches for the present sound; kiosks play it in live use too.

    :raise NotFound: there is no sound to approve.
    """
    file = any_file(media, prompt.language, prompt.digest)
    if file is None:
        raise NotFound
    row = _row(db, prompt)
    row.is_synthetic = row.is_synthetic if row.approved_at else True
    if row.is_synthetic:
        place(file, approved_file_of(media, prompt.language, prompt.digest))
    row.seconds = row.seconds or _seconds(file)
    _vouch(db, row, prompt, Action.SOUND_APPROVE, speaker=speaker, actor=actor, now=now)
    return row


def keep_recording(
    db: Session,
    media: Path,
    prompt: Prompt,
    recording: Path,
    *,
    seconds: float,
    speaker: str,
    actor: Staff,
    now: datetime,
) -> PromptSound:
    """The recording, levelled already, is this prompt's sound, and its speaker vouches for it."""
    row = _row(db, prompt)
    row.is_synthetic = False
    row.seconds = seconds
    place(recording, approved_file_of(media, prompt.language, prompt.digest))
    _vouch(db, row, prompt, Action.SOUND_RECORD, speaker=speaker, actor=actor, now=now)
    return row


def _row(db: Session, prompt: Prompt) -> PromptSound:
    row, _is_new = found_or_made(
        db,
        lambda: db.scalar(
            select(PromptSound).where(
                PromptSound.language == prompt.language,
                PromptSound.text_digest == prompt.digest,
            )
        ),
        lambda: PromptSound(
            language=prompt.language,
            text_digest=prompt.digest,
            file="",
            is_synthetic=True,
            seconds=0.0,
        ),
    )
    return row


def _vouch(
    db: Session,
    row: PromptSound,
    prompt: Prompt,
    action: Action,
    *,
    speaker: str,
    actor: Staff,
    now: datetime,
) -> None:
    name = approved_file_of(Path(), prompt.language, prompt.digest)
    row.file = name.as_posix()
    row.approved_by_id = actor.id
    row.approved_at = now
    row.speaker = speaker
    events.record(
        db,
        action,
        on=actor.centre,
        subject=row,
        actor=actor,
        now=now,
        language=prompt.language,
        text=prompt.digest,
    )


def place(source: Path, target: Path) -> None:
    """`target` is a copy of `source`, whole from the first moment that it is seen."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    os.close(handle)
    shutil.copyfile(source, name)
    Path(name).chmod(0o644)
    Path(name).replace(target)


def _seconds(file: Path) -> float:
    import soundfile

    return float(soundfile.info(str(file)).duration)


def voice_of(language: str) -> str | None:
    """The synthetic voice that speaks a language, if there is one."""
    return language_of(language).voice
