"""Cut scores in: a file is compared with what is in use, then confirmed by name."""

import json
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from items.content_format import MEASURED_BANKS
from testing import bank_words
from testing.access import Unit, page, roles
from testing.calibrations import file_words, standards
from testing.calibrations.reading import FileFault
from testing.forms.calibrations import ConfirmForm, StandardForm
from testing.models import Role, Skill
from testing.refusals import NotFound

bp = Blueprint("standards", __name__, url_prefix="/calibrations/standards")
WHO = roles(Role.PSYCHOMETRICIAN)
#: A table of levels, and the record of a panel with everybody's judgements.
LARGEST_FILES = 2 * 1024 * 1024


@bp.context_processor
def words() -> dict[str, Any]:
    return {"bank_words": bank_words}


def _bank() -> tuple[str, Skill]:
    language, skill = request.args.get("language", "fi"), request.args.get("skill", "reading")
    if (language, skill) not in MEASURED_BANKS:
        raise NotFound
    return language, Skill(skill)


def _sent(name: str) -> bytes:
    sent = request.files.get(name)
    return sent.read() if sent is not None else b""


@bp.route("/new", methods=["GET", "POST"])
@page(WHO, Unit.READ, largest=LARGEST_FILES)
def new():
    """The two files; then the cuts beside those in use. Nothing is kept yet."""
    language, skill = _bank()
    form = StandardForm()
    if form.validate_on_submit():
        content = _sent("file")
        try:
            found = standards.propose(g.db, content, language, skill)
            record = standards.record_of(_sent("record"))
        except FileFault as problem:
            form.fault(form.file, file_words.fault(problem))
        except standards.BadRecord:
            form.fault(form.record, _("The record is no JSON object."))
        else:
            confirm_form = ConfirmForm(
                formdata=None,
                cuts=content.decode("utf-8-sig"),
                record=json.dumps(record, ensure_ascii=False),
                origin="",
            )
            return _compared(language, skill, found, confirm_form)
    page_html = render_template(
        "calibrations/standard_new.html", language=language, skill=skill, form=form
    )
    return page_html, 400 if request.method == "POST" else 200


@bp.post("/confirm/<public_id>")
@page(WHO, Unit.WRITE, largest=LARGEST_FILES)
def confirm(public_id: str):
    """The cuts count from now on, if nobody confirmed others since they were compared."""
    language, skill = _bank()
    form = ConfirmForm()
    content = (form.cuts.data or "").encode()
    if not form.validate_on_submit():
        return _compared(
            language, skill, standards.propose(g.db, content, language, skill), form
        ), 400
    standards.confirm(
        g.db,
        content,
        language,
        skill.value,
        compared_with=public_id,
        record=standards.record_of((form.record.data or "").encode()),
        origin=form.origin.data,
        provisional=form.provisional.data,
        confirmed=form.confirmed.data,
        actor=g.staff,
        now=g.now,
    )
    flash(
        _(
            "Tests that begin now are measured against these boundaries; those under way are not. "
            "An assessor can compare the standing statements."
        ),
        "done",
    )
    return redirect(url_for("calibrations.overview", language=language, skill=skill.value), 303)


def _compared(
    language: str, skill: Skill, found: standards.Proposed, form: ConfirmForm
) -> str:
    return render_template(
        "calibrations/standard.html", language=language, skill=skill, found=found, form=form
    )
