"""Exposure control: which tasks a sitting may not be given, so that none is worn out.

Item eligibility conditional on level, with fading (van der Linden & Veldkamp 2004, 2007): at a
level where a task was given to more than the limit's share of recent sittings, its probability of
being eligible falls. Before a sitting one number is drawn for every task; at each choice a task is
eligible when its number is below its probability for the levels that the person may have.

That probability is the weighted geometric mean of the levels' own: logarithms are averaged. With
the arithmetic mean a level could not hold a task back. Nobody is believed to stand at one level
alone, so a probability of nought there, at a weight of .3, still left .7; however worn the task
was at that level, its neighbours let it through. A logarithm has no lowest value, and each level
can lower a task's probability as far as its own sittings need.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from scoring.bank import Bank
from scoring.blueprint import Constraints
from scoring.cefr import Standard
from scoring.irt import BoolArray, FloatArray
from scoring.testlets import TaskTables

#: The counts follow the last twelve sittings at a level. Longer memories correct later and keep no
#: limit better: chance at one sitting is made up for at the next.
FADING = 0.92
#: What is aimed at, as a share of the limit: counts lag behind, and a promise is a maximum.
AIM = 0.9
#: No probability of being eligible is below this, so that it has a logarithm.
LEAST = 1e-3
#: A task is useful at a level when it tells half as much there as the best tasks.
USEFUL_SHARE = 0.5
#: Added to the stream of a sitting's seed, so that the draw is not that of another choice.
STREAM = 0x0E11


@dataclass(frozen=True)
class Eligibility:
    """Whether one sitting may be given a task: while `draw` is below the mean of `by_level`.

    Attributes
    ----------
    draw : float
        Logarithm of a number drawn evenly from 0 … 1.
    by_level : tuple of float
        Logarithm of the probability of being eligible at each level. Plans from before logarithms
        hold the number and the probabilities themselves; they are compared in the same way.
    """

    draw: float
    by_level: tuple[float, ...]

    def probability(self, at: int) -> float:
        """P(eligible) at the level in this position."""
        own = self.by_level[at]
        # A probability is above 0 and its logarithm is not.
        return own if own > 0 else math.exp(own)


@dataclass(frozen=True)
class Counts:
    """What recent sittings that ended at each level were given, faded.

    Attributes
    ----------
    given : mapping of task to mapping of level to float
        Sittings that were given the task.
    assigned : likewise
        Sum over all sittings of the task's probability of being eligible.
    """

    given: Mapping[str, Mapping[str, float]]
    assigned: Mapping[str, Mapping[str, float]]

    def after(
        self,
        level: str,
        given: Collection[str],
        eligibility: Mapping[str, Eligibility],
        levels: Sequence[str],
        tasks: Sequence[str],
        fading: float = FADING,
    ) -> "Counts":
        """The counts after one more sitting.

        Parameters
        ----------
        level : str
            The most probable level when the sitting ended.
        given : collection of str
        eligibility : mapping
            Of the sitting's plan (`PartPlan.eligibility`).
        levels : sequence of str
            All levels of the plan's standard.
        tasks : sequence of str
            All tasks of the bank.
        fading : float
            What older sittings at the level are multiplied by; the counts follow the last
            1 / (1 − fading) of them.
        """
        new_given = {id: dict(self.given.get(id, {})) for id in tasks}
        new_assigned = {id: dict(self.assigned.get(id, {})) for id in tasks}
        at = list(levels).index(level)
        for id in tasks:
            own = eligibility.get(id)
            for table, added in (
                (new_given, float(id in given)),
                (new_assigned, 1.0 if own is None else own.probability(at)),
            ):
                table[id][level] = table[id].get(level, 0.0) * fading + added
        return Counts(new_given, new_assigned)


NO_COUNTS = Counts({}, {})


def log_probability(given: FloatArray, assigned: FloatArray, limit: float) -> FloatArray:
    """Logarithm of P(eligible) = min(1, .9 · limit · assigned / given); 0 where never given.

    At the fixed point a task's share of sittings is nine tenths of the limit, however its
    eligibility works out within a sitting: `assigned` is what was asked for, not what came of it.
    """
    ratio = np.divide(AIM * limit * assigned, given, out=np.ones_like(given), where=given > 0)
    return np.asarray(np.log(np.clip(ratio, LEAST, 1.0)))


def draw(
    bank: Bank, levels: Sequence[str], counts: Counts, limit: float, seed: int
) -> dict[str, Eligibility]:
    """The eligibility draw of one sitting, for the tasks that are limited at some level."""
    ids = [task.id for task in bank.tasks]
    log_chance = log_probability(
        _table(counts.given, ids, levels), _table(counts.assigned, ids, levels), limit
    )
    drawn = log_uniforms(seed, len(ids))
    return {
        id: Eligibility(float(drawn[t]), tuple(log_chance[:, t].tolist()))
        for t, id in enumerate(ids)
        if (log_chance[:, t] < 0).any()
    }


def log_uniforms(seed: int, n_tasks: int) -> FloatArray:
    """Logarithm of one number (above 0 … 1) for every task of a sitting, (T,)."""
    return np.asarray(np.log1p(-np.random.default_rng([seed, STREAM]).random(n_tasks)))


def held_back(by_level: FloatArray, drawn: FloatArray, levels: FloatArray) -> BoolArray:
    """Tasks that are not eligible now, (T,).

    Parameters
    ----------
    by_level : (L, T)
        Logarithm of P(eligible) by level.
    drawn : (T,)
        The sitting's draw, as a logarithm.
    levels : (L,)
        Probability of every level as believed now.
    """
    # A rounding error in the sum of the levels must not hold back what is not limited.
    return np.asarray(drawn >= levels @ by_level + 1e-9)


def leave_eligible(
    allowed: BoolArray, held: BoolArray | None
) -> tuple[BoolArray, bool]:
    """Allowed tasks that exposure control leaves; all of them, and True, when it leaves none."""
    if held is None:
        return allowed, False
    left = allowed & ~held
    return (left, False) if left.any() or not allowed.any() else (allowed, True)


def _table(
    counts: Mapping[str, Mapping[str, float]], ids: Sequence[str], levels: Sequence[str]
) -> FloatArray:
    none: Mapping[str, float] = {}
    rows = [[float(counts.get(id, none).get(level, 0.0)) for id in ids] for level in levels]
    return np.array(rows, dtype=np.float64)


def lowest_limit(constraints: Constraints, useful: BoolArray, n_tasks: int) -> float:
    """The lowest share of sittings that the most used task can be held to.

    Parameters
    ----------
    useful : (T,) bool
        Tasks that measure well enough at the level in question.
    n_tasks : int
        How many tasks a sitting at this level takes.

    Returns
    -------
    float
        The least r for which rates 0 … r of the useful tasks meet the blueprint's minima and
        maxima on average (a linear programme); 1.0 when there are not even enough tasks.
    """
    n = len(constraints.bank)
    groups = constraints.groups.T.astype(np.float64)
    cost = np.concatenate([np.zeros(n), [1.0]])
    finite = np.isfinite(constraints.capacity)
    upper = np.vstack(
        [
            np.hstack([np.eye(n), -np.ones((n, 1))]),
            np.hstack([groups, np.zeros((groups.shape[0], 1))]),
            np.hstack([-groups, np.zeros((groups.shape[0], 1))]),
            np.hstack([constraints.load.T[finite], np.zeros((int(finite.sum()), 1))]),
        ]
    )
    bound = np.concatenate(
        [np.zeros(n), constraints.most, -constraints.least, constraints.capacity[finite]]
    )
    solved = linprog(
        cost,
        A_ub=upper,
        b_ub=bound,
        A_eq=np.concatenate([np.ones(n), [0.0]])[None],
        b_eq=[float(n_tasks)],
        bounds=[(0.0, 1.0 if ok else 0.0) for ok in useful] + [(0.0, 1.0)],
    )
    return 1.0 if solved.fun is None or solved.status != 0 else float(solved.fun)


def lowest_limits(
    constraints: Constraints,
    tables: TaskTables,
    standard: Standard,
    n_tasks: int,
    useful_share: float = USEFUL_SHARE,
) -> dict[str, float]:
    """The lowest limit that this bank can keep at each level, by `lowest_limit`.

    Useful at a level are tasks that give, in the middle of the level, at least `useful_share` of
    what the best n_tasks give there on average.
    """
    out = {}
    step = tables.theta[1] - tables.theta[0]
    for level in standard.levels:
        at = round((standard.middle(level) - tables.theta[0]) / step)
        information = tables.information[min(max(at, 0), tables.theta.size - 1)]
        best = np.sort(information)[-n_tasks:].mean()
        out[level] = lowest_limit(constraints, information >= useful_share * best, n_tasks)
    return out
