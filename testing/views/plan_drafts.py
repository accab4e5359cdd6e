"""Versions of the assessment plans: a draft, its minutes, what is wrong with it, publishing."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from items.content_format import LANGUAGES
from scoring.cefr import REPORTED_LEVELS
from testing import access
from testing.access import Unit, page, roles
from testing.assessment_plans import drafts, minutes, reading, rulebook, words
from testing.assessment_plans.minutes import Under
from testing.drafting import rows as changes
from testing.drafting.versions import seen
from testing.forms import plan_drafts as fields
from testing.forms.fields import Form
from testing.models import Role, Skill
from testing.person_words import SKILL_NAMES
from testing.readiness import MEASURED
from testing.refusals import NotFound
from testing.views import drafting

bp = Blueprint("plan_drafts", __name__, url_prefix="/plans/versions")
STAFF = roles(Role.ADMINISTRATOR, Role.ASSESSOR)
_READERS: dict[str, Any] = {"plan": fields.plan_of, "choose": fields.choice_of}


def _under() -> Under:
    return Under(access.the_settings().mode, g.staff.centre.pretest_tasks)


@bp.post("")
@page(STAFF, Unit.WRITE)
def begin():
    draft = drafts.begin(g.db, actor=g.staff, now=g.now)
    return redirect(url_for("plan_drafts.show", public_id=draft.public_id), 303)


@bp.get("/<public_id>")
@page(STAFF)
def show(public_id: str):
    """A version whole: plans, who is given which, and what is wrong with it."""
    found = rulebook.SHELF.own(g.db, public_id, g.staff)
    _plans, faults = reading.read_unchecked(found.content)
    return render_template(
        "plans/draft.html",
        version=found,
        content=found.content,
        seen=seen(found),
        faults=[words.fault_sentence(one) for one in faults],
        **_words(),
    )


@bp.post("/<public_id>")
@page(STAFF, Unit.WRITE)
def keep(public_id: str):
    found = rulebook.SHELF.own_to_change(g.db, public_id, g.staff)
    if Form().validate():
        given = fields.settings_of(request.form)
        drafting.change(rulebook.SHELF, found, lambda content: content | given)
        flash(_("The draft is kept."), "done")
    return redirect(url_for("plan_drafts.show", public_id=public_id), 303)


@bp.route("/<public_id>/<kind>/<int:place>", methods=["GET", "POST"])
@page(STAFF, Unit.WRITE)
def edit(public_id: str, kind: str, place: int):
    """One plan, or one rule that gives a plan; behind the last one a new one."""
    found, rows = drafting.row_to_change(rulebook.SHELF, drafts.LISTS, public_id, kind, place)
    if request.method == "POST" and Form().validate():
        row = _READERS[kind](request.form)
        drafting.change(rulebook.SHELF, found, changes.put(kind, place, row))
        flash(_("The draft is kept."), "done")
        return redirect(url_for("plan_drafts.show", public_id=public_id), 303)
    return render_template(
        f"plans/edit_{kind}.html",
        version=found,
        kind=kind,
        place=place,
        is_new=place == len(rows),
        row=rows[place] if place < len(rows) else {},
        plans=found.content["plan"],
        seen=seen(found),
        **_words(),
    )


@bp.post("/<public_id>/<kind>/<int:place>/<action>")
@page(STAFF, Unit.WRITE)
def rearrange(public_id: str, kind: str, place: int, action: str):
    """A row goes up, goes down, or goes away."""
    drafting.rearrange(rulebook.SHELF, drafts.LISTS, public_id, kind, place, action)
    return redirect(url_for("plan_drafts.show", public_id=public_id) + f"#{kind}s", 303)


@bp.get("/<public_id>/dry-run")
@page(STAFF)
def dry_run(public_id: str):
    """How long the draft's plans take beside those in use, and who would be given another.

    Counts of sittings and no persons: nothing here is a view of anybody's data.
    """
    found = rulebook.SHELF.own(g.db, public_id, g.staff)
    language = request.args.get("language", LANGUAGES[0])
    if language not in LANGUAGES:
        raise NotFound
    plans, faults = reading.read_unchecked(found.content)
    if plans is not None and not faults:
        faults = drafts.faults(g.db, found, _under())
    in_use = rulebook.in_use(g.db, g.staff.centre_id)
    return render_template(
        "plans/dry_run.html",
        version=found,
        faults=[words.fault_sentence(one) for one in faults],
        compared=[] if plans is None else drafts.beside(g.db, plans, in_use, language, _under()),
        run=None if plans is None else drafts.try_out(g.db, found, plans),
        plans=plans,
        in_use=in_use,
        language=language,
        persons=minutes.PERSONS,
        **_words(),
    )


@bp.get("/<public_id>/publish")
@page(STAFF)
def ask(public_id: str):
    """Asks once more; the simulation is worked out here, before anything is written."""
    found = rulebook.SHELF.own(g.db, public_id, g.staff)
    return render_template(
        "plans/publish.html",
        version=found,
        seen=seen(found),
        faults=[words.fault_sentence(one) for one in drafts.faults(g.db, found, _under())],
    )


@bp.post("/<public_id>/publish")
@page(STAFF, Unit.WRITE)
def publish(public_id: str):
    """The plans are in use for sittings that are opened from now on."""
    found = rulebook.SHELF.own_to_change(g.db, public_id, g.staff)
    if not Form().validate():
        return redirect(url_for("plan_drafts.ask", public_id=public_id), 303)
    drafts.publish(
        g.db,
        found,
        under=_under(),
        seen_at=request.form.get("seen", ""),
        actor=g.staff,
        now=g.now,
    )
    flash(_("The plans are in use. Sittings that were opened before keep theirs."), "done")
    return redirect(url_for("assessment_plans.overview"), 303)


def _words() -> dict[str, Any]:
    return {
        "plan_words": words.PLANS,
        "plan_word": words.plan_word,
        "reason_word": words.reason_word,
        "condition_word": words.condition_word,
        "fact_word": words.fact_word,
        "facts_asked": reading.FACTS,
        "fact_codes": words.CODES,
        "level_facts": reading.LEVEL_FACTS,
        "levels": REPORTED_LEVELS,
        "skills": list(Skill),
        "skill_names": SKILL_NAMES,
        "measured": MEASURED,
        "lengths": words.LENGTHS,
        "depths": words.DEPTHS,
        "kinds": words.KINDS,
        "most_days": reading.MOST_DAYS,
        "languages": LANGUAGES,
    }
