from flask_babel import lazy_gettext as _l

from testing.forms.fields import Form, choice, many_lines


class PaperForm(Form):
    prompt = choice(_l("The task that was written about"), [], error=_l("Choose the task."))
    text = many_lines(
        _l("The text, letter by letter"),
        error=_l("Type the text in."),
        hint=_l("Keep every mistake. Mark a word that you cannot read with [?]."),
        most=8000,
    )
