"""comparisons of statements with today's rules, and what a person decided about each"""

import sqlalchemy as sa
from alembic import op

revision = '0042'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'rescoring_run',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('centre_id', sa.Integer(), nullable=False),
        sa.Column('cause', sa.String(), nullable=False),
        sa.Column('compared', sa.Integer(), nullable=False),
        sa.Column('beyond', sa.Integer(), nullable=False),
        sa.Column('versions', sa.Text(), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_rescoring_run_centre_id_centre')),
        sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_rescoring_run_made_by_id_staff')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rescoring_run')),
        sa.UniqueConstraint('public_id', name=op.f('uq_rescoring_run_public_id')),
    )
    op.create_index('ix_rescoring_run_centre_id', 'rescoring_run', ['centre_id'])
    op.create_table(
        'rescoring_case',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('run_id', sa.Integer(), nullable=False),
        sa.Column('statement_id', sa.Integer(), nullable=False),
        sa.Column('changes', sa.Text(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('decision', sa.String(length=40), nullable=True),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('decided_by_id', sa.Integer(), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decision IN ('keep', 'replace')", name=op.f('ck_rescoring_case_decision')),
        sa.CheckConstraint('(decision IS NULL) = (decided_at IS NULL)', name=op.f('ck_rescoring_case_decided_at_a_moment')),
        sa.CheckConstraint('(decision IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_rescoring_case_decided_by_one')),
        sa.ForeignKeyConstraint(['decided_by_id'], ['staff.id'], name=op.f('fk_rescoring_case_decided_by_id_staff')),
        sa.ForeignKeyConstraint(['run_id'], ['rescoring_run.id'], name=op.f('fk_rescoring_case_run_id_rescoring_run')),
        sa.ForeignKeyConstraint(['statement_id'], ['statement.id'], name=op.f('fk_rescoring_case_statement_id_statement')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rescoring_case')),
        sa.UniqueConstraint('public_id', name=op.f('uq_rescoring_case_public_id')),
        sa.UniqueConstraint('statement_id', 'digest', name=op.f('uq_rescoring_case_statement_id_digest')),
    )
    op.create_index('ix_rescoring_case_run_id', 'rescoring_case', ['run_id'])
    op.create_index('ix_rescoring_case_statement_id', 'rescoring_case', ['statement_id'])


def downgrade() -> None:
    op.drop_table('rescoring_case')
    op.drop_table('rescoring_run')
