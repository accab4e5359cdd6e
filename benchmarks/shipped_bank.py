"""Simulated sittings over the shipped bank and blueprints: a table for the manual.

    python -m benchmarks.shipped_bank [--persons N] [--only fi/reading]

writes benchmarks/results/shipped_bank.json (one entry a language, skill, limit and world, kept as
they come) and shipped_bank.md. Everything is as a sitting has it: the files' blueprint, scale and
settings, and the exposure limit of the mode. Clients are N(−1.2, 1.8²) on the bank's scale.
"Drawn" draws items, tasks and cuts from their doubt; "point" takes the provisional parameters as
the truth, which is what a bank promises that does not count its doubt. "By chance" is what the
most used task at a level would come to if every task kept exactly to its rate and to the limit.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from items.bank_files import BankFiles, load_folder
from items.bank_rows import records_of_files
from items.scale_files import BLUEPRINT_FILE, read_table, scale_of_files, scaled_skills
from scoring.bank import Bank
from scoring.blueprint import Blueprint
from scoring.cefr import band_probabilities
from scoring.exposure import lowest_limits
from scoring.simulation import Sittings, simulate
from scoring.simulation_report import (
    accuracy,
    covered,
    exposure_by_chance,
    exposure_rates,
    violations,
)
from scoring.sitting import PartPlan, Settings, plan_part
from scoring.truth import drawn_worlds, point_world

RESULTS = Path(__file__).resolve().parent / "results"
MEAN, SD = -1.2, 1.8
LIMITS = {"pilot": 0.6, "live": 0.25}
N_WORLDS = 200
SEED = 11
#: Exposure at a level is told where so many sittings ended there.
LEAST_AT_LEVEL = 200
#: What point parameters promise is told from a part of the persons.
POINT_SHARE = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=10_000)
    parser.add_argument("--only", nargs="*", default=[], help="Language/skill, such as fi/reading.")
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / "shipped_bank.json"
    found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    bank = load_folder()
    for language, skill in scaled_skills():
        if options.only and f"{language}/{skill}" not in options.only:
            continue
        plan = plan_of(bank, language, skill)
        for mode, limit in LIMITS.items():
            for world in ("drawn", "point"):
                key = f"{language}/{skill} {mode} {world}"
                n = options.persons // (1 if world == "drawn" else POINT_SHARE)
                found[key] = figures(plan, limit, world, n)
                file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
                print(key, {k: v for k, v in found[key].items() if k != "lowest"}, flush=True)
    text = table(found)
    (RESULTS / "shipped_bank.md").write_text(text, encoding="utf-8")
    print(text)


def plan_of(bank: BankFiles, language: str, skill: str) -> PartPlan:
    """The plan that a sitting of this language and skill gets, before any exposure."""
    scale = scale_of_files(language, skill)
    blueprint = read_table(bank.folder, language, skill, BLUEPRINT_FILE)
    settings = Settings.from_record(
        {"prior_mean": scale.prior_mean, "prior_sd": scale.prior_sd}
        | blueprint.pop("settings", {})
    )
    return plan_part(
        Bank.from_records(records_of_files(bank, language, skill, scale)),
        scale.standard,
        Blueprint.from_table(blueprint),
        settings=settings,
        seed=SEED,
    )


def figures(plan: PartPlan, limit: float, world: str, n: int) -> dict[str, Any]:
    """What `n` sittings under an exposure limit show."""
    rng = np.random.default_rng(SEED)
    worlds = (
        drawn_worlds(plan.bank, plan.standard, rng, N_WORLDS)
        if world == "drawn"
        else point_world(plan.bank, plan.standard)
    )
    theta = np.random.default_rng(SEED + 1).normal(MEAN, SD, n)
    own = simulate(plan, worlds, theta, rng, exposure_limit=limit)
    right = accuracy(plan.standard, own)
    length = float(own.length.mean())
    at_level, by_chance = exposure_at_levels(plan, own, limit)
    return {
        "tasks_in_bank": len(plan.bank),
        "items_in_bank": sum(len(task.items) for task in plan.bank.tasks),
        "persons": n,
        "limit": limit,
        "violations": violations(plan, own),
        "mean_length": length,
        "exposure": float(exposure_rates(own.given, len(plan.bank)).max()),
        "never_used": int((exposure_rates(own.given, len(plan.bank)) == 0).sum()),
        "exposure_at_level": at_level,
        "by_chance_at_level": by_chance,
        "lowest": lowest_limits(
            plan.constraints, plan.tables, plan.standard, max(round(length), 1)
        ),
        "band": right.bands,
        "level": right.overall,
        "within_one": float((np.abs(own.levels.argmax(axis=1) - own.true_level) <= 1).mean()),
        "covered": covered(own),
        "stated": float(
            band_probabilities(plan.standard, own.levels).max(axis=1).mean()
        ),
        "stops": {str(stop): own.stops.count(stop) / n for stop in sorted(set(own.stops))},
    }


def exposure_at_levels(
    plan: PartPlan, own: Sittings, limit: float
) -> tuple[dict[str, float], dict[str, float]]:
    """The most used task's share of the sittings that ended at each level; the same by chance."""
    ended = own.levels.argmax(axis=1)
    rng = np.random.default_rng(SEED)
    used, by_chance = {}, {}
    for number, level in enumerate(plan.standard.levels):
        here = own.given[ended == number]
        if len(here) >= LEAST_AT_LEVEL:
            rates = exposure_rates(here, len(plan.bank))
            used[level] = float(rates.max())
            by_chance[level] = exposure_by_chance(rates, limit, len(here), rng)
    return used, by_chance


def table(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [
        "| language, skill | tasks, items | mode, limit | violations | tasks given "
        "| most used task | most used at a level: worst, by chance | mean of the levels, by chance "
        "| band right | by point parameters | sub-level right | within one | decided |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for key, row in found.items():
        part, mode, world = key.split()
        if world != "drawn":
            continue
        point = found[f"{part} {mode} point"]
        at_level, by_chance = row["exposure_at_level"], row["by_chance_at_level"]
        worst = max(at_level, key=lambda level: at_level[level])
        means = [np.mean(list(shares.values())) for shares in (at_level, by_chance)]
        lines.append(
            f"| {part.replace('/', ' ')} | {row['tasks_in_bank']}, {row['items_in_bank']} "
            f"| {mode}, {row['limit']:g} | {row['violations']} of {row['persons']} "
            f"| {row['mean_length']:.1f} | {row['exposure']:.2f} "
            f"| {at_level[worst]:.2f} ({worst}), {by_chance[worst]:.2f} "
            f"| {means[0]:.2f}, {means[1]:.2f} | {row['band']:.2f} "
            f"| {point['band']:.2f} | {row['level']:.2f} | {row['within_one']:.2f} "
            f"| {row['stops'].get('band_decided', 0):.2f} |"
        )
    lines += ["", "Lowest limit that each level can be held to, with tasks that measure it:"]
    parts = list(dict.fromkeys(key.split()[0] for key in found))
    headed: list[str] = []
    for part in parts:
        lowest = found[f"{part} live drawn"]["lowest"]
        if list(lowest) != headed:
            headed = list(lowest)
            lines += ["", f"| | {' | '.join(headed)} |", "|---|" + "---|" * len(headed)]
        cells = " | ".join(f"{share:.2f}" for share in lowest.values())
        lines.append(f"| {part.replace('/', ' ')} | {cells} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
