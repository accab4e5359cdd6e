"""`lahtotaso backup` and `lahtotaso restore`: all that this installation knows, in one file."""

import fcntl
import shutil
from datetime import datetime
from pathlib import Path

import click
from alembic.script import ScriptDirectory
from sqlalchemy import select

from testing import archive, clock, events, schema
from testing.archive import BadArchive, CannotDump, Manifest
from testing.commands.runtime import Runtime, open_runtime
from testing.commands.serve import lock_file
from testing.db import make_engine
from testing.events import Action
from testing.keys import read_keys
from testing.models import Centre
from testing.settings import BadSetting, Settings, read_settings


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--without-key", is_flag=True, help="Leave the key file out; keep it elsewhere.")
def backup(target: Path, without_key: bool) -> None:
    """Write database, key file, seals and media into one archive while the service runs.

    TARGET is a file, or a folder in which a dated file is made. Guard the archive as you guard the
    machine: with its key it opens every personal identity code.
    """
    runtime = open_runtime()
    now = clock.now()
    if target.is_dir():
        target /= f"lahtotaso-{clock.local(now):%Y-%m-%d-%H%M}.tar.gz"
    if target.exists():
        raise click.ClickException(f"{target} exists already.")
    _record(runtime, Action.BACKUP_MAKE, now)
    runtime.database.engine.dispose()
    try:
        manifest = archive.make(
            target,
            runtime.settings,
            revision=schema.revision(runtime.database.engine) or "",
            key_id=runtime.keys.key_id,
            with_key=not without_key,
            now=now,
        )
    except CannotDump:
        raise click.ClickException(
            "pg_dump is not on this machine (apt-get install postgresql-client). "
            "Or make the dump where PostgreSQL runs: pg_dump --format=custom --file=FILE DATABASE"
        ) from None
    except BadArchive as problem:
        raise click.ClickException(str(problem)) from None
    size = target.stat().st_size / 1e6
    click.echo(f"{target}: {len(manifest.digests)} files, {size:.1f} MB")
    if archive.KEYS not in manifest.digests:
        click.echo("The key is not in it: without the key nobody can read the identity codes.")


def _record(runtime: Runtime, action: Action, now: datetime, **details: str) -> None:
    with runtime.database.writing() as db:
        for centre in db.scalars(select(Centre).order_by(Centre.id)):
            actor = f"command:{action.value.partition(':')[0]}"
            events.record(
                db, action, on=centre, subject=centre, actor=actor, now=now, **details
            )


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace what is there; it is moved aside.")
def restore(source: Path, force: bool) -> None:
    """Put a backup in place, after every file of it was checked.

    Refuses while the service runs, and where a database is already unless --force is given. What
    was there is kept in a folder beside it.
    """
    try:
        settings = read_settings()
    except BadSetting as problem:
        raise click.ClickException(str(problem)) from None
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with lock_file(settings).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise click.ClickException("The service is running. Stop it first.") from None
        try:
            with archive.unpacked(source, settings.data) as (work, manifest):
                _refuse_unfit(settings, manifest, force)
                aside = _put_in_place(settings, work, manifest)
        except BadArchive as problem:
            raise click.ClickException(str(problem)) from None
        if aside:
            click.echo(f"What was there lies in {aside}")
        if manifest.database == archive.POSTGRESQL:
            dump = settings.data / archive.POSTGRESQL
            click.echo("Key, seals and media are in place. Load the database with:")
            click.echo(f"  {_load(dump)}")
            return
        runtime = open_runtime()
        _record(runtime, Action.BACKUP_RESTORE, clock.now(), made_at=manifest.made_at)
    click.echo(f"Restored the backup of {manifest.made_at}. Check it: lahtotaso audit verify")


def _load(dump: Path) -> str:
    return f"pg_restore --clean --if-exists --no-owner --dbname=DATABASE {dump}"


def _refuse_unfit(settings: Settings, manifest: Manifest, force: bool) -> None:
    """
    :raise click.ClickException: the backup is of another kind of database, newer than this
        program, of another key, or would replace something without --force.
    """
    if (manifest.database == archive.SQLITE) != settings.is_embedded:
        raise click.ClickException(
            "The backup holds another kind of database than DATABASE_URL names."
        )
    known = {
        script.revision
        for script in ScriptDirectory.from_config(
            schema.configuration(make_engine("sqlite://"))
        ).walk_revisions()
    }
    if manifest.revision not in known:
        raise click.ClickException(
            "The backup was made by a newer version of the service. Install that version first."
        )
    if settings.key or archive.KEYS not in manifest.digests:
        try:
            has_key = bool(settings.key) or settings.key_file.exists()
            key_id = read_keys(settings).key_id if has_key else ""
        except BadSetting as problem:
            raise click.ClickException(str(problem)) from None
        if key_id != manifest.key_id:
            raise click.ClickException(
                f"The backup needs key {manifest.key_id}, this installation has another one. "
                "Put that key file in place, or set LAHTOTASO_KEY to it, then restore."
            )
    if settings.is_embedded and archive.database_file(settings).exists() and not force:
        raise click.ClickException(
            f"{archive.database_file(settings)} exists already. With --force it is moved aside."
        )


def _put_in_place(settings: Settings, work: Path, manifest: Manifest) -> Path | None:
    """The backup's files stand where the service looks for them; returns where the old ones lie."""
    database = (
        archive.database_file(settings)
        if settings.is_embedded
        else settings.data / archive.POSTGRESQL
    )
    places = {
        manifest.database: database,
        archive.SEALS: settings.seal_file,
        archive.MEDIA: settings.media,
    }
    if archive.KEYS in manifest.digests:
        places[archive.KEYS] = settings.key_file
    aside = settings.data / f"before-restore-{clock.local(clock.now()):%Y-%m-%d-%H%M%S}"
    # Write-ahead logs belong to the database that goes.
    going = [*places.values(), *(database.with_name(f"{database.name}{end}") for end in _LOGS)]
    for place in going:
        if place.exists():
            aside.mkdir(mode=0o700, exist_ok=True)
            shutil.move(place, aside / place.name)
    for name, place in places.items():
        if (work / name).exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(work / name, place)
    return aside if aside.exists() else None


_LOGS = ("-wal", "-shm")
