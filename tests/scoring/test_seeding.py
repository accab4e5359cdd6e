"""Seeding: tasks are tried out in real sittings, and nothing but the person's time is changed."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import person_fit
from scoring.bank import Bank, Task
from scoring.blueprint import Blueprint, Module, violations
from scoring.irt import Item, Model
from scoring.seeding import (
    MOST_PRETEST_TASKS,
    PretestTask,
    Seeding,
    choose,
    draw_places,
    sublevels,
    task_to_seed,
)
from scoring.sitting import (
    AnsweredTask,
    Facts,
    PartPlan,
    PlanRefused,
    Settings,
    StopReason,
    believe,
    next_step,
    plan_part,
    withdraw,
)
from scoring.stopping import FloorCount, StoppingRule, is_near_floor
from tests.scoring.banks import (
    a_bank,
    a_blueprint,
    a_plan,
    a_standard,
    answers_of,
)

#: New tasks at every level, one in six of them with answers already.
NEW = {
    f"n{task.id}": replace(task, id=f"n{task.id}", enemies=())
    for task in a_bank(44, seed=2, enemies=False).tasks
}
TRIED = [PretestTask.of(task, 0 if k % 6 else 40) for k, task in enumerate(NEW.values())]


def sit(plan, theta, seed):
    """All answers, what was tried out with its decision, and the last decision. What is answered
    on operational tasks hangs on the seed and the task, never on what came between."""
    answered, tried = [], []
    while True:
        decision = next_step(plan, answered)
        if decision.stop is not None:
            return answered, tried, decision
        is_new = decision.task in NEW
        task = NEW[decision.task] if is_new else plan.bank.tasks[plan.bank.index[decision.task]]
        number = sum(one.task not in NEW for one in answered)
        rng = np.random.default_rng([seed, number, is_new])
        assert is_new == (decision.facts.seeded is not None)
        if is_new:
            tried.append((list(answered), decision))
        answered.append(answers_of(task, theta, rng))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(-4.5, 3.5), st.integers(1, MOST_PRETEST_TASKS))
def test_a_sitting_is_the_same_but_for_what_is_tried_out(seed, theta, most):
    blueprint = a_blueprint(max_seconds=1100.0)
    without = a_plan(seed=seed, blueprint=blueprint)
    plan = a_plan(seed=seed, blueprint=blueprint, pretest=TRIED, most_pretest=most)
    usual, _none, end = sit(without, theta, seed)
    answered, tried, last = sit(plan, theta, seed)

    assert [one for one in answered if one.task not in NEW] == usual
    assert (last.stop, last.belief, last.facts) == (end.stop, end.belief, end.facts)
    assert believe(plan, answered) == believe(without, usual)
    assert person_fit.task_fit(plan, answered) == person_fit.task_fit(without, usual)
    draws = [
        person_fit.posterior_predictive(one, log, np.random.default_rng(1), 50)
        for one, log in ((plan, answered), (without, usual))
    ]
    assert draws[0] == draws[1]
    index = [plan.bank.index[one.task] for one in usual]
    stopped = last.stop is not StopReason.FLOOR
    assert violations(plan.constraints, index, stopped=stopped) == ()

    assert len(tried) <= most
    assert len({decision.task for _log, decision in tried}) == len(tried)
    seconds = {task.id: task.seconds for task in (*plan.bank.tasks, *NEW.values())}
    for log, decision in tried:
        before = [one for one in log if one.task not in NEW]
        seeded, due = decision.facts.seeded, next_step(without, before)
        assert len(before) == seeded.after >= 2
        assert replace(decision, task=due.task, facts=due.facts) == due
        # Never the last: what was due before it is asked after it.
        assert due.task is not None
        assert decision.belief.level_probabilities[0] <= 0.2
        assert not is_near_floor(plan.settings.stopping, decision.facts.floor)
        given_so_far = [seconds[one.task] for one in log]
        to_come = (blueprint.max_tasks - len(before)) * seconds[due.task]
        assert sum(given_so_far) + seconds[decision.task] + to_come <= blueprint.max_seconds
        # The least answered of those that are near.
        place = sublevels(plan.standard, np.array([decision.belief.theta]))[0]
        free = {
            one.id: (one.answers, gap)
            for one in TRIED
            if one.id not in [other.task for other in log]
            and one.seconds <= blueprint.max_seconds - sum(given_so_far) - to_come
            and (gap := abs(sublevels(plan.standard, np.array([one.difficulty]))[0] - place)) <= 1.5
        }
        assert decision.task == min(free, key=free.get)
        assert (seeded.answers, seeded.distance) == pytest.approx(free[decision.task])
        assert seeded.n_near == len(free)


def test_a_plan_with_seeding_is_stored_and_replayed_and_an_older_one_is_what_it_was():
    plain = a_plan()
    assert "seeding" not in plain.to_record()
    plan = a_plan(pretest=TRIED, most_pretest=2)
    record = plan.to_record()
    assert {key: record[key] for key in plain.to_record()} == plain.to_record()
    again = PartPlan.from_json(plan.to_json())
    assert again == plan
    assert again.to_json() == plan.to_json()
    answered, tried, _last = sit(plan, 0.4, 6)
    assert tried
    for n in range(len(answered) + 1):
        assert next_step(again, answered[:n]) == next_step(plan, answered[:n])
    older = json.loads(plain.to_json())
    assert PartPlan.from_json(json.dumps(older)) == plain


def test_places_are_as_likely_and_never_first_nor_after_the_end():
    drawn = [draw_places(seed, 1, 8) for seed in range(3000)]
    counts = np.bincount([place for (place,) in drawn])
    assert counts[:2].sum() == 0
    assert counts.size == 8
    assert (np.abs(counts[2:] - 500) < 5 * np.sqrt(500)).all()
    assert {len(set(draw_places(seed, 2, 8))) for seed in range(50)} == {2}
    assert [draw_places(1, most, tasks) for most, tasks in ((0, 8), (2, 2), (2, 3))] == [
        (), (), (2,),
    ]  # fmt: skip


def test_only_what_fits_beside_every_task_of_this_person_is_tried_out():
    bank = a_bank(enemies=False)
    # t001 names one new task as its enemy, another names t002 and t003, which this person has seen.
    tasks = list(bank.tasks)
    tasks[1] = replace(tasks[1], enemies=("named",))
    bank = Bank(tuple(tasks))
    pretest = [
        PretestTask("named", 0.0),
        PretestTask("names", 0.0, enemies=("t004",)),
        PretestTask("names-seen", 0.0, enemies=("t002", "t003")),
        PretestTask("seen", 0.0),
        PretestTask("excluded", 0.0),
        PretestTask("t005", 0.0),
        PretestTask("free", 0.0, enemies=("retired",)),
    ]
    plan = a_plan(
        bank=bank,
        pretest=pretest,
        most_pretest=1,
        seen=("seen", "t002", "t003"),
        excluded=frozenset({"excluded"}),
    )
    assert [one.id for one in plan.seeding.tasks] == ["names-seen", "free"]
    assert a_plan(bank=bank, pretest=pretest[:2], most_pretest=2).seeding is None
    assert a_plan(bank=bank, pretest=pretest, most_pretest=0).seeding is None
    fixed = Blueprint(stages=((Module("all", tuple(t.id for t in bank.tasks[:6])),),))
    assert a_plan(bank=bank, blueprint=fixed, pretest=pretest, most_pretest=2).seeding is None


def right(plan, n):
    """The first n operational tasks of a plan, all right."""
    answered = []
    for _task in range(n):
        task = plan.bank.tasks[plan.bank.index[next_step(plan, answered).task]]
        answered.append(AnsweredTask(task.id, (1,) * len(task.items)))
    return answered


def test_two_that_share_content_are_not_tried_out_on_one_person():
    tasks = (
        PretestTask("one", 0.0, 1, enemies=("two",)),
        PretestTask("two", 0.0, 2),
        PretestTask("other", 0.5, 3, seconds=60.0),
    )

    def chosen(*given, tasks=tasks, theta=0.0, seconds=60.0):
        seeding = Seeding(tasks, (2, 3))
        found = choose(seeding, a_standard(), theta, given=given, seconds_left=seconds)
        return None if found is None else (found[0].id, round(found[1], 9), found[2])

    assert chosen() == ("one", 0.0, 3)
    assert chosen("one") == ("other", 0.625, 1)
    assert chosen("two") == ("other", 0.625, 1)
    assert chosen("one", "other") is None
    assert chosen("one", seconds=59.0) is None
    assert chosen("other", theta=1.2) == ("one", 1.5, 2)
    assert chosen("other", theta=1.21) is None

    plan = replace(a_plan(), seeding=Seeding(tasks, (2, 3)))
    with pytest.raises(PlanRefused, match="twice"):
        next_step(plan, [AnsweredTask("one", (0,)), AnsweredTask("one", (0,))])


def test_nobody_near_the_floor_is_asked_for_more():
    rule = StoppingRule()
    states = {
        (0, 0, 0): False,
        (1, 3, 1): True,
        (1, 3, 2): False,
        (2, 6, 2): True,
        (2, 6, 3): False,
        (3, 9, 4): True,
        (3, 9, 5): False,
    }
    assert {key: is_near_floor(rule, FloorCount(*key)) for key in states} == states
    assert not is_near_floor(StoppingRule(floor_tasks=0), FloorCount(3, 9, 0))
    patient = a_plan(blueprint=a_blueprint(max_seconds=None))
    plan = replace(patient, seeding=Seeding(tuple(TRIED), tuple(range(2, 10))))
    # Who does well on floor tasks is in no danger.
    easy = Bank(tuple(replace(task, is_floor=True) for task in plan.bank.tasks))
    well = next_step(replace(plan, bank=easy), right(plan, 2))
    assert (well.facts.floor.right, well.facts.seeded is None) == (6, False)


def test_a_floor_task_that_is_due_and_a_doubt_about_the_lowest_level_hold_it_back():
    rest = tuple(
        Task(f"r{k}", (Item(f"r{k}", Model.TWO_PL, a=1.2, b=-2.0 + k / 4),)) for k in range(8)
    )
    floor = Task("floor", (Item("x", Model.TWO_PL, b=-4.2),), is_floor=True)
    blueprint = Blueprint(min_tasks=3, max_tasks=6)
    wide = Settings(prior_mean=-1.0, prior_sd=2.7)

    def offered(bank, scores):
        own = Bank(bank)
        plan = plan_part(
            own, a_standard(), blueprint, settings=wide, seed=1, pretest=TRIED, most_pretest=1
        )
        plan = replace(plan, seeding=replace(plan.seeding, places=(2,)))
        return next_step(plan, [AnsweredTask(f"r{k}", (score,)) for k, score in scores])

    assert offered(rest, [(0, 1), (1, 1)]).facts.seeded is not None
    # All that is left is the floor task.
    assert offered((*rest[:2], floor), [(0, 1), (1, 1)]).task == "floor"
    lowest = offered(rest, [(0, 0), (1, 0)])
    assert lowest.belief.level_probabilities[0] > 0.2
    assert lowest.facts.seeded is None


def test_who_is_short_of_time_gives_none():
    roomy, tight = (
        a_plan(
            seed=4, pretest=TRIED, most_pretest=2, blueprint=a_blueprint(max_seconds=seconds)
        )
        for seconds in (None, 500.0)
    )
    assert any(sit(roomy, 0.5, seed)[1] for seed in range(4))
    assert not any(sit(tight, 0.5, seed)[1] for seed in range(4))


def test_a_withdrawn_pretest_task_is_gone_and_what_was_tried_out_stands_in_no_way():
    plan = a_plan(pretest=TRIED, most_pretest=2)
    answered, tried, _last = sit(plan, 0.4, 6)
    log, decision = tried[0]
    without = withdraw(plan, [one.task for one in log], decision.task)
    assert decision.task not in without.seeding.ids
    for n in range(len(log)):
        assert next_step(without, log[:n]) == next_step(plan, log[:n])
    instead = next_step(without, log)
    assert instead.task != decision.task
    assert instead.facts.seeded is not None
    # An operational task is withdrawn as ever, with pretest tasks among what was given.
    met = answered[: len(log) + 1]
    due = next_step(plan, met).task
    assert next_step(withdraw(plan, [one.task for one in met], due), met).task != due


def test_a_task_has_the_mean_difficulty_of_its_items_and_a_place_on_the_ladder_of_levels():
    task = Task(
        "t",
        (
            Item("a", Model.TWO_PL, b=1.0),
            Item("b", Model.GPCM, steps=(-1.0, 0.0, 4.0)),
        ),
        seconds=30.0,
        enemies=("x",),
    )
    assert PretestTask.of(task, 7) == PretestTask("t", 1.0, 7, 30.0, ("x",))
    standard = replace(a_standard(), cuts=(-4.0, -3.0, *np.linspace(-1.0, 7.0, 9).tolist()))
    theta = np.array([-4.5, -4.0, -3.5, -2.0, -1.0, 7.0, 8.0])
    assert sublevels(standard, theta).tolist() == [-0.5, 0.0, 0.5, 1.5, 2.0, 10.0, 11.0]
    two = replace(a_standard(), levels=("alle_A1.1", "A1.1"), cuts=(2.0,), covariance=((0.1,),))
    assert sublevels(two, np.array([1.5, 2.0, 4.0])).tolist() == [-0.5, 0.0, 2.0]


def test_facts_of_a_usual_task_say_that_none_was_tried_out():
    facts = next_step(a_plan(), []).facts
    assert isinstance(facts, Facts)
    assert "seeded" not in facts.to_record()
    patient = a_plan(blueprint=a_blueprint(max_seconds=None))
    plan = replace(patient, seeding=Seeding(tuple(TRIED), (2,)))
    facts = next_step(plan, right(plan, 2)).facts
    assert set(facts.to_record()["seeded"]) == {"after", "answers", "distance", "n_near"}


@given(
    st.floats(-3, 3),
    st.lists(st.tuples(st.floats(-4, 4), st.integers(0, 500), st.booleans()), max_size=20),
)
def test_seeding_takes_the_least_answered_task_nearby(
    theta: float, tasks: list[tuple[float, int, bool]]
) -> None:
    difficulty = np.array([t[0] for t in tasks], dtype=float)
    n = np.array([t[1] for t in tasks], dtype=int)
    allowed = np.array([t[2] for t in tasks], dtype=bool)
    chosen = task_to_seed(theta, 0.8, difficulty, n, allowed)
    near = allowed & (np.abs(difficulty - theta) <= 1.2)
    if chosen is None:
        assert not near.any()
    else:
        assert near[chosen]
        assert n[chosen] == n[near].min()


def test_nearest_of_equals_and_the_last_of_a_sublevel_and_a_half() -> None:
    everything = np.ones(3, dtype=bool)
    few = np.array([4, 4, 4])
    assert task_to_seed(0.0, 0.5, np.array([0.75, -0.5, 0.6]), few, everything) == 1
    assert task_to_seed(0.0, 0.5, np.array([0.75, 0.76, 2.0]), few, everything) == 0
    assert task_to_seed(0.0, 0.5, np.array([0.76, -0.76, 2.0]), few, everything) is None


