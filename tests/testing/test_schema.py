"""Migrations make the tables that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from testing import schema
from testing.models import Base


def test_the_migrations_and_the_models_agree(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_nothing_is_pending_after_migrating(engine):
    assert not schema.pending(engine)
