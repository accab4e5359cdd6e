"""Signed statements as the centre sees them: every version, whole."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request

from testing import access, documents, events, releases, result_pages, statements, transfers
from testing.access import Unit, page, roles
from testing.events import Action
from testing.forms.talks import VIEWS
from testing.models import DocumentKind, Role, Statement
from testing.recommending import talks
from testing.refusals import NotFound
from testing.signing import documents as signed

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
        schools=transfers.live_ones(g.db, statement, g.now),
        looks=[
            one
            for one in releases.of_person(g.db, statement.sitting.person)
            if one.statement.sitting_id == statement.sitting_id
        ],
        talks=talks.held_of(g.db, statement.sitting),
        booked_talk=talks.waiting_of(g.db, statement.sitting),
        views=VIEWS,
        may_correct=g.staff.has(Role.ASSESSOR),
    )


@bp.get("/<public_id>/<language>.pdf")
@page(CENTRE, Unit.OWN)
def show_pdf(public_id: str, language: str):
    if language not in documents.LANGUAGES:
        raise NotFound
    database = access.the_database()
    with database.reading() as db:
        statement = statements.own(db, public_id, g.staff)
        wanted = statement_document(statement, statements.content_of(statement), language)
        made = signed.kept(db, wanted)
    made = made or make(wanted)
    with database.writing() as db:
        document = signed.hand_out(db, wanted, made, actor=g.staff, now=g.now)
        events.record(
            db,
            Action.STATEMENT_PRINT,
            on=wanted.person,
            subject=statement,
            actor=g.staff,
            now=g.now,
            language=language,
        )
    return document_attached(wanted, document)


def statement_document(
    statement: Statement, content: dict[str, Any], language: str
) -> signed.Wanted:
    """The statement, or an office's part of it, as a document in a language."""
    return signed.Wanted.of(
        statement.sitting.person,
        DocumentKind.STATEMENT,
        statement.verification_code,
        language,
        content,
    )


def make(wanted: signed.Wanted) -> signed.Made:
    """The document is made and signed, which is slow."""
    settings = access.the_settings()
    return signed.make(
        wanted,
        lambda seal, is_tight: documents.page(
            wanted.kind,
            wanted.content,
            wanted.language,
            settings.base_url,
            seal,
            is_tight=is_tight,
        ),
        settings,
        access.the_keys(),
        g.now,
    )


def document_attached(wanted: signed.Wanted, body: bytes) -> Response:
    """The signed document, to keep."""
    name = documents.file_name(wanted.kind, wanted.language)
    return attachment(body, "application/pdf", name)


def attachment(body: bytes | str, kind: str, name: str) -> Response:
    """A file to keep; the browser does not guess what it is."""
    response = Response(body, mimetype=kind)
    where = "inline" if request.args.get("show") else "attachment"
    response.headers.set("Content-Disposition", where, filename=name)
    return response
