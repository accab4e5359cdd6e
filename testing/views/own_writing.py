"""Own-language writing: the task in the person's language, the text, and who reads it."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from testing import access, events, languages, sounds
from testing.access import Unit, page, roles
from testing.events import Action
from testing.forms.own_writing import GapForm, JudgeForm, TextForm
from testing.interview import background_of
from testing.models import OwnWritingGap, OwnWritingLevel, Role, ScriptMode, Sitting
from testing.own_writing import keeping, person_words, words

bp = Blueprint("own_writing", __name__, url_prefix="/own-writing")

READERS = roles(Role.ADMINISTRATOR, Role.ASSESSOR)


def _sitting(public_id: str) -> Sitting:
    found = g.db.scalar(select(Sitting).where(Sitting.public_id == public_id))
    sitting: Sitting = access.own_centre(found, g.staff)
    return sitting


@bp.get("/<public_id>")
@page(READERS, Unit.WRITE)
def show(public_id: str):
    found = _sitting(public_id)
    events.record(
        g.db, Action.SITTING_VIEW, on=found.person, subject=found, actor=g.staff, now=g.now
    )
    return _page(found)


def _page(found: Sitting, **forms: Any) -> str:
    row = keeping.of_sitting(g.db, found)
    background = background_of(g.db, found)
    best = (background and background.best_read) or found.person.mother_tongue
    usual = {"language": row.language if row else best}
    if row is not None:
        usual |= {"mode": row.mode.value, "text": row.text}
    language = languages.language_of(found.person.contact_language)
    with force_locale(language.code):
        title, *sentences = (
            str(one) for one in (person_words.TASK.title, *person_words.TASK.sentences)
        )
        spoken = person_words.TASK.spoken
    src = None
    if g.staff.has(Role.ADMINISTRATOR) and sounds.has_sound(
        access.the_settings(), language.code, spoken
    ):
        src = url_for("sounds.sound", language=language.code, digest=sounds.digest_of(spoken))
    return render_template(
        "desk/own_writing.html",
        sitting=found,
        person=found.person,
        row=row,
        seen=keeping.version_of(row) if row else "",
        language=language,
        task=[title, *sentences],
        src=src,
        levels=words.LEVELS,
        modes=words.MODES,
        reasons=words.REASONS,
        is_desk=g.staff.has(Role.ADMINISTRATOR),
        forms={
            "text": TextForm(prefix="text", data=usual),
            "gap": GapForm(prefix="gap", data=usual),
            "judge": JudgeForm(prefix="judge"),
        }
        | forms,
    )


def _back(found: Sitting) -> Any:
    return redirect(url_for("own_writing.show", public_id=found.public_id), 303)


@bp.post("/<public_id>/keep")
@page(READERS, Unit.WRITE)
def keep(public_id: str):
    found, form = _sitting(public_id), TextForm(prefix="text")
    if not form.validate_on_submit():
        return _page(found, text=form), 400
    keeping.keep(
        g.db,
        found,
        language=form.language.data,
        mode=ScriptMode(form.mode.data),
        text=form.text.data or "",
        seen=request.form.get("text-seen", ""),
        actor=g.staff,
        now=g.now,
    )
    flash(_("The text waits for somebody who reads the language."), "done")
    return _back(found)


@bp.post("/<public_id>/leave-out")
@page(READERS, Unit.WRITE)
def leave_out(public_id: str):
    found, form = _sitting(public_id), GapForm(prefix="gap")
    if not form.validate_on_submit():
        return _page(found, gap=form), 400
    keeping.leave_out(
        g.db,
        found,
        language=form.language.data,
        reason=OwnWritingGap(form.reason.data),
        actor=g.staff,
        now=g.now,
    )
    return _back(found)


@bp.post("/<public_id>/judge")
@page(READERS, Unit.WRITE)
def judge(public_id: str):
    found, form = _sitting(public_id), JudgeForm(prefix="judge")
    row = keeping.of_sitting(g.db, found)
    if row is None:
        raise keeping.CannotJudge
    if not form.validate_on_submit():
        return _page(found, judge=form), 400
    keeping.judge(
        g.db,
        row,
        OwnWritingLevel(form.level.data),
        seen=request.form.get("judge-seen", ""),
        reads_the_language=form.reads.data,
        actor=g.staff,
        now=g.now,
    )
    return _back(found)
