"""Language and spelling of every text.

Finnish is spelled by libvoikko (Debian: libvoikko1 voikko-fi), Swedish by Hunspell's dictionary
for Finland (hunspell-sv). What the dictionaries lack stands in content/words/: names.txt (with a
capital, a case ending may follow), <language>.txt (a line that ends in * allows every word that
begins so) and spoken-<language>.txt (spoken forms, from A2.2). Where a dictionary is missing on
this machine, one warning says so.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from items.bank_files import BankFiles, Task
from items.content_format import LANGUAGES, Document, Finding, Place
from scoring.cefr import LEVELS

#: Fewer words than this do not show their language.
SHORTEST_JUDGED = 8
#: Below this level only the standard language is written and spoken.
SPOKEN_FROM = "A2.2"
#: Letters of a Finnish case ending behind a name.
LONGEST_ENDING = 6
#: Languages that the identifier takes for ours in short texts.
_COUSINS = {"fi": {"fi", "et"}, "sv": {"sv", "no", "da"}}
_LANGUAGE_NAMES = {"fi": "Finnish", "sv": "Swedish"}
_CANDIDATES = ["fi", "et", "sv", "no", "da", "en", "de", "ru"]

_EDITORIAL = {"descriptor", "reason", "why", "notes"}
_UNREAD = {
    *("id", "language", "skill", "level", "levels", "area", "text_type", "author", "kind", "focus"),
    *("instruction", "key", "as", "picture", "enemies", "speakers", "speaker", "accept", "answer"),
    "solution",
}
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_NOT_WORDS = re.compile(
    r"\S+@\S+|https?:\S+|www\.\S+|\S+\.(?:fi|com|ax|net|org)\b|\{\w+\}|\S*\d\S*"
)


def texts_of(data: Mapping[str, Any]) -> Iterator[tuple[Place, str, bool]]:
    """Place, text and whether it is for authors (True) or for the person, of a whole file."""

    def walk(value: Any, place: Place, editorial: bool) -> Iterator[tuple[Place, str, bool]]:
        if isinstance(value, str):
            yield place, value, editorial
        elif isinstance(value, Mapping):
            for name, inner in value.items():
                if name not in _UNREAD:
                    yield from walk(inner, (*place, name), editorial or name in _EDITORIAL)
        elif isinstance(value, list):
            for position, inner in enumerate(value):
                yield from walk(inner, (*place, position), editorial)

    return walk(data, (), False)


@cache
def _identifier() -> Any:
    import py3langid

    py3langid.set_languages(_CANDIDATES)
    return py3langid


def language_of(text: str) -> str:
    """The language that a text most likely is in."""
    return str(_identifier().classify(text)[0])


def _other_language(text: str, wanted: str) -> str | None:
    if len(_WORD.findall(text)) < SHORTEST_JUDGED:
        return None
    found = language_of(text)
    return None if found in _COUSINS[wanted] else found


def _language_findings(document: Document, task: Task) -> Iterator[Finding]:
    """Long texts are judged alone, the rest of a task's texts and reasons together."""
    shown: list[str] = []
    editorial: list[str] = []
    for place, text, for_authors in texts_of(document.data):
        (editorial if for_authors else shown).append(text)
        wanted = "fi" if for_authors else task.language
        if wanted in LANGUAGES and not for_authors and (found := _other_language(text, wanted)):
            message = f"this reads as “{found}”, not {_LANGUAGE_NAMES[wanted]}"
            yield document.finding(place, "language", message)
    for texts, wanted, what in (
        (shown, task.language, "the texts of the task read"),
        (editorial, "fi", "reasons and descriptors read"),
    ):
        found = _other_language(" ".join(texts), wanted) if wanted in LANGUAGES else None
        if found:
            message = f"{what} as “{found}”, not {_LANGUAGE_NAMES[wanted]}"
            yield document.finding(("items",), "language", message)


Speller = Callable[[str], bool]


@cache
def speller(language: str) -> Speller | None:
    """Whether a word is spelled right, as a function; None without a dictionary here."""
    if language == "fi":
        try:
            from libvoikko import Voikko, VoikkoException
        except ImportError:
            return None
        try:
            voikko = Voikko("fi")
        except (VoikkoException, OSError):
            return None
        return lambda word: bool(voikko.spell(word))
    for name in ("sv_FI", "sv_SE"):
        folder = Path("/usr/share/hunspell")
        if (folder / f"{name}.dic").is_file():
            try:
                from hunspell import Hunspell
            except ImportError:
                return None
            dictionary = Hunspell(name, hunspell_data_dir=str(folder))
            return lambda word: bool(dictionary.spell(word))
    return None


@dataclass(frozen=True)
class Allowed:
    """What is right though no dictionary knows it, without case."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    names: tuple[str, ...]

    def has(self, word: str) -> bool:
        lower = word.casefold()
        if lower in self.words or lower.startswith(self.beginnings):
            return True
        return word[0].isupper() and any(
            lower.startswith(name) and len(lower) - len(name) <= LONGEST_ENDING
            for name in self.names
        )


def _listed(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return [line.strip().casefold() for line in lines if line.strip() and line[0] != "#"]


@cache
def allowed_words(folder: Path, language: str, level: str) -> Allowed:
    """The allowed words of a language at a level, names included."""
    words = _listed(folder / "words" / f"{language}.txt")
    if LEVELS.index(level) >= LEVELS.index(SPOKEN_FROM):
        words += _listed(folder / "words" / f"spoken-{language}.txt")
    return Allowed(
        words=frozenset(word for word in words if not word.endswith("*")),
        beginnings=tuple(word[:-1] for word in words if word.endswith("*")),
        names=tuple(_listed(folder / "words" / "names.txt")),
    )


def misspelled(text: str, allowed: Allowed, spell: Speller) -> list[str]:
    """Words of a text that neither the dictionary nor the list of allowed words knows."""
    wrong = []
    for found in _WORD.findall(_NOT_WORDS.sub(" ", text)):
        word = found.replace("’", "'")
        if len(word) == 1 or allowed.has(word):
            continue
        if not any(spell(form) for form in (word, word.casefold(), word.capitalize())):
            wrong.append(found)
    return wrong


def _spelling_findings(
    bank: BankFiles, document: Document, task: Task, spellers: Mapping[str, Speller]
) -> Iterator[Finding]:
    for place, text, for_authors in texts_of(document.data):
        own = task.language if task.language in LANGUAGES else "fi"
        # Reasons are Finnish and quote the tested language; quoting spoken forms is no slip.
        languages = dict.fromkeys(["fi", own]) if for_authors else [own]
        if not for_authors and task.language not in LANGUAGES:
            continue
        wrong = list(dict.fromkeys(_WORD.findall(_NOT_WORDS.sub(" ", text))))
        for language in languages:
            if language in spellers:
                level = "C1.1" if for_authors else task.level
                allowed = allowed_words(bank.folder, language, level)
                wrong = misspelled(" ".join(wrong), allowed, spellers[language])
            else:
                wrong = []
        for word in wrong:
            message = f"“{word}”: mend it, or allow it in words/{own}.txt"
            severity = "warning" if for_authors else "error"
            yield document.finding(place, "spelling", message, severity)


def wording_findings(bank: BankFiles) -> Iterator[Finding]:
    """Texts in another language and words that no dictionary knows."""
    spellers: dict[str, Speller] = {}
    for language in sorted({task.language for task in bank.tasks} & set(LANGUAGES)):
        spell = speller(language)
        if spell is None:
            packages = "libvoikko1 voikko-fi" if language == "fi" else "hunspell-sv"
            message = f"not spelled here: install the Debian packages {packages}"
            yield Finding(language, 1, "spelling", message, "warning")
        else:
            spellers[language] = spell
    if "fi" not in spellers and (finnish := speller("fi")) is not None:
        spellers["fi"] = finnish
    for task in bank.tasks:
        document = bank.documents[task.id]
        yield from _language_findings(document, task)
        yield from _spelling_findings(bank, document, task, spellers)
