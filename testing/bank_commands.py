"""`lahtotaso bank`: check, import, export, synthesise and vendor what the bank's files hold.

Check, voices and pictures work on files only; they need no database and no key.
"""

import json
from pathlib import Path

import click

from items.bank_files import (
    CONTENT,
    BankFiles,
    Task,
    content_files,
    load_folder,
    read_folder,
)
from items.content_format import MEASURED_BANKS, BadContent
from testing.calibrations.command import answers_command
from testing.seeding.command import live_command

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_TARGET = click.Path(path_type=Path, file_okay=False)


@click.group()
def bank() -> None:
    """The item bank: check, import, export, set live, voices, pictures."""


def _usable(content: Path) -> BankFiles:
    """The folder's tasks, or a refusal that names file and line."""
    try:
        return load_folder(content)
    except BadContent as error:
        raise click.ClickException(f"the content cannot be used\n{error}") from None


@bank.command("check")
@click.option("--content", type=_FOLDER, default=CONTENT, help="Folder of task files.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--errors-only", is_flag=True, help="Leave warnings out.")
def check_command(content: Path, as_json: bool, errors_only: bool) -> None:
    """Check all task files; exits with 1 when something must be mended."""
    from items.checks import check_folder

    report = check_folder(content)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        for finding in report.errors if errors_only else report.findings:
            click.echo(f"{content.name}/{finding}")
        n_items = sum(sum(n.values()) for of in report.items.values() for n in of.values())
        n_tasks = sum(sum(n.values()) for of in report.tasks.values() for n in of.values())
        click.echo(
            f"{n_tasks} tasks and prompts, {n_items} items: {len(report.errors)} errors, "
            f"{len(report.warnings)} warnings"
        )
        if report.synthetic:
            click.echo(
                f"{len(report.synthetic)} recordings are synthetic and still want a human voice"
            )
    if report.errors:
        raise click.exceptions.Exit(1)


@bank.command("import")
@click.option("--content", type=_FOLDER, default=CONTENT, help="Folder of task files.")
@click.option(
    "--status",
    type=click.Choice(["draft", "pilot"]),
    default="draft",
    show_default=True,
    help="What tasks that were not known before begin as.",
)
def import_command(content: Path, status: str) -> None:
    """Load the files into the database. Importing the same files again changes nothing."""
    from items.bank import import_bank
    from items.models import Status
    from testing.clock import now
    from testing.commands.runtime import open_runtime

    files = _usable(content)
    runtime = open_runtime()

    def progress(done: int, total: int) -> None:
        if done % 100 == 0 or done == total:
            click.echo(f"{done}/{total} tasks", err=True)

    with runtime.database.writing() as db:
        report = import_bank(db, files, now=now(), first_status=Status(status), progress=progress)
    click.echo(
        f"{len(report.new)} new, {len(report.changed)} changed (now drafts), "
        f"{len(report.retouched)} with other notes only, {len(report.unchanged)} unchanged"
    )
    for name in report.scales:
        click.echo(f"{name}: new version of its scale or blueprint")


@bank.command("export")
@click.argument("target", type=_TARGET)
@click.option("--csv", "as_csv", is_flag=True, help="Bank, standard and blueprint for `simulate`.")
@click.option("--files", is_flag=True, help="From the task files instead of the database.")
@click.option("--content", type=_FOLDER, default=CONTENT, help="Folder of task files.")
def export_command(target: Path, as_csv: bool, files: bool, content: Path) -> None:
    """Write the bank into a folder: task files as they were imported, or CSV with --csv."""
    if not as_csv:
        if files:
            raise click.UsageError("--files goes with --csv: the task files are there already")
        from items.bank import export_bank
        from testing.commands.runtime import open_runtime

        with open_runtime().database.reading() as db:
            written = export_bank(db, target)
        click.echo(f"{len(written)} files in {target}")
        return
    from items.scale_files import scaled_skills

    for language, skill in scaled_skills(content):
        for file in _measurement_files(target, language, skill, files, content):
            click.echo(file)


def _measurement_files(
    target: Path, language: str, skill: str, from_files: bool, content: Path
) -> list[Path]:
    from items.bank import newest_standard
    from items.bank_rows import (
        estimates_in_use,
        records_in_use,
        records_of_files,
        version_numbers,
        versions_in_use,
    )
    from items.measurement_files import write_measurement_files
    from items.scale_files import scale_of_files
    from scoring.cefr import Scale

    scale = scale_of_files(language, skill, content)
    versions = estimates = None
    if from_files:
        records = records_of_files(_usable(content), language, skill, scale)
    else:
        from testing.commands.runtime import open_runtime

        with open_runtime().database.reading() as db:
            standard = newest_standard(db, language, skill)
            if standard is not None:
                scale = Scale.from_table(standard.scale)
            records = records_in_use(db, language, skill, scale)
            versions = version_numbers(db, language, skill)
            estimates = estimates_in_use(db, versions_in_use(db, language, skill))
    return write_measurement_files(
        target, language, skill, records, scale.standard, content, versions, estimates
    )


@bank.command("voices")
@click.argument("tasks", nargs=-1)
@click.option("--content", type=_FOLDER, default=CONTENT, help="Folder of task files.")
@click.option("--all", "again", is_flag=True, help="Also clips that are up to date.")
def voices_command(tasks: tuple[str, ...], content: Path, again: bool) -> None:
    """Synthesise the recordings of listening tasks whose script changed (or of TASKS)."""
    from items.bank_files import clip_file, read_clip
    from items.speech import NoVoice, is_current, make_clip

    listening = [task for task in _usable(content).tasks if task.script]
    unknown = sorted(set(tasks) - {task.id for task in listening})
    if unknown:
        raise click.ClickException(f"no listening task: {', '.join(unknown)}")
    made = 0
    for task in listening:
        if tasks and task.id not in tasks:
            continue
        clip = read_clip(content, task.language, task.id)
        if clip is not None and not clip.synthetic:
            click.echo(f"{task.id}: spoken by people, left as it is")
            continue
        if is_current(task, content) and not again:
            continue
        try:
            note = make_clip(task, content)
        except NoVoice as error:
            raise click.ClickException(str(error)) from None
        made += 1
        click.echo(f"{task.id}: {note['seconds']} s, {note['loudness']} LUFS, synthetic")
    known = {clip_file(content, task.language, task.id) for task in listening}
    for file in sorted((content / "media").glob("*/*.mp3")):
        if file not in known:
            click.echo(f"{file.name}: no task has this recording any more")
    click.echo(f"{made} made, {len(listening)} listening tasks")


@bank.command("pictures")
@click.option("--content", type=_FOLDER, default=CONTENT, help="Folder of task files.")
def pictures_command(content: Path) -> None:
    """Fetch the pictures that tasks use and that are not vendored yet (needs npm)."""
    from items.drawing import NoPicture
    from items.pictures import pictures_of, vendor

    names = {name for task in read_folder(content).tasks for name in pictures_of(task)}
    try:
        unknown = vendor(names, content)
    except NoPicture as error:
        raise click.ClickException(str(error)) from None
    for name in unknown:
        click.echo(f"the set has no picture {name}")
    click.echo(f"{len(names)} pictures in {len(content_files(content))} files")
    if unknown:
        raise click.exceptions.Exit(1)


_LANGUAGE = click.Choice(list(dict.fromkeys(language for language, _skill in MEASURED_BANKS)))
_SKILL = click.Choice(list(dict.fromkeys(skill for _language, skill in MEASURED_BANKS)))


def _chosen(content: Path, language: str | None, skill: str | None) -> list[Task]:
    return [
        task
        for task in _usable(content).tasks
        if task.measured and language in (None, task.language) and skill in (None, task.skill)
    ]


@bank.command("sheet")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--without-text", is_flag=True, help="Questions only.")
@click.option("--language", type=_LANGUAGE)
@click.option("--skill", type=_SKILL)
@click.option("--content", type=_FOLDER, default=CONTENT, help="Folder of task files.")
def sheet_command(
    target: Path, without_text: bool, language: str | None, skill: str | None, content: Path
) -> None:
    """Write the questions without keys, for a reader who has not seen them."""
    from items.blind import question_sheet

    tasks = _chosen(content, language, skill)
    target.write_text(question_sheet(tasks, with_text=not without_text), encoding="utf-8")
    click.echo(f"{sum(len(task.items) for task in tasks)} items in {target}")


@bank.command("mark-sheet")
@click.argument("answers", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--without-text", is_flag=True, help="The reader had the questions only.")
@click.option("--language", type=_LANGUAGE)
@click.option("--skill", type=_SKILL)
@click.option("--content", type=_FOLDER, default=CONTENT, help="Folder of task files.")
def mark_sheet_command(
    answers: Path, without_text: bool, language: str | None, skill: str | None, content: Path
) -> None:
    """Compare a reader's answers with the keys; exits with 1 when items must be mended."""
    from items.blind import BadSheet, mark_sheet, read_sheet

    try:
        marks = mark_sheet(_chosen(content, language, skill), read_sheet(answers))
    except BadSheet as error:
        raise click.ClickException(str(error)) from None
    for kind, outcome in [*marks.by_kind.items(), ("all", marks.all)]:
        click.echo(
            f"{kind}: {outcome.right} of {outcome.n} right ({outcome.share:.1%}), "
            f"guessing {outcome.chance / outcome.n:.1%}, p {outcome.p:.3g}"
        )
    if marks.unanswered:
        click.echo(f"{len(marks.unanswered)} not answered: {', '.join(marks.unanswered[:10])}")
    if not without_text and marks.wrong:
        click.echo(f"disagree with the key: {', '.join(marks.wrong)}")
    if not (marks.needs_the_text if without_text else marks.agrees):
        raise click.exceptions.Exit(1)


bank.add_command(answers_command)
bank.add_command(live_command)
