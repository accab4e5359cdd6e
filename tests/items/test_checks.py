"""Every kind of fault that the bank's check knows is planted once, and found with file and line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from items.bank_files import CONTENT, read_folder
from items.checks import check_folder
from items.checks.answers import answer_findings
from items.checks.levels import level_findings
from items.checks.likeness import likeness_findings
from items.checks.media import media_findings
from items.checks.readability import lix, rare_words, readability_findings
from items.checks.scales import scale_findings
from items.checks.wording import language_of, speller, wording_findings
from items.content_format import Finding
from items.sound import levelled, write_mp3
from items.speech import write_note
from tests.items.sample_tasks import LISTENING, READING
from tests.items.test_sound import tone

FI_READING = "fi/reading/fi-r-900.yaml"


class Folder:
    """A content folder under construction."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, source: str, name: str = "fi-r-900") -> None:
        skill = "listening" if "-l-" in name else "reading"
        file = self.path / name[:2] / skill / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source.replace("fi-r-900", name), encoding="utf-8")

    def find(self, check: Callable[..., object], code: str) -> list[Finding]:
        findings = check_folder(self.path, [check]).findings  # type: ignore[list-item]
        return [finding for finding in findings if finding.code == code]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    for name in ("vocabulary", "words"):
        shutil.copytree(CONTENT / name, tmp_path / name)
    (tmp_path / "pictures").mkdir()
    shutil.copy(CONTENT / "pictures" / "red-apple.svg", tmp_path / "pictures")
    return Folder(tmp_path)


def changed(source: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


def line_of(source: str, text: str) -> int:
    lines = source.splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def item(position: int, options: list[str], key: str, kind: str = "choice") -> str:
    """One more item for a sample task, of worded options."""
    rows = "\n".join(
        f'      - {{id: {name}, text: "{text}", why: Syy.}}'
        for name, text in zip("abcdef", options, strict=False)
    )
    return f"""\
  - id: fi-r-900-{position}
    kind: {kind}
    level: A2.1
    focus: detail
    descriptor: Löytää tiedon tekstistä.
    instruction: choose_answer
    prompt: Kysymys numero {position}?
    options:
{rows}
    key: {key}
    reason: Se on tekstissä.
"""


def reading_of(items: list[str], level: str = "A2.1") -> str:
    head = READING.split("items:\n")[0].replace("level: A1.2", f"level: {level}")
    return f"{head}items:\n{''.join(items)}"


def test_a_clean_task_has_no_findings_of_its_own(folder: Folder) -> None:
    folder.write(READING)
    for check in (answer_findings, likeness_findings, media_findings, readability_findings):
        assert check_folder(folder.path, [check]).findings == ()
    assert folder.find(wording_findings, "language") == []


# Answers


def test_keys_in_one_place(folder: Folder) -> None:
    for number in range(30):
        folder.write(reading_of([item(1, ["yksi", "kaksi", "viisi"], "b")]), f"fi-r-{number:03}")
    found = folder.find(answer_findings, "key-position")
    assert [(finding.path, finding.severity) for finding in found] == [("fi/reading", "error")]
    assert "2: 30 (even: 10)" in found[0].message


def test_keys_in_all_places_are_no_finding(folder: Folder) -> None:
    for number in range(30):
        key = "abc"[number % 3]
        folder.write(reading_of([item(1, ["yksi", "kaksi", "viisi"], key)]), f"fi-r-{number:03}")
    assert folder.find(answer_findings, "key-position") == []


def test_truth_keys_that_favour_one_value(folder: Folder) -> None:
    truth = """\
  - id: fi-r-900-1
    kind: truth
    level: A2.2
    focus: detail
    descriptor: Löytää tiedon.
    instruction: true_false
    statement: Tori on auki.
    key: "true"
    why: {"false": Ei ole., not_said: On sanottu.}
    reason: Se on tekstissä.
"""
    for number in range(20):
        folder.write(reading_of([truth], "A2.2"), f"fi-r-{number:03}")
    assert "true: 20" in folder.find(answer_findings, "key-position")[0].message


def test_the_key_is_too_often_the_longest(folder: Folder) -> None:
    for number in range(12):
        options = ["koira", "kissa", "hevonen"]
        options[number % 3] = "pieni koira"
        key = "abc"[number % 3]
        folder.write(reading_of([item(1, options, key)]), f"fi-r-{number:03}")
    found = folder.find(answer_findings, "key-longest")
    assert "longest option in 12 of 12" in found[0].message


def test_a_key_that_stands_out_and_a_wide_spread(folder: Folder) -> None:
    long = "Hän menee huomenna bussilla keskustaan"
    source = reading_of([item(1, ["Kotiin", "Kouluun", long], "c")])
    folder.write(source)
    found = folder.find(answer_findings, "option-length")
    assert [(one.path, one.line, one.severity) for one in found] == [
        (FI_READING, line_of(source, "options:"), "error")
    ]
    folder.write(reading_of([item(1, ["Kotiin", "Kouluun", long], "a")]))
    assert [one.severity for one in folder.find(answer_findings, "option-length")] == ["warning"]


def test_options_that_are_the_same(folder: Folder) -> None:
    folder.write(reading_of([item(1, ["Kotiin", "kotiin", "Töihin"], "a")]))
    assert folder.find(answer_findings, "options")


@pytest.mark.parametrize(
    "change",
    [
        ("instruction: choose_price", "instruction: choose_picture"),
        ("instruction: choose_price", "instruction: choose_time"),
        ("instruction: choose_price", "instruction: match"),
        (
            "instruction: choose_price\n    prompt: Paljonko omenat maksavat?",
            "instruction: choose_answer",
        ),
    ],
)
def test_an_instruction_that_does_not_fit(folder: Folder, change: tuple[str, str]) -> None:
    source = changed(READING, change)
    folder.write(source)
    found = folder.find(answer_findings, "instruction")
    assert [finding.line for finding in found] == [line_of(source, "instruction:")]


# Levels


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        (changed(READING, ("    level: A1.2", "    level: A2.2")), "level", "one step apart"),
        (reading_of([item(n, ["a1", "b1", "c1"], "a") for n in range(1, 5)]), "size", "at most 3"),
        (
            changed(READING, ("    kind: choice", "    kind: short"), ("    key: b\n", ""))
            .replace("    options:\n", "    accept: [peruna]\n")
            .replace("      - {id", "#"),
            "kind",
            "short is not for A1.2",
        ),
        (
            changed(READING, (', as: price', "")).replace("choose_price", "choose_answer"),
            "kind",
            "A1.2: 0% of 1 items",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_level(folder: Folder, source: str, code: str, said: str) -> None:
    folder.write(source)
    found = folder.find(level_findings, code)
    assert {finding.severity for finding in found} == {"error"}
    assert any(said in finding.message for finding in found)


def test_printed_words_in_listening_for_beginners(folder: Folder) -> None:
    folder.write(changed(LISTENING, (", as: time", "")), "fi-l-900")
    found = folder.find(level_findings, "kind")
    assert any("printed words would make it reading" in finding.message for finding in found)


def test_levels_without_tasks_and_with_few(folder: Folder) -> None:
    folder.write(READING)
    found = folder.find(level_findings, "coverage")
    assert {finding.severity for finding in found if "no task at" in finding.message} == {"error"}
    assert len([finding for finding in found if finding.severity == "error"]) == 9
    assert [finding.message for finding in found if finding.severity == "warning"] == [
        "1 tasks at A1.2; 6 are enough to pilot"
    ]


# Likeness


def test_a_question_that_is_there_twice(folder: Folder) -> None:
    folder.write(READING, "fi-r-900")
    folder.write(
        changed(READING, ("Torin hinnat", "Tarjoukset tänään"), ("Tervetuloa torille!", "Osta!")),
        "fi-r-901",
    )
    found = folder.find(likeness_findings, "duplicate")
    assert [(one.path, one.line) for one in found] == [
        ("fi/reading/fi-r-901.yaml", line_of(READING, "- id: fi-r-900-1"))
    ]
    assert "fi-r-900-1" in found[0].message


def test_shared_content_must_be_declared(folder: Folder) -> None:
    folder.write(READING, "fi-r-900")
    other = changed(READING, ("Paljonko omenat maksavat?", "Mitä sinä ostat torilta tänään?"))
    folder.write(other, "fi-r-901")
    assert "fi-r-900" in folder.find(likeness_findings, "enemies")[0].message
    folder.write(changed(other, ("enemies: []", "enemies: [fi-r-902]")), "fi-r-901")
    assert len(folder.find(likeness_findings, "enemies")) == 2
    folder.write(changed(other, ("enemies: []", "enemies: [fi-r-800]")), "fi-r-901")
    folder.write(READING, "fi-r-800")
    folder.write(changed(READING, ("enemies: []", "enemies: [fi-r-800, fi-r-901]")), "fi-r-900")
    assert folder.find(likeness_findings, "enemies") == []


def test_a_text_and_a_recording_may_share_content_and_say_so(folder: Folder) -> None:
    folder.write(changed(READING, ("enemies: []", "enemies: [fi-l-900]")), "fi-r-900")
    assert "fi-l-900" in folder.find(likeness_findings, "enemies")[0].message
    folder.write(LISTENING, "fi-l-900")
    assert folder.find(likeness_findings, "enemies") == []


# Media


def record(folder: Folder, loudness_shift: float = 0.0, seconds: float = 6.0) -> Path:
    task = next(task for task in read_folder(folder.path).tasks if task.script)
    file = folder.path / "media" / "fi" / f"{task.id}.mp3"
    write_mp3(levelled(tone(seconds)) * 10 ** (loudness_shift / 20), file)
    write_note(file, task, synthetic=True, voices={})
    return file


def recording_faults(folder: Folder) -> str:
    return " | ".join(str(finding) for finding in folder.find(media_findings, "recording"))


def test_a_good_recording_has_no_findings_and_wants_a_human_voice(folder: Folder) -> None:
    folder.write(LISTENING, "fi-l-900")
    record(folder)
    report = check_folder(folder.path, [media_findings])
    assert report.findings == ()
    assert report.synthetic == ("fi-l-900",)


def test_a_missing_recording(folder: Folder) -> None:
    folder.write(LISTENING, "fi-l-900")
    said = recording_faults(folder)
    assert f"fi/listening/fi-l-900.yaml:{line_of(LISTENING, 'script:')}: error: no record" in said


def test_a_recording_of_another_script(folder: Folder) -> None:
    folder.write(LISTENING, "fi-l-900")
    record(folder)
    folder.write(changed(LISTENING, ("Kello yhdeksän.", "Kello kymmenen.")), "fi-l-900")
    assert "speaks another script" in recording_faults(folder)


@pytest.mark.parametrize(("shift", "said"), [(-6.0, "loudness -29"), (30.0, "samples are clipped")])
def test_a_recording_too_low_or_clipped(folder: Folder, shift: float, said: str) -> None:
    folder.write(LISTENING, "fi-l-900")
    record(folder, shift)
    assert said in recording_faults(folder)


def test_a_recording_that_was_exchanged_or_broken(folder: Folder) -> None:
    folder.write(LISTENING, "fi-l-900")
    file = record(folder)
    write_mp3(levelled(tone(7)), file)
    assert "not the one that its note describes" in recording_faults(folder)
    file.write_bytes(b"no sound")
    assert "cannot be read as sound" in recording_faults(folder)


def test_a_recording_that_is_spoken_too_slowly(folder: Folder) -> None:
    folder.write(LISTENING, "fi-l-900")
    record(folder, seconds=40)
    assert "words a minute" in recording_faults(folder)


def test_a_picture_that_is_not_there(folder: Folder) -> None:
    source = changed(READING, ("picture: red-apple", "picture: blue-apple"))
    folder.write(source)
    found = folder.find(media_findings, "picture")
    assert [finding.line for finding in found] == [line_of(source, "blue-apple")]


# Readability


NEWS = (
    "Työmarkkinajärjestöjen neuvottelutulos edellyttää kilpailukykysopimuksen rakenteellisten "
    "kustannusvaikutusten kokonaisvaltaista uudelleenarviointia, jonka lainsäädännölliset "
    "reunaehdot perustuslakivaliokunta määrittelee syysistuntokaudella, ja valtiovarainministeriön "
    "talouspoliittisen osaston laatima suhdannekatsaus ennakoi kansantalouden elpymistä."
)


def test_a_newspaper_text_for_beginners(folder: Folder) -> None:
    folder.write(changed(READING, ("Tervetuloa torille!", NEWS)))
    codes = {
        (finding.code, finding.severity)
        for finding in check_folder(folder.path, [readability_findings]).findings
    }
    assert {("readability", "error"), ("vocabulary", "error")} <= codes


def test_a_text_too_long_or_too_short_for_its_level(folder: Folder) -> None:
    folder.write(changed(READING, ("Tervetuloa torille!", "Osta omena. " * 60)))
    assert "A1.2 has 4 to 60" in folder.find(readability_findings, "length")[0].message
    folder.write(changed(READING, ("level: A1.2", "level: B2.1")))
    assert "B2.1 has" in folder.find(readability_findings, "length")[0].message


def test_lix_of_a_known_text() -> None:
    assert lix("Tämä on lyhyt lause. Tässäkin on neljä sanaa.") == pytest.approx(8 / 2 + 100 / 8)
    assert lix("") == 0


def test_rare_words_are_counted_by_dictionary_form_and_names_left_out() -> None:
    frequent = frozenset({"kauppa", "olla", "minä"})
    text = "Kaupassa oli Anastasia. Minulla on sirkkeli."
    assert rare_words(text, "fi", frequent) == ["sirkkeli"]


# Wording


def test_a_text_in_another_language(folder: Folder) -> None:
    english = "Welcome to the market square, we sell apples and potatoes every day of the week."
    source = changed(READING, ("Tervetuloa torille!", f'"{english}"'))
    folder.write(source)
    found = folder.find(wording_findings, "language")
    assert line_of(source, "paragraph:") in [finding.line for finding in found]
    assert "“en”, not Finnish" in found[0].message


def test_the_languages_are_told_apart() -> None:
    assert language_of("Tervetuloa torille ostamaan omenoita ja perunoita!") == "fi"
    assert language_of("Välkommen till torget för att köpa äpplen och potatis!") == "sv"


def spelling(folder: Folder, language: str = "fi") -> tuple[list[Finding], bool]:
    """Findings about spelling, and whether this machine has the dictionary."""
    return folder.find(wording_findings, "spelling"), speller(language) is not None


def test_a_misspelled_word_is_found_or_the_missing_dictionary_named(folder: Folder) -> None:
    source = changed(READING, ("Tervetuloa torille!", "Tervetluoa torille!"))
    folder.write(source)
    found, can_spell = spelling(folder)
    said = [(finding.line, finding.severity) for finding in found]
    expected = [(line_of(source, "paragraph:"), "error")] if can_spell else [(1, "warning")]
    assert said == expected
    assert all(("Tervetluoa" if can_spell else "libvoikko1") in str(finding) for finding in found)


def test_names_and_listed_words_are_allowed(folder: Folder) -> None:
    words = folder.path / "words"
    (words / "names.txt").write_text("# Names\nZebulonia\n", encoding="utf-8")
    (words / "fi.txt").write_text("härpätti*\n", encoding="utf-8")
    folder.write(changed(READING, ("Tervetuloa torille!", "Zebulonialla on härpättimiä.")))
    found, can_spell = spelling(folder)
    assert found == [] or not can_spell


def test_spoken_forms_are_for_a2_2_and_above(folder: Folder) -> None:
    spoken = changed(READING, ("Tervetuloa torille!", "Mä oon torilla."))
    folder.write(spoken)
    found, can_spell = spelling(folder)
    assert len(found) == (2 if can_spell else 1)
    folder.write(changed(spoken, ("level: A1.2", "level: A2.2")))
    found, _ = spelling(folder)
    assert found == [] or not can_spell


def test_addresses_and_numbers_are_not_spelled(folder: Folder) -> None:
    text = '"Kirjoita: xqz@torixq.fi tai www.torixq.fi, bussi 55X, klo 12.30."'
    folder.write(changed(READING, ("Tervetuloa torille!", text)))
    found, can_spell = spelling(folder)
    assert found == [] or not can_spell


# Scales


def test_scales_and_blueprints_that_cannot_work(folder: Folder) -> None:
    folder.write(READING)
    assert "has no _scale.toml" in folder.find(scale_findings, "scale")[0].message
    target = folder.path / "fi" / "reading"
    shutil.copy(CONTENT / "fi" / "reading" / "_scale.toml", target)
    assert "has no _blueprint.toml" in folder.find(scale_findings, "blueprint")[0].message
    shutil.copy(CONTENT / "fi" / "reading" / "_blueprint.toml", target)
    assert "cannot meet" in folder.find(scale_findings, "blueprint")[0].message
    (target / "_blueprint.toml").write_text("min_tasks = 1\nmax_tasks = 1\n", encoding="utf-8")
    assert folder.find(scale_findings, "blueprint") == []
    (target / "_scale.toml").write_text("version = 1\n", encoding="utf-8")
    assert folder.find(scale_findings, "scale")


# The whole


def test_ids_are_unique_over_the_folder_and_schema_faults_are_reported(folder: Folder) -> None:
    folder.write(READING)
    folder.write(READING.replace("seconds: 60", "seconds: soon"), "fi-r-901")
    report = check_folder(folder.path, [])
    assert [(finding.path, finding.code) for finding in report.findings] == [
        ("fi/reading/fi-r-901.yaml", "schema")
    ]
    assert report.items == {"fi": {"reading": {"A1.2": 1}}}
    assert report.to_json()["errors"] == 1
