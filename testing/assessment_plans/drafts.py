"""A centre's own plans: drafted, checked against the bank and the clock, tried, published."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from items.canonical import value_digest
from items.content_format import LANGUAGES
from scoring.routing import Known
from testing.assessment_plans import lengths, minutes, rulebook
from testing.assessment_plans.minutes import Kind, Span, Under
from testing.assessment_plans.reading import Found, PlanFault, read_unchecked
from testing.assessment_plans.rules import USUAL, Plan, Plans
from testing.models import AssessmentPlan, PlanSource, PlansVersion, Sitting, Staff

LISTS = ("plan", "choose")
#: What the slowest tenth may need in a day.
LONGEST_DAY = 240
#: A dry run looks at so many sittings, the newest first.
MOST_TRIED = 300


def begin(db: Session, *, actor: Staff, now: datetime) -> PlansVersion:
    """A draft that says what the plans in use say.

    What is left out for whom, where parts begin and how long a length is are the service's: the
    draft takes them as they are shipped today.

    :raise DraftExists: there is one.
    """
    shipped = rulebook.shipped_table()
    ways = {key: shipped[key] for key in ("leave_out", "start", "length")}
    content = dict(rulebook.table_in_use(db, actor.centre_id)) | ways
    return rulebook.SHELF.begin(db, content, actor=actor, now=now)


def faults(db: Session, draft: PlansVersion, under: Under) -> list[Found]:
    """All that is wrong with the draft; what takes a simulation only when all else is right."""
    plans, found = read_unchecked(draft.content)
    if plans is None or found:
        return found
    lacking = list(_not_in_bank(db, plans, under))
    return lacking or list(_too_long(db, plans, under))


def publish(
    db: Session,
    draft: PlansVersion,
    *,
    under: Under,
    seen_at: str,
    actor: Staff,
    now: datetime,
) -> None:
    """Sittings that are opened from now on follow this version; those before keep theirs.

    :raise VersionPublished: it is no draft any more.
    :raise DraftChanged: another change came first.
    :raise DraftNotWhole: something is wrong with it.
    """
    rulebook.SHELF.publish(
        db,
        draft,
        is_whole=not faults(db, draft, under),
        digest=value_digest(draft.content),
        seen_at=seen_at,
        actor=actor,
        now=now,
    )


def _not_in_bank(db: Session, plans: Plans, under: Under) -> Iterator[Found]:
    """Lengths that a bank cannot give which gives the usual one.

    A bank that has nothing of a skill in a language is no fault of a plan: the page of the plans
    and the opening of a sitting say so.
    """
    for plan in plans.plans.values():
        for part in plan.lengths:
            length = plans.length_of(plan, part)
            for language in LANGUAGES:
                if lengths.unmet_of(db, language, part, USUAL, under.mode):
                    continue
                if lengths.unmet_of(db, language, part, length, under.mode):
                    yield Found(PlanFault.NOT_IN_BANK, plan.code, f"{part}, {language}")


def _too_long(db: Session, plans: Plans, under: Under) -> Iterator[Found]:
    longest: dict[str, float] = {}
    for language in LANGUAGES:
        for one in minutes.expected(db, plans, language, under):
            longest[one.plan.code] = max(longest.get(one.plan.code, 0), one.longest)
    for code, needed in longest.items():
        if needed > LONGEST_DAY * plans.plans[code].days:
            yield Found(PlanFault.TOO_LONG, code, f"{needed:.0f}")


@dataclass(frozen=True)
class Beside:
    """A plan of a draft beside the plan in use that has its name."""

    plan: Plan
    #: None: a part cannot be given in this language, or there is no such plan in use.
    now: dict[Kind, Span | None]
    before: dict[Kind, Span | None]
    with_optional: dict[Kind, Span | None]


def beside(
    db: Session, plans: Plans, in_use: Plans, language: str, under: Under
) -> list[Beside]:
    """Minutes of every plan by kind of person, and of the one that it would replace."""
    old = {one.plan.code: one for one in minutes.expected(db, in_use, language, under)}
    found = []
    for one in minutes.expected(db, plans, language, under):
        replaced = old.get(one.plan.code)
        found.append(
            Beside(
                one.plan,
                {kind: one.totals.get(kind) for kind in Kind},
                {kind: replaced.totals.get(kind) if replaced else None for kind in Kind},
                {kind: one.with_optional.get(kind) for kind in Kind},
            )
        )
    return found


@dataclass(frozen=True)
class DryRun:
    """Which plans the draft would have given to those who were assessed."""

    tried: int
    otherwise: int
    #: Plan → (given then, by the draft).
    counts: dict[str, tuple[int, int]]


def try_out(db: Session, draft: PlansVersion, plans: Plans) -> DryRun:
    """The draft's choice for the centre's newest sittings, from what was known then.

    What staff chose with a reason they would choose again: it is not looked at.
    """
    rows = db.scalars(
        select(AssessmentPlan)
        .join(AssessmentPlan.sitting)
        .where(Sitting.centre_id == draft.centre_id, AssessmentPlan.source != PlanSource.STAFF)
        .order_by(AssessmentPlan.id.desc())
        .limit(MOST_TRIED)
    ).all()
    chosen = [(row.code, plans.choose(Known(row.facts))[0].code) for row in rows]
    then, now = Counter(a for a, _b in chosen), Counter(b for _a, b in chosen)
    return DryRun(
        tried=len(chosen),
        otherwise=sum(a != b for a, b in chosen),
        counts={
            code: (then[code], now[code])
            for code in dict.fromkeys([*plans.plans, *then])
            if then[code] or now[code]
        },
    )
