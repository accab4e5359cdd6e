from flask_babel import lazy_gettext as _l

from testing.forms.fields import Form, email, password


class SignInForm(Form):
    email = email(
        _l("E-mail address"), error=_l("Write your e-mail address."), autocomplete="username"
    )
    password = password(
        _l("Password"), error=_l("Write your password."), autocomplete="current-password"
    )
