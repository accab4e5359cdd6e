"""numeracy has a blind level, a proposal and a place in the statement"""

from alembic import op

revision = '0082'
down_revision = '0078'
branch_labels = None
depends_on = None

SKILLS = "'reading', 'listening', 'writing', 'speaking'"


def upgrade() -> None:
    checks(f"skill IN ({SKILLS}, 'numeracy')")


def downgrade() -> None:
    checks(f'skill IN ({SKILLS})')


def checks(condition: str) -> None:
    """Both tables take these skills."""
    for table in ('blind_level', 'skill_result'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f'ck_{table}_skill'), type_='check')
            batch_op.create_check_constraint(op.f(f'ck_{table}_skill'), condition)
    if op.get_bind().dialect.name == 'sqlite':
        # The table was made anew, without the triggers of 0040.
        for verb in ('update', 'delete'):
            op.execute(
                f'CREATE TRIGGER blind_level_refuses_{verb} BEFORE {verb.upper()} ON blind_level '
                "BEGIN SELECT RAISE(ABORT, 'blind_level is immutable'); END"
            )
