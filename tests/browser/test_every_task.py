"""Every shipped task stands right before a person: it fits, it is reached by keyboard, axe is calm.

The page is the bank's own full-size view, which is the kiosk's template with the kiosk's styles.
All tasks run in `make audit`; the gate takes one task of each kind.
"""

from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from items.bank_files import BankFiles, Task
from items.models import TaskVersion
from testing.models import Role
from tests.browser.conftest import Service
from tests.browser.test_axe import faults_of, sign_in

pytestmark = pytest.mark.browser

SCREENS = ((1024, 768), (320, 640))
#: The interfaces in which tasks are looked at: one each way.
INTERFACES = ("fi", "ar")

_OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  const names = [];
  if (document.documentElement.scrollWidth > wide) names.push("page");
  const boxes = ".kiosk-card, .task, .measured, .question, .question *, fieldset, .measured > *";
  for (const one of document.querySelectorAll(boxes)) {
    const box = one.getBoundingClientRect();
    if (box.right > wide + 1 || box.left < -1) names.push(`${one.tagName} ${one.className}`);
  }
  return names;
}"""

#: What a keyboard can be on: radios of one name are one stop, the others are reached by arrows.
_STOPS = """() => {
  const seen = new Set();
  const stops = [];
  const controls = ".question :is(input, select, textarea)";
  for (const one of document.querySelectorAll(controls)) {
    if (one.type === "hidden") continue;
    const name = one.type === "radio" ? one.name : one.name + one.value;
    if (!seen.has(name)) { seen.add(name); stops.push(one.name); }
  }
  return stops;
}"""


@pytest.fixture(scope="module")
def versions(service: Service) -> dict[str, str]:
    """Task id → the public id of its version."""
    return service.build.do(
        lambda db: dict(db.execute(select(TaskVersion.task_id, TaskVersion.public_id)).all())
    )


@pytest.fixture(scope="module")
def author(service: Service) -> Any:
    return service.build.staff(service.build.centre(), Role.AUTHOR)


@pytest.fixture
def page(kiosk: Any, author: Any) -> Page:
    page = kiosk()
    sign_in(page, author)
    return page


def faults(page: Page, task: Task, public_id: str, interface: str) -> list[str]:
    """All that is wrong with a task, on every screen."""
    found = []
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"/bank/tasks/{public_id}/kiosk?interface={interface}")
        page.evaluate("() => document.fonts.ready")
        where = f"{task.id} {interface} {width} px"
        found += [f"{where}: too wide: {one}" for one in page.evaluate(_OVERFLOW)]
        found += [f"{where}: axe: {one}" for one in faults_of(page)]
    found += [f"{task.id} {interface}: {one}" for one in unreachable(page)]
    return found


def unreachable(page: Page) -> list[str]:
    """Answers that Tab does not come to, and groups whose choices arrows do not change."""
    wanted = page.evaluate(_STOPS)
    page.evaluate("() => document.body.focus()")
    met: list[str] = []
    problems = []
    for _press in range(len(wanted) + 40):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const one = document.activeElement;"
            " return { name: one.name || '', type: one.type || '',"
            " shown: one.getBoundingClientRect().width > 0,"
            " action: one.matches('button[type=submit].button--primary') } }"
        )
        if here["name"] and here["name"] not in met:
            met.append(here["name"])
            if here["type"] == "radio":
                page.keyboard.press("ArrowDown")
                chosen = page.evaluate("() => document.activeElement.checked")
                if not chosen:
                    problems.append(f"arrows do not choose in {here['name']}")
        if here["action"]:
            break
    else:
        problems.append("Next is not reached by Tab")
    return problems + [f"Tab does not come to {name}" for name in wanted if name not in met]


def one_of_each(bank: BankFiles) -> list[Task]:
    """The fewest tasks that between them have every kind of question in each skill."""
    found, kinds = [], set()
    for task in sorted(bank.tasks, key=lambda task: task.id):
        new = {(task.skill, item.kind) for item in task.items} - kinds
        if new:
            kinds |= new
            found.append(task)
    return found


def test_a_task_of_each_kind_fits_and_is_answered_by_keyboard(page, versions, bank_files):
    found = [
        fault
        for task in one_of_each(bank_files)
        for fault in faults(page, task, versions[task.id], "fi")
    ]
    assert found == [], "\n".join(found)


@pytest.mark.audit
@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize(
    ("language", "skill"),
    [*product(("fi", "sv"), ("reading", "listening")), ("zxx", "numeracy")],
)
def test_every_shipped_task_fits_and_is_answered_by_keyboard(
    page, versions, bank_files, language, skill, interface
):
    found = [
        fault
        for task in bank_files.of(language, skill)
        for fault in faults(page, task, versions[task.id], interface)
    ]
    assert found == [], "\n".join(found)
