"""People, as the centre alone sees them: found, corrected, matched."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from testing import access, clock, events, identity, people, referrals
from testing.access import Unit, note_list, page, roles
from testing.events import Action
from testing.forms.fields import Form
from testing.forms.people import CorrectionForm, PeopleSearchForm
from testing.models import Person, Role

bp = Blueprint("people", __name__, url_prefix="/people")
ADMINISTRATOR = roles(Role.ADMINISTRATOR)


@bp.route("", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def overview():
    form, found = PeopleSearchForm(), None
    if form.validate_on_submit():
        found = people.search(g.db, access.the_keys(), g.staff.centre_id, form.text.data)
        note_list("people-found", count=len(found))
    return render_template(
        "people/overview.html", form=form, found=found, masked=identity.masked
    ), 400 if form.errors else 200


@bp.get("/<public_id>")
@page(ADMINISTRATOR, Unit.WRITE)
def show(public_id: str):
    return _person_page(people.of_centre(g.db, public_id, g.staff))


@bp.post("/<public_id>/unmask")
@page(ADMINISTRATOR, Unit.WRITE)
def unmask(public_id: str):
    """Shows the identity code once, on this answer only."""
    person = people.of_centre(g.db, public_id, g.staff)
    code = people.unmask(g.db, access.the_keys(), person, actor=g.staff, now=g.now)
    return _person_page(person, code)


def _person_page(person: Person, code: str | None = None) -> str:
    rows = list(people.all_rows(g.db, person))
    events.record(g.db, Action.PERSON_VIEW, on=person, subject=person, actor=g.staff, now=g.now)
    return render_template(
        "people/person.html",
        person=person,
        code=code,
        masked=identity.masked(person),
        others=[row for row in rows if row.id != person.id],
        suggested=people.suggestions(g.db, person),
        listed=referrals.of_people(g.db, rows, g.now),
        sat=people.sittings_of(g.db, rows),
        today=clock.local_day(g.now),
    )


@bp.route("/<public_id>/correct", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def correct(public_id: str):
    person, keys = people.of_centre(g.db, public_id, g.staff), access.the_keys()
    form = CorrectionForm(
        surname=person.surname,
        given_names=person.given_names,
        birth_date=person.birth_date,
        contact_language=person.contact_language,
        mother_tongue=person.mother_tongue,
        phone=person.phone,
    )
    if form.validate_on_submit():
        # The code that is kept is not shown to anybody: no unmasking.
        kept = None if form.is_code_removed.data else identity.reveal(person, keys)
        try:
            people.correct(g.db, keys, person, form.person_data(kept), actor=g.staff, now=g.now)
        except identity.BirthDateDiffers:
            g.db.refresh(person)
            form.fault(
                form.birth_date,
                _("The personal identity code tells another birth date. Check both."),
            )
        else:
            flash(_("The data are corrected."), "done")
            return redirect(url_for("people.show", public_id=public_id), 303)
    return render_template(
        "people/correct.html", form=form, person=person, masked=identity.masked(person)
    ), 400 if form.errors else 200


@bp.route("/<public_id>/match", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def match(public_id: str):
    """Other rows that may be the same human being; only a person decides that they are."""
    person = people.of_centre(g.db, public_id, g.staff)
    form = Form()
    if form.validate_on_submit():
        other = people.of_centre(g.db, request.form.get("other", ""), g.staff)
        people.match(g.db, person, other, actor=g.staff, now=g.now)
        flash(_("The two are one person from now on."), "done")
        return redirect(url_for("people.show", public_id=public_id), 303)
    suggested = people.suggestions(g.db, person)
    for row in (person, *suggested):
        events.record(g.db, Action.PERSON_VIEW, on=row, subject=row, actor=g.staff, now=g.now)
    return render_template(
        "people/match.html", person=person, suggested=suggested, masked=identity.masked
    )


@bp.route("/<public_id>/unmatch", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def unmatch(public_id: str):
    person = people.of_centre(g.db, public_id, g.staff)
    form = Form()
    if not form.validate_on_submit():
        return render_template("people/unmatch.html", person=person)
    people.unmatch(g.db, person, actor=g.staff, now=g.now)
    flash(_("The row stands alone again."), "done")
    return redirect(url_for("people.show", public_id=public_id), 303)
