"""The commands for psychometricians.

Nothing heavy is imported here; a command's own module, with numpy and scipy behind it, is imported
when the command runs, so that the list of commands stays quick.
"""

import importlib
from pathlib import Path
from typing import Any

import click

from testing.measurement.tables import Refusal

FILE = click.Path(path_type=Path)


class Pair(click.ParamType[tuple[float, float]]):
    """Two numbers with a comma between them."""

    name = "number,number"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        try:
            first, second = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"expected two numbers with a comma between them, found {value!r}")
        return first, second


def _run(name: str, options: dict[str, Any]) -> None:
    importlib.import_module(f"testing.measurement.{name}").run(**options)


@click.command()
@click.argument("responses", type=FILE)
@click.option(
    "--model",
    type=click.Choice(["rasch", "2pl", "3pl", "4pl", "pcm", "gpcm", "grm"]),
    help="Model of every item; required without --young.",
)
@click.option("--young", type=FILE, help="BANK whose provisional difficulties the answers update.")
@click.option(
    "--held",
    help="--young: what keeps its parameters, calibrated (default), none, or a file of items.",
)
@click.option("--start", type=FILE, help="--young: GROUPS, where each sitting began.")
@click.option("--out", required=True, type=FILE, help="ITEMS file to write.")
@click.option("--fixed", type=FILE, help="ITEMS that keep their parameters.")
@click.option(
    "--slope",
    type=click.Choice(["common", "one"]),
    help="rasch and pcm: one slope is estimated (default), or is 1 and the ability sd estimated.",
)
@click.option("--prior-a", type=Pair(), help="MEAN,SD of log a.")
@click.option("--prior-b", type=Pair(), help="MEAN,SD of every difficulty or step.")
@click.option("--prior-c", type=Pair(), help="ALPHA,BETA of c in 3pl and 4pl (default 5,17).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def calibrate(**options: Any) -> None:
    """Estimate item parameters from RESPONSES, or update those of a young bank."""
    young = {name: options.pop(name) for name in ("young", "held", "start")}
    if young["young"] is None:
        for name in ("held", "start"):
            if young[name] is not None:
                raise Refusal(f"--{name}: expected only with --young.")
        if options["model"] is None:
            raise Refusal("--model: expected a model, or --young with a bank.")
        _run("calibrate_command", options)
        return
    for name in ("model", "fixed", "slope", "prior_a", "prior_b", "prior_c"):
        if options.pop(name) is not None:
            option = name.replace("_", "-")
            raise Refusal(f"--{option}: expected without --young, whose bank says it.")
    _run("young_command", options | young)


@click.command()
@click.argument("items", type=FILE)
@click.argument("responses", type=FILE)
@click.option("--method", default="eap", type=click.Choice(["eap", "map", "wle", "ml"]))
@click.option("--out", required=True, type=FILE, help="ABILITY file to write.")
@click.option("--prior-mean", default=0.0, show_default=True)
@click.option("--prior-sd", default=1.0, show_default=True)
@click.option(
    "--parameter-uncertainty", is_flag=True, help="Integrate the items' errors out (eap)."
)
@click.option("--standard", type=FILE, help="STANDARD file: adds levels and their probabilities.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def ability(**options: Any) -> None:
    """Estimate the ability of everyone in RESPONSES with the parameters in ITEMS."""
    _run("ability_command", options)


@click.command()
@click.argument("bank", type=FILE)
@click.option("--standard", required=True, type=FILE)
@click.option("--blueprint", type=FILE, help="TOML file; see docs/measurement-commands.md.")
@click.option("--length", type=click.IntRange(min=1), help="Fixed number of single items.")
@click.option("--takers", required=True, type=click.IntRange(min=2))
@click.option("--seed", required=True, type=click.IntRange(min=0))
@click.option("--select", default="mi", type=click.Choice(["mi", "mfi", "kl", "mepv"]))
@click.option("--thetas", type=FILE, help="CSV with a column theta; N(0, 1) unless given.")
@click.option("--draw-parameters", is_flag=True, help="Draw the truth from the bank's doubt.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def simulate(**options: Any) -> None:
    """Simulate adaptive sittings with the tasks in BANK."""
    _run("simulate_command", options)


@click.command()
@click.argument("ratings", type=FILE)
@click.option("--out", required=True, type=FILE, help="Directory for the five files.")
@click.option(
    "--thresholds",
    default="common",
    show_default=True,
    type=click.Choice(["common", "by-criterion"]),
)
@click.option(
    "--rater-by-script",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "none"]),
    help="Integrate script-by-rater effects out when they are significant, or never.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def raters(**options: Any) -> None:
    """Many-facet Rasch measurement of RATINGS, and how far raters agree."""
    _run("raters_command", options)


@click.command()
@click.argument("responses", type=FILE)
@click.argument("groups", type=FILE)
@click.option("--reference", required=True, help="Name of the reference group.")
@click.option("--method", default="mh", show_default=True, type=click.Choice(["mh", "logistic"]))
@click.option("--out", required=True, type=FILE, help="DIF file to write.")
@click.option(
    "--items", type=FILE, help="ITEMS to match with; calibrated from RESPONSES if absent."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def dif(**options: Any) -> None:
    """Look for items that are harder for a group than its ability explains."""
    _run("dif_command", options)


@click.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option(
    "--method",
    required=True,
    type=click.Choice(["mean-sigma", "mean-mean", "haebara", "stocking-lord"]),
)
@click.option("--out", type=FILE, help="ITEMS file to write: NEW on the scale of OLD.")
@click.option("--drift", type=FILE, help="DRIFT file to write: how far each common item moved.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def link(**options: Any) -> None:
    """Put the items of NEW on the scale of OLD by their common items."""
    _run("link_command", options)
