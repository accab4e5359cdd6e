"""What the answers of a part say about the person: ability, levels, bands, and how sure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from scoring import cefr
from scoring.ability import Posterior, normalise, posterior
from scoring.irt import FloatArray
from scoring.plan import PartPlan, PlanRefused
from scoring.testlets import answer_likelihood, check_scores

QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


@dataclass(frozen=True)
class AnsweredTask:
    """A task that was answered: one category for each of its items, in the bank's order."""

    task: str
    scores: tuple[int, ...]


@dataclass(frozen=True)
class Belief:
    """What is believed about the person after the answers so far.

    Attributes
    ----------
    theta, se : float
        Posterior mean and standard deviation on the bank's own scale, in logits.
    se_total : float
        With the error that the whole scale shares.
    levels, level_probabilities : tuple, (L,)
    bands, band_probabilities : tuple, (B,)
    most_probable_level : str
    level_set : tuple of str
        The shortest run of levels that holds at least 80 %.
    band : str
        The most probable band.
    borderline : bool
        No band is as probable as the plan's band probability asks.
    n_tasks, n_items : int
        How many were answered.
    posterior : Posterior
        Of ability on the bank's own scale.
    """

    theta: float
    se: float
    se_total: float
    levels: tuple[str, ...]
    level_probabilities: tuple[float, ...]
    bands: tuple[str, ...]
    band_probabilities: tuple[float, ...]
    most_probable_level: str
    level_set: tuple[str, ...]
    band: str
    borderline: bool
    n_tasks: int
    n_items: int
    posterior: Posterior = field(compare=False, repr=False)

    @property
    def band_probability(self) -> float:
        """Probability of `band`."""
        return max(self.band_probabilities)

    @cached_property
    def quantiles(self) -> Mapping[float, float]:
        """θ in logits by share, with the shared error of the scale included."""
        # What both errors add together came from the standard, so it can be had back.
        shared = float(np.sqrt(max(self.se_total**2 - self.se**2, 0.0)))
        found = self.posterior.with_error(shared).quantile(QUANTILES)
        return dict(zip(QUANTILES, found.tolist(), strict=True))

    def to_record(self) -> dict[str, Any]:
        """Plain values for JSON."""
        record = {own.name: getattr(self, own.name) for own in fields(self)}
        del record["posterior"]
        record["quantiles"] = {str(share): value for share, value in self.quantiles.items()}
        return record


def counted(plan: PartPlan, answered: Sequence[AnsweredTask]) -> Sequence[AnsweredTask]:
    """The answers that say something: all but those to tasks that were tried out."""
    if plan.seeding is None:
        return answered
    if len({one.task for one in answered}) < len(answered):
        raise PlanRefused("a task was answered twice")
    return [one for one in answered if one.task not in plan.seeding.ids]


def believe(plan: PartPlan, answered: Sequence[AnsweredTask]) -> Belief:
    """What is believed after `answered`: no plan of what to ask, only what the answers say."""
    answered = counted(plan, answered)
    return belief_from(plan, answered, posterior_of(plan, weights_of(plan, answered), answered))


def weights_of(plan: PartPlan, answered: Sequence[AnsweredTask]) -> FloatArray:
    """Posterior probabilities on the plan's grid, (G,)."""
    tables = plan.tables
    if len({one.task for one in answered}) < len(answered):
        raise PlanRefused("a task was answered twice")
    row_by_answer = tables.row_by_answer
    found = [row_by_answer.get((one.task, one.scores), -1) for one in answered]
    if -1 not in found:
        return normalise(plan.prior, tables.rows[found])
    rows = np.empty((len(answered), tables.theta.size))
    for n, one in enumerate(answered):
        t = plan.bank.index.get(one.task)
        if t is None:
            raise PlanRefused(f"task {one.task} is not in the plan's bank")
        check_scores(plan.bank.tasks[t], one.scores)
        rows[n] = tables.likelihood(t, one.scores)
    return normalise(plan.prior, rows)


def posterior_of(plan: PartPlan, p: FloatArray, answered: Sequence[AnsweredTask]) -> Posterior:
    found = Posterior(plan.tables.theta, p)
    if found.is_resolved:
        return found
    tasks = [plan.bank.tasks[plan.bank.index[one.task]] for one in answered]

    def log_likelihood(theta: FloatArray) -> FloatArray:
        total = np.zeros(theta.size)
        for task, one in zip(tasks, answered, strict=True):
            total += np.log(np.maximum(answer_likelihood(task, one.scores, theta), 1e-300))
        return total

    return posterior(plan.settings.prior, log_likelihood, plan.tables.theta)


def belief_from(plan: PartPlan, answered: Sequence[AnsweredTask], found: Posterior) -> Belief:
    standard = plan.standard
    levels = cefr.level_probabilities(standard, found.theta, found.p)
    bands = cefr.band_probabilities(standard, levels)
    shared = standard.shared_se
    return Belief(
        theta=found.mean,
        se=found.sd,
        se_total=float(np.hypot(found.sd, shared)),
        levels=standard.levels,
        level_probabilities=tuple(levels.tolist()),
        bands=standard.bands,
        band_probabilities=tuple(bands.tolist()),
        most_probable_level=standard.levels[int(levels.argmax())],
        level_set=tuple(standard.levels[i] for i in cefr.smallest_set(levels)),
        band=standard.bands[int(bands.argmax())],
        borderline=bool(bands.max() < plan.settings.stopping.band_probability),
        n_tasks=len(answered),
        n_items=sum(len(one.scores) for one in answered),
        posterior=found,
    )
