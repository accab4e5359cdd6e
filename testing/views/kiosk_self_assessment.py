"""The kiosk's pages of "I can" statements; `/kiosk/` shows them when their turn has come."""

from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from testing import access, delivery, kiosk_pages, sounds
from testing.access import SEATED, Unit, page
from testing.delivery import Where
from testing.models import Said
from testing.self_assessment import keeping
from testing.self_assessment import person_words as words
from testing.views import kiosk

bp = Blueprint("kiosk_self_assessment", __name__, url_prefix="/kiosk/self-assessment")


def statement_page(place: delivery.Place) -> Any:
    assert place.asked is not None
    statement, language = place.asked.statement, g.visit.language
    common = kiosk.common(place)
    says = words.statement_words(statement)
    spoken_src = None
    if sounds.has_sound(access.the_settings(), language, says.spoken):
        spoken_src = url_for(
            "kiosk.sound", language=language, digest=sounds.digest_of(says.spoken)
        )
    heard = [spoken_src] if place.done else [common["prompt_src"], spoken_src]
    return render_template(
        "kiosk/self_assessment.html",
        statement=statement,
        says=says,
        picture=kiosk_pages.picture_url(statement.picture),
        answers=[(said, words.ANSWERS[said], words.SHAPES[said]) for said in Said],
        spoken_src=spoken_src,
        autoplay=[src for src in heard if src],
        places_done=place.done,
        form_url=url_for("kiosk_self_assessment.answer"),
        **common,
    )


kiosk.PAGES[Where.SELF_ASSESSMENT] = statement_page


@bp.post("")
@page(SEATED, Unit.WRITE)
def answer():
    if request.form.get("action") == "pass":
        keeping.pass_over(g.db, g.visit, now=g.now)
        return kiosk.here_again()
    said = request.form.get("said")
    if said not in set(Said):
        flash(_("Choose an answer first."), "notice")
        return kiosk.here_again()
    keeping.answer(
        g.db,
        g.visit,
        skill=request.form.get("skill", ""),
        level=request.form.get("level", ""),
        said=Said(said),
        now=g.now,
    )
    return kiosk.here_again()
