"""a literacy mark says its language, a screen whose turn it is"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('literacy_mark', schema=None) as batch_op:
        batch_op.add_column(sa.Column('language', sa.String(length=8), nullable=True))
    turn = sa.Enum(
        'kiosk', 'desk', name='turn', native_enum=False, create_constraint=True, length=40
    )
    with op.batch_alter_table('literacy_screen', schema=None) as batch_op:
        batch_op.add_column(sa.Column('turn', turn, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('literacy_screen', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_literacy_screen_turn'), type_='check')
        batch_op.drop_column('turn')
    with op.batch_alter_table('literacy_mark', schema=None) as batch_op:
        batch_op.drop_column('language')
