from itertools import product

import numpy as np
import pytest

from scoring import irt, person_fit
from scoring.ability import Method, Prior, estimate
from scoring.bank import Bank, Task
from scoring.irt import Item, Model
from scoring.lz_star import lz_star
from scoring.sitting import AnsweredTask, believe, next_step
from scoring.testlets import answer_likelihood
from tests.scoring.banks import a_plan, answers_of

RNG = np.random.default_rng(11)
A, B = np.exp(RNG.normal(0, 0.2, 30)), np.linspace(-2, 2, 30)
FORM = irt.stack(
    [Item(f"i{i}", Model.TWO_PL, a=a, b=b) for i, (a, b) in enumerate(zip(A, B, strict=True))]
)


def test_lz_star_for_dichotomous_items_is_snijders():
    p = irt.probabilities(FORM, [0.4])[:, 1].T
    scores = (np.random.default_rng(5).random(p.shape) < p).astype(int)
    prior = Prior(0.2, 0.9)
    x = estimate(FORM, scores, Method.MAP, prior).theta[0]
    p = 1 / (1 + np.exp(-A * (x - B)))
    slope = A * p * (1 - p)
    w, r = np.log(p / (1 - p)), slope / (p * (1 - p))
    c = (slope * w).sum() / (slope * r).sum()
    variance = ((w - c * r) ** 2 * p * (1 - p)).sum()
    r0 = -(x - 0.2) / 0.9**2
    expected = (((scores[0] - p) * w).sum() + c * r0) / np.sqrt(variance)
    assert lz_star(FORM, scores, np.array([x]))[0] == pytest.approx(expected)


def test_lz_star_by_the_sums_of_sinharay():
    items = [
        Item("a", Model.THREE_PL, a=1.3, b=-0.4, c=0.2),
        Item("b", Model.GPCM, a=0.9, steps=(-0.8, 0.3, 1.1)),
        Item("c", Model.TWO_PL, a=1.6, b=0.7),
        Item("d", Model.GRM, a=1.2, steps=(-0.5, 0.6)),
    ]
    arrays = irt.stack(items)
    scores = np.array([[1, 2, 0, 1], [0, -1, 1, 2], [-1, 3, -1, 0], [0, 0, -1, -1], [0, -1, -1, 1]])
    theta = np.array([0.3, -0.6, 1.2, 0.1, -2.0])
    found = lz_star(arrays, scores, theta)
    for row, at, value in zip(scores, theta, found, strict=True):
        h = 1e-5
        p, up, down = (irt.probabilities(arrays, [x])[:, :, 0] for x in (at, at + h, at - h))
        given = [(i, k) for i, k in enumerate(row) if k >= 0]
        size = [item.max_score + 1 for item in items]
        log_p = [np.log(p[i, : size[i]]) for i, _ in given]
        chance = [p[i, : size[i]] for i, _ in given]
        slope = [(up - down)[i, : size[i]] / (2 * h) for i, _ in given]
        c = sum((s * w).sum() for s, w in zip(slope, log_p, strict=True)) / sum(
            (s**2 / q).sum() for s, q in zip(slope, chance, strict=True)
        )
        weight = [w - c * s / q for w, s, q in zip(log_p, slope, chance, strict=True)]
        mean = [(q * w).sum() for q, w in zip(chance, weight, strict=True)]
        spread = sum(
            (q * w**2).sum() - m**2 for q, w, m in zip(chance, weight, mean, strict=True)
        )
        own = sum(w[k] for w, (_, k) in zip(weight, given, strict=True))
        assert value == pytest.approx((own - sum(mean)) / np.sqrt(spread), abs=1e-6)
    # Few or easy items vary little, and still vary; one item says nothing, nor does certainty.
    assert np.isfinite(lz_star(arrays, np.array([[1, -1, 1, -1]]), np.array([4.0]))).all()
    assert np.isnan(lz_star(arrays, np.array([[1, -1, -1, -1]]), np.zeros(1))).all()
    easy = irt.stack([Item(str(i), Model.RASCH, b=-800.0) for i in range(3)])
    assert np.isnan(lz_star(easy, np.ones((1, 3), int), np.zeros(1))).all()


def test_lz_star_of_many_people_is_that_of_each():
    rng = np.random.default_rng(6)
    scores = rng.integers(0, 2, (4100, 3))
    few = FORM.take(np.arange(3))
    theta = rng.normal(size=4100)
    found = lz_star(few, scores, theta)
    picked = np.array([0, 1999, 2000, 2001, 3999, 4000, 4099])
    assert found[picked].tolist() == lz_star(few, scores[picked], theta[picked]).tolist()
    assert np.isfinite(found).all()


def sit(plan, theta, rng):
    answered = []
    while (decision := next_step(plan, answered)).task is not None:
        answered.append(answers_of(plan.bank.tasks[plan.bank.index[decision.task]], theta, rng))
    return answered


def test_a_task_that_contradicts_the_others_surprises():
    plan = a_plan()
    easy = [AnsweredTask(f"t{n:03}", (1, 1, 1)) for n in (1, 2, 13, 24, 5)]
    fits = person_fit.task_fit(plan, [*easy, AnsweredTask("t012", (0, 0, 0))])
    assert len(fits) == 6
    assert min(fits, key=lambda fit: fit.surprise).task == "t012"
    assert fits[-1].surprise < 0.05
    assert fits[-1].score == 0
    assert fits[-1].expected > 2
    assert all(0 < fit.surprise <= 1 for fit in fits)


def test_fit_of_a_task_by_enumeration():
    # The last task has 256 patterns: more than the tables keep.
    long = tuple(Item(f"x{i}", Model.TWO_PL, a=1.1, b=-2.0 + i / 4) for i in range(8))
    bank = a_plan().bank
    bank = Bank((*bank.tasks, Task("long", long, skill="reading", area="shop", task_sd=0.4)))
    plan = a_plan(bank=bank)
    answered = [
        AnsweredTask("t003", (1, 1, 1)),
        AnsweredTask("t014", (0, 0, 1)),
        AnsweredTask("long", (1, 1, 1, 0, 1, 0, 0, 0)),
        AnsweredTask("t025", (1, 1, 1)),
    ]
    theta = plan.tables.theta
    found = person_fit.task_fit(plan, answered)
    assert [fit.task for fit in found] == ["t003", "t014", "long", "t025"]
    for fit, one in zip(found, answered, strict=True):
        task = bank.tasks[bank.index[one.task]]
        others = believe(plan, [other for other in answered if other is not one]).posterior
        assert others.theta is theta
        patterns = list(product(range(2), repeat=len(task.items)))
        chance = np.array([answer_likelihood(task, p, theta) @ others.p for p in patterns])
        assert chance.sum() == pytest.approx(1)
        own = chance[patterns.index(one.scores)]
        assert fit.score == sum(one.scores)
        assert fit.expected == pytest.approx(np.array([sum(p) for p in patterns]) @ chance)
        assert fit.surprise == pytest.approx(chance[chance <= own + 1e-12].sum())


def test_posterior_predictive_by_enumeration():
    plan = a_plan()
    answered = [AnsweredTask("t003", (1, 0, 1)), AnsweredTask("t014", (1, 0, 0))]
    posterior = believe(plan, answered).posterior
    patterns = list(product(range(2), repeat=3))
    chance = [
        np.array([answer_likelihood(plan.bank.tasks[t], p, posterior.theta) for p in patterns])
        for t in (3, 14)
    ]
    both = chance[0][:, None] * chance[1][None]
    real = both[patterns.index((1, 0, 1)), patterns.index((1, 0, 0))]
    # Answers exactly as likely as the real ones count as no likelier.
    expected = (both * (both <= real * (1 + 1e-9))).sum(axis=(0, 1)) @ posterior.p
    found = person_fit.posterior_predictive(plan, answered, np.random.default_rng(2), 40_000)
    assert found == pytest.approx(expected, abs=0.01)
    assert person_fit.posterior_predictive(plan, answered, np.random.default_rng(2)) == (
        person_fit.posterior_predictive(plan, answered, np.random.default_rng(2), 2000)
    )


def test_posterior_predictive_is_calm_about_the_model_and_alarmed_by_nonsense():
    plan = a_plan()
    rng = np.random.default_rng(3)
    calm = [
        person_fit.posterior_predictive(plan, sit(plan, theta, rng), rng, draws=300)
        for theta in np.linspace(-4, 4, 40)
    ]
    assert 0.25 < np.mean(calm) < 0.75
    assert np.mean(np.array(calm) < 0.05) < 0.15
    odd = [AnsweredTask(f"t{n:03}", (0, 0, 0)) for n in (0, 1, 12)]
    odd += [AnsweredTask(f"t{n:03}", (1, 1, 1)) for n in (8, 9, 20, 31)]
    assert person_fit.posterior_predictive(plan, odd, rng) < 0.02
    assert person_fit.posterior_predictive(plan, [], rng) == 1.0
    again = [
        person_fit.posterior_predictive(plan, odd, np.random.default_rng(1)) for _ in range(2)
    ]
    assert again[0] == again[1]


def test_response_time_effort():
    threshold = person_fit.rapid_threshold(np.array([20.0, 60.0, 300.0]))
    assert threshold.tolist() == [2.0, 6.0, 10.0]
    assert person_fit.response_time_effort(np.array([5.0, 2.0, 11.0]), threshold) == pytest.approx(
        2 / 3
    )
    assert person_fit.response_time_effort(np.array([np.nan, 2.0, np.nan]), threshold) == 0
    assert person_fit.response_time_effort(np.full(3, np.nan), threshold) == 1
