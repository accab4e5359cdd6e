"""Forms of own-language writing."""

from flask_babel import lazy_gettext as _l

from testing.forms.fields import Form, choice, many_lines, one_of, tick
from testing.interview.questions import LANGUAGES
from testing.models import ScriptMode
from testing.own_writing import words
from testing.staff_words import language_name


def _languages() -> list[tuple[str, str]]:
    named = [(code, language_name(code)) for code in LANGUAGES if code != "other"]
    return [("", "–"), *sorted(named, key=lambda one: one[1].casefold()),
            ("other", language_name("other"))]  # fmt: skip


class TextForm(Form):
    language = choice(_l("Language"), _languages, error=_l("Choose the language."))
    mode = one_of(_l("How it was written"), words.MODES.items(), error=_l("Choose how."))
    text = many_lines(
        _l("The text"),
        hint=_l("Typed by the person. Leave it empty when it stands on paper."),
        most=8000,
        required=False,
    )

    def validate(self, extra_validators: object = None) -> bool:
        if not super().validate(extra_validators):
            return False
        is_typed = self.mode.data == ScriptMode.KEYBOARD
        if is_typed != bool(self.text.data):
            return self.fault(self.text, _l("Type the text, or choose that it stands on paper."))
        return True


class GapForm(Form):
    language = choice(_l("Language"), _languages, error=_l("Choose the language."))
    reason = choice(_l("Why"), words.REASONS.items(), error=_l("Choose why."))


class JudgeForm(Form):
    level = one_of(_l("How the person writes"), words.LEVELS.items(), error=_l("Choose one."))
    reads = tick(_l("I read this language"))

    def validate(self, extra_validators: object = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if not self.reads.data:
            return self.fault(
                self.reads, _l("Only somebody who reads the language may judge the text.")
            )
        return True
