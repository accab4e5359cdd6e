"""Changes of a draft's lists: each returns what makes the new content of the old."""

from collections.abc import Callable, Mapping
from typing import Any

Content = dict[str, Any]
Change = Callable[[Content], Content]


def put(kind: str, place: int, row: Mapping[str, Any], *, before_last: bool = False) -> Change:
    """The row stands at its place; behind the last one it is new.

    `before_last`: what everybody falls through to stays last.
    """

    def how(content: Content) -> Content:
        rows = list(content.get(kind, ()))
        if place >= len(rows):
            rows.insert(len(rows) - (before_last and bool(rows)), dict(row))
        else:
            rows[place] = dict(row)
        return content | {kind: rows}

    return how


def remove(kind: str, place: int) -> Change:
    """Without the row at this place."""

    def how(content: Content) -> Content:
        rows = [one for at, one in enumerate(content.get(kind, ())) if at != place]
        return content | {kind: rows}

    return how


def move(kind: str, place: int, by: int) -> Change:
    """The row at this place changes with its neighbour; at the edge nothing happens."""

    def how(content: Content) -> Content:
        rows = list(content.get(kind, ()))
        other = place + by
        if 0 <= place < len(rows) and 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
        return content | {kind: rows}

    return how


def actions(kind: str, place: int) -> dict[str, Change]:
    """What a row's buttons do."""
    return {
        "up": move(kind, place, -1),
        "down": move(kind, place, 1),
        "remove": remove(kind, place),
    }
