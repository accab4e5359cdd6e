"""answers taken out for calibration, which nobody changes"""

import sqlalchemy as sa
from alembic import op

revision = '0078'
down_revision = '0060'
branch_labels = None
depends_on = None

TABLE = 'answers_export'


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('centre_id', sa.Integer(), nullable=False),
        sa.Column('language', sa.String(length=3), nullable=False),
        sa.Column('skill', sa.Enum('reading', 'listening', 'writing', 'speaking', 'numeracy', name='skill', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('made_by', sa.Text(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('since', sa.DateTime(timezone=True), nullable=True),
        sa.Column('people', sa.Integer(), nullable=False),
        sa.Column('answers', sa.Integer(), nullable=False),
        sa.CheckConstraint("language IN ('fi', 'sv', 'zxx')", name=op.f('ck_answers_export_language')),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_answers_export_centre_id_centre')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_answers_export')),
        sa.UniqueConstraint('public_id', name=op.f('uq_answers_export_public_id')),
    )
    op.create_index(
        op.f('ix_answers_export_centre_id_language_skill'), TABLE, ['centre_id', 'language', 'skill']
    )
    guard(TABLE)


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
    # Its triggers go with it.
    op.drop_table(TABLE)
