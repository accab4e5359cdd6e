"""The office's results: its inbox, one result, and copies of it."""

import json
from typing import Any

from flask import Blueprint, g, render_template, request

from testing import (
    access,
    documents,
    errors,
    releases,
    result_pages,
    statements,
    transfers,
)
from testing.access import Unit, note_list, page, roles
from testing.forms.referrals import SearchForm
from testing.literacy import releases as literacy_releases
from testing.models import Role
from testing.refusals import NotFound
from testing.releases import Channel, ReleaseRefused, Tray
from testing.signing import documents as signed
from testing.views.statements import attachment, document_attached, make, statement_document

bp = Blueprint("inbox", __name__, url_prefix="/results")
CLERK = roles(Role.CLERK)


@bp.get("")
@page(CLERK, Unit.WRITE)
def overview():
    sizes = releases.tray_sizes(g.db, g.staff.office, g.now)
    asked = request.args.get("tray", "")
    tray = Tray(asked) if asked in set(Tray) else Tray.NEW if sizes[Tray.NEW] else Tray.ALL
    number = max(1, request.args.get("page", 1, type=int))
    skip = (number - 1) * releases.INBOX_SIZE
    rows = releases.inbox(g.db, g.staff.office, tray, now=g.now, skip=skip)
    note_list("results", rows=len(rows))
    return render_template(
        "office/results.html",
        rows=rows,
        tray=tray,
        sizes=sizes,
        number=number,
        first=skip + 1,
        form=SearchForm(),
        found=False,
        literacy_count=len(literacy_releases.permitted(g.db, g.staff.office, g.now)),
    )


@bp.post("/search")
@page(CLERK, Unit.WRITE)
def search():
    form = SearchForm()
    rows = []
    if form.validate():
        rows = releases.search(g.db, g.staff.office, form.text.data, now=g.now)
        note_list("results-found", rows=len(rows))
    return render_template(
        "office/results.html",
        rows=rows,
        tray=None,
        sizes=releases.tray_sizes(g.db, g.staff.office, g.now),
        number=1,
        first=1,
        form=form,
        found=True,
        literacy_count=len(literacy_releases.permitted(g.db, g.staff.office, g.now)),
    ), 400 if form.errors else 200


@bp.get("/<public_id>")
@page(CLERK, Unit.WRITE)
def show(public_id: str):
    statement = releases.find(g.db, public_id, g.staff)
    earlier = releases.earlier(g.db, statement, g.staff.office)
    content = releases.look(g.db, statement, Channel.PAGE, actor=g.staff, now=g.now)
    return render_template(
        "office/result.html",
        statement=statement,
        view=result_pages.view_of(content),
        later=statements.superseded_by(g.db, statement),
        earlier=earlier,
        is_school=transfers.is_school(g.staff.office),
        contents=content["contents"],
    )


@bp.get("/<public_id>/text")
@page(CLERK, Unit.WRITE)
def text(public_id: str):
    statement = releases.find(g.db, public_id, g.staff)
    content = releases.look(g.db, statement, Channel.TEXT, actor=g.staff, now=g.now)
    return render_template(
        "office/result_text.html",
        statement=statement,
        name=content["person"]["name"],
        block=result_pages.text_block(content),
    )


@bp.get("/<public_id>/statement.json")
@page(CLERK, Unit.WRITE)
def as_json(public_id: str):
    statement = releases.find(g.db, public_id, g.staff)
    content = releases.look(g.db, statement, Channel.JSON, actor=g.staff, now=g.now)
    body = json.dumps(content, ensure_ascii=False, indent=2)
    return attachment(body, "application/json", "lausunto.json")


@bp.get("/<public_id>/statement.csv")
@page(CLERK, Unit.WRITE)
def as_csv(public_id: str):
    statement = releases.find(g.db, public_id, g.staff)
    content = releases.look(g.db, statement, Channel.CSV, actor=g.staff, now=g.now)
    # Without the mark spreadsheets take the file for another alphabet's.
    return attachment("\ufeff" + result_pages.table(content), "text/csv", "lausunto.csv")


@bp.get("/<public_id>/<language>.pdf")
@page(CLERK, Unit.OWN)
def as_pdf(public_id: str, language: str):
    if language not in documents.LANGUAGES:
        raise NotFound
    database = access.the_database()
    with database.reading() as db:
        statement = releases.find(db, public_id, g.staff)
        content = releases.peek(db, statement, g.staff, g.now)
        wanted = statement_document(statement, content, language)
        made = signed.kept(db, wanted)
    made = made or make(wanted)
    with database.writing() as db:
        # Asked again: a permission may be withdrawn or narrowed while the document is made.
        statement = releases.find(db, public_id, g.staff)
        if releases.look(db, statement, Channel.PDF, actor=g.staff, now=g.now) != content:
            raise ReleaseRefused(statement.id)
        document = signed.hand_out(db, wanted, made, actor=g.staff, now=g.now)
    return document_attached(wanted, document)


@bp.errorhandler(ReleaseRefused)
def refused(refusal: ReleaseRefused) -> Any:
    """The look was refused and rolled back; that it was tried is kept."""
    with access.the_database().writing() as db:
        releases.note_refusal(db, refusal, actor=g.staff, now=g.now)
    return errors.error_page(refusal.status, "PermissionWithdrawn")
