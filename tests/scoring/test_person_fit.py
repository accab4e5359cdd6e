import numpy as np
import pytest

from scoring import irt, person_fit
from scoring.ability import Method, Prior, estimate
from scoring.irt import Item, Model
from scoring.lz_star import lz_star
from scoring.sitting import AnsweredTask, next_step
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
