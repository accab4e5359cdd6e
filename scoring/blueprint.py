"""What a part must contain and when it must end: constraints that hold in every sitting.

Minima (tasks, areas, text types) must be met before a part may stop as decided; maxima (tasks,
areas, text types, words, seconds), enemies and tasks already seen hold at every moment. A part
that has begun can always be completed, because the engine carries a *reserve*: a set of tasks that
would complete the sitting as it stands. A task is offered only if some reserve is left after it
(the task is in the reserve, fits beside it, or takes the place of one of its tasks). The first
reserve comes from integer programming (`plan_reserve`), when a part is planned and never between
two answers.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from scoring.bank import Bank
from scoring.irt import BoolArray, FloatArray, IntArray


class BlueprintRefused(ValueError):
    """A blueprint that contradicts itself."""


class BlueprintInfeasible(ValueError):
    """No set of tasks of this bank meets the blueprint; `constraints` names what cannot be met."""

    def __init__(self, constraints: tuple[str, ...]) -> None:
        super().__init__("the bank cannot meet: " + "; ".join(constraints))
        self.constraints = constraints


@dataclass(frozen=True)
class Limits:
    """At least `least` and at most `most` tasks (None: no limit)."""

    least: int = 0
    most: int | None = None

    def __post_init__(self) -> None:
        if self.least < 0 or (self.most is not None and self.most < self.least):
            raise BlueprintRefused("limits must satisfy 0 <= least <= most")


@dataclass(frozen=True)
class Module:
    """A fixed row of tasks in one stage, given to persons whose θ is at least `from_theta`."""

    name: str
    tasks: tuple[str, ...]
    from_theta: float | None = None


@dataclass(frozen=True)
class Blueprint:
    """What a part must contain.

    Parameters
    ----------
    min_tasks, max_tasks : int
    areas, text_types : mapping of code to Limits
        Codes that are not named have no limits but `max_per_area` and `max_per_text_type`.
    max_words : int or None
        Of all tasks together.
    max_seconds : float or None
        Likewise.
    stages : tuple of tuples of Module
        When given, the part is fixed: from every stage one module, the one with the highest
        `from_theta` that the person has reached, all its tasks in order. The other limits do not
        apply then.
    """

    min_tasks: int = 1
    max_tasks: int = 12
    areas: Mapping[str, Limits] = field(default_factory=dict)
    text_types: Mapping[str, Limits] = field(default_factory=dict)
    max_per_area: int | None = None
    max_per_text_type: int | None = None
    max_words: int | None = None
    max_seconds: float | None = None
    stages: tuple[tuple[Module, ...], ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.min_tasks <= self.max_tasks:
            raise BlueprintRefused("tasks must satisfy 1 <= min_tasks <= max_tasks")
        for stage in self.stages:
            if not stage or any(not module.tasks for module in stage):
                raise BlueprintRefused("a stage needs modules and a module needs tasks")
            if len({module.tasks[0] for module in stage}) != len(stage):
                raise BlueprintRefused("the modules of a stage must begin with different tasks")
            if sum(module.from_theta is None for module in stage) != 1:
                raise BlueprintRefused("exactly one module of a stage has no from_theta")

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "Blueprint":
        """A blueprint from the plain values of a blueprint file.

        Keys: `min_tasks`, `max_tasks`; optional `max_per_area`, `max_per_text_type`, `max_words`,
        `max_seconds`; tables `areas` and `text_types` with {code: {min, max}}; `stage` a list of
        {module: [{name, tasks, from_theta}]}.

        Raises
        ------
        BlueprintRefused
            Naming the key that is unknown or wrong.
        """
        known = {
            *("min_tasks", "max_tasks", "max_per_area", "max_per_text_type"),
            *("max_words", "max_seconds", "areas", "text_types", "stage"),
        }
        unknown = sorted(set(table) - known)
        if unknown:
            raise BlueprintRefused(f"{unknown[0]!r} is not a key of a blueprint")
        simple = {key: table[key] for key in table if key not in ("areas", "text_types", "stage")}
        for key, value in simple.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise BlueprintRefused(f"{key!r} must be a number, 0 or more")
        try:
            return cls(
                areas=_limits(table.get("areas", {})),
                text_types=_limits(table.get("text_types", {})),
                stages=tuple(
                    tuple(
                        Module(row["name"], tuple(row["tasks"]), row.get("from_theta"))
                        for row in stage["module"]
                    )
                    for stage in table.get("stage", ())
                ),
                **simple,
            )
        except KeyError as missing:
            raise BlueprintRefused(f"a stage lacks {missing.args[0]!r}") from None

    def without_minima(self) -> "Blueprint":
        """The same maxima, and nothing that must be met but one task."""
        return replace(
            self,
            min_tasks=1,
            areas={code: Limits(0, own.most) for code, own in self.areas.items()},
            text_types={code: Limits(0, own.most) for code, own in self.text_types.items()},
        )

    def to_table(self) -> dict[str, Any]:
        """Plain values; `from_table` gives an equal blueprint back."""
        out: dict[str, Any] = {"min_tasks": self.min_tasks, "max_tasks": self.max_tasks}
        for key in ("max_per_area", "max_per_text_type", "max_words", "max_seconds"):
            if getattr(self, key) is not None:
                out[key] = getattr(self, key)
        for key in ("areas", "text_types"):
            limits: Mapping[str, Limits] = getattr(self, key)
            if limits:
                out[key] = {
                    code: {"min": own.least} | ({} if own.most is None else {"max": own.most})
                    for code, own in limits.items()
                }
        if self.stages:
            out["stage"] = [
                {
                    "module": [
                        {"name": module.name, "tasks": list(module.tasks)}
                        | ({} if module.from_theta is None else {"from_theta": module.from_theta})
                        for module in stage
                    ]
                }
                for stage in self.stages
            ]
        return out


def _limits(table: Mapping[str, Any]) -> dict[str, Limits]:
    out = {}
    for code, row in table.items():
        unknown = sorted(set(row) - {"min", "max"})
        if unknown:
            raise BlueprintRefused(f"{code}: {unknown[0]!r} is not 'min' or 'max'")
        out[code] = Limits(int(row.get("min", 0)), row.get("max"))
    return out


@dataclass(frozen=True, eq=False)
class Constraints:
    """A blueprint laid over a bank of T tasks as arrays.

    Attributes
    ----------
    groups : (T, M) int
        1 where the task is in the group; a group is an area or a text type.
    least, most : (M,) int
    names : (M,) str
        What to call each group in a refusal.
    load : (T, 2), capacity : (2,)
        Words and seconds.
    enemies : (T, T) bool
        Symmetric.
    """

    blueprint: Blueprint
    bank: Bank
    groups: IntArray
    least: IntArray
    most: IntArray
    names: tuple[str, ...]
    load: FloatArray
    capacity: FloatArray
    enemies: BoolArray

    @cached_property
    def groups_of(self) -> list[list[int]]:
        """For each task the groups it is in."""
        return [np.flatnonzero(row).tolist() for row in self.groups]

    @cached_property
    def enemies_of(self) -> list[frozenset[int]]:
        return [frozenset(np.flatnonzero(row).tolist()) for row in self.enemies]

    @cached_property
    def bounds(self) -> list[tuple[int, int]]:
        return list(zip(self.least.tolist(), self.most.tolist(), strict=True))

    @cached_property
    def load_lists(self) -> list[list[float]]:
        return [column.tolist() for column in self.load.T]

    @cached_property
    def capacity_list(self) -> list[float]:
        return [float(limit) for limit in self.capacity]

    @cached_property
    def burden(self) -> list[float]:
        """Words and seconds of each task, as shares of the bank's own, added up."""
        total = self.load.sum(axis=0)
        return [float(x) for x in (self.load / np.where(total > 0, total, 1)).sum(axis=1)]

    @cached_property
    def is_counting_only(self) -> bool:
        """True when nothing but the number of tasks is limited."""
        return not (
            self.least.any()
            or (self.most < len(self.bank)).any()
            or np.isfinite(self.capacity).any()
            or self.enemies.any()
        )


@lru_cache(maxsize=64)
def _constraints(bank: Bank, key: "_ByContent") -> Constraints:
    blueprint = key.blueprint
    n = len(bank)
    groups: list[IntArray] = []
    least: list[int] = []
    most: list[int] = []
    names: list[str] = []
    for kind, of_task, limits, otherwise in (
        ("area", [t.area for t in bank.tasks], blueprint.areas, blueprint.max_per_area),
        (
            "text type",
            [t.text_type for t in bank.tasks],
            blueprint.text_types,
            blueprint.max_per_text_type,
        ),
    ):
        for code in sorted(set(of_task) | set(limits)):
            own = limits.get(code, Limits())
            upper = own.most if own.most is not None else otherwise
            if own.least == 0 and upper is None:
                continue
            groups.append(np.array([x == code for x in of_task], dtype=np.intp))
            least.append(own.least)
            most.append(n if upper is None else max(upper, own.least))
            names.append(f"{kind} {code}")
    enemies = np.zeros((n, n), dtype=np.bool_)
    for i, task in enumerate(bank.tasks):
        for other in task.enemies:
            if other in bank.index:
                enemies[i, bank.index[other]] = enemies[bank.index[other], i] = True
    return Constraints(
        blueprint=blueprint,
        bank=bank,
        groups=np.array(groups, dtype=np.intp).T.reshape(n, len(groups)),
        least=np.array(least, dtype=np.intp),
        most=np.array(most, dtype=np.intp),
        names=tuple(names),
        load=np.array([[t.words, t.seconds] for t in bank.tasks], dtype=np.float64),
        capacity=np.array(
            [
                np.inf if limit is None else limit
                for limit in (blueprint.max_words, blueprint.max_seconds)
            ]
        ),
        enemies=enemies,
    )


class _ByContent:
    """A blueprint as a cache key: it holds mappings and has no hash of its own."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.text = repr(blueprint.to_table())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByContent) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def constraints_for(bank: Bank, blueprint: Blueprint) -> Constraints:
    """The constraints of a blueprint over a bank; built once and kept for the process."""
    return _constraints(bank, _ByContent(blueprint))


@dataclass(frozen=True)
class Progress:
    """Which tasks (positions in the bank) were given, and what would complete the sitting.

    `reserve` is None once something was given that the engine would not have offered; from then
    on maxima still hold, but minima are no longer promised.
    """

    given: tuple[int, ...]
    reserve: tuple[int, ...] | None


def plan_reserve(
    constraints: Constraints, excluded: Collection[str] = (), given: Iterable[int] = ()
) -> tuple[int, ...]:
    """A smallest set of tasks that completes a sitting, by integer programming.

    Of the smallest sets one with few words and seconds is taken, which leaves most room.

    Raises
    ------
    BlueprintInfeasible
        Naming the constraints that would have to give way.
    """
    n = len(constraints.bank)
    chosen = set(given)
    upper = np.ones(n)
    for id in excluded:
        if id in constraints.bank.index:
            upper[constraints.bank.index[id]] = 0
    lower = np.zeros(n)
    lower[list(chosen)] = upper[list(chosen)] = 1
    rows, low, high, names = _rows(constraints)
    solved = milp(
        1 + np.array(constraints.burden) / 3,
        integrality=np.ones(n, dtype=np.intp),
        bounds=Bounds(lower, upper),
        constraints=LinearConstraint(rows, low, high),
    )
    if solved.x is not None:
        return tuple(i for i in np.flatnonzero(solved.x > 0.5).tolist() if i not in chosen)
    raise BlueprintInfeasible(_unmet(rows, low, high, names, lower, upper))


def _rows(
    constraints: Constraints,
) -> tuple[csr_array, FloatArray, FloatArray, list[str]]:
    n = len(constraints.bank)
    blueprint = constraints.blueprint
    rows: list[FloatArray] = [np.ones(n)]
    low, high = [float(blueprint.min_tasks)], [float(blueprint.max_tasks)]
    names = [f"{blueprint.min_tasks} to {blueprint.max_tasks} tasks"]
    for m, name in enumerate(constraints.names):
        rows.append(constraints.groups[:, m].astype(np.float64))
        least, most = constraints.least[m], constraints.most[m]
        low.append(float(least))
        high.append(float(most))
        names.append(f"{name} ({least} to {most} tasks)")
    for k, what in enumerate(("words", "seconds")):
        if np.isfinite(constraints.capacity[k]):
            rows.append(constraints.load[:, k])
            low.append(-np.inf)
            high.append(float(constraints.capacity[k]))
            names.append(f"at most {constraints.capacity[k]:g} {what}")
    for i, j in zip(*np.nonzero(np.triu(constraints.enemies)), strict=True):
        row = np.zeros(n)
        row[[i, j]] = 1
        rows.append(row)
        low.append(-np.inf)
        high.append(1.0)
        tasks = constraints.bank.tasks
        names.append(f"enemies {tasks[i].id} and {tasks[j].id}")
    return csr_array(np.array(rows)), np.array(low), np.array(high), names


def _unmet(
    rows: csr_array,
    low: FloatArray,
    high: FloatArray,
    names: list[str],
    lower: FloatArray,
    upper: FloatArray,
) -> tuple[str, ...]:
    """The constraints that a least relaxation breaks (each loosened in its own units)."""
    m, n = rows.shape
    dense = rows.toarray()
    size = np.maximum(np.abs(dense).max(axis=1), 1)
    elastic = csr_array(np.hstack([dense, np.diag(size), -np.diag(size)]))
    solved = milp(
        np.concatenate([np.zeros(n), np.ones(2 * m)]),
        integrality=np.repeat(np.array([1, 0], dtype=np.intp), [n, 2 * m]),
        bounds=Bounds(np.pad(lower, (0, 2 * m)), np.pad(upper, (0, 2 * m), constant_values=np.inf)),
        constraints=LinearConstraint(elastic, low, high),
    )
    assert solved.x is not None, "every constraint can be loosened"
    slack = solved.x[n : n + m] + solved.x[n + m :]
    return tuple(name for name, own in zip(names, slack, strict=True) if own > 1e-6)


def minima_met(constraints: Constraints, given: Iterable[int]) -> bool:
    """True when a sitting with these tasks may stop because enough is known."""
    index = list(given)
    if len(index) < constraints.blueprint.min_tasks:
        return False
    return bool((constraints.groups[index].sum(axis=0) >= constraints.least).all())


def violations(constraints: Constraints, given: Iterable[int], *, stopped: bool) -> tuple[str, ...]:
    """What a sitting breaks, in words; minima count when it has `stopped` as decided."""
    index = list(given)
    out = []
    if len(set(index)) != len(index):
        out.append("a task was given twice")
    if len(index) > constraints.blueprint.max_tasks:
        out.append(f"more than {constraints.blueprint.max_tasks} tasks")
    counts = constraints.groups[index].sum(axis=0)
    for m, name in enumerate(constraints.names):
        if counts[m] > constraints.most[m]:
            out.append(f"{name}: more than {constraints.most[m]}")
        if stopped and counts[m] < constraints.least[m]:
            out.append(f"{name}: fewer than {constraints.least[m]}")
    if stopped and len(index) < constraints.blueprint.min_tasks:
        out.append(f"fewer than {constraints.blueprint.min_tasks} tasks")
    load = constraints.load[index].sum(axis=0)
    for k, what in enumerate(("words", "seconds")):
        if load[k] > constraints.capacity[k]:
            out.append(f"more than {constraints.capacity[k]:g} {what}")
    if constraints.enemies[np.ix_(index, index)].any():
        out.append("enemies together")
    return tuple(out)


@dataclass(frozen=True, eq=False)
class Offer:
    """What may be asked now.

    Attributes
    ----------
    allowed : (T,) bool
        Tasks after which the sitting can still be completed.
    finishing : (T,) bool
        Those of them that bring the sitting nearer to its minima.
    """

    allowed: BoolArray
    finishing: BoolArray


def offer(constraints: Constraints, progress: Progress, excluded: BoolArray) -> Offer:
    """What may be asked after `progress`, given tasks that are out of the question (T,) bool."""
    n = len(constraints.bank)
    given = list(progress.given)
    reserve = list(progress.reserve or ())
    free = ~excluded
    free[given] = False
    if len(given) >= constraints.blueprint.max_tasks:
        free[:] = False
    if constraints.is_counting_only:
        return Offer(free, free)
    counts = constraints.groups[given].sum(axis=0)
    load = constraints.load[given].sum(axis=0)
    free &= _fits(constraints, counts, load)
    if given:
        free &= ~constraints.enemies[given].any(axis=0)
    if progress.reserve is None:
        return Offer(free, free)
    in_reserve = np.zeros(n, dtype=np.bool_)
    in_reserve[reserve] = True
    counts = counts + constraints.groups[reserve].sum(axis=0)
    load = load + constraints.load[reserve].sum(axis=0)
    hostile = constraints.enemies[:, reserve]
    beside = _fits(constraints, counts, load) & ~hostile.any(axis=1)
    if len(given) + len(reserve) >= constraints.blueprint.max_tasks:
        beside[:] = False
    instead = np.zeros((n, len(reserve)), dtype=np.bool_)
    for k, task in enumerate(reserve):
        rest = counts - constraints.groups[task]
        short = np.maximum(constraints.least - rest, 0)
        instead[:, k] = (
            (constraints.groups >= short).all(axis=1)
            & _fits(constraints, rest, load - constraints.load[task])
            & ~np.delete(hostile, k, axis=1).any(axis=1)
        )
    replaces = instead.any(axis=1) if reserve else np.zeros(n, dtype=np.bool_)
    allowed = free & (in_reserve | beside | replaces)
    return Offer(allowed, allowed & (in_reserve | replaces))


def advance(
    constraints: Constraints, progress: Progress, task: int, excluded: BoolArray
) -> Progress:
    """Progress after `task` was given; the reserve is kept as small as the minima allow."""
    given = (*progress.given, task)
    if progress.reserve is None or excluded[task]:
        return Progress(given, None)
    reserve = list(progress.reserve)
    if task in reserve:
        reserve.remove(task)
    elif not _can_take(constraints, [*given, *reserve]):
        for k in range(len(reserve)):
            rest = reserve[:k] + reserve[k + 1 :]
            if _can_take(constraints, [*given, *rest], complete=True):
                reserve = rest
                break
        else:
            return Progress(given, None)
    for other in sorted(reserve, key=lambda i: (-constraints.burden[i], i)):
        rest = [i for i in reserve if i != other]
        if _can_take(constraints, [*given, *rest], complete=True):
            reserve = rest
    return Progress(given, tuple(reserve))


def _can_take(constraints: Constraints, tasks: list[int], *, complete: bool = False) -> bool:
    """No maximum is broken by these tasks together and, if `complete`, every minimum is met.

    Plain numbers: for a handful of tasks they are many times faster than arrays.
    """
    blueprint = constraints.blueprint
    if len(set(tasks)) < len(tasks) or len(tasks) > blueprint.max_tasks:
        return False
    if complete and len(tasks) < blueprint.min_tasks:
        return False
    counts = [0] * len(constraints.names)
    for i in tasks:
        for m in constraints.groups_of[i]:
            counts[m] += 1
        if not constraints.enemies_of[i].isdisjoint(tasks):
            return False
    for count, (least, most) in zip(counts, constraints.bounds, strict=True):
        if count > most or (complete and count < least):
            return False
    for limit, loads in zip(constraints.capacity_list, constraints.load_lists, strict=True):
        if sum(loads[i] for i in tasks) > limit:
            return False
    return True


def _fits(constraints: Constraints, counts: IntArray, load: FloatArray) -> BoolArray:
    """(T,): adding the task to these group counts and load breaks no maximum."""
    full = counts >= constraints.most
    fits = ~(constraints.groups[:, full] > 0).any(axis=1)
    return np.asarray(fits & (load + constraints.load <= constraints.capacity).all(axis=1))


def next_of_stages(
    blueprint: Blueprint, given: tuple[str, ...], theta: float
) -> tuple[str | None, str]:
    """The next task of a fixed part and the name of its module; None when all stages are done.

    Which module a person is in follows from the first task given in each stage; where a stage is
    about to begin, the module is chosen by `theta`.
    """
    at = 0
    name = ""
    for stage in blueprint.stages:
        if at >= len(given):
            module = max(
                (m for m in stage if m.from_theta is None or theta >= m.from_theta),
                key=lambda m: -np.inf if m.from_theta is None else m.from_theta,
            )
            return module.tasks[0], module.name
        begun = [m for m in stage if m.tasks[0] == given[at]]
        if not begun:
            raise BlueprintRefused(f"task {given[at]} begins no module of its stage")
        name = begun[0].name
        done = len(given) - at
        if done < len(begun[0].tasks):
            return begun[0].tasks[done], name
        at += len(begun[0].tasks)
    return None, name
