"""The psychometrician's loop: answers out, parameters and cut scores in."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _

from items.content_format import MEASURED_BANKS
from scoring.young_bank import CALIBRATED_N
from testing import access, bank_words, clock
from testing.access import Unit, note_list, page, roles
from testing.calibrations import answer_files, exporting
from testing.calibrations.circumstances import Circumstance
from testing.calibrations.gathering import Gathered, Wanted, gather
from testing.forms.calibrations import AnswersForm
from testing.models import AnswersExport, Role, Skill
from testing.refusals import NotFound, Refusal

bp = Blueprint("calibrations", __name__, url_prefix="/calibrations")
WHO = roles(Role.PSYCHOMETRICIAN)


class NoAnswersYet(Refusal):
    """Nobody has answered a task of this language and skill to the end of a test."""


@bp.context_processor
def words() -> dict[str, Any]:
    return {"bank_words": bank_words}


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
    with database.writing() as db:
        g.db = db
        note_list("calibrations")
    return _overview(language, skill, gathered, exports, _answers_form(exports))


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
            return _overview(language, skill, gathered, exports, form), 400
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


def _overview(
    language: str,
    skill: Skill,
    gathered: Gathered,
    exports: list[AnswersExport],
    answers_form: AnswersForm,
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
    )
