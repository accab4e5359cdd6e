import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import blueprint as blueprints
from scoring.bank import Bank, Task
from scoring.blueprint import (
    Blueprint,
    BlueprintInfeasible,
    BlueprintRefused,
    Limits,
    Module,
    Progress,
)
from scoring.irt import Item, Model

AREAS, TYPES = ("shop", "work", "news"), ("sign", "letter")


@st.composite
def problems(draw):
    """A small bank with a blueprint that may or may not be feasible, and excluded tasks."""
    n = draw(st.integers(3, 14))
    tasks = []
    for t in range(n):
        enemies = draw(st.sets(st.integers(0, n - 1), max_size=1)) - {t}
        tasks.append(
            Task(
                f"t{t}",
                (Item(f"i{t}", Model.RASCH, b=0.0),),
                area=draw(st.sampled_from(AREAS)),
                text_type=draw(st.sampled_from(TYPES)),
                words=draw(st.integers(0, 50)),
                seconds=draw(st.integers(0, 50)),
                enemies=tuple(f"t{e}" for e in enemies),
            )
        )
    least = draw(st.integers(1, 4))
    limits = {
        area: Limits(low, None if draw(st.booleans()) else low + draw(st.integers(0, 2)))
        for area in draw(st.sets(st.sampled_from(AREAS)))
        for low in [draw(st.integers(0, 2))]
    }
    blueprint = Blueprint(
        min_tasks=least,
        max_tasks=least + draw(st.integers(0, 4)),
        areas=limits,
        text_types={"sign": Limits(draw(st.integers(0, 1)))},
        max_per_text_type=draw(st.one_of(st.none(), st.integers(1, 4))),
        max_words=draw(st.one_of(st.none(), st.integers(20, 250))),
        max_seconds=draw(st.one_of(st.none(), st.integers(20, 250))),
    )
    excluded = draw(st.sets(st.integers(0, n - 1), max_size=2))
    return Bank(tuple(tasks)), blueprint, frozenset(f"t{e}" for e in excluded)


@given(problems(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_every_partial_test_can_be_completed_says_integer_programming(problem, random):
    bank, blueprint, excluded = problem
    constraints = blueprints.constraints_for(bank, blueprint)
    try:
        reserve = blueprints.plan_reserve(constraints, excluded)
    except BlueprintInfeasible:
        return
    mask = np.array([task.id in excluded for task in bank.tasks])
    progress = Progress((), reserve)
    while True:
        offered = blueprints.offer(constraints, progress, mask)
        options = np.flatnonzero(offered.allowed).tolist()
        if not blueprints.minima_met(constraints, progress.given):
            assert options, "a sitting that must go on has something to go on with"
        if not options:
            break
        for task in options:
            after = blueprints.advance(constraints, progress, task, mask)
            assert after.reserve is not None
            # The oracle: raises when no completion exists.
            blueprints.plan_reserve(constraints, excluded, after.given)
        finishing = np.flatnonzero(offered.finishing).tolist()
        assert set(finishing) <= set(options)
        progress = blueprints.advance(constraints, progress, random.choice(options), mask)
        assert not blueprints.violations(constraints, progress.given, stopped=False)
    assert not blueprints.violations(constraints, progress.given, stopped=True)


@given(problems())
@settings(max_examples=30, deadline=None)
def test_asking_only_what_finishes_ends_with_the_minima_met(problem):
    bank, blueprint, excluded = problem
    constraints = blueprints.constraints_for(bank, blueprint)
    try:
        progress = Progress((), blueprints.plan_reserve(constraints, excluded))
    except BlueprintInfeasible:
        return
    mask = np.array([task.id in excluded for task in bank.tasks])
    most = len(progress.reserve)
    while not blueprints.minima_met(constraints, progress.given):
        offered = blueprints.offer(constraints, progress, mask)
        task = int(np.flatnonzero(offered.finishing)[-1])
        progress = blueprints.advance(constraints, progress, task, mask)
    assert len(progress.given) <= most


@given(problems())
@settings(max_examples=60, deadline=None)
def test_tables_come_back_equal(problem):
    _, blueprint, _ = problem
    assert Blueprint.from_table(blueprint.to_table()) == blueprint


def test_fixed_parts_come_back_equal():
    blueprint = Blueprint(
        stages=((Module("a", ("x", "y")),), (Module("b", ("z",)), Module("c", ("w",), 0.5)))
    )
    assert Blueprint.from_table(blueprint.to_table()) == blueprint


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"min_tasks": 3, "max_tasks": 2}, "min_tasks <= max_tasks"),
        ({"colour": 1}, "colour"),
        ({"max_words": "many"}, "max_words"),
        ({"max_words": True}, "max_words"),
        ({"areas": {"shop": {"atleast": 1}}}, "atleast"),
        ({"areas": {"shop": {"min": 2, "max": 1}}}, "least <= most"),
        ({"stage": [{"module": [{"name": "a"}]}]}, "tasks"),
        ({"stage": [{"module": []}]}, "needs modules"),
        ({"stage": [{"module": [{"name": "a", "tasks": ["x"], "from_theta": 1.0}]}]}, "exactly"),
        (
            {
                "stage": [
                    {
                        "module": [
                            {"name": "a", "tasks": ["x"]},
                            {"name": "b", "tasks": ["x", "y"], "from_theta": 0.0},
                        ]
                    }
                ]
            },
            "different tasks",
        ),
    ],
)
def test_blueprints_that_contradict_themselves_are_refused(table, words):
    with pytest.raises(BlueprintRefused, match=words):
        Blueprint.from_table(table)


def test_every_key_of_a_blueprint_is_read():
    table = {
        "min_tasks": 2,
        "max_tasks": 9,
        "max_per_area": 3,
        "max_per_text_type": 4,
        "max_words": 500,
        "max_seconds": 600.0,
        "areas": {"shop": {"min": 1, "max": 2}},
        "text_types": {"sign": {"min": 1}},
    }
    blueprint = Blueprint.from_table(table)
    assert blueprint == Blueprint(
        2, 9, {"shop": Limits(1, 2)}, {"sign": Limits(1)}, 3, 4, 500, 600.0
    )
    assert blueprint.to_table() == table
    assert blueprint.without_minima() == Blueprint(
        1, 9, {"shop": Limits(0, 2)}, {"sign": Limits(0)}, 3, 4, 500, 600.0
    )


def test_violations_are_named():
    tasks = [
        Task(
            f"t{t}",
            (Item(f"i{t}", Model.RASCH, b=0.0),),
            area=AREAS[t % 3],
            words=40,
            enemies=("t1",) if t == 0 else (),
        )
        for t in range(6)
    ]
    bank = Bank(tuple(tasks))
    blueprint = Blueprint(
        min_tasks=2, max_tasks=3, areas={"shop": Limits(1, 1)}, max_words=100, max_seconds=50
    )
    constraints = blueprints.constraints_for(bank, blueprint)
    assert blueprints.violations(constraints, [0, 2], stopped=True) == ()
    assert blueprints.violations(constraints, [0, 0], stopped=False)[0] == "a task was given twice"
    assert blueprints.violations(constraints, [1], stopped=True) == (
        "area shop: fewer than 1",
        "fewer than 2 tasks",
    )
    assert set(blueprints.violations(constraints, [0, 1, 3, 4], stopped=False)) == {
        "more than 3 tasks",
        "area shop: more than 1",
        "more than 100 words",
        "enemies together",
    }


def test_stages_must_be_followed():
    blueprint = Blueprint(stages=((Module("a", ("x", "y")),),))
    with pytest.raises(BlueprintRefused, match="begins no module"):
        blueprints.next_of_stages(blueprint, ("z",), 0.0)
