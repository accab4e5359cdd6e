"""Exposure control: which tasks a sitting may not be given, so that none is worn out.

Item eligibility conditional on level with fading (van der Linden & Veldkamp 2004, 2007): before a
sitting every task is drawn eligible or not, for every level, with a probability that falls when
the task was given to more than the limit's share of recent sittings at that level. One uniform
number per task serves all levels, so the draw can be repeated from its seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from scoring.bank import Bank
from scoring.blueprint import Constraints
from scoring.irt import BoolArray, FloatArray

FADING = 0.999


class LimitRefused(ValueError):
    """An exposure limit below what this bank can keep; `lowest` is the lowest that it can."""

    def __init__(self, level: str, limit: float, lowest: float) -> None:
        super().__init__(f"level {level}: limit {limit:.2f} is below {lowest:.2f}")
        self.level = level
        self.limit = limit
        self.lowest = lowest


@dataclass(frozen=True)
class Counts:
    """What recent sittings were given, by (task, level): faded counts.

    Attributes
    ----------
    given : mapping of task to mapping of level to float
        Sittings at the level in which the task was given.
    eligible : likewise
        Sittings at the level in which the task was eligible.
    """

    given: Mapping[str, Mapping[str, float]]
    eligible: Mapping[str, Mapping[str, float]]

    def after(
        self,
        level: str,
        given: Sequence[str],
        ineligible: Sequence[str],
        tasks: Sequence[str],
        fading: float = FADING,
    ) -> "Counts":
        """The counts after one more sitting that ended at `level`.

        `tasks` are all tasks of the bank. Older sittings of the same level weigh `fading` times
        what they did, so the counts follow the last 1 / (1 − fading) sittings of a level.
        """
        held_back, got = set(ineligible), set(given)
        new_given = {id: dict(self.given.get(id, {})) for id in tasks}
        new_eligible = {id: dict(self.eligible.get(id, {})) for id in tasks}
        for id in tasks:
            for table, happened in ((new_given, id in got), (new_eligible, id not in held_back)):
                table[id][level] = table[id].get(level, 0.0) * fading + float(happened)
        return Counts(new_given, new_eligible)


NO_COUNTS = Counts({}, {})


def eligibility(given: FloatArray, eligible: FloatArray, limit: float) -> FloatArray:
    """P(eligible) = min(1, limit · eligible / given), any shape; 1 where nothing was given."""
    return np.asarray(
        np.minimum(
            1.0, np.divide(limit * eligible, given, out=np.ones_like(given), where=given > 0)
        )
    )


def draw(
    bank: Bank, levels: Sequence[str], counts: Counts, limit: float, seed: int
) -> dict[str, tuple[str, ...]]:
    """For every level the tasks that this sitting may not be given there."""
    ids = [task.id for task in bank.tasks]
    u = np.random.default_rng([seed, 0x0E11]).random(len(ids))
    out = {}
    for level in levels:
        given = np.array([counts.given.get(id, {}).get(level, 0.0) for id in ids])
        eligible = np.array([counts.eligible.get(id, {}).get(level, 0.0) for id in ids])
        held_back = u >= eligibility(given, eligible, limit)
        out[level] = tuple(id for id, out_of in zip(ids, held_back, strict=True) if out_of)
    return out


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
    return 1.0 if solved.x is None or solved.status != 0 else float(solved.x[-1])


def check_limit(level: str, limit: float, lowest: float) -> None:
    """Raise LimitRefused when a limit asks for more than the bank can keep."""
    if limit < lowest - 1e-9:
        raise LimitRefused(level, limit, lowest)
