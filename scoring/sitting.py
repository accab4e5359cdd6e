"""One part of a sitting as a pure function: the plan and the answers decide everything.

`next_step(plan, answered)` says what to ask next or why to stop, and what is believed so far;
the same input gives the same output, so a sitting can be resumed, audited and replayed from its
log. Nothing is kept between calls but tables that follow from the bank. This module is all that
the service needs: the names of plans and beliefs can be imported from here.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from scoring import blueprint as blueprints
from scoring import exposure, seeding, selection
from scoring.ability import Prior
from scoring.bank import Bank
from scoring.belief import (
    AnsweredTask,
    Belief,
    belief_from,
    believe,
    counted,
    posterior_of,
    weights_of,
)
from scoring.blueprint import Progress
from scoring.irt import BoolArray, FloatArray
from scoring.plan import (
    ENGINE_VERSION,
    PartPlan,
    PlanRefused,
    Settings,
    on_grid,
    plan_part,
    withdraw,
)
from scoring.seeding import Seeded
from scoring.selection import Criterion
from scoring.stopping import FloorCount, StopReason, at_floor, enough_known, is_near_floor

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
    "withdraw",
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
    eligibility_relaxed : bool
        True when exposure control had to give way to the blueprint.
    minima_met : bool
    minima_promised : bool
        False when something was given that the engine would not have offered.
    module : str
        Of a fixed part; "" otherwise.
    floor : FloorCount
    seeded : Seeded or None
        Set when the chosen task is tried out and its answers do not count; the other facts are
        those of the task that follows it.
    """

    n_answered: int
    gain: float | None
    criterion: str
    n_allowed: int
    n_eligible: int
    eligibility_relaxed: bool
    minima_met: bool
    minima_promised: bool
    module: str
    floor: FloorCount
    seeded: Seeded | None = None

    def to_record(self) -> dict[str, Any]:
        """Plain values for JSON; `seeded` only where it is set."""
        record = asdict(self)
        if self.seeded is None:
            del record["seeded"]
        return record


@dataclass(frozen=True)
class Decision:
    """What to do next: exactly one of `task` and `stop` is set; `facts.seeded` marks a task that
    does not count."""

    task: str | None
    stop: StopReason | None
    belief: Belief
    facts: Facts


def next_step(plan: PartPlan, answered: Sequence[AnsweredTask]) -> Decision:
    """What to ask after `answered`, or why to stop; a pure function of its arguments.

    A plan with pretest tasks decides as if there were none, and then may put one before the task
    that it has decided on.

    Raises
    ------
    PlanRefused
        When an answer is to a task that is not in the plan's bank, or was answered before.
    AnswerRefused
        When scores do not fit the task's items.
    """
    decision = _next_that_counts(plan, counted(plan, answered))
    return decision if plan.seeding is None else _seeded(plan, answered, decision)


def _next_that_counts(plan: PartPlan, answered: Sequence[AnsweredTask]) -> Decision:
    p = weights_of(plan, answered)
    found = posterior_of(plan, p, answered)
    belief = belief_from(plan, answered, found)
    floor = count_floor(plan.bank, answered)
    if plan.blueprint.stages:
        return _next_of_fixed(plan, answered, belief, floor)
    progress = progress_of(plan, [task.task for task in answered])
    verdict = judge(plan, progress, belief.band_probability, belief.se, floor)
    held = None
    if plan.eligibility:
        by_level, drawn = plan.eligibility_arrays
        held = exposure.held_back(by_level, drawn, np.array(belief.level_probabilities))
    eligible, relaxed = exposure.leave_eligible(verdict.allowed, held)
    stop, choice, gain = verdict.stop, -1, None
    if stop is None:
        # Background chooses where to begin; the belief itself stays the common one.
        look = p if answered or plan.start_theta is None else start_belief(plan)
        values = selection.scores(
            plan.settings.criterion, plan.tables, look[None], plan.band_weights
        )
        stop, choice, gain = pick(
            plan.settings, plan.seed, values[0], eligible, verdict, len(answered)
        )
    return Decision(
        task=None if stop is not None else plan.bank.tasks[choice].id,
        stop=stop,
        belief=belief,
        facts=Facts(
            n_answered=len(answered),
            gain=gain,
            criterion=plan.settings.criterion.value,
            n_allowed=int(verdict.allowed.sum()),
            n_eligible=int(eligible.sum()),
            eligibility_relaxed=relaxed,
            minima_met=verdict.minima_met,
            minima_promised=progress.reserve is not None,
            module="",
            floor=floor,
        ),
    )


def _seeded(plan: PartPlan, answered: Sequence[AnsweredTask], decision: Decision) -> Decision:
    """The decision, or a pretest task before it.

    Nobody goes on for our sake: where the part ends, it ends. Nobody is asked more than needed who
    may be at the floor (it must be as sure as a band that they are above the lowest level), and
    nobody whose time is short.
    """
    assert plan.seeding is not None
    done = decision.facts.n_answered
    is_taken = bool(answered) and answered[-1].task in plan.seeding.ids
    if decision.task is None or is_taken or done not in plan.seeding.places:
        return decision
    bank, rule = plan.bank, plan.settings.stopping
    due = bank.tasks[bank.index[decision.task]]
    floor = decision.facts.floor
    if is_near_floor(rule, floor) or (due.is_floor and not floor.items):
        return decision
    if decision.belief.level_probabilities[0] > 1 - rule.band_probability:
        return decision
    tried = [one.task for one in answered if one.task in plan.seeding.ids]
    chosen = seeding.choose(
        plan.seeding,
        plan.standard,
        decision.belief.theta,
        given=tried,
        seconds_left=_seconds_left(plan, answered, due.seconds),
    )
    if chosen is None:
        return decision
    task, distance, n_near = chosen
    facts = replace(decision.facts, seeded=Seeded(done, task.answers, distance, n_near))
    return replace(decision, task=task.id, facts=facts)


def _seconds_left(
    plan: PartPlan, answered: Sequence[AnsweredTask], seconds_of_due: float
) -> float:
    """What the blueprint's time leaves when all tasks to come are as long as the one that is due.

    Counted are all tasks so far, those that were tried out, too: the person's time is one.
    """
    assert plan.seeding is not None
    most = plan.blueprint.max_seconds
    if most is None:
        return np.inf
    seconds = {task.id: task.seconds for task in plan.bank.tasks}
    seconds |= {task.id: task.seconds for task in plan.seeding.tasks}
    so_far = sum(seconds[one.task] for one in answered)
    to_come = plan.blueprint.max_tasks - len(counted(plan, answered))
    return float(most - so_far - to_come * seconds_of_due)


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


@dataclass(frozen=True, eq=False)
class Verdict:
    """What can be said before a task is looked for.

    Attributes
    ----------
    stop : StopReason or None
    allowed : (T,) bool
        What the blueprint lets be asked.
    minima_met, may_stop : bool
        May the part stop because enough is known, or because nothing helps?
    """

    stop: StopReason | None
    allowed: BoolArray
    minima_met: bool
    may_stop: bool


def judge(
    plan: PartPlan, progress: Progress, highest_band: float, se: float, floor: FloorCount
) -> Verdict:
    """Stop, or what may be asked; `highest_band` is the probability of the likeliest band."""
    rule = plan.settings.stopping
    met = blueprints.minima_met(plan.constraints, progress.given)
    # Where the minima can no longer be promised, their number of tasks still is.
    unpromised = progress.reserve is None and len(progress.given) >= plan.blueprint.min_tasks
    may_stop = met or unpromised
    offered = blueprints.offer(plan.constraints, progress, plan.excluded_mask)
    reason = enough_known(rule, highest_band, se)
    # Once enough is known only what the minima still lack is asked.
    allowed = offered.finishing if reason is not None else offered.allowed
    stop = None
    if at_floor(rule, floor):
        stop = StopReason.FLOOR
    elif len(progress.given) >= plan.blueprint.max_tasks:
        stop = StopReason.MAXIMUM
    elif reason is not None and may_stop:
        stop = reason
    elif not allowed.any():
        stop = StopReason.NO_TASKS
    return Verdict(stop, allowed, met, may_stop)


def start_belief(plan: PartPlan) -> FloatArray:
    """Where background says the first task should be looked for, (G,)."""
    assert plan.start_theta is not None
    return on_grid(Prior(plan.start_theta, plan.settings.start_sd), plan.tables.theta)


def pick(
    settings: Settings,
    seed: int,
    values: FloatArray,
    eligible: BoolArray,
    verdict: Verdict,
    n_answered: int,
) -> tuple[StopReason | None, int, float]:
    """A reason to stop after all, or the task to ask; with its score, (T,) `values` given."""
    masked = np.where(eligible, values, -np.inf)
    choice = int(masked.argmax())
    gain = float(masked[choice])
    helps = settings.criterion is not Criterion.MI or gain >= settings.stopping.least_gain
    if not helps and verdict.may_stop:
        return StopReason.NOTHING_HELPS, choice, gain
    if settings.among > 1:
        order = np.argsort(-masked, kind="stable")[: min(settings.among, int(eligible.sum()))]
        choice = int(order[np.random.default_rng([seed, n_answered]).integers(order.size)])
    return None, choice, float(masked[choice])


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
            eligibility_relaxed=False,
            minima_met=stop is StopReason.MAXIMUM,
            minima_promised=True,
            module=module,
            floor=floor,
        ),
    )
