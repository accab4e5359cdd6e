"""What the editors of drafts have in common: a row is looked up, put back, moved or taken away."""

from collections.abc import Collection
from typing import Any

from flask import g, request

from testing.drafting import rows as changes
from testing.drafting.rows import Change
from testing.drafting.versions import Shelf, V
from testing.refusals import NotFound


def change(shelf: Shelf[V], draft: V, how: Change) -> None:
    """The draft is changed, unless somebody else did since the page was opened."""
    seen_at = request.form.get("seen", "")
    shelf.change(g.db, draft, how, seen_at=seen_at, actor=g.staff, now=g.now)


def row_to_change(
    shelf: Shelf[V], lists: Collection[str], public_id: str, kind: str, place: int
) -> tuple[V, list[dict[str, Any]]]:
    """The draft and its rows of this kind; the place behind the last one is that of a new row.

    :raise NotFound: no such list or place, or no draft.
    """
    draft = shelf.own_to_change(g.db, public_id, g.staff)
    rows = draft.content.get(kind, ()) if kind in lists else None
    if rows is None or place > len(rows) or not draft.is_draft:
        raise NotFound
    return draft, list(rows)


def rearrange(
    shelf: Shelf[V], lists: Collection[str], public_id: str, kind: str, place: int, action: str
) -> None:
    """A row goes up, goes down, or goes away.

    :raise NotFound: no such version, list or action.
    """
    draft = shelf.own_to_change(g.db, public_id, g.staff)
    verbs = changes.actions(kind, place)
    if kind not in lists or action not in verbs:
        raise NotFound
    change(shelf, draft, verbs[action])
