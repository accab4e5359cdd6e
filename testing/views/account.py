"""One's own account: a password that nobody else knows."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from testing import access, accounts
from testing.access import SIGNED_IN_FIRST_TIME, Unit, page
from testing.forms.centre import OwnPasswordForm
from testing.models import Staff

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.route("/password", methods=["GET", "POST"])
@page(SIGNED_IN_FIRST_TIME, Unit.OWN)
def password():
    """Hashing is slow on purpose, so it stands outside the transaction."""
    form = OwnPasswordForm()
    if form.validate_on_submit():
        if accounts.password_is_right(g.staff, form.old.data):
            _change(accounts.hash_password(form.new.data))
            flash(_("The password is changed. Sign in with it."), "done")
            return redirect(url_for("sign_in.sign_in"), 303)
        form.fault(form.old, _("This is not your present password."))
    return render_template("account/password.html", form=form), 400 if form.errors else 200


def _change(password_hash: str) -> None:
    with access.the_database().writing() as db:
        staff = db.get_one(Staff, g.staff.id, options=[joinedload(Staff.centre)])
        accounts.set_password(
            db,
            staff,
            password_hash,
            is_initial=False,
            centre=staff.centre,
            actor=staff,
            now=g.now,
        )
