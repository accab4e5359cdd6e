"""Assessment plans: that of a sitting, and all of them with how long they take."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from testing import access, delivery, desk_words, events
from testing.access import Unit, page, roles
from testing.assessment_plans import choosing, minutes, rules, words
from testing.events import Action
from testing.forms.assessment_plans import GiveForm, PlanForm
from testing.interview import background_of, person_words
from testing.models import PartState, Role, Sitting, SittingState, Skill
from testing.person_words import SKILL_NAMES
from testing.refusals import NotFound

bp = Blueprint("assessment_plans", __name__, url_prefix="/plans")

DESK = roles(Role.ADMINISTRATOR)
LANGUAGES = ("fi", "sv")


@bp.get("")
@page(roles(Role.ADMINISTRATOR, Role.ASSESSOR, Role.PSYCHOMETRICIAN))
def overview():
    """What may be given, to whom, and how long it takes by simulation."""
    language = request.args.get("language", "fi")
    if language not in LANGUAGES:
        raise NotFound
    plans = rules.in_use()
    return render_template(
        "plans/overview.html",
        plans=plans,
        expected=minutes.expected(g.db, plans, language),
        language=language,
        languages=LANGUAGES,
        persons=minutes.PERSONS,
        plan_words=words.PLANS,
        reasons=words.REASONS,
        skill_names=SKILL_NAMES,
    )


def _sitting(public_id: str) -> Sitting:
    found = g.db.scalar(select(Sitting).where(Sitting.public_id == public_id))
    sitting: Sitting = access.own_centre(found, g.staff)
    return sitting


@bp.get("/sittings/<public_id>")
@page(DESK, Unit.WRITE)
def of_sitting(public_id: str):
    found = _sitting(public_id)
    events.record(
        g.db, Action.SITTING_VIEW, on=found.person, subject=found, actor=g.staff, now=g.now
    )
    row = choosing.of_sitting(g.db, found)
    form = PlanForm(plan=row.code) if row else PlanForm()
    return _page(found, form, GiveForm(prefix="give"))


def _page(found: Sitting, form: PlanForm, give: GiveForm) -> str:
    row = choosing.of_sitting(g.db, found)
    return render_template(
        "plans/sitting.html",
        sitting=found,
        person=found.person,
        plan=row,
        form=form,
        give=give,
        is_open=found.state in (SittingState.OPEN, SittingState.PAUSED),
        starts={
            part.skill: choosing.start_of(g.db, part)
            for part in found.parts
            if part.state is PartState.WAITING
        },
        left_out=[
            part
            for part in found.parts
            if part.state is PartState.NOT_ASSESSED and part.started_at is None
        ],
        helps=_helps(found),
        asks_own_writing=row is not None
        and row.code in rules.in_use().plans
        and rules.in_use().plans[row.code].own_writing,
        plan_words=words.PLANS,
        sources=words.SOURCES,
        reasons=words.REASONS,
        skill_names=SKILL_NAMES,
        part_states=desk_words.PART_STATES,
    )


def _helps(found: Sitting) -> list[Any]:
    background = background_of(g.db, found)
    words_of = person_words.OPTIONS["accommodations"]
    return [words_of[code] for code in words_of if background and code in background.accommodations]


@bp.post("/sittings/<public_id>")
@page(DESK, Unit.WRITE)
def change(public_id: str):
    found, form = _sitting(public_id), PlanForm()
    if not form.validate_on_submit():
        return _page(found, form, GiveForm(prefix="give")), 400
    choosing.change(
        g.db, found, form.plan.data, form.reason.data, actor=g.staff, now=g.now
    )
    delivery.finish_if_over(g.db, found, actor=g.staff, now=g.now)
    flash(_("The plan is changed."), "done")
    return redirect(url_for("assessment_plans.of_sitting", public_id=public_id), 303)


@bp.post("/sittings/<public_id>/give/<skill>")
@page(DESK, Unit.WRITE)
def give(public_id: str, skill: str):
    """A part that was left out is given after all."""
    found, form = _sitting(public_id), GiveForm(prefix="give")
    part = next((p for p in found.parts if p.skill == skill and skill in set(Skill)), None)
    if part is None:
        raise NotFound
    if not form.validate_on_submit():
        return _page(found, PlanForm(), form), 400
    choosing.give_after_all(g.db, part, form.reason.data, actor=g.staff, now=g.now)
    return redirect(url_for("assessment_plans.of_sitting", public_id=public_id), 303)
