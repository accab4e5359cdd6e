"""looks of offices at statements on reading and writing"""

import sqlalchemy as sa
from alembic import op

revision = '0065'
down_revision = '0064'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('literacy_release',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('statement_id', sa.Integer(), nullable=False),
    sa.Column('permission_id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=8), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_literacy_release_office_id_office')),
    sa.ForeignKeyConstraint(['permission_id'], ['permission.id'], name=op.f('fk_literacy_release_permission_id_permission')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_literacy_release_staff_id_staff')),
    sa.ForeignKeyConstraint(['statement_id'], ['literacy_statement.id'], name=op.f('fk_literacy_release_statement_id_literacy_statement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_literacy_release')),
    sa.UniqueConstraint('public_id', name=op.f('uq_literacy_release_public_id'))
    )
    for column in ('statement_id', 'permission_id', 'office_id'):
        op.create_index(op.f(f'ix_literacy_release_{column}'), 'literacy_release', [column])


def downgrade() -> None:
    op.drop_table('literacy_release')
