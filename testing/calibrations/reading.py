"""Reading ITEMS files: estimated parameters of the items of one bank."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from items.bank import newest_standard
from items.item_names import parted
from items.models import BankItem, BankTask, ItemParameters, TaskVersion
from scoring.cefr import LevelParameters, Scale
from scoring.irt import Item
from testing.measurement import tables
from testing.measurement.item_files import ItemFile, read_items
from testing.measurement.tables import Row
from testing.plans import BankNotReady
from testing.refusals import Refusal

T = TypeVar("T")


class FileFault(Refusal):
    """A file cannot be used; what was expected at which line and column."""

    status = 400

    def __init__(self, expected: str, line: int | None, column: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.line = line
        self.column = column


class LeftOut(StrEnum):
    """Why an item of the file keeps what its level says."""

    #: No estimate: never presented, or everybody had the same score.
    NO_ESTIMATE = "no_estimate"
    #: Nobody's answers stand behind the row.
    NO_ANSWERS = "no_answers"
    #: Less sure than what the level says already.
    TOO_UNSURE = "too_unsure"


@dataclass(frozen=True)
class Parameters:
    """What a file says of one bank: parameters that count, and why others do not."""

    rows: tuple[ItemParameters, ...]
    left_out: tuple[tuple[str, LeftOut], ...]


@dataclass(frozen=True)
class _Known:
    item: BankItem
    task: str


def read_file(content: bytes, read: Callable[[Path], T]) -> T:
    """What a reader of the measurement commands makes of an uploaded file.

    :raise FileFault: it refuses the file.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(content)
        try:
            with tables.without_notes():
                return read(path)
        except tables.Refusal as refusal:
            raise FileFault(refusal.expected, refusal.line, refusal.column) from None


def read_parameters(db: Session, content: bytes, language: str, skill: str) -> Parameters:
    """The parameters of an ITEMS file that belong to the items of this bank.

    :raise FileFault: the file is no ITEMS file, or names items that this bank does not have.
    :raise BankNotReady: there is no scale to put them on.
    """
    standard = newest_standard(db, language, skill)
    if standard is None:
        raise BankNotReady(language, skill)
    scale = Scale.from_table(standard.scale)
    known = _known(db, language, skill)

    def read(path: Path) -> Parameters:
        file = read_items(path)
        rows = []
        left_out = [(name, LeftOut.NO_ESTIMATE) for name in file.blank]
        for item, row in zip(file.items, file.rows, strict=True):
            own = _own(file, row, item, known)
            level = scale.parameters[own.item.level]
            why = _why_not(file, row, item, level)
            if why is None:
                rows.append(_parameters(file, row, item, own.item, level))
            else:
                left_out.append((item.id, why))
        if not rows:
            tables.refuse(path, "expected at least one item with answers behind it", column="n")
        return Parameters(tuple(rows), tuple(left_out))

    return read_file(content, read)


def _known(db: Session, language: str, skill: str) -> dict[tuple[str, int], _Known]:
    rows = db.execute(
        select(BankItem, TaskVersion.number, TaskVersion.task_id)
        .join(TaskVersion, TaskVersion.id == BankItem.version_id)
        .join(BankTask, BankTask.id == TaskVersion.task_id)
        .where(BankTask.language == language, BankTask.skill == skill)
        .order_by(BankItem.id)
    )
    return {(item.item, number): _Known(item, task) for item, number, task in rows}


def _own(
    file: ItemFile, row: Row, item: Item, known: dict[tuple[str, int], _Known]
) -> _Known:
    path = file.table.path
    name = parted(item.id)
    if name is None:
        tables.refuse(
            path,
            f"expected an item with its version, as in fi-r-017-1@2, found {item.id}",
            line=row.line,
            column="item",
        )
    if name not in known:
        tables.refuse(
            path, f"expected an item of this bank, found {item.id}", line=row.line, column="item"
        )
    found = known[name]
    if item.max_score != found.item.max_score:
        tables.refuse(
            path,
            f"expected scores up to {found.item.max_score}, found {item.max_score}",
            line=row.line,
            column="model",
        )
    return found


def _why_not(file: ItemFile, row: Row, item: Item, level: LevelParameters) -> LeftOut | None:
    """Why the row does not count; None: it does.

    A row that comes from answers has to say how sure it is: without an error an item would be
    taken as known.
    """
    if not row.cells.get("n", "") or file.table.whole(row, "n") == 0:
        return LeftOut.NO_ANSWERS
    errors = item.se_steps or (item.se_b,)
    if min(errors) <= 0:
        tables.refuse(
            file.table.path,
            "expected the standard error of the difficulty, above 0",
            line=row.line,
            column="se_step1" if item.se_steps else "se_b",
        )
    doubt = (level.se_b**2 + level.se_task**2) ** 0.5
    return LeftOut.TOO_UNSURE if max(errors) > doubt else None


def _parameters(
    file: ItemFile, row: Row, item: Item, own: BankItem, level: LevelParameters
) -> ItemParameters:
    table = file.table
    task_sd = table.optional_number(row, "task_sd")
    se_task = table.optional_number(row, "se_task")
    return ItemParameters(
        item=own,
        model=item.model.value,
        a=item.a,
        b=item.b,
        c=item.c,
        d=item.d,
        steps=list(item.steps),
        se_a=item.se_a,
        se_b=None if item.b is None else item.se_b,
        se_c=item.se_c,
        se_steps=list(item.se_steps),
        task_sd=level.task_sd if task_sd is None else task_sd,
        # Answers to the item tell of its text as well: nothing of that doubt is left.
        se_task=0.0 if se_task is None else se_task,
        n=table.whole(row, "n"),
        infit=table.optional_number(row, "infit"),
        outfit=table.optional_number(row, "outfit"),
    )
