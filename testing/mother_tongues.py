"""Mother tongues as data: the family of each, and the script in which it is written."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from testing.settings import CHECKOUT

FILE = CHECKOUT / "testing" / "data" / "mother_tongues.toml"


class Family(StrEnum):
    """Families of languages, as ISO 639-5 groups them."""

    ALBANIAN = "albanian"
    AUSTROASIATIC = "austroasiatic"
    AUSTRONESIAN = "austronesian"
    BANTU = "bantu"
    CUSHITIC = "cushitic"
    DRAVIDIAN = "dravidian"
    FINNO_UGRIAN = "finno_ugrian"
    GERMANIC = "germanic"
    INDIC = "indic"
    IRANIAN = "iranian"
    ROMANCE = "romance"
    SEMITIC = "semitic"
    SINO_TIBETAN = "sino_tibetan"
    SLAVIC = "slavic"
    TAI = "tai"
    TURKIC = "turkic"


class Script(StrEnum):
    """The signs in which a language is written."""

    LATIN = "latin"
    ARABIC = "arabic"
    CYRILLIC = "cyrillic"
    ETHIOPIC = "ethiopic"
    CHINESE = "chinese"
    DEVANAGARI = "devanagari"
    BENGALI = "bengali"
    BURMESE = "burmese"
    TAMIL = "tamil"
    THAI = "thai"
    OTHER = "other"


@dataclass(frozen=True)
class MotherTongue:
    family: Family
    script: Script


@cache
def by_code() -> Mapping[str, MotherTongue]:
    """Language code → what is known of it; "other" and codes that nobody listed are not there."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        code: MotherTongue(Family(row["family"]), Script(row["script"]))
        for code, row in table["language"].items()
    }
