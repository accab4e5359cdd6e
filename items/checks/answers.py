"""Keys and options: nothing in their place, length or instruction gives the answer away."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from items.bank_files import BankFiles, Item, Task
from items.content_format import MEASURED_BANKS, Document, Finding

#: Below this probability a pattern over a whole skill is no accident.
SIGNIFICANCE = 0.01
#: A key this much longer than every other option is what a guesser takes.
STANDS_OUT = 1.6
STANDS_OUT_LETTERS = 12
#: Options this unequal are looked at.
WIDE_SPREAD = 3.0
WIDE_SPREAD_LETTERS = 20

_INSTRUCTION_KINDS = {
    "type_number": {"number"},
    "type_time": {"number"},
    "match": {"matching"},
    "order": {"ordering"},
    "fill_gap": {"inline_choice", "short", "choice"},
    "write_answer": {"short"},
    "true_false": {"truth"},
    "choose_many": {"multiple"},
    "how_many": {"choice", "number"},
    "missing_number": {"choice", "number"},
    "what_time": {"choice", "number"},
    "order_smallest_first": {"ordering"},
}
_SORTED_INSTRUCTIONS = {"choose_number": "number", "choose_time": "time", "choose_price": "price"}


def option_sort(item: Item, option: Mapping[str, Any]) -> str:
    """What an option is: picture, number, time, price, date or text."""
    if "picture" in option:
        return "picture"
    return str(option.get("as", item.data.get("as", "text")))


def worded(item: Item) -> bool:
    """Whether the options are words, so that their length could tell something."""
    return bool(item.options) and all(
        option_sort(item, option) == "text" for option in item.options
    )


def _measured(bank: BankFiles) -> Iterator[tuple[str, str, list[tuple[Task, int, Item]]]]:
    for language, skill in MEASURED_BANKS:
        rows = [
            (task, position, item)
            for task in bank.of(language, skill)
            for position, item in enumerate(task.items)
        ]
        if rows:
            yield language, skill, rows


def _unbalanced(counts: Sequence[float], expected: Sequence[float]) -> bool:
    from scipy.stats import chisquare

    if sum(expected) < 5 * len(expected):
        return False
    return bool(chisquare(list(counts), list(expected)).pvalue < SIGNIFICANCE)


def _position_findings(path: str, items: list[Item]) -> Iterator[Finding]:
    """Whether keys stand in one place more often than in others."""
    n_options = max((len(item.options) for item in items), default=0)
    counts = [0.0] * n_options
    expected = [0.0] * n_options
    for item in items:
        names = [option["id"] for option in item.options]
        counts[names.index(item.data["key"])] += 1
        for place in range(len(names)):
            expected[place] += 1 / len(names)
    if _unbalanced(counts, expected):
        shares = ", ".join(
            f"{place}: {count:.0f} (even: {even:.0f})"
            for place, (count, even) in enumerate(zip(counts, expected, strict=True), start=1)
        )
        yield Finding(path, 1, "key-position", f"keys favour a place among the options: {shares}")


def _truth_findings(path: str, items: list[Item]) -> Iterator[Finding]:
    counts = Counter(item.data["key"] for item in items)
    values = ("true", "false", "not_said")
    if _unbalanced([counts[value] for value in values], [len(items) / 3] * 3):
        shares = ", ".join(f"{value}: {counts[value]}" for value in values)
        yield Finding(path, 1, "key-position", f"keys of true/false/not said favour one: {shares}")


def _longest_findings(path: str, items: list[Item]) -> Iterator[Finding]:
    """Whether the key is the longest option more often than chance."""
    from scipy.stats import binomtest

    hits, chances = 0, []
    for item in items:
        lengths = {option["id"]: len(option["text"]) for option in item.options}
        longest = max(lengths.values())
        if list(lengths.values()).count(longest) > 1:
            continue
        chances.append(1 / len(lengths))
        hits += lengths[item.data["key"]] == longest
    if not chances:
        return
    even = sum(chances) / len(chances)
    if binomtest(hits, len(chances), even, alternative="greater").pvalue < SIGNIFICANCE:
        message = (
            f"the key is the longest option in {hits} of {len(chances)} items, "
            f"chance would be {even * len(chances):.0f}"
        )
        yield Finding(path, 1, "key-longest", message)


def _spread_findings(document: Document, position: int, item: Item) -> Iterator[Finding]:
    lengths = {option["id"]: len(option["text"]) for option in item.options}
    place = ("items", position, "options")
    key = lengths[item.data["key"]]
    others = [length for name, length in lengths.items() if name != item.data["key"]]
    if key >= STANDS_OUT * max(others) and key - max(others) >= STANDS_OUT_LETTERS:
        message = f"the key has {key} letters, no other option more than {max(others)}"
        yield document.finding(place, "option-length", message)
    elif (
        max(lengths.values()) >= WIDE_SPREAD * min(lengths.values())
        and max(lengths.values()) - min(lengths.values()) >= WIDE_SPREAD_LETTERS
    ):
        message = f"options have {min(lengths.values())} to {max(lengths.values())} letters"
        yield document.finding(place, "option-length", message, "warning")


def _instruction_findings(
    document: Document, task: Task, position: int, item: Item
) -> Iterator[Finding]:
    instruction = item.instruction
    place = ("items", position, "instruction")
    kinds = _INSTRUCTION_KINDS.get(instruction, {"choice"})
    if item.kind not in kinds:
        message = f"{instruction} does not tell what to do in a question of kind {item.kind}"
        yield document.finding(place, "instruction", message)
        return
    sorts = {option_sort(item, option) for option in item.options}
    if instruction == "choose_picture" and sorts != {"picture"}:
        yield document.finding(place, "instruction", "choose_picture needs pictures as options")
    wanted = _SORTED_INSTRUCTIONS.get(instruction)
    if wanted and not sorts <= {wanted, "picture"}:
        message = f"{instruction} needs options with `as: {wanted}`"
        yield document.finding(place, "instruction", message)
    # In a recording the question may be asked by a narrator.
    unsaid = {"choose_answer", "choose_many", "write_answer"} | (
        set() if task.script else {"type_number", "type_time"}
    )
    if not item.prompt and instruction in unsaid:
        message = f"{instruction} alone does not say what is asked: give a prompt"
        yield document.finding(place, "instruction", message)


def _same_options(document: Document, position: int, item: Item) -> Iterator[Finding]:
    shown = [str(option.get("text", option.get("picture"))).casefold() for option in item.options]
    if len(set(shown)) < len(shown):
        place = ("items", position, "options")
        yield document.finding(place, "options", "two options are the same")


def answer_findings(bank: BankFiles) -> Iterator[Finding]:
    """What gives an answer away or leaves a person wondering what to do."""
    for language, skill, rows in _measured(bank):
        path = f"{language}/{skill}"
        choices = [item for _, _, item in rows if item.kind == "choice"]
        yield from _position_findings(path, choices)
        yield from _longest_findings(path, [item for item in choices if worded(item)])
        yield from _truth_findings(path, [item for _, _, item in rows if item.kind == "truth"])
        for task, position, item in rows:
            document = bank.documents[task.id]
            yield from _instruction_findings(document, task, position, item)
            yield from _same_options(document, position, item)
            if item.kind == "choice" and worded(item):
                yield from _spread_findings(document, position, item)
