"""spoken scripts, and a name for a part in which nothing was written"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

REASONS = (
    'script', 'hearing', 'sight', 'health', 'refused', 'technical', 'ended', 'synthetic_recording',
    'not_taken',
)
#: Where a reason for "not assessed" is kept: table, column, name of its CHECK.
KEPT = (
    ('part', 'not_assessed', 'reason'),
    ('sitting', 'end_reason', 'end_reason'),
    ('skill_result', 'not_assessed', 'reason'),
    ('literacy_screen', 'set_aside', 'set_aside'),
)


def one_of(table: str, column: str, name: str, values: tuple[str, ...]) -> None:
    """The column's CHECK admits these values."""
    listed = ', '.join(f"'{value}'" for value in values)
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(op.f(f'ck_{table}_{name}'), type_='check')
        batch_op.create_check_constraint(op.f(f'ck_{table}_{name}'), f'{column} IN ({listed})')


def upgrade() -> None:
    for table, column, name in KEPT:
        one_of(table, column, name, (*REASONS, 'nothing_written'))
    one_of('script', 'mode', 'mode', ('keyboard', 'paper', 'recorded', 'live'))
    op.create_table(
        'speaking_talk',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('part_id', sa.Integer(), nullable=False),
        sa.Column('task_version_id', sa.Integer(), nullable=False),
        sa.Column('interviewer_id', sa.Integer(), nullable=False),
        sa.Column('mode', sa.Enum('keyboard', 'paper', 'recorded', 'live', name='mode', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('live_rater_id', sa.Integer(), nullable=True),
        sa.Column('agreed_in', sa.String(length=8), nullable=True),
        sa.Column('notes', sa.Text(), nullable=False),
        sa.Column('seconds', sa.Float(), nullable=True),
        sa.Column('script_id', sa.Integer(), nullable=True),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode IN ('recorded', 'live')", name=op.f('ck_speaking_talk_is_spoken')),
        sa.CheckConstraint("(mode = 'live') = (live_rater_id IS NOT NULL)", name=op.f('ck_speaking_talk_live_has_a_rater')),
        sa.CheckConstraint("(mode = 'recorded') = (agreed_in IS NOT NULL)", name=op.f('ck_speaking_talk_recorded_is_agreed')),
        sa.CheckConstraint('live_rater_id <> interviewer_id', name=op.f('ck_speaking_talk_interviewer_does_not_rate')),
        sa.CheckConstraint('(ended_at IS NULL) = (script_id IS NULL)', name=op.f('ck_speaking_talk_ended_has_a_script')),
        sa.ForeignKeyConstraint(['interviewer_id'], ['staff.id'], name=op.f('fk_speaking_talk_interviewer_id_staff')),
        sa.ForeignKeyConstraint(['live_rater_id'], ['staff.id'], name=op.f('fk_speaking_talk_live_rater_id_staff')),
        sa.ForeignKeyConstraint(['part_id'], ['part.id'], name=op.f('fk_speaking_talk_part_id_part')),
        sa.ForeignKeyConstraint(['script_id'], ['script.id'], name=op.f('fk_speaking_talk_script_id_script')),
        sa.ForeignKeyConstraint(['task_version_id'], ['task_version.id'], name=op.f('fk_speaking_talk_task_version_id_task_version')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_speaking_talk')),
        sa.UniqueConstraint('part_id', name=op.f('uq_speaking_talk_part_id')),
        sa.UniqueConstraint('public_id', name=op.f('uq_speaking_talk_public_id')),
        sa.UniqueConstraint('script_id', name=op.f('uq_speaking_talk_script_id')),
    )


def downgrade() -> None:
    op.drop_table('speaking_talk')
    one_of('script', 'mode', 'mode', ('keyboard', 'paper'))
    for table, column, name in KEPT:
        one_of(table, column, name, REASONS)
