"""A synthetic voice for spoken instructions: espeak-ng, for every language that it knows.

The voices are not those of the tested languages' recordings: instructions are no part of what is
measured. Every file made here counts as synthetic until a speaker vouches for it.
"""

import os
import tempfile
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from items.sound import trimmed, write_levelled
from items.speech import Voice, speak
from testing import sounds
from testing.settings import CHECKOUT
from testing.sounds import Prompt

#: Instructions are spoken calmly: by this factor slower than the voice's own pace.
TEMPO = 1.2
VOWELS = CHECKOUT / "testing" / "data" / "spoken_vowels.toml"


@cache
def vowels(language: str) -> dict[str, str]:
    """Sentences of a language with the vowels that its writing leaves out, for the voice only."""
    with VOWELS.open("rb") as file:
        return {str(a): str(b) for a, b in tomllib.load(file).get(language, {}).items()}


def spoken_text(prompt: Prompt) -> str:
    """What the voice is given: the words of the page, with vowels where they are known."""
    known = vowels(prompt.language)
    title = known.get(prompt.title, prompt.title)
    if not title.endswith((".", "?", "!", "؟")):
        title += "."
    return "\n".join([title, *(known.get(one, one) for one in prompt.sentences)])


def make(media: Path, prompt: Prompt) -> Path:
    """The prompt's synthetic sound lies in the media folder.

    :raise NoVoice: the language has no synthetic voice, or espeak-ng is not installed.
    :raise LookupError: the service knows no voice for the language.
    """
    name = sounds.voice_of(prompt.language)
    if name is None:
        raise LookupError(prompt.language)
    samples = trimmed(speak(spoken_text(prompt), Voice("espeak-ng", name), TEMPO))
    target = sounds.file_of(media, prompt.language, prompt.digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=target.parent, suffix=".part.mp3")
    os.close(handle)
    try:
        write_levelled(samples, Path(part))
        Path(part).chmod(0o644)
        Path(part).replace(target)
    finally:
        Path(part).unlink(missing_ok=True)
    return target


def missing(media: Path, languages: Iterable[str]) -> list[Prompt]:
    """Prompts without any sound that a synthetic voice could speak. Needs the application."""
    return [
        prompt
        for language in languages
        if sounds.voice_of(language)
        for prompt in sounds.prompts(language)
        if sounds.any_file(media, language, prompt.digest) is None
    ]
