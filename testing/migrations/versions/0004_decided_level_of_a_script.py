"""decided level of a script"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('script', schema=None) as batch_op:
        batch_op.add_column(sa.Column('level', sa.String(length=12), nullable=True))
        batch_op.drop_index(batch_op.f('ix_script_submitted_at'))
        batch_op.create_check_constraint(
            batch_op.f('ck_script_rated_when_submitted'), 'level IS NULL OR submitted_at IS NOT NULL'
        )
        batch_op.create_index('ix_script_to_rate', ['submitted_at'], unique=False, sqlite_where=sa.text('level IS NULL'), postgresql_where=sa.text('level IS NULL'))


def downgrade() -> None:
    with op.batch_alter_table('script', schema=None) as batch_op:
        batch_op.drop_index('ix_script_to_rate', sqlite_where=sa.text('level IS NULL'), postgresql_where=sa.text('level IS NULL'))
        batch_op.create_index(batch_op.f('ix_script_submitted_at'), ['submitted_at'], unique=False)
        batch_op.drop_constraint(batch_op.f('ck_script_rated_when_submitted'), type_='check')
        batch_op.drop_column('level')
