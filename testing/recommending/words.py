"""What staff and offices read of a recommendation: sentences made of codes. Codes are technical,
shown words are kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from items.content_format import NUMERACY_LEVELS
from scoring.recommendation_rules import Addition, Outcome
from testing.result_words import PURPOSES, level_word, share_word, skill_word

OUTCOMES = {
    Outcome.NO_COURSE: _l("No language course is needed"),
    Outcome.VOCATIONAL_READY: _l("The language skills are sufficient for the training"),
    Outcome.VOCATIONAL_LANGUAGE: _l("Language studies towards the training first"),
    Outcome.PATH_FAST: _l("Integration training, fast path"),
    Outcome.PATH_BASIC: _l("Integration training, basic path"),
    Outcome.PATH_SLOW: _l("Integration training, slow path"),
    Outcome.ZERO_FAST: _l("0-course, fast group"),
    Outcome.ZERO_BASIC: _l("0-course, basic group"),
    Outcome.ZERO_SLOW: _l("0-course, slow group"),
    Outcome.ZERO_PRIMARY: _l("0-course, group that learns to read and write for the first time"),
    Outcome.ZERO_SECONDARY: _l("0-course, group that strengthens reading and writing"),
    Outcome.LITERACY_TRAINING: _l("Literacy training"),
    Outcome.BASIC_EDUCATION: _l("Adult basic education, literacy phase"),
    Outcome.LOOK_FIRST: _l("A closer look before anything is recommended"),
}

ADDITIONS = {
    Addition.LATIN_COURSE: _l("A short course in Latin letters"),
    Addition.LATIN_COURSE_CONSIDERED: _l("Consider a short course in Latin letters"),
    Addition.LITERACY_CHECK: _l("Find out how the person reads and writes before the course"),
    Addition.READING_SUPPORT: _l("Support for reading and writing"),
}

#: Facts of which staff read a word: what the fact is, and what each of its codes means.
FACTS = {
    "purpose": _l("Purpose"),
    "literacy": _l("Reading and writing"),
    "own": _l("Own language"),
    "latin": _l("Latin letters"),
    "study_skills": _l("Study skills"),
    "numeracy": _l("Numeracy"),
    "schooling_years": _l("Schooling"),
    "age": _l("Age"),
}
CODES: dict[str, dict[str, Any]] = {
    "purpose": {one.value: words for one, words in PURPOSES.items()},
    "literacy": {
        "primary_illiterate": _l("learns to read and write for the first time"),
        "semi_literate": _l("reads and writes a little"),
        "secondary": _l("reads and writes another script"),
        "literate": _l("reads and writes"),
        "not_assessed": _l("not assessed"),
    },
    "own": {
        "none": _l("does not read yet"),
        "emerging": _l("begins to read"),
        "functional": _l("reads and writes"),
        "not_assessed": _l("not assessed"),
    },
    "latin": {
        "none": _l("new to the person"),
        "letters": _l("knows letters"),
        "words": _l("reads words"),
        "sentences": _l("reads sentences"),
        "not_assessed": _l("not assessed"),
    },
    "study_skills": {
        "strong": _l("strong"),
        "ordinary": _l("ordinary"),
        "needs_support": _l("need support"),
        "unknown": _l("not known"),
    },
    "numeracy": {
        "alle_N1": _l("below N1"),
        **{one: one for one in NUMERACY_LEVELS},
        "not_assessed": _l("not assessed"),
    },
}

STANDINGS = {
    "met": _l("The levels are what the training asks for."),
    "short": _l("The levels are below what the training asks for."),
    "open": _l("A skill that was not assessed decides whether the levels are sufficient."),
    "none": _l("Nothing is known of what the training asks for."),
}


def outcome_word(code: str) -> str:
    return str(OUTCOMES[Outcome(code)])


def addition_word(code: str) -> str:
    return str(ADDITIONS[Addition(code)])


def view_of(recommended: Mapping[str, Any]) -> dict[str, Any]:
    """A signed recommendation, or what an office may read of one, ready for a page."""
    return {
        "what": outcome_word(recommended["outcome"]),
        "lines": [
            line
            for line in (
                entry_sentence(recommended.get("entry")),
                *(addition_word(one) + "." for one in recommended["additions"]),
                *sufficiency_sentences(recommended.get("sufficiency")),
                uneven_sentence(recommended.get("uneven")),
                second_sentence(recommended["second"]),
            )
            if line
        ],
        "sure": [line for line in _sure(recommended) if line],
        "reasons": reason_sentences(recommended.get("reasons", ())),
        # In Finnish, as whoever made the rule wrote it.
        "why": next(
            (one["why"] for one in recommended.get("reasons", ()) if one["code"] == "rule"), ""
        ),
    }


def _sure(recommended: Mapping[str, Any]) -> list[str]:
    if "differs" not in recommended:
        return []
    if not recommended["differs"]:
        return [shares_sentence(recommended["shares"], recommended["is_sure"])]
    reason = recommended["difference_reason"]
    said = [str(_("The assessor decided otherwise than the rules: %(reason)s", reason=reason))]
    if "proposed" in recommended:
        proposed = outcome_word(recommended["proposed"]).lower()
        said.append(str(_("The rules proposed: %(proposed)s.", proposed=proposed)))
    return said


def shares_sentence(shares: Sequence[Sequence[Any]], is_sure: bool) -> str:
    """How probable each outcome is that is worth a word."""
    told = [one for one in shares if one[1] >= 0.05][:3]
    if len(told) == 1:
        return str(_("The levels leave no doubt about this recommendation."))
    listed = "; ".join(f"{outcome_word(code)}: {share_word(share)}" for code, share in told)
    if is_sure:
        return str(_("How sure the levels make it: %(listed)s.", listed=listed))
    return str(_("The levels leave this open: %(listed)s.", listed=listed))


def entry_sentence(entry: Mapping[str, Any] | None) -> str:
    if not entry:
        return ""
    if len(entry["level_set"]) == 1:
        return str(_("Begin at level %(level)s.", level=level_word(entry["level"])))
    return str(
        _(
            "Begin at level %(level)s (between %(lowest)s and %(highest)s).",
            level=level_word(entry["level"]),
            lowest=level_word(entry["level_set"][0]),
            highest=level_word(entry["level_set"][-1]),
        )
    )


def second_sentence(outcome: str | None) -> str:
    if outcome is None:
        return ""
    return str(_("Second best: %(outcome)s.", outcome=outcome_word(outcome).lower()))


def sufficiency_sentences(sufficiency: Mapping[str, Any] | None) -> list[str]:
    """What the training asks for, which skill is short and by how much."""
    if not sufficiency:
        return []
    said = [requirement_sentence(sufficiency["requirement"], sufficiency["needed"])]
    said += [
        str(
            ngettext(
                "%(skill)s is short: %(level)s, %(num)s sub-level below.",
                "%(skill)s is short: %(level)s, %(num)s sub-levels below.",
                one["steps"],
                skill=skill_word(one["skill"]),
                level=level_word(one["level"]),
            )
        )
        for one in sufficiency["short"]
    ]
    for names, words in (
        (sufficiency["open"], _l("Not assessed and still to be found out: %(skills)s.")),
        (sufficiency["excused"], _l("Cannot be assessed and is not asked for: %(skills)s.")),
    ):
        if names:
            said.append(str(words) % {"skills": skill_list(names)})
    return said


def requirement_sentence(requirement: Mapping[str, Any], needed: int) -> str:
    return str(
        ngettext(
            "The training asks for at least %(level)s in %(num)s of these skills: %(skills)s.",
            "The training asks for at least %(level)s in %(num)s of these skills: %(skills)s.",
            needed,
            level=level_word(requirement["level"]),
            skills=skill_list(requirement["skills"]),
        )
    )


def requirement_word(requirement: Mapping[str, Any]) -> str:
    """A requirement as an entry of a list."""
    return str(
        _(
            "%(level)s in %(needed)s of %(all)s skills",
            level=level_word(requirement["level"]),
            needed=requirement["needed"],
            all=len(requirement["skills"]),
        )
    )


def uneven_sentence(uneven: Mapping[str, Any] | None) -> str:
    if not uneven:
        return ""
    return str(
        _(
            "The profile is uneven: %(highest)s is at %(highest_level)s, "
            "%(lowest)s only at %(lowest_level)s.",
            highest=str(skill_word(uneven["highest"])).lower(),
            highest_level=level_word(uneven["highest_level"]),
            lowest=str(skill_word(uneven["lowest"])).lower(),
            lowest_level=level_word(uneven["lowest_level"]),
        )
    )


def reason_sentences(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    """The reasons of a proposal, without the words of the rule itself."""
    return [reason_sentence(one) for one in reasons if one["code"] != "rule"]


def reason_sentence(reason: Mapping[str, Any]) -> str:
    """One reason of a proposal: the person's fact, and what the rule asks where it is a level."""
    code = reason["code"]
    match code:
        case "levels":
            return _levels_sentence(reason)
        case "requirement":
            return str(STANDINGS[reason["value"]])
        case "assessed":
            return str(
                ngettext(
                    "%(num)s skill was assessed.",
                    "%(num)s skills were assessed.",
                    reason["value"],
                )
            )
        case _:
            return f"{FACTS[code]}: {fact_word(code, reason['value'])}."


def fact_word(name: str, value: str | int | None) -> str:
    """The word of a fact's value."""
    if name in CODES:
        return str(CODES[name][str(value)])
    if value is None:
        return str(_("not known"))
    return str(ngettext("%(num)s year", "%(num)s years", int(value)))


def _levels_sentence(reason: Mapping[str, Any]) -> str:
    levels = ", ".join(
        f"{str(skill_word(skill)).lower()} {level_word(level)}"
        for skill, level in reason["skills"].items()
    )
    limit = level_word(reason["level"])
    if not levels:
        return str(_("None of the skills that the rule looks at was assessed."))
    if reason["is_below"]:
        words = _("Below %(level)s, %(amount)s: %(levels)s.")
    else:
        words = _("At least %(level)s, %(amount)s: %(levels)s.")
    return str(words) % {
        "level": limit,
        "amount": amount_word(reason["needed"]),
        "levels": levels,
    }


def amount_word(needed: int | str) -> str:
    match needed:
        case "any":
            return str(_("at least one skill"))
        case "most":
            return str(_("most skills"))
        case "all":
            return str(_("all assessed skills"))
        case _:
            return str(ngettext("%(num)s skill", "%(num)s skills", int(needed)))


def skill_list(skills: Sequence[str]) -> str:
    return ", ".join(str(skill_word(skill)).lower() for skill in skills)
