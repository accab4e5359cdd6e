"""Recommendation: from what is known of a person to what is proposed, how surely, and why.

The levels of the skills are beliefs, so a recommendation is one, too: the rules are asked for every
combination of levels, and each outcome is as probable as the combinations that lead to it. Skills
are taken as independent given their own answers. Everything else is a fact or "not known".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring.cefr import REPORTED_LEVELS, smallest_set
from scoring.recommendation_rules import (
    CODES,
    EXCUSED,
    SKILLS,
    STANDINGS,
    UNKNOWN,
    WITH_ENTRY,
    YEARS,
    Outcome,
    Requirement,
    Rule,
    Rules,
)

FloatArray = npt.NDArray[np.float64]

#: The smallest set of entry levels holds so much.
SET_SHARE = 0.8


class FactsRefused(ValueError):
    """Facts that no rule can read: a code, a level distribution or a number that is none."""


@dataclass(frozen=True)
class Facts:
    """What is known of a person when a recommendation is asked.

    Attributes
    ----------
    levels : mapping of skill to tuple of float, (12,)
        Probability of each reported level; a skill that is not assessed is left out.
    not_assessed : mapping of skill to str
        Why a skill is left out.
    purpose, literacy, own, latin, study_skills, numeracy : str
        Codes of `recommendation_rules.CODES`.
    schooling_years, age : int or None
    requirement : str or None
        What the chosen training asks for, by the id of the rules.
    """

    levels: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    not_assessed: Mapping[str, str] = field(default_factory=dict)
    purpose: str = "integration_plan"
    literacy: str = "not_assessed"
    own: str = "not_assessed"
    latin: str = "not_assessed"
    study_skills: str = "unknown"
    numeracy: str = "not_assessed"
    schooling_years: int | None = None
    age: int | None = None
    requirement: str | None = None

    def __post_init__(self) -> None:
        for name, allowed in CODES.items():
            if getattr(self, name) not in allowed:
                raise FactsRefused(f"{name}: {getattr(self, name)!r}")
        for name in YEARS:
            value = getattr(self, name)
            if value is not None and value < 0:
                raise FactsRefused(f"{name}: {value!r}")
        for skill, shares in self.levels.items():
            if skill not in SKILLS or len(shares) != len(REPORTED_LEVELS):
                raise FactsRefused(f"{skill}: one probability for every reported level")
            if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
                raise FactsRefused(f"{skill}: probabilities that add up to one")

    def to_record(self) -> dict[str, Any]:
        record = asdict(self)
        record["levels"] = {skill: list(shares) for skill, shares in self.levels.items()}
        if self.numeracy == "not_assessed":
            # Facts of before it was asked stay what they were.
            del record["numeracy"]
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Facts":
        levels = {skill: tuple(shares) for skill, shares in record["levels"].items()}
        return cls(**{**record, "levels": levels})


def at(level: str) -> tuple[float, ...]:
    """The distribution of somebody whose level is beyond doubt."""
    return tuple(float(one == level) for one in REPORTED_LEVELS)


@dataclass(frozen=True)
class Led:
    """A rule that led to the first outcome, with the share that came by it."""

    rule: str
    share: float
    #: The rule as it stood.
    conditions: dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """Where the course begins, given the first outcome."""

    level: str
    level_set: tuple[str, ...]


@dataclass(frozen=True)
class Short:
    """A skill beneath a requirement."""

    skill: str
    level: str
    #: Sub-levels between its most probable level and the one required.
    steps: int


@dataclass(frozen=True)
class Sufficiency:
    """Where the person stands by the requirement of the training."""

    requirement: dict[str, Any]
    #: How many skills are asked for once excused ones are left out.
    needed: int
    #: Probability of "met", "short" and "open".
    standings: dict[str, float]
    #: Probability that each assessed skill reaches the level.
    reached: dict[str, float]
    #: What must grow first: the nearest skills that are still missing, the nearest first.
    short: tuple[Short, ...]
    open: tuple[str, ...]
    excused: tuple[str, ...]


@dataclass(frozen=True)
class Uneven:
    """A profile whose ends lie far apart."""

    lowest: str
    lowest_level: str
    highest: str
    highest_level: str
    steps: int


@dataclass(frozen=True)
class Proposed:
    """A proposal of recommendation with all that led to it.

    Attributes
    ----------
    outcome : str
    shares : tuple of (outcome, probability)
        The most probable first.
    is_sure : bool
    second, second_because : str or None
        "share": the next most probable; "rule": what the leading rule names.
    led : tuple of Led
    entry : Entry or None
    additions : tuple of (addition, rule, probability)
    sufficiency : Sufficiency or None
    uneven : Uneven or None
    version : str
    provisional : bool
    """

    outcome: str
    shares: tuple[tuple[str, float], ...]
    is_sure: bool
    second: str | None
    second_because: str | None
    led: tuple[Led, ...]
    entry: Entry | None
    additions: tuple[tuple[str, str, float], ...]
    sufficiency: Sufficiency | None
    uneven: Uneven | None
    version: str
    provisional: bool

    def to_record(self) -> dict[str, Any]:
        """Plain values that are the same after a journey through JSON."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


def propose(rules: Rules, facts: Facts) -> Proposed:
    """What the rules make of the facts. Pure: the same facts and rules give the same proposal."""
    levels, weights = _joint(rules, facts)
    requirement = rules.requirement(facts.requirement)
    speaks = _speaking(rules.rules, facts, levels, requirement)
    by_rule = np.bincount(speaks, weights=weights, minlength=len(rules.rules))
    shares: dict[str, float] = {}
    for rule, share in zip(rules.rules, by_rule, strict=True):
        if share > 0:
            shares[rule.outcome] = shares.get(rule.outcome, 0.0) + float(share)
    # Equal shares keep the order of the rules.
    ranked = sorted(shares.items(), key=lambda one: -one[1])
    outcome = ranked[0][0]
    leading = sorted(
        (place for place, rule in enumerate(rules.rules) if rule.outcome == outcome),
        key=lambda place: -by_rule[place],
    )
    second, because = _second(rules, ranked, rules.rules[leading[0]])
    is_outcome = np.isin(speaks, leading)
    return Proposed(
        outcome=outcome,
        shares=tuple(ranked),
        is_sure=ranked[0][1] >= rules.sure_share,
        second=second,
        second_because=because,
        led=tuple(
            Led(rules.rules[place].id, float(by_rule[place]), rules.rules[place].to_record())
            for place in leading
            if by_rule[place] > 0
        ),
        entry=_entry(rules, outcome, levels[is_outcome], weights[is_outcome]),
        additions=_additions(rules, facts, levels, weights, requirement),
        sufficiency=_sufficiency(rules, facts, levels, weights, requirement),
        uneven=_uneven(rules, facts),
        version=rules.version,
        provisional=rules.provisional,
    )


def entry(rules: Rules, facts: Facts, outcome: str) -> dict[str, Any] | None:
    """Where a course would begin that a person chose instead of the proposed one."""
    levels, weights = _joint(rules, facts)
    found = _entry(rules, outcome, levels, weights)
    return {"level": found.level, "level_set": list(found.level_set)} if found else None


def most_probable(shares: Sequence[float]) -> str:
    return REPORTED_LEVELS[int(np.argmax(shares))]


def _joint(rules: Rules, facts: Facts) -> tuple[npt.NDArray[np.int8], FloatArray]:
    """Every combination of levels that can be, (N, 4), and its probability, (N,)."""
    places: list[npt.NDArray[np.int8]] = []
    shares: list[FloatArray] = []
    for skill in SKILLS:
        if skill in facts.levels:
            given = np.asarray(facts.levels[skill])
            can = np.flatnonzero(given)
            places.append(can.astype(np.int8))
            shares.append(given[can] / given.sum())
        else:
            is_excused = facts.not_assessed.get(skill) in rules.excused
            places.append(np.array([EXCUSED if is_excused else UNKNOWN], dtype=np.int8))
            shares.append(np.ones(1))
    levels = np.stack([one.ravel() for one in np.meshgrid(*places, indexing="ij")], axis=1)
    weights = np.ones(1)
    for one in shares:
        weights = np.outer(weights, one).ravel()
    return levels, weights


def _admits(rule: Rule, facts: Facts) -> bool:
    """Whether what the rule asks of anything but levels holds."""
    return all(getattr(facts, name) in codes for name, codes in rule.codes.items()) and all(
        years.holds(getattr(facts, name)) for name, years in rule.years.items()
    )


def _speaking(
    rules: Sequence[Rule],
    facts: Facts,
    levels: npt.NDArray[np.int8],
    requirement: Requirement | None,
) -> npt.NDArray[np.intp]:
    """For each combination, the place of the first rule that applies."""
    found = np.full(len(levels), -1, dtype=np.intp)
    for place, rule in enumerate(rules):
        if not _admits(rule, facts):
            continue
        waiting = found < 0
        if not waiting.any():
            break
        found[waiting & rule.holds(levels, requirement)] = place
    if (found < 0).any():
        raise FactsRefused("no rule applies: these rules were not checked")
    return found


def _second(
    rules: Rules, ranked: Sequence[tuple[str, float]], leading: Rule
) -> tuple[str | None, str | None]:
    if len(ranked) > 1 and ranked[1][1] >= rules.second_share:
        return ranked[1][0], "share"
    if leading.second and leading.second != ranked[0][0]:
        return leading.second, "rule"
    return None, None


def _entry(
    rules: Rules, outcome: str, levels: npt.NDArray[np.int8], weights: FloatArray
) -> Entry | None:
    assessed = (levels >= 0).sum(axis=1)
    if Outcome(outcome) not in WITH_ENTRY or not assessed.all():
        return None
    # Those that are not assessed come last.
    risen = np.sort(np.where(levels >= 0, levels, len(REPORTED_LEVELS)), axis=1)
    rank = np.minimum(rules.entry_rank, assessed) - 1
    begins = risen[np.arange(len(risen)), rank]
    total = np.bincount(begins, weights=weights, minlength=len(REPORTED_LEVELS))
    shares = total / total.sum()
    held = smallest_set(shares, SET_SHARE)
    return Entry(most_probable(shares.tolist()), tuple(REPORTED_LEVELS[one] for one in held))


def _additions(
    rules: Rules,
    facts: Facts,
    levels: npt.NDArray[np.int8],
    weights: FloatArray,
    requirement: Requirement | None,
) -> tuple[tuple[str, str, float], ...]:
    """Each addition that is more probable than not, by its most probable rule."""
    best: dict[str, tuple[str, float]] = {}
    for rule in rules.additions:
        if _admits(rule, facts):
            share = float(weights[rule.holds(levels, requirement)].sum())
            if share >= 0.5 and share > best.get(rule.outcome, ("", 0.0))[1]:
                best[rule.outcome] = (rule.id, share)
    return tuple((outcome, rule, share) for outcome, (rule, share) in best.items())


def _sufficiency(
    rules: Rules,
    facts: Facts,
    levels: npt.NDArray[np.int8],
    weights: FloatArray,
    requirement: Requirement | None,
) -> Sufficiency | None:
    if requirement is None:
        return None
    place = REPORTED_LEVELS.index(requirement.level)
    standing = np.bincount(requirement.standing(levels), weights=weights, minlength=3)
    known = {skill: facts.levels[skill] for skill in requirement.skills if skill in facts.levels}
    excused = tuple(
        skill
        for skill in requirement.skills
        if skill not in known and facts.not_assessed.get(skill) in rules.excused
    )
    needed = min(requirement.needed, len(requirement.skills) - len(excused))
    likely = {skill: int(np.argmax(shares)) for skill, shares in known.items()}
    missing = needed - sum(one >= place for one in likely.values())
    nearest = sorted(
        (one for one in likely if likely[one] < place), key=lambda skill: -likely[skill]
    )
    return Sufficiency(
        requirement=requirement.to_record(),
        needed=needed,
        standings={
            name: float(standing[STANDINGS.index(name)]) for name in ("met", "short", "open")
        },
        reached={skill: float(sum(shares[place:])) for skill, shares in known.items()},
        short=tuple(
            Short(skill, REPORTED_LEVELS[likely[skill]], place - likely[skill])
            for skill in nearest[: max(missing, 0)]
        ),
        open=tuple(
            skill for skill in requirement.skills if skill not in known and skill not in excused
        ),
        excused=excused,
    )


def _uneven(rules: Rules, facts: Facts) -> Uneven | None:
    likely = {
        skill: int(np.argmax(facts.levels[skill])) for skill in SKILLS if skill in facts.levels
    }
    if not likely:
        return None
    lowest = min(likely, key=lambda skill: likely[skill])
    highest = max(likely, key=lambda skill: likely[skill])
    steps = likely[highest] - likely[lowest]
    if steps < rules.uneven_steps:
        return None
    return Uneven(
        lowest, REPORTED_LEVELS[likely[lowest]], highest, REPORTED_LEVELS[likely[highest]], steps
    )
