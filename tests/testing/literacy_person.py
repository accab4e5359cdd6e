"""A person at the literacy screen, and the staff beside them: scripted, on the real pages."""

from collections.abc import Callable
from typing import Any

from testing.literacy import content
from tests.testing.pages import Page


class LiteracyPerson:
    """Touches at the kiosk what they can read, and says "I don't know" where they cannot.

    reads : by rung, whether the person masters it.
    """

    def __init__(self, page: Page, reads: Callable[[str], bool], *, own: str, test: str = "fi"):
        self.page = page
        self.reads = reads
        self.own = own
        self.material = content.material(test)
        self.met: list[str] = []
        #: By rung, which way its words ran.
        self.directions: dict[str, str] = {}

    def is_at_a_touch(self) -> bool:
        return self.page.html.select_one("input[name=rung]") is not None

    def touch(self) -> None:
        rung = str(self.page.html.select_one("input[name=rung]")["value"])  # type: ignore[index]
        item = str(self.page.html.select_one("input[name=item]")["value"])  # type: ignore[index]
        self.met.append(rung)
        self.directions[rung] = str(self.page.html.select_one(".choices")["dir"])  # type: ignore[index]
        task = next(one for one in self.material.of(rung, self.own) if one["id"] == item)
        # By the controls, not by their words: the kiosk may speak any language.
        form = self.page.html.select_one("main form")
        assert form is not None
        hidden = form.select("input[type=hidden]")
        offered = {str(one["value"]) for one in form.select("input[name=choice]")}
        fields = {str(one["name"]): str(one["value"]) for one in hidden}
        if self.reads(rung):
            assert task["key"] in offered
            fields |= {"choice": task["key"], "action": "next"}
        else:
            fields["action"] = "unknown"
        self.page.post(str(form["action"]), fields)

    def go_through(self) -> None:
        """Until the kiosk asks for staff or goes on with the test."""
        self.page.get("/kiosk/")
        while self.is_at_a_touch():
            self.touch()


class Administrator:
    """Taps what they hear, with the page of the screen open."""

    def __init__(self, page: Page, hears: Callable[[str], str]):
        self.page = page
        #: By rung the outcome to tap, or "" for nothing written.
        self.hears = hears
        self.met: list[str] = []

    def rung(self) -> str:
        form = self.page.html.select_one("form.tap-sheet")
        return str(form["action"]).rsplit("/", 1)[1] if form else ""

    def fields(self) -> dict[str, Any]:
        heard = self.hears(self.rung())
        sheet = self.page.html.select("form.tap-sheet [name]")
        names = dict.fromkeys(str(one["name"]) for one in sheet)
        names.pop("csrf_token")
        if self.rung() in ("short_dictation", "dictation"):
            said = self.page.html.select("form.tap-sheet .large")
            texts = [one.get_text() for one in said]
            return dict(zip(names, texts, strict=True)) if heard == "right" else {}
        return dict.fromkeys(names, heard)

    def go_through(self) -> None:
        """Until the kiosk's turn comes or everything is seen."""
        while rung := self.rung():
            self.met.append(rung)
            fields = self.fields()
            self.page.submit(fields, form="form.tap-sheet")
