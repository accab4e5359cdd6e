"""Alembic's entry: one transaction a migration, never a long wait for a lock."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import text

import items.models  # noqa: F401 - registers the bank's tables
import testing.models  # noqa: F401 - registers the service's tables
from items.orm import Base, JsonText, UtcDateTime

engine = context.config.attributes["engine"]


def render_plain(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Migrations name the database's types, so that later code cannot change the past."""
    if kind == "type" and isinstance(value, JsonText):
        return "sa.Text()"
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


with engine.connect() as connection:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # A table is changed there by making it anew, and rows that point at the old one would keep
        # it from going. Outside of any transaction, where alone SQLite listens to it.
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '300s'"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=is_sqlite,
        render_item=render_plain,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if is_sqlite:
        cursor = connection.connection.cursor()
        if cursor.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise RuntimeError("after migrating, a row points at nothing")
        cursor.execute("PRAGMA foreign_keys = ON")
