"""Migrations make the tables that the models describe."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from testing import schema
from testing.models import Base
from tests.testing.results import Case

TABLES = ("event", "person", "sitting", "part", "script", "rating", "blind_level", "statement")


def test_the_migrations_and_the_models_agree(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_nothing_is_pending_after_migrating(engine):
    assert not schema.pending(engine)


def test_a_database_in_use_is_brought_up_to_date_and_loses_nothing(engine, build, bank_files):
    """On SQLite a changed table is made anew while rows of other tables point at it."""
    Case(build, bank_files, person={"given_names": "Aminatu", "surname": "Hassanzadeh"}).signed()
    before = counts(engine)
    assert all(before)
    engine.dispose()
    # Before they were guarded.
    command.downgrade(schema.configuration(engine), "0080")
    with engine.begin() as connection:
        for table in ("calibration", "blueprint_version", "standard_version"):
            # The tables of before know no language but two.
            connection.execute(text(f"DELETE FROM {table} WHERE language = 'zxx'"))
    engine.dispose()
    command.downgrade(schema.configuration(engine), "0066")
    assert schema.pending(engine)
    schema.migrate(engine)
    assert counts(engine) == before
    assert not schema.pending(engine)


def counts(engine):
    with engine.connect() as connection:
        return [connection.execute(text(f"SELECT count(*) FROM {one}")).scalar() for one in TABLES]
