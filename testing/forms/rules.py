"""What an editor of rules sends: rows of plain values, kept as typed until they are checked."""

import math
from typing import Any

from werkzeug.datastructures import MultiDict

from scoring.recommendation_rules import CODES, YEARS

#: How many conditions on levels a rule's page offers.
LEVEL_ROWS = 3


def rule_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """A rule or an addition; what is left empty is not looked at."""
    row: dict[str, Any] = {"id": _text(form, "id"), "outcome": _text(form, "outcome")}
    for name in ("second", "why"):
        if _text(form, name):
            row[name] = _text(form, name)
    for name in CODES:
        if form.getlist(name):
            row[name] = form.getlist(name)
    for name in (*YEARS, "assessed"):
        given = {
            key: _number(form, f"{name}-{key}")
            for key in ("at_least", "at_most")
            if _text(form, f"{name}-{key}")
        }
        if form.get(f"{name}-unknown"):
            given["unknown"] = True
        if given:
            row[name] = given
    levels = [
        {
            "skills": form.getlist(f"levels-{number}-skills"),
            _text(form, f"levels-{number}-way"): _text(form, f"levels-{number}-level"),
            "needed": _number(form, f"levels-{number}-needed"),
        }
        for number in range(LEVEL_ROWS)
        if _text(form, f"levels-{number}-way") in ("below", "at_least")
    ]
    if levels:
        row["levels"] = levels
    if form.getlist("requirement"):
        row["requirement"] = form.getlist("requirement")
    return row


def requirement_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """What a training asks for."""
    trainings = [one.strip() for one in _text(form, "trainings").split(",")]
    return {
        "id": _text(form, "id"),
        "level": _text(form, "level"),
        "needed": _number(form, "needed"),
        "skills": form.getlist("skills"),
        "trainings": [one for one in trainings if one],
        "default": bool(form.get("default")),
    }


def settings_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """What stands beside the rules of a version."""
    return {
        "version": _text(form, "version"),
        "origin": _text(form, "origin"),
        "provisional": bool(form.get("provisional")),
        "excused": form.getlist("excused"),
        **{name: _number(form, name) for name in ("entry_rank", "uneven_steps")},
        **{name: _number(form, name) for name in ("strong_signs", "weak_signs")},
        **{name: _share(form, name) for name in ("second_share", "sure_share")},
    }


def _text(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "").replace("\x00", "").strip()


def _number(form: MultiDict[str, str], name: str) -> int | str:
    text = _text(form, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def _share(form: MultiDict[str, str], name: str) -> float | str:
    text = _text(form, name).replace(",", ".")
    try:
        share = float(text)
    except ValueError:
        return text
    return share if math.isfinite(share) else text
