"""Spoken instructions: what has no approved sound, and a way through them for a speaker."""

import tempfile
from pathlib import Path

from flask import (
    Blueprint,
    g,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask_babel import lazy_gettext as _l

from testing import access, recordings, sounds
from testing.access import Unit, page, roles
from testing.languages import PERSON_CODES, language_of
from testing.models import Role
from testing.recordings import BadRecording, Fault
from testing.refusals import NotFound
from testing.sounds import State

bp = Blueprint("sounds", __name__, url_prefix="/sounds")
SPEAKERS = roles(Role.ADMINISTRATOR, Role.AUTHOR)
#: A minute of uncompressed speech at the rate of any microphone.
LARGEST_RECORDING = 12 * 1024 * 1024

STATES = {
    State.RECORDED: ("done", _l("Recorded")),
    State.APPROVED: ("done", _l("Approved")),
    State.SYNTHETIC: ("waiting", _l("Synthetic voice")),
    State.MISSING: ("attention", _l("No sound")),
}
FAULTS = {
    Fault.UNREADABLE: _l("This recording cannot be read. Record again with another browser."),
    Fault.TOO_SHORT: _l("The recording is too short. Record again."),
    Fault.TOO_LONG: _l("The recording is longer than a minute. Record again."),
    Fault.TOO_QUIET: _l("Nobody can be heard. Check the microphone and record again."),
    Fault.CLIPPED: _l("The voice is too loud for the microphone. Move away and record again."),
}


@bp.get("")
@page(SPEAKERS)
def overview():
    standings = sounds.standings(g.db, _media())
    return render_template(
        "sounds/overview.html",
        languages=[(one, language_of(one.language)) for one in standings],
        State=State,
        guessed=sounds.GUESSED,
    )


@bp.get("/<language>")
@page(SPEAKERS)
def of_language(language: str):
    """Every prompt of a language and how far it is; those without an approved sound first."""
    wanted = _prompts(language)
    known = sounds.states(g.db, _media(), wanted)
    wanted.sort(key=lambda one: known[one.digest].is_vouched_for)
    return render_template(
        "sounds/language.html",
        language=language_of(language),
        prompts=wanted,
        states=known,
        STATES=STATES,
        first=sounds.next_open(wanted, known, None),
        speaker=_speaker(),
        needs_ear=language in sounds.GUESSED,
    )


@bp.post("/<language>/speaker")
@page(SPEAKERS)
def speaker(language: str):
    """Who speaks from now on in this browser; then the first prompt that waits."""
    wanted = _prompts(language)
    session["speaker"] = request.form.get("speaker", "").strip()[:120]
    return redirect(_after(wanted, sounds.states(g.db, _media(), wanted), None), 303)


@bp.get("/<language>/<digest>")
@page(SPEAKERS)
def prompt(language: str, digest: str):
    wanted = _prompts(language)
    one = sounds.find(language, digest)
    known = sounds.states(g.db, _media(), wanted)
    order = [each.digest for each in wanted]
    return render_template(
        "sounds/prompt.html",
        prompt=one,
        language=language_of(language),
        state=known[digest],
        STATES=STATES,
        number=order.index(digest) + 1,
        total=len(order),
        left=sum(not state.is_vouched_for for state in known.values()),
        skip_url=_after(wanted, known, digest),
        speaker=_speaker(),
        most_seconds=int(recordings.LONGEST_SECONDS),
    )


@bp.get("/<language>/<digest>/sound")
@page(SPEAKERS)
def sound(language: str, digest: str):
    file = sounds.any_file(_media(), language, sounds.find(_known(language), digest).digest)
    if file is None:
        raise NotFound
    return send_file(file, mimetype="audio/mpeg", conditional=True)


@bp.post("/<language>/<digest>/approve")
@page(SPEAKERS, Unit.WRITE)
def approve(language: str, digest: str):
    wanted = _prompts(language)
    one = sounds.find(language, digest)
    sounds.approve(g.db, _media(), one, speaker=_speaker(), actor=g.staff, now=g.now)
    g.db.flush()
    return redirect(_after(wanted, sounds.states(g.db, _media(), wanted), digest), 303)


@bp.post("/<language>/<digest>/record")
@page(SPEAKERS, Unit.OWN, largest=LARGEST_RECORDING)
def record(language: str, digest: str):
    """The recording is checked outside any transaction; then it is the prompt's sound."""
    one = sounds.find(_known(language), digest)
    sent = request.files.get("recording")
    if sent is None:
        return _unusable(Fault.UNREADABLE)
    with tempfile.TemporaryDirectory() as name:
        raw, levelled = Path(name) / "sent", Path(name) / "levelled.mp3"
        with sent.stream:
            sent.save(raw)
        try:
            seconds = recordings.prepare(raw, levelled)
        except BadRecording as bad:
            return _unusable(bad.fault)
        with access.the_database().writing() as db:
            actor = db.merge(g.staff, load=False)
            sounds.keep_recording(
                db,
                _media(),
                one,
                levelled,
                seconds=seconds,
                speaker=_speaker(),
                actor=actor,
                now=g.now,
            )
            wanted = sounds.prompts(language)
            db.flush()
            following = _after(wanted, sounds.states(db, _media(), wanted), digest)
    return {"next": following}


def _unusable(fault: Fault) -> tuple[dict[str, str], int]:
    return {"words": str(FAULTS[fault])}, 422


def _media() -> Path:
    return access.the_settings().media


def _known(language: str) -> str:
    if language not in PERSON_CODES:
        raise NotFound
    return language


def _prompts(language: str) -> list[sounds.Prompt]:
    return sounds.prompts(_known(language))


def _speaker() -> str:
    return session.get("speaker") or str(g.staff.name)


def _after(wanted: list[sounds.Prompt], known: dict[str, State], digest: str | None) -> str:
    """Address of the next prompt that waits; of the list when none does."""
    following = sounds.next_open(wanted, known, digest)
    language = wanted[0].language
    if following is None:
        return url_for("sounds.of_language", language=language)
    return url_for("sounds.prompt", language=language, digest=following.digest)
