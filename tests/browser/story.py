"""One person from the desk to the recommendation; every step on the page of who takes it."""

from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Locator, Page

from items.bank_files import BankFiles, Item
from testing import clock, rating
from testing.models import NotAssessed, Role, Skill, Staff
from testing.speaking import talks
from tests.browser.conftest import Service
from tests.browser.literacy_seat import tap_through, touch_through
from tests.browser.seat import Seat
from tests.browser.test_axe import sign_in
from tests.testing import walks


def press(page: Page, selector: str) -> None:
    """Presses and waits until the next page has loaded."""
    with page.expect_navigation():
        page.locator(selector).first.click()


class Story:
    """A person who has arrived, the desk beside them, and those who judge afterwards."""

    def __init__(
        self,
        service: Service,
        kiosk: Callable[..., Page],
        bank: BankFiles,
        *,
        language: str,
        knows: Callable[[Item], bool] = lambda item: False,
        text: str = "Amina",
        **person: Any,
    ) -> None:
        self.service, self.build, self.kiosk, self.bank = service, service.build, kiosk, bank
        self.language, self.knows, self.text = language, knows, text
        self.arrival = self.build.arrival(contact_language=language, **person)
        self.booking = f"/desk/bookings/{self.arrival.booking.public_id}"
        self.desk = kiosk(1280, 900)
        sign_in(self.desk, self.arrival.administrator)
        self.seat: Seat | None = None
        self.assessor: Page | None = None

    @property
    def sitting(self) -> str:
        return str(self.build.do(lambda db: self.arrival.sitting(db).public_id))

    @property
    def at_desk(self) -> Locator:
        return self.desk.locator("main")

    # The desk

    def interview(self, *reads: tuple[str, str], **answers: str | tuple[str, ...]) -> None:
        """reads : language and how well it is read and written; answers : by question."""
        desk = self.desk
        desk.goto(f"{self.booking}/interview")
        for place, (language, degree) in enumerate(reads):
            desk.select_option(f"[name=language_{place}]", language)
            desk.select_option(f"[name=reads_{place}]", degree)
            desk.select_option(f"[name=writes_{place}]", degree)
        for name, value in answers.items():
            if isinstance(value, tuple):
                for one in value:
                    desk.check(f"[name={name}][value='{one}']")
                continue
            field = desk.locator(f"select[name={name}], input.input[name={name}]")
            if field.count() == 0:
                desk.check(f"[name={name}][value={value}]")
            elif field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        press(desk, "main form[method=post] button.button--primary")

    def new_seat(self) -> Page:
        """A kiosk that nobody has used yet."""
        self.seat = Seat(
            self.kiosk(), self.bank, self.knows, language=self.language, text=self.text
        )
        return self.seat.page

    def sit_down(self) -> None:
        """A code from the desk, and the kiosk up to the first page after practice."""
        if self.seat is None:
            self.new_seat()
        assert self.seat is not None
        self.seat.begin(self._code())

    def sit_elsewhere(self) -> Page:
        """Another seat, another code: the person goes on."""
        page = self.new_seat()
        assert self.seat is not None
        self.seat.enter(self._code())
        page.click(f'button[name=language][value="{self.language}"]')
        self.seat.next()
        return page

    def _code(self) -> str:
        self.desk.goto(self.booking)
        press(self.desk, "main form[action$='/code'] button[type=submit]")
        return self.desk.locator(".seat-code-big").inner_text().replace(" ", "")

    def touch(self, reads: Callable[[str], bool]) -> list[str]:
        """The person's turn at the kiosk in the literacy screen; the rungs that were met."""
        assert self.seat is not None
        self.seat.page.goto("/kiosk/")
        return touch_through(self.seat, reads, own=self.language)

    def open_sheet(self) -> None:
        """The desk's page of the literacy screen, by the way that staff go."""
        self.desk.goto(f"/desk/sittings/{self.sitting}")
        press(self.desk, "main a[href^='/literacy/']")

    def read_together(self, hears: Callable[[str], str]) -> list[str]:
        self.open_sheet()
        return tap_through(self.desk, hears)

    def end_screen(self) -> None:
        press(self.desk, "form[action$='/finish'] button[type=submit]")

    def go_through_the_parts(self) -> None:
        """All that is taken at the kiosk, by the verbs (the kiosk's pages have journeys)."""
        walks.walk(self.build, self.arrival, self.knows, texts=(self.text, self.text))

    def talk(self) -> None:
        """Five minutes with the desk, recorded."""

        def work(db):
            staff = db.get_one(Staff, self.arrival.administrator.id)
            part = talks.speaking_part(self.arrival.sitting(db))
            talk = talks.begin(
                db, part, talks.sets_for(db, part)[0], agreed_in=self.language, live_rater=None,
                actor=staff, now=clock.now(),
            )  # fmt: skip
            talks.keep(db, talk, "", seconds=300.0, actor=staff, now=clock.now())

        self.build.do(work)

    # Those who judge

    def rated(self, **levels: str) -> None:
        """Two raters on everything that waits, by skill (the pages of rating have journeys)."""
        for _rater in range(2):
            rater = walks.colleague(self.build, self.arrival, Role.RATER)

            def work(db, rater=rater) -> bool:
                staff = db.get_one(Staff, rater.id)
                found = rating.take_next(db, staff, now=clock.now())
                if found is None:
                    return False
                level = levels[found.script.part.skill.value]
                marks = dict.fromkeys((one.value for one in found.script.criteria), level)
                rating.submit(db, found, marks, "", actor=staff, now=clock.now())
                return True

            while self.build.do(work):
                pass

    def assess(self, own_levels: Mapping[str, str]) -> Page:
        """The assessor finds the person in the queue and gives own levels first."""
        page = self.assessor = self.kiosk(1280, 900)
        sign_in(page, walks.colleague(self.build, self.arrival, Role.ASSESSOR))
        page.goto("/assessment")
        press(page, "main a[href*='/assessment/']")
        for field in page.locator("select[name^=blind-]").all():
            skill = str(field.get_attribute("name")).removeprefix("blind-")
            field.select_option(own_levels.get(skill, "cannot-tell"))
        press(page, "form.blind button[type=submit]")
        return page

    def confirm_class(self) -> None:
        """A teacher stands for the class that the rules propose."""
        assert self.assessor is not None
        self.assessor.goto(f"/assessment/{self.sitting}")
        press(self.assessor, "main a[href^='/literacy/']")
        press(self.assessor, "form[action$='/confirm'] button[type=submit]")

    def see_profile(self) -> Locator:
        assert self.assessor is not None
        self.assessor.goto(f"/profile/{self.sitting}")
        return self.assessor.locator("main")

    def see_proposal(self) -> Locator:
        assert self.assessor is not None
        self.assessor.goto(f"/assessment/{self.sitting}/proposal")
        return self.assessor.locator("#recommended")

    def sign(self) -> Locator:
        """As proposed; the statement."""
        page = self.assessor
        assert page is not None
        for skill in page.locator("fieldset.decision").all():
            skill.locator("label.level--proposed, label.level--none").first.click()
        page.locator(".option--proposed input").check()
        page.check("[name=confirmed]")
        press(page, "#decision .sign button[type=submit]")
        return page.locator("main")

    def left_out(self) -> set[tuple[Skill, NotAssessed]]:
        """Parts that are not given, with the reason."""

        def work(db):
            parts = self.arrival.sitting(db).parts
            return {(p.skill, p.not_assessed) for p in parts if p.not_assessed is not None}

        return set(self.build.do(work))
