"""`standard`: cuts from panels, each method with a STANDARD that the other commands read."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from testing.measurement.item_files import read_standard
from tests.testing.command_files import call, refused, rows_of, write

DIFFICULTY = np.linspace(-3, 3, 13)
ITEMS = "item,model,a,b,c\n" + "".join(
    f"i{k},{'3pl' if k % 2 else '2pl'},1.2,{b},{0.25 if k % 2 else 0}\n"
    for k, b in enumerate(DIFFICULTY)
)
GUESS = np.array([0.25 if k % 2 else 0.0 for k in range(13)])
MINDS = {"anna": (-1.2, 0.6), "ben": (-0.8, 1.0), "cai": (-1.1, 0.9), "dea": (-0.7, 1.1)}
LEVELS = ("A1.1", "A2.1")


def judged(theta: float) -> np.ndarray:
    return GUESS + (1 - GUESS) / (1 + np.exp(-1.2 * (theta - DIFFICULTY)))


def angoff_panel(minds: dict[str, tuple[float, float]], separator: str = ",") -> str:
    lines = [separator.join(["judge", "level", "item", "score"])]
    for judge, own in minds.items():
        for level, theta in zip(LEVELS, own, strict=True):
            lines += [
                separator.join([judge, level, f"i{k}", f"{p:.6f}"])
                for k, p in enumerate(judged(theta))
            ]
    return "\n".join(lines)


def run(tmp_path: Path, *arguments: object) -> tuple[dict[str, Any], list[dict[str, str]], str]:
    """The JSON record, the rows of STANDARD, and the notes."""
    out = tmp_path / "standard.csv"
    result = call("standard", *arguments, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    rows = rows_of(out)
    assert list(rows[0]) == ["level", "cut", "se", "se_shared"]
    record = json.loads(result.stdout)
    read = read_standard(out)
    for row, level, se in zip(rows, record["levels"], read.cut_se, strict=True):
        assert (row["level"], float(row["cut"])) == (
            level["level"],
            pytest.approx(level["cut"], abs=1e-6),
        )
        assert float(se) == pytest.approx(level["se"], abs=1e-5)
    assert "written to" in call("standard", *arguments, "--out", out).stdout
    return record, rows, result.stderr


def test_angoff(tmp_path: Path) -> None:
    items = write(tmp_path / "items.csv", ITEMS)
    panel = tmp_path / "panel.csv"
    panel.write_text("\ufeff" + angoff_panel(MINDS, ";"), encoding="utf-8")
    record, rows, notes = run(tmp_path, "angoff", panel, items)
    minds = np.array(list(MINDS.values()))
    low = record["levels"][0]
    assert [float(row["cut"]) for row in rows] == pytest.approx(minds.mean(axis=0), abs=1e-4)
    assert low["se"] == pytest.approx(minds[:, 0].std(ddof=1) / 2, abs=1e-4)
    assert low["by_judge"] == pytest.approx({j: own[0] for j, own in MINDS.items()}, abs=1e-4)
    # t(3) = 3.182
    assert low["interval_95"][1] - low["cut"] == pytest.approx(3.1824 * low["se"], abs=1e-4)
    # A judge who is severe at one level is so at the other.
    r = np.corrcoef(minds.T)[0, 1]
    assert r > 0.8
    assert float(rows[0]["se_shared"]) == pytest.approx(low["se"] * np.sqrt(r), abs=1e-4)
    assert record["covariance"][0][1] == pytest.approx(
        r * low["se"] * record["levels"][1]["se"], abs=1e-4
    )
    assert len(record["judgements"]) == 104
    assert record["items"][1]["c"] == "0.25"
    assert notes == ""
    # The commands that need a standard take the file.
    responses = write(tmp_path / "r.csv", "person,i0,i6\np,1,0\nq,1,1\n")
    standard = tmp_path / "standard.csv"
    assert call(
        "ability", items, responses, "--out", tmp_path / "a.csv", "--standard", standard
    ).exit_code == 0  # fmt: skip
    assert list(rows_of(tmp_path / "a.csv")[0])[-3:] == ["p_alle_A1.1", "p_A1.1", "p_A2.1"]
    assert call(
        "simulate", items, "--standard", standard, "--length", 4, "--takers", 20, "--seed", 1
    ).exit_code == 0  # fmt: skip


def test_levels_of_another_scale_and_judges_of_one_level(tmp_path: Path) -> None:
    items = write(tmp_path / "items.csv", ITEMS)
    lines = angoff_panel(MINDS).replace("A1.1", "N1").replace("A2.1", "N2").splitlines()
    kept = [line for line in lines if not line.startswith("dea,N1")]
    panel = write(tmp_path / "panel.csv", "\n".join(kept))
    record, rows, _ = run(tmp_path, "angoff", panel, items, "--levels", "N1,N2,N3")
    assert [row["level"] for row in rows] == ["N1", "N2"]
    assert [level["n_judges"] for level in record["levels"]] == [3, 4]
    # A panel that leaves the lowest border out says what everybody below will be called.
    higher = [line for line in angoff_panel(MINDS).splitlines() if ",A1.1," not in line]
    panel = write(tmp_path / "panel.csv", "\n".join(higher))
    assert "begins at A2.1" in run(tmp_path, "angoff", panel, items)[2]


def test_bookmark_by_hand(tmp_path: Path) -> None:
    items = write(tmp_path / "items.csv", ITEMS)
    booklet = tmp_path / "booklet.csv"
    assert call("standard", "booklet", items, "--out", booklet).exit_code == 0
    pages = rows_of(booklet)
    location = DIFFICULTY + np.log(2) / 1.2
    assert [row["item"] for row in pages] == [f"i{k}" for k in range(13)]
    assert [float(row["location"]) for row in pages] == pytest.approx(location, abs=1e-6)
    panel = write(
        tmp_path / "panel.csv",
        "judge,level,item\na,A1.1,i3\nb,A1.1,i5\na,B1.1,i9\nb,B1.1,i10\nc,B1.1,i11\n",
    )
    record, rows, _ = run(tmp_path, "bookmark", panel, items)
    # Midway to the page before; pages lie .5 apart.
    assert [float(row["cut"]) for row in rows] == pytest.approx(
        [location[4] - 0.25, location[10] - 0.25], abs=1e-5
    )
    assert record["levels"][0]["se"] == pytest.approx(0.5, abs=1e-6)
    assert record["marks"][0] == {"judge": "a", "level": "A1.1", "item": "i3", "page": 4}
    assert record["booklet"][3]["page"] == 4
    harder, *_ = run(tmp_path, "bookmark", panel, items, "--response-probability", 0.8)
    assert harder["levels"][0]["cut"] - record["levels"][0]["cut"] == pytest.approx(
        np.log(2) / 1.2, abs=1e-6
    )


def ability_file(path: Path, theta: np.ndarray, se: float = 0.3) -> Path:
    lines = ["person,theta,se,n_items,lz_star"]
    return write(path, "\n".join([*lines, *(f"p{n},{x:.6f},{se},9," for n, x in enumerate(theta))]))


def test_groups(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    theta = rng.normal(0, 1.5, 240)
    ability = ability_file(tmp_path / "ability.csv", theta)
    place = np.searchsorted([-1.0, 0.8], theta + rng.normal(0, 0.5, 240))
    lines = [f"p{n},{('alle_A1.1', *LEVELS)[k]}" for n, k in enumerate(place)]
    sorted_people = write(tmp_path / "sorted.csv", "\n".join(["person,level", *lines, "who,A1.1"]))
    record, rows, notes = run(tmp_path, "contrasting", sorted_people, ability)
    assert [row["level"] for row in rows] == list(LEVELS)
    for row, cut in zip(record["levels"], (-1.0, 0.8), strict=True):
        assert abs(row["cut"] - cut) < 3 * row["se"] + 0.2
    assert record["levels"][1]["below"] == "A1.1"
    assert record["levels"][0]["n_below"] == (place == 0).sum()
    assert len(record["people"]) == 240
    assert "1 persons without an ability" in notes

    near = [n for n in range(240) if abs(theta[n] - 0.8) < 0.5]
    border = write(
        tmp_path / "border.csv", "person,level\n" + "\n".join(f"p{n},A2.1" for n in near)
    )
    record, rows, notes = run(tmp_path, "borderline", border, ability)
    own = theta[near]
    assert float(rows[0]["cut"]) == pytest.approx(np.median(own), abs=1e-5)
    assert record["levels"][0]["se"] == pytest.approx(
        np.sqrt(np.pi / 2) * own.std(ddof=1) / np.sqrt(len(own)), abs=1e-5
    )
    assert "begins at A2.1" in notes


def test_blind_levels_mend_a_shifted_scale(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    true_cuts = np.array([-2.0, -1.0, 0.0, 1.0])
    codes = ("A1.1", "A1.2", "A1.3", "A2.1")
    theta = rng.normal(-0.5, 1.4, 300)
    ability = ability_file(tmp_path / "ability.csv", theta + rng.normal(0, 0.3, 300))
    level = np.searchsorted(true_cuts, theta + rng.normal(0, 0.4, 300))
    lines = [f"p{n},{('alle_A1.1', *codes)[k]}" for n, k in enumerate(level)]
    panel = write(tmp_path / "panel.csv", "\n".join(["person,level", *lines]))
    earlier = write(
        tmp_path / "earlier.csv",
        "level,cut,se,se_shared\n"
        + "".join(f"{c},{x + 0.5},0.3,0.4\n" for c, x in zip(codes, true_cuts, strict=True)),
    )
    record, _, notes = run(tmp_path, "blind", panel, ability, "--earlier", earlier)
    for row, cut in zip(record["levels"], true_cuts, strict=True):
        assert abs(row["cut"] - cut) < 3 * row["se"]
        assert row["se"] < 0.2
        assert row["earlier"] == pytest.approx(cut + 0.5)
        assert row["z_earlier"] > 2 > abs(row["z"])
        assert 0 < row["prior_weight"] < 0.3
    assert record["assessor_sd"] == pytest.approx(0.4, abs=0.2)
    assert record["n"] == record["n_lowest"] + sum(row["n_level"] for row in record["levels"])
    assert len(record["people"]) == 300
    assert notes == ""


PEOPLE = "person,level\n" + "".join(f"p{n},{LEVELS[n % 2]}\n" for n in range(12))
ABILITY = "person,theta,se\n" + "".join(f"p{n},{n % 2 + n / 10},0.3\n" for n in range(12))
EARLIER = "level,cut,se\nA1.1,-1,0.3\nA2.1,1,0.3\n"
JUDGE = "judge,level,item,score\n"
MARK = "judge,level,item\n"


@pytest.mark.parametrize(
    ("method", "files", "options", "words"),
    [
        ("angoff", ("", ITEMS), (), ("one.csv", "empty")),
        ("angoff", (JUDGE, ITEMS), (), ("one.csv", "line 2", "at least one row")),
        ("angoff", ("judge,level,item\na,A1.1,i0\n", ITEMS), (), ("line 1", "column score")),
        ("angoff", (JUDGE + "a,A1.1,i0,.5\n", ITEMS), (), ("line 2", "A1.1", "two judges")),
        ("angoff", (JUDGE + "a,A1,i0,.5\n", ITEMS), (), ("line 2", "column level", "'A1'")),
        ("angoff", (JUDGE + "a,,i0,.5\n", ITEMS), (), ("line 2", "column level", "blank")),
        ("angoff", (JUDGE + "a,alle_A1.1,i0,.5\n", ITEMS), (), ("line 2", "the lowest")),
        ("angoff", (JUDGE + "a,A1.1,i0,.5\n", ITEMS), ("--levels", "N1,N2"), ("N1, N2", "'A1.1'")),
        ("angoff", (JUDGE + "a,A1.1,q,.5\n", ITEMS), (), ("line 2", "column item", "found q")),
        ("angoff", (JUDGE + "a,A1.1,i0,1.5\n", ITEMS), (), ("line 2", "from 0 to 1", "1.5")),
        ("angoff", (JUDGE + "a,A1.1,i0,half\n", ITEMS), (), ("line 2", "column score", "'half'")),
        (
            "angoff",
            (JUDGE + "a,A1.1,i0,.5\na,A1.1,i0,.6\n", ITEMS),
            (),
            ("line 3", "column item", "line 2 already"),
        ),
        (
            "angoff",
            (JUDGE + "a,A1.1,i0,.5\nb,A1.1,i1,.1\n", ITEMS),
            (),
            ("column judge", "judge b expects a total of 0.10"),
        ),
        (
            "angoff",
            (JUDGE + "".join(f"{j},{c},i0,{s}\n" for j in "ab" for c, s in
                             (("A1.1", 0.6), ("A2.1", 0.5))), ITEMS),
            (),
            ("expected cuts that rise", "A2.1", "A1.1"),
        ),
        ("bookmark", (MARK + "a,A1.1,i0\nb,A1.1,i3\n", ITEMS), (), ("line 2", "found i0")),
        ("bookmark", (MARK + "a,A1.1,i2\n", ITEMS), (), ("A1.1", "two judges")),
        ("bookmark", (MARK + "a,A1.1,i2\na,A1.1,i3\n", ITEMS), (), ("line 3", "column level")),
        (
            "bookmark",
            (MARK + "a,A1.1,i2\n", ITEMS),
            ("--response-probability", 1),
            ("--response-probability", "between 0 and 1"),
        ),
        (
            "bookmark",
            (MARK + "a,A1.1,g\n", "item,model,a,step1,step2\ng,gpcm,1,0,1\n"),
            (),
            ("two.csv", "line 2", "two scores"),
        ),
        ("borderline", ("person,level\np0,A1.1\n", ABILITY), (), ("A1.1", "two people")),
        ("borderline", ("person,level\nq,A1.1\n", ABILITY), (), ("persons with an ability",)),
        ("borderline", (PEOPLE + "p0,A1.1\n", ABILITY), (), ("line 14", "column person")),
        ("borderline", (PEOPLE, ABILITY + "p0,1,1\n"), (), ("two.csv", "line 14", "p0")),
        ("borderline", (PEOPLE, "person,theta,se\np0,1,0\n"), (), ("line 2", "column se")),
        ("borderline", (PEOPLE, "person,theta\np0,1\n"), (), ("line 1", "column se")),
        ("contrasting", ("person,level\np0,A1.1\np1,A1.1\n", ABILITY), (), ("A1.1 only",)),
        (
            "contrasting",
            (PEOPLE.replace("p2,A1.1\np3,A2.1\n", "").replace("p4,A1.1\n", ""), ABILITY),
            (),
            ("A1.1 (4 people)", "at least five"),
        ),
        ("blind", ("person,level\np0,A1.1\np1,A2.1\n", ABILITY), (), ("at least ten",)),
        ("blind", (PEOPLE.replace("A2.1", "B1.1"), ABILITY), (), ("line 3", "alle_A1.1, A1.1, A2")),
        ("blind", (PEOPLE, ABILITY), ("--earlier", "bare.csv"), ("bare.csv", "column se")),
    ],
)  # fmt: skip
def test_refusals(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    files: tuple[str, str],
    options: tuple[object, ...],
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in zip(("one.csv", "two.csv"), files, strict=True):
        write(tmp_path / name, text)
    write(tmp_path / "earlier.csv", EARLIER)
    write(tmp_path / "bare.csv", "level,cut\nA1.1,-1\nA2.1,1\n")
    if method == "blind" and not options:
        options = ("--earlier", "earlier.csv")
    refused(call("standard", method, "one.csv", "two.csv", "--out", "out.csv", *options), *words)
    assert not (tmp_path / "out.csv").exists()
