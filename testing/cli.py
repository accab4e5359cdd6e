"""The command line. Each command's module is imported only when the command is called, so that a
psychometrician's CSV command needs neither application nor database nor key."""

import importlib
from collections.abc import Iterator

import click

#: Command → module and name of its click command. docs/operations.md describes each one.
COMMANDS = {
    "ability": "testing.measurement.commands:ability",
    "audit": "testing.commands.audit:audit",
    "backup": "testing.commands.backup:backup",
    "bank": "testing.bank_commands:bank",
    "calibrate": "testing.measurement.commands:calibrate",
    "demo": "testing.commands.demo:demo",
    "dif": "testing.measurement.commands:dif",
    "doctor": "testing.commands.doctor:doctor",
    "init": "testing.commands.init:init",
    "link": "testing.measurement.commands:link",
    "raters": "testing.measurement.commands:raters",
    "restore": "testing.commands.backup:restore",
    "serve": "testing.commands.serve:serve",
    "simulate": "testing.measurement.commands:simulate",
    "sounds": "testing.commands.sounds:sounds_command",
    "standard": "testing.measurement.standard_commands:standard",
    "user": "testing.commands.user:user",
    "worker": "testing.commands.worker:worker",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self._rows(context)))

    def _rows(self, context: click.Context) -> Iterator[tuple[str, str]]:
        for name in self.list_commands(context):
            command = self.get_command(context, name)
            if command is not None:
                yield name, command.get_short_help_str(limit=60)


@click.group(cls=LazyGroup)
def main() -> None:
    """Lähtötaso: placement testing in Finnish and Swedish."""


if __name__ == "__main__":
    main()
