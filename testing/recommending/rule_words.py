"""What staff read of the rules themselves: each as sentences, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from scoring.recommendation_rules import CODES, SKILLS, YEARS, Addition, Fault, Found, Outcome
from testing.recommending import words
from testing.result_words import level_word

FAULTS = {
    Fault.UNKNOWN_KEY: _l("%(rule)s: nobody knows what “%(value)s” means."),
    Fault.MISSING: _l("%(rule)s: something is missing: %(value)s."),
    Fault.NOT_A_NUMBER: _l("%(rule)s: %(value)s is to be a whole number."),
    Fault.UNKNOWN_CODE: _l("%(rule)s: “%(value)s” is not among the choices."),
    Fault.UNKNOWN_LEVEL: _l("%(rule)s: choose a level from A1.1 up."),
    Fault.EMPTY_RANGE: _l("%(rule)s: the lower limit is above the upper one: %(value)s."),
    Fault.NEEDS_TOO_MANY: _l("%(rule)s: more skills are asked for than are listed: %(value)s."),
    Fault.SAME_ID: _l("%(rule)s: two have this name."),
    Fault.TWO_DEFAULTS: _l("Only one requirement can be the usual one."),
    Fault.SHARE: _l("%(value)s is to be between 0 and 1."),
    Fault.UNREACHABLE: _l(
        "%(rule)s: it speaks for nobody, because rules before it catch everybody or its conditions "
        "exclude each other."
    ),
    Fault.NOT_TOTAL: _l(
        "Somebody would get no recommendation: %(value)s. Let the last rule have no condition."
    ),
}

STANDINGS = {
    "met": _l("met"),
    "short": _l("not met"),
    "open": _l("open, because a skill was not assessed"),
    "none": _l("not known"),
}
AMOUNTS = {
    "any": _l("at least one skill"),
    "most": _l("most skills"),
    "all": _l("all assessed skills"),
    "1": _l("1 skill"),
    "2": _l("2 skills"),
    "3": _l("3 skills"),
    "4": _l("4 skills"),
}


def fault_sentence(found: Found) -> str:
    rule = found.rule or str(_("The rules"))
    return str(FAULTS[found.fault]) % {"rule": rule, "value": found.value}


def outcome_word(code: str) -> str:
    """The word of an outcome or addition; a code that is neither stays as it is."""
    if code in set(Outcome):
        return words.outcome_word(code)
    return words.addition_word(code) if code in set(Addition) else code or "–"


def conditions(rule: Mapping[str, Any]) -> list[str]:
    """What must hold for a rule, a sentence each; empty for one that applies to everybody."""
    said = [
        f"{words.FACTS[name]}: {_either(words.CODES[name].get(code, code) for code in rule[name])}."
        for name in CODES
        if rule.get(name)
    ]
    said += [f"{words.FACTS[name]}: {_range(rule[name])}." for name in YEARS if name in rule]
    if "assessed" in rule:
        limits = _limits(rule["assessed"])
        said.append(str(_("Skills assessed: %(limits)s.", limits=limits)))
    said += [_level(one) for one in rule.get("levels", ())]
    if rule.get("requirement"):
        standings = _either(STANDINGS.get(one, one) for one in rule["requirement"])
        said.append(str(_("What the training asks for: %(standings)s.", standings=standings)))
    return said


def _either(options: Any) -> str:
    # A word inside an f-string reaches no catalogue.
    between = _("or")
    return f" {between} ".join(str(one) for one in options)


def _limits(given: Mapping[str, Any]) -> str:
    low, high = given.get("at_least"), given.get("at_most")
    if low is not None and high is not None:
        return str(_("from %(low)s to %(high)s", low=low, high=high))
    if low is not None:
        return str(_("at least %(low)s", low=low))
    return str(_("at most %(high)s", high=high if high is not None else "–"))


def _range(given: Mapping[str, Any]) -> str:
    known = [one for one in ("at_least", "at_most") if given.get(one) is not None]
    said = [str(_("%(limits)s years", limits=_limits(given)))] if known else []
    if given.get("unknown"):
        said.append(str(_("not known")))
    return _either(said)


def _level(given: Mapping[str, Any]) -> str:
    is_below = "below" in given
    level = level_word(given.get("below", given.get("at_least")))
    amount = AMOUNTS.get(str(given.get("needed")), given.get("needed"))
    skills = given.get("skills", SKILLS)
    text = (
        _("%(amount)s below %(level)s (%(skills)s).")
        if is_below
        else _("%(amount)s at least %(level)s (%(skills)s).")
    )
    return str(text) % {
        "amount": str(amount).capitalize(),
        "level": level,
        "skills": skill_list(skills),
    }


def skill_list(skills: Sequence[str]) -> str:
    return words.skill_list([one for one in skills if one in SKILLS])
