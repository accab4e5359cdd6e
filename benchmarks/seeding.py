"""How seeding works out over the shipped bank: who is given what, and how soon a new task is known.

    python -m benchmarks.seeding [--persons N]

prints a table. Every fourth task of a bank is taken for a pretest task, the others count. Persons
come one after another, N(−1.2, 1.8²) on the bank's scale, and answer as the provisional parameters
say; each plan holds the numbers of answers as they are then. Without exposure control, which
pretest tasks do not touch.
"""

import argparse
from collections import Counter
from dataclasses import replace

import numpy as np

from benchmarks.shipped_bank import MEAN, SD, SEED, plan_of
from items.bank_files import BankFiles, load_folder
from items.scale_files import scaled_skills
from scoring.bank import Bank, Task
from scoring.irt import probabilities, stack
from scoring.seeding import PretestTask, Seeding, draw_places
from scoring.sitting import AnsweredTask, PartPlan, StopReason, next_step, plan_part
from scoring.young_bank import CALIBRATED_N


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=1500)
    options = parser.parse_args()
    files = load_folder()
    print("| | tasks tried out | parts with one | and two | of those at the floor | answers a task"
          " per 1,000 parts: least, median, most | seconds a part |")  # fmt: skip
    for language, skill in scaled_skills():
        for most in (1, 2):
            print(line(files, language, skill, most, options.persons))


def line(files: BankFiles, language: str, skill: str, most: int, persons: int) -> str:
    whole = plan_of(files, language, skill)
    new = {task.id: task for task in whole.bank.tasks[::4]}
    plan = plan_part(
        Bank(tuple(task for task in whole.bank.tasks if task.id not in new)),
        whole.standard,
        whole.blueprint,
        settings=whole.settings,
        seed=SEED,
        pretest=[PretestTask.of(task, 0) for task in new.values()],
        most_pretest=most,
    )
    assert plan.seeding is not None
    new = {id: task for id, task in new.items() if id in plan.seeding.ids}
    rng = np.random.default_rng(SEED)
    answers = dict.fromkeys(new, 0)
    parts: Counter[int] = Counter()
    floor = [0, 0]
    seconds = 0.0
    for seed in range(persons):
        tasks = tuple(PretestTask.of(task, answers[id]) for id, task in new.items())
        places = draw_places(seed, most, plan.blueprint.max_tasks)
        own = replace(plan, seed=seed, seeding=Seeding(tasks, places))
        tried, stop = sit(own, new, float(rng.normal(MEAN, SD)), rng)
        parts[len(tried)] += 1
        floor[0] += stop is StopReason.FLOOR
        floor[1] += stop is StopReason.FLOOR and bool(tried)
        for id in tried:
            answers[id] += 1
            seconds += new[id].seconds
    each = np.quantile(list(answers.values()), (0, 0.5, 1)) * 1000 / persons
    at_floor = f"{floor[1]} of {floor[0]}"
    return (
        f"| {language} {skill}, at most {most} | {len(new)} | {1 - parts[0] / persons:.2f} "
        f"| {parts[2] / persons:.2f} | {at_floor} "
        f"| {each[0]:.0f}, {each[1]:.0f}, {each[2]:.0f} | {seconds / persons:.0f} |"
    )


def sit(
    plan: PartPlan, new: dict[str, Task], theta: float, rng: np.random.Generator
) -> tuple[list[str], StopReason]:
    """What was tried out, and why the part ended."""
    answered: list[AnsweredTask] = []
    while True:
        decision = next_step(plan, answered)
        if decision.stop is not None:
            return [one.task for one in answered if one.task in new], decision.stop
        assert decision.task is not None
        known = new.get(decision.task)
        task = known or plan.bank.tasks[plan.bank.index[decision.task]]
        here = theta + task.effect_sd * rng.standard_normal()
        p = probabilities(stack(task.items), np.array([here]))[:, :, 0].cumsum(axis=1)
        scores = (rng.random((len(p), 1)) > p).sum(axis=1)
        answered.append(AnsweredTask(task.id, tuple(int(score) for score in scores)))


if __name__ == "__main__":
    print(f"{CALIBRATED_N} answers are wanted")
    main()
