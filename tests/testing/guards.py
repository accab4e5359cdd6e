"""Altering what the database guards, as one could who may change its tables."""

from sqlalchemy import text
from sqlalchemy.orm import Session


def lift(db: Session, table: str) -> None:
    """For the rest of this transaction (on SQLite: of this test's copy) the table is unguarded."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for verb in ("update", "delete"):
        db.execute(text(f"DROP TRIGGER {table}_refuses_{verb}"))
