"""The invitation to a place: a page to read with the person, and a PDF."""

from collections.abc import Callable

from flask import Blueprint, Response, g, request, url_for
from sqlalchemy.orm import Session

from testing import access, bookings, clock, events, letters, pdf, referrals
from testing.access import Unit, page, roles
from testing.events import Action
from testing.models import Booking, BookingState, Person, Role
from testing.refusals import NotFound

bp = Blueprint("invitations", __name__)

FILE_NAMES = {"fi": "kutsu.pdf", "sv": "kallelse.pdf"}


@bp.get("/referrals/<public_id>/invitation")
@page(roles(Role.CLERK), Unit.WRITE)
def show(public_id: str):
    back = url_for("referrals.show", public_id=public_id)
    return _page(_of_referral(g.db, public_id), back)


@bp.get("/referrals/<public_id>/invitation.pdf")
@page(roles(Role.CLERK), Unit.OWN)
def show_pdf(public_id: str):
    return _pdf(lambda db: _of_referral(db, public_id))


@bp.get("/bookings/<public_id>/invitation")
@page(roles(Role.ADMINISTRATOR), Unit.WRITE)
def of_booking(public_id: str):
    booking = _of_centre(g.db, public_id)
    return _page(booking, url_for("occasions.show", public_id=booking.occasion.public_id))


@bp.get("/bookings/<public_id>/invitation.pdf")
@page(roles(Role.ADMINISTRATOR), Unit.OWN)
def of_booking_pdf(public_id: str):
    return _pdf(lambda db: _of_centre(db, public_id))


def _of_referral(db: Session, public_id: str) -> Booking:
    """
    :raise NotFound: not the clerk's own referral, or no place waits for the person.
    """
    booking = bookings.waiting_place(db, referrals.own(db, public_id, g.staff))
    if booking is None:
        raise NotFound
    return booking


def _of_centre(db: Session, public_id: str) -> Booking:
    booking = bookings.find_booking(db, public_id, g.staff.centre_id)
    if booking.state is not BookingState.BOOKED:
        raise NotFound
    return booking


def _official(facts: letters.Invitation) -> str:
    asked = request.args.get("language") or facts.tested
    if asked not in FILE_NAMES:
        raise NotFound
    return asked


def _page(booking: Booking, back: str) -> str:
    facts = letters.invitation_of(booking)
    official = _official(facts)
    _note(g.db, Action.INVITATION_VIEW, booking, booking.referral.person)
    arguments = request.view_args or {}
    other = "sv" if official == "fi" else "fi"
    return letters.invitation_page(
        facts,
        official,
        clock.local_day(g.now),
        back=back,
        pdf=url_for(f"{request.endpoint}_pdf", language=official, **arguments),
        other=url_for(str(request.endpoint), language=other, **arguments),
        other_language=other,
    )


def _pdf(find: Callable[[Session], Booking]) -> Response:
    database = access.the_database()
    with database.reading() as db:
        booking = find(db)
        facts, person = letters.invitation_of(booking), booking.referral.person
    official = _official(facts)
    day = clock.local_day(g.now)
    sizes = [
        letters.invitation_page(facts, official, day, is_tight=is_tight)
        for is_tight in (False, True)
    ]
    document = pdf.make_one_page(*sizes)
    with database.writing() as db:
        _note(db, Action.INVITATION_PRINT, booking, person)
    response = Response(document, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=FILE_NAMES[official])
    return response


def _note(db: Session, action: Action, booking: Booking, person: Person) -> None:
    events.record(db, action, on=person, subject=booking, actor=g.staff, now=g.now)
