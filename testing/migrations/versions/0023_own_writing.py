"""a few sentences in the own language"""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0041'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'own_writing',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('centre_id', sa.Integer(), nullable=False),
        sa.Column('sitting_id', sa.Integer(), nullable=False),
        sa.Column('language', sa.String(length=8), nullable=False),
        sa.Column('mode', sa.Enum('keyboard', 'paper', 'recorded', 'live', name='mode', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('level', sa.Enum('none', 'emerging', 'functional', name='level', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('not_assessed', sa.Enum('nobody_reads', 'sight', 'health', 'refused', 'technical', name='reason', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('kept_by_id', sa.Integer(), nullable=False),
        sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('judged_by_id', sa.Integer(), nullable=True),
        sa.Column('judged_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode IN ('keyboard', 'paper')", name=op.f('ck_own_writing_is_written')),
        sa.CheckConstraint('length(text) <= 8000', name=op.f('ck_own_writing_text_length')),
        sa.CheckConstraint('(level IS NULL) = (judged_by_id IS NULL)', name=op.f('ck_own_writing_level_has_a_judge')),
        sa.CheckConstraint('(level IS NULL) = (judged_at IS NULL)', name=op.f('ck_own_writing_level_has_a_time')),
        sa.CheckConstraint('level IS NULL OR not_assessed IS NULL', name=op.f('ck_own_writing_level_or_reason_without')),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_own_writing_centre_id_centre')),
        sa.ForeignKeyConstraint(['judged_by_id'], ['staff.id'], name=op.f('fk_own_writing_judged_by_id_staff')),
        sa.ForeignKeyConstraint(['kept_by_id'], ['staff.id'], name=op.f('fk_own_writing_kept_by_id_staff')),
        sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_own_writing_sitting_id_sitting')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_own_writing')),
        sa.UniqueConstraint('public_id', name=op.f('uq_own_writing_public_id')),
        sa.UniqueConstraint('sitting_id', name=op.f('uq_own_writing_sitting_id')),
    )
    op.create_index(op.f('ix_own_writing_centre_id'), 'own_writing', ['centre_id'])


def downgrade() -> None:
    op.drop_table('own_writing')
