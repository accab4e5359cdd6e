"""One engine's adaptive tests in one fresh process: `python adaptive_run.py ENGINE DATA OUT`.

Prints one JSON object: seconds, persons, memory and, where the engine has sessions, the median
milliseconds of one step. Writes θ̂ to OUT. The first persons are run once before the clock starts,
so that compiling and caching are nobody's burden.
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

WARM_UP = 5


def ours_batch(data: dict[str, Any], n: int) -> tuple[np.ndarray, list[float]]:
    from scoring.ability import Prior
    from scoring.bank import single_items
    from scoring.irt import Item, Model
    from scoring.selection import Criterion
    from scoring.simulation import fixed_length
    from scoring.testlets import tables_for

    prior = Prior(0.0, 1.0)
    bank = single_items(
        Item(f"i{i}", Model.TWO_PL, a=float(a), b=float(b))
        for i, (a, b) in enumerate(zip(data["a"], data["b"], strict=True))
    )
    tables = tables_for(bank, prior.grid())
    answers = data["answers"]
    found = fixed_length(
        tables,
        prior,
        Criterion.MFI,
        np.ones((tables.theta.size, 1)),
        int(data["length"]),
        n,
        lambda person, item: answers[person, item],
    )
    return found.theta, []


def ours_session(data: dict[str, Any], n: int) -> tuple[np.ndarray, list[float]]:
    from scoring.bank import single_items
    from scoring.blueprint import Blueprint
    from scoring.cefr import REPORTED_LEVELS, Standard
    from scoring.irt import Item, Model
    from scoring.selection import Criterion
    from scoring.sitting import AnsweredTask, Settings, believe, next_step, plan_part
    from scoring.stopping import StoppingRule

    length = int(data["length"])
    plan = plan_part(
        single_items(
            Item(f"i{i}", Model.TWO_PL, a=float(a), b=float(b))
            for i, (a, b) in enumerate(zip(data["a"], data["b"], strict=True))
        ),
        Standard.from_errors(REPORTED_LEVELS, np.linspace(-2.5, 2.5, 11).tolist()),
        Blueprint(min_tasks=length, max_tasks=length),
        settings=Settings(
            prior_sd=1.0, criterion=Criterion.MFI, stopping=StoppingRule(0.999, least_gain=0.0)
        ),
        seed=1,
    )
    theta, steps = np.empty(n), []
    for person in range(n):
        answered: list[AnsweredTask] = []
        while True:
            begun = time.process_time()
            decision = next_step(plan, answered)
            steps.append(time.process_time() - begun)
            if decision.task is None:
                break
            item = int(decision.task[1:])
            answered.append(AnsweredTask(decision.task, (int(data["answers"][person, item]),)))
        theta[person] = believe(plan, answered).theta
    return theta, steps


def catsim(data: dict[str, Any], n: int) -> tuple[np.ndarray, list[float]]:
    from catsim.estimation import NumericalSearchEstimator
    from catsim.item_bank import ItemBank
    from catsim.selection import MaxInfoSelector

    bank = ItemBank(np.column_stack([data["a"], data["b"]]))
    selector, estimator = MaxInfoSelector(), NumericalSearchEstimator()
    theta, steps = np.empty(n), []
    for person in range(n):
        given: list[int] = []
        right: list[bool] = []
        estimate = 0.0
        for _ in range(int(data["length"])):
            begun = time.process_time()
            if given:
                estimate = estimator.estimate(
                    item_bank=bank,
                    administered_items=given,
                    response_vector=right,
                    est_theta=estimate,
                )
            item = selector.select(item_bank=bank, administered_items=given, est_theta=estimate)
            steps.append(time.process_time() - begun)
            given.append(int(item))
            right.append(bool(data["answers"][person, item]))
        theta[person] = estimator.estimate(
            item_bank=bank, administered_items=given, response_vector=right, est_theta=estimate
        )
    return theta, steps


def catpie(data: dict[str, Any], n: int) -> tuple[np.ndarray, list[float]]:
    from catpie.estimators import thetaEst
    from catpie.selection import nextItem

    bank = [(float(a), float(b), 0.0, 1.0) for a, b in zip(data["a"], data["b"], strict=True)]
    theta, steps = np.empty(n), []
    for person in range(n):
        given: list[int] = []
        scores: list[int] = []
        for _ in range(int(data["length"])):
            begun = time.process_time()
            estimate = thetaEst([bank[i] for i in given], scores) if given else 0.0
            item = nextItem(bank, estimate, given).item
            steps.append(time.process_time() - begun)
            given.append(item)
            scores.append(int(data["answers"][person, item]))
        theta[person] = thetaEst([bank[i] for i in given], scores)
    return theta, steps


def mirt_session(data: dict[str, Any], n: int) -> tuple[np.ndarray, list[float]]:
    engine = _mirt_engine(data)
    theta, steps = np.empty(n), []
    for person in range(n):
        engine.reset()
        item = engine.select_next_item()
        for k in range(int(data["length"])):
            begun = time.process_time()
            state = engine.administer_item(int(data["answers"][person, item]))
            steps.append(time.process_time() - begun)
            if k + 1 < int(data["length"]):
                item = state.next_item
        theta[person] = engine.get_result().theta
    return theta, steps


def mirt_batch(data: dict[str, Any], n: int) -> tuple[np.ndarray, list[float]]:
    """Its batch draws the answers itself: the same persons, but not the same answers."""
    results = _mirt_engine(data).run_batch_simulation(data["theta"][:n])
    return np.array([result.theta for result in results]), []


def _mirt_engine(data: dict[str, Any]) -> Any:
    from mirt.cat import CATEngine
    from mirt.models.dichotomous import TwoParameterLogistic

    model = TwoParameterLogistic(n_items=len(data["a"]))
    model.set_parameters(discrimination=data["a"], difficulty=data["b"])
    model._is_fitted = True
    # A standard error that no test reaches makes every test as long as the others'.
    return CATEngine(
        model, se_threshold=1e-6, max_items=int(data["length"]), n_quadpts=41, seed=1
    )


ENGINES: dict[str, Callable[[dict[str, Any], int], tuple[np.ndarray, list[float]]]] = {
    "ours, batch": ours_batch,
    "ours, one session at a time": ours_session,
    "mirt (Python), compiled batch": mirt_batch,
    "mirt (Python), session": mirt_session,
    "catsim": catsim,
    "catpie": catpie,
}


def main() -> None:
    engine, source, out, n = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    with np.load(source) as found:
        data = {key: found[key] for key in found.files}
    n = min(n, data["theta"].size)
    run = ENGINES[engine]
    run(data, min(WARM_UP, n))
    begun = time.process_time()
    theta, steps = run(data, n)
    seconds = time.process_time() - begun
    np.save(out, theta)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {
        "seconds": seconds,
        "persons": n,
        "megabytes": memory,
        "step_ms": 1000 * statistics.median(steps) if steps else None,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
