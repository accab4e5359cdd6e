"""What the interviewer reads: groups, uses, what is noted without asking, names of scripts."""

from typing import Any

from flask_babel import lazy_gettext as _l

from testing.interview.questions import Use
from testing.mother_tongues import Script

GROUPS = {
    "talk": _l("The talk"),
    "languages": _l("Languages"),
    "school": _l("School and study"),
    "everyday": _l("Everyday life and work"),
    "wishes": _l("Goals and wishes"),
    "senses": _l("Seeing, hearing and what helps"),
    "you": _l("Only to compare groups"),
    "impression": _l("How the talk went"),
}

USES: dict[Use, Any] = {
    Use.PLAN: _l("which parts are given"),
    Use.START: _l("where a part begins"),
    Use.LITERACY: _l("the literacy screen: its own-language text, and when a teacher looks"),
    Use.RECOMMENDATION: _l("the studies that are proposed"),
    Use.DESK: _l("what the desk arranges today"),
    Use.VALIDITY: _l("the assessor's notes on the circumstances"),
    Use.FAIRNESS: _l("comparing groups, to see that the test is fair"),
}

#: What the interviewer notes; the person is not asked.
NOTED: dict[str, Any] = {
    "interpreter": _l("Who interpreted?"),
    "spoken": _l("How did the person speak the tested language?"),
}
NOTED_OPTIONS: dict[str, dict[str, Any]] = {
    "interpreter": {
        "none": _l("Nobody"),
        "in_person": _l("An interpreter in the room"),
        "remote": _l("An interpreter by telephone or video"),
        "companion": _l("A relative or a friend"),
    },
    "spoken": {
        "nothing": _l("Not at all"),
        "words": _l("Single words and greetings"),
        "sentences": _l("Short sentences about themselves"),
        "everyday": _l("About everyday things, with ease in simple talk"),
        "freely": _l("Freely, also opinions"),
    },
}

SCRIPTS: dict[Script, Any] = {
    Script.LATIN: _l("Latin"),
    Script.ARABIC: _l("Arabic"),
    Script.CYRILLIC: _l("Cyrillic"),
    Script.ETHIOPIC: _l("Ethiopic"),
    Script.CHINESE: _l("Chinese"),
    Script.DEVANAGARI: _l("Devanagari"),
    Script.BENGALI: _l("Bengali"),
    Script.BURMESE: _l("Burmese"),
    Script.TAMIL: _l("Tamil"),
    Script.THAI: _l("Thai"),
    Script.OTHER: _l("Another script"),
}

NOT_ASKED = _l("Not asked or not told")
