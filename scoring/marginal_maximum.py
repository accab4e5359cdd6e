"""The maximum of a marginal likelihood: accelerated EM steps, then Newton steps.

EM (Bock & Aitkin 1981) with Anderson's (1965) acceleration comes near the maximum in a few steps;
the observed information, needed for the standard errors anyhow, finishes it and tells how far it
still is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.marginal_likelihood import Evaluated, MarginalLikelihood, Population, Problem

FloatArray = NDArray[np.float64]
Progress = Callable[[int, float], None]

# Largest change of one parameter in one step: keeps the first steps from leaving the region where a
# quadratic says anything. It limits steps, not values.
LONGEST_STEP = 1.5
MEMORY = 6


@dataclass(frozen=True, eq=False)
class Solution:
    """Where the likelihood is highest.

    free : (n_parameters,) the free vector at the end. table : (I, width); covariance : (I, width,
    width) of each item's parameters, NaN where the information is not positive definite; se_mean,
    se_sd : (G,), 0 where not estimated. decrement : g' I⁻¹ g at the end, the squared distance to
        the maximum in standard errors.
    """

    free: FloatArray
    table: FloatArray
    covariance: FloatArray
    population: Population
    se_mean: FloatArray
    se_sd: FloatArray
    log_likelihood: float
    n_parameters: int
    iterations: int
    converged: bool
    decrement: float
    n_nodes: int


def _limited(step: FloatArray) -> FloatArray:
    longest = float(np.abs(step).max(initial=0.0))
    return step if longest <= LONGEST_STEP else step * (LONGEST_STEP / longest)


class _Anderson:
    """Anderson's acceleration of a fixed-point iteration, residuals measured in standard errors."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._free: list[FloatArray] = []
        self._step: list[FloatArray] = []

    def propose(self, free: FloatArray, step: FloatArray, scale: FloatArray) -> FloatArray:
        self._free.append(free)
        self._step.append(step)
        del self._free[: -MEMORY - 1], self._step[: -MEMORY - 1]
        if len(self._free) < 2:
            return free + _limited(step)
        moves = np.diff(np.array(self._free), axis=0).T
        changes = np.diff(np.array(self._step), axis=0).T
        weights, *_ = np.linalg.lstsq(scale[:, None] * changes, scale * step, rcond=1e-8)
        return free + _limited(step - (moves + changes) @ weights)


def maximise(
    problem: Problem,
    *,
    progress: Progress | None = None,
    limit: int = 500,
    tolerance: float = 1e-6,
) -> Solution:
    """The maximum of the marginal likelihood (with priors: of the posterior density).

    Parameters
    ----------
    progress : called after every step with (iteration, marginal log-likelihood).
    limit : E-steps after which no more are begun; the Newton steps at the end are not held back.
    tolerance : g' I⁻¹ g at which the maximum counts as reached: the squared distance to it in
        standard errors.
    """
    engine = MarginalLikelihood(problem)
    state = engine.evaluate(engine.start())
    iterations = 0
    coarse = 0.02
    information = np.zeros((0, 0))
    decrement = np.inf
    converged = False
    while iterations < limit:
        state, used = _climb(engine, state, coarse, limit - iterations, progress, iterations)
        iterations += used
        fine, step = engine.resolution(state)
        if not fine and len(engine.theta) < 2001:
            engine.rebuild(state, step)
            state = engine.evaluate(state.free)
            continue
        information = engine.information(state)
        state, decrement, used = _polish(
            engine, state, information, tolerance, progress, iterations
        )
        iterations += used
        if decrement < tolerance:
            converged = True
            break
        if coarse < 1e-7:
            break
        coarse /= 20.0
    if len(information) == 0:
        information = engine.information(state)
    return _solution(engine, state, information, iterations, converged, decrement)


def _climb(
    engine: MarginalLikelihood,
    state: Evaluated,
    coarse: float,
    limit: int,
    progress: Progress | None,
    done: int,
) -> tuple[Evaluated, int]:
    """Accelerated EM until no step is longer than `coarse` standard errors."""
    anderson = _Anderson()
    used = 0
    step, scale = engine.step(state)
    while used < limit and float(np.abs(step * scale).max(initial=0.0)) > coarse:
        proposal = anderson.propose(state.free, step, scale)
        found = engine.evaluate(proposal) if engine.is_proper(proposal) else None
        used += 1
        if found is None or not found.objective >= state.objective - 1e-9 * abs(state.objective):
            anderson.clear()
            found = _plain_step(engine, state, step)
            used += 1
            if found is None:
                break
        state = found
        if not engine.spans(state):
            # Off the grid the likelihood is no longer the one that the steps climb.
            engine.rebuild(state, float(engine.theta[1] - engine.theta[0]))
            state = engine.evaluate(state.free)
            anderson.clear()
        step, scale = engine.step(state)
        if progress is not None:
            progress(done + used, state.log_likelihood)
    return state, used


def _plain_step(engine: MarginalLikelihood, state: Evaluated, step: FloatArray) -> Evaluated | None:
    """The EM step, halved until it raises the objective; None when nothing does."""
    step = _limited(step)
    for _ in range(30):
        candidate = state.free + step
        if engine.is_proper(candidate):
            found = engine.evaluate(candidate)
            if found.objective >= state.objective - 1e-12 * abs(state.objective):
                return found
        step = step / 2.0
    return None


def _polish(
    engine: MarginalLikelihood,
    state: Evaluated,
    information: FloatArray,
    tolerance: float,
    progress: Progress | None,
    done: int,
) -> tuple[Evaluated, float, int]:
    """Newton steps with one information matrix, for as long as they shrink the decrement fast."""
    try:
        factor = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return state, np.inf, 0
    used = 0
    last = np.inf
    while True:
        half = np.linalg.solve(factor, engine.full_gradient(state))
        decrement = float(half @ half)
        if decrement < tolerance or decrement > 0.5 * last or used >= 10:
            return state, decrement, used
        last = decrement
        proposal = state.free + np.linalg.solve(factor.T, half)
        if not engine.is_proper(proposal):
            return state, decrement, used
        found = engine.evaluate(proposal)
        used += 1
        if not found.objective >= state.objective - 1e-9 * abs(state.objective):
            return state, decrement, used
        state = found
        if progress is not None:
            progress(done + used, state.log_likelihood)


def _solution(
    engine: MarginalLikelihood,
    state: Evaluated,
    information: FloatArray,
    iterations: int,
    converged: bool,
    decrement: float,
) -> Solution:
    n_items, width = state.table.shape
    n_groups = len(state.population.mean)
    covariance = np.full((n_items, width, width), np.nan)
    se_mean, se_sd = np.zeros(n_groups), np.zeros(n_groups)
    try:
        np.linalg.cholesky(information)
        inverse = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        inverse = np.full((engine.n_free, engine.n_free), np.nan)
        converged = False
    padded = np.zeros((engine.n_free + 1, engine.n_free + 1))
    padded[: engine.n_free, : engine.n_free] = inverse
    where = np.where(engine.exists, engine.where, engine.n_free)
    covariance = padded[where[:, :, None], where[:, None, :]]
    variances = np.diag(inverse)
    free_mean, free_sd = state.population.free_mean, state.population.free_sd
    at = engine.n_item
    with np.errstate(invalid="ignore"):
        se_mean[free_mean] = np.sqrt(variances[at : at + engine.n_mean])
        se_sd[free_sd] = np.sqrt(variances[at + engine.n_mean :]) * state.population.sd[free_sd]
    return Solution(
        free=state.free,
        table=state.table,
        covariance=covariance,
        population=state.population,
        se_mean=se_mean,
        se_sd=se_sd,
        log_likelihood=state.log_likelihood,
        n_parameters=engine.n_free,
        iterations=iterations,
        converged=converged,
        decrement=decrement,
        n_nodes=len(engine.theta),
    )
