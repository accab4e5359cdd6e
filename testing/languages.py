"""Languages: which ones people meet, how they name themselves, which way they run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A language of the interface."""

    code: str
    own_name: str
    direction: str = "ltr"
    #: espeak-ng voice, or None where no synthetic voice exists.
    voice: str | None = None


#: What a test-taker may choose, in the order in which the kiosk offers them.
PERSON_LANGUAGES = (
    Language("fi", "Selkosuomi", voice="fi"),
    Language("sv", "Lätt svenska", voice="sv"),
    Language("en", "English", voice="en-gb"),
    Language("ru", "Русский", voice="ru"),
    Language("uk", "Українська", voice="uk"),
    Language("ar", "العربية", "rtl", voice="ar"),
    Language("fa", "فارسی / دری", "rtl", voice="fa"),
    Language("so", "Soomaali"),
)

#: What staff may choose.
STAFF_LANGUAGES = (
    Language("fi", "Suomi"),
    Language("sv", "Svenska"),
    Language("en", "English"),
)

PERSON_CODES = tuple(language.code for language in PERSON_LANGUAGES)
STAFF_CODES = tuple(language.code for language in STAFF_LANGUAGES)

_BY_CODE = {language.code: language for language in PERSON_LANGUAGES}


def language_of(code: str) -> Language:
    """The language with this code; easy Finnish for a code that the service does not speak."""
    return _BY_CODE.get(code, _BY_CODE["fi"])


def direction_of(code: str) -> str:
    return language_of(code).direction


#: Languages in which a letter may be asked for although the kiosk does not speak them yet would
#: be a promise that the day cannot keep: letters offer the kiosk's languages only.
LETTER_LANGUAGES = PERSON_CODES

#: Mother tongues offered in the referral form (ISO 639 codes, name in their own words).
MOTHER_TONGUES = (
    ("ar", "العربية"),
    ("sq", "Shqip"),
    ("am", "አማርኛ"),
    ("bn", "বাংলা"),
    ("my", "မြန်မာဘာသာ"),
    ("zh", "中文"),
    ("prs", "دری"),
    ("en", "English"),
    ("et", "Eesti"),
    ("fa", "فارسی"),
    ("fr", "Français"),
    ("hi", "हिन्दी"),
    ("kmr", "Kurdî (Kurmancî)"),
    ("ckb", "کوردی (سۆرانی)"),
    ("ln", "Lingála"),
    ("ne", "नेपाली"),
    ("ps", "پښتو"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("so", "Soomaali"),
    ("es", "Español"),
    ("sw", "Kiswahili"),
    ("tl", "Tagalog"),
    ("ta", "தமிழ்"),
    ("th", "ไทย"),
    ("ti", "ትግርኛ"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("other", "…"),
)
