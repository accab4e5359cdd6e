"""The person's permission to hand a result over: the text read aloud, the record, the end of it."""

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from testing import (
    access,
    clock,
    events,
    letters,
    organisations,
    pdf,
    permissions,
    referrals,
    staff_words,
)
from testing.access import Unit, page, roles
from testing.drawn_signatures import drawing
from testing.drawn_signatures import keeping as drawn_signatures
from testing.events import Action
from testing.forms.fields import Form
from testing.forms.permissions import PermissionForm
from testing.languages import LETTER_LANGUAGES
from testing.models import Office, Purpose, Referral, Role
from testing.refusals import NotFound

bp = Blueprint("permissions", __name__, url_prefix="/referrals/<public_id>/permission")
CLERK = roles(Role.CLERK)
PAPER_NAMES = {"fi": "suostumus.pdf", "sv": "samtycke.pdf"}


@bp.route("", methods=["GET", "POST"])
@page(CLERK, Unit.WRITE)
def record(public_id: str):
    """The text that the person hears or reads, and beneath it what they decided.

    Language, recipient and purpose are chosen first, in the address: what is recorded is what
    was shown.
    """
    referral = referrals.own(g.db, public_id, g.staff)
    today = clock.local_day(g.now)
    recipient = _recipient(referral)
    text_language = _text_language(referral)
    purpose = _purpose(referral)
    form = PermissionForm(given_on=today)
    if not (form.is_submitted() and form.validate_on(today)):
        return render_template(
            "office/permission.html",
            form=form,
            referral=referral,
            recipient=recipient,
            recipients=organisations.open_offices(g.db, referral.centre_id),
            text_language=text_language,
            languages=LETTER_LANGUAGES,
            purposes=staff_words.choices(Purpose),
            purpose=purpose,
            text=letters.permission_text(referral, recipient, purpose, text_language),
            text_version=permissions.TEXT_VERSION,
            sign_here=letters.sign_here(text_language),
            paper=drawing,
        ), 400 if form.errors else 200
    permission = permissions.give(
        g.db,
        referral,
        recipient=recipient,
        purpose=purpose,
        text_language=text_language,
        actor=g.staff,
        now=g.now,
        **form.facts(),
    )
    if form.drawn is not None:
        drawn_signatures.keep(
            g.db, access.the_keys(), permission, form.drawn, actor=g.staff, now=g.now
        )
    flash(_("The permission is recorded."), "done")
    return redirect(url_for("referrals.show", public_id=public_id), 303)


@bp.get("/paper.pdf")
@page(CLERK, Unit.OWN)
def paper(public_id: str):
    """The same text to be ticked and signed by hand."""
    database, day = access.the_database(), clock.local_day(g.now)
    with database.reading() as db:
        g.db = db
        referral = referrals.own(db, public_id, g.staff)
        pages = letters.permission_pages(
            referral,
            _recipient(referral),
            _purpose(referral),
            _text_language(referral),
            permissions.TEXT_VERSION,
            day,
        )
        person = referral.person
    document = pdf.make_one_page(*pages)
    with database.writing() as db:
        events.record(
            db, Action.PERMISSION_PRINT, on=person, subject=referral, actor=g.staff, now=g.now
        )
    response = Response(document, mimetype="application/pdf")
    name = PAPER_NAMES[referral.language]
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.get("/<permission_id>")
@page(CLERK, Unit.WRITE)
def show(public_id: str, permission_id: str):
    """One permission as it was given: what was read, what was decided, how it was signed."""
    referral = referrals.own(g.db, public_id, g.staff)
    permission = permissions.own(referral, permission_id)
    events.record(
        g.db,
        Action.PERMISSION_VIEW,
        on=referral.person,
        subject=permission,
        actor=g.staff,
        now=g.now,
    )
    # An earlier version of the text cannot be shown in today's words.
    text = letters.permission_text(
        referral, permission.recipient, permission.purpose, permission.text_language
    )
    return render_template(
        "office/permission_record.html",
        referral=referral,
        permission=permission,
        today=clock.local_day(g.now),
        text=text if permission.text_version == permissions.TEXT_VERSION else None,
    )


@bp.get("/<permission_id>/signature.svg")
@page(CLERK)
def signature(public_id: str, permission_id: str):
    """The drawing on a page that was logged when it was opened."""
    permission = permissions.own(referrals.own(g.db, public_id, g.staff), permission_id)
    drawn = drawn_signatures.opened(access.the_keys(), permission)
    response = Response(drawn.as_svg(), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/<permission_id>/withdraw", methods=["GET", "POST"])
@page(CLERK, Unit.WRITE)
def withdraw(public_id: str, permission_id: str):
    referral = referrals.own(g.db, public_id, g.staff)
    permission = permissions.own(referral, permission_id)
    form = Form()
    if not form.validate_on_submit():
        return render_template(
            "office/permission_withdraw.html", referral=referral, permission=permission
        )
    permissions.withdraw(g.db, permission, actor=g.staff, now=g.now)
    flash(_("The permission has ended."), "done")
    return redirect(url_for("referrals.show", public_id=public_id), 303)


def _recipient(referral: Referral) -> Office:
    asked = request.args.get("recipient")
    if not asked:
        return referral.office
    for office in organisations.open_offices(g.db, referral.centre_id):
        if office.public_id == asked:
            return office
    raise NotFound


def _text_language(referral: Referral) -> str:
    code = request.args.get("language") or referral.person.contact_language
    if code not in LETTER_LANGUAGES:
        raise NotFound
    return code


def _purpose(referral: Referral) -> Purpose:
    asked = request.args.get("purpose") or referral.purpose.value
    if asked not in set(Purpose):
        raise NotFound
    return Purpose(asked)
