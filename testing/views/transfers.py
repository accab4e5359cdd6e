"""Transfer forms: handed to a school by the centre, or taken by the school's own clerk."""

from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from testing import (
    access,
    documents,
    errors,
    events,
    releases,
    result_pages,
    statements,
    transfers,
)
from testing.access import Unit, page, roles
from testing.events import Action
from testing.models import DocumentKind, Permission, Role, Statement
from testing.refusals import NotFound
from testing.releases import ReleaseRefused
from testing.signing import documents as signed
from testing.views.statements import document_attached, make

bp = Blueprint("transfers", __name__)
CENTRE = roles(Role.ASSESSOR, Role.ADMINISTRATOR)
CLERK = roles(Role.CLERK)


@bp.get("/statements/<public_id>/transfer/<permission_id>")
@page(CENTRE, Unit.WRITE)
def show(public_id: str, permission_id: str):
    """What the school would be told; nothing leaves the centre yet."""
    statement, permission = _of_centre(g.db, public_id, permission_id)
    content = transfers.content_of(g.db, statement, permission, g.now)
    events.record(
        g.db,
        Action.STATEMENT_VIEW,
        on=statement.sitting.person,
        subject=statement,
        actor=g.staff,
        now=g.now,
        permission=permission.public_id,
    )
    where: dict[str, Any] = {"public_id": public_id, "permission_id": permission_id}
    return _page(content, url_for("statements.show", public_id=public_id), "show_pdf", **where)


@bp.get("/statements/<public_id>/transfer/<permission_id>/<language>.pdf")
@page(CENTRE, Unit.OWN)
def show_pdf(public_id: str, permission_id: str, language: str):
    return _pdf(language, lambda db: _of_centre(db, public_id, permission_id))


@bp.get("/results/<public_id>/transfer")
@page(CLERK, Unit.WRITE)
def for_school(public_id: str):
    statement, permission = _of_school(g.db, public_id)
    content = transfers.hand_over(g.db, statement, permission, actor=g.staff, now=g.now)
    back = url_for("inbox.show", public_id=public_id)
    return _page(content, back, "for_school_pdf", public_id=public_id)


@bp.get("/results/<public_id>/transfer/<language>.pdf")
@page(CLERK, Unit.OWN)
def for_school_pdf(public_id: str, language: str):
    return _pdf(language, lambda db: _of_school(db, public_id))


@bp.errorhandler(ReleaseRefused)
def refused(refusal: ReleaseRefused) -> Any:
    """Nothing was handed over; that it was tried is kept."""
    with access.the_database().writing() as db:
        releases.note_refusal(db, refusal, actor=g.staff, now=g.now)
    return errors.error_page(refusal.status, "PermissionWithdrawn")


def _of_centre(
    db: Session, public_id: str, permission_id: str
) -> tuple[Statement, Permission]:
    statement = statements.own(db, public_id, g.staff)
    return statement, transfers.find(db, statement, permission_id)


def _of_school(db: Session, public_id: str) -> tuple[Statement, Permission]:
    if not transfers.is_school(g.staff.office):
        raise NotFound
    statement = releases.find(db, public_id, g.staff)
    return statement, transfers.of_school(db, statement, g.staff.office, g.now)


def _page(content: dict[str, Any], back: str, pdf: str, **where: Any) -> str:
    return render_template(
        "transfers/show.html",
        content=content,
        view=result_pages.view_of(content),
        permission=documents.permission_words(content),
        for_teacher=transfers.for_teacher(content),
        back=back,
        pdfs=[
            (words, url_for(f"transfers.{pdf}", language=language, **where))
            for language, words in (("fi", _("PDF in Finnish")), ("sv", _("PDF in Swedish")))
        ],
    )


def _pdf(language: str, find: Any) -> Any:
    if language not in documents.LANGUAGES:
        raise NotFound
    database = access.the_database()
    with database.reading() as db:
        statement, permission = find(db)
        wanted = signed.Wanted.of(
            statement.sitting.person,
            DocumentKind.TRANSFER,
            statement.verification_code,
            language,
            transfers.content_of(db, statement, permission, g.now),
        )
        made = signed.kept(db, wanted)
    made = made or make(wanted)
    with database.writing() as db:
        # Asked again: a permission may be withdrawn or narrowed while the document is made.
        statement, permission = find(db)
        content = transfers.hand_over(db, statement, permission, actor=g.staff, now=g.now)
        if content != wanted.content:
            raise ReleaseRefused(statement.id)
        document = signed.hand_out(db, wanted, made, actor=g.staff, now=g.now)
    return document_attached(wanted, document)
