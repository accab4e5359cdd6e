"""What authors and psychometricians read for each code of the bank."""

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from items.models import Status
from items.recordings import Fault
from testing.models import Skill
from testing.plans import NOTHING_IN_USE
from testing.readiness import NO_PROMPT

SKILLS = {
    "reading": _l("Reading"),
    "listening": _l("Listening"),
    "writing": _l("Writing"),
    "speaking": _l("Speaking"),
    "numeracy": _l("Numeracy"),
}

STATUSES = {
    Status.DRAFT: _l("Draft"),
    Status.PILOT: _l("Pilot use"),
    Status.LIVE: _l("Live use"),
    Status.RETIRED: _l("Retired"),
}
STATUS_SHAPES = {
    Status.DRAFT: "draft",
    Status.PILOT: "running",
    Status.LIVE: "done",
    Status.RETIRED: "stopped",
}
#: What the button says that leads to a status.
STEPS = {
    Status.DRAFT: _l("Bring back as a draft"),
    Status.PILOT: _l("Take into pilot use"),
    Status.LIVE: _l("Take into live use"),
    Status.RETIRED: _l("Retire"),
}

AREAS = {
    "housing": _l("Housing"),
    "health": _l("Health"),
    "day_care": _l("Day care"),
    "shop": _l("Shop"),
    "transport": _l("Transport"),
    "work": _l("Work"),
    "employment_service": _l("Employment service"),
    "school": _l("School"),
    "neighbours": _l("Neighbours"),
    "authority": _l("Authority"),
    "news": _l("News"),
    "opinion": _l("Opinion"),
    "leisure": _l("Leisure"),
    "money": _l("Money"),
    "quantity": _l("Numbers and quantities"),
    "calculation": _l("Calculation"),
    "time": _l("Clock and calendar"),
    "measure": _l("Measures and units"),
    "share": _l("Fractions and percent"),
    "data": _l("Tables and charts"),
}

KINDS = {
    "choice": _l("One of several"),
    "multiple": _l("Several of several"),
    "truth": _l("True, false, not said"),
    "matching": _l("Pairs"),
    "ordering": _l("Order"),
    "inline_choice": _l("Words in gaps"),
    "number": _l("Typed number"),
    "short": _l("Typed words"),
}

TRUTHS = {"true": _l("True"), "false": _l("False"), "not_said": _l("Not said")}

FOCUSES = {
    "gist": _l("gist"),
    "detail": _l("detail"),
    "inference": _l("inference"),
    "attitude": _l("attitude"),
    "structure": _l("structure"),
    "know": _l("knowing"),
    "apply": _l("using"),
    "reason": _l("reasoning"),
}

TEXT_TYPES = {
    "notice": _l("Notice"),
    "sign": _l("Sign"),
    "message": _l("Message"),
    "timetable": _l("Timetable"),
    "form": _l("Form"),
    "price_list": _l("Price list"),
    "email": _l("E-mail"),
    "letter": _l("Letter"),
    "instruction": _l("Instruction"),
    "article": _l("Article"),
    "advert": _l("Advertisement"),
    "menu": _l("Menu"),
    "label": _l("Label"),
    "post": _l("Post"),
    "opinion": _l("Opinion"),
    "announcement": _l("Announcement"),
    "voicemail": _l("Voice message"),
    "dialogue": _l("Dialogue"),
    "interview": _l("Interview"),
    "news": _l("News"),
    "phone_call": _l("Phone call"),
    "monologue": _l("One speaker"),
}

#: What is wrong with a recording, and what to do about it.
FAULTS = {
    Fault.UNREADABLE: _l("The file is not sound that can be read. Send WAV, FLAC, MP3 or Ogg."),
    Fault.LOW_RATE: _l("The sample rate is below 16 kHz. Record at 44.1 or 48 kHz."),
    Fault.TOO_SHORT: _l("The recording is shorter than the script. Record the whole script."),
    Fault.TOO_LONG: _l(
        "The recording is much longer than the script. Cut what does not belong to it."
    ),
    Fault.TOO_QUIET: _l("The voice is too quiet. Go nearer to the microphone and record again."),
    Fault.CLIPPED: _l("The sound is cut at its loudest places. Turn the microphone down."),
    Fault.NOISY: _l("Noise is heard behind the voice. Record in a quieter room."),
    Fault.LATE_START: _l("Nothing is heard for more than three seconds. Cut the beginning."),
    Fault.OTHER_TRANSCRIPT: _l(
        "The transcript has other words than the script. If the script was read otherwise, "
        "record it again; if the script should change, change the task's file."
    ),
}



def _(words: str, **facts: Any) -> str:
    return str(gettext(words, **facts))


_COUNTED = re.compile(r"^(area|text type) (\w+) \((\d+) to (\d+) tasks\)$")
_TASKS = re.compile(r"^(\d+) to (\d+) tasks$")
_MOST = re.compile(r"^at most ([\d.e+]+) (words|seconds)$")
_EXPOSURE = re.compile(r"^exposure ([\d.]+), at best ([\d.]+)$")
_ENEMIES = re.compile(r"^enemies (\S+) and (\S+)$")


def constraint(name: str) -> str:
    """A constraint of a blueprint, as the engine names it, in the reader's language."""
    if name == NOTHING_IN_USE:
        return _("There is no scale, no blueprint or no task in use.")
    if name == NO_PROMPT[Skill.WRITING]:
        return _("There is no writing prompt in use.")
    if name == NO_PROMPT[Skill.SPEAKING]:
        return _("There is no speaking set in use.")
    if found := _COUNTED.match(name):
        kind, code, least, most = found.groups()
        if kind == "area":
            return _(
                "Area %(area)s: %(least)s to %(most)s tasks",
                area=AREAS.get(code, code), least=least, most=most,
            )  # fmt: skip
        return _(
            "Text type %(type)s: %(least)s to %(most)s tasks",
            type=TEXT_TYPES.get(code, code), least=least, most=most,
        )  # fmt: skip
    if found := _TASKS.match(name):
        return _("%(least)s to %(most)s tasks in all", least=found[1], most=found[2])
    if found := _MOST.match(name):
        if found[2] == "words":
            return _("At most %(number)s words in all", number=found[1])
        return _("At most %(number)s seconds in all", number=found[1])
    if found := _EXPOSURE.match(name):
        limit, lowest = (f"{100 * float(one):.0f} %" for one in found.groups())
        return _(
            "No task in more than %(limit)s of the tests: with so few tasks one would be in "
            "%(lowest)s even if every part were as short as it may be",
            limit=limit, lowest=lowest,
        )  # fmt: skip
    if found := _ENEMIES.match(name):
        return _("%(one)s and %(other)s never together", one=found[1], other=found[2])
    return name


def word(table: dict[Any, Any], code: Any) -> Any:
    return table.get(code, code)
