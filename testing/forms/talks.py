"""Forms of feedback talks: booking one, and what came of it."""

from typing import Any

from flask_babel import lazy_gettext as _l

from testing import clock
from testing.forms.fields import Form, choice, day, many_lines, one_of, tick, time_of_day
from testing.languages import PERSON_LANGUAGES
from testing.models import PersonsView
from testing.recommending.talks import LONGEST_WORDS

VIEWS = {
    PersonsView.AGREES: _l("Agrees"),
    PersonsView.PARTLY: _l("Agrees in part"),
    PersonsView.DISAGREES: _l("Disagrees"),
    PersonsView.NOT_SAID: _l("Did not say"),
}


def _languages() -> list[tuple[str, str]]:
    return [(one.code, one.own_name) for one in PERSON_LANGUAGES]


class BookingForm(Form):
    day = day(_l("Day"), error=_l("Give the day."))
    starts = time_of_day(_l("Begins"), error=_l("Give the time, such as 9:00."))
    language = choice(_l("Language of the page"), _languages, error=_l("Choose a language."))
    interpreter = tick(_l("An interpreter is booked"))

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.day.data and self.day.data < clock.local_day(clock.now()):
            valid = self.fault(self.day, _l("This time has passed. Choose a coming one."))
        return valid


class HeldForm(Form):
    view = one_of(
        _l("What the person thinks of the result"),
        [(one.value, words) for one, words in VIEWS.items()],
        error=_l("Choose what the person thinks."),
    )
    words = many_lines(
        _l("In the person's own words"),
        hint=_l("As they said it, in any language. Needed when they do not agree."),
        most=LONGEST_WORDS,
        required=False,
    )
    interpreter = tick(_l("An interpreter was there"))

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.view.data in ("partly", "disagrees") and not (self.words.data or "").strip():
            valid = self.fault(self.words, _l("Write what the person said."))
        return valid
