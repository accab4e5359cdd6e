"""What is there once a person: two who begin it in the same instant both get a clear answer."""

import pytest
from sqlalchemy import func, select

from testing import clock, delivery, sittings, sounds
from testing.interview import keeping as interviews
from testing.literacy import screens
from testing.models import (
    Booking,
    FrozenBank,
    FrozenLadders,
    Interview,
    LiteracyScreen,
    OwnWriting,
    PartState,
    PromptSound,
    Referral,
    ScriptMode,
    Sitting,
    Staff,
    Visit,
)
from testing.own_writing import keeping as own_writing
from tests.testing.at_once import at_the_same_moment
from tests.testing.builders import Arrival, Builder

AT_ONCE = 4


@pytest.fixture
def arrivals(build: Builder, bank) -> list[Arrival]:
    return [build.arrival() for _person in range(2)]


def results_of(build: Builder, arrivals: list[Arrival], verb) -> list:
    """What came of it where several staff do the same in the same instant, for each person."""

    def one(arrival):
        def work(db):
            staff = db.get_one(Staff, arrival.administrator.id)
            return verb(db, arrival, staff)

        return lambda: build.do(work)

    works = [one(arrival) for arrival in arrivals for _twin in range(AT_ONCE // len(arrivals))]
    return at_the_same_moment(*works)


def count(build: Builder, model) -> int:
    return build.do(lambda db: db.scalar(select(func.count()).select_from(model)))


def interview(db, arrival, staff):
    referral = db.get_one(Referral, arrival.referral.id)
    return interviews.keep(
        db, referral, {"hearing": "well"}, {}, actor=staff, now=clock.now()
    )


def code(db, arrival, staff):
    booking = db.get_one(Booking, arrival.booking.id)
    sittings.issue_code(
        db, arrival.build.keys, booking, mode="demo", actor=staff, now=clock.now()
    )


@pytest.mark.parametrize(("verb", "model"), [(interview, Interview), (code, Sitting)])
def test_first_keeps_in_the_same_instant_make_one_row_a_person(build, arrivals, verb, model):
    found = results_of(build, arrivals, verb)
    assert not [one for one in found if isinstance(one, Exception)]
    assert count(build, model) == len(arrivals)


def test_codes_in_the_same_instant_leave_one_seat(build, arrivals):
    results_of(build, arrivals, code)
    live = build.do(lambda db: db.scalars(select(Visit).where(Visit.cut_at.is_(None))).all())
    assert len({visit.sitting_id for visit in live}) == len(live) == len(arrivals)


def test_literacy_screens_and_parts_begun_in_the_same_instant(build, arrivals):
    def begin(db, arrival, _staff):
        visit = arrival.sitting(db).visits[-1]
        delivery.start_part(db, visit, now=clock.now(), seed=7)

    def screen(db, arrival, staff):
        return screens.open_screen(db, arrival.sitting(db), actor=staff, now=clock.now()).id

    for arrival in arrivals:
        arrival.code()
    found = results_of(build, arrivals, begin)
    assert not [one for one in found if isinstance(one, Exception)]
    states = build.do(
        lambda db: [arrival.sitting(db).parts[0].state for arrival in arrivals]
    )
    assert states == [PartState.RUNNING] * len(arrivals)
    assert count(build, FrozenBank) == 1
    found = results_of(build, arrivals, screen)
    assert len(set(found)) == len(arrivals) == count(build, LiteracyScreen)
    assert count(build, FrozenLadders) == 1


def test_own_texts_in_the_same_instant_overwrite_no_other(build, arrivals):
    arrival = arrivals[0]
    arrival.code()

    def keep(db, _arrival, staff):
        return own_writing.keep(
            db, arrival.sitting(db), language="ar", mode=ScriptMode.KEYBOARD, text="أهلا",
            seen="", actor=staff, now=clock.now(),
        )  # fmt: skip

    found = results_of(build, [arrival], keep)
    assert [type(one) for one in found].count(OwnWriting) == 1
    assert {type(one) for one in found} == {OwnWriting, own_writing.OwnWritingChanged}


def test_a_prompt_recorded_twice_in_the_same_instant(build, arrivals, settings, tmp_path):
    recording = tmp_path / "spoken.mp3"
    recording.write_bytes(b"-")

    def record(db, _arrival, staff):
        sounds.keep_recording(
            db, settings.media, sounds.prompts("fi")[0], recording, seconds=2.0,
            speaker="Aino", actor=staff, now=clock.now(),
        )  # fmt: skip

    found = results_of(build, arrivals[:1], record)
    assert not [one for one in found if isinstance(one, Exception)]
    assert count(build, PromptSound) == 1
