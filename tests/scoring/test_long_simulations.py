"""What must hold over thousands of sittings; a small version of each runs in the gate."""

import numpy as np
import pytest

from scoring import simulation, simulation_report, truth
from scoring.ability import Posterior
from scoring.belief import believe
from scoring.blueprint import Blueprint
from scoring.selection import Criterion
from scoring.sitting import Settings
from scoring.stopping import StoppingRule
from tests.scoring.banks import a_bank, a_plan, a_standard

#: A sitting of ten tasks whatever happens, so that criteria meet on equal terms.
TEN = {
    "blueprint": Blueprint(min_tasks=10, max_tasks=10, max_per_area=4),
    "bank": a_bank(50, enemies=False),
}


def ten_task_settings(criterion=Criterion.MI):
    return Settings(
        prior_mean=-1.2,
        prior_sd=3.0,
        criterion=criterion,
        stopping=StoppingRule(0.999, least_gain=0.0, floor_tasks=0),
    )


def coverage(plan, worlds, at, replications, seed):
    rng = np.random.default_rng(seed)
    return [
        simulation_report.covered(
            simulation.simulate(plan, worlds, np.full(replications, theta), rng)
        )
        for theta in at
    ]


def points():
    plan = a_plan(**TEN, settings=ten_task_settings())
    return plan, truth.point_world(plan.bank, plan.standard)


def draws(n_worlds):
    plan = a_plan(
        bank=a_bank(50, enemies=False, doubt=0.78),
        blueprint=TEN["blueprint"],
        standard=a_standard(0.4, [0.3] * 11),
        settings=ten_task_settings(),
    )
    worlds = truth.drawn_worlds(plan.bank, plan.standard, np.random.default_rng(99), n_worlds)
    return plan, worlds


def test_intervals_cover_the_truth_in_a_small_sample():
    plan, worlds = points()
    assert np.mean(coverage(plan, worlds, (-3.0, 0.0), 150, 1)) == pytest.approx(0.95, abs=0.04)
    plan, worlds = draws(150)
    assert np.mean(coverage(plan, worlds, (-3.0, 0.0), 150, 1)) == pytest.approx(0.95, abs=0.05)


@pytest.mark.audit
def test_intervals_cover_a_fixed_truth_with_known_parameters():
    found = coverage(*points(), (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0), 4000, 1)
    assert np.mean(found) == pytest.approx(0.95, abs=0.01)
    assert min(found) > 0.93
    assert max(found) < 0.975


@pytest.mark.audit
def test_intervals_cover_a_fixed_truth_with_drawn_parameters():
    found = coverage(*draws(4000), (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0), 4000, 1)
    assert np.mean(found) == pytest.approx(0.95, abs=0.015)
    assert min(found) > 0.925


@pytest.mark.audit
def test_without_the_shared_layer_intervals_would_promise_too_much():
    plan, worlds = draws(1000)
    rng = np.random.default_rng(1)
    theta = rng.normal(-1.2, 1.8, 1000)
    found = simulation.simulate(plan, worlds, theta, rng)
    narrow = np.abs(found.theta - theta) <= 1.96 * found.se
    wide = np.abs(found.theta - theta) <= 1.96 * found.se_total
    assert narrow.mean() < 0.93
    assert wide.mean() > 0.935


@pytest.mark.audit
def test_mutual_information_keeps_within_two_points_of_maximum_information():
    theta = np.random.default_rng(7).normal(-1.2, 1.8, 10_000)
    bands = {}
    for criterion in (Criterion.MI, Criterion.MFI):
        plan = a_plan(**TEN, settings=ten_task_settings(criterion))
        worlds = truth.point_world(plan.bank, plan.standard)
        found = simulation.simulate(plan, worlds, theta, np.random.default_rng(8))
        assert simulation_report.violations(plan, found) == 0
        bands[criterion] = simulation_report.accuracy(plan.standard, found).bands
    assert bands[Criterion.MI] > bands[Criterion.MFI] - 0.02


@pytest.mark.audit
def test_stated_probabilities_are_real_ones():
    """Of the levels called likely to p, a share of p is true: also for a provisional bank."""
    plan, worlds = draws(1000)
    rng = np.random.default_rng(3)
    theta = rng.normal(-1.2, 3.0, 4000)
    found = simulation.simulate(plan, worlds, theta, rng)
    hit = found.levels.argmax(axis=1) == found.true_level
    assert found.levels.max(axis=1).mean() == pytest.approx(hit.mean(), abs=0.03)
    bands = found.levels @ plan.standard.grouping
    band = np.array(plan.standard.band_index)[found.true_level]
    assert bands.max(axis=1).mean() == pytest.approx(
        (bands.argmax(axis=1) == band).mean(), abs=0.03
    )


@pytest.mark.audit
def test_no_blueprint_is_broken_in_three_thousand_sittings_with_everything_on():
    plan = a_plan(bank=a_bank(doubt=0.78), standard=a_standard(0.4, [0.3] * 11))
    rng = np.random.default_rng(6)
    worlds = truth.drawn_worlds(plan.bank, plan.standard, rng, 100)
    found = simulation.simulate(
        plan, worlds, rng.normal(-1.2, 1.8, 3000), rng, exposure_limit=0.6
    )
    assert simulation_report.violations(plan, found) == 0


@pytest.mark.audit
@pytest.mark.parametrize("limit", [0.25, 0.5])
def test_exposure_keeps_its_limit_over_all_sittings_and_at_each_level(limit):
    plan = a_plan(**TEN | {"blueprint": Blueprint(min_tasks=6, max_tasks=6)})
    worlds = truth.point_world(plan.bank, plan.standard)
    rng = np.random.default_rng(8)
    found = simulation.simulate(
        plan, worlds, rng.normal(-1.2, 1.8, 4000), rng, exposure_limit=limit
    )
    late = found.given[1500:]
    assert simulation_report.exposure_rates(late, len(plan.bank)).max() <= limit
    level = found.levels.argmax(axis=1)[1500:]
    above = []
    for own in range(12):
        here = late[level == own]
        if len(here) > 200:
            rates = simulation_report.exposure_rates(here, len(plan.bank))
            # The largest of fifty observed shares lies above its own expectation.
            by_chance = simulation_report.exposure_by_chance(rates, limit, len(here), rng)
            above.append(rates.max() - by_chance)
    assert np.mean(above) < 0.01
    assert max(above) < 0.05


def test_intervals_are_those_of_the_live_engine():
    plan, worlds = points()
    found = simulation.simulate(plan, worlds, np.zeros(1), np.random.default_rng(1))
    belief = believe(plan, [])
    prior = Posterior(plan.tables.theta, plan.prior)
    assert belief.quantiles[0.5] == pytest.approx(float(prior.quantile(0.5)))
    assert found.low[0] < found.theta[0] < found.high[0]
