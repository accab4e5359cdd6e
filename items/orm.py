"""The one declarative base of the service and the column types that every table shares.

`items` and `testing` declare their tables on the same `Base`, so that there is one metadata, one
set of migrations and foreign keys from a sitting to the task version that it showed.
"""

import json
import secrets
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any

from sqlalchemy import DateTime, Dialect, MetaData, String, Text
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

# Constraints have to have names before the first migration: SQLite rebuilds a table to drop one,
# and Alembic finds it by its name only.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# A new member of an enum must not change the column's type, only its CHECK.
ENUM_LENGTH = 40


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Goes in aware only, comes out aware and in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:  # SQLite keeps no zone; what went in was UTC
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class JsonText(TypeDecorator[Any]):
    """JSON in a text column: key order kept, any unicode accepted, equal on every database.

    PostgreSQL's own JSON types refuse U+0000 and lone surrogates, which a raw answer may hold, and
    JSONB reorders keys, which would break a digest. NaN and infinities are refused. A change inside
    a stored list or mapping is not noticed: assign a new one.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def enum_type(enum_class: type[Enum], name: str) -> SqlEnum:
    """A column type that stores an enum's values with a CHECK named `ck_<table>_<name>`."""
    return SqlEnum(
        enum_class,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=ENUM_LENGTH,
        values_callable=lambda members: [member.value for member in members],
    )


def public_id() -> str:
    """A new random identifier for URLs: 16 url-safe characters, 96 bits."""
    return secrets.token_urlsafe(12)


#: Internal key; never in a URL.
IntPk = Annotated[int, mapped_column(primary_key=True)]
#: What URLs and exports use instead of the internal key.
PublicId = Annotated[str, mapped_column(String(24), default=public_id, unique=True)]
#: Lower-case hexadecimal SHA-256.
Digest = Annotated[str, mapped_column(String(64))]
#: A code list's value, an identifier from a content file, a language code.
Code = Annotated[str, mapped_column(String(64))]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy as a class attribute
        datetime: UtcDateTime(),
        str: Text(),
    }
