from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from testing import clock, identity, staff_words
from testing.forms.fields import Form, choice, day, text, tick
from testing.people import PersonData

EARLIEST = date(1900, 1, 1)


class PersonFields(Form):
    """What is asked about a person, by an office that refers or a centre that corrects."""

    surname = text(_l("Surname"), error=_l("Write the surname."))
    given_names = text(_l("Given names"), error=_l("Write the given names."))
    birth_date = day(_l("Birth date"), error=_l("Give the birth date."))
    identity_code = text(
        _l("Personal identity code"),
        hint=_l("Leave it out when the person has none yet."),
        most=11,
        required=False,
    )
    contact_language = choice(
        _l("Contact language"),
        lambda: [("", ""), *staff_words.contact_languages()],
        error=_l("Choose a language."),
        hint=_l("Letters come in this language beside Finnish or Swedish."),
    )
    mother_tongue = choice(
        _l("Mother tongue"), staff_words.mother_tongues, error=_l("Choose a language.")
    )
    phone = text(
        _l("Phone"),
        hint=_l("For a change of time. No address is kept."),
        most=40,
        required=False,
        inputmode="tel",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        born = self.birth_date.data
        if born is not None and not EARLIEST <= born <= clock.local_day(clock.now()):
            valid = self.fault(self.birth_date, _l("Check the year of birth."))
        try:
            code = identity.clean(self.identity_code.data or "")
        except identity.BadIdentityCode:
            return self.fault(
                self.identity_code,
                _l("This is not a personal identity code. Check it, or leave it out."),
            )
        if code is not None and born is not None and identity.birth_date(code) != born:
            return self.fault(
                self.identity_code,
                _l("The personal identity code tells another birth date. Check both."),
            )
        return valid

    def person_data(self, kept_code: str | None = None) -> PersonData:
        """What was typed; `kept_code` stands where no new code was."""
        return PersonData(
            surname=self.surname.data,
            given_names=self.given_names.data,
            birth_date=self.birth_date.data,
            contact_language=self.contact_language.data,
            mother_tongue=self.mother_tongue.data,
            identity_code=identity.clean(self.identity_code.data or "") or kept_code,
            phone=self.phone.data or "",
        )


class PeopleSearchForm(Form):
    """Sent as POST: what it asks for belongs in no address."""

    text = text(
        _l("Name, birth date, booking reference or personal identity code"),
        error=_l("Write what you know about the person."),
    )


class CorrectionForm(PersonFields):
    is_code_removed = tick(_l("Remove the personal identity code"))

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.is_code_removed.data and self.identity_code.data:
            return self.fault(
                self.identity_code, _l("Either write a new code or remove the old one.")
            )
        return valid
