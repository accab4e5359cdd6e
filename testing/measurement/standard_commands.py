"""`standard`: cut scores from people's judgements, a command for each method.

Nothing heavy is imported here, as in `commands`.
"""

import importlib
from collections.abc import Callable
from typing import Any

import click

from testing.measurement.commands import FILE

OUT = click.option("--out", required=True, type=FILE, help="STANDARD file to write.")
LEVELS = click.option(
    "--levels", help="Rising levels of a scale of its own, with commas; else the national list."
)
JSON = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object: everything the cuts were made from."
)
PROBABILITY = click.option(
    "--response-probability",
    "probability",
    default=2 / 3,
    type=float,
    help="Of solving an item, guessing taken out, where the item has its place (default 2/3).",
)


def _run(module: str, name: str, options: dict[str, Any]) -> None:
    run: Callable[..., None] = getattr(
        importlib.import_module(f"testing.measurement.{module}"), f"run_{name}"
    )
    run(**options)


@click.group()
def standard() -> None:
    """Set cut scores from a PANEL's judgements, with their standard errors."""


@standard.command()
@click.argument("panel", type=FILE)
@click.argument("items", type=FILE)
@OUT
@LEVELS
@JSON
def angoff(**options: Any) -> None:
    """Judges say what a borderline person scores on each item."""
    _run("standard_judges", "angoff", options)


@standard.command()
@click.argument("items", type=FILE)
@click.option("--out", required=True, type=FILE, help="BOOKLET file to write.")
@PROBABILITY
def booklet(**options: Any) -> None:
    """Order ITEMS for a bookmark panel."""
    _run("standard_judges", "booklet", options)


@standard.command()
@click.argument("panel", type=FILE)
@click.argument("items", type=FILE)
@OUT
@PROBABILITY
@LEVELS
@JSON
def bookmark(**options: Any) -> None:
    """Judges mark the first item that a borderline person need not master."""
    _run("standard_judges", "bookmark", options)


@standard.command()
@click.argument("panel", type=FILE)
@click.argument("ability", type=FILE)
@OUT
@LEVELS
@JSON
def borderline(**options: Any) -> None:
    """People whom somebody who knows them puts just where a level begins."""
    _run("standard_people", "borderline", options)


@standard.command()
@click.argument("panel", type=FILE)
@click.argument("ability", type=FILE)
@OUT
@LEVELS
@JSON
def contrasting(**options: Any) -> None:
    """People whom somebody who knows them has sorted into levels."""
    _run("standard_people", "contrasting", options)


@standard.command()
@click.argument("panel", type=FILE)
@click.argument("ability", type=FILE)
@click.option("--earlier", required=True, type=FILE, help="STANDARD to start from.")
@OUT
@JSON
def blind(**options: Any) -> None:
    """Levels that assessors gave before they saw a proposal."""
    _run("standard_people", "blind", options)
