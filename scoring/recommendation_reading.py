"""Rules of recommendation out of a table (a file, or what an editor kept), every fault named."""

from collections.abc import Mapping
from typing import Any

from scoring.cefr import REPORTED_LEVELS
from scoring.recommendation_rules import (
    AMOUNTS,
    CODES,
    SKILLS,
    STANDINGS,
    YEARS,
    Addition,
    Fault,
    Found,
    LevelCondition,
    Outcome,
    Range,
    Requirement,
    Rule,
    Rules,
    RulesRefused,
)

_SETTINGS = (
    *("entry_rank", "uneven_steps", "strong_signs", "weak_signs"),
    *("second_share", "sure_share"),
)
_TABLES = {"version", "origin", "provisional", "excused", "requirement", "rule", "addition"}
_OF_RULE = {"id", "outcome", "second", "why", "assessed", "levels", "requirement", *CODES, *YEARS}


def read(table: Mapping[str, Any]) -> Rules:
    """The rules of a table.

    :raise RulesRefused: naming all that cannot be read, or else all that is not whole.
    """
    reader = _Reader()
    rules = reader.rules(table)
    if reader.found:
        raise RulesRefused(reader.found)
    rules.refuse_unless_whole()
    return rules


def read_unchecked(table: Mapping[str, Any]) -> tuple[Rules, list[Found]]:
    """As far as it can be read, and what is wrong: an editor shows a draft with its faults."""
    reader = _Reader()
    rules = reader.rules(table)
    found = list(reader.found)
    if not found:
        try:
            rules.refuse_unless_whole()
        except RulesRefused as refused:
            found = list(refused.found)
    return rules, found


class _Reader:
    """Reads on past a fault, so that all are told at once."""

    def __init__(self) -> None:
        self.found: list[Found] = []

    def fault(self, fault: Fault, rule: str = "", value: object = "") -> None:
        self.found.append(Found(fault, rule, str(value)))

    def rules(self, table: Mapping[str, Any]) -> Rules:
        for name in sorted(set(table) - _TABLES - set(_SETTINGS)):
            self.fault(Fault.UNKNOWN_KEY, value=name)
        for name in ("version", "origin", "rule"):
            if not table.get(name):
                self.fault(Fault.MISSING, value=name)
        settings = {name: table[name] for name in _SETTINGS if name in table}
        for name in ("second_share", "sure_share"):
            if not _is_share(settings.get(name, 0.5)):
                self.fault(Fault.SHARE, value=name)
        for name in ("entry_rank", "uneven_steps", "strong_signs"):
            if not _is_count(settings.get(name, 1)):
                self.fault(Fault.NOT_A_NUMBER, value=name)
        if not _is_number(settings.get("weak_signs", 0)):
            self.fault(Fault.NOT_A_NUMBER, value="weak_signs")
        requirements = [self.requirement(one) for one in table.get("requirement", ())]
        if sum(one.is_default for one in requirements) > 1:
            self.fault(Fault.TWO_DEFAULTS)
        rules = [self.rule(one, Outcome) for one in table.get("rule", ())]
        additions = [self.rule(one, Addition) for one in table.get("addition", ())]
        for ids in (
            [one.id for one in requirements],
            [one.id for one in (*rules, *additions)],
        ):
            for twice in sorted({one for one in ids if ids.count(one) > 1}):
                self.fault(Fault.SAME_ID, twice)
        return Rules(
            version=str(table.get("version", "")),
            origin=str(table.get("origin", "")).strip(),
            provisional=bool(table.get("provisional", True)),
            rules=tuple(rules),
            additions=tuple(additions),
            requirements=tuple(requirements),
            excused=frozenset(map(str, table.get("excused", ()))),
            **settings,
        )

    def requirement(self, row: Mapping[str, Any]) -> Requirement:
        id = str(row.get("id", ""))
        if not id:
            self.fault(Fault.MISSING, value="id")
        skills = self._skills(id, row.get("skills", SKILLS))
        needed = row.get("needed", 0)
        if not _is_count(needed):
            self.fault(Fault.NOT_A_NUMBER, id, "needed")
            needed = 1
        elif needed > len(skills):
            self.fault(Fault.NEEDS_TOO_MANY, id, needed)
        return Requirement(
            id=id,
            level=self._level(id, row.get("level")),
            needed=needed,
            skills=skills,
            trainings=tuple(str(one).casefold() for one in row.get("trainings", ())),
            is_default=bool(row.get("default", False)),
        )

    def rule(self, row: Mapping[str, Any], kind: type[Outcome] | type[Addition]) -> Rule:
        id = str(row.get("id", ""))
        if not id:
            self.fault(Fault.MISSING, value="id")
        for name in sorted(set(row) - _OF_RULE):
            self.fault(Fault.UNKNOWN_KEY, id, name)
        outcomes = tuple(one.value for one in kind)
        for name in ("outcome", "second"):
            if (name == "outcome" or row.get(name)) and row.get(name) not in outcomes:
                self.fault(Fault.UNKNOWN_CODE, id, row.get(name, name))
        codes = {
            name: self._codes(id, row[name], allowed)
            for name, allowed in CODES.items()
            if name in row
        }
        years = {name: self._range(id, name, row[name]) for name in YEARS if name in row}
        return Rule(
            id=id,
            outcome=str(row.get("outcome", "")),
            second=row.get("second") or None,
            why=str(row.get("why", "")).strip(),
            codes=codes,
            years=years,
            assessed=self._range(id, "assessed", row["assessed"]) if "assessed" in row else None,
            levels=tuple(self._condition(id, one) for one in row.get("levels", ())),
            standings=self._codes(id, row.get("requirement", ()), STANDINGS),
        )

    def _condition(self, id: str, row: Mapping[str, Any]) -> LevelCondition:
        skills = self._skills(id, row.get("skills", SKILLS))
        needed = row.get("needed", "all")
        if needed not in AMOUNTS:
            if not _is_count(needed):
                self.fault(Fault.NOT_A_NUMBER, id, "needed")
                needed = "all"
            elif needed > len(skills):
                self.fault(Fault.NEEDS_TOO_MANY, id, needed)
        if ("below" in row) == ("at_least" in row):
            self.fault(Fault.MISSING, id, "below/at_least")
        return LevelCondition(
            skills=skills,
            level=self._level(id, row.get("below", row.get("at_least"))),
            is_below="below" in row,
            needed=needed,
        )

    def _range(self, id: str, name: str, row: Any) -> Range:
        given = {key: row.get(key) for key in ("at_least", "at_most")}
        for value in given.values():
            if value is not None and not _is_number(value):
                self.fault(Fault.NOT_A_NUMBER, id, name)
                return Range()
        low, high = given["at_least"], given["at_most"]
        if low is None and high is None and not row.get("unknown"):
            self.fault(Fault.MISSING, id, name)
        if low is not None and high is not None and low > high:
            self.fault(Fault.EMPTY_RANGE, id, name)
        return Range(low, high, bool(row.get("unknown", False)))

    def _codes(self, id: str, given: Any, allowed: tuple[str, ...]) -> tuple[str, ...]:
        for one in given:
            if one not in allowed:
                self.fault(Fault.UNKNOWN_CODE, id, one)
        return tuple(one for one in allowed if one in given)

    def _skills(self, id: str, given: Any) -> tuple[str, ...]:
        skills = self._codes(id, given, SKILLS)
        if not skills:
            self.fault(Fault.MISSING, id, "skills")
        return skills or SKILLS

    def _level(self, id: str, level: Any) -> str:
        # The lowest level begins nowhere: nobody is below it and everybody reaches it.
        if level not in REPORTED_LEVELS[1:]:
            self.fault(Fault.UNKNOWN_LEVEL, id, level or "")
            return REPORTED_LEVELS[1]
        return str(level)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 1


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1
