"""Ladders of literacy tasks: which rung comes next, when one is given up, what was climbed.

A rung is a handful of small tasks of one kind (letters, syllables, words …). Rungs, their order,
their rules of giving up and all thresholds are data (`Rungs.from_table`); nothing here decides a
class.

Conditions know three answers: a rung that could not be taken (nobody can judge it, no text in the
language) makes what rests on it *unknown*, never false. So a gap in the observations never reads as
"cannot".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class LaddersRefused(ValueError):
    """The table of ladders is not whole; the message says where."""


class Outcome(StrEnum):
    """How one small task went."""

    RIGHT = "right"
    #: Right, with visible effort: sounded out, corrected by oneself.
    SLOW = "slow"
    #: Right only after a hint; never counts.
    HELPED = "helped"
    WRONG = "wrong"
    UNKNOWN = "unknown"


CLIMBED = frozenset({Outcome.RIGHT, Outcome.SLOW})


class Stage(StrEnum):
    SCREEN = "screen"
    DEEP = "deep"


class Place(StrEnum):
    """Who sees and marks the rung."""

    KIOSK = "kiosk"
    DESK = "desk"


class RungState(StrEnum):
    #: Its turn is still to come, or it is half done.
    WAITING = "waiting"
    #: Every task was marked, or the rule of giving up ended it.
    COMPLETE = "complete"
    #: Not given, because a lower rung was not climbed: counts as nothing climbed.
    SKIPPED = "skipped"
    #: The deep stage was not needed.
    NOT_DUE = "not_due"
    #: Could not be taken: no material, nobody who can judge, health, refused …
    MISSING = "missing"


@dataclass(frozen=True)
class Mark:
    """One task of a rung and how it went; a later mark of the same task replaces an earlier one."""

    rung: str
    item: str
    outcome: Outcome


@dataclass(frozen=True)
class Condition:
    """What must hold of one rung.

    at_least, at_most : bounds on the tasks climbed (right or slow).
    state : the rung must stand so; with `state`, no bounds.
    if_missing : the answer where the rung could not be taken; None: it cannot be known.
    """

    rung: str
    at_least: int | None = None
    at_most: int | None = None
    state: RungState | None = None
    if_missing: bool | None = None

    def __post_init__(self) -> None:
        has_bound = self.at_least is not None or self.at_most is not None
        if has_bound == (self.state is not None):
            raise LaddersRefused(f"{self.rung}: a condition has a bound or a state")


@dataclass(frozen=True)
class Rung:
    """n tasks of one kind.

    options : answers to choose from where the task is a touch; chance is one in so many.
    stop_after : the rung ends after so many tasks in a row that were not climbed; 0 never ends it.
    only_if : taken only while these hold; else the rung is skipped.
    counts : False for what is only observed (a written name may be memorised).
    seconds : expected time of one task, for plans and simulation.
    """

    id: str
    stage: Stage
    place: Place
    axis: str
    n: int
    seconds: float
    options: int = 0
    stop_after: int = 0
    only_if: tuple[Condition, ...] = ()
    counts: bool = True


@dataclass(frozen=True)
class RungScore:
    """What happened on one rung."""

    rung: str
    state: RungState
    of: int
    right: int = 0
    slow: int = 0
    helped: int = 0
    wrong: int = 0
    unknown: int = 0
    is_stopped: bool = False
    #: Why it could not be taken, with state MISSING.
    reason: str = ""

    @property
    def climbed(self) -> int:
        return self.right + self.slow

    @property
    def marked(self) -> int:
        return self.right + self.slow + self.helped + self.wrong + self.unknown


Scores = Mapping[str, RungScore]


@dataclass(frozen=True)
class Rungs:
    """The rungs in the order in which they are taken, and what it takes to pass the screen."""

    rungs: tuple[Rung, ...]
    passes: tuple[tuple[Condition, ...], ...]

    def __getitem__(self, name: str) -> Rung:
        return next(rung for rung in self.rungs if rung.id == name)

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Rungs:
        """
        :raise LaddersRefused: a rung that is not there, an order that cannot be followed, a number
            that no rung can have.
        """
        rungs: list[Rung] = []
        for row in table["rung"]:
            fields = dict(row)
            try:
                rung = Rung(
                    **fields
                    | {
                        "stage": Stage(fields["stage"]),
                        "place": Place(fields["place"]),
                        "only_if": conditions(fields.get("only_if", ())),
                    }
                )
            except (TypeError, KeyError, ValueError) as problem:
                raise LaddersRefused(f"rung {fields.get('id')}: {problem}") from problem
            if rung.n < 1 or rung.stop_after < 0 or rung.options == 1:
                raise LaddersRefused(f"rung {rung.id}: numbers")
            if rung.id in {one.id for one in rungs}:
                raise LaddersRefused(f"rung {rung.id}: twice")
            refuse_unless_known(rung.only_if, rungs, f"rung {rung.id}")
            rungs.append(rung)
        passes = tuple(conditions(way) for way in table["screen"]["passes"])
        screen = [rung for rung in rungs if rung.stage is Stage.SCREEN]
        for way in passes:
            refuse_unless_known(way, screen, "screen")
        return cls(tuple(rungs), passes)


def conditions(rows: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """
    :raise LaddersRefused: a field that no condition has.
    """
    made = []
    for row in rows:
        fields = dict(row)
        try:
            if "state" in fields:
                fields["state"] = RungState(fields["state"])
            made.append(Condition(**fields))
        except (TypeError, ValueError) as problem:
            raise LaddersRefused(f"condition {row}: {problem}") from problem
    return tuple(made)


def refuse_unless_known(
    asked: Iterable[Condition], rungs: Iterable[Rung], where: str
) -> None:
    """
    :raise LaddersRefused: a condition on a rung that is not (yet) there, or a bound beyond it.
    """
    by_id = {rung.id: rung for rung in rungs}
    for condition in asked:
        rung = by_id.get(condition.rung)
        if rung is None:
            raise LaddersRefused(f"{where}: no rung {condition.rung} before it")
        if not rung.counts and condition.state is None:
            raise LaddersRefused(f"{where}: {rung.id} never counts")
        for bound in (condition.at_least, condition.at_most):
            if bound is not None and not 0 <= bound <= rung.n:
                raise LaddersRefused(f"{where}: {rung.id} has {rung.n} tasks")


def holds(condition: Condition, scores: Scores) -> bool | None:
    """True, False, or None where it cannot be known."""
    score = scores[condition.rung]
    if condition.state is not None:
        return score.state is condition.state
    if score.state is RungState.MISSING:
        return condition.if_missing
    if score.state in (RungState.NOT_DUE, RungState.WAITING):
        return None
    if condition.at_least is not None and score.climbed < condition.at_least:
        return False
    return not (condition.at_most is not None and score.climbed > condition.at_most)


def all_hold(asked: Iterable[Condition], scores: Scores) -> bool | None:
    """False when one is false; else None when one cannot be known; else True."""
    answers = [holds(condition, scores) for condition in asked]
    if False in answers:
        return False
    return None if None in answers else True


def score_rungs(
    rungs: Rungs,
    marks: Iterable[Mark],
    *,
    missing: Mapping[str, str],
    is_drawn: bool,
) -> tuple[dict[str, RungScore], Rung | None]:
    """What happened on every rung, and the rung whose turn it is; None when all is done.

    missing : why a rung could not be taken, by rung. is_drawn : the deep stage follows although the
    screen was passed.
    """
    by_rung: dict[str, dict[str, Outcome]] = {}
    for mark in marks:
        outcomes = by_rung.setdefault(mark.rung, {})
        outcomes[mark.item] = mark.outcome
    scores: dict[str, RungScore] = {}
    turn: Rung | None = None
    deep: bool | None = None
    for rung in rungs.rungs:
        if rung.stage is Stage.DEEP and deep is None and turn is None:
            deep = is_drawn or not _is_passed(rungs, scores)
        scores[rung.id] = score = _score(rung, by_rung.get(rung.id, {}), missing, scores, deep)
        if turn is None and score.state is RungState.WAITING:
            turn = rung
    return scores, turn


def screen_is_passed(rungs: Rungs, scores: Scores) -> bool:
    """Whether one of the ways to pass is known to hold."""
    return _is_passed(rungs, scores)


def _is_passed(rungs: Rungs, scores: Scores) -> bool:
    return any(all_hold(way, scores) is True for way in rungs.passes)


def _score(
    rung: Rung,
    outcomes: Mapping[str, Outcome],
    missing: Mapping[str, str],
    before: Scores,
    deep: bool | None,
) -> RungScore:
    if rung.stage is Stage.DEEP and deep is None:
        return RungScore(rung.id, RungState.WAITING, rung.n)
    if rung.stage is Stage.DEEP and not deep:
        return RungScore(rung.id, RungState.NOT_DUE, rung.n)
    if rung.id in missing:
        return RungScore(rung.id, RungState.MISSING, rung.n, reason=missing[rung.id])
    if all_hold(rung.only_if, before) is False:
        return RungScore(rung.id, RungState.SKIPPED, rung.n)
    given = list(outcomes.values())[: rung.n]
    is_stopped = is_given_up(rung, given)
    return RungScore(
        rung.id,
        RungState.COMPLETE if is_over(rung, given) else RungState.WAITING,
        rung.n,
        right=given.count(Outcome.RIGHT),
        slow=given.count(Outcome.SLOW),
        helped=given.count(Outcome.HELPED),
        wrong=given.count(Outcome.WRONG),
        unknown=given.count(Outcome.UNKNOWN),
        is_stopped=is_stopped and len(given) < rung.n,
    )


def is_given_up(rung: Rung, given: Sequence[Outcome]) -> bool:
    """True when as many tasks in a row were not climbed as the rung's rule says."""
    run = 0
    for outcome in reversed(given):
        if outcome in CLIMBED:
            break
        run += 1
    return 0 < rung.stop_after <= run


def is_over(rung: Rung, given: Sequence[Outcome]) -> bool:
    """True when every task of the rung was given, or the rung was given up."""
    return len(given) >= rung.n or is_given_up(rung, given)
