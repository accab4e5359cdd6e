from typing import Any

from flask_babel import lazy_gettext as _l

from scoring.seeding import MOST_PRETEST_TASKS
from testing import accounts, staff_words
from testing.forms.fields import (
    Form,
    checkboxes,
    choice,
    email,
    many_lines,
    number,
    one_of,
    password,
    text,
)
from testing.languages import STAFF_LANGUAGES
from testing.models import OfficeKind, Role


class CentreForm(Form):
    name = text(_l("Name"), error=_l("Write the centre's name."))
    phone = text(
        _l("Phone"),
        hint=_l("In invitations and statements."),
        most=40,
        required=False,
        inputmode="tel",
    )
    email = text(_l("E-mail address"), most=200, required=False, inputmode="email")
    privacy_contact = text(
        _l("Who answers questions about personal data"),
        hint=_l("A name or a role, with a phone number or an address. In the privacy notice."),
        most=200,
        required=False,
    )
    pretest_tasks = number(
        _l("New tasks to try out in a part"),
        hint=_l(
            "From 0 to 2. In live use, tasks in pilot use may come between the others in reading, "
            "listening and numeracy. Their answers are kept and do not count."
        ),
        error=_l("Write 0, 1 or 2."),
        least=0,
        most=MOST_PRETEST_TASKS,
    )


class SiteForm(Form):
    name = text(_l("Name"), error=_l("Write the site's name."))
    street = text(_l("Street address"), error=_l("Write the street address."), most=200)
    postcode = text(_l("Postcode"), error=_l("Write the postcode."), most=10, inputmode="numeric")
    city = text(_l("Town"), error=_l("Write the town."), most=80)
    directions = many_lines(
        _l("How to find the place"),
        hint=_l("Floor, room, door. Printed in the invitation."),
        most=300,
        required=False,
    )


class OfficeForm(Form):
    kind = one_of(_l("Kind"), lambda: staff_words.choices(OfficeKind), error=_l("Choose the kind."))
    name = text(_l("Name"), error=_l("Write the office's name."), most=160)
    former_name = text(
        _l("Former name"),
        hint=_l("A name by which people still know it, such as a TE-office."),
        most=160,
        required=False,
    )


class AccountForm(Form):
    name = text(_l("Name"), error=_l("Write the name."))
    title = text(
        _l("Title"),
        hint=_l("As it stands under a signed statement."),
        required=False,
    )
    email = email(_l("E-mail address"), error=_l("Write an e-mail address."))
    roles = checkboxes(
        _l("Roles"),
        lambda: staff_words.choices(Role),
        error=_l("Choose at least one role."),
        hint=_l("A clerk belongs to an office and has no other role."),
    )
    office = choice(_l("Office"), [], error=None, hint=_l("For a clerk only."), required=False)
    language = one_of(
        _l("Language of the pages"),
        [(language.code, language.own_name) for language in STAFF_LANGUAGES],
        error=_l("Choose a language."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.email.data and not accounts.is_email(self.email.data):
            valid = self.fault(self.email, _l("Write an e-mail address such as name@example.fi."))
        is_clerk = Role.CLERK in (self.roles.data or [])
        if is_clerk and len(self.roles.data) > 1:
            valid = self.fault(self.roles, _l("A clerk has no other role."))
        if is_clerk and not self.office.data:
            valid = self.fault(self.office, _l("Choose the clerk's office."))
        if not is_clerk and self.office.data:
            valid = self.fault(self.office, _l("Only a clerk belongs to an office."))
        return valid

    def roles_chosen(self) -> list[Role]:
        return [Role(role) for role in self.roles.data]


class InitialPasswordFields(Form):
    """A password that an administrator hands over: made by the service, or typed."""

    password = text(
        _l("First password"),
        hint=_l(
            "At least 12 characters. Leave it empty and the service makes one. Its holder "
            "chooses another one at the first sign-in."
        ),
        most=200,
        required=False,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        typed = self.password.data or ""
        if typed and len(typed) < accounts.SHORTEST_PASSWORD:
            return self.fault(self.password, _l("Write at least 12 characters."))
        return valid


class NewAccountForm(InitialPasswordFields, AccountForm):
    pass


class NewCentreForm(InitialPasswordFields):
    """A further centre and the person who sets it up."""

    name = text(_l("Name of the centre"), error=_l("Write the centre's name."))
    administrator = text(
        _l("Its first administrator"),
        error=_l("Write the name."),
        hint=_l("Sets up the sites, offices and accounts of the new centre."),
    )
    email = email(_l("E-mail address"), error=_l("Write an e-mail address."))
    language = one_of(
        _l("Language of the pages"),
        [(language.code, language.own_name) for language in STAFF_LANGUAGES],
        error=_l("Choose a language."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.email.data and not accounts.is_email(self.email.data):
            valid = self.fault(self.email, _l("Write an e-mail address such as name@example.fi."))
        return valid


class OwnPasswordForm(Form):
    old = password(
        _l("Password now"),
        error=_l("Write your present password."),
        autocomplete="current-password",
    )
    new = password(
        _l("New password"),
        error=_l("Write a new password."),
        hint=_l("At least 12 characters. Three words that only you put together are good."),
        autocomplete="new-password",
    )
    again = password(
        _l("New password again"),
        error=_l("Write the new password again."),
        autocomplete="new-password",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        new = self.new.data or ""
        if new and len(new) < accounts.SHORTEST_PASSWORD:
            valid = self.fault(self.new, _l("Write at least 12 characters."))
        elif new and new == self.old.data:
            valid = self.fault(self.new, _l("Choose another password than the present one."))
        elif new and self.again.data and new != self.again.data:
            valid = self.fault(self.again, _l("The two differ. Write the new password again."))
        return valid
