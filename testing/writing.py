"""The writing part: which prompts, and text that is saved as it is typed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from items import bank_rows, lifecycle
from items.models import TaskVersion
from scoring.cefr import LEVELS, band_of
from testing import events
from testing.events import Action
from testing.models import LANGUAGE_SKILLS, Part, Script, ScriptMode, Visit
from testing.refusals import Refusal

LONGEST = 8000
#: What is offered when nothing is known yet.
UNKNOWN = "A1.3"


class TextTooLong(Refusal):
    """The text is longer than a script may be; nothing of what was saved is lost."""

    status = 413


class StaleText(Refusal):
    """A newer text was saved, perhaps in another window."""


class NotTheCurrentScript(Refusal):
    """The text is for a prompt that is not before the person."""


def level_so_far(part: Part, begin: str | None) -> str:
    """The level between the other parts' beliefs, the lower one where they disagree by one.

    Without any it is `begin`, to which the interview points.
    """
    found = sorted(
        LEVELS.index(other.belief["most_probable_level"])
        for other in part.sitting.parts
        if other.belief and other.skill in LANGUAGE_SKILLS
    )
    return LEVELS[(found[0] + found[-1]) // 2] if found else begin or UNKNOWN


def choose_prompts(
    db: Session, part: Part, *, seen: list[str], begin: str | None, now: datetime
) -> list[Script]:
    """One prompt for a beginner, else two of different areas, for the level so far.

    Prompts that the person met before come last. The returned scripts are empty and open.
    """
    level = LEVELS.index(level_so_far(part, begin))
    offered = bank_rows.versions_in_use(db, part.sitting.language, "writing")

    def distance(version: TaskVersion) -> tuple[bool, int, int, str]:
        low, high = (LEVELS.index(code) for code in version.document["levels"])
        outside = max(low - level, level - high, 0)
        return (
            version.task_id in seen,
            outside,
            abs(LEVELS.index(version.level) - level),
            version.task_id,
        )

    chosen: list[TaskVersion] = []
    wanted = 1 if band_of(LEVELS[level]) in ("alle_A1.1", "A1") else 2
    for version in sorted(offered, key=distance):
        if len(chosen) < wanted and all(version.area != other.area for other in chosen):
            chosen.append(version)
    scripts = []
    for position, version in enumerate(chosen, start=1):
        lifecycle.freeze(version, now=now)
        script = Script(
            part_id=part.id,
            position=position,
            task_version_id=version.id,
            mode=ScriptMode.KEYBOARD,
            opened_at=now,
        )
        db.add(script)
        scripts.append(script)
    db.flush()
    return scripts


def open_script(db: Session, part: Part) -> Script:
    """The prompt that is before the person."""
    return db.scalars(
        select(Script)
        .where(Script.part_id == part.id, Script.submitted_at.is_(None))
        .order_by(Script.position)
        .limit(1)
    ).one()


def save(
    db: Session, visit: Visit, script_id: str, text: str, *, sequence: int, now: datetime
) -> Script:
    """The text is kept; the person goes on writing.

    :raise NotTheCurrentScript: the prompt is not before this person.
    :raise StaleText: a newer text is kept already.
    :raise TextTooLong: over 8,000 characters.
    """
    script = current(db, visit, script_id, also_submitted=False)
    text = text.replace("\r\n", "\n").replace("\x00", "")
    if len(text) > LONGEST:
        raise TextTooLong
    if sequence <= script.sequence:
        if text == script.text:
            return script
        raise StaleText
    script.text = text
    script.sequence = sequence
    script.saved_at = visit.heard_at = now
    return script


def hand_in(
    db: Session,
    visit: Visit,
    script_id: str,
    text: str,
    *,
    sequence: int,
    is_dont_know: bool,
    now: datetime,
) -> bool:
    """The script is handed in and can be rated. Returns whether it was the last one.

    Handing in twice is once. Refuses as `save` does.
    """
    script = current(db, visit, script_id)
    if script.submitted_at is None:
        save(db, visit, script_id, text, sequence=sequence, now=now)
        script.submitted_at = now
        script.is_dont_know = is_dont_know
        db.flush()
        events.record(
            db,
            Action.SCRIPT_SUBMIT,
            on=visit.sitting.person,
            subject=script,
            actor=visit,
            now=now,
        )
    waiting = select(Script.id).where(
        Script.part_id == script.part_id, Script.submitted_at.is_(None)
    )
    return db.scalar(waiting) is None


def current(db: Session, visit: Visit, script_id: str, *, also_submitted: bool = True) -> Script:
    """The script, if it is one of this sitting; nobody else touches it until the end.

    :raise NotTheCurrentScript: otherwise.
    """
    script = db.scalar(
        select(Script)
        .join(Script.part)
        .where(Script.public_id == script_id, Part.sitting_id == visit.sitting_id)
        .with_for_update(of=Script)
    )
    if script is None or (script.submitted_at is not None and not also_submitted):
        raise NotTheCurrentScript
    return script
