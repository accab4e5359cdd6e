"""What a command needs of the service without starting the web application."""

from dataclasses import dataclass

import click

from testing import events, schema
from testing.db import Database, make_engine
from testing.keys import Keys, read_keys
from testing.settings import BadSetting, Settings, read_settings


@dataclass(frozen=True)
class Runtime:
    settings: Settings
    keys: Keys
    database: Database


def open_runtime() -> Runtime:
    """Settings, keys and a migrated embedded database.

    :raise click.ClickException: a setting or key is missing or wrong; the message says what to do.
    """
    try:
        settings = read_settings()
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys = read_keys(settings)
    except BadSetting as problem:
        raise click.ClickException(str(problem)) from None
    engine = make_engine(settings.database_url)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(engine.dispose)
    if settings.is_embedded:
        schema.migrate_embedded(engine, settings)
    return Runtime(
        settings, keys, Database(engine, lambda db: events.append_recorded(db, keys))
    )
