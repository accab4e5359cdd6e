"""Banks, plans and persons for the engine's tests, all made from a seed."""

import numpy as np

from scoring import cefr
from scoring.bank import Bank, Task
from scoring.blueprint import Blueprint, Limits
from scoring.cefr import Standard
from scoring.irt import Item, Model, probabilities, stack
from scoring.sitting import AnsweredTask, Settings, plan_part

AREAS = ("shop", "health", "work", "housing", "news")
TEXT_TYPES = ("sign", "message", "article", "form")
WIDTH = 0.8
CUTS = tuple(float(x) for x in -4.0 + WIDTH * np.arange(11))


def a_standard(se_shared=0.0, se=None):
    return Standard.from_errors(
        cefr.REPORTED_LEVELS, CUTS, se, se_shared, version="test", provisional=se_shared > 0
    )


def a_bank(n_tasks=50, *, seed=1, n_items=3, c=1 / 3, task_sd=0.5, enemies=True, doubt=0.0):
    """Tasks spread evenly over the levels; `doubt` splits into item and task error."""
    rng = np.random.default_rng(seed)
    standard = a_standard()
    tasks = []
    for t in range(n_tasks):
        level = standard.levels[t % 11]
        middle = standard.middle(level)
        tasks.append(
            Task(
                id=f"t{t:03}",
                items=tuple(
                    Item(
                        f"t{t:03}-{i}",
                        Model.THREE_PL if c else Model.TWO_PL,
                        a=float(np.exp(rng.normal(0.1, 0.15))),
                        b=float(middle + rng.normal(0, 0.3)),
                        c=c,
                        se_b=doubt * 0.64,
                    )
                    for i in range(n_items)
                ),
                skill="reading",
                area=AREAS[t % 5],
                text_type=TEXT_TYPES[t % 4],
                level=level,
                task_sd=task_sd,
                se_task=doubt * 0.77,
                words=int(rng.integers(10, 200)),
                seconds=float(rng.integers(20, 120)),
                enemies=(f"t{t + 11:03}",) if enemies and t % 7 == 0 else (),
                is_floor=t % 11 <= 1,
            )
        )
    return Bank(tuple(tasks))


def a_blueprint(**overrides):
    return Blueprint(
        **{
            "min_tasks": 5,
            "max_tasks": 10,
            "areas": {"shop": Limits(1, 3), "work": Limits(1), "news": Limits(0, 2)},
            "text_types": {"sign": Limits(1, 4), "message": Limits(1)},
            "max_words": 1300,
            "max_seconds": 900.0,
        }
        | overrides
    )


def a_plan(**overrides):
    return plan_part(
        **{
            "bank": a_bank(),
            "standard": a_standard(),
            "blueprint": a_blueprint(),
            "settings": Settings(prior_mean=-1.0, prior_sd=2.7),
            "seed": 1,
        }
        | overrides
    )


def answers_of(task, theta, rng):
    """One answer to every item of a task by a person of ability θ, task effect included."""
    p = probabilities(stack(task.items), [theta + task.task_sd * rng.standard_normal()])[:, :, 0]
    cumulative = p.cumsum(axis=1)
    return AnsweredTask(
        task.id, tuple(int(x) for x in (rng.random((len(p), 1)) > cumulative).sum(axis=1))
    )


def draw(items: list[Item], theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    p = probabilities(stack(items), theta).transpose(2, 0, 1)
    return (rng.random(p.shape[:2])[..., None] > p.cumsum(axis=2)).sum(axis=2)


def spread_items(count: int, a: float = 1.2) -> list[Item]:
    return [
        Item(str(k), Model.TWO_PL, a=a, b=float(b))
        for k, b in enumerate(np.linspace(-1.6, 1.6, count))
    ]
