"""Database: engine, listeners that make SQLite keep its promises, and the transaction."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Insert,
    Table,
    Update,
    bindparam,
    create_engine,
    event,
)
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_of
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

WRITES = "lahtotaso_writes"
#: Seconds that a transaction of SQLite waits for another, and between two looks for the write lock.
PATIENCE = 15
LOOK_AGAIN = 0.001

Row = TypeVar("Row")


def make_engine(url: str, **options: Any) -> Engine:
    """An engine on which SQLite keeps foreign keys, savepoints and durable, immediate writes."""
    # Parameters are personal data: they must not reach an error message and so a log.
    options.setdefault("hide_parameters", True)
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, **options)
    options.setdefault("connect_args", {"timeout": PATIENCE, "check_same_thread": False})
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
        if connection.get_execution_options().get(WRITES, False):
            _wait_for_turn(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _wait_for_turn(connection: Connection) -> None:
    """The write lock is held. SQLite itself would look for it ever more seldom, up to ten times a
    second, while others pass by; so this looks every millisecond, as long as SQLite would."""
    cursor = connection.connection.cursor()
    last = time.monotonic() + PATIENCE
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < last:
            try:
                cursor.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            time.sleep(LOOK_AGAIN)
        # What keeps failing fails here, as an error that the service knows.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
        cursor.close()


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


def found_or_made(
    db: Session, find: Callable[[], Row | None], make: Callable[[], Row]
) -> tuple[Row, bool]:
    """The row that `find` finds, and false; where there is none yet, the one made, and true.

    A unique key lets one of those through who make it in the same instant: the others wait for
    the winner's commit, then find the winner's row.
    """
    found = find()
    if found is not None:
        return found, False
    made = make()
    try:
        with db.begin_nested():
            db.add(made)
    except IntegrityError:
        found = find()
        if found is None:
            # Another key forbids it: nobody was quicker.
            raise
        return found, False
    return made, True


# The kiosk's step writes by these two: the unit of work would take longer than all the rest of it.


def insert_rows(db: Session, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    """The rows are in the table of `model`; the session keeps no objects for them."""
    if rows:
        db.connection().execute(_insert(model.__table__), rows)


def write_columns(db: Session, row: Any, **values: Any) -> None:
    """The columns of a row that was loaded hold `values`, at once and without a flush."""
    statement = _update(row.__table__, tuple(values))
    db.connection().execute(statement, {"row_id": row.id} | values)
    for name, value in values.items():
        set_committed_value(row, name, value)


@cache
def _insert(table: Table) -> Insert:
    return insert_into(table)


@cache
def _update(table: Table, names: tuple[str, ...]) -> Update:
    return (
        update_of(table)
        .where(table.c.id == bindparam("row_id"))
        .values({name: bindparam(name) for name in names})
    )
