"""`lahtotaso sounds`: spoken instructions by a synthetic voice, and who has approved which."""

import click
from babel import Locale
from flask import Flask

from items.speech import NoVoice
from testing import catalogues, sounds, speech
from testing.commands.runtime import open_runtime
from testing.languages import PERSON_CODES


def words_of_the_kiosk() -> Flask:
    """An application that knows the catalogues and nothing else."""
    import flask_babel

    catalogues.compile_all()
    app = Flask(__name__)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(map(str, catalogues.LOADED))
    flask_babel.Babel(app)
    return app


@click.group("sounds")
def sounds_command() -> None:
    """Spoken instructions of the kiosk: make, list."""


@sounds_command.command("make")
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(PERSON_CODES), help="Only these."
)
def make(languages: tuple[str, ...]) -> None:
    """Every instruction that has no sound is spoken by espeak-ng, where it knows the language.

    What a speaker recorded or approved stays as it is.
    """
    runtime = open_runtime()
    media = runtime.settings.media
    made = 0
    with words_of_the_kiosk().app_context():
        for prompt in speech.missing(media, languages or PERSON_CODES):
            try:
                speech.make(media, prompt)
            except NoVoice as problem:
                raise click.ClickException(str(problem)) from None
            made += 1
    click.echo(f"{made} made")


@sounds_command.command("list")
@click.option("--all", "is_whole", is_flag=True, help="Name every instruction, not only counts.")
def list_command(is_whole: bool) -> None:
    """For each language: how many instructions a speaker vouches for, and what is left."""
    runtime = open_runtime()
    with words_of_the_kiosk().app_context(), runtime.database.reading() as db:
        for standing in sounds.standings(db, runtime.settings.media):
            counts = ", ".join(
                f"{standing.by_state[state]} {state}"
                for state in sounds.State
                if standing.by_state[state]
            )
            name = Locale(standing.language).get_display_name("en")
            click.echo(f"{standing.language} {name}: {standing.total} instructions, {counts}")
            if is_whole:
                wanted = sounds.prompts(standing.language)
                known = sounds.states(db, runtime.settings.media, wanted)
                for prompt in wanted:
                    click.echo(f"  {known[prompt.digest]:<9} {prompt.code}")
