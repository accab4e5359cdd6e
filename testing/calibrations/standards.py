"""Standards: cut scores of a panel or from blind levels, confirmed by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from items.bank import newest_standard
from items.canonical import value_digest
from items.models import StandardVersion
from scoring.cefr import Scale
from testing import events
from testing.calibrations.reading import read_file
from testing.events import Action
from testing.measurement import tables
from testing.measurement.item_files import read_standard
from testing.models import Staff
from testing.plans import BankNotReady
from testing.refusals import Refusal

LONGEST_ORIGIN = 2000


class NotConfirmed(Refusal):
    """Nobody says by name that these cuts hold."""

    status = 400


class StandardChanged(Refusal):
    """Another standard counts than the one that these cuts were compared with."""


class BadRecord(Refusal):
    """The record is no JSON object."""

    status = 400


@dataclass(frozen=True)
class Cut:
    """Where a level begins, today and by the file."""

    level: str
    before: float
    before_se: float
    after: float
    se: float
    se_shared: float

    @property
    def move(self) -> float:
        return self.after - self.before

    @property
    def after_se(self) -> float:
        return float((self.se**2 + self.se_shared**2) ** 0.5)


@dataclass(frozen=True)
class Proposed:
    """The cuts of a file beside the standard that counts."""

    standard: StandardVersion
    cuts: tuple[Cut, ...]


def propose(db: Session, content: bytes, language: str, skill: str) -> Proposed:
    """The cuts of a STANDARD file: one for each level of the scale in use, each with its error.

    :raise FileFault: the file cannot be used.
    :raise BankNotReady: there is no scale whose cuts these would be.
    """
    newest = newest_standard(db, language, skill)
    if newest is None:
        raise BankNotReady(language, skill)
    today = Scale.from_table(newest.scale).standard

    def read(path: Path) -> Proposed:
        read_standard(path)
        table = tables.read_table(path)
        levels = [row.cells["level"] for row in table.rows]
        if levels != list(today.levels[1:]):
            tables.refuse(
                path,
                f"expected the levels {', '.join(today.levels[1:])}, found {', '.join(levels)}",
                line=2,
                column="level",
            )
        cuts = []
        for row, before, before_se in zip(table.rows, today.cuts, today.cut_se, strict=True):
            own = table.optional_number(row, "se") or 0.0
            shared = table.optional_number(row, "se_shared") or 0.0
            if not own + shared > 0:
                tables.refuse(
                    path, "expected a standard error above 0", line=row.line, column="se"
                )
            after = table.number(row, "cut")
            cuts.append(Cut(row.cells["level"], before, float(before_se), after, own, shared))
        return Proposed(newest, tuple(cuts))

    return read_file(content, read)


def record_of(content: bytes) -> dict[str, Any]:
    """What the cuts were made from.

    :raise BadRecord: no JSON object.
    """
    if not content.strip():
        return {}
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except ValueError:
        raise BadRecord from None
    if not isinstance(found, dict):
        raise BadRecord
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def confirm(
    db: Session,
    content: bytes,
    language: str,
    skill: str,
    *,
    compared_with: str,
    record: Mapping[str, Any],
    origin: str,
    provisional: bool,
    confirmed: bool,
    actor: Staff,
    now: datetime,
) -> StandardVersion:
    """From now on sittings that begin are measured against these cuts; others go on as frozen.

    compared_with : public id of the standard beside which the cuts were shown.
    :raise NotConfirmed: nobody says that they hold.
    :raise StandardChanged: another one counts meanwhile.
    :raise FileFault: the file cannot be used.
    """
    if not confirmed:
        raise NotConfirmed
    found = propose(db, content, language, skill)
    if found.standard.public_id != compared_with:
        raise StandardChanged
    number = db.scalar(
        select(func.count())
        .select_from(StandardVersion)
        .where(StandardVersion.language == language, StandardVersion.skill == skill)
    )
    scale = dict(found.standard.scale) | {
        "version": f"{language}-{skill}-{(number or 0) + 1}",
        "provisional": provisional,
        "origin": origin[:LONGEST_ORIGIN],
        "se_shared": min(cut.se_shared for cut in found.cuts),
        "level": [
            {"code": cut.level, "cut": cut.after, "se": cut.se, "se_shared": cut.se_shared}
            for cut in found.cuts
        ],
    }
    Scale.from_table(scale)  # a broken scale is refused here, not in a sitting
    row = StandardVersion(
        language=language,
        skill=skill,
        digest=value_digest(scale),
        scale=scale,
        origin=origin[:LONGEST_ORIGIN],
        record=dict(record),
        is_provisional=provisional,
        confirmed_by=actor.name,
        confirmed_at=now,
        created_at=now,
    )
    db.add(row)
    db.flush()
    events.record(
        db,
        Action.STANDARD_CONFIRM,
        on=actor.centre,
        subject=row,
        actor=actor,
        now=now,
        language=language,
        skill=skill,
        provisional=provisional,
        digest=row.digest,
        instead_of=compared_with,
    )
    return row


def kept(db: Session, language: str, skill: str) -> list[StandardVersion]:
    """Every standard of a language and skill; the first counts."""
    return list(
        db.scalars(
            select(StandardVersion)
            .where(StandardVersion.language == language, StandardVersion.skill == skill)
            .order_by(StandardVersion.id.desc())
        )
    )
