"""The marginal likelihood of item parameters and populations: E-steps, EM steps, information.

Ability is integrated out on one equally spaced grid that all groups share (Bock & Aitkin 1981).
Answers may be missing by design in almost every cell. Parameters are slopes and intercepts and
nothing is held inside bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.answers import Answers, Cells, Indicator, indicator
from scoring.calibration_curves import CurveSet, Priors
from scoring.calibration_information import (
    DEGREES,
    LEFT_OUT,
    exact_second_moments,
    posterior_polynomials,
    score_sums,
)
from scoring.irt import Family

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

OWN_SLOPE = -1
HELD_SLOPE = -2
#: Of the ability grid.
FINEST_STEP = 0.01


@dataclass(frozen=True, eq=False)
class Population:
    """Means and sds (G,) of the ability in each group, and which of them are estimated."""

    mean: FloatArray
    sd: FloatArray
    free_mean: BoolArray
    free_sd: BoolArray


@dataclass(frozen=True, eq=False)
class Problem:
    """One calibration: every item is estimable or held.

    start : (I, width) parameter table; held : (I,) items whose parameters do not move.
    slope_set : (I,) OWN_SLOPE, HELD_SLOPE, or the number of the set that shares one slope.
    group : (persons,) group of each person.
    """

    answers: Answers
    curves: CurveSet
    start: FloatArray
    held: BoolArray
    slope_set: IntArray
    priors: Priors
    group: IntArray
    population: Population


@dataclass(eq=False)
class Evaluated:
    """One E-step: everything that depends on the free vector."""

    free: FloatArray
    table: FloatArray
    population: Population
    log_likelihood: float
    objective: float
    posterior: FloatArray
    expected: FloatArray
    score: FloatArray
    log_p: FloatArray
    gradient: FloatArray
    curvature: FloatArray


class MarginalLikelihood:
    """E-steps and steps of one problem in its free vector: item parameters, then means, then log
    sds."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        curves = problem.curves
        self.cells = Cells.of(curves.n_steps)
        self.cell_mask = self.cells.mask(curves.most_steps)
        self.cell_item = np.repeat(np.arange(len(curves)), curves.n_steps + 1)
        self.indicator: Indicator = indicator(problem.answers, self.cells)
        exists = curves.exists() & ~problem.held[:, None]
        exists[problem.slope_set == HELD_SLOPE, 0] = False
        shared = (problem.slope_set >= 0) & exists[:, 0]
        own = exists.copy()
        own[shared, 0] = False
        self.where = np.full(exists.shape, -1, dtype=np.int64)
        self.where[own] = np.arange(int(own.sum()))
        n_own = int(own.sum())
        sets, number = np.unique(problem.slope_set[shared], return_inverse=True)
        self.where[shared, 0] = n_own + number
        self.shared = shared
        self.n_item = n_own + len(sets)
        self.exists = exists
        population = problem.population
        self.n_mean = int(population.free_mean.sum())
        self.n_sd = int(population.free_sd.sum())
        self.n_free = self.n_item + self.n_mean + self.n_sd
        self.group_size = np.bincount(problem.group, minlength=len(population.mean))
        self.theta = self._grid(population, 0.25)

    def _grid(self, population: Population, step: float) -> FloatArray:
        # An estimated population may move before the grid is rebuilt.
        reach = np.where(population.free_mean | population.free_sd, 6.0, 5.0) * population.sd
        low = float((population.mean - reach).min())
        high = float((population.mean + reach).max())
        count = max(41, int(np.ceil((high - low) / step - 1e-9)) + 1)
        return np.linspace(low, high, count)

    def start(self) -> FloatArray:
        free = np.zeros(self.n_free)
        free[self.where[self.exists]] = self.problem.start[self.exists]
        population = self.problem.population
        free[self.n_item : self.n_item + self.n_mean] = population.mean[population.free_mean]
        free[self.n_item + self.n_mean :] = np.log(population.sd[population.free_sd])
        return free

    def expand(self, free: FloatArray) -> tuple[FloatArray, Population]:
        table = self.problem.start.copy()
        table[self.exists] = free[self.where[self.exists]]
        given = self.problem.population
        mean, sd = given.mean.copy(), given.sd.copy()
        mean[given.free_mean] = free[self.n_item : self.n_item + self.n_mean]
        sd[given.free_sd] = np.exp(free[self.n_item + self.n_mean :])
        return table, Population(mean, sd, given.free_mean, given.free_sd)

    def is_proper(self, free: FloatArray) -> bool:
        if not np.isfinite(free).all():
            return False
        table, population = self.expand(free)
        curves = self.problem.curves
        if not bool(curves.is_proper(table).all() and (population.sd < 50.0).all()):
            return False
        return bool(np.isfinite(self.problem.priors.evaluate(curves, table)[0]))

    def evaluate(self, free: FloatArray) -> Evaluated:
        problem, curves, theta = self.problem, self.problem.curves, self.theta
        table, population = self.expand(free)
        log_p, score = curves.evaluate(table, theta)
        joint = self.indicator.log_likelihood(log_p[self.cell_mask])
        z = (theta[None, :] - population.mean[:, None]) / population.sd[:, None]
        log_w = -0.5 * z**2
        log_w -= np.log(np.exp(log_w).sum(axis=1, keepdims=True))
        if len(log_w) == 1:
            joint += log_w
        else:
            joint += log_w[problem.group]
        peak = joint.max(axis=1, keepdims=True)
        joint -= peak
        np.exp(joint, out=joint)
        total = joint.sum(axis=1, keepdims=True)
        joint /= total
        log_likelihood = float((np.log(total) + peak).sum())
        expected = self.indicator.expected(joint)
        prior, by_prior, prior_curvature = problem.priors.evaluate(curves, table)
        cell_score = score[self.cell_mask]
        gradient = np.empty((len(curves), curves.width))
        by_cell = np.einsum("cq,cqv->cv", expected, cell_score)
        for v in range(curves.width):
            gradient[:, v] = np.bincount(self.cell_item, by_cell[:, v], len(curves))
        curvature = self._complete_curvature(log_p, score, expected)
        return Evaluated(
            free=free,
            table=table,
            population=population,
            log_likelihood=log_likelihood,
            objective=log_likelihood + prior,
            posterior=joint,
            expected=expected,
            score=cell_score,
            log_p=log_p,
            gradient=gradient + by_prior,
            curvature=curvature + prior_curvature,
        )

    def _complete_curvature(
        self, log_p: FloatArray, score: FloatArray, expected: FloatArray
    ) -> FloatArray:
        """(I, width, width) expected complete information Σ_q n_q Σ_k P_k s_k s_k'."""
        n_at = np.empty((len(log_p), expected.shape[1]))
        np.add.reduceat(expected, self.cells.first[:-1], axis=0, out=n_at)
        weight = np.exp(log_p) * n_at[:, None, :]
        width = score.shape[3]
        curvature = np.empty((len(log_p), width, width))
        for v in range(width):
            weighted = weight * score[..., v]
            for w in range(v + 1):
                value = np.einsum("ikq,ikq->i", weighted, score[..., w])
                curvature[:, v, w] = curvature[:, w, v] = value
        return curvature

    def step(self, state: Evaluated) -> tuple[FloatArray, FloatArray]:
        """One EM step (Fisher scoring of the expected complete data) and its scale in standard
        errors."""
        gradient = np.where(self.exists, state.gradient, 0.0)
        both = self.exists[:, :, None] & self.exists[:, None, :]
        curvature = np.where(both, state.curvature, 0.0)
        diagonal = np.einsum("ivv->iv", curvature)
        diagonal += np.where(self.exists, 1e-10, 1.0)
        step = np.zeros(self.n_free)
        scale = np.ones(self.n_free)
        moved = np.zeros_like(gradient)
        alone = ~self.shared
        if alone.any():
            moved[alone] = np.linalg.solve(curvature[alone], gradient[alone][..., None])[..., 0]
        if self.shared.any():
            self._arrow_step(curvature, gradient, moved)
        step[self.where[self.exists]] = moved[self.exists]
        weights = np.bincount(self.where[self.exists], diagonal[self.exists], self.n_item)
        scale[: self.n_item] = np.sqrt(weights)
        self._population_step(state, step, scale)
        return step, scale

    def _arrow_step(self, curvature: FloatArray, gradient: FloatArray, moved: FloatArray) -> None:
        """Items that share a slope: the slope first, by Schur complements, then everything else."""
        rows = np.flatnonzero(self.shared)
        inner = curvature[rows][:, 1:, 1:]
        side = curvature[rows][:, 1:, 0]
        right = np.stack([gradient[rows, 1:], side], axis=2)
        solved = np.linalg.solve(inner, right)
        slope_gradient = gradient[rows, 0] - (side * solved[..., 0]).sum(axis=1)
        slope_curvature = curvature[rows, 0, 0] - (side * solved[..., 1]).sum(axis=1)
        number = self.where[rows, 0]
        top = np.bincount(number, slope_gradient, self.n_item)[number]
        bottom = np.bincount(number, slope_curvature, self.n_item)[number]
        moved[rows, 0] = top / np.maximum(bottom, 1e-10)
        moved[rows, 1:] = solved[..., 0] - moved[rows, :1] * solved[..., 1]

    def _population_step(self, state: Evaluated, step: FloatArray, scale: FloatArray) -> None:
        if self.n_mean + self.n_sd == 0:
            return
        population = state.population
        means, sds = self._group_moments(state)
        at = self.n_item
        free = population.free_mean
        step[at : at + self.n_mean] = (means - population.mean)[free]
        scale[at : at + self.n_mean] = np.sqrt(self.group_size[free]) / population.sd[free]
        at += self.n_mean
        free = population.free_sd
        # The sd that is best with the mean where it is: the mean may be fixed.
        around = np.sqrt(sds**2 + np.where(population.free_mean, 0.0, means - population.mean) ** 2)
        step[at:] = np.log(around / population.sd)[free]
        scale[at:] = np.sqrt(2.0 * self.group_size[free])

    def _group_moments(self, state: Evaluated) -> tuple[FloatArray, FloatArray]:
        mass = np.stack(
            [
                state.posterior[self.problem.group == g].sum(axis=0)
                for g in range(len(self.group_size))
            ]
        )
        mean = mass @ self.theta / self.group_size
        variance = mass @ self.theta**2 / self.group_size - mean**2
        return mean, np.sqrt(variance)

    def full_gradient(self, state: Evaluated) -> FloatArray:
        """(n_free,) gradient of the objective."""
        gradient = np.zeros(self.n_free)
        kept = self.exists
        gradient[: self.n_item] = np.bincount(self.where[kept], state.gradient[kept], self.n_item)
        if self.n_mean + self.n_sd:
            population = state.population
            means, sds = self._group_moments(state)
            off = means - population.mean
            by_mean = self.group_size * off / population.sd**2
            by_sd = self.group_size * ((sds**2 + off**2) / population.sd**2 - 1.0)
            gradient[self.n_item : self.n_item + self.n_mean] = by_mean[population.free_mean]
            gradient[self.n_item + self.n_mean :] = by_sd[population.free_sd]
        return gradient

    def resolution(self, state: Evaluated) -> tuple[bool, float]:
        """Whether the grid spans the population and resolves nearly every posterior; the step it
        needs."""
        mean = state.posterior @ self.theta
        variance = state.posterior @ self.theta**2 - mean**2
        narrow = float(np.sqrt(max(np.quantile(variance, 0.01), 0.0)))
        step = float(self.theta[1] - self.theta[0])
        # A population without spread has posteriors that no grid resolves.
        narrow = max(narrow, FINEST_STEP)
        return self.spans(state) and step <= 1.4 * narrow, min(step, narrow)

    def spans(self, state: Evaluated) -> bool:
        """Whether the grid reaches 4.75 sd on both sides of every group's mean."""
        population = state.population
        return bool(
            (self.theta[0] <= population.mean - 4.75 * population.sd).all()
            and (self.theta[-1] >= population.mean + 4.75 * population.sd).all()
        )

    def rebuild(self, state: Evaluated, step: float) -> None:
        self.theta = self._grid(state.population, step)

    def information(self, state: Evaluated) -> FloatArray:
        """Observed information (n_free, n_free) of the objective."""
        problem, curves = self.problem, self.problem.curves
        answers, width = problem.answers, curves.width
        complete = self._observed_complete(state)
        second = exact_second_moments(state.expected, state.score, self.cell_item, len(curves))
        for degree in DEGREES:
            polynomials = posterior_polynomials(state.posterior, self.theta, degree)
            expansion = self._population_expansion(state, polynomials)
            sums = score_sums(answers, self.cells, state.score, polynomials, expansion)
            missing, within = sums.cross, second - sums.squared_means
            left_out = np.einsum("ivv->iv", within) - np.diag(missing).reshape(len(curves), width)
            total = np.einsum("ivv->iv", complete - within)[self.exists]
            # By Cauchy and Schwarz no correlation between items is off by more than this share.
            if float((left_out[self.exists] / np.abs(total)).max(initial=0.0)) < LEFT_OUT:
                break
        blocks = missing.reshape(len(curves), width, len(curves), width)
        diagonal = np.arange(len(curves))
        information = -blocks
        information[diagonal, :, diagonal, :] = complete - within
        size = len(curves) * width
        flat = information.reshape(size, size)
        where = np.where(self.exists, self.where, self.n_item).ravel()
        reduced = np.zeros((self.n_free + 1, self.n_free + 1))
        folded = np.zeros((self.n_item + 1, size))
        np.add.at(folded, where, flat)
        item_part = np.zeros((self.n_item + 1, self.n_item + 1))
        np.add.at(item_part.T, where, folded.T)
        reduced[: self.n_item, : self.n_item] = item_part[: self.n_item, : self.n_item]
        n_other = self.n_mean + self.n_sd
        if n_other:
            cross = np.zeros((self.n_item + 1, n_other))
            np.add.at(cross, where, sums.others)
            at = slice(self.n_item, self.n_free)
            reduced[: self.n_item, at] = -cross[: self.n_item]
            reduced[at, : self.n_item] = -cross[: self.n_item].T
            own = expansion[:, 1:].reshape(-1, n_other)
            reduced[at, at] = self._population_complete(state) - own.T @ own
        return reduced[: self.n_free, : self.n_free]

    def _observed_complete(self, state: Evaluated) -> FloatArray:
        """(I, width, width) −Σ r ∂² log P, which for partial credit and plain logistic items is
        expected."""
        curves = self.problem.curves
        lower, upper = curves.asymptotes(state.table)
        plain = (lower == 0.0) & (upper == 1.0) & (curves.family == Family.LOGISTIC)
        curved = ~(plain | (curves.family == Family.PARTIAL_CREDIT))
        if not curved.any():
            return state.curvature
        _, _, prior_curvature = self.problem.priors.evaluate(curves, state.table)
        complete = state.curvature.copy()
        width = 1e-5
        for v in range(curves.width):
            up, down = state.table.copy(), state.table.copy()
            up[:, v] += width
            down[:, v] -= width
            after = curves.evaluate(up, self.theta)[1][self.cell_mask]
            before = curves.evaluate(down, self.theta)[1][self.cell_mask]
            slope = np.einsum("cq,cqw->cw", state.expected, after - before) / (2.0 * width)
            for w in range(curves.width):
                value = -np.bincount(self.cell_item, slope[:, w], len(curves))
                complete[curved, v, w] = value[curved]
        complete = 0.5 * (complete + complete.transpose(0, 2, 1))
        complete[curved] += prior_curvature[curved]
        return complete

    def _population_scores(self, population: Population) -> tuple[FloatArray, FloatArray]:
        """(G, Q) derivatives of the log population density by mean and by log sd."""
        z = (self.theta[None, :] - population.mean[:, None]) / population.sd[:, None]
        return z / population.sd[:, None], z**2 - 1.0

    def _population_expansion(self, state: Evaluated, polynomials: FloatArray) -> FloatArray:
        """(persons, kept, free means and sds) expansions; 0 for the parameters of other groups."""
        population, group = state.population, self.problem.group
        by_mean, by_sd = self._population_scores(population)
        out = np.zeros((len(group), polynomials.shape[1], self.n_mean + self.n_sd))
        at = 0
        for table, free in ((by_mean, population.free_mean), (by_sd, population.free_sd)):
            for g in np.flatnonzero(free):
                members = group == g
                out[members, :, at] = polynomials[members] @ table[g]
                at += 1
        return out

    def _population_complete(self, state: Evaluated) -> FloatArray:
        """Complete information of the free means and log sds."""
        population = state.population
        means, sds = self._group_moments(state)
        off = (means - population.mean) / population.sd
        square = (sds / population.sd) ** 2 + off**2
        spot_mean = np.cumsum(population.free_mean) - 1
        spot_sd = self.n_mean + np.cumsum(population.free_sd) - 1
        out = np.zeros((self.n_mean + self.n_sd,) * 2)
        for g, n in enumerate(self.group_size):
            mean_free, sd_free = population.free_mean[g], population.free_sd[g]
            if mean_free:
                out[spot_mean[g], spot_mean[g]] = n / population.sd[g] ** 2
            if sd_free:
                out[spot_sd[g], spot_sd[g]] = 2.0 * n * square[g]
            if mean_free and sd_free:
                both = 2.0 * n * off[g] / population.sd[g]
                out[spot_mean[g], spot_sd[g]] = out[spot_sd[g], spot_mean[g]] = both
        return out


def posterior_means(problem: Problem) -> FloatArray:
    """(persons,) EAP at the problem's starting values."""
    engine = MarginalLikelihood(problem)
    means: FloatArray = engine.evaluate(engine.start()).posterior @ engine.theta
    return means
