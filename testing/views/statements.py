"""Signed statements as the centre sees them: every version, whole."""

from flask import Blueprint, Response, g, render_template, request

from testing import access, documents, events, pdf, releases, result_pages, statements
from testing.access import Unit, page, roles
from testing.events import Action
from testing.models import Role
from testing.refusals import NotFound

bp = Blueprint("statements", __name__, url_prefix="/statements")
CENTRE = roles(Role.ASSESSOR, Role.ADMINISTRATOR)


@bp.get("/<public_id>")
@page(CENTRE, Unit.WRITE)
def show(public_id: str):
    statement = statements.own(g.db, public_id, g.staff)
    content = statements.content_of(statement)
    events.record(
        g.db,
        Action.STATEMENT_VIEW,
        on=statement.sitting.person,
        subject=statement,
        actor=g.staff,
        now=g.now,
    )
    return render_template(
        "statements/show.html",
        statement=statement,
        view=result_pages.view_of(content),
        content=content,
        later=statements.superseded_by(g.db, statement),
        versions=statements.all_of(g.db, statement.sitting),
        looks=[
            one
            for one in releases.of_person(g.db, statement.sitting.person)
            if one.statement.sitting_id == statement.sitting_id
        ],
        may_correct=g.staff.has(Role.ASSESSOR),
    )


@bp.get("/<public_id>/<language>.pdf")
@page(CENTRE, Unit.OWN)
def show_pdf(public_id: str, language: str):
    if language not in documents.FILE_NAMES:
        raise NotFound
    database = access.the_database()
    with database.reading() as db:
        statement = statements.own(db, public_id, g.staff)
        content, person = statements.content_of(statement), statement.sitting.person
    html = documents.statement_page(content, language, access.the_settings().base_url)
    document = pdf.make(html)
    with database.writing() as db:
        events.record(
            db,
            Action.STATEMENT_PRINT,
            on=person,
            subject=statement,
            actor=g.staff,
            now=g.now,
            language=language,
        )
    return attachment(document, "application/pdf", f"{documents.FILE_NAMES[language]}.pdf")


def attachment(body: bytes | str, kind: str, name: str) -> Response:
    """A file to keep; the browser does not guess what it is."""
    response = Response(body, mimetype=kind)
    where = "inline" if request.args.get("show") else "attachment"
    response.headers.set("Content-Disposition", where, filename=name)
    return response
