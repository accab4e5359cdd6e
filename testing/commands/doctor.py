"""`lahtotaso doctor`: what is missing here, in plain words, and how to mend it."""

import json

import click

from testing import checkup, clock
from testing.checkup import Check, State
from testing.settings import BadSetting, read_settings

MARKS = {State.GOOD: "ok  ", State.LACKING: "note", State.BROKEN: "FAIL"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The checks as JSON.")
def doctor(as_json: bool) -> None:
    """Check this machine and this installation; say what to mend.

    Exit code 1 when something is missing without which the service or a part of it cannot work.
    """
    try:
        settings = read_settings()
    except BadSetting as problem:
        checks = [Check("Settings", State.BROKEN, str(problem), "set it and start again")]
    else:
        checks = checkup.examine(settings, clock.now())
    if as_json:
        click.echo(json.dumps([vars(check) for check in checks], indent=1, ensure_ascii=False))
    else:
        for check in checks:
            click.echo(f"{MARKS[check.state]}  {check.name}: {check.words}")
            if check.mend:
                click.echo(f"      → {check.mend}")
    if any(check.state is State.BROKEN for check in checks):
        raise click.exceptions.Exit(1)
