"""The plan of a part: everything that its questions and its result depend on, frozen.

A plan is stored with the sitting as JSON; with the answers in order it is all that a replay needs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from scoring import blueprint as blueprints
from scoring import cefr, exposure, seeding
from scoring.ability import Prior
from scoring.bank import Bank
from scoring.blueprint import Blueprint, BlueprintInfeasible, Constraints
from scoring.cefr import Standard
from scoring.exposure import Eligibility
from scoring.irt import BoolArray, FloatArray
from scoring.seeding import PretestTask, Seeding
from scoring.selection import Criterion
from scoring.stopping import StoppingRule
from scoring.testlets import TaskTables, tables_for

#: Changes whenever the same plan and answers could give another decision or estimate.
ENGINE_VERSION = "1"


class PlanRefused(ValueError):
    """A stored plan that this engine cannot replay, or answers that do not belong to it."""


@dataclass(frozen=True)
class Settings:
    """How a part is run; frozen with the sitting.

    Parameters
    ----------
    prior_mean, prior_sd : float
        The weak prior of ability that everybody gets, in logits.
    criterion : Criterion
    stopping : StoppingRule
    start_sd : float
        How widely around `start_theta` the first task is looked for, in logits.
    among : int
        Choose at random (seeded) among this many best tasks; 1 always takes the best.
    """

    prior_mean: float = 0.0
    prior_sd: float = 2.0
    criterion: Criterion = Criterion.MI
    stopping: StoppingRule = field(default_factory=StoppingRule)
    start_sd: float = 1.0
    among: int = 1

    def __post_init__(self) -> None:
        if not (self.prior_sd > 0 and self.start_sd > 0):
            raise ValueError("prior_sd and start_sd must be above 0")
        if self.among < 1:
            raise ValueError("among must be 1 or more")

    @property
    def prior(self) -> Prior:
        return Prior(self.prior_mean, self.prior_sd)

    def to_record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Settings":
        """Settings from plain values; keys that are left out keep their defaults.

        Raises
        ------
        ValueError
            Naming an unknown key.
        """
        values = dict(record)
        for kind, part in ((cls, values), (StoppingRule, dict(values.get("stopping", {})))):
            unknown = sorted(set(part) - {own.name for own in fields(kind)})
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not a setting of a part")
        if "criterion" in values:
            values["criterion"] = Criterion(values["criterion"])
        if "stopping" in values:
            values["stopping"] = StoppingRule(**values["stopping"])
        return cls(**values)


def on_grid(prior: Prior, theta: FloatArray) -> FloatArray:
    """A prior as probabilities (G,) on an equally spaced grid."""
    density = np.exp(prior.log_density(theta))
    return np.asarray(density / density.sum())


@dataclass(frozen=True)
class PartPlan:
    """Everything that one part of a sitting depends on; made by `plan_part`.

    Parameters
    ----------
    bank, standard, blueprint, settings
    seed : int
        Of every random choice.
    start_theta : float or None
        Where to begin (logits), from background; it never enters an estimate.
    excluded : frozenset of str
        Tasks that this person must not get (seen before, retired, broken media).
    reserve : tuple of str
        Tasks that complete a sitting that has not begun (`scoring.blueprint`).
    eligibility : mapping of task to Eligibility
        The draw of exposure control, for the tasks that it limits.
    relaxed_seen : tuple of str
        Tasks seen before that are allowed again because the unseen ones were not enough.
    seeding : Seeding or None
        Tasks that are tried out: they stand outside the bank and never count.
    engine_version : str
    """

    bank: Bank
    standard: Standard
    blueprint: Blueprint
    seed: int = 0
    start_theta: float | None = None
    excluded: frozenset[str] = frozenset()
    settings: Settings = field(default_factory=Settings)
    reserve: tuple[str, ...] = ()
    eligibility: Mapping[str, Eligibility] = field(default_factory=dict)
    relaxed_seen: tuple[str, ...] = ()
    seeding: Seeding | None = None
    engine_version: str = ENGINE_VERSION

    @cached_property
    def tables(self) -> TaskTables:
        """The bank on this plan's grid, shared by all plans of the process that agree on both."""
        return tables_for(self.bank, self.settings.prior.grid())

    @cached_property
    def constraints(self) -> Constraints:
        return blueprints.constraints_for(self.bank, self.blueprint)

    @cached_property
    def band_weights(self) -> FloatArray:
        return cefr.band_weights(self.standard, self.tables.theta)

    @cached_property
    def prior(self) -> FloatArray:
        """The prior on the grid, (G,), summing to 1."""
        return on_grid(self.settings.prior, self.tables.theta)

    @cached_property
    def excluded_mask(self) -> BoolArray:
        return np.array([task.id in self.excluded for task in self.bank.tasks], dtype=np.bool_)

    @cached_property
    def eligibility_arrays(self) -> tuple[FloatArray, FloatArray]:
        """`by_level` (L, T) and `draw` (T,) of every task; 1 and 0 where there is no limit."""
        by_level = np.ones((len(self.standard.levels), len(self.bank)))
        drawn = np.zeros(len(self.bank))
        for id, own in self.eligibility.items():
            t = self.bank.index[id]
            by_level[:, t], drawn[t] = own.by_level, own.draw
        return by_level, drawn

    def to_record(self) -> dict[str, Any]:
        """Plain values with the bank by digest; `bank.to_json()` is stored once beside them."""
        return {
            "engine_version": self.engine_version,
            "bank": self.bank.digest,
            "standard": self.standard.to_record(),
            "blueprint": self.blueprint.to_table(),
            "settings": self.settings.to_record(),
            "seed": self.seed,
            "start_theta": self.start_theta,
            "excluded": sorted(self.excluded),
            "reserve": list(self.reserve),
            "eligibility": {
                id: [own.draw, *own.by_level] for id, own in self.eligibility.items()
            },
            "relaxed_seen": list(self.relaxed_seen),
            **({} if self.seeding is None else {"seeding": self.seeding.to_record()}),
        }

    def to_json(self, *, with_bank: bool = True) -> str:
        """The plan as JSON: with the bank's content (self-contained), or with its digest only."""
        record = self.to_record()
        if with_bank:
            record["tasks"] = self.bank.to_records()
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str, bank: Bank | None = None) -> "PartPlan":
        """The plan that `to_json` wrote; `bank` saves rebuilding it, or supplies it.

        Raises
        ------
        PlanRefused
            When the bank is missing or not the one of the plan, or the engine is another one.
        """
        record = json.loads(text)
        if record["engine_version"] != ENGINE_VERSION:
            raise PlanRefused(
                f"made by engine {record['engine_version']}, this is engine {ENGINE_VERSION}"
            )
        if bank is None:
            if "tasks" not in record:
                raise PlanRefused("the plan names its bank by digest and no bank was given")
            bank = Bank.from_records(record["tasks"])
        if bank.digest != record["bank"]:
            raise PlanRefused("the bank is not the one that the plan was made with")
        return cls(
            bank=bank,
            standard=Standard.from_record(record["standard"]),
            blueprint=Blueprint.from_table(record["blueprint"]),
            seed=record["seed"],
            start_theta=record["start_theta"],
            excluded=frozenset(record["excluded"]),
            settings=Settings.from_record(record["settings"]),
            reserve=tuple(record["reserve"]),
            eligibility={
                id: Eligibility(row[0], tuple(row[1:]))
                for id, row in record["eligibility"].items()
            },
            relaxed_seen=tuple(record["relaxed_seen"]),
            seeding=Seeding.from_record(record["seeding"]) if "seeding" in record else None,
        )


def plan_part(
    bank: Bank,
    standard: Standard,
    blueprint: Blueprint,
    *,
    settings: Settings,
    seed: int,
    start_theta: float | None = None,
    excluded: frozenset[str] = frozenset(),
    seen: Sequence[str] = (),
    exposure_counts: exposure.Counts | None = None,
    exposure_limit: float | None = None,
    pretest: Sequence[PretestTask] = (),
    most_pretest: int = 0,
) -> PartPlan:
    """A plan that can be completed, with its reserve and its eligibility draw.

    Parameters
    ----------
    seen : sequence of str
        Tasks that this person met in earlier sittings, longest ago first. They are excluded; when
        the rest is not enough, those of longest ago are allowed again (`relaxed_seen`).
    exposure_counts, exposure_limit
        What earlier sittings were given, and the highest share of sittings at a level that may
        get one task; without both nothing is held back.
    pretest, most_pretest
        Tasks outside the bank that are tried out, and how many of them this person may be given.
        A fixed part (`Blueprint.stages`) is given as it stands and has none.

    Raises
    ------
    BlueprintInfeasible
        Naming the constraints that this bank cannot meet, even with all seen tasks.
    """
    if blueprint.stages:
        reserve: tuple[str, ...] = ()
        barred, relaxed = frozenset[str](), tuple[str, ...]()
        missing = [
            id
            for stage in blueprint.stages
            for module in stage
            for id in module.tasks
            if id not in bank.index or id in excluded
        ]
        if missing:
            raise BlueprintInfeasible((f"task {missing[0]} of a fixed part is not in the bank",))
    else:
        constraints = blueprints.constraints_for(bank, blueprint)
        barred, relaxed, found = _reserve_without_seen(constraints, excluded, seen)
        reserve = tuple(bank.tasks[i].id for i in found)
    eligibility: dict[str, Eligibility] = {}
    if exposure_counts is not None and exposure_limit is not None:
        eligibility = exposure.draw(bank, standard.levels, exposure_counts, exposure_limit, seed)
    return PartPlan(
        bank=bank,
        standard=standard,
        blueprint=blueprint,
        seed=seed,
        start_theta=start_theta,
        excluded=excluded | barred,
        settings=settings,
        reserve=reserve,
        eligibility=eligibility,
        relaxed_seen=relaxed,
        seeding=_seeding(
            bank, blueprint, seed, excluded | barred, {*excluded, *seen}, pretest, most_pretest
        ),
    )


def _seeding(
    bank: Bank,
    blueprint: Blueprint,
    seed: int,
    excluded: frozenset[str],
    barred: set[str],
    pretest: Sequence[PretestTask],
    most: int,
) -> Seeding | None:
    """The pretest tasks that may come beside the operational ones; None where none may."""
    if blueprint.stages:
        return None
    operational = [task for task in bank.tasks if task.id not in excluded]
    tasks = tuple(one for one in pretest if seeding.may_be_given(one, operational, barred))
    places = seeding.draw_places(seed, most, blueprint.max_tasks)
    return Seeding(tasks, places) if tasks and places else None


def withdraw(plan: PartPlan, given: Sequence[str], task: str) -> PartPlan:
    """The plan of a sitting that has begun, without a task that turned out unusable.

    For a recording that will not play, or a picture that is missing: the task must not have been
    answered. The first tasks stay what they were, so the new plan replays the sitting. Where the
    bank can no longer meet the minima without the task, they are given up; maxima still hold.

    Parameters
    ----------
    given : sequence of str
        Tasks that were answered, in order.
    """
    if task in given:
        raise PlanRefused(f"task {task} was answered and cannot be withdrawn")
    if plan.seeding is not None:
        if task in plan.seeding.ids:
            return replace(plan, seeding=plan.seeding.without(task))
        given = [id for id in given if id not in plan.seeding.ids]
    if any(task in module.tasks for stage in plan.blueprint.stages for module in stage):
        raise PlanRefused(f"task {task} belongs to a fixed part")
    excluded = plan.excluded | {task}
    index = plan.bank.index
    blueprint = plan.blueprint
    try:
        rest = blueprints.plan_reserve(
            plan.constraints, excluded - set(given), [index[id] for id in given]
        )
    except BlueprintInfeasible:
        blueprint, rest = blueprint.without_minima(), ()
    return replace(
        plan,
        blueprint=blueprint,
        excluded=excluded,
        # What was given is part of the reserve, so that the replay finds every task in it.
        reserve=(*given, *(plan.bank.tasks[i].id for i in rest)),
    )


def _reserve_without_seen(
    constraints: Constraints, excluded: frozenset[str], seen: Sequence[str]
) -> tuple[frozenset[str], tuple[str, ...], tuple[int, ...]]:
    """What stays barred of the seen tasks, what is allowed again, and the reserve."""
    order = [id for id in dict.fromkeys(seen) if id not in excluded]
    # The whole bank first: a blueprint that fails even so is refused for what it asks.
    best = blueprints.plan_reserve(constraints, excluded)
    low, high = 0, len(order)
    while low < high:
        allowed_again = (low + high) // 2
        try:
            best = blueprints.plan_reserve(constraints, excluded | set(order[allowed_again:]))
            high = allowed_again
        except BlueprintInfeasible:
            low = allowed_again + 1
    best = blueprints.plan_reserve(constraints, excluded | set(order[low:])) if order else best
    return frozenset(order[low:]), tuple(order[:low]), best
