"""what kind of device a kiosk is"""

import sqlalchemy as sa
from alembic import op

revision = '0072'
down_revision = '0069'
branch_labels = None
depends_on = None

DEVICE = sa.Enum(
    'phone', 'tablet', 'computer', name='device', native_enum=False, create_constraint=True, length=40
)


def upgrade() -> None:
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('device', DEVICE, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.drop_column('device')
