"""What an editor of plans sends: rows of plain values, kept as typed until they are checked."""

from typing import Any

from werkzeug.datastructures import MultiDict

from scoring.routing import Comparison
from testing.assessment_plans.reading import FACTS, LEVEL_FACTS
from testing.assessment_plans.rules import USUAL, Depth
from testing.models import Skill

#: Ways to look at a level; the rest of the tests take no value.
_WAYS = (Comparison.AT_LEAST, Comparison.AT_MOST)
_WITHOUT_VALUE = (Comparison.KNOWN, Comparison.UNKNOWN)


def plan_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """A plan: the parts in the order of their places, those without one left out."""
    places = {skill: _number(form, f"place-{skill}") for skill in Skill}
    parts = sorted((place, skill) for skill, place in places.items() if isinstance(place, int))
    return {
        "code": _text(form, "code"),
        "name": _text(form, "name"),
        "parts": [skill.value for _place, skill in parts],
        "optional": [s.value for _place, s in parts if form.get(f"optional-{s}")],
        "length": {
            skill.value: _text(form, f"length-{skill}")
            for _place, skill in parts
            if _text(form, f"length-{skill}") not in ("", USUAL.code)
        },
        "days": _number(form, "days"),
        "own_writing": bool(form.get("own_writing")),
        "self_assessment": bool(form.get("self_assessment")),
        "literacy": _text(form, "literacy") or Depth.USUAL.value,
    }


def choice_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """When a plan is chosen; what is left empty is not looked at."""
    when: dict[str, dict[str, Any]] = {}
    for fact in FACTS:
        told = _text(form, fact)
        if told in _WITHOUT_VALUE:
            when[fact] = {told: True}
        elif told:
            when[fact] = {Comparison.IS.value: told}
    for fact in LEVEL_FACTS:
        way = _text(form, f"{fact}-way")
        if way in _WITHOUT_VALUE:
            when[fact] = {way: True}
        elif way in _WAYS:
            when[fact] = {way: _text(form, f"{fact}-level")}
    return {"plan": _text(form, "plan"), "reason": _text(form, "reason"), "when": when}


def settings_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """What stands beside the plans of a version."""
    return {
        "version": _text(form, "version")[:20],
        "origin": _text(form, "origin"),
        "provisional": bool(form.get("provisional")),
        "default": _text(form, "default"),
    }


def _text(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "").replace("\x00", "").strip()


def _number(form: MultiDict[str, str], name: str) -> int | str:
    text = _text(form, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else text
