"""Level accuracy by number of tasks, on the starter bank: a table and a plot for the manual.

    python benchmarks/level_accuracy.py [--persons N]

writes benchmarks/results/level_accuracy.md and docs/figures/level-accuracy.png. Clients are
N(−1.2, 1.8²) on the bank's scale. "Provisional" draws items, tasks and cuts from their doubt, as a
young bank deserves; "calibrated" takes the same bank as if all of it were known.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from items.bank_files import load_folder
from items.bank_rows import records_of_files
from items.scale_files import scale_of_files
from scoring.bank import Bank
from scoring.blueprint import Blueprint
from scoring.cefr import Scale, Standard, band_probabilities
from scoring.selection import Criterion
from scoring.simulation import Sittings, simulate
from scoring.simulation_report import accuracy, covered, exposure_rates
from scoring.sitting import Settings, StopReason, plan_part
from scoring.stopping import StoppingRule
from scoring.truth import drawn_worlds, point_world

ROOT = Path(__file__).resolve().parent.parent
LENGTHS = (2, 4, 6, 8, 10, 12, 16, 20)
MEAN, SD = -1.2, 1.8
EXPOSURE_LIMIT = 0.5
CONDITIONS = (
    ("calibrated", Criterion.MI, None),
    ("calibrated, maximum information", Criterion.MFI, None),
    (f"calibrated, exposure at most {EXPOSURE_LIMIT:g}", Criterion.MI, EXPOSURE_LIMIT),
    ("provisional", Criterion.MI, None),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=2000)
    options = parser.parse_args()
    scale = scale_of_files("fi", "reading")
    bank = Bank.from_records(records_of_files(load_folder(), "fi", "reading", scale))
    rows = []
    for name, criterion, limit in CONDITIONS:
        for length in LENGTHS:
            rows.append(fixed(name, bank, scale, criterion, limit, length, options.persons))
            print(rows[-1], flush=True)
    stopping = [
        stopped(name, bank, scale, options.persons) for name in ("calibrated", "provisional")
    ]
    write(rows, stopping)


def known(bank: Bank, standard: Standard) -> tuple[Bank, Standard]:
    """The same bank and cuts without any doubt."""
    tasks = tuple(
        replace(
            task,
            se_task=0.0,
            items=tuple(replace(item, se_a=0.0, se_b=0.0) for item in task.items),
        )
        for task in bank.tasks
    )
    return Bank(tasks), Standard.from_errors(standard.levels, standard.cuts, provisional=False)


def sittings(
    name: str,
    bank: Bank,
    scale: Scale,
    blueprint: Blueprint,
    settings: Settings,
    limit: float | None,
    n: int,
) -> tuple[Standard, int, Sittings]:
    standard = scale.standard
    rng = np.random.default_rng(5)
    if name.startswith("calibrated"):
        bank, standard = known(bank, standard)
        worlds = point_world(bank, standard)
    else:
        worlds = drawn_worlds(bank, standard, rng, 200)
    plan = plan_part(bank, standard, blueprint, settings=settings, seed=2)
    theta = np.random.default_rng(7).normal(MEAN, SD, n)
    found = simulate(plan, worlds, theta, rng, exposure_limit=limit)
    return standard, len(bank), found


def fixed(
    name: str,
    bank: Bank,
    scale: Scale,
    criterion: Criterion,
    limit: float | None,
    length: int,
    n: int,
) -> dict[str, Any]:
    """Accuracy when everybody gets `length` tasks."""
    settings = Settings(
        prior_mean=scale.prior_mean,
        prior_sd=scale.prior_sd,
        criterion=criterion,
        stopping=StoppingRule(0.999, least_gain=0.0, floor_tasks=0),
    )
    blueprint = Blueprint(min_tasks=length, max_tasks=length)
    standard, n_tasks, found = sittings(name, bank, scale, blueprint, settings, limit, n)
    own = accuracy(standard, found)
    true = found.true_level
    within = np.abs(found.levels.argmax(axis=1) - true) <= 1
    bands = band_probabilities(standard, found.levels).max(axis=1)
    return {
        "name": name,
        "tasks": length,
        "level": own.overall,
        "within": float(within.mean()),
        "band": own.bands,
        "decided": float((bands >= 0.8).mean()),
        "stated": float(found.levels.max(axis=1).mean()),
        "coverage": covered(found),
        "exposure": float(exposure_rates(found.given[n // 3 :], n_tasks).max()),
    }


def stopped(name: str, bank: Bank, scale: Scale, n: int) -> dict[str, Any]:
    """How many tasks the band takes when the part may stop at .8, of at most twenty."""
    settings = Settings(prior_mean=scale.prior_mean, prior_sd=scale.prior_sd)
    blueprint = Blueprint(min_tasks=4, max_tasks=20)
    standard, _, found = sittings(name, bank, scale, blueprint, settings, None, n)
    return {
        "name": name,
        "mean": float(found.length.mean()),
        "quartiles": np.quantile(found.length, [0.25, 0.5, 0.75]).tolist(),
        "decided": found.stops.count(StopReason.BAND_DECIDED) / n,
        "band": accuracy(standard, found).bands,
    }


def write(rows: list[dict[str, Any]], stopping: list[dict[str, Any]]) -> None:
    """The table and the plot."""
    lines = [
        "| bank, selection | tasks | sub-level | stated | within one | band | P(band) ≥ .8 "
        "| coverage of 95 % | most used task |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        figures = ("level", "stated", "within", "band", "decided", "coverage", "exposure")
        cells = " | ".join(f"{row[key]:.2f}" for key in figures)
        lines.append(f"| {row['name']} | {row['tasks']} | {cells} |")
    lines += ["", "Tasks until a band reaches .8 (at least four, at most twenty):", ""]
    for row in stopping:
        quartiles = ", ".join(f"{x:.0f}" for x in row["quartiles"])
        lines.append(
            f"* {row['name']}: mean {row['mean']:.1f}, quartiles {quartiles}; decided for "
            f"{row['decided']:.0%}; band right {row['band']:.2f}"
        )
    folder = ROOT / "benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    (folder / "level_accuracy.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    styles = (("#1f4e8c", "-"), ("#1f4e8c", ":"), ("#3f8f5f", "--"), ("#b5651d", "-"))
    for axes, key, title in zip(
        panels, ("band", "level"), ("Decision band right", "Sub-level right"), strict=True
    ):
        for (name, _, _), (colour, line) in zip(CONDITIONS, styles, strict=True):
            own = [row for row in rows if row["name"] == name]
            axes.plot(
                [row["tasks"] for row in own],
                [row[key] for row in own],
                line,
                color=colour,
                label=name,
            )
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("tasks given")
        axes.set_xticks(range(2, 21, 2))
        axes.set_ylim(0, 1)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("share of persons")
    panels[1].legend(fontsize=8, frameon=False, loc="upper left")
    figure.tight_layout()
    out = ROOT / "docs" / "figures"
    out.mkdir(exist_ok=True)
    figure.savefig(out / "level-accuracy.png", dpi=150)


if __name__ == "__main__":
    main()
