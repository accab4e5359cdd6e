from flask_babel import lazy_gettext as _l

from testing.forms.fields import Form, choice, many_lines, one_of, text


class FeedbackForm(Form):
    centre = choice(
        _l("Test centre"),
        [],
        error=None,
        hint=_l("Leave it empty if you do not know."),
        required=False,
    )
    topic = one_of(
        _l("What is it about?"),
        [
            ("accessibility", _l("I cannot see, hear or use something")),
            ("service", _l("The test or the people at the test centre")),
            ("other", _l("Something else")),
        ],
        error=_l("Choose one."),
    )
    reply_to = text(
        _l("Your e-mail address or phone number"),
        hint=_l("Only if you want an answer."),
        most=200,
        required=False,
        autocomplete="email",
    )
    text = many_lines(
        _l("What do you want to say?"),
        error=_l("Write what you want to say."),
        hint=_l("You may write in your own language. Do not write your personal identity code."),
        most=4000,
    )
