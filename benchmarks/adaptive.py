"""Adaptive tests beside catsim, catpie and mirt (Python), in one run: time, latency and error.

    python benchmarks/adaptive.py --peers peers/bin/python

writes benchmarks/results/adaptive.md and .png. 500 2PL items, 30 given by maximum information, the
same persons and answers for every engine (mirt's batch draws its own answers), one thread, a fresh
process per run, processor time (a busy machine does not disturb it), the median of the runs. An
engine that is slow gets the first persons only; beside its error stands ours on the same persons.
After that our own step with tasks, mutual information and constraints over 500 tasks.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
N_ITEMS, LENGTH, N_PERSONS = 500, 30, 5000
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS")
#: Persons for engines that take too long for all of them.
PERSONS = {
    "ours, batch": N_PERSONS,
    "ours, one session at a time": 1000,
    "mirt (Python), compiled batch": N_PERSONS,
    "mirt (Python), session": 60,
    "catsim": 60,
    "catpie": 20,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", default=sys.executable, help="a Python that has the peers")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    rng = np.random.default_rng(20)
    a, b = np.exp(rng.normal(0, 0.3, N_ITEMS)), rng.normal(0, 1, N_ITEMS)
    theta = rng.normal(size=N_PERSONS)
    right = 1 / (1 + np.exp(-a * (theta[:, None] - b)))
    answers = (rng.random(right.shape) < right).astype(np.int64)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.npz"
        np.savez(data, a=a, b=b, theta=theta, answers=answers, length=LENGTH)
        for engine, n in PERSONS.items():
            python = sys.executable if engine.startswith("ours") else options.peers
            row = measured(engine, python, data, n, options.runs)
            rows.append(row)
            if "theta" in row:
                for whose, found in (("rmse", row["theta"]), ("our_rmse", rows[0]["theta"][:n])):
                    row[whose] = float(np.sqrt(np.mean((found - theta[:n]) ** 2)))
    step = tasks_step_ms()
    write(rows, step)


def measured(engine: str, python: str, data: Path, n: int, runs: int) -> dict[str, Any]:
    """The engine's medians, or its complaint under `note`."""
    environment = {
        **os.environ,
        **dict.fromkeys(THREADS, "1"),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    out = data.with_name("theta.npy")
    script = str(ROOT / "benchmarks" / "peers" / "adaptive_run.py")
    figures = []
    for _ in range(runs):
        done = subprocess.run(
            [python, script, engine, str(data), str(out), str(n)],
            capture_output=True,
            text=True,
            env=environment,
        )
        if done.returncode:
            return {"engine": engine, "note": done.stderr.strip().splitlines()[-1][:120]}
        figures.append(json.loads(done.stdout.strip().splitlines()[-1]))
    steps = [row["step_ms"] for row in figures]
    return {
        "engine": engine,
        "persons": n,
        "ms": statistics.median(1000 * row["seconds"] / row["persons"] for row in figures),
        "step_ms": statistics.median(steps) if None not in steps else None,
        "theta": np.load(out),
        "megabytes": statistics.median(row["megabytes"] for row in figures),
    }


def tasks_step_ms() -> float:
    """Median milliseconds of our live step over 500 tasks of three items with everything on."""
    from scoring.bank import Bank, Task
    from scoring.blueprint import Blueprint, Limits
    from scoring.cefr import REPORTED_LEVELS, Standard
    from scoring.irt import Item, Model
    from scoring.sitting import AnsweredTask, Settings, next_step, plan_part

    rng = np.random.default_rng(3)
    areas, kinds = ("shop", "work", "news", "health", "school"), ("sign", "letter", "form")
    tasks = []
    for t in range(500):
        b = rng.normal(-1, 2)
        tasks.append(
            Task(
                f"t{t}",
                tuple(
                    Item(
                        f"t{t}-{i}",
                        Model.THREE_PL,
                        b=float(b + rng.normal(0, 0.3)),
                        c=1 / 3,
                        se_b=0.5,
                    )
                    for i in range(3)
                ),
                area=areas[t % 5],
                text_type=kinds[t % 3],
                task_sd=0.55,
                se_task=0.6,
                words=int(rng.integers(10, 200)),
                seconds=float(rng.integers(20, 120)),
                enemies=(f"t{t + 1}",) if t % 9 == 0 else (),
            )
        )
    plan = plan_part(
        Bank(tuple(tasks)),
        Standard.from_errors(
            REPORTED_LEVELS, np.linspace(-4.0, 4.0, 11).tolist(), [0.3] * 11, 0.4
        ),
        Blueprint(
            min_tasks=10,
            max_tasks=10,
            areas={"shop": Limits(1, 3), "work": Limits(1)},
            text_types={"sign": Limits(1)},
            max_words=1500,
            max_seconds=900,
        ),
        settings=Settings(prior_mean=-1.2, prior_sd=3.0),
        seed=1,
    )
    times = []
    for person in range(40):
        answered: list[AnsweredTask] = []
        while True:
            begun = time.process_time()
            decision = next_step(plan, answered)
            times.append(time.process_time() - begun)
            if decision.task is None:
                break
            drawn = np.random.default_rng([person, len(answered)]).integers(2, size=3)
            answered.append(AnsweredTask(decision.task, tuple(drawn.tolist())))
    return 1000 * statistics.median(times)


def write(rows: list[dict[str, Any]], step: float) -> None:
    """The table and the plot."""
    lines = [
        "| engine | persons | ms a person | ms a step | RMSE (ours) | MB |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        if "note" in row:
            lines.append(f"| {row['engine']} | | | | {row['note']} | |")
            continue
        latency = "" if row["step_ms"] is None else f"{row['step_ms']:.3f}"
        lines.append(
            f"| {row['engine']} | {row['persons']} | {row['ms']:.3f} | {latency} "
            f"| {row['rmse']:.3f} ({row['our_rmse']:.3f}) | {row['megabytes']:.0f} |"
        )
    lines += [
        "",
        "One live step with tasks, mutual information and constraints over 500 tasks: "
        f"{step:.2f} ms.",
        "",
    ]
    folder = ROOT / "benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    (folder / "adaptive.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))
    shown = [row for row in rows if "note" not in row]
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 2.8))
    names = [row["engine"] for row in shown][::-1]
    values = [row["ms"] for row in shown][::-1]
    colours = ["#1f4e8c" if name.startswith("ours") else "#9aa5b1" for name in names]
    bars = axes.barh(names, values, color=colours)
    axes.bar_label(bars, [f" {value:.3g}" for value in values])
    axes.set_xscale("log")
    axes.set_xlim(right=max(values) * 4)
    axes.set_xlabel("milliseconds a person, 30 of 500 items (logarithmic)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(folder / "adaptive.png", dpi=150)


if __name__ == "__main__":
    main()
