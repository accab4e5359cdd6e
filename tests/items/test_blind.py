"""Sheets tell no keys; answers are marked as a person's; chance is exact."""

from pathlib import Path
from typing import Any

import pytest

from items.bank_files import CONTENT, BankFiles, Item, Task, task_of
from items.blind import BadSheet, Outcome, mark_sheet, question_sheet, raw_of, read_sheet
from items.content_format import parse
from tests.items.sample_tasks import READING
from tests.items.test_interactions import ITEMS


def item_of(kind: str) -> Item:
    data: dict[str, Any] = {"id": f"x-{kind}", "level": "A2.2", "instruction": "x", **ITEMS[kind]}
    return Item(data["id"], kind, "A2.2", "x", data)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("choice", "b"),
        ("truth", "not_said"),
        ("multiple", "c a"),
        ("matching", "l1=r2 l2=r1"),
        ("ordering", "p3 p1 p2"),
        ("inline_choice", "1=olen 2=asun"),
        ("number", "2.50 €"),
        ("short", "Maanantaina"),
    ],
)
def test_every_kind_can_be_answered_on_a_sheet(kind: str, answer: str) -> None:
    item = item_of(kind)
    assert item.interaction.mark(raw_of(item, answer)) == 1
    assert item.interaction.mark(raw_of(item, "x = = 1=")) == 0


def test_gap_options_of_several_words() -> None:
    assert raw_of(item_of("inline_choice"), "1=en ole 2=asun") == {
        "gaps": {"1": "en ole", "2": "asun"}
    }


def test_a_sheet_shows_questions_and_texts_but_nothing_of_the_key(shipped: BankFiles) -> None:
    tasks = shipped.tasks
    with_text = question_sheet(tasks, with_text=True)
    without = question_sheet(tasks, with_text=False)
    for task in tasks:
        for item in task.items:
            assert f"### {item.id} " in with_text
            assert f"### {item.id} " in without
    task = task_of(parse(READING, "x").data)
    sheet = question_sheet([task], with_text=True)
    assert "Tervetuloa torille!" in sheet
    assert "Perunan hinta." not in sheet
    assert "Omenan rivillä" not in sheet
    assert "Tervetuloa torille!" not in question_sheet([task], with_text=False)


def test_a_reader_who_knows_and_one_who_guesses() -> None:
    task = task_of(parse(READING, "x").data)
    tasks: list[Task] = []
    for number in range(30):
        data = dict(task.data)
        data["items"] = [{**data["items"][0], "id": f"fi-r-{number}-1"}]
        tasks.append(task_of(data))
    knows = mark_sheet(tasks, {task.items[0].id: "b" for task in tasks})
    assert knows.agrees
    assert not knows.needs_the_text
    guesses = mark_sheet(
        tasks, {task.items[0].id: "abc"[number % 3] for number, task in enumerate(tasks)}
    )
    assert guesses.needs_the_text
    assert not guesses.agrees
    assert (guesses.all.right, round(guesses.all.chance)) == (10, 10)
    assert len(guesses.wrong) == 20
    some = mark_sheet(tasks, {tasks[0].items[0].id: "b"})
    assert len(some.unanswered) == 29
    assert not some.agrees


def test_chance_is_exact() -> None:
    from scipy.stats import binom

    task = task_of(parse(READING, "x").data)
    marks = mark_sheet([task], {"fi-r-900-1": "b"})
    assert marks.all == Outcome(n=1, right=1, chance=pytest.approx(1 / 3), p=pytest.approx(1 / 3))
    assert marks.all.p == pytest.approx(binom.sf(0, 1, 1 / 3))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n", "header"),
        ("# a program read\nitem,answer\nfi-r-900-1\n", ":3: two columns"),
        ("item,answer\nfi-r-900-1,a\nfi-r-900-1,b\n", "twice"),
    ],
)
def test_a_sheet_that_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadSheet, match=said):
        read_sheet(file)


def test_answers_to_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSheet, match="no such item: x"):
        mark_sheet([], {"x": "a"})
    with pytest.raises(BadSheet, match="no answers"):
        mark_sheet([], {})
    file = tmp_path / "answers.csv"
    file.write_text("# a person read\nitem,answer\nfi-r-900-1,b\n", encoding="utf-8")
    assert read_sheet(file) == {"fi-r-900-1": "b"}


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.parametrize("skill", ["reading", "listening"])
def test_the_records_of_the_shipped_bank_still_hold(
    shipped: BankFiles, language: str, skill: str
) -> None:
    """A changed key, or an item that nobody has answered blind, wants a new reading."""
    tasks = shipped.of(language, skill)
    folder = CONTENT / "blind"
    with_text = mark_sheet(tasks, read_sheet(folder / f"{language}-{skill}-text.csv"))
    assert with_text.agrees, with_text.wrong
    without = mark_sheet(tasks, read_sheet(folder / f"{language}-{skill}-notext.csv"))
    assert without.needs_the_text, without.all
