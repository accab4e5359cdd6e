"""What the assessor reads of literacy, interview and circumstances."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from scoring.literacy import Classification
from testing.interview.background import Accommodation, Interpreter
from testing.profile.gathering import Circumstances
from testing.recommending import words as recommending

INTERPRETERS = {
    Interpreter.NONE: _l("No interpreter was present."),
    Interpreter.IN_PERSON: _l("An interpreter was present."),
    Interpreter.REMOTE: _l("An interpreter took part from a distance."),
    Interpreter.COMPANION: _l("A companion helped to understand."),
}
ACCOMMODATIONS = {
    Accommodation.LARGE_PRINT: _l("Large print"),
    Accommodation.PAPER: _l("On paper"),
    Accommodation.BREAKS: _l("Breaks"),
    Accommodation.EXTRA_PLAY: _l("An extra play of recordings"),
    Accommodation.STAFF_OPERATES: _l("Staff operated the device"),
}


def literacy_rows(found: Classification) -> list[tuple[Any, str]]:
    """The class, its two axes and what is proposed, each with its word."""
    rows = [
        (recommending.FACTS[name], recommending.fact_word(name, code))
        for name, code in (
            ("literacy", found.literacy_class.value),
            ("own", found.own.value),
            ("latin", found.latin.value),
        )
    ]
    if found.short_latin_course:
        rows.append((_("Course"), _("A short course in Latin letters")))
    if found.laslliam_level is not None:
        rows.append((_("Step of literacy, 1 to 4"), str(found.laslliam_level)))
    return rows


def circumstance_lines(found: Circumstances) -> list[str]:
    """What was out of the ordinary, in sentences; the desk's own notes stand beside them."""
    lines = []
    if found.devices > 1:
        lines.append(
            str(
                ngettext(
                    "The test was taken on %(devices)s devices in %(num)s day.",
                    "The test was taken on %(devices)s devices in %(num)s days.",
                    found.days,
                    devices=found.devices,
                )
            )
        )
    if found.hands:
        lines.append(
            str(
                ngettext(
                    "The person raised a hand %(num)s time.",
                    "The person raised a hand %(num)s times.",
                    found.hands,
                )
            )
        )
    if found.broken:
        lines.append(
            str(
                ngettext(
                    "%(num)s recording broke off.",
                    "%(num)s recordings broke off.",
                    found.broken,
                )
            )
        )
    if found.interpreter is not None and found.interpreter is not Interpreter.NONE:
        lines.append(str(INTERPRETERS[found.interpreter]))
    if found.accommodations:
        listed = ", ".join(str(ACCOMMODATIONS[one]) for one in found.accommodations)
        lines.append(str(_("Arranged: %(listed)s.", listed=listed)))
    return lines
