"""What this machine and this installation lack, in plain words, and how to mend it."""

import ctypes.util
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from items.models import BankTask, Status, TaskVersion
from testing import archive, clock, schema
from testing.db import make_engine
from testing.keys import read_keys
from testing.languages import PERSON_LANGUAGES
from testing.models import Centre, Job, JobState, PromptSound, Seal
from testing.settings import BadSetting, Mode, Settings
from testing.signing import certificates
from testing.signing.certificates import CertificateUnusable
from testing.speaking import recordings

FONTS = Path(__file__).parent / "static" / "fonts"
LEAST_FREE = 1_000_000_000
#: The worker seals every ten minutes when something changed.
SEAL_IS_OLD = timedelta(minutes=40)


class State(StrEnum):
    GOOD = "good"
    #: Works without it, but something is missing for people.
    LACKING = "lacking"
    #: The service or a part of it cannot work.
    BROKEN = "broken"


@dataclass(frozen=True)
class Check:
    name: str
    state: State
    words: str
    mend: str = ""


def examine(settings: Settings, now: datetime) -> list[Check]:
    """Every check, machine first; one that cannot be made says so instead of failing."""
    machine = [_pango(), _fonts(), *_voices(), _key(settings), _disk(settings)]
    machine += [_recordings(settings), _exposure(settings)]
    return machine + _database_checks(settings, now)


# The machine


def _pango() -> Check:
    names = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
    missing = [name for name in names if not ctypes.util.find_library(name)]
    if missing:
        packages = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        return Check(
            "Pango",
            State.BROKEN,
            "letters and statements cannot be made into PDF",
            f"apt-get install -y {packages}",
        )
    return Check("Pango", State.GOOD, "letters and statements become PDF")


def _fonts() -> Check:
    if not list(FONTS.glob("*.woff2")):
        return Check(
            "Fonts", State.BROKEN, "the shipped fonts are missing", "git checkout testing/static"
        )
    if shutil.which("fc-list"):
        known = subprocess.run(  # noqa: S603
            [shutil.which("fc-list") or "", ":", "family"], capture_output=True, text=True
        ).stdout
        if "Noto" not in known:
            return Check(
                "Fonts",
                State.LACKING,
                "names in scripts beyond Latin, Cyrillic and Arabic print as boxes",
                "apt-get install -y fonts-noto-core",
            )
    return Check("Fonts", State.GOOD, "shipped fonts are there")


def _voices() -> list[Check]:
    spoken = ", ".join(one.code for one in PERSON_LANGUAGES if one.voice)
    silent = ", ".join(one.code for one in PERSON_LANGUAGES if not one.voice)
    if not shutil.which("espeak-ng"):
        return [
            Check(
                "Voices",
                State.LACKING,
                "spoken instructions cannot be made for any language",
                "apt-get install -y espeak-ng",
            )
        ]
    words = f"instructions can be spoken in {spoken}"
    return [Check("Voices", State.GOOD, f"{words}; record these: {silent}" if silent else words)]


def _key(settings: Settings) -> Check:
    if not settings.key and not settings.key_file.exists():
        return Check(
            "Key",
            State.LACKING,
            f"no key file yet at {settings.key_file}",
            "lahtotaso init makes one; keep a copy of it apart from the database",
        )
    try:
        keys = read_keys(settings)
    except BadSetting as problem:
        return Check("Key", State.BROKEN, "the key cannot be used", str(problem))
    where = "LAHTOTASO_KEY" if settings.key else str(settings.key_file)
    return Check("Key", State.GOOD, f"key {keys.key_id} from {where}")


def _disk(settings: Settings) -> Check:
    folder = settings.data if settings.data.exists() else settings.data.parent
    if not folder.exists() or not os.access(folder, os.W_OK | os.X_OK):
        return Check(
            "Data folder",
            State.BROKEN,
            f"{settings.data} cannot be written",
            "set LAHTOTASO_DATA to a folder that the service may write",
        )
    free = shutil.disk_usage(folder).free
    if settings.data.exists() and settings.data.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Check(
            "Data folder",
            State.LACKING,
            "other users of this machine may look into it",
            f"chmod 700 {settings.data}",
        )
    if free < LEAST_FREE:
        return Check(
            "Data folder",
            State.BROKEN,
            f"only {free // 1_000_000} MB are free",
            "free some space: a full disk stops every sitting",
        )
    return Check("Data folder", State.GOOD, f"{settings.data}, {free // 1_000_000_000} GB free")


def _recordings(settings: Settings) -> Check:
    plain = len(list(recordings.unencrypted(settings)))
    if plain:
        return Check(
            "Recordings",
            State.BROKEN,
            f"{plain} recordings of talks lie unencrypted",
            "lahtotaso init --migrate-only",
        )
    return Check("Recordings", State.GOOD, "recordings of talks are encrypted")


def _exposure(settings: Settings) -> Check:
    is_local = settings.base_url.startswith(("http://127.0.0.1", "http://localhost"))
    if settings.mode is Mode.LIVE and (not settings.secure_cookies or is_local):
        return Check(
            "Address",
            State.BROKEN,
            "a live service needs TLS",
            "set LAHTOTASO_URL to its https:// address and LAHTOTASO_SECURE_COOKIES=1",
        )
    return Check("Address", State.GOOD, f"{settings.base_url}, mode {settings.mode}")


# The database


def _database_checks(settings: Settings, now: datetime) -> list[Check]:
    if settings.is_embedded and not archive.database_file(settings).exists():
        return [Check("Database", State.BROKEN, "not made yet", "lahtotaso init")]
    engine = make_engine(settings.database_url)
    try:
        return _of_engine(engine, settings, now)
    except SQLAlchemyError as problem:
        return [
            Check(
                "Database",
                State.BROKEN,
                f"cannot be used ({type(problem).__name__})",
                "check DATABASE_URL, that the server runs, and that the disk is not full",
            )
        ]
    finally:
        engine.dispose()


def _of_engine(engine: Engine, settings: Settings, now: datetime) -> list[Check]:
    checks = [_writable(engine)]
    if schema.pending(engine):
        checks.append(
            Check(
                "Migrations",
                State.BROKEN,
                "the tables are older than the program",
                "lahtotaso backup FILE, then lahtotaso init --migrate-only",
            )
        )
    else:
        checks.append(Check("Migrations", State.GOOD, "the tables are up to date"))
    tables = set(inspect(engine).get_table_names())
    for table, check in _BY_TABLE:
        if table in tables:
            checks.append(check(engine, settings, now))
    return checks


def _writable(engine: Engine) -> Check:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("PRAGMA user_version = 0"))
        else:
            connection.execute(text("CREATE TEMPORARY TABLE checkup (one integer)"))
        connection.rollback()
    return Check("Database", State.GOOD, f"{engine.dialect.name}, can be written")


def _centre(engine: Engine, _settings: Settings, _now: datetime) -> Check:
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(Centre))
    if not count:
        return Check("Centre", State.LACKING, "there is none yet", "lahtotaso init")
    return Check("Centre", State.GOOD, f"{count} in use")


def _certificates(engine: Engine, settings: Settings, now: datetime) -> Check:
    """What documents are signed with: the real certificate, or each centre's own."""
    name = "Certificate"
    try:
        found = {"": certificates.read_real(settings)} if settings.certificate else {
            centre.name: certificates.read_trial(
                certificates.trial_file(settings, centre), read_keys(settings)
            )
            for centre in _all_centres(engine)
            if certificates.trial_file(settings, centre).exists()
        }
    except (CertificateUnusable, BadSetting) as problem:
        mend = "mend LAHTOTASO_CERTIFICATE" if settings.certificate else (
            "put the old key file back; or delete the file in certificates/, a new one is made"
        )
        return Check(name, State.BROKEN, f"documents cannot be signed: {problem}", mend)
    ends = min((one.not_after for one in found.values()), default=None)
    if ends is None:
        words = "none yet: one for trial use is made for the first document"
        return Check(name, State.GOOD, words)
    until = f"valid until {clock.local(ends):%-d.%-m.%Y}"
    if ends <= now + certificates.ENDS_SOON and settings.certificate:
        mend = "get a new one and set LAHTOTASO_CERTIFICATE; what was signed stays valid"
        if ends <= now:
            return Check(name, State.BROKEN, "ended: documents cannot be signed", mend)
        return Check(name, State.LACKING, f"{until}: documents are still signed", mend)
    if not settings.certificate and settings.mode is Mode.LIVE:
        return Check(
            name,
            State.LACKING,
            f"self-made, for trial use, {until}: readers cannot know who signs",
            "get a certificate for the centre and set LAHTOTASO_CERTIFICATE",
        )
    kind = "real" if settings.certificate else "self-made, for trial use"
    return Check(name, State.GOOD, f"{kind}, {until}")


def _all_centres(engine: Engine) -> list[Centre]:
    with Session(engine) as db:
        return list(db.scalars(select(Centre).order_by(Centre.id)))


def _bank(engine: Engine, settings: Settings, _now: datetime) -> Check:
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(BankTask))
        live = connection.scalar(
            select(func.count(TaskVersion.id)).where(TaskVersion.status == Status.LIVE)
        )
    if not count:
        return Check(
            "Item bank",
            State.BROKEN,
            "empty: nobody can be tested",
            "lahtotaso bank import --status pilot",
        )
    if settings.mode is Mode.LIVE and not live:
        return Check(
            "Item bank",
            State.LACKING,
            f"{count} tasks, none in live use: in live mode nobody can be tested",
            "lahtotaso bank live LANGUAGE SKILL, or LAHTOTASO_MODE=pilot",
        )
    return Check("Item bank", State.GOOD, f"{count} tasks, {live} in live use")


def _sounds(engine: Engine, settings: Settings, _now: datetime) -> Check:
    with engine.connect() as connection:
        spoken = set(
            connection.scalars(
                select(PromptSound.language).where(PromptSound.approved_at.is_not(None)).distinct()
            )
        )
    lacking = [one.code for one in PERSON_LANGUAGES if one.code not in spoken]
    if lacking:
        return Check(
            "Approved sounds",
            State.LACKING,
            f"nobody has approved spoken instructions in {', '.join(lacking)}",
            "a speaker approves or records them on the page Spoken instructions",
        )
    return Check("Approved sounds", State.GOOD, "every language has some")


def _seals(engine: Engine, settings: Settings, now: datetime) -> Check:
    with engine.connect() as connection:
        at = connection.scalar(select(func.max(Seal.at)))
        waits = connection.scalar(
            text("SELECT count(*) FROM chain WHERE length <> sealed_length")
        )
    if waits and (at is None or now - at > SEAL_IS_OLD):
        when = f"the last one is of {clock.local(at):%-d.%-m.%Y %H.%M}" if at else "there is none"
        return Check(
            "Seals",
            State.LACKING,
            f"the log waits to be sealed, {when}",
            "start the worker (lahtotaso serve does), or run: lahtotaso audit seal",
        )
    return Check("Seals", State.GOOD, "the log is sealed" if at else "nothing to seal yet")


def _jobs(engine: Engine, _settings: Settings, _now: datetime) -> Check:
    with engine.connect() as connection:
        failed = connection.execute(
            select(Job.kind, func.count())
            .where(Job.state == JobState.FAILED)
            .group_by(Job.kind)
            .order_by(Job.kind)
        ).all()
    if failed:
        words = ", ".join(f"{kind} ({count})" for kind, count in failed)
        return Check(
            "Jobs",
            State.LACKING,
            f"failed for good: {words}",
            "the reason stands in the table job, column problem, and in the program log",
        )
    return Check("Jobs", State.GOOD, "none failed")


_BY_TABLE: tuple[tuple[str, Callable[[Engine, Settings, datetime], Check]], ...] = (
    (Centre.__tablename__, _centre),
    (Centre.__tablename__, _certificates),
    (BankTask.__tablename__, _bank),
    (PromptSound.__tablename__, _sounds),
    (Seal.__tablename__, _seals),
    (Job.__tablename__, _jobs),
)
