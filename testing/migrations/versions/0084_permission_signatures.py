"""signatures drawn on a screen"""

import sqlalchemy as sa
from alembic import op

revision = '0084'
down_revision = '0082'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'permission_signature',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('permission_id', sa.Integer(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=True),
        sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('(body IS NULL) = (deleted_at IS NOT NULL)', name=op.f('ck_permission_signature_deleted_is_empty')),
        sa.ForeignKeyConstraint(['permission_id'], ['permission.id'], name=op.f('fk_permission_signature_permission_id_permission')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_permission_signature')),
        sa.UniqueConstraint('permission_id', name=op.f('uq_permission_signature_permission_id')),
    )


def downgrade() -> None:
    op.drop_table('permission_signature')
