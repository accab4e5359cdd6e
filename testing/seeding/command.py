"""`lahtotaso bank live`: tasks in pilot use become live ones."""

import click

from items.content_format import BANKS


@click.command("live")
@click.argument("language", type=click.Choice(sorted({language for language, _skill in BANKS})))
@click.argument("skill", type=click.Choice(sorted({skill for _language, skill in BANKS})))
@click.argument("tasks", nargs=-1)
@click.option("--calibrated", is_flag=True, help="All whose items have estimates in use.")
@click.option("--all", "everything", is_flag=True, help="All, the provisional ones, too.")
def live_command(
    language: str, skill: str, tasks: tuple[str, ...], calibrated: bool, everything: bool
) -> None:
    """Set TASKS in pilot use live: they count in live sittings from now on.

    Who runs it has looked at how the tasks fit; nothing here looks for them.
    """
    from testing.clock import now
    from testing.commands.runtime import open_runtime
    from testing.seeding import going_live

    if bool(tasks) + calibrated + everything != 1:
        raise click.UsageError("name tasks, or say --calibrated or --all")
    with open_runtime().database.writing() as db:
        found = going_live.in_pilot_use(db, language, skill)
        try:
            chosen = going_live.named_ones(found, tasks) if tasks else found
            chosen = going_live.calibrated_ones(db, found) if calibrated else chosen
        except going_live.NotInPilotUse as unknown:
            raise click.ClickException(f"not in pilot use: {unknown}") from None
        going_live.set_live(db, chosen, actor="command:bank", now=now())
        said = [f"{version.task_id} version {version.number}: live" for version in chosen]
    for line in said:
        click.echo(line)
    click.echo(f"{len(said)} tasks set live, {len(found) - len(said)} stay in pilot use")
