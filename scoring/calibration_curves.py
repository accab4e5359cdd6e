"""Response curves in slope–intercept form, with the scores that calibration needs.

`scoring.irt` describes items by slope and difficulty; a difficulty −intercept/slope does not exist
where a slope passes 0, so estimation works with slopes and intercepts, which have no bound and no
hole:

logistic  P(1) = c + (d − c) σ(aθ + i)                c, d estimated on the logit scale when free
partial   P(k) ∝ exp(k a θ + i_k), i_0 = 0            step_k = −(i_k − i_{k−1}) / a
graded    P(score ≥ k) = σ(aθ + i_k), i decreasing    step_k = −i_k / a

Every item has the same columns: slope, intercepts 1 … M, logit c, logit d. Columns that an item
does not have, or that are not estimated, have score 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit

from scoring.irt import Family

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CurveSet:
    """The forms of I items and which of their parameters are estimated.

    family : (I,) Family; n_steps : (I,) highest score.
    free_c, free_d : (I,) whether the asymptotes are estimated; lower, upper : (I,) their values if
        not.
    """

    family: IntArray
    n_steps: IntArray
    free_c: BoolArray
    free_d: BoolArray
    lower: FloatArray
    upper: FloatArray

    def __len__(self) -> int:
        return len(self.family)

    @property
    def most_steps(self) -> int:
        return int(self.n_steps.max())

    @property
    def has_asymptotes(self) -> bool:
        """Whether any asymptote is estimated; if none is, the columns for them are left out."""
        return bool(self.free_c.any() or self.free_d.any())

    @property
    def width(self) -> int:
        """Columns of the parameter table."""
        return 1 + self.most_steps + (2 if self.has_asymptotes else 0)

    def exists(self) -> BoolArray:
        """(I, width) which cells of the parameter table are parameters of the item."""
        table = np.zeros((len(self), self.width), dtype=bool)
        table[:, 0] = True
        table[:, 1 : 1 + self.most_steps] = np.arange(self.most_steps) < self.n_steps[:, None]
        if self.has_asymptotes:
            table[:, -2] = self.free_c
            table[:, -1] = self.free_d
        return table

    def asymptotes(self, table: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(I,) lower and (I,) upper asymptotes that belong to a parameter table."""
        if not self.has_asymptotes:
            return self.lower, self.upper
        return (
            np.where(self.free_c, expit(table[:, -2]), self.lower),
            np.where(self.free_d, expit(table[:, -1]), self.upper),
        )

    def steps(self, table: FloatArray) -> FloatArray:
        """(I, M) difficulties or steps in logits; NaN beyond an item's last."""
        intercepts = table[:, 1 : 1 + self.most_steps].copy()
        partial = self.family == Family.PARTIAL_CREDIT
        intercepts[partial, 1:] -= table[partial, 1 : self.most_steps]
        with np.errstate(divide="ignore", invalid="ignore"):
            steps: FloatArray = -intercepts / table[:, :1]
        steps[np.arange(self.most_steps) >= self.n_steps[:, None]] = np.nan
        return steps

    def table(self, a: FloatArray, steps: FloatArray, c: FloatArray, d: FloatArray) -> FloatArray:
        """The parameter table of items given by slopes (I,), steps (I, ≥ M) and asymptotes (I,)."""
        table = np.zeros((len(self), self.width))
        table[:, 0] = a
        own = np.nan_to_num(steps[:, : self.most_steps])
        intercepts = -a[:, None] * own
        partial = self.family == Family.PARTIAL_CREDIT
        intercepts[partial] = np.cumsum(intercepts[partial], axis=1)
        intercepts[np.arange(self.most_steps) >= self.n_steps[:, None]] = 0.0
        table[:, 1 : 1 + self.most_steps] = intercepts
        if self.has_asymptotes:
            table[self.free_c, -2] = logit(c[self.free_c])
            table[self.free_d, -1] = logit(d[self.free_d])
        return table

    def is_proper(self, table: FloatArray) -> BoolArray:
        """(I,) whether every category of the item has a positive probability everywhere."""
        proper = np.isfinite(table).all(axis=1)
        graded = self.family == Family.GRADED
        if graded.any():
            gaps = np.diff(table[:, 1 : 1 + self.most_steps], axis=1)
            inside = np.arange(1, self.most_steps) < self.n_steps[:, None]
            proper &= ~graded | (~inside | (gaps < 0.0)).all(axis=1)
        lower, upper = self.asymptotes(table)
        return proper & (lower < upper)

    def evaluate(self, table: FloatArray, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """log P (I, K, Q) and its derivatives by the parameters (I, K, Q, width).

        A category that an item does not have holds log P = −1e300, so that an expected count of 0
        times it stays 0, and score 0.
        """
        shape = (len(self), self.most_steps + 1, len(theta))
        log_p = np.full(shape, -1e300)
        score = np.zeros((*shape, self.width))
        for family, compute in (
            (Family.LOGISTIC, self._logistic),
            (Family.PARTIAL_CREDIT, self._partial),
            (Family.GRADED, self._graded),
        ):
            for count in np.unique(self.n_steps[self.family == family]):
                rows = np.flatnonzero((self.family == family) & (self.n_steps == count))
                part_p, part_score = compute(rows, table[rows], theta, int(count))
                log_p[rows, : count + 1] = part_p
                score[rows, : count + 1] = part_score
        return log_p, score

    def log_probabilities(self, table: FloatArray, theta: FloatArray) -> FloatArray:
        """log P (I, K, Q) alone."""
        return self.evaluate(table, theta)[0]

    def _logistic(
        self, rows: IntArray, table: FloatArray, theta: FloatArray, count: int
    ) -> tuple[FloatArray, FloatArray]:
        z = table[:, :1] * theta + table[:, 1:2]
        score = np.zeros((len(rows), 2, len(theta), self.width))
        lower, upper = self.lower[rows], self.upper[rows]
        free = self.free_c[rows] | self.free_d[rows]
        if not free.any() and not lower.any() and (upper == 1.0).all():
            log_p = np.stack([log_expit(-z), log_expit(z)], axis=1)
            right = expit(z)
            score[:, 0, :, 1] = -right
            score[:, 1, :, 1] = 1.0 - right
            score[..., 0] = score[..., 1] * theta
            return log_p, score
        if self.has_asymptotes:
            lower = np.where(self.free_c[rows], expit(table[:, -2]), lower)
            upper = np.where(self.free_d[rows], expit(table[:, -1]), upper)
        spread = (upper - lower)[:, None]
        right, wrong = expit(z), expit(-z)
        p1 = lower[:, None] + spread * right
        p0 = (1.0 - upper)[:, None] + spread * wrong
        tiny = np.finfo(float).tiny
        log_p = np.log(np.maximum(np.stack([p0, p1], axis=1), tiny))
        by_z = spread * right * wrong
        over = np.stack([-1.0 / np.maximum(p0, tiny), 1.0 / np.maximum(p1, tiny)], axis=1)
        score[..., 1] = over * by_z[:, None, :]
        score[..., 0] = score[..., 1] * theta
        if self.has_asymptotes:
            by_c = (self.free_c[rows] * lower * (1.0 - lower))[:, None] * wrong
            by_d = (self.free_d[rows] * upper * (1.0 - upper))[:, None] * right
            score[..., -2] = over * by_c[:, None, :]
            score[..., -1] = over * by_d[:, None, :]
        return log_p, score

    def _partial(
        self, rows: IntArray, table: FloatArray, theta: FloatArray, count: int
    ) -> tuple[FloatArray, FloatArray]:
        steps = np.arange(count + 1)
        exponent = steps[None, :, None] * (table[:, 0, None, None] * theta)
        exponent[:, 1:] += table[:, 1 : count + 1, None]
        exponent -= exponent.max(axis=1, keepdims=True)
        log_p = exponent - np.log(np.exp(exponent).sum(axis=1, keepdims=True))
        p = np.exp(log_p)
        mean = np.einsum("k,ikq->iq", steps, p)
        score = np.zeros((len(rows), count + 1, len(theta), self.width))
        score[..., 0] = (steps[None, :, None] - mean[:, None, :]) * theta
        score[..., 1 : count + 1] = -p[:, 1:].transpose(0, 2, 1)[:, None, :, :]
        for k in range(1, count + 1):
            score[:, k, :, k] += 1.0
        return log_p, score

    def _graded(
        self, rows: IntArray, table: FloatArray, theta: FloatArray, count: int
    ) -> tuple[FloatArray, FloatArray]:
        z = table[:, 0, None, None] * theta + table[:, 1 : count + 1, None]
        # log(σ(x) − σ(y)) = log σ(x) + log σ(−y) + log(1 − exp(y − x)) never cancels.
        log_upper = np.zeros((len(rows), count + 1, len(theta)))
        log_upper[:, 1:] = log_expit(z)
        log_lower = np.zeros_like(log_upper)
        log_lower[:, :-1] = log_expit(-z)
        gap = np.zeros_like(log_upper)
        if count > 1:
            gap[:, 1:-1] = np.log(-np.expm1(z[:, 1:] - z[:, :-1]))
        log_p = log_upper + log_lower + gap
        # As logarithms: far away a density and a probability are both 0, and their ratio is not.
        log_density = log_expit(z) + log_expit(-z)
        score = np.zeros((len(rows), count + 1, len(theta), self.width))
        for k in range(1, count + 1):
            score[:, k, :, k] = np.exp(log_density[:, k - 1] - log_p[:, k])
            score[:, k - 1, :, k] -= np.exp(log_density[:, k - 1] - log_p[:, k - 1])
        score[..., 0] = score[..., 1 : count + 1].sum(axis=-1) * theta
        return log_p, score


@dataclass(frozen=True, eq=False)
class Priors:
    """Priors on item parameters; a NaN sd or shape means none.

    slope_mean, slope_sd : (I,) of log a. step_mean, step_sd : (I, M) of each difficulty or step.
    c_alpha, c_beta, d_alpha, d_beta : (I,) shapes of the beta densities of the asymptotes.
    slope_weight : (I,) 1, or 1/m for the m items that share one slope, so that its prior counts
        once.
    slope_pull : (I,) how many times log a is taken off the log density. A density of difficulties
        is one of intercepts times a for each difficulty; with the intercepts found by answers the
        mode over all difficulties together would otherwise lie at too large a slope.
    """

    slope_mean: FloatArray
    slope_sd: FloatArray
    slope_weight: FloatArray
    step_mean: FloatArray
    step_sd: FloatArray
    c_alpha: FloatArray
    c_beta: FloatArray
    d_alpha: FloatArray
    d_beta: FloatArray
    slope_pull: FloatArray

    def evaluate(self, curves: CurveSet, table: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Log density up to a constant, gradient (I, width) and curvature (I, width, width).

        The curvature of the normal terms is that of Gauss and Newton, hence never negative; the
        pull on slopes has none.
        """
        n_items, width = table.shape
        total = 0.0
        gradient = np.zeros((n_items, width))
        curvature = np.zeros((n_items, width, width))
        a = table[:, 0]
        rows = np.flatnonzero(np.isfinite(self.slope_sd))
        if len(rows):
            if (a[rows] <= 0).any():
                return -np.inf, gradient, curvature
            scaled = (np.log(a[rows]) - self.slope_mean[rows]) / self.slope_sd[rows]
            weight = self.slope_weight[rows]
            total -= 0.5 * float((weight * scaled**2).sum())
            per = 1.0 / (self.slope_sd[rows] * a[rows])
            gradient[rows, 0] -= weight * scaled * per
            curvature[rows, 0, 0] += weight * per**2
        rows = np.flatnonzero(self.slope_pull)
        if len(rows):
            if (a[rows] <= 0).any():
                return -np.inf, gradient, curvature
            total -= float((self.slope_pull[rows] * np.log(a[rows])).sum())
            gradient[rows, 0] -= self.slope_pull[rows] / a[rows]
        if np.isfinite(self.step_sd).any():
            total += self._difficulties(curves, table, gradient, curvature)
        if curves.has_asymptotes:
            for column, free, alpha, beta in (
                (-2, curves.free_c, self.c_alpha, self.c_beta),
                (-1, curves.free_d, self.d_alpha, self.d_beta),
            ):
                rows = np.flatnonzero(free & np.isfinite(alpha))
                value = table[rows, column]
                more, less = alpha[rows] - 1.0, beta[rows] - 1.0
                total += float((more * log_expit(value) + less * log_expit(-value)).sum())
                gradient[rows, column] += more - (more + less) * expit(value)
                curvature[rows, column, column] += (more + less) * expit(value) * expit(-value)
        return total, gradient, curvature

    def _difficulties(
        self, curves: CurveSet, table: FloatArray, gradient: FloatArray, curvature: FloatArray
    ) -> float:
        steps = curves.steps(table)
        total = 0.0
        for step in range(curves.most_steps):
            rows = np.flatnonzero(np.isfinite(self.step_sd[:, step]) & (step < curves.n_steps))
            if not len(rows):
                continue
            a, sd = table[rows, 0], self.step_sd[rows, step]
            scaled = (steps[rows, step] - self.step_mean[rows, step]) / sd
            total -= 0.5 * float((scaled**2).sum())
            slope = np.zeros((len(rows), table.shape[1]))
            slope[:, 0] = -steps[rows, step] / a
            slope[:, 1 + step] = -1.0 / a
            if step > 0:
                partial = curves.family[rows] == Family.PARTIAL_CREDIT
                slope[partial, step] = 1.0 / a[partial]
            slope /= sd[:, None]
            gradient[rows] -= scaled[:, None] * slope
            curvature[rows] += slope[:, :, None] * slope[:, None, :]
        return total


def no_priors(n_items: int, most_steps: int) -> Priors:
    """Priors that say nothing."""
    nothing = np.full(n_items, np.nan)
    table = np.full((n_items, most_steps), np.nan)
    return Priors(
        nothing,
        nothing,
        np.ones(n_items),
        table,
        table,
        nothing,
        nothing,
        nothing,
        nothing,
        np.zeros(n_items),
    )
