"""Plans and who is given which: data with a version and a word on where they come from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scoring.routing import Condition, Known, Route, start_level
from testing.models import NotAssessed, Skill


class Depth(StrEnum):
    """How deep the literacy screen goes for somebody who passes the short one."""

    #: As its own rules say: those drawn by lot go on.
    USUAL = "usual"
    #: Everybody goes on: a statement on reading and writing needs it.
    DEEP = "deep"


@dataclass(frozen=True)
class Length:
    """How long a measured part is, against what the bank's blueprint says.

    `tasks` multiplies the most tasks and seconds; a band this probable (None: as the bank says)
    ends the part.
    """

    code: str
    tasks: float = 1.0
    band_probability: float | None = None


#: The length of a part of which a plan says nothing.
USUAL = Length("usual")


@dataclass(frozen=True)
class Plan:
    """Parts in their order, given on so many days."""

    code: str
    parts: tuple[Skill, ...]
    days: int = 1
    #: What a centre calls a plan of its own.
    name: str = ""
    #: Parts that are given only when staff say so.
    optional: tuple[Skill, ...] = ()
    #: Part → code of its length, where it is not the usual one.
    lengths: Mapping[Skill, str] = field(default_factory=dict)
    #: Whether a few sentences are written in the own language, with the desk.
    own_writing: bool = False
    #: Whether the kiosk asks "I can" statements before the first part.
    self_assessment: bool = False
    literacy: Depth = Depth.USUAL

    def given(self, also: Collection[str] = ()) -> tuple[Skill, ...]:
        """The parts without the optional ones, but for those that staff gave."""
        return tuple(part for part in self.parts if part not in self.optional or part in also)

    def to_record(self) -> dict[str, Any]:
        """Plain values; `from_record` makes an equal plan of them."""
        return {
            "code": self.code,
            "name": self.name,
            "parts": [part.value for part in self.parts],
            "optional": [part.value for part in self.optional],
            "length": {part.value: code for part, code in self.lengths.items()},
            "days": self.days,
            "own_writing": self.own_writing,
            "self_assessment": self.self_assessment,
            "literacy": self.literacy.value,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Plan":
        return cls(
            code=record["code"],
            parts=tuple(Skill(part) for part in record["parts"]),
            days=record["days"],
            name=record.get("name", ""),
            optional=tuple(Skill(part) for part in record.get("optional", ())),
            lengths={Skill(part): code for part, code in record.get("length", {}).items()},
            own_writing=record.get("own_writing", False),
            self_assessment=record.get("self_assessment", False),
            literacy=Depth(record.get("literacy", Depth.USUAL)),
        )


@dataclass(frozen=True)
class Choice:
    """The plan for those of whom all conditions hold; `reason` is a code."""

    plan: str
    reason: str
    conditions: tuple[Condition, ...]

    def holds(self, known: Known) -> bool:
        return _all_hold(self.conditions, known)


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
    lengths: Mapping[str, Length]
    #: Where each part begins (`scoring.routing`).
    starts: Route

    def choose(self, known: Known) -> tuple[Plan, str]:
        """The plan of the first rule that holds, with the rule's reason."""
        for choice in self.choices:
            if choice.holds(known):
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

    def length_of(self, plan: Plan, part: Skill) -> Length:
        return self.lengths[plan.lengths.get(part, USUAL.code)]


def _all_hold(conditions: tuple[Condition, ...], known: Known) -> bool:
    return all(condition.holds(known) for condition in conditions)
