"""calibrations and cut scores come in, are put into use by name, and are changed by nobody"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = '0079'
down_revision = '0080'
branch_labels = None
depends_on = None

GUARDED = ('calibration', 'item_parameters', 'calibration_use', 'standard_version')


def upgrade() -> None:
    op.create_table(
        'calibration_use',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=24), nullable=False),
        sa.Column('calibration_id', sa.Integer(), nullable=False),
        sa.Column('put_by', sa.Text(), nullable=False),
        sa.Column('fit_note', sa.Text(), nullable=False),
        sa.Column('used_from', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['calibration_id'], ['calibration.id'], name=op.f('fk_calibration_use_calibration_id_calibration')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration_use')),
        sa.UniqueConstraint('public_id', name=op.f('uq_calibration_use_public_id')),
    )
    op.create_index(op.f('ix_calibration_use_calibration_id'), 'calibration_use', ['calibration_id'])
    connection = op.get_bind()
    old = connection.execute(
        sa.text('SELECT id, used_from FROM calibration WHERE used_from IS NOT NULL ORDER BY used_from, id')
    )
    for row in old.all():
        connection.execute(
            sa.text(
                'INSERT INTO calibration_use (public_id, calibration_id, put_by, fit_note, used_from)'
                " VALUES (:public_id, :id, '', '', :used_from)"
            ),
            {'public_id': secrets.token_urlsafe(12), 'id': row.id, 'used_from': row.used_from},
        )
    with op.batch_alter_table('calibration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('made_by', sa.Text(), nullable=False, server_default=''))
        batch_op.drop_column('used_from')
    with op.batch_alter_table('standard_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('record', sa.Text(), nullable=True))
    for table in GUARDED:
        guard(table)


def guard(table: str) -> None:
    """Nobody changes or deletes a row of the table, whatever program asks."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            f'CREATE TRIGGER {table}_is_immutable BEFORE UPDATE OR DELETE ON {table} '
            'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
        )
        op.execute(
            f'CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} '
            'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
        )
        return
    for verb in ('update', 'delete'):
        op.execute(
            f'CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb.upper()} ON {table} '
            f"BEGIN SELECT RAISE(ABORT, '{table} is immutable'); END"
        )


def unguard(table: str) -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(f'DROP TRIGGER {table}_is_immutable ON {table}')
        op.execute(f'DROP TRIGGER {table}_is_not_emptied ON {table}')
        return
    for verb in ('update', 'delete'):
        op.execute(f'DROP TRIGGER {table}_refuses_{verb}')


def downgrade() -> None:
    for table in GUARDED:
        unguard(table)
    with op.batch_alter_table('standard_version', schema=None) as batch_op:
        batch_op.drop_column('record')
    with op.batch_alter_table('calibration', schema=None) as batch_op:
        batch_op.add_column(sa.Column('used_from', sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_column('made_by')
    op.execute(
        'UPDATE calibration SET used_from = (SELECT max(used_from) FROM calibration_use'
        ' WHERE calibration_use.calibration_id = calibration.id)'
    )
    op.drop_table('calibration_use')
