"""`lahtotaso user`: accounts of staff, where the pages cannot help (a lost first password)."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from testing import accounts, clock
from testing.commands.runtime import open_runtime
from testing.models import Centre, Office, Role, Staff

ACTOR = "command:user"


@click.group()
def user() -> None:
    """Accounts of staff: add, list, give a new password."""


@user.command("add")
@click.option("--name", required=True, prompt=True)
@click.option("--email", required=True, prompt=True)
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="May be given several times; a clerk has no other role.",
)
@click.option("--centre", help="Needed only where there are several centres.")
@click.option("--office", help="The office of a clerk.")
@click.option("--title", default="", help="Shown under a signature.")
def add_command(
    name: str,
    email: str,
    roles: tuple[str, ...],
    centre: str | None,
    office: str | None,
    title: str,
) -> None:
    """Add an account and print a password that is to be used once."""
    if not accounts.is_email(email):
        raise click.ClickException(f"{email} is not an e-mail address.")
    runtime = open_runtime()
    password = accounts.new_password()
    password_hash = accounts.hash_password(password)
    with runtime.database.writing() as db:
        its_centre = centre_named(db, centre)
        try:
            accounts.add_staff(
                db,
                centre=its_centre,
                office=_office(db, its_centre, office) if office else None,
                name=name,
                title=title,
                email=email,
                password_hash=password_hash,
                password_is_initial=True,
                roles=[Role(role) for role in roles],
                actor=ACTOR,
                now=clock.now(),
            )
        except accounts.EmailTaken:
            raise click.ClickException(f"Another account has the address {email}.") from None
        except accounts.RolesClash:
            raise click.ClickException(
                "A clerk belongs to an office (--office) and has no other role; "
                "nobody else belongs to an office."
            ) from None
    _tell(email, password)


@user.command("password")
@click.argument("email")
def password_command(email: str) -> None:
    """Give an account a new password, to be used once; every browser is signed out."""
    runtime = open_runtime()
    password = accounts.new_password()
    password_hash = accounts.hash_password(password)
    with runtime.database.writing() as db:
        staff = accounts.find_account(db, email)
        if staff is None:
            raise click.ClickException(f"No open account has the address {email}.")
        accounts.set_password(
            db,
            staff,
            password_hash,
            is_initial=True,
            centre=staff.centre,
            actor=ACTOR,
            now=clock.now(),
        )
    _tell(email, password)


@user.command("list")
def list_command() -> None:
    """Accounts with their roles."""
    with open_runtime().database.reading() as db:
        for staff in db.scalars(
            select(Staff)
            .options(joinedload(Staff.centre), joinedload(Staff.office))
            .order_by(Staff.centre_id, Staff.email)
        ):
            at = (staff.office or staff.centre).name
            closed = ", closed" if staff.closed_at else ""
            click.echo(f"{staff.email}\t{staff.name}\t{at}\t{', '.join(staff.roles)}{closed}")


def _tell(email: str, password: str) -> None:
    click.echo(f"{email.strip().lower()}\n{password}")
    click.echo("The password is not shown again; its holder chooses another one at once.")


def centre_named(db: Session, name: str | None) -> Centre:
    """The centre of this name, or the only one.

    :raise click.ClickException: there is none, or it has to be named.
    """
    found = list(db.scalars(select(Centre).order_by(Centre.id)))
    if not found:
        raise click.ClickException("There is no centre yet. Run first: lahtotaso init")
    if name is None and len(found) == 1:
        return found[0]
    names = ", ".join(centre.name for centre in found)
    for centre in found:
        if centre.name == name:
            return centre
    raise click.ClickException(f"Name one of the centres with --centre: {names}")


def _office(db: Session, centre: Centre, name: str) -> Office:
    offices = list(db.scalars(select(Office).where(Office.centre_id == centre.id)))
    for office in offices:
        if office.name == name and office.closed_at is None:
            return office
    names = ", ".join(office.name for office in offices) or "none"
    raise click.ClickException(f"The centre has no open office {name}. Its offices: {names}")
