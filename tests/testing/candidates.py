"""Scripted candidates: they read the page, find the controls that are really there, and answer."""

from collections.abc import Callable
from typing import Any

from items.bank_files import BankFiles, Item, Task
from scoring.cefr import LEVELS
from tests.testing.pages import Page

DONT_KNOW = "dont-know"


def knows_up_to(level: str) -> Callable[[Item], bool]:
    """A person who answers right what is not above their level, and says so when it is."""
    return lambda item: LEVELS.index(item.level) <= LEVELS.index(level)


class Candidate:
    """Goes through the kiosk as a person would."""

    def __init__(
        self,
        page: Page,
        bank: BankFiles,
        knows: Callable[[Item], bool],
        *,
        language: str = "en",
        text: str = "Hei! Minä olen Amina. Asun Helsingissä.",
    ) -> None:
        self.page = page
        self.tasks = {item.id: task for task in bank.tasks for item in task.items}
        self.knows = knows
        self.language = language
        self.text = text
        #: Tasks met, in order.
        self.met: list[str] = []

    def enter(self, code: str) -> None:
        self.page.get("/kiosk/code")
        self.page.submit({"code": code}, form="main form")

    def begin(self, code: str) -> None:
        """From the code to the breath before the first part."""
        self.enter(code)
        self.choose_language()
        self.next()
        self.page.submit({"practice": "apple"}, form="main form")

    def choose_language(self) -> None:
        button = self.page.html.select_one(f'button[name=language][value="{self.language}"]')
        assert button is not None
        form = button.find_parent("form")
        assert form is not None
        self.page.post(str(form["action"]), {"language": self.language})

    def next(self) -> None:
        """Presses the one button of the card."""
        self.page.submit(form="main form")

    def is_at_a_task(self) -> bool:
        return self.page.html.select_one("input[name=presentation]") is not None

    def is_at_writing(self) -> bool:
        return self.page.html.select_one("input[name=script]") is not None

    def is_done(self) -> bool:
        return self.page.path == "/kiosk/done"

    def task(self) -> Task:
        """The task on the page, known by its questions."""
        ids = [str(one["id"]) for one in self.page.html.select(".question[id]")]
        return self.tasks[ids[0]]

    def fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for item in self.task().items:
            fields |= self.answer(item)
        return fields

    def answer(self, item: Item) -> dict[str, Any]:
        name = f"answer-{item.id}"
        if not self.knows(item):
            if item.kind in ("choice", "truth"):
                several = len(self.task().items) > 1
                return {name: DONT_KNOW} if several else {}
            return {f"{name}-{DONT_KNOW}": "1"} if len(self.task().items) > 1 else {}
        right = item.interaction.right_answer
        match item.kind:
            case "choice" | "truth":
                return {name: right["choice"]}
            case "multiple":
                return {name: list(right["choices"])}
            case "matching":
                return {f"{name}-{left}": other for left, other in right["pairs"].items()}
            case "ordering":
                return {f"{name}-{one}": str(n) for n, one in enumerate(right["order"], start=1)}
            case "inline_choice":
                return {f"{name}-{gap}": word for gap, word in right["gaps"].items()}
            case _:
                return {name: right["text"]}

    def answer_task(self) -> None:
        """Answers what is on the page and goes on, or says "I don't know"."""
        task = self.task()
        self.met.append(task.id)
        fields = self.fields()
        button = "Next" if fields else "I don't know"
        self.page.submit(fields, button=button)

    def step(self) -> None:
        """Does what the page asks."""
        if self.is_at_a_task():
            self.answer_task()
        elif self.is_at_writing():
            self.page.submit({"text": self.text}, button="Next")
        else:
            self.next()

    def go_to_the_end(self, most: int = 80) -> None:
        for _step in range(most):
            if self.is_done():
                return
            self.step()
        raise AssertionError(f"no end after {most} pages: {self.page.text()[:200]}")
