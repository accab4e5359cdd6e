"""Length, LIX and vocabulary of what is read or heard, against the band of its level.

LIX is words a sentence plus the share of words of more than six letters, in per cent (Björnsson
1968). Vocabulary: the share of running words whose dictionary word is not among the 4,000 most
frequent of content/vocabulary/. Both say something of running text only, so texts of fewer than
twenty words are judged by length alone. Limits were set from the starter bank; they find outliers,
they do not measure levels.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from items.bank_files import BankFiles, Task
from items.content_format import MEASURED_SKILLS, Finding

#: Least and most words by level: outside is an error.
READ_WORDS = {
    "A1.1": (1, 30), "A1.2": (4, 60), "A1.3": (10, 80), "A2.1": (20, 120), "A2.2": (35, 180),
    "B1.1": (80, 230), "B1.2": (100, 290), "B2.1": (140, 400), "B2.2": (150, 420),
    "C1.1": (200, 520),
}  # fmt: skip
HEARD_WORDS = {
    "A1.1": (3, 40), "A1.2": (5, 60), "A1.3": (8, 90), "A2.1": (15, 150), "A2.2": (30, 200),
    "B1.1": (60, 270), "B1.2": (80, 320), "B2.1": (100, 420), "B2.2": (110, 440),
    "C1.1": (120, 520),
}  # fmt: skip
#: Highest LIX by language and band: above is a warning, LIX_MARGIN above is an error.
MOST_LIX = {
    "fi": {"A1": 60, "A2": 60, "B1": 63, "B2": 70, "C1": 80},
    "sv": {"A1": 48, "A2": 45, "B1": 48, "B2": 55, "C1": 65},
}
LIX_MARGIN = 10
#: Lowest LIX of a text that is read at a high level: below is a warning.
LEAST_LIX = {"fi": {"B2": 42, "C1": 45}, "sv": {"B2": 25, "C1": 30}}
#: Highest share of rare words by band: above is a warning, half as much again is an error.
MOST_RARE = {"A1": 0.25, "A2": 0.20, "B1": 0.20, "B2": 0.24, "C1": 0.30}
RARE_MARGIN = 1.5
FREQUENT = 4000
SHORTEST_JUDGED = 20

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?…:]+(?=\s|$)|\n+")


def lix(text: str) -> float:
    """Words a sentence plus the per cent of words of more than six letters."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = sum(bool(_WORD.search(part)) for part in _SENTENCE_END.split(text))
    long_words = sum(len(word) > 6 for word in words)
    return len(words) / max(sentences, 1) + 100 * long_words / len(words)


@cache
def frequent_words(folder: Path, language: str) -> frozenset[str]:
    """The most frequent dictionary words of a language."""
    file = folder / "vocabulary" / f"{language}.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return frozenset([line for line in lines if line and not line.startswith("#")][:FREQUENT])


@cache
def _lemma(word: str, language: str) -> str:
    import simplemma

    return str(simplemma.lemmatize(word, lang=language)).casefold()


def rare_words(text: str, language: str, frequent: frozenset[str]) -> list[str]:
    """Running words whose dictionary word is not frequent; names inside a sentence left out."""
    rare = []
    for found in _WORD.finditer(text):
        word = found[0]
        before = text[: found.start()].rstrip(" \"“”'(")
        inside = bool(before) and before[-1] not in ".!?…:\n"
        if inside and word[0].isupper() and not word.isupper():
            continue
        lower = word.casefold()
        if lower not in frequent and _lemma(lower, language) not in frequent:
            rare.append(word)
    return rare


def _length_findings(bank: BankFiles, task: Task, place: tuple[str]) -> Iterator[Finding]:
    least, most = (HEARD_WORDS if task.script else READ_WORDS)[task.level]
    if not least <= task.words <= most:
        message = f"{task.words} words; {task.level} has {least} to {most}"
        yield bank.documents[task.id].finding(place, "length", message)


def _text_findings(bank: BankFiles, task: Task, place: tuple[str]) -> Iterator[Finding]:
    document = bank.documents[task.id]
    text = task.script_text or task.stimulus_text
    band = task.level[:2]
    value = lix(text)
    most = MOST_LIX[task.language][band]
    if value > most:
        severity = "error" if value > most + LIX_MARGIN else "warning"
        message = f"LIX {value:.0f}, above {most} for {band}: shorter sentences or words"
        yield document.finding(place, "readability", message, severity)
    least = LEAST_LIX[task.language].get(band, 0)
    if task.skill == "reading" and value < least:
        message = f"LIX {value:.0f}, below {least} for {band}: is it as hard as its level?"
        yield document.finding(place, "readability", message, "warning")
    frequent = frequent_words(bank.folder, task.language)
    if not frequent:
        return
    rare = rare_words(text, task.language, frequent)
    share = len(rare) / len(_WORD.findall(text))
    if share > MOST_RARE[band]:
        severity = "error" if share > RARE_MARGIN * MOST_RARE[band] else "warning"
        examples = ", ".join(dict.fromkeys(rare[:8]))
        message = f"{share:.0%} rare words, above {MOST_RARE[band]:.0%} for {band}: {examples}"
        yield document.finding(place, "vocabulary", message, severity)


def readability_findings(bank: BankFiles) -> Iterator[Finding]:
    """Texts that are too long, too heavy or too rare in their words for their level."""
    for task in bank.tasks:
        if task.skill not in MEASURED_SKILLS:
            continue
        place = ("script",) if task.script else ("stimulus",)
        yield from _length_findings(bank, task, place)
        text = task.script_text or task.stimulus_text
        if len(_WORD.findall(text)) >= SHORTEST_JUDGED:
            yield from _text_findings(bank, task, place)
