"""Reading what people type: numbers, times, prices, dates, telephone numbers and single words.

A normaliser returns a value that is equal for equal answers, or None when the text holds no such
thing. None of them raises, whatever the text.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from rapidfuzz.distance import OSA

# Arabic decimal and thousands separators and comma; minus, dashes; euro words follow in patterns.
_SEPARATORS = str.maketrans(
    {"٫": ",", "٬": None, "،": ",", "−": "-", "–": "-", "—": "-", "’": "'", "´": "'", "`": "'"}
)
# A word this short has too many neighbours for a slip to be a slip of the same word.
_SHORTEST_WITH_SLIPS = 4

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "tammi januari jan",
            "helmi februari feb",
            "maalis mars mar",
            "huhti april apr",
            "touko maj may",
            "kesä juni jun",
            "heinä juli jul",
            "elo augusti aug",
            "syys september sep sept",
            "loka oktober okt oct",
            "marras november nov",
            "joulu december dec",
        ),
        start=1,
    )
    for name in names.split()
}


def plain_digits(text: str) -> str:
    """The text in NFKC with every script's digits as 0–9 and no invisible characters."""
    kept = []
    for character in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(character)
        if category == "Nd":
            kept.append(str(unicodedata.digit(character)))
        elif category not in ("Cf", "Cs", "Co", "Cn"):
            kept.append(" " if category in ("Cc", "Zs", "Zl", "Zp") else character)
    return "".join(kept).translate(_SEPARATORS)


def folded(text: str) -> str:
    """The text without case, invisible characters, outer punctuation and double spaces."""
    words = " ".join(plain_digits(text).casefold().split())
    return words.strip(" .,;:!?\"'()[]«»“”„…-")


_NUMBER = re.compile(r"(?<![0-9.,])(-?[0-9]+(?:[.,][0-9]+)?)(?![0-9]|[.,][0-9])")
_THOUSANDS = re.compile(r"(?<![0-9.,])([0-9]{1,3})((?: [0-9]{3})+)(?![0-9])")


def _joined_thousands(text: str) -> str:
    return _THOUSANDS.sub(lambda found: found[1] + found[2].replace(" ", ""), text)


def read_number(text: str) -> Decimal | None:
    """The only number in the text, whatever unit stands beside it."""
    words = _joined_thousands(" ".join(plain_digits(text).split()))
    found = _NUMBER.findall(words)
    if len(found) != 1 or len(re.findall("[0-9]+", words)) > 2:
        return None
    return Decimal(found[0].replace(",", "."))


_EUROS_AND_CENTS = re.compile(
    r"([0-9]+) ?(?:€|e|eur|euro[a-zåäö]*) ?([0-9]{2})"
    r" ?(?:c|s|snt|sen[a-zåäö]*|cen[a-zåäö]*|¢)?"
)
_CENTS = re.compile(r"([0-9]{1,2}) ?(?:c|s|snt|sen[a-zåäö]*|cen[a-zåäö]*|¢)")
_EUROS = re.compile(
    r"(?:€|e|eur|euro[a-zåäö]*)? ?([0-9]+)(?:[.,:]|, ?-|)(?:[.,: ]([0-9]{1,2}))?(?:[,.]?-)?"
    r" ?(?:€|e|eur|euro[a-zåäö]*)?"
)


def read_price(text: str) -> Decimal | None:
    """Euros: 2,50 · 2.5 · 2:50 · 2 € 50 · 2 euroa 50 senttiä · 50 snt."""
    words = _joined_thousands(folded(text))
    if found := _EUROS_AND_CENTS.fullmatch(words):
        return Decimal(f"{found[1]}.{found[2]}")
    if found := _CENTS.fullmatch(words):
        return Decimal(found[1]) / 100
    if found := _EUROS.fullmatch(words):
        return Decimal(f"{found[1]}.{found[2] or 0}")
    return None


_TIME = re.compile(
    r"(?:klo|kello|kl|klockan|at)?[. ]*([0-9]{1,2})(?:(?: ?[.:,h] ?| )?([0-9]{2}))?"
    r"(?: ?(?:h|t|aikaan|uhr))?"
)


def read_time(text: str) -> int | None:
    """Minutes since midnight: 14.30 · 14:30 · 1430 · klo 14.30 · kl. 14 · 9."""
    found = _TIME.fullmatch(folded(text))
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        return None
    return hours % 24 * 60 + minutes


_DATE = re.compile(r"([0-9]{1,2})[./ -]+([0-9]{1,2})(?:[./ -]+([0-9]{4}|[0-9]{2}))?\.?")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_NAMED_DATE = re.compile(r"([0-9]{1,2})\.? ?([a-zåäö]+)\.?(?: ?([0-9]{4}))?")


def read_date(text: str) -> tuple[int, int] | None:
    """Day and month; a year is read and left aside, since a question about a year asks a number."""
    words = folded(re.sub(r"^\s*den\s", "", text.casefold()))
    if found := _ISO_DATE.fullmatch(words):
        day, month, year = int(found[3]), int(found[2]), int(found[1])
    elif found := _DATE.fullmatch(words):
        day, month, year = int(found[1]), int(found[2]), int(found[3] or 0)
    elif found := _NAMED_DATE.fullmatch(words):
        name = re.sub("kuu(?:ta|n|ssa)?$", "", found[2])
        day, month, year = int(found[1]), _MONTHS.get(name, 0), int(found[3] or 0)
    else:
        return None
    try:
        date(year if 1900 <= year <= 2100 else 2000, month, day)
    except ValueError:
        return None
    return day, month


def read_phone(text: str) -> str | None:
    """Digits of a telephone number, the Finnish country code taken as the leading zero."""
    words = plain_digits(text).strip()
    if not re.fullmatch(r"[0-9 ()/.+-]+", words):
        return None
    digits = re.sub("[^0-9]", "", words)
    if words.startswith("+358"):
        return "0" + digits[3:].removeprefix("0")
    if digits.startswith("00358"):
        return "0" + digits[5:].removeprefix("0")
    return digits or None


NORMALISERS: dict[str, Callable[[str], object | None]] = {
    "number": read_number,
    "price": read_price,
    "time": read_time,
    "date": read_date,
    "phone": read_phone,
}


def _without_marks(word: str) -> str:
    return "".join(
        character
        for character in unicodedata.normalize("NFD", word)
        if not unicodedata.combining(character)
    )


def matches_word(typed: str, accepted: str, *, slips: int) -> bool:
    """Whether a typed word or phrase is the accepted one.

    Case, outer punctuation and double spaces never count. With `slips`, that many letters may be
    wrong, missing, extra or swapped in a word of four letters or more, and å ä ö may be typed
    without their marks. Inflected forms count when the author lists them: a dictionary would take
    every form, also the one that shows that the text was not understood.
    """
    word, target = folded(typed), folded(accepted)
    if not word or not target:
        return False
    if word == target:
        return True
    if slips <= 0 or len(target) < _SHORTEST_WITH_SLIPS:
        return False
    if OSA.distance(word, target, score_cutoff=slips) <= slips:
        return True
    return _without_marks(word) == _without_marks(target)
