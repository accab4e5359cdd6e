"""What staff read of the comparison of groups: their names, and sentences made of the figures."""

from typing import Any

from flask_babel import format_decimal, lazy_pgettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from testing.fairness.groups import EXTRA_TIME, SEVERAL, UNKNOWN, Variable
from testing.fairness.tables import Row, View, What
from testing.interview.background import Accommodation, DigitalHabit, Gender
from testing.interview.staff_words import NOTED_OPTIONS, SCRIPTS
from testing.models import LANGUAGE_SKILLS, Device
from testing.mother_tongues import Family
from testing.result_words import SKILLS

VARIABLES = {
    Variable.FAMILY: _l("Family of the mother tongue"),
    Variable.SCRIPT: _l("Script of the mother tongue"),
    Variable.GENDER: _l("Gender"),
    Variable.AGE: _l("Age"),
    Variable.SCHOOLING: _l("Schooling"),
    Variable.DIGITAL: _l("Digital habit"),
    Variable.DEVICE: _l("Device"),
    Variable.OPERATED: _l("Who operated the device"),
    Variable.INTERPRETER: _l("Interpreter in the interview"),
    Variable.ACCOMMODATION: _l("Accommodation"),
}

_NOT_KNOWN = _l("Not known")
_SEVERAL = _l("More than one of these")

GROUPS: dict[Variable, dict[str, Any]] = {
    Variable.FAMILY: {
        Family.ALBANIAN: lazy_pgettext("family of languages", "Albanian"),
        Family.AUSTROASIATIC: lazy_pgettext("family of languages", "Austroasiatic"),
        Family.AUSTRONESIAN: lazy_pgettext("family of languages", "Austronesian"),
        Family.BANTU: lazy_pgettext("family of languages", "Bantu"),
        Family.CUSHITIC: lazy_pgettext("family of languages", "Cushitic"),
        Family.DRAVIDIAN: lazy_pgettext("family of languages", "Dravidian"),
        Family.FINNO_UGRIAN: lazy_pgettext("family of languages", "Finno-Ugrian"),
        Family.GERMANIC: lazy_pgettext("family of languages", "Germanic"),
        Family.INDIC: lazy_pgettext("family of languages", "Indic"),
        Family.IRANIAN: lazy_pgettext("family of languages", "Iranian"),
        Family.ROMANCE: lazy_pgettext("family of languages", "Romance"),
        Family.SEMITIC: lazy_pgettext("family of languages", "Semitic"),
        Family.SINO_TIBETAN: lazy_pgettext("family of languages", "Sino-Tibetan"),
        Family.SLAVIC: lazy_pgettext("family of languages", "Slavic"),
        Family.TAI: lazy_pgettext("family of languages", "Tai"),
        Family.TURKIC: lazy_pgettext("family of languages", "Turkic"),
        UNKNOWN: _l("Another family, or not known"),
    },
    Variable.SCRIPT: {**{one.value: said for one, said in SCRIPTS.items()}, UNKNOWN: _NOT_KNOWN},
    Variable.GENDER: {
        Gender.WOMAN: _l("Women"),
        Gender.MAN: _l("Men"),
        Gender.OTHER: _l("Others"),
        UNKNOWN: _l("Not told"),
    },
    Variable.AGE: {
        "under_25": _l("Younger than 25"),
        "25_34": "25–34",
        "35_44": "35–44",
        "45_54": "45–54",
        "55_up": _l("55 or older"),
    },
    Variable.SCHOOLING: {
        "none": _l("No school"),
        "short": _l("1–8 years"),
        "basic": _l("9–11 years"),
        "long": _l("12 years or more"),
        UNKNOWN: _NOT_KNOWN,
    },
    Variable.DIGITAL: {
        DigitalHabit.COMPUTER: _l("Uses a computer"),
        DigitalHabit.PHONE: _l("Uses a phone only"),
        DigitalHabit.LITTLE: _l("Uses them a little"),
        DigitalHabit.NONE: _l("Uses neither"),
        UNKNOWN: _NOT_KNOWN,
    },
    Variable.DEVICE: {
        Device.PHONE: _l("Phone"),
        Device.TABLET: _l("Tablet or touch screen"),
        Device.COMPUTER: _l("Computer with a mouse"),
        SEVERAL: _SEVERAL,
        UNKNOWN: _NOT_KNOWN,
    },
    Variable.OPERATED: {
        "alone": _l("The person alone"),
        "helped": _l("The person with help"),
        "staff": _l("Staff for the person"),
        UNKNOWN: _NOT_KNOWN,
    },
    Variable.INTERPRETER: {**NOTED_OPTIONS["interpreter"], UNKNOWN: _NOT_KNOWN},
    Variable.ACCOMMODATION: {
        "none": _l("No accommodation"),
        Accommodation.LARGE_PRINT: _l("Large print"),
        Accommodation.PAPER: _l("Pen and paper"),
        Accommodation.BREAKS: _l("More breaks"),
        Accommodation.EXTRA_PLAY: _l("Listening once more"),
        Accommodation.STAFF_OPERATES: _l("Staff operates"),
        EXTRA_TIME: _l("More time"),
        SEVERAL: _SEVERAL,
        UNKNOWN: _NOT_KNOWN,
    },
}

WHAT = {
    **{What(skill.value): SKILLS[skill] for skill in LANGUAGE_SKILLS},
    What.LITERACY: _l("Class of reading and writing"),
    What.RECOMMENDATION: _l("Recommendation"),
}


def group_word(variable: Variable, code: str) -> Any:
    return GROUPS[variable][code]


def signed(number: float) -> str:
    """Sub-levels with their sign."""
    return str(format_decimal(number, "+0.00;−0.00"))


def percent(share: float) -> str:
    return f"{format_decimal(100 * share, '0')} %"


def fine_percent(share: float) -> str:
    """A small share, with a decimal."""
    return f"{format_decimal(100 * share, '0.0')} %"


def points(share: float) -> str:
    """A difference of shares, in percentage points."""
    return str(format_decimal(100 * share, "+0;−0"))


def total_sentence(view: View) -> str:
    """What holds for everybody together."""
    if view.total is None:
        return ""
    told = view.total.figures
    if view.what.is_skill:
        facts = {
            "persons": int(told["persons"]),
            "size": format_decimal(abs(told["mean"]), "0.00"),
            "low": signed(told.get("low", told["mean"])),
            "high": signed(told.get("high", told["mean"])),
            "exact": percent(told["exact"]),
            "adjacent": percent(told["adjacent"]),
            "band": percent(told["same_band"]),
        }
        words = (
            _("About %(persons)s persons. On average the system's level is %(size)s sub-levels "
              "higher than the assessor's (95 %% interval %(low)s to %(high)s). The same "
              "sub-level: %(exact)s; at most one apart: %(adjacent)s; the same band: %(band)s.",
              **facts)
            if told["mean"] > 0
            else _("About %(persons)s persons. On average the system's level is %(size)s "
                   "sub-levels lower than the assessor's (95 %% interval %(low)s to %(high)s). "
                   "The same sub-level: %(exact)s; at most one apart: %(adjacent)s; the same "
                   "band: %(band)s.", **facts)
        )  # fmt: skip
        return str(words)
    return str(
        _(
            "About %(persons)s persons. Kept as proposed: %(kept)s (95 %% interval %(low)s to "
            "%(high)s).",
            persons=int(told["persons"]),
            kept=percent(told["kept"]),
            low=percent(told["low"]),
            high=percent(told["high"]),
        )
    )


def finding_sentences(view: View, variable: Variable, row: Row) -> list[str]:
    """Why a group is pointed out."""
    told = row.figures
    name = f"{VARIABLES[variable]}: {group_word(variable, row.group)}"
    said = []
    if row.is_pointed_out and view.what.is_skill:
        words = (
            _("%(group)s. Compared with the assessors, placed %(size)s sub-levels higher than "
              "the others are (95 %% interval %(low)s to %(high)s).", group=name,
              size=format_decimal(told["rest"], "0.00"),
              low=signed(told["rest_low"]), high=signed(told["rest_high"]))
            if told["rest"] > 0
            else _("%(group)s. Compared with the assessors, placed %(size)s sub-levels lower than "
                   "the others are (95 %% interval %(low)s to %(high)s).", group=name,
                   size=format_decimal(-told["rest"], "0.00"),
                   low=signed(told["rest_low"]), high=signed(told["rest_high"]))
        )  # fmt: skip
        said.append(str(words))
    elif row.is_pointed_out:
        said.append(
            str(
                _(
                    "%(group)s. The share of proposals that are kept differs by %(size)s "
                    "percentage points from that of the others (95 %% interval %(low)s to "
                    "%(high)s).",
                    group=name,
                    size=points(told["rest"]),
                    low=points(told["rest_low"]),
                    high=points(told["rest_high"]),
                )
            )
        )
    if row.is_pointed_out_at_equal_levels:
        words = (
            _("%(group)s. Among persons whom assessors placed alike, the share of classes with "
              "a need of literacy training differs by %(size)s percentage points from that of the "
              "others (95 %% interval %(low)s to %(high)s).",
              group=name, size=points(told["equal"]),
              low=points(told["equal_low"]), high=points(told["equal_high"]))
            if view.what is What.LITERACY
            else _("%(group)s. Among persons whom assessors placed alike, the share of "
                   "recommendations of a slower beginning differs by %(size)s percentage points "
                   "from that of the others (95 %% interval %(low)s to %(high)s).", group=name,
                   size=points(told["equal"]), low=points(told["equal_low"]),
                   high=points(told["equal_high"]))
        )  # fmt: skip
        said.append(str(words))
    return said
