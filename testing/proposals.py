"""Proposals: what the system makes of a sitting, skill by skill, frozen when first looked at.

A proposal holds codes and numbers; `result_words` makes the sentences. It is kept as the assessor
saw it, with the versions of all that it depends on.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from items.bank_files import count_words
from items.models import Status
from scoring import person_fit
from scoring import ratings as arithmetic
from scoring.cefr import REPORTED_LEVELS
from scoring.plan import PlanRefused
from testing import delivery, events, evidence, plans, rating, rating_data
from testing.events import Action
from testing.literacy import classification_of, judging
from testing.models import (
    LANGUAGE_SKILLS,
    NotAssessed,
    Part,
    PartState,
    Presentation,
    Script,
    ScriptMode,
    Sitting,
    Skill,
    SkillResult,
    Staff,
)

#: Skills in the order in which a profile shows them.
SKILLS = LANGUAGE_SKILLS
#: Skills whose performances people rate.
RATED = (Skill.WRITING, Skill.SPEAKING)
#: A person like this answers so improbably less often than this: the assessor is told.
MISFIT = 0.02
MISFIT_DRAWS = 1000


def of_sitting(
    db: Session, sitting: Sitting, *, actor: Staff, now: datetime
) -> dict[Skill, SkillResult]:
    """The proposal of each skill of the language, and of numeracy beside them (`numeracy`); made
    and frozen at the first look, the same ever after."""
    if _missing(db, sitting):
        # Two assessors at once must see the same proposal.
        db.execute(
            select(Sitting.id).where(Sitting.id == sitting.id).with_for_update(key_share=True)
        )
        _make(db, sitting, _missing(db, sitting), actor=actor, now=now)
    return frozen(db, sitting)


def _missing(db: Session, sitting: Sitting) -> list[Skill]:
    """Skills without a proposal; numeracy only where it is a part of the sitting."""
    found, parts = _newest(db, sitting), {part.skill for part in sitting.parts}
    return [
        skill
        for skill in Skill
        if skill not in found and (skill in SKILLS or skill in parts)
    ]


def _make(
    db: Session, sitting: Sitting, missing: list[Skill], *, actor: Staff, now: datetime
) -> None:
    if not missing:
        return
    parts = {part.skill: part for part in sitting.parts}
    for skill in missing:
        reason, proposal = _propose(db, sitting, parts.get(skill))
        db.add(
            SkillResult(
                sitting_id=sitting.id,
                skill=skill,
                not_assessed=reason,
                proposal=proposal,
                made_at=now,
            )
        )
    db.flush()
    events.record(
        db, Action.RESULT_PROPOSE, on=sitting.person, subject=sitting, actor=actor, now=now
    )
    if Skill.NUMERACY in missing:
        # The module of literacy training rests on it where there was a screen.
        judging.propose_again(db, sitting, actor=actor, now=now)


def frozen(db: Session, sitting: Sitting) -> dict[Skill, SkillResult]:
    """The proposals as they were first seen, or made anew by a re-scoring; empty before."""
    found = _newest(db, sitting)
    return {skill: found[skill] for skill in SKILLS if skill in found}


def numeracy(db: Session, sitting: Sitting) -> SkillResult | None:
    """The frozen proposal of numeracy, if it is a part of the sitting."""
    return _newest(db, sitting).get(Skill.NUMERACY)


def _newest(db: Session, sitting: Sitting) -> dict[Skill, SkillResult]:
    rows = db.scalars(
        select(SkillResult)
        .where(SkillResult.sitting_id == sitting.id)
        .order_by(SkillResult.version)
    )
    return {row.skill: row for row in rows}


def is_provisional(db: Session, part: Part) -> bool:
    """Whether cuts, items or rating rules of the part still wait for data of their own."""
    if part.skill in RATED:
        return rating_data.rules().provisional or rating_data.descriptors(part.skill).provisional
    if part.plan is not None and part.plan["standard"]["provisional"]:
        return True
    return any(
        one.task_version.status is Status.PILOT for one in evidence.counted_presentations(db, part)
    )


def _propose(
    db: Session, sitting: Sitting, part: Part | None
) -> tuple[NotAssessed | None, dict[str, Any] | None]:
    """Either a reason for no level, or a proposal."""
    if part is None:
        return NotAssessed.NOT_TAKEN, None
    if part.state is not PartState.DONE:
        return part.not_assessed or NotAssessed.ENDED, None
    literacy = classification_of(db, sitting)
    has_no_script = literacy is not None and literacy.has_no_latin_script
    if has_no_script and part.skill is Skill.READING:
        # What was touched beside a text that cannot be read is no level.
        return NotAssessed.SCRIPT, None
    if part.skill in RATED:
        scripts = evidence.scripts_of(db, part)
        if any(rating.is_rateable(script) for script in scripts):
            return None, from_ratings(part.skill, scripts)
        if has_no_script and part.skill is Skill.WRITING:
            return NotAssessed.SCRIPT, None
        # Met a prompt and wrote nothing is something else than was never asked.
        met = any(script.submitted_at is not None for script in scripts)
        return NotAssessed.NOTHING_WRITTEN if met else NotAssessed.NOT_TAKEN, None
    left = evidence.counted_presentations(db, part)
    if part.belief is None or not left:
        return NotAssessed.NOT_TAKEN, None
    is_synthetic = any(
        one.task_version.clip is not None and one.task_version.clip.is_synthetic for one in left
    )
    if is_synthetic and not sitting.counts_synthetic:
        return NotAssessed.SYNTHETIC, None
    return None, _from_answers(db, part, left, is_synthetic)


def _from_answers(
    db: Session, part: Part, left: list[Presentation], is_synthetic: bool
) -> dict[str, Any]:
    belief, plan = part.belief or {}, part.plan or {}
    provisional = is_provisional(db, part)
    unknown = sum(
        answer.is_dont_know
        for one in left
        for answer in delivery.newest_answers(db, one).values()
    )
    rapid = sum(
        evidence.seconds_of(one)
        < person_fit.rapid_threshold(np.array([one.task_version.seconds]))[0]
        for one in left
    )
    reasons: list[dict[str, Any]] = [
        {"code": "tasks", "tasks": belief["n_tasks"], "items": belief["n_items"]},
        {"code": f"stop_{part.stop_reason or 'maximum'}"},
    ]
    if _is_at_the_floor(part.stop_reason, belief) and part.skill in SKILLS:
        reasons.append({"code": "floor_exit"})
    if unknown:
        reasons.append({"code": "dont_know", "items": unknown})
    if belief["borderline"]:
        reasons.append(_borderline(belief))
    if _is_misfit(db, part):
        reasons.append({"code": "misfit"})
    if rapid:
        reasons.append({"code": "rapid", "tasks": int(rapid)})
    if is_synthetic:
        reasons.append({"code": "synthetic"})
    if provisional:
        reasons.append({"code": "provisional"})
    return {
        "source": "answers",
        **_distribution(belief),
        "n_tasks": belief["n_tasks"],
        "n_items": belief["n_items"],
        "theta": belief["theta"],
        "se_total": belief["se_total"],
        "stop_reason": part.stop_reason,
        "reasons": reasons,
        "provisional": provisional,
        "versions": {
            "bank": part.bank_digest,
            "standard": plan["standard"]["version"],
            "engine": plan["engine_version"],
            "prior_mean": plan["settings"]["prior_mean"],
            "prior_sd": plan["settings"]["prior_sd"],
            "seed": plan["seed"],
        },
    }


def rescored(
    before: Mapping[str, Any], belief: dict[str, Any], versions: dict[str, Any]
) -> dict[str, Any]:
    """A proposal from answers as it would be with another belief; what was seen stays as it was."""
    kept = [
        one for one in before["reasons"] if one["code"] not in ("borderline", "floor_exit")
    ]
    found = [{"code": "rescored"}]
    if _is_at_the_floor(before["stop_reason"], belief) and belief["levels"][0] in REPORTED_LEVELS:
        found.append({"code": "floor_exit"})
    if belief["borderline"]:
        found.append(_borderline(belief))
    return dict(before) | {
        **_distribution(belief),
        "theta": belief["theta"],
        "se_total": belief["se_total"],
        "reasons": [*kept, *found],
        "versions": versions,
    }


def from_ratings(skill: Skill, scripts: list[Script]) -> dict[str, Any]:
    """The proposal of a skill that people rated."""
    rules, descriptors = rating_data.rules(), rating_data.descriptors(skill)
    rated = [script for script in scripts if rating.is_rateable(script)]
    decided = [rating.decided_level(script) for script in rated]
    found = arithmetic.rated_belief(rules, [one for one in decided if one is not None])
    belief = found.to_record()
    thirds = sum(one is not None and one.n_ratings == 3 for one in decided)
    empty = len(scripts) - len(rated)
    on_paper = sum(script.mode is ScriptMode.PAPER for script in rated)
    live = sum(script.mode is ScriptMode.LIVE for script in rated)
    told = "talks" if skill is Skill.SPEAKING else "ratings"
    provisional = rules.provisional or descriptors.provisional
    reasons: list[dict[str, Any]] = [
        {"code": told, "texts": found.n_scripts, "ratings": found.n_ratings}
    ]
    for code, count in (("third", thirds), ("empty_text", empty), ("paper", on_paper),
                        ("live", live)):  # fmt: skip
        if count:
            reasons.append({"code": code, "texts": count})
    if found.borderline:
        reasons.append(_borderline(belief))
    if provisional:
        reasons.append({"code": "provisional"})
    return {
        "source": "ratings",
        **_distribution(belief),
        "place": found.place,
        "se": found.se,
        "reasons": reasons,
        "scripts": [
            {
                "topic": script.task_version.document.get("topic", ""),
                "level": script.level,
                "criteria": arithmetic.criterion_levels(
                    [one.marks for one in rating.in_order(script) if one.marks]
                ),
                "ratings": len(script.ratings),
                "words": count_words(script.text),
                "mode": script.mode.value,
            }
            for script in rated
        ],
        "provisional": provisional,
        "versions": {"rules": rules.to_record(), "descriptors": descriptors.version},
    }


def _distribution(belief: dict[str, Any]) -> dict[str, Any]:
    names = (
        *("levels", "level_probabilities", "bands", "band_probabilities"),
        *("most_probable_level", "level_set", "band", "borderline"),
    )
    return {
        name: list(belief[name]) if isinstance(belief[name], tuple) else belief[name]
        for name in names
    }


def _is_at_the_floor(stop_reason: str | None, belief: Mapping[str, Any]) -> bool:
    return stop_reason == "floor" or belief["band"] == "alle_A1.1"


def _borderline(belief: dict[str, Any]) -> dict[str, Any]:
    """The two bands between which the person stands."""
    by_share = sorted(
        zip(belief["band_probabilities"], belief["bands"], strict=True), reverse=True
    )
    bands = list(belief["bands"])
    pair = sorted((by_share[0][1], by_share[1][1]), key=bands.index)
    return {"code": "borderline", "lower": pair[0], "upper": pair[1]}


def _is_misfit(db: Session, part: Part) -> bool:
    try:
        plan = plans.plan_of(db, part)
    except PlanRefused:
        # An older engine's plan: its belief stands, its fit is not judged anew.
        return False
    rng = np.random.default_rng(plan.seed)
    answered = delivery.answered(db, part)
    return person_fit.posterior_predictive(plan, answered, rng, MISFIT_DRAWS) < MISFIT
