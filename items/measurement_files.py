"""Bank, standard and blueprint of a language and skill as the measurement commands take them."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from items.bank_files import CONTENT
from items.bank_rows import Record, write_bank_csv
from items.models import ItemParameters
from items.scale_files import BLUEPRINT_FILE, write_standard_csv
from scoring.cefr import Standard


def write_measurement_files(
    target: Path,
    language: str,
    skill: str,
    records: Sequence[Record],
    standard: Standard,
    folder: Path = CONTENT,
    versions: Mapping[str, int] | None = None,
    estimates: Mapping[str, ItemParameters] | None = None,
) -> list[Path]:
    """`<language>-<skill>-bank.csv`, `-standard.csv` and `-blueprint.toml`; the files written.

    versions, estimates : as `write_bank_csv` takes them.
    """
    target.mkdir(parents=True, exist_ok=True)
    stem = f"{language}-{skill}"
    bank = target / f"{stem}-bank.csv"
    with bank.open("w", encoding="utf-8", newline="") as stream:
        write_bank_csv(records, stream, versions, estimates)
    cuts = target / f"{stem}-standard.csv"
    with cuts.open("w", encoding="utf-8", newline="") as stream:
        write_standard_csv(standard, stream)
    plan = target / f"{stem}-blueprint.toml"
    shutil.copyfile(folder / language / skill / BLUEPRINT_FILE, plan)
    return [bank, cuts, plan]
