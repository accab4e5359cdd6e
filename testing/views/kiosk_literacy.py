"""The kiosk's pages of the literacy screen; `/kiosk/` shows them when their turn has come."""

from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from testing import access, delivery, sounds
from testing.access import SEATED, Unit, page
from testing.delivery import Where
from testing.literacy import kiosk_pages as literacy_pages
from testing.literacy import screens
from testing.views import kiosk

bp = Blueprint("kiosk_literacy", __name__, url_prefix="/kiosk/literacy")


def lot() -> screens.Lot:
    """Which of those who pass go deeper, as this installation is set."""
    settings = access.the_settings()
    return screens.Lot(settings.literacy_first, settings.literacy_share)


def touch_page(place: delivery.Place) -> Any:
    assert place.literacy is not None
    language = g.visit.language
    common = kiosk.common(place)
    task = literacy_pages.touch_view(place.literacy, language)
    spoken_src = None
    if task.spoken and sounds.has_sound(
        access.the_settings(), task.spoken_language, task.spoken
    ):
        spoken_src = url_for(
            "kiosk.sound", language=task.spoken_language, digest=sounds.digest_of(task.spoken)
        )
    heard = [common["prompt_src"], spoken_src] if task.is_first else [spoken_src]
    return render_template(
        "kiosk/literacy_task.html",
        task=task,
        spoken_src=spoken_src,
        autoplay=[src for src in heard if src],
        places_done=place.done,
        form_url=url_for("kiosk_literacy.touch"),
        **common,
    )


def together_page(place: delivery.Place) -> Any:
    return render_template("kiosk/literacy_together.html", **kiosk.common(place))


kiosk.PAGES[Where.LITERACY] = touch_page
kiosk.PAGES[Where.LITERACY_TOGETHER] = together_page


@bp.post("")
@page(SEATED, Unit.WRITE)
def touch():
    place = delivery.place_of(g.db, g.visit)
    if place.literacy is None:
        return kiosk.here_again()
    choice = request.form.get("choice")
    if choice is None and request.form.get("action") != "unknown":
        flash(_("Choose an answer first. If you do not know, choose I don't know."), "notice")
        return kiosk.here_again()
    screens.touch(
        g.db,
        g.visit,
        place.literacy.screen,
        rung=request.form.get("rung", ""),
        item=request.form.get("item", ""),
        choice=choice if request.form.get("action") != "unknown" else None,
        lot=lot(),
        now=g.now,
    )
    delivery.finish_if_over(g.db, g.visit.sitting, actor=g.visit, now=g.now)
    return kiosk.here_again()
