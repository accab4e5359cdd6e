"""A bank that grows up: priors that answers update, items that count as calibrated."""

import numpy as np
import pytest

from scoring.answers import Answers
from scoring.calibration import (
    HeldItems,
    ItemDoubt,
    ItemStatus,
    PriorRules,
    UnobservedCategory,
    calibrate,
)
from scoring.connectedness import DisconnectedDesign
from scoring.irt import Item, ItemArrays, Model, probabilities, stack
from scoring.young_bank import is_calibrated, update_provisional


def provisional(seed: int, count: int = 30) -> tuple[ItemArrays, ItemArrays, list[Model]]:
    """True items and what the bank believes of them: they lie about its values, as it says, by .78
    (one standard error)."""
    rng = np.random.default_rng(seed)
    truth, belief = [], []
    for k in range(count):
        guess = float(np.linspace(-3.5, 1.0, count)[k])
        b = guess + rng.normal(0, 0.78)
        truth.append(Item(str(k), Model.THREE_PL, a=1.0, b=b, c=0.3))
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
    assert z.std() < 1.2
    assert found.items.c == pytest.approx(0.3)
    assert np.ptp(found.items.a) < 1e-9
    assert (found.items.se_steps < belief.se_steps).all()
    assert found.calibration.ability_mean[0] == pytest.approx(-1.2, abs=0.5)
    assert found.calibration.ability_sd[0] == pytest.approx(1.8, abs=0.4)


def test_errors_standardise_over_banks_and_the_scale_keeps_its_width() -> None:
    z, a, sd = [], [], []
    for seed in range(4):
        truth, belief, models = provisional(100 + seed)
        answers = answers_of(truth, 450, np.random.default_rng(200 + seed))
        found = update_provisional(answers, belief, models)
        z.append((found.items.steps[:, 0] - truth.steps[:, 0]) / found.items.se_steps[:, 0])
        a.append(found.items.a[0])
        sd.append(found.calibration.ability_sd[0])
        assert found.changed.all()
    # Without the pull on slopes: errors 1.4 times as large as stated, a and sd at 1.4.
    assert np.sqrt(np.mean(np.square(z))) == pytest.approx(1.0, abs=0.15)
    assert np.mean(a) == pytest.approx(1.0, abs=0.1)
    assert np.mean(sd) == pytest.approx(1.8, abs=0.15)


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


def test_the_same_answer_from_everybody_tells_something() -> None:
    truth, belief, models = provisional(3)
    answers = answers_of(truth, 60, np.random.default_rng(4))
    scores = answers.score.copy()
    right, wrong = 5, 24
    scores[answers.item == right] = 1
    scores[answers.item == wrong] = 0
    found = update_provisional(
        Answers(answers.person, answers.item, scores, answers.n_persons, 30), belief, models
    )
    for item, sign in ((right, -1), (wrong, 1)):
        assert found.calibration.status[item] is ItemStatus.ESTIMATED
        assert 0.1 < sign * (found.items.steps[item, 0] - belief.steps[item, 0]) < 2
        assert 0.4 < found.items.se_steps[item, 0] < 0.78
    # Without a prior such an item has no estimate.
    two = Answers.from_table([[1, 0], [1, 1], [1, 0]])
    assert calibrate(two, Model.RASCH).status[0] is ItemStatus.ALWAYS_HIGHEST


def test_priors_link_what_no_person_links() -> None:
    truth, belief, models = provisional(3)
    answers = answers_of(truth, 200, np.random.default_rng(4))
    # The first half meets easy items only, the second half hard ones.
    apart = (answers.person < 100) == (answers.item < 15)
    answers = Answers(
        answers.person[apart], answers.item[apart], answers.score[apart], answers.n_persons, 30
    )
    found = update_provisional(answers, belief, models)
    assert found.calibration.converged
    assert found.changed.sum() > 25
    with pytest.raises(DisconnectedDesign):
        calibrate(answers, models)


def test_items_with_many_answers_get_their_own_slope() -> None:
    truth, belief, models = provisional(51)
    truth.a[14] = 2.2  # Everybody meets this one.
    rng = np.random.default_rng(81)
    found = update_provisional(answers_of(truth, 800, rng), belief, models)
    assert found.n[14] == 800
    young = found.n < 500
    assert young.sum() > 5
    assert np.ptp(found.items.a[young]) < 1e-9
    assert found.items.a[14] == pytest.approx(2.2, abs=3 * found.items.se_a[14])
    assert found.items.a[14] > found.items.a[young][0] + 0.5
    assert found.items.se_a[14] > 0


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
    # An error that the items of a task share counts as well.
    shared = np.array([0.1, 0.0, 0.0, 0.0, 0.0])
    assert not is_calibrated(items, n, shared).any()
    assert is_calibrated(items, n + 1, np.array([0, 0, 0.2, 0, 0])).tolist()[2]


def mixed() -> tuple[Answers, ItemArrays, list[Model], np.ndarray]:
    """Six hundred people in two groups; the third item has 499 answers, the fourth 500."""
    items = [
        Item("0", Model.THREE_PL, a=1.0, b=-0.5, c=0.25, se_b=0.6),
        Item("1", Model.THREE_PL, a=1.2, b=0.5, c=0.2, se_b=0.8),
        Item("2", Model.TWO_PL, a=0.9, b=0.0, se_b=0.5),
        Item("3", Model.TWO_PL, a=1.6, b=1.0, se_b=0.5),
        Item("4", Model.GPCM, a=0.8, steps=(-1.0, 0.0, 1.0), se_steps=(0.3, 0.4, 0.8)),
        Item("5", Model.GRM, a=1.1, steps=(-0.5, 0.5), se_steps=(0.4, 0.0)),
        Item("6", Model.TWO_PL, a=1.3, b=-1.0, se_b=0.2),
        Item("7", Model.TWO_PL, a=1.0, b=0.3),
        Item("8", Model.TWO_PL, a=1.0, b=-0.3, se_b=0.2),
    ]
    bank = stack(items)
    rng = np.random.default_rng(11)
    group = np.arange(600) % 2
    theta = rng.normal(np.where(group == 0, -0.4, 0.6), 1.0)
    p = probabilities(bank, theta)
    scores = (rng.random((9, 1, 600)) > p.cumsum(axis=1)).sum(axis=1).T.astype(float)
    for item, n in ((0, 450), (1, 499), (2, 499), (3, 500), (4, 480), (5, 470), (8, 149)):
        scores[n:, item] = np.nan
    return Answers.from_table(scores), bank, [item.model for item in items], group


def test_the_update_is_the_calibration_that_the_priors_say() -> None:
    answers, bank, models, group = mixed()
    held = np.arange(9) >= 6
    held[7] = False
    shared = np.array([0.8, 0.6, 0.0, 1.2, 0.0, 0.3, 0.0, 0.5, 0.0])
    calls: list[tuple[int, float]] = []
    found = update_provisional(
        answers, bank, models, held=held, se_task=shared, group=group,
        progress=lambda *at: calls.append(at),
    )  # fmt: skip
    # Own and shared error by Pythagoras; steps lie around their centre by their sd: sqrt(2/3) and
    # .5; errors of steps are averaged where they are known; the eighth item has none of its own.
    error = [1.0, 1.0, 0.5, 1.3, np.hypot(0.5, np.sqrt(2 / 3)), np.hypot(0.5, 0.5), 0.2, np.nan,
             0.2]  # fmt: skip
    centre = [-0.5, 0.5, 0.0, 1.0, 0.0, -0.5, -1.0, np.nan, -0.3]
    # Slopes are pulled by the share of each difficulty's variance that answers took, found in three
    # rounds.
    pull = np.zeros(9)
    for _ in range(3):
        expected = calibrate(
            answers, models, held=HeldItems(np.array([6, 8]), bank.take([6, 8])), group=group,
            priors=PriorRules(slope=(0.0, 0.4)),
            doubt=ItemDoubt(
                np.array(centre), np.array(error), bank.c,
                np.array([0, 0, 0, -1, 1, 1, -1, -1, 0]), pull,
            ),
            estimate_population=True,
        )  # fmt: skip
        left = (expected.items.se_steps / np.array(error)[:, None]) ** 2
        pull = np.where(np.isfinite(left) & np.isfinite(bank.steps), 1 - left, 0).sum(axis=1)
    for name in ("a", "steps", "se_a", "se_steps"):
        one, other = getattr(found.items, name), getattr(expected.items, name)
        assert one.dtype == np.float64
        assert one == pytest.approx(other, abs=1e-9, nan_ok=True), name
    assert found.calibration.log_likelihood == pytest.approx(expected.log_likelihood)
    assert found.calibration.ability_mean == pytest.approx(expected.ability_mean)
    assert found.calibration.ability_mean.shape == (2,)
    assert calls[-1][0] > 0
    for name in ("family", "n_categories", "c", "d", "se_c"):
        assert np.array_equal(getattr(found.items, name), getattr(bank, name)), name
        assert getattr(found.items, name).dtype == getattr(bank, name).dtype
    # One slope for the young of a kind; 500 answers earn an item its own.
    a = found.items.a
    assert a[0] == a[1] == a[2] != a[3]
    assert a[4] == a[5] not in (a[0], a[3])
    # Held or not, known to .25 and answered by 150: the ninth was met by 149.
    known = (found.items.se_steps.max(axis=1) <= 0.25) & (found.n >= 150)
    assert found.is_calibrated.tolist() == known.tolist()
    assert found.is_calibrated[[2, 6, 8]].tolist() == [True, True, False]


def test_without_anything_held_the_priors_carry_the_scale() -> None:
    answers, bank, models, _ = mixed()
    bank.se_steps[7, 0] = 0.4
    plain = update_provisional(answers, bank, models)
    same = update_provisional(
        answers, bank, models, held=np.zeros(9, bool), se_task=np.zeros(9),
        group=np.zeros(600, int),
    )  # fmt: skip
    assert np.array_equal(plain.items.steps, same.items.steps, equal_nan=True)
    assert plain.calibration.ability_mean.shape == (1,)
    assert abs(plain.items.steps[6, 0] + 1.0) > 1e-6


def test_steps_that_nobody_reached_stay() -> None:
    answers, bank, models, _ = mixed()
    bank.se_steps[7, 0] = 0.4
    scores = answers.score.copy()
    scores[(answers.item == 4) & (scores == 3)] = 2
    low = Answers(answers.person, answers.item, scores, answers.n_persons, 9)
    found = update_provisional(low, bank, models)
    assert found.calibration.status[4] is ItemStatus.ESTIMATED
    assert found.items.steps[4].tolist() == [-1.0, 0.0, 1.0]
    assert (found.items.a[4], found.items.se_steps[4].tolist()) == (0.8, [0.3, 0.4, 0.8])
    assert not found.is_calibrated[4]
    assert found.changed.tolist() == [True] * 4 + [False] + [True] * 4
    assert found.items.a[5] != bank.a[5]
    assert np.isfinite(probabilities(found.items, np.array([0.0]))).all()
    # A hole in the middle is refused by the item's name, except where the item is held.
    scores[(answers.item == 4) & (scores == 1)] = 0
    low = Answers(answers.person, answers.item, scores, answers.n_persons, 9)
    with pytest.raises(UnobservedCategory, match="item form: category 1"):
        update_provisional(low, bank, models, names=["x"] * 4 + ["form"] + ["y"] * 4)
    held = np.arange(9) == 4
    assert update_provisional(low, bank, models, held=held).items.a[4] == 0.8
