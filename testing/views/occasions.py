"""Occasions and their places, as an administrator of the centre arranges them."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from testing import access, bookings, clock, organisations, referrals
from testing.access import Unit, note_list, page, page_number, roles
from testing.forms.fields import Form, offers
from testing.forms.occasions import OccasionForm, PlacesForm
from testing.forms.referrals import PlaceForm
from testing.models import Booking, Occasion, Role, Site
from testing.models.bookings import TAKES_A_PLACE

bp = Blueprint("occasions", __name__)
ADMINISTRATOR = roles(Role.ADMINISTRATOR)


@bp.get("/occasions")
@page(ADMINISTRATOR, Unit.WRITE)
def overview():
    is_past = request.args.get("when") == "past"
    number = page_number()
    centre_id = g.staff.centre_id
    if is_past:
        rows = bookings.past(g.db, centre_id, g.now, skip=(number - 1) * bookings.PAGE)
    else:
        rows = bookings.coming(g.db, centre_id, g.now)
    note_list("occasions", count=len(rows))
    return render_template(
        "occasions/overview.html",
        rows=rows,
        is_past=is_past,
        number=number,
        pages=-(-bookings.count_past(g.db, centre_id, g.now) // bookings.PAGE) if is_past else 1,
    )


@bp.route("/occasions/new", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def new():
    sites = organisations.open_sites(g.db, g.staff.centre_id)
    form = OccasionForm(weeks=1)
    form.site.choices = offers((site.public_id, site.name) for site in sites)
    if not form.validate_on_submit():
        return render_template(
            "occasions/new.html", form=form, has_sites=bool(sites)
        ), 400 if form.errors else 200
    made = bookings.add_series(
        g.db,
        centre=g.staff.centre,
        site=access.own_centre(organisations.find(g.db, Site, form.site.data), g.staff),
        first_day=form.day.data,
        starts=form.starts.data,
        ends=form.ends.data,
        places=form.places.data,
        weeks=form.weeks.data,
        actor=g.staff,
        now=g.now,
    )
    flash(ngettext("The occasion is made.", "%(num)d occasions are made.", len(made)), "done")
    return redirect(url_for("occasions.overview"), 303)


@bp.get("/occasions/<public_id>")
@page(ADMINISTRATOR, Unit.WRITE)
def show(public_id: str):
    occasion = _occasion(public_id)
    rows = bookings.of_occasion(g.db, occasion)
    note_list("bookings", subject=occasion, count=len(rows))
    return render_template(
        "occasions/occasion.html",
        occasion=occasion,
        rows=rows,
        to_rebook=bookings.to_rebook(g.db, occasion),
        left=bookings.places_left(g.db, occasion),
        has_begun=occasion.starts_at <= g.now,
        is_over=occasion.ends_at <= g.now,
    )


@bp.route("/occasions/<public_id>/places", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def places(public_id: str):
    occasion = _occasion(public_id)
    form = PlacesForm(places=occasion.places)
    status = 200
    if form.validate_on_submit():
        try:
            bookings.change_places(
                g.db, occasion, form.places.data, centre=g.staff.centre, actor=g.staff, now=g.now
            )
        except bookings.PlacesTaken:
            form.fault(
                form.places, _("Place %(n)d is taken. Move somebody first.", n=_highest(occasion))
            )
        else:
            flash(_("The number of places is changed."), "done")
            return redirect(url_for("occasions.show", public_id=public_id), 303)
    if form.errors:
        status = 400
    return render_template("occasions/places.html", form=form, occasion=occasion), status


@bp.route("/occasions/<public_id>/cancel", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def cancel(public_id: str):
    occasion = _occasion(public_id)
    form = Form()
    if not form.validate_on_submit():
        return render_template(
            "occasions/cancel.html",
            occasion=occasion,
            taken=occasion.places - bookings.places_left(g.db, occasion),
        )
    waiting = bookings.cancel_occasion(
        g.db, occasion, centre=g.staff.centre, actor=g.staff, now=g.now
    )
    flash(
        ngettext(
            "The occasion is cancelled. %(num)d person needs a new place.",
            "The occasion is cancelled. %(num)d people need a new place.",
            len(waiting),
        ),
        "done",
    )
    return redirect(url_for("occasions.show", public_id=public_id), 303)


@bp.route("/bookings/<public_id>/cancel", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def cancel_booking(public_id: str):
    booking = _booking(public_id)
    form = Form()
    if not form.validate_on_submit():
        return render_template("occasions/booking_cancel.html", booking=booking)
    bookings.cancel(g.db, booking, actor=g.staff, now=g.now)
    flash(_("The place is cancelled. Tell the person and the office."), "done")
    return redirect(url_for("occasions.show", public_id=booking.occasion.public_id), 303)


@bp.post("/bookings/<public_id>/no-show")
@page(ADMINISTRATOR, Unit.WRITE)
def no_show(public_id: str):
    booking = _booking(public_id)
    bookings.mark_no_show(g.db, booking, actor=g.staff, now=g.now)
    flash(_("Marked: the person did not come."), "done")
    return redirect(url_for("occasions.show", public_id=booking.occasion.public_id), 303)


@bp.route("/occasions/place-for/<public_id>", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def place_for(public_id: str):
    """A place for a referral of any office: a first one, another one, a new one after a cancel."""
    referral = referrals.of_centre(g.db, public_id, g.staff)
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
            "occasions/place_for.html",
            form=form,
            offered=offered,
            referral=referral,
            waiting=waiting,
        ), 400 if form.errors else 200
    occasion = _occasion(form.occasion.data)
    booking = bookings.give_place(g.db, referral, occasion, actor=g.staff, now=g.now)
    flash(
        _(
            "%(name)s has a place on %(day)s. Tell the person, and print a new invitation.",
            name=referral.person.name,
            day=f"{clock.local(occasion.starts_at):%-d.%-m.%Y %H.%M}",
        ),
        "done",
    )
    return redirect(url_for("occasions.show", public_id=booking.occasion.public_id), 303)


def _occasion(public_id: str) -> Occasion:
    return access.own_centre(bookings.find_occasion(g.db, public_id), g.staff)


def _booking(public_id: str) -> Booking:
    return bookings.find_booking(g.db, public_id, g.staff.centre_id)


def _highest(occasion: Occasion) -> int:
    return max(
        booking.place
        for booking in bookings.of_occasion(g.db, occasion)
        if booking.state in TAKES_A_PLACE
    )


