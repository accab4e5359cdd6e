"""docs/measurement-commands.md tells of every option, and its examples are accepted."""

import re
from pathlib import Path

import click
import pytest

from scoring.blueprint import Blueprint
from testing.measurement import commands
from testing.measurement.bank_files import read_blueprint

TEXT = (Path(__file__).parents[2] / "docs" / "measurement-commands.md").read_text(encoding="utf-8")
NAMES = ("calibrate", "ability", "simulate", "raters", "dif", "link")


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_documented(name: str) -> None:
    command: click.Command = getattr(commands, name)
    section = TEXT.split(f"\n## {name}\n")[1].split("\n## ")[0]
    for parameter in command.params:
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
