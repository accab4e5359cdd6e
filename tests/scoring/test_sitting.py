from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.stats import norm

from scoring import blueprint as blueprints
from scoring.bank import Bank, BankRefused, Task, single_items
from scoring.blueprint import Blueprint, BlueprintInfeasible, Limits, Module
from scoring.irt import Item, Model
from scoring.sitting import (
    AnsweredTask,
    PartPlan,
    PlanRefused,
    Settings,
    StopReason,
    believe,
    next_step,
    plan_part,
    withdraw,
)
from scoring.stopping import StoppingRule
from scoring.testlets import AnswerRefused, answer_likelihood
from tests.scoring.banks import a_bank, a_plan, a_standard, answers_of


def sit(plan, theta, rng):
    """A whole part by a person of ability θ: the answers and the last decision."""
    answered = []
    while True:
        decision = next_step(plan, answered)
        assert (decision.task is None) != (decision.stop is None)
        if decision.stop is not None:
            return answered, decision
        task = plan.bank.tasks[plan.bank.index[decision.task]]
        answered.append(answers_of(task, theta, rng))


def all_right(plan, id):
    task = plan.bank.tasks[plan.bank.index[id]]
    return AnsweredTask(id, tuple(item.max_score for item in task.items))


def test_every_sitting_keeps_the_blueprint_and_can_always_be_completed():
    plan = a_plan()
    rng = np.random.default_rng(5)
    for theta in np.linspace(-5, 4, 25):
        answered, last = sit(plan, theta, rng)
        given = [plan.bank.index[one.task] for one in answered]
        decided = last.stop is not StopReason.FLOOR
        assert not blueprints.violations(plan.constraints, given, stopped=decided)
        assert last.stop is not StopReason.NO_TASKS


def test_replay_from_json_is_bit_equal():
    plan = a_plan(bank=a_bank(doubt=0.78), standard=a_standard(0.4, [0.3] * 11))
    answered, last = sit(plan, 0.3, np.random.default_rng(2))
    for again in (
        PartPlan.from_json(plan.to_json()),
        PartPlan.from_json(plan.to_json(with_bank=False), plan.bank),
    ):
        assert again == plan
        for n in range(len(answered) + 1):
            assert next_step(again, answered[:n]) == next_step(plan, answered[:n])
        assert next_step(again, answered) == last
        assert again.to_json() == plan.to_json()


def test_a_plan_is_not_replayed_with_another_bank_or_engine():
    plan = a_plan()
    with pytest.raises(PlanRefused, match="bank"):
        PartPlan.from_json(plan.to_json(with_bank=False))
    with pytest.raises(PlanRefused, match="bank"):
        PartPlan.from_json(plan.to_json(), a_bank(seed=9))
    old = plan.to_json().replace('"engine_version":"1"', '"engine_version":"0"')
    with pytest.raises(PlanRefused, match="engine 0"):
        PartPlan.from_json(old)


def test_a_belief_is_stored_as_plain_values():
    plan = a_plan()
    first = plan.bank.tasks[0]
    belief = believe(plan, [AnsweredTask(first.id, (1,) * len(first.items))])
    record = belief.to_record()
    assert list(record) == [
        "theta", "se", "se_total", "levels", "level_probabilities", "bands", "band_probabilities",
        "most_probable_level", "level_set", "band", "borderline", "n_tasks", "n_items", "quantiles",
    ]  # fmt: skip
    assert all(record[name] == getattr(belief, name) for name in list(record)[:-1])
    assert list(record["quantiles"]) == ["0.025", "0.1", "0.25", "0.5", "0.75", "0.9", "0.975"]
    assert list(record["quantiles"].values()) == list(belief.quantiles.values())


def test_belief_is_bayes_theorem_by_quadrature():
    plan = a_plan(bank=a_bank(3, n_items=2, enemies=False), blueprint=Blueprint(max_tasks=3))
    answered = [AnsweredTask("t000", (1, 0)), AnsweredTask("t002", (1, 1))]
    belief = believe(plan, answered)

    theta = np.linspace(-14, 12, 2601)[:, None]
    u = np.linspace(-3.5, 3.5, 701)
    density = norm.pdf(theta[:, 0], -1.0, 2.7)
    for one in answered:
        task = plan.bank.tasks[plan.bank.index[one.task]]
        pattern = np.tile(norm.pdf(u, 0, task.effect_sd), (theta.size, 1))
        for item, score in zip(task.items, one.scores, strict=True):
            right = item.c + (1 - item.c) / (1 + np.exp(-item.a * (theta + u - item.b)))
            pattern *= right if score else 1 - right
        density *= simpson(pattern, x=u, axis=1)
    total = simpson(density, x=theta[:, 0])
    mean = simpson(density * theta[:, 0], x=theta[:, 0]) / total
    from_cut = theta[:, 0] >= -4.0
    above = simpson(density[from_cut], x=theta[from_cut, 0]) / total
    assert belief.theta == pytest.approx(mean, abs=2e-4)
    assert 1 - belief.level_probabilities[0] == pytest.approx(above, abs=2e-4)


def test_belief_after_a_task_with_more_patterns_than_the_tables_keep():
    long = tuple(Item(f"x{i}", Model.TWO_PL, a=1.1, b=-2.0 + i / 4) for i in range(8))
    bank = Bank((*a_bank().tasks, Task("long", long, skill="reading", area="shop", task_sd=0.4)))
    plan = a_plan(bank=bank)
    assert not plan.tables.is_exact[-1]
    answered = [
        AnsweredTask("t003", (1, 0, 1)),
        AnsweredTask("long", (1, 1, 1, 0, 1, 0, 0, 0)),
        AnsweredTask("t014", (0, 0, 1)),
    ]
    theta = plan.tables.theta
    p = norm.pdf(theta, -1.0, 2.7)
    for one in answered:
        p = p * answer_likelihood(bank.tasks[bank.index[one.task]], one.scores, theta)
    p /= p.sum()
    found = believe(plan, answered)
    assert found.posterior.p == pytest.approx(p, abs=1e-12)
    assert found.theta == pytest.approx(p @ theta, abs=1e-10)
    assert (found.n_tasks, found.n_items) == (3, 14)


def test_a_belief_says_what_follows_from_its_posterior():
    standard = a_standard(0.3, [0.2] * 11)
    plan = a_plan(standard=standard)
    answered = [AnsweredTask("t003", (1, 0, 1)), AnsweredTask("t014", (0, 0, 1))]
    found = believe(plan, answered)
    theta, p = found.posterior.theta, found.posterior.p
    # A level begins at its cut, whose own error and the shared one blur it.
    above = norm.cdf((theta - np.array(standard.cuts)[:, None]) / np.hypot(0.2, 0.3)) @ p
    levels = -np.diff([1.0, *above, 0.0])
    bands = [levels[:1], levels[1:4], levels[4:6], levels[6:8], levels[8:10], levels[10:]]
    bands = np.array([part.sum() for part in bands])
    assert found.levels == standard.levels
    assert found.level_probabilities == pytest.approx(levels, abs=1e-6)
    assert found.bands == ("alle_A1.1", "A1", "A2", "B1", "B2", "C1+")
    assert found.band_probabilities == pytest.approx(bands, abs=1e-6)
    assert found.most_probable_level == standard.levels[levels.argmax()]
    assert found.band == found.bands[bands.argmax()]
    assert found.band_probability == pytest.approx(bands.max(), abs=1e-6)
    every = [(n, at) for n in range(1, 13) for at in range(13 - n)]
    runs = [(n, at) for n, at in every if levels[at : at + n].sum() >= 0.8]
    n = min(run[0] for run in runs)
    at = max((at for m, at in runs if m == n), key=lambda at: levels[at : at + n].sum())
    assert found.level_set == standard.levels[at : at + n]
    mean = p @ theta
    sd = np.sqrt(p @ theta**2 - mean**2)
    assert (found.theta, found.se) == pytest.approx((mean, sd), abs=1e-9)
    assert found.se_total == pytest.approx(np.hypot(sd, standard.shared_se))
    assert (found.n_tasks, found.n_items) == (2, 6)
    # A band exactly as probable as asked is decided.
    for asked, borderline in (
        (found.band_probability, False),
        (float(np.nextafter(found.band_probability, 1)), True),
    ):
        rule = replace(plan.settings.stopping, band_probability=asked)
        settings = replace(plan.settings, stopping=rule)
        assert believe(replace(plan, settings=settings), answered).borderline is borderline


def test_background_moves_the_first_task_and_nothing_else():
    low, high = a_plan(start_theta=-3.5), a_plan(start_theta=2.5)
    first = next_step(low, []).task
    assert first != next_step(high, []).task
    answered = [all_right(low, first)]
    assert next_step(low, answered) == next_step(high, answered)
    assert next_step(low, []).belief == next_step(high, []).belief


def test_right_answers_raise_and_wrong_answers_lower_the_belief():
    plan = a_plan()
    thetas = [
        believe(plan, [AnsweredTask("t004", scores)]).theta
        for scores in ((0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1))
    ]
    assert thetas == sorted(thetas)


def test_a_band_decided_stops_only_after_the_minima():
    plan = a_plan(
        settings=Settings(
            prior_mean=3.0, prior_sd=0.6, stopping=StoppingRule(band_probability=0.6)
        )
    )
    answered, last = sit(plan, 6.0, np.random.default_rng(1))
    assert last.stop is StopReason.BAND_DECIDED
    assert len(answered) == 5
    assert not last.belief.borderline
    assert last.belief.band == "C1+"


def test_once_the_band_is_known_only_what_is_lacking_is_asked():
    plan = a_plan(
        bank=a_bank(enemies=False),
        blueprint=Blueprint(min_tasks=3, max_tasks=10, areas={"news": Limits(2)}),
        settings=Settings(prior_mean=6.0, prior_sd=0.5),
    )
    answered = []
    while (decision := next_step(plan, answered)).task is not None:
        assert not decision.facts.minima_met
        answered.append(all_right(plan, decision.task))
    assert decision.stop is StopReason.BAND_DECIDED
    assert decision.facts.minima_met
    areas = [plan.bank.tasks[plan.bank.index[one.task]].area for one in answered]
    assert len(areas) == 3
    assert areas.count("news") == 2


def test_without_the_promise_a_known_band_stops_at_the_least_number_of_tasks():
    plan = a_plan(
        blueprint=Blueprint(min_tasks=3, max_tasks=10, areas={"work": Limits(3)}),
        settings=Settings(prior_mean=6.0, prior_sd=0.5),
    )
    # Enemies together: nothing the engine would have done.
    two = [all_right(plan, "t000"), all_right(plan, "t011")]
    assert next_step(plan, two).stop is None
    decision = next_step(plan, [*two, all_right(plan, "t003")])
    assert decision.stop is StopReason.BAND_DECIDED
    assert not decision.facts.minima_promised
    assert not decision.facts.minima_met


def test_floor_exit_after_nine_floor_items_with_at_most_four_right():
    plan = a_plan(bank=a_bank(enemies=False), blueprint=Blueprint(min_tasks=5, max_tasks=10))
    floor = [task.id for task in plan.bank.tasks if task.is_floor][:3]

    def after(*rights):
        scores = [tuple([1] * n + [0] * (3 - n)) for n in rights]
        return next_step(
            plan, [AnsweredTask(id, own) for id, own in zip(floor, scores, strict=False)]
        )

    assert after(2, 1, 1).stop is StopReason.FLOOR
    assert after(2, 1, 1).facts.floor.right == 4
    assert after(2, 2, 1).stop is None
    assert after(0, 0).stop is None


def test_precision_and_nothing_helps_are_reasons_of_their_own():
    precise = a_plan(settings=Settings(stopping=StoppingRule(0.99, precision=1.2)))
    _, last = sit(precise, 0.0, np.random.default_rng(3))
    assert last.stop is StopReason.PRECISION
    assert last.belief.se <= 1.2
    hopeless = a_plan(
        standard=a_standard(3.0), settings=Settings(stopping=StoppingRule(least_gain=0.2))
    )
    answered, last = sit(hopeless, 0.0, np.random.default_rng(3))
    assert last.stop is StopReason.NOTHING_HELPS
    assert 5 <= len(answered) < 10
    assert last.facts.gain < 0.2


def test_maximum_and_no_tasks():
    plan = a_plan(
        settings=Settings(stopping=StoppingRule(0.999, least_gain=0.0, floor_tasks=0)),
        blueprint=Blueprint(max_tasks=4),
    )
    answered, last = sit(plan, 0.0, np.random.default_rng(3))
    assert (last.stop, len(answered)) == (StopReason.MAXIMUM, 4)
    small = a_plan(
        bank=a_bank(4, enemies=False),
        settings=plan.settings,
        blueprint=Blueprint(max_tasks=9, max_words=500),
    )
    _, last = sit(small, 0.0, np.random.default_rng(3))
    assert last.stop is StopReason.NO_TASKS


def test_a_fixed_two_stage_test_is_a_blueprint():
    stages = (
        (Module("start", ("t000", "t005", "t010")),),
        (
            Module("low", ("t001", "t002")),
            Module("middle", ("t004", "t006"), -2.0),
            Module("high", ("t008", "t009"), 1.0),
        ),
    )
    plan = a_plan(blueprint=Blueprint(stages=stages), settings=Settings(prior_sd=2.7))
    start = [all_right(plan, id) for id in ("t000", "t005", "t010")]
    assert [next_step(plan, start[:n]).task for n in range(3)] == ["t000", "t005", "t010"]
    assert next_step(plan, start).task == "t008"
    assert next_step(plan, start).facts.module == "high"
    wrong = [AnsweredTask(one.task, (0, 0, 0)) for one in start]
    assert next_step(plan, wrong).task == "t001"
    # What the second module tells may not move the person to another module.
    both = [*wrong, all_right(plan, "t001")]
    assert next_step(plan, both).task == "t002"
    assert next_step(plan, [*both, all_right(plan, "t002")]).stop is StopReason.MAXIMUM
    with pytest.raises(BlueprintInfeasible, match="gone"):
        a_plan(blueprint=Blueprint(stages=((Module("x", ("gone",)),),)))


def test_fixed_parts_begin_by_background_and_leave_by_the_floor():
    stages = (
        (Module("easy", ("t000", "t001", "t011")), Module("hard", ("t008",), 0.5)),
        (Module("middle", ("t004",)),),
        (Module("last", ("t006",)),),
    )

    def step(answered, **overrides):
        plan = a_plan(
            bank=a_bank(enemies=False), blueprint=Blueprint(stages=stages), **overrides
        )
        return plan, next_step(plan, answered)

    assert step([])[1].task == "t000"
    assert step([], start_theta=0.4)[1].task == "t000"
    plan, decision = step([], start_theta=0.5)
    assert (decision.task, decision.facts.module) == ("t008", "hard")
    assert decision.facts.to_record() == {
        "n_answered": 0,
        "gain": None,
        "criterion": "fixed",
        "n_allowed": 1,
        "n_eligible": 1,
        "eligibility_relaxed": False,
        "minima_met": False,
        "minima_promised": True,
        "module": "hard",
        "floor": {"tasks": 0, "items": 0, "right": 0},
    }
    hard = [all_right(plan, "t008"), all_right(plan, "t004")]
    assert step(hard, start_theta=0.5)[1].task == "t006"
    done = step([*hard, all_right(plan, "t006")], start_theta=0.5)[1]
    assert done.stop is StopReason.MAXIMUM
    assert done.facts.minima_met
    assert (done.facts.n_allowed, done.facts.module) == (0, "last")
    low = [AnsweredTask(id, (0, 1, 0)) for id in ("t000", "t001", "t011")]
    left = step(low)[1]
    assert (left.task, left.stop) == (None, StopReason.FLOOR)
    assert left.facts.floor.items == 9
    assert left.belief == believe(plan, low)


def test_seen_tasks_stay_out_until_the_rest_is_not_enough():
    bank = a_bank(12, enemies=False)
    blueprint = Blueprint(min_tasks=5, max_tasks=6, max_per_area=2)
    ids = [task.id for task in bank.tasks]
    plan = a_plan(bank=bank, blueprint=blueprint, seen=ids[:4])
    assert plan.excluded == set(ids[:4])
    assert plan.relaxed_seen == ()
    plan = a_plan(bank=bank, blueprint=blueprint, seen=ids[:10])
    assert plan.relaxed_seen == tuple(ids[:3])
    assert plan.excluded == set(ids[3:10])


def test_an_infeasible_blueprint_names_what_cannot_be_met():
    with pytest.raises(BlueprintInfeasible) as refused:
        a_plan(blueprint=Blueprint(max_tasks=30, areas={"news": Limits(11)}, max_words=9000))
    assert refused.value.constraints == ("area news (11 to 50 tasks)",)
    with pytest.raises(BlueprintInfeasible, match="words"):
        a_plan(blueprint=Blueprint(min_tasks=5, max_words=20))
    with pytest.raises(BlueprintInfeasible, match="area sauna"):
        a_plan(blueprint=Blueprint(areas={"sauna": Limits(1)}))


def test_answers_that_do_not_belong_are_refused():
    plan = a_plan()
    with pytest.raises(PlanRefused, match=r"^task gone is not in the plan's bank$"):
        next_step(plan, [AnsweredTask("gone", (1,))])
    with pytest.raises(PlanRefused, match=r"^a task was answered twice$"):
        next_step(plan, [AnsweredTask("t001", (1, 1, 1))] * 2)
    with pytest.raises(AnswerRefused, match=r"^task t001: 2 scores for 3 items$"):
        next_step(plan, [AnsweredTask("t001", (1, 1))])
    with pytest.raises(AnswerRefused, match=r"^item t001-2: score 2 is not 0 to 1$"):
        next_step(plan, [AnsweredTask("t001", (1, 1, 2))])


def test_given_tasks_that_the_engine_would_not_offer_end_the_promise_but_not_the_sitting():
    plan = a_plan()
    first = plan.bank.tasks[0]
    enemy = plan.bank.tasks[11]
    assert enemy.id in first.enemies
    decision = next_step(plan, [all_right(plan, first.id), all_right(plan, enemy.id)])
    assert decision.task is not None
    assert not decision.facts.minima_promised


def test_a_task_that_cannot_be_used_is_withdrawn_and_the_minima_still_hold():
    plan = a_plan()
    rng = np.random.default_rng(4)
    answered = []
    for _ in range(2):
        task = next_step(plan, answered).task
        answered.append(answers_of(plan.bank.tasks[plan.bank.index[task]], -1.0, rng))
    broken = next_step(plan, answered).task
    given = [one.task for one in answered]
    mended = withdraw(plan, given, broken)
    assert PartPlan.from_json(mended.to_json()) == mended
    assert next_step(mended, answered).task != broken
    assert next_step(mended, answered).facts.minima_promised
    while (decision := next_step(mended, answered)).task is not None:
        assert decision.task != broken
        answered.append(all_right(mended, decision.task))
    index = [plan.bank.index[one.task] for one in answered]
    assert not blueprints.violations(plan.constraints, index, stopped=True)
    with pytest.raises(PlanRefused, match="answered"):
        withdraw(plan, given, given[0])


def test_minima_that_a_withdrawn_task_carried_are_given_up():
    bank = a_bank(6, enemies=False)
    plan = a_plan(
        bank=bank, blueprint=Blueprint(min_tasks=2, max_tasks=4, areas={"work": Limits(1)})
    )
    only = next(task.id for task in bank.tasks if task.area == "work")
    mended = withdraw(plan, [], only)
    decision = next_step(mended, [])
    assert decision.task != only
    assert mended.blueprint.min_tasks == 1
    fixed = a_plan(bank=bank, blueprint=Blueprint(stages=((Module("a", ("t001",)),),)))
    with pytest.raises(PlanRefused, match="fixed"):
        withdraw(fixed, [], "t001")


def test_choosing_among_several_best_is_seeded():
    settings = Settings(prior_mean=-1.0, prior_sd=2.7, among=5)
    firsts = {next_step(a_plan(settings=settings, seed=seed), []).task for seed in range(30)}
    assert 2 <= len(firsts) <= 5
    assert next_step(a_plan(settings=replace(settings, among=1)), []).task in firsts
    of_two = {
        next_step(a_plan(settings=replace(settings, among=2), seed=seed), []).task
        for seed in range(20)
    }
    assert len(of_two) == 2
    assert of_two < firsts
    assert (
        next_step(a_plan(settings=settings, seed=4), [])
        == next_step(a_plan(settings=settings, seed=4), [])
    )


def test_long_tests_resolve_a_narrow_posterior():
    items = [Item(f"i{i}", Model.TWO_PL, a=2.5, b=0.01 * i) for i in range(120)]
    plan = plan_part(
        single_items(items),
        a_standard(),
        Blueprint(max_tasks=120),
        settings=Settings(stopping=StoppingRule(0.999, least_gain=0.0)),
        seed=0,
    )
    belief = believe(plan, [AnsweredTask(f"i{i}", (i % 2,)) for i in range(120)])
    assert belief.se < 0.1
    assert belief.quantiles[0.025] < belief.theta < belief.quantiles[0.975]
    assert belief.quantiles[0.975] - belief.quantiles[0.025] == pytest.approx(
        2 * 1.96 * belief.se, rel=0.01
    )


def test_settings_from_plain_values():
    settings = Settings(prior_mean=-1.0, stopping=StoppingRule(0.9, precision=0.3))
    assert Settings.from_record(settings.to_record()) == settings
    with pytest.raises(ValueError, match="colour"):
        Settings.from_record({"colour": 1})
    with pytest.raises(ValueError, match="haste"):
        Settings.from_record({"stopping": {"haste": 1}})


def test_bank_round_trip_and_refusals():
    bank = a_bank(6)
    again = Bank.from_json(bank.to_json())
    assert again == bank
    assert hash(again) == hash(bank)
    assert again.tasks == bank.tasks
    item = Item("i", Model.RASCH, b=0.0)
    item_records = [{"id": "i", "model": "rasch", "b": 0.0}]
    with pytest.raises(BankRefused, match="twice"):
        Bank((Task("a", (item,)), Task("a", (Item("j", Model.RASCH, b=0.0),))))
    with pytest.raises(BankRefused, match="item i is in the bank twice"):
        Bank((Task("a", (item,)), Task("b", (item,))))
    with pytest.raises(BankRefused, match="colour"):
        Bank.from_records([{"id": "a", "colour": 1, "items": item_records}])
    with pytest.raises(BankRefused, match="model"):
        Bank.from_records([{"id": "a", "items": [{"id": "i", "b": 0}]}])
    with pytest.raises(BankRefused):
        Bank(())
    with pytest.raises(BankRefused, match="no items"):
        Task("a", ())
    with pytest.raises(BankRefused, match="words"):
        Task("a", (item,), words=-1)
    with pytest.raises(BankRefused, match="enemy"):
        Task("a", (item,), enemies=("a",))
