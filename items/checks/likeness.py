"""Likeness: no question twice, and tasks that share content declared as enemies."""

from collections.abc import Iterator

from rapidfuzz import fuzz, process

from items.bank_files import BankFiles, Item, Task
from items.content_format import LANGUAGES, MEASURED_SKILLS, Finding

#: Of 100; questions of two tasks that are this alike are one question.
SAME_QUESTION = 92
#: Texts this alike help each other: the tasks must not meet in one sitting.
SHARED_CONTENT = 80
SHORTEST_TEXT = 40
SHORTEST_QUESTION = 20


def question_text(item: Item) -> str:
    """Everything that is read in a question, key included."""
    data = item.data
    parts = [item.prompt, data.get("statement", ""), data.get("text", "")]
    for name in ("options", "parts", "left", "right"):
        parts.extend(
            sorted(str(entry.get("text", entry.get("alt"))) for entry in data.get(name, ()))
        )
    parts.extend(data.get("accept", ()))
    parts.append(data.get("answer", ""))
    return " ".join(part for part in parts if part).casefold()


def _alike(texts: list[str], cutoff: float) -> Iterator[tuple[int, int, float]]:
    if not texts:
        return
    scores = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=cutoff)
    for first, row in enumerate(scores):
        for second in range(first + 1, len(texts)):
            if row[second] >= cutoff:
                yield first, second, float(row[second])


def _are_enemies(first: Task, second: Task) -> bool:
    return second.id in first.enemies or first.id in second.enemies


def _question_findings(bank: BankFiles, tasks: tuple[Task, ...]) -> Iterator[Finding]:
    rows = [
        (task, position, question_text(item))
        for task in tasks
        for position, item in enumerate(task.items)
    ]
    rows = [row for row in rows if len(row[2]) >= SHORTEST_QUESTION]
    for first, second, score in _alike([row[2] for row in rows], SAME_QUESTION):
        task, position, _ = rows[second]
        message = f"the question is {score:.0f} % like {rows[first][0].items[rows[first][1]].id}"
        yield bank.documents[task.id].finding(("items", position), "duplicate", message)


def _text_findings(bank: BankFiles, tasks: tuple[Task, ...]) -> Iterator[Finding]:
    rows = [(task, (task.script_text or task.stimulus_text).casefold()) for task in tasks]
    rows = [row for row in rows if len(row[1]) >= SHORTEST_TEXT]
    for first, second, score in _alike([row[1] for row in rows], SHARED_CONTENT):
        if not _are_enemies(rows[first][0], rows[second][0]):
            message = (
                f"the text is {score:.0f} % like that of {rows[first][0].id}: "
                "write another or declare it in `enemies`"
            )
            place = ("script",) if rows[second][0].script else ("stimulus",)
            yield bank.documents[rows[second][0].id].finding(place, "enemies", message)


def _enemy_findings(bank: BankFiles, language: str) -> Iterator[Finding]:
    # What was read must not help with what is heard: enemies may be of another skill.
    tasks = [task for skill in MEASURED_SKILLS for task in bank.of(language, skill)]
    known = {task.id for task in tasks}
    for task in tasks:
        for enemy in task.enemies:
            document = bank.documents[task.id]
            if enemy == task.id:
                yield document.finding(("enemies",), "enemies", "a task is not its own enemy")
            elif enemy not in known:
                message = f"{enemy} is no task of this language"
                yield document.finding(("enemies",), "enemies", message)


def likeness_findings(bank: BankFiles) -> Iterator[Finding]:
    """Questions that are there twice, texts that are shared without saying so."""
    for language in LANGUAGES:
        for skill in MEASURED_SKILLS:
            tasks = bank.of(language, skill)
            yield from _question_findings(bank, tasks)
            yield from _text_findings(bank, tasks)
        yield from _enemy_findings(bank, language)
