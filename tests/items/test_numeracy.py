"""Numeracy tasks: what pictures are worth, and keys that are worked out anew."""

import re
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

from items.bank_files import CONTENT, BankFiles, load_folder
from items.checks import check_folder
from items.checks.numbers import number_findings
from items.checks.values import NoValue, holds, is_regular, of_picture, worth
from items.drawing import NoPicture
from items.number_pictures import DRAWN, icons_in
from items.pictures import picture_svg, signs_of
from scoring.cefr import Scale

PICTURES = [
    ("dots:7", "● ● ● ● ● ● ●", 7),
    ("things:red-apple*7-2", "● ● ● ● ● × ×", 5),
    ("coins:2000+200+50+5", "20 € + 2 € + 50 c + 5 c", Fraction(2255, 100)),
    ("sum:12 + 7 = ?", "12 + 7 = ?", None),
    ("cards:@red-apple;2 kg;5,00 €", "2 kg 5,00 €", Fraction(5, 2)),
    ("table:@bus;h|55;7.15", "–; h | 55; 7.15", None),
    ("line:0;100;10;30", "0 · · ? · 50 · · · · 100", 30),
    ("bars:@red-apple=3|@bread=5", "3 | 5", None),
    ("graph:1=20|2=40", "1 20 | 2 40", None),
    ("thermometer:-5", "−5 °C", -5),
    ("ruler:2;9", "2 cm – 9 cm", Fraction(7, 100)),
    ("calendar:28;1;?17", None, 17),
    ("share:3;8", "3 ◼ 5 ◻", Fraction(3, 8)),
    ("squares:25;10;10", "25 ◼ 75 ◻", Fraction(1, 4)),
    ("room:6;4;m;? m²", "6 m × 4 m → ? m²", None),
    ("jug:300;1000;100;ml", "300 ml", Fraction(3, 10)),
    ("clocks:8.40|10.15", "8.40 → 10.15", 95),
    ("sequence:2|-4|?", "2, −4, ?", None),
]


def test_every_kind_of_picture_has_an_example() -> None:
    assert {name.partition(":")[0] for name, _signs, _worth in PICTURES} == set(DRAWN)


@pytest.mark.parametrize(("name", "signs", "value"), PICTURES)
def test_a_picture_is_drawn_says_itself_in_signs_and_has_a_value(
    name: str, signs: str | None, value: int | Fraction | None
) -> None:
    svg = picture_svg(name)
    assert svg == picture_svg(name)
    assert etree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert signs is None or signs_of(name) == signs
    # Nothing of an icon's name gets into what is read: it would be a word of a language.
    assert not re.search(r"[a-z]{5,}", signs_of(name))
    if value is None:
        with pytest.raises(NoValue):
            of_picture(name)
    else:
        assert of_picture(name) == value


@pytest.mark.parametrize(
    "name",
    [
        *("dots:31", "dots:x", "things:red-apple", "things:red-apple*2-3", "things:no-such*2"),
        *("coins:3", "coins:", "sum:<b>", "cards:@no-such", "table:1", "table:1;2|3"),
        *("line:0;100;7;30", "line:0;10;1;11", "bars:1=2", "bars:1", "thermometer:60"),
        *("ruler:5;2", "calendar:32;1;1", "calendar:30;8;1", "share:4;3", "squares:5;1;1"),
        *("jug:1;10;3;l", "clocks:8.15|25.00", "sequence:1|2|3", "sequence:1|?|x"),
    ],
)
def test_what_cannot_be_drawn_is_refused(name: str) -> None:
    with pytest.raises(NoPicture):
        picture_svg(name)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 × 4", 14),
        ("(2 + 3) × 4", 20),
        ("25 % × 80 €", 20),
        ("1½ + ¼", Fraction(7, 4)),
        ("1 h 35 min", 95),
        ("8.10 − 7.35", 35),
        ("250 cm", Fraction(5, 2)),
        ("−5 °C", -5),
        ("3/4", Fraction(3, 4)),
    ],
)
def test_an_expression_is_worth_what_it_says(text: str, value: int | Fraction) -> None:
    assert worth(text) == value


@pytest.mark.parametrize("text", ["", "2 +", "(2", "2 3", "1 : 0", "two", "% 5"])
def test_what_is_no_expression_has_no_value(text: str) -> None:
    with pytest.raises(NoValue):
        worth(text)


def test_equations_and_rows_are_judged_by_putting_the_answer_in() -> None:
    assert holds("8 × ? = 32", "4")
    assert not holds("8 × ? = 32", "24")
    assert is_regular("1|4|9|16|?", "25")
    assert is_regular("81|27|?|3", "9")
    assert is_regular("20|30|?|50", "40")
    assert not is_regular("1000|1100|1210|?", "1320")


@pytest.fixture(scope="module")
def shipped() -> BankFiles:
    bank = load_folder()
    return BankFiles(bank.folder, bank.of("zxx", "numeracy"), bank.documents, ())


def test_every_key_of_the_shipped_tasks_is_proved(shipped: BankFiles) -> None:
    assert len(shipped.tasks) >= 60
    assert list(number_findings(shipped)) == []


def test_nothing_that_a_person_meets_is_a_word(shipped: BankFiles) -> None:
    for task in shipped.tasks:
        shown = [item.prompt for item in task.items]
        shown += [signs_of(block.value) for block in task.stimulus]
        for item in task.items:
            for side in ("options", "left", "right", "parts"):
                for one in item.data.get(side, ()):
                    shown.append(one.get("text") or signs_of(one["picture"]))
        assert not [text for text in shown if re.search("[A-Za-zÅÄÖåäö]{4,}", text)], task.id
        assert {icon for block in task.stimulus for icon in icons_in(block.value)} <= {
            file.stem for file in (CONTENT / "pictures").glob("*.svg")
        }


def test_the_scale_has_levels_of_its_own_and_each_is_a_band(shipped: BankFiles) -> None:
    from items.scale_files import scale_of_files

    scale: Scale = scale_of_files("zxx", "numeracy")
    assert scale.standard.levels == ("alle_N1", "N1", "N2", "N3", "N4", "N5")
    assert scale.standard.bands == scale.standard.levels
    assert scale.standard.provisional
    assert scale.standard.from_json(scale.standard.to_json()) == scale.standard


FAULTS = [
    ("num-009", ("key: c", "key: a"), "worked-out"),
    ("num-020", ("answer: '33'", "answer: '43'"), "worked-out"),
    ("num-013", ("key: [p2, p3, p1]", "key: [p2, p1, p3]"), "worked-out"),
    ("num-007", ("l1: r2", "l1: r3"), "worked-out"),
    ("num-032", ("solution: 4 × 6", "solution: 3 × 8"), "worked-out"),
    ("num-032", ("    solution: 4 × 6\n", ""), "worked-out"),
    ("num-009", ("prompt: '3 + 4 = ?'", "prompt: paljonko on 3 + 4 = ?"), "words"),
    ("num-003", ("dots:13", "dots:14"), "worked-out"),
    ("num-001", ("enemies: []", "enemies: [num-999]"), "enemies"),
]


@pytest.mark.parametrize(("task", "change", "code"), FAULTS)
def test_a_planted_fault_is_found(
    tmp_path: Path, task: str, change: tuple[str, str], code: str
) -> None:
    source = (CONTENT / "zxx" / "numeracy" / f"{task}.yaml").read_text(encoding="utf-8")
    assert change[0] in source
    folder = tmp_path / "zxx" / "numeracy"
    folder.mkdir(parents=True)
    shutil.copytree(CONTENT / "pictures", tmp_path / "pictures")
    (folder / f"{task}.yaml").write_text(source.replace(*change), encoding="utf-8")
    found = check_folder(tmp_path, [number_findings]).findings
    assert code in {finding.code for finding in found}, found


def test_a_picture_in_two_tasks_makes_them_enemies(tmp_path: Path) -> None:
    folder = tmp_path / "zxx" / "numeracy"
    folder.mkdir(parents=True)
    source = (CONTENT / "zxx" / "numeracy" / "num-003.yaml").read_text(encoding="utf-8")
    (folder / "num-003.yaml").write_text(source, encoding="utf-8")
    other = source.replace("num-003", "num-004")
    (folder / "num-004.yaml").write_text(other, encoding="utf-8")
    found = {one.code for one in check_folder(tmp_path, [number_findings]).findings}
    assert "enemies" in found
    declared = other.replace("enemies: []", "enemies: [num-003]")
    (folder / "num-004.yaml").write_text(declared, encoding="utf-8")
    found = {one.code for one in check_folder(tmp_path, [number_findings]).findings}
    assert found == {"coverage"}


def test_a_level_of_another_scale_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "zxx" / "numeracy"
    folder.mkdir(parents=True)
    source = (CONTENT / "zxx" / "numeracy" / "num-003.yaml").read_text(encoding="utf-8")
    (folder / "num-003.yaml").write_text(source.replace("N1", "A1.1"), encoding="utf-8")
    assert {one.code for one in check_folder(tmp_path, []).findings} == {"level"}
