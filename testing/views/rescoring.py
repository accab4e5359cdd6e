"""Re-scoring: who would be placed otherwise today, and a person's decision about each."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from scoring.literacy import Latin, LiteracyClass, Own
from testing import access, events
from testing.access import Unit, note_list, page, roles
from testing.events import Action
from testing.literacy import screen_of
from testing.literacy import words as literacy_words
from testing.models import RescoringCase, RescoringDecision, Role
from testing.recommending import words as recommendation_words
from testing.rescoring import runs
from testing.rescoring.runs import CauseMissing, DecisionReasonMissing

bp = Blueprint("rescoring", __name__, url_prefix="/rescoring")
ASSESSOR = roles(Role.ASSESSOR)


@bp.get("")
@page(ASSESSOR, Unit.WRITE)
def overview():
    cases = runs.open_cases(g.db, g.staff.centre_id)
    note_list("rescoring", rows=len(cases))
    return _overview(cases)


@bp.post("")
@page(ASSESSOR, Unit.OWN)
def compare():
    """The comparison is slow: it only reads, and what it found is kept in a short transaction."""
    database, cause = access.the_database(), request.form.get("cause", "").replace("\x00", "")
    try:
        with database.reading() as db:
            if not cause.strip():
                raise CauseMissing
            compared = runs.compare(db, g.staff.centre_id)
        with database.writing() as db:
            run = runs.keep(db, compared, cause=cause, actor=g.staff, now=g.now)
            new = len(run.cases)
    except CauseMissing:
        with database.reading() as db:
            g.db = db
            fault = _("Write what was changed.")
            return _overview(runs.open_cases(db, g.staff.centre_id), fault), 400
    flash(
        _("%(count)s statements were compared, %(new)s of them would be others today.",
          count=compared.compared, new=new),
        "done",
    )  # fmt: skip
    return redirect(url_for("rescoring.overview"), 303)


@bp.route("/<public_id>", methods=["GET", "POST"])
@page(ASSESSOR, Unit.WRITE)
def case(public_id: str):
    found = runs.own(g.db, public_id, g.staff)
    fault = ""
    if request.method == "POST":
        asked = request.form.get("decision", "")
        try:
            if asked not in set(RescoringDecision):
                raise DecisionReasonMissing
            decision = RescoringDecision(asked)
            runs.decide(
                g.db,
                found,
                decision,
                reason=request.form.get("reason", "").replace("\x00", ""),
                actor=g.staff,
                now=g.now,
            )
        except DecisionReasonMissing:
            fault = _("Choose, and write why.")
        else:
            if decision is RescoringDecision.REPLACE:
                sitting = found.statement.sitting.public_id
                screen = screen_of(g.db, found.statement.sitting)
                if screen is not None and runs.is_classed_otherwise(found):
                    # The recommendation follows the class that a teacher has confirmed.
                    flash(_("Confirm the class anew. Then sign the result anew."), "notice")
                    return redirect(
                        url_for("literacy.show", public_id=screen.public_id), 303
                    )
                return redirect(url_for("assessment.proposal", public_id=sitting), 303)
            flash(_("The statement stands. Your reason is kept."), "done")
            return redirect(url_for("rescoring.overview"), 303)
    events.record(
        g.db,
        Action.RESULT_VIEW,
        on=found.statement.sitting.person,
        subject=found,
        actor=g.staff,
        now=g.now,
    )
    return render_template(
        "rescoring/case.html",
        case=found,
        statement=found.statement,
        is_placed_otherwise=runs.is_placed_otherwise(found),
        recommendation=_recommendation(found),
        literacy=_literacy(found),
        fault=fault,
        typed=request.form,
    ), 400 if fault else 200


def _overview(cases: list[RescoringCase], fault: str = "") -> str:
    return render_template(
        "rescoring/overview.html",
        cases=cases,
        placed={one.id for one in cases if runs.is_placed_otherwise(one)},
        to_sign=runs.to_sign(g.db, g.staff.centre_id),
        runs=runs.runs(g.db, g.staff.centre_id),
        recommendation=_recommendation,
        literacy=_literacy,
        fault=fault,
        most=runs.MOST,
    )


def _literacy(found: RescoringCase) -> dict[str, Any] | None:
    """The class, the axes and the step before and today, each in words."""
    changed = found.changes.get("literacy")
    if changed is None:
        return None
    told = (changed["before"], changed["after"])
    return {
        "class": [literacy_words.CLASSES[LiteracyClass(one["class"])] for one in told],
        "own": [literacy_words.OWN[Own(one["own"])] for one in told],
        "latin": [literacy_words.LATIN[Latin(one["latin"])] for one in told],
        "step": [one["laslliam_level"] or "–" for one in told],
        "rules": [one["rules_version"] for one in told],
    }


def _recommendation(found: RescoringCase) -> tuple[Any, Any] | None:
    """The recommendation before and today, in words."""
    changed = found.changes["recommendation"]
    if changed is None:
        return None
    words = recommendation_words.OUTCOMES
    return words.get(changed["before"], changed["before"]), words.get(
        changed["after"], changed["after"]
    )
