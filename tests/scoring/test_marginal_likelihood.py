"""The engine of calibration once more by sums over persons, differences and dense matrices."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.answers import Answers
from scoring.calibration_curves import CurveSet, no_priors
from scoring.irt import Family
from scoring.marginal_likelihood import (
    HELD_SLOPE,
    OWN_SLOPE,
    MarginalLikelihood,
    Population,
    Problem,
    posterior_means,
)
from scoring.marginal_maximum import maximise

L, P, G = Family.LOGISTIC, Family.PARTIAL_CREDIT, Family.GRADED
FAMILY = np.array([L, L, L, L, P, P, G, L, L])
STEPS = np.array([1, 1, 1, 1, 2, 3, 2, 1, 1])
SETS = np.array([OWN_SLOPE, OWN_SLOPE, 0, 0, 1, 1, OWN_SLOPE, OWN_SLOPE, HELD_SLOPE])
HELD = np.arange(9) == 7
#: slope, intercepts, logit c, logit d
TABLE = np.array(
    [
        [1.1, 0.3, 0.0, 0.0, 0.0, 0.0],
        [1.4, -0.2, 0.0, 0.0, -1.3, 0.0],
        [0.9, 0.6, 0.0, 0.0, 0.0, 0.0],
        [0.9, -0.5, 0.0, 0.0, 0.0, 0.0],
        [0.7, 0.4, -0.1, 0.0, 0.0, 0.0],
        [0.7, 0.5, 0.6, -0.4, 0.0, 0.0],
        [1.2, 0.8, -0.6, 0.0, 0.0, 0.0],
        [1.0, 0.1, 0.0, 0.0, 0.0, 0.0],
        [1.3, 0.2, 0.0, 0.0, 0.0, 0.0],
    ]
)
#: The cells that move, in the order of the free vector; shared slopes come after all others.
OWN = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 4), (2, 1), (3, 1), (4, 1), (4, 2), (5, 1), (5, 2),
       (5, 3), (6, 0), (6, 1), (6, 2), (8, 1)]  # fmt: skip
SHARED = [[(2, 0), (3, 0)], [(4, 0), (5, 0)]]
GROUP = np.repeat([0, 1, 2], [30, 25, 35])
POPULATION = Population(
    np.array([0.0, 0.4, -0.2]), np.array([1.0, 1.3, 0.8]),
    np.array([False, True, False]), np.array([False, True, True]),
)  # fmt: skip


def a_problem(missing: float = 0.3, persons: int = 90) -> Problem:
    rng = np.random.default_rng(int(100 * missing))
    scores = rng.integers(0, STEPS + 1, (persons, 9)).astype(float)
    scores[rng.random(scores.shape) < missing] = np.nan
    curves = CurveSet(
        FAMILY, STEPS, np.arange(9) == 1, np.zeros(9, bool), np.zeros(9), np.ones(9)
    )
    nothing = no_priors(9, 3)
    priors = replace(
        nothing,
        c_alpha=np.where(np.arange(9) == 1, 5.0, np.nan),
        c_beta=np.where(np.arange(9) == 1, 17.0, np.nan),
        # Centred: only there is the curvature of Gauss and Newton the second derivative.
        slope_mean=np.full(9, np.log(1.1)),
        slope_sd=np.where(np.arange(9) == 0, 0.5, np.nan),
    )
    return Problem(
        Answers.from_table(scores), curves, TABLE, HELD, SETS, priors, GROUP[:persons], POPULATION
    )


def probabilities(table: np.ndarray, item: int, theta: np.ndarray) -> np.ndarray:
    a, n = table[item, 0], STEPS[item]
    line = a * theta + table[item, 1 : 1 + n, None]
    if FAMILY[item] == P:
        kernel = np.exp(
            np.arange(n + 1)[:, None] * a * theta + np.append(0, table[item, 1 : 1 + n])[:, None]
        )
        return kernel / kernel.sum(axis=0)
    above = 1 / (1 + np.exp(-line))
    if item == 1:
        c = 1 / (1 + np.exp(-table[item, 4]))
        above = c + (1 - c) * above
    edges = np.vstack([np.ones_like(theta), above, np.zeros_like(theta)])
    return edges[:-1] - edges[1:]


def free_of(table: np.ndarray, mean: float = 0.4, sds: tuple[float, float] = (1.3, 0.8)):
    return np.array(
        [table[at] for at in OWN] + [table[one[0]] for one in SHARED] + [mean, *np.log(sds)]
    )


def test_the_free_vector() -> None:
    engine = MarginalLikelihood(a_problem())
    assert (engine.n_item, engine.n_mean, engine.n_sd, engine.n_free) == (18, 1, 2, 21)
    assert engine.start() == pytest.approx(free_of(TABLE))
    assert engine.group_size.tolist() == [30, 25, 35]
    moved = np.arange(21.0) / 10
    table, population = engine.expand(moved)
    expected = TABLE.copy()
    for n, at in enumerate(OWN):
        expected[at] = moved[n]
    for n, members in enumerate(SHARED):
        for at in members:
            expected[at] = moved[16 + n]
    assert table.tolist() == expected.tolist()
    assert population.mean == pytest.approx([0.0, 1.8, -0.2])
    assert population.sd == pytest.approx([1.0, np.exp(1.9), np.exp(2.0)])
    # Nothing that was given has moved.
    assert engine.problem.population.mean.tolist() == [0.0, 0.4, -0.2]
    assert engine.problem.population.sd.tolist() == [1.0, 1.3, 0.8]
    assert free_of(engine.problem.start) == pytest.approx(engine.start())


def test_what_is_proper() -> None:
    engine = MarginalLikelihood(a_problem())
    good = engine.start()
    assert engine.is_proper(good)
    for place, value in (
        (0, -0.1),  # a slope with a prior on its logarithm
        (13, -0.7),  # graded intercepts out of order
        (19, np.log(50.1)),  # a population without end
        (4, np.nan),
        (4, np.inf),
    ):
        bad = good.copy()
        bad[place] = value
        assert not engine.is_proper(bad), place
    wide = good.copy()
    wide[19:] = np.log(49.9)
    assert engine.is_proper(wide)


def test_the_grid() -> None:
    engine = MarginalLikelihood(a_problem())
    # Fixed: 5 sd of N(0, 1). Free in mean or sd: 6 sd of N(.4, 1.3²) and N(−.2, .8²).
    assert engine.theta[0] == pytest.approx(-7.4)
    assert engine.theta[-1] == pytest.approx(8.2)
    assert len(engine.theta) == 64
    state = engine.evaluate(engine.start())
    assert engine.spans(state)
    engine.rebuild(state, 0.1)
    assert len(engine.theta) == 157
    assert np.diff(engine.theta) == pytest.approx(0.1)
    engine.rebuild(state, 1.0)
    assert len(engine.theta) == 41
    fixed = replace(
        a_problem(),
        group=np.zeros(90, int),
        population=Population(np.zeros(1), np.ones(1), np.zeros(1, bool), np.zeros(1, bool)),
    )
    assert MarginalLikelihood(fixed).theta == pytest.approx(np.linspace(-5, 5, 41))
    # A population that may move in either way needs room.
    for which in ("free_mean", "free_sd"):
        free = replace(fixed, population=replace(fixed.population, **{which: np.ones(1, bool)}))
        assert MarginalLikelihood(free).theta[[0, -1]].tolist() == [-6.0, 6.0]
    for mean, sd, spans in (
        (0.0, 5 / 4.75, True), (0.0, 5.01 / 4.75, False),
        (0.3, 4.7 / 4.75, True), (0.31, 4.7 / 4.75, False), (-0.31, 4.7 / 4.75, False),
    ):  # fmt: skip
        plain = MarginalLikelihood(fixed)
        state = plain.evaluate(plain.start())
        shifted = Population(np.full(1, mean), np.full(1, sd), *fixed_flags())
        assert plain.spans(replace(state, population=shifted)) is spans


def fixed_flags() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(1, bool), np.zeros(1, bool)


def test_how_fine_the_grid_must_be() -> None:
    engine = MarginalLikelihood(a_problem())
    state = engine.evaluate(engine.start())
    mean = state.posterior @ engine.theta
    sd = np.sqrt(state.posterior @ engine.theta**2 - mean**2)
    narrow = np.sqrt(np.quantile(sd**2, 0.01))
    step = engine.theta[1] - engine.theta[0]
    assert step < narrow
    assert engine.resolution(state) == (True, pytest.approx(step))
    for width, fine in ((step / 1.39, True), (step / 1.41, False), (0.0, False)):
        # Everybody on three points of the grid, with the spread that is wanted.
        posterior = np.zeros((90, 64))
        share = 0.5 * (width / step) ** 2
        posterior[:, 30], posterior[:, 32], posterior[:, 31] = share, share, 1 - 2 * share
        found = engine.resolution(replace(state, posterior=posterior))
        assert found == (fine, pytest.approx(max(width, 0.01)))
    # A grid that is fine enough still has to reach far enough.
    far = Population(np.zeros(3), np.full(3, 9.0), POPULATION.free_mean, POPULATION.free_sd)
    assert engine.resolution(replace(state, population=far)) == (False, pytest.approx(step))


@pytest.mark.parametrize("missing", [0.0, 0.3, 0.8])
def test_an_e_step_by_sums_over_persons(missing: float) -> None:
    problem = a_problem(missing)
    engine = MarginalLikelihood(problem)
    rng = np.random.default_rng(3)
    free = engine.start() + rng.normal(0, 0.05, 21)
    table, population = engine.expand(free)
    theta = engine.theta
    p = [probabilities(table, item, theta) for item in range(9)]
    weights = np.exp(-0.5 * ((theta - population.mean[:, None]) / population.sd[:, None]) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    posterior = weights[GROUP].copy()
    answers = problem.answers
    for person, item, score in zip(answers.person, answers.item, answers.score, strict=True):
        posterior[person] *= p[item][score]
    total = posterior.sum(axis=1)
    posterior /= total[:, None]
    state = engine.evaluate(free)
    assert state.log_likelihood == pytest.approx(np.log(total).sum(), abs=1e-9)
    assert state.posterior == pytest.approx(posterior, abs=1e-12)
    prior = problem.priors.evaluate(problem.curves, table)[0]
    assert prior != 0
    assert state.objective == pytest.approx(np.log(total).sum() + prior)
    assert state.free is free
    assert state.table.tolist() == table.tolist()
    first = np.concatenate([[0], np.cumsum(STEPS + 1)])
    expected = np.zeros((first[-1], len(theta)))
    for person, item, score in zip(answers.person, answers.item, answers.score, strict=True):
        expected[first[item] + score] += posterior[person]
    assert state.expected == pytest.approx(expected, abs=1e-10)
    assert np.exp(state.log_p[5]) == pytest.approx(p[5], abs=1e-12)
    # Expected complete information: what an answer at each θ would say, times how many there are.
    h = 1e-5
    for item in range(9):
        n_at = expected[first[item] : first[item + 1]].sum(axis=0)
        slopes = []
        for column in range(6):
            up, down = table.copy(), table.copy()
            up[item, column] += h
            down[item, column] -= h
            slopes.append(probabilities(up, item, theta) - probabilities(down, item, theta))
        s = np.array(slopes) / (2 * h)
        _, _, curvature = problem.priors.evaluate(problem.curves, table)
        own = np.einsum("vkq,wkq,kq,q->vw", s, s, 1 / p[item], n_at) + curvature[item]
        assert state.curvature[item] == pytest.approx(own, abs=1e-4)
    if missing == 0.3:
        assert posterior_means(problem) == pytest.approx(
            engine.evaluate(engine.start()).posterior @ theta
        )


def test_gradient_and_information_are_differences() -> None:
    for missing in (0.0, 0.6):
        engine = MarginalLikelihood(a_problem(missing))
        free = engine.start()
        engine.rebuild(engine.evaluate(free), 0.1)
        state = engine.evaluate(free)
        gradient, information = engine.full_gradient(state), engine.information(state)
        assert gradient.shape == (21,)
        for place in range(21):
            up, down = free.copy(), free.copy()
            up[place] += 1e-5
            down[place] -= 1e-5
            after, before = engine.evaluate(up), engine.evaluate(down)
            slope = (after.objective - before.objective) / 2e-5
            assert gradient[place] == pytest.approx(slope, abs=2e-4)
            bend = (engine.full_gradient(before) - engine.full_gradient(after)) / 2e-5
            tolerance = 0.02 if missing else 2e-3
            assert information[place] == pytest.approx(bend, abs=tolerance, rel=tolerance)


def test_a_step_solves_the_expected_complete_information() -> None:
    problem = a_problem()
    engine = MarginalLikelihood(problem)
    rng = np.random.default_rng(4)
    state = engine.evaluate(engine.start() + rng.normal(0, 0.05, 21))
    index = {at: n for n, at in enumerate(OWN)}
    index |= {at: 16 + n for n, members in enumerate(SHARED) for at in members}
    dense = np.zeros((18, 18))
    right = np.zeros(18)
    for (item, v), n in index.items():
        right[n] += state.gradient[item, v]
        for (other, w), m in index.items():
            if item == other:
                dense[n, m] += state.curvature[item, v, w]
    step, scale = engine.step(state)
    assert step[:18] == pytest.approx(np.linalg.solve(dense, right), abs=1e-6)
    assert scale[:18] == pytest.approx(np.sqrt(np.diag(dense)))
    # Populations: the mean of the posteriors, and the root of their spread about the mean that
    # the group has now, where it may not move.
    theta, population = engine.theta, state.population
    mean = np.array([(state.posterior[g == GROUP] @ theta).mean() for g in range(3)])
    assert step[18] == pytest.approx(mean[1] - population.mean[1])
    assert scale[18] == pytest.approx(5.0 / population.sd[1])
    around = [
        (state.posterior[g == GROUP] @ (theta - centre) ** 2).mean()
        for g, centre in ((1, mean[1]), (2, population.mean[2]))
    ]
    assert step[19:] == pytest.approx(0.5 * np.log(np.array(around) / population.sd[1:] ** 2))
    assert scale[19:] == pytest.approx(np.sqrt([50.0, 70.0]))


def test_a_problem_without_populations_or_shared_slopes() -> None:
    fixed = replace(
        a_problem(),
        slope_set=np.full(9, OWN_SLOPE),
        population=replace(POPULATION, free_mean=np.zeros(3, bool), free_sd=np.zeros(3, bool)),
    )
    engine = MarginalLikelihood(fixed)
    assert (engine.n_item, engine.n_free) == (21, 21)
    state = engine.evaluate(engine.start())
    step, scale = engine.step(state)
    assert engine.full_gradient(state).shape == step.shape == scale.shape == (21,)
    first = state.curvature[0][:2, :2]
    assert step[:2] == pytest.approx(np.linalg.solve(first, state.gradient[0][:2]), abs=1e-6)
    assert engine.information(state).shape == (21, 21)
    # All slopes in one set: none is left to move alone.
    together = replace(fixed, slope_set=np.zeros(9, int), held=np.zeros(9, bool))
    engine = MarginalLikelihood(together)
    assert engine.n_item == 15
    assert (engine.where[:, 0] == 14).all()
    state = engine.evaluate(engine.start())
    found = engine.step(state)[0]
    assert engine.full_gradient(state) @ found > 0


def a_simple_problem(a: float, n_items: int, persons: int, c: float = 0.0) -> Problem:
    rng = np.random.default_rng(n_items)
    b = np.linspace(-1.5, 1.5, n_items)
    theta = rng.normal(size=(persons, 1))
    p = c + (1 - c) / (1 + np.exp(-a * (theta - b)))
    scores = (rng.random(p.shape) < p).astype(float)
    nothing = np.zeros(n_items, bool)
    curves = CurveSet(
        np.zeros(n_items, int), np.ones(n_items, int), np.full(n_items, c > 0), nothing,
        np.zeros(n_items), np.ones(n_items),
    )  # fmt: skip
    start = np.zeros((n_items, curves.width))
    start[:, 0], start[:, 1] = a, -a * b
    if c:
        start[:, 2] = np.log(c / (1 - c))
    one = Population(np.zeros(1), np.ones(1), nothing[:1], nothing[:1])
    return Problem(
        Answers.from_table(scores), curves, start, nothing, np.full(n_items, OWN_SLOPE),
        no_priors(n_items, 1), np.zeros(persons, int), one,
    )  # fmt: skip


def test_the_way_to_the_maximum() -> None:
    problem = a_simple_problem(1.0, 6, 800)
    calls: list[tuple[int, float]] = []
    found = maximise(problem, progress=lambda *at: calls.append(at))
    # Every step is counted and told once, and none goes down.
    assert [n for n, _ in calls] == list(range(1, found.iterations + 1))
    assert (np.diff([value for _, value in calls]) > -1e-6).all()
    assert calls[-1][1] == found.log_likelihood
    assert found.converged
    assert 0 <= found.decrement < 1e-6
    assert (found.n_parameters, found.n_nodes) == (12, 41)
    engine = MarginalLikelihood(problem)
    at = engine.evaluate(found.free)
    inverse = np.linalg.inv(engine.information(at))
    assert found.decrement == pytest.approx(
        engine.full_gradient(at) @ inverse @ engine.full_gradient(at), rel=0.5
    )
    for item in range(6):
        own = np.ix_(engine.where[item], engine.where[item])
        # The information is that of the place where the last steps began.
        assert found.covariance[item] == pytest.approx(inverse[own], rel=0.02)
    assert (found.se_mean.tolist(), found.se_sd.tolist()) == ([0.0], [0.0])
    short = maximise(problem, limit=2, tolerance=1e-30)
    assert (short.converged, short.n_parameters) == (False, 12)
    untouched = maximise(problem, limit=0)
    assert (untouched.iterations, untouched.converged, untouched.decrement) == (0, False, np.inf)
    assert untouched.free == pytest.approx(engine.start())
    assert np.isfinite(untouched.covariance).all()


def test_a_narrow_posterior_gets_a_finer_grid() -> None:
    problem = a_simple_problem(4.0, 40, 300)
    found = maximise(problem)
    assert found.converged
    assert found.n_nodes > 41
    engine = MarginalLikelihood(problem)
    assert not engine.resolution(engine.evaluate(found.free))[0]
    engine.theta = np.linspace(-6, 6, 4001)
    assert found.log_likelihood == pytest.approx(
        engine.evaluate(found.free).log_likelihood, abs=0.05
    )


def test_no_errors_where_the_information_is_not_positive() -> None:
    problem = a_simple_problem(1.0, 4, 60, c=0.3)
    start = problem.start.copy()
    start[:, 0] = -3.0
    found = maximise(replace(problem, start=start), limit=0)
    assert np.isnan(found.covariance[:, :3, :3]).all()
    assert not found.converged


def test_a_group_without_spread_comes_to_an_end() -> None:
    """The likelihood is highest where everybody of the group has the same ability."""
    problem = a_problem(0.0)
    found = maximise(problem)
    assert found.population.sd[2] < 0.02
    assert found.n_nodes < 2001
    assert found.log_likelihood > maximise(problem, limit=3).log_likelihood
    # What is held has no error.
    assert (found.covariance[7] == 0).all()
    assert (found.covariance[8, 0] == 0).all()
