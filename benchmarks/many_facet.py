"""Many-facet Rasch beside mirt (Python) and raschpy, in one run.

    python benchmarks/many_facet.py --peers peers/bin/python

2,000 scripts, each rated by two of 8 raters on 4 criteria with 6 categories. Several data sets, the
same for every engine; each fit in a fresh process on one thread, after a small fit. Writes
benchmarks/results/many_facet.md and .png.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from fresh_process import ROOT, Measured, measure

SEVERITY_SD, DIFFICULTY_SD, MEASURE_SD = 0.5, 0.4, 1.5
THRESHOLDS = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
HEADER = [
    *("engine", "s", "CPU s", "RMSE severity", "sd of z, severity"),
    *("RMSE measure", "sd of z, measure", "MB"),
]


def ratings(rng: np.random.Generator, halo: float) -> dict[str, np.ndarray]:
    """Double ratings; `halo` is the sd of an effect that the criteria of one script and rater
    share."""
    n_scripts, n_raters, n_criteria = 2000, 8, 4
    measure_ = rng.normal(0, MEASURE_SD, n_scripts)
    severity = rng.normal(0, SEVERITY_SD, n_raters)
    severity -= severity.mean()
    difficulty = rng.normal(0, DIFFICULTY_SD, n_criteria)
    difficulty -= difficulty.mean()
    two = np.array([rng.choice(n_raters, 2, replace=False) for _ in range(n_scripts)])
    script = np.repeat(np.arange(n_scripts), 2 * n_criteria)
    rater = np.repeat(two.ravel(), n_criteria)
    criterion = np.tile(np.arange(n_criteria), 2 * n_scripts)
    effect = np.repeat(halo * rng.normal(size=2 * n_scripts), n_criteria)
    location = measure_[script] + effect - severity[rater] - difficulty[criterion]
    kernel = location[:, None] * np.arange(6) - np.append(0, np.cumsum(THRESHOLDS))
    p = np.exp(kernel - kernel.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    score = (rng.random(len(script))[:, None] > p.cumsum(axis=1)).sum(axis=1)
    return {
        "script": script,
        "rater": rater,
        "criterion": criterion,
        "score": score,
        "severity": severity,
        "measure": measure_,
    }


def row(engine: str, found: list[Measured], truths: list[dict[str, np.ndarray]]) -> list[str]:
    def gather(key: str, se: str) -> tuple[str, str]:
        if key not in found[0].estimates:
            return "–", "–"
        errors = [f.estimates[key] - t[key] for f, t in zip(found, truths, strict=True)]
        rmse = f"{np.sqrt(np.mean(np.concatenate(errors) ** 2)):.4f}"
        if se not in found[0].estimates:
            return rmse, "–"
        z = np.concatenate([e / f.estimates[se] for e, f in zip(errors, found, strict=True)])
        # Severities sum to zero: z is taken about 0.
        return rmse, f"{np.sqrt(np.mean(z**2)):.2f}"

    return [
        engine,
        f"{np.median([f.seconds for f in found]):.3f}",
        f"{np.median([f.cpu for f in found]):.3f}",
        *gather("severity", "se"),
        *gather("measure", "measure_se"),
        f"{np.median([f.megabytes for f in found]):.0f}",
    ]


def plot(figures: dict[str, dict[str, float]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(figures), figsize=(9, 2.6), squeeze=False)
    for axis, (title, seconds) in zip(axes[0], figures.items(), strict=True):
        axis.barh(list(seconds), list(seconds.values()), color="#1f5f8b")
        axis.set_xlabel("processor seconds")
        axis.set_title(title, fontsize=9)
        axis.invert_yaxis()
        for position, value in enumerate(seconds.values()):
            axis.text(value, position, f" {value:.3f}", va="center", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", required=True, help="python of the peers' environment")
    parser.add_argument("--ours", default=sys.executable)
    parser.add_argument("--sets", type=int, default=10)
    parser.add_argument("--timeout", type=float, default=300.0)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    text = ["# Many-facet Rasch: 2,000 scripts × 2 of 8 raters × 4 criteria", ""]
    figures: dict[str, dict[str, float]] = {}
    for title, halo in (("no script-by-rater effect", 0.0), ("script-by-rater effect, sd .8", 0.8)):
        rng = np.random.default_rng(20260102)
        truths = [ratings(rng, halo) for _ in range(options.sets)]
        rows, seconds = [], {}
        with tempfile.TemporaryDirectory() as folder:
            for engine in ("ours", "mirt", "raschpy"):
                python = options.ours if engine == "ours" else options.peers
                found: list[Measured] = []
                for number, truth in enumerate(truths):
                    path = Path(folder) / f"{number}.npz"
                    np.savez(path, **truth)
                    one = measure(engine, python, "peers/facet_fit.py", path, 1, options.timeout)
                    if isinstance(one, str):
                        print(engine, one)
                        break
                    found.append(one)
                if len(found) == len(truths):
                    rows.append(row(engine, found, truths))
                    seconds[engine] = float(np.median([f.cpu for f in found]))
                    print(title, rows[-1], flush=True)
        figures[title] = seconds
        text += [f"## {title} ({options.sets} data sets)", ""]
        text += ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
        text += ["| " + " | ".join(r) + " |" for r in rows] + [""]
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "many_facet.md").write_text("\n".join(text), encoding="utf-8")
    plot(figures, options.out / "many_facet.png")
    print("\n".join(text))


if __name__ == "__main__":
    main()
