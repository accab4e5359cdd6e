"""Many-facet measurement: recovery, identities, refusals and the doubt that halo adds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from scoring.connectedness import DisconnectedDesign
from scoring.facet_likelihood import FacetDesign, FacetLikelihood, Grid
from scoring.raters import PairEffect, Ratings, UnratableDesign, fit_facets


def simulate(
    seed: int,
    *,
    scripts: int = 400,
    raters: int = 6,
    criteria: int = 4,
    halo: float = 0.0,
    sd: float = 1.5,
    lowest: int = 0,
) -> tuple[Ratings, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    measure = rng.normal(0.3, sd, scripts)
    severity = rng.normal(0, 0.5, raters)
    severity -= severity.mean()
    difficulty = np.linspace(-0.5, 0.5, criteria)
    thresholds = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    two = np.array([rng.choice(raters, 2, replace=False) for _ in range(scripts)])
    script = np.repeat(np.arange(scripts), 2 * criteria)
    rater = np.repeat(two.ravel(), criteria)
    criterion = np.tile(np.arange(criteria), 2 * scripts)
    effect = np.repeat(rng.normal(0, 1, (scripts, 2)).ravel() * halo, criteria)
    location = measure[script] + effect - severity[rater] - difficulty[criterion]
    kernel = location[:, None] * np.arange(6) - np.append(0, np.cumsum(thresholds))
    p = np.exp(kernel - kernel.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    score = (rng.random(len(script))[:, None] > p.cumsum(axis=1)).sum(axis=1) + lowest
    ratings = Ratings(
        script,
        rater,
        criterion,
        score,
        tuple(f"s{i}" for i in range(scripts)),
        tuple(f"r{i}" for i in range(raters)),
        tuple(f"c{i}" for i in range(criteria)),
    )
    return ratings, measure, severity, difficulty


def brute_log_likelihood(ratings: Ratings, fit) -> float:
    """The marginal likelihood once more, by numerical integration script by script."""
    thresholds = np.append(0.0, np.cumsum(fit.thresholds[0].values))
    steps = np.arange(len(thresholds))
    total = 0.0
    for script in range(len(ratings.scripts)):
        rows = np.flatnonzero(ratings.script == script)

        def density(theta: float, rows: np.ndarray = rows) -> float:
            value = stats.norm.pdf(theta, fit.mean, fit.sd)
            for row in rows:
                location = (
                    theta
                    - fit.severity[ratings.rater[row]]
                    - fit.difficulty[ratings.criterion[row]]
                )
                kernel = np.exp(location * steps - thresholds)
                value *= kernel[ratings.score[row]] / kernel.sum()
            return value

        total += np.log(
            integrate.quad(density, fit.mean - 9 * fit.sd, fit.mean + 9 * fit.sd, limit=200)[0]
        )
    return total


def test_recovers_severities_and_population() -> None:
    ratings, measure, severity, difficulty = simulate(1, scripts=800)
    fit = fit_facets(ratings)
    assert fit.converged
    assert fit.pair_effect is PairEffect.NOT_SIGNIFICANT
    assert np.abs((fit.severity - severity) / fit.severity_se).max() < 3.5
    assert np.abs((fit.difficulty - difficulty) / fit.difficulty_se).max() < 3.5
    assert abs(fit.sd - 1.5) < 4 * fit.sd_se
    z = (fit.measure - measure) / fit.measure_se
    assert 0.9 < z.std() < 1.1
    assert np.abs(fit.rater_infit - 1).max() < 0.15
    assert fit.n_ratings.tolist() == [8] * 800


def test_constraints_and_direction() -> None:
    ratings, *_ = simulate(2)
    fit = fit_facets(ratings)
    for values in (fit.severity, fit.difficulty, fit.thresholds[0].values):
        assert values.sum() == pytest.approx(0, abs=1e-10)
    # A rater who takes one point off every score becomes more severe.
    harsh = ratings.score.copy()
    members = ratings.rater == 3
    harsh[members] = np.maximum(harsh[members] - 1, 0)
    after = fit_facets(
        Ratings(
            ratings.script,
            ratings.rater,
            ratings.criterion,
            harsh,
            ratings.scripts,
            ratings.raters,
            ratings.criteria,
        )
    )
    assert after.severity[3] > fit.severity[3] + 0.5


def test_likelihood_equals_numerical_integration() -> None:
    ratings, *_ = simulate(3, scripts=25, raters=3, criteria=2, sd=1.0)
    fit = fit_facets(ratings, pair_effect=False)
    assert fit.log_likelihood == pytest.approx(brute_log_likelihood(ratings, fit), abs=2e-4)
    assert fit.pair_effect is PairEffect.NOT_ASKED


@pytest.mark.parametrize("interaction", [False, True])
def test_gradient_and_information_equal_differences(interaction: bool) -> None:
    ratings, *_ = simulate(4, scripts=30, raters=3, criteria=2)
    design = FacetDesign(
        script=ratings.script,
        rater=ratings.rater,
        criterion=ratings.criterion,
        step=ratings.score,
        n_scripts=30,
        n_raters=3,
        n_criteria=2,
        set_of_criterion=np.zeros(2, int),
        n_steps=np.array([5]),
    )
    model = FacetLikelihood(design, interaction=interaction)
    rng = np.random.default_rng(0)
    free = rng.normal(0, 0.3, model.n_free)
    grid = Grid.around(0.0, 1.6, 0.2, 3.0 if interaction else 0.0)
    at = model.evaluate(free, grid)

    def shifted(j: int, h: float) -> np.ndarray:
        moved = free.copy()
        moved[j] += h
        return moved

    h = 1e-5
    for j in range(model.n_free):
        up, down = model.evaluate(shifted(j, h), grid), model.evaluate(shifted(j, -h), grid)
        slope = (up.log_likelihood - down.log_likelihood) / (2 * h)
        assert at.gradient[j] == pytest.approx(slope, abs=1e-4)
        bend = -(up.gradient - down.gradient) / (2 * h)
        information = model.information(free, grid, at)
        assert information[j] == pytest.approx(bend, abs=5e-3)


def test_halo_is_found_and_widens_the_standard_errors() -> None:
    ratings, measure, severity, _ = simulate(5, scripts=600, halo=0.9)
    honest = fit_facets(ratings)
    naive = fit_facets(ratings, pair_effect=False)
    assert honest.pair_effect is PairEffect.ESTIMATED
    assert honest.interaction_sd == pytest.approx(0.9, abs=0.12)
    assert honest.converged
    assert np.std((naive.measure - measure) / naive.measure_se) > 1.25
    assert 0.9 < np.std((honest.measure - measure) / honest.measure_se) < 1.1
    assert honest.log_likelihood > naive.log_likelihood
    assert np.abs((honest.severity - severity) / honest.severity_se).max() < 3.5


def test_scores_from_one_and_thresholds_by_criterion() -> None:
    ratings, *_ = simulate(6, lowest=1)
    fit = fit_facets(ratings, by_criterion=True)
    assert [t.criterion for t in fit.thresholds] == list(ratings.criteria)
    for thresholds in fit.thresholds:
        assert thresholds.categories.tolist() == [1, 2, 3, 4, 5, 6]
        assert thresholds.values.sum() == pytest.approx(0, abs=1e-10)
    assert fit.fair_average.min() >= 1
    assert fit.fair_average.max() <= 6
    order = np.argsort(fit.measure)
    assert (np.diff(fit.fair_average[order]) >= -1e-9).all()


def test_single_rating_leaves_the_pair_effect_alone() -> None:
    ratings, *_ = simulate(7, criteria=1)
    fit = fit_facets(ratings)
    assert fit.pair_effect is PairEffect.NOT_IDENTIFIED
    assert fit.interaction_sd == 0.0


def test_raters_without_a_common_script_are_refused() -> None:
    script = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    rater = np.array([0, 1, 0, 1, 2, 3, 2, 3])
    ratings = Ratings(
        script,
        rater,
        np.zeros(8, int),
        np.array([0, 1, 1, 2, 2, 1, 0, 1]),
        ("a", "b", "c", "d"),
        ("Aino", "Bo", "Cai", "Dan"),
        ("fluency",),
    )
    with pytest.raises(DisconnectedDesign) as caught:
        fit_facets(ratings)
    assert caught.value.sets == (("Aino", "Bo"), ("Cai", "Dan"))


def test_gap_in_the_categories_is_refused() -> None:
    ratings, *_ = simulate(8)
    score = np.where(ratings.score == 2, 3, ratings.score)
    gapped = Ratings(
        ratings.script,
        ratings.rater,
        ratings.criterion,
        score,
        ratings.scripts,
        ratings.raters,
        ratings.criteria,
    )
    with pytest.raises(UnratableDesign, match="category 2"):
        fit_facets(gapped)


@pytest.mark.audit
def test_standardised_errors_over_replications() -> None:
    errors = []
    for seed in range(100):
        ratings, _, severity, _ = simulate(1000 + seed, scripts=300)
        fit = fit_facets(ratings, pair_effect=False)
        errors.append((fit.severity - severity) / fit.severity_se)
    flat = np.concatenate(errors)
    assert abs(flat.mean()) < 0.1
    assert 0.9 < flat.std() < 1.1


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_names_and_origin_of_the_scores_do_not_matter(seed: int) -> None:
    ratings, *_ = simulate(seed, scripts=120, raters=4, criteria=3)
    fit = fit_facets(ratings, pair_effect=False)
    rng = np.random.default_rng(seed)
    raters, scripts = rng.permutation(4), rng.permutation(120)
    moved = Ratings(
        np.argsort(scripts)[ratings.script],
        np.argsort(raters)[ratings.rater],
        ratings.criterion,
        ratings.score + 3,
        ratings.scripts,
        ratings.raters,
        ratings.criteria,
    )
    again = fit_facets(moved, pair_effect=False)
    assert again.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-5)
    assert again.severity == pytest.approx(fit.severity[raters], abs=2e-3)
    assert again.measure == pytest.approx(fit.measure[scripts], abs=5e-3)
    assert again.fair_average == pytest.approx(fit.fair_average[scripts] + 3, abs=5e-3)


def test_grid_spans_eleven_sd() -> None:
    plain = Grid.around(0.0, 1.0, 0.25)
    assert (len(plain.nodes), plain.nodes[0], plain.nodes[-1]) == (45, -5.5, 5.5)
    assert (plain.step, plain.pad) == (0.25, 0)
    assert np.array_equal(plain.wide, plain.nodes)
    padded = Grid.around(1.0, 2.0, 0.5, 0.6)
    assert (len(padded.nodes), padded.nodes[0], padded.nodes[-1]) == (45, -10.0, 12.0)
    assert (padded.step, padded.pad) == (0.5, 2)
    assert padded.wide == pytest.approx(np.linspace(-11, 13, 49))


def test_criteria_with_fewer_categories() -> None:
    # Four categories for the first criterion, three and two for the others; the cell of the last
    # rater's last category is empty.
    rng = np.random.default_rng(21)
    n_steps = np.array([3, 2, 1])
    script, rater, criterion = (x.ravel() for x in np.indices((12, 2, 3)))
    step = np.minimum(rng.integers(0, 4, len(script)), n_steps[criterion])
    step[(rater == 1) & (criterion == 2)] = 0
    design = FacetDesign(script, rater, criterion, step, 13, 2, 3, np.arange(3), n_steps)
    model = FacetLikelihood(design)
    free = np.array([0.4, -0.3, 0.5, -1.0, 0.2, -0.6, 0.1, np.log(1.3)])
    p = model.parameters(free)
    assert p.severity.tolist() == [0.4, -0.4]
    assert p.difficulty == pytest.approx([-0.3, 0.5, -0.2])
    assert [t.tolist() for t in p.thresholds] == [
        pytest.approx([-1.0, 0.2, 0.8]), pytest.approx([-0.6, 0.6]), [0.0],
    ]  # fmt: skip
    grid = Grid.around(0.1, 1.3, 0.05)
    found = model.evaluate(free, grid)
    weights = stats.norm.pdf(grid.nodes, 0.1, 1.3)
    likelihood = np.tile(weights / weights.sum(), (13, 1))
    for s, r, c, k in zip(script, rater, criterion, step, strict=True):
        local = grid.nodes - p.severity[r] - p.difficulty[c]
        steps = np.append(0.0, np.cumsum(p.thresholds[c]))
        kernel = np.exp(np.arange(len(steps))[:, None] * local - steps[:, None])
        likelihood[s] *= kernel[k] / kernel.sum(axis=0)
    # The thirteenth script has no rating and says nothing.
    assert found.log_likelihood == pytest.approx(np.log(likelihood.sum(axis=1)).sum())
    for v in range(len(free)):
        up, down = free.copy(), free.copy()
        up[v] += 1e-5
        down[v] -= 1e-5
        slope = model.evaluate(up, grid).log_likelihood - model.evaluate(down, grid).log_likelihood
        assert found.gradient[v] == pytest.approx(slope / 2e-5, abs=1e-6)
    around = [free + h * np.eye(8)[v] for v in range(8) for h in (1e-5, -1e-5)]
    gradients = np.array([model.evaluate(at, grid).gradient for at in around])
    information = -(gradients[::2] - gradients[1::2]) / 2e-5
    # The grid ends at 5.5 sd, which the complete information of the sd does not know.
    assert model.information(free, grid, found) == pytest.approx(information, rel=2e-4, abs=1e-5)
    # A pair effect too small to matter changes nothing.
    paired = FacetLikelihood(design, interaction=True)
    tiny = paired.evaluate(np.append(free, -9.0), Grid.around(0.1, 1.3, 0.05, 0.1))
    assert tiny.log_likelihood == pytest.approx(found.log_likelihood, abs=1e-6)
    assert tiny.gradient[:8] == pytest.approx(found.gradient, abs=1e-5)
    far = model.category_probabilities(p, np.array([-400.0, 0.0, 400.0]))
    assert far.sum(axis=1) == pytest.approx(1.0)
    assert (far[:3, 0, 0] == 1.0).all()
    assert [far[c, n_steps[c], 2] for c in range(3)] == [1.0] * 3
    assert (far[1, 3] == 0).all()
    assert (far[2, 2:] == 0).all()


def cumulative_kernels(
    theta: np.ndarray, location: float, thresholds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Category probabilities (K, Q), and the numbers of the categories (K, 1)."""
    steps = np.arange(len(thresholds) + 1)[:, None]
    kernel = np.exp((theta - location) * steps - np.append(0, np.cumsum(thresholds))[:, None])
    return kernel / kernel.sum(axis=0), steps


@pytest.mark.parametrize("by_criterion", [False, True])
def test_everything_that_is_reported_by_brute_force(by_criterion: bool) -> None:
    ratings, *_ = simulate(31, scripts=60, raters=3, criteria=2, sd=1.0, lowest=1, halo=0.4)
    # A script less for the second rater; scores are merged to four categories, or three.
    score = np.minimum(ratings.score, np.where(ratings.criterion == 0, 4, 3 + (not by_criterion)))
    score = np.maximum(score, 2)
    kept = ~((ratings.script == 7) & (ratings.criterion == 1))
    ratings = Ratings(
        ratings.script[kept], ratings.rater[kept], ratings.criterion[kept], score[kept],
        ratings.scripts, ratings.raters, ratings.criteria,
    )  # fmt: skip
    calls: list[tuple[int, float]] = []
    fit = fit_facets(
        ratings, by_criterion=by_criterion, progress=lambda *at: calls.append(at), pair_effect=False
    )
    sets = [0, 1] if by_criterion else [0, 0]
    top = [2, 1] if by_criterion else [2]
    assert [len(t.values) for t in fit.thresholds] == top
    assert [t.categories[0] for t in fit.thresholds] == [2] * len(top)
    assert [t.criterion for t in fit.thresholds] == (["c0", "c1"] if by_criterion else [None])
    theta = np.linspace(fit.mean - 7 * fit.sd, fit.mean + 7 * fit.sd, 161)

    def unpack(free: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray], float, float]:
        def whole(part: np.ndarray) -> np.ndarray:
            return np.append(part, -part.sum())

        cuts, at = [], 3
        for count in top:
            cuts.append(whole(free[at : at + count - 1]))
            at += count - 1
        return whole(free[:2]), whole(free[2:3]), cuts, free[at], float(np.exp(free[at + 1]))

    def by_script(free: np.ndarray) -> np.ndarray:
        """(scripts, Q) joint density of ratings and measure."""
        severity, difficulty, cuts, mean, sd = unpack(free)
        log = np.tile(stats.norm.logpdf(theta, mean, sd), (60, 1))
        local = theta - (severity[ratings.rater] + difficulty[ratings.criterion])[:, None]
        for which, thresholds in enumerate(cuts):
            rows = np.flatnonzero(np.array(sets)[ratings.criterion] == which)
            sums = np.append(0, np.cumsum(thresholds))
            kernel = local[rows, None, :] * np.arange(len(sums))[:, None] - sums[:, None]
            own = kernel[np.arange(len(rows)), ratings.score[rows] - 2]
            np.add.at(log, ratings.script[rows], own - np.log(np.exp(kernel).sum(axis=1)))
        return np.exp(log)

    def log_likelihoods(free: np.ndarray) -> np.ndarray:
        return np.log(by_script(free).sum(axis=1) * (theta[1] - theta[0]))

    free = np.concatenate(
        [fit.severity[:2], fit.difficulty[:1], *(t.values[:-1] for t in fit.thresholds),
         [fit.mean, np.log(fit.sd)]]
    )  # fmt: skip
    assert fit.n_parameters == len(free)
    assert fit.log_likelihood == pytest.approx(log_likelihoods(free).sum(), abs=1e-4)
    assert calls[-1] == (pytest.approx(fit.iterations, abs=8), pytest.approx(fit.log_likelihood))
    posterior = by_script(free)
    posterior /= posterior.sum(axis=1, keepdims=True)
    mean = posterior @ theta
    variance = posterior @ theta**2 - mean**2
    assert fit.measure == pytest.approx(mean, abs=1e-3)
    assert fit.measure_se == pytest.approx(np.sqrt(variance), abs=1e-3)
    assert fit.reliability == pytest.approx(1 - variance.mean() / fit.sd**2, abs=1e-3)
    assert fit.n_ratings.tolist() == [4 if s != 7 else 2 for s in range(60)]
    assert fit.rater_n.tolist() == np.bincount(ratings.rater).tolist()

    # Mean squares over the posterior, and the score of a variance of script-by-rater effects.
    squared, spread, outer = np.zeros(len(score)), np.zeros(len(score)), np.zeros(len(score))
    excess = np.zeros((60, 3, 2, len(theta)))
    for n, (s, r, c, k) in enumerate(
        zip(ratings.script, ratings.rater, ratings.criterion, ratings.score - 2, strict=True)
    ):
        location = fit.severity[r] + fit.difficulty[c]
        p, steps = cumulative_kernels(theta, location, fit.thresholds[sets[c]].values)
        expected = (steps * p).sum(axis=0)
        own = ((steps - expected) ** 2 * p).sum(axis=0)
        squared[n] = posterior[s] @ (k - expected) ** 2
        spread[n] = posterior[s] @ own
        outer[n] = posterior[s] @ ((k - expected) ** 2 / own)
        excess[s, r, 0] += k - expected
        excess[s, r, 1] += own
    for element, infit, outfit in (
        (ratings.rater, fit.rater_infit, fit.rater_outfit),
        (ratings.criterion, fit.criterion_infit, fit.criterion_outfit),
    ):
        for which in range(len(infit)):
            mine = np.flatnonzero(element == which)
            assert infit[which] == pytest.approx(squared[mine].sum() / spread[mine].sum(), abs=1e-3)
            assert outfit[which] == pytest.approx(outer[mine].mean(), abs=1e-3)
    fair = np.zeros(60)
    for c in range(2):
        p, steps = cumulative_kernels(
            fit.measure, fit.difficulty[c], fit.thresholds[sets[c]].values
        )
        fair += 2 + (steps * p).sum(axis=0)
    assert fit.fair_average == pytest.approx(fair / 2, abs=1e-6)

    unit = 1e-3 * np.eye(len(free))
    slopes = np.array(
        [(log_likelihoods(free + h) - log_likelihoods(free - h)) / 2e-3 for h in unit]
    ).T
    bend = np.array(
        [
            [
                (log_likelihoods(free + a + b) - log_likelihoods(free + a - b)
                 - log_likelihoods(free - a + b) + log_likelihoods(free - a - b)).sum() / 4e-6
                for a in unit
            ]
            for b in unit
        ]
    )  # fmt: skip
    covariance = np.linalg.inv(-bend)
    # Of the last of a set that sums to zero, the error is that of the sum of the others.
    sums = [
        *np.eye(len(free)), np.r_[-1, -1, np.zeros(len(free) - 2)],
        np.r_[0, 0, -1, np.zeros(len(free) - 3)],
    ]  # fmt: skip
    error = [float(np.sqrt(one @ covariance @ one)) for one in sums]
    assert fit.severity_se == pytest.approx([error[0], error[1], error[-2]], rel=5e-3)
    assert fit.difficulty_se == pytest.approx([error[2], error[-1]], rel=5e-3)
    assert fit.thresholds[0].se == pytest.approx([error[3]] * 2, rel=5e-3)
    assert fit.mean_se == pytest.approx(error[len(free) - 2], rel=5e-3)
    assert fit.sd_se == pytest.approx(error[len(free) - 1] * fit.sd, rel=5e-3)

    tested = fit_facets(ratings, by_criterion=by_criterion)
    score_of = ((excess[:, :, 0] ** 2 - excess[:, :, 1]) / 2).sum(axis=1)
    own = (posterior * score_of).sum(axis=1)
    left = own - slopes @ np.linalg.lstsq(slopes, own, rcond=None)[0]
    assert tested.interaction_z == pytest.approx(own.sum() / np.sqrt(left @ left), abs=0.02)
    assert (tested.interaction_z >= 1.6449) == (tested.pair_effect is PairEffect.ESTIMATED)


@pytest.mark.parametrize(
    ("rows", "by_criterion", "words"),
    [
        ([(0, 0, 0, 1), (0, 1, 0, 2)], False, "at least two scripts are needed"),
        ([], False, "there are no ratings"),
        (
            [(0, 0, 0, 1), (0, 1, 0, 1), (1, 0, 0, 1), (1, 1, 0, 1)], False,
            "the ratings: every score is 1, so nothing can be estimated",
        ),
        (
            [(0, 0, 0, 1), (0, 1, 0, 4), (1, 0, 0, 2), (1, 1, 0, 1)], False,
            "the ratings: category 3 was never given",
        ),
        (
            [(0, 0, 0, 1), (0, 1, 0, 2), (0, 0, 1, 3), (1, 0, 1, 3), (1, 1, 0, 1)], True,
            "criterion talk: every score is 3, so nothing can be estimated",
        ),
        (
            [(0, 0, 0, 1), (0, 1, 0, 2), (0, 0, 1, 3), (1, 0, 1, 5), (1, 1, 0, 1)], True,
            "criterion talk: category 4 was never given",
        ),
        (
            [(0, 0, 0, 1), (0, 0, 0, 2), (1, 1, 0, 3), (1, 1, 0, 2)], False,
            "raters fall into 2 sets that nothing links: Aino | Bo",
        ),
        (
            [(0, 0, 0, 1), (0, 1, 0, 2), (1, 0, 1, 3), (1, 1, 1, 2)], False,
            "criteria fall into 2 sets that nothing links: text | talk",
        ),
    ],
)  # fmt: skip
def test_designs_refused(
    rows: list[tuple[int, int, int, int]], by_criterion: bool, words: str
) -> None:
    table = np.array(rows, dtype=int).reshape(-1, 4)
    n = max(len({row[0] for row in rows}), 0 if rows else 2)
    ratings = Ratings(*table.T, ("s", "t")[:n], ("Aino", "Bo"), ("text", "talk"))
    if not by_criterion and "criteria" not in words:
        ratings = Ratings(*table.T, ("s", "t")[:n], ("Aino", "Bo"), ("text",))
    with pytest.raises((UnratableDesign, DisconnectedDesign)) as caught:
        fit_facets(ratings, by_criterion=by_criterion)
    assert str(caught.value) == words


def test_the_largest_of_several_sets_is_named_first() -> None:
    script, rater = np.array([0, 1, 1, 2, 2, 3]), np.array([0, 1, 2, 3, 2, 4])
    ratings = Ratings(
        script, rater, np.zeros(6, int), np.array([1, 2, 1, 2, 1, 2]), tuple("abcd"),
        tuple("ABCDE"), ("x",),
    )  # fmt: skip
    with pytest.raises(DisconnectedDesign) as caught:
        fit_facets(ratings)
    assert caught.value.what == "raters"
    assert caught.value.sets == (("B", "C", "D"), ("A",), ("E",))
    assert str(caught.value).endswith("3 sets that nothing links: B, C, D | A | E")
