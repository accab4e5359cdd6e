"""Column types keep what they were given, on the database that is there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import JSON, MetaData, create_engine, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.schema import CreateTable

from items.orm import (
    NAMING_CONVENTION,
    Base,
    Code,
    IntPk,
    JsonText,
    PublicId,
    UtcDateTime,
    enum_type,
    public_id,
)


class Light(Enum):
    RED = "red"
    GREEN = "green"


class Own(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = Base.type_annotation_map


class Crossing(Own):
    __tablename__ = "crossing"
    id: Mapped[IntPk]
    public_id: Mapped[PublicId]
    code: Mapped[Code | None]
    light: Mapped[Light] = mapped_column(enum_type(Light, "light"))
    seen_at: Mapped[datetime]
    note: Mapped[object] = mapped_column(JsonText(), nullable=True)


@pytest.fixture
def db() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Own.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def crossing(**overrides: object) -> Crossing:
    values: dict[str, object] = {"light": Light.RED, "seen_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return Crossing(**(values | overrides))


def test_a_moment_comes_back_aware_and_in_utc(db: Session) -> None:
    noon = datetime(2026, 7, 1, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=3)))
    db.add(crossing(seen_at=noon))
    db.commit()
    seen = db.scalars(select(Crossing.seen_at)).one()
    assert seen == noon
    assert seen.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(db: Session) -> None:
    db.add(crossing(seen_at=datetime(2026, 7, 1, 12)))  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a time zone"):
        db.commit()


def test_moments_are_compared_in_utc(db: Session) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=3)))
    db.add(crossing(seen_at=noon))
    db.commit()
    just_before = datetime(2026, 7, 1, 8, 59, tzinfo=UTC)
    assert db.scalars(select(Crossing).where(Crossing.seen_at > just_before)).all()
    assert not db.scalars(select(Crossing).where(Crossing.seen_at < just_before)).all()


def test_an_enum_is_stored_by_value_and_checked_by_name(db: Session) -> None:
    db.add(crossing(light=Light.GREEN))
    db.commit()
    raw = db.connection().exec_driver_sql("select light from crossing").scalar()
    assert raw == "green"
    assert "CONSTRAINT ck_crossing_light CHECK" in str(CreateTable(Crossing.__table__))
    with pytest.raises(IntegrityError, match="ck_crossing_light"):
        db.connection().exec_driver_sql("update crossing set light = 'blue'")


def test_public_ids_are_given_and_unlike(db: Session) -> None:
    first, second = crossing(), crossing()
    db.add_all([first, second])
    db.commit()
    assert first.public_id != second.public_id
    assert len(public_id()) == 16
    assert all(character.isascii() for character in first.public_id)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=10,
)


@given(json_values)
def test_json_round_trip_is_identity_for_any_unicode(value: object) -> None:
    column = JsonText()
    dialect = create_engine("sqlite://").dialect
    stored = column.process_bind_param(value, dialect)
    assert stored is None or stored.isascii()
    assert column.process_result_value(stored, dialect) == value


def test_json_keeps_key_order_and_refuses_nan() -> None:
    column, dialect = JsonText(), create_engine("sqlite://").dialect
    assert column.process_bind_param({"b": 1, "a": 2}, dialect) == '{"b":1,"a":2}'
    with pytest.raises(ValueError):
        column.process_bind_param(float("nan"), dialect)


def test_no_table_of_the_service_uses_the_databases_own_json_or_a_naive_moment() -> None:
    for table in Base.metadata.tables.values():
        for column in table.columns:
            assert not isinstance(column.type, JSON), column
            if column.type.python_type is datetime:
                assert isinstance(column.type, UtcDateTime), column
