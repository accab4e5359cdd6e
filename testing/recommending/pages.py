"""What the assessor's pages show of a proposal: plain values in the language of the moment."""

from collections.abc import Mapping
from typing import Any

from scoring.recommendation import Facts
from scoring.recommendation_rules import Addition, Outcome
from testing.models import RecommendationProposal
from testing.recommending import reasons, words

NOT_ASSESSED = "not_assessed"

#: How the outcomes stand on the form.
GROUPS = (
    (Outcome.NO_COURSE, Outcome.VOCATIONAL_READY, Outcome.VOCATIONAL_LANGUAGE),
    (Outcome.PATH_FAST, Outcome.PATH_BASIC, Outcome.PATH_SLOW),
    (Outcome.ZERO_FAST, Outcome.ZERO_BASIC, Outcome.ZERO_SLOW),
    (Outcome.ZERO_PRIMARY, Outcome.ZERO_SECONDARY),
    (Outcome.LITERACY_TRAINING, Outcome.BASIC_EDUCATION, Outcome.LOOK_FIRST),
)


def proposal_view(row: RecommendationProposal) -> dict[str, Any]:
    """A proposal with its reasons in sentences and what it was made of."""
    proposal = row.proposal
    found = reasons.of(row)
    return {
        "number": row.number,
        "outcome": proposal["outcome"],
        "what": words.outcome_word(proposal["outcome"]),
        "shares": [
            {"what": words.outcome_word(code), "share": share}
            for code, share in proposal["shares"]
            if share >= 0.005
        ],
        "sure": words.shares_sentence(proposal["shares"], proposal["is_sure"]),
        "lines": [
            line
            for line in (
                words.entry_sentence(proposal["entry"]),
                *words.sufficiency_sentences(proposal["sufficiency"]),
                words.uneven_sentence(proposal["uneven"]),
                words.second_sentence(proposal["second"]),
            )
            if line
        ],
        "reasons": words.reason_sentences(found),
        "why": found[-1]["why"],
        "rule": found[-1]["rule"],
        "additions": [code for code, _rule, _share in proposal["additions"]],
        "facts": fact_rows(row.facts),
        "version": proposal["version"],
        "provisional": proposal["provisional"],
    }


def fact_rows(record: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """The facts beside the levels, each with its word."""
    facts = Facts.from_record(record)
    names = ["literacy", "own", "latin", "schooling_years", "study_skills", "age"]
    if facts.numeracy != NOT_ASSESSED:
        names.append("numeracy")
    return [(words.FACTS[name], words.fact_word(name, getattr(facts, name))) for name in names]


def rows_of(known: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """Facts that came from elsewhere, each with its word."""
    return [(words.FACTS[name], words.fact_word(name, value)) for name, value in known.items()]


def choices(row: RecommendationProposal) -> list[list[dict[str, Any]]]:
    """Every outcome in its group; the proposed one and the second best are marked."""
    marks = {row.proposal["outcome"]: "proposed", row.proposal["second"]: "second"}
    return [
        [
            {"code": one.value, "what": words.OUTCOMES[one], "mark": marks.get(one.value, "")}
            for one in group
        ]
        for group in GROUPS
    ]


def addition_choices() -> list[tuple[str, Any]]:
    return [(one.value, words.ADDITIONS[one]) for one in Addition]
