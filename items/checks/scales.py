"""Scale and blueprint files, and whether the bank can meet its blueprint."""

from collections.abc import Iterator

from items.bank_files import BankFiles
from items.bank_rows import records_of_files
from items.content_format import MEASURED_BANKS, Finding
from items.scale_files import (
    BLUEPRINT_FILE,
    SCALE_FILE,
    NoScale,
    read_table,
    scale_of_files,
)
from scoring.bank import Bank, BankRefused
from scoring.blueprint import (
    Blueprint,
    BlueprintInfeasible,
    BlueprintRefused,
    constraints_for,
    plan_reserve,
)
from scoring.cefr import StandardRefused
from scoring.irt import ItemRefused


def _skill_findings(bank: BankFiles, language: str, skill: str) -> Iterator[Finding]:
    path = f"{language}/{skill}"
    try:
        scale = scale_of_files(language, skill, bank.folder)
    except (NoScale, StandardRefused) as error:
        yield Finding(f"{path}/{SCALE_FILE}", 1, "scale", str(error))
        return
    try:
        rows = Bank.from_records(records_of_files(bank, language, skill, scale))
    except (BankRefused, ItemRefused) as error:
        yield Finding(path, 1, "scale", str(error))
        return
    try:
        table = read_table(bank.folder, language, skill, BLUEPRINT_FILE)
        plan_reserve(constraints_for(rows, Blueprint.from_table(table)))
    except (NoScale, BlueprintRefused, BlueprintInfeasible) as error:
        yield Finding(f"{path}/{BLUEPRINT_FILE}", 1, "blueprint", str(error))


def scale_findings(bank: BankFiles) -> Iterator[Finding]:
    """Scales that cannot be read and blueprints that the bank cannot meet."""
    for language, skill in MEASURED_BANKS:
        has_scale = (bank.folder / language / skill / SCALE_FILE).is_file()
        if has_scale or bank.of(language, skill):
            yield from _skill_findings(bank, language, skill)
