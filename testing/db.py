"""Database: engine, listeners that make SQLite keep its promises, and the transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

WRITES = "lahtotaso_writes"


def make_engine(url: str, **options: Any) -> Engine:
    """An engine on which SQLite keeps foreign keys, savepoints and durable, immediate writes."""
    # Parameters are personal data: they must not reach an error message and so a log.
    options.setdefault("hide_parameters", True)
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, **options)
    options.setdefault("connect_args", {"timeout": 15, "check_same_thread": False})
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver's own transaction handling starts them late and breaks savepoints.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A plain BEGIN takes the write lock at the first write, when another writer may already
        # have moved on: SQLite then answers "database is locked" at once, without waiting.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class Database:
    """The engine and what must happen in a transaction before it is committed."""

    def __init__(self, engine: Engine, before_commit: Callable[[Session], None]) -> None:
        self.engine = engine
        self._writing = engine.execution_options(**{WRITES: True})
        self._before_commit = before_commit

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that may write: committed on return, rolled back on any exception."""
        with Session(self._writing, expire_on_commit=False) as db:
            try:
                yield db
                self._before_commit(db)
                db.commit()
            except BaseException:
                # The error page still shows who is signed in: rows keep what was read.
                db.expunge_all()
                db.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads; anything written in it is lost."""
        # Closing gives the transaction up; a rollback would also empty the rows that were read.
        with Session(self.engine, expire_on_commit=False, autoflush=False) as db:
            yield db
