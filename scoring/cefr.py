"""Levels: from a posterior of ability to the probability of every level and decision band.

Levels and their bands belong to a standard. Those of the language skills come from the national
list; a scale of something else names levels of its own, each of which is a band.

A standard holds one cut (logits) for every level above the lowest: the level begins there. What is
unsure about the whole scale (cuts, and a shift shared by all provisional items) is kept as the
covariance of the cuts and applied here, once, after the answers have been weighed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, sici

from scoring.irt import FloatArray, Item, Model

#: The national code list.
LEVELS = (
    "alle_A1.1",
    "A1.1",
    "A1.2",
    "A1.3",
    "A2.1",
    "A2.2",
    "B1.1",
    "B1.2",
    "B2.1",
    "B2.2",
    "C1.1",
    "C1.2",
    "C2.1",
    "C2.2",
    "yli_C1.1",
)
#: What our language tests report; a standard has a cut for each but the first.
REPORTED_LEVELS = (*LEVELS[:11], "yli_C1.1")
#: What decides and stops in a language skill.
BANDS = ("alle_A1.1", "A1", "A2", "B1", "B2", "C1+")

BORDERLINE_SHARE = 0.8


#: Before the code of a scale's first level: below it.
BELOW = "alle_"


def lowest_below(level: str) -> str:
    """The open level below a scale's first cut: the national one, or the scale's own."""
    return LEVELS[0] if level in LEVELS else BELOW + level


def band_of(level: str) -> str:
    """The decision band that a national level belongs to."""
    if level not in LEVELS:
        raise ValueError(f"{level!r} is not a level of the national list")
    if level == "alle_A1.1":
        return level
    if level.startswith("yli") or level[0] == "C":
        return "C1+"
    return level[:2]


class StandardRefused(ValueError):
    """Cuts that are not a standard: wrong levels, not rising, or impossible errors."""


@dataclass(frozen=True)
class Standard:
    """A version of the cut scores.

    Parameters
    ----------
    levels : tuple of str
        Reported levels from the lowest; L of them.
    cuts : tuple of float, (L − 1,)
        Where levels[1:] begin, in logits, strictly increasing.
    covariance : tuple of tuples, (L − 1, L − 1)
        Of the cuts, in squared logits: own errors on the diagonal plus the error that all share.
    version : str
    provisional : bool
    """

    levels: tuple[str, ...]
    cuts: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    version: str = ""
    provisional: bool = True

    def __post_init__(self) -> None:
        if self.is_national:
            order = [LEVELS.index(level) for level in self.levels if level in LEVELS]
            if len(order) != len(self.levels) or order != sorted(set(order)):
                raise StandardRefused("levels must be national levels in rising order")
        elif len(set(self.levels)) < len(self.levels):
            raise StandardRefused("a level is there twice")
        if len(self.levels) < 2 or self.levels[0] != lowest_below(self.levels[1]):
            lowest = lowest_below(self.levels[1]) if len(self.levels) > 1 else LEVELS[0]
            raise StandardRefused(f"the first level is {lowest} and at least one more follows")
        if len(self.cuts) != len(self.levels) - 1:
            raise StandardRefused("one cut for every level above the lowest")
        cuts = np.asarray(self.cuts)
        if not np.isfinite(cuts).all() or (np.diff(cuts) <= 0).any():
            raise StandardRefused("cuts must be finite and strictly increasing")
        covariance = np.asarray(self.covariance, dtype=np.float64)
        if covariance.shape != (cuts.size, cuts.size) or not np.isfinite(covariance).all():
            raise StandardRefused("the covariance needs one finite row and column a cut")
        if not np.allclose(covariance, covariance.T):
            raise StandardRefused("the covariance must be symmetric")
        if np.linalg.eigvalsh(covariance).min() < -1e-9:
            raise StandardRefused("the covariance must not be negative in any direction")

    @cached_property
    def _hash(self) -> int:
        return hash((self.levels, self.cuts, self.covariance, self.version, self.provisional))

    def __hash__(self) -> int:
        # Asked for at every step of every sitting, and the covariance is long.
        return self._hash

    @classmethod
    def from_errors(
        cls,
        levels: Sequence[str],
        cuts: Sequence[float],
        se: Sequence[float] | None = None,
        se_shared: float | Sequence[float] = 0.0,
        *,
        version: str = "",
        provisional: bool = True,
    ) -> "Standard":
        """A standard from each cut's own error and an error (logits) that moves all of them
        together: by as much, or each by its own size."""
        own = np.zeros(len(cuts)) if se is None else np.asarray(se, dtype=np.float64)
        shared = np.broadcast_to(np.asarray(se_shared, dtype=np.float64), (len(cuts),))
        if own.shape != (len(cuts),) or not (own >= 0).all() or (shared < 0).any():
            raise StandardRefused("a standard error is 0 or more, one for each cut")
        covariance = np.diag(own**2) + np.outer(shared, shared)
        return cls(
            levels=tuple(levels),
            cuts=tuple(float(cut) for cut in cuts),
            covariance=tuple(tuple(float(x) for x in row) for row in covariance),
            version=version,
            provisional=provisional,
        )

    @cached_property
    def is_national(self) -> bool:
        """Whether the levels are those of a language; a list with one of them has no others."""
        return not set(self.levels).isdisjoint(LEVELS)

    def band_of(self, level: str) -> str:
        """The decision band of a level; a level of the scale's own is one."""
        return band_of(level) if self.is_national else level

    @cached_property
    def bands(self) -> tuple[str, ...]:
        """The bands that the levels fall into, from the lowest."""
        return tuple(dict.fromkeys(self.band_of(level) for level in self.levels))

    @cached_property
    def band_index(self) -> tuple[int, ...]:
        """For each level the position of its band in `bands`."""
        return tuple(self.bands.index(self.band_of(level)) for level in self.levels)

    @cached_property
    def grouping(self) -> FloatArray:
        """(L, B): 1 where the level belongs to the band."""
        out = np.zeros((len(self.levels), len(self.bands)))
        out[np.arange(len(self.levels)), list(self.band_index)] = 1
        return out

    @cached_property
    def cut_se(self) -> FloatArray:
        """Standard error of each cut with everything included, (L − 1,)."""
        return np.asarray(np.sqrt(np.clip(np.diag(np.asarray(self.covariance)), 0, None)))

    @cached_property
    def shared_se(self) -> float:
        """The part of the cuts' error that moves all of them together, in logits."""
        covariance = np.asarray(self.covariance)
        off = covariance[~np.eye(len(self.cuts), dtype=bool)]
        return float(np.sqrt(max(off.min(), 0.0))) if off.size else float(self.cut_se[0])

    def middle(self, level: str) -> float:
        """θ in the middle of a level; the open ends are as wide as their neighbours."""
        i = self.levels.index(level)
        cuts = self.cuts
        if len(cuts) == 1:
            return cuts[0] + (0.5 if i else -0.5)
        if i == 0:
            return cuts[0] - (cuts[1] - cuts[0]) / 2
        if i == len(cuts):
            return cuts[-1] + (cuts[-1] - cuts[-2]) / 2
        return (cuts[i - 1] + cuts[i]) / 2

    def level_at(self, theta: float) -> str:
        """The level that a known θ lies in, taking the cuts as exact."""
        return self.levels[int(np.searchsorted(np.asarray(self.cuts), theta, side="right"))]

    def to_record(self) -> dict[str, Any]:
        """Plain values for JSON; `from_record` gives an equal standard back."""
        return {
            "levels": list(self.levels),
            "cuts": list(self.cuts),
            "covariance": [list(row) for row in self.covariance],
            "version": self.version,
            "provisional": self.provisional,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Standard":
        return cls(
            levels=tuple(record["levels"]),
            cuts=tuple(record["cuts"]),
            covariance=tuple(tuple(row) for row in record["covariance"]),
            version=record["version"],
            provisional=record["provisional"],
        )

    def to_json(self) -> str:
        return json.dumps(self.to_record())

    @classmethod
    def from_json(cls, text: str) -> "Standard":
        return cls.from_record(json.loads(text))


def at_or_above(standard: Standard, theta: FloatArray) -> FloatArray:
    """Weights that turn probabilities on an equally spaced grid into P(level or higher).

    `p @ at_or_above(standard, theta)` is P(θ ≥ cut) for each cut, for p (G,) summing to 1 on the
    grid `theta` (G,) and cuts normally distributed around their values; the result is (G, L − 1).

    A cut that is sharper than the grid cannot be read off at the nodes. There the step is replaced
    by its band-limited form 1/2 + (1/π) ∫₀^{π/h} sin(ωx)/ω exp(−s²ω²/2) dω, which is exact for
    every density that the grid resolves (sampling theorem). Such weights may lie a little outside
    [0, 1]; the probabilities made of them do not, but for rounding.
    """
    step = theta[1] - theta[0]
    out = np.empty((theta.size, len(standard.cuts)))
    for k, (cut, se) in enumerate(zip(standard.cuts, standard.cut_se, strict=True)):
        x = theta - cut
        out[:, k] = ndtr(x / se) if se >= 1.5 * step else _band_limited_step(x, float(se), step)
    return out


def _band_limited_step(x: FloatArray, se: float, step: float) -> FloatArray:
    highest = np.pi / step
    if se == 0:
        return np.asarray(0.5 + sici(highest * x)[0] / np.pi)
    # Gauss–Legendre on panels of at most one period of the fastest sine.
    panels = int(np.ceil(np.abs(x).max() * highest / (2 * np.pi))) + 1
    nodes, weights = np.polynomial.legendre.leggauss(12)
    width = highest / panels
    omega = (width * (np.arange(panels)[:, None] + (nodes + 1) / 2)).ravel()
    factor = np.tile(width / 2 * weights, panels) * np.exp(-((se * omega) ** 2) / 2) / omega
    return np.asarray(0.5 + np.sin(np.outer(x, omega)) @ factor / np.pi)


@lru_cache(maxsize=64)
def _level_weights(standard: Standard, low: float, high: float, n: int) -> FloatArray:
    above = at_or_above(standard, np.linspace(low, high, n))
    ones, zeros = np.ones((n, 1)), np.zeros((n, 1))
    bounds = np.hstack([ones, above, zeros])
    weights = bounds[:, :-1] - bounds[:, 1:]
    weights.setflags(write=False)
    return weights


def level_weights(standard: Standard, theta: FloatArray) -> FloatArray:
    """(G, L) weights so that p @ weights are level probabilities; kept for grids met before."""
    return _level_weights(standard, float(theta[0]), float(theta[-1]), int(theta.size))


def band_weights(standard: Standard, theta: FloatArray) -> FloatArray:
    """(G, B) weights so that p @ weights are band probabilities."""
    return np.asarray(level_weights(standard, theta) @ standard.grouping)


def level_probabilities(standard: Standard, theta: FloatArray, p: FloatArray) -> FloatArray:
    """Probability of every level, (..., L), from p (..., G) on the grid `theta` (G,).

    Where cuts with very different errors would cross, P(at or above) is held non-increasing, so
    that no level gets a negative probability.
    """
    above = np.cumsum((p @ level_weights(standard, theta))[..., ::-1], axis=-1)[..., ::-1]
    above = np.clip(np.minimum.accumulate(above, axis=-1), 0.0, 1.0)
    above[..., 0] = 1.0
    levels = above.copy()
    levels[..., :-1] -= above[..., 1:]
    return levels


def band_probabilities(standard: Standard, levels: FloatArray) -> FloatArray:
    """Probability of every band, (..., B), from level probabilities (..., L)."""
    return np.asarray(levels @ standard.grouping)


def smallest_set(probabilities: npt.ArrayLike, share: float = BORDERLINE_SHARE) -> range:
    """The shortest run of neighbouring levels that holds at least `share`; of equals the likelier.

    Neighbouring, because a report says "A1.2 to A2.1": a set with a hole is not a statement about
    a person. For a single-peaked distribution it is the same as the smallest set.
    """
    total = [0.0, *accumulate(np.asarray(probabilities, dtype=np.float64).tolist())]
    n = len(total) - 1
    for length in range(1, n + 1):
        mass = [total[i + length] - total[i] for i in range(n + 1 - length)]
        most = max(mass)
        if most >= share - 1e-12:
            start = mass.index(most)
            return range(start, start + length)
    return range(n)


@dataclass(frozen=True)
class LevelParameters:
    """What an uncalibrated item of an intended level is taken to be, with its doubt.

    a per logit; se_a likewise; se_b (the item's own) and se_task (shared by the items of its
    task) and task_sd (how much persons differ on one task beyond their ability) in logits.
    """

    a: float
    se_a: float
    se_b: float
    task_sd: float
    se_task: float


@dataclass(frozen=True)
class Scale:
    """One language and skill before data: provisional cuts, operational prior, level parameters.

    Parameters
    ----------
    standard : Standard
        Carries the shared error of the scale in its covariance.
    prior_mean, prior_sd : float
        The weak prior that everybody gets, in logits.
    parameters : mapping of level to LevelParameters
    """

    standard: Standard
    prior_mean: float
    prior_sd: float
    parameters: Mapping[str, LevelParameters]

    def __post_init__(self) -> None:
        if not self.prior_sd > 0:
            raise StandardRefused("prior_sd must be above 0")
        missing = [level for level in self.standard.levels if level not in self.parameters]
        if missing:
            raise StandardRefused(f"no item parameters for level {missing[0]}")

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "Scale":
        """A scale from the plain values of a scale file.

        Keys: `version`, `provisional`, `prior_mean`, `prior_sd`, `se_shared`; `level` a list of
        {code, cut, se, and se_shared where it is another one} from the second level up; `item` with
        a, se_a, se_b, task_sd, se_task for every level; optional `item_at` {code: {some of the same
        keys}} for levels that differ.

        Raises
        ------
        StandardRefused
            Naming the key that is missing or wrong.
        """
        try:
            rows = table["level"]
            codes = [str(row["code"]) for row in rows]
            standard = Standard.from_errors(
                (*(lowest_below(code) for code in codes[:1]), *codes),
                [float(row["cut"]) for row in rows],
                [float(row.get("se", 0.0)) for row in rows],
                [float(row.get("se_shared", table["se_shared"])) for row in rows],
                version=str(table["version"]),
                provisional=bool(table["provisional"]),
            )
            special = table.get("item_at", {})
            parameters = {
                level: LevelParameters(
                    **{
                        key: float(value)
                        for key, value in {**table["item"], **special.get(level, {})}.items()
                    }
                )
                for level in standard.levels
            }
            return cls(
                standard=standard,
                prior_mean=float(table["prior_mean"]),
                prior_sd=float(table["prior_sd"]),
                parameters=parameters,
            )
        except KeyError as missing:
            raise StandardRefused(f"the scale has no {missing.args[0]!r}") from None
        except TypeError as wrong:
            raise StandardRefused(f"the scale's item table: {wrong}") from None

    def provisional_item(
        self, id: str, level: str, *, chance: float, selected_response: bool
    ) -> Item:
        """An uncalibrated dichotomous item: difficulty in the middle of its intended level.

        `chance` is the probability of the whole key by guessing; 0 for a typed answer.
        """
        own = self.parameters[level]
        return Item(
            id=id,
            model=Model.THREE_PL if chance > 0 else Model.TWO_PL,
            a=own.a,
            b=self.standard.middle(level),
            c=chance,
            se_a=own.se_a,
            se_b=own.se_b,
            selected_response=selected_response,
        )
