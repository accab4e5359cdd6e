"""The shipped bank in many databases of tests: imported once, then copied row by row."""

from typing import Any

from sqlalchemy import Connection, Table, text

from items.bank import import_bank
from items.bank_files import BankFiles
from items.models import Status
from testing.db import Database
from testing.models import Base
from tests.testing.builders import NOW


class BankRows:
    """The rows that an import leaves, known from the first database on."""

    def __init__(self, bank: BankFiles) -> None:
        self.bank = bank
        self.rows: dict[Table, list[dict[str, Any]]] = {}

    def put_into(self, database: Database) -> None:
        """The bank is in this database, which has none, in pilot use."""
        with database.writing() as db:
            if self.rows:
                for table, rows in self.rows.items():
                    _insert(db.connection(), table, rows)
                return
            import_bank(db, self.bank, now=NOW, first_status=Status.PILOT)
            db.flush()
            for table in _tables():
                found = db.execute(text(f'SELECT * FROM "{table.name}"')).mappings()
                if rows := [dict(row) for row in found]:
                    self.rows[table] = rows


def _tables() -> list[Table]:
    """The tables of the bank, those that others refer to first."""
    own = {
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__ == "items.models"
    }
    return [table for table in Base.metadata.sorted_tables if table in own]


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    # As text: what the database holds goes back as it came, no type is read or written anew.
    names = ", ".join(f'"{name}"' for name in rows[0])
    values = ", ".join(f":{name}" for name in rows[0])
    connection.execute(text(f'INSERT INTO "{table.name}" ({names}) VALUES ({values})'), rows)
    if connection.dialect.name == "postgresql" and isinstance(rows[0].get("id"), int):
        sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
        last = max(row["id"] for row in rows)
        connection.execute(text(f"SELECT setval({sequence}, {last})"))
