"""`lahtotaso bank` for authors: what it prints, what it writes, how it exits."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from items.bank_files import CONTENT
from testing.bank_commands import bank
from tests.items.sample_tasks import READING


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A folder with one task, its scale and its blueprint."""
    folder = tmp_path / "content"
    target = folder / "fi" / "reading"
    target.mkdir(parents=True)
    (target / "fi-r-900.yaml").write_text(READING, encoding="utf-8")
    for name in ("_scale.toml", "_blueprint.toml"):
        shutil.copy(CONTENT / "fi" / "reading" / name, target)
    for name in ("vocabulary", "words", "pictures"):
        shutil.copytree(CONTENT / name, folder / name)
    return folder


def run(*arguments: object, data: Path | None = None) -> tuple[int, str, str]:
    environment = {"LAHTOTASO_DATA": str(data)} if data else {}
    result = CliRunner(env=environment).invoke(bank, [str(part) for part in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_check_exits_with_1_and_names_file_and_line(content: Path) -> None:
    code, out, _ = run("check", "--content", content)
    assert code == 1
    assert "content/fi/reading:1: error: no task at A1.1 [coverage]" in out
    assert "1 tasks and prompts, 1 items" in out


def test_check_prints_one_json_object_with_counts(content: Path) -> None:
    code, out, _ = run("check", "--content", content, "--json")
    report = json.loads(out)
    assert code == 1
    assert report["items"] == {"fi": {"reading": {"A1.2": 1}}}
    assert report["errors"] == sum(one["severity"] == "error" for one in report["findings"])
    assert set(report["findings"][0]) == {"file", "line", "severity", "check", "message"}


def test_import_twice_and_export_unchanged(content: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    code, out, err = run("import", "--content", content, "--status", "pilot", data=data)
    assert (code, out.splitlines()[0][:6]) == (0, "1 new,")
    assert "1/1 tasks" in err
    code, out, _ = run("import", "--content", content, data=data)
    assert "0 new, 0 changed (now drafts), 0 with other notes only, 1 unchanged" in out
    code, out, _ = run("export", tmp_path / "out", data=data)
    assert (code, "1 files in" in out) == (0, True)
    assert (tmp_path / "out" / "fi" / "reading" / "fi-r-900.yaml").read_text() == READING


def test_tasks_in_pilot_use_are_set_live_by_name_or_together(
    content: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run("import", "--content", content, "--status", "pilot", data=data)
    assert run("live", "fi", "reading", data=data)[0] == 2
    code, _, err = run("live", "fi", "reading", "fi-r-900", "fi-r-901", data=data)
    assert (code, "not in pilot use: fi-r-901" in err) == (1, True)
    # None of its items has an estimate.
    code, out, _ = run("live", "fi", "reading", "--calibrated", data=data)
    assert (code, out) == (0, "0 tasks set live, 1 stay in pilot use\n")
    code, out, _ = run("live", "fi", "reading", "fi-r-900", data=data)
    assert out == "fi-r-900 version 1: live\n1 tasks set live, 0 stay in pilot use\n"
    code, out, _ = run("live", "fi", "reading", "--all", data=data)
    assert out == "0 tasks set live, 0 stay in pilot use\n"


@pytest.mark.parametrize("from_files", [True, False])
def test_export_for_the_measurement_commands(
    content: Path, tmp_path: Path, from_files: bool
) -> None:
    data = tmp_path / "data"
    if not from_files:
        run("import", "--content", content, "--status", "pilot", data=data)
    more = ["--files"] if from_files else []
    target = tmp_path / "out"
    code, out, _ = run("export", target, "--csv", "--content", content, *more, data=data)
    assert code == 0
    assert len(out.splitlines()) == 3
    with (target / "fi-reading-bank.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["item"], row["task"], row["model"]) for row in rows] == [
        ("fi-r-900-1" if from_files else "fi-r-900-1@1", "fi-r-900", "3pl")
    ]
    assert (target / "fi-reading-standard.csv").read_text().startswith("level,cut,se,se_shared\n")
    assert "min_tasks" in (target / "fi-reading-blueprint.toml").read_text()


def test_unusable_content_is_refused_with_file_and_line(content: Path, tmp_path: Path) -> None:
    file = content / "fi" / "reading" / "fi-r-900.yaml"
    file.write_text(READING.replace("key: b", "key: z"), encoding="utf-8")
    code, _, err = run("import", "--content", content, data=tmp_path / "data")
    assert code == 1
    assert "fi/reading/fi-r-900.yaml:29: error: the key “z” is not an option" in err


def test_voices_and_pictures_know_when_there_is_nothing_to_do(content: Path) -> None:
    code, out, _ = run("voices", "--content", content)
    assert (code, out) == (0, "0 made, 0 listening tasks\n")
    code, out, _ = run("pictures", "--content", content)
    assert (code, out) == (0, "1 pictures in 1 files\n")
    code, _, err = run("voices", "fi-l-999", "--content", content)
    assert (code, "no listening task: fi-l-999" in err) == (1, True)


def test_a_sheet_goes_out_and_its_answers_come_back(content: Path, tmp_path: Path) -> None:
    sheet, answers = tmp_path / "sheet.md", tmp_path / "answers.csv"
    code, out, _ = run("sheet", sheet, "--content", content, "--language", "fi")
    assert (code, out) == (0, f"1 items in {sheet}\n")
    assert "fi-r-900-1" in sheet.read_text(encoding="utf-8")
    answers.write_text("item,answer\nfi-r-900-1,b\n", encoding="utf-8")
    code, out, _ = run("mark-sheet", answers, "--content", content)
    assert (code, "all: 1 of 1 right (100.0%)" in out) == (0, True)
    answers.write_text("item,answer\nfi-r-900-1,a\n", encoding="utf-8")
    code, out, _ = run("mark-sheet", answers, "--content", content)
    assert (code, "disagree with the key: fi-r-900-1" in out) == (1, True)
    code, _, _ = run("mark-sheet", answers, "--content", content, "--without-text")
    assert code == 0
    answers.write_text("item\n", encoding="utf-8")
    assert run("mark-sheet", answers, "--content", content)[0] == 1
