"""a part that staff gave after all is not left out again"""

import sqlalchemy as sa
from alembic import op

revision = '0068'
down_revision = '0042'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('part', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                'is_given_after_all', sa.Boolean(), server_default=sa.false(), nullable=False
            )
        )


def downgrade() -> None:
    with op.batch_alter_table('part', schema=None) as batch_op:
        batch_op.drop_column('is_given_after_all')
