"""Which tasks a part that begins now may try out, and how many."""

from sqlalchemy.orm import Session

from items.content_format import bank_language
from items.models import Status
from scoring.seeding import PretestTask
from testing.models import Centre, Part
from testing.plans import BankInUse, BankNotReady, TriedOut, bank_in_use, usable_versions
from testing.seeding.counts import answers_of
from testing.settings import Mode

#: Twice what a calibrated task needs: more from people whom it does not help is not asked for
#: before somebody has looked at it.
ENOUGH_ANSWERS = 300


def tried_out(db: Session, part: Part) -> TriedOut | None:
    """The piloted tasks that the part may carry; None where all tasks count, or where the centre
    tries nothing out."""
    sitting = part.sitting
    most = db.get_one(Centre, sitting.centre_id).pretest_tasks
    if Mode(sitting.mode) is not Mode.LIVE or not most:
        return None
    try:
        bank = bank_in_use(db, sitting.language, part.skill, (Status.PILOT,))
    except BankNotReady:
        return None
    may_be_heard = _heard(db, bank, sitting.language, part.skill, sitting.counts_synthetic)
    answers = answers_of(db, bank.versions.values(), Mode.LIVE)
    tasks = []
    for task in bank.bank.tasks:
        number = answers.get(bank.versions[task.id], 0)
        if number < ENOUGH_ANSWERS and task.id in may_be_heard:
            tasks.append(PretestTask.of(task, number))
    return TriedOut(tasks, bank.versions, most)


def _heard(
    db: Session, bank: BankInUse, language: str, skill: str, counts_synthetic: bool
) -> set[str]:
    """Where synthetic recordings give no level, answers to them teach nothing either."""
    if counts_synthetic:
        return set(bank.versions)
    versions = usable_versions(db, bank_language(language, skill), skill, (Status.PILOT,))
    return {own.task_id for own in versions if own.clip is None or not own.clip.is_synthetic}
