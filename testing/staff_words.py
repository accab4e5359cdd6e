"""What staff read for each code of the domain, and how languages are called in their language."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from babel import Locale
from flask import Flask
from flask_babel import format_date, get_locale, lazy_pgettext
from flask_babel import lazy_gettext as _l

from items.content_format import LANGUAGE_FREE
from testing import clock
from testing.languages import LETTER_LANGUAGES, MOTHER_TONGUES, language_of
from testing.models import (
    BookingState,
    HowGiven,
    OfficeKind,
    PermissionContent,
    Purpose,
    ReferralState,
    Role,
    SittingState,
)
from testing.referrals import Pile, Standing

WORDS: dict[type[StrEnum], dict[Any, Any]] = {
    Purpose: {
        Purpose.INTEGRATION_PLAN: _l("Start of the integration plan"),
        Purpose.VOCATIONAL_TRAINING: _l("Entry to vocational training"),
        Purpose.LEVEL_CHECK: _l("Level check"),
    },
    PermissionContent: {
        PermissionContent.LEVELS: _l("The level of each skill"),
        PermissionContent.CERTAINTY: _l("How sure each level is"),
        PermissionContent.WRITING_CRITERIA: _l("How the writing was rated, criterion by criterion"),
        PermissionContent.ATTENDANCE: _l("Whether the person came to the test"),
        PermissionContent.RECOMMENDATION: _l("The recommendation of studies"),
        PermissionContent.NUMERACY: _l("What the person can do with numbers"),
        PermissionContent.LITERACY_STATEMENT: _l("The signed statement on reading and writing"),
    },
    HowGiven: {
        HowGiven.PAPER: _l("Signature on paper"),
        HowGiven.SCREEN: _l("Signature on a screen"),
        HowGiven.ORAL: _l("Said aloud before a witness"),
    },
    OfficeKind: {
        OfficeKind.EMPLOYMENT_AUTHORITY: _l("Employment authority"),
        OfficeKind.MUNICIPALITY: _l("Municipality"),
        OfficeKind.EDUCATION_PROVIDER: _l("Education provider"),
    },
    Role: {
        Role.ADMINISTRATOR: _l("Administrator"),
        Role.RATER: _l("Rater"),
        Role.ASSESSOR: _l("Assessor"),
        Role.CLERK: _l("Office clerk"),
        Role.AUTHOR: _l("Item author"),
        Role.PSYCHOMETRICIAN: _l("Psychometrician"),
        Role.AUDITOR: _l("Auditor"),
    },
    BookingState: {
        BookingState.BOOKED: _l("Booked"),
        BookingState.ARRIVED: _l("Came"),
        BookingState.NO_SHOW: _l("Did not come"),
        BookingState.MOVED: _l("Moved"),
        BookingState.CANCELLED: _l("Cancelled"),
    },
    ReferralState: {
        ReferralState.OPEN: lazy_pgettext("state of a referral", "Open"),
        ReferralState.CANCELLED: _l("Cancelled"),
        ReferralState.COMPLETED: _l("Completed"),
    },
    SittingState: {
        SittingState.OPEN: _l("Under way"),
        SittingState.PAUSED: _l("Paused"),
        SittingState.FINISHED: _l("Done to the end"),
        SittingState.ENDED: _l("Ended early"),
    },
    Standing: {
        Standing.NEEDS_PLACE: _l("No place yet"),
        Standing.MISSED: _l("Did not come"),
        Standing.BOOKED: _l("Has a place"),
        Standing.ARRIVED: _l("Came to the test"),
        Standing.COMPLETED: _l("Result is ready"),
        Standing.CANCELLED: _l("Cancelled"),
    },
    Pile: {
        Pile.TO_DO: _l("Needs a place"),
        Pile.BOOKED: _l("Has a place"),
        Pile.ARRIVED: _l("Waits for the result"),
        Pile.CLOSED: lazy_pgettext("pile of referrals", "Closed"),
    },
}

#: The shape beside the word (components/state.html).
SHAPES: dict[type[StrEnum], dict[Any, str]] = {
    Standing: {
        Standing.NEEDS_PLACE: "waiting",
        Standing.MISSED: "attention",
        Standing.BOOKED: "running",
        Standing.ARRIVED: "running",
        Standing.COMPLETED: "done",
        Standing.CANCELLED: "absent",
    },
    BookingState: {
        BookingState.BOOKED: "waiting",
        BookingState.ARRIVED: "done",
        BookingState.NO_SHOW: "attention",
        BookingState.MOVED: "absent",
        BookingState.CANCELLED: "absent",
    },
}

TESTED_LANGUAGES = (("fi", _l("Finnish")), ("sv", _l("Swedish")))
#: What a bank is in; one of them is for every language.
BANK_LANGUAGES = (*TESTED_LANGUAGES, (LANGUAGE_FREE, _l("All languages")))


def in_words(code: StrEnum) -> Any:
    """What staff read for a code."""
    return WORDS[type(code)][code]


def shape_of(code: StrEnum) -> str:
    return SHAPES[type(code)][code]


def choices(kind: type[StrEnum]) -> list[tuple[str, Any]]:
    """The codes of an enum with their words, for a form."""
    return [(code.value, WORDS[kind][code]) for code in kind]


#: Where the register of languages that the library uses knows another code.
_OTHER_CODES = {"prs": "fa_AF", "kmr": "ku"}


def language_name(code: str) -> str:
    """The language's name in the reader's language, with its own name behind it."""
    own = dict(MOTHER_TONGUES).get(code) or language_of(code).own_name
    if code == "other":
        return str(_l("Another language"))
    here: Locale = get_locale() or Locale("en")
    name = here.languages.get(_OTHER_CODES.get(code, code))
    if not name or name.lower() == own.lower():
        return own
    return f"{name} – {own}"


def contact_languages() -> list[tuple[str, str]]:
    return [(code, language_name(code)) for code in LETTER_LANGUAGES]


def mother_tongues() -> list[tuple[str, str]]:
    """Languages by name, "another" last."""
    named = [(code, language_name(code)) for code, _own in MOTHER_TONGUES if code != "other"]
    return [
        ("", ""),
        *sorted(named, key=lambda one: one[1].casefold()),
        ("other", language_name("other")),
    ]


def contents_in_words(contents: list[str]) -> list[Any]:
    """What a permission covers, in the order of the form."""
    return [in_words(content) for content in PermissionContent if content.value in contents]


#: How an office has looked, by the channel of a release.
CHANNELS = {
    "page": _l("read on the page"),
    "pdf": _l("took the PDF"),
    "text": _l("took the text to paste"),
    "json": _l("took the JSON file"),
    "csv": _l("took the CSV file"),
    "transfer": _l("took the form for the teacher"),
}


def channel_in_words(channel: str) -> Any:
    """How an office has looked, as it is kept in the database."""
    return CHANNELS[channel]


def roles_in_words(roles: list[str]) -> list[Any]:
    """What somebody may do, as it is kept in the database."""
    return [in_words(Role(role)) for role in roles]


def weekday(moment: datetime) -> str:
    """The day of the week, short."""
    return str(format_date(clock.local_day(moment), "EEE")).removesuffix(".")


def weekday_in_full(moment: datetime) -> str:
    return str(format_date(clock.local_day(moment), "EEEE"))


def date_in_full(moment: datetime) -> str:
    """Weekday, day, month by name and year, as the language writes them."""
    return str(format_date(clock.local_day(moment), "full"))


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        weekday=weekday, weekday_in_full=weekday_in_full, date_in_full=date_in_full
    )
    app.jinja_env.filters.update(
        in_words=in_words,
        shape_of=shape_of,
        language_name=language_name,
        contents_in_words=contents_in_words,
        channel_in_words=channel_in_words,
        roles_in_words=roles_in_words,
        tested_language=lambda code: dict(BANK_LANGUAGES)[code],
    )
