"""A person at a kiosk in real Chromium: presses what is on the screen."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from items.bank_files import BankFiles, Item, Task
from tests.testing.candidates import DONT_KNOW


class Seat:
    """Goes through the kiosk with finger and eyes."""

    def __init__(
        self,
        page: Page,
        bank: BankFiles,
        knows: Callable[[Item], bool],
        *,
        language: str,
        text: str = "Hei! Minä olen Amina. Asun Helsingissä ja opiskelen suomea.",
    ) -> None:
        self.page = page
        self.tasks = {item.id: task for task in bank.tasks for item in task.items}
        self.knows = knows
        self.language = language
        self.text = text
        self.met: list[str] = []

    def enter(self, code: str) -> None:
        self.page.goto("/kiosk/")
        self.page.fill("#code", code)
        self.next()

    def begin(self, code: str) -> None:
        """From the code to the breath before the first part."""
        self.enter(code)
        self.page.click(f'button[name=language][value="{self.language}"]')
        self.next()
        self.page.click("label:has(#practice-apple)")
        self.next()

    def next(self) -> None:
        before = self._mark()
        self.page.click("main button[type=submit].button--primary")
        self._arrived(before)

    def do_not_know(self) -> None:
        before = self._mark()
        self.page.click("main button[value=unknown]")
        self._arrived(before)

    def _mark(self) -> str:
        return str(self.page.evaluate("performance.timeOrigin"))

    def _arrived(self, before: str) -> None:
        self.page.wait_for_function(f"String(performance.timeOrigin) !== '{before}'")
        expect(self.page.locator("h1")).to_be_visible()

    @property
    def is_at_a_task(self) -> bool:
        return self.page.locator("input[name=presentation]").count() > 0

    @property
    def is_at_writing(self) -> bool:
        return self.page.locator("input[name=script]").count() > 0

    @property
    def is_done(self) -> bool:
        return self.page.url.endswith("/kiosk/done")

    def task(self) -> Task:
        first = self.page.locator(".question[id]").first.get_attribute("id")
        assert first is not None
        return self.tasks[first]

    def choose(self, item: Item) -> bool:
        """Answers one question; whether something was pressed."""
        name = f"answer-{item.id}"
        several = len(self.task().items) > 1
        if not self.knows(item):
            if several:
                box = f"{name}-{DONT_KNOW}"
                # A second press would take it back.
                if not self.page.locator(f"[id='{box}']").is_checked():
                    self.page.locator(f"label:has([id='{box}'])").click()
            return several
        right: Any = item.interaction.right_answer
        match item.kind:
            case "choice" | "truth":
                self._press(name, right["choice"])
            case "multiple":
                for one in right["choices"]:
                    self._press(name, one)
            case "matching":
                for left, other in right["pairs"].items():
                    self._press(f"{name}-{left}", other)
            case "ordering":
                for number, one in enumerate(right["order"], start=1):
                    self._press(f"{name}-{one}", str(number))
            case "inline_choice":
                for gap, word in right["gaps"].items():
                    self.page.select_option(f"[name='{name}-{gap}']", word)
            case _:
                self.page.fill(f"[name='{name}']", right["text"])
        return True

    def _press(self, name: str, value: str) -> None:
        self.page.locator(f"label:has([name='{name}'][value='{value}'])").click()

    def answer_task(self) -> None:
        task = self.task()
        self.met.append(task.id)
        pressed = [self.choose(item) for item in task.items]
        if any(pressed):
            self.next()
        else:
            self.do_not_know()

    def listen(self) -> None:
        """Plays the recording once and waits until it has begun."""
        with self.page.expect_response("**/kiosk/recording/**") as answer:
            self.page.click(".player__button")
        assert answer.value.ok

    def write(self) -> None:
        self.page.fill("textarea", self.text)
        self.next()

    def step(self) -> None:
        if self.is_at_a_task:
            if self.page.locator("[data-player]").count():
                self.listen()
            self.answer_task()
        elif self.is_at_writing:
            self.write()
        else:
            self.next()

    def go_to_the_end(self, most: int = 60) -> None:
        for _step in range(most):
            if self.is_done:
                return
            self.step()
        raise AssertionError(f"no end after {most} pages: {self.page.url}")
