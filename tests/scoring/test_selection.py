import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import cefr, irt, selection
from scoring.ability import Prior
from scoring.bank import Bank, Task, single_items
from scoring.irt import Item, Model
from scoring.selection import Criterion
from scoring.sitting import on_grid
from scoring.testlets import (
    AnswerRefused,
    answer_likelihood,
    n_patterns,
    pattern_likelihood,
    score_likelihood,
    tables_for,
)
from tests.scoring.banks import a_bank, a_standard

THETA = Prior(0, 1.5).grid()


def beliefs(*means, sd=0.7):
    return np.array([on_grid(Prior(mean, sd), THETA) for mean in means])


@given(
    st.floats(-3, 3),
    st.lists(st.floats(-3, 3), min_size=1, max_size=3),
    st.floats(0, 1.2),
)
@settings(max_examples=40, deadline=None)
def test_patterns_of_a_task_sum_to_one_and_to_its_scores(theta, difficulties, task_sd):
    task = Task(
        "t",
        tuple(Item(f"i{i}", Model.TWO_PL, b=b) for i, b in enumerate(difficulties)),
        task_sd=task_sd,
    )
    grid = np.linspace(theta - 0.5, theta + 0.5, 3)
    patterns = pattern_likelihood(task, grid)
    assert patterns.sum(axis=0) == pytest.approx(np.ones(3))
    sums = [bin(row).count("1") for row in range(len(patterns))]
    by_score = [patterns[np.array(sums) == k].sum(axis=0) for k in range(len(difficulties) + 1)]
    assert score_likelihood(task, grid) == pytest.approx(np.array(by_score))


def test_a_task_effect_makes_answers_agree():
    items = tuple(Item(f"i{i}", Model.TWO_PL, b=0.0) for i in range(2))
    alone = pattern_likelihood(Task("t", items), np.zeros(1))[:, 0]
    shared = pattern_likelihood(Task("t", items, task_sd=1.0), np.zeros(1))[:, 0]
    assert alone == pytest.approx([0.25] * 4)
    assert shared[0] + shared[3] > 0.55
    # Error of the task's difficulty acts like a task effect of the same variance.
    doubtful = pattern_likelihood(Task("t", items, task_sd=0.6, se_task=0.8), np.zeros(1))[:, 0]
    assert doubtful == pytest.approx(shared)


def test_a_task_with_many_patterns_is_scored_exactly_and_chosen_by_its_score():
    items = tuple(Item(f"i{i}", Model.TWO_PL, a=0.5 + 0.2 * i, b=0.0) for i in range(8))
    task = Task("big", items, task_sd=0.4)
    tables = tables_for(Bank((task,)), THETA)
    assert n_patterns(task) == 256
    assert tables.is_exact == (False,)
    assert tables.rows.shape[0] == 9
    scores = (1, 0, 1, 1, 0, 0, 1, 0)
    assert tables.likelihood(0, scores) == pytest.approx(answer_likelihood(task, scores, THETA))
    p = beliefs(0.3)
    bands = cefr.band_weights(a_standard(), THETA)
    for criterion in Criterion:
        assert selection.scores(criterion, tables, p, bands)[0, 0] > 0
    with pytest.raises(AnswerRefused):
        answer_likelihood(task, (1, 0), THETA)


@pytest.mark.parametrize("criterion", list(Criterion))
def test_criteria_are_never_negative_and_batches_agree_with_single_persons(criterion):
    tables = tables_for(a_bank(), THETA)
    bands = cefr.band_weights(a_standard(0.3), THETA)
    p = beliefs(-2.0, 0.0, 1.5)
    together = selection.scores(criterion, tables, p, bands)
    assert together.shape == (3, 50)
    assert (together >= 0).all()
    for n in range(3):
        assert np.array_equal(
            selection.scores(criterion, tables, p[n : n + 1], bands)[0], together[n]
        )


def test_mutual_information_is_the_expected_fall_of_entropy():
    tables = tables_for(a_bank(6), THETA)
    bands = cefr.band_weights(a_standard(0.4), THETA)
    p = beliefs(0.2)[0]

    def entropy(q):
        return -(q * np.log(np.maximum(q, 1e-300))).sum()

    for t in range(6):
        expected = entropy(p @ bands)
        for row in tables.rows[tables.start[t] : tables.start[t + 1]]:
            expected -= (p @ row) * entropy((p * row / (p @ row)) @ bands)
        found = selection.mutual_information(tables, p[None], bands)[0, t]
        assert found == pytest.approx(expected, abs=1e-9)
        assert 0 <= found <= entropy(p @ bands)


def test_variance_reduction_is_the_expected_fall_of_variance():
    tables = tables_for(a_bank(6), THETA)
    p = beliefs(-1.0)[0]

    def variance(q):
        return q @ THETA**2 - (q @ THETA) ** 2

    for t in range(6):
        rows = tables.rows[tables.start[t] : tables.start[t + 1]]
        expected = variance(p) - sum((p @ row) * variance(p * row / (p @ row)) for row in rows)
        assert selection.variance_reduction(tables, p[None])[0, t] == pytest.approx(expected)


def test_maximum_information_of_single_items_is_fishers():
    items = [Item(f"i{i}", Model.THREE_PL, a=1.3, b=0.5 * i - 2, c=0.25) for i in range(9)]
    tables = tables_for(single_items(items), THETA)
    found = selection.maximum_information(tables, beliefs(0.37))[0]
    exact = irt.information(irt.stack(items), [0.37])[:, 0]
    assert found == pytest.approx(exact, rel=0.01)


def test_kullback_leibler_prefers_items_where_the_person_may_be():
    items = [Item(f"i{b}", Model.TWO_PL, a=1.5, b=b) for b in (-3.0, 0.0, 3.0)]
    tables = tables_for(single_items(items), THETA)
    found = selection.kullback_leibler(tables, beliefs(0.0))[0]
    assert found.argmax() == 1
    assert found[0] == pytest.approx(found[2])


def test_kullback_leibler_is_its_formula_at_a_grid_point():
    tables = tables_for(a_bank(4), THETA)
    at = 50
    p = np.zeros(THETA.size)
    p[[at - 20, at, at + 20]] = 0.25, 0.5, 0.25
    found = selection.kullback_leibler(tables, p[None])[0]
    for t in range(4):
        rows = tables.rows[tables.start[t] : tables.start[t + 1]]
        there = rows[:, at]
        expected = sum(
            p[g] * (there * np.log(there / rows[:, g])).sum() for g in (at - 20, at, at + 20)
        )
        assert found[t] == pytest.approx(expected)


def test_criteria_at_the_ends_of_the_grid_stay_on_it():
    tables = tables_for(a_bank(4), THETA)
    for end in (0, -1):
        p = np.zeros(THETA.size)
        p[end] = 1.0
        found = selection.maximum_information(tables, p[None])[0]
        assert found == pytest.approx(tables.information[end])
    low, share = selection.position(tables, (THETA[:-1] + THETA[1:]) / 2)
    assert low.tolist() == list(range(THETA.size - 1))
    assert share == pytest.approx(np.full(THETA.size - 1, 0.5))


def test_the_band_decides_what_mutual_information_asks():
    items = [Item(f"i{b:.2f}", Model.TWO_PL, a=2.0, b=b) for b in np.linspace(-3, 3, 25)]
    tables = tables_for(single_items(items), THETA)
    standard = a_standard()
    # A person between two cuts of a band: the nearest boundary of a *band* is asked about.
    bands = cefr.band_weights(standard, THETA)
    p = beliefs(-1.2, sd=0.5)
    asked = items[int(selection.mutual_information(tables, p, bands).argmax())].b
    edges = [
        cut
        for cut, code in zip(standard.cuts, standard.levels[1:], strict=True)
        if cefr.band_of(code) != cefr.band_of(standard.levels[standard.levels.index(code) - 1])
    ]
    assert min(abs(asked - edge) for edge in edges) < 0.4
