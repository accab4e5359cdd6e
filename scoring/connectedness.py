"""Which parts of an observation design are linked with each other.

Measures are comparable only inside one linked set: two raters who share no script, directly or
through others, have severities on two unrelated scales (Linacre 1994, chapter 8; Eckes 2015,
chapter 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

IntArray = NDArray[np.int64]


class DisconnectedDesign(ValueError):
    """The design falls apart into sets whose measures cannot be compared.

    `sets` holds the member names of each set, largest set first.
    """

    def __init__(self, what: str, sets: Sequence[tuple[str, ...]]) -> None:
        self.what = what
        self.sets = tuple(sets)
        listing = " | ".join(", ".join(members) for members in self.sets)
        super().__init__(f"{what} fall into {len(self.sets)} sets that nothing links: {listing}")


@dataclass(frozen=True)
class LinkedSets:
    """Label of the linked set of every left and right element; labels run from 0."""

    count: int
    left: IntArray
    right: IntArray


def linked_sets(left: IntArray, right: IntArray, n_left: int, n_right: int) -> LinkedSets:
    """Every element carries the label of its connected component.

    Parameters
    ----------
    left, right : (n,) integer indices; observation i links left[i] with right[i].
    n_left, n_right : number of elements on each side, observed or not.
    """
    size = n_left + n_right
    graph = sparse.coo_matrix(
        (np.ones(len(left), dtype=np.int8), (left, right + n_left)), shape=(size, size)
    )
    count, labels = csgraph.connected_components(graph, directed=False)
    return LinkedSets(
        int(count), labels[:n_left].astype(np.int64), labels[n_left:].astype(np.int64)
    )


def require_linked(what: str, names: Sequence[str], labels: IntArray) -> None:
    """Nothing happens when all named elements share one label.

    Raises
    ------
    DisconnectedDesign : with the names of every set, largest first.
    """
    found, counts = np.unique(labels, return_counts=True)
    if len(found) <= 1:
        return
    order = np.argsort(-counts, kind="stable")
    sets = [tuple(names[int(i)] for i in np.flatnonzero(labels == found[k])) for k in order]
    raise DisconnectedDesign(what, sets)
