"""The fields that forms are made of. `templates/components/forms.html` draws them."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

__all__ = ["Form", "checkboxes", "choice", "day", "email", "many_lines", "number", "offers",
           "one_of", "password", "text", "tick", "time_of_day"]  # fmt: skip


class Form(FlaskForm):
    """Every form: what people type is stripped of outer white space."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound: Any, options: Any) -> Any:
            filters = [*unbound.kwargs.get("filters", []), _strip]
            return unbound.bind(form=form, filters=filters, **options)


    @staticmethod
    def fault(field: Any, words: Any) -> bool:
        """The field carries this error too; false, so that a form's `validate` may return it."""
        field.errors = [*field.errors, words]
        return False


def _strip(value: Any) -> Any:
    # PostgreSQL stores no NUL, and nobody types one by intent.
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


def _rules(error: Any, required: bool, most: int | None) -> list[Any]:
    rules: list[Any] = [DataRequired(error) if required else Optional()]
    if most is not None:
        rules.append(Length(max=most, message=_l("Use at most %(max)d characters.")))
    return rules


def _look(hint: Any, **attributes: Any) -> dict[str, Any]:
    """`description` is the hint under the label; the rest become attributes of the control."""
    return {
        "description": hint or "",
        "render_kw": {name.replace("_", "-"): value for name, value in attributes.items() if value},
    }


def text(label: Any, *, error: Any = None, hint: Any = "", most: int = 120, required: bool = True,
         autocomplete: str = "off", inputmode: str = "") -> StringField:  # fmt: skip
    return StringField(
        label,
        _rules(error, required, most),
        **_look(hint, autocomplete=autocomplete, inputmode=inputmode, maxlength=most),
    )


def many_lines(label: Any, *, error: Any = None, hint: Any = "", most: int = 2000,
               required: bool = True) -> TextAreaField:  # fmt: skip
    return TextAreaField(label, _rules(error, required, most), **_look(hint, maxlength=most))


def email(label: Any, *, error: Any, hint: Any = "", autocomplete: str = "off") -> EmailField:
    return EmailField(label, _rules(error, True, 200), **_look(hint, autocomplete=autocomplete))


def password(label: Any, *, error: Any, hint: Any = "", autocomplete: str) -> PasswordField:
    return PasswordField(label, _rules(error, True, 500), **_look(hint, autocomplete=autocomplete))


def day(label: Any, *, error: Any, hint: Any = "", required: bool = True) -> DateField:
    return DateField(label, _rules(error, required, None), **_look(hint))


def time_of_day(label: Any, *, error: Any, hint: Any = "") -> TimeField:
    return TimeField(label, _rules(error, True, None), **_look(hint))


def number(label: Any, *, error: Any, hint: Any = "", least: int, most: int,
           required: bool = True) -> IntegerField:  # fmt: skip
    def within(_form: Any, field: Any) -> None:
        if field.data is None or not least <= field.data <= most:
            field.errors[:] = []
            raise ValidationError(error)

    rules = [within] if required else [Optional(), within]
    # An attribute of 0 is an attribute: as text it is kept.
    look = _look(hint, min=str(least), max=str(most), inputmode="numeric")
    return IntegerField(label, rules, **look)


def offers(pairs: Any) -> list[SelectChoice]:
    """What a field offers, from (code, words) pairs."""
    return [SelectChoice(code, words) for code, words in pairs]


def _offered(choices: Any) -> Any:
    """Words that depend on the reader's language are made when the page is."""
    return (lambda: offers(choices())) if callable(choices) else offers(choices)


def choice(label: Any, choices: Any, *, error: Any, hint: Any = "",
           required: bool = True) -> SelectField:  # fmt: skip
    rules = _rules(error, required, None)
    return SelectField(label, rules, choices=_offered(choices), **_look(hint))


def one_of(label: Any, choices: Any, *, error: Any, hint: Any = "") -> RadioField:
    rules = _rules(error, True, None)
    return RadioField(label, rules, choices=_offered(choices), **_look(hint))


class CheckboxesField(SelectMultipleField):
    """Several of a few."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def checkboxes(label: Any, choices: Any, *, error: Any, hint: Any = "",
               required: bool = True) -> CheckboxesField:  # fmt: skip
    rules = _rules(error, required, None)
    return CheckboxesField(label, rules, choices=_offered(choices), **_look(hint))


def tick(label: Any, *, hint: Any = "") -> BooleanField:
    return BooleanField(label, **_look(hint))
