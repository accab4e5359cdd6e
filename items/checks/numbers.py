"""Numeracy: every key is worked out anew from the pictures, and every wrong option proved wrong.

Where a picture alone does not say what is to be done with its numbers, the author writes the
`solution` as an expression; its numbers must stand in the picture and its value must be the key.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from items.bank_files import BankFiles, Item, Task
from items.checks.levels import wordless
from items.checks.values import (
    NoValue,
    holds,
    is_regular,
    numerals,
    of_picture,
    of_shown,
    prices,
    worth,
)
from items.content_format import LANGUAGE_FREE, NUMERACY, NUMERACY_LEVELS, Document, Finding

#: Tasks at each level below which a starter bank is too thin to pilot.
LEAST_TASKS = 10
#: Numbers that belong to a calculation without being shown: days, hours, minutes, percents …
KNOWN_BY_ALL = {Fraction(n) for n in (1, 2, 7, 10, 12, 24, 52, 60, 100, 1000)}
#: Kinds of question that can be answered without reading a word.
_KINDS = {"choice", "number", "matching", "ordering"}


def _pictures(task: Task) -> list[str]:
    return [block.value for block in task.stimulus if block.kind == "picture"]


def _answer_of(task: Task, item: Item) -> Fraction:
    """The answer to an item that its pictures determine. Raises NoValue."""
    shown = _pictures(task)
    solution = item.data.get("solution")
    if solution is not None:
        return worth(solution)
    match item.instruction:
        case "how_much_back":
            paid = sum(of_picture(name) for name in shown if name.startswith("coins:"))
            cost = sum(sum(prices(name)) for name in shown if name.startswith("cards:"))
            return Fraction(paid - cost)
        case "how_much_together":
            return Fraction(sum(sum(prices(name)) for name in shown))
        case "difference":
            if len(shown) == 2:
                return abs(of_picture(shown[0]) - of_picture(shown[1]))
        case (
            "how_many"
            | "how_much_money"
            | "what_time"
            | "how_long"
            | "what_shows"
            | "same_amount"
            | "missing_number"
        ):
            if len(shown) == 1:
                return of_picture(shown[0])
    raise NoValue(item.id)


def _equation(task: Task, item: Item) -> str | None:
    """The equation or row with a ? that an item is about."""
    if "?" in item.prompt:
        return item.prompt
    rows = [name for name in _pictures(task) if name.startswith(("sum:", "sequence:"))]
    return rows[0].partition(":")[2] if rows else None


def _is_right(task: Task, item: Item, text: str, value: Fraction) -> bool:
    """Whether an answer is right. Raises NoValue where that cannot be worked out."""
    is_asked = item.instruction == "missing_number" and "solution" not in item.data
    row = _equation(task, item) if is_asked else None
    if row is not None:
        return is_regular(row, text) if "|" in row else holds(row, text)
    answer = _answer_of(task, item)
    if item.data.get("as") == "time" or any(one.get("as") == "time" for one in item.options):
        return (value - answer) % 720 == 0
    return value == answer


def _proved(task: Task, item: Item) -> str | None:
    """What is wrong with an item's key; None when it is proved. Raises NoValue."""
    data = item.data
    if item.kind == "number":
        agrees = _is_right(task, item, data["answer"], worth(data["answer"]))
        return None if agrees else f"{data['answer']} is not what the picture gives"
    if item.kind == "matching":
        left = {one["id"]: of_shown(one) for one in data["left"]}
        right_side = {one["id"]: of_shown(one) for one in data["right"]}
        for name, value in left.items():
            equal = [other for other, its in right_side.items() if its == value]
            if equal != [data["key"][name]]:
                return f"{name} has {len(equal)} equal partners: {', '.join(equal) or 'none'}"
        return None
    if item.kind == "ordering":
        values = {one["id"]: of_shown(one) for one in data["parts"]}
        risen = sorted(values, key=values.__getitem__)
        if len(set(values.values())) < len(values):
            return "two parts are equal"
        return None if risen == data["key"] else f"by value the order is {', '.join(risen)}"
    worths = {one["id"]: of_shown(one) for one in item.options}
    if item.instruction in ("which_biggest", "which_smallest", "best_price"):
        best = (max if item.instruction == "which_biggest" else min)(worths.values())
        right = [name for name, value in worths.items() if value == best]
    else:
        right = [
            one["id"]
            for one in item.options
            if _is_right(task, item, one.get("text", ""), worths[one["id"]])
        ]
    if right == [data["key"]]:
        return None
    return f"worked out, the key is {', '.join(right) or 'none of the options'}"


def _shown_numbers(task: Task, item: Item) -> set[Fraction]:
    return numerals(" ".join([*_pictures(task), item.prompt])) | KNOWN_BY_ALL


def _item_findings(document: Document, task: Task, position: int, item: Item) -> Iterator[Finding]:
    place: tuple[str | int, ...] = ("items", position)
    if item.kind not in _KINDS:
        yield document.finding((*place, "kind"), "kind", f"{item.kind} needs words to be read")
        return
    if abs(NUMERACY_LEVELS.index(item.level) - NUMERACY_LEVELS.index(task.level)) > 1:
        message = f"the item is {item.level}, its task {task.level}: at most one step apart"
        yield document.finding((*place, "level"), "level", message)
    if item.kind == "choice" and not wordless(item):
        yield document.finding((*place, "options"), "words", "options are numbers or pictures")
    if any(word.isalpha() and len(word) > 3 for word in item.prompt.split()):
        yield document.finding((*place, "prompt"), "words", "a prompt is numerals and signs")
    if not item.prompt and not task.stimulus and not _options_ask(item):
        yield document.finding(place, "stimulus", "there is nothing to look at")
    try:
        fault = _proved(task, item)
        unseen = numerals(item.data.get("solution", "")) - _shown_numbers(task, item)
    except (NoValue, ValueError, IndexError, KeyError) as error:
        message = f"the key cannot be worked out ({error}): give a `solution`"
        yield document.finding((*place, "key"), "worked-out", message)
        return
    if fault:
        yield document.finding((*place, "key"), "worked-out", fault)
    for number in sorted(unseen):
        message = f"{number} of the solution is not in the picture"
        yield document.finding((*place, "solution"), "worked-out", message)


def _options_ask(item: Item) -> bool:
    """Whether the options themselves are what is compared."""
    return item.kind in ("matching", "ordering") or item.instruction in (
        *("which_biggest", "which_smallest", "best_price"),
    )


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "picture" in value:
            yield value["picture"]
        for inner in value.values():
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)


def _shared_findings(bank: BankFiles, tasks: tuple[Task, ...]) -> Iterator[Finding]:
    """Two tasks that show the same, or ask the same, must not meet in one sitting."""
    first_with: dict[tuple[str, ...], Task] = {}
    for task in tasks:
        asked: list[tuple[str, ...]] = [(name,) for name in _pictures(task)]
        asked += [(item.prompt,) for item in task.items if item.prompt]
        asked += [
            tuple(sorted(str(one.get("text", one.get("picture"))) for one in item.data[side]))
            for item in task.items
            if _options_ask(item)
            for side in ("options", "parts", "left")
            if side in item.data
        ]
        for one in dict.fromkeys(asked):
            other = first_with.setdefault(one, task)
            if other is task or other.id in task.enemies or task.id in other.enemies:
                continue
            message = f"{other.id} shows {' '.join(one)} as well: declare it in `enemies`"
            yield bank.documents[task.id].finding(("items",), "enemies", message)


def number_findings(bank: BankFiles) -> Iterator[Finding]:
    """What is wrong with numeracy tasks: keys above all."""
    tasks = bank.of(LANGUAGE_FREE, NUMERACY)
    known = {task.id for task in tasks}
    for task in tasks:
        document = bank.documents[task.id]
        if len({item.instruction for item in task.items}) > 1:
            message = "one instruction is heard for the whole task: its items share it"
            yield document.finding(("items",), "instruction", message)
        for enemy in task.enemies:
            if enemy not in known or enemy == task.id:
                yield document.finding(("enemies",), "enemies", f"{enemy} is no other task")
        for position, item in enumerate(task.items):
            yield from _item_findings(document, task, position, item)
    yield from _shared_findings(bank, tasks)
    counts = Counter(task.level for task in tasks)
    for level in NUMERACY_LEVELS if len(tasks) > 1 else ():
        if counts[level] < LEAST_TASKS:
            message = f"{counts[level]} tasks at {level}; {LEAST_TASKS} are enough to pilot"
            yield Finding(f"{LANGUAGE_FREE}/{NUMERACY}", 1, "coverage", message)
