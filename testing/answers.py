"""Answers: from the fields of a form to the raw answer that an item marks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from items.bank_files import Item, Task

#: Value of the neutral choice that is always there.
DONT_KNOW = "dont-know"
#: More than any key needs; what is longer was not typed by a person answering.
LONGEST_TEXT = 500


@dataclass(frozen=True)
class Answer:
    """A raw answer to one item, or "I don't know"."""

    raw: dict[str, Any] | None
    is_dont_know: bool = False


def field_of(item: Item) -> str:
    """Name of an item's control; parts of an answer add "-" and their own name."""
    return f"answer-{item.id}"


def answers_from(task: Task, fields: MultiDict[str, str]) -> dict[str, Answer]:
    """By item id what the form holds; items that were left empty are missing."""
    found = {}
    for item in task.items:
        answer = _answer(item, fields)
        if answer is not None:
            found[item.id] = answer
    return found


def _answer(item: Item, fields: MultiDict[str, str]) -> Answer | None:
    name = field_of(item)
    values = [value[:LONGEST_TEXT] for value in fields.getlist(name)]
    if DONT_KNOW in values or fields.get(f"{name}-{DONT_KNOW}"):
        return Answer(None, is_dont_know=True)
    raw = _raw(item, values, _parts(name, fields))
    if raw is None or item.interaction.empty(raw):
        return None
    return Answer(raw)


def _parts(name: str, fields: MultiDict[str, str]) -> dict[str, str]:
    """Sub-answers by their own names, e.g. the pairs of a matching."""
    prefix = f"{name}-"
    return {
        field.removeprefix(prefix): value[:LONGEST_TEXT]
        for field, value in fields.items()
        if field.startswith(prefix) and value
    }


def _raw(item: Item, values: list[str], parts: Mapping[str, str]) -> dict[str, Any] | None:
    match item.kind:
        case "choice" | "truth":
            return {"choice": values[0]} if values else None
        case "multiple":
            return {"choices": values}
        case "matching":
            return {"pairs": dict(parts)}
        case "ordering":
            places = sorted(parts.items(), key=lambda part: part[1])
            return {"order": [name for name, _place in places]}
        case "inline_choice":
            return {"gaps": dict(parts)}
        case _:
            return {"text": values[0]} if values else None
