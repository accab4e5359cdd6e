"""What happens in a literacy screen: opened, touched, tapped, set aside, finished, confirmed."""

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scoring.ladders import Mark, Outcome, Place, Rung, RungScore
from scoring.literacy import (
    Classification,
    LiteracyClass,
    Observations,
    Script,
    classify,
    screen_passed,
    state_of,
)
from testing import events
from testing.assessment_plans import choosing
from testing.assessment_plans.rules import Depth
from testing.db import found_or_made
from testing.events import Action
from testing.interview.background import NO_LANGUAGE, background_of
from testing.literacy import beside, content, screen_of
from testing.literacy.content import LiteracyTask, Material
from testing.models import (
    FrozenLadders,
    LiteracyConfirmation,
    LiteracyMark,
    LiteracyScreen,
    LiteracyState,
    NotAssessed,
    Sitting,
    Staff,
    Visit,
)
from testing.plans import Kept
from testing.refusals import Refusal

_MATERIALS = Kept(32)

#: Rungs in the best-read language.
OWN_RUNGS = ("own_words", "own_text", "own_aloud", "own_writing")
#: Rungs that somebody who reads the language has to judge.
JUDGED_RUNGS = ("own_aloud", "own_writing")


class ScreenOver(Refusal):
    """The literacy screen is over; what was observed stands."""


class ScreenNotOver(Refusal):
    """The literacy screen is still under way: there is no class to confirm."""


class NotItsTurn(Refusal):
    """Another rung is before the person now."""


class ReasonWanted(Refusal):
    """A change of the proposed class needs a reason."""

    status = 400


class Missing(StrEnum):
    """Why a rung could not be taken."""

    NO_MATERIAL = "no_material"
    NO_JUDGE = "no_judge"
    HEARING = "hearing"
    SPEECH = "speech"
    SIGHT = "sight"
    HAND = "hand"
    HEALTH = "health"
    REFUSED = "refused"
    TECHNICAL = "technical"


@dataclass(frozen=True)
class Lot:
    """Which of those who pass are sent deeper: the first so many of a centre, then a share."""

    first: int = 300
    share: float = 0.1


@dataclass(frozen=True)
class Standing:
    """Where a screen stands."""

    screen: LiteracyScreen
    material: Material
    observations: Observations
    scores: Mapping[str, RungScore]
    #: The rung whose turn it is; None when all that was due is behind.
    turn: Rung | None

    @property
    def is_at_kiosk(self) -> bool:
        return self.turn is not None and self.turn.place is Place.KIOSK

    def tasks_of(self, rung: str) -> tuple[LiteracyTask, ...]:
        return self.material.of(rung, self.screen.own_language)

    @property
    def tasks_done(self) -> int:
        """Tasks behind the person at the kiosk."""
        rungs = self.material.ladders.rungs.rungs
        return sum(self.scores[one.id].marked for one in rungs if one.place is Place.KIOSK)

    @property
    def task(self) -> LiteracyTask | None:
        """The next task of the rung whose turn it is."""
        if self.turn is None:
            return None
        given = {mark.item for mark in self.observations.marks if mark.rung == self.turn.id}
        return next((one for one in self.tasks_of(self.turn.id) if one["id"] not in given), None)


def open_screen(
    db: Session, sitting: Sitting, *, actor: Staff, now: datetime, seed: int | None = None
) -> LiteracyScreen:
    """The sitting has a literacy screen, with the rules and tasks of today. Twice is once."""
    found = screen_of(db, sitting)
    if found is not None:
        return found
    shipped = content.material(sitting.language)
    found_or_made(
        db,
        lambda: db.get(FrozenLadders, shipped.digest),
        lambda: FrozenLadders(
            digest=shipped.digest,
            version=shipped.ladders.version,
            content=shipped.record(),
            created_at=now,
        ),
    )
    screen, is_new = found_or_made(
        db,
        lambda: screen_of(db, sitting),
        lambda: LiteracyScreen(
            centre_id=sitting.centre_id,
            sitting_id=sitting.id,
            state=LiteracyState.OPEN,
            ladders_digest=shipped.digest,
            seed=secrets.randbits(30) if seed is None else seed,
            missing={},
            turn=shipped.ladders.rungs.rungs[0].place,
            created_at=now,
        ),
    )
    if is_new:
        events.record(
            db, Action.LITERACY_OPEN, on=sitting.person, subject=screen, actor=actor, now=now
        )
    return screen


def open_before_parts(db: Session, sitting: Sitting, *, actor: Staff, now: datetime) -> None:
    """A sitting in which no part has begun has a literacy screen; one that moves in the middle of a
    test begun without a screen goes on as it was."""
    if all(part.started_at is None for part in sitting.parts):
        open_screen(db, sitting, actor=actor, now=now)


def open_standing(db: Session, sitting: Sitting) -> Standing | None:
    """Where the sitting's screen stands; None where there is none or it is over."""
    screen = screen_of(db, sitting)
    if screen is None or screen.state is not LiteracyState.OPEN:
        return None
    return standing_of(screen)


def waiting_for_staff(db: Session, sittings: list[int]) -> set[int]:
    """Ids of those sittings whose person waits for staff to read together."""
    return set(
        db.scalars(
            select(LiteracyScreen.sitting_id).where(
                LiteracyScreen.sitting_id.in_(sittings),
                LiteracyScreen.state == LiteracyState.OPEN,
                LiteracyScreen.postponed_at.is_(None),
                # No turn: everything is seen, and staff end the screen.
                (LiteracyScreen.turn == Place.DESK) | LiteracyScreen.turn.is_(None),
            )
        )
    )


def standing_of(screen: LiteracyScreen) -> Standing:
    """Where the screen stands; it follows from what is stored and nothing else."""
    frozen = screen.ladders

    def make() -> Material:
        return Material.from_record(frozen.content)

    material = _MATERIALS.get(frozen.digest, make)
    observations = observations_of(screen, material)
    scores, turn = state_of(observations, material.ladders)
    return Standing(screen, material, observations, scores, turn)


def observations_of(screen: LiteracyScreen, material: Material) -> Observations:
    """What was observed, with what could not be."""
    missing = dict(screen.missing)
    language = content.text_language(screen.own_language)
    own = material.own.get(language, {})
    for rung in OWN_RUNGS:
        if rung not in own:
            missing[rung] = Missing.NO_MATERIAL.value
        elif rung in JUDGED_RUNGS and not screen.has_judge:
            missing[rung] = Missing.NO_JUDGE.value
    script = screen.own_script or material.scripts.get(language)
    return Observations(
        marks=tuple(
            Mark(one.rung, one.item, one.outcome)
            for one in screen.marks
            if one.language in (None, screen.own_language)
        ),
        own_script=Script(script) if script else None,
        missing=missing,
        is_drawn=bool(screen.is_drawn) or screen.is_deep,
        is_prompted=screen.is_prompted,
    )


def touch(
    db: Session,
    visit: Visit,
    screen: LiteracyScreen,
    *,
    rung: str,
    item: str,
    choice: str | None,
    lot: Lot,
    now: datetime,
) -> None:
    """What was touched is marked and the next task is before the person. Twice is once.

    choice : value of an option; None: "I don't know".
    """
    _lock(db, screen)
    before = standing_of(screen)
    visit.heard_at = now
    if before.turn is None or before.task is None or not before.is_at_kiosk:
        return
    if (before.turn.id, before.task["id"]) != (rung, item):
        # A double click, an old tab: the first touch stands.
        return
    values = {option["value"] for option in before.task["options"]}
    if choice is not None and choice not in values:
        return
    if choice is None:
        outcome = Outcome.UNKNOWN
    else:
        outcome = Outcome.RIGHT if choice == before.task["key"] else Outcome.WRONG
    if screen.own_language is None:
        screen.own_language = _told_language(db, screen.sitting) or visit.language
    _add(screen, rung, item, outcome, raw=choice or "", staff=None, now=now)
    events.record(
        db,
        Action.LITERACY_MARK,
        on=visit.sitting.person,
        subject=screen,
        actor=visit,
        now=now,
        rung=rung,
        item=item,
    )
    _go_on(db, screen, lot, now)


def tap(
    db: Session,
    screen: LiteracyScreen,
    rung: str,
    marks: Mapping[str, tuple[Outcome, str]],
    *,
    lot: Lot,
    actor: Staff,
    now: datetime,
) -> None:
    """What staff saw and heard is marked; marks of a rung that is behind are corrected.

    marks : by task id, the outcome and what was written.

    :raise ScreenOver: the screen is over.
    :raise NotItsTurn: the rung's turn has not come, or it is one for the kiosk.
    """
    _lock(db, screen)
    _refuse_over(screen)
    before = standing_of(screen)
    asked = before.material.ladders.rungs[rung]
    is_behind = before.scores[rung].marked > 0
    if asked.place is not Place.DESK or not (is_behind or _is_turn(before, rung)):
        raise NotItsTurn
    known = {task["id"] for task in before.tasks_of(rung)}
    for item, (outcome, raw) in marks.items():
        if item in known:
            _add(screen, rung, item, outcome, raw=raw, staff=actor, now=now)
    events.record(
        db,
        Action.LITERACY_MARK,
        on=screen.sitting.person,
        subject=screen,
        actor=actor,
        now=now,
        rung=rung,
        items=len(marks),
    )
    _go_on(db, screen, lot, now)


def leave_rung(
    db: Session,
    screen: LiteracyScreen,
    rung: str,
    reason: Missing | None,
    *,
    lot: Lot,
    actor: Staff,
    now: datetime,
) -> None:
    """The rung could not be taken, for the reason; None takes it after all.

    :raise ScreenOver: the screen is over.
    """
    _lock(db, screen)
    _refuse_over(screen)
    missing = {name: why for name, why in screen.missing.items() if name != rung}
    if reason is not None:
        missing[rung] = reason.value
    screen.missing = missing
    events.record(
        db,
        Action.LITERACY_CHANGE,
        on=screen.sitting.person,
        subject=screen,
        actor=actor,
        now=now,
        rung=rung,
        reason=reason.value if reason else "",
    )
    _go_on(db, screen, lot, now)


@dataclass(frozen=True)
class Notes:
    """What staff note beside the rungs."""

    own_language: str | None
    own_script: str | None
    has_judge: bool
    is_prompted: bool
    pen_hold: str | None
    direction: str | None
    computer: str | None
    words_a_minute: int | None
    note: str


def take_notes(
    db: Session, screen: LiteracyScreen, notes: Notes, *, lot: Lot, actor: Staff, now: datetime
) -> None:
    """The notes stand; after a change of the best-read language only marks in the new one count.

    :raise ScreenOver: the screen is over.
    """
    _lock(db, screen)
    _refuse_over(screen)
    for name in Notes.__dataclass_fields__:
        # A page that was opened before the kiosk told the language must not take it away.
        if name != "own_language" or notes.own_language is not None:
            setattr(screen, name, getattr(notes, name))
    events.record(
        db, Action.LITERACY_CHANGE, on=screen.sitting.person, subject=screen, actor=actor, now=now
    )
    _go_on(db, screen, lot, now)


def postpone(db: Session, screen: LiteracyScreen, *, actor: Staff, now: datetime) -> None:
    """The person goes on with the test; what staff have to see follows before the end.

    :raise ScreenOver: the screen is over.
    """
    _refuse_over(screen)
    if screen.postponed_at is None:
        screen.postponed_at = now
        events.record(
            db,
            Action.LITERACY_CHANGE,
            on=screen.sitting.person,
            subject=screen,
            actor=actor,
            now=now,
            postponed=True,
        )


def finish(
    db: Session, screen: LiteracyScreen, *, actor: Staff | Visit, now: datetime
) -> Classification:
    """The screen is over and a class is proposed.

    :raise NotItsTurn: a rung is still before the person.
    """
    _lock(db, screen)
    if screen.state is not LiteracyState.OPEN:
        return Classification.from_record(screen.proposal or {})
    standing = standing_of(screen)
    if standing.turn is not None:
        raise NotItsTurn
    return _close(db, standing, LiteracyState.DONE, None, actor, now)


def set_aside(
    db: Session,
    screen: LiteracyScreen,
    reason: NotAssessed,
    *,
    actor: Staff | str,
    now: datetime,
) -> None:
    """The screen is over before its end; what was seen is kept, the rest is "not assessed"."""
    if screen.state is not LiteracyState.OPEN:
        return
    standing = standing_of(screen)
    _close(db, standing, LiteracyState.SET_ASIDE, reason, actor, now)


def confirm(
    db: Session,
    screen: LiteracyScreen,
    *,
    literacy_class: LiteracyClass,
    reason: str,
    actor: Staff,
    now: datetime,
) -> LiteracyConfirmation:
    """A teacher stands for the class; one that differs from the proposal has a reason.

    :raise ScreenNotOver: there is no proposal yet.
    :raise ReasonWanted: another class, and no words why.
    """
    if screen.proposal is None:
        raise ScreenNotOver
    proposed = Classification.from_record(screen.proposal)
    is_changed = literacy_class is not proposed.literacy_class
    if is_changed and not reason.strip():
        raise ReasonWanted
    confirmed = replace(proposed, literacy_class=literacy_class, is_confirmed=True)
    if is_changed:
        # What the rules drew from their own class does not hold for another one.
        confirmed = replace(
            confirmed, short_latin_course=literacy_class is LiteracyClass.SECONDARY
        )
        if literacy_class is LiteracyClass.LITERATE:
            confirmed = replace(confirmed, module=None, laslliam_level=None)
    row = LiteracyConfirmation(
        screen_id=screen.id,
        literacy_class=literacy_class,
        classification=confirmed.to_record(),
        reason=reason.strip(),
        staff_id=actor.id,
        at=now,
    )
    screen.confirmations.append(row)
    db.flush()
    events.record(
        db,
        Action.LITERACY_CONFIRM,
        on=screen.sitting.person,
        subject=screen,
        actor=actor,
        now=now,
        changed=is_changed,
    )
    return row


def _close(
    db: Session,
    standing: Standing,
    state: LiteracyState,
    reason: NotAssessed | None,
    actor: Staff | Visit | str,
    now: datetime,
) -> Classification:
    screen = standing.screen
    observations = beside.complete(db, screen, standing.observations)
    proposed = classify(observations, standing.material.ladders)
    screen.state = state
    screen.set_aside = reason
    screen.ended_at = now
    screen.proposal = proposed.to_record()
    events.record(
        db,
        Action.LITERACY_FINISH,
        on=screen.sitting.person,
        subject=screen,
        actor=actor,
        now=now,
        reason=reason.value if reason else "",
    )
    return proposed


def _told_language(db: Session, sitting: Sitting) -> str | None:
    """The best-read language that the person named in the interview."""
    told = background_of(db, sitting)
    named = told.best_read if told else None
    return None if named == NO_LANGUAGE else named


def _go_on(db: Session, screen: LiteracyScreen, lot: Lot, now: datetime) -> None:
    """Those who passed are drawn for the deep stage, or their screen is over.

    Where the plan asks for the deep stage there is nothing to draw.
    """
    db.flush()
    plan = choosing.plan_of(db, screen.sitting)
    screen.is_deep = screen.is_deep or (plan is not None and plan.literacy is Depth.DEEP)
    standing = standing_of(screen)
    has_passed = screen_passed(standing.observations, standing.material.ladders)
    if standing.turn is None and has_passed and screen.is_drawn is None and not screen.is_deep:
        screen.is_drawn = _is_drawn(db, screen, lot)
        standing = standing_of(screen)
        if not screen.is_drawn:
            _close(db, standing, LiteracyState.DONE, None, "system", now)
    screen.turn = standing.turn.place if standing.turn else None


def _is_drawn(db: Session, screen: LiteracyScreen, lot: Lot) -> bool:
    passed = db.scalar(
        select(func.count())
        .select_from(LiteracyScreen)
        .where(
            LiteracyScreen.centre_id == screen.centre_id,
            LiteracyScreen.is_drawn.is_not(None),
            LiteracyScreen.id != screen.id,
        )
    )
    if (passed or 0) < lot.first:
        return True
    return random.Random(screen.seed).random() < lot.share  # noqa: S311 - a lot, not a secret


def _is_turn(standing: Standing, rung: str) -> bool:
    return standing.turn is not None and standing.turn.id == rung


def _add(
    screen: LiteracyScreen,
    rung: str,
    item: str,
    outcome: Outcome,
    *,
    raw: str,
    staff: Staff | None,
    now: datetime,
) -> None:
    screen.marks.append(
        LiteracyMark(
            rung=rung,
            item=item,
            language=screen.own_language if rung in OWN_RUNGS else None,
            outcome=outcome,
            raw=raw[:2000],
            staff_id=staff.id if staff else None,
            at=now,
        )
    )


def _lock(db: Session, screen: LiteracyScreen) -> None:
    """Two taps at once are one after the other."""
    db.flush()
    db.execute(
        select(LiteracyScreen.id).where(LiteracyScreen.id == screen.id).with_for_update()
    )
    db.refresh(screen)


def _refuse_over(screen: LiteracyScreen) -> None:
    if screen.state is not LiteracyState.OPEN:
        raise ScreenOver
