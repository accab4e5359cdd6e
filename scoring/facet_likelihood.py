"""The marginal likelihood of the many-facet Rasch model, its gradient and its observed information.

log P(k) / P(k−1) = measure − severity − difficulty − threshold_k   (Linacre 1994)

with measures normal in the population of scripts, and optionally a normal effect of every
script-by-rater pair that all criteria of that pair share. Both are integrated out on one equally
spaced grid. A pair's effect is a convolution on that grid with the discrete analogue of the normal
distribution, exp(−t) I_n(t) (Lindeberg 1990), whose variance is exactly t steps² however small t
is.

Nothing of size script × rater × criterion is built: the ratings are sparse counts, and scripts
judged by the same raters on the same criteria share one design.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def sum_to_zero(size: int) -> FloatArray:
    """(size, size − 1) basis: the last element is minus the sum of the others."""
    return np.vstack([np.eye(size - 1), -np.ones((1, size - 1))])


@dataclass(frozen=True)
class FacetDesign:
    """Where every rating stands, and which free parameters move it.

    script, rater, criterion : (n,) indices. step : (n,) score minus the lowest category of its
        threshold set.
    set_of_criterion : (n_criteria,) threshold set; n_steps : (n_sets,) thresholds in each set.
    """

    script: IntArray
    rater: IntArray
    criterion: IntArray
    step: IntArray
    n_scripts: int
    n_raters: int
    n_criteria: int
    set_of_criterion: IntArray
    n_steps: IntArray

    @property
    def width(self) -> int:
        """Categories of the widest threshold set."""
        return int(self.n_steps.max()) + 1

    @property
    def n_location(self) -> int:
        return self.n_raters - 1 + self.n_criteria - 1

    @property
    def n_free(self) -> int:
        """Severities, difficulties, thresholds, mean, log sd."""
        return self.n_location + int((self.n_steps - 1).sum()) + 2


@dataclass(frozen=True)
class FacetParameters:
    """Severities, difficulties, thresholds (one array a set), population mean and sd, pair sd."""

    severity: FloatArray
    difficulty: FloatArray
    thresholds: tuple[FloatArray, ...]
    mean: float
    sd: float
    interaction_sd: float


@dataclass(frozen=True)
class Grid:
    """Equally spaced nodes (Q,) for the measures; `pad` further nodes each side for measure plus
    effect."""

    nodes: FloatArray
    step: float
    pad: int

    @staticmethod
    def around(mean: float, sd: float, step: float, pad_logits: float = 0.0) -> Grid:
        """A grid that covers mean ± 5.5 sd with at most `step` between nodes."""
        count = int(np.ceil(11.0 * sd / step)) + 1
        nodes = np.linspace(mean - 5.5 * sd, mean + 5.5 * sd, count)
        width = float(nodes[1] - nodes[0])
        return Grid(nodes, width, int(np.ceil(pad_logits / width)))

    @property
    def wide(self) -> FloatArray:
        """(U,) nodes with the padding."""
        count = len(self.nodes) + 2 * self.pad
        wide: FloatArray = self.nodes[0] + self.step * (np.arange(count) - self.pad)
        return wide


@dataclass(frozen=True)
class Evaluation:
    """Log-likelihood, gradient (n,) and what the observed information and the reports need.

    posterior : (n_scripts, Q). expected : (cells, U) expected number of ratings in each cell at
        each node.
    """

    log_likelihood: float
    gradient: FloatArray
    posterior: FloatArray
    expected: FloatArray
    category: FloatArray


class FacetLikelihood:
    """Evaluates the model for one set of ratings.

    The free vector is severities (all but the last), difficulties (all but the last), thresholds of
    each set (all but the last), population mean, log sd and, with `interaction`, log of the pair
    effect's sd.
    """

    def __init__(self, design: FacetDesign, *, interaction: bool = False) -> None:
        self.design = design
        self.interaction = interaction
        combos, combo = np.unique(
            design.rater * design.n_criteria + design.criterion, return_inverse=True
        )
        self.combo_rater = combos // design.n_criteria
        self.combo_criterion = combos % design.n_criteria
        self.combo_set = design.set_of_criterion[self.combo_criterion]
        self.n_combos = len(combos)
        self.combo = combo.astype(np.int64)
        width = design.width
        if interaction:
            pairs, unit = np.unique(
                design.script * design.n_raters + design.rater, return_inverse=True
            )
            self.script_of_unit = pairs // design.n_raters
        else:
            unit = design.script
            self.script_of_unit = np.arange(design.n_scripts)
        self.unit = unit.astype(np.int64)
        n_units = len(self.script_of_unit)
        ones = np.ones(len(unit))
        self.counts = sparse.csr_matrix(
            (ones, (self.unit, combo * width + design.step)),
            shape=(n_units, self.n_combos * width),
        )
        self.counts_t = self.counts.T.tocsr()
        self.script_sum = sparse.csr_matrix(
            (np.ones(n_units), (self.script_of_unit, np.arange(n_units))),
            shape=(design.n_scripts, n_units),
        )
        self.combo_counts = sparse.csr_matrix(
            (ones, (design.script, combo)), shape=(design.n_scripts, self.n_combos)
        )
        self._build_chain()

    def _build_chain(self) -> None:
        """(n_combos, 1 + steps, n_free − 2) derivatives of local location and thresholds."""
        d = self.design
        self.severity_basis = sum_to_zero(d.n_raters)
        self.difficulty_basis = sum_to_zero(d.n_criteria)
        chain = np.zeros((self.n_combos, d.width, d.n_free - 2))
        first = d.n_raters - 1
        chain[:, 0, :first] = self.severity_basis[self.combo_rater]
        chain[:, 0, first : d.n_location] = self.difficulty_basis[self.combo_criterion]
        offset = d.n_location
        self.threshold_slices: list[slice] = []
        for which, count in enumerate(d.n_steps):
            here = slice(offset, offset + int(count) - 1)
            self.threshold_slices.append(here)
            members = self.combo_set == which
            chain[members, 1 : int(count) + 1, here] = sum_to_zero(int(count))
            offset = here.stop
        self.chain = chain

    @property
    def n_free(self) -> int:
        return self.design.n_free + (1 if self.interaction else 0)

    def parameters(self, free: FloatArray) -> FacetParameters:
        """The named parameters behind a free vector."""
        d = self.design
        first = d.n_raters - 1
        return FacetParameters(
            severity=self.severity_basis @ free[:first],
            difficulty=self.difficulty_basis @ free[first : d.n_location],
            thresholds=tuple(
                sum_to_zero(int(count)) @ free[here]
                for here, count in zip(self.threshold_slices, d.n_steps, strict=True)
            ),
            mean=float(free[d.n_free - 2]),
            sd=float(np.exp(free[d.n_free - 1])),
            interaction_sd=float(np.exp(free[d.n_free])) if self.interaction else 0.0,
        )

    def category_probabilities(self, p: FacetParameters, theta: FloatArray) -> FloatArray:
        """(n_combos, width, len(theta)); categories that a set does not have hold 0."""
        d = self.design
        location = p.severity[self.combo_rater] + p.difficulty[self.combo_criterion]
        cumulative = np.full((len(d.n_steps), d.width), np.inf)
        for which, thresholds in enumerate(p.thresholds):
            cumulative[which, : len(thresholds) + 1] = np.concatenate(
                [[0.0], np.cumsum(thresholds)]
            )
        steps = np.arange(d.width)
        kernel: FloatArray = steps[None, :, None] * (theta[None, None, :] - location[:, None, None])
        kernel = kernel - cumulative[self.combo_set][:, :, None]
        kernel -= kernel.max(axis=1, keepdims=True)
        np.exp(kernel, out=kernel)
        kernel /= kernel.sum(axis=1, keepdims=True)
        return kernel

    def _log_cells(self, probability: FloatArray) -> FloatArray:
        tiny = np.finfo(float).tiny
        table: FloatArray = np.log(np.maximum(probability, tiny))
        return table.reshape(-1, probability.shape[2])

    def _log_weights(self, p: FacetParameters, nodes: FloatArray) -> FloatArray:
        log_w: FloatArray = -0.5 * ((nodes - p.mean) / p.sd) ** 2
        normalised: FloatArray = log_w - special.logsumexp(log_w)
        return normalised

    def _kernels(self, p: FacetParameters, grid: Grid) -> tuple[FloatArray, FloatArray]:
        """(Q, U) distribution of measure plus effect given measure, and its derivative by log
        sd."""
        t = (p.interaction_sd / grid.step) ** 2
        distance = np.abs(
            np.arange(len(grid.nodes))[:, None] + grid.pad - np.arange(len(grid.wide))[None, :]
        )
        orders = np.arange(int(distance.max()) + 2)
        mass = special.ive(orders, t)
        slope = np.empty(len(orders) - 1)
        slope[0] = mass[1] - mass[0]
        slope[1:] = 0.5 * (mass[:-2] + mass[2:]) - mass[1:-1]
        return mass[distance], 2.0 * t * slope[distance]

    def evaluate(self, free: FloatArray, grid: Grid) -> Evaluation:
        """Log-likelihood and exact gradient of the discretised model at `free`."""
        d, p = self.design, self.parameters(free)
        theta = grid.wide if self.interaction else grid.nodes
        category = self.category_probabilities(p, theta)
        log_unit = self.counts @ self._log_cells(category)
        log_w = self._log_weights(p, grid.nodes)
        by_pair = 0.0
        if self.interaction:
            kernel, kernel_slope = self._kernels(p, grid)
            top = log_unit.max(axis=1, keepdims=True)
            unit_likelihood = np.exp(log_unit - top)
            mixed = np.maximum(unit_likelihood @ kernel.T, np.finfo(float).tiny)
            log_script = self.script_sum @ (np.log(mixed) + top) + log_w
        else:
            log_script = log_unit + log_w
        peak = log_script.max(axis=1, keepdims=True)
        posterior = np.exp(log_script - peak)
        total = posterior.sum(axis=1, keepdims=True)
        posterior /= total
        log_likelihood = float((np.log(total) + peak).sum())
        if self.interaction:
            ratio = posterior[self.script_of_unit] / mixed
            unit_posterior = unit_likelihood * (ratio @ kernel)
            by_pair = float((ratio * (unit_likelihood @ kernel_slope.T)).sum())
        else:
            unit_posterior = posterior
        expected = self.counts_t @ unit_posterior
        gradient = np.empty(self.n_free)
        gradient[: d.n_free - 2] = self._item_gradient(category, expected)
        z = (grid.nodes - p.mean) / p.sd
        weights = np.exp(log_w)
        mass = posterior.sum(axis=0) - d.n_scripts * weights
        gradient[d.n_free - 2] = float(mass @ z) / p.sd
        gradient[d.n_free - 1] = float(mass @ z**2)
        if self.interaction:
            gradient[d.n_free] = by_pair
        return Evaluation(log_likelihood, gradient, posterior, expected, category)

    def tails(self, category: FloatArray) -> FloatArray:
        """(n_combos, width, U): expected step number, then P(step ≥ v) for v = 1, 2, …"""
        above = np.cumsum(category[:, ::-1], axis=1)[:, ::-1]
        tails = above.copy()
        tails[:, 0] = above[:, 1:].sum(axis=1)
        return tails

    def _item_gradient(self, category: FloatArray, expected: FloatArray) -> FloatArray:
        shape = (self.n_combos, self.design.width, expected.shape[1])
        observed = self.tails(expected.reshape(shape))
        at_node = expected.reshape(shape).sum(axis=1, keepdims=True)
        local = -(observed - at_node * self.tails(category)).sum(axis=2)
        result: FloatArray = np.einsum("gv,gvf->f", local, self.chain)
        return result

    def information(self, free: FloatArray, grid: Grid, at: Evaluation) -> FloatArray:
        """Observed information (n_free, n_free): complete information minus what is missing (Louis
        1982).

        Exact for the model without pair effects; with them by central differences of the exact
        gradient.
        """
        if self.interaction:
            return self._information_by_differences(free, grid)
        d, p = self.design, self.parameters(free)
        size = d.n_free
        z = (grid.nodes - p.mean) / p.sd
        score_mean, score_sd = z / p.sd, z**2 - 1.0
        mass = at.posterior.sum(axis=0)
        complete = np.zeros((size, size))
        complete[: size - 2, : size - 2] = self._complete_item_information(at)
        complete[size - 2, size - 2] = d.n_scripts / p.sd**2
        cross = 2.0 * float(mass @ z) / p.sd
        complete[size - 2, size - 1] = complete[size - 1, size - 2] = cross
        complete[size - 1, size - 1] = 2.0 * float(mass @ z**2)
        tails = self.tails(at.category)
        by_combo = np.einsum("gvq,gvf->gqf", tails, self.chain)
        flat = by_combo.reshape(self.n_combos, -1)
        missing = np.zeros((size, size))
        for members, combos, times in self.shared_designs:
            score = np.empty((len(grid.nodes), size))
            score[:, : size - 2] = (times @ flat[combos]).reshape(len(grid.nodes), size - 2)
            score[:, size - 2] = score_mean
            score[:, size - 1] = score_sd
            weights = at.posterior[members]
            means = weights @ score
            missing += score.T @ (weights.sum(axis=0)[:, None] * score) - means.T @ means
        return complete - missing

    @cached_property
    def shared_designs(self) -> list[tuple[IntArray, IntArray, FloatArray]]:
        """Scripts grouped by which raters judged them on which criteria, how often."""
        m = self.combo_counts
        groups: dict[bytes, list[int]] = {}
        for script in range(self.design.n_scripts):
            here = slice(m.indptr[script], m.indptr[script + 1])
            key = m.indices[here].tobytes() + m.data[here].tobytes()
            groups.setdefault(key, []).append(script)
        shared = []
        for members in groups.values():
            here = slice(m.indptr[members[0]], m.indptr[members[0] + 1])
            shared.append((np.array(members), m.indices[here].astype(np.int64), m.data[here]))
        return shared

    def _complete_item_information(self, at: Evaluation) -> FloatArray:
        shape = (self.n_combos, self.design.width, at.expected.shape[1])
        n_at = at.expected.reshape(shape).sum(axis=1)
        tails = self.tails(at.category)
        width = self.design.width
        # Products of two indicators: 1[x ≥ v] 1[x ≥ w] = 1[x ≥ max(v, w)]; x itself is their sum.
        second = np.empty((self.n_combos, width, width))
        larger = np.maximum(np.arange(1, width)[:, None], np.arange(1, width)[None, :])
        weighted = tails * n_at[:, None, :]
        joint = weighted.sum(axis=2)[:, larger]
        second[:, 1:, 1:] = joint
        second[:, 0, 1:] = second[:, 1:, 0] = joint.sum(axis=1)
        second[:, 0, 0] = joint.sum(axis=(1, 2))
        product = np.einsum("gvq,gwq->gvw", weighted, tails)
        result: FloatArray = np.einsum(
            "gvf,gvw,gwh->fh", self.chain, second - product, self.chain, optimize=True
        )
        return result

    def _information_by_differences(self, free: FloatArray, grid: Grid) -> FloatArray:
        size = len(free)
        information = np.empty((size, size))
        width = 1e-4
        for j in range(size):
            shift = np.zeros(size)
            shift[j] = width
            up = self.evaluate(free + shift, grid).gradient
            down = self.evaluate(free - shift, grid).gradient
            information[j] = -(up - down) / (2.0 * width)
        return 0.5 * (information + information.T)
