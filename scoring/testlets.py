"""Tasks as testlets: the probability of every answer pattern of a task, at any ability.

Questions on one text share more than ability (Bradlow, Wainer & Wang 1999): a task effect
u ~ N(0, task_sd²) is added to ability for all items of the task, and integrated out.

Doubt about parameters comes in three layers, each where it belongs:

1. an item's own errors are integrated out of its response function (`irt.marginal_probabilities`);
2. an error of difficulty shared by the items of a task acts exactly like a task effect, so its
   variance is added to task_sd²;
3. an error shared by the whole scale is not here at all: it is the covariance of the cuts, and is
   applied once, when a posterior is turned into levels (`scoring.cefr`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

import numpy as np

from scoring.ability import fourth_order_slope
from scoring.bank import Bank, Task
from scoring.irt import (
    FloatArray,
    IntArray,
    marginal_probabilities,
    normal_nodes,
    stack,
)

EFFECT_POINTS = 7
#: A task with more patterns than this is chosen by its summed score (and still scored exactly).
MOST_PATTERNS = 128
TASKS_AT_ONCE = 32


class AnswerRefused(ValueError):
    """Scores that a task cannot have been answered with."""


@dataclass(frozen=True, eq=False)
class TaskTables:
    """What the engine looks up about T tasks on a grid of G abilities.

    Attributes
    ----------
    theta : (G,)
        Equally spaced, in logits.
    rows : (R, G)
        Probability of an outcome at each θ; the outcomes of a task are neighbours and sum to 1.
        Outcomes are answer patterns in lexicographic order, or summed scores (`is_exact` False).
    columns : (G, R)
        The same the other way round: answers are looked up by row, choices are made by column,
        and each is several times slower in the other's memory order.
    start : (T + 1,)
        rows[start[t] : start[t + 1]] belong to task t.
    is_exact : (T,) bool
    information : (G, T)
        Fisher information of the task's outcome, per squared logit.
    """

    bank: Bank
    theta: FloatArray
    rows: FloatArray
    columns: FloatArray
    start: IntArray
    is_exact: tuple[bool, ...]
    information: FloatArray

    @cached_property
    def row_by_answer(self) -> Mapping[tuple[str, tuple[int, ...]], int]:
        """The row of every (task id, scores) of the tasks with `is_exact`."""
        out = {}
        for t, task in enumerate(self.bank.tasks):
            if self.is_exact[t]:
                patterns = product(*(range(item.max_score + 1) for item in task.items))
                for row, scores in enumerate(patterns, int(self.start[t])):
                    out[task.id, scores] = row
        return out

    def likelihood(self, task: int, scores: Sequence[int]) -> FloatArray:
        """P(these scores on task | θ) on the grid, (G,)."""
        row = self.row_by_answer.get((self.bank.tasks[task].id, tuple(scores)))
        if row is not None:
            return np.asarray(self.rows[row])
        return answer_likelihood(self.bank.tasks[task], scores, self.theta)


def check_scores(task: Task, scores: Sequence[int]) -> None:
    """Raise AnswerRefused unless there is one possible category for every item of the task."""
    if len(scores) != len(task.items):
        raise AnswerRefused(
            f"task {task.id}: {len(scores)} scores for {len(task.items)} items"
        )
    for item, score in zip(task.items, scores, strict=True):
        if not 0 <= score <= item.max_score:
            raise AnswerRefused(f"item {item.id}: score {score} is not 0 to {item.max_score}")


def answer_likelihood(task: Task, scores: Sequence[int], theta: FloatArray) -> FloatArray:
    """P(scores | θ) with task effect and parameter errors integrated out, (G,), for any grid."""
    check_scores(task, scores)
    p, weights = _item_probabilities((task,), theta)
    chosen = p[np.arange(len(task.items)), list(scores)]
    return np.asarray(chosen.prod(axis=0) @ weights)


def pattern_likelihood(task: Task, theta: FloatArray) -> FloatArray:
    """P(pattern | θ) of all answer patterns in lexicographic order, (patterns, G)."""
    p, weights = _item_probabilities((task,), theta)
    return np.asarray(_patterns(task, p) @ weights)


def score_likelihood(task: Task, theta: FloatArray) -> FloatArray:
    """P(summed score | θ), (highest sum + 1, G), by the recursion of Lord & Wingersky (1984)."""
    p, weights = _item_probabilities((task,), theta)
    return np.asarray(_scores(task, p) @ weights)


@lru_cache(maxsize=24)
def _tables(bank: Bank, low: float, high: float, n: int) -> TaskTables:
    theta = np.linspace(low, high, n)
    blocks: list[FloatArray] = []
    information: list[FloatArray] = []
    exact: list[bool] = []
    for first in range(0, len(bank), TASKS_AT_ONCE):
        tasks = bank.tasks[first : first + TASKS_AT_ONCE]
        p, weights = _item_probabilities(tasks, theta)
        at = 0
        for task in tasks:
            own = p[at : at + len(task.items)]
            at += len(task.items)
            exact.append(n_patterns(task) <= MOST_PATTERNS)
            block = (_patterns(task, own) if exact[-1] else _scores(task, own)) @ weights
            blocks.append(block)
            slope = fourth_order_slope(block, float(theta[1] - theta[0]))
            information.append((slope**2 / np.maximum(block, 1e-300)).sum(axis=0))
    start = np.concatenate([[0], np.cumsum([block.shape[0] for block in blocks])])
    rows = np.concatenate(blocks)
    tables = TaskTables(
        bank=bank,
        theta=theta,
        rows=rows,
        columns=np.ascontiguousarray(rows.T),
        start=start.astype(np.intp),
        is_exact=tuple(exact),
        information=np.ascontiguousarray(np.array(information).T),
    )
    for array in (tables.theta, rows, tables.columns, tables.start, tables.information):
        array.setflags(write=False)
    return tables


def tables_for(bank: Bank, theta: FloatArray) -> TaskTables:
    """The tables of a bank on a grid; built once and kept for the process."""
    return _tables(bank, float(theta[0]), float(theta[-1]), int(theta.size))


def n_patterns(task: Task) -> int:
    """How many answer patterns a task has."""
    out = 1
    for item in task.items:
        out *= item.max_score + 1
    return out


def _item_probabilities(
    tasks: Sequence[Task], theta: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Probabilities (items, K, G, Q) at θ plus each node of the task effect; weights (Q,)."""
    items = [item for task in tasks for item in task.items]
    sd = np.array([task.effect_sd for task in tasks for _ in task.items])
    nodes, weights = normal_nodes(EFFECT_POINTS if (sd > 0).any() else 1)
    points = theta[None, :, None] + sd[:, None, None] * nodes[None, None, :]
    p = marginal_probabilities(stack(items), points.reshape(len(items), -1))
    return p.reshape(len(items), -1, theta.size, nodes.size), weights


def _patterns(task: Task, p: FloatArray) -> FloatArray:
    out = np.ones((1, *p.shape[2:]))
    for i, item in enumerate(task.items):
        own = p[i, : item.max_score + 1]
        out = (out[:, None] * own[None]).reshape(-1, *p.shape[2:])
    return out


def _scores(task: Task, p: FloatArray) -> FloatArray:
    out = np.ones((1, *p.shape[2:]))
    for i, item in enumerate(task.items):
        longer = np.zeros((out.shape[0] + item.max_score, *p.shape[2:]))
        for score in range(item.max_score + 1):
            longer[score : score + out.shape[0]] += out * p[i, score]
        out = longer
    return out
