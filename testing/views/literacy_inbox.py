"""The office's statements on reading and writing: a list, one statement, its PDF."""

from typing import Any

from flask import Blueprint, g, render_template

from testing import access, documents, errors
from testing import releases as every
from testing.access import Unit, note_list, page, roles
from testing.literacy import releases, statement_pages
from testing.literacy.releases import LiteracyReleaseRefused
from testing.models import Role
from testing.refusals import NotFound
from testing.releases import Channel
from testing.signing import documents as signed
from testing.views.literacy_statements import literacy_document
from testing.views.statements import document_attached, make

bp = Blueprint("literacy_inbox", __name__, url_prefix="/results/literacy")
CLERK = roles(Role.CLERK)


@bp.get("")
@page(CLERK, Unit.WRITE)
def overview():
    rows = releases.permitted(g.db, g.staff.office, g.now)
    note_list("literacy-statements", rows=len(rows))
    return render_template(
        "office/literacy_statements.html",
        rows=rows,
        sizes=every.tray_sizes(g.db, g.staff.office, g.now),
        literacy_count=len(rows),
    )


@bp.get("/<public_id>")
@page(CLERK, Unit.WRITE)
def show(public_id: str):
    statement = releases.find(g.db, public_id, g.staff)
    content = releases.look(g.db, statement, Channel.PAGE, actor=g.staff, now=g.now)
    return render_template(
        "office/literacy_statement.html",
        statement=statement,
        view=statement_pages.view_of(content),
    )


@bp.get("/<public_id>/<language>.pdf")
@page(CLERK, Unit.OWN)
def as_pdf(public_id: str, language: str):
    if language not in documents.LANGUAGES:
        raise NotFound
    database = access.the_database()
    with database.reading() as db:
        statement = releases.find(db, public_id, g.staff)
        content = releases.peek(db, statement, g.staff, g.now)
        wanted = literacy_document(statement, content, language)
        made = signed.kept(db, wanted)
    made = made or make(wanted)
    with database.writing() as db:
        # Asked again: a permission may be withdrawn or narrowed while the document is made.
        statement = releases.find(db, public_id, g.staff)
        releases.look(db, statement, Channel.PDF, actor=g.staff, now=g.now)
        document = signed.hand_out(db, wanted, made, actor=g.staff, now=g.now)
    return document_attached(wanted, document)


@bp.errorhandler(LiteracyReleaseRefused)
def refused(refusal: LiteracyReleaseRefused) -> Any:
    """The look was refused and rolled back; that it was tried is kept."""
    with access.the_database().writing() as db:
        releases.note_refusal(db, refusal, actor=g.staff, now=g.now)
    return errors.error_page(refusal.status, "PermissionWithdrawn")
