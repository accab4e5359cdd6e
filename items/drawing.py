"""What every drawn picture is made of: colours, shapes, lettering, icons of the set."""

import re
from html import escape
from pathlib import Path

# Colours of the flat set, so that drawn and vendored pictures look alike.
BLUE, DARK, RED, YELLOW, GREEN = "#00A6ED", "#212121", "#F8312F", "#FCD53F", "#00D26A"
WHITE, GREY, PALE, ORANGE, NAVY = "#FFFFFF", "#9B9B9B", "#E6E6E6", "#FF822D", "#1345B7"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_INSIDE = re.compile(r"<svg[^>]*viewBox=\"([^\"]+)\"[^>]*>(.*)</svg>", re.DOTALL)


class NoPicture(LookupError):
    """There is no picture of this name, vendored or drawn."""


def svg(body: str, width: float = 32, height: float = 32) -> str:
    """A whole picture; those of the set are 32 by 32."""
    box = f"0 0 {width:g} {height:g}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{body}</svg>\n'


def label(text: str, x: float, y: float, size: float, colour: str, width: float = 26) -> str:
    """Centred text, squeezed when it would be wider than `width`."""
    squeezed = ""
    if len(text) * size * 0.58 > width:
        squeezed = f' textLength="{width:g}" lengthAdjust="spacingAndGlyphs"'
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="Noto Sans, DejaVu Sans, Arial, sans-serif" '
        f'font-weight="700" font-size="{size:g}" text-anchor="middle" fill="{colour}"{squeezed}>'
        f"{escape(text)}</text>"
    )


def rect(x: float, y: float, w: float, h: float, colour: str, round_: float = 2) -> str:
    shape = f'x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{round_:g}"'
    return f'<rect {shape} fill="{colour}"/>'


def circle(x: float, y: float, r: float, colour: str) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{colour}"/>'


def path(way: str, colour: str, width: float = 1) -> str:
    """A line without filling."""
    return (
        f'<path d="{way}" stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round" '
        'stroke-linejoin="round" fill="none"/>'
    )


def filled(way: str, colour: str) -> str:
    return f'<path d="{way}" fill="{colour}"/>'


def vendored(name: str, folder: Path) -> str:
    """The SVG text of an icon of the set. Raises NoPicture."""
    if len(name) > 80 or not _NAME.fullmatch(name):
        raise NoPicture(f"{name} is not the name of a picture")
    try:
        return (folder / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NoPicture(f"{name} is not in content/pictures: vendor it") from None


def icon(name: str, x: float, y: float, size: float, folder: Path) -> str:
    """An icon of the set as a part of a larger picture."""
    found = _INSIDE.search(vendored(name, folder))
    if found is None:
        raise NoPicture(f"{name} cannot be drawn into another picture")
    place = f'x="{x:g}" y="{y:g}" width="{size:g}" height="{size:g}"'
    return f'<svg {place} viewBox="{found[1]}">{found[2]}</svg>'
