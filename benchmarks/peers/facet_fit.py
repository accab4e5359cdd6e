"""Fits one set of ratings with one engine; run by benchmarks/many_facet.py in a fresh process."""

import json
import resource
import sys
import time

import numpy as np


def ours(
    script: np.ndarray, rater: np.ndarray, criterion: np.ndarray, score: np.ndarray
) -> dict[str, np.ndarray]:
    from scoring.raters import Ratings, fit_facets

    def names(values: np.ndarray) -> tuple[str, ...]:
        return tuple(str(k) for k in range(int(values.max()) + 1))

    fit = fit_facets(
        Ratings(script, rater, criterion, score, names(script), names(rater), names(criterion))
    )
    return {
        "severity": fit.severity,
        "se": fit.severity_se,
        "measure": fit.measure,
        "measure_se": fit.measure_se,
        "converged": np.array(fit.converged),
    }


def mirt(
    script: np.ndarray, rater: np.ndarray, criterion: np.ndarray, score: np.ndarray
) -> dict[str, np.ndarray]:
    from mirt import fit_mfrm
    from mirt.models import Facet, PolytomousMFRM

    n_scripts, n_criteria = int(script.max()) + 1, int(criterion.max()) + 1
    # Columns: first and second rating of each criterion.
    order = np.lexsort((rater, criterion, script))
    shape = (n_scripts, 2 * n_criteria)
    responses, raters = score[order].reshape(shape), rater[order].reshape(shape)
    items = np.repeat(np.arange(n_criteria), 2)
    model = PolytomousMFRM(n_criteria, int(score.max()) + 1, [Facet("rater", int(rater.max()) + 1)])
    found = fit_mfrm(model, responses, {"rater": raters}, item_indices=items)
    severity = np.asarray(found.facet_parameters["rater"])
    return {
        "severity": severity - severity.mean(),
        "se": np.asarray(found.facet_se["rater"]),
        "measure": np.asarray(found.theta) - float(np.mean(found.item_difficulty)),
        "measure_se": np.asarray(found.theta_se),
        "converged": np.array(found.converged),
    }


def raschpy(
    script: np.ndarray, rater: np.ndarray, criterion: np.ndarray, score: np.ndarray
) -> dict[str, np.ndarray]:
    import pandas as pd
    import raschpy as package

    frame = (
        pd.DataFrame({"Rater": rater, "Person": script, "item": criterion, "score": score})
        .pivot_table(index=["Rater", "Person"], columns="item", values="score")
        .rename(columns=str)
    )
    frame.index = pd.MultiIndex.from_tuples(
        [(f"r{r}", f"p{p}") for r, p in frame.index], names=["Rater", "Person"]
    )
    model = package.MFRM(frame, max_score=int(score.max()))
    model.calibrate_global()
    severity = np.array([model.raters_global[f"r{k}"] for k in range(int(rater.max()) + 1)])
    return {"severity": severity - severity.mean()}


ENGINES = {"ours": ours, "mirt": mirt, "raschpy": raschpy}


def main() -> None:
    engine, data, out = sys.argv[1:4]
    with np.load(data) as found:
        columns = [found[key] for key in ("script", "rater", "criterion", "score")]
    fit = ENGINES[engine]
    # A small fit first: imports and compiled code are paid for before the clock starts.
    fit(*(column[: 8 * 200] for column in columns))
    started, on_cpu = time.perf_counter(), time.process_time()
    estimates = fit(*columns)
    seconds, cpu = time.perf_counter() - started, time.process_time() - on_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    np.savez(out, **estimates)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "megabytes": peak}))


if __name__ == "__main__":
    main()
