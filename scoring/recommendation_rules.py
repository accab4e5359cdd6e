"""Rules of recommendation as data: what may stand in them, and whether they are whole.

A rule names an outcome and what must hold for it; the first rule of the list that applies speaks.
What is not assessed or not known is a value like any other: no rule applies by guessing it. The
check walks through every combination of facts that the rules can tell apart: some rule must always
apply, and every rule must be the first for somebody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring.cefr import REPORTED_LEVELS

SKILLS = ("reading", "listening", "writing", "speaking")
#: In the place of a level: not assessed, or not assessed for a reason that lasts.
UNKNOWN, EXCUSED = -1, -2

IntArray = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]


class Outcome(StrEnum):
    """What can be recommended."""

    NO_COURSE = "no_course"
    VOCATIONAL_READY = "vocational_ready"
    VOCATIONAL_LANGUAGE = "vocational_language"
    PATH_FAST = "path_fast"
    PATH_BASIC = "path_basic"
    PATH_SLOW = "path_slow"
    ZERO_FAST = "zero_fast"
    ZERO_BASIC = "zero_basic"
    ZERO_SLOW = "zero_slow"
    ZERO_PRIMARY = "zero_primary"
    ZERO_SECONDARY = "zero_secondary"
    LITERACY_TRAINING = "literacy_training"
    BASIC_EDUCATION = "basic_education"
    #: Not enough is known: a person looks before anything is recommended.
    LOOK_FIRST = "look_first"


class Addition(StrEnum):
    """What is recommended beside the outcome."""

    LATIN_COURSE = "latin_course"
    LATIN_COURSE_CONSIDERED = "latin_course_considered"
    LITERACY_CHECK = "literacy_check"
    READING_SUPPORT = "reading_support"


#: Outcomes that begin at a level.
WITH_ENTRY = frozenset(
    {Outcome.PATH_FAST, Outcome.PATH_BASIC, Outcome.PATH_SLOW, Outcome.VOCATIONAL_LANGUAGE}
)

#: Facts of which a rule lists the values that it admits; each has its word for "not known".
CODES: Mapping[str, tuple[str, ...]] = {
    "purpose": ("integration_plan", "vocational_training", "level_check"),
    "literacy": ("primary_illiterate", "semi_literate", "secondary", "literate", "not_assessed"),
    "own": ("none", "emerging", "functional", "not_assessed"),
    "latin": ("none", "letters", "words", "sentences", "not_assessed"),
    "study_skills": ("strong", "ordinary", "needs_support", "unknown"),
    # Levels of its own, no levels of a language.
    "numeracy": ("alle_N1", "N1", "N2", "N3", "N4", "N5", "not_assessed"),
}
#: Facts in whole years.
YEARS = ("schooling_years", "age")
#: Where the person stands by the requirement of the training; "none" without a requirement.
STANDINGS = ("met", "short", "open", "none")
AMOUNTS = ("any", "most", "all")


class Fault(StrEnum):
    """What can be wrong with rules."""

    UNKNOWN_KEY = "unknown_key"
    MISSING = "missing"
    NOT_A_NUMBER = "not_a_number"
    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_LEVEL = "unknown_level"
    EMPTY_RANGE = "empty_range"
    NEEDS_TOO_MANY = "needs_too_many"
    SAME_ID = "same_id"
    TWO_DEFAULTS = "two_defaults"
    SHARE = "share"
    UNREACHABLE = "unreachable"
    NOT_TOTAL = "not_total"


@dataclass(frozen=True)
class Found:
    """One fault: where, and the word or value that is wrong."""

    fault: Fault
    rule: str = ""
    value: str = ""


class RulesRefused(ValueError):
    """Rules that are not whole; `found` says all that is wrong."""

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__("; ".join(f"{one.fault} {one.rule} {one.value}" for one in found))
        self.found = tuple(found)


@dataclass(frozen=True)
class Range:
    """Whole years; whether "not known" is admitted, too."""

    at_least: int | None = None
    at_most: int | None = None
    unknown: bool = False

    def holds(self, value: int | None) -> bool:
        if value is None:
            return self.unknown
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )

    def to_record(self) -> dict[str, Any]:
        given = {"at_least": self.at_least, "at_most": self.at_most}
        return {name: value for name, value in given.items() if value is not None} | (
            {"unknown": True} if self.unknown else {}
        )


@dataclass(frozen=True)
class LevelCondition:
    """So many of the listed skills reach a level, or stay below it.

    A number counts assessed skills; those that are excused leave the list, and no more is asked
    than remain. "any", "most" and "all" speak of the assessed ones alone and need at least one.
    """

    skills: tuple[str, ...]
    level: str
    is_below: bool
    needed: int | str

    def holds(self, levels: IntArray) -> BoolArray:
        """For each row of level places (N, 4), whether the condition holds."""
        listed = levels[:, [SKILLS.index(skill) for skill in self.skills]]
        assessed = listed >= 0
        place = REPORTED_LEVELS.index(self.level)
        hits = (assessed & ((listed < place) if self.is_below else (listed >= place))).sum(axis=1)
        known = assessed.sum(axis=1)
        if self.needed == "any":
            return np.asarray(hits >= 1)
        if self.needed == "most":
            return np.asarray(2 * hits > known)
        if self.needed == "all":
            return np.asarray((hits == known) & (known > 0))
        asked = np.minimum(int(self.needed), (listed != EXCUSED).sum(axis=1))
        return np.asarray((hits >= asked) & (asked > 0))

    def to_record(self) -> dict[str, Any]:
        return {
            "skills": list(self.skills),
            ("below" if self.is_below else "at_least"): self.level,
            "needed": self.needed,
        }


@dataclass(frozen=True)
class Requirement:
    """What a training asks for: a level in so many of some skills."""

    id: str
    level: str
    needed: int
    skills: tuple[str, ...] = SKILLS
    #: Words by which a training that asks for it is known, in small letters.
    trainings: tuple[str, ...] = ()
    is_default: bool = False

    def standing(self, levels: IntArray) -> npt.NDArray[np.int8]:
        """For each row of level places (N, 4), the place in `STANDINGS` (never "none")."""
        listed = levels[:, [SKILLS.index(skill) for skill in self.skills]]
        pool = (listed != EXCUSED).sum(axis=1)
        asked = np.minimum(self.needed, pool)
        reached = (listed >= REPORTED_LEVELS.index(self.level)).sum(axis=1)
        unknown = (listed == UNKNOWN).sum(axis=1)
        found = np.full(len(levels), STANDINGS.index("open"), dtype=np.int8)
        found[(reached >= asked) & (pool > 0)] = STANDINGS.index("met")
        found[(reached + unknown < asked) & (pool > 0)] = STANDINGS.index("short")
        return found

    def to_record(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "level": self.level,
            "needed": self.needed,
            "skills": list(self.skills),
            "trainings": list(self.trainings),
            "default": self.is_default,
        }


@dataclass(frozen=True)
class Rule:
    """An outcome, or an addition, and all that must hold for it."""

    id: str
    outcome: str
    #: What comes next best where the outcome cannot be had.
    second: str | None = None
    #: Why the rule exists, in the words of those who made it.
    why: str = ""
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    years: Mapping[str, Range] = field(default_factory=dict)
    #: How many skills are assessed.
    assessed: Range | None = None
    levels: tuple[LevelCondition, ...] = ()
    standings: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Applies to everybody."""
        return not (self.codes or self.years or self.assessed or self.levels or self.standings)

    def holds(self, levels: IntArray, requirement: Requirement | None) -> BoolArray:
        """For each row of level places (N, 4), whether what the rule asks of levels holds."""
        found = np.ones(len(levels), dtype=np.bool_)
        for condition in self.levels:
            found &= condition.holds(levels)
        if self.assessed is not None:
            count = (levels >= 0).sum(axis=1)
            fits = [self.assessed.holds(number) for number in range(len(SKILLS) + 1)]
            found &= np.asarray(fits)[count]
        if self.standings:
            wanted = [STANDINGS.index(one) for one in self.standings]
            if requirement is None:
                found &= STANDINGS.index("none") in wanted
            else:
                found &= np.isin(requirement.standing(levels), wanted)
        return found

    def to_record(self) -> dict[str, Any]:
        record: dict[str, Any] = {"id": self.id, "outcome": self.outcome}
        if self.second:
            record["second"] = self.second
        if self.why:
            record["why"] = self.why
        record |= {name: list(values) for name, values in self.codes.items()}
        record |= {name: years.to_record() for name, years in self.years.items()}
        if self.assessed is not None:
            record["assessed"] = self.assessed.to_record()
        if self.levels:
            record["levels"] = [one.to_record() for one in self.levels]
        if self.standings:
            record["requirement"] = list(self.standings)
        return record


@dataclass(frozen=True)
class Rules:
    """A version of the rules.

    Attributes
    ----------
    version, origin : str
    provisional : bool
    rules : tuple of Rule
        The first that applies speaks.
    additions : tuple of Rule
        Each that applies speaks.
    requirements : tuple of Requirement
    excused : frozenset of str
        Reasons for "not assessed" that last: the skill is left out of what is asked.
    entry_rank : int
        The course begins at the level of the so-manieth lowest skill.
    uneven_steps : int
        A profile whose highest and lowest skill lie so many sub-levels apart is uneven.
    strong_signs, weak_signs : int
        Of the signs of study skills that an interview found: at least so many are strong, at most
        so many need support.
    second_share : float
        An outcome at least so probable is the second best before any that a rule names.
    sure_share : float
        A first outcome less probable than this is called unsure.
    """

    version: str
    origin: str
    provisional: bool
    rules: tuple[Rule, ...]
    additions: tuple[Rule, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    excused: frozenset[str] = frozenset()
    entry_rank: int = 2
    uneven_steps: int = 3
    strong_signs: int = 3
    weak_signs: int = 0
    second_share: float = 0.15
    sure_share: float = 0.8

    def requirement(self, id: str | None) -> Requirement | None:
        return next((one for one in self.requirements if one.id == id), None)

    def requirement_for(self, training: str) -> Requirement | None:
        """What a training asks for, by its name; else what is usual."""
        named = training.casefold()
        for one in self.requirements:
            if any(word and word in named for word in one.trainings):
                return one
        return next((one for one in self.requirements if one.is_default), None)

    def study_skills(self, signs: int | None) -> str:
        """The code of so many signs of study skills."""
        if signs is None:
            return "unknown"
        if signs >= self.strong_signs:
            return "strong"
        return "needs_support" if signs <= self.weak_signs else "ordinary"

    def to_record(self) -> dict[str, Any]:
        """Plain values; `read` makes the same rules of them."""
        return {
            "version": self.version,
            "origin": self.origin,
            "provisional": self.provisional,
            "excused": sorted(self.excused),
            "entry_rank": self.entry_rank,
            "uneven_steps": self.uneven_steps,
            "strong_signs": self.strong_signs,
            "weak_signs": self.weak_signs,
            "second_share": self.second_share,
            "sure_share": self.sure_share,
            "requirement": [one.to_record() for one in self.requirements],
            "rule": [one.to_record() for one in self.rules],
            "addition": [one.to_record() for one in self.additions],
        }

    def refuse_unless_whole(self) -> None:
        """
        :raise RulesRefused: somebody would get no recommendation, or a rule speaks for nobody.
        """
        found = [*_gaps(self), *_never_alone(self)]
        if found:
            raise RulesRefused(found)


def _cells(rules: Rules) -> IntArray:
    """A row of level places for every combination that the rules can tell apart."""
    asked = {one.level for rule in (*rules.rules, *rules.additions) for one in rule.levels}
    asked |= {one.level for one in rules.requirements}
    places = sorted({0, *(REPORTED_LEVELS.index(level) for level in asked)})
    return np.array(list(product((UNKNOWN, EXCUSED, *places), repeat=len(SKILLS))), dtype=np.int8)


def _level_patterns(rules: Rules, of: Sequence[Rule]) -> set[int]:
    """Which rules the levels admit, as bits, for everybody whom they can tell apart."""
    cells = _cells(rules)
    patterns: set[int] = set()
    weights = [1 << place for place in range(len(of))]
    for requirement in (None, *rules.requirements):
        held = np.stack([rule.holds(cells, requirement) for rule in of], axis=1)
        for row in np.unique(held, axis=0):
            patterns.add(sum(weight for weight, bit in zip(weights, row, strict=True) if bit))
    return patterns


def _fact_patterns(of: Sequence[Rule]) -> dict[int, dict[str, str]]:
    """Which rules the other facts admit, as bits, each with the facts of somebody like that."""
    patterns: dict[int, dict[str, str]] = {(1 << len(of)) - 1: {}}
    for name, values in _values(of):
        groups: dict[int, str] = {}
        for word, admits in values:
            groups.setdefault(
                sum(1 << place for place, rule in enumerate(of) if admits(rule)), word
            )
        merged: dict[int, dict[str, str]] = {}
        for before, facts in patterns.items():
            for mask, word in groups.items():
                merged.setdefault(before & mask, facts | {name: word})
        patterns = merged
    return patterns


def _values(of: Sequence[Rule]) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """Every fact with its values and a test of whether a rule admits each."""
    for name, codes in CODES.items():
        yield (
            name,
            [
                (code, lambda rule, name=name, code=code: code in rule.codes.get(name, (code,)))
                for code in codes
            ],
        )
    for name in YEARS:
        edges: set[int | None] = {None, 0}
        for rule in of:
            years = rule.years.get(name, Range())
            edges |= {years.at_least} if years.at_least is not None else set()
            edges |= {years.at_most + 1} if years.at_most is not None else set()
        yield (
            name,
            [
                (
                    "unknown" if edge is None else str(edge),
                    lambda rule, name=name, edge=edge: (
                        name not in rule.years or rule.years[name].holds(edge)
                    ),
                )
                for edge in edges
            ],
        )


def _gaps(rules: Rules) -> list[Found]:
    """Facts for which no rule applies, and rules before which another always applies."""
    levels = _level_patterns(rules, rules.rules)
    first: set[int] = set()
    gap: dict[str, str] | None = None
    for mask, facts in _fact_patterns(rules.rules).items():
        for pattern in levels:
            both = mask & pattern
            if both:
                first.add((both & -both).bit_length() - 1)
            elif gap is None:
                gap = facts
    found = []
    if gap is not None:
        words = ", ".join(f"{name}={word}" for name, word in gap.items())
        found.append(Found(Fault.NOT_TOTAL, value=words))
    return found + [
        Found(Fault.UNREACHABLE, rule.id)
        for place, rule in enumerate(rules.rules)
        if place not in first
    ]


def _never_alone(rules: Rules) -> list[Found]:
    """Additions that can apply to nobody."""
    if not rules.additions:
        return []
    levels = _level_patterns(rules, rules.additions)
    can = 0
    for mask in _fact_patterns(rules.additions):
        for pattern in levels:
            can |= mask & pattern
    return [
        Found(Fault.UNREACHABLE, rule.id)
        for place, rule in enumerate(rules.additions)
        if not can >> place & 1
    ]
