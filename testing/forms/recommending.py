"""Forms of recommendation: what staff note of a person."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from scoring.recommendation_rules import CODES, Rules
from testing.forms.fields import Form, choice, offers
from testing.recommending import words
from testing.recommending.facts import LONGEST_SCHOOLING

_YEARS = _l("Give the years as a number from 0 to 40.")


def _codes(name: str) -> Any:
    return lambda: [("", ""), *((code, words.CODES[name][code]) for code in CODES[name])]


class FactsForm(Form):
    """What is known of the person beside the levels. Nothing has to be known."""

    literacy = choice(
        _l("How the person reads and writes"),
        _codes("literacy"),
        error="",
        hint=_l("As a teacher has found out, in any script. Never guessed from speech."),
        required=False,
    )
    own = choice(
        _l("In the language that the person reads best"),
        _codes("own"),
        error="",
        hint=_l("Not assessed, if nobody could judge that language."),
        required=False,
    )
    latin = choice(_l("Latin letters"), _codes("latin"), error="", required=False)
    schooling_years = IntegerField(
        _l("Years of schooling"),
        [Optional(), NumberRange(0, LONGEST_SCHOOLING, _YEARS)],
        description="",
        render_kw={"min": 0, "max": LONGEST_SCHOOLING, "inputmode": "numeric"},
    )
    study_skills = choice(
        _l("Study skills"),
        _codes("study_skills"),
        error="",
        hint=_l("How easily the person studies: from the interview and the test day."),
        required=False,
    )
    requirement = choice(
        _l("What the training asks for"),
        (),
        error="",
        required=False,
    )

    @classmethod
    def for_sitting(
        cls, rules: Rules, noted: dict[str, Any], *, is_vocational: bool, is_screened: bool
    ) -> "FactsForm":
        """The form with what was noted last, without what a teacher has confirmed.

        A training's requirement is asked only where the person is on the way to one.
        """
        form = cls(data=noted)
        if is_screened:
            del form.literacy, form.own, form.latin
        if is_vocational:
            form.requirement.choices = offers(
                [("", "")]
                + [(one.id, words.requirement_word(one.to_record())) for one in rules.requirements]
            )
        else:
            del form.requirement
        return form

    def noted(self) -> dict[str, Any]:
        names = ("literacy", "own", "latin", "schooling_years", "study_skills", "requirement")
        return {name: self[name].data for name in names if name in self}
