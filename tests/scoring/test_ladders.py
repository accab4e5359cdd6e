"""Rungs on an invented ladder: what a table may say, what holds, whose turn it is."""

import pytest

from scoring.ladders import (
    Condition,
    LaddersRefused,
    Mark,
    Outcome,
    Place,
    Rung,
    Rungs,
    RungScore,
    RungState,
    Stage,
    all_hold,
    conditions,
    holds,
    is_given_up,
    is_over,
    score_rungs,
    screen_is_passed,
)

PLACE = next(iter(Place))
R, S, H, W, U = Outcome


def row(id, stage="screen", **more):
    usual = {"stage": stage, "place": PLACE.value, "axis": "own", "n": 4, "seconds": 9.0}
    return {"id": id} | usual | more


def table(*rows, passes=((),)):
    return {"rung": list(rows), "screen": {"passes": [list(way) for way in passes]}}


TABLE = table(
    row("words", stop_after=2),
    row("name", counts=False, n=1),
    row("text", only_if=[{"rung": "words", "at_least": 2}]),
    row("more", stage="deep", options=3, only_if=[{"rung": "text", "state": "complete"}]),
    passes=[
        [{"rung": "text", "at_least": 4}],
        [{"rung": "words", "at_least": 3, "at_most": 3, "if_missing": True}],
    ],
)
RUNGS = Rungs.from_table(TABLE)


def test_a_table_is_read_as_it_was_written():
    screen, deep = Stage.SCREEN, Stage.DEEP
    assert RUNGS.rungs == (
        Rung("words", screen, PLACE, "own", 4, 9.0, stop_after=2),
        Rung("name", screen, PLACE, "own", 1, 9.0, counts=False),
        Rung("text", screen, PLACE, "own", 4, 9.0, only_if=(Condition("words", 2),)),
        Rung(
            "more", deep, PLACE, "own", 4, 9.0, options=3,
            only_if=(Condition("text", state=RungState.COMPLETE),),
        ),
    )  # fmt: skip
    assert RUNGS.passes == (
        (Condition("text", 4),),
        (Condition("words", 3, 3, if_missing=True),),
    )
    assert RUNGS["text"] is RUNGS.rungs[2]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (table(row("a", n=0)), "rung a: numbers"),
        (table(row("a", stop_after=-1)), "rung a: numbers"),
        (table(row("a", options=1)), "rung a: numbers"),
        (table(row("a"), row("a")), "rung a: twice"),
        (table(row("a", stage="late")), "rung a: 'late' is not a valid Stage"),
        (table(row("a", place="moon")), "rung a: 'moon' is not a valid Place"),
        (table({"id": "a"}), "rung a: 'stage'"),
        (
            table(row("a"), row("b", only_if=[{"rung": "c", "at_least": 1}])),
            "rung b: no rung c before it",
        ),
        (table(row("a", only_if=[{"rung": "a", "at_least": 1}])), "rung a: no rung a before it"),
        (
            table(row("a"), row("b", only_if=[{"rung": "a", "at_least": 5}])),
            "rung b: a has 4 tasks",
        ),
        (
            table(row("a"), row("b", only_if=[{"rung": "a", "at_most": -1}])),
            "rung b: a has 4 tasks",
        ),
        (
            table(row("a", counts=False), row("b", only_if=[{"rung": "a", "at_most": 1}])),
            "rung b: a never counts",
        ),
        (
            table(row("a"), row("b", stage="deep"), passes=[[{"rung": "b", "at_least": 1}]]),
            "screen: no rung b before it",
        ),
    ],
)
def test_tables_refused(broken, words):
    with pytest.raises(LaddersRefused) as refused:
        Rungs.from_table(broken)
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"rung": "a"}], "a: a condition has a bound or a state"),
        (
            [{"rung": "a", "at_most": 1, "state": "missing"}],
            "a: a condition has a bound or a state",
        ),
        ([{"rung": "a", "state": "lost"}], "'lost' is not a valid RungState"),
        ([{"rung": "a", "colour": 1}], "unexpected keyword argument 'colour'"),
    ],
)
def test_conditions_refused(rows, words):
    with pytest.raises(LaddersRefused) as refused:
        conditions(rows)
    assert str(refused.value).endswith(words)
    assert words.startswith("a:") or str(refused.value).startswith("condition {'rung': 'a'")


def test_ends_of_what_may_be_asked():
    whole = table(
        row("a", counts=False, options=2, stop_after=0),
        row("b", only_if=[{"rung": "a", "state": "missing"}], n=1),
        row("c", only_if=[{"rung": "b", "at_least": 0, "at_most": 1}]),
    )
    assert len(Rungs.from_table(whole).rungs) == 3


def score(state, right=0, slow=0):
    return {"a": RungScore("a", state, 4, right=right, slow=slow)}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # climbed 1, 2 (one slowly), 3; skipped; missing; not due; waiting.
        (Condition("a", 2), [False, True, True, False, None, None, None]),
        (Condition("a", None, 2), [True, True, False, True, None, None, None]),
        (Condition("a", 2, 2), [False, True, False, False, None, None, None]),
        (Condition("a", 2, if_missing=False), [False, True, True, False, False, None, None]),
        (Condition("a", 2, if_missing=True), [False, True, True, False, True, None, None]),
        (Condition("a", state=RungState.SKIPPED), [False] * 3 + [True] + [False] * 3),
        (Condition("a", state=RungState.MISSING), [False] * 4 + [True] + [False] * 2),
    ],
)
def test_what_holds(condition, expected):
    states = [score(RungState.COMPLETE, 1), score(RungState.COMPLETE, 1, 1),
              score(RungState.COMPLETE, 3)]  # fmt: skip
    states += [score(one) for one in (RungState.SKIPPED, RungState.MISSING, RungState.NOT_DUE,
                                      RungState.WAITING)]  # fmt: skip
    found = [holds(condition, one) for one in states]
    assert found == expected
    no = Condition("a", state=RungState.COMPLETE)
    for one, value in zip(states, expected, strict=True):
        both = all_hold([condition, no], one)
        complete = one["a"].state is RungState.COMPLETE
        assert both is (False if not complete else value)
    assert all_hold([], {}) is True


def marks(rung, outcomes):
    return [Mark(rung, str(n), outcome) for n, outcome in enumerate(outcomes)]


def test_a_rung_is_over_when_all_is_given_or_it_is_given_up():
    rung, endless = RUNGS["words"], RUNGS["text"]
    table = [
        ([], False, False), ([W], False, False), ([W, W], True, True), ([R, W, U], True, True),
        ([H, W], True, True), ([W, S, W], False, False), ([W, S, W, R], False, True),
        ([R, R, W, W], True, True),
    ]  # fmt: skip
    for given, given_up, over in table:
        assert (is_given_up(rung, given), is_over(rung, given)) == (given_up, over), given
        assert is_given_up(endless, given) is False
        assert is_over(endless, given) is (len(given) == 4)
    one = Rung("x", Stage.SCREEN, PLACE, "own", 4, 1.0, stop_after=1)
    assert is_given_up(one, [R, W])


def scored(*given, missing=None, is_drawn=False):
    found, turn = score_rungs(
        RUNGS, [mark for part in given for mark in part], missing=missing or {}, is_drawn=is_drawn
    )
    states = "".join(found[rung.id].state.value[0] for rung in RUNGS.rungs)
    return found, states, turn.id if turn else None


def test_the_way_through():
    # c(omplete), w(aiting), s(kipped), m(issing), n(ot due)
    assert scored()[1:] == ("wwww", "words")
    found, states, turn = scored(marks("words", [W, W]))
    assert (states, turn) == ("cwsw", "name")
    assert found["words"] == RungScore("words", RungState.COMPLETE, 4, wrong=2, is_stopped=True)
    # Skipped and waiting rungs say how many tasks they have.
    assert (found["text"].of, found["name"].of, found["more"].of) == (4, 1, 4)
    words, name = marks("words", [R, S, H, U]), marks("name", [R])
    found, states, turn = scored(words, name)
    assert (states, turn) == ("ccww", "text")
    assert found["words"] == RungScore(
        "words", RungState.COMPLETE, 4, right=1, slow=1, helped=1, unknown=1
    )
    assert (found["words"].climbed, found["words"].marked) == (2, 4)
    # Not passed: the deep rung follows, where the text was finished.
    assert scored(words, name, marks("text", [R, R, R, W]))[1:] == ("cccw", "more")
    # Passed: it is not due, unless drawn.
    passed = (words, name, marks("text", [R, R, S, R]))
    assert scored(*passed)[1:] == ("cccn", None)
    assert scored(*passed)[0]["more"].of == 4
    assert scored(*passed, is_drawn=True)[1:] == ("cccw", "more")
    assert screen_is_passed(RUNGS, scored(*passed)[0]) is True
    # The second way: three words exactly, or none that could be shown.
    three = marks("words", [R, R, R, W])
    assert scored(three, name, marks("text", [W] * 4))[1] == "cccn"
    assert scored(marks("words", [R] * 4), name, marks("text", [W] * 4))[1] == "cccw"
    found, states, turn = scored(name, marks("text", [W] * 4), missing={"words": "health"})
    assert (states, turn) == ("mccn", None)
    assert found["words"] == RungScore("words", RungState.MISSING, 4, reason="health")
    # Two in a row that were the last two end nothing early; later marks replace earlier ones, and
    # what is beyond the rung does not count.
    assert not scored(marks("words", [R, R, W, W]))[0]["words"].is_stopped
    again = scored([*marks("words", [W, R, R, R]), Mark("words", "0", R)])[0]["words"]
    assert (again.right, again.wrong) == (4, 0)
    assert scored(marks("words", [R] * 5))[0]["words"].right == 4
