"""RESPONSES: who scored what, long (`person,item,score`) or wide (one column an item)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.answers import Answers
from testing.measurement.tables import Table, note, read_table, refuse, whole_number

IntArray = NDArray[np.int64]

LONG = ("person", "item", "score")


@dataclass(frozen=True, eq=False)
class Responses:
    """Answers with names, and the line of the file that each came from."""

    path: Path
    persons: tuple[str, ...]
    items: tuple[str, ...]
    answers: Answers
    line: IntArray
    is_wide: bool

    def where(self, index: int) -> tuple[int, str]:
        """Line and column of an answer."""
        column = self.items[int(self.answers.item[index])] if self.is_wide else "score"
        return int(self.line[index]), column

    def refuse_scores_above(self, highest: IntArray, why: str) -> None:
        """Nothing happens when no score of item i is above highest[i]."""
        too_high = np.flatnonzero(self.answers.score > highest[self.answers.item])
        if len(too_high):
            first = int(too_high[np.argmin(self.line[too_high])])
            line, column = self.where(first)
            item = self.items[int(self.answers.item[first])]
            refuse(
                self.path,
                f"expected a score from 0 to {highest[self.answers.item[first]]} {why}, found "
                f"{self.answers.score[first]} for item {item}",
                line=line,
                column=column,
            )

    def refuse_gaps(self) -> None:
        """Nothing happens when every item has all scores below its highest, or only one score."""
        order = np.lexsort((self.answers.score, self.answers.item))
        item, score = self.answers.item[order], self.answers.score[order]
        new = np.ones(len(item), dtype=bool)
        new[1:] = (item[1:] != item[:-1]) | (score[1:] != score[:-1])
        item, score, order = item[new], score[new], order[new]
        starts = np.flatnonzero(np.append(True, item[1:] != item[:-1]))
        for at, end in zip(starts, np.append(starts[1:], len(item)), strict=True):
            seen = score[at:end]
            wanted = np.arange(len(seen))
            # An item with a single score is not estimable, which is a note and no gap.
            if len(seen) > 1 and not np.array_equal(seen, wanted):
                bad = int(np.flatnonzero(seen != wanted)[0])
                line, column = self.where(int(order[at + bad]))
                refuse(
                    self.path,
                    f"expected every score below the highest of item {self.items[int(item[at])]} "
                    f"to be observed, but nobody has {bad}",
                    line=line,
                    column=column,
                )


def read_responses(path: Path) -> Responses:
    """The responses in a file; refused with line and column if anything is not as expected."""
    table = read_table(path)
    found = _long(table) if table.columns == LONG else _wide(table)
    if len(found.persons) < 2:
        refuse(path, "expected responses of at least two persons, found one", line=2)
    return found


def _long(table: Table) -> Responses:
    persons: dict[str, int] = {}
    items: dict[str, int] = {}
    seen: dict[tuple[int, int], int] = {}
    scores: list[int] = []
    lines: list[int] = []
    for row in table.rows:
        person = persons.setdefault(table.text(row, "person"), len(persons))
        item = items.setdefault(table.text(row, "item"), len(items))
        if (person, item) in seen:
            refuse(
                table.path,
                f"expected each person and item once, found person {row.cells['person']} with "
                f"item {row.cells['item']} on line {seen[person, item]} already",
                line=row.line,
                column="item",
            )
        seen[person, item] = row.line
        scores.append(table.whole(row, "score"))
        lines.append(row.line)
    pairs = np.array(list(seen), dtype=np.int64)
    answers = Answers(
        pairs[:, 0], pairs[:, 1], np.array(scores, dtype=np.int64), len(persons), len(items)
    )
    return Responses(
        table.path, tuple(persons), tuple(items), answers, np.array(lines, np.int64), False
    )


def _wide(table: Table) -> Responses:
    if table.columns[0] != "person" or len(table.columns) < 2:
        refuse(
            table.path,
            "expected the header person,item,score or person followed by one column an item",
            line=1,
            column=table.columns[0],
        )
    items = table.columns[1:]
    persons: dict[str, int] = {}
    person_index: list[int] = []
    item_index: list[int] = []
    scores: list[int] = []
    lines: list[int] = []
    for row in table.rows:
        name = table.text(row, "person")
        if name in persons:
            refuse(
                table.path,
                f"expected each person once, found {name} again",
                line=row.line,
                column="person",
            )
        person = persons.setdefault(name, len(persons))
        for item, column in enumerate(items):
            value = row.cells[column]
            if value:
                scores.append(whole_number(table.path, row.line, column, value))
                person_index.append(person)
                item_index.append(item)
                lines.append(row.line)
    if not scores:
        refuse(table.path, "expected at least one score, found only blanks", line=2)
    answers = Answers(
        np.array(person_index, np.int64),
        np.array(item_index, np.int64),
        np.array(scores, np.int64),
        len(persons),
        len(items),
    )
    return Responses(table.path, tuple(persons), items, answers, np.array(lines, np.int64), True)


def score_table(responses: Responses, items: tuple[str, ...]) -> IntArray:
    """(persons, len(items)) scores in the order of `items`, −1 where not presented.

    Items of the file that are not among `items` are left out with a note.
    """
    column = {name: number for number, name in enumerate(items)}
    place = np.array([column.get(name, -1) for name in responses.items], dtype=np.int64)
    unknown = [name for name, at in zip(responses.items, place, strict=True) if at < 0]
    if unknown:
        note(f"{responses.path}: ignored items without parameters: {', '.join(unknown)}.")
    table = np.full((len(responses.persons), len(items)), -1, dtype=np.int64)
    kept = place[responses.answers.item] >= 0
    table[responses.answers.person[kept], place[responses.answers.item[kept]]] = (
        responses.answers.score[kept]
    )
    return table
