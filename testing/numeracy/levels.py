"""The levels of numeracy, which are its own, beside those of a language."""

from items.content_format import NUMERACY_LEVELS
from scoring.cefr import REPORTED_LEVELS
from testing.models import Skill

LEVELS = ("alle_N1", *NUMERACY_LEVELS)


def levels_of(skill: Skill) -> tuple[str, ...]:
    """The levels that may be given for a skill, the lowest first."""
    return LEVELS if skill is Skill.NUMERACY else REPORTED_LEVELS
