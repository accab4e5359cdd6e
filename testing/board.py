"""The desk's live board: who needs somebody, worst first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from testing import clock, sittings
from testing.literacy import screens
from testing.models import (
    Booking,
    BookingState,
    HelpCall,
    Occasion,
    Part,
    PartState,
    Presentation,
    Sitting,
    SittingState,
    Visit,
)

#: A kiosk speaks every ten seconds; four silent beats are more than a slow page.
SILENT_AFTER = timedelta(seconds=45)


class Need(IntEnum):
    """What a seat needs, in the order of the board."""

    BROKEN_PLAY = 0
    HELP = 1
    SILENT = 2
    #: The literacy screen goes on with staff.
    TOGETHER = 3
    PAUSED = 4
    RUNNING = 5
    CODE_WAITS = 6
    EXPECTED = 7
    DONE = 8


@dataclass(frozen=True)
class Seat:
    """One person's line on the board."""

    need: Need
    booking: Booking
    sitting: Sitting | None = None
    visit: Visit | None = None
    part: Part | None = None
    #: Tasks answered in the running part.
    done: int = 0
    heard_seconds_ago: int | None = None
    called_at: datetime | None = None


def seats(db: Session, centre_id: int, now: datetime) -> list[Seat]:
    """Everybody who has a place today, worst first."""
    day = clock.local_day(now)
    bookings = db.scalars(
        select(Booking)
        .join(Booking.occasion)
        .where(
            Occasion.centre_id == centre_id,
            Occasion.cancelled_at.is_(None),
            Occasion.starts_at > now - timedelta(hours=36),
            Occasion.starts_at < now + timedelta(hours=36),
            Booking.state.in_((BookingState.BOOKED, BookingState.ARRIVED)),
        )
        .options(joinedload(Booking.referral), joinedload(Booking.occasion))
    ).all()
    today = [b for b in bookings if clock.local_day(b.occasion.starts_at) == day]
    visits = {v.sitting.referral_id: v for v in sittings.visits_of_day(db, centre_id, day)}
    over = {
        s.referral_id: s
        for s in db.scalars(
            select(Sitting).where(
                Sitting.referral_id.in_([b.referral_id for b in today]),
                Sitting.closed_at.is_not(None),
            )
        )
    }
    calls = _open_calls(db, [visit.id for visit in visits.values()])
    sitting_ids = [visit.sitting_id for visit in visits.values()]
    done = _tasks_done(db, sitting_ids)
    together = screens.waiting_for_staff(db, sitting_ids)
    rows = [_seat(b, visits.get(b.referral_id), over.get(b.referral_id), calls, done, together, now)
            for b in today]  # fmt: skip
    return sorted(rows, key=lambda seat: (seat.need, seat.called_at or now, seat.booking.place))


def _seat(
    booking: Booking,
    visit: Visit | None,
    over: Sitting | None,
    calls: dict[int, HelpCall],
    done: dict[int, int],
    together: set[int],
    now: datetime,
) -> Seat:
    if visit is None:
        return Seat(Need.DONE if over else Need.EXPECTED, booking, over)
    sitting = visit.sitting
    part = next((p for p in sitting.parts if p.state is PartState.RUNNING), None)
    silent = int((now - visit.heard_at).total_seconds()) if visit.heard_at else None
    call = calls.get(visit.id)
    if call is not None:
        need = Need.BROKEN_PLAY if call.reason == "broken_play" else Need.HELP
    elif visit.bound_at is None:
        need = Need.CODE_WAITS
    elif sitting.state is SittingState.PAUSED:
        need = Need.PAUSED
    elif silent is not None and silent > SILENT_AFTER.total_seconds():
        need = Need.SILENT
    elif part is None and sitting.id in together:
        need = Need.TOGETHER
    else:
        need = Need.RUNNING
    return Seat(
        need,
        booking,
        sitting,
        visit,
        part,
        done.get(part.id, 0) if part else 0,
        silent,
        call.called_at if call else None,
    )


def _open_calls(db: Session, visits: list[int]) -> dict[int, HelpCall]:
    rows = db.scalars(
        select(HelpCall)
        .where(HelpCall.visit_id.in_(visits), HelpCall.answered_at.is_(None))
        .order_by(HelpCall.reason.desc(), HelpCall.id.desc())
    )
    # A broken recording outweighs a raised hand: it is sorted last and so stays.
    return {call.visit_id: call for call in rows}


def _tasks_done(db: Session, sitting_ids: list[int]) -> dict[int, int]:
    rows = db.execute(
        select(Presentation.part_id, func.count().label("tasks"))
        .join(Part, Presentation.part_id == Part.id)
        .where(Part.sitting_id.in_(sitting_ids), Presentation.left_at.is_not(None))
        .group_by(Presentation.part_id)
    )
    return {row.part_id: row.tasks for row in rows}
