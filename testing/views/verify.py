"""Verification of a statement on paper, open to everybody who holds its code."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from testing import access, clock, person_document_words, statements, verification
from testing.access import PUBLIC, Unit, page
from testing.verification import Sealed, Verified

bp = Blueprint("verify", __name__, url_prefix="/verify")

LARGEST_FILE = 2 * 1024 * 1024


@bp.route("/", methods=["GET", "POST"])
@page(PUBLIC, Unit.OWN)
def start():
    if request.method == "POST":
        code = statements.plain_code(request.form.get("code", ""))[:40]
        return redirect(url_for("verify.show", code=code or "-"), 303)
    return _page(None)


@bp.post("/file")
@page(PUBLIC, Unit.OWN, largest=LARGEST_FILE)
def file():
    given = request.files.get("file")
    with access.the_database().reading() as db:
        found = verification.verify_file(db, given.read()) if given else None
    if found is None:
        return _page(None, is_wrong=True, is_file=True), 404
    verified, sealed = found
    return _page(verified, (sealed,), is_file=True)


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
    if verified is None:
        return _page(None, is_wrong=True), 404
    return _page(verified, verified.documents)


def _page(verified: Verified | None, sealed: tuple[Sealed, ...] = (), **flags: Any) -> str:
    return render_template(
        "public/verify.html",
        verified=verified,
        sealed=sealed,
        KINDS=person_document_words.KINDS,
        code="",
        **flags,
    )
