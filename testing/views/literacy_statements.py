"""Statements on reading and writing: signed by an assessor, given to the person."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from testing import access, documents, events
from testing.access import Unit, page, roles
from testing.events import Action
from testing.literacy import statement_pages, statements
from testing.models import DocumentKind, LiteracyScreen, LiteracyStatement, Role
from testing.refusals import NotFound
from testing.signing import documents as signed
from testing.statements import AlreadySigned, CorrectionReasonMissing, NotConfirmed
from testing.views.statements import document_attached, make

bp = Blueprint("literacy_statements", __name__)
CENTRE = roles(Role.ASSESSOR, Role.ADMINISTRATOR)
TEACHER = roles(Role.ASSESSOR)


@bp.route("/literacy/<public_id>/statement", methods=["GET", "POST"])
@page(TEACHER, Unit.WRITE)
def sign(public_id: str):
    """What would be signed, and the signature."""
    screen: LiteracyScreen = access.own_centre(
        g.db.scalar(select(LiteracyScreen).where(LiteracyScreen.public_id == public_id)), g.staff
    )
    replaces = statements.newest_of(g.db, screen)
    fault = ""
    if request.method == "POST":
        _refuse_unless_shown(screen, replaces)
        try:
            statement = statements.sign(
                g.db,
                screen,
                confirmed=request.form.get("confirmed") == "yes",
                note=request.form.get("note", "").replace("\x00", ""),
                replaces=replaces,
                correction=request.form.get("correction", "").replace("\x00", ""),
                actor=g.staff,
                now=g.now,
            )
        except NotConfirmed:
            fault = _("Tick that you have seen what was observed.")
        except CorrectionReasonMissing:
            fault = _("Write why the statement is replaced.")
        else:
            return redirect(
                url_for("literacy_statements.show", public_id=statement.public_id), 303
            )
    if not screen.confirmations:
        raise statements.ClassNotConfirmed
    if not statements.may_be_signed(screen):
        raise statements.NotObserved
    _note_view(screen, screen)
    content = statements.content_now(screen, g.staff, g.now)
    return _page(
        content, screen, replaces=replaces, fault=fault, typed=request.form
    ), 400 if fault else 200


def _refuse_unless_shown(screen: LiteracyScreen, newest: LiteracyStatement | None) -> None:
    """What is signed is what the page showed: its newest statement, and its class."""
    if request.form.get("replaces", "") != (newest.public_id if newest else ""):
        raise AlreadySigned
    if request.form.get("confirmation", "") != str(len(screen.confirmations)):
        raise statements.ClassChanged


@bp.get("/literacy-statements/<public_id>")
@page(CENTRE, Unit.WRITE)
def show(public_id: str):
    statement = statements.own(g.db, public_id, g.staff)
    content = statements.content_of(statement)
    _note_view(statement.screen, statement)
    return _page(
        content,
        statement.screen,
        statement=statement,
        later=statements.superseded_by(g.db, statement),
    )


@bp.get("/literacy-statements/<public_id>/<language>.pdf")
@page(CENTRE, Unit.OWN)
def show_pdf(public_id: str, language: str):
    if language not in documents.LANGUAGES:
        raise NotFound
    database = access.the_database()
    with database.reading() as db:
        statement = statements.own(db, public_id, g.staff)
        wanted = literacy_document(statement, statements.content_of(statement), language)
        made = signed.kept(db, wanted)
    made = made or make(wanted)
    with database.writing() as db:
        document = signed.hand_out(db, wanted, made, actor=g.staff, now=g.now)
        events.record(
            db,
            Action.LITERACY_STATEMENT_PRINT,
            on=wanted.person,
            subject=statement,
            actor=g.staff,
            now=g.now,
            language=language,
        )
    return document_attached(wanted, document)


def literacy_document(
    statement: LiteracyStatement, content: dict[str, Any], language: str
) -> signed.Wanted:
    """The statement as a document in a language."""
    return signed.Wanted.of(
        statement.screen.sitting.person,
        DocumentKind.LITERACY,
        statement.verification_code,
        language,
        content,
    )


def _note_view(screen: LiteracyScreen, subject: LiteracyScreen | LiteracyStatement) -> None:
    events.record(
        g.db,
        Action.LITERACY_STATEMENT_VIEW,
        on=screen.sitting.person,
        subject=subject,
        actor=g.staff,
        now=g.now,
    )


def _page(content: dict[str, Any], screen: LiteracyScreen, **facts: Any) -> str:
    return render_template(
        "literacy_statements/show.html",
        view=statement_pages.view_of(content),
        screen=screen,
        may_sign=g.staff.has(Role.ASSESSOR),
        **facts,
    )
