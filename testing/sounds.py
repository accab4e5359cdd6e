"""Spoken instructions: which file speaks which words in which language."""

import hashlib
from pathlib import Path

FOLDER = "prompts"


def digest_of(words: str) -> str:
    """What names the sound of these words; changed words have no sound until spoken anew."""
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def file_of(media: Path, language: str, digest: str) -> Path:
    """Where the sound lies if there is one."""
    return media / FOLDER / language / f"{digest}.mp3"


def has_sound(media: Path, language: str, words: str) -> bool:
    return file_of(media, language, digest_of(words)).is_file()
