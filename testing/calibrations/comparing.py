"""A calibration beside what is in use: what would move, by how much, and what is not sure yet."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from items.bank import newest_standard
from items.bank_rows import Record, estimates_in_use, records_in_use, versions_in_use
from items.item_names import versioned
from items.models import BankItem, Calibration, ItemParameters, TaskVersion
from scoring.cefr import Scale
from scoring.young_bank import CALIBRATED_N, CALIBRATED_SE

#: Mean squares outside these are worth a look (Wright & Linacre 1994, survey-like tests).
FIT_FROM, FIT_TO = 0.7, 1.3
#: Difficulties that move together by more than this speak of another scale.
SCALE_MOVED = 0.3
FEWEST_TO_COMPARE = 5


@dataclass(frozen=True)
class Line:
    """One item of a version in use."""

    item: str
    #: Difficulty today (the mean of its steps).
    before: float
    after: float
    se: float
    n: int
    infit: float | None
    outfit: float | None

    @property
    def move(self) -> float:
        return self.after - self.before

    @property
    def fits(self) -> bool:
        """Whether no mean square is outside its bounds."""
        told = [one for one in (self.infit, self.outfit) if one is not None]
        return all(FIT_FROM <= one <= FIT_TO for one in told)

    @property
    def is_sure(self) -> bool:
        """Sure enough to be called calibrated, once somebody has looked at the fit."""
        return self.se <= CALIBRATED_SE and self.n >= CALIBRATED_N


@dataclass(frozen=True)
class Comparison:
    """Items of versions in use, by how far they move; items that would lose an estimate, stay as
    their level says, or belong to versions out of use."""

    lines: tuple[Line, ...]
    lost: tuple[str, ...]
    by_level: tuple[str, ...]
    elsewhere: tuple[str, ...]

    @property
    def mean_move(self) -> float:
        return float(np.mean([line.move for line in self.lines])) if self.lines else 0.0

    @property
    def sd_move(self) -> float:
        return float(np.std([line.move for line in self.lines], ddof=1)) if self.lines[1:] else 0.0

    @property
    def largest(self) -> Line | None:
        return max(self.lines, key=lambda line: abs(line.move), default=None)

    @property
    def misfits(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.fits)

    @property
    def sure(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_sure)

    @property
    def scale_moved(self) -> bool:
        """Items move together: the new parameters may lie on another scale than the cuts."""
        return len(self.lines) >= FEWEST_TO_COMPARE and abs(self.mean_move) > SCALE_MOVED


def compare(db: Session, calibration: Calibration) -> Comparison:
    """What would be otherwise if the calibration counted."""
    language, skill = calibration.language, calibration.skill
    standard = newest_standard(db, language, skill)
    versions = versions_in_use(db, language, skill)
    estimates = estimates_in_use(db, versions)
    numbers = {version.task_id: version.number for version in versions}
    own = {one.item_id: one for one in calibration.parameters}
    places = _places(db, [version.id for version in versions])
    lines, lost, by_level = [], [], []
    used = set()
    records = (
        records_in_use(db, language, skill, Scale.from_table(standard.scale)) if standard else []
    )
    for record in records:
        for item in record["items"]:
            name = versioned(item["id"], numbers[record["id"]])
            new = own.get(places[item["id"]])
            if new is not None:
                used.add(new.item_id)
                lines.append(_line(name, item, new))
            elif item["id"] in estimates:
                lost.append(name)
            else:
                by_level.append(name)
    lines.sort(key=lambda line: (-abs(line.move), line.item))
    return Comparison(
        tuple(lines), tuple(lost), tuple(by_level), tuple(_names(db, set(own) - used))
    )


def _line(name: str, today: Record, new: ItemParameters) -> Line:
    return Line(
        item=name,
        before=_difficulty(today.get("b"), today.get("steps", ())),
        after=_difficulty(new.b, new.steps),
        se=max(new.se_steps) if new.se_steps else float(new.se_b or 0.0),
        n=new.n,
        infit=new.infit,
        outfit=new.outfit,
    )


def _difficulty(b: float | None, steps: object) -> float:
    return float(np.mean(np.asarray(steps))) if b is None else float(b)


def _places(db: Session, versions: list[int]) -> Mapping[str, int]:
    """Item of a version in use → its row."""
    rows = db.scalars(select(BankItem).where(BankItem.version_id.in_(versions)))
    return {row.item: row.id for row in rows}


def _names(db: Session, items: set[int]) -> list[str]:
    rows = db.execute(
        select(BankItem.item, TaskVersion.number)
        .join(TaskVersion, TaskVersion.id == BankItem.version_id)
        .where(BankItem.id.in_(items))
        .order_by(BankItem.item, TaskVersion.number)
    )
    return [versioned(item, number) for item, number in rows]


@dataclass(frozen=True)
class Picture:
    """Old against new difficulties as coordinates of a picture."""

    size: int
    #: (x, y, how it is drawn: sure, unsure or misfit).
    points: tuple[tuple[float, float, str], ...]
    #: (words, place) of the marks on both axes.
    ticks: tuple[tuple[str, float, float], ...]
    low: float
    high: float


def picture_of(comparison: Comparison, size: int = 420) -> Picture:
    """Where the items stand; on the diagonal nothing has moved."""
    values = [value for line in comparison.lines for value in (line.before, line.after)] or [0.0]
    first, last = int(np.floor(min(values))), int(np.ceil(max(values)))
    last = max(last, first + 1)
    low, high = 44.0, size - 12.0

    def place(value: float) -> float:
        return low + (value - first) / (last - first) * (high - low)

    def how(line: Line) -> str:
        return "misfit" if not line.fits else "sure" if line.is_sure else "unsure"

    step = max(1, (last - first) // 8)
    return Picture(
        size=size,
        points=tuple(
            (round(place(line.before), 1), round(size - place(line.after), 1), how(line))
            # What wants to be looked at is drawn last, above the others.
            for line in sorted(comparison.lines, key=lambda line: not line.fits)
        ),
        ticks=tuple(
            (f"{value:d}", round(place(value), 1), round(size - place(value), 1))
            for value in range(first, last + 1, step)
        ),
        low=low,
        high=high,
    )
