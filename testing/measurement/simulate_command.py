"""`simulate`: what adaptive sittings with a bank would show."""

import time
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from scoring.ability import Prior
from scoring.blueprint import Blueprint, BlueprintInfeasible
from scoring.plan import Settings, plan_part
from scoring.selection import Criterion
from scoring.simulation_report import DrawsRequired, of_fixed_length, of_plan
from testing.measurement.bank_files import (
    Plan,
    marked_provisional,
    read_bank,
    read_blueprint,
    read_thetas,
)
from testing.measurement.item_files import read_standard
from testing.measurement.tables import Refusal, note, print_json, refuse


def run(
    bank: Path,
    standard: Path,
    blueprint: Path | None,
    length: int | None,
    takers: int,
    seed: int,
    select: str,
    thetas: Path | None,
    draw_parameters: bool,
    as_json: bool,
) -> None:
    """The figures of the simulation are printed."""
    if blueprint is not None and length is not None:
        raise Refusal("--length: expected without --blueprint, found both.")
    found = read_bank(bank, singles=length is not None)
    cuts = marked_provisional(read_standard(standard), found)
    criterion = Criterion(select)
    if thetas is None:
        theta = np.random.default_rng([seed, 1]).standard_normal(takers)
    else:
        given = read_thetas(thetas)
        if len(given) != takers:
            note(f"{thetas}: {len(given)} abilities are used in turn for {takers} takers.")
        theta = np.resize(given, takers)
    started = time.perf_counter()
    try:
        if length is not None:
            if length > len(found):
                refuse(bank, f"expected at least {length} items, found {len(found)}", line=2)
            prior = Settings().prior
            figures = of_fixed_length(
                found,
                cuts,
                Prior(prior.mean, prior.sd),
                criterion,
                length,
                theta,
                seed,
                draw_parameters=draw_parameters,
            )
        else:
            plan = Plan(Blueprint(), Settings()) if blueprint is None else read_blueprint(blueprint)
            part = plan_part(
                found,
                cuts,
                plan.blueprint,
                settings=replace(plan.settings, criterion=criterion),
                seed=seed,
            )
            figures = of_plan(part, theta, seed, draw_parameters=draw_parameters)
    except DrawsRequired:
        refuse(
            bank,
            "expected --draw-parameters, because an error above .25 makes the bank provisional",
        )
    except BlueprintInfeasible as problem:
        refuse(blueprint or bank, f"expected a blueprint that the bank can meet: {problem}")
    figures["seconds"] = time.perf_counter() - started
    if as_json:
        print_json({"takers": takers, "seed": seed, "select": select, **figures})
        return
    accuracy, consistency = figures["accuracy"], figures["consistency"]
    click.echo(
        f"{takers} takers, bias {figures['bias']:+.3f}, rmse {figures['rmse']:.3f}, mean length "
        f"{figures['mean_length']:.1f}; accuracy {accuracy['overall']:.3f} (bands "
        f"{accuracy['bands']:.3f}), consistency {consistency['overall']:.3f} (bands "
        f"{consistency['bands']:.3f}); highest exposure {figures['max_exposure']:.2f}"
    )
    if draw_parameters:
        promised = figures["accuracy_point"]
        click.echo(
            f"with the point parameters taken as true: accuracy {promised['overall']:.3f} "
            f"(bands {promised['bands']:.3f})"
        )
