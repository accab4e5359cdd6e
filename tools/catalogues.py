"""Takes the words of the code into the catalogues: `make catalogues`.

    tools/catalogues.py           new words in, words that nobody says any more out, compiled
    tools/catalogues.py missing   what has no translation yet, one line each; exit code 1 if any

A new word comes in without a translation: nothing is guessed from a word that looks alike.
"""

import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from testing.catalogues import (
    KINDS,
    SOURCE_LANGUAGE,
    Kind,
    Word,
    compile_all,
    files,
    words_of_the_code,
)

HEADER = {
    "fi": "Drafted, not reviewed by an expert of easy language.",
    "sv": "Drafted, not reviewed by an expert of easy language.",
}
OTHERS = "Machine-drafted, not reviewed by a native speaker."


def update(kind: Kind, language: str, words: list[Word]) -> list[str]:
    """The catalogue holds exactly these words; returns those without a translation."""
    path = kind.file_of(language)
    old = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as text:
            old = read_po(text, locale=language)
    new = Catalog(
        locale=language,
        project="Lähtötaso",
        version="1",
        copyright_holder="",
        msgid_bugs_address="",
        fuzzy=False,
        header_comment=f"# Lähtötaso: words of {kind.name}, {language}.\n"
        f"# {HEADER.get(language, OTHERS)}\n#",
    )
    missing = []
    for word in sorted(words, key=lambda one: (one.files, str(one.id))):
        single = word.id if isinstance(word.id, str) else word.id[0]
        known = old.get(single, word.context)
        same_shape = known is not None and isinstance(known.id, str) == isinstance(word.id, str)
        string = known.string if known is not None and same_shape else None
        message = new.add(
            word.id,
            string or ("" if isinstance(word.id, str) else ("",) * new.num_plurals),
            locations=[(file, None) for file in word.files],
            user_comments=known.user_comments if known else (),
            context=word.context,
        )
        if not all([message.string] if isinstance(message.string, str) else message.string):
            missing.append(single)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, new, width=100, include_lineno=False, sort_output=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    # Dates and the program's version would differ in every branch and say nothing.
    dull = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Report-Msgid', '"Last-Tr', '"Language-Team')
    # In one step: a service that starts meanwhile compiles the old catalogue or the new one.
    beside = path.with_suffix(".part")
    beside.write_text("".join(one for one in lines if not one.startswith(dull)), encoding="utf-8")
    beside.replace(path)
    return missing


def main() -> int:
    words = words_of_the_code()
    only_tell = sys.argv[1:] == ["missing"]
    lacking = 0
    for kind in KINDS:
        for language in kind.languages:
            missing = update(kind, language, words[kind])
            lacking += len(missing)
            print(f"{kind.name} {language}: {len(words[kind])} words, {len(missing)} not translated")
            if only_tell:
                for one in missing:
                    print(f"  {one}")
    print(f"{SOURCE_LANGUAGE} is the language of the code")
    if lacking == 0:
        compile_all(path for _kind, _language, path in files())
    return 1 if only_tell and lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
