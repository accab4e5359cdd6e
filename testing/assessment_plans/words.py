"""What staff read for plans, for who chose them and why, and for what is wrong with a draft."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from scoring.routing import Comparison
from testing.assessment_plans.minutes import Kind
from testing.assessment_plans.reading import Found, PlanFault
from testing.assessment_plans.rules import Depth, Plan
from testing.models import PlanSource, Skill
from testing.result_words import PURPOSES, level_word, skill_word

PLANS = {
    "short": _l("Short assessment"),
    "standard": _l("Standard assessment"),
    "long": _l("Long assessment, over several days"),
    "vocational": _l("Vocational check"),
    "literacy_only": _l("Literacy only"),
    "literacy_numeracy": _l("Literacy and numeracy"),
}

SOURCES = {
    PlanSource.DEFAULT: _l("No interview was held."),
    PlanSource.INTERVIEW: _l("Chosen from the interview."),
    PlanSource.STAFF: _l("Changed by staff."),
}

#: Why a rule gives its plan.
REASONS = {
    "default": _l("Nothing is known that speaks for another plan."),
    "vocational_training": _l("The person applies to vocational training."),
    "does_not_read": _l("The person does not read in any language."),
    "no_schooling": _l("The person did not go to school."),
    "short_schooling": _l("The person went to school for less than nine years."),
    "used_to_studying": _l("Twelve years of school or more, and much practice in studying."),
    "interviewed": _l("The interview speaks neither for the short nor for the long assessment."),
}

KINDS = {
    Kind.PRIMARY: _l("Does not read in any language"),
    Kind.SECONDARY: _l("Reads another script, beginner"),
    Kind.BEGINNER: _l("Beginner who reads and writes"),
    Kind.A2: _l("Level A2"),
    Kind.B1_UP: _l("B1 and above"),
}

DEPTHS = {
    Depth.USUAL: _l("As usual: deeper for those who do not pass, and by lot"),
    Depth.DEEP: _l("Deep for everybody: a statement on reading and writing needs it"),
}

LENGTHS = {"usual": _l("usual length"), "short": _l("short"), "long": _l("long")}

FACTS = {
    "purpose": _l("Purpose of the referral"),
    "interviewed": _l("The interview"),
    "reads": _l("Reads in some language"),
    "schooling": _l("Schooling"),
    "study_skills": _l("Study skills"),
    "hearing": _l("Hearing"),
    "sight": _l("Seeing text"),
    "interview": _l("Speaking in the interview"),
}
CODES: Mapping[str, Mapping[str, Any]] = {
    "purpose": {one.value: words for one, words in PURPOSES.items()},
    "interviewed": {"yes": _l("was held")},
    "reads": {"no": _l("does not read"), "little": _l("reads a little"), "well": _l("reads well")},
    "schooling": {
        "none": _l("none"),
        "short": _l("less than nine years"),
        "basic": _l("nine years or more"),
        "long": _l("twelve years or more"),
    },
    "study_skills": {
        "weak": _l("need support"),
        "some": _l("some"),
        "strong": _l("strong"),
    },
    "hearing": {
        "well": _l("hears well"),
        "aid": _l("hears with a hearing aid"),
        "poorly": _l("hears only a little"),
        "cannot_hear": _l("does not hear speech"),
    },
    "sight": {
        "no": _l("needs no glasses"),
        "here": _l("has the glasses here"),
        "elsewhere": _l("has the glasses elsewhere"),
        "cannot_see": _l("does not see text"),
    },
}

FAULTS = {
    PlanFault.MISSING: _l("Something is missing: %(value)s."),
    PlanFault.NAMELESS: _l("A plan or a rule has no short name."),
    PlanFault.SAME_CODE: _l("%(where)s: two plans have this name."),
    PlanFault.PART_TWICE: _l("%(where)s: a part stands in it twice: %(value)s."),
    PlanFault.UNKNOWN_VALUE: _l("%(where)s: nobody knows what “%(value)s” means."),
    PlanFault.DAYS: _l("%(where)s: choose from one to five days."),
    PlanFault.OPTIONAL: _l("%(where)s: a part is optional that is not in the plan: %(value)s."),
    PlanFault.LENGTH: _l("%(where)s: this part has no length to choose: %(value)s."),
    PlanFault.NO_SUCH_PLAN: _l("%(where)s: there is no plan “%(value)s”."),
    PlanFault.NO_CONDITION: _l("%(where)s: say when the rule gives its plan."),
    PlanFault.UNREACHABLE: _l(
        "%(where)s: the rule gives nobody a plan, because rules before it catch everybody."
    ),
    PlanFault.NOT_IN_BANK: _l(
        "%(where)s: the item bank does not have the tasks for this part at this length: %(value)s. "
        "Choose another length, or add tasks."
    ),
    PlanFault.TOO_LONG: _l(
        "%(where)s: the slowest tenth needs more than four hours a day (%(value)s minutes in "
        "all). Leave something out, or give the plan more days."
    ),
}


def plan_word(plan: Plan) -> str:
    """What a plan is called: a centre's own name, or the word of one that is shipped."""
    return plan.name or str(PLANS.get(plan.code, plan.code))


def reason_word(code: str) -> str:
    """Why a rule gives its plan; a centre's own words stay as they are."""
    return str(REASONS.get(code, code))


def fact_word(fact: str) -> str:
    if fact.startswith("self."):
        skill = skill_word(Skill(fact.removeprefix("self.")))
        return str(_("Own estimate: %(skill)s", skill=skill))
    return str(FACTS[fact])


def condition_word(fact: str, test: str, value: Any) -> str:
    """One condition as a sentence."""
    return f"{fact_word(fact)}: {_looked_at(fact, test, value)}."


def _looked_at(fact: str, test: str, value: Any) -> str:
    match test:
        case Comparison.KNOWN:
            return str(_("was held") if fact == "interviewed" else _("known"))
        case Comparison.UNKNOWN:
            return str(_("was not held") if fact == "interviewed" else _("not known"))
        case Comparison.AT_LEAST:
            return str(_("at least %(low)s", low=level_word(value)))
        case Comparison.AT_MOST:
            return str(_("at most %(high)s", high=level_word(value)))
    if fact in CODES:
        return str(CODES[fact].get(value, value))
    return level_word(str(value))


def fault_sentence(found: Found) -> str:
    where = str(PLANS.get(found.where, found.where)) or str(_("The plans"))
    return str(FAULTS[found.fault]) % {"where": where, "value": found.value}
