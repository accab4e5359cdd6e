from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from testing import staff_words
from testing.drawn_signatures import drawing, words
from testing.drawn_signatures.drawing import BadDrawing, Drawing
from testing.forms.fields import Form, checkboxes, day, one_of, text, tick
from testing.models import HowGiven, PermissionContent


class PermissionForm(Form):
    contents = checkboxes(
        _l("What may be handed over"),
        lambda: staff_words.choices(PermissionContent),
        error=_l("Choose what the person permits, at least one."),
        hint=_l("As the person decided. Nothing is chosen beforehand."),
    )
    how = one_of(
        _l("How the permission was given"),
        lambda: staff_words.choices(HowGiven),
        error=_l("Choose how it was given."),
    )
    #: What the pad sends (signing.js); without it nothing is drawn.
    signature = text(_l("The person signs here"), required=False, most=drawing.MOST_SIGNS)
    witness = text(
        _l("Witness"),
        hint=_l("The name of the person who heard it. Only when it was said aloud."),
        required=False,
    )
    interpreter = tick(_l("An interpreter took part"))
    given_on = day(_l("Day on which it was given"), error=_l("Give the day."))

    def validate_on(self, today: date) -> bool:
        """Whether the form can be recorded on this day."""
        valid = self.validate()
        if self.given_on.data is not None and self.given_on.data > today:
            valid = self.fault(self.given_on, _l("A permission is recorded after it was given."))
        if self.how.data == HowGiven.ORAL and not self.witness.data:
            valid = self.fault(self.witness, _l("Write who heard the person give it."))
        if self.how.data in (HowGiven.PAPER, HowGiven.SCREEN) and self.witness.data:
            valid = self.fault(
                self.witness, _l("A signed permission has no witness. Leave this empty.")
            )
        return self._has_no_bad_drawing() and valid

    #: What the person drew, once the form is found valid.
    drawn: Drawing | None = None

    def _has_no_bad_drawing(self) -> bool:
        if not self.signature.data:
            return True
        if self.how.data != HowGiven.SCREEN:
            return self.fault(
                self.how,
                _l("A signature is drawn. Choose the signature on a screen, or clear it."),
            )
        try:
            self.drawn = drawing.read(self.signature.data)
        except BadDrawing as refusal:
            return self.fault(self.signature, words.FAULTS[refusal.fault])
        return True

    def facts(self) -> dict[str, Any]:
        """What `permissions.give` takes from the form."""
        return {
            "contents": [PermissionContent(content) for content in self.contents.data],
            "how": HowGiven(self.how.data),
            "witness": self.witness.data or "",
            "interpreter": self.interpreter.data,
            "given_on": self.given_on.data,
        }
