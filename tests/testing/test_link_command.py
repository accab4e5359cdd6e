"""`link`: two scales by their common items, and the items that moved."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.testing.command_files import call, refused, rows_of, write


def test_link_known_transformation(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    a, b = rng.lognormal(0, 0.2, 12), rng.normal(size=12)
    old = [
        "item,model,a,b",
        *(f"i{k},2pl,{x:.9f},{y:.9f}" for k, (x, y) in enumerate(zip(a, b, strict=True))),
    ]
    new = [
        "item,model,a,b",
        *(
            f"i{k},2pl,{x * 1.25:.9f},{(y - 0.4) / 1.25:.9f}"
            for k, (x, y) in enumerate(zip(a, b, strict=True))
        ),
        "only_new,2pl,1,0",
    ]
    first, second = (
        write(tmp_path / "old.csv", "\n".join(old)),
        write(tmp_path / "new.csv", "\n".join(new)),
    )
    for method in ("mean-sigma", "mean-mean", "haebara", "stocking-lord"):
        out = tmp_path / "linked.csv"
        result = call("link", first, second, "--method", method, "--json", "--out", out)
        assert result.exit_code == 0, result.output
        summary = json.loads(result.stdout)
        assert summary["A"] == pytest.approx(1.25, abs=1e-5)
        assert summary["B"] == pytest.approx(0.4, abs=1e-5)
        assert float(rows_of(out)[0]["b"]) == pytest.approx(b[0], abs=1e-4)
    lonely = write(tmp_path / "x.csv", "item,model,a,b\nzz,2pl,1,0\n")
    refused(call("link", first, lonely, "--method", "haebara"), "two items")


def test_drift_of_every_common_difficulty(tmp_path: Path) -> None:
    old = ["item,model,a,b,step1,step2,se_b,se_step1,se_step2"]
    new = list(old)
    noise = (0.05, -0.04, 0.02, -0.06, 0.03, -0.01, 0.04, -0.03)
    for k, off in enumerate(noise):
        old.append(f"i{k},2pl,1,{k / 2 - 2},,,0.1,,")
        new.append(f"i{k},2pl,1,{k / 2 - 2 + off + (0.9 if k == 3 else 0)},,,0.1,,")
    old.append("g,gpcm,1,,-0.5,0.5,,0.1,0.1")
    new.append("g,gpcm,1,,-0.5,1.5,,0.1,")
    first = write(tmp_path / "old.csv", "\n".join(old))
    second = write(tmp_path / "new.csv", "\n".join([*new, "alone,2pl,1,0,,,,,"]))
    out = tmp_path / "drift.csv"
    result = call("link", first, second, "--method", "mean-mean", "--drift", out, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    rows = rows_of(out)
    assert list(rows[0]) == ["item", "step", "difference", "z", "robust_z", "drifted"]
    assert len(rows) == 10
    # Furthest first; harder than before is below 0, and an item with one moved step has drifted.
    assert [(row["item"], row["step"]) for row in rows[:2]] == [("g", "2"), ("i3", "")]
    difference = {(row["item"], row["step"]): float(row["difference"]) for row in rows}
    b = {k: k / 2 - 2 + off + (0.9 if k == 3 else 0) for k, off in enumerate(noise)}
    for k in range(8):
        wanted = k / 2 - 2 - (found["A"] * b[k] + found["B"])
        assert difference[f"i{k}", ""] == pytest.approx(wanted, abs=1e-5)
    moved = next(row for row in rows if row["item"] == "i3")
    error = np.hypot(0.1, 0.1 * found["A"])
    assert float(moved["z"]) == pytest.approx(difference["i3", ""] / error, abs=1e-3)
    assert float(moved["robust_z"]) < -2.7
    assert {row["item"] for row in rows if row["drifted"] == "1"} == {"g", "i3"}
    assert found["drifted"] == ["i3", "g"]
    nowhere = tmp_path / "no" / "drift.csv"
    refused(call("link", first, second, "--method", "mean-mean", "--drift", nowhere), "drift.csv")
