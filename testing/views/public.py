"""Pages that everybody may open: the front page, language choice, health."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from sqlalchemy import select

from testing.access import PUBLIC, Unit, page, the_database
from testing.languages import PERSON_CODES
from testing.models import Centre
from testing.refusals import NotFound

bp = Blueprint("public", __name__)


@bp.get("/")
@page(PUBLIC)
def front():
    return render_template("front.html")


@bp.post("/language/<code>")
@page(PUBLIC, Unit.OWN)
def language(code: str):
    if code not in PERSON_CODES:
        raise NotFound
    session["language"] = code
    back = request.args.get("back", "")
    own = back.startswith("/") and not back.startswith(("//", "/\\"))
    return redirect(back if own else url_for("public.front"), 303)


@bp.get("/health")
@page(PUBLIC, Unit.OWN)
def health():
    """Answers when the database does."""
    with the_database().reading() as db:
        db.execute(select(Centre.id).limit(1))
    return {"status": "ok"}
