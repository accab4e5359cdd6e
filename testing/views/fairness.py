"""The fairness view: levels, classes and recommendations of every group, without any name."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _

from items.content_format import LANGUAGES
from scoring.literacy_calibration import FEWEST_CONFIRMED
from testing import access, staff_words
from testing.access import Unit, note_list, page, roles
from testing.fairness import gathering, words
from testing.fairness.tables import View, What, file_of, view_of
from testing.literacy import calibration, content
from testing.literacy import words as literacy_words
from testing.models import Role
from testing.settings import Mode

bp = Blueprint("fairness", __name__, url_prefix="/fairness")
WHO = roles(Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR)


@bp.get("")
@page(WHO, Unit.OWN)
def overview():
    asked, years, view = _compare("fairness")
    return render_template(
        "fairness/overview.html",
        view=view,
        words=words,
        smallest=access.the_settings().fairness_smallest,
        filters=asked,
        choices=_choices(years),
    )


@bp.get("/table.csv")
@page(WHO, Unit.OWN)
def table():
    """The same figures, hidden alike, for another program."""
    asked, _years, view = _compare("fairness-file")
    name = f"fairness-{asked['language']}-{asked['what']}.csv"
    return Response(
        file_of(view),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.get("/literacy")
@page(WHO, Unit.OWN)
def literacy():
    """How often teachers confirm what the rules propose, and whom the short screen missed."""
    database, settings, staff = access.the_database(), access.the_settings(), g.staff
    with database.reading() as db:
        known = calibration.experience_of(
            db,
            staff.centre_id,
            mode=settings.mode,
            rules_version=content.material(LANGUAGES[0]).ladders.version,
        )
        missed = calibration.missed_of(
            db, staff.centre_id, mode=settings.mode, first=settings.literacy_first
        )
    with database.writing() as db:
        g.db = db
        note_list("fairness-literacy")
    return render_template(
        "fairness/literacy.html",
        known=known,
        missed=missed,
        fewest_confirmed=FEWEST_CONFIRMED,
        smallest=settings.fairness_smallest,
        findings=known.told(settings.fairness_smallest),
        step=calibration.STEP,
        is_demo=settings.mode is Mode.DEMO,
        words=words,
        literacy_words=literacy_words,
    )


def _compare(list_name: str) -> tuple[dict[str, str], list[int], View]:
    """Slow: it only reads, and the log is written in a short transaction of its own."""
    database, settings, staff = access.the_database(), access.the_settings(), g.staff
    with database.reading() as db:
        years = gathering.years(db, staff.centre_id)
        asked = _asked(years)
        cases = gathering.cases(
            db,
            staff.centre_id,
            language=asked["language"],
            mode=Mode(asked["mode"]),
            year=int(asked["year"]) if asked["year"] else None,
        )
    view = view_of(cases, What(asked["what"]), settings.fairness_smallest)
    with database.writing() as db:
        g.db = db
        note_list(list_name)
    return asked, years, view


def _asked(years: list[int]) -> dict[str, str]:
    """The filters of the address; what does not exist is taken as not said."""
    usual = {"language": "fi", "what": What.READING.value, "year": ""}
    usual["mode"] = access.the_settings().mode.value
    known = {name: dict(offered) for name, _label, offered in _choices(years)}
    return {
        name: said if (said := request.args.get(name, first)) in known[name] else first
        for name, first in usual.items()
    }


def _choices(years: list[int]) -> list[tuple[str, Any, list[tuple[str, Any]]]]:
    """Filters by name: what they are called, and what they offer."""
    worth = [(Mode.LIVE.value, _("Live results")), (Mode.PILOT.value, _("Pilot results"))]
    if access.the_settings().mode is Mode.DEMO:
        worth = [(Mode.DEMO.value, _("Demo, invented people"))]
    return [
        ("what", _("What is compared"), [(one.value, words.WHAT[one]) for one in What]),
        ("language", _("Language"), list(staff_words.TESTED_LANGUAGES)),
        ("year", _("Signed"), [("", _("All years")), *((str(one), str(one)) for one in years)]),
        ("mode", _("Results"), worth),
    ]
