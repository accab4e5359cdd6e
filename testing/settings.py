"""Settings: one frozen dataclass, read once from the environment at start-up."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

CHECKOUT = Path(__file__).resolve().parent.parent
HELSINKI = ZoneInfo("Europe/Helsinki")


class BadSetting(Exception):
    """A setting is missing or wrong; the message says what to set."""


class Mode(StrEnum):
    """What the results of this installation are worth."""

    LIVE = "live"
    PILOT = "pilot"
    DEMO = "demo"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that the environment decides. Each field is documented in docs/operations.md."""

    data: Path
    """LAHTOTASO_DATA: folder of the embedded database, the key file, media and seals."""
    database_url: str
    """DATABASE_URL: postgresql+psycopg://… or (default) SQLite inside `data`."""
    mode: Mode = Mode.PILOT
    """LAHTOTASO_MODE: live, pilot or demo."""
    synthetic_live: bool = False
    """LAHTOTASO_SYNTHETIC_LIVE: 1 lets synthetic recordings give a level in live sittings, too."""
    key: str | None = None
    """LAHTOTASO_KEY: the master key, 32 bytes as base64; default is the key file in `data`."""
    base_url: str = "http://127.0.0.1:8080"
    """LAHTOTASO_URL: the address under which people reach the service."""
    secure_cookies: bool = True
    """LAHTOTASO_SECURE_COOKIES: 0 only where the service is reached without TLS."""
    seals: Path | None = None
    """LAHTOTASO_SEALS: file outside the database to which chain heads are sealed."""
    certificate: Path | None = None
    """LAHTOTASO_CERTIFICATE: PKCS#12 file with which documents are signed."""
    certificate_password: str | None = None
    """LAHTOTASO_CERTIFICATE_PASSWORD: its password."""
    timestamps: str | None = None
    """LAHTOTASO_TIMESTAMPS: time-stamp server (RFC 3161) for the signatures of documents."""
    trusted_proxies: int = 0
    """LAHTOTASO_PROXIES: how many reverse proxies stand before the service."""
    log_level: str = "INFO"
    """LAHTOTASO_LOG_LEVEL: DEBUG, INFO, WARNING or ERROR."""
    literacy_first: int = 300
    """LAHTOTASO_LITERACY_FIRST: of those who pass the literacy screen, so many all go deeper."""
    literacy_share: float = 0.1
    """LAHTOTASO_LITERACY_SHARE: share of the later ones who go deeper by lot, 0 to 1."""

    keep_talks: int = 180
    """LAHTOTASO_KEEP_TALKS: days after the signature for which recordings and pages are kept;
    drawn signatures so long after the end of their permission."""
    fairness_smallest: int = 20
    """LAHTOTASO_FAIRNESS_SMALLEST: groups of fewer persons are not compared, 5 or more."""

    @property
    def counts_synthetic(self) -> bool:
        """Whether a part that was taken with synthetic recordings gives a level."""
        return self.mode is not Mode.LIVE or self.synthetic_live

    @property
    def is_embedded(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def key_file(self) -> Path:
        return self.data / "keys.json"

    @property
    def media(self) -> Path:
        return self.data / "media"

    @property
    def seal_file(self) -> Path:
        return self.seals or self.data / "seals.jsonl"


#: Environment variable of each field; a test compares this table with docs/operations.md.
VARIABLES = {
    "data": "LAHTOTASO_DATA",
    "database_url": "DATABASE_URL",
    "mode": "LAHTOTASO_MODE",
    "synthetic_live": "LAHTOTASO_SYNTHETIC_LIVE",
    "key": "LAHTOTASO_KEY",
    "base_url": "LAHTOTASO_URL",
    "secure_cookies": "LAHTOTASO_SECURE_COOKIES",
    "seals": "LAHTOTASO_SEALS",
    "certificate": "LAHTOTASO_CERTIFICATE",
    "certificate_password": "LAHTOTASO_CERTIFICATE_PASSWORD",
    "timestamps": "LAHTOTASO_TIMESTAMPS",
    "trusted_proxies": "LAHTOTASO_PROXIES",
    "log_level": "LAHTOTASO_LOG_LEVEL",
    "literacy_first": "LAHTOTASO_LITERACY_FIRST",
    "literacy_share": "LAHTOTASO_LITERACY_SHARE",
    "keep_talks": "LAHTOTASO_KEEP_TALKS",
    "fairness_smallest": "LAHTOTASO_FAIRNESS_SMALLEST",
}


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings as the environment gives them.

    :raise BadSetting: a value cannot be used; the message says what to set.
    """
    given = os.environ if environment is None else environment

    def value(field: str) -> str:
        return given.get(VARIABLES[field], "").strip()

    data = Path(value("data") or CHECKOUT / "var").expanduser().resolve()
    database_url = value("database_url") or f"sqlite:///{data / 'lahtotaso.sqlite3'}"
    if database_url.startswith(("postgres://", "postgresql://")):
        raise BadSetting(
            "DATABASE_URL names PostgreSQL without its driver. "
            "Set it to postgresql+psycopg://user:password@host/database."
        )
    if not database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting(
            "DATABASE_URL must start with postgresql+psycopg:// or sqlite:///, "
            "or be left out for the embedded database."
        )
    try:
        mode = Mode(value("mode") or Mode.PILOT)
    except ValueError:
        raise BadSetting("LAHTOTASO_MODE must be live, pilot or demo.") from None
    base_url = value("base_url") or "http://127.0.0.1:8080"
    if not base_url.startswith(("http://", "https://")):
        raise BadSetting("LAHTOTASO_URL must start with https:// (or http:// on a test machine).")
    timestamps = value("timestamps") or None
    if timestamps and not timestamps.startswith(("http://", "https://")):
        raise BadSetting("LAHTOTASO_TIMESTAMPS must be the address of a time-stamp server.")
    synthetic = value("synthetic_live") or "0"
    if synthetic not in {"0", "1"}:
        raise BadSetting(
            "LAHTOTASO_SYNTHETIC_LIVE must be 0, or 1 to let synthetic recordings give a level."
        )
    secure = value("secure_cookies") or "1"
    if secure not in {"0", "1"}:
        raise BadSetting("LAHTOTASO_SECURE_COOKIES must be 1, or 0 where there is no TLS.")
    proxies = value("trusted_proxies") or "0"
    if not proxies.isdecimal():
        raise BadSetting("LAHTOTASO_PROXIES must be a number, 0 when there is no reverse proxy.")
    log_level = (value("log_level") or "INFO").upper()
    if log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise BadSetting("LAHTOTASO_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
    first = value("literacy_first") or "300"
    if not first.isdecimal():
        raise BadSetting("LAHTOTASO_LITERACY_FIRST must be a number of persons, 0 for none.")
    try:
        share = float(value("literacy_share") or "0.1")
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise BadSetting("LAHTOTASO_LITERACY_SHARE must be between 0 and 1, for example 0.1.")
    keep_talks = value("keep_talks") or "180"
    if not keep_talks.isdecimal() or int(keep_talks) < 1:
        raise BadSetting("LAHTOTASO_KEEP_TALKS must be a number of days, 1 or more.")
    smallest = value("fairness_smallest") or "20"
    if not smallest.isdecimal() or int(smallest) < 5:
        raise BadSetting("LAHTOTASO_FAIRNESS_SMALLEST must be a number of persons, 5 or more.")
    return Settings(
        data=data,
        database_url=database_url,
        mode=mode,
        synthetic_live=synthetic == "1",
        key=value("key") or None,
        base_url=base_url.rstrip("/"),
        secure_cookies=secure == "1",
        seals=Path(value("seals")).expanduser() if value("seals") else None,
        certificate=Path(value("certificate")).expanduser() if value("certificate") else None,
        certificate_password=given.get(VARIABLES["certificate_password"]) or None,
        timestamps=timestamps,
        trusted_proxies=int(proxies),
        log_level=log_level,
        literacy_first=int(first),
        literacy_share=share,
        keep_talks=int(keep_talks),
        fairness_smallest=int(smallest),
    )
