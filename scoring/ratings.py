"""Ratings: from the marks of several raters to a level, and how sure that level is.

Levels are ordered, not measured: a rater's marks meet in a median, raters in the mean of two or
the median of three places on the ordered list. The belief about the person spreads the mean place
with a normal error in sub-levels, so that a rated skill speaks of bands and sets of levels as a
measured one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from scoring.cefr import BANDS, REPORTED_LEVELS, band_of, smallest_set

_PLACES = {level: place for place, level in enumerate(REPORTED_LEVELS)}


class RatingRefused(ValueError):
    """Marks that are not levels, or a number of ratings that no rule covers."""


@dataclass(frozen=True)
class RatingRules:
    """The settings of double rating; versioned data with a record of where they come from.

    Parameters
    ----------
    version : str
    provisional : bool
        Working assumptions until a centre has estimated them from its own double ratings.
    most_apart : int
        Sub-levels that two raters may differ by without a third.
    se_rater : float
        Sub-levels; how far one rater's level lies from what raters agree on in the long run.
    se_script : float
        Sub-levels; how far one text lies from what the person writes in the long run.
    se_scale : float
        Sub-levels; doubt about the level descriptions, shared by everybody.
    band_probability : float
        A band less probable than this is called borderline.
    """

    version: str
    provisional: bool
    most_apart: int = 1
    se_rater: float = 0.9
    se_script: float = 0.7
    se_scale: float = 0.5
    band_probability: float = 0.8

    def __post_init__(self) -> None:
        if self.most_apart < 0:
            raise RatingRefused("most_apart is 0 or more")
        if min(self.se_rater, self.se_script, self.se_scale) < 0:
            raise RatingRefused("a standard error is 0 or more")
        if self.se_rater == self.se_script == self.se_scale == 0:
            raise RatingRefused("at least one standard error is above 0")
        if not 0.5 < self.band_probability < 1:
            raise RatingRefused("band_probability lies between .5 and 1")

    def to_record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "RatingRules":
        return cls(**record)


@dataclass(frozen=True)
class ScriptLevel:
    """What the raters of one text agree on.

    Attributes
    ----------
    level : str
    place : float
        On the list of reported levels; a half where two raters lie one sub-level apart.
    n_ratings : int
    """

    level: str
    place: float
    n_ratings: int


@dataclass(frozen=True)
class RatedBelief:
    """What is believed about a person's rated skill.

    Attributes
    ----------
    place : float
        Mean over the texts, in places of the list of reported levels.
    se : float
        In sub-levels, everything included.
    levels, level_probabilities : tuple, (L,)
    bands, band_probabilities : tuple, (B,)
    most_probable_level : str
        The level by the rule of means and medians, on which the belief is centred; it stands where
        a measured belief has its most probable level.
    level_set : tuple of str
        The shortest run of levels that holds at least 80 %.
    band : str
    borderline : bool
        No band is as probable as the rules ask.
    n_scripts, n_ratings : int
    """

    place: float
    se: float
    levels: tuple[str, ...]
    level_probabilities: tuple[float, ...]
    bands: tuple[str, ...]
    band_probabilities: tuple[float, ...]
    most_probable_level: str
    level_set: tuple[str, ...]
    band: str
    borderline: bool
    n_scripts: int
    n_ratings: int

    def to_record(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def place_of(level: str) -> int:
    """The level's place on the list of reported levels, 0 for the lowest.

    Raises
    ------
    RatingRefused
        When tests do not report such a level.
    """
    if level not in _PLACES:
        raise RatingRefused(f"{level!r} is not a level that tests report")
    return _PLACES[level]


def nearest_level(place: float) -> str:
    """The level at a place; exactly between two, the lower: a level is reached, not rounded to."""
    return REPORTED_LEVELS[int(np.ceil(place - 0.5))]


def median_level(marks: Sequence[str]) -> str:
    """The median of one rater's criteria; of an even number, the lower of the two in the middle.

    So the level is the highest that more than half of the criteria reach: of four, three.
    """
    if not marks:
        raise RatingRefused("no marks")
    return REPORTED_LEVELS[sorted(place_of(mark) for mark in marks)[(len(marks) - 1) // 2]]


def crosses_a_boundary(first: str, second: str) -> bool:
    """Whether a decision boundary lies between two levels: they are of different bands."""
    return band_of(first) != band_of(second)


def needs_third(rules: RatingRules, first: str, second: str) -> bool:
    """Whether two raters differ so much that a third decides."""
    apart = abs(place_of(first) - place_of(second))
    return apart > rules.most_apart or crosses_a_boundary(first, second)


def script_level(rules: RatingRules, levels: Sequence[str]) -> ScriptLevel | None:
    """The mean of two raters' levels or the median of three; None while a rating is missing.

    Two that lie one sub-level apart meet in the lower one, which both of them reach.

    Raises
    ------
    RatingRefused
        More than three ratings, or a third that nothing called for.
    """
    if len(levels) < 2:
        return None
    if len(levels) > 3:
        raise RatingRefused("a text has at most three ratings")
    called_for = needs_third(rules, levels[0], levels[1])
    if len(levels) == 2:
        if called_for:
            return None
        place = (place_of(levels[0]) + place_of(levels[1])) / 2
    else:
        if not called_for:
            raise RatingRefused("the first two agree: nothing called for a third rating")
        place = float(place_of(median_level(levels)))
    return ScriptLevel(nearest_level(place), place, len(levels))


def level_of_one(level: str) -> ScriptLevel:
    """What one rater says of a performance that nobody else can rate; the larger error of one
    rating follows from `n_ratings`."""
    return ScriptLevel(level, float(place_of(level)), 1)


def criterion_levels(marks: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """By criterion what two or three raters' marks meet in: mean of two, median of three."""
    found = {}
    for criterion in marks[0]:
        places = [place_of(one[criterion]) for one in marks]
        middle = float(np.mean(places) if len(places) == 2 else np.median(places))
        found[criterion] = nearest_level(middle)
    return found


def rated_belief(rules: RatingRules, scripts: Sequence[ScriptLevel]) -> RatedBelief:
    """What the rated texts of one person say about the skill.

    The error of the mean place is sqrt(se_scale² + Σ(se_script² + se_rater² / nᵢ) / m²) for m texts
    with nᵢ ratings each: the classical error of a mean with raters nested in texts.

    Raises
    ------
    RatingRefused
        No text at all.
    """
    if not scripts:
        raise RatingRefused("no rated text")
    place = float(np.mean([script.place for script in scripts]))
    own = sum(rules.se_script**2 + rules.se_rater**2 / script.n_ratings for script in scripts)
    se = float(np.sqrt(rules.se_scale**2 + own / len(scripts) ** 2))
    edges = np.arange(len(REPORTED_LEVELS) - 1) + 0.5
    below = np.concatenate([[0.0], ndtr((edges - place) / se), [1.0]])
    probabilities = np.diff(below)
    by_band = dict.fromkeys(BANDS, 0.0)
    for level, probability in zip(REPORTED_LEVELS, probabilities.tolist(), strict=True):
        by_band[band_of(level)] += probability
    band = max(by_band, key=lambda name: by_band[name])
    return RatedBelief(
        place=place,
        se=se,
        levels=REPORTED_LEVELS,
        level_probabilities=tuple(probabilities.tolist()),
        bands=BANDS,
        band_probabilities=tuple(by_band.values()),
        most_probable_level=nearest_level(place),
        level_set=tuple(REPORTED_LEVELS[i] for i in smallest_set(probabilities)),
        band=band,
        borderline=by_band[band] < rules.band_probability,
        n_scripts=len(scripts),
        n_ratings=sum(script.n_ratings for script in scripts),
    )
