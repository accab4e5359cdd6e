"""signed documents; what was signed or released can be changed or deleted by nobody

A later migration that rebuilds one of these tables on SQLite (batch_alter_table) drops its
triggers with it: it calls `guard` again. tests/testing/test_immutable.py finds a missing one.
"""

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0020'
branch_labels = None
depends_on = None

GUARDED = ('statement', 'signed_document', 'release', 'blind_level')


def upgrade() -> None:
    op.create_table(
        'signed_document',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('centre_id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(length=24), nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('language', sa.String(length=8), nullable=False),
        sa.Column('content_digest', sa.String(length=64), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('certificate', sa.String(length=64), nullable=False),
        sa.Column('is_trial', sa.Boolean(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('statement', 'transfer', 'literacy')", name=op.f('ck_signed_document_kind')
        ),
        sa.ForeignKeyConstraint(
            ['centre_id'], ['centre.id'], name=op.f('fk_signed_document_centre_id_centre')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_document')),
        sa.UniqueConstraint('public_id', name=op.f('uq_signed_document_public_id')),
        sa.UniqueConstraint(
            'code', 'kind', 'language', 'content_digest', name=op.f('uq_signed_document_code_kind_language_content_digest')
        ),
    )
    op.create_index('ix_signed_document_centre_id', 'signed_document', ['centre_id'])
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            'CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ '
            "BEGIN RAISE EXCEPTION '% is immutable', TG_TABLE_NAME "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for table in GUARDED:
        guard(table)


def guard(table: str) -> None:
    """Nobody changes or deletes a row of the table, whatever program asks."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            f'CREATE TRIGGER {table}_is_immutable BEFORE UPDATE OR DELETE ON {table} '
            'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
        )
        op.execute(
            f'CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} '
            'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
        )
        return
    for verb in ('update', 'delete'):
        op.execute(
            f'CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb.upper()} ON {table} '
            f"BEGIN SELECT RAISE(ABORT, '{table} is immutable'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        for table in GUARDED:
            op.execute(f'DROP TRIGGER {table}_is_immutable ON {table}')
            op.execute(f'DROP TRIGGER {table}_is_not_emptied ON {table}')
        op.execute('DROP FUNCTION refuse_change()')
    else:
        for table in GUARDED:
            for verb in ('update', 'delete'):
                op.execute(f'DROP TRIGGER {table}_refuses_{verb}')
    op.drop_table('signed_document')
