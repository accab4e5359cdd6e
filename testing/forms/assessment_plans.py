"""Changing a sitting's plan."""

from flask_babel import lazy_gettext as _l

from testing.assessment_plans import words
from testing.assessment_plans.rules import Plans
from testing.forms.fields import Form, choice, many_lines, offers


class PlanForm(Form):
    plan = choice(_l("Plan"), [], error=_l("Choose the plan."))
    reason = many_lines(_l("Reason"), error=_l("Write a reason."), most=500)


class GiveForm(Form):
    reason = many_lines(_l("Reason"), error=_l("Write a reason."), most=500)


def plan_form(plans: Plans, **values: str) -> PlanForm:
    """Offers the centre's plans."""
    form = PlanForm(**values)
    form.plan.choices = offers((code, words.plan_word(plan)) for code, plan in plans.plans.items())
    return form
