"""self-assessment at the kiosk"""

import sqlalchemy as sa
from alembic import op

revision = '0074'
down_revision = '0068'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'self_assessment',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('centre_id', sa.Integer(), nullable=False),
        sa.Column('sitting_id', sa.Integer(), nullable=False),
        sa.Column('version', sa.String(length=20), nullable=False),
        sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('passed_over_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_self_assessment_centre_id_centre')),
        sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_self_assessment_sitting_id_sitting')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_self_assessment')),
        sa.UniqueConstraint('public_id', name=op.f('uq_self_assessment_public_id')),
        sa.UniqueConstraint('sitting_id', name=op.f('uq_self_assessment_sitting_id')),
    )
    op.create_index('ix_self_assessment_centre_id', 'self_assessment', ['centre_id'])
    op.create_table(
        'self_assessed_statement',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('self_assessment_id', sa.Integer(), nullable=False),
        sa.Column('skill', sa.String(length=20), nullable=False),
        sa.Column('level', sa.String(length=10), nullable=False),
        sa.Column('said', sa.Enum('yes', 'a_little', 'no', name='said', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['self_assessment_id'], ['self_assessment.id'], name=op.f('fk_self_assessed_statement_self_assessment_id_self_assessment')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_self_assessed_statement')),
        sa.UniqueConstraint('self_assessment_id', 'skill', 'level', name=op.f('uq_self_assessed_statement_self_assessment_id_skill_level')),
    )


def downgrade() -> None:
    op.drop_table('self_assessed_statement')
    op.drop_table('self_assessment')
