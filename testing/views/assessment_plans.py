"""Assessment plans: that of a sitting, and all of them with how long they take."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from items.content_format import LANGUAGES
from testing import access, delivery, desk_words, events
from testing.access import Unit, page, roles
from testing.assessment_plans import choosing, minutes, rulebook, words
from testing.assessment_plans.rules import Plan
from testing.events import Action
from testing.forms.assessment_plans import GiveForm, PlanForm, plan_form
from testing.forms.fields import Form
from testing.interview import background_of, person_words
from testing.models import PartState, Role, Sitting, SittingState, Skill
from testing.person_words import SKILL_NAMES
from testing.refusals import NotFound

bp = Blueprint("assessment_plans", __name__, url_prefix="/plans")

DESK = roles(Role.ADMINISTRATOR)


@bp.get("")
@page(roles(Role.ADMINISTRATOR, Role.ASSESSOR, Role.PSYCHOMETRICIAN))
def overview():
    """What may be given, to whom, and how long it takes by simulation."""
    language = request.args.get("language", "fi")
    if language not in LANGUAGES:
        raise NotFound
    plans = rulebook.in_use(g.db, g.staff.centre_id)
    versions = rulebook.SHELF.versions(g.db, g.staff.centre_id)
    under = minutes.Under(access.the_settings().mode, g.staff.centre.pretest_tasks)
    return render_template(
        "plans/overview.html",
        plans=plans,
        expected=minutes.expected(g.db, plans, language, under),
        language=language,
        languages=LANGUAGES,
        persons=minutes.PERSONS,
        versions=versions,
        draft=next((one for one in versions if one.is_draft), None),
        may_draft=g.staff.has(Role.ADMINISTRATOR, Role.ASSESSOR),
        plan_word=words.plan_word,
        reason_word=words.reason_word,
        lengths=words.LENGTHS,
        kinds=words.KINDS,
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
    form = _plan_form(plan=row.code) if row else _plan_form()
    return _page(found, form, GiveForm(prefix="give"))


def _plan_form(**values: str) -> PlanForm:
    return plan_form(rulebook.in_use(g.db, g.staff.centre_id), **values)


def _page(found: Sitting, form: PlanForm, give: GiveForm) -> str:
    row = choosing.of_sitting(g.db, found)
    plan = Plan.from_record(row.plan) if row else None
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
        optional=choosing.still_optional(row, found) if row else [],
        asks_own_writing=plan is not None and plan.own_writing,
        plan_name=words.plan_word(plan) if plan else "",
        lengths={
            skill: words.LENGTHS.get(code, code)
            for skill, code in (plan.lengths if plan else {}).items()
        },
        sources=words.SOURCES,
        reason_word=words.reason_word,
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
    found, form = _sitting(public_id), _plan_form()
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
        return _page(found, _plan_form(), form), 400
    choosing.give_after_all(g.db, part, form.reason.data, actor=g.staff, now=g.now)
    return redirect(url_for("assessment_plans.of_sitting", public_id=public_id), 303)


@bp.post("/sittings/<public_id>/optional/<skill>")
@page(DESK, Unit.WRITE)
def give_optional(public_id: str, skill: str):
    """A part that the plan leaves to staff is given."""
    found = _sitting(public_id)
    if skill not in set(Skill):
        raise NotFound
    if Form().validate():
        choosing.give_optional(g.db, found, Skill(skill), actor=g.staff, now=g.now)
        flash(_("The part waits for the person."), "done")
    return redirect(url_for("assessment_plans.of_sitting", public_id=public_id), 303)
