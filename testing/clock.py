"""The one place that reads the wall clock; verbs below the views take `now` as an argument."""

from datetime import UTC, date, datetime

from testing.settings import HELSINKI


def now() -> datetime:
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The moment as a clock on a wall in Finland shows it."""
    return moment.astimezone(HELSINKI)


def local_day(moment: datetime) -> date:
    return local(moment).date()


def from_local(day: date, hour: int, minute: int) -> datetime:
    """The UTC moment of a Finnish wall-clock time."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HELSINKI).astimezone(UTC)
