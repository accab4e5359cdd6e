"""The kiosk: one address, `/kiosk/`, shows where the person is; every POST leads back to it.

No page of the kiosk has an address of its own, so reload, the back button, a second tab and a
moved seat all show the same place.
"""

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _

from items.bank_files import CONTENT
from items.models import AssetHome
from testing import (
    access,
    clock,
    delivery,
    errors,
    kiosk_pages,
    person_words,
    sittings,
    sounds,
    writing,
)
from testing.access import PUBLIC, SEAT_COOKIE, SEATED, Unit, page
from testing.answers import Answer, answers_from
from testing.delivery import Where
from testing.interview.background import Accommodation, accommodations_of
from testing.languages import PERSON_CODES, PERSON_LANGUAGES
from testing.models import Device, Play, Presentation, Script
from testing.refusals import NotFound, TooMany
from testing.self_assessment import keeping as self_assessment
from testing.self_assessment.kiosk_pages import can_be_heard

bp = Blueprint("kiosk", __name__, url_prefix="/kiosk")

LANGUAGE_COOKIE = "lahtotaso_language"
#: How long a kiosk's cookies live: a sitting day.
DAY_SECONDS = 14 * 3600


def here_again() -> Any:
    """Where the person is now; the seat of a sitting that came to its end is free already."""
    visit = g.get("visit")
    is_over = visit is not None and visit.cut_at is not None
    return redirect(url_for("kiosk.done" if is_over else "kiosk.here"), 303)


# Entering


@bp.route("/code", methods=["GET", "POST"])
@page(PUBLIC, Unit.OWN)
def code():
    if request.method == "GET":
        return render_template("kiosk/code.html", problem=None)
    database, keys, now = access.the_database(), access.the_keys(), clock.now()
    address = request.remote_addr or ""
    try:
        with database.reading() as db:
            sittings.refuse_when_guessing(db, keys, address=address, now=now)
        with database.writing() as db:
            _visit, token = sittings.enter_code(
                db, keys, request.form.get("code", ""), now, _device()
            )
    except (sittings.WrongCode, sittings.CodeUsed, sittings.CodeOfAnotherDay) as refusal:
        with database.writing() as db:
            sittings.note_wrong_code(db, keys, address=address, now=now)
        problem = type(refusal).__name__
        return render_template("kiosk/code.html", problem=problem), refusal.status
    except TooMany:
        return render_template("kiosk/code.html", problem="TooMany"), 429
    response = here_again()
    response.delete_cookie(LANGUAGE_COOKIE, path="/kiosk")
    _set_cookie(response, SEAT_COOKIE, token)
    return response


def _device() -> Device | None:
    said = request.form.get("device", "")
    return Device(said) if said in set(Device) else None


@bp.get("/done")
@page(PUBLIC, Unit.OWN)
def done():
    """Thanks, and the way to the next person's code; shows nothing of the last one."""
    response = current_app.make_response(
        render_template("kiosk/done.html", words=person_words.PAGES["done"])
    )
    response.delete_cookie(SEAT_COOKIE, path="/kiosk")
    return response


@bp.get("/")
@page(SEATED)
def here():
    place = delivery.place_of(g.db, g.visit)
    return PAGES[place.where](place)


@bp.post("/heard")
@page(SEATED, Unit.WRITE)
def heard():
    """The board says when the kiosk was last heard; the page learns whether it is out of date
    (paused, resumed, moved, help answered)."""
    g.visit.heard_at = g.now
    return {"place": _mark(delivery.place_of(g.db, g.visit), _wants_help())}


def _set_cookie(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=DAY_SECONDS,
        path="/kiosk",
        httponly=True,
        samesite="Strict",
        secure=access.the_settings().secure_cookies,
    )


# Pages


def common(place: delivery.Place) -> dict[str, Any]:
    language = g.visit.language or "fi"
    words = kiosk_pages.words_of(g.db, place)
    assert words is not None
    spoken = words.spoken
    has_sound = g.visit.language and sounds.has_sound(access.the_settings(), language, spoken)
    helps, wants_help = accommodations_of(g.db, g.visit.sitting), _wants_help()
    return {
        "large_print": Accommodation.LARGE_PRINT in helps,
        "words": words,
        "language_url": url_for("kiosk.language") if g.visit.language else None,
        "language_name": kiosk_pages.own_name(language),
        "prompt_src": url_for("kiosk.sound", language=language, digest=sounds.digest_of(spoken))
        if has_sound
        else None,
        "help_url": url_for("kiosk.help_wanted"),
        "help_wanted": wants_help,
        "place_url": url_for("kiosk.heard"),
        "place_mark": _mark(place, wants_help),
    }


def _wants_help() -> bool:
    return kiosk_pages.help_is_wanted(g.db, g.visit)


def _mark(place: delivery.Place, wants_help: bool) -> str:
    return kiosk_pages.mark_of(place, help_wanted=wants_help)


def _language_page(_place: delivery.Place) -> Any:
    return _offer_languages()


def _offer_languages() -> str:
    return render_template(
        "kiosk/language.html",
        languages=PERSON_LANGUAGES,
        help_url=url_for("kiosk.help_wanted"),
        help_wanted=_wants_help(),
        place_url=None,
    )


def _introduction(place: delivery.Place) -> Any:
    return render_template(
        "kiosk/introduction.html",
        form_url=url_for("kiosk.introduction"),
        **common(place),
    )


def _practice(place: delivery.Place) -> Any:
    return render_template(
        "kiosk/practice.html",
        form_url=url_for("kiosk.practice"),
        **common(place),
    )


def _paused(place: delivery.Place) -> Any:
    return render_template("kiosk/paused.html", **common(place))


def _breath(place: delivery.Place) -> Any:
    assert place.part is not None
    return render_template(
        "kiosk/breath.html",
        parts=kiosk_pages.way(g.visit.sitting, place.part),
        form_url=url_for("kiosk.part"),
        **common(place),
    )


def _task(
    place: delivery.Place, *, chosen: dict[str, Answer] | None = None, missing: Any = ()
) -> Any:
    assert place.presentation is not None
    view = kiosk_pages.task_view(g.db, place.presentation, chosen=chosen, missing=missing)
    return render_template(
        "kiosk/task.html",
        task=view,
        presentation=place.presentation,
        places_done=place.done,
        sequence=place.presentation.sequence + 1,
        picture_url=kiosk_pages.picture_url,
        form_url=url_for("kiosk.answer"),
        **common(place),
    )


def _writing(place: delivery.Place) -> Any:
    assert place.script is not None
    return render_template(
        "kiosk/writing.html",
        prompt=kiosk_pages.prompt_view(place.script),
        script_row=place.script,
        places_done=place.done,
        sequence=place.script.sequence + 1,
        form_url=url_for("kiosk.hand_in"),
        **common(place),
    )


def _talk(place: delivery.Place) -> Any:
    return render_template("kiosk/talk.html", **common(place))


def _finished(_place: delivery.Place) -> Any:
    return redirect(url_for("kiosk.done"), 303)


PAGES = {
    Where.LANGUAGE: _language_page,
    Where.INTRODUCTION: _introduction,
    Where.PRACTICE: _practice,
    Where.PAUSED: _paused,
    Where.BREATH: _breath,
    Where.TASK: _task,
    Where.WRITING: _writing,
    Where.TALK: _talk,
    Where.FINISHED: _finished,
}


# Going on


@bp.route("/language", methods=["GET", "POST"])
@page(SEATED, Unit.WRITE)
def language():
    if request.method == "GET":
        return _offer_languages()
    chosen = request.form.get("language", "")
    if chosen not in PERSON_CODES:
        raise NotFound
    delivery.choose_language(g.db, g.visit, chosen)
    response = here_again()
    _set_cookie(response, LANGUAGE_COOKIE, chosen)
    return response


@bp.post("/introduction")
@page(SEATED, Unit.WRITE)
def introduction():
    delivery.go_on_from_introduction(g.visit, now=g.now)
    return here_again()


@bp.post("/practice")
@page(SEATED, Unit.WRITE)
def practice():
    if request.form.get("practice") is None and request.form.get("action") != "unknown":
        flash(_("Press the apple. Then press Next."), "notice")
        return here_again()
    delivery.finish_practice(g.visit, now=g.now)
    self_assessment.offer(
        g.db,
        g.visit.sitting,
        can_be_heard=can_be_heard(access.the_settings(), g.visit),
        now=g.now,
    )
    return here_again()


@bp.post("/part")
@page(SEATED, Unit.WRITE)
def part():
    delivery.start_part(g.db, g.visit, now=g.now)
    return here_again()


@bp.post("/help")
@page(SEATED, Unit.WRITE)
def help_wanted():
    sittings.call_help(g.db, g.visit, now=g.now)
    return here_again()


@bp.post("/answer")
@page(SEATED, Unit.WRITE)
def answer():
    presentation = _presentation()
    task = kiosk_pages.task_of(g.db, presentation)
    answers = answers_from(task, request.form)
    if request.form.get("action") == "unknown":
        # One item: the button means it. Several: it means those that were left empty.
        for item in task.items:
            if len(task.items) == 1 or item.id not in answers:
                answers[item.id] = Answer(None, is_dont_know=True)
    missing = delivery.leave_task(
        g.db, g.visit, presentation, answers, sequence=_sequence(), now=g.now
    )
    if missing:
        place = delivery.place_of(g.db, g.visit)
        return current_app.make_response((_task(place, missing=missing), 422))
    return here_again()


@bp.post("/answers")
@page(SEATED, Unit.WRITE)
def save_answers():
    """Autosave: what is chosen so far."""
    presentation = _presentation()
    task = kiosk_pages.task_of(g.db, presentation)
    delivery.save_answers(
        g.db,
        g.visit,
        presentation.public_id,
        answers_from(task, request.form),
        sequence=_sequence(),
        now=g.now,
    )
    return {"saved": True}


@bp.post("/text")
@page(SEATED, Unit.WRITE)
def save_text():
    """Autosave: what is written so far."""
    writing.save(
        g.db,
        g.visit,
        request.form.get("script") or request.args.get("script", ""),
        request.form.get("text", ""),
        sequence=_sequence(),
        now=g.now,
    )
    return {"saved": True}


@bp.post("/hand-in")
@page(SEATED, Unit.WRITE)
def hand_in():
    text = request.form.get("text", "")
    gives_up = request.form.get("action") == "unknown"
    if not text.strip() and not gives_up:
        flash(_("Write something, or press I don't know."), "notice")
        return here_again()
    script: Script = writing.current(g.db, g.visit, request.form.get("script", ""))
    last = writing.hand_in(
        g.db,
        g.visit,
        script.public_id,
        text,
        sequence=_sequence(),
        is_dont_know=gives_up and not text.strip(),
        now=g.now,
    )
    if last:
        delivery.end_part(g.db, g.visit, script.part, now=g.now)
    return here_again()


def _presentation() -> Presentation:
    return delivery.own_presentation(g.db, g.visit, request.form.get("presentation", ""))


def _sequence() -> int:
    text = request.form.get("sequence", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


# Sound


@bp.post("/play")
@page(SEATED, Unit.WRITE)
def play():
    granted = delivery.grant_play(
        g.db, g.visit, request.form.get("presentation") or request.args.get("of", ""), now=g.now
    )
    left = delivery.plays_left(granted.presentation)
    return {
        "src": url_for("kiosk.recording", play_id=granted.public_id),
        "play": granted.public_id,
        # The granted play has not started: it is still among those left.
        "plays_left": max(left - 1, 0),
    }


@bp.get("/recording/<play_id>")
@page(SEATED, Unit.OWN)
def recording(play_id: str):
    database = access.the_database()
    with database.reading() as db:
        granted = delivery.play_of(db, g.visit, play_id)
        if granted.ended_at is not None or granted.broken_at is not None:
            raise delivery.NoPlaysLeft
        clip = granted.presentation.task_version.clip
        is_new = granted.started_at is None
    if clip is None:
        raise NotFound
    if is_new:
        with database.writing() as db:
            db.get_one(Play, granted.id).started_at = clock.now()
    root = CONTENT if clip.home is AssetHome.CONTENT else access.the_settings().media
    return send_file(root / clip.path, mimetype=clip.media_type, conditional=True)


@bp.post("/play/ended")
@page(SEATED, Unit.WRITE)
def play_ended():
    granted = delivery.play_of(g.db, g.visit, request.form.get("play", ""))
    granted.ended_at = granted.ended_at or g.now
    return {"ended": True}


@bp.post("/play/broken")
@page(SEATED, Unit.WRITE)
def play_broken():
    broken = delivery.play_of(g.db, g.visit, request.form.get("play", ""))
    sittings.mark_play_broken(g.db, g.visit, broken, now=g.now)
    return {"broken": True}


@bp.get("/sound/<language>/<digest>.mp3")
@page(SEATED, Unit.OWN)
def sound(language: str, digest: str):
    if language not in PERSON_CODES or not digest.isalnum():
        raise NotFound
    file = sounds.kiosk_file(access.the_settings(), language, digest)
    if file is None:
        raise NotFound
    response = send_file(file, mimetype="audio/mpeg", conditional=True)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


# Refusals that must not lose anything


@bp.errorhandler(delivery.StaleAnswer)
def stale_answer(refusal: delivery.StaleAnswer):
    """The newer answer stands; the late one is kept as evidence, in a transaction of its own."""
    with access.the_database().writing() as db:
        visit = access.bound_visit(db)
        if visit is not None:
            delivery.keep_as_evidence(db, visit, refusal, now=clock.now())
    return errors.error_page(409, "StaleAnswer")


@bp.errorhandler(delivery.SittingPaused)
def paused(_refusal: delivery.SittingPaused):
    """What was chosen is kept although the desk paused in the meantime."""
    presentation_id = request.form.get("presentation", "")
    if request.endpoint == "kiosk.answer" and presentation_id:
        with access.the_database().writing() as db:
            visit = access.bound_visit(db)
            if visit is not None:
                presentation = delivery.own_presentation(db, visit, presentation_id)
                answers = answers_from(kiosk_pages.task_of(db, presentation), request.form)
                delivery.save_answers(
                    db,
                    visit,
                    presentation_id,
                    answers,
                    sequence=_sequence(),
                    now=clock.now(),
                )
    return here_again()
