"""What a simulation shows, as the plain values that `simulate --json` prints."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scoring import blueprint as blueprints
from scoring import cefr
from scoring.ability import Prior
from scoring.accuracy import Agreement, agreement
from scoring.bank import Bank
from scoring.cefr import Standard
from scoring.irt import FloatArray, IntArray
from scoring.plan import PartPlan
from scoring.selection import Criterion
from scoring.simulation import Sittings, simulate, simulate_items
from scoring.stopping import StopReason
from scoring.truth import Worlds, drawn_worlds, point_world

COVERAGE_AT = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
LENGTH_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
DRAWN_WORLDS = 100
CHANCE_DRAWS = 1000

#: Sittings of persons with these abilities, in these worlds.
Sit = Callable[[Worlds, FloatArray, np.random.Generator], Sittings]


class DrawsRequired(ValueError):
    """Point parameters alone would flatter a provisional bank; `draw_parameters` is required."""


def of_plan(
    plan: PartPlan, theta: FloatArray, seed: int, *, draw_parameters: bool, replications: int = 500
) -> dict[str, Any]:
    """All figures of sittings under a plan by persons of true ability `theta` (N,).

    `replications` is the number of persons at each fixed θ of `coverage`.

    Raises
    ------
    DrawsRequired
        When the standard is provisional and parameters are not to be drawn.
    """

    def sit(worlds: Worlds, theta: FloatArray, rng: np.random.Generator) -> Sittings:
        return simulate(plan, worlds, theta, rng)

    return _run(
        plan.bank, plan.standard, sit, theta, seed, draw_parameters, replications, plan=plan
    )


def of_fixed_length(
    bank: Bank,
    standard: Standard,
    prior: Prior,
    criterion: Criterion,
    length: int,
    theta: FloatArray,
    seed: int,
    *,
    draw_parameters: bool,
    replications: int = 500,
) -> dict[str, Any]:
    """The same for a fixed number of single items, without constraints or exposure control."""

    def sit(worlds: Worlds, theta: FloatArray, rng: np.random.Generator) -> Sittings:
        return simulate_items(worlds, prior, criterion, length, theta, rng)

    return _run(bank, standard, sit, theta, seed, draw_parameters, replications, plan=None)


def _run(
    bank: Bank,
    standard: Standard,
    sit: Sit,
    theta: FloatArray,
    seed: int,
    draw_parameters: bool,
    replications: int,
    *,
    plan: PartPlan | None,
) -> dict[str, Any]:
    """Keys: `bias` (estimate − truth), `rmse`, `mean_length` and `length_quantiles` (tasks),
    `accuracy` and `consistency` ({overall, bands, boundaries}), `coverage` of 95 % intervals by
    fixed θ, `max_exposure`, `never_used`, `blueprint_violations`, `stops`; with drawn parameters
    also `accuracy_point`, the accuracy that point parameters would have promised.
    """
    if standard.provisional and not draw_parameters:
        raise DrawsRequired("the standard is provisional: draw the parameters")
    rng = np.random.default_rng(seed)
    point = point_world(bank, standard)
    worlds = point
    if draw_parameters:
        worlds = drawn_worlds(bank, standard, rng, min(DRAWN_WORLDS, theta.size))
    first, second = sit(worlds, theta, rng), sit(worlds, theta, rng)
    error = first.theta - first.true_theta
    shares = np.quantile(first.length, LENGTH_SHARES)
    rates = exposure_rates(first.given, len(bank))
    out = {
        "bias": float(error.mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "mean_length": float(first.length.mean()),
        "length_quantiles": {
            str(share): float(x) for share, x in zip(LENGTH_SHARES, shares, strict=True)
        },
        "accuracy": accuracy(standard, first).to_record(),
        "consistency": consistency(standard, first, second).to_record(),
        "coverage": {
            f"{at:g}": share for at, share in _coverage(sit, worlds, rng, replications).items()
        },
        "max_exposure": float(rates.max()),
        "never_used": int((rates == 0).sum()),
        "blueprint_violations": 0 if plan is None else sum(
            violations(plan, own) for own in (first, second)
        ),
        "stops": {reason.value: first.stops.count(reason) for reason in StopReason},
    }
    if draw_parameters:
        out["accuracy_point"] = accuracy(standard, sit(point, theta, rng)).to_record()
    return out


def accuracy(standard: Standard, sittings: Sittings) -> Agreement:
    """The likeliest level and band against the true ones."""
    said, band = _classes(standard, sittings)
    true = sittings.true_level
    return agreement(standard, said, true, band, np.array(standard.band_index)[true])


def consistency(standard: Standard, first: Sittings, second: Sittings) -> Agreement:
    """Agreement of two independent sittings of the same persons."""
    one, one_band = _classes(standard, first)
    two, two_band = _classes(standard, second)
    return agreement(standard, one, two, one_band, two_band)


def exposure_rates(given: IntArray, n_tasks: int) -> FloatArray:
    """Share of sittings in which each task was given, (T,)."""
    return np.asarray(np.bincount(given[given >= 0], minlength=n_tasks) / given.shape[0])


def exposure_by_chance(
    rates: FloatArray, limit: float, n: int, rng: np.random.Generator
) -> float:
    """What the most used task's share of `n` sittings comes to under perfect control.

    The largest of many observed shares lies above its own expectation. Here every task goes to a
    sitting by chance with its own rate, (T,), cut off at the limit, independently of the others;
    the mean of the largest share over `CHANCE_DRAWS` such runs is returned.
    """
    drawn = rng.binomial(n, np.minimum(rates, limit), (CHANCE_DRAWS, rates.size))
    return float(drawn.max(axis=1).mean() / n)


def violations(plan: PartPlan, sittings: Sittings) -> int:
    """Sittings that break the blueprint; those that stopped at the floor need not meet minima."""
    if plan.blueprint.stages:
        return 0
    return sum(
        bool(
            blueprints.violations(
                plan.constraints, own[own >= 0].tolist(), stopped=stop is not StopReason.FLOOR
            )
        )
        for own, stop in zip(sittings.given, sittings.stops, strict=True)
    )


def covered(sittings: Sittings) -> float:
    """Share of 95 % posterior intervals (shared error included) that hold the true θ."""
    inside = (sittings.low <= sittings.true_theta) & (sittings.true_theta <= sittings.high)
    return float(inside.mean())


def _coverage(
    sit: Sit,
    worlds: Worlds,
    rng: np.random.Generator,
    replications: int,
    at: Sequence[float] = COVERAGE_AT,
) -> dict[float, float]:
    return {x: covered(sit(worlds, np.full(replications, x), rng)) for x in at}


def _classes(standard: Standard, sittings: Sittings) -> tuple[IntArray, IntArray]:
    bands = cefr.band_probabilities(standard, sittings.levels)
    return sittings.levels.argmax(axis=1), bands.argmax(axis=1)
