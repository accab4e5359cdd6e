"""rules of recommendation, facts noted for them, proposals as they were seen"""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recommendation_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'published', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by_id', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name=op.f('ck_recommendation_rules_published_has_a_time')),
    sa.CheckConstraint('(published_at IS NULL) = (published_by_id IS NULL)', name=op.f('ck_recommendation_rules_publishing_has_a_person')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_recommendation_rules_centre_id_centre')),
    sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_recommendation_rules_made_by_id_staff')),
    sa.ForeignKeyConstraint(['published_by_id'], ['staff.id'], name=op.f('fk_recommendation_rules_published_by_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_rules')),
    sa.UniqueConstraint('centre_id', 'number', name=op.f('uq_recommendation_rules_centre_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_recommendation_rules_public_id'))
    )
    with op.batch_alter_table('recommendation_rules', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recommendation_rules_centre_id'), ['centre_id'], unique=False)

    op.create_table('person_facts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sitting_id', sa.Integer(), nullable=False),
    sa.Column('noted', sa.Text(), nullable=False),
    sa.Column('noted_by_id', sa.Integer(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['noted_by_id'], ['staff.id'], name=op.f('fk_person_facts_noted_by_id_staff')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_person_facts_sitting_id_sitting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_facts'))
    )
    with op.batch_alter_table('person_facts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_facts_sitting_id'), ['sitting_id'], unique=False)

    op.create_table('recommendation_proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sitting_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('proposal', sa.Text(), nullable=False),
    sa.Column('rules_digest', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_recommendation_proposal_sitting_id_sitting')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_proposal')),
    sa.UniqueConstraint('sitting_id', 'number', name=op.f('uq_recommendation_proposal_sitting_id_number'))
    )
    with op.batch_alter_table('recommendation_proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recommendation_proposal_sitting_id'), ['sitting_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('recommendation_proposal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recommendation_proposal_sitting_id'))

    op.drop_table('recommendation_proposal')
    with op.batch_alter_table('person_facts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_facts_sitting_id'))

    op.drop_table('person_facts')
    with op.batch_alter_table('recommendation_rules', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recommendation_rules_centre_id'))

    op.drop_table('recommendation_rules')
