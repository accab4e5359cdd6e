"""Scale and blueprint files: what a part measures against and must contain."""

import csv
import tomllib
from pathlib import Path
from typing import Any, TextIO

from items.bank_files import CONTENT
from items.content_format import MEASURED_BANKS
from scoring.cefr import Scale, Standard

SCALE_FILE = "_scale.toml"
BLUEPRINT_FILE = "_blueprint.toml"


class NoScale(LookupError):
    """A language and skill has no scale file or a broken one."""


def read_table(folder: Path, language: str, skill: str, name: str) -> dict[str, Any]:
    """The table of a scale or blueprint file. Raises NoScale when it is missing or not TOML."""
    file = folder / language / skill / name
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoScale(f"{language}/{skill} has no {name}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NoScale(f"{language}/{skill}/{name}: {error}") from error


def scale_of_files(language: str, skill: str, folder: Path = CONTENT) -> Scale:
    """The scale that the files give. Raises NoScale or scoring.cefr.StandardRefused."""
    return Scale.from_table(read_table(folder, language, skill, SCALE_FILE))


def scaled_skills(folder: Path = CONTENT) -> list[tuple[str, str]]:
    """Every language and measured skill that has a scale file."""
    return [
        (language, skill)
        for language, skill in MEASURED_BANKS
        if (folder / language / skill / SCALE_FILE).is_file()
    ]


def write_standard_csv(standard: Standard, stream: TextIO) -> None:
    """The cuts in the engine's form: one row a level, where it begins; the lowest has none."""
    shared = standard.shared_se
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["level", "cut", "se", "se_shared"])
    for level, cut, se in zip(standard.levels[1:], standard.cuts, standard.cut_se, strict=True):
        own = max(float(se) ** 2 - shared**2, 0.0) ** 0.5
        writer.writerow([level, f"{cut:g}", f"{own:.6g}", f"{shared:.6g}"])
