"""Pictures of numbers, drawn from what they show: coins, dots, scales, charts, tables.

A name says everything: `coins:200+50`, `line:0;100;10;30`, `bars:ma=3|ti=5`. Parts are divided by
`|`, fields of a part by `;`. Nothing but numerals, signs and icons is drawn, so that the same
picture serves every language. Each picture has its own text alternative in the same numerals and
signs (`signs`).
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from items.clocks import clock_face, hours_minutes
from items.drawing import (
    BLUE,
    DARK,
    GREY,
    NAVY,
    ORANGE,
    PALE,
    RED,
    WHITE,
    YELLOW,
    NoPicture,
    circle,
    filled,
    icon,
    label,
    path,
    rect,
    svg,
)

MINUS = "−"
#: Cents of what is paid with; from the smallest note up they are notes.
COINS = (5, 10, 20, 50, 100, 200)
NOTES = {500: "#8C9298", 1000: "#D9655B", 2000: "#4E7FC4", 5000: "#E39A4B", 10000: "#5FA463"}
_NUMBER = re.compile(r"-?[0-9]{1,6}(,[0-9]{1,3})?")


@dataclass(frozen=True)
class Shown:
    """A picture before it is written: what is drawn, its size, and what it says in signs."""

    body: str
    width: float
    height: float
    signs: str


def _whole(text: str, least: int = 0, most: int = 100_000) -> int:
    if not re.fullmatch(r"-?[0-9]{1,6}", text) or not least <= int(text) <= most:
        raise NoPicture(f"{text} is not a whole number from {least} to {most}")
    return int(text)


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise NoPicture(f"{text} is not a number such as 2,5")
    return float(text.replace(",", "."))


def _written(number: float) -> str:
    return f"{number:g}".replace(".", ",").replace("-", MINUS)


def _fields(text: str, n: int) -> list[str]:
    fields = text.split(";")
    if len(fields) != n:
        raise NoPicture(f"{text} needs {n} fields divided by ;")
    return fields


def euros(cents: int) -> str:
    """An amount as it is written on a price tag."""
    return f"{cents // 100},{cents % 100:02} €"


def _dots(told: str, _folder: Path) -> Shown:
    n = _whole(told, 0, 30)
    columns = 5 if n > 4 else max(n, 1)
    rows = max(math.ceil(n / columns), 1)
    # A gap behind every second row, so that tens are seen.
    spots = [(i % columns, i // columns) for i in range(n)]
    body = "".join(circle(8 + 14 * x, 8 + 14 * y + 6 * (y // 2), 5.5, NAVY) for x, y in spots)
    height = 16 + 14 * (rows - 1) + 6 * ((rows - 1) // 2)
    return Shown(body, 16 + 14 * (columns - 1), height, " ".join("●" * n) or "–")


def _things(told: str, folder: Path) -> Shown:
    found = re.fullmatch(r"([a-z0-9-]+)\*([0-9]{1,2})(-([0-9]{1,2}))?", told)
    if not found or not 1 <= int(found[2]) <= 20 or int(found[4] or 0) > int(found[2]):
        raise NoPicture(f"{told} is not things such as red-apple*7 or red-apple*7-2")
    n, gone = int(found[2]), int(found[4] or 0)
    columns = min(n, 5)
    body = ""
    for i in range(n):
        x, y = 24 * (i % columns), 24 * (i // columns)
        body += icon(found[1], x + 1, y + 1, 22, folder)
        if i >= n - gone:
            body += path(f"M{x + 3} {y + 3}L{x + 21} {y + 21}M{x + 21} {y + 3}L{x + 3} {y + 21}",
                         RED, 2)  # fmt: skip
    signs = " ".join("●" * (n - gone) + "×" * gone)
    return Shown(body, 24 * columns, 24 * math.ceil(n / columns), signs)


def _money(cents: int, x: float, y: float) -> tuple[str, float]:
    """A coin or a note with its left upper corner at a place, 30 high, and its width."""
    if cents in NOTES:
        note = rect(x, y + 2, 48, 26, NOTES[cents], 2) + rect(x + 2, y + 4, 44, 22, WHITE, 1)
        note += rect(x + 3, y + 5, 42, 20, NOTES[cents], 1)
        return note + label(f"{cents // 100} €", x + 24, y + 20.5, 15, WHITE, 40), 48
    if cents not in COINS:
        raise NoPicture(f"there is no coin or note of {cents} cents")
    r = {5: 11, 10: 10.5, 20: 12, 50: 13, 100: 13, 200: 14.5}[cents]
    gold, silver = "#D9B13B", "#B9BEC4"
    rim = {5: "#B5713F", 100: gold, 200: silver}.get(cents, gold)
    middle = {5: "#C98A57", 100: silver, 200: gold}.get(cents, "#EAC95C")
    text = f"{cents // 100} €" if cents >= 100 else f"{cents} c"
    coin = circle(x + 15, y + 15, r, rim) + circle(x + 15, y + 15, r - 2.6, middle)
    return coin + label(text, x + 15, y + 18.2, 9, DARK, 2 * r - 7), 30


def amounts(told: str) -> list[int]:
    """The coins and notes of a picture, in cents. Raises NoPicture."""
    found = [_whole(one, 1) for one in told.split("+")]
    if any(one not in COINS and one not in NOTES for one in found) or len(found) > 12:
        raise NoPicture(f"{told} is not money such as 200+50+5")
    return found


def _coins(told: str, _folder: Path) -> Shown:
    body, x, y, widest = "", 0.0, 0.0, 0.0
    for cents in amounts(told):
        width = 48 if cents in NOTES else 30
        if x and x + width > 132:
            x, y = 0.0, y + 34
        body += _money(cents, x, y)[0]
        x += width + 4
        widest = max(widest, x - 4)
    signs = " + ".join(
        f"{one // 100} €" if one >= 100 else f"{one} c" for one in amounts(told)
    )
    return Shown(body, widest, y + 30, signs)


def _sum(told: str, _folder: Path) -> Shown:
    if not re.fullmatch(r"[0-9?+−×:=(),. %½¼¾€a-z²]+", told):
        raise NoPicture(f"{told} is not a sum such as 12 + 7 = ?")
    width = max(len(told) * 11 + 16, 60)
    card = rect(0, 0, width, 40, PALE, 6) + rect(2, 2, width - 4, 36, WHITE, 5)
    return Shown(card + label(told, width / 2, 27, 19, DARK, width - 12), width, 40, told)


def _cell(text: str, x: float, y: float, width: float, folder: Path) -> str:
    """A piece of a card or table, 24 high: @icon, or text."""
    if text.startswith("@"):
        return icon(text[1:], x + width / 2 - 11, y + 1, 22, folder)
    return label(text, x + width / 2, y + 17, 12.5, DARK, width - 4) if text else ""


def _said(text: str) -> str:
    return "" if text.startswith("@") else text


def _cards(told: str, folder: Path) -> Shown:
    cards = [card.split(";") for card in told.split("|")]
    lines = max(len(card) for card in cards)
    body = ""
    for i, card in enumerate(cards):
        x = i * 76.0
        body += rect(x, 0, 70, lines * 26 + 8, YELLOW, 6)
        body += rect(x + 2, 2, 66, lines * 26 + 4, WHITE, 5)
        for line, text in enumerate(card):
            body += _cell(text, x + 2, 4 + 26 * line, 66, folder)
    signs = " | ".join(" ".join(filter(None, map(_said, card))) for card in cards)
    return Shown(body, len(cards) * 76 - 6, lines * 26 + 8, signs)


def _table(told: str, folder: Path) -> Shown:
    rows = [row.split(";") for row in told.split("|")]
    columns = len(rows[0])
    if any(len(row) != columns for row in rows) or columns < 2:
        raise NoPicture(f"{told}: every row of a table has as many cells, two or more")
    width, height = 58 * columns, 28 * len(rows)
    body = rect(0, 0, width, height, WHITE, 3) + rect(0, 0, width, 28, "#DCEBF5", 3)
    for i in range(len(rows) + 1):
        body += path(f"M0 {28 * i}H{width}", GREY, 0.8)
    for j in range(columns + 1):
        body += path(f"M{58 * j} 0V{height}", GREY, 0.8)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            body += _cell(cell, 58 * j, 28 * i + 2, 58, folder)
    signs = " | ".join("; ".join(_said(cell) or "–" for cell in row) for row in rows)
    return Shown(body, width, height, signs)


def _axis(low: float, high: float, step: float) -> list[float]:
    n = round((high - low) / step)
    if step <= 0 or not 1 <= n <= 40 or abs(low + n * step - high) > 1e-9:
        raise NoPicture(f"{low} to {high} does not go in steps of {step}")
    return [low + i * step for i in range(n + 1)]


def _line(told: str, _folder: Path) -> Shown:
    """lowest; highest; step; arrow: the ends and the middle are numbered, the arrow is not."""
    low, high, step, at = (_number(field) for field in _fields(told, 4))
    ticks = _axis(low, high, step)
    if not low <= at <= high:
        raise NoPicture(f"{told}: the arrow stands outside the line")
    numbered = {0, len(ticks) - 1} | ({len(ticks) // 2} if len(ticks) % 2 else set())

    def x(value: float) -> float:
        return round(16 + 208 * (value - low) / (high - low), 2)

    body = path("M8 44H232", DARK, 2)
    for i, tick in enumerate(ticks):
        long = i in numbered
        body += path(f"M{x(tick)} {36 if long else 39}V{52 if long else 49}", DARK, 1.6)
        if long and abs(tick - at) > 1e-9:
            body += label(_written(tick), x(tick), 68, 13, DARK, 60)
    body += filled(f"M{x(at)} 34l-7 -12h4v-16h6v16h4z", ORANGE)
    parts = [("?" if abs(tick - at) < 1e-9 else _written(tick) if i in numbered else "·")
             for i, tick in enumerate(ticks)]  # fmt: skip
    return Shown(body, 240, 74, " ".join(parts))


def _points(told: str) -> list[tuple[str, float]]:
    found = []
    for part in told.split("|"):
        name, eq, value = part.rpartition("=")
        if not eq or not name:
            raise NoPicture(f"{told} is not a chart such as 1=3|2=5")
        found.append((name, _number(value)))
    if not 2 <= len(found) <= 8:
        raise NoPicture(f"{told}: a chart shows two to eight values")
    return found


def _chart(points: list[tuple[str, float]], folder: Path) -> tuple[str, Callable[[float], float]]:
    """The axis of a chart with its names below, and how high a value stands."""
    most = max(value for _name, value in points)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000) if most / s <= 8)
    top = math.ceil(most / step)

    def y(value: float) -> float:
        return round(128 - 116 * value / (top * step), 2)

    body = ""
    for i in range(top + 1):
        body += path(f"M34 {y(i * step)}H236", PALE if i else DARK, 1)
        body += label(_written(i * step), 17, y(i * step) + 4, 11, DARK, 30)
    for i, (name, _value) in enumerate(points):
        width = 200 / len(points)
        body += _cell(name, 36 + i * width, 130, width, folder)
    return body, y


def _bars(told: str, folder: Path) -> Shown:
    points = _points(told)
    body, y = _chart(points, folder)
    width = 200 / len(points)
    for i, (_name, value) in enumerate(points):
        x = 36 + i * width
        body += rect(x + width * 0.18, y(value), width * 0.64, 128 - y(value), BLUE, 1)
    return Shown(body, 240, 158, _chart_signs(points))


def _graph(told: str, folder: Path) -> Shown:
    points = _points(told)
    body, y = _chart(points, folder)
    width = 200 / len(points)
    spots = [(36 + (i + 0.5) * width, y(value)) for i, (_name, value) in enumerate(points)]
    body += path("M" + "L".join(f"{x:g} {height:g}" for x, height in spots), NAVY, 2.4)
    body += "".join(circle(x, height, 3.4, ORANGE) for x, height in spots)
    return Shown(body, 240, 158, _chart_signs(points))


def _chart_signs(points: list[tuple[str, float]]) -> str:
    return " | ".join(f"{_said(name)} {_written(value)}".strip() for name, value in points)


def _thermometer(told: str, _folder: Path) -> Shown:
    at = _whole(told, -20, 40)

    def y(value: float) -> float:
        return round(112 - 100 * (value + 20) / 60, 2)

    body = rect(20, 4, 14, 120, PALE, 7) + circle(27, 126, 12, PALE)
    colour = BLUE if at <= 0 else RED
    body += rect(24, y(at), 6, 128 - y(at), colour, 2) + circle(27, 126, 8, colour)
    for value in range(-20, 41, 5):
        long = value % 10 == 0
        body += path(f"M38 {y(value)}H{48 if long else 44}", DARK, 1.4)
        if long:
            body += label(_written(value), 62, y(value) + 4, 11, DARK, 24)
    return Shown(body + label("°C", 62, 132, 11, DARK, 24), 80, 140, f"{_written(at)} °C")


def _ruler(told: str, _folder: Path) -> Shown:
    """from; to: a pencil that lies along a ruler in centimetres."""
    begin, end = (_number(field) for field in _fields(told, 2))
    if not 0 <= begin < end <= 12:
        raise NoPicture(f"{told}: the ruler goes from 0 to 12")

    def x(value: float) -> float:
        return round(10 + 20 * value, 2)

    pencil = rect(x(begin), 6, x(end) - x(begin) - 8, 14, ORANGE, 1)
    pencil += filled(f"M{x(end) - 8} 6L{x(end)} 13L{x(end) - 8} 20Z", DARK)
    dashes = "".join(
        path(f"M{x(value)} 22V{30 if value in (begin, end) else 22}", GREY, 1)
        for value in (begin, end)
    )
    body = pencil + dashes + rect(0, 30, 260, 38, YELLOW, 3)
    for half in range(25):
        body += path(f"M{x(half / 2)} 30V{44 if half % 2 == 0 else 38}", DARK, 1.2)
        if half % 2 == 0:
            body += label(str(half // 2), x(half / 2), 56, 10.5, DARK, 20)
    body += label("cm", 252, 65, 8, DARK, 14)
    return Shown(body, 260, 68, f"{_written(begin)} cm – {_written(end)} cm")


def _calendar(told: str, _folder: Path) -> Shown:
    """days; column of the first (1–7); marked days with +, or first-last; `?` before a day hides
    its number."""
    days, first, marked = _fields(told, 3)
    n, column = _whole(days, 28, 31), _whole(first, 1, 7)
    hidden = {int(day) for day in re.findall(r"\?([0-9]+)", marked)}
    chosen = set(hidden)
    for part in filter(None, marked.replace("?", "").split("+")):
        begin, _, end = part.partition("-")
        chosen |= set(range(_whole(begin, 1, n), _whole(end or begin, 1, n) + 1))
    rows = math.ceil((n + column - 1) / 7)
    body = rect(0, 0, 210, 14 + 26 * rows, RED, 4) + rect(0, 10, 210, 4 + 26 * rows, WHITE, 3)
    written = []
    for day in range(1, n + 1):
        place = day + column - 2
        x, y = 30 * (place % 7), 14 + 26 * (place // 7)
        text = "?" if day in hidden else str(day)
        if day in chosen:
            body += rect(x + 2, y + 1, 26, 24, YELLOW, 5)
        body += label(text, x + 15, y + 18, 13, DARK, 24)
        written.append(f"[{text}]" if day in chosen else text)
    return Shown(body, 210, 14 + 26 * rows, " ".join(written))


def _share(told: str, _folder: Path) -> Shown:
    """coloured; parts: a circle in equal parts."""
    coloured, parts = _whole(_fields(told, 2)[0], 0), _whole(_fields(told, 2)[1], 1, 16)
    if coloured > parts:
        raise NoPicture(f"{told}: more parts are coloured than there are")
    body = circle(50, 50, 46, NAVY)
    if parts == 1:
        body += circle(50, 50, 44, ORANGE if coloured else WHITE)
    for i in range(parts if parts > 1 else 0):
        corners = [
            (50 + 44 * math.sin(turn * math.tau), 50 - 44 * math.cos(turn * math.tau))
            for turn in (i / parts, (i + 1) / parts)
        ]
        way = (
            f"M50 50L{corners[0][0]:.2f} {corners[0][1]:.2f}"
            f"A44 44 0 0 1 {corners[1][0]:.2f} {corners[1][1]:.2f}Z"
        )
        body += filled(way, ORANGE if i < coloured else WHITE) + path(way, NAVY, 1.6)
    return Shown(body, 100, 100, f"{coloured} ◼ {parts - coloured} ◻")


def _squares(told: str, _folder: Path) -> Shown:
    """coloured; columns; rows."""
    coloured, columns, rows = (_whole(field, 0, 100) for field in _fields(told, 3))
    if not 1 <= columns <= 10 or not 1 <= rows <= 10 or coloured > columns * rows:
        raise NoPicture(f"{told} is not a grid of at most 10 by 10")
    size = 14
    body = rect(0, 0, size * columns + 2, size * rows + 2, NAVY, 0)
    for i in range(columns * rows):
        x, y = 2 + size * (i % columns), 2 + size * (i // columns)
        body += rect(x, y, size - 2, size - 2, ORANGE if i < coloured else WHITE, 0)
    signs = f"{coloured} ◼ {columns * rows - coloured} ◻"
    return Shown(body, size * columns + 2, size * rows + 2, signs)


def _room(told: str, _folder: Path) -> Shown:
    """width; height; unit; what is asked inside: a rectangle with its sides."""
    wide, high, unit, asked = _fields(told, 4)
    w, h = _number(wide), _number(high)
    scale = min(150 / w, 100 / h)
    x, y = 60, 8
    body = rect(x, y, w * scale, h * scale, "#DCEBF5", 0)
    body += path(f"M{x} {y}h{w * scale:.2f}v{h * scale:.2f}h{-w * scale:.2f}z", NAVY, 2)
    body += label(f"{wide} {unit}", x + w * scale / 2, y + h * scale + 17, 13, DARK, 80)
    body += label(f"{high} {unit}", 28, y + h * scale / 2 + 5, 13, DARK, 52)
    body += label(asked, x + w * scale / 2, y + h * scale / 2 + 5, 14, DARK, w * scale - 6)
    signs = f"{wide} {unit} × {high} {unit}" + (f" → {asked}" if asked else "")
    return Shown(body, x + w * scale + 12, y + h * scale + 26, signs)


def _jug(told: str, _folder: Path) -> Shown:
    """filled; highest; step; unit: a measuring jug, every second line numbered."""
    full, most, step, unit = _fields(told, 4)
    ticks = _axis(0, _number(most), _number(step))

    def y(value: float) -> float:
        return round(122 - 104 * value / ticks[-1], 2)

    body = path("M16 8V126H92V8", DARK, 3)
    body += rect(18, y(_number(full)), 72, 124 - y(_number(full)), "#83CBFF", 0)
    for i, tick in enumerate(ticks[1:], start=1):
        long = i % 2 == 0
        body += path(f"M92 {y(tick)}h{-22 if long else -12}", DARK, 1.5)
        if long:
            body += label(_written(tick), 112, y(tick) + 4, 11, DARK, 34)
    body += label(unit, 112, 126, 11, DARK, 34)
    return Shown(body, 132, 132, f"{_written(_number(full))} {unit}")


def _clocks(told: str, _folder: Path) -> Shown:
    """Two times: begin | end."""
    begin, _, end = told.partition("|")
    hours_minutes(begin)
    hours_minutes(end)
    arrow = path("M36 16H50M45 11L50 16L45 21", DARK, 2.4)
    second = f'<g transform="translate(54 0)">{clock_face(end)}</g>'
    return Shown(clock_face(begin) + arrow + second, 86, 32, f"{begin} → {end}")


def _sequence(told: str, _folder: Path) -> Shown:
    cells = told.split("|")
    if not 3 <= len(cells) <= 8 or cells.count("?") != 1:
        raise NoPicture(f"{told} is not a row of numbers with one ?")
    for cell in cells:
        if cell != "?":
            _number(cell)
    body = ""
    for i, cell in enumerate(cells):
        asked = cell == "?"
        body += rect(44 * i, 0, 40, 40, YELLOW if asked else GREY, 5)
        body += rect(44 * i + 2, 2, 36, 36, WHITE, 4)
        text = cell.replace("-", MINUS)
        body += label(text, 44 * i + 20, 27, 18, DARK, 34)
    signs = ", ".join(cell.replace("-", MINUS) for cell in cells)
    return Shown(body, 44 * len(cells) - 4, 40, signs)


_PAINTERS: dict[str, Callable[[str, Path], Shown]] = {
    "dots": _dots,
    "things": _things,
    "coins": _coins,
    "sum": _sum,
    "cards": _cards,
    "table": _table,
    "line": _line,
    "bars": _bars,
    "graph": _graph,
    "thermometer": _thermometer,
    "ruler": _ruler,
    "calendar": _calendar,
    "share": _share,
    "squares": _squares,
    "room": _room,
    "jug": _jug,
    "clocks": _clocks,
    "sequence": _sequence,
}
DRAWN = tuple(_PAINTERS)


def icons_in(name: str) -> list[str]:
    """Icons of the set that are drawn into the picture of this name."""
    kind, _, told = name.partition(":")
    if kind == "things":
        return [told.split("*")[0]]
    return re.findall(r"@([a-z0-9-]+)", told) if kind in _PAINTERS else []


def drawn(kind: str, told: str, folder: Path) -> str:
    """The SVG text of a picture of numbers. Raises NoPicture."""
    shown = _PAINTERS[kind](told, folder)
    # A margin, so that nothing is cut at the edge.
    body = f'<g transform="translate(4 4)">{shown.body}</g>'
    return svg(body, shown.width + 8, shown.height + 8)


def signs(kind: str, told: str, folder: Path | None = None) -> str:
    """What a picture of numbers shows, in numerals and signs. Raises NoPicture."""
    without_icons = re.sub(r"@[a-z0-9-]+", "@red-apple", told)
    if kind == "things":
        without_icons = re.sub(r"^[a-z0-9-]+", "red-apple", told)
    return _PAINTERS[kind](without_icons, folder or _CONTENT).signs


_CONTENT = Path(__file__).parent / "content"
