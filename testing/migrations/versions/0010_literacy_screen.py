"""the literacy screen: what was observed, proposed and confirmed"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('frozen_ladders',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('version', sa.String(length=80), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_frozen_ladders'))
    )
    op.create_table('literacy_screen',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('sitting_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'done', 'set_aside', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('ladders_digest', sa.String(length=64), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('own_language', sa.String(length=8), nullable=True),
    sa.Column('own_script', sa.String(length=8), nullable=True),
    sa.Column('has_judge', sa.Boolean(), nullable=False),
    sa.Column('missing', sa.Text(), nullable=False),
    sa.Column('is_drawn', sa.Boolean(), nullable=True),
    sa.Column('is_prompted', sa.Boolean(), nullable=False),
    sa.Column('postponed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pen_hold', sa.Enum('used_to_it', 'unsure', 'not_at_all', name='pen_hold', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('direction', sa.Enum('left_to_right', 'right_to_left', 'unsure', name='direction', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('computer', sa.Enum('alone', 'with_help', 'not_at_all', name='computer', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('words_a_minute', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('set_aside', sa.Enum('script', 'hearing', 'sight', 'health', 'refused', 'technical', 'ended', 'synthetic_recording', 'not_taken', name='set_aside', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('proposal', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f('ck_literacy_screen_is_over')),
    sa.CheckConstraint("(state = 'open') = (proposal IS NULL)", name=op.f('ck_literacy_screen_proposal_at_the_end')),
    sa.CheckConstraint("(state = 'set_aside') = (set_aside IS NOT NULL)", name=op.f('ck_literacy_screen_has_a_reason')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_literacy_screen_centre_id_centre')),
    sa.ForeignKeyConstraint(['ladders_digest'], ['frozen_ladders.digest'], name=op.f('fk_literacy_screen_ladders_digest_frozen_ladders')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_literacy_screen_sitting_id_sitting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_literacy_screen')),
    sa.UniqueConstraint('public_id', name=op.f('uq_literacy_screen_public_id')),
    sa.UniqueConstraint('sitting_id', name=op.f('uq_literacy_screen_sitting_id'))
    )
    with op.batch_alter_table('literacy_screen', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_literacy_screen_centre_id'), ['centre_id'], unique=False)

    op.create_table('literacy_confirmation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('screen_id', sa.Integer(), nullable=False),
    sa.Column('literacy_class', sa.Enum('primary_illiterate', 'semi_literate', 'secondary', 'literate', 'not_assessed', name='literacy_class', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('classification', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['screen_id'], ['literacy_screen.id'], name=op.f('fk_literacy_confirmation_screen_id_literacy_screen')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_literacy_confirmation_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_literacy_confirmation')),
    sa.UniqueConstraint('public_id', name=op.f('uq_literacy_confirmation_public_id'))
    )
    with op.batch_alter_table('literacy_confirmation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_literacy_confirmation_screen_id'), ['screen_id'], unique=False)

    op.create_table('literacy_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('screen_id', sa.Integer(), nullable=False),
    sa.Column('rung', sa.String(length=40), nullable=False),
    sa.Column('item', sa.String(length=60), nullable=False),
    sa.Column('outcome', sa.Enum('right', 'slow', 'helped', 'wrong', 'unknown', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('raw', sa.Text(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['screen_id'], ['literacy_screen.id'], name=op.f('fk_literacy_mark_screen_id_literacy_screen')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_literacy_mark_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_literacy_mark'))
    )
    with op.batch_alter_table('literacy_mark', schema=None) as batch_op:
        batch_op.create_index('ix_literacy_mark_screen', ['screen_id', 'rung'], unique=False)


def downgrade() -> None:
    op.drop_table('literacy_mark')
    op.drop_table('literacy_confirmation')
    op.drop_table('literacy_screen')
    op.drop_table('frozen_ladders')
