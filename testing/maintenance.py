"""What the worker does by itself: sealing, verifying, forgetting what is not needed any more."""

from datetime import datetime, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from testing import audit, clock, events, jobs, seals, speech
from testing.commands.runtime import Runtime
from testing.commands.sounds import words_of_the_kiosk
from testing.drawn_signatures import keeping as drawn_signatures
from testing.events import Action
from testing.languages import PERSON_CODES
from testing.models import Centre, SignInAttempt, Staff, StaffSession
from testing.paper_pages import keeping as paper_pages
from testing.speaking import recordings

SEAL_EVERY = timedelta(minutes=10)
#: Wall-clock time of the nightly check of the whole log.
VERIFY_AT = time(3, 20)
#: Some seconds of work.
SPOKEN_AT_ONCE = 8
FORGET_SESSIONS = timedelta(days=30)
FORGET_ATTEMPTS = timedelta(days=1)


def seal(runtime: Runtime) -> None:
    """All changed chains are sealed, in the database and then in the file."""
    with runtime.database.writing() as db:
        seals.seal_heads(db, runtime.keys, clock.now())
    with runtime.database.reading() as db:
        seals.write_file(db, runtime.settings.seal_file)


def verify(runtime: Runtime) -> None:
    """The whole log was checked, and each centre's chain tells with what outcome."""
    with runtime.database.reading() as db:
        report = audit.verify(db, runtime.keys, runtime.settings.seal_file)
    with runtime.database.writing() as db:
        record_verification(db, report, actor="system", now=clock.now())


def record_verification(
    db: Session, report: audit.Verification, *, actor: Staff | str, now: datetime
) -> None:
    """Every centre's chain tells that the log was checked, and the first findings."""
    for centre in db.scalars(select(Centre).order_by(Centre.id)):
        events.record(
            db,
            Action.LOG_VERIFY,
            on=centre,
            subject=centre,
            actor=actor,
            now=now,
            events=report.events,
            chains=report.chains,
            seals=report.seals,
            found=report.found,
            findings=[
                {"kind": one.kind.value, "where": one.where, "position": one.position}
                for one in report.findings[:20]
            ],
        )


def tidy(runtime: Runtime) -> None:
    """Old sessions of browsers, failed sign-ins and finished jobs are gone."""
    now = clock.now()
    with runtime.database.writing() as db:
        db.execute(delete(StaffSession).where(StaffSession.expires_at < now - FORGET_SESSIONS))
        db.execute(delete(SignInAttempt).where(SignInAttempt.at < now - FORGET_ATTEMPTS))
        jobs.forget_done(db, now)


def keep_recordings(runtime: Runtime) -> None:
    """Recordings of talks are encrypted; those whose time is over are gone, and so are pages of
    paper and drawn signatures."""
    recordings.encrypt_older(runtime.settings, runtime.keys)
    with runtime.database.writing() as db:
        recordings.let_go(db, runtime.settings, clock.now())
        paper_pages.let_go(db, runtime.settings.keep_talks, clock.now())
        drawn_signatures.let_go(db, runtime.settings.keep_talks, clock.now())
    # After the commit: a talk is never said to have a recording that is gone.
    with runtime.database.reading() as db:
        recordings.sweep(db, runtime.settings, clock.now())


def speak(runtime: Runtime) -> None:
    """A few more spoken instructions have a sound, in the languages that a synthetic voice knows.

    What is left is the next job: a new installation speaks for a quarter of an hour, and the log's
    seals, or somebody who stops the service, shall not wait for that.
    """
    media = runtime.settings.media
    with words_of_the_kiosk().app_context():
        missing = speech.missing(media, PERSON_CODES)
        for prompt in missing[:SPOKEN_AT_ONCE]:
            speech.make(media, prompt)
    if len(missing) > SPOKEN_AT_ONCE:
        with runtime.database.writing() as db:
            jobs.queue(db, "speak", due_at=clock.now())


def _next_night(now: datetime) -> datetime:
    day = clock.local_day(now)
    night = clock.from_local(day, VERIFY_AT.hour, VERIFY_AT.minute)
    if night > now:
        return night
    return clock.from_local(day + timedelta(days=1), VERIFY_AT.hour, VERIFY_AT.minute)


#: Every kind of job that the worker knows. A kind takes the runtime and the job's arguments.
KINDS = {
    "seal": jobs.Kind(seal, next_due=lambda now: now + SEAL_EVERY),
    "verify": jobs.Kind(verify, longest=timedelta(hours=2), next_due=_next_night),
    "speak": jobs.Kind(
        speak,
        next_due=lambda now: now + timedelta(hours=6),
        # A new installation speaks from its first day, new words from the first start.
        at_start=True,
    ),
    "recordings": jobs.Kind(
        keep_recordings, next_due=lambda now: now + timedelta(hours=6), at_start=True
    ),
    "tidy": jobs.Kind(tidy, next_due=lambda now: now + timedelta(hours=6)),
}
