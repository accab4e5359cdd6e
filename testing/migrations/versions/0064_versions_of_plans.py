"""a centre's own versions of the assessment plans; a sitting keeps its plan; a deep literacy screen by plan"""

import json

import sqlalchemy as sa
from alembic import op

revision = '0064'
down_revision = '0072'
branch_labels = None
depends_on = None

R, L, W, S = 'reading', 'listening', 'writing', 'speaking'
# The plans that were given before a sitting kept its own.
PLANS = {
    'short': ([R, L, W], 1, False),
    'standard': ([R, L, W, S], 1, False),
    'long': ([R, L, W, S], 2, True),
    'vocational': ([R, L, W, S], 1, False),
    'literacy_only': ([], 1, False),
}


def record_of(code):
    parts, days, own_writing = PLANS[code]
    return json.dumps(
        {
            'code': code, 'name': '', 'parts': parts, 'optional': [], 'length': {}, 'days': days,
            'own_writing': own_writing, 'self_assessment': bool(parts), 'literacy': 'usual', 'lengths': {},
        },
        separators=(',', ':'),
    )


def upgrade() -> None:
    op.create_table('plans_version',
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
    sa.CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name=op.f('ck_plans_version_published_has_a_time')),
    sa.CheckConstraint('(published_at IS NULL) = (published_by_id IS NULL)', name=op.f('ck_plans_version_publishing_has_a_person')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_plans_version_centre_id_centre')),
    sa.ForeignKeyConstraint(['made_by_id'], ['staff.id'], name=op.f('fk_plans_version_made_by_id_staff')),
    sa.ForeignKeyConstraint(['published_by_id'], ['staff.id'], name=op.f('fk_plans_version_published_by_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plans_version')),
    sa.UniqueConstraint('centre_id', 'number', name=op.f('uq_plans_version_centre_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_plans_version_public_id'))
    )
    op.create_index(op.f('ix_plans_version_centre_id'), 'plans_version', ['centre_id'])
    with op.batch_alter_table('assessment_plan', schema=None) as batch_op:
        batch_op.add_column(sa.Column('plan', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('also_given', sa.Text(), nullable=False, server_default='[]'))
    plan = sa.table('assessment_plan', sa.column('code', sa.String()), sa.column('plan', sa.Text()))
    for code in PLANS:
        op.execute(plan.update().where(plan.c.code == code).values(plan=record_of(code)))
    with op.batch_alter_table('assessment_plan', schema=None) as batch_op:
        batch_op.alter_column('plan', existing_type=sa.Text(), nullable=False)
        batch_op.alter_column('also_given', existing_type=sa.Text(), server_default=None)
    with op.batch_alter_table('literacy_screen', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_deep', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table('literacy_screen', schema=None) as batch_op:
        batch_op.drop_column('is_deep')
    with op.batch_alter_table('assessment_plan', schema=None) as batch_op:
        batch_op.drop_column('also_given')
        batch_op.drop_column('plan')
    op.drop_index(op.f('ix_plans_version_centre_id'), table_name='plans_version')
    op.drop_table('plans_version')
