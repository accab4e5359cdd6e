"""The interview before the test: the desk asks, the person sees and hears their own language."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from testing import access, bookings, languages, sittings
from testing.access import Unit, page, roles
from testing.assessment_plans import choosing
from testing.forms.interview import interview_form
from testing.interview import keeping, pages, questions, staff_words
from testing.models import Booking, Role
from testing.person_words import SKILL_NAMES
from testing.self_assessment import facts

bp = Blueprint("interview", __name__, url_prefix="/desk/bookings/<public_id>/interview")

DESK = roles(Role.ADMINISTRATOR)


def _booking(public_id: str) -> Booking:
    return bookings.find_booking(g.db, public_id, g.staff.centre_id)


@bp.get("")
@page(DESK, Unit.WRITE)
def ask(public_id: str):
    found = _booking(public_id)
    interview = keeping.view(g.db, found.referral, actor=g.staff, now=g.now)
    said = interview.answers | {"statements": interview.statements} if interview else {}
    return _page(found, interview_form(questions.in_use(), said))


@bp.post("")
@page(DESK, Unit.WRITE)
def keep(public_id: str):
    found, asked = _booking(public_id), questions.in_use()
    form = interview_form(asked)
    if not form.validate_on_submit():
        return _page(found, form), 400
    keeping.keep(
        g.db,
        found.referral,
        form.answers(asked),
        form.statements(asked),
        actor=g.staff,
        now=g.now,
    )
    sitting = sittings.sitting_of(g.db, found)
    if sitting is not None:
        choosing.follow_interview(g.db, sitting, actor=g.staff, now=g.now)
    flash(_("The interview is kept."), "done")
    return redirect(url_for("desk.booking", public_id=public_id), 303)


def _page(found: Booking, form: Any) -> str:
    person = found.referral.person
    wanted = request.args.get("beside", "")
    beside = languages.language_of(
        wanted if wanted in languages.PERSON_CODES else person.contact_language
    )
    asked = questions.in_use()
    sitting = sittings.sitting_of(g.db, found)
    return render_template(
        "desk/interview.html",
        booking=found,
        person=person,
        form=form,
        asked=asked,
        groups=[(staff_words.GROUPS[code], rows) for code, rows in asked.groups.items()],
        own=pages.own_words(access.the_settings(), asked, beside.code),
        beside=beside,
        offered=languages.PERSON_LANGUAGES,
        question_words=pages.question_words,
        uses_of=pages.uses_of,
        skill_names=SKILL_NAMES,
        told_at_kiosk=pages.told_at_kiosk(facts.of_sitting(g.db, sitting)) if sitting else [],
        rows=range(questions.MOST_LANGUAGES),
    )
