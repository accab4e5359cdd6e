"""Rating: a count, the next script at once, and back to the count."""

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from items.bank_files import count_words
from scoring.cefr import REPORTED_LEVELS
from testing import (
    access,
    blinding,
    clock,
    kiosk_pages,
    rating,
    rating_data,
    result_words,
)
from testing.access import Unit, note_list, page, roles
from testing.forms.fields import Form
from testing.models import Criterion, Rating, Role, ScriptMode
from testing.refusals import NotFound
from testing.speaking import recordings as talk_recordings
from testing.speaking import talks

bp = Blueprint("rating", __name__, url_prefix="/rating")
RATER = roles(Role.RATER)


@bp.get("")
@page(RATER, Unit.WRITE)
def queue():
    desk = rating.desk_of(g.db, g.staff, g.now)
    note_list("rating")
    return render_template("rating/queue.html", desk=desk)


@bp.post("/next")
@page(RATER, Unit.WRITE)
def next_script():
    return _to_next()


@bp.route("/<public_id>", methods=["GET", "POST"])
@page(RATER, Unit.WRITE)
def script(public_id: str):
    try:
        own = rating.own(g.db, public_id, g.staff)
    except rating.MetSince:
        if request.method == "POST":
            raise
        flash(
            _("You have met this person since, or opened their data. Give the text back."), "notice"
        )
        return redirect(url_for("rating.give_back", public_id=public_id), 303)
    if request.method == "GET":
        rating.view(g.db, own, actor=g.staff, now=g.now)
        return _page(own)
    marks, note = _marks(), request.form.get("note", "")
    missing = [one for one in own.script.criteria if one.value not in marks]
    if not Form().validate() or missing:
        rating.save(g.db, own, marks, note)
        return _page(own, missing), 400
    rating.submit(g.db, own, marks, note, actor=g.staff, now=g.now)
    return _to_next()


@bp.post("/<public_id>/save")
@page(RATER, Unit.WRITE)
def save(public_id: str):
    """Autosave, or "save and rest"."""
    own = rating.own(g.db, public_id, g.staff)
    rating.save(g.db, own, _marks(), request.form.get("note", ""))
    if request.headers.get("X-Autosave"):
        return {"saved": f"{clock.local(g.now):%H.%M}"}
    flash(_("Your marks are saved. You can go on later."), "done")
    return redirect(url_for("rating.queue"), 303)


@bp.route("/<public_id>/return", methods=["GET", "POST"])
@page(RATER, Unit.WRITE)
def give_back(public_id: str):
    own = rating.own(g.db, public_id, g.staff, to_return=True)
    if not Form().validate_on_submit():
        return render_template("rating/give_back.html", rating=own)
    rating.give_back(g.db, own, actor=g.staff, now=g.now)
    flash(_("The text waits for another rater."), "done")
    return redirect(url_for("rating.queue"), 303)


@bp.get("/<public_id>/recording")
@page(RATER, Unit.OWN)
def recording(public_id: str):
    """The talk, for the rater who has it to rate; opening the page was logged already."""
    with access.the_database().reading() as db:
        own = rating.own(db, public_id, g.staff)
        talk = talks.of_script(db, own.script)
    heard = talk_recordings.heard(access.the_settings(), access.the_keys(), talk)
    if heard is None:
        raise NotFound
    return send_file(BytesIO(heard), mimetype="audio/mpeg", conditional=True)


def _to_next() -> Any:
    taken = rating.take_next(g.db, g.staff, now=g.now)
    if taken is None:
        flash(_("There is nothing to rate now."), "info")
        return redirect(url_for("rating.queue"), 303)
    return redirect(url_for("rating.script", public_id=taken.public_id), 303)


def _marks() -> dict[str, str]:
    return {one.value: request.form[one.value] for one in Criterion if one.value in request.form}


def _page(own: Rating, missing: list[Criterion] | tuple[()] = ()) -> str:
    """The script and the criteria. Nothing here tells who wrote it or what others gave."""
    script = own.script
    language = "sv" if str(get_locale()) == "sv" else "fi"
    texts = rating_data.descriptors(script.part.skill)
    hints = result_words.SPEAKING_HINTS if script.is_spoken else result_words.CRITERION_HINTS
    text = blinding.blind(script.text, script.part.sitting.person)
    criteria = [
        {
            "name": one.value,
            "word": result_words.CRITERIA[one],
            "hint": hints[one],
            "chosen": (own.marks or {}).get(one.value),
            "descriptors": texts.texts[language][one],
            "is_missing": one in missing,
        }
        for one in script.criteria
    ]
    return render_template(
        "rating/script.html",
        rating=own,
        text=text,
        is_covered=blinding.MARK in text,
        mark=blinding.MARK,
        words=count_words(script.text),
        pages=[one.public_id for one in script.pages if one.deleted_at is None],
        prompt=kiosk_pages.prompt_view(script),
        is_spoken=script.is_spoken,
        recording_url=url_for("rating.recording", public_id=own.public_id)
        if script.mode is ScriptMode.RECORDED
        else None,
        notes=script.task_version.document.get("notes", ""),
        language=script.task_version.document["language"],
        mode=script.mode.value,
        criteria=criteria,
        levels=REPORTED_LEVELS,
        descriptor_language=language,
        is_provisional=texts.provisional,
        missing=missing,
        today=rating.desk_of(g.db, g.staff, g.now).today,
    )
