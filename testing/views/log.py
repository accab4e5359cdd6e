"""The log: the auditor's view of the centre, and who has looked at one person's data."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from testing import event_words, events, history, jobs, people, person_log_words
from testing.access import Unit, note_list, page, roles
from testing.events import Action
from testing.forms.fields import Form, text
from testing.languages import LETTER_LANGUAGES, PERSON_LANGUAGES, direction_of
from testing.models import Person, Role
from testing.refusals import NotFound

bp = Blueprint("log", __name__, url_prefix="/log")
AUDITOR = roles(Role.AUDITOR)
MAY_SEE_A_PERSON = roles(Role.AUDITOR, Role.ADMINISTRATOR)


class PersonForm(Form):
    text = text(
        _l("Person's id"),
        error=_l("Write the id."),
        hint=_l("Sixteen signs, as in the address of the person's page."),
        most=24,
    )


@bp.route("", methods=["GET", "POST"])
@page(AUDITOR, Unit.WRITE)
def overview():
    form = PersonForm()
    if form.validate_on_submit():
        try:
            found = history.find_person(g.db, g.staff.centre, form.text.data)
            return redirect(url_for("log.person", public_id=found.public_id), 303)
        except NotFound:
            form.fault(form.text, _("Nobody has this id."))
    note_list("log")
    before = request.args.get("before", type=int)
    entries = history.of_centre(g.db, g.staff.centre, before)
    return render_template(
        "log/overview.html",
        form=form,
        entries=entries,
        older=entries[-1].position if len(entries) == history.PAGE else None,
        is_first=before is None,
        seals=history.newest_seals(g.db),
        verification=history.last_verification(g.db, g.staff.centre),
        is_checking=jobs.is_due(g.db, "verify", g.now),
        words=event_words,
    ), 400 if form.errors else 200


@bp.post("/verify")
@page(AUDITOR, Unit.WRITE)
def verify():
    """The worker checks the whole log next."""
    if not jobs.is_due(g.db, "verify", g.now):
        jobs.queue(g.db, "verify", due_at=g.now)
    flash(_("The whole log is being checked. Reload the page in a while."), "done")
    return redirect(url_for("log.overview"), 303)


@bp.get("/people/<public_id>")
@page(MAY_SEE_A_PERSON, Unit.WRITE)
def person(public_id: str):
    found = history.find_person(g.db, g.staff.centre, public_id)
    return render_template(
        "log/person.html",
        person=found,
        entries=_looked_at(found),
        words=event_words,
        languages=PERSON_LANGUAGES,
        is_administrator=g.staff.has(Role.ADMINISTRATOR),
    )


@bp.get("/people/<public_id>/list")
@page(MAY_SEE_A_PERSON, Unit.WRITE)
def own_list(public_id: str):
    """The person's own list, to print and hand over: who has looked, in their language."""
    found = history.find_person(g.db, g.staff.centre, public_id)
    language = request.args.get("language") or found.contact_language
    if language not in LETTER_LANGUAGES:
        language = "fi"
    looks = person_log_words.looks(_looked_at(found))
    back = _("Back")
    with force_locale(language):
        return render_template(
            "letters/own_log.html",
            page_lang=language,
            page_dir=direction_of(language),
            person=found,
            looks=looks,
            now=g.now,
            back_url=url_for("log.person", public_id=public_id),
            back_words=back,
        )


def _looked_at(found: Person) -> list[history.Entry]:
    """Everything of the person's chains; that it was read is an event on each of them."""
    rows = people.all_rows(g.db, found)
    entries = history.of_people(g.db, rows)
    for row in rows:
        events.record(
            g.db, Action.PERSON_LOG_VIEW, on=row, subject=row, actor=g.staff, now=g.now
        )
    return entries
