"""Seeding: new tasks are tried out in real sittings, and their answers never count.

A *pretest task* stands outside the bank of a plan, so nothing that is believed, decided or ended
can depend on it: with the same answers a sitting is the same with and without it. Where in the
sitting one may come is drawn from the sitting's seed; which one it is follows from what is
believed then. New tasks go where they teach most: the least answered one within one and a half
sub-levels of the person.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scoring.bank import Task
from scoring.cefr import Standard
from scoring.irt import BoolArray, FloatArray, IntArray

#: Sub-levels between a person and a task that is tried out on them.
SEED_WITHIN = 1.5
#: Operational tasks that come before: what is believed after one of them is no place to aim at.
SEED_FIRST_AFTER = 2
#: Nobody gives more of their time than this many tasks a part.
MOST_PRETEST_TASKS = 2
#: Added to the stream of a sitting's seed, so that the draw is not that of another choice.
STREAM = 0x5EED
DECIMALS = 9


@dataclass(frozen=True)
class PretestTask:
    """A task that is tried out.

    Parameters
    ----------
    id : str
    difficulty : float
        Mean of its items' difficulties as they are believed now, in logits.
    answers : int
        How many persons had answered it when the plan was made.
    seconds : float
        Time that the task takes; for a recording at least its length.
    enemies : tuple of str
        Tasks that must not be in the same sitting.
    """

    id: str
    difficulty: float
    answers: int = 0
    seconds: float = 0.0
    enemies: tuple[str, ...] = ()

    @classmethod
    def of(cls, task: Task, answers: int) -> "PretestTask":
        """The task of a bank as one that is tried out, with the answers that it has."""
        steps = [
            float(np.mean(item.steps)) if item.b is None else item.b for item in task.items
        ]
        return cls(task.id, float(np.mean(steps)), answers, task.seconds, task.enemies)


@dataclass(frozen=True)
class Seeding:
    """The pretest tasks of a plan, and after how many operational tasks one may come.

    Parameters
    ----------
    tasks : tuple of PretestTask
        Those that this person may be given.
    places : tuple of int
        Numbers of operational tasks, rising; after each of them one pretest task may come.
    """

    tasks: tuple[PretestTask, ...]
    places: tuple[int, ...]

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(task.id for task in self.tasks)

    def without(self, task: str) -> "Seeding":
        """The same without a task that turned out unusable."""
        return Seeding(tuple(own for own in self.tasks if own.id != task), self.places)

    def to_record(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "places": list(self.places),
            "tasks": [
                [own.id, own.difficulty, own.answers, own.seconds, list(own.enemies)]
                for own in self.tasks
            ],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Seeding":
        """What `to_record` wrote."""
        return cls(
            tuple(
                PretestTask(id, difficulty, answers, seconds, tuple(enemies))
                for id, difficulty, answers, seconds, enemies in record["tasks"]
            ),
            tuple(record["places"]),
        )


@dataclass(frozen=True)
class Seeded:
    """Why a pretest task was given; numbers for a log.

    Attributes
    ----------
    after : int
        Operational tasks before it.
    answers : int
        How many persons had answered it.
    distance : float
        Sub-levels between the task and the person as believed then.
    n_near : int
        Pretest tasks that could have been given.
    """

    after: int
    answers: int
    distance: float
    n_near: int


def draw_places(seed: int, most: int, max_tasks: int) -> tuple[int, ...]:
    """After how many operational tasks a pretest task may come: `most` different numbers.

    Every place between the second task and the last but one is as likely, so that a new task is
    tried out where it will be used, by people as fresh and as tired. A sitting that ends before a
    place leaves it out.
    """
    open_ = np.arange(SEED_FIRST_AFTER, max_tasks)
    drawn = np.random.default_rng([seed, STREAM]).permutation(open_)[: max(most, 0)]
    return tuple(sorted(drawn.tolist()))


def may_be_given(
    task: PretestTask, operational: Sequence[Task], barred: Collection[str]
) -> bool:
    """Whether a pretest task fits beside everything that this person may be given.

    Operational tasks are chosen as if it were not there, so that it must be no enemy of any of
    them; `barred` are tasks that the person has seen or must not get.
    """
    others = {one.id for one in operational}
    return (
        task.id not in barred
        and task.id not in others
        and others.isdisjoint(task.enemies)
        and not any(task.id in one.enemies for one in operational)
    )


def choose(
    seeding: Seeding,
    standard: Standard,
    theta: float,
    *,
    given: Sequence[str],
    seconds_left: float,
) -> tuple[PretestTask, float, int] | None:
    """The pretest task to give now, its distance in sub-levels, and how many were near enough.

    Parameters
    ----------
    theta : present estimate in logits.
    given : pretest tasks that this sitting has had.
    seconds_left : what the part's time leaves for it.
    """
    met = {id for own in seeding.tasks if own.id in given for id in (own.id, *own.enemies)}
    allowed = np.array(
        [
            own.id not in met
            and met.isdisjoint(own.enemies)
            and own.seconds <= seconds_left
            for own in seeding.tasks
        ],
        dtype=np.bool_,
    )
    places = sublevels(standard, np.array([theta, *(own.difficulty for own in seeding.tasks)]))
    here, there = float(places[0]), places[1:]
    answers = np.array([own.answers for own in seeding.tasks], dtype=np.intp)
    chosen = task_to_seed(here, 1.0, there, answers, allowed)
    if chosen is None:
        return None
    near = allowed & (np.abs(there - here) <= SEED_WITHIN)
    return seeding.tasks[chosen], abs(float(there[chosen]) - here), int(near.sum())


def sublevels(standard: Standard, theta: FloatArray) -> FloatArray:
    """θ on the ladder of levels: k where levels[k + 1] begins; the open ends go on as wide as
    their neighbours."""
    cuts = np.asarray(standard.cuts)
    widths = np.diff(cuts) if cuts.size > 1 else np.ones(1)
    inside = np.interp(theta, cuts, np.arange(cuts.size))
    below = np.minimum(theta - cuts[0], 0) / widths[0]
    above = np.maximum(theta - cuts[-1], 0) / widths[-1]
    # A last bit of an estimate must not decide what is near.
    return np.asarray(np.round(inside + below + above, DECIMALS))


def task_to_seed(
    theta: float, sublevel_width: float, difficulty: FloatArray, n: IntArray, allowed: BoolArray
) -> int | None:
    """Which task to seed: the least answered within 1.5 sub-levels of the person; None if none is.

    Parameters
    ----------
    theta : present estimate in logits; sublevel_width : logits.
    difficulty, n, allowed : (T,) each task's mean difficulty, answers so far, and whether it may be
        given to this person. Ties go to the task nearest in difficulty.
    """
    distance = np.abs(difficulty - theta)
    near = np.flatnonzero(allowed & (distance <= SEED_WITHIN * sublevel_width))
    if len(near) == 0:
        return None
    return int(near[np.lexsort((distance[near], n[near]))[0]])
