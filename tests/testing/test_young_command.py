"""`calibrate --young`: the shipped bank, simulated answers, and a bank that knows more."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from items.bank_files import CONTENT, load_folder
from items.bank_rows import records_of_files
from items.measurement_files import write_measurement_files
from items.scale_files import scale_of_files
from testing.measurement.bank_files import read_bank
from tests.testing.command_files import call, refused, rows_of, write

N = 500


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Swedish reading as `bank export --csv --files` writes it."""
    folder = tmp_path_factory.mktemp("bank")
    shutil.copytree(CONTENT / "sv" / "reading", folder / "sv" / "reading")
    scale = scale_of_files("sv", "reading")
    records = records_of_files(load_folder(folder), "sv", "reading", scale)
    return write_measurement_files(folder, "sv", "reading", records, scale.standard)[0]


def truth_of(rows: list[dict[str, str]], rng: np.random.Generator) -> np.ndarray:
    """Difficulties drawn from the bank's own doubt."""
    of_task = {row["task"]: rng.normal(0, float(row["se_task"])) for row in rows}
    return np.array(
        [float(r["b"]) + rng.normal(0, float(r["se_b"])) + of_task[r["task"]] for r in rows]
    )


@pytest.fixture(scope="module")
def answered(exported: Path) -> tuple[Path, Path, np.ndarray]:
    """RESPONSES and GROUPS of people who meet eight tasks near what is thought of them, and the
    true difficulties."""
    rng = np.random.default_rng(5)
    rows = rows_of(exported)
    b = truth_of(rows, rng)
    c = np.array([float(row["c"]) for row in rows])
    tasks: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        tasks.setdefault(row["task"], []).append(at)
    members = list(tasks.values())
    middle = np.array([float(rows[own[0]]["b"]) for own in members])
    answers, starts = ["person,item,score"], ["person,group"]
    for person in range(N):
        theta = rng.normal(-1.2, 1.8)
        low = theta + rng.normal() < -1.2
        starts.append(f"p{person},{'low' if low else 'high'}")
        at, distance = (-2.4 if low else 0.0), rng.exponential(0.5, len(members))
        for step in range(8):
            task = int((np.abs(middle - at) + distance).argmin())
            distance[task] = np.inf
            own = np.array(members[task])
            p = c[own] + (1 - c[own]) / (1 + np.exp(b[own] - theta))
            scores = (rng.random(len(own)) < p).astype(int)
            answers += [
                f"p{person},{rows[i]['item']},{x}" for i, x in zip(own, scores, strict=True)
            ]
            at += 4.5 / (step + 1.5) * (scores.mean() - 0.62)
    folder = exported.parent
    return (
        write(folder / "r.csv", "\n".join(answers)),
        write(folder / "starts.csv", "\n".join(starts)),
        b,
    )


def test_simulations_with_an_exported_bank_may_leave_by_the_floor(exported: Path):
    lowest = {task.id for task in load_folder(exported.parent).tasks if task.level == "A1.1"}
    assert lowest
    assert read_bank(exported, singles=False).floor == lowest


def test_a_bank_is_exported_answered_updated_and_used(
    exported: Path, answered: tuple[Path, Path, np.ndarray], tmp_path: Path
) -> None:
    responses, starts, truth = answered
    out = tmp_path / "items.csv"
    arguments = ("calibrate", responses, "--young", exported, "--out", out, "--start", starts)
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary["converged"] is True
    assert [row["group"] for row in summary["ability"]] == ["high", "low"]
    assert sum(row["n_persons"] for row in summary["ability"]) == N
    assert summary["ability"][1]["ability_mean"] < summary["ability"][0]["ability_mean"] - 1
    before, after = rows_of(exported), rows_of(out)
    status = np.array([row["status"] for row in summary["items"]])
    assert summary["n_updated"] == (status == "updated").sum() > 0.7 * len(before)
    assert summary["n_held"] == 0
    # Posterior errors standardise against the truth that the bank's doubt was drawn for.
    updated = status == "updated"
    b, se = (np.array([float(row[k]) for row in after])[updated] for k in ("b", "se_b"))
    z = (b - truth[updated]) / se
    assert np.sqrt((z**2).mean()) == pytest.approx(1.0, abs=0.15)
    assert (np.abs(z) < 1.96).mean() > 0.9
    prior = np.array([float(row["b"]) for row in before])[updated]
    assert np.abs(b - truth[updated]).mean() < 0.75 * np.abs(prior - truth[updated]).mean()
    # Whole tasks that nobody met stand as they were; the doubt of a task with updated items has
    # moved into its items.
    touched = {row["task"] for row, new in zip(before, updated, strict=True) if new}
    for old, new, row in zip(before, after, summary["items"], strict=True):
        assert (new["item"], new["task"], new["area"]) == (old["item"], old["task"], old["area"])
        if old["task"] not in touched:
            assert {key: new[key] for key in old} == old
            assert row["n"] == 0
            continue
        assert new["se_task"] == "0"
        if row["status"] == "updated":
            assert int(new["n"]) == row["n"] == row["answers"]
            assert 0 < float(new["infit"]) < 2
            assert new["outfit"] != ""
            assert (new["c"], new["model"]) == (old["c"], old["model"])
    assert np.mean([float(row["infit"]) for row in after if row["infit"]]) == pytest.approx(
        1, abs=0.1
    )
    for row in summary["items"]:
        assert row["calibrated"] == (
            row["status"] == "updated" and row["se"] <= 0.25 and row["n"] >= 150
        )
    assert summary["calibrated"] == [row["item"] for row in summary["items"] if row["calibrated"]]
    # The other commands take the file.
    standard = exported.with_name("sv-reading-standard.csv")
    assert call(
        "ability", out, responses, "--out", tmp_path / "a.csv", "--standard", standard,
        "--prior-sd", 2,
    ).exit_code == 0  # fmt: skip
    assert call(
        "simulate", out, "--standard", standard, "--takers", 4, "--seed", 1, "--draw-parameters"
    ).exit_code == 0  # fmt: skip
    assert call("link", exported, out, "--method", "mean-mean").exit_code == 0


SMALL = (
    "item;model;a;b;c;se_a;se_b;n;task;skill;area;se_task;colour\n"
    "x1;3pl;1;-1;0.3;0.2;0.5;;x;reading;shop;0.6;red\n"
    "x2;3pl;1;-0.8;0.3;0.2;0.5;;x;reading;shop;0.6;red\n"
    "y;2pl;1.1;0.2;;0.1;0.15;400;y;reading;news;;red\n"
    "z;2pl;0.9;0.5;;0.1;0.2;200;z;reading;news;;red\n"
)


def small_answers(people: int = 60) -> str:
    rng = np.random.default_rng(2)
    theta = rng.normal(size=people)
    lines = ["person;x1;x2;y;z;other"]
    for person, own in enumerate(theta):
        p = 1 / (1 + np.exp(np.array([-1, -0.8, 0.2, 0.5]) - own))
        lines.append(f"p{person};" + ";".join(map(str, (rng.random(4) < p).astype(int))) + ";1")
    return "\n".join(lines)


def test_what_is_held_stays_and_what_comes_from_answers_is_added_to(tmp_path: Path) -> None:
    bank = tmp_path / "bank.csv"
    bank.write_text("\ufeff" + SMALL, encoding="utf-8")
    responses = write(tmp_path / "r.csv", small_answers())
    only_z = write(tmp_path / "held.csv", "item,why\nz,anchor\n")
    out = tmp_path / "items.csv"
    statuses = {
        "calibrated": ["updated", "updated", "held", "held"],
        "none": ["updated"] * 4,
        only_z: ["updated", "updated", "updated", "held"],
    }
    for rule, wanted in statuses.items():
        result = call(
            "calibrate", responses, "--young", bank, "--out", out, "--held", rule, "--json"
        )
        assert result.exit_code == 0, result.output
        summary = json.loads(result.stdout)
        assert [row["status"] for row in summary["items"]] == wanted
        assert summary["ability"][0]["group"] is None
        rows = {row["item"]: row for row in rows_of(out)}
        assert "colour" not in rows["y"]
        for row in summary["items"]:
            if row["status"] == "held":
                assert rows[row["item"]]["b"] == {"y": "0.2", "z": "0.5"}[row["item"]]
                assert row["n"] == {"y": 400, "z": 200}[row["item"]]
        assert rows["y"]["n"] == ("460" if wanted[2] == "updated" else "400")
        assert rows["x1"]["n"] == "60"
        assert ("answers already" in result.stderr) == (wanted[2] == "updated")
        assert "other" in result.stderr
        assert "y" in summary["calibrated"]
        assert "x1" not in summary["calibrated"]
    default = call("calibrate", responses, "--young", bank, "--out", out)
    assert "2 updated, 2 held, 0 unchanged; 2 calibrated by error and count" in default.stdout


def test_the_doubt_of_a_task_stays_with_its_other_items(tmp_path: Path) -> None:
    bank = write(tmp_path / "bank.csv", SMALL)
    asked = [line.split(";") for line in small_answers().splitlines()]
    responses = write(
        tmp_path / "r.csv", "\n".join(";".join([row[0], row[1], *row[3:5]]) for row in asked)
    )
    out = tmp_path / "items.csv"
    assert call("calibrate", responses, "--young", bank, "--out", out).exit_code == 0
    first, second, *_ = rows_of(out)
    assert (first["se_task"], second["se_task"]) == ("0", "0")
    assert (second["b"], second["n"]) == ("-0.8", "")
    assert float(second["se_b"]) == pytest.approx(np.hypot(0.5, 0.6), abs=1e-6)
    assert float(first["se_b"]) < 0.5


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({}, ("--model", "2pl"), ("--model", "without --young")),
        ({}, ("--prior-b", "0,1"), ("--prior-b", "without --young")),
        ({}, ("--held", "calibratd"), ("--held", "none or a file", "'calibratd'")),
        ({"held.csv": "item\nq\n"}, ("--held", "held.csv"), ("held.csv", "line 2", "found q")),
        ({"held.csv": "name\nq\n"}, ("--held", "held.csv"), ("held.csv", "line 1", "column item")),
        ({"held.csv": "item\nx1\nx2\ny\nz\n"}, ("--held", "held.csv"), ("r.csv", "not held")),
        ({"bank.csv": SMALL.replace("0.5;;x", ";;x")}, (), ("line 2", "column se_b", "--held")),
        ({"bank.csv": SMALL.replace(";task;", ";tusk;")}, (), ("line 1", "column task")),
        ({"bank.csv": SMALL.replace(";400;", ";many;")}, (), ("line 4", "column n", "'many'")),
        ({"bank.csv": ""}, (), ("bank.csv", "empty")),
        ({"r.csv": "person,x1,y\np,1,2\nq,0,1\n"}, (), ("line 2", "column y", "from 0 to 1")),
        ({"r.csv": "person,q,w\np,1,0\nq,0,1\n"}, (), ("expected answers to items of",)),
        ({"g.csv": "person,group\np0,a\n"}, ("--start", "g.csv"), ("g.csv", "found none for p1")),
        (
            {"g.csv": "person,group\n" + "\n".join(f"p{k},{k // 50}" for k in range(60))},
            ("--start", "g.csv"),
            ("g.csv", "column group", "at least 20", "found 10 at 1"),
        ),
    ],
)  # fmt: skip
def test_refusals(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str],
    options: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {"bank.csv": SMALL, "r.csv": small_answers(), **change}.items():
        write(tmp_path / name, text)
    refused(call("calibrate", "r.csv", "--young", "bank.csv", "--out", "o.csv", *options), *words)
    assert not (tmp_path / "o.csv").exists()


def test_options_of_a_young_bank_without_one(tmp_path: Path) -> None:
    responses = write(tmp_path / "r.csv", small_answers())
    for options, words in (
        ((), ("--model", "--young")),
        (("--model", "2pl", "--held", "none"), ("--held", "--young")),
        (("--model", "2pl", "--start", "g.csv"), ("--start", "--young")),
    ):
        refused(call("calibrate", responses, "--out", tmp_path / "o.csv", *options), *words)
