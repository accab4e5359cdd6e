"""`lahtotaso demo`: a centre with invented people on this machine, ready to be played."""

import os
import shutil
from pathlib import Path

import click

from items.bank import import_bank
from items.bank_files import load_folder
from items.models import Status
from testing import clock, seals
from testing.commands.runtime import Runtime, open_runtime
from testing.commands.serve import gunicorn_command, running, supervise, worker_command
from testing.demo import cast, stage
from testing.settings import CHECKOUT, Mode, read_settings

#: Apart from the folder of a real installation.
FOLDER = CHECKOUT / "var" / "demo"


@click.command()
@click.option("--port", default=8080, show_default=True)
@click.option("--fresh", is_flag=True, help="Throw the demo's data away and begin again.")
@click.option("--prepare", is_flag=True, help="Make the data and print the sign-ins, serve not.")
def demo(port: int, fresh: bool, prepare: bool) -> None:
    """Make a demo centre, serve it on this machine and print how to sign in.

    The data stay for the next time. Without LAHTOTASO_DATA they lie in var/demo.
    """
    os.environ.setdefault("LAHTOTASO_DATA", str(FOLDER))
    os.environ |= {
        "LAHTOTASO_MODE": Mode.DEMO.value,
        "LAHTOTASO_SECURE_COOKIES": "0",
        "LAHTOTASO_URL": f"http://127.0.0.1:{port}",
    }
    os.environ.pop("DATABASE_URL", None)
    settings = read_settings()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with running(settings):
        if fresh:
            _empty(settings.data)
        runtime = open_runtime()
        person, code = _prepare(runtime)
        runtime.database.engine.dispose()
        _tell(settings.base_url, person, code)
        if not prepare:
            command = gunicorn_command(settings, "127.0.0.1", port, None, None)
            raise click.exceptions.Exit(supervise(command, worker_command()))


def _empty(folder: Path) -> None:
    """The demo's own files are gone.

    :raise click.ClickException: the folder holds an installation that is no demo.
    """
    holds_more = any(one.name not in ("serve.lock", "demo") for one in folder.iterdir())
    if folder != FOLDER and holds_more and not (folder / "demo").exists():
        raise click.ClickException(f"{folder} was not made by the demo: empty it by hand.")
    for name in ("lahtotaso.sqlite3", "lahtotaso.sqlite3-wal", "lahtotaso.sqlite3-shm"):
        (folder / name).unlink(missing_ok=True)
    for name in ("keys.json", "seals.jsonl", "demo"):
        (folder / name).unlink(missing_ok=True)
    for name in ("media", "certificates"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _prepare(runtime: Runtime) -> tuple[cast.PersonRole, str]:
    """The bank is loaded, the people are there; returns who stands at a kiosk, and the code."""
    now = clock.now()
    with runtime.database.reading() as db:
        is_set = stage.is_set(db)
    if not is_set:
        click.echo("Loading the item bank …")
        files = load_folder()
        with runtime.database.writing() as db:
            import_bank(db, files, now=now, first_status=Status.PILOT)
        click.echo("Letting three people be tested …")
        stage.set_up(runtime, now)
        (runtime.settings.data / "demo").touch()
        with runtime.database.writing() as db:
            seals.seal_heads(db, runtime.keys, now)
        with runtime.database.reading() as db:
            seals.write_file(db, runtime.settings.seal_file)
    try:
        return stage.today(runtime, now)
    except LookupError as problem:
        raise click.ClickException(str(problem.args[0])) from None


def _tell(address: str, person: cast.PersonRole, code: str) -> None:
    width = max(len(one.email) for one in cast.STAFF)
    click.echo(f"\n{address}\n\nStaff sign in at {address}/sign-in, each with the password")
    click.echo(f"    {cast.PASSWORD}\n")
    for one in cast.STAFF:
        click.echo(f"    {one.email:<{width}}  {one.name} {one.does}")
    click.echo(f"\nAt the kiosk waits {person.given_names} {person.surname}: {address}/kiosk/code")
    click.echo(f"Seat code: {code[:3]} {code[3:]}")
    click.echo("\nOne after another, or each in a browser window of its own (private windows):")
    for line in _STORY:
        click.echo(f"  {line}")
    click.echo("\nCtrl-C stops the service; what was done stays until make demo-fresh.\n")


_STORY = (
    "1. kiosk: type the seat code, choose a language, touch the words that you know",
    "2. johtaja@demo.fi: on the board, read together with who waits for it; then the test begins.",
    "   Let Amina Hassan arrive and give her a seat code",
    "3. arvioija1@demo.fi and arvioija2@demo.fi: rate what Nimo Abdi wrote",
    "4. lausunto@demo.fi: enter your own levels for Oksana Kovalenko, see the proposal, sign",
    "5. virkailija@demo.fi: read Ivan Petrov's result; book a place for Thi Lan Nguyen",
    "6. tarkastus@demo.fi: see in the log what you have done",
)
