"""Levels: what kinds of question a level may have, and whether every level has tasks."""

from collections.abc import Iterator

from items.bank_files import BankFiles, Item, Task
from items.checks.answers import option_sort
from items.content_format import LANGUAGES, MEASURED_SKILLS, Finding
from items.scale_files import SCALE_FILE
from scoring.cefr import LEVELS

WRITTEN_LEVELS = LEVELS[1:11]
#: A beginner points at pictures, numbers and times, and types digits.
BEGINNERS = ("A1.1", "A1.2", "A1.3")
BEGINNER_KINDS = {"choice", "number", "matching"}
KINDS_AT = {"A2.1": {"choice", "number", "matching", "short"}}
#: Least share of items at each beginners' level with pictures, numbers or times to choose or type.
PICTURE_SHARE = 0.6
#: Printed sentences would make a listening item of these levels a reading item.
PICTURED_LISTENING = (*BEGINNERS, "A2.1")
MOST_ITEMS = {**dict.fromkeys((*BEGINNERS, "A2.1"), 3)}
MOST_ITEMS_ABOVE = 5
#: Enough to pilot; a live bank needs about twelve.
LEAST_TASKS = {"fi": 6, "sv": 4}
COVERED_LEVELS = WRITTEN_LEVELS[:6]


def wordless(item: Item) -> bool:
    """Whether an item is answered by pictures, numbers, times or prices, not by words."""
    if item.kind == "number":
        return True
    if item.kind == "matching":
        return any(
            all("picture" in entry or "as" in entry for entry in item.data[side])
            for side in ("left", "right")
        )
    return bool(item.options) and all(
        option_sort(item, option) != "text" for option in item.options
    )


def _distance(first: str, second: str) -> int:
    return abs(LEVELS.index(first) - LEVELS.index(second))


def _task_findings(bank: BankFiles, task: Task) -> Iterator[Finding]:
    document = bank.documents[task.id]
    most = MOST_ITEMS.get(task.level, MOST_ITEMS_ABOVE)
    if len(task.items) > most:
        message = f"{len(task.items)} items; a task of {task.level} has at most {most}"
        yield document.finding(("items",), "size", message)
    for position, item in enumerate(task.items):
        place = ("items", position)
        if _distance(item.level, task.level) > 1:
            message = f"the item is {item.level}, its task {task.level}: at most one step apart"
            yield document.finding((*place, "level"), "level", message)
        allowed = BEGINNER_KINDS if item.level in BEGINNERS else KINDS_AT.get(item.level)
        if allowed is not None and item.kind not in allowed:
            message = f"{item.kind} is not for {item.level}, only {', '.join(sorted(allowed))}"
            yield document.finding((*place, "kind"), "kind", message)
        if task.script and item.level in PICTURED_LISTENING and not wordless(item):
            message = (
                f"listening at {item.level} is answered by pictures, numbers, times or prices: "
                "printed words would make it reading"
            )
            yield document.finding((*place, "kind"), "kind", message)


def _share_findings(path: str, tasks: tuple[Task, ...]) -> Iterator[Finding]:
    for level in BEGINNERS:
        items = [item for task in tasks for item in task.items if item.level == level]
        if not items:
            continue
        share = sum(wordless(item) for item in items) / len(items)
        if share < PICTURE_SHARE:
            message = (
                f"{level}: {share:.0%} of {len(items)} items have pictures, numbers or times to "
                f"choose or type, wanted are at least {PICTURE_SHARE:.0%}"
            )
            yield Finding(path, 1, "kind", message)


def _coverage_findings(path: str, language: str, tasks: tuple[Task, ...]) -> Iterator[Finding]:
    for level in WRITTEN_LEVELS:
        n = sum(task.level == level for task in tasks)
        if n == 0:
            yield Finding(path, 1, "coverage", f"no task at {level}")
        elif level in COVERED_LEVELS and n < LEAST_TASKS[language]:
            message = f"{n} tasks at {level}; {LEAST_TASKS[language]} are enough to pilot"
            yield Finding(path, 1, "coverage", message, "warning")


def level_findings(bank: BankFiles) -> Iterator[Finding]:
    """Where kinds, sizes and numbers of tasks do not fit their levels."""
    for language in LANGUAGES:
        for skill in MEASURED_SKILLS:
            tasks = bank.of(language, skill)
            if not tasks and not (bank.folder / language / skill / SCALE_FILE).is_file():
                continue
            path = f"{language}/{skill}"
            yield from _share_findings(path, tasks)
            yield from _coverage_findings(path, language, tasks)
            for task in tasks:
                yield from _task_findings(bank, task)
