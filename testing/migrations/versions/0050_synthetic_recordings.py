"""a sitting keeps whether synthetic recordings give a level"""

import sqlalchemy as sa
from alembic import op

revision = '0050'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('counts_synthetic', sa.Boolean(), server_default=sa.true(), nullable=False)
        )
    op.execute("UPDATE sitting SET counts_synthetic = (mode <> 'live')")


def downgrade() -> None:
    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.drop_column('counts_synthetic')
