import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import exposure, simulation, simulation_report, truth
from scoring.bank import single_items
from scoring.blueprint import Blueprint, Limits, constraints_for
from scoring.exposure import NO_COUNTS, Eligibility
from scoring.irt import Item, Model
from scoring.sitting import PartPlan, next_step
from scoring.testlets import tables_for
from tests.scoring.banks import a_bank, a_plan, a_standard

LEVELS = a_standard().levels


def worn(task, level, sittings):
    """Counts after so many sittings at a level that were all given one task."""
    counts = NO_COUNTS
    ids = [one.id for one in a_bank().tasks]
    for _ in range(sittings):
        counts = counts.after(level, [task], {}, LEVELS, ids)
    return counts


@given(st.floats(0.01, 500), st.floats(0.01, 500), st.floats(0.05, 1))
@settings(deadline=None)
def test_probability_is_bounded_and_falls_with_use(given_, assigned, limit):
    used = np.array([given_, 2 * given_])
    found = np.exp(exposure.log_probability(used, np.full(2, assigned), limit))
    assert (found >= exposure.LEAST * 0.999).all()
    assert (found <= 1).all()
    assert found[1] <= found[0]


@given(
    st.lists(st.floats(exposure.LEAST, 1), min_size=12, max_size=12),
    st.lists(st.floats(0, 1), min_size=12, max_size=12).filter(lambda weights: sum(weights) > 0.1),
    st.floats(1e-6, 1),
)
@settings(deadline=None)
def test_what_the_mean_of_probabilities_held_back_the_mean_of_logarithms_does(chance, weights, u):
    levels = np.array(weights) / sum(weights)
    own = np.array(chance)[:, None]
    loose = exposure.held_back(own, np.array([u]), levels)[0]
    held = exposure.held_back(np.log(own), np.log([u]), levels)[0]
    assert held or not loose
    # And no level can be overruled by its neighbours: as its own falls, so does the mean.
    worn = np.log(own)
    worn[levels.argmax()] -= 40 / levels.max()
    assert exposure.held_back(worn, np.log([u]), levels)[0]


def test_one_level_holds_a_task_back_although_its_neighbours_do_not():
    levels = np.zeros(len(LEVELS))
    levels[1:4] = 0.3, 0.4, 0.3
    chance = np.ones((len(LEVELS), 1))
    chance[2] = exposure.LEAST
    draws = np.array([exposure.log_uniforms(seed, 1) for seed in range(2000)])
    eligible = [not exposure.held_back(np.log(chance), own, levels)[0] for own in draws]
    assert np.mean(eligible) == pytest.approx(exposure.LEAST**0.4, abs=0.02)


def test_without_counts_nothing_is_held_back():
    assert exposure.draw(a_bank(), LEVELS, NO_COUNTS, 0.3, 7) == {}
    plan = a_plan(exposure_counts=NO_COUNTS, exposure_limit=0.3)
    assert plan.eligibility == {}


def test_a_worn_task_becomes_rare_at_its_level_only():
    first = next_step(a_plan(), []).task
    counts = worn(first, "A2.1", 200)
    own = exposure.draw(a_bank(), LEVELS, counts, 0.3, 1)[first]
    assert own.probability(LEVELS.index("A2.1")) == pytest.approx(0.27)
    assert own.probability(LEVELS.index("B2.1")) == 1


def test_the_draw_is_stored_with_the_plan_and_decides():
    first = next_step(a_plan(), []).task
    counts = NO_COUNTS
    ids = [one.id for one in a_bank().tasks]
    for level in LEVELS:
        for _ in range(100):
            counts = counts.after(level, [first], {}, LEVELS, ids)
    given_ = 0
    for seed in range(30):
        plan = a_plan(exposure_counts=counts, exposure_limit=0.3, seed=seed)
        again = PartPlan.from_json(plan.to_json(), plan.bank)
        decision = next_step(plan, [])
        assert next_step(again, []) == decision
        assert again == plan
        given_ += decision.task == first
        assert decision.facts.n_eligible == decision.facts.n_allowed - (decision.task != first)
    assert 2 <= given_ <= 16


def test_the_blueprint_comes_before_exposure_control():
    plan = a_plan(blueprint=Blueprint(min_tasks=2, max_tasks=2, areas={"shop": Limits(2)}))
    ids = [one.id for one in plan.bank.tasks]
    counts = NO_COUNTS
    for level in LEVELS:
        for _ in range(500):
            counts = counts.after(level, ids, {}, LEVELS, ids)
    held = a_plan(
        blueprint=plan.blueprint, exposure_counts=counts, exposure_limit=1e-6, seed=3
    )
    decision = next_step(held, [])
    assert decision.task is not None
    assert decision.facts.eligibility_relaxed


def test_counts_add_what_was_given_and_what_was_assigned():
    chance = tuple(0.5 + 0.01 * k for k in range(len(LEVELS)))
    limited = {"t001": Eligibility(0.2, chance)}
    counts = NO_COUNTS.after("A1.3", ["t002"], limited, LEVELS, ["t001", "t002"])
    assert counts.given == {"t001": {"A1.3": 0.0}, "t002": {"A1.3": 1.0}}
    assert counts.assigned == {"t001": {"A1.3": chance[3]}, "t002": {"A1.3": 1.0}}
    # The same probabilities as today's plans hold them.
    today = {"t001": Eligibility(-1.6, tuple(math.log(own) for own in chance))}
    again = NO_COUNTS.after("A1.3", ["t002"], today, LEVELS, ["t001", "t002"])
    assert again.assigned["t001"]["A1.3"] == pytest.approx(chance[3])
    assert again.assigned["t002"] == {"A1.3": 1.0}


def test_a_plan_stored_before_logarithms_asks_what_it_asked():
    plan = a_plan()
    first = next_step(plan, []).task
    record = plan.to_record() | {"tasks": plan.bank.to_records()}
    asked = {}
    for draw in (0.29, 0.31):
        # Probabilities averaged over the levels: .3 whatever the person's level may be.
        record["eligibility"] = {first: [draw, *[0.3] * len(LEVELS)]}
        stored = PartPlan.from_json(json.dumps(record))
        asked[draw] = next_step(stored, []).task
        assert stored.to_record()["eligibility"] == record["eligibility"]
    assert asked[0.29] == first != asked[0.31]


def test_a_draw_is_repeated_by_its_seed():
    counts = worn("t001", "A1.1", 50)
    draws = [exposure.draw(a_bank(), LEVELS, counts, 0.3, seed) for seed in (7, 7, 8)]
    assert draws[0] == draws[1] != draws[2]
    assert draws[0]["t001"].draw <= 0


def test_counts_fade_at_the_level_of_the_sitting_only():
    counts = worn("t001", "A1.1", 3)
    later = counts.after("B1.1", [], {}, LEVELS, ["t001"])
    assert later.given["t001"]["A1.1"] == counts.given["t001"]["A1.1"]
    same = counts.after("A1.1", [], {}, LEVELS, ["t001"], fading=0.5)
    assert same.given["t001"]["A1.1"] == pytest.approx(counts.given["t001"]["A1.1"] / 2)


def test_the_limit_holds_at_every_level_and_not_on_average_only():
    """Of 1,200 sittings: the most used task at a level, less what chance alone makes of it.

    With the arithmetic mean of the levels and a memory of fifty sittings it was .09 above chance.
    """
    plan = a_plan(blueprint=Blueprint(min_tasks=5, max_tasks=5), bank=a_bank(enemies=False))
    worlds = truth.point_world(plan.bank, plan.standard)
    rng = np.random.default_rng(8)
    limit = 0.4
    own = simulation.simulate(
        plan, worlds, rng.normal(-1.2, 0.9, 1200), rng, exposure_limit=limit
    )
    assert simulation_report.violations(plan, own) == 0
    ended = own.levels.argmax(axis=1)
    above = []
    for level in range(len(LEVELS)):
        here = own.given[ended == level]
        if len(here) >= 100:
            rates = simulation_report.exposure_rates(here, len(plan.bank))
            by_chance = simulation_report.exposure_by_chance(rates, limit, len(here), rng)
            above.append(rates.max() - by_chance)
    assert len(above) >= 5
    assert np.mean(above) < 0.04


def test_control_follows_a_lower_limit_within_some_dozens_of_sittings():
    """Counts of a pilot at .8 are taken into operation at .3: both by sittings at one level."""
    bank, at = a_bank(1), LEVELS.index("A2.1")
    rng = np.random.default_rng(2)
    counts, shares = NO_COUNTS, []
    for limit in (0.8, 0.3):
        given_ = []
        for _ in range(400):
            table = exposure.draw(bank, LEVELS, counts, limit, int(rng.integers(1 << 31)))
            # It is given whenever it is eligible, and half of that depends on other levels.
            chance = table["t000"].probability(at) ** 0.5 if table else 1.0
            given_.append(bool(rng.random() < chance))
            counts = counts.after("A2.1", ["t000"] * given_[-1], table, LEVELS, ["t000"])
        shares.append((np.mean(given_[:60]), np.mean(given_[60:])))
    assert shares[0][1] == pytest.approx(0.72, abs=0.06)
    assert shares[1][0] < 0.42
    assert shares[1][1] == pytest.approx(0.27, abs=0.05)


def test_lowest_limit_is_tasks_over_useful_tasks_and_minds_the_blueprint():
    bank = a_bank(20, enemies=False)
    free = constraints_for(bank, Blueprint(max_tasks=6))
    all_useful = np.ones(20, dtype=bool)
    assert exposure.lowest_limit(free, all_useful, 5) == pytest.approx(0.25)
    assert exposure.lowest_limit(free, np.arange(20) < 10, 5) == pytest.approx(0.5)
    assert exposure.lowest_limit(free, np.arange(20) < 3, 5) == 1.0
    # Four tasks are from a shop: two of them in every sitting wear each out by half.
    shop = constraints_for(bank, Blueprint(max_tasks=6, areas={"shop": Limits(2)}))
    assert exposure.lowest_limit(shop, all_useful, 5) == pytest.approx(0.5)


def test_lowest_limits_look_at_each_level_for_itself():
    # Two tasks for every level but B1.1, which has six: there a third of sittings is enough.
    standard = a_standard()
    items = []
    for level in standard.levels:
        for n in range(6 if level == "B1.1" else 2):
            b = standard.middle(level) + 0.001 * n
            items.append(Item(f"{level}-{n}", Model.TWO_PL, a=8.0, b=b))
    bank = single_items(items)
    tables = tables_for(bank, np.linspace(-9, 9, 361))
    constraints = constraints_for(bank, Blueprint(max_tasks=2))
    lowest = exposure.lowest_limits(constraints, tables, standard, 2)
    assert lowest["B1.1"] == pytest.approx(1 / 3)
    assert {level for level, limit in lowest.items() if limit == pytest.approx(1.0)} == {
        level for level in standard.levels if level != "B1.1"
    }


def test_useful_tasks_keep_no_lower_limit_than_all_tasks_do():
    plan = a_plan()
    lowest = exposure.lowest_limits(plan.constraints, plan.tables, plan.standard, 6)
    of_all = exposure.lowest_limit(plan.constraints, np.ones(len(plan.bank), bool), 6)
    assert set(lowest) == set(LEVELS)
    assert all(of_all - 1e-9 <= limit <= 1 for limit in lowest.values())
    assert of_all >= 6 / len(plan.bank) - 1e-9
