"""Verification of a statement on paper, open to everybody who holds its code."""

from flask import Blueprint, redirect, render_template, request, url_for

from testing import access, clock, statements, verification
from testing.access import PUBLIC, Unit, page

bp = Blueprint("verify", __name__, url_prefix="/verify")


@bp.route("/", methods=["GET", "POST"])
@page(PUBLIC, Unit.OWN)
def start():
    if request.method == "POST":
        code = statements.plain_code(request.form.get("code", ""))[:40]
        return redirect(url_for("verify.show", code=code or "-"), 303)
    return render_template("public/verify.html", verified=None, code="", is_wrong=False)


@bp.get("/<code>")
@page(PUBLIC, Unit.OWN)
def show(code: str):
    database, keys, now = access.the_database(), access.the_keys(), clock.now()
    address = request.remote_addr or ""
    with database.reading() as db:
        verification.refuse_when_guessing(db, keys, address=address, now=now)
        verified = verification.verify(db, code)
    if verified is None:
        with database.writing() as db:
            verification.note_wrong_code(db, keys, address=address, now=now)
    return render_template(
        "public/verify.html", verified=verified, code="", is_wrong=verified is None
    ), 404 if verified is None else 200
