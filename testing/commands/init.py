"""`lahtotaso init`: the tables, the key, and the first centre with its first administrator."""

import click
from sqlalchemy import select

from testing import accounts, clock, schema
from testing.commands.runtime import Runtime, open_runtime
from testing.models import Centre
from testing.signing import certificates
from testing.signing.certificates import CertificateUnusable
from testing.speaking import recordings

ACTOR = "command:init"


@click.command()
@click.option("--centre", help="Name of the centre to create.")
@click.option("--administrator", help="Name of its first administrator.")
@click.option("--email", help="The administrator's e-mail address, to sign in with.")
@click.option("--migrate-only", is_flag=True, help="Only bring the tables up to date.")
def init(
    centre: str | None, administrator: str | None, email: str | None, migrate_only: bool
) -> None:
    """Prepare the database and create a centre with its first administrator.

    Asks for what is not given. Run it again after an upgrade: what is there stays.
    """
    runtime = open_runtime()
    schema.migrate(runtime.database.engine)
    click.echo("The tables are up to date.")
    encrypted = recordings.encrypt_older(runtime.settings, runtime.keys)
    if encrypted:
        click.echo(f"{encrypted} recordings of talks are encrypted now.")
    if migrate_only:
        return
    with runtime.database.reading() as db:
        existing = list(db.scalars(select(Centre.name).order_by(Centre.id)))
    if existing and centre is None:
        click.echo(f"There is a centre already: {', '.join(existing)}.")
        click.echo("Name another one with --centre; add staff with: lahtotaso user add")
        return
    centre = centre or click.prompt("Name of the centre")
    administrator = administrator or click.prompt("Name of its first administrator")
    email = email or click.prompt("E-mail address of the administrator")
    password = create(runtime, centre=centre, administrator=administrator, email=email)
    click.echo(f"Created {centre}. {administrator} signs in with")
    click.echo(f"  {email.strip().lower()}")
    click.echo(f"  {password}")
    click.echo("and chooses another password at once. This one is not shown again.")
    _tell_certificate(runtime, centre.strip())


def _tell_certificate(runtime: Runtime, name: str) -> None:
    """The centre can sign its documents."""
    with runtime.database.reading() as db:
        centre = db.scalars(select(Centre).where(Centre.name == name)).one()
    try:
        found = certificates.of_centre(runtime.settings, runtime.keys, centre, clock.now())
    except CertificateUnusable as problem:
        click.echo(f"Documents cannot be signed: {problem}", err=True)
        return
    if found.is_trial:
        click.echo("Documents are signed with a self-made certificate for trial use, until")
        click.echo(f"{found.not_after:%-d.%-m.%Y}. LAHTOTASO_CERTIFICATE names a real one.")


def create(runtime: Runtime, *, centre: str, administrator: str, email: str) -> str:
    """The centre and its administrator are there; returns the password to be used once.

    :raise click.ClickException: the e-mail address or the centre's name cannot be used.
    """
    if not accounts.is_email(email):
        raise click.ClickException(f"{email} is not an e-mail address.")
    password = accounts.new_password()
    password_hash = accounts.hash_password(password)
    now = clock.now()
    try:
        with runtime.database.writing() as db:
            accounts.found_centre(
                db,
                name=centre,
                administrator=administrator,
                email=email,
                password_hash=password_hash,
                actor=ACTOR,
                now=now,
            )
    except accounts.CentreNameTaken:
        raise click.ClickException(f"There is a centre {centre.strip()} already.") from None
    except accounts.EmailTaken:
        raise click.ClickException(f"Another account has the address {email}.") from None
    return password
