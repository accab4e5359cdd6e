from typing import Any

from flask_babel import lazy_gettext as _l

from testing import staff_words
from testing.forms.fields import Form, choice, many_lines, one_of, text
from testing.forms.people import PersonFields
from testing.models import Purpose


class SearchForm(Form):
    """Sent as POST: names belong in no address."""

    text = text(
        _l("Name or birth date"), error=_l("Write a name, or a birth date such as 4.5.1990.")
    )


class ReferralForm(PersonFields):
    language = one_of(
        _l("Language to be tested"),
        staff_words.TESTED_LANGUAGES,
        error=_l("Choose Finnish or Swedish."),
    )
    purpose = one_of(
        _l("Purpose"), lambda: staff_words.choices(Purpose), error=_l("Choose a purpose.")
    )
    training = text(
        _l("Training applied for"),
        hint=_l("Only when the purpose is vocational training."),
        most=160,
        required=False,
    )
    needs = many_lines(
        _l("What the centre must arrange"),
        hint=_l(
            "An interpreter, large print, a place for a wheelchair. No diagnoses, no other "
            "matters of health."
        ),
        most=500,
        required=False,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        is_vocational = self.purpose.data == Purpose.VOCATIONAL_TRAINING
        if is_vocational and not self.training.data:
            return self.fault(self.training, _l("Write which training the person applies for."))
        return valid


class PlaceForm(Form):
    occasion = choice(_l("Occasion"), [], error=_l("Choose an occasion."))
