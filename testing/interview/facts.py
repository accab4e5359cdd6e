"""Facts: what the interview found out, as the codes that rules of routing look at."""

from testing.interview.background import Background
from testing.models import Referral

#: Years of school from which it counts as basic, and as long.
BASIC_YEARS, LONG_YEARS = 9, 12


def facts_of(referral: Referral, background: Background | None) -> dict[str, str]:
    """Fact → code; what is not known is left out."""
    found = {"purpose": referral.purpose.value}
    if background is None:
        return found
    reads = background.reads()
    told = {
        "interviewed": "yes",
        "interview": background.spoken,
        "schooling": schooling_of(background.school_years),
        "study_skills": _study_skills(background.study_skills),
        "reads": reads.value if reads else None,
        "hearing": background.hearing.value if background.hearing else None,
        "sight": background.glasses.value if background.glasses else None,
    }
    told |= {f"self.{skill}": level for skill, level in background.self_assessed.items()}
    return found | {fact: code for fact, code in told.items() if code is not None}


def schooling_of(years: int | None) -> str | None:
    """none, short, basic or long; None where nobody told."""
    if years is None:
        return None
    if years == 0:
        return "none"
    return "short" if years < BASIC_YEARS else "basic" if years < LONG_YEARS else "long"


def _study_skills(signs: int | None) -> str | None:
    if signs is None:
        return None
    return "weak" if signs < 2 else "some" if signs == 2 else "strong"
