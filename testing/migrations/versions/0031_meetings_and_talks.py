"""opinions of a meeting, and feedback talks"""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('feedback_talk',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('sitting_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('interpreter', sa.Boolean(), nullable=False),
    sa.Column('booked_by_id', sa.Integer(), nullable=False),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('held_by_id', sa.Integer(), nullable=True),
    sa.Column('persons_view', sa.Enum('agrees', 'partly', 'disagrees', 'not_said', name='view', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('persons_words', sa.Text(), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(held_at IS NULL) = (held_by_id IS NULL)', name=op.f('ck_feedback_talk_held_has_a_person')),
    sa.CheckConstraint('(held_at IS NULL) = (persons_view IS NULL)', name=op.f('ck_feedback_talk_held_has_a_view')),
    sa.CheckConstraint('held_at IS NULL OR cancelled_at IS NULL', name=op.f('ck_feedback_talk_held_or_cancelled')),
    sa.ForeignKeyConstraint(['booked_by_id'], ['staff.id'], name=op.f('fk_feedback_talk_booked_by_id_staff')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_feedback_talk_centre_id_centre')),
    sa.ForeignKeyConstraint(['held_by_id'], ['staff.id'], name=op.f('fk_feedback_talk_held_by_id_staff')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_feedback_talk_sitting_id_sitting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_talk')),
    sa.UniqueConstraint('public_id', name=op.f('uq_feedback_talk_public_id'))
    )
    with op.batch_alter_table('feedback_talk', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feedback_talk_centre_id'), ['centre_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_talk_sitting_id'), ['sitting_id'], unique=False)

    op.create_table('meeting_opinion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sitting_id', sa.Integer(), nullable=False),
    sa.Column('assessor_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assessor_id'], ['staff.id'], name=op.f('fk_meeting_opinion_assessor_id_staff')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_meeting_opinion_sitting_id_sitting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_opinion'))
    )
    with op.batch_alter_table('meeting_opinion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meeting_opinion_sitting_id'), ['sitting_id'], unique=False)

    with op.batch_alter_table('speaking_talk', schema=None) as batch_op:
        batch_op.alter_column('seconds',
               existing_type=sa.FLOAT(),
               type_=sa.Double(),
               existing_nullable=True)



def downgrade() -> None:
    with op.batch_alter_table('speaking_talk', schema=None) as batch_op:
        batch_op.alter_column('seconds',
               existing_type=sa.Double(),
               type_=sa.FLOAT(),
               existing_nullable=True)

    with op.batch_alter_table('meeting_opinion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meeting_opinion_sitting_id'))

    op.drop_table('meeting_opinion')
    with op.batch_alter_table('feedback_talk', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feedback_talk_sitting_id'))
        batch_op.drop_index(batch_op.f('ix_feedback_talk_centre_id'))

    op.drop_table('feedback_talk')
