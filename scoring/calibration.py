"""Item calibration by marginal maximum likelihood: Rasch, 2PL, 3PL, 4PL, PCM, GPCM and GRM.

Answers may be missing by design. Items may be held at the parameters of an existing scale, in which
case the mean and sd of every group are estimated on that scale (fixed-parameter calibration, Kim
2006); the answers to the held items themselves must then be among the data, or new items are biased
when the new group differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from scoring.answers import Answers
from scoring.calibration_curves import CurveSet, Priors, no_priors
from scoring.calibration_start import rough_abilities, rough_table
from scoring.connectedness import linked_sets, require_linked
from scoring.irt import FAMILY_OF, Family, ItemArrays, Model
from scoring.marginal_likelihood import (
    HELD_SLOPE,
    OWN_SLOPE,
    Population,
    Problem,
    posterior_means,
)
from scoring.marginal_maximum import Solution, maximise

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Progress = Callable[[int, float], None]

# Beta density of c with mode .2: as much as 22 answers of people who know nothing.
DEFAULT_C_PRIOR = (5.0, 17.0)


class SlopeRule(StrEnum):
    """How slopes are treated: each its own, one for all, or 1 for all with the ability sd
    estimated."""

    OWN = "own"
    COMMON = "common"
    ONE = "one"


class ItemStatus(StrEnum):
    """Why an item has estimates, or has none."""

    ESTIMATED = "estimated"
    HELD = "held"
    NOT_PRESENTED = "not_presented"
    ALWAYS_LOWEST = "always_lowest"
    ALWAYS_HIGHEST = "always_highest"


class NothingEstimable(ValueError):
    """No item has answers that differ."""


class UnobservedCategory(ValueError):
    """Nobody got a score that lies below the highest given; the step into it has no estimate."""

    def __init__(self, item: str, category: int) -> None:
        self.item = item
        self.category = category
        super().__init__(f"item {item}: category {category} was never given")


class ScoreAboveModel(ValueError):
    """A score is higher than the item's model or held parameters allow."""

    def __init__(self, item: str, score: int, highest: int) -> None:
        self.item = item
        self.score = score
        super().__init__(f"item {item}: score {score} is above {highest}, the highest possible")


@dataclass(frozen=True)
class PriorRules:
    """Priors on estimated parameters; None means none.

    slope : mean and sd of log a. difficulty : mean and sd of every difficulty or step.
    c : shapes of the beta density of c in 3PL and 4PL; 1 − d has the same density in 4PL.
    """

    slope: tuple[float, float] | None = None
    difficulty: tuple[float, float] | None = None
    c: tuple[float, float] | None = DEFAULT_C_PRIOR


@dataclass(frozen=True, eq=False)
class HeldItems:
    """Items of an existing scale: `index` (H,) into the items, and their parameters (H rows)."""

    index: IntArray
    parameters: ItemArrays


@dataclass(frozen=True, eq=False)
class ItemDoubt:
    """Per item, where a young bank knows something: NaN where it does not.

    step_mean, step_sd : (I,) prior of every difficulty or step of the item.
    fixed_c : (I,) lower asymptote that is not estimated.
    slope_set : (I,) items with the same number ≥ 0 share a slope; −1 has its own.
    slope_pull : (I,) see `scoring.calibration_curves.Priors`.
    """

    step_mean: FloatArray
    step_sd: FloatArray
    fixed_c: FloatArray
    slope_set: IntArray
    slope_pull: FloatArray


@dataclass(frozen=True, eq=False)
class Calibration:
    """Estimated items on one scale.

    items : ItemArrays of I items in the order given, NaN where not estimable; standard errors 0
        where a parameter was not estimated. se_d : (I,). status : (I,). n : (I,) answers.
    covariance : (I, 1 + M) standard-error covariance of slope with each step, for linking and
        drift: (I, 1 + M, 1 + M) of (a, steps); NaN where unknown.
    ability_mean, ability_sd and their standard errors : (G,) by group.
    log_likelihood : marginal, without the prior terms. decrement : squared distance to the maximum
        in standard errors. nodes : points of the final grid.
    """

    items: ItemArrays
    se_d: FloatArray
    status: tuple[ItemStatus, ...]
    n: IntArray
    covariance: FloatArray
    ability_mean: FloatArray
    ability_sd: FloatArray
    se_mean: FloatArray
    se_sd: FloatArray
    log_likelihood: float
    n_parameters: int
    iterations: int
    converged: bool
    decrement: float
    nodes: int


def calibrate(
    answers: Answers,
    models: Model | Sequence[Model],
    *,
    slope: SlopeRule | None = None,
    held: HeldItems | None = None,
    group: IntArray | None = None,
    priors: PriorRules | None = None,
    doubt: ItemDoubt | None = None,
    estimate_population: bool = False,
    names: Sequence[str] | None = None,
    progress: Progress | None = None,
    limit: int = 500,
    tolerance: float = 1e-6,
) -> Calibration:
    """Items calibrated together.

    Parameters
    ----------
    models : one model for all items, or one each.
    slope : by default COMMON for Rasch and PCM items (one slope for each of the two models) and OWN
        for the rest. ONE sets the slopes of Rasch and PCM items to 1 and estimates the ability sd.
    held : items that keep their parameters; the mean and sd of every group are then estimated.
        Without it ability is N(0, 1) in group 0 and N(mean, sd²), estimated, in the others.
    group : (persons,) group numbers from 0.
    priors : none by default, except on the asymptotes of 3PL and 4PL items.
    doubt : what a young bank knows of each item.
    estimate_population : estimate the mean and sd of every group although nothing is held; the
        difficulties in `doubt`, known for every item, then carry the scale.
    names : item names for the messages of refusals.
    progress : called with (iteration, log-likelihood).
    limit, tolerance : see `scoring.marginal_maximum.maximise`.

    Raises
    ------
    NothingEstimable, UnobservedCategory, ScoreAboveModel
    DisconnectedDesign : items that no chain of persons, held items or priors links.
    """
    posed = pose(
        answers,
        models,
        slope=slope,
        held=held,
        group=group,
        priors=priors,
        doubt=doubt,
        estimate_population=estimate_population,
        names=names,
    )
    solution = maximise(posed.problem, progress=progress, limit=limit, tolerance=tolerance)
    return _report(answers, posed, solution, held)


@dataclass(frozen=True, eq=False)
class Posed:
    """A calibration ready to be maximised: the problem over the `used` items, and what was left
    out."""

    problem: Problem
    models: tuple[Model, ...]
    status: tuple[ItemStatus, ...]
    used: IntArray


def pose(
    answers: Answers,
    models: Model | Sequence[Model],
    *,
    slope: SlopeRule | None = None,
    held: HeldItems | None = None,
    group: IntArray | None = None,
    priors: PriorRules | None = None,
    doubt: ItemDoubt | None = None,
    estimate_population: bool = False,
    names: Sequence[str] | None = None,
) -> Posed:
    """The problem that `calibrate` solves; parameters and refusals as there."""
    n_items = answers.n_items
    own_models = [models] * n_items if isinstance(models, Model) else list(models)
    labels = [str(i) for i in range(n_items)] if names is None else list(names)
    is_held = np.zeros(n_items, dtype=bool)
    if held is not None:
        is_held[held.index] = True
    known = np.zeros(n_items, dtype=bool) if doubt is None else np.isfinite(doubt.step_sd)
    status, n_steps = _assess(answers, own_models, held, is_held, known, labels)
    used = np.flatnonzero([s in (ItemStatus.ESTIMATED, ItemStatus.HELD) for s in status])
    if not any(s is ItemStatus.ESTIMATED for s in status):
        raise NothingEstimable("no item has answers that differ")
    kept = answers.only(used)
    if not (known | is_held)[used].all():  # Priors put every item on their scale.
        _require_linked(kept, is_held[used], [labels[i] for i in used])
    setup = _Setup(
        answers=kept,
        models=[own_models[i] for i in used],
        n_steps=n_steps[used],
        held=is_held[used],
        rule=slope,
        rules=PriorRules() if priors is None else priors,
        doubt=_doubt_of(doubt, used),
        held_parameters=None if held is None else _held_in_order(held, used, n_items),
        free_population=estimate_population,
        group=np.zeros(answers.n_persons, dtype=np.int64) if group is None else group,
    )
    return Posed(setup.problem(), tuple(own_models), tuple(status), used)


def _assess(
    answers: Answers,
    models: Sequence[Model],
    held: HeldItems | None,
    is_held: BoolArray,
    known: BoolArray,
    labels: Sequence[str],
) -> tuple[list[ItemStatus], IntArray]:
    """What can be done with each item (`known`: with a prior), and its number of steps."""
    highest = answers.highest_score()
    n = answers.answers_per_item
    steps = np.maximum(highest, 1)
    if held is not None:
        steps[held.index] = held.parameters.n_categories - 1
    width = int(max(highest.max(initial=0), 1)) + 1
    seen = np.bincount(
        answers.item * width + np.minimum(answers.score, width - 1),
        minlength=answers.n_items * width,
    ).reshape(-1, width)
    status: list[ItemStatus] = []
    for item in range(answers.n_items):
        top = int(highest[item])
        if is_held[item]:
            if top > steps[item]:
                raise ScoreAboveModel(labels[item], top, int(steps[item]))
            status.append(ItemStatus.HELD)
            continue
        if models[item].is_dichotomous and top > 1:
            raise ScoreAboveModel(labels[item], top, 1)
        if n[item] == 0:
            status.append(ItemStatus.NOT_PRESENTED)
        elif known[item] and models[item].is_dichotomous:  # Equal answers tell something, too.
            status.append(ItemStatus.ESTIMATED)
        elif top == 0:
            status.append(ItemStatus.ALWAYS_LOWEST)
        elif seen[item, top] == n[item]:
            status.append(ItemStatus.ALWAYS_HIGHEST)
        else:
            missing = np.flatnonzero(seen[item, :top] == 0)
            if len(missing):
                raise UnobservedCategory(labels[item], int(missing[0]))
            status.append(ItemStatus.ESTIMATED)
    return status, steps


def _require_linked(answers: Answers, held: BoolArray, labels: Sequence[str]) -> None:
    """Every item is linked with every other through persons; held items are linked by their
    scale."""
    person = answers.person
    item = answers.item
    if int(np.bincount(person, minlength=1).max()) == answers.n_items:
        return  # Somebody met every item, which links all of them.
    anchors = np.flatnonzero(held)
    n_left = answers.n_persons
    if len(anchors):
        person = np.concatenate([person, np.full(len(anchors), n_left)])
        item = np.concatenate([item, anchors])
        n_left += 1
    found = linked_sets(person, item, n_left, answers.n_items)
    require_linked("items", labels, found.right)


def _doubt_of(doubt: ItemDoubt | None, used: IntArray) -> ItemDoubt | None:
    if doubt is None:
        return None
    return ItemDoubt(*(getattr(doubt, field.name)[used] for field in fields(doubt)))


def _held_in_order(held: HeldItems, used: IntArray, n_items: int) -> ItemArrays:
    """The held parameters in the order in which held items occur among the used."""
    row = np.full(n_items, -1, dtype=np.int64)
    row[held.index] = np.arange(len(held.index))
    rows = row[used]
    return held.parameters.take(rows[rows >= 0])


@dataclass(eq=False)
class _Setup:
    answers: Answers
    models: list[Model]
    n_steps: IntArray
    held: BoolArray
    rule: SlopeRule | None
    rules: PriorRules
    doubt: ItemDoubt | None
    held_parameters: ItemArrays | None
    free_population: bool
    group: IntArray

    def problem(self) -> Problem:
        n_items = len(self.models)
        free = ~self.held
        three = np.array([m in (Model.THREE_PL, Model.FOUR_PL) for m in self.models]) & free
        four = np.array([m is Model.FOUR_PL for m in self.models]) & free
        lower, upper = np.zeros(n_items), np.ones(n_items)
        family = np.array([int(FAMILY_OF[m]) for m in self.models], dtype=np.int64)
        if self.held_parameters is not None:
            lower[self.held] = self.held_parameters.c
            upper[self.held] = self.held_parameters.d
            family[self.held] = self.held_parameters.family
        if self.doubt is not None:
            known = np.isfinite(self.doubt.fixed_c) & three
            lower[known] = self.doubt.fixed_c[known]
            three &= ~known
        curves = CurveSet(family, self.n_steps, three, four, lower, upper)
        slope_set = self._slope_sets()
        population = self._population()
        start, population = self._start(curves, slope_set, population)
        priors = self._priors(curves, slope_set)
        return Problem(
            self.answers, curves, start, self.held, slope_set, priors, self.group, population
        )

    def _slope_sets(self) -> IntArray:
        sets = np.full(len(self.models), OWN_SLOPE, dtype=np.int64)
        rule = self.rule
        for which, model in enumerate((Model.RASCH, Model.PCM)):
            members = np.array([m is model for m in self.models])
            sets[members] = HELD_SLOPE if rule is SlopeRule.ONE else which
            if rule is SlopeRule.OWN:
                sets[members] = OWN_SLOPE
        if rule is SlopeRule.COMMON:
            sets[:] = 0
        elif rule is SlopeRule.ONE:
            sets[:] = HELD_SLOPE
        if self.doubt is not None:
            shared = self.doubt.slope_set >= 0
            sets[shared] = 10 + self.doubt.slope_set[shared]
        sets[self.held] = HELD_SLOPE
        return sets

    def _population(self) -> Population:
        n_groups = int(self.group.max(initial=0)) + 1
        free = np.ones(n_groups, dtype=bool)
        free_sd = free.copy()
        if not self.held.any() and not self.free_population:
            free[0] = False
            free_sd[0] = self.rule is SlopeRule.ONE
        return Population(np.zeros(n_groups), np.ones(n_groups), free, free_sd)

    def _priors(self, curves: CurveSet, slope_set: IntArray) -> Priors:
        n_items = len(curves)
        base = no_priors(n_items, curves.most_steps)
        free = ~self.held
        slope_mean, slope_sd = base.slope_mean.copy(), base.slope_sd.copy()
        weight = np.ones(n_items)
        if self.rules.slope is not None:
            estimated = free & (slope_set != HELD_SLOPE)
            slope_mean[estimated], slope_sd[estimated] = self.rules.slope
            for number in np.unique(slope_set[slope_set >= 0]):
                members = slope_set == number
                weight[members] = 1.0 / members.sum()
        step_mean, step_sd = base.step_mean.copy(), base.step_sd.copy()
        if self.rules.difficulty is not None:
            step_mean[free], step_sd[free] = self.rules.difficulty
        if self.doubt is not None:
            known = free & np.isfinite(self.doubt.step_sd)
            step_mean[known] = self.doubt.step_mean[known, None]
            step_sd[known] = self.doubt.step_sd[known, None]
        pull = np.zeros(n_items) if self.doubt is None else free * self.doubt.slope_pull
        shapes = self.rules.c if self.rules.c is not None else (np.nan, np.nan)
        return Priors(
            slope_mean,
            slope_sd,
            weight,
            step_mean,
            step_sd,
            np.full(n_items, shapes[0]),
            np.full(n_items, shapes[1]),
            np.full(n_items, shapes[1]),
            np.full(n_items, shapes[0]),
            pull,
        )

    def _start(
        self, curves: CurveSet, slope_set: IntArray, population: Population
    ) -> tuple[FloatArray, Population]:
        answers = self.answers
        if self.held.any():
            ability, population, table = self._start_on_scale(curves, population)
            slope = 1.0
        elif self.free_population:
            ability, population = self._start_by_priors(curves, population)
            table = np.zeros((len(curves), curves.width))
            slope = 1.0
        else:
            ability, spread = rough_abilities(answers, curves.n_steps)
            slope = 1.0 if self.rule is SlopeRule.ONE else spread
            own = ability[self.group == 0]
            ability = (ability - own.mean()) / slope
            mean, sd = population.mean.copy(), population.sd.copy()
            for g in range(1, len(mean)):
                mean[g] = ability[self.group == g].mean()
            if self.rule is SlopeRule.ONE:
                sd[:] = spread
            population = Population(mean, sd, population.free_mean, population.free_sd)
            table = np.zeros((len(curves), curves.width))
        rough = rough_table(answers, curves, ability, slope)
        table[~self.held] = rough[~self.held]
        return table, population

    def _start_by_priors(
        self, curves: CurveSet, population: Population
    ) -> tuple[FloatArray, Population]:
        """Rough abilities shifted so that difficulties lie about their priors on average."""
        if self.doubt is None or not np.isfinite(self.doubt.step_sd).all():
            raise ValueError("a free population needs held items or a prior for every difficulty")
        ability, spread = rough_abilities(self.answers, curves.n_steps)
        steps = curves.steps(rough_table(self.answers, curves, ability, 1.0))
        shift = float((self.doubt.step_mean - np.nanmean(steps, axis=1)).mean())
        mean = np.full(len(population.mean), float(ability.mean()) + shift)
        sd = np.full(len(mean), spread)
        return ability + shift, Population(mean, sd, population.free_mean, population.free_sd)

    def _start_on_scale(
        self, curves: CurveSet, population: Population
    ) -> tuple[FloatArray, Population, FloatArray]:
        """Abilities and populations from the held items alone; their rows of the table."""
        assert self.held_parameters is not None
        rows = np.flatnonzero(self.held)
        table = np.zeros((len(curves), curves.width))
        only = CurveSet(
            curves.family[rows],
            curves.n_steps[rows],
            curves.free_c[rows],
            curves.free_d[rows],
            curves.lower[rows],
            curves.upper[rows],
        )
        parameters = self.held_parameters
        own = only.table(parameters.a, parameters.steps, parameters.c, parameters.d)
        table[rows, : 1 + only.most_steps] = own[:, : 1 + only.most_steps]
        anchors = Problem(
            self.answers.only(rows),
            only,
            own,
            np.ones(len(rows), dtype=bool),
            np.full(len(rows), HELD_SLOPE, dtype=np.int64),
            no_priors(len(rows), only.most_steps),
            self.group,
            population,
        )
        if len(anchors.answers.score) == 0:
            return np.zeros(self.answers.n_persons), population, table
        found = maximise(anchors, limit=30, tolerance=1e-2).population
        sd = np.clip(found.sd, 0.2, 10.0)
        population = Population(found.mean, sd, population.free_mean, population.free_sd)
        settled = Problem(
            anchors.answers,
            only,
            own,
            anchors.held,
            anchors.slope_set,
            anchors.priors,
            self.group,
            population,
        )
        return posterior_means(settled), population, table


def _report(
    answers: Answers, posed: Posed, solution: Solution, held: HeldItems | None
) -> Calibration:
    n_items, used, curves = answers.n_items, posed.used, posed.problem.curves
    most = curves.most_steps
    steps_here = curves.steps(solution.table)
    delta = _difficulty_jacobian(curves, solution.table, steps_here)
    core = solution.covariance[:, : 1 + most, : 1 + most]
    spread = np.einsum("iab,ibc,idc->iad", delta, core, delta)
    error = np.sqrt(np.einsum("iaa->ia", spread))
    lower, upper = curves.asymptotes(solution.table)
    se_c, se_d = np.zeros(len(used)), np.zeros(len(used))
    if curves.has_asymptotes:
        for out, free, column, value in (
            (se_c, curves.free_c, -2, lower),
            (se_d, curves.free_d, -1, upper),
        ):
            variance = solution.covariance[:, column, column]
            out[free] = (np.sqrt(variance) * value * (1.0 - value))[free]

    def widen(values: FloatArray, fill: float = np.nan) -> FloatArray:
        out = np.full((n_items, *values.shape[1:]), fill)
        out[used] = values
        return out

    n_categories = np.full(n_items, 2, dtype=np.intp)
    n_categories[used] = curves.n_steps + 1
    se_steps = error[:, 1:].copy()
    se_steps[np.arange(most) >= curves.n_steps[:, None]] = 0.0
    items = ItemArrays(
        family=np.array([FAMILY_OF[m] for m in posed.models], dtype=np.intp),
        a=widen(solution.table[:, 0]),
        c=widen(lower),
        d=widen(upper),
        steps=widen(steps_here),
        n_categories=n_categories,
        se_a=widen(error[:, 0]),
        se_c=widen(se_c),
        se_steps=widen(se_steps),
    )
    if held is not None:
        # Held rows are repeated to the last digit, not reconstructed from intercepts.
        own = held.parameters
        items.family[held.index] = own.family
        items.a[held.index] = own.a
        width = own.steps.shape[1]
        items.steps[held.index, :width] = own.steps[:, :most]
        items.se_a[held.index] = own.se_a
        items.se_c[held.index] = own.se_c
        items.se_steps[held.index, :width] = own.se_steps[:, :most]
    return Calibration(
        items=items,
        se_d=widen(se_d),
        status=posed.status,
        n=answers.answers_per_item,
        covariance=widen(spread),
        ability_mean=solution.population.mean,
        ability_sd=solution.population.sd,
        se_mean=solution.se_mean,
        se_sd=solution.se_sd,
        log_likelihood=solution.log_likelihood,
        n_parameters=solution.n_parameters,
        iterations=solution.iterations,
        converged=solution.converged,
        decrement=solution.decrement,
        nodes=solution.n_nodes,
    )


def _difficulty_jacobian(curves: CurveSet, table: FloatArray, steps: FloatArray) -> FloatArray:
    """(I, 1 + M, 1 + M) derivatives of (a, steps) by (a, intercepts)."""
    n_items, most = len(curves), curves.most_steps
    jacobian = np.zeros((n_items, 1 + most, 1 + most))
    jacobian[:, 0, 0] = 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1.0 / table[:, 0]
    inside = np.arange(most) < curves.n_steps[:, None]
    own = np.where(inside, -np.nan_to_num(steps) * inverse[:, None], 0.0)
    jacobian[:, 1:, 0] = own
    for step in range(most):
        jacobian[:, 1 + step, 1 + step] = np.where(inside[:, step], -inverse, 0.0)
        if step > 0:
            partial = (curves.family == Family.PARTIAL_CREDIT) & inside[:, step]
            jacobian[partial, 1 + step, step] = inverse[partial]
    return jacobian
