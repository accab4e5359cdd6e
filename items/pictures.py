"""Pictures of the bank: vendored icons, and clocks, prices and numbers drawn by code like them.

Icons come from the npm package @iconify-json/fluent-emoji-flat (MIT, Microsoft); only those that
the content uses lie in content/pictures/, with the licence. `vendor` fetches what is missing.
"""

import json
import math
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from items.bank_files import CONTENT, Task

PACKAGE = "@iconify-json/fluent-emoji-flat"
PACKAGE_VERSION = "1.2.6"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DRAWN = re.compile(r"([a-z]+):(.{1,10})")

# Colours of the flat set, so that drawn and vendored pictures look alike.
_BLUE, _DARK, _RED, _YELLOW, _GREEN = "#00A6ED", "#212121", "#F8312F", "#FCD53F", "#00D26A"
_WHITE, _GREY, _PALE, _ORANGE, _NAVY = "#FFFFFF", "#9B9B9B", "#E6E6E6", "#FF822D", "#1345B7"


class NoPicture(LookupError):
    """There is no picture of this name, vendored or drawn."""


def _svg(body: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{body}</svg>\n'


def _text(text: str, x: float, y: float, size: float, colour: str, width: float = 26) -> str:
    """Centred text, squeezed when it would be wider than `width`."""
    squeezed = ""
    if len(text) * size * 0.58 > width:
        squeezed = f' textLength="{width:g}" lengthAdjust="spacingAndGlyphs"'
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="Noto Sans, DejaVu Sans, Arial, sans-serif" '
        f'font-weight="700" font-size="{size:g}" text-anchor="middle" fill="{colour}"{squeezed}>'
        f"{escape(text)}</text>"
    )


def _rect(x: float, y: float, w: float, h: float, colour: str, round_: float = 2) -> str:
    shape = f'x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{round_:g}"'
    return f'<rect {shape} fill="{colour}"/>'


def _circle(x: float, y: float, r: float, colour: str) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{colour}"/>'


def _hand(turn: float, length: float, width: float) -> str:
    """A clock hand; `turn` is the share of a full turn."""
    x = 16 + length * math.sin(turn * math.tau)
    y = 16 - length * math.cos(turn * math.tau)
    return (
        f'<path d="M16 16L{x:.2f} {y:.2f}" stroke="{_DARK}" stroke-width="{width:g}" '
        'stroke-linecap="round"/>'
    )


def _hours_minutes(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,2})\.([0-9]{2})", text)
    if not found or int(found[1]) > 24 or int(found[2]) > 59:
        raise NoPicture(f"{text} is not a time such as 14.30")
    return int(found[1]), int(found[2])


def _clock(text: str) -> str:
    hours, minutes = _hours_minutes(text)
    numerals = "".join(
        _text(
            str(hour),
            16 + 9.9 * math.sin(hour / 12 * math.tau),
            17.4 - 9.9 * math.cos(hour / 12 * math.tau),
            3.9,
            _DARK,
        )
        for hour in range(1, 13)
    )
    hands = _hand((hours % 12 + minutes / 60) / 12, 5.6, 2) + _hand(minutes / 60, 8, 1.3)
    face = _circle(16, 16, 15, _NAVY) + _circle(16, 16, 13, _WHITE)
    return face + numerals + hands + _circle(16, 16, 1.4, _RED)


def _digital(text: str) -> str:
    hours, minutes = _hours_minutes(text)
    shown = _text(f"{hours}.{minutes:02}", 16, 20, 10, _GREEN, 24)
    return _rect(1, 7, 30, 18, _DARK, 3) + _rect(2.5, 8.5, 27, 15, "#321B41", 2) + shown


def _price(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,5}(,[0-9]{2})?", text):
        raise NoPicture(f"{text} is not a price such as 2,50")
    tag = f'<path d="M8 6H29a2 2 0 0 1 2 2V24a2 2 0 0 1-2 2H8L1 16Z" fill="{_YELLOW}"/>'
    hole = _circle(7, 16, 1.8, _WHITE) + _circle(7, 16, 1, _ORANGE)
    return tag + hole + _text(f"{text} €", 19.6, 18.6, 7.4, _DARK, 20)


def _number(text: str) -> str:
    if not re.fullmatch(r"-?[0-9]{1,6}([.,][0-9]{1,3})?", text):
        raise NoPicture(f"{text} is not a number")
    size = {1: 22, 2: 18, 3: 13}.get(len(text), 10)
    card = _rect(2, 2, 28, 28, _BLUE, 4) + _rect(4, 4, 24, 24, _WHITE, 3)
    return card + _text(text, 16, 16 + size * 0.36, size, _DARK, 22)


def _leaf(top: str, text: str, size: float) -> str:
    leaf = _rect(2, 4, 28, 26, _PALE, 3) + _rect(2, 4, 28, 8, _RED, 3) + _rect(2, 9, 28, 3, _RED, 0)
    rings = _rect(8, 1.5, 3, 6, _GREY, 1.5) + _rect(21, 1.5, 3, 6, _GREY, 1.5)
    heading = _text(top, 16, 10.5, 5, _WHITE) if top else ""
    return leaf + rings + heading + _text(text, 16, 21 + size * 0.36, size, _DARK, 25)


def _date(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,2}\.[0-9]{1,2}\.", text):
        raise NoPicture(f"{text} is not a date such as 14.5.")
    return _leaf("", text, 10)


_WEEKDAYS = {*("ma", "ti", "ke", "to", "pe", "la", "su")} | {
    *("mån", "tis", "ons", "tors", "tor", "fre", "lör", "sön")
}


def _weekday(text: str) -> str:
    if text not in _WEEKDAYS:
        raise NoPicture(f"{text} is not a weekday such as ma or mån")
    return _leaf("", text, 12)


def _line(text: str) -> str:
    """A line, platform, door or floor: a few letters and digits."""
    if not re.fullmatch(r"[0-9A-ZÅÄÖa-zåäö]{1,5}", text):
        raise NoPicture(f"{text} is not a number or letter")
    return text


def _vehicle(text: str, body: str, roof: str) -> str:
    wheels = _rect(6, 26, 5, 4, _DARK, 1.5) + _rect(21, 26, 5, 4, _DARK, 1.5)
    front = _rect(3, 3, 26, 25, body, 4) + _rect(6, 12, 20, 9, "#83CBFF", 2)
    lights = _circle(8, 24.5, 1.6, _YELLOW) + _circle(24, 24.5, 1.6, _YELLOW)
    sign = _rect(8, 4.5, 16, 6, _DARK, 1)
    return roof + wheels + front + sign + _text(_line(text), 16, 9.5, 5.6, _YELLOW, 14) + lights


def _bus(text: str) -> str:
    return _vehicle(text, _BLUE, "")


def _tram(text: str) -> str:
    wire = f'<path d="M12 4L16 0L20 4" stroke="{_DARK}" stroke-width="1.2" fill="none"/>'
    return _vehicle(text, _GREEN, wire)


def _train(text: str) -> str:
    return _vehicle(text, _RED, "")


def _platform(text: str) -> str:
    size = 15 if len(_line(text)) < 3 else 9
    sign = _rect(2, 3, 28, 20, _NAVY, 2) + _rect(15, 23, 2, 8, _GREY, 0)
    return sign + _text(text, 16, 13 + size * 0.36, size, _WHITE, 24)


def _door(text: str) -> str:
    frame = _rect(5, 1, 22, 30, "#6D4534", 1) + _rect(7, 3, 18, 28, "#A56953", 0)
    plate = _rect(9.5, 7, 13, 8, _WHITE, 1) + _text(_line(text), 16, 13.2, 6.2, _DARK, 11)
    return frame + plate + _circle(22, 19, 1.4, _YELLOW)


def _floor(text: str) -> str:
    house = _rect(2, 2, 28, 28, _GREY, 2) + _rect(5, 5, 22, 22, _WHITE, 1)
    steps = f'<path d="M7 25v-3h4v-3h4v-3h4v9Z" fill="{_ORANGE}"/>'
    return house + steps + _text(_line(text), 20.5, 15, 9.5, _DARK, 11)


def _temperature(text: str) -> str:
    found = re.fullmatch(r"-?[0-9]{1,2}", text)
    if not found:
        raise NoPicture(f"{text} is not a temperature such as -5")
    colour = _BLUE if int(text) <= 0 else _RED
    height = 3 + (max(-30, min(40, int(text))) + 30) / 70 * 15
    tube = _rect(4, 1, 8, 24, _PALE, 4) + _circle(8, 25.5, 5.5, _PALE)
    mercury = _rect(6.5, 22 - height, 3, height + 2, colour, 1.5) + _circle(8, 25.5, 3.8, colour)
    return tube + mercury + _text(f"{text.replace('-', '−')}°", 22, 17, 8.5, _DARK, 17)


_PAINTERS: dict[str, Callable[[str], str]] = {
    "clock": _clock,
    "digital": _digital,
    "price": _price,
    "number": _number,
    "date": _date,
    "weekday": _weekday,
    "bus": _bus,
    "tram": _tram,
    "train": _train,
    "platform": _platform,
    "door": _door,
    "floor": _floor,
    "temperature": _temperature,
}
DRAWN = tuple(_PAINTERS)


def is_drawn(name: str) -> bool:
    """Whether a picture of this name is drawn by code, not vendored."""
    return ":" in name


def picture_svg(name: str, folder: Path = CONTENT) -> str:
    """The SVG text of a picture. Raises NoPicture."""
    if found := _DRAWN.fullmatch(name):
        painter = _PAINTERS.get(found[1])
        if painter is None:
            raise NoPicture(f"nothing draws {found[1]}; known are {', '.join(DRAWN)}")
        return _svg(painter(found[2]))
    if len(name) > 80 or not _NAME.fullmatch(name):
        raise NoPicture(f"{name} is not the name of a picture")
    try:
        return (folder / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NoPicture(f"{name} is not in content/pictures: vendor it") from None


def _names_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("picture"), str):
            yield value["picture"]
        for inner in value.values():
            yield from _names_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names_in(inner)


def pictures_of(task: Task) -> list[str]:
    """Names of all pictures that a task shows."""
    return sorted(set(_names_in(task.data)))


def _fetched(folder: Path) -> dict[str, Any]:
    """The icon set and its licence text, fetched with npm into a folder."""
    npm = shutil.which("npm")
    if npm is None:
        raise NoPicture("npm is needed to fetch pictures: install the Debian package npm")
    done = subprocess.run(  # noqa: S603
        [npm, "pack", "--silent", f"{PACKAGE}@{PACKAGE_VERSION}"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    archives = sorted(folder.glob("*.tgz"))
    if done.returncode or not archives:
        raise NoPicture(f"npm could not fetch {PACKAGE}: {done.stderr.strip()[-200:]}")
    with tarfile.open(archives[0]) as archive:
        member = archive.extractfile("package/icons.json")
        if member is None:
            raise NoPicture(f"{PACKAGE} holds no icons.json")
        icons: dict[str, Any] = json.load(member)
    return icons


def vendor(names: Iterable[str], folder: Path = CONTENT) -> list[str]:
    """The named icons lie in the folder; the names that the set does not have.

    Only icons that are missing are fetched. Raises NoPicture when npm cannot fetch the set.
    """
    target = folder / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    wanted = sorted({name for name in names if not is_drawn(name)})
    missing = [name for name in wanted if not (target / f"{name}.svg").is_file()]
    if not missing:
        return []
    with tempfile.TemporaryDirectory() as work:
        icons = _fetched(Path(work))
    unknown = []
    for name in missing:
        icon = icons["icons"].get(name)
        if icon is None:
            unknown.append(name)
            continue
        box = f"0 0 {icon.get('width', icons['width'])} {icon.get('height', icons['height'])}"
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{icon["body"]}</svg>\n'
        (target / f"{name}.svg").write_text(svg, encoding="utf-8")
    return unknown
