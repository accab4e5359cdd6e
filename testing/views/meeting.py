"""The meeting of assessors: summaries side by side, opinions, and the way to the signature."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from testing import assessment, events, result_pages
from testing.access import Unit, page, roles
from testing.events import Action
from testing.forms.fields import Form
from testing.models import Role
from testing.recommending import meeting, pages, words

bp = Blueprint("meeting", __name__, url_prefix="/meeting")
ASSESSOR = roles(Role.ASSESSOR)


@bp.get("")
@page(ASSESSOR, Unit.WRITE)
def overview():
    """Whoever waits for a signature, side by side, with what each assessor thinks."""
    summaries = meeting.summaries(g.db, actor=g.staff, now=g.now)
    for one in summaries:
        events.record(
            g.db,
            Action.RESULT_VIEW,
            on=one.sitting.person,
            subject=one.sitting,
            actor=g.staff,
            now=g.now,
        )
    return render_template(
        "assessment/meeting.html",
        summaries=[
            {
                "sitting": one.sitting,
                "must_give_levels": one.must_give_levels,
                "rows": result_pages.proposal_rows(one.results),
                "proposal": pages.proposal_view(one.proposal) if one.proposal else None,
                "opinions": one.opinions,
                "agreed": one.agreed and words.outcome_word(one.agreed),
                "own": next(
                    (given for given in one.opinions if given.assessor_id == g.staff.id), None
                ),
            }
            for one in summaries
        ],
        outcomes=words.OUTCOMES,
        outcome_word=words.outcome_word,
        longest=meeting.LONGEST_COMMENT,
    )


@bp.post("/<public_id>")
@page(ASSESSOR, Unit.WRITE)
def give_opinion(public_id: str):
    sitting = assessment.own(g.db, public_id, g.staff)
    if Form().validate():
        meeting.give_opinion(
            g.db,
            sitting,
            request.form.get("outcome", ""),
            request.form.get("comment", "").replace("\x00", ""),
            actor=g.staff,
            now=g.now,
        )
        flash(_("Your opinion is kept."), "done")
    return redirect(url_for("meeting.overview") + f"#sitting-{public_id}", 303)
