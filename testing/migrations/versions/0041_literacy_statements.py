"""signed statements on reading and writing, guarded as the others are"""

import sqlalchemy as sa
from alembic import op

revision = '0041'
down_revision = '0022'
branch_labels = None
depends_on = None

TABLE = 'literacy_statement'


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('centre_id', sa.Integer(), nullable=False),
        sa.Column('screen_id', sa.Integer(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('content', sa.Text(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('verification_code', sa.String(length=24), nullable=False),
        sa.Column('signed_by_id', sa.Integer(), nullable=False),
        sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('supersedes_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_literacy_statement_centre_id_centre')),
        sa.ForeignKeyConstraint(['screen_id'], ['literacy_screen.id'], name=op.f('fk_literacy_statement_screen_id_literacy_screen')),
        sa.ForeignKeyConstraint(['signed_by_id'], ['staff.id'], name=op.f('fk_literacy_statement_signed_by_id_staff')),
        sa.ForeignKeyConstraint(['supersedes_id'], ['literacy_statement.id'], name=op.f('fk_literacy_statement_supersedes_id_literacy_statement')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_literacy_statement')),
        sa.UniqueConstraint('public_id', name=op.f('uq_literacy_statement_public_id')),
        sa.UniqueConstraint('screen_id', 'version', name=op.f('uq_literacy_statement_screen_id_version')),
        sa.UniqueConstraint('supersedes_id', name=op.f('uq_literacy_statement_supersedes_id')),
        sa.UniqueConstraint('verification_code', name=op.f('uq_literacy_statement_verification_code')),
    )
    op.create_index('ix_literacy_statement_centre_id', TABLE, ['centre_id'])
    op.create_index('ix_literacy_statement_screen_id', TABLE, ['screen_id'])
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            f'CREATE TRIGGER {TABLE}_is_immutable BEFORE UPDATE OR DELETE ON {TABLE} '
            'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
        )
        op.execute(
            f'CREATE TRIGGER {TABLE}_is_not_emptied BEFORE TRUNCATE ON {TABLE} '
            'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
        )
        return
    for verb in ('update', 'delete'):
        op.execute(
            f'CREATE TRIGGER {TABLE}_refuses_{verb} BEFORE {verb.upper()} ON {TABLE} '
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} is immutable'); END"
        )


def downgrade() -> None:
    op.drop_table(TABLE)
