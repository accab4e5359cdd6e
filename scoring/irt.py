"""Response models: the probability of every score of every item, at any ability.

One array representation holds Rasch, 2PL, 3PL, 4PL, partial credit, generalised partial credit
and graded response items side by side. Ability θ and difficulties are in logits; D = 1, so a
slope is per logit. Scores run 0 … m.

Formulas
--------
logistic  P(1) = c + (d − c) / (1 + exp(−a(θ − b)))        Birnbaum 1968; Barton & Lord 1981 (d)
PCM/GPCM  P(k) / P(k − 1) = exp(a(θ − step_k))              Masters 1982; Muraki 1992
GRM       P(score ≥ k) = 1 / (1 + exp(−a(θ − step_k)))      Samejima 1969
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.special import expit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

MOST_QUADRATURE_POINTS = 250


class Model(StrEnum):
    """The response models by the names that item files use."""

    RASCH = "rasch"
    TWO_PL = "2pl"
    THREE_PL = "3pl"
    FOUR_PL = "4pl"
    PCM = "pcm"
    GPCM = "gpcm"
    GRM = "grm"

    @property
    def is_dichotomous(self) -> bool:
        return self in (Model.RASCH, Model.TWO_PL, Model.THREE_PL, Model.FOUR_PL)


class Family(IntEnum):
    """Which formula an item follows; the models are special cases of three."""

    LOGISTIC = 0
    PARTIAL_CREDIT = 1
    GRADED = 2


FAMILY_OF = {
    Model.RASCH: Family.LOGISTIC,
    Model.TWO_PL: Family.LOGISTIC,
    Model.THREE_PL: Family.LOGISTIC,
    Model.FOUR_PL: Family.LOGISTIC,
    Model.PCM: Family.PARTIAL_CREDIT,
    Model.GPCM: Family.PARTIAL_CREDIT,
    Model.GRM: Family.GRADED,
}


class ItemRefused(ValueError):
    """An item's parameters contradict its model; `item` and `field` say where."""

    def __init__(self, item: str, field: str, reason: str) -> None:
        super().__init__(f"item {item}: {field}: {reason}")
        self.item = item
        self.field = field
        self.reason = reason


class GuessingMissing(ItemRefused):
    """A selected-response item came without its chance of being right by guessing."""


@dataclass(frozen=True)
class Item:
    """One scored question with its parameters and their standard errors.

    Parameters
    ----------
    id : str
    model : Model
    a : float
        Slope per logit, positive. Common to all items in a Rasch or PCM bank.
    b : float or None
        Difficulty in logits of a dichotomous item; None for PCM, GPCM and GRM.
    c, d : float
        Lower and upper asymptote, 0 ≤ c < d ≤ 1; c only in 3PL and 4PL, d only in 4PL.
    steps : tuple of float
        Steps 1 … m in logits of a polytomous item; strictly increasing in GRM.
    se_a, se_b, se_c, se_steps
        Standard errors in the units of the parameter; 0 when known.
    selected_response : bool
        True when the person picks among given answers, so that c = 0 cannot be right.

    Raises
    ------
    GuessingMissing
        For a selected-response item with c = 0.
    ItemRefused
        For any other contradiction between parameters and model.
    """

    id: str
    model: Model
    a: float = 1.0
    b: float | None = None
    c: float = 0.0
    d: float = 1.0
    steps: tuple[float, ...] = ()
    se_a: float = 0.0
    se_b: float = 0.0
    se_c: float = 0.0
    se_steps: tuple[float, ...] = ()
    selected_response: bool = False

    def __post_init__(self) -> None:
        self._require_finite()
        if self.a <= 0:
            raise ItemRefused(self.id, "a", "a slope must be above 0")
        if not 0 <= self.c < self.d <= 1:
            raise ItemRefused(self.id, "c", "asymptotes must satisfy 0 <= c < d <= 1")
        if self.c > 0 and self.model not in (Model.THREE_PL, Model.FOUR_PL):
            raise ItemRefused(self.id, "c", f"{self.model} has no lower asymptote")
        if self.d < 1 and self.model is not Model.FOUR_PL:
            raise ItemRefused(self.id, "d", f"{self.model} has no upper asymptote")
        if self.model.is_dichotomous:
            if self.b is None:
                raise ItemRefused(self.id, "b", f"{self.model} needs a difficulty")
            if self.steps:
                raise ItemRefused(self.id, "steps", f"{self.model} has no steps")
        else:
            if self.b is not None:
                raise ItemRefused(self.id, "b", f"{self.model} has steps, not a difficulty")
            if not self.steps:
                raise ItemRefused(self.id, "steps", f"{self.model} needs at least one step")
            rises = all(x < y for x, y in zip(self.steps, self.steps[1:], strict=False))
            if self.model is Model.GRM and not rises:
                raise ItemRefused(self.id, "steps", "steps of a graded item must increase")
            if self.se_steps and len(self.se_steps) != len(self.steps):
                raise ItemRefused(self.id, "se_steps", "one standard error a step")
        # A polytomous selected-response item (partial credit by parts) has no asymptote to set.
        if self.selected_response and self.model.is_dichotomous and self.c == 0:
            raise GuessingMissing(
                self.id, "c", "a selected-response item needs the chance of its whole key"
            )

    def _require_finite(self) -> None:
        values = {"a": self.a, "c": self.c, "d": self.d}
        values |= {} if self.b is None else {"b": self.b}
        values |= {f"step{k}": step for k, step in enumerate(self.steps, 1)}
        for field, value in values.items():
            if not np.isfinite(value):
                raise ItemRefused(self.id, field, "must be a finite number")
        errors = {"se_a": self.se_a, "se_b": self.se_b, "se_c": self.se_c}
        errors |= {f"se_step{k}": se for k, se in enumerate(self.se_steps, 1)}
        for field, value in errors.items():
            if not (np.isfinite(value) and value >= 0):
                raise ItemRefused(self.id, field, "a standard error is 0 or more")

    @property
    def max_score(self) -> int:
        return len(self.steps) if self.steps else 1


@dataclass(frozen=True, eq=False)
class ItemArrays:
    """The parameters of I items as arrays; a dichotomous item's b is its only step.

    Attributes
    ----------
    family : (I,) int
    a, c, d : (I,) float
    steps : (I, M) float
        NaN beyond an item's last step; M = largest max_score.
    n_categories : (I,) int
        max_score + 1.
    se_a, se_c : (I,) float
    se_steps : (I, M) float
        0 beyond the last step.
    """

    family: IntArray
    a: FloatArray
    c: FloatArray
    d: FloatArray
    steps: FloatArray
    n_categories: IntArray
    se_a: FloatArray
    se_c: FloatArray
    se_steps: FloatArray

    def __len__(self) -> int:
        return int(self.a.shape[0])

    def take(self, index: npt.ArrayLike) -> "ItemArrays":
        """The items at `index` (integers or a mask), in that order."""
        i = np.asarray(index)
        return ItemArrays(
            family=self.family[i],
            a=self.a[i],
            c=self.c[i],
            d=self.d[i],
            steps=self.steps[i],
            n_categories=self.n_categories[i],
            se_a=self.se_a[i],
            se_c=self.se_c[i],
            se_steps=self.se_steps[i],
        )


def stack(items: Sequence[Item]) -> ItemArrays:
    """Items of any mixture of models as one set of arrays, in the given order."""
    n_steps = max((item.max_score for item in items), default=1)
    steps = np.full((len(items), n_steps), np.nan)
    se_steps = np.zeros((len(items), n_steps))
    for i, item in enumerate(items):
        if item.b is not None:
            steps[i, 0] = item.b
            se_steps[i, 0] = item.se_b
        else:
            steps[i, : len(item.steps)] = item.steps
            # One se_b for a polytomous item is the error of each of its steps.
            se_steps[i, : len(item.steps)] = item.se_steps or item.se_b
    return ItemArrays(
        family=np.array([FAMILY_OF[item.model] for item in items], dtype=np.intp),
        a=np.array([item.a for item in items], dtype=np.float64),
        c=np.array([item.c for item in items], dtype=np.float64),
        d=np.array([item.d for item in items], dtype=np.float64),
        steps=steps,
        n_categories=np.array([item.max_score + 1 for item in items], dtype=np.intp),
        se_a=np.array([item.se_a for item in items], dtype=np.float64),
        se_c=np.array([item.se_c for item in items], dtype=np.float64),
        se_steps=se_steps,
    )


def probabilities(items: ItemArrays, theta: npt.ArrayLike) -> FloatArray:
    """Probability of each score.

    Parameters
    ----------
    items : ItemArrays
        I items, at most K categories.
    theta : (G,) or (I, G)
        Abilities in logits, the same for all items or a row for each.

    Returns
    -------
    (I, K, G)
        Sums to 1 over K; exactly 0 for categories that an item does not have.
    """
    points = _points(theta)
    out = np.zeros((len(items), items.steps.shape[1] + 1, points.shape[1]))
    for family, rows, own in _families(items, points):
        part = items.take(rows)
        if family is Family.LOGISTIC:
            z = part.a[:, None] * (own - part.steps[:, :1])
            spread = (part.d - part.c)[:, None]
            out[rows, 1] = part.c[:, None] + spread * expit(z)
            # Not 1 − P: at high θ the difference would lose all digits.
            out[rows, 0] = (1 - part.d)[:, None] + spread * expit(-z)
        elif family is Family.PARTIAL_CREDIT:
            out[rows] = _partial_credit(part, own)
        else:
            out[rows] = _graded(part, own)
    return out


def derivatives(
    items: ItemArrays, theta: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Probabilities with their first and second derivatives by θ, each (I, K, G)."""
    points = _points(theta)
    p = probabilities(items, theta)
    first = np.zeros_like(p)
    second = np.zeros_like(p)
    for family, rows, own in _families(items, points):
        part = items.take(rows)
        a = part.a[:, None]
        if family is Family.LOGISTIC:
            z = a * (own - part.steps[:, :1])
            right, wrong = expit(z), expit(-z)
            slope = (part.d - part.c)[:, None] * a * right * wrong
            bend = slope * a * (wrong - right)
            first[rows, 1], first[rows, 0] = slope, -slope
            second[rows, 1], second[rows, 0] = bend, -bend
        elif family is Family.PARTIAL_CREDIT:
            weight = a[:, :, None] * np.arange(p.shape[1])[None, :, None]
            mean = (weight * p[rows]).sum(axis=1, keepdims=True)
            off = weight - mean
            variance = (off**2 * p[rows]).sum(axis=1, keepdims=True)
            first[rows] = p[rows] * off
            second[rows] = p[rows] * (off**2 - variance)
        else:
            z = part.a[:, None, None] * (own[:, None, :] - part.steps[:, :, None])
            above, below = expit(z), expit(-z)
            slope = np.nan_to_num(a[:, :, None] * above * below)
            bend = np.nan_to_num(slope * a[:, :, None] * (below - above))
            first[rows, 1:] = slope
            first[rows, :-1] -= slope
            second[rows, 1:] = bend
            second[rows, :-1] -= bend
    return p, first, second


def information(items: ItemArrays, theta: npt.ArrayLike) -> FloatArray:
    """Fisher information Σ_k P′_k² / P_k of each item, (I, G), per squared logit."""
    p, first, _ = derivatives(items, theta)
    ratio = np.divide(first**2, p, out=np.zeros_like(p), where=p > 0)
    return np.asarray(ratio.sum(axis=1))


def marginal_probabilities(items: ItemArrays, theta: npt.ArrayLike) -> FloatArray:
    """Probability of each score with the items' own parameter errors integrated out, (I, K, G).

    The errors are taken as independent and normal for log a, logit c and each step; the integral
    is a Gauss–Hermite product (five points a difficulty, three for everything else).
    """
    points = _points(theta)
    doubtful = (items.se_a > 0) | (items.se_c > 0) | (items.se_steps > 0).any(axis=1)
    out = probabilities(items, theta)
    for n_categories in np.unique(items.n_categories[doubtful]):
        rows = np.flatnonzero(doubtful & (items.n_categories == n_categories))
        part = items.take(rows)
        own = points[rows] if points.shape[0] > 1 else points
        total = np.zeros((len(rows), *out.shape[1:]))
        for weight, z in _error_nodes(part, int(n_categories) - 1):
            total += weight * probabilities(perturb(part, z[None, :]), own)
        out[rows] = total
    return out


def perturb(items: ItemArrays, z: FloatArray) -> ItemArrays:
    """The same items with every parameter moved by z standard errors.

    Parameters
    ----------
    z : (I or 1, 2 + M)
        Standard normal deviates for log a, logit c and the M steps.
    """
    steps = items.steps + z[:, 2:] * items.se_steps
    graded = items.family == Family.GRADED
    if graded.any():
        steps = np.where(graded[:, None], np.sort(steps, axis=1), steps)
    inside = items.c > 0
    safe = np.where(inside, items.c, 0.5)
    logit_c = np.log(safe / (1 - safe)) + z[:, 1] * items.se_c / (safe * (1 - safe))
    # An asymptote may not reach the upper one, however large its error.
    c = np.where(inside, np.minimum(expit(logit_c), 0.95 * items.d), 0.0)
    return ItemArrays(
        family=items.family,
        a=items.a * np.exp(z[:, 0] * items.se_a / items.a),
        c=c,
        d=items.d,
        steps=steps,
        n_categories=items.n_categories,
        se_a=items.se_a,
        se_c=items.se_c,
        se_steps=items.se_steps,
    )


def draw_parameters(items: ItemArrays, rng: np.random.Generator) -> ItemArrays:
    """One draw of all items from their own (item-level) errors."""
    return perturb(items, rng.standard_normal((len(items), 2 + items.steps.shape[1])))


def normal_nodes(n: int) -> tuple[FloatArray, FloatArray]:
    """Gauss–Hermite nodes and weights (n,) for a standard normal variable."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    return np.asarray(nodes), np.asarray(weights / weights.sum())


def _points(theta: npt.ArrayLike) -> FloatArray:
    return np.atleast_2d(np.asarray(theta, dtype=np.float64))


def _families(
    items: ItemArrays, points: FloatArray
) -> list[tuple[Family, IntArray, FloatArray]]:
    found = []
    for family in Family:
        rows = np.flatnonzero(items.family == family)
        if rows.size:
            found.append((family, rows, points[rows] if points.shape[0] > 1 else points))
    return found


def _partial_credit(part: ItemArrays, own: FloatArray) -> FloatArray:
    n_steps = part.steps.shape[1]
    exponent = np.zeros((len(part), n_steps + 1, own.shape[1]))
    exponent[:, 1:] = np.cumsum(
        part.a[:, None, None] * (own[:, None, :] - part.steps[:, :, None]), axis=1
    )
    exponent = np.where(np.isnan(exponent), -np.inf, exponent)
    exponent -= exponent.max(axis=1, keepdims=True)
    weight = np.exp(exponent)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _graded(part: ItemArrays, own: FloatArray) -> FloatArray:
    """σ(x) − σ(y) written as σ(x)σ(−y)(1 − exp(y − x)), which never cancels."""
    n_steps = part.steps.shape[1]
    z = np.full((len(part), n_steps + 2, own.shape[1]), -np.inf)
    z[:, 0] = np.inf
    steps = np.where(np.isnan(part.steps), np.inf, part.steps)
    z[:, 1:-1] = part.a[:, None, None] * (own[:, None, :] - steps[:, :, None])
    upper, lower = z[:, :-1], z[:, 1:]
    with np.errstate(invalid="ignore"):
        gap = -np.expm1(lower - upper)
    # Beyond the last category both bounds are −∞ and there is nothing between them.
    return np.asarray(np.where(np.isnan(gap), 0.0, expit(upper) * expit(-lower) * gap))


def _error_nodes(part: ItemArrays, n_steps: int) -> list[tuple[float, FloatArray]]:
    width = 2 + part.steps.shape[1]
    sizes = [3 if (part.se_a > 0).any() else 1, 3 if (part.se_c > 0).any() else 1]
    sizes += [5 if n_steps == 1 else 3] * n_steps
    if np.prod(sizes) > MOST_QUADRATURE_POINTS:
        return _cubature(width, n_steps)
    rules = [normal_nodes(size) for size in sizes]
    nodes = []
    for index in product(*(range(size) for size in sizes)):
        z = np.zeros(width)
        z[: len(index)] = [rules[axis][0][i] for axis, i in enumerate(index)]
        weight = float(np.prod([rules[axis][1][i] for axis, i in enumerate(index)]))
        nodes.append((weight, z))
    return nodes


def _cubature(width: int, n_steps: int) -> list[tuple[float, FloatArray]]:
    """Third-degree rule on 2n points (Stroud 1971), for items with many steps."""
    n = 2 + n_steps
    nodes = []
    for axis in range(n):
        for sign in (-1.0, 1.0):
            z = np.zeros(width)
            z[axis] = sign * np.sqrt(n)
            nodes.append((1 / (2 * n), z))
    return nodes
