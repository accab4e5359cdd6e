"""Tables: the figures of every group, rounded and hidden alike on the page and in the file."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from scoring import fairness
from scoring.fairness import Comparison, Contrast, GroupRow
from testing.fairness.gathering import BAND_OF, SLOWER, Case
from testing.fairness.groups import GROUPS, UNKNOWN, Variable
from testing.literacy.calibration import NEEDS_TRAINING

#: Persons are told in steps of so many, so that two views cannot be subtracted from each other.
STEP = 5
#: Decimals of a share, and of sub-levels.
_DECIMALS = 2


class What(StrEnum):
    """What is compared: the levels of a skill, or a kind of decision."""

    READING = "reading"
    LISTENING = "listening"
    WRITING = "writing"
    SPEAKING = "speaking"
    LITERACY = "literacy"
    RECOMMENDATION = "recommendation"

    @property
    def is_skill(self) -> bool:
        return self not in (What.LITERACY, What.RECOMMENDATION)


@dataclass(frozen=True)
class Picture:
    """A dot with its interval, in percent of the width; `zero` is where all are alike."""

    low: float
    dot: float
    high: float
    zero: float


@dataclass(frozen=True)
class Row:
    """One group, or all together; `figures` is empty where it is hidden.

    figures : named numbers, rounded; `persons` in steps of STEP. picture : of the middle figure.
    """

    group: str
    figures: Mapping[str, float]
    picture: Picture | None = None
    is_pointed_out: bool = False
    #: The same of the second comparison (persons whom assessors placed alike).
    is_pointed_out_at_equal_levels: bool = False

    @property
    def is_shown(self) -> bool:
        return bool(self.figures)


@dataclass(frozen=True)
class Table:
    variable: Variable
    rows: tuple[Row, ...]

    @property
    def is_told(self) -> bool:
        """Whether anybody told what this table is about."""
        return any(row.group != UNKNOWN for row in self.rows)

    @property
    def is_shown(self) -> bool:
        return any(row.is_shown for row in self.rows)


@dataclass(frozen=True)
class View:
    """All tables of one thing that is compared."""

    what: What
    #: None where all together are too few.
    total: Row | None
    tables: tuple[Table, ...]
    #: Where the pictures' lines stand: (figure as words, percent of the width).
    ticks: tuple[tuple[float, float], ...]

    @property
    def pointed_out(self) -> list[tuple[Variable, Row]]:
        return [
            (table.variable, row)
            for table in self.tables
            for row in table.rows
            if row.is_pointed_out or row.is_pointed_out_at_equal_levels
        ]


#: Columns of the file, in their order; those of levels, then those of decisions.
COLUMNS = (
    *("persons", "mean", "low", "high", "exact", "adjacent", "lower", "higher", "same_band"),
    *("standardised", "kept", "into", "out_of", "share", "rest", "rest_low", "rest_high", "rest_p"),
    *("equal", "equal_low", "equal_high", "equal_p"),
)


def view_of(cases: Sequence[Case], what: What, smallest: int) -> View:
    """The comparison of everybody who has what is compared."""
    if what.is_skill:
        return _levels(cases, what, smallest)
    return _decisions(cases, what, smallest)


def _levels(cases: Sequence[Case], what: What, smallest: int) -> View:
    kept = [case for case in cases if what.value in case.levels]
    levels = np.array([case.levels[what.value] for case in kept], dtype=np.int64).reshape(-1, 2)
    compared = fairness.compare_levels(
        levels[:, 0], levels[:, 1], BAND_OF, _memberships(kept), smallest=smallest
    )
    ends = [
        abs(end)
        for figures in _shown(compared)
        for end in (figures.low, figures.high, figures.mean)
        if np.isfinite(end)
    ]
    reach = max(1.0, np.ceil(max(ends, default=1.0) * 2) / 2)

    def row(group: str, figures: Any, contrast: Contrast | None) -> Row:
        names = ("mean", "low", "high", "exact", "adjacent", "lower", "higher", "same_band")
        told = {name: getattr(figures, name) for name in (*names, "standardised")}
        return Row(
            group,
            _rounded(figures.n, told | _against("rest", contrast)),
            _picture(figures.mean, figures.low, figures.high, -reach, reach, 0.0),
            contrast is not None and contrast.is_pointed_out,
        )

    ticks = tuple((value, _place(value, -reach, reach)) for value in (-reach, 0.0, reach))
    return _view(what, compared, row, ticks)


def _decisions(cases: Sequence[Case], what: What, smallest: int) -> View:
    looked_at: frozenset[Any] = NEEDS_TRAINING if what is What.LITERACY else SLOWER
    kept = [case for case in cases if getattr(case, what.value) is not None]
    pairs = [getattr(case, what.value) for case in kept]
    before = np.array([proposed in looked_at for proposed, _signed in pairs], dtype=bool)
    after = np.array([signed in looked_at for _proposed, signed in pairs], dtype=bool)
    compared = fairness.compare_decisions(
        np.array([proposed == signed for proposed, signed in pairs], dtype=bool),
        ~before & after,
        before & ~after,
        _memberships(kept),
        smallest=smallest,
    )
    placed = [number for number, case in enumerate(kept) if case.blind_band is not None]
    alike = fairness.equal_levels(
        after[placed],
        np.array([kept[number].blind_band for number in placed], dtype=np.int64),
        _memberships([kept[number] for number in placed]),
        smallest=smallest,
    )
    beside = {
        (variable, row.group): row
        for variable, rows in enumerate(alike.variables)
        for row in rows
        if row.figures is not None
    }
    least = min([figures.low for figures in _shown(compared)] + [0.8])
    least = np.floor(least * 10) / 10

    def row(
        group: str, figures: Any, contrast: Contrast | None, equal: GroupRow[Any] | None = None
    ) -> Row:
        told = {name: getattr(figures, name) for name in ("kept", "low", "high", "into", "out_of")}
        told |= _against("rest", contrast)
        at_equal = equal.contrast if equal else None
        if equal is not None and equal.figures is not None:
            told |= {"share": equal.figures.share} | _against("equal", at_equal)
        return Row(
            group,
            _rounded(figures.n, told),
            _picture(figures.kept, figures.low, figures.high, least, 1.0, 1.0),
            contrast is not None and contrast.is_pointed_out,
            at_equal is not None and at_equal.is_pointed_out,
        )

    ticks = tuple((value, _place(value, least, 1.0)) for value in (least, 1.0))
    total = GroupRow(0, alike.total, None) if alike.total else None
    return _view(what, compared, row, ticks, beside, total)


def _view(
    what: What,
    compared: Comparison[Any],
    row: Callable[..., Row],
    ticks: tuple[tuple[float, float], ...],
    beside: Mapping[tuple[int, int], GroupRow[Any]] | None = None,
    total_beside: GroupRow[Any] | None = None,
) -> View:
    tables = []
    for number, (variable, rows) in enumerate(zip(Variable, compared.variables, strict=True)):
        shown = []
        for one in rows:
            code = GROUPS[variable][one.group]
            if one.figures is None:
                shown.append(Row(code, {}))
                continue
            extra = () if beside is None else (beside.get((number, one.group)),)
            shown.append(row(code, one.figures, one.contrast, *extra))
        tables.append(Table(variable, tuple(shown)))
    extra = () if beside is None else (total_beside,)
    total = row("", compared.total, None, *extra) if compared.total else None
    return View(what, total, tuple(tables), ticks)


def _memberships(cases: Sequence[Case]) -> list[Any]:
    return [
        np.array(
            [GROUPS[variable].index(case.groups[variable]) for case in cases], dtype=np.int64
        )
        for variable in Variable
    ]


def _shown(compared: Comparison[Any]) -> list[Any]:
    rows = [row.figures for rows in compared.variables for row in rows]
    return [one for one in (*rows, compared.total) if one is not None]


def _against(name: str, contrast: Contrast | None) -> dict[str, float]:
    if contrast is None:
        return {}
    return {
        name: contrast.difference,
        f"{name}_low": contrast.low,
        f"{name}_high": contrast.high,
        f"{name}_p": contrast.p_adjusted,
    }


def _rounded(n: int, told: Mapping[str, float]) -> dict[str, float]:
    figures = {
        name: round(float(value), _DECIMALS) for name, value in told.items() if np.isfinite(value)
    }
    return {"persons": STEP * round(n / STEP)} | figures


def _place(value: float, low: float, high: float) -> float:
    return round((value - low) / (high - low) * 100, 1)


def _picture(
    dot: float, low: float, high: float, least: float, most: float, zero: float
) -> Picture | None:
    if not np.isfinite(low + high):
        return None
    places = (_place(one, least, most) for one in (low, dot, high, zero))
    return Picture(*places)


def file_of(view: View) -> str:
    """The same figures as rows of comma-separated values; a hidden group says so and no more."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["variable", "group", "shown", *COLUMNS])
    rows = [("all", view.total)] if view.total else []
    rows += [(table.variable.value, row) for table in view.tables for row in table.rows]
    for variable, row in rows:
        said = "yes" if row.is_shown else "too few"
        cells = [row.figures.get(name, "") for name in COLUMNS]
        writer.writerow([variable, row.group or "all", said, *cells])
    return text.getvalue()
