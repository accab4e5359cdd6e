"""Setting the centre up: its own data, sites, offices and accounts; and what people wrote to it."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from testing import access, accounts, feedback, organisations
from testing.access import Unit, note_list, page, roles
from testing.forms.centre import (
    AccountForm,
    CentreForm,
    InitialPasswordFields,
    NewAccountForm,
    NewCentreForm,
    OfficeForm,
    SiteForm,
)
from testing.forms.fields import Form, offers
from testing.models import Centre, Office, OfficeKind, Role, Site, Staff

bp = Blueprint("centre", __name__, url_prefix="/centre")
ADMINISTRATOR = roles(Role.ADMINISTRATOR)


@bp.get("")
@page(ADMINISTRATOR)
def overview():
    centre_id = g.staff.centre_id
    return render_template(
        "centre/overview.html",
        centre=g.staff.centre,
        sites=organisations.sites(g.db, centre_id),
        offices=organisations.offices(g.db, centre_id),
        accounts=organisations.staff_of(g.db, centre_id),
        waiting=len(feedback.waiting(g.db, centre_id)),
    )


@bp.route("/change", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def change():
    form = CentreForm(obj=g.staff.centre)
    if form.validate_on_submit() and organisations.name_is_taken(
        g.db, g.staff.centre, form.name.data
    ):
        form.fault(form.name, _("Another centre has this name."))
    if form.errors or not form.is_submitted():
        return _form("centre/change.html", form)
    _change(g.staff.centre, form, pretest_tasks=form.pretest_tasks.data)
    return _saved()


# Further centres


@bp.route("/new", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.OWN)
def new_centre():
    """Hashing is slow on purpose, so it stands outside the transaction."""
    form = NewCentreForm(language="fi")
    if not form.validate_on_submit():
        return _form("centre/new_centre.html", form)
    typed = form.password.data
    password = typed or accounts.new_password()
    password_hash = accounts.hash_password(password)
    try:
        with access.the_database().writing() as db:
            account = accounts.found_centre(
                db,
                name=form.name.data,
                administrator=form.administrator.data,
                email=form.email.data,
                password_hash=password_hash,
                language=form.language.data,
                actor=g.staff,
                now=g.now,
            )
    except accounts.CentreNameTaken:
        form.fault(form.name, _("Another centre has this name."))
    except accounts.EmailTaken:
        form.fault(form.email, _("Another account has this e-mail address."))
    else:
        return _first_password(account, None if typed else password)
    return _form("centre/new_centre.html", form)


# Sites


@bp.route("/sites/new", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def new_site():
    form = SiteForm()
    if not form.validate_on_submit():
        return _form("centre/site.html", form, site=None)
    organisations.add_site(g.db, centre=g.staff.centre, actor=g.staff, now=g.now, **_values(form))
    return _saved()


@bp.route("/sites/<public_id>", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def site(public_id: str):
    row = _own(Site, public_id)
    form = SiteForm(obj=row)
    if not form.validate_on_submit():
        return _form("centre/site.html", form, site=row)
    _change(row, form)
    return _saved()


@bp.post("/sites/<public_id>/close")
@page(ADMINISTRATOR, Unit.WRITE)
def close_site(public_id: str):
    """Closes the site to new occasions, or opens it again."""
    return _closed_or_opened(_own(Site, public_id))


# Offices


@bp.route("/offices/new", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def new_office():
    form = OfficeForm()
    if not form.validate_on_submit():
        return _form("centre/office.html", form, office=None)
    organisations.add_office(
        g.db,
        centre=g.staff.centre,
        actor=g.staff,
        now=g.now,
        **(_values(form) | {"kind": OfficeKind(form.kind.data)}),
    )
    return _saved()


@bp.route("/offices/<public_id>", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def office(public_id: str):
    row = _own(Office, public_id)
    form = OfficeForm(obj=row)
    if not form.validate_on_submit():
        return _form("centre/office.html", form, office=row)
    _change(row, form, kind=OfficeKind(form.kind.data))
    return _saved()


@bp.post("/offices/<public_id>/close")
@page(ADMINISTRATOR, Unit.WRITE)
def close_office(public_id: str):
    """Closes the office to new referrals and permissions, or opens it again."""
    return _closed_or_opened(_own(Office, public_id))


# Accounts


@bp.route("/accounts/new", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.OWN)
def new_account():
    """Hashing is slow on purpose, so it stands outside the transaction."""
    form = NewAccountForm(language="fi")
    with access.the_database().reading() as db:
        _offer_offices(form, db)
    if not form.validate_on_submit():
        return _form("centre/account.html", form, account=None)
    typed = form.password.data
    password = typed or accounts.new_password()
    password_hash = accounts.hash_password(password)
    try:
        with access.the_database().writing() as db:
            account = accounts.add_staff(
                db,
                centre=db.get_one(Centre, g.staff.centre_id),
                name=form.name.data,
                title=form.title.data or "",
                email=form.email.data,
                password_hash=password_hash,
                password_is_initial=True,
                roles=form.roles_chosen(),
                office=_chosen_office(db, form),
                language=form.language.data,
                actor=g.staff,
                now=g.now,
            )
    except accounts.EmailTaken:
        form.fault(form.email, _("Another account has this e-mail address."))
        return _form("centre/account.html", form, account=None)
    return _first_password(account, None if typed else password)


@bp.route("/accounts/<public_id>", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def account(public_id: str):
    row = _own(Staff, public_id)
    form = AccountForm(obj=row, office=row.office.public_id if row.office else "")
    _offer_offices(form, g.db)
    if form.validate_on_submit():
        try:
            accounts.change_staff(
                g.db,
                row,
                name=form.name.data,
                title=form.title.data or "",
                email=form.email.data,
                roles=form.roles_chosen(),
                office=_chosen_office(g.db, form),
                language=form.language.data,
                centre=g.staff.centre,
                actor=g.staff,
                now=g.now,
            )
        except accounts.EmailTaken:
            form.fault(form.email, _("Another account has this e-mail address."))
        except accounts.LastAdministrator:
            form.fault(
                form.roles,
                _("The centre needs an administrator. Give somebody else the role first."),
            )
        else:
            return _saved()
    return _form("centre/account.html", form, account=row)


@bp.route("/accounts/<public_id>/password", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.OWN)
def reset_password(public_id: str):
    form = InitialPasswordFields()
    with access.the_database().reading() as db:
        account = access.own_centre(organisations.find(db, Staff, public_id), g.staff)
    if not form.validate_on_submit():
        return _form("centre/account_password.html", form, account=account)
    typed = form.password.data
    password = typed or accounts.new_password()
    password_hash = accounts.hash_password(password)
    with access.the_database().writing() as db:
        accounts.set_password(
            db,
            db.get_one(Staff, account.id),
            password_hash,
            is_initial=True,
            centre=db.get_one(Centre, g.staff.centre_id),
            actor=g.staff,
            now=g.now,
        )
    return _first_password(account, None if typed else password)


@bp.route("/accounts/<public_id>/close", methods=["GET", "POST"])
@page(ADMINISTRATOR, Unit.WRITE)
def close_account(public_id: str):
    """Closes the account, or opens a closed one again."""
    row = _own(Staff, public_id)
    form = Form()
    if not form.validate_on_submit():
        return render_template("centre/account_close.html", account=row)
    verb = accounts.close_account if row.closed_at is None else accounts.reopen_account
    verb(g.db, row, centre=g.staff.centre, actor=g.staff, now=g.now)
    return _saved()


# Feedback


@bp.get("/feedback")
@page(ADMINISTRATOR, Unit.WRITE)
def messages():
    centre_id = g.staff.centre_id
    waiting = feedback.waiting(g.db, centre_id)
    note_list("feedback", count=len(waiting))
    return render_template(
        "centre/feedback.html",
        waiting=[(row, feedback.days_left(row, g.now)) for row in waiting],
        answered=feedback.answered(g.db, centre_id),
    )


@bp.post("/feedback/<public_id>/answered")
@page(ADMINISTRATOR, Unit.WRITE)
def answer(public_id: str):
    row = feedback.find(g.db, public_id, g.staff.centre_id)
    feedback.mark_answered(g.db, row, centre=g.staff.centre, actor=g.staff, now=g.now)
    flash(_("Marked as answered."), "done")
    return redirect(url_for("centre.messages"), 303)


def _own(kind: type[Any], public_id: str) -> Any:
    return access.own_centre(organisations.find(g.db, kind, public_id), g.staff)


def _values(form: Form) -> dict[str, Any]:
    return {name: value or "" for name, value in form.data.items() if name != "csrf_token"}


def _change(row: Any, form: Form, **values: Any) -> None:
    organisations.change(
        g.db, row, centre=g.staff.centre, actor=g.staff, now=g.now, **(_values(form) | values)
    )


def _closed_or_opened(row: Site | Office) -> Any:
    organisations.change(
        g.db,
        row,
        centre=g.staff.centre,
        actor=g.staff,
        now=g.now,
        closed_at=g.now if row.closed_at is None else None,
    )
    return _saved()


def _offer_offices(form: AccountForm, db: Session) -> None:
    offices = organisations.open_offices(db, g.staff.centre_id)
    form.office.choices = offers(
        [("", _("No office")), *((office.public_id, office.name) for office in offices)]
    )


def _chosen_office(db: Session, form: AccountForm) -> Office | None:
    if not form.office.data:
        return None
    return access.own_centre(organisations.find(db, Office, form.office.data), g.staff)


def _form(template: str, form: Form, **facts: Any) -> Any:
    return render_template(template, form=form, **facts), 400 if form.errors else 200


def _saved() -> Any:
    flash(_("Saved."), "done")
    return redirect(url_for("centre.overview"), 303)


def _first_password(account: Staff, made: str | None) -> str:
    """The page that shows a made password this one time; it is kept nowhere in clear."""
    return render_template("centre/first_password.html", account=account, made=made)
