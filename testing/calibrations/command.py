"""`lahtotaso bank answers`: the answers of a language and skill, without who gave them."""

from pathlib import Path

import click

from items.content_format import MEASURED_BANKS

#: Values of `testing.calibrations.circumstances.Circumstance`, which is imported when it runs.
CIRCUMSTANCES = ("accommodated", "helped", "interrupted")


@click.command("answers")
@click.argument("language", type=click.Choice(sorted({bank[0] for bank in MEASURED_BANKS})))
@click.argument("skill", type=click.Choice(sorted({bank[1] for bank in MEASURED_BANKS})))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder."
)
@click.option("--centre", help="Needed only where there are several centres.")
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(CIRCUMSTANCES),
    help="Leave such sittings out; may be given several times.",
)
@click.option("--older-versions", is_flag=True, help="Also answers to versions out of use.")
@click.option("--since-last", is_flag=True, help="Only sittings that ended after the last export.")
def answers_command(
    language: str,
    skill: str,
    out: Path,
    centre: str | None,
    without: tuple[str, ...],
    older_versions: bool,
    since_last: bool,
) -> None:
    """Write the marked answers of finished tests into a folder, for `lahtotaso calibrate`."""
    from testing import clock
    from testing.calibrations import answer_files, exporting
    from testing.calibrations.circumstances import Circumstance
    from testing.calibrations.gathering import Wanted, gather
    from testing.commands.runtime import open_runtime
    from testing.commands.user import centre_named
    from testing.models import Skill

    if (language, skill) not in MEASURED_BANKS:
        known = ", ".join(f"{one} {other}" for one, other in MEASURED_BANKS)
        raise click.UsageError(f"There is no bank {language} {skill}; there are: {known}.")
    runtime = open_runtime()
    now = clock.now()
    with runtime.database.reading() as db:
        own = centre_named(db, centre)
        before = exporting.exports(db, own.id, language, skill)
        wanted = Wanted(
            language=language,
            skill=Skill(skill),
            modes=exporting.modes_of(runtime.settings.mode),
            without=frozenset(Circumstance(one) for one in without),
            with_older=older_versions,
            since=before[0].made_at if since_last and before else None,
            until=now,
        )
        gathered = gather(db, own.id, wanted)
        files = answer_files.files_of(db, gathered)
    if not gathered.takers:
        raise click.ClickException("There are no such answers yet.")
    # On record before there is a file: nothing leaves unnoted.
    with runtime.database.writing() as db:
        exporting.note_export(
            db, gathered, centre=db.merge(own, load=False), actor="command:bank", now=now
        )
    for path in answer_files.write_files(files, out):
        click.echo(path)
    click.echo(
        f"{len(gathered.takers)} people, {gathered.n_answers} answers to "
        f"{len(gathered.n_by_item)} items; left out: {gathered.n_left_out} by choice, "
        f"{gathered.n_meaningless} that measure something else, {gathered.n_again} of people who "
        f"took it before, {gathered.n_older} answers to versions out of use"
    )
    if len(gathered.takers) < exporting.FEW_PEOPLE:
        click.echo(
            f"Fewer than {exporting.FEW_PEOPLE} people: who knows the test day may recognise "
            "somebody by their answers. Do not hand these files on.",
            err=True,
        )
