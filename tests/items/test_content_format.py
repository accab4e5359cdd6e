"""Files are read as text, refused with file and line, and identified by what a person meets."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items.bank_files import BankFiles, load_folder, read_folder, task_of
from items.content_format import (
    BadContent,
    Finding,
    checked,
    content_digest,
    parse,
    structure_findings,
)
from tests.items.sample_tasks import LISTENING, READING, SPEAKING, WRITING

PATH = "fi/reading/fi-r-900.yaml"


def findings_of(source: str, path: str = PATH) -> list[Finding]:
    with pytest.raises(BadContent) as refused:
        checked(source, path)
    return list(refused.value.findings)


def line_of(source: str, text: str) -> int:
    return next(
        number for number, line in enumerate(source.splitlines(), start=1) if text in line
    )


@pytest.mark.parametrize(
    ("source", "path"),
    [
        (READING, PATH),
        (LISTENING, "fi/listening/fi-l-900.yaml"),
        (WRITING, "fi/writing/fi-w-900.yaml"),
        (SPEAKING, "fi/speaking/fi-s-900.yaml"),
    ],
)
def test_a_good_file_has_no_findings(source: str, path: str) -> None:
    assert structure_findings(parse(source, path)) == []


def test_words_that_yaml_takes_for_other_things_stay_words() -> None:
    data = parse("a: on\nb: no\nc: 12.30\nd: 14:30\ne: 2026-01-01\nf: 007\nseconds: 30\n", "x").data
    assert data == {
        **{"a": "on", "b": "no", "c": "12.30", "d": "14:30", "e": "2026-01-01", "f": "007"},
        "seconds": 30,
    }


@pytest.mark.parametrize(
    ("change", "marker", "code", "said"),
    [
        (lambda s: s + "id: fi-r-900\n", "__last__", "yaml", "given twice"),
        (lambda s: s.replace("area: shop", "area: moon"), "area:", "schema", "is not one of"),
        (lambda s: s.replace("area: shop\n", ""), "id: fi-r-900", "schema", "missing field: area"),
        (lambda s: s.replace("topic:", "topik:"), "id: fi-r-900", "schema", "missing field: topic"),
        (lambda s: s.replace("area: shop", "area: shop\nmood: good"), "", "schema", "mood"),
        (lambda s: s.replace("seconds: 60", "seconds: long"), "seconds:", "schema", "integer"),
        (lambda s: s.replace("    key: b", "    key: z"), "key: z", "key", "not an option"),
        (lambda s: s.replace("id: c,", "id: a,"), "options:", "id", "there twice"),
        (lambda s: s.replace("id: fi-r-900\n", "id: fi-r-901\n"), "id: fi-r-901", "id", "named"),
        (lambda s: s.replace("id: fi-r-900-1", "id: fi-r-901-1"), "fi-r-901-1", "id", "begins"),
        (lambda s: s.replace(", why: Banaanin hinta.", ""), "3,10 €", "schema", "field: why"),
        (lambda s: s.replace("    alt: omena\n", ""), "red-apple", "schema", "alt"),
        (lambda s: s + "? [a, b]\n: c\n", "__last__", "yaml", "must be a word"),
        (lambda s: s + "x: *y\n", "__last__", "yaml", ""),
        (lambda s: s.replace("stimulus:", "stimulus: [\n"), "", "yaml", "not valid YAML"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(
    change: Callable[[str], str], marker: str, code: str, said: str
) -> None:
    source = change(READING)
    assert source != READING
    findings = findings_of(source)
    assert any(finding.code == code and said in finding.message for finding in findings), findings
    if marker and marker != "__last__":
        assert line_of(source, marker) in {finding.line for finding in findings}
    assert all(re.fullmatch(rf"{PATH}:\d+: error: .*", str(finding)) for finding in findings)


ITEM_HEAD = """  - id: fi-r-900-1
    kind: {kind}
    level: A2.2
    focus: detail
    descriptor: Löytää tiedon.
    instruction: choose_answer
    prompt: Mitä?
"""


@pytest.mark.parametrize(
    ("kind", "rest", "said"),
    [
        (
            "truth",
            "statement: S.\n    key: 'true'\n    why: {true: Oikein.}\n    reason: R.",
            "why “false” is wrong",
        ),
        (
            "matching",
            "left: [{id: l1, text: a}, {id: l2, text: b}]\n    right: [{id: r1, text: a}, "
            "{id: r2, text: b}]\n    key: {l1: r9, l2: r1}\n    reason: R.",
            "r9",
        ),
        (
            "matching",
            "left: [{id: l1, text: a}, {id: l2, text: b}]\n    right: [{id: r1, text: a}, "
            "{id: r2, text: b}]\n    key: {l1: r1, l3: r2}\n    reason: R.",
            "only on one",
        ),
        (
            "ordering",
            "parts: [{id: p1, text: a}, {id: p2, text: b}, {id: p3, text: c}]\n"
            "    key: [p1, p2, p3]\n    reason: R.",
            "shuffle",
        ),
        (
            "ordering",
            "parts: [{id: p1, text: a}, {id: p2, text: b}, {id: p3, text: c}]\n"
            "    key: [p1, p2, p4]\n    reason: R.",
            "every part once",
        ),
        (
            "inline_choice",
            "text: Minä {1}.\n    gaps: {1: {options: [olen, on], key: ovat}}\n    reason: R.",
            "not an option",
        ),
        (
            "inline_choice",
            "text: Minä {2} täällä.\n    gaps: {1: {options: [olen, on], key: on}}\n    reason: R.",
            "mark every gap",
        ),
        ("number", "answer: kaksi\n    as: price\n    reason: R.", "cannot be read"),
        ("short", "accept: ['...']\n    reason: R.", "marked wrong"),
        (
            "multiple",
            "options: [{id: a, text: a, why: w}, {id: b, text: b, why: w}, "
            "{id: c, text: c, why: w}, {id: d, text: d, why: w}]\n    key: [a, b, c, d]\n"
            "    reason: R.",
            "nothing to choose",
        ),
    ],
)
def test_keys_that_cannot_work_are_refused(kind: str, rest: str, said: str) -> None:
    head = READING.split("items:\n")[0]
    source = f"{head}items:\n{ITEM_HEAD.format(kind=kind)}    {rest}\n"
    assert any(said in finding.message for finding in findings_of(source))


def test_a_script_needs_a_voice_for_everybody_and_nobody_silent() -> None:
    path = "fi/listening/fi-l-900.yaml"
    assert "no voice" in str(findings_of(LISTENING.replace("speaker: B", "speaker: C"), path))
    silent = LISTENING.replace("B: male", "B: male, C: male")
    assert "says nothing" in str(findings_of(silent, path))


@given(st.text(max_size=200))
def test_no_text_does_anything_but_parse_or_be_refused(source: str) -> None:
    try:
        checked(source, PATH)
    except BadContent as refused:
        said = refused.findings
    else:
        said = (None,)
    assert said


def test_layout_and_editorial_fields_do_not_change_the_digest() -> None:
    digest = content_digest(parse(READING, PATH).data)
    for old, new in [
        ("author: Kokeilija", "author: Toinen"),
        ("Perunan hinta.", "Tämä on perunan hinta."),
        ("topic: torin hinnat", "topic: tori"),
        ("reason: Omenan", "reason: Siis omenan"),
        ("area: shop", "area: money"),
        ("level: A1.2", "level: A1.3"),
        ("seconds: 60", "seconds:    90 # hitaampi"),
    ]:
        assert old in READING
        assert content_digest(parse(READING.replace(old, new), PATH).data) == digest, old


def test_everything_that_the_person_meets_changes_the_digest() -> None:
    digest = content_digest(parse(READING, PATH).data)
    for old, new in [
        ("Tervetuloa torille!", "Tervetuloa!"),
        ("Paljonko omenat", "Mitä omenat"),
        ("key: b", "key: a"),
        ("3,10 €", "3,20 €"),
        ("instruction: choose_price", "instruction: choose_answer"),
        ("alt: omena", "alt: punainen omena"),
    ]:
        assert old in READING
        assert content_digest(parse(READING.replace(old, new), PATH).data) != digest, old


def test_another_recording_or_number_of_plays_is_another_version() -> None:
    data = parse(LISTENING, "x").data
    assert content_digest(data, "a" * 64) != content_digest(data, "b" * 64)
    assert content_digest(data) != content_digest(data | {"plays": 1})
    assert content_digest(data) == content_digest(data | {"plays": 2})
    assert task_of(data).plays == 2
    assert task_of(data | {"level": "B2.1"}).plays == 1


def test_a_folder_is_read_in_order_with_findings_for_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "fi" / "reading"
    folder.mkdir(parents=True)
    (folder / "fi-r-900.yaml").write_text(READING, encoding="utf-8")
    (folder / "fi-r-901.yaml").write_text("id: [", encoding="utf-8")
    (folder / "fi-r-902.yaml").write_bytes(b"\xff\xfe\x00")
    bank = read_folder(tmp_path)
    assert [task.id for task in bank.tasks] == ["fi-r-900"]
    assert {finding.path for finding in bank.findings} == {
        "fi/reading/fi-r-901.yaml",
        "fi/reading/fi-r-902.yaml",
    }
    with pytest.raises(BadContent):
        load_folder(tmp_path)


def test_a_task_knows_its_words_and_texts() -> None:
    task = task_of(parse(READING, PATH).data)
    assert task.words == 8
    assert "Tervetuloa torille!" in task.stimulus_text
    assert "omena" not in task.stimulus_text.split("\n")
    assert task.items[0].interaction.right_answer == {"choice": "b"}


def test_the_shipped_content_can_be_used(shipped: BankFiles) -> None:
    assert shipped.tasks
    assert shipped.findings == ()
