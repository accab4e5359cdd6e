"""pictures of pages written by hand"""

import sqlalchemy as sa
from alembic import op

revision = '0066'
down_revision = '0065'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('paper_page',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('sitting_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('writing', 'own_writing', 'literacy', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('script_id', sa.Integer(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('kept_by_id', sa.Integer(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(kind = 'writing') = (script_id IS NOT NULL)", name=op.f('ck_paper_page_writing_has_a_script')),
    sa.CheckConstraint('(body IS NULL) = (deleted_at IS NOT NULL)', name=op.f('ck_paper_page_deleted_is_empty')),
    sa.ForeignKeyConstraint(['kept_by_id'], ['staff.id'], name=op.f('fk_paper_page_kept_by_id_staff')),
    sa.ForeignKeyConstraint(['script_id'], ['script.id'], name=op.f('fk_paper_page_script_id_script')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_paper_page_sitting_id_sitting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_page')),
    sa.UniqueConstraint('public_id', name=op.f('uq_paper_page_public_id'))
    )
    for column in ('script_id', 'sitting_id'):
        op.create_index(op.f(f'ix_paper_page_{column}'), 'paper_page', [column])


def downgrade() -> None:
    op.drop_table('paper_page')
