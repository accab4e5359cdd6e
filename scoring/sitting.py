"""One part of a sitting as a pure function: the plan and the answers decide everything.

`next_step(plan, answered)` says what to ask next or why to stop, and what is believed so far;
the same input gives the same output, so a sitting can be resumed, audited and replayed from its
log. Nothing is kept between calls but tables that follow from the bank. This module is all that
the service needs: the names of plans and beliefs can be imported from here.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from scoring import blueprint as blueprints
from scoring import selection
from scoring.ability import Prior
from scoring.bank import Bank
from scoring.belief import AnsweredTask, Belief, belief_from, believe, posterior_of, weights_of
from scoring.blueprint import Progress
from scoring.irt import BoolArray, FloatArray
from scoring.plan import (
    ENGINE_VERSION,
    PartPlan,
    PlanRefused,
    Settings,
    on_grid,
    plan_part,
)
from scoring.selection import Criterion
from scoring.stopping import FloorCount, StopReason, at_floor, enough_known

__all__ = [
    "ENGINE_VERSION",
    "AnsweredTask",
    "Belief",
    "Decision",
    "Facts",
    "PartPlan",
    "PlanRefused",
    "Settings",
    "StopReason",
    "believe",
    "next_step",
    "plan_part",
]


@dataclass(frozen=True)
class Facts:
    """Why the decision is what it is; codes and numbers for a log or a report.

    Attributes
    ----------
    n_answered : int
    gain : float or None
        Of the chosen task under the criterion (MI: nats about the band).
    criterion : str
    n_allowed, n_eligible : int
        Tasks that the blueprint allows, and those of them that exposure control leaves.
    eligibility_level : str
        The level whose eligibility draw was used.
    eligibility_relaxed : bool
        True when exposure control had to give way to the blueprint.
    minima_met : bool
    minima_promised : bool
        False when something was given that the engine would not have offered.
    module : str
        Of a fixed part; "" otherwise.
    floor : FloorCount
    """

    n_answered: int
    gain: float | None
    criterion: str
    n_allowed: int
    n_eligible: int
    eligibility_level: str
    eligibility_relaxed: bool
    minima_met: bool
    minima_promised: bool
    module: str
    floor: FloorCount

    def to_record(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Decision:
    """What to do next: exactly one of `task` and `stop` is set."""

    task: str | None
    stop: StopReason | None
    belief: Belief
    facts: Facts


def next_step(plan: PartPlan, answered: Sequence[AnsweredTask]) -> Decision:
    """What to ask after `answered`, or why to stop; a pure function of its arguments.

    Raises
    ------
    PlanRefused
        When an answer is to a task that is not in the plan's bank, or was answered before.
    AnswerRefused
        When scores do not fit the task's items.
    """
    p = weights_of(plan, answered)
    found = posterior_of(plan, p, answered)
    belief = belief_from(plan, answered, found)
    floor = count_floor(plan.bank, answered)
    if plan.blueprint.stages:
        return _next_of_fixed(plan, answered, belief, floor)
    progress = progress_of(plan, [task.task for task in answered])
    met = blueprints.minima_met(plan.constraints, progress.given)
    # Where the minima can no longer be promised, their number of tasks still is.
    unpromised = progress.reserve is None and len(answered) >= plan.blueprint.min_tasks
    may_stop = met or unpromised
    offered = blueprints.offer(plan.constraints, progress, plan.excluded_mask)
    reason = enough_known(plan.settings.stopping, belief.band_probability, belief.se)
    # Once enough is known only what the minima still lack is asked.
    allowed = offered.finishing if reason is not None else offered.allowed
    level = belief.most_probable_level
    eligible, relaxed = _eligible(plan, level, allowed)
    choice, gain = -1, None
    if at_floor(plan.settings.stopping, floor):
        stop: StopReason | None = StopReason.FLOOR
    elif len(answered) >= plan.blueprint.max_tasks:
        stop = StopReason.MAXIMUM
    elif reason is not None and may_stop:
        stop = reason
    elif not allowed.any():
        stop = StopReason.NO_TASKS
    else:
        choice, gain, helps = _choose(plan, p, eligible, len(answered))
        nothing = plan.settings.criterion is Criterion.MI and not helps
        stop = StopReason.NOTHING_HELPS if nothing and may_stop else None
    return Decision(
        task=None if stop is not None else plan.bank.tasks[choice].id,
        stop=stop,
        belief=belief,
        facts=Facts(
            n_answered=len(answered),
            gain=gain,
            criterion=plan.settings.criterion.value,
            n_allowed=int(allowed.sum()),
            n_eligible=int(eligible.sum()),
            eligibility_level=level if plan.ineligible else "",
            eligibility_relaxed=relaxed,
            minima_met=met,
            minima_promised=progress.reserve is not None,
            module="",
            floor=floor,
        ),
    )


def count_floor(bank: Bank, answered: Sequence[AnsweredTask]) -> FloorCount:
    """What was answered on floor tasks; right means the highest category."""
    tasks = items = right = 0
    for one in answered:
        if one.task in bank.floor:
            task = bank.tasks[bank.index[one.task]]
            tasks += 1
            items += len(task.items)
            right += sum(
                score == item.max_score
                for item, score in zip(task.items, one.scores, strict=True)
            )
    return FloorCount(tasks, items, right)


def progress_of(plan: PartPlan, given: Sequence[str]) -> Progress:
    """Where the blueprint stands after these tasks, replayed from the plan's own reserve."""
    index = plan.bank.index
    if plan.constraints.is_counting_only:
        # Nothing to keep free: any tasks complete a sitting of which only the number counts.
        return Progress(tuple(index[id] for id in given), ())
    progress = Progress((), tuple(index[id] for id in plan.reserve))
    for id in given:
        progress = blueprints.advance(plan.constraints, progress, index[id], plan.excluded_mask)
    return progress


def _eligible(plan: PartPlan, level: str, allowed: BoolArray) -> tuple[BoolArray, bool]:
    """Allowed tasks that exposure control leaves; all of them when it leaves none."""
    held_back = plan.ineligible_masks.get(level)
    if held_back is None:
        return allowed, False
    left = allowed & ~held_back
    return (left, False) if left.any() or not allowed.any() else (allowed, True)


def _choose(
    plan: PartPlan, p: FloatArray, eligible: BoolArray, n_answered: int
) -> tuple[int, float, bool]:
    """The task to ask, its score, and whether any eligible task helps."""
    settings = plan.settings
    belief = p
    if n_answered == 0 and plan.start_theta is not None:
        # Background chooses where to begin; the belief itself stays the common one.
        belief = on_grid(Prior(plan.start_theta, settings.start_sd), plan.tables.theta)
    values = selection.scores(
        settings.criterion, plan.tables, belief[None], plan.band_weights
    )
    choice, score = selection.best(values, eligible[None])
    helps = bool(score[0] >= settings.stopping.least_gain)
    if settings.among > 1:
        order = np.argsort(-np.where(eligible, values[0], -np.inf), kind="stable")
        order = order[: min(settings.among, int(eligible.sum()))]
        pick = int(np.random.default_rng([plan.seed, n_answered]).integers(order.size))
        return int(order[pick]), float(values[0, order[pick]]), helps
    return int(choice[0]), float(score[0]), helps


def _next_of_fixed(
    plan: PartPlan, answered: Sequence[AnsweredTask], belief: Belief, floor: FloorCount
) -> Decision:
    theta = belief.theta
    if not answered and plan.start_theta is not None:
        theta = plan.start_theta
    given = tuple(one.task for one in answered)
    task, module = blueprints.next_of_stages(plan.blueprint, given, theta)
    stop = None
    if at_floor(plan.settings.stopping, floor):
        task, stop = None, StopReason.FLOOR
    elif task is None:
        stop = StopReason.MAXIMUM
    return Decision(
        task=task,
        stop=stop,
        belief=belief,
        facts=Facts(
            n_answered=len(answered),
            gain=None,
            criterion="fixed",
            n_allowed=int(task is not None),
            n_eligible=int(task is not None),
            eligibility_level="",
            eligibility_relaxed=False,
            minima_met=stop is StopReason.MAXIMUM,
            minima_promised=True,
            module=module,
            floor=floor,
        ),
    )
