"""Paper: a text that a person wrote by hand is typed in by staff, and rated like any other."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from items import bank_rows, lifecycle
from items.models import TaskVersion
from testing import events, proposals
from testing.assessment import CLOSED, SittingOpen
from testing.events import Action
from testing.models import (
    Part,
    PartState,
    Script,
    ScriptMode,
    Sitting,
    Skill,
    Staff,
)
from testing.refusals import NotFound, Refusal
from testing.writing import LONGEST, TextTooLong


class TextMissing(Refusal):
    """There is nothing to type in."""

    status = 400


class PromptUsed(Refusal):
    """The person has handed in a text to this prompt already."""


class ResultFrozen(Refusal):
    """The proposal was made already: a text that comes later could not count."""


def writing_part(sitting: Sitting) -> Part:
    """
    :raise NotFound: the sitting has no writing part.
    """
    for part in sitting.parts:
        if part.skill is Skill.WRITING:
            return part
    raise NotFound


def prompts(db: Session, sitting: Sitting) -> list[TaskVersion]:
    """The prompts that may have been given on paper: those put before the person come first."""
    part = writing_part(sitting)
    given = db.scalars(
        select(TaskVersion).join(Script).where(Script.part_id == part.id).order_by(Script.position)
    ).all()
    offered = bank_rows.versions_in_use(db, sitting.language, "writing")
    known = {version.id for version in given}
    return [*given, *(version for version in offered if version.id not in known)]


def type_in(
    db: Session,
    sitting: Sitting,
    version: TaskVersion,
    text: str,
    *,
    actor: Staff,
    now: datetime,
) -> Script:
    """The text waits for raters, marked as written on paper; the part counts as done.

    :raise SittingOpen: the person is still at it; paper is typed in afterwards.
    :raise ResultFrozen: the assessor has seen the proposal.
    :raise TextMissing: an empty text.
    :raise TextTooLong: over 8,000 characters.
    :raise PromptUsed: a text to this prompt was handed in.
    """
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise TextMissing
    if len(text) > LONGEST:
        raise TextTooLong
    script = on_paper(db, sitting, version, actor=actor, now=now)
    if script.text.strip() or script.ratings:
        raise PromptUsed
    script.text = text
    script.sequence = (script.sequence or 0) + 1
    return script


def on_paper(
    db: Session, sitting: Sitting, version: TaskVersion, *, actor: Staff, now: datetime
) -> Script:
    """The text to this prompt was written by hand and counts as handed in; typed in, or only
    photographed.

    :raise SittingOpen: the person is still at it; paper is typed in afterwards.
    :raise ResultFrozen: the assessor has seen the proposal.
    :raise PromptUsed: a text to this prompt was handed in at a keyboard.
    """
    if sitting.state not in CLOSED:
        raise SittingOpen
    if proposals.frozen(db, sitting):
        raise ResultFrozen
    part = writing_part(sitting)
    # Two who type in at once take turns: each text has a position of its own.
    db.execute(select(Part.id).where(Part.id == part.id).with_for_update(key_share=True))
    script = db.scalar(
        select(Script)
        .where(Script.part_id == part.id, Script.task_version_id == version.id)
        .with_for_update(of=Script)
    )
    if script is None:
        lifecycle.freeze(version, now=now)
        newest = db.scalar(
            select(func.coalesce(func.max(Script.position), 0)).where(Script.part_id == part.id)
        )
        script = Script(
            part_id=part.id,
            position=(newest or 0) + 1,
            task_version_id=version.id,
            opened_at=now,
            sequence=0,
        )
        db.add(script)
    elif (
        script.submitted_at is not None
        and script.text.strip()
        and script.mode is not ScriptMode.PAPER
    ):
        raise PromptUsed
    script.mode = ScriptMode.PAPER
    script.is_dont_know = False
    script.saved_at = script.submitted_at = now
    part.state = PartState.DONE
    part.not_assessed = None
    db.flush()
    events.record(
        db, Action.SCRIPT_ENTER, on=sitting.person, subject=script, actor=actor, now=now
    )
    return script
