"""Does the model describe this person? Notes for an assessor, never a verdict.

Answers that do not fit may mean copying, haste or a slip of the screen, and quite often a person
who speaks well and reads little. On adaptive tests such measures find little (random answering is
noticed in about one case of eight), so their silence proves nothing. For fixed forms there is also
`scoring.lz_star`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.belief import AnsweredTask, counted, weights_of
from scoring.irt import FloatArray
from scoring.plan import PartPlan
from scoring.testlets import TaskTables, answer_likelihood, pattern_likelihood, score_likelihood

#: Wise & Kong (2005): quicker than a tenth of the usual time, but never asked for more than 10 s.
RAPID_SHARE = 0.1
RAPID_MOST_SECONDS = 10.0


@dataclass(frozen=True)
class TaskFit:
    """How a person's answer to one task agrees with all their other answers.

    Attributes
    ----------
    task : str
    score, expected : float
        Sum of categories, and its expectation given the other answers.
    surprise : float
        Probability of an outcome no likelier than this one, given the other answers; small is odd.
    """

    task: str
    score: int
    expected: float
    surprise: float


def task_fit(plan: PartPlan, answered: Sequence[AnsweredTask]) -> tuple[TaskFit, ...]:
    """Every answered task that counts, by the posterior from the others (none judges itself)."""
    answered = counted(plan, answered)
    tables = plan.tables
    out = []
    for n, one in enumerate(answered):
        others = [*answered[:n], *answered[n + 1 :]]
        p = weights_of(plan, others)
        task = plan.bank.tasks[plan.bank.index[one.task]]
        by_score = score_likelihood(task, tables.theta) @ p
        outcomes = _outcomes(tables, plan.bank.index[one.task]) @ p
        own = float(answer_likelihood(task, one.scores, tables.theta) @ p)
        out.append(
            TaskFit(
                task=one.task,
                score=sum(one.scores),
                expected=float(np.arange(by_score.size) @ by_score),
                surprise=min(1.0, float(outcomes[outcomes <= own * (1 + 1e-9)].sum())),
            )
        )
    return tuple(out)


def posterior_predictive(
    plan: PartPlan,
    answered: Sequence[AnsweredTask],
    rng: np.random.Generator,
    draws: int = 2000,
) -> float:
    """How often a person like this would answer as improbably, or more: small values are misfit.

    The same tasks are answered again by `draws` abilities drawn from the posterior; the share of
    draws whose replicated answers are no likelier, at that ability, than the real ones. Task-wise
    (a task's items are not independent), and valid for adaptive tests as for fixed ones.
    """
    answered = counted(plan, answered)
    if not answered:
        return 1.0
    tables = plan.tables
    at = rng.choice(tables.theta.size, size=draws, p=weights_of(plan, answered))
    real = np.zeros(draws)
    replicated = np.zeros(draws)
    for one in answered:
        t = plan.bank.index[one.task]
        log_p = np.log(np.maximum(_outcomes(tables, t), 1e-300))
        cumulative = _outcomes(tables, t).cumsum(axis=0)[:, at]
        drawn = (rng.random(draws) > cumulative).sum(axis=0).clip(max=log_p.shape[0] - 1)
        replicated += log_p[drawn, at]
        own = answer_likelihood(plan.bank.tasks[t], one.scores, tables.theta)
        real += np.log(np.maximum(own, 1e-300))[at]
    return float((replicated <= real + 1e-9).mean())


def _outcomes(tables: TaskTables, task: int) -> FloatArray:
    """P(pattern | θ) of every answer pattern of a task, (patterns, G)."""
    if tables.is_exact[task]:
        return np.asarray(tables.rows[tables.start[task] : tables.start[task + 1]])
    return pattern_likelihood(tables.bank.tasks[task], tables.theta)


def rapid_threshold(usual_seconds: FloatArray) -> FloatArray:
    """Seconds below which an answer cannot have been a try, from the usual time of each item."""
    return np.asarray(np.minimum(RAPID_SHARE * usual_seconds, RAPID_MOST_SECONDS))


def response_time_effort(seconds: FloatArray, threshold: FloatArray) -> float:
    """Share of answers that took long enough to have been a try, 0 … 1 (Wise & Kong 2005).

    seconds, threshold : (n,); NaN seconds (not measured) are left out; 1.0 when none is left.
    """
    known = np.isfinite(seconds)
    if not known.any():
        return 1.0
    return float((seconds[known] >= threshold[known]).mean())
