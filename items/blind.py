"""Blind answering: a sheet without keys for a reader, and what the reader's answers say.

With the text, answers must agree with the keys; where they do not, the item is mended. Without the
text nobody should do better than guessing: no kind of question at p < .01, and at most five points
above chance over all. A record is a CSV file `item,answer` whose first lines, beginning with #, say
who read: a person or a program.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from items.bank_files import Block, Item, Task
from items.pictures import signs_of

LEAST_AGREEMENT = 0.98
SIGNIFICANCE = 0.01
MOST_ABOVE_CHANCE = 0.05


class BadSheet(ValueError):
    """An answer sheet that cannot be read; the message names the line."""


def _shown(entry: Mapping[str, Any]) -> str:
    return str(entry["text"]) if "text" in entry else _picture(entry["picture"], entry.get("alt"))


def _picture(name: str, alt: str | None) -> str:
    return f"[picture: {alt or signs_of(name)}]"


def _block(block: Block) -> Iterator[str]:
    match block.kind:
        case "picture":
            yield _picture(block.value, block.alt)
        case "rows":
            if block.columns:
                yield " | ".join(block.columns)
            yield from (" | ".join(row) for row in block.value)
        case "fields":
            yield from (f"{name}: {value}" for name, value in block.value)
        case "list":
            yield from (f"- {entry}" for entry in block.value)
        case "message" | "email":
            yield from (f"{name}: {value}" for name, value in block.value.items())
        case _:
            yield str(block.value)


def _question(item: Item) -> Iterator[str]:
    data = item.data
    yield f"### {item.id} ({item.kind}, {item.instruction})"
    for name in ("prompt", "statement", "text"):
        if name in data:
            yield str(data[name])
    if item.kind == "truth":
        yield "true / false / not_said"
    for name in ("options", "left", "right", "parts"):
        if name in data:
            yield f"{name}: " + "; ".join(f"{e['id']} = {_shown(e)}" for e in data[name])
    for gap, content in data.get("gaps", {}).items():
        yield f"{{{gap}}}: " + " / ".join(content["options"])


def question_sheet(tasks: Iterable[Task], *, with_text: bool) -> str:
    """Every measured task with its questions and without any key or reason."""
    lines = [
        "Answers go into a CSV file `item,answer`: option id · `a c` · true, false or not_said ·",
        "`l1=r2 l2=r1` · `p3 p1 p2` · `1=olen 2=asun` · typed text. Leave out nothing; guess.",
    ]
    for task in tasks:
        if not task.measured:
            continue
        lines += ["", f"## {task.id}"]
        if with_text:
            for block in task.stimulus:
                lines.extend(_block(block))
            lines.extend(f"{line.speaker}: {line.text}" for line in task.script if line.speaker)
        for item in task.items:
            lines += ["", *_question(item)]
    return "\n".join(lines) + "\n"


def raw_of(item: Item, answer: str) -> dict[str, Any]:
    """The raw answer that a line of a sheet means."""
    text = answer.strip()
    parts = text.split()
    pairs = dict(part.split("=", 1) for part in parts if "=" in part)
    match item.kind:
        case "choice" | "truth":
            return {"choice": text}
        case "multiple":
            return {"choices": parts}
        case "ordering":
            return {"order": parts}
        case "matching":
            return {"pairs": pairs}
        case "inline_choice":
            # Options may be of several words: split before every `digit=`.
            gaps: dict[str, str] = {}
            gap = ""
            for part in parts:
                if part[:2].endswith("="):
                    gap, part = part[0], part[2:]
                    gaps[gap] = part
                elif gap:
                    gaps[gap] += f" {part}"
            return {"gaps": gaps}
        case _:
            return {"text": text}


def read_sheet(file: Path) -> dict[str, str]:
    """Answers by item id. Raises BadSheet."""
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    start = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    rows = csv.reader(lines[start:])
    answers: dict[str, str] = {}
    for number, row in enumerate(rows, start=start + 1):
        if number == start + 1:
            if row != ["item", "answer"]:
                raise BadSheet(f"{file.name}:{number}: the header must be item,answer")
            continue
        if not row:
            continue
        if len(row) != 2:
            raise BadSheet(f"{file.name}:{number}: two columns are expected, {len(row)} are there")
        if row[0] in answers:
            raise BadSheet(f"{file.name}:{number}: {row[0]} is answered twice")
        answers[row[0]] = row[1]
    return answers


@dataclass(frozen=True)
class Outcome:
    """How a reader did on a kind of question, or on all of them."""

    n: int
    right: int
    chance: float
    """Expected right answers by guessing."""
    p: float
    """Probability that guessing does as well or better."""

    @property
    def share(self) -> float:
        return self.right / self.n

    @property
    def above_chance(self) -> float:
        return (self.right - self.chance) / self.n


@dataclass(frozen=True)
class SheetMarks:
    """What a sheet says of the bank."""

    all: Outcome
    by_kind: Mapping[str, Outcome]
    wrong: tuple[str, ...]
    unanswered: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether a reader who had the texts bears the keys out."""
        return not self.unanswered and self.all.share >= LEAST_AGREEMENT

    @property
    def needs_the_text(self) -> bool:
        """Whether a reader without the texts did no better than guessing."""
        return (
            not self.unanswered
            and self.all.above_chance <= MOST_ABOVE_CHANCE
            and all(kind.p >= SIGNIFICANCE for kind in self.by_kind.values())
        )


def _outcome(rows: list[tuple[float, bool]]) -> Outcome:
    """`p` is exact: the number of right guesses of items with different chances."""
    distribution = [1.0]
    for chance, _ in rows:
        shifted = [0.0, *(value * chance for value in distribution)]
        stayed = [*(value * (1 - chance) for value in distribution), 0.0]
        distribution = [one + other for one, other in zip(shifted, stayed, strict=True)]
    right = sum(is_right for _, is_right in rows)
    expected = sum(chance for chance, _ in rows)
    return Outcome(len(rows), right, expected, min(1.0, sum(distribution[right:])))


def mark_sheet(tasks: Iterable[Task], answers: Mapping[str, str]) -> SheetMarks:
    """The sheet's answers marked as a person's would be; items not in the sheet are named.

    Raises BadSheet for an answer to an item that does not exist or a sheet without answers.
    """
    items = {item.id: item for task in tasks for item in task.items}
    unknown = sorted(set(answers) - set(items))
    if unknown:
        raise BadSheet(f"no such item: {', '.join(unknown[:5])}")
    if not answers:
        raise BadSheet("the sheet has no answers")
    rows: dict[str, list[tuple[float, bool]]] = {}
    wrong = []
    for name, answer in answers.items():
        item = items[name]
        is_right = item.interaction.mark(raw_of(item, answer)) == item.interaction.max_score
        if not is_right:
            wrong.append(name)
        rows.setdefault(item.kind, []).append((item.interaction.chance, is_right))
    return SheetMarks(
        all=_outcome([row for of_kind in rows.values() for row in of_kind]),
        by_kind={kind: _outcome(of_kind) for kind, of_kind in sorted(rows.items())},
        wrong=tuple(wrong),
        unanswered=tuple(sorted(set(items) - set(answers))),
    )
