"""A real application on a real database: a migrated one is copied for every test."""

import dataclasses
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event

from items.bank_files import BankFiles, load_folder
from testing import events, schema
from testing.app import create_app
from testing.commands.runtime import Runtime
from testing.db import Database, make_engine
from testing.keys import Keys, derive
from testing.settings import Mode, Settings
from tests.testing import postgres
from tests.testing.bank_rows import BankRows
from tests.testing.builders import Builder
from tests.testing.pages import Page

MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On another database only those tests run that use it: the others prove nothing new."""
    if os.environ.get("TEST_DATABASE", "sqlite") == "sqlite":
        return
    uses = [item for item in items if "template" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(uses)])
    items[:] = uses


@pytest.fixture(scope="session")
def keys() -> Keys:
    return derive(bytes(range(32)))


@event.listens_for(Engine, "connect")
def rows_without_an_order_come_backwards(connection: Any, _record: Any) -> None:
    """A database may answer in any order, yet SQLite nearly always answers in the order of writing.

    Backwards, every reader that forgot to say an order shows itself.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects = ON")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a migrated, empty database that tests copy."""
    if os.environ.get("TEST_DATABASE", "sqlite") == "sqlite":
        path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
        url = f"sqlite:///{path}"
        engine = make_engine(url)
        schema.migrate(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        engine.dispose()
        yield url
        return
    with postgres.running_server() as url:
        engine = make_engine(url)
        schema.migrate(engine)
        postgres.prepare(engine)
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def shared_url(template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address under which every test finds a database of its own."""
    if template.startswith("sqlite"):
        return f"sqlite:///{tmp_path_factory.mktemp('database') / 'lahtotaso.sqlite3'}"
    return template


@pytest.fixture
def database_url(template: str, shared_url: str) -> Iterator[str]:
    """Address of a migrated database without rows, of this test's own."""
    if template.startswith("sqlite"):
        place = Path(shared_url.removeprefix("sqlite:///"))
        for left in place.parent.iterdir():
            left.unlink()
        shutil.copyfile(template.removeprefix("sqlite:///"), place)
        yield shared_url
        return
    yield shared_url
    postgres.empty(shared_url)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_at(database_url, tmp_path / "data")


def settings_at(database_url: str, data: Path) -> Settings:
    return Settings(
        data=data,
        database_url=database_url,
        key=MASTER_KEY,
        mode=Mode.DEMO,
        secure_cookies=False,
    )


@pytest.fixture(scope="session")
def shared_engine(shared_url: str) -> Engine:
    """Holds no connection between tests, but every statement that was once compiled."""
    return make_engine(shared_url)


@pytest.fixture
def engine(database_url: str, shared_engine: Engine) -> Iterator[Engine]:
    yield shared_engine
    shared_engine.dispose()


@pytest.fixture
def database(engine: Engine, keys: Keys) -> Database:
    return on_engine(engine, keys)


def on_engine(engine: Engine, keys: Keys) -> Database:
    return Database(engine, lambda db: events.append_recorded(db, keys))


@pytest.fixture
def build(database: Database, keys: Keys) -> Builder:
    return Builder(database, keys)


@pytest.fixture(scope="session")
def bank_files() -> BankFiles:
    """The shipped bank."""
    return load_folder()


@pytest.fixture(scope="session")
def bank_rows(bank_files: BankFiles) -> BankRows:
    return BankRows(bank_files)


@pytest.fixture
def bank(database: Database, bank_rows: BankRows) -> BankFiles:
    """The shipped bank is in the database, in pilot use."""
    bank_rows.put_into(database)
    return bank_rows.bank


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates are compiled once, not once for every application with settings of its own."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def shared_app(
    shared_url: str, shared_engine: Engine, keys: Keys, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Built once: its routes and templates serve all tests."""
    data = tmp_path_factory.mktemp("application") / "data"
    app = create_app(settings_at(shared_url, data), database=on_engine(shared_engine, keys))
    app.config["TESTING"] = False
    return app


@pytest.fixture
def app(shared_app: Any, settings: Settings, database: Database) -> Any:
    """The application on this test's database and folder."""
    settings.data.mkdir(mode=0o700, exist_ok=True)
    shared_app.extensions.update(settings=settings, database=database)
    return shared_app


@pytest.fixture
def page(app: Any) -> Page:
    """A browser without JavaScript that checks every page it is given."""
    return Page(app)


@pytest.fixture
def make_app(settings: Settings, database: Database, compiled_templates: Any) -> Any:
    """An application with other settings on the same database."""

    def make(**changes: Any) -> Any:
        app = create_app(dataclasses.replace(settings, **changes), database=database)
        app.jinja_env.bytecode_cache = compiled_templates
        return app

    return make


@pytest.fixture
def runtime(settings: Settings, keys: Keys, database: Database) -> Runtime:
    """What a command or the worker runs with, on this test's database."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return Runtime(settings, keys, database)
