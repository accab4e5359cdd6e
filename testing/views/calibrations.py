"""The psychometrician's loop: answers out, parameters and cut scores in."""

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from items.bank_rows import calibration_in_use
from items.content_format import MEASURED_BANKS
from scoring.young_bank import CALIBRATED_N, CALIBRATED_SE
from testing import access, bank_words, clock
from testing.access import Unit, note_list, page, roles
from testing.calibrations import (
    answer_files,
    comparing,
    exporting,
    file_words,
    keeping,
    standards,
)
from testing.calibrations import words as own_words
from testing.calibrations.circumstances import Circumstance
from testing.calibrations.gathering import Gathered, Wanted, gather
from testing.calibrations.reading import FileFault
from testing.forms.calibrations import AnswersForm, CalibrationForm, UseForm
from testing.models import AnswersExport, Role, Skill
from testing.refusals import NotFound, Refusal

bp = Blueprint("calibrations", __name__, url_prefix="/calibrations")
WHO = roles(Role.PSYCHOMETRICIAN)


#: A bank of a thousand items with all columns.
LARGEST_FILE = 1024 * 1024


class NoAnswersYet(Refusal):
    """Nobody has answered a task of this language and skill to the end of a test."""


@bp.context_processor
def words() -> dict[str, Any]:
    return {"bank_words": bank_words, "words": own_words}


def _bank() -> tuple[str, Skill]:
    language, skill = request.args.get("language", "fi"), request.args.get("skill", "reading")
    if (language, skill) not in MEASURED_BANKS:
        raise NotFound
    return language, Skill(skill)


@bp.get("")
@page(WHO, Unit.OWN)
def overview():
    """Slow: it only reads, and the log is written in a short transaction of its own."""
    language, skill = _bank()
    database = access.the_database()
    with database.reading() as db:
        gathered = gather(db, g.staff.centre_id, _wanted(language, skill))
        exports = exporting.exports(db, g.staff.centre_id, language, skill)
        page_html = _overview(db, language, skill, gathered, _answers_form(exports), exports)
    with database.writing() as db:
        g.db = db
        note_list("calibrations")
    return page_html


@bp.post("/answers")
@page(WHO, Unit.OWN)
def answers():
    """The answers as one file. It is on record before it leaves."""
    language, skill = _bank()
    database, now = access.the_database(), clock.now()
    with database.reading() as db:
        exports = exporting.exports(db, g.staff.centre_id, language, skill)
        form = _answers_form(exports)
        if not form.validate_on_submit():
            gathered = gather(db, g.staff.centre_id, _wanted(language, skill))
            return _overview(db, language, skill, gathered, form, exports), 400
        since = {row.public_id: row.made_at for row in exports}.get(form.since.data)
        gathered = gather(
            db,
            g.staff.centre_id,
            _wanted(
                language,
                skill,
                without=frozenset(Circumstance(one) for one in form.without.data),
                with_older=form.with_older.data,
                since=since,
                until=now,
            ),
        )
        if not gathered.takers:
            raise NoAnswersYet
        body = answer_files.zipped(answer_files.files_of(db, gathered))
    with database.writing() as db:
        staff = db.merge(g.staff, load=False)
        exporting.note_export(db, gathered, centre=staff.centre, actor=staff, now=now)
    name = f"{language}-{skill.value}-answers.zip"
    return Response(
        body,
        mimetype="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _wanted(language: str, skill: Skill, **more: Any) -> Wanted:
    modes = exporting.modes_of(access.the_settings().mode)
    return Wanted(language=language, skill=skill, modes=modes, **more)


def _answers_form(exports: list[AnswersExport]) -> AnswersForm:
    form = AnswersForm(prefix="answers")
    form.offer(
        [
            (
                row.public_id,
                _(
                    "Ended after %(day)s, when answers of %(people)s people were taken out",
                    day=f"{clock.local(row.made_at):%-d.%-m.%Y %H.%M}",
                    people=row.people,
                ),
            )
            for row in exports
        ]
    )
    return form


@bp.route("/new", methods=["GET", "POST"])
@page(WHO, Unit.WRITE, largest=LARGEST_FILE)
def new():
    """An ITEMS file comes in; it is not in use before somebody has compared it."""
    language, skill = _bank()
    form = CalibrationForm()
    if form.validate_on_submit():
        sent = request.files.get("file")
        content = sent.read() if sent is not None else b""
        try:
            row = keeping.bring_in(
                g.db,
                content,
                language,
                skill.value,
                method=form.method.data,
                data=form.answers.data,
                actor=g.staff,
                now=g.now,
            )
        except FileFault as problem:
            form.fault(form.file, file_words.fault(problem))
        else:
            return redirect(url_for("calibrations.one", public_id=row.public_id), 303)
    page_html = render_template(
        "calibrations/new.html", language=language, skill=skill, form=form
    )
    return page_html, 400 if request.method == "POST" else 200


@bp.get("/<public_id>")
@page(WHO, Unit.WRITE)
def one(public_id: str):
    row = keeping.found(g.db, public_id)
    note_list("calibration", subject=row)
    counting = calibration_in_use(g.db, row.language, row.skill)
    comparison = comparing.compare(g.db, row)
    return render_template(
        "calibrations/one.html",
        row=row,
        counting=counting,
        is_in_use=counting is not None and counting.calibration_id == row.id,
        found=comparison,
        drawn=comparing.picture_of(comparison),
        fit=(comparing.FIT_FROM, comparing.FIT_TO),
        sure=(CALIBRATED_SE, CALIBRATED_N),
        form=UseForm(),
    )


@bp.get("/<public_id>/items.csv")
@page(WHO, Unit.WRITE)
def items(public_id: str):
    """The file as it came in, for a later calibration to hold."""
    row = keeping.found(g.db, public_id)
    note_list("calibration-file", subject=row)
    name = f"{row.language}-{row.skill}-items.csv"
    return Response(
        row.record["file"],
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.post("/<public_id>/use")
@page(WHO, Unit.WRITE)
def use(public_id: str):
    row = keeping.found(g.db, public_id)
    form = UseForm()
    keeping.put_into_use(
        g.db,
        row,
        fit_looked_at=form.validate_on_submit() and form.fit_looked_at.data,
        note=form.note.data or "",
        actor=g.staff,
        now=g.now,
    )
    flash(
        _(
            "Tests that begin now are measured with these parameters; those under way are not. "
            "An assessor can compare the standing statements."
        ),
        "done",
    )
    return redirect(url_for("calibrations.one", public_id=public_id), 303)


def _overview(
    db: Session,
    language: str,
    skill: Skill,
    gathered: Gathered,
    answers_form: AnswersForm,
    exports: list[AnswersExport],
) -> str:
    by_item = gathered.n_by_item
    return render_template(
        "calibrations/overview.html",
        language=language,
        skill=skill,
        banks=MEASURED_BANKS,
        gathered=gathered,
        n_items=len(by_item),
        n_enough=sum(number >= CALIBRATED_N for number in by_item.values()),
        enough=CALIBRATED_N,
        few=exporting.FEW_PEOPLE,
        exports=exports,
        answers_form=answers_form,
        calibrations=keeping.kept(db, language, skill),
        counting=calibration_in_use(db, language, skill),
        standards=standards.kept(db, language, skill),
    )
