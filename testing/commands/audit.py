"""`lahtotaso audit`: whether the log is whole, and sealing its heads at once."""

import json

import click
from sqlalchemy.exc import OperationalError

from testing import audit as log
from testing import clock, maintenance, seals
from testing.commands.runtime import open_runtime


@click.group()
def audit() -> None:
    """The log: verify it, seal it."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON.")
def verify_command(as_json: bool) -> None:
    """Follow every chain and every seal; name what is altered, missing, moved or cut off.

    Exit code 1 when something was found. What cannot be found stands in docs/operations.md.
    """
    runtime = open_runtime()
    with runtime.database.reading() as db:
        report = log.verify(db, runtime.keys, runtime.settings.seal_file)
    try:
        with runtime.database.writing() as db:
            maintenance.record_verification(db, report, actor="command:audit", now=clock.now())
    except OperationalError:
        click.echo("The check itself could not be noted in the log: read-only?", err=True)
    if as_json:
        click.echo(json.dumps(_facts(report), indent=1))
    else:
        _tell(report)
    if not report.is_whole:
        raise click.exceptions.Exit(1)


@audit.command("seal")
def seal_command() -> None:
    """Seal the chains that changed, now instead of at the worker's next round."""
    runtime = open_runtime()
    with runtime.database.writing() as db:
        made = seals.seal_heads(db, runtime.keys, clock.now())
    with runtime.database.reading() as db:
        written = seals.write_file(db, runtime.settings.seal_file)
    if made:
        click.echo(f"seal {made.number} over {len(made.heads)} chains")
    else:
        click.echo("nothing changed since the last seal")
    if written:
        click.echo(f"{written} added to {runtime.settings.seal_file}")


def _tell(report: log.Verification) -> None:
    for finding in report.findings:
        click.echo(str(finding))
    if report.found > len(report.findings):
        click.echo(f"… and {report.found - len(report.findings)} more")
    click.echo(
        f"{report.events} events on {report.chains} chains, {report.seals} seals: "
        + ("whole" if report.is_whole else f"{report.found} findings")
    )
    if report.unsealed:
        click.echo(
            f"{report.unsealed} events are newer than their last seal; "
            "a tail cut off among them would not be found"
        )


def _facts(report: log.Verification) -> dict[str, object]:
    return {
        "whole": report.is_whole,
        "events": report.events,
        "chains": report.chains,
        "seals": report.seals,
        "last_seal_at": report.last_seal_at.isoformat() if report.last_seal_at else None,
        "unsealed": report.unsealed,
        "found": report.found,
        "findings": [
            {
                "kind": one.kind.value,
                "where": one.where,
                "position": one.position,
                "words": one.words,
            }
            for one in report.findings
        ],
    }
