"""Plans and who is given which: data with a version and a word on where they come from."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scoring.routing import Comparison, Condition, Known, Route, RouteRefused, start_level
from testing.models import NotAssessed, Skill
from testing.settings import CHECKOUT

FILE = CHECKOUT / "testing" / "data" / "assessment_plans.toml"


class BadPlans(Exception):
    """A file of plans is not whole; the message says what is wrong."""


@dataclass(frozen=True)
class Plan:
    """Parts in their order, given on so many days."""

    code: str
    parts: tuple[Skill, ...]
    days: int
    #: Whether a few sentences are written in the own language, with the desk.
    own_writing: bool = False
    #: Whether the kiosk asks "I can" statements before the first part.
    self_assessment: bool = False


@dataclass(frozen=True)
class Choice:
    """The plan for those of whom all conditions hold; `reason` is a code."""

    plan: str
    reason: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class LeaveOut:
    """A part that is not assessed where all conditions hold."""

    part: Skill
    not_assessed: NotAssessed
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Plans:
    """One version of the plans and their rules."""

    version: str
    provisional: bool
    origin: str
    plans: Mapping[str, Plan]
    default: str
    choices: tuple[Choice, ...]
    leave_outs: tuple[LeaveOut, ...]
    #: Where each part begins (`scoring.routing`).
    starts: Route

    def choose(self, known: Known) -> tuple[Plan, str]:
        """The plan of the first rule that holds, with the rule's reason."""
        for choice in self.choices:
            if _all_hold(choice.conditions, known):
                return self.plans[choice.plan], choice.reason
        return self.plans[self.default], "default"

    def left_out(self, known: Known) -> dict[Skill, NotAssessed]:
        """Parts that cannot be given, with the reason."""
        found: dict[Skill, NotAssessed] = {}
        for rule in self.leave_outs:
            if _all_hold(rule.conditions, known):
                found.setdefault(rule.part, rule.not_assessed)
        return found

    def start(self, known: Known, part: str) -> str | None:
        """The level at which a part begins; None where nothing is known."""
        return start_level(self.starts, known, part)


def _all_hold(conditions: tuple[Condition, ...], known: Known) -> bool:
    return all(condition.holds(known) for condition in conditions)


@cache
def in_use() -> Plans:
    """The plans that are given now."""
    return read(FILE)


def read(file: Path) -> Plans:
    """The plans in a file.

    :raise BadPlans: an unknown plan, part, reason or test.
    """
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    try:
        plans = {row["code"]: _plan(row) for row in table["plan"]}
        choices = tuple(
            Choice(row["plan"], row["reason"], _conditions(row)) for row in table["choose"]
        )
        found = Plans(
            version=table["version"],
            provisional=table["provisional"],
            origin=table["origin"].strip(),
            plans=plans,
            default=table["default"],
            choices=choices,
            leave_outs=tuple(
                LeaveOut(Skill(row["part"]), NotAssessed(row["not_assessed"]), _conditions(row))
                for row in table.get("leave_out", ())
            ),
            starts=Route.from_table(
                {"parts": list(Skill), "rule": [], "start": table.get("start", [])}
            ),
        )
    except (KeyError, ValueError) as fault:
        raise BadPlans(f"{file.name}: {fault}") from None
    for code in (found.default, *(choice.plan for choice in choices)):
        if code not in plans:
            raise BadPlans(f"{file.name}: there is no plan {code}")
    return found


def _plan(row: Mapping[str, Any]) -> Plan:
    parts = tuple(Skill(part) for part in row["parts"])
    if len(set(parts)) < len(parts) or row["days"] < 1:
        raise ValueError(f"{row['code']}: a part twice, or no day")
    return Plan(
        row["code"],
        parts,
        row["days"],
        row.get("own_writing", False),
        row.get("self_assessment", False),
    )


def _conditions(row: Mapping[str, Any]) -> tuple[Condition, ...]:
    if not row["when"]:
        raise RouteRefused("a rule without conditions")
    return tuple(
        Condition(fact, Comparison(test), "" if value is True else str(value))
        for fact, tests in row["when"].items()
        for test, value in tests.items()
    )
