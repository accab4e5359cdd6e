"""The files of an export: answers, where each person began, assessors' levels, the bank."""

import csv
import io
import secrets
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from items.bank import newest_standard
from items.bank_rows import (
    estimates_in_use,
    records_in_use,
    version_numbers,
    versions_in_use,
    write_bank_csv,
)
from items.content_format import NUMERACY_LEVELS
from items.scale_files import write_standard_csv
from scoring.cefr import BELOW, LEVELS, Scale
from testing.calibrations.gathering import UNKNOWN, Gathered, Taker

_LOTS = secrets.SystemRandom()
#: `calibrate --start` takes no fewer.
FEWEST_AT_A_START = 20


def files_of(db: Session, gathered: Gathered) -> dict[str, str]:
    """Name → content. People are numbered by lot, for these files and never again."""
    language, skill = gathered.wanted.language, gathered.wanted.skill.value
    takers = list(gathered.takers)
    _LOTS.shuffle(takers)
    width = len(str(len(takers)))
    people = [(f"p{place:0{width}}", taker) for place, taker in enumerate(takers, start=1)]
    groups = groups_of(takers)
    stem = f"{language}-{skill}"
    found = {
        f"{stem}-responses.csv": _table(
            ("person", "item", "score"),
            ((name, one.item, one.score) for name, taker in people for one in taker.answers),
        ),
        f"{stem}-groups.csv": _table(
            ("person", "group"), ((name, groups[taker.start]) for name, taker in people)
        ),
        f"{stem}-dont-know.csv": _table(
            ("person", "item"),
            (
                (name, one.item)
                for name, taker in people
                for one in taker.answers
                if one.is_dont_know
            ),
        ),
        f"{stem}-tried-out.csv": _table(
            ("person", "item"),
            ((name, one.item) for name, taker in people for one in taker.answers if one.is_pretest),
        ),
        f"{stem}-levels.csv": _table(
            ("person", "level"),
            ((name, taker.level) for name, taker in people if taker.level is not None),
        ),
    }
    return found | _bank_files(db, language, skill, stem)


def groups_of(takers: Iterable[Taker]) -> dict[str, str]:
    """Start → group: neighbouring starts stand together until there are enough people at each.

    A population of its own cannot be estimated from fewer, and few are easily recognised.
    """
    count = Counter(taker.start for taker in takers)
    order = sorted(count, key=lambda start: (start == UNKNOWN, _place(start)))
    groups: list[list[str]] = []
    for start in order:
        if groups and sum(count[one] for one in groups[-1]) < FEWEST_AT_A_START:
            groups[-1].append(start)
        else:
            groups.append([start])
    if len(groups) > 1 and sum(count[one] for one in groups[-1]) < FEWEST_AT_A_START:
        last = groups.pop()
        groups[-1] += last
    names = {tuple(one): one[0] if len(one) == 1 else f"{one[0]}-{one[-1]}" for one in groups}
    return {start: name for members, name in names.items() for start in members}


def _place(start: str) -> int:
    """Where a level lies among those of its scale."""
    order = (*LEVELS, *(BELOW + level for level in NUMERACY_LEVELS[:1]), *NUMERACY_LEVELS)
    return order.index(start) if start in order else len(order)


def _bank_files(db: Session, language: str, skill: str, stem: str) -> dict[str, str]:
    """The bank and the cuts in use, as the measurement commands take them beside the answers."""
    standard = newest_standard(db, language, skill)
    if standard is None:
        return {}
    scale = Scale.from_table(standard.scale)
    bank, cuts = io.StringIO(), io.StringIO()
    records = records_in_use(db, language, skill, scale)
    estimates = estimates_in_use(db, versions_in_use(db, language, skill))
    write_bank_csv(records, bank, version_numbers(db, language, skill), estimates)
    write_standard_csv(scale.standard, cuts)
    return {f"{stem}-bank.csv": bank.getvalue(), f"{stem}-standard.csv": cuts.getvalue()}


def zipped(files: dict[str, str]) -> bytes:
    """One archive, without the moment at which it was made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return stream.getvalue()


def write_files(files: dict[str, str], folder: Path) -> list[Path]:
    """The files in a folder that only its owner may open; the paths written."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = []
    for name, content in files.items():
        path = folder / name
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(content, encoding="utf-8", newline="")
        written.append(path)
    return written


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()
