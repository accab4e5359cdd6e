"""Blinding: a text as a rater sees it, without the name of the person who wrote it."""

import re

from testing.models import Person

#: Stands where the person wrote their own name; the ending of the word stays behind it.
MARK = "[***]"
#: The longest ending that Finnish or Swedish hangs on a name.
LONGEST_ENDING = 6
#: A shorter name is a word of many languages: it is hidden only where it is written as a name.
SHORTEST_PLAIN = 4


def blind(text: str, person: Person) -> str:
    """`text` with the person's names covered, however they are written and inflected."""
    for name in names_of(person):
        text = _pattern(name).sub(lambda found: f"{MARK}{found[1]}", text)
    return text


def names_of(person: Person) -> list[str]:
    """The parts of the person's names, longest first so that none is covered by half."""
    words = re.findall(r"[^\W\d_]+", f"{person.given_names} {person.surname}")
    return sorted({word for word in words if len(word) > 1}, key=lambda word: (-len(word), word))


def _pattern(name: str) -> re.Pattern[str]:
    written = re.escape(name)
    if len(name) >= SHORTEST_PLAIN:
        return re.compile(rf"\b(?i:{written})(\w{{0,{LONGEST_ENDING}}})\b")
    capital = re.escape(name[0].upper()) + "(?i:" + re.escape(name[1:]) + ")"
    return re.compile(rf"\b{capital}(\w{{0,{LONGEST_ENDING}}})\b")
