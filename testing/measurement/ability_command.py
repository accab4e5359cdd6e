"""`ability`: from ITEMS and RESPONSES to ABILITY."""

from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from scoring.ability import (
    PERSONS_AT_ONCE,
    STEPS_PER_SD,
    Method,
    NotResolved,
    Prior,
    estimate,
    log_likelihood,
    posterior,
)
from scoring.cefr import Standard, level_probabilities
from scoring.irt import ItemArrays, stack
from scoring.lz_star import lz_star
from testing.measurement.classification import classification
from testing.measurement.item_files import read_items, read_standard
from testing.measurement.responses import read_responses, score_table
from testing.measurement.tables import Refusal, number_text, print_json, refuse, write_table

FloatArray = NDArray[np.float64]


def run(
    items: Path,
    responses: Path,
    method: str,
    out: Path,
    prior_mean: float,
    prior_sd: float,
    parameter_uncertainty: bool,
    standard: Path | None,
    as_json: bool,
) -> None:
    """ABILITY is written, a row for each person in file order, and a summary printed."""
    if not (np.isfinite(prior_mean) and 0 < prior_sd < np.inf):
        raise Refusal(
            f"--prior-sd: expected a finite mean and an sd above 0, found {prior_mean} and "
            f"{prior_sd}."
        )
    chosen = Method(method)
    if parameter_uncertainty and chosen is not Method.EAP:
        raise Refusal(f"--parameter-uncertainty: expected only with --method eap, found {method}.")
    file = read_items(items)
    found = read_responses(responses)
    known = {item.id: item.max_score for item in file.items}
    highest = np.array([known.get(name, 10**9) for name in found.items], dtype=np.int64)
    found.refuse_scores_above(highest, "as in ITEMS")
    if not any(name in known for name in found.items):
        refuse(responses, f"expected answers to items of {items}", line=1, column="item")
    levels = read_standard(standard) if standard is not None else None
    scores = score_table(found, file.ids)
    parameters = stack(file.items)
    prior = Prior(prior_mean, prior_sd)
    own_prior = prior if chosen in (Method.EAP, Method.MAP) else None
    try:
        estimates = estimate(
            parameters, scores, chosen, own_prior, parameter_uncertainty=parameter_uncertainty
        )
        columns = ["person", "theta", "se", "n_items", "lz_star"]
        extra = np.zeros((len(found.persons), 0))
        if levels is not None:
            extra = _levels(parameters, scores, prior, levels, parameter_uncertainty)
            columns += ["level", *(f"p_{level}" for level in levels.levels)]
    except NotResolved as problem:
        refuse(responses, f"expected answers that the parameters allow: {problem}", line=2)
    fit = lz_star(parameters, scores, estimates.theta)
    rows = []
    for at, person in enumerate(found.persons):
        row = [
            person,
            number_text(estimates.theta[at]),
            number_text(estimates.se[at]),
            str(int(estimates.n_items[at])),
            number_text(fit[at]),
        ]
        if levels is not None:
            row.append(levels.levels[int(extra[at].argmax())])
            row += [number_text(value) for value in extra[at]]
        rows.append(row)
    write_table(out, columns, rows)
    found_theta = np.isfinite(estimates.theta)
    theta, se = estimates.theta[found_theta], estimates.se[found_theta]
    summary: dict[str, Any] = {
        "method": method,
        "prior": {"mean": prior_mean, "sd": prior_sd},
        "n_persons": len(rows),
        "n_estimated": len(theta),
        "theta_mean": float(theta.mean()) if len(theta) else None,
        "theta_sd": float(theta.std(ddof=1)) if len(theta) > 1 else None,
        "se_rms": float(np.sqrt((se**2).mean())) if len(se) else None,
    }
    if levels is not None:
        summary |= classification(parameters, scores, prior, levels, extra, estimates)
    if as_json:
        print_json(summary)
        return
    click.echo(f"{len(rows)} persons by {method}; written to {out}")
    if levels is not None:
        right, again = summary["accuracy"], summary["consistency"]
        click.echo(
            f"expected accuracy {right['overall']:.3f} (bands {right['bands']:.3f}), consistency "
            f"{again['overall']:.3f} (bands {again['bands']:.3f})"
        )


def _levels(
    items: ItemArrays,
    scores: NDArray[np.int64],
    prior: Prior,
    standard: Standard,
    parameter_uncertainty: bool,
) -> FloatArray:
    """(persons, levels) probability of every level, cuts and scale uncertain as the standard
    says."""
    theta = prior.grid()
    out = np.empty((len(scores), len(standard.levels)))
    for first in range(0, len(scores), PERSONS_AT_ONCE):
        rows = scores[first : first + PERSONS_AT_ONCE]
        log_p = prior.log_density(theta) + log_likelihood(
            items, rows, theta, parameter_uncertainty=parameter_uncertainty
        )
        p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        out[first : first + len(rows)] = level_probabilities(standard, theta, p)
        sd = np.sqrt(np.maximum(p @ theta**2 - (p @ theta) ** 2, 0.0))
        edge = np.maximum(p[:, 0], p[:, -1]) > 1e-9
        # Long tests and people far out need a grid of their own.
        for at in np.flatnonzero((sd < STEPS_PER_SD * (theta[1] - theta[0])) | edge):
            row = rows[at : at + 1]

            def of_one(points: FloatArray, row: NDArray[np.int64] = row) -> FloatArray:
                values: FloatArray = log_likelihood(
                    items, row, points, parameter_uncertainty=parameter_uncertainty
                )[0]
                return values

            found = posterior(prior, of_one, theta)
            out[first + at] = level_probabilities(standard, found.theta, found.p)
    return out
