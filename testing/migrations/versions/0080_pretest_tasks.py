"""tasks that are tried out and do not count"""

import sqlalchemy as sa
from alembic import op

revision = '0080'
down_revision = '0084'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('centre', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('pretest_tasks', sa.Integer(), server_default='0', nullable=False)
        )
        batch_op.create_check_constraint(
            op.f('ck_centre_pretest_tasks'), 'pretest_tasks BETWEEN 0 AND 2'
        )
    with op.batch_alter_table('presentation', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('is_pretest', sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table('presentation', schema=None) as batch_op:
        batch_op.drop_column('is_pretest')
    with op.batch_alter_table('centre', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_centre_pretest_tasks'), type_='check')
        batch_op.drop_column('pretest_tasks')
