"""a talk keeps when its recording was deleted"""

import sqlalchemy as sa
from alembic import op

revision = '0069'
down_revision = '0074'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('speaking_talk', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('recording_deleted_at', sa.DateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table('speaking_talk', schema=None) as batch_op:
        batch_op.drop_column('recording_deleted_at')
