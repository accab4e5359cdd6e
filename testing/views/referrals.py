"""The office's own referrals: the piles, a new one, a place on an occasion."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from testing import access, bookings, clock, events, identity, permissions, referrals
from testing.access import Unit, note_list, page, page_number, roles
from testing.events import Action
from testing.forms.fields import Form, offers
from testing.forms.referrals import PlaceForm, ReferralForm, SearchForm
from testing.models import Occasion, Purpose, Role
from testing.referrals import Pile
from testing.refusals import NotFound

bp = Blueprint("referrals", __name__, url_prefix="/referrals")
CLERK = roles(Role.CLERK)


@bp.get("")
@page(CLERK, Unit.WRITE)
def overview():
    which = _pile_asked_for()
    number = page_number()
    skip = (number - 1) * referrals.PILE_SIZE
    sizes = referrals.pile_sizes(g.db, g.staff.office)
    rows = referrals.pile(g.db, g.staff.office, which, now=g.now, skip=skip)
    note_list("referrals", count=len(rows))
    return render_template(
        "office/referrals.html",
        rows=rows,
        which=which,
        sizes=sizes,
        number=number,
        first=skip + 1,
        total=sizes[which],
        form=SearchForm(),
    )


@bp.post("/search")
@page(CLERK, Unit.WRITE)
def search():
    form = SearchForm()
    found = []
    if form.validate():
        found = referrals.search(g.db, g.staff.office, form.text.data, now=g.now)
        note_list("referrals-found", count=len(found))
    status = 400 if form.errors else 200
    return render_template("office/referrals_found.html", form=form, rows=found), status


@bp.route("/new", methods=["GET", "POST"])
@page(CLERK, Unit.WRITE)
def new():
    form = ReferralForm()
    if not form.validate_on_submit():
        return render_template("office/referral_new.html", form=form), 400 if form.errors else 200
    referral = referrals.refer(
        g.db,
        access.the_keys(),
        centre=g.staff.centre,
        office=g.staff.office,
        person=form.person_data(),
        language=form.language.data,
        purpose=Purpose(form.purpose.data),
        training=form.training.data or "",
        needs=form.needs.data or "",
        actor=g.staff,
        now=g.now,
    )
    flash(_("The referral is saved."), "done")
    return redirect(url_for("referrals.show", public_id=referral.public_id), 303)


@bp.get("/<public_id>")
@page(CLERK, Unit.WRITE)
def show(public_id: str):
    referral = referrals.own(g.db, public_id, g.staff)
    booking = referrals.newest_booking(g.db, referral)
    stands = referrals.standing(referral, booking)
    given = permissions.live(g.db, referral, referral.office, g.now)
    printed = booking is not None and bookings.invitation_was_printed(g.db, booking)
    events.record(
        g.db, Action.REFERRAL_VIEW, on=referral.person, subject=referral, actor=g.staff, now=g.now
    )
    return render_template(
        "office/referral.html",
        referral=referral,
        person=referral.person,
        code=identity.masked(referral.person),
        booking=booking,
        stands=stands,
        is_permitted=bool(given),
        today=clock.local_day(g.now),
        printed=printed,
        step=referrals.next_step(stands, has_permission=bool(given), has_invitation=printed),
    )


@bp.route("/<public_id>/place", methods=["GET", "POST"])
@page(CLERK, Unit.WRITE)
def place(public_id: str):
    """Books a place, or moves the person to another occasion."""
    referral = referrals.own(g.db, public_id, g.staff)
    waiting = bookings.waiting_place(g.db, referral)
    here = waiting.occasion_id if waiting else None
    offered = [
        (occasion, left)
        for occasion, left in bookings.with_room(g.db, referral.centre_id, g.now)
        if occasion.id != here
    ]
    form = PlaceForm()
    form.occasion.choices = offers((occasion.public_id, "") for occasion, _left in offered)
    if not form.validate_on_submit():
        return render_template(
            "office/place.html", form=form, offered=offered, referral=referral, waiting=waiting
        ), 400 if form.errors else 200
    occasion = _occasion(form.occasion.data)
    bookings.give_place(g.db, referral, occasion, actor=g.staff, now=g.now)
    if waiting is None:
        flash(_("The place is booked."), "done")
    else:
        flash(_("The place is moved. Print a new invitation: the reference has changed."), "done")
    return redirect(url_for("referrals.show", public_id=public_id), 303)


@bp.route("/<public_id>/place/cancel", methods=["GET", "POST"])
@page(CLERK, Unit.WRITE)
def cancel_place(public_id: str):
    referral = referrals.own(g.db, public_id, g.staff)
    waiting = bookings.waiting_place(g.db, referral)
    if waiting is None:
        raise bookings.BookingClosed
    form = Form()
    if not form.validate_on_submit():
        return render_template("office/place_cancel.html", referral=referral, booking=waiting)
    bookings.cancel(g.db, waiting, actor=g.staff, now=g.now)
    flash(_("The place is cancelled. Tell the person."), "done")
    return redirect(url_for("referrals.show", public_id=public_id), 303)


@bp.route("/<public_id>/cancel", methods=["GET", "POST"])
@page(CLERK, Unit.WRITE)
def cancel(public_id: str):
    referral = referrals.own(g.db, public_id, g.staff)
    form = Form()
    if not form.validate_on_submit():
        waiting = bookings.waiting_place(g.db, referral)
        return render_template("office/referral_cancel.html", referral=referral, waiting=waiting)
    referrals.cancel(g.db, referral, actor=g.staff, now=g.now)
    flash(_("The referral is cancelled."), "done")
    return redirect(url_for("referrals.show", public_id=public_id), 303)


def _pile_asked_for() -> Pile:
    asked = request.args.get("pile", Pile.TO_DO.value)
    if asked not in set(Pile):
        raise NotFound
    return Pile(asked)


def _occasion(public_id: str) -> Occasion:
    occasion = bookings.find_occasion(g.db, public_id)
    return access.own_centre(occasion, g.staff)
