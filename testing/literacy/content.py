"""The tasks of the literacy screen, read from items/content/literacy and frozen with each screen.

A rung's tasks stand in one shape for all rungs, plain enough to be stored:

* at the kiosk: `id`, what is heard (`spoken` and `voice`: test, own or person) or read (`text`,
  `question`), a `picture`, the `options` (`value` with `text` or `picture`) and the `key`, one of
  the values. A value is what is seen anyway, so that a page does not tell the answer;
* at the desk: `id` and the `text` that is read, said or dictated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from items.bank_files import CONTENT
from items.canonical import value_digest
from items.content_format import LANGUAGES
from scoring.ladders import Place
from scoring.literacy import Ladders
from testing.languages import PERSON_CODES
from testing.literacy import rules

FOLDER = CONTENT / "literacy"

#: A task as stored: see the head of this module.
LiteracyTask = Mapping[str, Any]


#: Languages whose readers read another one's text.
_SAME_TEXT = {"prs": "fa"}


def text_language(code: str | None) -> str:
    """The language in which the text of a best-read language is shown and spoken."""
    return _SAME_TEXT.get(code or "", code or "")


class BadContent(Exception):
    """A file of literacy tasks is not whole; the message names it and what is wrong."""


@dataclass(frozen=True)
class Material:
    """Everything that a screen in one test language may ask, and the rules it is judged by."""

    table: Mapping[str, Any]
    ladders: Ladders
    #: Rung → its tasks in the test language.
    tasks: Mapping[str, tuple[LiteracyTask, ...]]
    #: Language → rung → its tasks.
    own: Mapping[str, Mapping[str, tuple[LiteracyTask, ...]]]
    #: Language → latin or other.
    scripts: Mapping[str, str]
    #: Languages whose text no speaker has approved yet.
    unreviewed: tuple[str, ...]

    def of(self, rung: str, own_language: str | None) -> tuple[LiteracyTask, ...]:
        """The rung's tasks; empty where the best-read language has none."""
        if rung in self.tasks:
            return tuple(self.tasks[rung])
        return tuple(self.own.get(text_language(own_language), {}).get(rung, ()))

    def record(self) -> dict[str, Any]:
        return {
            "ladders": dict(self.table),
            "tasks": {rung: list(tasks) for rung, tasks in self.tasks.items()},
            "own": {
                language: {rung: list(tasks) for rung, tasks in rungs.items()}
                for language, rungs in self.own.items()
            },
            "scripts": dict(self.scripts),
            "unreviewed": list(self.unreviewed),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Material":
        return cls(
            table=record["ladders"],
            ladders=Ladders.from_table(record["ladders"]),
            tasks={rung: tuple(tasks) for rung, tasks in record["tasks"].items()},
            own={
                language: {rung: tuple(tasks) for rung, tasks in rungs.items()}
                for language, rungs in record["own"].items()
            },
            scripts=record["scripts"],
            unreviewed=tuple(record["unreviewed"]),
        )

    @property
    def digest(self) -> str:
        return value_digest(self.record())


@cache
def material(language: str) -> Material:
    """What ships for a test language."""
    return read_material(language)


def read_material(language: str, folder: Path = FOLDER) -> Material:
    """
    :raise BadContent: a rung without as many tasks as the ladders ask for, a doubtful answer.
    """
    table = rules.table()
    ladders = Ladders.from_table(table)
    data = _read(folder / f"{language}.yaml")
    tasks = _tasks_of_test_language(data)
    own: dict[str, dict[str, tuple[LiteracyTask, ...]]] = {}
    scripts: dict[str, str] = {}
    unreviewed: list[str] = []
    for code in PERSON_CODES:
        file = folder / "own" / f"{code}.yaml"
        if not file.is_file():
            continue
        theirs = _read(file)
        own[code] = _tasks_of_own_language(theirs)
        scripts[code] = theirs["script"]
        if not theirs["reviewed"]:
            unreviewed.append(code)
        _refuse_unless_whole(file.name, ladders, own[code], only=set(own[code]))
    _refuse_unless_whole(f"{language}.yaml", ladders, tasks, only=set(tasks))
    known = set(tasks) | {rung for rungs in own.values() for rung in rungs}
    for rung in ladders.rungs.rungs:
        if rung.id not in known:
            raise BadContent(f"no tasks for {rung.id}")
    return Material(table, ladders, tasks, own, scripts, tuple(unreviewed))


def _read(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return data


def _tasks_of_test_language(data: Mapping[str, Any]) -> dict[str, tuple[LiteracyTask, ...]]:
    tasks: dict[str, tuple[LiteracyTask, ...]] = {
        "picture_words": _picture_words(data["picture_words"], "test"),
        "letters": tuple(
            _touch(n, row["letter"], row["others"], spoken=row["letter"], voice="test")
            for n, row in enumerate(data["letters"], start=1)
        ),
        "numbers": tuple(
            _touch(n, row["number"], row["others"], spoken=row["number"], voice="person")
            for n, row in enumerate(data["numbers"], start=1)
        ),
        "silent_sentences": tuple(
            _pictures(n, row, text=[row["sentence"]])
            for n, row in enumerate(data["silent_sentences"], start=1)
        ),
        "short_dictation": _spoken(data["short_dictation"].split()),
        "name": _spoken([""]),
    }
    for rung in (
        *("unfamiliar_words", "letter_sounds", "syllables", "words", "sentences"),
        *("dictation", "interaction"),
    ):
        tasks[rung] = _spoken(data[rung])
    return tasks


def _tasks_of_own_language(data: Mapping[str, Any]) -> dict[str, tuple[LiteracyTask, ...]]:
    sentences = data["own_text"]["sentences"]
    return {
        "own_words": _picture_words(data["own_words"], "own"),
        "own_text": tuple(
            _pictures(
                n,
                row,
                text=sentences,
                question=row["question"],
                spoken=row["question"],
                voice="own",
            )
            for n, row in enumerate(data["own_text"]["questions"], start=1)
        ),
        "own_aloud": _spoken(sentences),
        "own_writing": _spoken(["1", "2", "3"]),
    }


def _picture_words(rows: list[Mapping[str, Any]], voice: str) -> tuple[LiteracyTask, ...]:
    return tuple(
        _touch(n, row["word"], row["others"], spoken=row["word"], voice=voice)
        | {"picture": row["picture"]}
        for n, row in enumerate(rows, start=1)
    )


def _touch(n: int, right: str, others: list[str], **fields: Any) -> dict[str, Any]:
    options = [{"value": word, "text": word} for word in (right, *others)]
    return {"id": str(n), "options": options, "key": right, **fields}


def _pictures(n: int, row: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    options = [{"value": name, "picture": name} for name in (row["picture"], *row["others"])]
    return {"id": str(n), "options": options, "key": row["picture"], **fields}


def _spoken(texts: list[str]) -> tuple[LiteracyTask, ...]:
    return tuple({"id": str(n), "text": text} for n, text in enumerate(texts, start=1))


def _refuse_unless_whole(
    file: str,
    ladders: Ladders,
    tasks: Mapping[str, tuple[LiteracyTask, ...]],
    *,
    only: set[str],
) -> None:
    for rung in ladders.rungs.rungs:
        if rung.id not in only:
            continue
        if len(tasks[rung.id]) != rung.n:
            raise BadContent(f"{file}: {rung.id} has {len(tasks[rung.id])} tasks, not {rung.n}")
        if rung.place is Place.DESK:
            continue
        for task in tasks[rung.id]:
            faces = [option.get("text", option.get("picture")) for option in task["options"]]
            # Unquoted, YAML reads "true" and "no" as something else than words.
            are_words = all(isinstance(face, str) for face in faces)
            if len(faces) != rung.options or len(set(faces)) != len(faces) or not are_words:
                place = f"{file}: {rung.id} {task['id']}"
                raise BadContent(f"{place}: {rung.options} answers, all different")


def spoken(language: str) -> Iterator[tuple[str, str]]:
    """(code, words) of everything that tasks say in a language of the kiosk."""
    for test_language in LANGUAGES:
        found = material(test_language)
        for rung, tasks in found.tasks.items():
            for task in tasks:
                heard_here = {"test": test_language == language, "person": True}
                if "spoken" in task and heard_here[task["voice"]]:
                    yield f"literacy/{rung}/{task['spoken']}", task["spoken"]
    for rung, tasks in material(LANGUAGES[0]).own.get(language, {}).items():
        for task in tasks:
            if "spoken" in task:
                yield f"literacy/{rung}/{task['id']}", task["spoken"]
