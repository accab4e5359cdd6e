"""Fits one 2PL data set with one engine; run by benchmarks/calibration.py in a fresh process."""

import json
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

Fit = Callable[[np.ndarray, np.ndarray, np.ndarray, int, int], dict[str, np.ndarray]]


def _ours(prior: tuple[float, float] | None) -> Fit:
    def fit(
        person: np.ndarray, item: np.ndarray, score: np.ndarray, n_persons: int, n_items: int
    ) -> dict[str, np.ndarray]:
        from scoring.answers import Answers
        from scoring.calibration import PriorRules, calibrate
        from scoring.irt import Model

        answers = Answers(person, item, score, n_persons, n_items)
        found = calibrate(answers, Model.TWO_PL, priors=PriorRules(slope=prior))
        return {
            "a": found.items.a,
            "b": found.items.steps[:, 0],
            "se_a": found.items.se_a,
            "se_b": found.items.se_steps[:, 0],
            "converged": np.array(found.converged),
        }

    return fit


def _table(
    person: np.ndarray, item: np.ndarray, score: np.ndarray, n_persons: int, n_items: int
) -> np.ndarray:
    table = np.full((n_persons, n_items), -1, dtype=np.int64)
    table[person, item] = score
    return table


def _mirt(nodes: int) -> Fit:
    def fit(
        person: np.ndarray, item: np.ndarray, score: np.ndarray, n_persons: int, n_items: int
    ) -> dict[str, np.ndarray]:
        import mirt

        table = _table(person, item, score, n_persons, n_items)
        found = mirt.fit_mirt(table, model="2PL", n_quadpts=nodes)
        return {
            "a": np.asarray(found.model.parameters["discrimination"]),
            "b": np.asarray(found.model.parameters["difficulty"]),
            "se_a": np.asarray(found.standard_errors["discrimination"]),
            "se_b": np.asarray(found.standard_errors["difficulty"]),
            "converged": np.array(found.converged),
        }

    return fit


def girth(
    person: np.ndarray, item: np.ndarray, score: np.ndarray, n_persons: int, n_items: int
) -> dict[str, np.ndarray]:
    import girth as package

    table = _table(person, item, score, n_persons, n_items).T
    tagged = package.tag_missing_data(table, [0, 1])
    found = package.twopl_mml(tagged)
    return {"a": np.asarray(found["Discrimination"]), "b": np.asarray(found["Difficulty"])}


ENGINES: dict[str, Fit] = {
    "ours": _ours(None),
    "ours-prior": _ours((0.0, 0.5)),
    "mirt-21": _mirt(21),
    "mirt-61": _mirt(61),
    "girth": girth,
}


def main() -> None:
    engine, data, out = sys.argv[1:4]
    with np.load(data) as found:
        person, item, score = found["person"], found["item"], found["score"]
        n_persons, n_items = int(found["n_persons"]), int(found["n_items"])
    fit = ENGINES[engine]
    # A tiny fit first: imports and compiled code are paid for before the clock starts.
    rng = np.random.default_rng(0)
    tiny = rng.integers(0, 2, 120)
    fit(np.repeat(np.arange(30), 4), np.tile(np.arange(4), 30), tiny, 30, 4)
    started, on_cpu = time.perf_counter(), time.process_time()
    estimates = fit(person, item, score, n_persons, n_items)
    seconds, cpu = time.perf_counter() - started, time.process_time() - on_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    np.savez(out, **estimates)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "megabytes": peak}))


if __name__ == "__main__":
    main()
