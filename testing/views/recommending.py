"""Facts for the recommendation, as staff note them."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from testing import assessment, events
from testing.access import Unit, page, roles
from testing.events import Action
from testing.forms.recommending import FactsForm
from testing.models import Purpose, Role
from testing.recommending import facts, pages, rulebook

bp = Blueprint("recommending", __name__, url_prefix="/recommendation")
ASSESSOR = roles(Role.ASSESSOR)


@bp.route("/<public_id>/facts", methods=["GET", "POST"])
@page(ASSESSOR, Unit.WRITE)
def note_facts(public_id: str):
    """What is known of the person beside the levels."""
    sitting = assessment.own(g.db, public_id, g.staff)
    rules = rulebook.in_use(g.db, sitting.centre_id)
    form = FactsForm.for_sitting(
        rules,
        facts.noted(g.db, sitting),
        is_vocational=sitting.referral.purpose is Purpose.VOCATIONAL_TRAINING,
        is_screened=bool(facts.screened(g.db, sitting)),
    )
    if form.validate_on_submit():
        facts.note(g.db, sitting, form.noted(), actor=g.staff, now=g.now)
        flash(_("The facts are noted. The proposal follows them."), "done")
        return redirect(url_for("assessment.proposal", public_id=public_id), 303)
    events.record(
        g.db, Action.RESULT_VIEW, on=sitting.person, subject=sitting, actor=g.staff, now=g.now
    )
    status = 400 if form.errors else 200
    return (
        render_template(
            "recommending/facts.html",
            sitting=sitting,
            person=sitting.person,
            form=form,
            told=pages.rows_of(facts.told(g.db, sitting, rules)),
            screened=pages.rows_of(facts.screened(g.db, sitting)),
            training=sitting.referral.training,
        ),
        status,
    )
