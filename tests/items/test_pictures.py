"""Pictures are found, drawn or refused by name."""

import pytest
from lxml import etree

from items.bank_files import CONTENT, BankFiles, task_of
from items.content_format import parse
from items.pictures import DRAWN, NoPicture, is_drawn, picture_svg, pictures_of, vendor
from tests.items.sample_tasks import READING

EXAMPLES = {
    "clock": ["clock:14.30", "clock:0.00", "clock:24.00"],
    "digital": ["digital:9.05"],
    "price": ["price:2,50", "price:1200"],
    "number": ["number:7", "number:112", "number:-5", "number:1.5"],
    "date": ["date:14.5."],
    "weekday": ["weekday:ma", "weekday:lör"],
    "bus": ["bus:55", "bus:550K"],
    "tram": ["tram:4"],
    "train": ["train:R"],
    "platform": ["platform:3", "platform:12A"],
    "door": ["door:12"],
    "floor": ["floor:3"],
    "temperature": ["temperature:-25", "temperature:0", "temperature:30"],
}


def test_every_painter_has_an_example() -> None:
    assert set(EXAMPLES) == set(DRAWN)


@pytest.mark.parametrize("name", [name for names in EXAMPLES.values() for name in names])
def test_drawn_pictures_are_svg_of_the_size_of_the_set(name: str) -> None:
    assert is_drawn(name)
    root = etree.fromstring(picture_svg(name))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox") == "0 0 32 32"


def test_different_times_are_different_pictures() -> None:
    times = [f"clock:{hour}.{minute:02}" for hour in range(12) for minute in range(0, 60, 5)]
    assert len({picture_svg(time) for time in times}) == len(times)
    assert picture_svg("clock:2.30") == picture_svg("clock:14.30")


@pytest.mark.parametrize(
    "name",
    [
        *("no-such-picture", "clock:25.00", "clock:12.60", "clock:noon", "price:2.50", "date:14"),
        *("weekday:xx", "bus:far-away", "temperature:hot", "ship:4", "number:x", "../LICENSE", ""),
        *("number:<b>", "clock:", "a" * 5000),
    ],
)
def test_what_is_no_picture_is_refused(name: str) -> None:
    with pytest.raises(NoPicture):
        picture_svg(name)


def test_vendored_pictures_are_svg_with_a_licence_beside_them() -> None:
    files = sorted((CONTENT / "pictures").glob("*.svg"))
    assert files
    for file in files:
        root = etree.fromstring(picture_svg(file.stem))
        assert root.get("viewBox") == "0 0 32 32"
        # Nothing in a picture can run or fetch.
        assert not root.xpath("//*[local-name() = 'script' or local-name() = 'image']")
        assert not root.xpath("//@*[starts-with(name(), 'on') or name() = 'href']")
    assert "MIT License" in (CONTENT / "pictures" / "LICENSE").read_text(encoding="utf-8")


def test_a_task_names_its_pictures() -> None:
    assert pictures_of(task_of(parse(READING, "x").data)) == ["red-apple"]


def test_nothing_is_fetched_when_nothing_is_missing() -> None:
    assert vendor(["clock:14.30", "red-apple"]) == []


def test_every_picture_of_the_shipped_content_is_there(shipped: BankFiles) -> None:
    for task in shipped.tasks:
        for name in pictures_of(task):
            assert picture_svg(name), name
