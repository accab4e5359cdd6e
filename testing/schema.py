"""The database's tables: Alembic, from the first one."""

import fcntl
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from testing.settings import CHECKOUT, Settings

MIGRATIONS = CHECKOUT / "testing" / "migrations"


def configuration(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine) -> None:
    """The database has the newest tables."""
    command.upgrade(configuration(engine), "head")


def revision(engine: Engine) -> str | None:
    """The newest migration that was applied."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def pending(engine: Engine) -> bool:
    """Whether migrations wait to be applied."""
    head = ScriptDirectory.from_config(configuration(engine)).get_current_head()
    return revision(engine) != head


def migrate_embedded(engine: Engine, settings: Settings) -> None:
    """The embedded database has the newest tables; several starting processes take turns."""
    lock: Path = settings.data / "migrate.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if pending(engine):
            migrate(engine)
