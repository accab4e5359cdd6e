"""Which parts a person is given next, and where each begins: rules as data.

A route is a list of rules, read from a file and frozen with the sitting. It knows nothing of any
one part: what a rule may look at are facts (`Known`), what it may say is to give a part, to skip
it, or to wait until something is known; the first rule of a part that applies speaks for it.
Background moves where a part begins, never what it concludes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scoring.cefr import LEVELS, Standard


class Action(StrEnum):
    """What a rule says about a part."""

    GIVE = "give"
    SKIP = "skip"
    WAIT = "wait"


class Comparison(StrEnum):
    """How a condition looks at a fact."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    IS = "is"
    KNOWN = "known"
    UNKNOWN = "unknown"


class RouteRefused(ValueError):
    """A route that cannot be read: an unknown action, test or level."""


@dataclass(frozen=True)
class Known:
    """What is known of a person when a route is asked.

    Attributes
    ----------
    facts : mapping of str to str
        For example interview = "A2.1", self.reading = "B1.1", literacy = "latin",
        purpose = "vocational". Levels by their codes; what is not known is left out.
    done : mapping of part to level or None
        Parts that are over; None when the part yielded no level.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    done: Mapping[str, str | None] = field(default_factory=dict)

    def value(self, fact: str) -> str | None:
        """A fact by name; `done.<part>` is the level of a part that is over."""
        if fact.startswith("done."):
            return self.done.get(fact.removeprefix("done."))
        return self.facts.get(fact)

    def has(self, fact: str) -> bool:
        """`done.<part>` counts as known once the part is over, with a level or without."""
        if fact.startswith("done."):
            return fact.removeprefix("done.") in self.done
        return fact in self.facts


@dataclass(frozen=True)
class Condition:
    """One fact looked at in one way; an unknown fact fulfils no comparison."""

    fact: str
    test: Comparison
    value: str = ""

    def __post_init__(self) -> None:
        compares = self.test in (Comparison.AT_MOST, Comparison.AT_LEAST)
        if compares and self.value not in LEVELS:
            raise RouteRefused(f"{self.fact} {self.test}: {self.value!r} is not a level")

    def holds(self, known: Known) -> bool:
        if self.test is Comparison.KNOWN:
            return known.has(self.fact)
        if self.test is Comparison.UNKNOWN:
            return not known.has(self.fact)
        value = known.value(self.fact)
        if self.test is Comparison.IS:
            return value == self.value
        if value not in LEVELS:
            return False
        assert value is not None
        below = LEVELS.index(value) - LEVELS.index(self.value)
        return below <= 0 if self.test is Comparison.AT_MOST else below >= 0


@dataclass(frozen=True)
class Rule:
    """What to do with a part when all conditions hold; `reason` is a code for a report."""

    part: str
    action: Action
    reason: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Start:
    """Where a part begins: the first of these facts that is a known level, moved by `offset`.

    The offset counts sub-levels; −1 for a self-assessment begins one below it, because a first
    task that is too hard discourages more than one that is too easy.
    """

    part: str
    fact: str
    offset: int = 0


@dataclass(frozen=True)
class PartStep:
    """A part with what the route says about it; `start_level` is None where nothing is known."""

    part: str
    action: Action
    reason: str
    start_level: str | None


@dataclass(frozen=True)
class Route:
    """Parts in order, the rules about them, and where they begin."""

    parts: tuple[str, ...]
    rules: tuple[Rule, ...]
    starts: tuple[Start, ...] = ()

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "Route":
        """A route from plain values.

        Keys: `parts` a list of names; `rule` a list of {part, action, reason, when}, where `when`
        maps a fact to {test: value} (`{known = true}` and `{unknown = true}` take no value);
        `start` a list of {part, fact, offset}.

        Raises
        ------
        RouteRefused
            Naming what cannot be read.
        """
        try:
            rules = tuple(
                Rule(
                    row["part"],
                    Action(row["action"]),
                    row["reason"],
                    tuple(
                        Condition(fact, Comparison(test), "" if value is True else str(value))
                        for fact, tests in row.get("when", {}).items()
                        for test, value in tests.items()
                    ),
                )
                for row in table["rule"]
            )
            starts = tuple(
                Start(row["part"], row["fact"], int(row.get("offset", 0)))
                for row in table.get("start", ())
            )
            parts = tuple(table["parts"])
        except KeyError as missing:
            raise RouteRefused(f"the route lacks {missing.args[0]!r}") from None
        except ValueError as wrong:
            raise RouteRefused(str(wrong)) from None
        for name in [*(rule.part for rule in rules), *(start.part for start in starts)]:
            if name not in parts:
                raise RouteRefused(f"{name!r} is not one of the parts")
        return cls(parts, rules, starts)


def steps(route: Route, known: Known) -> tuple[PartStep, ...]:
    """What to do with every part that is not over, in the route's order.

    A part that no rule speaks for is given.
    """
    out = []
    for part in route.parts:
        if part in known.done:
            continue
        rule = next(
            (
                rule
                for rule in route.rules
                if rule.part == part and all(c.holds(known) for c in rule.conditions)
            ),
            Rule(part, Action.GIVE, "default"),
        )
        out.append(PartStep(part, rule.action, rule.reason, start_level(route, known, part)))
    return tuple(out)


def next_part(route: Route, known: Known) -> PartStep | None:
    """The first part to give now; None when nothing is left, or all that is left must wait."""
    return next((step for step in steps(route, known) if step.action is Action.GIVE), None)


def start_level(route: Route, known: Known, part: str) -> str | None:
    """The level at which a part begins, held within the national list."""
    for start in route.starts:
        value = known.value(start.fact)
        if start.part == part and value in LEVELS:
            assert value is not None
            moved = LEVELS.index(value) + start.offset
            return LEVELS[min(max(moved, 0), len(LEVELS) - 1)]
    return None


def start_theta(standard: Standard, level: str | None) -> float | None:
    """θ (logits) at which to begin; levels beyond the standard begin at its nearest end."""
    if level is None:
        return None
    order = [LEVELS.index(own) for own in standard.levels]
    nearest = min(range(len(order)), key=lambda i: abs(order[i] - LEVELS.index(level)))
    return standard.middle(standard.levels[nearest])


def reasons(steps_: Sequence[PartStep]) -> dict[str, str]:
    """Reason by part, for the log."""
    return {step.part: step.reason for step in steps_}
