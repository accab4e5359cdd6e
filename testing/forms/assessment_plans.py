"""Changing a sitting's plan."""

from flask_babel import lazy_gettext as _l

from testing.assessment_plans import rules, words
from testing.forms.fields import Form, choice, many_lines


class PlanForm(Form):
    plan = choice(
        _l("Plan"),
        lambda: [(code, words.PLANS[code]) for code in rules.in_use().plans],
        error=_l("Choose the plan."),
    )
    reason = many_lines(_l("Reason"), error=_l("Write a reason."), most=500)


class GiveForm(Form):
    reason = many_lines(_l("Reason"), error=_l("Write a reason."), most=500)
