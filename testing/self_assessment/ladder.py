"""Which statement comes next: data with a version, and a pure function of what was said."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from testing.interview import questions
from testing.models import Said, Skill
from testing.settings import CHECKOUT

FILE = CHECKOUT / "testing" / "data" / "self_assessment.toml"


class BadLadder(Exception):
    """The file of the self-assessment is not whole; the message says what is wrong."""


@dataclass(frozen=True)
class Statement:
    """One "I can" statement, named by its skill and level."""

    skill: Skill
    level: str
    #: 1 is the easiest of its skill.
    place: int
    picture: str


@dataclass(frozen=True)
class Ladder:
    """One version of the order in which statements are asked."""

    version: str
    provisional: bool
    origin: str
    #: By skill, in the order of asking, its statements, easiest first.
    statements: Mapping[Skill, tuple[Statement, ...]]
    #: So many skills whose easiest statement is "no" end all.
    noes: int

    def next(
        self, said: Mapping[tuple[str, str], Said], skills: Collection[Skill]
    ) -> Statement | None:
        """The next statement about one of the skills; None: enough is said."""
        refused = 0
        for skill, rows in self.statements.items():
            if refused >= self.noes:
                return None
            for statement in rows if skill in skills else ():
                answer = said.get((skill.value, statement.level))
                if answer is None:
                    return statement
                if answer is not Said.YES:
                    refused += answer is Said.NO and statement.place == 1
                    break
        return None


@cache
def in_use() -> Ladder:
    """The order in which statements are asked now."""
    return read(FILE)


def read(file: Path) -> Ladder:
    """The order in a file.

    :raise BadLadder: a skill without statements, or not one picture a statement.
    """
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    levels = questions.in_use().statements
    try:
        statements = {
            Skill(skill): tuple(
                Statement(Skill(skill), level, place, picture)
                for place, (level, picture) in enumerate(
                    zip(levels[skill], table["pictures"][skill], strict=True), start=1
                )
            )
            for skill in table["order"]
        }
        found = Ladder(
            version=table["version"],
            provisional=table["provisional"],
            origin=table["origin"].strip(),
            statements=statements,
            noes=table["noes"],
        )
    except (KeyError, ValueError) as fault:
        raise BadLadder(f"{file.name}: {fault}") from None
    if found.noes < 1:
        raise BadLadder(f"{file.name}: noes must be 1 or more")
    return found
