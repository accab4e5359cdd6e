"""Typing in what a person wrote on paper."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from testing import events, paper_scripts
from testing.access import Unit, own_centre, page, roles
from testing.events import Action
from testing.forms.paper import PaperForm
from testing.models import Role, Sitting

bp = Blueprint("paper", __name__, url_prefix="/sittings/<public_id>/paper")


@bp.route("", methods=["GET", "POST"])
@page(roles(Role.ADMINISTRATOR, Role.ASSESSOR), Unit.WRITE)
def type_in(public_id: str):
    sitting: Sitting = own_centre(
        g.db.scalar(
            select(Sitting)
            .where(Sitting.public_id == public_id)
            .options(joinedload(Sitting.person))
        ),
        g.staff,
    )
    offered = {one.public_id: one for one in paper_scripts.prompts(g.db, sitting)}
    form = PaperForm()
    form.prompt.choices = [("", ""), *((key, _label(one)) for key, one in offered.items())]
    if not form.validate_on_submit():
        if request.method == "GET":
            events.record(
                g.db,
                Action.SITTING_VIEW,
                on=sitting.person,
                subject=sitting,
                actor=g.staff,
                now=g.now,
            )
        return render_template(
            "desk/paper.html", form=form, sitting=sitting, person=sitting.person
        ), 400 if form.errors else 200
    paper_scripts.type_in(
        g.db, sitting, offered[form.prompt.data], form.text.data, actor=g.staff, now=g.now
    )
    flash(_("The text waits for raters."), "done")
    return redirect(url_for("paper.type_in", public_id=public_id), 303)


def _label(version) -> str:
    document = version.document
    return f"{document.get('topic', '')}: {document['situation']}"[:160]
