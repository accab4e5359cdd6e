"""Talks: who holds one, about what; recorded by agreement, or rated at once by somebody present."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from items import bank_rows, lifecycle
from items.models import TaskVersion
from scoring.cefr import LEVELS
from testing import delivery, events, rating, seen_tasks, sittings
from testing.assessment_plans import choosing
from testing.events import Action
from testing.models import (
    LANGUAGE_SKILLS,
    Event,
    NotAssessed,
    Part,
    PartState,
    Person,
    Rating,
    RatingOrder,
    Role,
    Script,
    ScriptMode,
    Sitting,
    SittingState,
    Skill,
    SpeakingTalk,
    Staff,
    Visit,
)
from testing.refusals import NotFound, Refusal

#: What is offered first when nothing is known.
UNKNOWN = "A1.3"
LONGEST_NOTES = 4000
#: Pieces of a recording that one member of staff fetches in this time are one hearing.
ONE_HEARING = timedelta(minutes=5)


class TalkOver(Refusal):
    """The speaking interview was kept already, or its part is over."""


class TalkNotKept(Refusal):
    """There is no talk that waits for its rater."""


class InterviewerCannotRate(Refusal):
    """Who interviews a person may not rate them."""

    status = 400


class NobodyToRate(Refusal):
    """Without a recording somebody else has to sit beside and rate."""

    status = 400


class NotToBeRecorded(Refusal):
    """The person did not agree: no recording of this talk is kept."""


class RecordingMissing(Refusal):
    """The talk was to be recorded: without its recording nobody could rate it."""

    status = 400


def speaking_part(sitting: Sitting) -> Part:
    """
    :raise NotFound: the sitting's plan has no speaking.
    """
    for part in sitting.parts:
        if part.skill is Skill.SPEAKING:
            return part
    raise NotFound


def talk_of(db: Session, part: Part) -> SpeakingTalk | None:
    return db.scalar(select(SpeakingTalk).where(SpeakingTalk.part_id == part.id))


def level_so_far(db: Session, part: Part) -> str:
    """The level between what the other parts point to, or that of the interview."""
    found = sorted(
        LEVELS.index(other.belief["most_probable_level"])
        for other in part.sitting.parts
        if other.belief and other.skill in LANGUAGE_SKILLS
    )
    if found:
        return LEVELS[(found[0] + found[-1]) // 2]
    return choosing.start_of(db, part) or UNKNOWN


def sets_for(db: Session, part: Part) -> list[TaskVersion]:
    """The speaking sets in use, those nearest to the level so far first, met ones last."""
    level = LEVELS.index(level_so_far(db, part))
    seen = seen_tasks.of_person(db, part.sitting, Skill.SPEAKING)

    def distance(version: TaskVersion) -> tuple[bool, int, int, str]:
        low, high = (LEVELS.index(code) for code in version.document["levels"])
        outside = max(low - level, level - high, 0)
        near = abs(LEVELS.index(version.level) - level)
        return (version.task_id in seen, outside, near, version.task_id)

    return sorted(
        bank_rows.versions_in_use(db, part.sitting.language, Skill.SPEAKING), key=distance
    )


def possible_live_raters(db: Session, interviewer: Staff) -> list[Staff]:
    """Raters of the centre who may sit beside: anybody but the interviewer."""
    rows = db.scalars(
        select(Staff)
        .where(
            Staff.centre_id == interviewer.centre_id,
            Staff.closed_at.is_(None),
            Staff.id != interviewer.id,
        )
        .order_by(Staff.name)
    )
    return [staff for staff in rows if staff.has(Role.RATER)]


def begin(
    db: Session,
    part: Part,
    version: TaskVersion,
    *,
    agreed_in: str | None,
    live_rater: Staff | None,
    actor: Staff,
    now: datetime,
) -> SpeakingTalk:
    """The talk is under way: recorded where the person agreed, else a rater sits beside.

    :raise TalkOver: a talk was held, or the part is over.
    :raise SittingClosed: the sitting has come to its end.
    :raise NobodyToRate: neither a recording nor somebody who rates.
    :raise InterviewerCannotRate: the rater is who talks.
    """
    sitting = part.sitting
    if sitting.state in (SittingState.FINISHED, SittingState.ENDED):
        raise sittings.SittingClosed
    db.execute(select(Part.id).where(Part.id == part.id).with_for_update())
    db.refresh(part, ["state"])
    if part.state is not PartState.WAITING or talk_of(db, part) is not None:
        raise TalkOver
    if agreed_in is None and live_rater is None:
        raise NobodyToRate
    if live_rater is not None and live_rater.id == actor.id:
        raise InterviewerCannotRate
    lifecycle.freeze(version, now=now)
    talk = SpeakingTalk(
        part_id=part.id,
        task_version_id=version.id,
        interviewer_id=actor.id,
        mode=ScriptMode.RECORDED if agreed_in else ScriptMode.LIVE,
        agreed_in=agreed_in,
        live_rater_id=None if agreed_in or live_rater is None else live_rater.id,
        started_at=now,
    )
    db.add(talk)
    part.state, part.started_at = PartState.RUNNING, now
    db.flush()
    events.record(
        db,
        Action.SPEAKING_BEGIN,
        on=sitting.person,
        subject=talk,
        actor=actor,
        now=now,
        mode=talk.mode.value,
    )
    return talk


def keep(
    db: Session,
    talk: SpeakingTalk,
    notes: str,
    *,
    seconds: float | None,
    actor: Staff,
    now: datetime,
) -> Script:
    """The talk is over and waits for raters; one who sat beside has it to rate already.

    `seconds` is the length of the recording that lies in its place.

    :raise TalkOver: it was kept already, or its part is over.
    :raise NotToBeRecorded: a recording of a person who did not agree to one.
    :raise RecordingMissing: a talk to be recorded without a recording.
    """
    part = talk.part
    db.execute(select(SpeakingTalk.id).where(SpeakingTalk.id == talk.id).with_for_update())
    db.refresh(talk, ["ended_at"])
    if talk.ended_at is not None or part.state is not PartState.RUNNING:
        raise TalkOver
    if seconds is not None:
        refuse_unless_agreed(talk)
    elif talk.mode is ScriptMode.RECORDED:
        raise RecordingMissing
    script = Script(
        part_id=part.id,
        position=1,
        task_version_id=talk.task_version_id,
        mode=talk.mode,
        text="",
        opened_at=talk.started_at,
        saved_at=now,
        submitted_at=now,
    )
    db.add(script)
    db.flush()
    talk.script_id, talk.ended_at, talk.seconds = script.id, now, seconds
    talk.notes = notes.strip()[:LONGEST_NOTES]
    part.state, part.ended_at = PartState.DONE, now
    if talk.live_rater_id is not None:
        db.add(
            Rating(
                script_id=script.id,
                rater_id=talk.live_rater_id,
                order=RatingOrder.FIRST,
                taken_at=now,
            )
        )
    db.flush()
    events.record(
        db,
        Action.SPEAKING_KEEP,
        on=part.sitting.person,
        subject=talk,
        actor=actor,
        now=now,
        mode=talk.mode.value,
    )
    delivery.finish_if_over(db, part.sitting, actor=live_visit(part.sitting) or actor, now=now)
    return script


def set_aside(
    db: Session,
    talk: SpeakingTalk,
    words: str,
    *,
    has_recording: bool,
    actor: Staff,
    now: datetime,
) -> None:
    """Nobody waits for the rater any more: another one hears the recording, or, where there is
    none, speaking is "not assessed: technical". The assessor reads why.

    :raise ReasonMissing: no words.
    :raise TalkNotKept: it is still being held, or was set aside before.
    :raise AlreadyRated: it has its level.
    """
    part = talk.part
    if not words.strip():
        raise sittings.ReasonMissing
    db.execute(select(SpeakingTalk.id).where(SpeakingTalk.id == talk.id).with_for_update())
    db.refresh(part, ["state"])
    if talk.script is None or part.state is not PartState.DONE:
        raise TalkNotKept
    rating.take_back(db, talk.script, actor=actor, now=now)
    if has_recording:
        sittings.observe(db, part.sitting, words=words, actor=actor, now=now)
        return
    sittings.give_no_level(
        db, part, reason=NotAssessed.TECHNICAL, words=words, actor=actor, now=now
    )


def refuse_unless_agreed(talk: SpeakingTalk) -> None:
    """
    :raise NotToBeRecorded: the person said no to a recording.
    """
    if talk.mode is not ScriptMode.RECORDED:
        raise NotToBeRecorded


def hear(
    db: Session, talk: SpeakingTalk, person: Person, *, actor: Staff, now: datetime
) -> None:
    """Somebody listens. A browser asks for a recording in pieces: they are one hearing."""
    logged = (
        select(Event.id)
        .where(
            Event.actor == events.tag_of(actor),
            Event.action == Action.SPEAKING_HEAR.value,
            Event.subject == f"speakingtalk:{talk.public_id}",
            Event.at > now - ONE_HEARING,
        )
        .limit(1)
    )
    if db.scalar(logged) is None:
        events.record(db, Action.SPEAKING_HEAR, on=person, subject=talk, actor=actor, now=now)


def live_visit(sitting: Sitting) -> Visit | None:
    """The kiosk at which the person sits, if any."""
    return next((visit for visit in sitting.visits if visit.cut_at is None), None)


def of_script(db: Session, script: Script) -> SpeakingTalk:
    """
    :raise NotFound: the script is no talk.
    """
    talk = db.scalar(select(SpeakingTalk).where(SpeakingTalk.script_id == script.id))
    if talk is None:
        raise NotFound
    return talk
