"""Forms of the psychometrician's loop."""

from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField

from testing.calibrations import words
from testing.forms.fields import Form, checkboxes, choice, many_lines, offers, tick


class AnswersForm(Form):
    without = checkboxes(
        _l("Leave out sittings at which"),
        words.CIRCUMSTANCES.items(),
        error="",
        required=False,
    )
    since = choice(
        _l("Which sittings"),
        (),
        error=_l("Choose from the list."),
        hint=_l("Where parameters come from answers already, those may not count twice."),
        required=False,
    )
    with_older = tick(
        _l("Also answers to versions of tasks that are out of use"),
        hint=_l("They are items of their own and never mixed with those of a newer version."),
    )

    def offer(self, exports: list[tuple[str, str]]) -> None:
        """Earlier exports by id, as (id, words)."""
        self.since.choices = offers([("", _l("All")), *exports])


class CalibrationForm(Form):
    file = FileField(
        _l("File of item parameters"),
        description=_l("ITEMS as lahtotaso calibrate writes it: CSV, UTF-8."),
    )
    method = many_lines(
        _l("How it was estimated"),
        error=_l("Write how it was estimated."),
        hint=_l("Model, command with its options, what was held."),
    )
    answers = many_lines(
        _l("From which answers"),
        error=_l("Write from which answers."),
        hint=_l("Which export, how many people, what was left out."),
    )


class UseForm(Form):
    fit_looked_at = tick(
        _l("I have looked at the fit of the items and take these parameters for sound")
    )
    note = many_lines(
        _l("What was seen in the fit"),
        hint=_l("Items outside the bounds, what was done about them."),
        required=False,
    )


class StandardForm(Form):
    file = FileField(
        _l("File of boundaries"),
        description=_l("STANDARD as lahtotaso standard writes it: CSV, UTF-8."),
    )
    record = FileField(
        _l("Record of the panel"),
        description=_l("What lahtotaso standard prints with --json. It is kept with them."),
    )


class ConfirmForm(Form):
    #: The two files as they were compared.
    cuts = HiddenField()
    record = HiddenField()
    origin = many_lines(
        _l("Where the boundaries come from"),
        error=_l("Write where the boundaries come from."),
        hint=_l("Who set them, how and when. It stands wherever somebody asks for the reason."),
    )
    provisional = tick(
        _l("They are still provisional"),
        hint=_l("Every result goes on saying so, and assessors give their own level first."),
    )
    confirmed = tick(_l("I confirm these boundaries"))
