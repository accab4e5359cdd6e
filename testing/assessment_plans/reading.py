"""Reading plans from plain values: all that is wrong with them is found, not only the first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from scoring.cefr import REPORTED_LEVELS
from scoring.routing import Comparison, Condition, Known, Route
from testing.assessment_plans.rules import USUAL, Choice, LeaveOut, Length, Plan, Plans
from testing.models import LANGUAGE_SKILLS, NotAssessed, Purpose, Skill
from testing.readiness import MEASURED

Table = Mapping[str, Any]

#: Days over which a plan may be spread.
MOST_DAYS = 5
#: What the rules may look at besides levels, each with the codes that it may have.
FACTS: Mapping[str, tuple[str, ...]] = {
    "purpose": tuple(Purpose),
    "interviewed": ("yes",),
    "reads": ("no", "little", "well"),
    "schooling": ("none", "short", "basic", "long"),
    "study_skills": ("weak", "some", "strong"),
    "hearing": ("well", "aid", "poorly", "cannot_hear"),
    "sight": ("no", "here", "elsewhere", "cannot_see"),
}
#: Facts that are levels.
LEVEL_FACTS = ("interview", *(f"self.{skill.value}" for skill in LANGUAGE_SKILLS))
#: What is known without an interview.
ALWAYS_KNOWN = frozenset({"purpose"})


class PlanFault(StrEnum):
    """What can be wrong with plans."""

    MISSING = "missing"
    NAMELESS = "nameless"
    SAME_CODE = "same_code"
    PART_TWICE = "part_twice"
    UNKNOWN_VALUE = "unknown_value"
    DAYS = "days"
    OPTIONAL = "optional"
    LENGTH = "length"
    NO_SUCH_PLAN = "no_such_plan"
    NO_CONDITION = "no_condition"
    UNREACHABLE = "unreachable"
    #: What only the bank and a simulation can tell.
    NOT_IN_BANK = "not_in_bank"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Found:
    """One fault: in which plan or rule, and what it is about."""

    fault: PlanFault
    where: str = ""
    value: str = ""


class BadPlans(Exception):
    """Plans are not whole; the message says what is wrong."""


def read(table: Table) -> Plans:
    """The plans in a table.

    :raise BadPlans: something is wrong with them.
    """
    plans, faults = read_unchecked(table)
    if plans is None or faults:
        told = "; ".join(f"{one.fault} {one.where} {one.value}".strip() for one in faults)
        raise BadPlans(told)
    return plans


def read_unchecked(table: Table) -> tuple[Plans | None, list[Found]]:
    """The plans, where they can be read at all, and all that is wrong with them."""
    faults: list[Found] = []
    try:
        lengths = {row["code"]: _length(row) for row in table.get("length", ())}
    except (KeyError, TypeError, ValueError) as fault:
        return None, [Found(PlanFault.UNKNOWN_VALUE, "length", str(fault))]
    lengths = {USUAL.code: USUAL} | lengths
    plans = {}
    for row in table.get("plan", ()):
        plan = _plan(row, lengths, faults)
        if plan is not None:
            if plan.code in plans:
                faults.append(Found(PlanFault.SAME_CODE, plan.code))
            plans[plan.code] = plan
    choices = [
        choice
        for row in table.get("choose", ())
        if (choice := _choice(row, plans, faults)) is not None
    ]
    leave_outs, starts = _ways(table, faults)
    faults += [
        Found(PlanFault.MISSING, "", key)
        for key in ("version", "origin")
        if not str(table.get(key, "")).strip()
    ]
    default = str(table.get("default", ""))
    if default not in plans:
        faults.append(Found(PlanFault.NO_SUCH_PLAN, "default", default))
    is_whole = bool(plans) and default in plans and starts is not None
    if not is_whole:
        return None, faults
    assert starts is not None
    faults += [Found(PlanFault.UNREACHABLE, one.reason) for one in idle(choices)]
    return (
        Plans(
            version=str(table.get("version", "")),
            provisional=bool(table.get("provisional")),
            origin=str(table.get("origin", "")).strip(),
            plans=plans,
            default=default,
            choices=tuple(choices),
            leave_outs=tuple(leave_outs),
            lengths=lengths,
            starts=starts,
        ),
        faults,
    )


def _length(row: Table) -> Length:
    found = Length(row["code"], float(row["tasks"]), row.get("band_probability"))
    sure = found.band_probability
    if not 0 < found.tasks <= 3 or (sure is not None and not 0.5 < sure < 1):
        raise ValueError(found.code)
    return found


def _plan(row: Table, lengths: Mapping[str, Length], faults: list[Found]) -> Plan | None:
    code = str(row.get("code", ""))
    if not code:
        faults.append(Found(PlanFault.NAMELESS))
        return None
    try:
        plan = Plan.from_record(row)
    except (KeyError, ValueError, TypeError) as fault:
        faults.append(Found(PlanFault.UNKNOWN_VALUE, code, str(fault)))
        return None
    doubled = [part for part, times in Counter(plan.parts).items() if times > 1]
    faults += [Found(PlanFault.PART_TWICE, code, part.value) for part in doubled]
    if not isinstance(plan.days, int) or not 1 <= plan.days <= MOST_DAYS:
        faults.append(Found(PlanFault.DAYS, code))
    faults += [
        Found(PlanFault.OPTIONAL, code, part.value)
        for part in plan.optional
        if part not in plan.parts
    ]
    faults += [
        Found(PlanFault.LENGTH, code, part.value)
        for part, length in plan.lengths.items()
        if part not in plan.parts or part not in MEASURED or length not in lengths
    ]
    return plan


def _choice(row: Table, plans: Mapping[str, Plan], faults: list[Found]) -> Choice | None:
    reason, plan = str(row.get("reason", "")), str(row.get("plan", ""))
    before = len(faults)
    if not reason:
        faults.append(Found(PlanFault.NAMELESS, plan))
    if plan not in plans:
        faults.append(Found(PlanFault.NO_SUCH_PLAN, reason, plan))
    when = row.get("when") or {}
    if not when:
        faults.append(Found(PlanFault.NO_CONDITION, reason))
    faults += [
        Found(PlanFault.UNKNOWN_VALUE, reason, f"{fact}: {value}")
        for fact, tests in when.items()
        for test, value in tests.items()
        if not _is_known(fact, test, value)
    ]
    if len(faults) > before:
        return None
    return Choice(plan, reason, _conditions(when))


def _is_known(fact: str, test: str, value: Any) -> bool:
    if test not in set(Comparison):
        return False
    if test in (Comparison.KNOWN, Comparison.UNKNOWN):
        return fact in FACTS or fact in LEVEL_FACTS
    if fact in LEVEL_FACTS:
        return value in REPORTED_LEVELS
    return test == Comparison.IS and value in FACTS.get(fact, ())


def _ways(table: Table, faults: list[Found]) -> tuple[list[LeaveOut], Route | None]:
    """What is left out for whom, and where parts begin."""
    try:
        leave_outs = [
            LeaveOut(Skill(row["part"]), NotAssessed(row["not_assessed"]), _conditions(row["when"]))
            for row in table.get("leave_out", ())
        ]
        starts = Route.from_table(
            {"parts": list(LANGUAGE_SKILLS), "rule": [], "start": table.get("start", ())}
        )
    except (KeyError, ValueError) as fault:
        faults.append(Found(PlanFault.UNKNOWN_VALUE, "", str(fault)))
        return [], None
    return leave_outs, starts


def _conditions(when: Table) -> tuple[Condition, ...]:
    if not when:
        raise ValueError("a rule without conditions")
    return tuple(
        Condition(fact, Comparison(test), "" if value is True else str(value))
        for fact, tests in when.items()
        for test, value in tests.items()
    )


def idle(choices: Iterable[Choice]) -> list[Choice]:
    """Rules that give nobody a plan, because those before them catch everybody they could.

    Every combination of what the rules look at is tried. A level matters only by the levels that
    rules compare it with, so no more than one on each side of those is tried.
    """
    rules = list(choices)
    facts = sorted({condition.fact for rule in rules for condition in rule.conditions})
    waiting = list(rules)
    for values in product(*(_values(fact, rules) for fact in facts)):
        known = Known({fact: v for fact, v in zip(facts, values, strict=True) if v is not None})
        if "interviewed" in facts and not _is_possible(known):
            continue
        first = next((rule for rule in rules if rule.holds(known)), None)
        waiting = [rule for rule in waiting if rule is not first]
        if not waiting:
            break
    return waiting


def _is_possible(known: Known) -> bool:
    """What only an interview tells is not known without one."""
    return known.has("interviewed") or set(known.facts) <= ALWAYS_KNOWN


def _values(fact: str, rules: list[Choice]) -> list[str | None]:
    if fact in FACTS:
        unknown: list[str | None] = [] if fact in ALWAYS_KNOWN else [None]
        return [*FACTS[fact], *unknown]
    named = {
        REPORTED_LEVELS.index(condition.value)
        for rule in rules
        for condition in rule.conditions
        if condition.fact == fact and condition.value
    }
    near = {at + step for at in named for step in (-1, 0, 1)}
    return [None, *(REPORTED_LEVELS[at] for at in sorted(near) if 0 <= at < len(REPORTED_LEVELS))]
