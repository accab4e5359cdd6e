"""Many-facet Rasch measurement of rated scripts, by marginal maximum likelihood.

log P(k) / P(k−1) = measure − severity − difficulty − threshold_k. Severities, difficulties and
every set of thresholds sum to zero; measures are normal with estimated mean and sd. Four criteria
by one rater are not four independent observations: a variance of script-by-rater effects is tested,
and integrated out when it is there, so that the standard error of a measure is the real one.

The measures corrected for severity are for monitoring raters; no signed level is changed by them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from scoring.connectedness import linked_sets, require_linked
from scoring.facet_likelihood import (
    Evaluation,
    FacetDesign,
    FacetLikelihood,
    FacetParameters,
    Grid,
    sum_to_zero,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Progress = Callable[[int, float], None]

# Newton's decrement g' I⁻¹ g: every estimate is then within a thousandth of its standard error.
DECREMENT = 1e-6
# One-sided 5 % point of the normal: the variance of pair effects is tested on its boundary 0.
BOUNDARY_Z = -float(special.ndtri(0.05))


class PairEffect(StrEnum):
    """What was decided about the script-by-rater variance, and why."""

    ESTIMATED = "estimated"
    NOT_SIGNIFICANT = "not_significant"
    NOT_IDENTIFIED = "not_identified"
    NOT_ASKED = "not_asked"


class UnratableDesign(ValueError):
    """The ratings cannot support the model; the message says which rater, criterion or category."""


@dataclass(frozen=True)
class Ratings:
    """Ratings as indices and names.

    script, rater, criterion : (n,) indices into the names; score : (n,) non-negative integers.
    """

    script: IntArray
    rater: IntArray
    criterion: IntArray
    score: IntArray
    scripts: tuple[str, ...]
    raters: tuple[str, ...]
    criteria: tuple[str, ...]


@dataclass(frozen=True)
class Thresholds:
    """Thresholds into `categories[1:]`; `criterion` is None when all criteria share them."""

    criterion: str | None
    categories: IntArray
    values: FloatArray
    se: FloatArray


@dataclass(frozen=True)
class FacetFit:
    """Estimates of a many-facet model. Logits; standard errors from the observed information.

    measure, measure_se, fair_average, n_ratings : (scripts,) EAP, posterior sd, expected mean score
        over the criteria from a rater of severity 0, and number of ratings.
    severity, severity_se, rater_infit, rater_outfit, rater_n : (raters,); positive severity is
        severe. Mean squares are averaged over the posterior of the measures and are 1 in
        expectation.
    difficulty, difficulty_se, criterion_infit, criterion_outfit : (criteria,).
    interaction_sd : sd of the script-by-rater effect, 0 unless `pair_effect` is ESTIMATED;
        `interaction_z` is the score test of that sd being 0.
    reliability : 1 − mean posterior variance / population variance.
    """

    measure: FloatArray
    measure_se: FloatArray
    fair_average: FloatArray
    n_ratings: IntArray
    severity: FloatArray
    severity_se: FloatArray
    rater_infit: FloatArray
    rater_outfit: FloatArray
    rater_n: IntArray
    difficulty: FloatArray
    difficulty_se: FloatArray
    criterion_infit: FloatArray
    criterion_outfit: FloatArray
    thresholds: tuple[Thresholds, ...]
    mean: float
    mean_se: float
    sd: float
    sd_se: float
    interaction_sd: float
    interaction_z: float
    pair_effect: PairEffect
    reliability: float
    log_likelihood: float
    n_parameters: int
    iterations: int
    converged: bool


def require_comparable(ratings: Ratings) -> None:
    """Nothing happens when all severities, and all difficulties, can be compared with each other.

    Raises
    ------
    DisconnectedDesign : raters (or criteria) who are linked by no common script.
    """
    n_scripts = len(ratings.scripts)
    by_rater = linked_sets(ratings.rater, ratings.script, len(ratings.raters), n_scripts)
    require_linked("raters", ratings.raters, by_rater.left)
    by_criterion = linked_sets(ratings.criterion, ratings.script, len(ratings.criteria), n_scripts)
    require_linked("criteria", ratings.criteria, by_criterion.left)


def _design(ratings: Ratings, by_criterion: bool) -> tuple[FacetDesign, list[IntArray]]:
    n_criteria = len(ratings.criteria)
    sets = np.arange(n_criteria) if by_criterion else np.zeros(n_criteria, dtype=np.int64)
    step = np.empty(len(ratings.score), dtype=np.int64)
    categories: list[IntArray] = []
    for which in range(int(sets.max()) + 1):
        members = sets[ratings.criterion] == which
        name = f"criterion {ratings.criteria[which]}" if by_criterion else "the ratings"
        scores = ratings.score[members]
        if len(scores) == 0:
            raise UnratableDesign(f"{name}: no rating")
        low, high = int(scores.min()), int(scores.max())
        if low == high:
            raise UnratableDesign(f"{name}: every score is {low}, so nothing can be estimated")
        seen = np.bincount(scores - low, minlength=high - low + 1)
        if (seen == 0).any():
            gap = low + int(np.flatnonzero(seen == 0)[0])
            raise UnratableDesign(f"{name}: category {gap} was never given")
        step[members] = scores - low
        categories.append(np.arange(low, high + 1))
    design = FacetDesign(
        script=ratings.script,
        rater=ratings.rater,
        criterion=ratings.criterion,
        step=step,
        n_scripts=len(ratings.scripts),
        n_raters=len(ratings.raters),
        n_criteria=n_criteria,
        set_of_criterion=sets,
        n_steps=np.array([len(c) - 1 for c in categories]),
    )
    return design, categories


def _start(design: FacetDesign) -> FloatArray:
    """Severities and difficulties 0, thresholds from the category counts, a population of sd 1."""
    free = np.zeros(design.n_free)
    offset = design.n_location
    for which, count in enumerate(design.n_steps):
        members = design.set_of_criterion[design.criterion] == which
        seen = np.bincount(design.step[members], minlength=int(count) + 1) + 0.5
        thresholds = np.log(seen[:-1] / seen[1:])
        free[offset : offset + int(count) - 1] = (thresholds - thresholds.mean())[:-1]
        offset += int(count) - 1
    return free


@dataclass
class _Maximum:
    free: FloatArray
    grid: Grid
    at: Evaluation
    information: FloatArray
    iterations: int
    converged: bool


def _decrement(gradient: FloatArray, information: FloatArray) -> tuple[FloatArray, float]:
    """Newton step and g' I⁻¹ g; an information that is not positive definite is lifted until it
    is."""
    lift = 0.0
    scale = np.abs(np.diag(information)) + 1e-8
    while True:
        try:
            factor = np.linalg.cholesky(information + np.diag(lift * scale))
        except np.linalg.LinAlgError:
            lift = max(1e-3, lift * 10.0)
            continue
        half = np.linalg.solve(factor, gradient)
        return np.linalg.solve(factor.T, half), float(half @ half)


def _maximise(
    model: FacetLikelihood,
    free: FloatArray,
    grid: Grid,
    progress: Progress | None,
    limit: int,
    rough: FloatArray | None = None,
) -> _Maximum:
    """Newton steps with step halving; the grid is rebuilt until it resolves the posteriors.

    With pair effects the information costs as much as 2 n evaluations, so it is kept while steps
    converge well and computed afresh when they do not, and once at the end; `rough` is a first
    guess of it.
    """
    at = model.evaluate(free, grid)
    information = model.information(free, grid, at) if rough is None else rough
    fresh = rough is None
    converged = False
    iteration = 0
    last = np.inf
    while iteration < limit:
        iteration += 1
        step, decrement = _decrement(at.gradient, information)
        if decrement < DECREMENT:
            if not _resolved(model, free, grid, at):
                grid = _better_grid(model, free, grid, at)
                at, fresh, last = model.evaluate(free, grid), False, np.inf
                continue
            if not fresh:
                information, fresh = model.information(free, grid, at), True
                last = np.inf
                continue
            converged = True
            break
        if not fresh and (not model.interaction or decrement > 0.3 * last):
            information, fresh = model.information(free, grid, at), True
            last = np.inf
            continue
        last = decrement
        moved = _climb(model, free, grid, at, step)
        if moved is None:
            if fresh:
                break
            information, fresh = model.information(free, grid, at), True
            continue
        free, at = moved
        fresh = False
        if progress is not None:
            progress(iteration, at.log_likelihood)
    if not fresh:
        information = model.information(free, grid, at)
    return _Maximum(free, grid, at, information, iteration, converged)


def _climb(
    model: FacetLikelihood, free: FloatArray, grid: Grid, at: Evaluation, step: FloatArray
) -> tuple[FloatArray, Evaluation] | None:
    """The first of step, step/2, step/4 … that does not lower the likelihood; None when none
    does."""
    largest = float(np.abs(step).max())
    if largest > 2.0:
        step = step * (2.0 / largest)
    for _ in range(12):
        candidate = free + step
        found = model.evaluate(candidate, grid)
        if found.log_likelihood >= at.log_likelihood - 1e-10 * abs(at.log_likelihood):
            return candidate, found
        step = step / 2.0
    return None


def _posterior_moments(at: Evaluation, grid: Grid) -> tuple[FloatArray, FloatArray]:
    mean = at.posterior @ grid.nodes
    variance = at.posterior @ grid.nodes**2 - mean**2
    return mean, np.sqrt(np.maximum(variance, 0.0))


def _resolved(model: FacetLikelihood, free: FloatArray, grid: Grid, at: Evaluation) -> bool:
    """The grid spans mean ± 5 sd, and its step is at most 1.4 times the posterior sd of nearly
    every script."""
    p = model.parameters(free)
    spans = grid.nodes[0] <= p.mean - 5.0 * p.sd and grid.nodes[-1] >= p.mean + 5.0 * p.sd
    narrow = float(np.quantile(_posterior_moments(at, grid)[1], 0.01))
    padded = not model.interaction or grid.pad * grid.step >= 3.0 * p.interaction_sd
    return bool(spans and padded and grid.step <= 1.4 * narrow)


def _better_grid(model: FacetLikelihood, free: FloatArray, grid: Grid, at: Evaluation) -> Grid:
    p = model.parameters(free)
    narrow = float(np.quantile(_posterior_moments(at, grid)[1], 0.01))
    step = min(grid.step, max(narrow, 0.05))
    return Grid.around(p.mean, p.sd, step, 4.0 * p.interaction_sd)


def _pair_score_test(model: FacetLikelihood, best: _Maximum) -> tuple[float, float]:
    """z of the score test that the pair variance is 0, and a first guess of that sd (one Newton
    step).

    The score of the variance at 0 is half the sum over pairs of S² − I, S and I being the pair's
    score and information for its location, averaged over the posterior of the measure.
    """
    d = model.design
    p = model.parameters(best.free)
    category = model.category_probabilities(p, best.grid.nodes)
    steps = np.arange(d.width)
    expected = np.einsum("k,gkq->gq", steps, category)
    variance = np.einsum("k,gkq->gq", steps**2, category) - expected**2
    pairs, pair = np.unique(d.script * d.n_raters + d.rater, return_inverse=True)
    judged = sparse.csr_matrix(
        (np.ones(len(pair)), (pair, model.combo)), shape=(len(pairs), model.n_combos)
    )
    given = np.bincount(pair, d.step, len(pairs))
    excess = 0.5 * ((given[:, None] - judged @ expected) ** 2 - judged @ variance)
    of_script = sparse.csr_matrix(
        (np.ones(len(pairs)), (pairs // d.n_raters, np.arange(len(pairs)))),
        shape=(d.n_scripts, len(pairs)),
    )
    by_script = of_script @ excess
    score = (best.at.posterior * by_script).sum(axis=1)
    # What the estimated parameters explain of the score is taken out by regression on their scores.
    others = _script_scores(model, best)
    coefficients = np.linalg.lstsq(others, score, rcond=None)[0]
    unexplained = score - others @ coefficients
    information_left = float(unexplained @ unexplained)
    if information_left <= 0.0:
        return 0.0, 0.0
    total = float(score.sum())
    guess = total / information_left
    return total / float(np.sqrt(information_left)), float(np.sqrt(max(guess, 0.01)))


def _script_scores(model: FacetLikelihood, best: _Maximum) -> FloatArray:
    """(n_scripts, n_free) posterior mean of every script's score."""
    d = model.design
    p = model.parameters(best.free)
    tails = model.tails(best.at.category)
    by_combo = np.einsum("gvq,gvf->gqf", tails, model.chain)
    scores = np.empty((d.n_scripts, d.n_free))
    flat = by_combo.reshape(model.n_combos, -1)
    nodes = best.grid.nodes
    for members, combos, times in model.shared_designs:
        table = (times @ flat[combos]).reshape(len(nodes), -1)
        scores[members, : d.n_free - 2] = best.at.posterior[members] @ table
    above = (np.arange(1, d.width)[None, :] <= d.step[:, None]).astype(float)
    local = np.column_stack([d.step, above])
    # One column a combination and local parameter, then the chain rule once.
    column = (model.combo[:, None] * d.width + np.arange(d.width)).ravel()
    observed = sparse.csr_matrix(
        (local.ravel(), (np.repeat(d.script, d.width), column)),
        shape=(d.n_scripts, model.n_combos * d.width),
    )
    scores[:, : d.n_free - 2] -= observed @ model.chain.reshape(-1, d.n_free - 2)
    z = (nodes - p.mean) / p.sd
    scores[:, d.n_free - 2] = best.at.posterior @ (z / p.sd)
    scores[:, d.n_free - 1] = best.at.posterior @ (z**2 - 1.0)
    return scores


def fit_facets(
    ratings: Ratings,
    *,
    by_criterion: bool = False,
    pair_effect: bool = True,
    progress: Progress | None = None,
    limit: int = 200,
) -> FacetFit:
    """The many-facet model fitted to the ratings.

    Parameters
    ----------
    by_criterion : one set of thresholds a criterion instead of one for all.
    pair_effect : test for script-by-rater effects and integrate them out when they are significant
        (5 %, one-sided); False keeps the model without them whatever the data say.
    progress : called with (iteration, log-likelihood).

    Raises
    ------
    UnratableDesign : a category in the middle never given, no variation, fewer than two raters or
        scripts.
    DisconnectedDesign : raters or criteria that no script links.
    """
    if len(ratings.scripts) < 2:
        raise UnratableDesign("at least two scripts are needed")
    if len(ratings.raters) < 1 or len(ratings.score) == 0:
        raise UnratableDesign("there are no ratings")
    require_comparable(ratings)
    design, categories = _design(ratings, by_criterion)
    model = FacetLikelihood(design)
    best = _maximise(model, _start(design), Grid.around(0.0, 1.3, 0.35), progress, limit)
    z, outcome = 0.0, PairEffect.NOT_ASKED
    if pair_effect:
        z, outcome, better = _with_pair_effect(model, best, progress, limit)
        if better is not None:
            iterations = best.iterations
            model, best = better
            best.iterations += iterations
    return _report(ratings, model, best, categories, by_criterion, z, outcome)


def _with_pair_effect(
    model: FacetLikelihood, best: _Maximum, progress: Progress | None, limit: int
) -> tuple[float, PairEffect, tuple[FacetLikelihood, _Maximum] | None]:
    d = model.design
    pairs, in_pair = np.unique(d.script * d.n_raters + d.rater, return_counts=True)
    in_script = np.bincount(pairs // d.n_raters)
    if not (in_pair > 1).any() or not (in_script > 1).any():
        return 0.0, PairEffect.NOT_IDENTIFIED, None
    z, guess = _pair_score_test(model, best)
    if z < BOUNDARY_Z:
        return z, PairEffect.NOT_SIGNIFICANT, None
    wider = FacetLikelihood(d, interaction=True)
    p = model.parameters(best.free)
    start = np.append(best.free, np.log(guess))
    rough = np.zeros((wider.n_free, wider.n_free))
    # The effect leaves about half of the information; its own sd is known to a few per cent.
    rough[:-1, :-1] = 0.5 * best.information
    rough[-1, -1] = 0.5 * len(pairs)
    grid = Grid.around(p.mean, 1.1 * p.sd, best.grid.step, max(2.0, 4.0 * guess))
    return z, PairEffect.ESTIMATED, (wider, _maximise(wider, start, grid, progress, limit, rough))


def _standard_errors(
    model: FacetLikelihood, information: FloatArray
) -> tuple[FloatArray, FloatArray, list[FloatArray], FloatArray, bool]:
    d = model.design
    size = d.n_free
    try:
        np.linalg.cholesky(information)
        covariance = np.linalg.inv(information)
        definite = True
    except np.linalg.LinAlgError:
        covariance = np.full_like(information, np.nan)
        definite = False

    def spread(basis: FloatArray, here: slice) -> FloatArray:
        result: FloatArray = np.sqrt(np.einsum("ij,jk,ik->i", basis, covariance[here, here], basis))
        return result

    first = d.n_raters - 1
    severity = spread(model.severity_basis, slice(0, first))
    difficulty = spread(model.difficulty_basis, slice(first, d.n_location))
    thresholds = [
        spread(sum_to_zero(int(count)), here)
        for here, count in zip(model.threshold_slices, d.n_steps, strict=True)
    ]
    population = np.sqrt(np.diag(covariance)[size - 2 : size])
    return severity, difficulty, thresholds, population, definite


def _mean_squares(
    model: FacetLikelihood, at: Evaluation, member: IntArray, count: int
) -> tuple[FloatArray, FloatArray]:
    """Infit and outfit of each facet element, residuals averaged over the posterior."""
    steps = np.arange(model.design.width)
    mean = np.einsum("k,gku->gu", steps, at.category)
    variance = np.einsum("k,gku->gu", steps**2, at.category) - mean**2
    variance = np.maximum(variance, 1e-12)
    expected = at.expected.reshape(model.n_combos, model.design.width, -1)
    squared = (steps[None, :, None] - mean[:, None, :]) ** 2
    weighted = (expected * squared).sum(axis=1)
    at_node = expected.sum(axis=1)
    infit = np.bincount(member, weighted.sum(axis=1), count) / np.bincount(
        member, (at_node * variance).sum(axis=1), count
    )
    outfit = np.bincount(member, (weighted / variance).sum(axis=1), count) / np.bincount(
        member, at_node.sum(axis=1), count
    )
    return infit, outfit


def _fair_average(
    p: FacetParameters, design: FacetDesign, lowest: FloatArray, measure: FloatArray
) -> FloatArray:
    """Expected score from a rater of severity 0, averaged over the criteria."""
    total = np.zeros(len(measure))
    for criterion in range(design.n_criteria):
        which = int(design.set_of_criterion[criterion])
        cumulative = np.concatenate([[0.0], np.cumsum(p.thresholds[which])])
        steps = np.arange(len(cumulative))
        kernel = np.outer(measure - p.difficulty[criterion], steps) - cumulative
        kernel = np.exp(kernel - kernel.max(axis=1, keepdims=True))
        total += lowest[which] + (kernel @ steps) / kernel.sum(axis=1)
    return total / design.n_criteria


def _report(
    ratings: Ratings,
    model: FacetLikelihood,
    best: _Maximum,
    categories: Sequence[IntArray],
    by_criterion: bool,
    z: float,
    outcome: PairEffect,
) -> FacetFit:
    d, p = model.design, model.parameters(best.free)
    measure, measure_se = _posterior_moments(best.at, best.grid)
    severity_se, difficulty_se, threshold_se, population_se, definite = _standard_errors(
        model, best.information
    )
    rater_infit, rater_outfit = _mean_squares(model, best.at, model.combo_rater, d.n_raters)
    item_infit, item_outfit = _mean_squares(model, best.at, model.combo_criterion, d.n_criteria)
    lowest = np.array([float(c[0]) for c in categories])
    thresholds = tuple(
        Thresholds(ratings.criteria[i] if by_criterion else None, c, values, se)
        for i, (c, values, se) in enumerate(
            zip(categories, p.thresholds, threshold_se, strict=True)
        )
    )
    return FacetFit(
        measure=measure,
        measure_se=measure_se,
        fair_average=_fair_average(p, d, lowest, measure),
        n_ratings=np.bincount(d.script, minlength=d.n_scripts),
        severity=p.severity,
        severity_se=severity_se,
        rater_infit=rater_infit,
        rater_outfit=rater_outfit,
        rater_n=np.bincount(d.rater, minlength=d.n_raters),
        difficulty=p.difficulty,
        difficulty_se=difficulty_se,
        criterion_infit=item_infit,
        criterion_outfit=item_outfit,
        thresholds=thresholds,
        mean=p.mean,
        mean_se=float(population_se[0]),
        sd=p.sd,
        sd_se=float(population_se[1]) * p.sd,
        interaction_sd=p.interaction_sd,
        interaction_z=z,
        pair_effect=outcome,
        reliability=float(1.0 - (measure_se**2).mean() / p.sd**2),
        log_likelihood=best.at.log_likelihood,
        n_parameters=model.n_free,
        iterations=best.iterations,
        converged=best.converged and definite,
    )
