"""How far each task in pilot use is on its way to be calibrated, for whoever looks after a bank."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from items.models import Status
from scoring.seeding import PretestTask, may_be_given
from testing.plans import BankNotReady, bank_in_use, statuses_that_count, usable_versions
from testing.seeding.counts import answers_of
from testing.settings import Mode

#: `scoring.young_bank.CALIBRATED_N`; a test holds them together. Calibration is not loaded for it.
WANTED_ANSWERS = 150


@dataclass(frozen=True)
class Piloted:
    """A task in pilot use.

    shares_content : it shares content with a task that counts, so that a live sitting may carry it
        only for people who cannot be given that one.
    """

    task_id: str
    public_id: str
    level: str
    answers: int
    shares_content: bool

    @property
    def has_enough(self) -> bool:
        return self.answers >= WANTED_ANSWERS


def piloted(db: Session, language: str, skill: str, mode: Mode) -> list[Piloted]:
    """The tasks in pilot use that can be shown, by task id."""
    versions = usable_versions(db, language, skill, (Status.PILOT,))
    answers = answers_of(db, [version.id for version in versions], mode)
    operational = []
    if Status.PILOT not in statuses_that_count(mode):
        try:
            operational = list(bank_in_use(db, language, skill, (Status.LIVE,)).bank.tasks)
        except BankNotReady:
            operational = []
    found = []
    for version in versions:
        enemies = tuple(version.document.get("enemies", ()))
        own = PretestTask(version.task_id, 0.0, enemies=enemies)
        found.append(
            Piloted(
                version.task_id,
                version.public_id,
                version.level,
                answers.get(version.id, 0),
                not may_be_given(own, operational, ()),
            )
        )
    return found
