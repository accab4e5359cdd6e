import numpy as np
import pytest

from scoring import cefr, simulation, simulation_report, truth
from scoring.ability import Prior
from scoring.bank import single_items
from scoring.blueprint import Blueprint, Limits, Module
from scoring.irt import Item, Model
from scoring.selection import Criterion
from scoring.sitting import AnsweredTask, Settings, StopReason, next_step
from scoring.stopping import StoppingRule
from scoring.testlets import tables_for
from tests.scoring.banks import a_bank, a_plan, a_standard


def items_2pl(n, seed=1):
    rng = np.random.default_rng(seed)
    return [
        Item(f"i{i}", Model.TWO_PL, a=float(np.exp(rng.normal(0, 0.3))), b=float(rng.normal()))
        for i in range(n)
    ]


@pytest.mark.parametrize("criterion", list(Criterion))
def test_a_simulated_sitting_is_the_live_one(criterion):
    plan = a_plan(settings=Settings(prior_mean=-1.0, prior_sd=2.7, criterion=criterion))
    worlds = truth.point_world(plan.bank, plan.standard)
    theta = np.linspace(-4, 4, 12)
    found = simulation.simulate(plan, worlds, theta, np.random.default_rng(3))
    # The same answers again, one task at a time through the live engine.
    log = np.random.default_rng(3)
    answered = [[] for _ in theta]
    going = list(range(theta.size))
    while going:
        decisions = {n: next_step(plan, answered[n]) for n in going}
        for n in going:
            if decisions[n].stop is not None:
                assert decisions[n].stop is found.stops[n]
                assert decisions[n].belief.theta == pytest.approx(found.theta[n], abs=1e-9)
                assert decisions[n].belief.level_probabilities == pytest.approx(
                    found.levels[n].tolist(), abs=1e-9
                )
        going = [n for n in going if decisions[n].stop is None]
        if going:
            chosen = np.array([plan.bank.index[decisions[n].task] for n in going])
            scores = worlds.answer(np.array(going), theta[going], chosen, log)
            for n, t, own in zip(going, chosen, scores, strict=True):
                assert t == found.given[n, len(answered[n])]
                task = plan.bank.tasks[t]
                answered[n].append(AnsweredTask(task.id, tuple(own[: len(task.items)].tolist())))


def test_the_fast_path_is_the_live_engine_too():
    bank = single_items(items_2pl(80))
    prior = Prior(0, 1.5)
    plan = a_plan(
        bank=bank,
        blueprint=Blueprint(min_tasks=20, max_tasks=20),
        settings=Settings(
            prior_sd=1.5,
            criterion=Criterion.MFI,
            stopping=StoppingRule(0.999, least_gain=0),
        ),
    )
    worlds = truth.point_world(bank, plan.standard)
    theta = np.array([-2.0, 0.1, 1.7])
    found = simulation.fixed_length(
        tables_for(bank, prior.grid()),
        prior,
        Criterion.MFI,
        np.ones((1, 1)),
        20,
        3,
        lambda person, item: worlds.answer(
            person, theta[person], item, np.random.default_rng(item.tolist())
        )[:, 0],
    )
    for n in range(3):
        answered = []
        for item, score in zip(found.given[n], found.scores[n], strict=True):
            assert next_step(plan, answered).task == bank.tasks[item].id
            answered.append(AnsweredTask(bank.tasks[item].id, (int(score),)))
        assert next_step(plan, answered).belief.theta == pytest.approx(found.theta[n], abs=1e-9)


def test_no_sitting_breaks_the_blueprint_with_exposure_control_and_drawn_parameters():
    plan = a_plan(bank=a_bank(doubt=0.78), standard=a_standard(0.4, [0.3] * 11))
    rng = np.random.default_rng(6)
    worlds = truth.drawn_worlds(plan.bank, plan.standard, rng, 20)
    found = simulation.simulate(
        plan, worlds, rng.normal(-1.2, 1.8, 300), rng, exposure_limit=0.6
    )
    assert simulation_report.violations(plan, found) == 0


def test_exposure_control_lowers_the_most_used_task():
    plan = a_plan(blueprint=Blueprint(min_tasks=5, max_tasks=5), bank=a_bank(enemies=False))
    worlds = truth.point_world(plan.bank, plan.standard)
    rates = {}
    for limit in (None, 0.4):
        rng = np.random.default_rng(8)
        found = simulation.simulate(
            plan, worlds, rng.normal(-1.2, 0.5, 600), rng, exposure_limit=limit
        )
        late = found.given[300:]
        rates[limit] = simulation_report.exposure_rates(late, len(plan.bank)).max()
    assert rates[None] == 1.0
    assert rates[0.4] < 0.6


def test_the_report_has_every_figure_and_is_repeated_by_its_seed():
    plan = a_plan(blueprint=Blueprint(min_tasks=3, max_tasks=5))
    theta = np.random.default_rng(1).normal(size=120)
    first, again = (
        simulation_report.of_plan(plan, theta, 4, draw_parameters=False, replications=20)
        for _ in range(2)
    )
    assert first == again
    assert set(first) == {
        *("bias", "rmse", "mean_length", "length_quantiles", "accuracy", "consistency"),
        *("coverage", "max_exposure", "never_used", "blueprint_violations", "stops"),
    }
    assert first["blueprint_violations"] == 0
    assert set(first["accuracy"]["boundaries"]) == set(plan.standard.levels[1:])
    assert set(first["coverage"]) == {"-3", "-2", "-1", "0", "1", "2", "3"}
    assert first["accuracy"]["bands"] >= first["accuracy"]["overall"]
    assert sum(first["stops"].values()) == 120


def test_a_provisional_bank_is_simulated_with_drawn_parameters_only():
    plan = a_plan(
        bank=a_bank(doubt=0.78),
        standard=a_standard(0.4, [0.3] * 11),
        blueprint=Blueprint(min_tasks=4, max_tasks=4),
    )
    theta = np.random.default_rng(1).normal(-1, 1.8, size=200)
    with pytest.raises(simulation_report.DrawsRequired):
        simulation_report.of_plan(plan, theta, 1, draw_parameters=False)
    found = simulation_report.of_plan(plan, theta, 1, draw_parameters=True, replications=20)
    assert found["accuracy_point"]["overall"] > found["accuracy"]["overall"]


def test_fixed_length_report():
    bank = single_items(items_2pl(60))
    found = simulation_report.of_fixed_length(
        bank,
        a_standard().__class__.from_errors(
            cefr.REPORTED_LEVELS, np.linspace(-2, 2, 11), provisional=False
        ),
        Prior(),
        Criterion.MFI,
        20,
        np.random.default_rng(2).normal(size=1000),
        3,
        draw_parameters=False,
        replications=50,
    )
    assert found["mean_length"] == 20
    assert found["rmse"] < 0.4
    assert abs(found["bias"]) < 0.05


def test_fixed_length_refuses_tasks_and_impossible_lengths():
    standard = a_standard()
    tasks = truth.point_world(a_bank(5), standard)
    with pytest.raises(ValueError, match="one item"):
        simulation.simulate_items(
            tasks, Prior(), Criterion.MI, 2, np.zeros(3), np.random.default_rng(0)
        )
    single = truth.point_world(single_items(items_2pl(5)), standard)
    with pytest.raises(ValueError, match="1 to 5"):
        simulation.simulate_items(
            single, Prior(), Criterion.MI, 6, np.zeros(3), np.random.default_rng(0)
        )


def test_two_stage_tests_and_starting_points_are_simulated():
    stages = (
        (Module("start", ("t000", "t005", "t010")),),
        (Module("low", ("t001", "t002")), Module("high", ("t008", "t009"), 0.0)),
    )
    plan = a_plan(blueprint=Blueprint(stages=stages))
    worlds = truth.point_world(plan.bank, plan.standard)
    theta = np.array([-6.0] * 5 + [6.0] * 5)
    found = simulation.simulate(plan, worlds, theta, np.random.default_rng(1))
    assert (found.length <= 5).all()
    assert set(found.given[5:, 3]) == {plan.bank.index["t008"]}
    assert simulation_report.violations(plan, found) == 0
    adaptive = a_plan()
    begun = simulation.simulate(
        adaptive, worlds, theta, np.random.default_rng(1), start_theta=np.sign(theta) * 3
    )
    assert len(set(begun.given[:5, 0])) == 1
    assert begun.given[0, 0] != begun.given[9, 0]


def test_floor_exit_spares_the_able():
    plan = a_plan(blueprint=Blueprint(min_tasks=4, max_tasks=10, areas={"shop": Limits(0, 5)}))
    worlds = truth.point_world(plan.bank, plan.standard)
    rng = np.random.default_rng(5)
    low = simulation.simulate(plan, worlds, np.full(100, -7.0), rng)
    high = simulation.simulate(plan, worlds, np.full(100, -2.0), rng)
    assert low.stops.count(StopReason.FLOOR) + low.stops.count(StopReason.BAND_DECIDED) >= 95
    assert high.stops.count(StopReason.FLOOR) <= 3
