"""A drawn signature: lines between points. How fast or hard they were drawn is never sent."""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import hypot

#: The paper on which is drawn, in the units of its points (signing.js knows them, too).
WIDTH, HEIGHT = 1000, 300
MOST_LINES = 200
MOST_POINTS = 5000
#: What is sent for so many points is never longer than this.
MOST_SIGNS = MOST_POINTS * 9
#: Shorter lines than this in all are a touch by mistake, not a mark: a cross is longer.
LEAST_INK = 60

_POINT = r"\d{1,4},\d{1,4}"
_LINE = rf"{_POINT}(?: {_POINT})*"
_SENT = re.compile(rf"{_LINE}(?:;{_LINE})*")

Line = tuple[tuple[int, int], ...]


class DrawingFault(StrEnum):
    """Why a drawing is not kept."""

    UNREADABLE = "unreadable"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"


class BadDrawing(ValueError):
    """The drawing cannot be used; `fault` says why."""

    def __init__(self, fault: DrawingFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Drawing:
    lines: tuple[Line, ...]

    def as_text(self) -> str:
        """As the pad sends it and as it is kept: "x,y x,y;x,y"."""
        return ";".join(_points(line) for line in self.lines)

    def as_svg(self) -> str:
        """The picture: dark lines on nothing. A touch is a line from a point to itself."""
        seen = [line if len(line) > 1 else line * 2 for line in self.lines]
        drawn = "".join(f'<polyline points="{_points(line)}"/>' for line in seen)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}"><g fill="none" stroke="#10243a" '
            f'stroke-width="5" stroke-linecap="round" stroke-linejoin="round">{drawn}</g></svg>'
        )


def _points(line: Line) -> str:
    return " ".join(f"{x},{y}" for x, y in line)


def read(sent: str) -> Drawing:
    """The drawing that was sent or kept.

    :raise BadDrawing: it is no drawing, hardly one, or endless.
    """
    if len(sent) > MOST_SIGNS:
        raise BadDrawing(DrawingFault.TOO_LONG)
    if not _SENT.fullmatch(sent):
        raise BadDrawing(DrawingFault.UNREADABLE)
    lines = tuple(
        tuple((int(x), int(y)) for x, y in (point.split(",") for point in line.split(" ")))
        for line in sent.split(";")
    )
    points = [point for line in lines for point in line]
    if len(lines) > MOST_LINES or len(points) > MOST_POINTS:
        raise BadDrawing(DrawingFault.TOO_LONG)
    if any(x > WIDTH or y > HEIGHT for x, y in points):
        raise BadDrawing(DrawingFault.UNREADABLE)
    ink = sum(hypot(x - u, y - v) for line in lines for (u, v), (x, y) in pairwise(line))
    if ink < LEAST_INK:
        raise BadDrawing(DrawingFault.TOO_SHORT)
    return Drawing(lines)
