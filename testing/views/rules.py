"""Rules of recommendation: which are in use, a draft of others, a dry run, and publishing."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from scoring.cefr import REPORTED_LEVELS
from scoring.recommendation_reading import read_unchecked
from scoring.recommendation_rules import CODES, SKILLS, YEARS
from testing import access, result_words
from testing.access import Unit, note_list, page, roles
from testing.drafting import rows as changes
from testing.drafting.versions import seen
from testing.forms import rules as fields
from testing.forms.fields import Form
from testing.models import Role
from testing.recommending import drafts, rule_words, rulebook, words
from testing.views import drafting

bp = Blueprint("rules", __name__, url_prefix="/rules")
STAFF = roles(Role.ADMINISTRATOR, Role.ASSESSOR)
_READERS: dict[str, Any] = {
    "rule": fields.rule_of,
    "addition": fields.rule_of,
    "requirement": fields.requirement_of,
}


@bp.get("")
@page(STAFF)
def overview():
    """The rules in use, in the order in which they are asked, and every version."""
    rules = rulebook.in_use(g.db, g.staff.centre_id)
    versions = rulebook.SHELF.versions(g.db, g.staff.centre_id)
    return render_template(
        "rules/overview.html",
        content=rules.to_record(),
        versions=versions,
        draft=next((one for one in versions if one.is_draft), None),
        **_words(),
    )


@bp.post("/draft")
@page(STAFF, Unit.WRITE)
def begin():
    draft = drafts.begin(g.db, actor=g.staff, now=g.now)
    return redirect(url_for("rules.draft", public_id=draft.public_id), 303)


@bp.route("/<public_id>", methods=["GET", "POST"])
@page(STAFF, Unit.WRITE)
def draft(public_id: str):
    """A version whole: its settings, its rules in order, and what is wrong with them."""
    found = rulebook.SHELF.own_to_change(g.db, public_id, g.staff)
    if request.method == "POST" and Form().validate():
        given = fields.settings_of(request.form)
        drafting.change(rulebook.SHELF, found, lambda content: content | given)
        flash(_("The draft is kept."), "done")
        return redirect(url_for("rules.draft", public_id=public_id), 303)
    return render_template(
        "rules/draft.html",
        version=found,
        content=found.content,
        is_draft=found.is_draft,
        seen=seen(found),
        faults=[rule_words.fault_sentence(one) for one in drafts.faults(found)],
        reasons=result_words.NOT_ASSESSED,
        **_words(),
    )


@bp.route("/<public_id>/<kind>/<int:place>", methods=["GET", "POST"])
@page(STAFF, Unit.WRITE)
def edit(public_id: str, kind: str, place: int):
    """One rule, addition or requirement; behind the last one a new one."""
    found, rows = drafting.row_to_change(rulebook.SHELF, drafts.LISTS, public_id, kind, place)
    if request.method == "POST" and Form().validate():
        row = _READERS[kind](request.form)
        how = changes.put(kind, place, row, before_last=kind == "rule")
        drafting.change(rulebook.SHELF, found, how)
        flash(_("The draft is kept."), "done")
        return redirect(url_for("rules.draft", public_id=public_id), 303)
    template = "rules/requirement.html" if kind == "requirement" else "rules/rule.html"
    return render_template(
        template,
        version=found,
        kind=kind,
        place=place,
        is_new=place == len(rows),
        row=rows[place] if place < len(rows) else {},
        seen=seen(found),
        level_rows=range(fields.LEVEL_ROWS),
        **_words(),
    )


@bp.post("/<public_id>/<kind>/<int:place>/<action>")
@page(STAFF, Unit.WRITE)
def rearrange(public_id: str, kind: str, place: int, action: str):
    """A row goes up, goes down, or goes away."""
    drafting.rearrange(rulebook.SHELF, drafts.LISTS, public_id, kind, place, action)
    return redirect(url_for("rules.draft", public_id=public_id) + f"#{kind}s", 303)


@bp.get("/<public_id>/dry-run")
@page(STAFF, Unit.OWN)
def dry_run(public_id: str):
    """Who would be recommended something else; nothing is kept but that it was looked at.

    The trial is slow: it only reads, and the look is noted in a short transaction.
    """
    with access.the_database().reading() as g.db:
        found = rulebook.SHELF.own(g.db, public_id, g.staff)
        rules, faults = read_unchecked(found.content)
        run = None if faults else drafts.try_out(g.db, found, rules)
        shown = render_template(
            "rules/dry_run.html",
            version=found,
            run=run,
            faults=[rule_words.fault_sentence(one) for one in faults],
            **_words(),
        )
    with access.the_database().writing() as g.db:
        note_list("rules-dry-run", subject=found, rows=len(run.otherwise) if run else 0)
    return shown


@bp.route("/<public_id>/publish", methods=["GET", "POST"])
@page(STAFF, Unit.WRITE)
def publish(public_id: str):
    """Asks once more, then the rules are in use."""
    found = rulebook.SHELF.own_to_change(g.db, public_id, g.staff)
    if request.method == "POST" and Form().validate():
        drafts.publish(g.db, found, seen_at=request.form.get("seen", ""), actor=g.staff, now=g.now)
        flash(_("The rules are in use. Proposals that nobody has signed follow them."), "done")
        return redirect(url_for("rules.overview"), 303)
    return render_template(
        "rules/publish.html",
        version=found,
        seen=seen(found),
        faults=[rule_words.fault_sentence(one) for one in drafts.faults(found)],
    )


def _words() -> dict[str, Any]:
    return {
        "conditions": rule_words.conditions,
        "outcome_word": rule_words.outcome_word,
        "requirement_word": words.requirement_word,
        "fact_names": words.FACTS,
        "fact_codes": words.CODES,
        "codes": CODES,
        "years": YEARS,
        "standings": rule_words.STANDINGS,
        "amounts": rule_words.AMOUNTS,
        "outcomes": words.OUTCOMES,
        "additions": words.ADDITIONS,
        "skills": SKILLS,
        "levels": REPORTED_LEVELS[1:],
    }
