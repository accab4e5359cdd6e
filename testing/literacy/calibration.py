"""How teachers of a centre decided after the same findings, and whom the short screen missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scoring import literacy_calibration
from scoring.fairness import hidden_groups
from scoring.literacy import Classification, Latin, LiteracyClass, Own
from scoring.literacy_calibration import FEWEST_CONFIRMED, Calibration, Share, Stratum
from testing.literacy.judging import RESTS_ON
from testing.models import LiteracyConfirmation, LiteracyScreen, Person, Sitting
from testing.plans import Kept
from testing.settings import Mode

#: Persons are told in steps of so many.
STEP = 5
#: Classes of fewer persons with the same findings are not told: they are a few people.
FEWEST_ALIKE = 20
CLASSES = tuple(LiteracyClass)
NEEDS_TRAINING = frozenset(
    {LiteracyClass.PRIMARY_ILLITERATE, LiteracyClass.SEMI_LITERATE, LiteracyClass.SECONDARY}
)

_KEPT = Kept(16)

Findings = tuple[Own, Latin]


@dataclass(frozen=True)
class Experience:
    """What a centre's teachers confirmed, by findings, with one version of the rules.

    calibration : None before enough classes were confirmed.
    """

    rules_version: str
    confirmed: int
    findings: tuple[Findings, ...]
    proposed: tuple[LiteracyClass, ...]
    calibration: Calibration | None

    def alike(self, found: Classification) -> "Alike | None":
        """How teachers decided about persons with the same findings; None where too few were, or
        where findings tell no more than the class frequencies."""
        findings = (found.own, found.latin)
        if (
            self.calibration is None
            or not self.calibration.is_useful
            or found.rules_version != self.rules_version
            or findings not in self.findings
        ):
            return None
        cell = self.findings.index(findings)
        persons = int(self.calibration.counts[cell].sum())
        if persons < FEWEST_ALIKE:
            return None
        shares = zip(CLASSES, self.calibration.shares(cell), strict=True)
        told = sorted(shares, key=lambda one: -one[1].share)
        return Alike(persons, tuple(one for one in told if one[1].share >= 0.01))

    def told(self, smallest: int) -> "list[Told]":
        """The findings that occurred, the commonest first, and how often the proposed class was
        confirmed; those of few persons tell nothing."""
        if self.calibration is None:
            return []
        persons = self.calibration.counts.sum(axis=1)
        hidden = hidden_groups(persons, smallest)
        return [
            Told(
                self.findings[cell],
                self.proposed[cell],
                STEP * round(int(persons[cell]) / STEP),
                None
                if hidden[cell]
                else self.calibration.shares(int(cell))[CLASSES.index(self.proposed[cell])],
            )
            for cell in np.argsort(-persons, kind="stable")
        ]


@dataclass(frozen=True)
class Told:
    """Findings of a group of persons; `kept` is None where they are too few to be told."""

    findings: Findings
    proposed: LiteracyClass
    #: In steps of STEP.
    persons: int
    kept: Share | None


@dataclass(frozen=True)
class Alike:
    """Persons with the same findings, and the classes that teachers confirmed, likeliest first."""

    persons: int
    shares: tuple[tuple[LiteracyClass, Share], ...]


@dataclass(frozen=True)
class Missed:
    """What the deep screen found in those who had passed the short one."""

    strata: tuple[Stratum, ...]
    #: None where nothing can be said of all of them.
    rate: Share | None

    @property
    def passers(self) -> int:
        return sum(one.passers for one in self.strata)

    @property
    def deeper(self) -> int:
        return sum(one.deeper for one in self.strata)


def experience_of(
    db: Session, centre_id: int, *, mode: Mode, rules_version: str
) -> Experience:
    """What teachers of the centre confirmed under these rules, of each human being the newest; kept
    until somebody confirms again or a case is deleted."""
    newest, kept = db.execute(
        select(func.max(LiteracyConfirmation.id), func.count(LiteracyConfirmation.id))
        .join(LiteracyScreen, LiteracyScreen.id == LiteracyConfirmation.screen_id)
        .where(LiteracyScreen.centre_id == centre_id)
    ).one()
    key = (db.get_bind().engine.url, centre_id, mode, rules_version, newest, kept)
    return _KEPT.get(key, lambda: _experience(db, centre_id, mode, rules_version))


def _experience(db: Session, centre_id: int, mode: Mode, rules_version: str) -> Experience:
    rows = db.execute(
        select(
            LiteracyConfirmation.literacy_class,
            LiteracyConfirmation.classification,
            LiteracyScreen.proposal,
            func.coalesce(Person.matched_to_id, Person.id).label("human"),
        )
        .join(LiteracyScreen, LiteracyScreen.id == LiteracyConfirmation.screen_id)
        .join(Sitting, Sitting.id == LiteracyScreen.sitting_id)
        .join(Person, Person.id == Sitting.person_id)
        .where(LiteracyScreen.centre_id == centre_id, Sitting.mode == mode.value)
        .order_by(LiteracyConfirmation.id.desc())
    )
    newest: dict[int, Any] = {}
    for row in rows:
        newest.setdefault(row.human, row)
    found = [
        (Classification.from_record(row.proposal), row.literacy_class)
        for row in reversed(newest.values())
        # What became known after a teacher had decided is not what they decided about.
        if row.proposal is not None
        and row.proposal["rules_version"] == rules_version
        and all(row.classification[one] == row.proposal[one] for one in RESTS_ON)
    ]
    proposed: dict[Findings, LiteracyClass] = {}
    for one, _class in found:
        proposed.setdefault((one.own, one.latin), one.literacy_class)
    findings = tuple(proposed)
    calibration = None
    if len(found) >= FEWEST_CONFIRMED:
        calibration = literacy_calibration.calibrate(
            np.array([findings.index((one.own, one.latin)) for one, _class in found]),
            np.array([CLASSES.index(own_class) for _one, own_class in found]),
            np.array([CLASSES.index(proposed[one]) for one in findings]),
            len(CLASSES),
        )
    return Experience(rules_version, len(found), findings, tuple(proposed.values()), calibration)


def missed_of(db: Session, centre_id: int, *, mode: Mode, first: int) -> Missed:
    """Those who passed the short screen: the first so many, and the later ones of whom a lot sends
    some deeper.

    The lot counts everybody who passed at the centre, in whatever mode: so do the first.
    """
    confirmed = confirmed_of(db, centre_id)
    rows = db.execute(
        select(LiteracyScreen.id, LiteracyScreen.is_drawn, Sitting.mode)
        .join(Sitting, Sitting.id == LiteracyScreen.sitting_id)
        .where(LiteracyScreen.centre_id == centre_id, LiteracyScreen.is_drawn.is_not(None))
        .order_by(LiteracyScreen.id)
    ).all()
    strata = tuple(
        _stratum([(row.is_drawn, confirmed.get(row.id)) for row in some if row.mode == mode.value])
        for some in (rows[:first], rows[first:])
    )
    return Missed(strata, literacy_calibration.miss_rate(strata))


def _stratum(rows: Sequence[tuple[bool | None, LiteracyClass | None]]) -> Stratum:
    classed = [
        own_class
        for is_drawn, own_class in rows
        if is_drawn and own_class not in (None, LiteracyClass.NOT_ASSESSED)
    ]
    return Stratum(len(rows), len(classed), sum(one in NEEDS_TRAINING for one in classed))


def confirmed_of(db: Session, centre_id: int) -> dict[int, LiteracyClass]:
    """Screen → the class that a teacher confirmed last."""
    rows = db.execute(
        select(LiteracyConfirmation.screen_id, LiteracyConfirmation.literacy_class)
        .join(LiteracyScreen, LiteracyScreen.id == LiteracyConfirmation.screen_id)
        .where(LiteracyScreen.centre_id == centre_id)
        .order_by(LiteracyConfirmation.id)
    )
    return {row.screen_id: row.literacy_class for row in rows}
