"""The psychometricians' commands: files in, files out, and every refusal in one sentence."""

import json
from pathlib import Path

import numpy as np
import pytest

from scoring.irt import Item, Model, probabilities, stack
from tests.testing.command_files import call, draw, refused, rows_of, write, write_wide

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def lsat(tmp_path: Path) -> Path:
    found = json.loads((DATA / "lsat6.json").read_text(encoding="utf-8"))
    rows = [[int(x) for x in p] for p, n in found["frequency"].items() for _ in range(n)]
    return write_wide(tmp_path / "lsat.csv", np.array(rows))


def test_calibrate_lsat6(lsat: Path, tmp_path: Path) -> None:
    out = tmp_path / "items.csv"
    result = call("calibrate", lsat, "--model", "2pl", "--out", out, "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary["log_likelihood"] == pytest.approx(-2466.653, abs=1e-3)
    assert summary["n_parameters"] == 10
    assert summary["converged"] is True
    assert (summary["ability_mean"], summary["ability_sd"]) == (0, 1)
    rows = rows_of(out)
    assert list(rows[0]) == [
        "item", "model", "a", "b", "c", "d", "se_a", "se_b", "se_c", "n", "infit", "outfit",
    ]  # fmt: skip
    assert float(rows[0]["b"]) == pytest.approx(-3.3597, abs=3e-3)
    assert rows[0]["n"] == "1000"
    assert 0.9 < float(rows[0]["infit"]) < 1.1


def test_long_wide_semicolon_and_bom_are_the_same(lsat: Path, tmp_path: Path) -> None:
    wide = lsat.read_text(encoding="utf-8").splitlines()
    names = wide[0].split(",")[1:]
    long = ["person;item;score"]
    for line in wide[1:]:
        person, *scores = line.split(",")
        long += [f"{person};{n};{s}" for n, s in zip(names, scores, strict=True)]
    other = tmp_path / "long.csv"
    other.write_text("\ufeff" + "\r\n".join(long), encoding="utf-8")
    found = []
    for path in (lsat, other):
        result = call(
            "calibrate", path, "--model", "rasch", "--out", tmp_path / "items.csv", "--json"
        )
        assert result.exit_code == 0, result.output
        found.append(json.loads(result.stdout)["log_likelihood"])
    assert found[0] == pytest.approx(found[1], abs=1e-8)


def test_rasch_slope_one_estimates_the_sd(lsat: Path, tmp_path: Path) -> None:
    out = tmp_path / "items.csv"
    result = call("calibrate", lsat, "--model", "rasch", "--slope", "one", "--out", out, "--json")
    summary = json.loads(result.stdout)
    assert summary["ability_sd"] == pytest.approx(0.755, abs=1e-3)
    assert {row["a"] for row in rows_of(out)} == {"1"}
    assert {row["se_a"] for row in rows_of(out)} == {"0"}


def test_polytomous_columns_and_round_trip_to_ability(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    items = [Item(f"g{i}", Model.GPCM, a=1.2, steps=(-1.0 + i / 5, 0.3, 1.1)) for i in range(6)]
    theta = rng.normal(size=800)
    responses = write_wide(tmp_path / "r.csv", draw(items, theta, rng))
    out, abilities = tmp_path / "items.csv", tmp_path / "ability.csv"
    assert call("calibrate", responses, "--model", "gpcm", "--out", out).exit_code == 0
    header = list(rows_of(out)[0])
    assert header[6:9] == ["step1", "step2", "step3"]
    assert "se_step3" in header
    assert rows_of(out)[0]["b"] == ""
    result = call("ability", out, responses, "--method", "eap", "--out", abilities)
    assert result.exit_code == 0, result.output
    estimated = np.array([float(row["theta"]) for row in rows_of(abilities)])
    assert np.corrcoef(estimated, theta)[0, 1] > 0.85
    assert list(rows_of(abilities)[0]) == ["person", "theta", "se", "n_items", "lz_star"]


def test_fixed_rows_are_repeated_unchanged(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    items = [
        Item(f"i{k}", Model.TWO_PL, a=float(rng.lognormal(0, 0.2)), b=float(rng.normal()))
        for k in range(16)
    ]
    responses = write_wide(tmp_path / "r.csv", draw(items, rng.normal(0.7, 1.2, 1500), rng))
    lines = ["item,model,a,b,se_a,se_b,n"]
    lines += [f"{i.id},2pl,{i.a:.3f},{i.b:.3f},0.05,0.06,777" for i in items[:8]]
    fixed = write(tmp_path / "fixed.csv", "\n".join(lines))
    out = tmp_path / "items.csv"
    result = call(
        "calibrate", responses, "--model", "2pl", "--fixed", fixed, "--out", out, "--json"
    )
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary["ability_mean"] == pytest.approx(0.7, abs=0.15)
    assert summary["ability_sd"] == pytest.approx(1.2, abs=0.15)
    rows = rows_of(out)
    for before, after in zip(rows_of(fixed), rows[:8], strict=True):
        assert {key: after[key] for key in before} == before
    b = np.array([float(row["b"]) for row in rows[8:]])
    assert np.abs(b - [i.b for i in items[8:]]).max() < 0.4


def test_items_without_estimates_are_blank_with_a_note(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    scores = rng.integers(0, 2, (60, 5)).astype(float)
    scores[:, 1] = 1
    scores[:, 3] = np.nan
    responses = write_wide(tmp_path / "r.csv", scores)
    out = tmp_path / "items.csv"
    result = call("calibrate", responses, "--model", "rasch", "--out", out)
    assert result.exit_code == 0, result.output
    assert "i1" in result.stderr
    assert "i3" in result.stderr
    rows = {row["item"]: row for row in rows_of(out)}
    assert rows["i1"]["a"] == rows["i1"]["b"] == rows["i3"]["se_b"] == ""
    assert rows["i3"]["n"] == "0"
    assert rows["i0"]["b"] != ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("line 1", "empty")),
        ("person,item,score\n", ("line 2", "row")),
        ("person,item,score\na,x,1\na,x,0\nb,x,1\n", ("line 3", "column item", "once")),
        ("person,item,score\na,x,1\nb,x\n", ("line 3", "3 columns")),
        ("person,item,score\na,x,1\nb,x,yes\n", ("line 3", "column score", "'yes'")),
        ("person,item,score\na,x,1\nb,x,-1\n", ("line 3", "column score", "'-1'")),
        ("person,item,score\na,x,1\nb,x,0.5\n", ("line 3", "column score", "'0.5'")),
        ("person,item,score\na,x,1\nb,x,\n", ("line 3", "column score", "blank")),
        ("person,item,score\na,x,1\na,y,0\n", ("two persons",)),
        ("person,x,y\na,1,0\na,0,1\n", ("line 3", "column person", "once")),
        ("person,x,y\na,1,0\nb,0,1.0\n", ("line 3", "column y", "'1.0'")),
        ("person,x,x\na,1,0\nb,0,1\n", ("line 1", "column x", "once")),
        ("who,x,y\na,1,0\nb,0,1\n", ("line 1", "column who", "person,item,score")),
        ("person,x,y\na,1,2\nb,0,1\nc,0,0\n", ("line 2", "column y", "from 0 to 1")),
        ("person,x\na,\nb,\n", ("blanks",)),
        ('person,x\n"a,1\nb,0\n', ("CSV",)),
    ],
)
def test_responses_refused(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    path = write(tmp_path / "bad.csv", text)
    refused(
        call("calibrate", path, "--model", "2pl", "--out", tmp_path / "o.csv"), "bad.csv", *words
    )
    assert not (tmp_path / "o.csv").exists()


def test_gap_in_the_scores_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", "person,x,y\na,0,1\nb,2,0\nc,0,1\n")
    refused(
        call("calibrate", path, "--model", "gpcm", "--out", tmp_path / "o.csv"),
        "line 3", "column x", "nobody has 1",
    )  # fmt: skip


def test_missing_file_and_wrong_bytes_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    refused(call("calibrate", tmp_path / "no.csv", "--model", "2pl", "--out", out), "no.csv")
    odd = tmp_path / "odd.csv"
    odd.write_bytes(b"person,x\na,1\n\xff,0\n")
    refused(call("calibrate", odd, "--model", "2pl", "--out", out), "line 3", "UTF-8")


def test_disconnected_design_is_refused_with_the_items(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.csv",
        "person,w,x,y,z\na,1,0,,\nb,0,1,,\nc,,,1,0\nd,,,0,1\n",
    )
    refused(
        call("calibrate", path, "--model", "rasch", "--out", tmp_path / "o.csv"),
        "w, x | y, z",
    )


def test_nothing_estimable_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", "person,x,y\na,1,0\nb,1,0\n")
    refused(call("calibrate", path, "--model", "rasch", "--out", tmp_path / "o.csv"), "line 2")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x,1pl,1,0,,", ("column model", "'1pl'")),
        ("x,2pl,-1,0,,", ("column a", "above 0")),
        ("x,2pl,one,0,,", ("column a", "decimal point")),
        ('x,2pl,"1,2",0,,', ("column a", "decimal point")),
        ("x,2pl,1,,,", ("column b",)),
        ("x,grm,1,,1,0", ("column step1", "increase")),
        ("x,gpcm,1,,,0.5", ("column step1", "blank")),
        ("x,2pl,nan,0,,", ("column a",)),
    ],
)
def test_items_refused(tmp_path: Path, lsat: Path, line: str, words: tuple[str, ...]) -> None:
    items = write(tmp_path / "items.csv", f"item,model,a,b,step1,step2\n{line}\n")
    refused(
        call("ability", items, lsat, "--out", tmp_path / "o.csv"), "items.csv", "line 2", *words
    )


def test_unknown_columns_are_ignored_with_a_note(tmp_path: Path, lsat: Path) -> None:
    lines = ["item,model,a,b,colour", *(f"i{k},2pl,1,0,red" for k in range(5))]
    items = write(tmp_path / "items.csv", "\n".join(lines))
    result = call("ability", items, lsat, "--out", tmp_path / "o.csv")
    assert result.exit_code == 0, result.output
    assert "colour" in result.stderr


def test_ability_methods_levels_and_extremes(tmp_path: Path) -> None:
    items = write(
        tmp_path / "items.csv",
        "item,model,a,b,se_a,se_b\n"
        + "\n".join(f"i{k},2pl,1.3,{b},0.2,0.3" for k, b in enumerate((-1, -0.3, 0.4, 1.1))),
    )
    responses = write(
        tmp_path / "r.csv", "person,i0,i1,i2,i3\nhigh,1,1,1,1\nmid,1,1,0,0\nnone,,,,\n"
    )
    standard = write(tmp_path / "s.csv", "level,cut,se,se_shared\nA1.1,-1,.1,.2\nA2.1,0.5,.1,.2\n")
    out = tmp_path / "ability.csv"
    theta = {}
    for method in ("eap", "map", "wle", "ml"):
        result = call(
            "ability", items, responses, "--method", method, "--out", out, "--standard", standard
        )
        assert result.exit_code == 0, result.output
        theta[method] = {row["person"]: row for row in rows_of(out)}
    assert theta["ml"]["high"]["theta"] == theta["ml"]["high"]["se"] == ""
    assert theta["wle"]["high"]["theta"] != ""
    assert float(theta["eap"]["none"]["theta"]) == pytest.approx(0, abs=1e-6)
    assert float(theta["eap"]["none"]["se"]) == pytest.approx(1, abs=1e-4)
    high = theta["eap"]["high"]
    assert high["level"] == "A2.1"
    shares = [float(high[f"p_{level}"]) for level in ("alle_A1.1", "A1.1", "A2.1")]
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    plain = float(high["se"])
    call("ability", items, responses, "--out", out, "--parameter-uncertainty")
    assert float(rows_of(out)[0]["se"]) > plain
    refused(
        call(
            "ability", items, responses, "--method", "ml", "--out", out, "--parameter-uncertainty"
        ),
        "eap",
    )


def test_ability_says_how_far_its_levels_can_be_relied_on(tmp_path: Path) -> None:
    rng = np.random.default_rng(12)
    items = [Item(f"i{k}", Model.TWO_PL, a=1.3, b=b) for k, b in enumerate(np.linspace(-2, 2, 20))]
    theta = rng.normal(0.3, 1.4, 800)
    scores = draw(items, theta, rng).astype(float)
    responses = write_wide(tmp_path / "r.csv", scores)
    lines = ["item,model,a,b", *(f"{i.id},2pl,1.3,{i.b}" for i in items)]
    file = write(tmp_path / "items.csv", "\n".join(lines))
    standard = write(tmp_path / "s.csv", "level,cut\nA1.1,-1\nA2.1,0\nA2.2,1.2\n")
    out = tmp_path / "ability.csv"
    options = ("--out", out, "--prior-mean", 0.3, "--prior-sd", 1.4)
    arguments = ("ability", file, responses, *options, "--standard", standard)
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    rows = rows_of(out)
    p = np.array([[float(row[key]) for key in list(row)[6:]] for row in rows])
    assert found["accuracy"]["overall"] == pytest.approx(p.max(axis=1).mean(), abs=1e-5)
    assert found["consistency"]["overall"] == pytest.approx((p**2).sum(axis=1).mean(), abs=1e-5)
    # What is expected is what happened, whoever expects it.
    true = np.searchsorted([-1, 0, 1.2], theta, side="right")
    said = p.argmax(axis=1)
    right, a2 = (said == true).mean(), ((said >= 2) == (true >= 2)).mean()
    assert found["accuracy"]["overall"] == pytest.approx(right, abs=0.03)
    assert found["accuracy"]["boundaries"]["A2.1"] == pytest.approx(a2, abs=0.03)
    assert found["accuracy"]["bands"] > right
    for other in ("rudner", "lee"):
        assert found[other]["accuracy"] == pytest.approx(right, abs=0.05)
        assert found[other]["consistency"] < found[other]["accuracy"]
    # Expected at 0: half of twenty; far enough from it by symmetry at −1 and 1.
    begins = found["lee"]["score_cuts"]
    assert begins[1] == 10
    expected = probabilities(stack(items), np.array([-1.0, 1.2]))[:, 1].sum(axis=0)
    assert [begins[0], begins[2]] == np.ceil(expected).tolist()
    assert found["theta_mean"] == pytest.approx(0.3, abs=0.15)
    assert found["n_estimated"] == found["n_persons"] == 800
    assert "expected accuracy" in call(*arguments).stdout
    # Not one form for everybody: no summed score to classify by. Extremes have no estimate by ml.
    scores[0, 3] = np.nan
    scores[1] = 1
    write_wide(responses, scores)
    partly = json.loads(call(*arguments, "--method", "ml", "--json").stdout)
    assert partly["lee"] is None
    assert 0 < partly["n_estimated"] < 800
    assert 0.5 < partly["rudner"]["accuracy"] < 1
    plain = json.loads(call("ability", file, responses, *options, "--json").stdout)
    assert "accuracy" not in plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("level,cut\nA1.1,0\nA1.2,-1\n", ("column cut",)),
        ("level,cut\nA1.1,0\nZ9,1\n", ("column level",)),
        ("level\nA1.1\n", ("column cut", "line 1")),
        ("level,cut\nA1.1,zero\n", ("column cut", "line 2")),
        ("level,cut,se\nA1.1,0,-1\n", ("column se", "line 2")),
    ],
)
def test_standard_refused(tmp_path: Path, lsat: Path, text: str, words: tuple[str, ...]) -> None:
    items = write(tmp_path / "items.csv", "item,model,a,b\ni0,2pl,1,0\n")
    standard = write(tmp_path / "standard.csv", text)
    refused(
        call("ability", items, lsat, "--out", tmp_path / "o.csv", "--standard", standard),
        "standard.csv", *words,
    )  # fmt: skip


def write_ratings(path: Path, seed: int = 4) -> tuple[Path, np.ndarray]:
    rng = np.random.default_rng(seed)
    severity = np.array([0.6, 0.0, -0.2, -0.4])
    lines = ["script,rater,criterion,score"]
    for script in range(150):
        measure = rng.normal(0, 1.5)
        for rater in rng.choice(4, 2, replace=False):
            for criterion in range(3):
                location = measure - severity[rater] - (criterion - 1) * 0.3
                kernel = location * np.arange(5) - np.cumsum([0, -1.5, -0.5, 0.5, 1.5])
                p = np.exp(kernel) / np.exp(kernel).sum()
                score = int(rng.choice(5, p=p)) + 1
                lines.append(f"s{script},r{rater},c{criterion},{score}")
    return write(path, "\n".join(lines)), severity


@pytest.mark.parametrize("thresholds", ["common", "by-criterion"])
def test_raters(tmp_path: Path, thresholds: str) -> None:
    ratings, severity = write_ratings(tmp_path / "ratings.csv")
    out = tmp_path / "facets"
    result = call("raters", ratings, "--out", out, "--thresholds", thresholds)
    assert result.exit_code == 0, result.output
    raters = {row["rater"]: row for row in rows_of(out / "raters.csv")}
    assert list(raters["r0"]) == ["rater", "severity", "se", "infit", "outfit", "n"]
    found = np.array([float(raters[f"r{k}"]["severity"]) for k in range(4)])
    assert found.sum() == pytest.approx(0, abs=1e-5)
    assert np.abs(found - severity).max() < 0.35
    assert found.argmax() == 0
    measures = rows_of(out / "measures.csv")
    assert list(measures[0]) == ["script", "measure", "se", "fair_average", "n"]
    assert measures[0]["n"] == "6"
    assert 1 <= float(measures[0]["fair_average"]) <= 5
    criteria = rows_of(out / "criteria.csv")
    assert list(criteria[0]) == ["criterion", "difficulty", "se"]
    assert sum(float(row["difficulty"]) for row in criteria) == pytest.approx(0, abs=1e-5)
    steps = rows_of(out / "thresholds.csv")
    first = ["criterion"] if thresholds == "by-criterion" else []
    assert list(steps[0]) == [*first, "category", "threshold", "se"]
    assert len(steps) == (12 if first else 4)
    assert [row["category"] for row in steps[:4]] == ["2", "3", "4", "5"]
    agreement = json.loads((out / "agreement.json").read_text(encoding="utf-8"))
    overall = agreement["overall"]
    assert overall["n"] == 450
    assert 0 < overall["exact"] < overall["adjacent"] < 1
    assert 0 < overall["quadratic_weighted_kappa"] < 1
    assert np.sum(overall["confusion"]) == 900
    assert agreement["by_rater"]["r0"]["standardised_mean_difference"] < 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("script,rater,score\na,r,1\n", ("line 1", "column criterion")),
        ("script,rater,criterion,score\na,r,c,1\na,r,c,2\n", ("line 3", "column criterion")),
        ("script,rater,criterion,score\na,r,c,1.5\n", ("line 2", "column score")),
        ("script,rater,criterion,score\na,r,c,1\na,s,c,2\n", ("two scripts",)),
        ("script,rater,criterion,score\na,r,c,1\nb,r,c,2\n", ("two raters",)),
        (
            "script,rater,criterion,score\na,r,c,1\na,s,c,2\nb,t,c,2\nb,u,c,1\n",
            ("r, s | t, u",),
        ),
        (
            "script,rater,criterion,score\na,r,c,1\na,s,c,3\nb,r,c,1\nb,s,c,3\n",
            ("category 2",),
        ),
    ],
)
def test_ratings_refused(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    path = write(tmp_path / "ratings.csv", text)
    refused(call("raters", path, "--out", tmp_path / "out"), "ratings.csv", *words)


def test_dif_finds_the_planted_item(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    items = [
        Item(f"i{k}", Model.TWO_PL, a=1.2, b=b) for k, b in enumerate(np.linspace(-1.5, 1.5, 14))
    ]
    harder = [*items[:5], Item("i5", Model.TWO_PL, a=1.2, b=items[5].b + 0.9), *items[6:]]
    # The focal group is also less able, which must not look like DIF.
    scores = np.vstack(
        [draw(items, rng.normal(size=900), rng), draw(harder, rng.normal(-0.8, 1, 500), rng)]
    )
    responses = write_wide(tmp_path / "r.csv", scores)
    groups = write(
        tmp_path / "g.csv",
        "person,group\n"
        + "\n".join(
            f"p{n},{'fi' if n < 900 else 'ar' if n < 1380 else 'few'}" for n in range(1400)
        ),
    )
    for method in ("mh", "logistic"):
        out = tmp_path / f"{method}.csv"
        result = call(
            "dif", responses, groups, "--reference", "fi", "--method", method, "--out", out
        )
        assert result.exit_code == 0, result.output
        rows = rows_of(out)
        assert list(rows[0]) == [
            "item", "reference", "focal", "n_focal", "effect", "class", "p", "p_adjusted",
        ]  # fmt: skip
        big = {row["item"]: row for row in rows if row["focal"] == "ar"}
        assert big["i5"]["class"] == "C"
        assert float(big["i5"]["effect"]) > 0.6
        assert [row["class"] for item, row in big.items() if item != "i5"].count("A") >= 12
        few = [row for row in rows if row["focal"] == "few"]
        assert {row["class"] for row in few} == {"not testable"}
        assert {row["effect"] for row in few} == {""}


def test_dif_refusals(tmp_path: Path, lsat: Path) -> None:
    out = tmp_path / "o.csv"
    groups = write(tmp_path / "g.csv", "person,group\np1,a\np1,b\n")
    refused(call("dif", lsat, groups, "--reference", "a", "--out", out), "g.csv", "line 3")
    groups = write(tmp_path / "g.csv", "person,group\np1,a\np2,b\n")
    refused(call("dif", lsat, groups, "--reference", "x", "--out", out), "column group", "x")


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    rng = np.random.default_rng(9)
    lines = ["item,model,a,b,c,se_b,task,skill,area,text_type,task_sd,words,seconds,enemies"]
    for task in range(24):
        place = -2.4 + 0.2 * task
        enemies = "t1" if task == 0 else ""
        lines += [
            f"t{task}-{k},3pl,1.1,{place + rng.normal(0, 0.2):.4f},0.25,0.1,t{task},reading,"
            f"{'shop' if task % 2 else 'news'},sign,0.4,60,90,{enemies}"
            for k in range(3)
        ]
    return write(tmp_path / "bank.csv", "\n".join(lines))


@pytest.fixture
def standard(tmp_path: Path) -> Path:
    return write(
        tmp_path / "standard.csv",
        "level,cut,se\nA1.1,-1.5,.1\nA2.1,-0.5,.1\nB1.1,0.5,.1\nB2.1,1.5,.1\n",
    )


def test_simulate_a_blueprint(tmp_path: Path, bank: Path, standard: Path) -> None:
    blueprint = write(
        tmp_path / "b.toml",
        "min_tasks = 2\nmax_tasks = 3\nmax_words = 400\n[areas]\nshop = {min = 1}\n"
        "[settings]\nprior_sd = 1.5\n",
    )
    result = call(
        "simulate", bank, "--standard", standard, "--blueprint", blueprint, "--takers", 60,
        "--seed", 3, "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    for key in (
        "bias", "rmse", "mean_length", "length_quantiles", "accuracy", "consistency", "coverage",
        "max_exposure", "never_used", "blueprint_violations", "seconds",
    ):  # fmt: skip
        assert key in figures
    assert figures["blueprint_violations"] == 0
    assert 2 <= figures["mean_length"] <= 3
    assert set(figures["accuracy"]) == {"overall", "bands", "boundaries"}
    assert set(figures["consistency"]["boundaries"]) == {"A1.1", "A2.1", "B1.1", "B2.1"}
    again = call(
        "simulate", bank, "--standard", standard, "--blueprint", blueprint, "--takers", 60,
        "--seed", 3, "--json",
    )  # fmt: skip
    other = json.loads(again.stdout)
    assert {**figures, "seconds": 0} == {**other, "seconds": 0}


def test_simulate_single_items_with_given_abilities(
    tmp_path: Path, bank: Path, standard: Path
) -> None:
    thetas = write(tmp_path / "t.csv", "theta\n-1\n0\n1\n")
    result = call(
        "simulate", bank, "--standard", standard, "--length", 12, "--takers", 90, "--seed", 1,
        "--select", "mfi", "--thetas", thetas, "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["mean_length"] == 12
    assert figures["rmse"] < 1.0
    assert "in turn" in result.stderr


def test_simulate_a_provisional_bank_needs_draws(
    tmp_path: Path, bank: Path, standard: Path
) -> None:
    text = bank.read_text(encoding="utf-8").replace(",0.25,0.1,", ",0.25,0.6,")
    doubtful = write(tmp_path / "doubtful.csv", text)
    arguments = (
        "simulate", doubtful, "--standard", standard, "--length", 6, "--takers", 40, "--seed", 1,
        "--select", "mfi",
    )  # fmt: skip
    refused(call(*arguments, "--json"), "--draw-parameters")
    result = call(*arguments, "--draw-parameters", "--json")
    assert result.exit_code == 0, result.output
    assert set(json.loads(result.stdout)) >= {"accuracy", "accuracy_point"}
    assert "taken as true" in call(*arguments, "--draw-parameters").stdout


def test_simulate_refusals(tmp_path: Path, bank: Path, standard: Path) -> None:
    base = ("simulate", bank, "--standard", standard, "--takers", 10, "--seed", 1)
    for text, word in (
        ("min_tasks = ", "TOML"),
        ("colour = 3\n", "colour"),
        ("min_tasks = 30\nmax_tasks = 40\n", "bank"),
        ("[settings]\nmood = 1\n", "mood"),
    ):
        blueprint = write(tmp_path / "b.toml", text)
        refused(call(*base, "--blueprint", blueprint), "b.toml", word)
    refused(call(*base, "--length", 900), "bank.csv", "900")
    blueprint = write(tmp_path / "b.toml", "max_tasks = 5\n")
    refused(call(*base, "--length", 3, "--blueprint", blueprint), "--length")
    lines = bank.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("news", "shop")
    mixed = write(tmp_path / "mixed.csv", "\n".join(lines))
    refused(
        call("simulate", mixed, "--standard", standard, "--takers", 10, "--seed", 1),
        "line 3", "column area",
    )  # fmt: skip
