"""What is true in a simulated world: parameters, cuts, and the answers that persons give.

A world without doubt has the bank's point parameters and the standard's cuts. A drawn world has
one draw of everything that is unsure, in the three layers of doubt: every item's own error, the
error of difficulty that the items of a task share, and the errors of the cuts, of which a shift of
the whole scale is one. Persons of one world meet the same wrong parameters, as they would in life.
"""

from dataclasses import dataclass

import numpy as np

from scoring.bank import Bank
from scoring.cefr import Standard
from scoring.irt import FloatArray, IntArray, ItemArrays, draw_parameters, probabilities, stack


@dataclass(frozen=True, eq=False)
class Worlds:
    """W worlds over a bank of T tasks and I items.

    Attributes
    ----------
    items : ItemArrays
        Of W · I items, world after world.
    n_items : int
        I.
    first, count : (T,) int
        Where a task's items begin in a world, and how many they are.
    task_sd : (T,)
        How persons of one ability differ on a task, in logits.
    task_shift : (W, T)
        How much harder each task really is, in logits.
    shift : (W,)
        How far the bank's scale lies above the scale of the cuts, in logits.
    cuts : (W, L − 1)
        The true cuts, on their own scale.
    """

    bank: Bank
    standard: Standard
    items: ItemArrays
    n_items: int
    first: IntArray
    count: IntArray
    task_sd: FloatArray
    task_shift: FloatArray
    shift: FloatArray
    cuts: FloatArray

    def __len__(self) -> int:
        return int(self.shift.size)

    def world_of(self, person: IntArray) -> IntArray:
        """Persons take the worlds in turn."""
        return np.asarray(person % len(self))

    def true_levels(self, person: IntArray, theta: FloatArray) -> IntArray:
        """Position of each person's true level in the standard's levels, (N,)."""
        return np.asarray((theta[:, None] >= self.cuts[self.world_of(person)]).sum(axis=1))

    def answer(
        self,
        person: IntArray,
        theta: FloatArray,
        task: IntArray,
        rng: np.random.Generator,
    ) -> IntArray:
        """One answer to every item of one task a person, (N, most items of a task).

        Parameters
        ----------
        person, theta, task : (N,)
            Number of the person, true ability on the scale of the cuts, position of the task.

        Returns
        -------
        (N, J) int
            Category 0 … m; −1 beyond the task's last item.
        """
        world = self.world_of(person)
        level = theta + self.shift[world] - self.task_shift[world, task]
        level = level + self.task_sd[task] * rng.standard_normal(theta.size)
        places = np.arange(int(self.count.max()))
        exists = places[None, :] < self.count[task][:, None]
        index = world[:, None] * self.n_items + np.minimum(
            self.first[task][:, None] + places, self.n_items - 1
        )
        own = self.items.take(index.ravel())
        p = probabilities(own, np.repeat(level, places.size)[:, None])[:, :, 0]
        u = rng.random((index.size, 1))
        scores = (u > p.cumsum(axis=1)).sum(axis=1)
        scores = np.minimum(scores, own.n_categories - 1).reshape(index.shape)
        return np.asarray(np.where(exists, scores, -1).astype(np.intp))


def point_world(bank: Bank, standard: Standard) -> Worlds:
    """The one world in which every parameter and cut is what the bank and standard say."""
    return _worlds(bank, standard, None, 1)


def drawn_worlds(
    bank: Bank, standard: Standard, rng: np.random.Generator, n_worlds: int
) -> Worlds:
    """Worlds drawn from the three layers of doubt."""
    return _worlds(bank, standard, rng, n_worlds)


def _worlds(
    bank: Bank, standard: Standard, rng: np.random.Generator | None, n_worlds: int
) -> Worlds:
    exact = stack([item for task in bank.tasks for item in task.items])
    count = np.array([len(task.items) for task in bank.tasks], dtype=np.intp)
    n_items = len(exact)
    items = exact.take(np.tile(np.arange(n_items), n_worlds))
    task_shift = np.zeros((n_worlds, len(bank)))
    shift = np.zeros(n_worlds)
    cuts = np.tile(np.array(standard.cuts), (n_worlds, 1))
    if rng is not None:
        items = draw_parameters(items, rng)
        se_task = np.array([task.se_task for task in bank.tasks])
        task_shift = se_task * rng.standard_normal(task_shift.shape)
        shift = standard.shared_se * rng.standard_normal(n_worlds)
        own = np.asarray(standard.covariance) - standard.shared_se**2
        values, vectors = np.linalg.eigh(own)
        root = vectors * np.sqrt(np.maximum(values, 0))
        cuts = np.sort(cuts + rng.standard_normal(cuts.shape) @ root.T, axis=1)
    return Worlds(
        bank=bank,
        standard=standard,
        items=items,
        n_items=n_items,
        first=np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.intp),
        count=count,
        task_sd=np.array([task.task_sd for task in bank.tasks]),
        task_shift=task_shift,
        shift=shift,
        cuts=cuts,
    )
