"""GROUPS: which group each person belongs to."""

from pathlib import Path

from testing.measurement.tables import Table, read_table, refuse


def once(table: Table, key: str, value: str) -> dict[str, str]:
    """`value` by `key`, two columns of a table in which every key occurs once."""
    table.require(key, value)
    table.ignore_others((key, value))
    found: dict[str, str] = {}
    for row in table.rows:
        name = table.text(row, key)
        if name in found:
            refuse(
                table.path, f"expected each {key} once, found {name} again", line=row.line,
                column=key,
            )  # fmt: skip
        found[name] = table.text(row, value)
    return found


def read_groups(path: Path) -> dict[str, str]:
    """The group of each person in a GROUPS file."""
    return once(read_table(path), "person", "group")
