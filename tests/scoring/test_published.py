"""Numbers that others have printed, or that a second program found for the same data."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.answers import Answers
from scoring.calibration import SlopeRule, calibrate
from scoring.irt import Item, ItemArrays, Model, stack
from scoring.linking import LinkMethod, link
from scoring.raters import Ratings, fit_facets

DATA = Path(__file__).parents[1] / "data"


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


SCIENCE = load("science.json")
ANCHORS = load("kolen_brennan_anchors.json")
FACETS = load("ratings_second_program.json")


def science() -> Answers:
    rows = [[int(x) for x in p] for p, n in SCIENCE["frequency"].items() for _ in range(n)]
    return Answers.from_table(rows)


def test_science_generalised_partial_credit() -> None:
    published = SCIENCE["gpcm"]
    fit = calibrate(science(), Model.GPCM)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(published["log_likelihood"], abs=2e-3)
    assert fit.items.a == pytest.approx(published["converged_slope"], abs=1e-3)
    # The printed values stopped early (see the data file): within a tenth of a standard error.
    assert fit.items.a == pytest.approx(published["slope"], abs=0.035)
    # Cumulative intercepts as printed: −a times the sum of the steps.
    intercepts = np.cumsum(-fit.items.a[:, None] * fit.items.steps, axis=1)
    assert intercepts == pytest.approx(np.array(published["intercepts"]), abs=0.09)


def test_science_graded_response() -> None:
    published = SCIENCE["grm"]
    fit = calibrate(science(), Model.GRM)
    assert fit.log_likelihood == pytest.approx(published["log_likelihood"], abs=2e-3)
    assert fit.items.a == pytest.approx(published["converged_slope"], abs=1e-3)
    assert fit.items.a == pytest.approx(published["slope"], abs=8e-3)


def test_science_graded_response_with_equal_slopes() -> None:
    published = SCIENCE["grm_equal_slopes"]
    fit = calibrate(science(), Model.GRM, slope=SlopeRule.COMMON)
    assert fit.n_parameters == 13
    assert fit.log_likelihood == pytest.approx(published["log_likelihood"], abs=2e-3)
    assert fit.items.a == pytest.approx([published["slope"]] * 4, abs=2e-3)
    intercepts = -fit.items.a[:, None] * fit.items.steps
    assert intercepts == pytest.approx(np.array(published["intercepts"]), abs=5e-3)


def test_partial_credit_is_generalised_partial_credit_with_one_slope() -> None:
    one = calibrate(science(), Model.GPCM, slope=SlopeRule.COMMON)
    fit = calibrate(science(), Model.PCM)
    assert fit.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)
    as_rasch = calibrate(science(), Model.PCM, slope=SlopeRule.ONE)
    assert as_rasch.log_likelihood == pytest.approx(fit.log_likelihood, abs=2e-3)
    assert as_rasch.ability_sd[0] == pytest.approx(fit.items.a[0], abs=2e-3)


def anchors(rows: list[list[float]]) -> ItemArrays:
    return stack(
        [Item(str(k), Model.THREE_PL, a=1.7 * a, b=b, c=c) for k, (a, b, c) in enumerate(rows)]
    )


@pytest.mark.parametrize("method", list(LinkMethod))
def test_kolen_brennan_common_items(method: LinkMethod) -> None:
    found = link(anchors(ANCHORS["old"]), anchors(ANCHORS["new"]), method)
    assert (found.a, found.b) == pytest.approx(ANCHORS["constants"][method], abs=2e-6)


def test_many_facet_of_a_second_program() -> None:
    with (DATA / "ratings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [tuple(dict.fromkeys(row[key] for row in rows)) for key in ("script", "criterion")]
    raters = ("r0", "r1", "r2", "r3")
    ratings = Ratings(
        np.array([names[0].index(row["script"]) for row in rows]),
        np.array([raters.index(row["rater"]) for row in rows]),
        np.array([names[1].index(row["criterion"]) for row in rows]),
        np.array([int(row["score"]) for row in rows]),
        names[0],
        raters,
        names[1],
    )
    fit = fit_facets(ratings, pair_effect=False)
    assert fit.log_likelihood == pytest.approx(FACETS["log_likelihood"], abs=1e-3)
    assert fit.severity == pytest.approx(FACETS["severity"], abs=2e-3)
    assert fit.severity_se == pytest.approx(FACETS["severity_se"], abs=1e-3)
    assert fit.difficulty == pytest.approx(FACETS["difficulty"], abs=2e-3)
    assert fit.thresholds[0].values == pytest.approx(FACETS["thresholds"], abs=2e-3)
    assert (fit.mean, fit.sd) == pytest.approx((FACETS["mean"], FACETS["sd"]), abs=2e-3)
    assert fit.rater_infit == pytest.approx(FACETS["infit"], abs=2e-3)
    assert fit.rater_outfit == pytest.approx(FACETS["outfit"], abs=3e-3)
    order = [names[0].index(f"s{k}") for k in range(5)]
    assert fit.measure[order] == pytest.approx(FACETS["theta"], abs=2e-3)
