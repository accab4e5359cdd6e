"""Signing in and out."""

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from testing import access, accounts, clock
from testing.access import PUBLIC, SIGNED_IN, SIGNED_IN_FIRST_TIME, Unit, page
from testing.forms.sign_in import SignInForm
from testing.models import Role, Staff

bp = Blueprint("sign_in", __name__)

#: The page on which each role begins its day.
HOMES = (
    (Role.CLERK, "referrals.overview"),
    (Role.ADMINISTRATOR, "desk.today"),
    (Role.ASSESSOR, "assessment.queue"),
    (Role.RATER, "rating.queue"),
    (Role.AUTHOR, "bank.overview"),
    (Role.PSYCHOMETRICIAN, "bank.overview"),
    (Role.AUDITOR, "log.overview"),
)


@bp.route("/sign-in", methods=["GET", "POST"])
@page(PUBLIC, Unit.OWN)
def sign_in():
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("sign_in.html", form=form), 400 if form.is_submitted() else 200
    database, keys, now = access.the_database(), access.the_keys(), clock.now()
    attempt = {"email": form.email.data, "address": request.remote_addr or "", "now": now}
    with database.reading() as db:
        accounts.refuse_when_guessing(db, keys, **attempt)
        staff = accounts.find_account(db, form.email.data)
    is_right = accounts.password_is_right(staff, form.password.data)
    if staff is None or not is_right:
        with database.writing() as db:
            accounts.note_failure(db, keys, **attempt)
        form.password.errors = [_("The e-mail address or the password is wrong. Try again.")]
        return render_template("sign_in.html", form=form), 403
    with database.writing() as db:
        staff = db.get_one(Staff, staff.id, options=[joinedload(Staff.centre)])
        token = accounts.sign_in(db, staff, now)
    session.clear()
    session.update(staff=token, seen=now.timestamp(), language=staff.language)
    return redirect(_own_path(request.args.get("next")) or url_for("sign_in.home"), 303)


@bp.get("/home")
@page(SIGNED_IN)
def home():
    for role, endpoint in HOMES:
        if g.staff.has(role) and endpoint in current_app.view_functions:
            return redirect(url_for(endpoint), 303)
    return redirect(url_for("public.front"), 303)


@bp.post("/sign-out")
@page(SIGNED_IN_FIRST_TIME, Unit.WRITE)
def sign_out():
    accounts.sign_out(g.db, session["staff"], g.staff, g.now)
    session.clear()
    return redirect(url_for("public.front"), 303)


def _own_path(address: str | None) -> str | None:
    """`address` if it is a path of this service, else None: no open redirect."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else None
