"""Reasons of a proposal as records: each condition of the leading rule beside the person's fact."""

from typing import Any

from scoring.recommendation import Facts, most_probable
from scoring.recommendation_rules import CODES, YEARS
from testing.models import RecommendationProposal

#: What each kind of reason tells of the person; what an office may read depends on it.
LEVELS, LITERACY, BACKGROUND, PURPOSE = "levels", "literacy", "background", "purpose"
#: The words of the rule itself, which may speak of anything.
RULE = "rule"
_TELLS = {
    "purpose": PURPOSE,
    "literacy": LITERACY,
    "own": LITERACY,
    "latin": LITERACY,
    "study_skills": BACKGROUND,
    # An office reads it by a permission of its own, never as a reason.
    "numeracy": BACKGROUND,
    "schooling_years": BACKGROUND,
    "age": BACKGROUND,
}


def of(row: RecommendationProposal) -> list[dict[str, Any]]:
    """Why the first outcome: the conditions of the rule that led to most of it.

    The rule's own words stand last: they say why there is such a rule.
    """
    facts, proposal = Facts.from_record(row.facts), row.proposal
    rule = proposal["led"][0]["conditions"]
    found: list[dict[str, Any]] = [
        {"code": name, "tells": _TELLS[name], "value": getattr(facts, name)}
        for name in (*CODES, *YEARS)
        if name in rule
    ]
    if "assessed" in rule:
        found.append({"code": "assessed", "tells": LEVELS, "value": len(facts.levels)})
    found += [
        {
            "code": "levels",
            "tells": LEVELS,
            "is_below": "below" in condition,
            "level": condition.get("below", condition.get("at_least")),
            "needed": condition["needed"],
            "skills": {
                skill: most_probable(facts.levels[skill])
                for skill in condition["skills"]
                if skill in facts.levels
            },
        }
        for condition in rule.get("levels", ())
    ]
    if rule.get("requirement"):
        standings = proposal["sufficiency"]["standings"] if proposal["sufficiency"] else {}
        standing = max(standings, key=lambda one: standings[one], default="none")
        found.append({"code": "requirement", "tells": LEVELS, "value": standing})
    return [
        *found,
        {"code": "rule", "tells": RULE, "rule": rule["id"], "why": rule.get("why", "")},
    ]
