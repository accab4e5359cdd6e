"""Photographed pages: sent by the desk, seen by those who judge them."""

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from testing import access, events, paper_scripts
from testing.access import Unit, own_centre, page, roles
from testing.events import Action
from testing.forms.fields import Form
from testing.models import PaperKind, Role, Sitting
from testing.paper_pages import keeping, pictures, words
from testing.paper_pages.pictures import BadPicture
from testing.refusals import NotFound

bp = Blueprint("paper_pages", __name__)
DESK = roles(Role.ADMINISTRATOR, Role.ASSESSOR)
LARGEST = 60 * 1024 * 1024


def _sitting(db: Any, public_id: str) -> Sitting:
    found = db.scalar(
        select(Sitting)
        .where(Sitting.public_id == public_id)
        .options(joinedload(Sitting.person), joinedload(Sitting.parts))
    )
    sitting: Sitting = own_centre(found, g.staff)
    return sitting


def _kind(code: str) -> PaperKind:
    if code not in set(PaperKind):
        raise NotFound
    return PaperKind(code)


@bp.get("/sittings/<public_id>/pages/<kind>")
@page(DESK, Unit.WRITE)
def show(public_id: str, kind: str):
    """The pages that are kept, and the camera."""
    sitting = _sitting(g.db, public_id)
    events.record(
        g.db, Action.SITTING_VIEW, on=sitting.person, subject=sitting, actor=g.staff, now=g.now
    )
    return _page(g.db, sitting, _kind(kind), [])


@bp.post("/sittings/<public_id>/pages/<kind>")
@page(DESK, Unit.OWN, largest=LARGEST)
def add(public_id: str, kind: str):
    """Checked and made anew outside any transaction, then kept all or none."""
    wanted, database = _kind(kind), access.the_database()
    with database.reading() as db:
        sitting = _sitting(db, public_id)
    faults, bodies = _sent()
    if not faults:
        with database.writing() as db:
            sitting = _sitting(db, public_id)
            version = None
            if wanted is PaperKind.WRITING:
                offered = {one.public_id: one for one in paper_scripts.prompts(db, sitting)}
                version = offered.get(request.form.get("prompt", ""))
            if wanted is PaperKind.WRITING and version is None:
                faults = [_("Choose the task.")]
            else:
                keeping.add(
                    db,
                    access.the_keys(),
                    sitting,
                    wanted,
                    bodies,
                    version=version,
                    actor=g.staff,
                    now=g.now,
                )
    if faults:
        with database.reading() as db:
            return _page(db, _sitting(db, public_id), wanted, faults), 400
    flash(_("The pages are kept."), "done")
    return redirect(url_for("paper_pages.show", public_id=public_id, kind=kind), 303)


def _sent() -> tuple[list[str], list[bytes]]:
    """What is wrong with the files, and those that are right."""
    if not Form().validate():
        return [_("The form was open for too long. Reload the page and send it again.")], []
    faults, bodies = [], []
    files = [one for one in request.files.getlist("pages") if one.filename]
    for number, file in enumerate(files, start=1):
        try:
            bodies.append(pictures.prepare(file.read()))
        except BadPicture as refusal:
            # File names are people's own: a number says which one.
            name = _("File %(number)d", number=number)
            faults.append(str(words.FAULTS[refusal.fault]) % {"file": name})
    if not files:
        faults.append(_("Choose at least one picture."))
    return faults, bodies


def _page(db: Any, sitting: Sitting, kind: PaperKind, faults: list[str]) -> str:
    rows = keeping.pages_of(db, sitting, kind)
    prompts = paper_scripts.prompts(db, sitting) if kind is PaperKind.WRITING else []
    return render_template(
        "paper/pages.html",
        sitting=sitting,
        person=sitting.person,
        kind=kind,
        title=words.KINDS[kind],
        rows=[(one, bool(one.script and one.script.ratings)) for one in rows],
        prompts=[
            (one.public_id, f"{one.document.get('topic', '')}: {one.document['situation']}"[:160])
            for one in prompts
        ],
        faults=faults,
        most=keeping.MOST_PAGES,
    )


@bp.post("/paper-pages/<public_id>/<action>")
@page(DESK, Unit.WRITE)
def change(public_id: str, action: str):
    """The page is turned or taken away."""
    found = keeping.own(g.db, public_id, g.staff)
    if action not in ("turn", "remove"):
        raise NotFound
    if Form().validate():
        if action == "turn":
            keeping.turn(g.db, access.the_keys(), found, actor=g.staff, now=g.now)
        else:
            keeping.remove(g.db, found, actor=g.staff, now=g.now)
    back = url_for("paper_pages.show", public_id=found.sitting.public_id, kind=found.kind.value)
    return redirect(back, 303)


@bp.get("/paper-pages/<public_id>.jpg")
@page(DESK)
def picture(public_id: str):
    """The picture on a page that was logged when it was opened."""
    return _picture(keeping.opened(access.the_keys(), keeping.own(g.db, public_id, g.staff)))


@bp.get("/rating/pages/<public_id>.jpg")
@page(roles(Role.RATER))
def for_rater(public_id: str):
    """The picture for the rater who has the text; opening the text was logged already."""
    found = keeping.for_rater(g.db, public_id, g.staff)
    return _picture(keeping.opened(access.the_keys(), found))


def _picture(body: bytes) -> Any:
    answer = send_file(BytesIO(body), mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "no-store"
    return answer
