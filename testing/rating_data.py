"""What raters work with that is data: the rules of double rating and the level descriptions.

Both carry a version, a word on where they come from, and whether they are provisional.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from items.content_format import LANGUAGES
from scoring.cefr import BANDS, REPORTED_LEVELS, band_of
from scoring.ratings import RatingRules
from testing.models import SPEAKING_CRITERIA, WRITING_CRITERIA, Criterion, Skill
from testing.settings import CHECKOUT

FOLDER = CHECKOUT / "testing" / "data"


class BadRatingData(Exception):
    """A file of rating data is not whole; the message says what is missing."""


@dataclass(frozen=True)
class Descriptors:
    """What a text is like: by language, criterion and level."""

    version: str
    provisional: bool
    origin: str
    texts: Mapping[str, Mapping[Criterion, Mapping[str, str]]]


@cache
def rules() -> RatingRules:
    """The rules in use."""
    return read_rules(FOLDER / "rating_rules.toml")


@cache
def descriptors(skill: Skill = Skill.WRITING) -> Descriptors:
    """The level descriptions in use."""
    if skill is Skill.SPEAKING:
        return read_by_band(FOLDER / "speaking_descriptors.toml")
    return read_descriptors(FOLDER / "rating_descriptors.toml")


def read_rules(file: Path) -> RatingRules:
    """The rules in a file.

    :raise RatingRefused: a number that no rule can have.
    """
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    table.pop("origin", None)
    return RatingRules.from_record(table)


def read_descriptors(file: Path) -> Descriptors:
    """The descriptions in a file: every level of every criterion in both languages.

    :raise BadRatingData: naming what is missing or too much.
    """
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    texts: dict[str, dict[Criterion, dict[str, str]]] = {}
    for language in LANGUAGES:
        texts[language] = {}
        for criterion in WRITING_CRITERIA:
            given = table.get(language, {}).get(criterion.value, {})
            if set(given) != set(REPORTED_LEVELS):
                odd = sorted(set(given) ^ set(REPORTED_LEVELS))
                raise BadRatingData(f"{file.name}: {language}.{criterion.value}: {odd[0]}")
            texts[language][criterion] = {level: given[level] for level in REPORTED_LEVELS}
    return Descriptors(
        version=table["version"],
        provisional=table["provisional"],
        origin=table["origin"].strip(),
        texts=texts,
    )


def read_by_band(file: Path) -> Descriptors:
    """The descriptions of speaking in a file: every band of every criterion in both languages.

    A level is told by its band.

    :raise BadRatingData: naming what is missing or too much.
    """
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    texts: dict[str, dict[Criterion, dict[str, str]]] = {}
    for language in LANGUAGES:
        texts[language] = {}
        for criterion in SPEAKING_CRITERIA:
            given = table.get(language, {}).get(criterion.value, {})
            if set(given) != set(BANDS):
                odd = sorted(set(given) ^ set(BANDS))
                raise BadRatingData(f"{file.name}: {language}.{criterion.value}: {odd[0]}")
            texts[language][criterion] = {
                level: given[band_of(level)] for level in REPORTED_LEVELS
            }
    return Descriptors(
        version=table["version"],
        provisional=table["provisional"],
        origin=table["origin"].strip(),
        texts=texts,
    )
