"""2PL calibration beside girth and mirt (Python), in one run: time, error, scale and memory.

    python benchmarks/calibration.py --peers peers/bin/python

writes benchmarks/results/calibration.md and .png. Every engine gets the same answers in a fresh
process on one thread; after a tiny fit the clock runs for the fit with standard errors where the
engine has them (`ours-prior`: log a ~ N(0, .5²), for the sake of items with few answers); processor
seconds count when the machine has other work. A is the scale before any
linking: the slope of the true difficulties on the estimated ones by mean–sigma; RMSE is not linked
either.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from fresh_process import ROOT, Measured, measure

GIRTH_PERSONS = 2000


def standardised(theta: np.ndarray) -> np.ndarray:
    """Exactly mean 0 and sd 1, so that A shows the engine and not the luck of the draw."""
    return (theta - theta.mean()) / theta.std()


def complete(rng: np.random.Generator, n_persons: int, n_items: int) -> dict[str, np.ndarray]:
    a, b = rng.lognormal(0, 0.3, n_items), rng.normal(0, 1, n_items)
    theta = standardised(rng.normal(size=n_persons))
    p = 1 / (1 + np.exp(-a * (theta[:, None] - b)))
    score = (rng.random(p.shape) < p).astype(np.int64)
    person, item = np.divmod(np.arange(score.size), n_items)
    return _data(a, b, person, item, score.ravel(), n_persons, n_items)


def adaptive(
    rng: np.random.Generator, n_persons: int, n_items: int, length: int
) -> dict[str, np.ndarray]:
    """Each item is the one nearest in difficulty to the EAP among a random twentieth of the bank.

    What is asked depends on earlier answers only, so the answers that are missing may be ignored.
    """
    a, b = rng.lognormal(0, 0.3, n_items), rng.normal(0, 1, n_items)
    theta = standardised(rng.normal(size=n_persons))
    grid = np.linspace(-5, 5, 41)
    right = 1 / (1 + np.exp(-a[:, None] * (grid - b[:, None])))
    log_p = np.log(np.stack([1 - right, right]))
    item = np.empty((n_persons, length), dtype=np.int64)
    score = np.empty((n_persons, length), dtype=np.int64)
    for first in range(0, n_persons, 1000):
        rows = slice(first, min(first + 1000, n_persons))
        own = theta[rows]
        log_posterior = np.tile(-0.5 * grid**2, (len(own), 1))
        used = np.zeros((len(own), n_items), dtype=bool)
        for k in range(length):
            weight = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
            eap = weight @ grid / weight.sum(axis=1)
            value = -np.abs(b - eap[:, None]) - 9.0 * (rng.random(used.shape) > 0.05)
            value[used] = -99.0
            chosen = value.argmax(axis=1)
            used[np.arange(len(own)), chosen] = True
            p = 1 / (1 + np.exp(-a[chosen] * (own - b[chosen])))
            answer = (rng.random(len(own)) < p).astype(np.int64)
            item[rows, k], score[rows, k] = chosen, answer
            log_posterior += log_p[answer, chosen]
    person = np.repeat(np.arange(n_persons), length)
    return _data(a, b, person, item.ravel(), score.ravel(), n_persons, n_items)


def _data(
    a: np.ndarray,
    b: np.ndarray,
    person: np.ndarray,
    item: np.ndarray,
    score: np.ndarray,
    n_persons: int,
    n_items: int,
) -> dict[str, np.ndarray]:
    return {
        "a": a,
        "b": b,
        "person": person,
        "item": item,
        "score": score,
        "n_persons": np.array(n_persons),
        "n_items": np.array(n_items),
    }


def row(found: Measured | str, engine: str, truth: dict[str, np.ndarray]) -> list[str]:
    if isinstance(found, str):
        return [engine, found, *["–"] * 8]
    a, b = found.estimates["a"], found.estimates["b"]
    error_a, error_b = a - truth["a"], b - truth["b"]
    z = ["–", "–"]
    if "se_a" in found.estimates:
        z = [
            f"{np.nanstd(error_a / found.estimates['se_a']):.2f}",
            f"{np.nanstd(error_b / found.estimates['se_b']):.2f}",
        ]
    return [
        engine,
        f"{found.seconds:.2f}",
        f"{found.cpu:.2f}",
        f"{np.sqrt((error_a**2).mean()):.3f}",
        f"{np.sqrt((error_b**2).mean()):.3f}",
        f"{truth['b'].std() / b.std():.3f}",
        f"{a.mean() / truth['a'].mean():.3f}",
        *z,
        f"{found.megabytes:.0f}",
    ]


HEADER = [
    *("engine", "s", "CPU s", "RMSE a", "RMSE b", "A", "mean a / mean true a"),
    *("sd of z, a", "sd of z, b", "MB"),
]


def table(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    return "\n".join([*lines, *("| " + " | ".join(r) + " |" for r in rows)])


def plot(figures: dict[str, dict[str, float]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(figures), figsize=(9, 3), squeeze=False)
    for axis, (title, seconds) in zip(axes[0], figures.items(), strict=True):
        axis.barh(list(seconds), list(seconds.values()), color="#1f5f8b")
        axis.set_xscale("log")
        axis.set_xlabel("processor seconds (log scale)")
        axis.set_title(title, fontsize=9)
        axis.invert_yaxis()
        for position, value in enumerate(seconds.values()):
            axis.text(value, position, f" {value:.2f}", va="center", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", required=True, help="python of the peers' environment")
    parser.add_argument("--ours", default=__import__("sys").executable)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=600.0)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    rng = np.random.default_rng(20260101)
    sets = {
        "5,000 × 100 complete": complete(rng, 5000, 100),
        "20,000 × 500, 30 adaptive answers each": adaptive(rng, 20000, 500, 30),
    }
    text = ["# 2PL calibration", ""]
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for title, data in sets.items():
            answers = np.bincount(data["item"], minlength=int(data["n_items"]))
            rows, seconds = [], {}
            for engine in ("ours", "ours-prior", "mirt-21", "mirt-61", "girth"):
                used, label = data, engine
                runs = options.runs if engine != "girth" else 1
                if engine == "girth" and int(data["n_persons"]) > 5000:
                    # The whole set would take about an hour.
                    kept = data["person"] < GIRTH_PERSONS
                    used = {
                        **data,
                        **{key: data[key][kept] for key in ("person", "item", "score")},
                        "n_persons": np.array(GIRTH_PERSONS),
                    }
                    label = f"girth ({GIRTH_PERSONS:,} persons only)"
                path = Path(folder) / "data.npz"
                np.savez(path, **used)
                python = options.ours if engine.startswith("ours") else options.peers
                found = measure(
                    engine, python, "peers/calibration_fit.py", path, runs, options.timeout
                )
                rows.append(row(found, label, data))
                if isinstance(found, Measured):
                    seconds[label] = found.cpu
                print(title, rows[-1], flush=True)
            figures[title] = seconds
            text += [
                f"## {title}",
                "",
                f"Answers an item: {answers.min()} to {answers.max()}.",
                "",
                table(rows),
                "",
            ]
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "calibration.md").write_text("\n".join(text), encoding="utf-8")
    plot(figures, options.out / "calibration.png")
    print("\n".join(text))


if __name__ == "__main__":
    main()
