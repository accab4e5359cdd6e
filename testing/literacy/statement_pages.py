"""What pages and papers of a literacy statement show: sentences in the language of the moment."""

from typing import Any

from flask_babel import gettext as _

from scoring.literacy import Area, Classification, LiteracyClass
from testing import languages
from testing.literacy import words
from testing.models import PenHold
from testing.result_pages import day
from testing.statements import spaced_code


def view_of(content: dict[str, Any]) -> dict[str, Any]:
    """A literacy statement, signed or about to be, ready for a page."""
    found = Classification.from_record(content["classification"])
    days = ", ".join(day(one) for one in content["days"])
    signed = content["signed"]
    return {
        "name": content["person"]["name"],
        "born": day(content["person"]["birth_date"]),
        "centre": content["centre"],
        "days": days,
        "own_language": dict(languages.MOTHER_TONGUES).get(content["own_language"] or "", ""),
        "class": str(words.CLASSES[LiteracyClass(content["class"])]),
        "observed": words.evidence(found),
        "also": _also(content),
        "module": _module(found),
        "limits": _limits(days),
        "note": content.get("note", ""),
        "is_provisional": content["provisional"],
        "mode": content["mode"],
        "supersedes": content.get("supersedes"),
        "confirmed_by": content["confirmed_by"],
        "signed_by": signed["name"],
        "signed_title": signed["title"],
        "signed_on": day(signed["day"]),
        "code": spaced_code(content.get("verification_code", "")),
    }


def _also(content: dict[str, Any]) -> list[str]:
    said = []
    if content["pen_hold"]:
        pen = words.PEN_HOLDS[PenHold(content["pen_hold"])]
        said.append(str(_("The pen: %(words)s.", words=str(pen).lower())))
    if content["is_prompted"]:
        said.append(str(_("Somebody helped during the assessment: a word or a hint too many.")))
    return said


def _module(found: Classification) -> list[tuple[str, str]]:
    """Level 1 to 4 of each area of literacy training, as far as it was observed."""
    if found.module is None:
        return []
    levels = [(area, getattr(found.module, area.value)) for area in Area]
    return [(str(words.AREAS[area]), str(level)) for area, level in levels if level is not None]


def _limits(days: str) -> list[str]:
    """What the statement says, and what it cannot say."""
    return [
        str(_("All this was observed at the test centre, in person, on %(days)s.", days=days)),
        str(
            _(
                "It does not say what the person could do before that, for example on arrival in "
                "Finland, or can do later."
            )
        ),
        str(_("It says nothing of how well the person speaks or understands.")),
    ]
