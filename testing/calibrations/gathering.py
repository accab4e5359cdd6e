"""Gathering: the marked answers of a language and skill, and where each person began."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from items.content_format import LANGUAGE_FREE
from items.item_names import versioned
from items.lifecycle import IN_USE
from items.models import BankItem, TaskVersion
from scoring.cefr import Standard
from testing.calibrations.circumstances import Circumstance, circumstances, meaningless
from testing.models import (
    BlindLevel,
    Part,
    PartState,
    Person,
    Presentation,
    Response,
    Sitting,
    SittingState,
    Skill,
)
from testing.settings import Mode

CLOSED = (SittingState.FINISHED, SittingState.ENDED)
#: Where those began of whom it is not known.
UNKNOWN = "unknown"
#: Rows that one query of a long list asks for.
AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which answers: of a bank's language and skill, as the sittings were worth then."""

    language: str
    skill: Skill
    modes: frozenset[Mode]
    without: frozenset[Circumstance] = frozenset()
    #: Also answers to versions that are no longer in use.
    with_older: bool = False
    #: Only sittings that ended later than `since`, and by `until`.
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """One item's category; `is_dont_know` tells a neutral 0 from a wrong one, `is_pretest` an
    answer that was asked for the bank's sake and did not count."""

    item: str
    score: int
    is_dont_know: bool
    is_pretest: bool = False


@dataclass
class Taker:
    """One human being's first sitting, without who it was."""

    start: str = UNKNOWN
    answers: list[Answer] = field(default_factory=list)
    #: What the first assessor who could tell gave before seeing the proposal.
    level: str | None = None


@dataclass(frozen=True)
class Gathered:
    """Takers in no telling order, and how much was left out and why."""

    wanted: Wanted
    takers: tuple[Taker, ...]
    #: Parts of sittings at which something was otherwise that the wish leaves out.
    n_left_out: int
    #: Parts whose answers measure something else: no Latin script, not seeing, not hearing …
    n_meaningless: int
    #: Parts of people who had taken the test before.
    n_again: int
    #: Answers to versions that are no longer in use.
    n_older: int

    @property
    def n_answers(self) -> int:
        return sum(len(taker.answers) for taker in self.takers)

    @property
    def n_by_item(self) -> dict[str, int]:
        """Answers of each item."""
        found: dict[str, int] = {}
        for taker in self.takers:
            for answer in taker.answers:
                found[answer.item] = found.get(answer.item, 0) + 1
        return found


def gather(db: Session, centre_id: int, wanted: Wanted) -> Gathered:
    """The answers of the centre's finished parts; of each human being the first sitting."""
    senseless = meaningless(db, centre_id, wanted.skill)
    marked = circumstances(db, centre_id)
    otherwise = set().union(*(marked[one] for one in wanted.without))
    counts = dict.fromkeys(("left_out", "meaningless", "again"), 0)
    before: set[int] = set()
    takers: dict[int, Taker] = {}
    parts: dict[int, Taker] = {}
    sittings: dict[int, Taker] = {}
    for row in db.execute(_parts(centre_id, wanted)):
        human = row.matched_to_id or row.person_id
        if wanted.since is not None and row.closed_at <= wanted.since:
            before.add(human)
        elif row.sitting_id in senseless:
            counts["meaningless"] += 1
        elif row.sitting_id in otherwise:
            counts["left_out"] += 1
        elif human in takers or human in before:
            counts["again"] += 1
        else:
            taker = takers[human] = Taker(start=_start(row.plan))
            parts[row.id] = sittings[row.sitting_id] = taker
    n_older = _add_answers(db, parts, wanted)
    _add_levels(db, sittings, wanted)
    return Gathered(
        wanted=wanted,
        takers=tuple(taker for taker in takers.values() if taker.answers),
        n_left_out=counts["left_out"],
        n_meaningless=counts["meaningless"],
        n_again=counts["again"],
        n_older=n_older,
    )


def _parts(centre_id: int, wanted: Wanted) -> Select[Any]:
    query = (
        select(Part.id, Part.sitting_id, Part.plan, Person.id.label("person_id"))
        .add_columns(Person.matched_to_id, Sitting.closed_at)
        .join(Sitting, Sitting.id == Part.sitting_id)
        .join(Person, Person.id == Sitting.person_id)
        .where(
            Sitting.centre_id == centre_id,
            Sitting.state.in_(CLOSED),
            Sitting.mode.in_([mode.value for mode in wanted.modes]),
            Part.skill == wanted.skill,
            Part.state == PartState.DONE,
        )
        .order_by(Sitting.id)
        .execution_options(yield_per=AT_ONCE)
    )
    if wanted.until is not None:
        query = query.where(Sitting.closed_at <= wanted.until)
    # Numeracy has one bank for sittings in every language.
    if wanted.language == LANGUAGE_FREE:
        return query
    return query.where(Sitting.language == wanted.language)


def _start(plan: dict[str, Any] | None) -> str:
    """The level at which the part began."""
    if plan is None or plan.get("start_theta") is None:
        return UNKNOWN
    return Standard.from_record(plan["standard"]).level_at(plan["start_theta"])


def _add_answers(db: Session, parts: dict[int, Taker], wanted: Wanted) -> int:
    """Each taker has their answers; how many were left out, their version being out of use."""
    n_older = 0
    names: dict[int, list[str]] = {}
    for some in _chunks(parts):
        unknown = _dont_knows(db, some)
        rows = db.execute(
            select(Presentation.id, Presentation.part_id, Presentation.scores)
            .add_columns(Presentation.is_pretest)
            .add_columns(TaskVersion.id.label("version"), TaskVersion.number, TaskVersion.status)
            .join(TaskVersion, TaskVersion.id == Presentation.task_version_id)
            .where(Presentation.part_id.in_(some), Presentation.left_at.is_not(None))
            .order_by(Presentation.part_id, Presentation.position)
        ).all()
        _add_names(db, names, {row.version for row in rows})
        for row in rows:
            if row.status not in IN_USE and not wanted.with_older:
                n_older += len(row.scores)
                continue
            parts[row.part_id].answers.extend(
                Answer(
                    versioned(item, row.number), score, (row.id, item) in unknown, row.is_pretest
                )
                for item, score in zip(names[row.version], row.scores, strict=True)
            )
    return n_older


def _add_names(db: Session, names: dict[int, list[str]], versions: set[int]) -> None:
    """The ids of each version's items, in the order of their scores."""
    new = sorted(versions - set(names))
    query = select(BankItem.version_id, BankItem.item).order_by(BankItem.position)
    for some in _chunks(new):
        for version, item in db.execute(query.where(BankItem.version_id.in_(some))):
            names.setdefault(version, []).append(item)


def _dont_knows(db: Session, parts: Collection[int]) -> set[tuple[int, str]]:
    """(presentation, item) at which the last answer was "I don't know"."""
    rows = db.execute(
        select(Response.presentation_id, Response.item)
        .join(Presentation, Presentation.id == Response.presentation_id)
        .where(
            Presentation.part_id.in_(parts),
            Response.sequence == Presentation.sequence,
            Response.is_stale.is_(False),
            Response.is_dont_know.is_(True),
        )
    )
    return {(presentation, item) for presentation, item in rows}


def _add_levels(db: Session, sittings: dict[int, Taker], wanted: Wanted) -> None:
    for some in _chunks(sittings):
        rows = db.execute(
            select(BlindLevel.sitting_id, BlindLevel.level)
            .where(BlindLevel.sitting_id.in_(some), BlindLevel.skill == wanted.skill)
            .order_by(BlindLevel.id)
        )
        for sitting, level in rows:
            sittings[sitting].level = sittings[sitting].level or level


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    whole = list(ids)
    for first in range(0, len(whole), AT_ONCE):
        yield whole[first : first + AT_ONCE]
