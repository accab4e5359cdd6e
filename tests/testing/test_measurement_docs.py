"""docs/measurement-commands.md tells of every option, and its examples are accepted."""

import re
from pathlib import Path

import click
import pytest

from scoring.blueprint import Blueprint
from testing.cli import COMMANDS, main
from testing.measurement.bank_files import read_blueprint

TEXT = (Path(__file__).parents[2] / "docs" / "measurement-commands.md").read_text(encoding="utf-8")
NAMES = tuple(name for name, where in COMMANDS.items() if where.startswith("testing.measurement."))


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_documented(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    section = TEXT.split(f"\n## {name}\n")[1].split("\n## ")[0]
    own = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    for parameter in [parameter for each in own for parameter in each.params]:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in section, parameter.opts[0]
        else:
            assert str(parameter.name).upper() in section


def test_blueprint_examples_are_accepted(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert len(examples) == 2
    plans = []
    for example in examples:
        path = tmp_path / "blueprint.toml"
        path.write_text(example, encoding="utf-8")
        plans.append(read_blueprint(path))
    assert plans[0].blueprint.areas["shop"].most == 2
    assert plans[0].settings.stopping.band_probability == 0.8
    assert len(plans[1].blueprint.stages) == 2
    known = set(Blueprint.__dataclass_fields__) - {"stages"}
    assert known <= set(re.findall(r"[a-z_]+", examples[0]))
