"""The look's promises: readable colours, icons that exist, no physical sides, valid pages."""

import re
from pathlib import Path

import pytest

from tests.testing.pages import check_page
from tools.preview_data import context
from tools.preview_look import VIEWS, environment

ROOT = Path(__file__).parents[2]
CSS = ROOT / "testing" / "static" / "css"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = (ROOT / "testing" / "static" / "icons" / "sprite.svg").read_text()


def palettes() -> dict[str, dict[str, str]]:
    light, dark = (CSS / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    colours = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
    bright = dict(colours.findall(light))
    return {"light": bright, "dark": bright | dict(colours.findall(dark))}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        *[(ink, ground, 4.5) for ink in ("ink", "ink-soft", "lake", "spruce", "lingon")
          for ground in ("paper", "snow")],
        ("on-lake", "lake", 4.5),
        ("on-lake", "lake-deep", 4.5),
        ("on-cloudberry", "cloudberry", 4.5),
        ("on-cloudberry", "cloudberry-deep", 4.5),
        ("ink", "lake-tint", 4.5),
        ("lake-deep", "lake-tint", 4.5),
        ("ink", "cloudberry-tint", 4.5),
        ("ink-soft", "cloudberry-tint", 4.5),
        ("ink", "spruce-tint", 4.5),
        ("lingon", "lingon-tint", 4.5),
        ("ink-soft", "mist", 4.5),
        ("line", "paper", 3),
        ("line", "snow", 3),
        ("lake", "paper", 3),
    ],
)  # fmt: skip
def test_text_and_edges_stand_out_from_what_is_behind_them(
    scheme: str, ink: str, ground: str, least: float
):
    colours = palettes()[scheme]
    assert contrast(colours[ink], colours[ground]) >= least


def test_every_icon_that_a_template_names_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE))
    naming = re.compile(
        r'\bicon\("([a-z0-9-]+)"|icon_(?:name|after)="([a-z0-9-]+)"|"icon": "([a-z0-9-]+)"'
    )
    named = {
        (next(filter(None, groups)), path.name)
        for path in TEMPLATES
        for groups in naming.findall(path.read_text())
    }
    assert named
    assert {(name, where) for name, where in named if name not in drawn | {"state-"}} == set()


def test_styles_name_no_physical_side_so_that_pages_mirror_themselves():
    sides = re.compile(
        r"^\s*(?:(?:margin|padding|border)-(?:left|right|top|bottom)\b|(?:left|right|top|bottom):"
        r"|text-align: (?:left|right)|float: (?:left|right)|(?:max-|min-)?(?:width|height):)",
        re.M,
    )
    found = {
        (sheet.name, match.group().strip())
        for sheet in CSS.glob("*.css")
        for match in sides.finditer(sheet.read_text())
    }
    assert found == set()


def test_styles_ask_only_for_fonts_that_are_shipped():
    for sheet in CSS.glob("*.css"):
        for name in re.findall(r'url\("([^"]+)"\)', sheet.read_text()):
            assert (CSS / name).resolve().is_file(), (sheet.name, name)


@pytest.mark.parametrize("language", ["fi", "ar"])
@pytest.mark.parametrize("name", sorted(VIEWS))
def test_every_sample_page_is_valid_and_labelled(name: str, language: str):
    html = environment(language).get_template(f"{name}.html").render(context(language))
    check_page(html, f"{name} ({language})")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_style_script_or_handler(path: Path):
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*\bsrc=)|\son[a-z]+=\"", text)


PAGE = """<!doctype html><html lang="fi" dir="ltr"><head><title>A – x</title></head>
<body><main><h1>A</h1>{}</main></body></html>"""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p><div></p>", "not valid HTML"),
        ("<table><p>x</p></table>", "not valid HTML"),
        ("<h1>B</h1>", "2 h1"),
        ("<b id=q></b><b id=q></b>", "ids used twice"),
        ("<i style='color:red'>a</i>", "an inline style"),
        ("<a onclick='x'>b</a>", "inline handler"),
        ("<script src=x></script>", "without nonce"),
        ("<script nonce=x>1</script>", "inline"),
        ("<img src=x>", "without alt"),
        ("<input name=a>", "no label"),
        ("<p>Traceback</p>", "raw fault text"),
    ],
)
def test_what_must_not_be_on_a_page_is_seen(body, words):
    check_page(PAGE.format("<p>x</p><svg><path d='M0'/></svg>"), "/")
    with pytest.raises(AssertionError, match=words):
        check_page(PAGE.format(body), "/")
