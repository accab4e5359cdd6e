"""`raters`: from RATINGS to measures, severities, difficulties, thresholds and agreement."""

from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from scoring.agreement import Agreement, agreement, rating_pairs
from scoring.connectedness import DisconnectedDesign
from scoring.raters import FacetFit, PairEffect, Ratings, UnratableDesign, fit_facets
from testing.measurement.tables import (
    note,
    number_text,
    print_json,
    read_table,
    refuse,
    write_json,
    write_table,
)

COLUMNS = ("script", "rater", "criterion", "score")


def run(ratings: Path, out: Path, thresholds: str, rater_by_script: str, as_json: bool) -> None:
    """The five files are written to `out`."""
    found = read_ratings(ratings)
    try:
        fit = fit_facets(
            found,
            by_criterion=thresholds == "by-criterion",
            pair_effect=rater_by_script == "auto",
        )
    except DisconnectedDesign as apart:
        refuse(ratings, f"expected a linked design, found that {apart}", line=2, column="rater")
    except UnratableDesign as problem:
        refuse(ratings, f"expected ratings that can be scaled: {problem}", line=2, column="score")
    if not fit.converged:
        note("Not converged: the estimates are not at a maximum of the likelihood.")
    if fit.pair_effect is PairEffect.ESTIMATED:
        note(
            f"Scripts and raters interact (sd {fit.interaction_sd:.2f} logits, z "
            f"{fit.interaction_z:.1f}): the criteria of one rater are not independent, and the "
            "standard errors say so."
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(out, f"expected a directory that can be made ({error.strerror})")
    _write(out, found, fit)
    agreements = _agreements(found)
    write_json(out / "agreement.json", agreements)
    summary = _summary(fit)
    if as_json:
        print_json(summary)
    else:
        click.echo(
            f"{len(found.scripts)} scripts, {len(found.raters)} raters, log-likelihood "
            f"{fit.log_likelihood:.3f}, {_effect_text(fit)}; written to {out}"
        )


def read_ratings(path: Path) -> Ratings:
    """The ratings of a file `script,rater,criterion,score`; refused if not as expected."""
    table = read_table(path)
    table.require(*COLUMNS)
    table.ignore_others(COLUMNS)
    names: tuple[dict[str, int], ...] = ({}, {}, {})
    index: list[tuple[int, int, int]] = []
    seen: dict[tuple[int, int, int], int] = {}
    scores: list[int] = []
    for row in table.rows:
        key = tuple(
            known.setdefault(table.text(row, column), len(known))
            for known, column in zip(names, COLUMNS[:3], strict=True)
        )
        place = (key[0], key[1], key[2])
        if place in seen:
            refuse(
                path,
                "expected one score for each script, rater and criterion, found the same on "
                f"line {seen[place]}",
                line=row.line,
                column="criterion",
            )
        seen[place] = row.line
        index.append(place)
        scores.append(table.whole(row, "score"))
    if len(names[0]) < 2:
        refuse(path, "expected at least two scripts, found one", line=2, column="script")
    if len(names[1]) < 2:
        refuse(path, "expected at least two raters, found one", line=2, column="rater")
    indices = np.array(index, dtype=np.int64)
    return Ratings(
        indices[:, 0],
        indices[:, 1],
        indices[:, 2],
        np.array(scores, dtype=np.int64),
        tuple(names[0]),
        tuple(names[1]),
        tuple(names[2]),
    )


def _write(out: Path, ratings: Ratings, fit: FacetFit) -> None:
    write_table(
        out / "measures.csv",
        ("script", "measure", "se", "fair_average", "n"),
        [
            (name, *map(number_text, values), str(int(n)))
            for name, *values, n in zip(
                ratings.scripts,
                fit.measure,
                fit.measure_se,
                fit.fair_average,
                fit.n_ratings,
                strict=True,
            )
        ],
    )
    write_table(
        out / "raters.csv",
        ("rater", "severity", "se", "infit", "outfit", "n"),
        [
            (name, *map(number_text, values), str(int(n)))
            for name, *values, n in zip(
                ratings.raters,
                fit.severity,
                fit.severity_se,
                fit.rater_infit,
                fit.rater_outfit,
                fit.rater_n,
                strict=True,
            )
        ],
    )
    write_table(
        out / "criteria.csv",
        ("criterion", "difficulty", "se"),
        [
            (name, number_text(value), number_text(se))
            for name, value, se in zip(
                ratings.criteria, fit.difficulty, fit.difficulty_se, strict=True
            )
        ],
    )
    by_criterion = fit.thresholds[0].criterion is not None
    rows = []
    for found in fit.thresholds:
        own = [found.criterion or ""] if by_criterion else []
        for category, value, se in zip(found.categories[1:], found.values, found.se, strict=True):
            rows.append([*own, str(int(category)), number_text(value), number_text(se)])
    first = ("criterion",) if by_criterion else ()
    write_table(out / "thresholds.csv", (*first, "category", "threshold", "se"), rows)


def _summary(fit: FacetFit) -> dict[str, Any]:
    return {
        "log_likelihood": fit.log_likelihood,
        "n_parameters": fit.n_parameters,
        "iterations": fit.iterations,
        "converged": fit.converged,
        "measure_mean": fit.mean,
        "se_measure_mean": fit.mean_se,
        "measure_sd": fit.sd,
        "se_measure_sd": fit.sd_se,
        "reliability": fit.reliability,
        "rater_by_script": {
            "outcome": str(fit.pair_effect),
            "sd": fit.interaction_sd,
            "z": fit.interaction_z,
        },
    }


def _effect_text(fit: FacetFit) -> str:
    if fit.pair_effect is PairEffect.ESTIMATED:
        return f"rater-by-script sd {fit.interaction_sd:.2f} (integrated out)"
    return f"rater-by-script effect {str(fit.pair_effect).replace('_', ' ')}"


def _agreements(ratings: Ratings) -> dict[str, Any]:
    """Overall, by criterion and by pair of raters; `n` is 0 where nothing was rated twice."""
    pairs = rating_pairs(ratings.script, ratings.criterion)
    first, second = ratings.score[pairs.first], ratings.score[pairs.second]
    raters = np.stack([ratings.rater[pairs.first], ratings.rater[pairs.second]])
    # Inside a pair of raters the one named first in the file stands first.
    swap = raters[0] > raters[1]
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    low, high = np.minimum(*raters), np.maximum(*raters)
    criterion = ratings.criterion[pairs.first]
    by_criterion = {
        name: _record(first[criterion == number], second[criterion == number], True)
        for number, name in enumerate(ratings.criteria)
    }
    by_pair = []
    for one, other in sorted(set(zip(low.tolist(), high.tolist(), strict=True))):
        here = (low == one) & (high == other)
        record = _record(first[here], second[here], False)
        by_pair.append({"raters": [ratings.raters[one], ratings.raters[other]], **record})
    return {
        "overall": _record(first, second, True),
        "by_criterion": by_criterion,
        "by_rater": {
            name: _against_others(number, low, high, first, second)
            for number, name in enumerate(ratings.raters)
        },
        "by_pair": by_pair,
    }


def _against_others(
    rater: int,
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> dict[str, Any]:
    """One rater's scores (first) against everybody else's of the same scripts (second)."""
    as_low, as_high = low == rater, high == rater
    own = np.concatenate([first[as_low], second[as_high]])
    others = np.concatenate([second[as_low], first[as_high]])
    return _record(own, others, False)


def _record(first: NDArray[np.int64], second: NDArray[np.int64], symmetric: bool) -> dict[str, Any]:
    if len(first) == 0:
        return {"n": 0}
    found: Agreement = agreement(first, second, symmetric=symmetric)
    return {
        "n": found.n,
        "exact": found.exact,
        "adjacent": found.adjacent,
        "quadratic_weighted_kappa": found.kappa,
        "standardised_mean_difference": found.standardised_difference,
        "categories": found.categories,
        "confusion": found.confusion,
    }
