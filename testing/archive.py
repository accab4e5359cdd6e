"""Backups: one compressed archive with a manifest of digests, checked before anything is replaced.

Holds the database, the key file, the seals and the media of the embedded default; on PostgreSQL
the database as `pg_dump` writes it.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from sqlalchemy import make_url

from testing.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE = "lahtotaso.sqlite3"
POSTGRESQL = "lahtotaso.pgdump"
KEYS = "keys.json"
SEALS = "seals.jsonl"
MEDIA = "media"
CHUNK = 1 << 20


class BadArchive(Exception):
    """The archive is damaged, altered or none of ours; nothing was replaced."""


class CannotDump(Exception):
    """This machine has no program that could write out the PostgreSQL database."""


@dataclass(frozen=True)
class Manifest:
    """What an archive holds."""

    made_at: str
    #: Migration that the database stands at.
    revision: str
    #: Names the master key without telling it.
    key_id: str
    #: Digest of each file, by its path in the archive.
    digests: dict[str, str]

    @property
    def database(self) -> str:
        return SQLITE if SQLITE in self.digests else POSTGRESQL


def make(
    target: Path,
    settings: Settings,
    *,
    revision: str,
    key_id: str,
    with_key: bool,
    now: datetime,
) -> Manifest:
    """The archive stands at `target`, readable by its owner only, complete or not at all.

    :raise CannotDump: PostgreSQL's `pg_dump` is not on this machine.
    """
    own = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup") as folder:
            work = Path(folder)
            # Seals before the database: a backup never lacks events that its seals know.
            files = dict(_existing(SEALS, settings.seal_file))
            database = _copy_sqlite if settings.is_embedded else _dump_postgresql
            files |= database(settings, work)
            if with_key:
                files |= dict(_existing(KEYS, settings.key_file))
            # Media after it: a file is written before the row that names it.
            files |= dict(_media(settings.media))
            manifest = _write(own, files, revision, key_id, now)
        own.replace(target)
    finally:
        own.unlink(missing_ok=True)
    return manifest


def _existing(name: str, file: Path) -> Iterator[tuple[str, Path]]:
    if file.is_file():
        yield name, file


def _media(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            yield f"{MEDIA}/{file.relative_to(folder).as_posix()}", file


def _copy_sqlite(settings: Settings, work: Path) -> dict[str, Path]:
    """A consistent copy while the service goes on writing."""
    copy = work / SQLITE
    source = sqlite3.connect(database_file(settings))
    target = sqlite3.connect(copy)
    try:
        source.backup(target)
        (verdict,) = target.execute("PRAGMA integrity_check").fetchone()
        # One file, without a write-ahead log beside it.
        target.execute("PRAGMA journal_mode = DELETE")
    finally:
        target.close()
        source.close()
    if verdict != "ok":
        raise BadArchive(f"The database itself is damaged: {verdict}")
    return {SQLITE: copy}


def _dump_postgresql(settings: Settings, work: Path) -> dict[str, Path]:
    program = shutil.which("pg_dump")
    if program is None:
        raise CannotDump
    copy = work / POSTGRESQL
    subprocess.run(  # noqa: S603
        [program, "--format=custom", "--no-owner", f"--file={copy}"],
        check=True,
        env=os.environ | postgresql_environment(settings.database_url),
    )
    return {POSTGRESQL: copy}


def postgresql_environment(url: str) -> dict[str, str]:
    """The address for PostgreSQL's own programs; a password never stands in a command line."""
    address = make_url(url)
    host = address.host or address.query.get("host")
    given = {
        "PGHOST": host,
        "PGPORT": address.port,
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
    }
    return {name: str(value) for name, value in given.items() if value}


def database_file(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _write(
    target: Path, files: dict[str, Path], revision: str, key_id: str, now: datetime
) -> Manifest:
    digests: dict[str, str] = {}
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(descriptor, "wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=3, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        for name, file in files.items():
            with file.open("rb") as source:
                size = os.fstat(source.fileno()).st_size
                reader = _Digesting(source, size)
                member = tarfile.TarInfo(name)
                member.size = size
                member.mode = 0o600
                archive.addfile(member, reader)
                digests[name] = reader.hexdigest()
        manifest = Manifest(now.isoformat(), revision, key_id, digests)
        text = json.dumps({"format": FORMAT} | vars(manifest), indent=1).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(text)
        member.mode = 0o600
        archive.addfile(member, io.BytesIO(text))
    with target.open("rb") as written:
        os.fsync(written.fileno())
    return manifest


class _Digesting:
    """Reads exactly `size` bytes of a file that may grow meanwhile, and their digest."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source = source
        self._left = size
        self._digest = hashlib.sha256()

    def read(self, size: int = CHUNK) -> bytes:
        piece = self._source.read(min(size, self._left))
        self._left -= len(piece)
        self._digest.update(piece)
        return piece

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


@contextmanager
def unpacked(source: Path, beside: Path) -> Iterator[tuple[Path, Manifest]]:
    """A temporary folder on the disk of `beside` with the archive's files, each checked.

    :raise BadArchive: damaged, altered, incomplete, or of another kind.
    """
    beside.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=beside, prefix=".restore") as folder:
        work = Path(folder)
        try:
            yield work, _unpack(source, work)
        except (tarfile.TarError, EOFError, gzip.BadGzipFile, OSError) as error:
            raise BadArchive(f"{source} cannot be read: {type(error).__name__}") from None


def _unpack(source: Path, work: Path) -> Manifest:
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    with tarfile.open(source, mode="r|gz") as archive:
        for member in archive:
            name = PurePosixPath(member.name)
            if not member.isfile() or name.is_absolute() or ".." in name.parts:
                raise BadArchive(f"{member.name} has no place in a backup.")
            reader = archive.extractfile(member)
            if reader is None:
                raise BadArchive(f"{member.name} cannot be read.")
            if member.name == MANIFEST:
                manifest = _manifest(reader.read())
                continue
            target = work / name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            digest = hashlib.sha256()
            with target.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                while piece := reader.read(CHUNK):
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            found[member.name] = digest.hexdigest()
    if manifest is None:
        raise BadArchive("The archive has no manifest: it was cut short, or is none of ours.")
    if found != manifest.digests:
        differing = sorted(
            name
            for name in found.keys() | manifest.digests.keys()
            if found.get(name) != manifest.digests.get(name)
        )
        raise BadArchive(f"These files are not what was backed up: {', '.join(differing[:5])}")
    return manifest


def _manifest(text: bytes) -> Manifest:
    try:
        found = json.loads(text)
        if found.pop("format") != FORMAT:
            raise BadArchive("This backup was made by another version of the service.")
        return Manifest(**found)
    except (ValueError, TypeError, KeyError):
        raise BadArchive("The archive's manifest is damaged.") from None
