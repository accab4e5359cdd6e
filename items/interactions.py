"""Kinds of question: how a raw answer becomes a category.

Each kind is one frozen dataclass. `mark` takes whatever a browser, an import or an attacker sent
and returns a category from 0 to `max_score`; it never raises. `empty` says that nothing was
answered, which is marked 0 as well but counted apart. `chance` is the probability of the whole key
under blind guessing: the lower asymptote of an item that has not been calibrated.

Raw answers are JSON objects:

    choice         {"choice": "b"}
    truth          {"choice": "not_said"}
    multiple       {"choices": ["a", "c"]}
    matching       {"pairs": {"l1": "r2", "l2": "r1"}}
    ordering       {"order": ["p2", "p1", "p3"]}
    inline_choice  {"gaps": {"1": "olen"}}
    number, short  {"text": "2,50"}
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import factorial, perm, prod
from typing import Any, ClassVar, Protocol

from items.typed_answers import NORMALISERS, folded, matches_word

TRUTH_VALUES = ("true", "false", "not_said")
# Longer typed answers are not answers; they are marked 0 without being looked at.
LONGEST_TYPED = 200


class Interaction(Protocol):
    """What the service needs to know of any kind of question."""

    kind: ClassVar[str]

    @property
    def max_score(self) -> int: ...

    @property
    def chance(self) -> float: ...

    @property
    def right_answer(self) -> dict[str, Any]:
        """A raw answer that gets `max_score`."""
        ...

    def empty(self, raw: object) -> bool: ...

    def mark(self, raw: object) -> int: ...


def _field(raw: object, name: str) -> object:
    return raw.get(name) if isinstance(raw, Mapping) else None


def _strings(value: object) -> list[str]:
    """The value as a list of strings; empty when it is anything else."""
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        return []
    return list(value)


def _pairs(value: object) -> dict[str, str]:
    """The value as non-blank answers by place; places left blank are dropped."""
    if not isinstance(value, Mapping):
        return {}
    return {
        str(place): answer
        for place, answer in value.items()
        if isinstance(place, str | int)
        and not (isinstance(place, int) and abs(place) > 1_000_000)
        and isinstance(answer, str)
        and answer
    }


@dataclass(frozen=True, slots=True)
class _AllOrNothing:
    """Scored right only as a whole."""

    @property
    def max_score(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Choice(_AllOrNothing):
    kind: ClassVar[str] = "choice"
    options: tuple[str, ...]
    key: str

    @property
    def chance(self) -> float:
        return 1 / len(self.options)

    @property
    def right_answer(self) -> dict[str, Any]:
        return {"choice": self.key}

    def empty(self, raw: object) -> bool:
        choice = _field(raw, "choice")
        return not isinstance(choice, str) or choice not in self.options

    def mark(self, raw: object) -> int:
        return int(_field(raw, "choice") == self.key)


@dataclass(frozen=True, slots=True)
class Truth(Choice):
    kind: ClassVar[str] = "truth"


@dataclass(frozen=True, slots=True)
class Multiple(_AllOrNothing):
    kind: ClassVar[str] = "multiple"
    options: tuple[str, ...]
    key: frozenset[str]

    @property
    def chance(self) -> float:
        """One of the non-empty sets: how many are right is not told."""
        return 1.0 / float(2 ** len(self.options) - 1)

    @property
    def right_answer(self) -> dict[str, Any]:
        return {"choices": [option for option in self.options if option in self.key]}

    def empty(self, raw: object) -> bool:
        return not set(_strings(_field(raw, "choices"))) & set(self.options)

    def mark(self, raw: object) -> int:
        return int(set(_strings(_field(raw, "choices"))) == self.key)


@dataclass(frozen=True, slots=True)
class Matching(_AllOrNothing):
    kind: ClassVar[str] = "matching"
    left: tuple[str, ...]
    right: tuple[str, ...]
    key: tuple[tuple[str, str], ...]

    @property
    def chance(self) -> float:
        """One assignment: of different answers where the key has no answer twice."""
        if len({answer for _, answer in self.key}) == len(self.key):
            return 1 / perm(len(self.right), len(self.left))
        return 1.0 / float(len(self.right) ** len(self.left))

    @property
    def right_answer(self) -> dict[str, Any]:
        return {"pairs": dict(self.key)}

    def empty(self, raw: object) -> bool:
        return not _pairs(_field(raw, "pairs"))

    def mark(self, raw: object) -> int:
        return int(_pairs(_field(raw, "pairs")) == dict(self.key))


@dataclass(frozen=True, slots=True)
class Ordering(_AllOrNothing):
    kind: ClassVar[str] = "ordering"
    parts: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def chance(self) -> float:
        return 1 / factorial(len(self.parts))

    @property
    def right_answer(self) -> dict[str, Any]:
        return {"order": list(self.key)}

    def empty(self, raw: object) -> bool:
        return not _strings(_field(raw, "order"))

    def mark(self, raw: object) -> int:
        return int(tuple(_strings(_field(raw, "order"))) == self.key)


@dataclass(frozen=True, slots=True)
class InlineChoice(_AllOrNothing):
    kind: ClassVar[str] = "inline_choice"
    gaps: tuple[tuple[str, tuple[str, ...], str], ...]
    """Gap, its options, its key."""

    @property
    def chance(self) -> float:
        return 1 / prod(len(options) for _, options, _ in self.gaps)

    @property
    def right_answer(self) -> dict[str, Any]:
        return {"gaps": {gap: key for gap, _, key in self.gaps}}

    def empty(self, raw: object) -> bool:
        return not _pairs(_field(raw, "gaps"))

    def mark(self, raw: object) -> int:
        return int(_pairs(_field(raw, "gaps")) == self.right_answer["gaps"])


@dataclass(frozen=True, slots=True)
class _Typed(_AllOrNothing):
    """Constructed response: nobody guesses it."""

    @property
    def chance(self) -> float:
        return 0.0

    def empty(self, raw: object) -> bool:
        text = _field(raw, "text")
        return not isinstance(text, str) or not folded(text[:LONGEST_TYPED])

    def _text(self, raw: object) -> str | None:
        text = _field(raw, "text")
        return text if isinstance(text, str) and len(text) <= LONGEST_TYPED else None


@dataclass(frozen=True, slots=True)
class Number(_Typed):
    kind: ClassVar[str] = "number"
    sort: str
    """number, time, price, date or phone: decides how digits are read."""
    answers: tuple[str, ...]
    """The answer as written by the author, then others that count as right."""

    @property
    def right_answer(self) -> dict[str, Any]:
        return {"text": self.answers[0]}

    def mark(self, raw: object) -> int:
        text = self._text(raw)
        if text is None:
            return 0
        read = NORMALISERS[self.sort]
        typed = read(text)
        return int(typed is not None and any(typed == read(answer) for answer in self.answers))


@dataclass(frozen=True, slots=True)
class Short(_Typed):
    kind: ClassVar[str] = "short"
    accept: tuple[str, ...]
    slips: int = 0

    @property
    def right_answer(self) -> dict[str, Any]:
        return {"text": self.accept[0]}

    def mark(self, raw: object) -> int:
        text = self._text(raw)
        if text is None:
            return 0
        return int(any(matches_word(text, accepted, slips=self.slips) for accepted in self.accept))


def _ids(entries: Any) -> tuple[str, ...]:
    return tuple(str(entry["id"]) for entry in entries)


def _choice(item: Mapping[str, Any]) -> Interaction:
    return Choice(_ids(item["options"]), item["key"])


def _truth(item: Mapping[str, Any]) -> Interaction:
    return Truth(TRUTH_VALUES, item["key"])


def _multiple(item: Mapping[str, Any]) -> Interaction:
    return Multiple(_ids(item["options"]), frozenset(item["key"]))


def _matching(item: Mapping[str, Any]) -> Interaction:
    left = _ids(item["left"])
    return Matching(left, _ids(item["right"]), tuple((place, item["key"][place]) for place in left))


def _ordering(item: Mapping[str, Any]) -> Interaction:
    return Ordering(_ids(item["parts"]), tuple(item["key"]))


def _inline_choice(item: Mapping[str, Any]) -> Interaction:
    return InlineChoice(
        tuple(
            (str(gap), tuple(content["options"]), content["key"])
            for gap, content in item["gaps"].items()
        )
    )


def _number(item: Mapping[str, Any]) -> Interaction:
    return Number(item.get("as", "number"), (item["answer"], *item.get("accept", ())))


def _short(item: Mapping[str, Any]) -> Interaction:
    return Short(tuple(item["accept"]), slips=int(item.get("slips", 0)))


_BUILDERS: dict[str, Callable[[Mapping[str, Any]], Interaction]] = {
    "choice": _choice,
    "truth": _truth,
    "multiple": _multiple,
    "matching": _matching,
    "ordering": _ordering,
    "inline_choice": _inline_choice,
    "number": _number,
    "short": _short,
}
KINDS = tuple(_BUILDERS)


def interaction_of(item: Mapping[str, Any]) -> Interaction:
    """The interaction of one parsed item of a content file that passed its structure check.

    Raises KeyError for a kind that does not exist or a field that is missing.
    """
    return _BUILDERS[item["kind"]](item)
