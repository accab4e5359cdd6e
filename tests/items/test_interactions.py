"""Marking: right answers are right, anything else is 0, nothing raises."""

from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from items.interactions import KINDS, Interaction, interaction_of
from items.typed_answers import NORMALISERS, matches_word

OPTIONS = [{"id": name, "text": name.upper()} for name in "abcd"]
ITEMS: dict[str, dict[str, Any]] = {
    "choice": {"kind": "choice", "options": OPTIONS, "key": "b"},
    "truth": {"kind": "truth", "statement": "Kauppa on auki.", "key": "not_said"},
    "multiple": {"kind": "multiple", "options": OPTIONS, "key": ["a", "c"]},
    "matching": {
        "kind": "matching",
        "left": [{"id": "l1"}, {"id": "l2"}],
        "right": [{"id": "r1"}, {"id": "r2"}, {"id": "r3"}],
        "key": {"l1": "r2", "l2": "r1"},
    },
    "ordering": {
        "kind": "ordering",
        "parts": [{"id": "p1"}, {"id": "p2"}, {"id": "p3"}],
        "key": ["p3", "p1", "p2"],
    },
    "inline_choice": {
        "kind": "inline_choice",
        "gaps": {
            "1": {"options": ["olen", "on", "ovat"], "key": "olen"},
            "2": {"options": ["asun", "asuu"], "key": "asun"},
        },
    },
    "number": {"kind": "number", "as": "price", "answer": "2,50"},
    "short": {"kind": "short", "accept": ["maanantai", "maanantaina"], "slips": 1},
}
INTERACTIONS = [interaction_of(item) for item in ITEMS.values()]

json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=300)
    | st.sampled_from(["b", "p1", "l1", "olen", "2,50", "not_said", "2", "1", "٢٫٥٠", "maanantai"]),
    lambda inner: st.lists(inner, max_size=5)
    | st.dictionaries(
        st.sampled_from(["choice", "choices", "pairs", "order", "gaps", "text", "l1", "1"])
        | st.text(st.characters(), max_size=8),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)


def test_every_kind_is_tried_here() -> None:
    assert set(ITEMS) == set(KINDS)


@pytest.mark.parametrize("interaction", INTERACTIONS, ids=list(ITEMS))
def test_the_right_answer_gets_the_full_score_and_is_not_empty(interaction: Interaction) -> None:
    assert interaction.mark(interaction.right_answer) == interaction.max_score
    assert not interaction.empty(interaction.right_answer)
    assert interaction.empty({})
    assert interaction.mark({}) == 0


@settings(max_examples=500)
@given(raw=json_like)
def test_no_raw_answer_raises(raw: object) -> None:
    for interaction in INTERACTIONS:
        assert interaction.mark(raw) in range(interaction.max_score + 1)
        if interaction.empty(raw):
            assert interaction.mark(raw) == 0


@settings(max_examples=300)
@given(value=json_like)
def test_no_value_of_the_right_field_raises(value: object) -> None:
    for interaction, field in zip(
        INTERACTIONS,
        ["choice", "choice", "choices", "pairs", "order", "gaps", "text", "text"],
        strict=True,
    ):
        assert interaction.mark({field: value}) in range(interaction.max_score + 1)
        interaction.empty({field: value})


@pytest.mark.parametrize("sort", NORMALISERS)
@given(text=st.text(st.characters()) | st.text("0123456789.,:- €klo٢٥", max_size=12))
def test_no_typed_text_raises(sort: str, text: str) -> None:
    NORMALISERS[sort](text)


def test_huge_and_deep_answers_are_wrong_not_errors() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    for interaction in INTERACTIONS:
        for value in ("9" * 2_000_000, ["a"] * 100_000, deep, 10**5000, {10**5000: "x"}):
            for field in ("choice", "choices", "pairs", "order", "gaps", "text"):
                assert interaction.mark({field: value}) == 0


def every_answer(kind: str) -> list[dict[str, Any]]:
    """All answers that somebody could give by clicking."""
    if kind == "choice":
        return [{"choice": option} for option in "abcd"]
    if kind == "truth":
        return [{"choice": value} for value in ("true", "false", "not_said")]
    if kind == "multiple":
        sets = product((False, True), repeat=4)
        return [
            {"choices": [name for name, on in zip("abcd", chosen, strict=True) if on]}
            for chosen in sets
            if any(chosen)
        ]
    if kind == "matching":
        return [
            {"pairs": {"l1": first, "l2": second}}
            for first, second in permutations(("r1", "r2", "r3"), 2)
        ]
    if kind == "ordering":
        return [{"order": list(order)} for order in permutations(("p1", "p2", "p3"))]
    return [
        {"gaps": {"1": first, "2": second}}
        for first, second in product(("olen", "on", "ovat"), ("asun", "asuu"))
    ]


@pytest.mark.parametrize(
    "kind", ["choice", "truth", "multiple", "matching", "ordering", "inline_choice"]
)
def test_chance_is_the_share_of_possible_answers_that_is_right(kind: str) -> None:
    interaction = interaction_of(ITEMS[kind])
    answers = every_answer(kind)
    marks = [interaction.mark(answer) for answer in answers]
    assert sum(marks) == 1
    assert interaction.chance == pytest.approx(1 / len(answers))


def test_matching_that_uses_an_answer_twice_is_guessed_place_by_place() -> None:
    twice = interaction_of(ITEMS["matching"] | {"key": {"l1": "r1", "l2": "r1"}})
    assert twice.chance == pytest.approx(1 / 9)
    assert twice.mark(twice.right_answer) == 1


def test_typed_kinds_cannot_be_guessed() -> None:
    assert interaction_of(ITEMS["number"]).chance == 0
    assert interaction_of(ITEMS["short"]).chance == 0


def test_a_part_of_the_pattern_is_no_point_and_not_empty() -> None:
    for kind, part in {
        "multiple": {"choices": ["a"]},
        "matching": {"pairs": {"l1": "r2"}},
        "ordering": {"order": ["p3"]},
        "inline_choice": {"gaps": {"1": "olen"}},
    }.items():
        interaction = interaction_of(ITEMS[kind])
        assert interaction.mark(part) == 0
        assert not interaction.empty(part)


def test_blank_places_and_integer_gap_names_do_not_matter() -> None:
    matching = interaction_of(ITEMS["matching"])
    assert matching.mark({"pairs": {"l1": "r2", "l2": "r1", "l3": ""}}) == 1
    assert interaction_of(ITEMS["inline_choice"]).mark({"gaps": {1: "olen", 2: "asun"}}) == 1


@pytest.mark.parametrize(
    ("sort", "answer", "right", "wrong"),
    [
        (
            "price",
            "2,50",
            [
                *("2.50", "2,5", " 2,50 € ", "€2.50", "2:50", "2€50", "2 euroa 50 senttiä"),
                *("2 50", "٢٫٥٠", "۲٫۵۰", "２.５０", "2,50e", "2,50\u00a0€"),
            ],
            ["250", "25", "2", "2,05", "2,500", "", "€", "2,50 tai 3,50", "kaksi"],
        ),
        ("price", "4", ["4,00", "4 €", "4,-", "4 euroa", "4.0"], ["40", "0,4"]),
        ("price", "0,50", ["50 snt", "50 senttiä", "0.5", "0,50 €"], ["50", "5 snt"]),
        ("price", "1200", ["1 200", "1 200,00 €", "1200 euroa"], ["12", "1,2"]),
        (
            "time",
            "14.30",
            ["14:30", "1430", "14,30", "klo 14.30", "Klo14:30", "kl. 14.30", "14 30", "١٤:٣٠"],
            ["2.30", "14", "14.3", "41.30", "1403", "", "14.30.00.1", "14.30-15.30"],
        ),
        ("time", "9.00", ["9", "09", "09.00", "klo 9", "kello 9"], ["21", "90"]),
        ("time", "0.00", ["24", "00:00", "24.00"], ["12"]),
        ("number", "7", ["7", "7 kpl", "nro 7", "7,0", "٧", "07", "7."], ["77", "7 tai 8", "1 7"]),
        ("number", "-5", ["−5", "-5 °C", "–5 astetta"], ["5", "5 6"]),
        ("number", "1200", ["1 200", "1200 euroa"], ["1,2", "12 00 0"]),
        (
            "date",
            "14.5.",
            ["14.5", "14/5", "14.05.2026", "14. toukokuuta", "14 maj", "den 14 maj", "2026-05-14"],
            ["5.14.", "14.6.", "14", "31.2.", "toukokuu"],
        ),
        (
            "phone",
            "040 123 4567",
            ["0401234567", "+358 40 1234567", "00358401234567", "040-123 4567", "+358(0)401234567"],
            ["040 123 456", "1234567", "040 123 4567 x"],
        ),
    ],
)
def test_typed_digits(sort: str, answer: str, right: list[str], wrong: list[str]) -> None:
    number = interaction_of({"kind": "number", "as": sort, "answer": answer})
    assert [text for text in right if not number.mark({"text": text})] == []
    assert [text for text in wrong if number.mark({"text": text})] == []


def test_an_author_may_accept_more_than_one_number() -> None:
    number = interaction_of({"kind": "number", "as": "time", "answer": "14.30", "accept": ["2.30"]})
    assert number.mark({"text": "2:30"}) == 1


def test_short_answers_fold_case_and_punctuation_and_forgive_counted_slips() -> None:
    short = interaction_of(ITEMS["short"])
    right = ["Maanantai", " maanantaina. ", "maanantia", "MAANANTAI!", "maa\u00adnantai"]
    wrong = ["tiistai", "maanatia", "maa", "", "maanantai tai tiistai"]
    assert [text for text in right if not short.mark({"text": text})] == []
    assert [text for text in wrong if short.mark({"text": text})] == []


def test_short_words_have_no_slips_and_marks_may_be_missing_only_with_slips() -> None:
    assert not matches_word("ei", "en", slips=2)
    assert not matches_word("paiva", "päivä", slips=0)
    assert matches_word("paiva", "päivä", slips=1)
    assert not matches_word("saa", "sää", slips=1)


def test_an_over_long_text_is_not_empty_and_wrong() -> None:
    short = interaction_of(ITEMS["short"])
    long = {"text": "maanantai " * 1000}
    assert short.mark(long) == 0
    assert not short.empty(long)
