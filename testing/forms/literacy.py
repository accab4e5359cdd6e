"""Forms of the literacy screen at the desk."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from scoring.literacy import LiteracyClass, Script
from testing.forms.desk import REASONS
from testing.forms.fields import Form, choice, many_lines, one_of, tick
from testing.languages import MOTHER_TONGUES
from testing.literacy import words
from testing.literacy.screens import Missing

#: Languages that somebody may read best, by their own names.
LANGUAGE_NAMES = dict((*MOTHER_TONGUES, ("fi", "Suomi"), ("sv", "Svenska")))

#: Reasons that a person may choose; the others follow from the notes.
CHOSEN = [code for code in Missing if code not in (Missing.NO_MATERIAL, Missing.NO_JUDGE)]


def _optional(named: Mapping[Any, Any]) -> Any:
    return [("", "–"), *((code.value, name) for code, name in named.items())]


class LeaveRungForm(Form):
    reason = choice(
        _l("Why it cannot be taken"),
        [(code.value, words.MISSING[code]) for code in CHOSEN],
        error=_l("Choose why."),
    )


class NotesForm(Form):
    own_language = choice(
        _l("Best-read language"),
        [("", "–"), *LANGUAGE_NAMES.items()],
        error=_l("Choose a language."),
        hint=_l("The language in which the person reads best; where none, the one spoken best."),
        required=False,
    )
    own_script = choice(
        _l("Its script"),
        [("", "–"), (Script.LATIN.value, _l("Latin")), (Script.OTHER.value, _l("Another script"))],
        error=_l("Choose a script."),
        required=False,
    )
    has_judge = tick(_l("Somebody here reads that language and judges what is read and written"))
    is_prompted = tick(_l("Somebody helped: a word or a hint too many"))
    pen_hold = choice(
        _l("Pen"), _optional(words.PEN_HOLDS), error=_l("Choose one."), required=False
    )
    direction = choice(
        _l("Direction of writing"),
        _optional(words.DIRECTIONS),
        error=_l("Choose one."),
        required=False,
    )
    computer = choice(
        _l("Uses the device"),
        _optional(words.COMPUTER),
        error=_l("Choose one."),
        hint=_l("Noted apart: it never lowers a level."),
        required=False,
    )
    words_a_minute = IntegerField(
        _l("Words a minute, where counted"),
        [Optional(), NumberRange(1, 400, _l("Write a number between 1 and 400."))],
        description="",
        render_kw={"inputmode": "numeric", "min": 1, "max": 400},
    )
    note = many_lines(_l("Other notes"), most=1000, required=False)


class FinishForm(Form):
    leave_out = tick(_l("Leave reading and writing out of this test: no Latin script yet"))


class SetAsideForm(Form):
    code = choice(_l("Why"), REASONS, error=_l("Choose why."))


class ConfirmForm(Form):
    literacy_class = one_of(
        _l("Your class"),
        [(code.value, words.CLASSES[code]) for code in LiteracyClass],
        error=_l("Choose a class."),
    )
    reason = many_lines(
        _l("Why, if you change it"), error=_l("Write a reason."), most=1000, required=False
    )
