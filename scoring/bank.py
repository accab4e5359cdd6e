"""The bank as the engine sees it: tasks of items, with what a blueprint may ask about them.

A bank is immutable and known by a digest of its content, so that a sitting can be replayed from
the very parameters it was taken with.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from scoring.irt import Item, Model


class BankRefused(ValueError):
    """Tasks that cannot be a bank: empty, doubled ids, impossible values."""


@dataclass(frozen=True)
class Task:
    """One text, recording or picture with its items; the unit that is chosen.

    Parameters
    ----------
    id : str
    items : tuple of Item
        At least one, in the order in which they are shown.
    skill, area, text_type : str
        What a blueprint counts.
    level : str
        The intended level; information only, "" when unknown.
    task_sd : float
        Standard deviation (logits) of how persons of one ability differ on this task.
    se_task : float
        Error (logits) of the difficulty that all items of the task share.
    words : int
        Length of what is read or heard.
    seconds : float
        Time that the task takes; for a recording at least its length.
    enemies : tuple of str
        Tasks that must not be in the same sitting; unknown ids are allowed (retired tasks).
    is_floor : bool
        True for the easiest tasks, on which the floor exit is decided.
    """

    id: str
    items: tuple[Item, ...]
    skill: str = ""
    area: str = ""
    text_type: str = ""
    level: str = ""
    task_sd: float = 0.0
    se_task: float = 0.0
    words: int = 0
    seconds: float = 0.0
    enemies: tuple[str, ...] = ()
    is_floor: bool = False

    def __post_init__(self) -> None:
        if not self.items:
            raise BankRefused(f"task {self.id}: has no items")
        for name in ("task_sd", "se_task", "words", "seconds"):
            value = getattr(self, name)
            if not 0 <= value < float("inf"):
                raise BankRefused(f"task {self.id}: {name} must be 0 or more")
        if self.id in self.enemies:
            raise BankRefused(f"task {self.id}: is its own enemy")

    @property
    def effect_sd(self) -> float:
        """Task variance and task-difficulty error together, as a standard deviation."""
        return float((self.task_sd**2 + self.se_task**2) ** 0.5)


@dataclass(frozen=True, eq=False)
class Bank:
    """A version of the tasks that one part may draw from; equal when the digests are."""

    tasks: tuple[Task, ...]

    def __post_init__(self) -> None:
        if not self.tasks:
            raise BankRefused("a bank needs at least one task")
        for kind, ids in (
            ("task", [task.id for task in self.tasks]),
            ("item", [item.id for task in self.tasks for item in task.items]),
        ):
            if len(set(ids)) != len(ids):
                doubled = next(id for id in ids if ids.count(id) > 1)
                raise BankRefused(f"{kind} {doubled} is in the bank twice")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bank) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __len__(self) -> int:
        return len(self.tasks)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Position of every task by id."""
        return {task.id: i for i, task in enumerate(self.tasks)}

    @cached_property
    def floor(self) -> frozenset[str]:
        """Ids of the floor tasks."""
        return frozenset(task.id for task in self.tasks if task.is_floor)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_records(self) -> list[dict[str, Any]]:
        """Plain values, defaults left out; `from_records` gives an equal bank back."""
        return [
            _plain(task) | {"items": [_plain(item) for item in task.items]} for task in self.tasks
        ]

    @classmethod
    def from_records(cls, records: Iterable[Mapping[str, Any]]) -> "Bank":
        """A bank from task records, each with a list of item records under `items`.

        Raises
        ------
        BankRefused
            For an unknown or missing field, naming the record.
        ItemRefused
            For parameters that contradict the item's model.
        """
        return cls(tuple(_task(record) for record in records))

    def to_json(self) -> str:
        return json.dumps(self.to_records(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Bank":
        return cls.from_records(json.loads(text))


def single_items(items: Iterable[Item]) -> Bank:
    """A bank in which every item is a task of its own, without task variance."""
    return Bank(tuple(Task(id=item.id, items=(item,)) for item in items))


def _plain(record: Task | Item) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name == "items" or value == field.default:
            continue
        out[field.name] = list(value) if isinstance(value, tuple) else value
    return out


def _task(record: Mapping[str, Any]) -> Task:
    items = tuple(_item(item) for item in record.get("items", ()))
    rest = {key: value for key, value in record.items() if key != "items"}
    if "enemies" in rest:
        rest["enemies"] = tuple(rest["enemies"])
    try:
        return Task(items=items, **rest)
    except TypeError as wrong:
        raise BankRefused(f"task {record.get('id')}: {wrong}") from None


def _item(record: Mapping[str, Any]) -> Item:
    values = dict(record)
    for key in ("steps", "se_steps"):
        if key in values:
            values[key] = tuple(values[key])
    try:
        values["model"] = Model(values["model"])
        return Item(**values)
    except (KeyError, TypeError) as wrong:
        raise BankRefused(f"item {record.get('id')}: {wrong}") from None
