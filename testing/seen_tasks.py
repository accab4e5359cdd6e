"""Tasks that a person has met, and those that share content with them."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from items.models import TaskVersion
from testing import people, plans
from testing.models import Part, Presentation, Script, Sitting, Skill


def of_person(db: Session, sitting: Sitting, skill: Skill) -> list[str]:
    """Tasks that this human being met before, longest ago first."""
    rows = [row.id for row in people.all_rows(db, sitting.person)]
    model = Script if skill in (Skill.WRITING, Skill.SPEAKING) else Presentation
    met = db.execute(
        select(TaskVersion.task_id, func.max(model.opened_at).label("last"))
        .select_from(model)
        .join(TaskVersion, model.task_version_id == TaskVersion.id)
        .join(Part, model.part_id == Part.id)
        .join(Sitting, Part.sitting_id == Sitting.id)
        .where(Sitting.person_id.in_(rows), Sitting.id != sitting.id)
        .group_by(TaskVersion.task_id)
        .order_by("last")
    )
    return [task for task, _last in met]


def enemies_met(
    db: Session, sitting: Sitting, enemies: Mapping[str, Collection[str]]
) -> list[str]:
    """Tasks that share content with what earlier parts of this sitting have shown; `enemies` are
    those that each of them names."""
    versions = db.execute(
        select(TaskVersion.task_id, TaskVersion.id)
        .join(Presentation, Presentation.task_version_id == TaskVersion.id)
        .join(Part, Presentation.part_id == Part.id)
        .where(Part.sitting_id == sitting.id)
    ).all()
    met = {task for task, _version in versions}
    named = {enemy for _task, id in versions for enemy in plans.task_at(db, id).enemies}
    return [task for task, own in enemies.items() if task in named or not met.isdisjoint(own)]
