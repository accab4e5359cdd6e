"""Catalogues: which words of the code belong to which, and the compiled form that the app loads.

The words of persons are one set of catalogues in eight languages, those of staff another in two.
English is the language of the code and needs none. A word that both meet (a shared component's)
stands in the persons' set only: the application loads both.

What translators edit are the `.po` files; the compiled `.mo` beside each is made when the
application starts and is never kept in the repository. `tools/catalogues.py` takes new words from
the code into the `.po` files.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from testing.languages import PERSON_CODES, STAFF_CODES
from testing.settings import CHECKOUT

FOLDER = CHECKOUT / "testing" / "translations"
SOURCE_LANGUAGE = "en"

#: Files whose words a person may meet; every other file speaks to staff.
PERSON_FILES = (
    "templates/kiosk/*",
    "templates/items/*",
    "templates/letters/*",
    "templates/own/*",
    "templates/public/*",
    "templates/components/*",
    "templates/errors/*",
    "templates/layouts/base.html",
    "templates/layouts/kiosk.html",
    "templates/layouts/letter.html",
    "templates/layouts/parts.html",
    "templates/layouts/print.html",
    "templates/layouts/public.html",
    "testing/forms/feedback.py",
    "testing/forms/fields.py",
    "testing/interview/person_words.py",
    "testing/person_document_words.py",
    "testing/literacy/person_words.py",
    "testing/person_log_words.py",
    "testing/own_writing/person_words.py",
    "testing/speaking/person_words.py",
    "testing/person_result_words.py",
    "testing/person_words.py",
    "testing/views/kiosk.py",
    "testing/views/kiosk_literacy.py",
    "testing/views/kiosk_self_assessment.py",
    "testing/self_assessment/person_words.py",
    "testing/views/public_information.py",
    "testing/views/verify.py",
)


@dataclass(frozen=True)
class Kind:
    """A set of catalogues."""

    name: str
    languages: tuple[str, ...]

    def file_of(self, language: str) -> Path:
        return FOLDER / self.name / language / "LC_MESSAGES" / "messages.po"


PERSON = Kind("person", tuple(code for code in PERSON_CODES if code != SOURCE_LANGUAGE))
STAFF = Kind("staff", tuple(code for code in STAFF_CODES if code != SOURCE_LANGUAGE))
KINDS = (PERSON, STAFF)

#: In the order in which the application loads them: the last one's plural rule stays.
LOADED = (FOLDER / STAFF.name, FOLDER / PERSON.name)

#: A plural is (one, many).
MessageId = str | tuple[str, ...]


@dataclass(frozen=True)
class Word:
    """A word of the code with every file that says it."""

    id: MessageId
    context: str | None
    files: tuple[str, ...]


def belongs_to_persons(file: str) -> bool:
    return any(fnmatchcase(file, pattern) for pattern in PERSON_FILES)


def words_of_the_code() -> dict[Kind, list[Word]]:
    """Every word that the code marks for translation, in the set where it belongs."""
    found: dict[tuple[str, str | None], tuple[MessageId, set[str]]] = {}
    for folder, method in (("testing", "python"), ("templates", "jinja2")):
        suffix = "**.py" if method == "python" else "**.html"
        rows = extract_from_dir(
            CHECKOUT / folder,
            method_map=[(suffix, method)],
            options_map={suffix: {"trimmed": "true"}},
            keywords=_KEYWORDS,
        )
        for name, _line, message, _comments, context in rows:
            single = message if isinstance(message, str) else message[0]
            known = found.get((single, context))
            files = known[1] if known else set()
            files.add(f"{folder}/{Path(name).as_posix()}")
            # A word that is somewhere a plural too is one entry with both forms.
            is_plural = known is not None and not isinstance(known[0], str)
            found[single, context] = (known[0] if known and is_plural else message, files)
    words: dict[Kind, list[Word]] = {PERSON: [], STAFF: []}
    for (_single, context), (message, files) in found.items():
        kind = PERSON if any(map(belongs_to_persons, files)) else STAFF
        words[kind].append(Word(message, context, tuple(sorted(files))))
    return words


_KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "_n": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def files() -> Iterator[tuple[Kind, str, Path]]:
    """(set, language, .po file) of every catalogue that ships."""
    for kind in KINDS:
        for language in kind.languages:
            yield kind, language, kind.file_of(language)


def compile_all(sources: Iterable[Path] | None = None) -> list[Path]:
    """Every .po has a .mo as new as itself; returns those that were made.

    Several processes may start at once: each writes beside and moves into place.

    :raise OSError: the folder cannot be written to and a .mo is missing or old.
    """
    made = []
    for source in sources if sources is not None else (path for _kind, _code, path in files()):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as text:
            catalogue = read_po(text, abort_invalid=True)
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
        with os.fdopen(handle, "wb") as binary:
            write_mo(binary, catalogue)
        Path(name).chmod(0o644)
        Path(name).replace(target)
        made.append(target)
    return made
