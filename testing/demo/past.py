"""Signed results of a past year that nobody had, so that the comparison of groups has something to
compare. Their levels are drawn by lot; their names say that they are invented.

No test was taken: what a test would have left is written as it would stand, then assessed and
signed by the verbs of the service.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from scoring.cefr import BANDS, REPORTED_LEVELS, band_of, smallest_set
from scoring.literacy import Classification, Latin, LiteracyClass, Own
from scoring.recommendation_rules import Outcome
from testing import clock, referrals, statements
from testing.interview import keeping
from testing.keys import Keys
from testing.literacy import screens
from testing.literacy.calibration import NEEDS_TRAINING
from testing.models import (
    LANGUAGE_SKILLS,
    BlindLevel,
    Centre,
    ComputerSkill,
    Device,
    LiteracyState,
    NotAssessed,
    Office,
    Purpose,
    Referral,
    Sitting,
    SittingState,
    Skill,
    SkillResult,
    Staff,
    Visit,
)
from testing.people import PersonData
from testing.proposals import frozen
from testing.recommending import proposals
from testing.recommending.proposals import Recommended
from testing.statements import Decided

#: Mother tongue → (persons, language of letters, share without nine years of school).
TONGUES = {
    "ar": (22, "ar", 0.3),
    "so": (22, "so", 0.6),
    "ru": (12, "ru", 0.05),
    "uk": (12, "uk", 0.05),
    "prs": (20, "fa", 0.5),
    "vi": (4, "en", 0.2),
}
#: How many sub-levels lower the demo's system places speakers of Somali than the assessor does, in
#: reading: something for the comparison to find.
LOWER = 1
SEED = 20261122


def sign_results(
    db: Session,
    keys: Keys,
    *,
    centre: Centre,
    office: Office,
    desk: Staff,
    assessor: Staff,
    mode: str,
    now: datetime,
    tongues: Mapping[str, tuple[int, str, float]] = TONGUES,
) -> int:
    """A year's signed results of invented people; returns how many."""
    rng = np.random.default_rng(SEED)
    number = 0
    for tongue, (persons, letters, unschooled) in tongues.items():
        for _person in range(persons):
            number += 1
            at = now - timedelta(days=380 - 4 * number, minutes=int(rng.integers(0, 400)))
            data = PersonData(
                surname="Esimerkki",
                given_names=f"Henkilö {number:03}",
                birth_date=date(1958 + int(rng.integers(0, 46)), 1 + number % 12, 1 + number % 28),
                contact_language=letters,
                mother_tongue=tongue,
            )
            referral = referrals.refer(
                db,
                keys,
                centre=centre,
                office=office,
                person=data,
                language="fi",
                purpose=Purpose.INTEGRATION_PLAN,
                actor=desk,
                now=at - timedelta(days=20),
            )
            years = int(rng.integers(0, 9) if rng.random() < unschooled else rng.integers(9, 17))
            _interview(db, referral, rng, tongue, years, desk, at)
            sitting = _sitting(db, referral, rng, years, desk, mode, at)
            literacy = _screen(db, sitting, rng, years, tongue, desk, assessor, at)
            _sign(db, sitting, rng, tongue, literacy, assessor, at + timedelta(days=2))
    return number


def _interview(
    db: Session,
    referral: Referral,
    rng: np.random.Generator,
    tongue: str,
    years: int,
    desk: Staff,
    at: datetime,
) -> None:
    answers: dict[str, Any] = {
        "interpreter": str(rng.choice(["none", "in_person", "remote"], p=[0.4, 0.3, 0.3])),
        "best_read": tongue if years else "none",
        "school_years": years,
        "digital": str(rng.choice(["computer", "phone", "little"], p=[0.35, 0.45, 0.2])),
    }
    if rng.random() < 0.7:
        answers["gender"] = str(rng.choice(["woman", "man"], p=[0.55, 0.45]))
    if rng.random() < 0.2:
        answers["accommodations"] = ["large_print"]
    keeping.keep(db, referral, answers, {}, actor=desk, now=at)


def _sitting(
    db: Session,
    referral: Referral,
    rng: np.random.Generator,
    years: int,
    desk: Staff,
    mode: str,
    at: datetime,
) -> Sitting:
    sitting = Sitting(
        centre_id=referral.centre_id,
        referral_id=referral.id,
        person_id=referral.person_id,
        language=referral.language,
        mode=mode,
        state=SittingState.FINISHED,
        seated_by_id=desk.id,
        created_at=at,
        closed_at=at + timedelta(hours=1),
        practised_at=at,
    )
    sitting.visits.append(
        Visit(
            day=clock.local_day(at),
            code_digest=f"past{referral.id:060}",
            issued_by_id=desk.id,
            issued_at=at,
            bound_at=at,
            binding_digest=f"past{referral.id:060}",
            cut_at=at + timedelta(hours=1),
            device=Device.TABLET if rng.random() < 0.7 else Device.COMPUTER,
        )
    )
    db.add(sitting)
    db.flush()
    return sitting


def _screen(
    db: Session,
    sitting: Sitting,
    rng: np.random.Generator,
    years: int,
    tongue: str,
    desk: Staff,
    assessor: Staff,
    at: datetime,
) -> LiteracyClass:
    """A literacy screen with its class; nine in ten are confirmed as they are."""
    if years == 0:
        proposed = LiteracyClass.PRIMARY_ILLITERATE
    elif years < 6 and rng.random() < 0.5:
        proposed = LiteracyClass.SEMI_LITERATE
    else:
        proposed = LiteracyClass.LITERATE
    reads = proposed is LiteracyClass.LITERATE
    found = Classification(
        literacy_class=proposed,
        own=Own.FUNCTIONAL if reads else Own.NONE,
        latin=Latin.SENTENCES if reads else Latin.LETTERS,
        short_latin_course=False,
        module=None,
        laslliam_level=None,
        evidence=(),
        looks=(),
        rules_version="demo",
    )
    screen = screens.open_screen(db, sitting, actor=desk, now=at, seed=sitting.id)
    screen.state, screen.turn, screen.ended_at = LiteracyState.DONE, None, at
    screen.own_language = tongue
    screen.computer = ComputerSkill.ALONE if rng.random() < 0.8 else ComputerSkill.WITH_HELP
    screen.proposal = found.to_record()
    confirmed = proposed
    if rng.random() < 0.1:
        confirmed = LiteracyClass.SEMI_LITERATE if reads else LiteracyClass.LITERATE
    screens.confirm(
        db,
        screen,
        literacy_class=confirmed,
        reason="" if confirmed is proposed else "Keksitty esimerkki.",
        actor=assessor,
        now=at + timedelta(days=1),
    )
    return confirmed


def _sign(
    db: Session,
    sitting: Sitting,
    rng: np.random.Generator,
    tongue: str,
    literacy: LiteracyClass,
    assessor: Staff,
    at: datetime,
) -> None:
    highest = 4 if literacy in NEEDS_TRAINING else 8
    own = int(rng.integers(1, highest))
    for skill in LANGUAGE_SKILLS:
        if skill not in (Skill.READING, Skill.LISTENING):
            result = SkillResult(skill=skill, not_assessed=NotAssessed.NOT_TAKEN, made_at=at)
        else:
            lower = LOWER if (tongue, skill) == ("so", Skill.READING) else 0
            system = own + int(rng.choice([-1, 0, 1], p=[0.2, 0.6, 0.2])) - lower
            result = SkillResult(skill=skill, proposal=_proposal(max(system, 0)), made_at=at)
            db.add(
                BlindLevel(
                    sitting_id=sitting.id,
                    skill=skill,
                    level=REPORTED_LEVELS[own],
                    assessor_id=assessor.id,
                    at=at,
                )
            )
        result.sitting_id = sitting.id
        db.add(result)
    db.flush()
    decisions = {
        skill: Decided(level=REPORTED_LEVELS[own], reason="Keksitty esimerkki.")
        if skill in (Skill.READING, Skill.LISTENING)
        else Decided(not_assessed=NotAssessed.NOT_TAKEN)
        for skill in LANGUAGE_SKILLS
    }
    results = frozen(db, sitting)
    levels = {skill: (one.level, one.not_assessed) for skill, one in decisions.items()}
    rules = proposals.propose(db, sitting, results, levels, actor=assessor, now=at)
    outcome = rules.proposal["outcome"]
    if rng.random() < 0.1:
        outcome = Outcome.PATH_BASIC if outcome != Outcome.PATH_BASIC else Outcome.PATH_SLOW
    statements.sign(
        db,
        sitting,
        decisions,
        confirmed=True,
        recommended=Recommended(outcome, rules.number, reason="Keksitty esimerkki."),
        note="Keksitty esimerkki.",
        actor=assessor,
        now=at,
    )


def _proposal(level: int) -> dict[str, Any]:
    """What a test with this outcome would have proposed."""
    distance = np.abs(np.arange(len(REPORTED_LEVELS)) - level)
    chance = np.exp(-1.2 * distance)
    chance = chance / chance.sum()
    names = list(REPORTED_LEVELS)
    bands = dict.fromkeys(BANDS, 0.0)
    for name, share in zip(names, chance.tolist(), strict=True):
        bands[band_of(name)] += share
    return {
        "source": "answers",
        "levels": names,
        "level_probabilities": chance.tolist(),
        "bands": list(bands),
        "band_probabilities": list(bands.values()),
        "most_probable_level": names[level],
        "level_set": [names[one] for one in smallest_set(chance)],
        "band": band_of(names[level]),
        "borderline": False,
        "n_tasks": 8,
        "n_items": 16,
        "theta": float(level - 5),
        "se_total": 0.6,
        "stop_reason": "band",
        "reasons": [{"code": "tasks", "tasks": 8, "items": 16}, {"code": "synthetic"}],
        "provisional": True,
        "versions": {"standard": "demo"},
    }
