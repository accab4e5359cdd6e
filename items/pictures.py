"""Pictures of the bank: vendored icons, and clocks, prices and numbers drawn by code like them.

Icons come from the npm package @iconify-json/fluent-emoji-flat (MIT, Microsoft); only those that
the content uses lie in content/pictures/, with the licence. `vendor` fetches what is missing.
"""

import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from items import number_pictures
from items.bank_files import CONTENT, Task
from items.clocks import clock_face, hours_minutes
from items.drawing import (
    BLUE,
    DARK,
    GREEN,
    GREY,
    NAVY,
    ORANGE,
    PALE,
    RED,
    WHITE,
    YELLOW,
    NoPicture,
    circle,
    label,
    rect,
    svg,
    vendored,
)

PACKAGE = "@iconify-json/fluent-emoji-flat"
PACKAGE_VERSION = "1.2.6"
_DRAWN = re.compile(r"([a-z]+):(.{1,120})")
#: What the small pictures between words may say.
_SHORT = 10


def _digital(text: str) -> str:
    hours, minutes = hours_minutes(text)
    shown = label(f"{hours}.{minutes:02}", 16, 20, 10, GREEN, 24)
    return rect(1, 7, 30, 18, DARK, 3) + rect(2.5, 8.5, 27, 15, "#321B41", 2) + shown


def _price(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,5}(,[0-9]{2})?", text):
        raise NoPicture(f"{text} is not a price such as 2,50")
    tag = f'<path d="M8 6H29a2 2 0 0 1 2 2V24a2 2 0 0 1-2 2H8L1 16Z" fill="{YELLOW}"/>'
    hole = circle(7, 16, 1.8, WHITE) + circle(7, 16, 1, ORANGE)
    return tag + hole + label(f"{text} €", 19.6, 18.6, 7.4, DARK, 20)


def _number(text: str) -> str:
    if not re.fullmatch(r"-?[0-9]{1,6}([.,][0-9]{1,3})?", text):
        raise NoPicture(f"{text} is not a number")
    size = {1: 22, 2: 18, 3: 13}.get(len(text), 10)
    card = rect(2, 2, 28, 28, BLUE, 4) + rect(4, 4, 24, 24, WHITE, 3)
    return card + label(text, 16, 16 + size * 0.36, size, DARK, 22)


def _leaf(top: str, text: str, size: float) -> str:
    leaf = rect(2, 4, 28, 26, PALE, 3) + rect(2, 4, 28, 8, RED, 3) + rect(2, 9, 28, 3, RED, 0)
    rings = rect(8, 1.5, 3, 6, GREY, 1.5) + rect(21, 1.5, 3, 6, GREY, 1.5)
    heading = label(top, 16, 10.5, 5, WHITE) if top else ""
    return leaf + rings + heading + label(text, 16, 21 + size * 0.36, size, DARK, 25)


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
    wheels = rect(6, 26, 5, 4, DARK, 1.5) + rect(21, 26, 5, 4, DARK, 1.5)
    front = rect(3, 3, 26, 25, body, 4) + rect(6, 12, 20, 9, "#83CBFF", 2)
    lights = circle(8, 24.5, 1.6, YELLOW) + circle(24, 24.5, 1.6, YELLOW)
    sign = rect(8, 4.5, 16, 6, DARK, 1)
    return roof + wheels + front + sign + label(_line(text), 16, 9.5, 5.6, YELLOW, 14) + lights


def _bus(text: str) -> str:
    return _vehicle(text, BLUE, "")


def _tram(text: str) -> str:
    wire = f'<path d="M12 4L16 0L20 4" stroke="{DARK}" stroke-width="1.2" fill="none"/>'
    return _vehicle(text, GREEN, wire)


def _train(text: str) -> str:
    return _vehicle(text, RED, "")


def _platform(text: str) -> str:
    size = 15 if len(_line(text)) < 3 else 9
    sign = rect(2, 3, 28, 20, NAVY, 2) + rect(15, 23, 2, 8, GREY, 0)
    return sign + label(text, 16, 13 + size * 0.36, size, WHITE, 24)


def _door(text: str) -> str:
    frame = rect(5, 1, 22, 30, "#6D4534", 1) + rect(7, 3, 18, 28, "#A56953", 0)
    plate = rect(9.5, 7, 13, 8, WHITE, 1) + label(_line(text), 16, 13.2, 6.2, DARK, 11)
    return frame + plate + circle(22, 19, 1.4, YELLOW)


def _floor(text: str) -> str:
    house = rect(2, 2, 28, 28, GREY, 2) + rect(5, 5, 22, 22, WHITE, 1)
    steps = f'<path d="M7 25v-3h4v-3h4v-3h4v9Z" fill="{ORANGE}"/>'
    return house + steps + label(_line(text), 20.5, 15, 9.5, DARK, 11)


def _temperature(text: str) -> str:
    found = re.fullmatch(r"-?[0-9]{1,2}", text)
    if not found:
        raise NoPicture(f"{text} is not a temperature such as -5")
    colour = BLUE if int(text) <= 0 else RED
    height = 3 + (max(-30, min(40, int(text))) + 30) / 70 * 15
    tube = rect(4, 1, 8, 24, PALE, 4) + circle(8, 25.5, 5.5, PALE)
    mercury = rect(6.5, 22 - height, 3, height + 2, colour, 1.5) + circle(8, 25.5, 3.8, colour)
    return tube + mercury + label(f"{text.replace('-', '−')}°", 22, 17, 8.5, DARK, 17)


_PAINTERS: dict[str, Callable[[str], str]] = {
    "clock": clock_face,
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
        if found[1] in number_pictures.DRAWN:
            return number_pictures.drawn(found[1], found[2], folder)
        painter = _PAINTERS.get(found[1])
        if painter is None:
            known = ", ".join((*DRAWN, *number_pictures.DRAWN))
            raise NoPicture(f"nothing draws {found[1]}; known are {known}")
        if len(found[2]) > _SHORT:
            raise NoPicture(f"{found[2]} is too long for a {found[1]}")
        return svg(painter(found[2]))
    return vendored(name, folder)


def signs_of(name: str) -> str:
    """What a drawn picture shows, in numerals and signs: its text alternative in any language."""
    kind, _, told = name.partition(":")
    if kind in number_pictures.DRAWN:
        return number_pictures.signs(kind, told)
    return {"clock": told, "digital": told, "price": f"{told} €", "number": told}.get(kind, "")


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


def _icons(name: str) -> list[str]:
    """The icons of the set that a picture needs: itself, or those that are drawn into it."""
    return number_pictures.icons_in(name) if is_drawn(name) else [name]


def vendor(names: Iterable[str], folder: Path = CONTENT) -> list[str]:
    """The named icons lie in the folder; the names that the set does not have.

    Only icons that are missing are fetched. Raises NoPicture when npm cannot fetch the set.
    """
    target = folder / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    wanted = sorted({icon for name in names for icon in _icons(name)})
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
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{icon["body"]}</svg>\n'
        (target / f"{name}.svg").write_text(drawing, encoding="utf-8")
    return unknown
