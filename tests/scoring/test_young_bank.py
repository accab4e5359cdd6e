"""A bank that grows up: priors that answers update, items that count as calibrated, seeding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.answers import Answers
from scoring.irt import Item, ItemArrays, Model, probabilities, stack
from scoring.young_bank import is_calibrated, task_to_seed, update_provisional


def provisional(seed: int, count: int = 30) -> tuple[ItemArrays, ItemArrays, list[Model]]:
    """True items and what the bank believes of them: author errors of .78 (one standard error)."""
    rng = np.random.default_rng(seed)
    truth, belief = [], []
    for k in range(count):
        b = float(np.linspace(-3.5, 1.0, count)[k])
        truth.append(Item(str(k), Model.THREE_PL, a=1.0, b=b, c=0.3))
        guess = b + rng.normal(0, 0.78)
        belief.append(Item(str(k), Model.THREE_PL, a=1.0, b=guess, c=0.3, se_a=0.2, se_b=0.78))
    return stack(truth), stack(belief), [Model.THREE_PL] * count


def answers_of(truth: ItemArrays, n: int, rng: np.random.Generator) -> Answers:
    theta = rng.normal(-1.2, 1.8, n)
    p = probabilities(truth, theta)[:, 1].T
    scores = (rng.random(p.shape) < p).astype(float)
    # Five items spread over the scale say which window of eight neighbours follows.
    first = np.arange(2, 30, 6)
    start = 5 * scores[:, first].sum(axis=1) - 3
    place = np.arange(30)[None, :]
    outside = (place < start[:, None]) | (place >= start[:, None] + 8)
    outside[:, first] = False
    scores[outside] = np.nan
    return Answers.from_table(scores)


def test_answers_halve_the_error_of_provisional_difficulties() -> None:
    truth, belief, models = provisional(1)
    rng = np.random.default_rng(2)
    found = update_provisional(answers_of(truth, 450, rng), belief, models)
    assert found.calibration.converged
    before = belief.steps[:, 0] - truth.steps[:, 0]
    after = found.items.steps[:, 0] - truth.steps[:, 0]
    # A common shift cannot be seen in answers.
    assert (after - after.mean()).std() < 0.5 * (before - before.mean()).std()
    z = (after - after.mean()) / found.items.se_steps[:, 0]
    assert z.std() < 1.5
    assert found.items.c == pytest.approx(0.3)
    assert np.ptp(found.items.a) < 1e-9
    assert (found.items.se_steps < belief.se_steps).all()
    assert found.calibration.ability_mean[0] == pytest.approx(-1.2, abs=0.5)
    assert found.calibration.ability_sd[0] == pytest.approx(1.8, abs=0.4)


def test_without_answers_nothing_changes() -> None:
    truth, belief, models = provisional(3)
    rng = np.random.default_rng(4)
    answers = answers_of(truth, 60, rng)
    kept = answers.item != 7
    answers = Answers(
        answers.person[kept], answers.item[kept], answers.score[kept], answers.n_persons, 30
    )
    found = update_provisional(answers, belief, models)
    assert found.items.steps[7, 0] == belief.steps[7, 0]
    assert found.items.se_steps[7, 0] == belief.se_steps[7, 0]
    assert not found.is_calibrated[7]


def test_held_items_carry_the_scale() -> None:
    truth, belief, models = provisional(5)
    rng = np.random.default_rng(6)
    held = np.zeros(30, dtype=bool)
    held[::2] = True
    belief.steps[held] = truth.steps[held]
    belief.se_steps[held] = 0.1
    found = update_provisional(answers_of(truth, 900, rng), belief, models, held=held)
    assert np.array_equal(found.items.steps[held], belief.steps[held])
    error = found.items.steps[~held, 0] - truth.steps[~held, 0]
    assert np.abs(error).mean() < 0.3
    assert abs(error.mean()) < 0.2


def test_items_with_many_answers_get_their_own_slope() -> None:
    truth, belief, models = provisional(7)
    truth.a[10] = 2.2
    rng = np.random.default_rng(8)
    found = update_provisional(answers_of(truth, 3000, rng), belief, models)
    assert found.n[10] >= 500
    young = found.n < 500
    assert np.ptp(found.items.a[young]) < 1e-9
    assert found.items.a[10] > found.items.a[young][0] + 0.2
    assert found.items.se_a[10] > 0


def test_calibrated_means_small_error_and_enough_answers() -> None:
    items = stack(
        [
            Item("a", Model.TWO_PL, b=0.0, se_b=0.25),
            Item("b", Model.TWO_PL, b=0.0, se_b=0.26),
            Item("c", Model.TWO_PL, b=0.0, se_b=0.1),
            Item("d", Model.GPCM, steps=(0.0, 1.0), se_steps=(0.1, 0.3)),
            Item("e", Model.TWO_PL, b=0.0),
        ]
    )
    n = np.array([150, 400, 149, 400, 400])
    assert is_calibrated(items, n).tolist() == [True, False, False, False, False]


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
