"""CSV files read strictly: whatever is not as expected is refused in one sentence that says
where."""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

WHOLE_NUMBER = re.compile(r"\d{1,9}")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


class Refusal(click.ClickException):
    """The input cannot be used. Exit code 2; one sentence on standard error."""

    exit_code = 2

    def __init__(
        self, message: str, *, expected: str = "", line: int | None = None, column: str = ""
    ) -> None:
        super().__init__(message)
        self.expected = expected
        self.line = line
        self.column = column

    def show(self, file: Any = None) -> None:
        click.echo(self.format_message(), file=file, err=file is None)


def refuse(
    path: Path | str, expected: str, *, line: int | None = None, column: str = ""
) -> NoReturn:
    """Raises the Refusal that names file, line, column and what was expected."""
    where = [str(path)]
    if line is not None:
        where.append(f"line {line}")
    if column:
        where.append(f"column {column}")
    said = expected.rstrip(".")
    raise Refusal(f"{', '.join(where)}: {said}.", expected=said, line=line, column=column)


_IS_QUIET = ContextVar("is_quiet", default=False)


@contextmanager
def without_notes() -> Iterator[None]:
    """Nobody sits before a standard error: notes are not written in this block."""
    before = _IS_QUIET.set(True)
    try:
        yield
    finally:
        _IS_QUIET.reset(before)


def note(text: str) -> None:
    """One line on standard error."""
    if not _IS_QUIET.get():
        click.echo(text, err=True)


@dataclass(frozen=True)
class Row:
    """One row of a table: its line in the file and its cells by column, stripped of blanks."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A CSV file with a header. Columns are in file order; every row has a cell for each."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def require(self, *columns: str) -> None:
        """Nothing happens when the header has these columns."""
        for column in columns:
            if column not in self.columns:
                refuse(
                    self.path,
                    f"expected a column of this name, found {', '.join(self.columns)}",
                    line=1,
                    column=column,
                )

    def ignore_others(self, known: Iterable[str]) -> None:
        """Columns that are not known are named in a note."""
        allowed = set(known)
        others = [column for column in self.columns if column not in allowed]
        if others:
            note(f"{self.path}: ignored unknown columns: {', '.join(others)}.")

    def text(self, row: Row, column: str) -> str:
        """The cell, which may not be blank."""
        value = row.cells[column]
        if not value:
            refuse(self.path, "expected a value, found a blank", line=row.line, column=column)
        return value

    def whole(self, row: Row, column: str) -> int:
        """The cell as a whole number ≥ 0."""
        return whole_number(self.path, row.line, column, row.cells[column])

    def number(self, row: Row, column: str) -> float:
        """The cell as a finite number with a decimal point."""
        value = row.cells[column]
        if not NUMBER.fullmatch(value) or not math.isfinite(float(value)):
            refuse(
                self.path,
                f"expected a number with a decimal point, found {shown(value)}",
                line=row.line,
                column=column,
            )
        return float(value)

    def optional_number(self, row: Row, column: str) -> float | None:
        """The cell as a number; None when it is blank or the file has no such column."""
        if not row.cells.get(column, ""):
            return None
        return self.number(row, column)


def shown(value: str) -> str:
    """A cell's text for a message: quoted, and short."""
    if not value:
        return "a blank"
    return repr(value if len(value) <= 40 else value[:37] + "...")


def whole_number(path: Path, line: int, column: str, value: str) -> int:
    """`value` as a whole number ≥ 0, or a refusal."""
    if not WHOLE_NUMBER.fullmatch(value):
        refuse(
            path,
            f"expected a whole number, 0 or more, found {shown(value)}",
            line=line,
            column=column,
        )
    return int(value)


def read_table(path: Path) -> Table:
    """The table in a UTF-8 CSV file with commas or semicolons; refused if it is not one."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        refuse(path, "expected a file, found none")
    except OSError as error:
        refuse(path, f"expected a readable file ({error.strerror})")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(path, "expected UTF-8 text", line=raw[: error.start].count(b"\n") + 1)
    if not text.strip():
        refuse(path, "expected a header and rows, found an empty file", line=1)
    return _parse(path, text)


def _parse(path: Path, text: str) -> Table:
    header_line = text.lstrip("\r\n").splitlines()[0]
    separator = ";" if header_line.count(";") > header_line.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    try:
        for cells in reader:
            if not cells:
                continue
            stripped = [cell.strip() for cell in cells]
            if not columns:
                columns = _header(path, stripped, reader.line_num)
            elif len(stripped) != len(columns):
                refuse(
                    path,
                    f"expected {len(columns)} columns as in the header, found {len(stripped)}",
                    line=reader.line_num,
                )
            else:
                rows.append(Row(reader.line_num, dict(zip(columns, stripped, strict=True))))
    except csv.Error as error:
        refuse(path, f"expected CSV ({error})", line=reader.line_num)
    if not rows:
        refuse(path, "expected at least one row below the header", line=2)
    return Table(path, columns, tuple(rows))


def _header(path: Path, cells: Sequence[str], line: int) -> tuple[str, ...]:
    for position, name in enumerate(cells, 1):
        if not name:
            refuse(path, "expected a column name", line=line, column=str(position))
    for name in cells:
        if cells.count(name) > 1:
            refuse(path, "expected every column name once", line=line, column=name)
    return tuple(cells)


def number_text(value: float | None) -> str:
    """A number for a CSV cell: six decimals, blank when there is none."""
    if value is None or not math.isfinite(value):
        return ""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """The file holds a header and rows, comma-separated UTF-8; refused if it cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
    except OSError as error:
        refuse(path, f"expected a place where a file can be written ({error.strerror})")


def plain(value: Any) -> Any:
    """Numbers, arrays and mappings as JSON knows them; a number that is not finite becomes null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on standard output."""
    click.echo(json.dumps(plain(value), ensure_ascii=False))


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """The file holds one JSON object."""
    try:
        text = json.dumps(plain(value), ensure_ascii=False, indent=2)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        refuse(path, f"expected a place where a file can be written ({error.strerror})")
