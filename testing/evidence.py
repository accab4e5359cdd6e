"""Evidence: what a sitting left behind, as plain values for the assessor's eyes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from items.bank_files import Item, Task, count_words
from items.pictures import signs_of
from testing import delivery, plans, rating
from testing.models import (
    Part,
    PartState,
    Presentation,
    Script,
    Sitting,
    Skill,
    SpeakingTalk,
)


@dataclass(frozen=True)
class AnswerSeen:
    """One item: what was answered, what is right, and why."""

    prompt: str
    level: str
    answer: str
    key: str
    #: right, wrong or dont_know.
    verdict: str
    #: Why the key is right, in Finnish; and why the chosen answer is not.
    reason: str
    why_not: str


@dataclass(frozen=True)
class TaskSeen:
    """One task as it went."""

    position: int
    topic: str
    level: str
    seconds: int
    expected_seconds: int
    right: int
    answers: list[AnswerSeen]
    blocks: list[dict[str, Any]] = field(default_factory=list)
    #: (speaker, words) of a recording.
    lines: list[tuple[str, str]] = field(default_factory=list)
    plays: int = 0
    is_synthetic: bool = False
    #: Tried out: it says nothing of the person.
    is_pretest: bool = False


@dataclass(frozen=True)
class RatingSeen:
    """One rater's marks, without the rater."""

    order: str
    level: str
    marks: dict[str, str]
    note: str


@dataclass(frozen=True)
class ScriptSeen:
    """One text of the person."""

    public_id: str
    prompt: dict[str, Any]
    topic: str
    text: str
    words: int
    mode: str
    is_empty: bool
    minutes: int
    level: str | None
    ratings: list[RatingSeen]
    #: What the interviewer of a talk noted.
    notes: str = ""
    is_deleted: bool = False
    #: Pictures of it that are kept.
    pages: int = 0


@dataclass(frozen=True)
class PartSeen:
    """One skill's evidence."""

    skill: Skill
    state: PartState
    not_assessed: str | None
    minutes: int
    tasks: list[TaskSeen] = field(default_factory=list)
    scripts: list[ScriptSeen] = field(default_factory=list)

    @property
    def has_evidence(self) -> bool:
        return bool(self.tasks) or any(not script.is_empty for script in self.scripts)


def of_sitting(db: Session, sitting: Sitting) -> list[PartSeen]:
    """Every part with all that was answered and written in it."""
    return [_part(db, part) for part in sitting.parts]


def scripts_of(db: Session, part: Part) -> list[Script]:
    """The texts of a part with their ratings."""
    return list(
        db.scalars(
            select(Script)
            .where(Script.part_id == part.id)
            .order_by(Script.position)
            .options(selectinload(Script.ratings), joinedload(Script.task_version))
        )
    )


def counted_presentations(db: Session, part: Part) -> list[Presentation]:
    """The tasks that were answered and count, in order."""
    return [one for one in left_presentations(db, part) if not one.is_pretest]


def left_presentations(db: Session, part: Part) -> list[Presentation]:
    """The tasks that were answered, in order; those that were tried out, too."""
    return list(
        db.scalars(
            select(Presentation)
            .where(Presentation.part_id == part.id, Presentation.left_at.is_not(None))
            .order_by(Presentation.position)
            .options(joinedload(Presentation.task_version), selectinload(Presentation.plays))
        )
    )


def _part(db: Session, part: Part) -> PartSeen:
    writes = part.skill in (Skill.WRITING, Skill.SPEAKING)
    return PartSeen(
        skill=part.skill,
        state=part.state,
        not_assessed=part.not_assessed.value if part.not_assessed else None,
        minutes=_minutes(part.started_at, part.ended_at),
        tasks=[] if writes else [task_seen(db, one) for one in left_presentations(db, part)],
        scripts=[_script(db, one) for one in scripts_of(db, part)] if writes else [],
    )


def task_seen(db: Session, presentation: Presentation) -> TaskSeen:
    """One task as it went, with each answer beside its key."""
    version = presentation.task_version
    task = plans.task_at(db, presentation.task_version_id)
    given = delivery.newest_answers(db, presentation)
    answers = []
    for item, score in zip(task.items, presentation.scores or [], strict=True):
        answer = given.get(item.id)
        is_unknown = answer is None or answer.is_dont_know
        raw = None if answer is None else answer.raw
        verdict = "dont_know" if is_unknown else "right" if score else "wrong"
        answers.append(
            AnswerSeen(
                prompt=item.prompt or str(item.data.get("statement", item.data.get("text", ""))),
                level=item.level,
                answer="" if is_unknown else in_words(item, raw),
                key=in_words(item, item.interaction.right_answer),
                verdict=verdict,
                reason=str(item.data.get("reason", "")),
                why_not=_why_not(item, raw) if verdict == "wrong" else "",
            )
        )
    return TaskSeen(
        position=presentation.position,
        topic=task.topic,
        level=version.level,
        seconds=seconds_of(presentation),
        expected_seconds=version.seconds,
        right=sum(answer.verdict == "right" for answer in answers),
        answers=answers,
        blocks=list(task.data.get("stimulus", ())),
        lines=_lines(task),
        plays=sum(1 for play in presentation.plays if play.started_at is not None),
        is_synthetic=version.clip is not None and version.clip.is_synthetic,
        is_pretest=presentation.is_pretest,
    )


def _script(db: Session, script: Script) -> ScriptSeen:
    talk = db.scalar(select(SpeakingTalk).where(SpeakingTalk.script_id == script.id))
    document = script.task_version.document
    return ScriptSeen(
        public_id=script.public_id,
        prompt=document,
        topic=str(document.get("topic", "")),
        text=script.text,
        pages=sum(one.deleted_at is None for one in script.pages),
        words=count_words(script.text),
        mode=script.mode.value,
        is_empty=not rating.is_rateable(script),
        minutes=_minutes(script.opened_at, script.submitted_at),
        notes=talk.notes if talk else "",
        is_deleted=talk is not None and talk.recording_deleted_at is not None,
        level=script.level,
        ratings=[
            RatingSeen(one.order.value, one.level, dict(one.marks or {}), one.note)
            for one in rating.in_order(script)
            if one.level is not None
        ],
    )


def in_words(item: Item, raw: Any) -> str:
    """A raw answer as a person would say it; empty for an answer that is none."""
    if not isinstance(raw, dict):
        return ""
    match item.kind:
        case "choice":
            return _option(item.options, raw.get("choice"))
        case "truth":
            return str(raw.get("choice", ""))
        case "multiple":
            return ", ".join(_option(item.options, one) for one in raw.get("choices", ()))
        case "matching":
            pairs = raw.get("pairs", {})
            return "; ".join(
                f"{_option(item.data['left'], left)} – {_option(item.data['right'], pairs[left])}"
                for left in (one["id"] for one in item.data["left"])
                if left in pairs
            )
        case "ordering":
            return " → ".join(_option(item.data["parts"], one) for one in raw.get("order", ()))
        case "inline_choice":
            return ", ".join(str(word) for word in raw.get("gaps", {}).values())
        case _:
            return str(raw.get("text", ""))


def seconds_of(presentation: Presentation) -> int:
    """Time from the opening of the task to leaving it, pauses included."""
    if presentation.left_at is None:
        return 0
    return round((presentation.left_at - presentation.opened_at).total_seconds())


def _option(options: Any, wanted: Any) -> str:
    for option in options:
        if option["id"] == wanted:
            signs = signs_of(option["picture"]) if "picture" in option else ""
            return str(option.get("text") or option.get("alt") or signs or wanted)
    return ""


def _why_not(item: Item, raw: Any) -> str:
    if not isinstance(raw, dict) or "choice" not in raw:
        return ""
    if item.kind == "truth":
        return str(item.data.get("why", {}).get(raw["choice"], ""))
    for option in item.options:
        if option["id"] == raw["choice"]:
            return str(option.get("why", ""))
    return ""


def _lines(task: Task) -> list[tuple[str, str]]:
    return [(line.speaker or "", line.text) for line in task.script if line.text]


def _minutes(start: datetime | None, end: datetime | None) -> int:
    if start is None or end is None:
        return 0
    return max(0, round((end - start).total_seconds() / 60))
