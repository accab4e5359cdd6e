"""Forms of the psychometrician's loop."""

from flask_babel import lazy_gettext as _l

from testing.calibrations import words
from testing.forms.fields import Form, checkboxes, choice, offers, tick


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
