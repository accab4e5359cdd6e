"""numeracy: a bank without a language, and a part that is no language skill"""

import sqlalchemy as sa
from alembic import op

revision = '0060'
down_revision = '0066'
branch_labels = None
depends_on = None

SKILLS = "'reading', 'listening', 'writing', 'speaking'"
BANKS = ('bank_task', 'calibration', 'standard_version', 'blueprint_version')


def checks(table: str, **conditions: str) -> None:
    """The table's CHECKs of these names say this."""
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name, condition in conditions.items():
            batch_op.drop_constraint(op.f(f'ck_{table}_{name}'), type_='check')
            batch_op.create_check_constraint(op.f(f'ck_{table}_{name}'), condition)


def wide(table: str, length: int, before: int) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.alter_column(
            'language', type_=sa.String(length), existing_type=sa.String(before),
            existing_nullable=False,
        )


def upgrade() -> None:
    for table in (*BANKS, 'exposure_counts'):
        wide(table, 3, 2)
    for table in BANKS:
        checks(
            table,
            language="language IN ('fi', 'sv', 'zxx')",
            skill=f"skill IN ({SKILLS}, 'numeracy') AND (skill = 'numeracy') = (language = 'zxx')",
        )
    # Blind levels and proposals stay with the four skills of a language.
    for table in ('exposure_counts', 'part'):
        checks(table, skill=f"skill IN ({SKILLS}, 'numeracy')")


def downgrade() -> None:
    for table in ('exposure_counts', 'part'):
        checks(table, skill=f'skill IN ({SKILLS})')
    for table in BANKS:
        checks(table, language="language IN ('fi', 'sv')", skill=f'skill IN ({SKILLS})')
    for table in (*BANKS, 'exposure_counts'):
        wide(table, 2, 3)
