"""The interview's questions as data: what is asked, how, and what uses the answer."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from scoring.cefr import LEVELS
from testing import mother_tongues
from testing.languages import MOTHER_TONGUES
from testing.mother_tongues import Script
from testing.settings import CHECKOUT

FILE = CHECKOUT / "testing" / "data" / "interview.toml"


class Kind(StrEnum):
    ONE = "one"
    MANY = "many"
    NUMBER = "number"
    LANGUAGE = "language"
    LANGUAGES = "languages"


class Use(StrEnum):
    """What an answer is used for; a question without a use is refused."""

    PLAN = "plan"
    START = "start"
    LITERACY = "literacy"
    RECOMMENDATION = "recommendation"
    DESK = "desk"
    VALIDITY = "validity"
    FAIRNESS = "fairness"


class Degree(StrEnum):
    """How well somebody reads or writes a language, as they say themselves."""

    NO = "no"
    LITTLE = "little"
    WELL = "well"


#: How each offered language is written, where the interviewer notes nothing else.
SCRIPT_OF = {code: one.script for code, one in mother_tongues.by_code().items()}
LANGUAGES = (*(code for code, _own in MOTHER_TONGUES if code != "other"), "fi", "sv", "other")
#: Rows of the question about languages.
MOST_LANGUAGES = 4


class BadQuestions(Exception):
    """A file of questions is not whole; the message says what is wrong."""


@dataclass(frozen=True)
class Question:
    """One thing that is found out."""

    code: str
    group: str
    kind: Kind
    uses: tuple[Use, ...]
    #: Whether the person is asked; otherwise the interviewer notes it.
    is_asked: bool
    options: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    def admits(self, answer: Any) -> bool:
        """Whether `answer` is one that this question can have."""
        match self.kind:
            case Kind.ONE:
                return answer in self.options
            case Kind.MANY:
                return isinstance(answer, list) and set(answer) <= set(self.options)
            case Kind.NUMBER:
                return type(answer) is int and self.least <= answer <= self.most
            case Kind.LANGUAGE:
                return answer in LANGUAGES or answer in self.options
            case Kind.LANGUAGES:
                return (
                    isinstance(answer, list)
                    and len(answer) <= MOST_LANGUAGES
                    and all(map(_is_language_row, answer))
                    and len({row["language"] for row in answer}) == len(answer)
                )


@dataclass(frozen=True)
class Questions:
    """One version of the interview."""

    version: str
    provisional: bool
    origin: str
    questions: tuple[Question, ...]
    #: How the talk went → the level from which a part may start.
    spoken_levels: Mapping[str, str]
    #: Skill → levels of its "I can" statements, easiest first.
    statements: Mapping[str, tuple[str, ...]]

    def __getitem__(self, code: str) -> Question:
        return next(one for one in self.questions if one.code == code)

    @property
    def groups(self) -> dict[str, list[Question]]:
        """Questions by group, in the order of the file."""
        found: dict[str, list[Question]] = {}
        for question in self.questions:
            found.setdefault(question.group, []).append(question)
        return found


def _is_language_row(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and set(row) == {"language", "script", "reads", "writes"}
        and row["language"] in LANGUAGES
        and row["script"] in set(Script)
        and row["reads"] in set(Degree)
        and row["writes"] in set(Degree)
    )


@cache
def in_use() -> Questions:
    """The questions that are asked now."""
    return read(FILE)


def read(file: Path) -> Questions:
    """The questions in a file.

    :raise BadQuestions: a question without a use, two of one code, or a level that is none.
    """
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    try:
        questions = tuple(_question(row) for row in table["question"])
        found = Questions(
            version=table["version"],
            provisional=table["provisional"],
            origin=table["origin"].strip(),
            questions=questions,
            spoken_levels=dict(table["spoken_levels"]),
            statements={skill: tuple(levels) for skill, levels in table["statements"].items()},
        )
    except (KeyError, ValueError) as fault:
        raise BadQuestions(f"{file.name}: {fault}") from None
    codes = [question.code for question in questions]
    if len(set(codes)) < len(codes):
        raise BadQuestions(f"{file.name}: two questions of one code")
    levels = [*found.spoken_levels.values()]
    levels += [level for row in found.statements.values() for level in row]
    for level in levels:
        if level not in LEVELS:
            raise BadQuestions(f"{file.name}: {level} is not a level")
    if set(found.spoken_levels) != set(found["spoken"].options):
        raise BadQuestions(f"{file.name}: spoken_levels and the options of spoken differ")
    return found


def _question(row: Mapping[str, Any]) -> Question:
    uses = tuple(Use(use) for use in row["uses"])
    if not uses:
        raise ValueError(f"{row['code']}: nothing uses it")
    return Question(
        code=row["code"],
        group=row["group"],
        kind=Kind(row["kind"]),
        uses=uses,
        is_asked=row["asked"],
        options=tuple(row.get("options", ())),
        least=row.get("least", 0),
        most=row.get("most", 0),
    )
