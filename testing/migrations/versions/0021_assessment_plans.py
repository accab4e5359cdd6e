"""which plan a sitting follows"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0050'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'assessment_plan',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('sitting_id', sa.Integer(), nullable=False),
        sa.Column('version', sa.String(length=20), nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('source', sa.Enum('default', 'interview', 'staff', name='source', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('reason', sa.String(length=40), nullable=False),
        sa.Column('words', sa.Text(), nullable=False),
        sa.Column('facts', sa.Text(), nullable=False),
        sa.Column('starts', sa.Text(), nullable=False),
        sa.Column('chosen_by_id', sa.Integer(), nullable=True),
        sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(source = 'staff') = (chosen_by_id IS NOT NULL)", name=op.f('ck_assessment_plan_staff_has_a_name')),
        sa.CheckConstraint("source <> 'staff' OR length(words) > 0", name=op.f('ck_assessment_plan_staff_has_a_reason')),
        sa.ForeignKeyConstraint(['chosen_by_id'], ['staff.id'], name=op.f('fk_assessment_plan_chosen_by_id_staff')),
        sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_assessment_plan_sitting_id_sitting')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_plan')),
        sa.UniqueConstraint('public_id', name=op.f('uq_assessment_plan_public_id')),
        sa.UniqueConstraint('sitting_id', name=op.f('uq_assessment_plan_sitting_id')),
    )


def downgrade() -> None:
    op.drop_table('assessment_plan')
