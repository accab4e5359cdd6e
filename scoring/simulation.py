"""Simulated sittings: the live engine, batched over persons.

`simulate` gives persons of known ability whole sittings under a plan; beliefs, verdicts, choices
and stopping are those of `scoring.sitting`, computed for many persons at a time. `fixed_length` is
the fast path for tests of single items and a fixed number of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scoring import blueprint as blueprints
from scoring import cefr, exposure, selection
from scoring.ability import (
    GRID_STEP,
    STEPS_PER_SD,
    Prior,
    posterior,
    quantiles,
    with_error,
)
from scoring.belief import AnsweredTask, posterior_of
from scoring.blueprint import Progress
from scoring.irt import BoolArray, FloatArray, IntArray
from scoring.plan import PartPlan, on_grid
from scoring.selection import Criterion
from scoring.sitting import Verdict, judge, pick, start_belief
from scoring.stopping import FloorCount, StopReason
from scoring.testlets import TaskTables, answer_likelihood, tables_for
from scoring.truth import Worlds

PERSONS_AT_ONCE = 200
#: As many as sit at the same time: counts are brought up to date after each such group.
EXPOSURE_BLOCK = 20
#: So many of the most informative tasks at a grid point are kept in order beside the length.
SPARE_CANDIDATES = 24
INTERVAL = np.array([0.025, 0.975])


@dataclass(frozen=True, eq=False)
class Sittings:
    """What N simulated persons got, and what was concluded.

    Attributes
    ----------
    true_theta : (N,)
        On the scale of the cuts, in logits.
    true_level : (N,) int
        Position in the standard's levels.
    theta, se, se_total : (N,)
        Estimate, posterior sd, and the sd with the error shared by the scale.
    levels : (N, L)
        Probability of every level.
    low, high : (N,)
        Posterior quantiles .025 and .975 with the shared error.
    given : (N, most tasks) int
        Positions of the tasks in order; −1 after the last.
    stops : tuple of StopReason, (N,)
    """

    true_theta: FloatArray
    true_level: IntArray
    theta: FloatArray
    se: FloatArray
    se_total: FloatArray
    levels: FloatArray
    low: FloatArray
    high: FloatArray
    given: IntArray
    stops: tuple[StopReason, ...]

    @property
    def length(self) -> IntArray:
        """Number of tasks, (N,)."""
        return np.asarray((self.given >= 0).sum(axis=1))


def simulate(
    plan: PartPlan,
    worlds: Worlds,
    theta: FloatArray,
    rng: np.random.Generator,
    *,
    start_theta: FloatArray | None = None,
    exposure_limit: float | None = None,
) -> Sittings:
    """A sitting under `plan` for every true ability in `theta` (N,).

    Parameters
    ----------
    worlds : Worlds
        Persons are spread over them in turn.
    start_theta : (N,), optional
        Where background lets each person begin; the plan's own otherwise.
    exposure_limit : float, optional
        Item eligibility at this limit, its counts brought up to date every twenty sittings.
    """
    parts = []
    n_levels, n_tasks = len(plan.standard.levels), len(plan.bank)
    given = np.zeros((n_levels, n_tasks))
    assigned = np.zeros((n_levels, n_tasks))
    size = PERSONS_AT_ONCE if exposure_limit is None else EXPOSURE_BLOCK
    for first in range(0, theta.size, size):
        person = np.arange(first, min(first + size, theta.size))
        log_chance = None
        if exposure_limit is not None:
            log_chance = exposure.log_probability(given, assigned, exposure_limit)
        start = None if start_theta is None else start_theta[person]
        batch = _Batch(plan, worlds, person, theta[person], start, log_chance)
        part = batch.run(rng)
        parts.append(part)
        if log_chance is not None:
            chance = np.exp(log_chance)
            for own, level in zip(part.given, part.levels.argmax(axis=1), strict=True):
                given[level] *= exposure.FADING
                assigned[level] = assigned[level] * exposure.FADING + chance[level]
                given[level, own[own >= 0]] += 1
    return _joined(parts)


class _Batch:
    """Persons who sit at the same time; one answer each a round."""

    def __init__(
        self,
        plan: PartPlan,
        worlds: Worlds,
        person: IntArray,
        theta: FloatArray,
        start_theta: FloatArray | None,
        log_chance: FloatArray | None,
    ) -> None:
        self.plan, self.worlds = plan, worlds
        self.person, self.true_theta = person, theta
        self.start_theta, self.log_chance = start_theta, log_chance
        n = person.size
        self.drawn = np.array(
            [exposure.log_uniforms(plan.seed + int(k), len(plan.bank)) for k in person]
            if log_chance is not None
            else []
        )
        self.p = np.tile(plan.prior, (n, 1))
        self.answered: list[list[AnsweredTask]] = [[] for _ in range(n)]
        self.floor = [FloorCount(0, 0, 0)] * n
        self.stops: list[StopReason | None] = [None] * n
        index = plan.bank.index
        begin = () if plan.constraints.is_counting_only else plan.reserve
        self.progress = [Progress((), tuple(index[id] for id in begin))] * n
        self.verdicts: dict[object, Verdict] = {}

    def run(self, rng: np.random.Generator) -> Sittings:
        active = np.arange(self.person.size)
        while active.size:
            chosen = self._choose(active)
            going = chosen >= 0
            active, chosen = active[going], chosen[going]
            if active.size:
                scores = self.worlds.answer(
                    self.person[active], self.true_theta[active], chosen, rng
                )
                self._take(active, chosen, scores)
        return self._result()

    def _choose(self, active: IntArray) -> IntArray:
        """The next task of every active person; −1 where the part ends, with its reason kept."""
        plan = self.plan
        _, se, levels = beliefs(plan, self.p[active], [self.answered[n] for n in active])
        bands = cefr.band_probabilities(plan.standard, levels).max(axis=1)
        chosen = np.full(active.size, -1, dtype=np.intp)
        open_: list[tuple[int, Verdict, BoolArray]] = []
        for i, n in enumerate(active):
            if plan.blueprint.stages:
                chosen[i] = self._next_of_fixed(int(n), float(self.p[n] @ plan.tables.theta))
                continue
            verdict = self._judge(int(n), float(bands[i]), float(se[i]))
            if verdict.stop is not None:
                self.stops[n] = verdict.stop
                continue
            held = None
            if self.log_chance is not None:
                held = exposure.held_back(self.log_chance, self.drawn[n], levels[i])
            open_.append((i, verdict, exposure.leave_eligible(verdict.allowed, held)[0]))
        if open_:
            look = np.array([self._look(int(active[i])) for i, _, _ in open_])
            values = selection.scores(
                plan.settings.criterion, plan.tables, look, plan.band_weights
            )
            for (i, verdict, eligible), own in zip(open_, values, strict=True):
                n = int(active[i])
                seed = plan.seed + int(self.person[n])
                stop, task, _ = pick(
                    plan.settings, seed, own, eligible, verdict, len(self.answered[n])
                )
                self.stops[n] = stop
                chosen[i] = -1 if stop is not None else task
        return chosen

    def _judge(self, n: int, highest_band: float, se: float) -> Verdict:
        """`sitting.judge`, remembered by what it depends on: many persons share their path."""
        rule = self.plan.settings.stopping
        enough = highest_band >= rule.band_probability
        precise = rule.precision is not None and se <= rule.precision
        key = (self.progress[n], self.floor[n], enough, precise)
        if key not in self.verdicts:
            self.verdicts[key] = judge(
                self.plan, self.progress[n], highest_band, se, self.floor[n]
            )
        return self.verdicts[key]

    def _look(self, n: int) -> FloatArray:
        if self.answered[n]:
            return np.asarray(self.p[n])
        if self.start_theta is not None:
            prior = Prior(float(self.start_theta[n]), self.plan.settings.start_sd)
            return on_grid(prior, self.plan.tables.theta)
        return np.asarray(self.p[n]) if self.plan.start_theta is None else start_belief(self.plan)

    def _next_of_fixed(self, n: int, theta: float) -> int:
        given = tuple(one.task for one in self.answered[n])
        if not given and self.start_theta is not None:
            theta = float(self.start_theta[n])
        elif not given and self.plan.start_theta is not None:
            theta = self.plan.start_theta
        task, _ = blueprints.next_of_stages(self.plan.blueprint, given, theta)
        if task is None:
            self.stops[n] = StopReason.MAXIMUM
            return -1
        return self.plan.bank.index[task]

    def _take(self, active: IntArray, chosen: IntArray, scores: IntArray) -> None:
        plan = self.plan
        for n, t, own in zip(active.tolist(), chosen.tolist(), scores.tolist(), strict=True):
            task = plan.bank.tasks[t]
            one = AnsweredTask(task.id, tuple(own[: len(task.items)]))
            self.answered[n].append(one)
            self.p[n] *= plan.tables.likelihood(t, one.scores)
            if task.is_floor:
                old = self.floor[n]
                right = sum(
                    x == item.max_score for x, item in zip(one.scores, task.items, strict=True)
                )
                self.floor[n] = FloorCount(
                    old.tasks + 1, old.items + len(task.items), old.right + right
                )
            if plan.constraints.is_counting_only or plan.blueprint.stages:
                self.progress[n] = Progress((*self.progress[n].given, t), ())
            else:
                self.progress[n] = blueprints.advance(
                    plan.constraints, self.progress[n], t, plan.excluded_mask
                )
        self.p[active] /= self.p[active].sum(axis=1, keepdims=True)

    def _result(self) -> Sittings:
        plan = self.plan
        mean, se, levels = beliefs(plan, self.p, self.answered)
        shared = plan.standard.shared_se
        theta = plan.tables.theta
        bounds = quantiles(*with_error(theta, self.p, shared), INTERVAL)
        for n in np.flatnonzero(se < STEPS_PER_SD * (theta[1] - theta[0])).tolist():
            own = posterior_of(plan, self.p[n], self.answered[n])
            bounds[n] = own.with_error(shared).quantile(INTERVAL)
        most = max(len(one) for one in self.answered)
        given = np.full((self.person.size, most), -1, dtype=np.intp)
        for n, progress in enumerate(self.progress):
            given[n, : len(progress.given)] = progress.given
        return Sittings(
            true_theta=self.true_theta,
            true_level=self.worlds.true_levels(self.person, self.true_theta),
            theta=mean,
            se=se,
            se_total=np.hypot(se, shared),
            levels=levels,
            low=bounds[:, 0],
            high=bounds[:, 1],
            given=given,
            stops=tuple(stop for stop in self.stops if stop is not None),
        )


def beliefs(
    plan: PartPlan, p: FloatArray, answered: Sequence[Sequence[AnsweredTask]]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean (N,), sd (N,) and level probabilities (N, L) of posteriors p (N, G), refined if due."""
    theta = plan.tables.theta
    mean = p @ theta
    sd = np.sqrt(np.maximum(p @ theta**2 - mean**2, 0))
    levels = cefr.level_probabilities(plan.standard, theta, p)
    for n in np.flatnonzero(sd < STEPS_PER_SD * (theta[1] - theta[0])).tolist():
        found = posterior_of(plan, p[n], answered[n])
        mean[n], sd[n] = found.mean, found.sd
        levels[n] = cefr.level_probabilities(plan.standard, found.theta, found.p)
    return mean, sd, levels


def _joined(parts: Sequence[Sittings]) -> Sittings:
    most = max(part.given.shape[1] for part in parts)
    padded = [
        np.pad(part.given, ((0, 0), (0, most - part.given.shape[1])), constant_values=-1)
        for part in parts
    ]
    return Sittings(
        true_theta=np.concatenate([part.true_theta for part in parts]),
        true_level=np.concatenate([part.true_level for part in parts]),
        theta=np.concatenate([part.theta for part in parts]),
        se=np.concatenate([part.se for part in parts]),
        se_total=np.concatenate([part.se_total for part in parts]),
        levels=np.concatenate([part.levels for part in parts]),
        low=np.concatenate([part.low for part in parts]),
        high=np.concatenate([part.high for part in parts]),
        given=np.concatenate(padded),
        stops=tuple(stop for part in parts for stop in part.stops),
    )


def simulate_items(
    worlds: Worlds,
    prior: Prior,
    criterion: Criterion,
    length: int,
    theta: FloatArray,
    rng: np.random.Generator,
) -> Sittings:
    """A fixed number of single items for every true ability in `theta` (N,)."""
    standard, bank = worlds.standard, worlds.bank
    tables = tables_for(bank, prior.grid(min(GRID_STEP, prior.sd / 8)))

    def answer(person: IntArray, item: IntArray) -> IntArray:
        return np.asarray(worlds.answer(person, theta[person], item, rng)[:, 0])

    bands = cefr.band_weights(standard, tables.theta)
    found = fixed_length(tables, prior, criterion, bands, length, theta.size, answer)
    shared = standard.shared_se
    bounds = quantiles(*with_error(tables.theta, found.p, shared), INTERVAL)
    return Sittings(
        true_theta=theta,
        true_level=worlds.true_levels(np.arange(theta.size), theta),
        theta=found.theta,
        se=found.se,
        se_total=np.hypot(found.se, shared),
        levels=cefr.level_probabilities(standard, tables.theta, found.p),
        low=bounds[:, 0],
        high=bounds[:, 1],
        given=found.given,
        stops=(StopReason.MAXIMUM,) * theta.size,
    )


@dataclass(frozen=True, eq=False)
class FixedLength:
    """What N persons got in a fixed number K of single items.

    theta, se : (N,) posterior mean and sd; p : (N, G) posteriors on the tables' grid;
    given : (N, K) positions of the items; scores : (N, K).
    """

    theta: FloatArray
    se: FloatArray
    p: FloatArray
    given: IntArray
    scores: IntArray


def fixed_length(
    tables: TaskTables,
    prior: Prior,
    criterion: Criterion,
    bands: FloatArray,
    length: int,
    n_persons: int,
    answer: Callable[[IntArray, IntArray], IntArray],
) -> FixedLength:
    """K items for every person, chosen by `criterion`, without constraints or exposure control.

    Parameters
    ----------
    tables : TaskTables
        Of a bank of single items (`bank.single_items`).
    bands : (G, B)
        For MI.
    answer : callable
        (persons (N,), items (N,)) → scores (N,).

    Raises
    ------
    ValueError
        When a task has more than one item, or there are fewer than K.
    """
    n_items = len(tables.bank)
    if any(len(task.items) != 1 for task in tables.bank.tasks):
        raise ValueError("a fixed length of single items needs tasks of one item")
    if not 1 <= length <= n_items:
        raise ValueError(f"a length from 1 to {n_items} is possible")
    parts = []
    by_information = criterion is Criterion.MFI
    size = 1000 if by_information else PERSONS_AT_ONCE
    rank = _ranking(tables, length) if by_information else None
    for first in range(0, n_persons, size):
        person = np.arange(first, min(first + size, n_persons))
        n = person.size
        p = np.tile(on_grid(prior, tables.theta), (n, 1))
        used = np.zeros((n, n_items), dtype=np.bool_)
        given = np.empty((n, length), dtype=np.intp)
        scores = np.empty((n, length), dtype=np.intp)
        rows = np.arange(n)
        for k in range(length):
            if rank is not None:
                item = _most_informative(tables, rank, p @ tables.theta, used)
            else:
                values = selection.scores(criterion, tables, p, bands)
                item = np.where(used, -np.inf, values).argmax(axis=1)
            used[rows, item] = True
            given[:, k] = item
            scores[:, k] = answer(person, item)
            p *= tables.rows[tables.start[item] + scores[:, k]]
            p /= p.sum(axis=1, keepdims=True)
        mean = p @ tables.theta
        sd = np.sqrt(np.maximum(p @ tables.theta**2 - mean**2, 0))
        for i in np.flatnonzero(sd < STEPS_PER_SD * (tables.theta[1] - tables.theta[0])):
            mean[i], sd[i] = _refined(tables, prior, given[i], scores[i])
        parts.append(FixedLength(mean, sd, p, given, scores))
    return FixedLength(
        theta=np.concatenate([part.theta for part in parts]),
        se=np.concatenate([part.se for part in parts]),
        p=np.concatenate([part.p for part in parts]),
        given=np.concatenate([part.given for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
    )


def _ranking(tables: TaskTables, length: int) -> IntArray:
    """The most informative tasks at every grid point, best first, (G, C)."""
    most = min(len(tables.bank), length + SPARE_CANDIDATES)
    order = np.argsort(-tables.information, axis=1, kind="stable")[:, :most]
    return np.ascontiguousarray(order)


def _most_informative(
    tables: TaskTables, rank: IntArray, theta: FloatArray, used: BoolArray
) -> IntArray:
    """What `selection.scores` with MFI would choose, looked for among the candidates only."""
    low, share = selection.position(tables, theta)
    candidates = rank[low + (share > 0.5)]
    left = tables.information[low[:, None], candidates]
    right = tables.information[low[:, None] + 1, candidates]
    values = np.round(left + share[:, None] * (right - left), selection.DECIMALS)
    values[np.take_along_axis(used, candidates, axis=1)] = -np.inf
    best = values.max(axis=1, keepdims=True)
    return np.asarray(np.where(values == best, candidates, len(tables.bank)).min(axis=1))


def _refined(
    tables: TaskTables, prior: Prior, given: IntArray, scores: IntArray
) -> tuple[float, float]:
    tasks = [tables.bank.tasks[t] for t in given]

    def log_likelihood(theta: FloatArray) -> FloatArray:
        total = np.zeros(theta.size)
        for task, score in zip(tasks, scores.tolist(), strict=True):
            total += np.log(np.maximum(answer_likelihood(task, (score,), theta), 1e-300))
        return total

    found = posterior(prior, log_likelihood, tables.theta)
    return found.mean, found.sd
