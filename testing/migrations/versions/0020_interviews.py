"""what a person told before the test"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'interview',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('centre_id', sa.Integer(), nullable=False),
        sa.Column('referral_id', sa.Integer(), nullable=False),
        sa.Column('questions', sa.String(length=20), nullable=False),
        sa.Column('answers', sa.Text(), nullable=False),
        sa.Column('statements', sa.Text(), nullable=False),
        sa.Column('held_by_id', sa.Integer(), nullable=False),
        sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('changed_by_id', sa.Integer(), nullable=True),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('(changed_at IS NULL) = (changed_by_id IS NULL)', name=op.f('ck_interview_change_has_an_author')),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_interview_centre_id_centre')),
        sa.ForeignKeyConstraint(['changed_by_id'], ['staff.id'], name=op.f('fk_interview_changed_by_id_staff')),
        sa.ForeignKeyConstraint(['held_by_id'], ['staff.id'], name=op.f('fk_interview_held_by_id_staff')),
        sa.ForeignKeyConstraint(['referral_id'], ['referral.id'], name=op.f('fk_interview_referral_id_referral')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_interview')),
        sa.UniqueConstraint('public_id', name=op.f('uq_interview_public_id')),
        sa.UniqueConstraint('referral_id', name=op.f('uq_interview_referral_id')),
    )
    op.create_index(op.f('ix_interview_centre_id'), 'interview', ['centre_id'])


def downgrade() -> None:
    op.drop_table('interview')
