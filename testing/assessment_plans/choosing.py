"""Choosing a plan: by the interview when a sitting opens, by the administrator with a reason."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.routing import Known, Route, start_level
from testing import events, readiness
from testing.assessment_plans import lengths, rulebook
from testing.assessment_plans.rules import USUAL, Length, Plan, Plans
from testing.events import Action
from testing.interview import background_of
from testing.interview.facts import facts_of
from testing.models import (
    LANGUAGE_SKILLS,
    AssessmentPlan,
    NotAssessed,
    Part,
    PartState,
    PlanSource,
    Sitting,
    SittingNote,
    SittingState,
    Skill,
    Staff,
)
from testing.plans import BankNotReady
from testing.refusals import Refusal
from testing.self_assessment import facts as said_at_kiosk
from testing.settings import Mode

#: Where numeracy begins for everybody: on its scale nothing else tells.
FIRST_NUMERACY_LEVEL = "N2"


class PlanReasonMissing(Refusal):
    """Who changes a plan says why."""

    status = 400


class NoSuchPlan(Refusal):
    """There is no plan with this code."""

    status = 400


class PlanClosed(Refusal):
    """The sitting has come to its end: its plan is a fact."""


class PartTaken(Refusal):
    """The part has begun or is over: it cannot be given after all."""


def known_of(db: Session, sitting: Sitting) -> Known:
    """What the rules may look at before the sitting begins."""
    return Known(facts_of(sitting.referral, background_of(db, sitting)))


def of_sitting(db: Session, sitting: Sitting) -> AssessmentPlan | None:
    """The sitting's plan; None for a sitting that was opened before there were plans."""
    return db.scalar(select(AssessmentPlan).where(AssessmentPlan.sitting_id == sitting.id))


def plan_of(db: Session, sitting: Sitting) -> Plan | None:
    """The plan as it was when it was chosen; None where the sitting has none."""
    row = of_sitting(db, sitting)
    return Plan.from_record(row.plan) if row is not None else None


def length_of(db: Session, part: Part) -> Length:
    """How long the part is by the sitting's plan."""
    row = of_sitting(db, part.sitting)
    return USUAL if row is None else _length_of(row, part.skill)


def _length_of(row: AssessmentPlan, skill: Skill) -> Length:
    told = row.plan["lengths"].get(skill.value)
    return Length(**told) if told else USUAL


def _frozen(plans: Plans, plan: Plan) -> dict[str, Any]:
    """The plan with what its lengths meant that day."""
    lengths = {part.value: asdict(plans.length_of(plan, part)) for part in plan.lengths}
    return plan.to_record() | {"lengths": lengths}


def _start_rows(plans: Plans) -> list[dict[str, Any]]:
    return [
        {"part": one.part, "fact": one.fact, "offset": one.offset} for one in plans.starts.starts
    ]


def open_with_plan(
    db: Session, sitting: Sitting, *, actor: Staff, now: datetime, plans: Plans | None = None
) -> AssessmentPlan:
    """A new sitting has its plan and the plan's parts.

    :raise BankNotReady: the bank in use cannot give one of the parts.
    """
    plans = plans or rulebook.in_use(db, sitting.centre_id)
    known = known_of(db, sitting)
    plan, reason = plans.choose(known)
    row = AssessmentPlan(
        sitting_id=sitting.id,
        version=plans.version,
        code=plan.code,
        source=PlanSource.INTERVIEW if "interviewed" in known.facts else PlanSource.DEFAULT,
        reason=reason,
        plan=_frozen(plans, plan),
        also_given=[],
        facts=dict(known.facts),
        starts=_start_rows(plans),
        chosen_at=now,
    )
    db.add(row)
    _give(db, sitting, row, plans.left_out(known), actor=actor, now=now)
    _record(db, sitting, row, actor=actor, now=now)
    return row


def follow_interview(
    db: Session, sitting: Sitting, *, actor: Staff, now: datetime
) -> AssessmentPlan | None:
    """The plan is chosen anew from the interview, unless a part has begun.

    Parts that the desk left out stay left out, and those that it gave after all stay given; those
    that the interview before left out wait again, unless this one leaves them out too. Staff's
    choice stays: the interview then tells where parts begin and nothing else.
    """
    row = of_sitting(db, sitting)
    is_closed = sitting.state in (SittingState.FINISHED, SittingState.ENDED)
    has_begun = any(part.started_at is not None for part in sitting.parts)
    if row is None or is_closed or has_begun:
        return row
    plans, known = rulebook.in_use(db, sitting.centre_id), known_of(db, sitting)
    if row.source is PlanSource.STAFF:
        if row.facts != known.facts:
            row.facts = dict(known.facts)
            _record(db, sitting, row, actor=actor, now=now)
        return row
    before = plans.left_out(Known(row.facts))
    _take_back(db, sitting, before, plans.left_out(known), actor=actor, now=now)
    plan, reason = plans.choose(known)
    row.version, row.code, row.reason = plans.version, plan.code, reason
    row.plan, row.starts = _frozen(plans, plan), _start_rows(plans)
    row.source, row.facts, row.chosen_at = PlanSource.INTERVIEW, dict(known.facts), now
    given = {part.skill for part in sitting.parts if part.is_given_after_all}
    left_out = {skill: why for skill, why in plans.left_out(known).items() if skill not in given}
    _give(db, sitting, row, left_out, besides=given, actor=actor, now=now)
    _record(db, sitting, row, actor=actor, now=now)
    return row


def change(
    db: Session, sitting: Sitting, code: str, words: str, *, actor: Staff, now: datetime
) -> AssessmentPlan:
    """The administrator's plan: parts that it adds wait at the end, waiting ones that it lacks go.

    What has begun or is over stays. Where a part begins is still told by the interview.

    :raise PlanReasonMissing: no words.
    :raise NoSuchPlan: no plan with this code.
    :raise PlanClosed: the sitting has come to its end.
    :raise BankNotReady: the bank in use cannot give one of the parts.
    """
    _refuse_closed(sitting)
    if not words.strip():
        raise PlanReasonMissing
    plans = rulebook.in_use(db, sitting.centre_id)
    if code not in plans.plans:
        raise NoSuchPlan
    row = of_sitting(db, sitting)
    if row is None:
        row = AssessmentPlan(
            sitting_id=sitting.id, reason="default", facts={}, starts=[], also_given=[]
        )
        db.add(row)
    row.version, row.code, row.source = plans.version, code, PlanSource.STAFF
    row.words, row.chosen_by_id, row.chosen_at = words.strip(), actor.id, now
    row.plan = _frozen(plans, plans.plans[code])
    _give(db, sitting, row, {}, actor=actor, now=now)
    _record(db, sitting, row, actor=actor, now=now)
    return row


def give_after_all(db: Session, part: Part, words: str, *, actor: Staff, now: datetime) -> None:
    """A part that was left out before it began waits for the person again.

    :raise PlanReasonMissing: no words.
    :raise PlanClosed: the sitting has come to its end.
    :raise PartTaken: the part has begun, or was not left out.
    """
    sitting = part.sitting
    _refuse_closed(sitting)
    if part.state is not PartState.NOT_ASSESSED or part.started_at is not None:
        raise PartTaken
    if not words.strip():
        raise PlanReasonMissing
    readiness.refuse_unless_ready(db, sitting.language, [part.skill], Mode(sitting.mode))
    part.state, part.not_assessed, part.ended_at = PartState.WAITING, None, None
    part.is_given_after_all = True
    db.add(
        SittingNote(
            sitting_id=sitting.id, kind="given", reason=words.strip(), staff_id=actor.id, at=now
        )
    )
    _record_given(db, part, actor=actor, now=now)


def give_optional(
    db: Session, sitting: Sitting, skill: Skill, *, actor: Staff, now: datetime
) -> None:
    """A part that the plan leaves to staff is given, at its place among those that wait.

    :raise PlanClosed: the sitting has come to its end.
    :raise PartTaken: the plan has no such optional part, or it was given.
    :raise BankNotReady: the bank in use cannot give it.
    """
    _refuse_closed(sitting)
    row = of_sitting(db, sitting)
    if row is None or skill not in still_optional(row, sitting):
        raise PartTaken
    row.also_given = [*row.also_given, skill.value]
    # Parts that the interview left out are parts already and stay so.
    _give(db, sitting, row, {}, actor=actor, now=now)
    part = next(one for one in sitting.parts if one.skill is skill)
    _record_given(db, part, actor=actor, now=now)


def still_optional(row: AssessmentPlan, sitting: Sitting) -> list[Skill]:
    """Parts of the plan that staff may give and have not."""
    taken = {part.skill for part in sitting.parts}
    return [part for part in Plan.from_record(row.plan).optional if part not in taken]


def start_of(db: Session, part: Part) -> str | None:
    """The level at which the part begins, from other parts or the interview; None: unknown."""
    if part.skill is Skill.NUMERACY:
        return FIRST_NUMERACY_LEVEL
    row = of_sitting(db, part.sitting)
    done = {
        other.skill.value: other.belief["most_probable_level"]
        for other in part.sitting.parts
        if other.belief and other.id != part.id and other.skill in LANGUAGE_SKILLS
    }
    # What the desk heard goes before what was said at the kiosk.
    told = said_at_kiosk.facts_of(db, part.sitting) | (row.facts if row else {})
    return start_level(_starts(row), Known(told, done), part.skill.value)


def begins_by_self_assessment(db: Session, part: Part) -> bool:
    """Whether what the person says of a skill may still choose where its part begins: nothing
    that the rules look at before it is known."""
    row = of_sitting(db, part.sitting)
    known = Known(row.facts if row else {})
    for start in _starts(row).starts:
        if start.part == part.skill and (known.has(start.fact) or start.fact.startswith("self.")):
            return not known.has(start.fact)
    return False


def _starts(row: AssessmentPlan | None) -> Route:
    if row is None or not row.starts:
        return rulebook.shipped().starts
    return Route.from_table({"parts": list(LANGUAGE_SKILLS), "rule": [], "start": row.starts})


def _refuse_closed(sitting: Sitting) -> None:
    if sitting.state in (SittingState.FINISHED, SittingState.ENDED):
        raise PlanClosed


def _give(
    db: Session,
    sitting: Sitting,
    row: AssessmentPlan,
    left_out: Mapping[Skill, NotAssessed],
    *,
    besides: Collection[Skill] = (),
    actor: Staff,
    now: datetime,
) -> None:
    """The sitting has the parts that it had begun or left out, then the rest of the plan's; waiting
    ones `besides` the plan's stay."""
    kept = [part for part in sitting.parts if part.state is not PartState.WAITING]
    given = {part.skill for part in kept}
    plan = Plan.from_record(row.plan)
    wanted = [skill for skill in plan.given(row.also_given) if skill not in given]
    for skill in wanted:
        told = _length_of(row, skill)
        unmet = lengths.unmet_of(db, sitting.language, skill, told, Mode(sitting.mode))
        if unmet and skill not in left_out:
            raise BankNotReady(sitting.language, skill, unmet)
    waiting = {part.skill: part for part in sitting.parts if part.state is PartState.WAITING}
    for skill, part in waiting.items():
        if skill in besides and skill not in wanted:
            wanted.append(skill)
        elif skill not in wanted:
            sitting.parts.remove(part)
            db.delete(part)
    added = []
    for skill in wanted:
        found = waiting.get(skill)
        if found is None:
            found = Part(sitting_id=sitting.id, skill=skill, state=PartState.WAITING)
            added.append(found)
        reason = left_out.get(skill)
        if reason is not None:
            found.state, found.not_assessed, found.ended_at = PartState.NOT_ASSESSED, reason, now
        kept.append(found)
    _number(db, sitting, kept)
    for part in kept:
        if part.skill in left_out and part.skill in wanted:
            events.record(
                db,
                Action.PART_NOT_ASSESS,
                on=sitting.person,
                subject=part,
                actor=actor,
                now=now,
                skill=part.skill.value,
                code=left_out[part.skill].value,
            )


def _take_back(
    db: Session,
    sitting: Sitting,
    before: Mapping[Skill, NotAssessed],
    after: Mapping[Skill, NotAssessed],
    *,
    actor: Staff,
    now: datetime,
) -> None:
    """What the interview before left out and this one does not waits again."""
    for part in sitting.parts:
        is_by_interview = (
            part.state is PartState.NOT_ASSESSED
            and part.started_at is None
            and part.not_assessed is before.get(part.skill)
        )
        if is_by_interview and part.not_assessed is not after.get(part.skill):
            part.state, part.not_assessed, part.ended_at = PartState.WAITING, None, None
            _record_given(db, part, actor=actor, now=now)


def _record_given(db: Session, part: Part, *, actor: Staff, now: datetime) -> None:
    events.record(
        db,
        Action.PART_GIVE,
        on=part.sitting.person,
        subject=part,
        actor=actor,
        now=now,
        skill=part.skill.value,
    )


def _number(db: Session, sitting: Sitting, parts: Iterable[Part]) -> None:
    """Positions 1, 2, 3 …; two steps, because a position is taken by one part at a time."""
    ordered = list(parts)
    db.flush()
    for place, part in enumerate(ordered, start=1):
        if part.id is not None:
            part.position = -place
    db.flush()
    for place, part in enumerate(ordered, start=1):
        part.position = place
        if part not in sitting.parts:
            sitting.parts.append(part)
    db.flush()
    db.refresh(sitting, ["parts"])


def _record(
    db: Session, sitting: Sitting, row: AssessmentPlan, *, actor: Staff, now: datetime
) -> None:
    """The rule that chose tells what the person answered: it stays out of the log."""
    db.flush()
    events.record(
        db,
        Action.PLAN_CHOOSE,
        on=sitting.person,
        subject=row,
        actor=actor,
        now=now,
        plan=row.code,
        version=row.version,
        source=row.source.value,
    )
