"""What staff read for plans, for who chose them and why."""

from flask_babel import lazy_gettext as _l

from testing.models import PlanSource

PLANS = {
    "short": _l("Short assessment"),
    "standard": _l("Standard assessment"),
    "long": _l("Long assessment, over several days"),
    "vocational": _l("Vocational check"),
    "literacy_only": _l("Literacy only"),
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
