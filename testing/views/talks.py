"""Feedback talks: the list, booking, the page to talk over, and what came of it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from testing import (
    access,
    clock,
    events,
    own_copies,
    person_result_words,
    sounds,
    statements,
)
from testing.access import Unit, note_list, page, roles
from testing.events import Action
from testing.forms.talks import VIEWS, BookingForm, HeldForm
from testing.languages import PERSON_CODES, PERSON_LANGUAGES, direction_of
from testing.models import PersonsView, Role
from testing.person_words import Words
from testing.recommending import talks
from testing.refusals import NotFound

bp = Blueprint("talks", __name__, url_prefix="/talks")
CENTRE = roles(Role.ADMINISTRATOR, Role.ASSESSOR)


@bp.get("")
@page(CENTRE, Unit.WRITE)
def overview():
    coming = talks.coming(g.db, g.staff.centre_id)
    lately = talks.lately(g.db, g.staff.centre_id, g.now)
    without = talks.without(g.db, g.staff.centre_id)
    note_list("talks", rows=len(coming) + len(lately) + len(without))
    return render_template(
        "talks/overview.html", coming=coming, lately=lately, without=without, views=VIEWS
    )


@bp.route("/new/<public_id>", methods=["GET", "POST"])
@page(CENTRE, Unit.WRITE)
def book(public_id: str):
    """A talk about the result of one sitting."""
    sitting = talks.sitting_of(g.db, public_id, g.staff)
    form = BookingForm(data={"language": sitting.person.contact_language})
    if form.validate_on_submit():
        starts = form.starts.data
        talk = talks.book(
            g.db,
            sitting,
            starts_at=clock.from_local(form.day.data, starts.hour, starts.minute),
            language=form.language.data,
            interpreter=form.interpreter.data,
            actor=g.staff,
            now=g.now,
        )
        flash(_("The talk is booked."), "done")
        return redirect(url_for("talks.show", public_id=talk.public_id), 303)
    events.record(
        g.db, Action.RESULT_VIEW, on=sitting.person, subject=sitting, actor=g.staff, now=g.now
    )
    status = 400 if form.errors else 200
    return render_template("talks/book.html", person=sitting.person, form=form), status


@bp.route("/<public_id>", methods=["GET", "POST"])
@page(CENTRE, Unit.WRITE)
def show(public_id: str):
    """The talk: when, in which language, and what came of it."""
    talk = talks.own(g.db, public_id, g.staff)
    form = HeldForm(data={"interpreter": talk.interpreter})
    if form.validate_on_submit():
        talks.hold(
            g.db,
            talk,
            PersonsView(form.view.data),
            form.words.data or "",
            interpreter=form.interpreter.data,
            actor=g.staff,
            now=g.now,
        )
        flash(_("The talk is recorded."), "done")
        return redirect(url_for("talks.show", public_id=public_id), 303)
    _note(talk)
    status = 400 if form.errors else 200
    return (
        render_template(
            "talks/show.html", talk=talk, person=talk.sitting.person, form=form, views=VIEWS
        ),
        status,
    )


@bp.post("/<public_id>/cancel")
@page(CENTRE, Unit.WRITE)
def cancel(public_id: str):
    talks.cancel(g.db, talks.own(g.db, public_id, g.staff), actor=g.staff, now=g.now)
    flash(_("The talk is cancelled."), "done")
    return redirect(url_for("talks.overview"), 303)


@bp.get("/<public_id>/page")
@page(CENTRE, Unit.WRITE)
def talk_page(public_id: str):
    """What to look at together: what the person can do already, and what comes next."""
    talk = talks.own(g.db, public_id, g.staff)
    asked = request.args.get("language", talk.language)
    language = asked if asked in PERSON_CODES else talk.language
    statement = statements.newest_of(g.db, talk.sitting)
    if statement is None:
        raise NotFound
    facts = own_copies.facts_of(g.db, talk.sitting.person, statement)
    _note(talk)
    with force_locale(language):
        return render_template(
            "own/talk.html",
            page_lang=language,
            page_dir=direction_of(language),
            words=person_result_words,
            sound_of=_sound_in(language),
            back=url_for("talks.show", public_id=public_id),
            others=[
                (one, url_for("talks.talk_page", public_id=public_id, language=one.code))
                for one in PERSON_LANGUAGES
                if one.code != language
            ],
            **facts,
        )


@bp.get("/sound/<language>/<digest>")
@page(CENTRE)
def sound(language: str, digest: str):
    """A sentence of the page, as kiosks may play it."""
    if language not in PERSON_CODES:
        raise NotFound
    one = sounds.find(language, digest)
    file = sounds.kiosk_file(access.the_settings(), language, one.digest)
    if file is None:
        raise NotFound
    return send_file(file, mimetype="audio/mpeg", conditional=True)


def _sound_in(language: str) -> Callable[[Any], str | None]:
    """By what is said, the address of its sound; None where there is none that may be played."""

    def sound_of(said: Any) -> str | None:
        spoken = said.spoken if isinstance(said, Words) else Words(said).spoken
        if not sounds.has_sound(access.the_settings(), language, spoken):
            return None
        digest = sounds.digest_of(spoken)
        return url_for("talks.sound", language=language, digest=digest)

    return sound_of


def _note(talk) -> None:
    events.record(
        g.db, Action.TALK_VIEW, on=talk.sitting.person, subject=talk, actor=g.staff, now=g.now
    )
