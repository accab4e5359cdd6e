"""Pictures of the pages: all that a role can reach, to look at; or those of the README.

    python -m tools.screenshots FOLDER [--readme] [--width 1366] [--height 768]

Starts the service on a database of its own with invented people, and removes it afterwards.
"""

import argparse
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from items.bank_files import load_folder
from testing import clock, rating
from testing.models import Role, Staff
from tests.browser.conftest import CHROMIUM, Service
from tests.browser.seat import Seat
from tests.testing import walks
from tests.testing.candidates import knows_up_to
from tests.testing.results import Case


def every_page(browser: Browser, service: Service, folder: Path, size: dict[str, int]) -> None:
    """One picture of every page of every role."""
    from testing.app import create_app
    from testing.settings import Settings
    from tests.browser.test_axe import pages_of, sign_in
    from tests.testing.conftest import MASTER_KEY

    data = Path(tempfile.mkdtemp())
    app = create_app(
        Settings(data=data, database_url=f"sqlite:///{data / 'x.sqlite3'}", key=MASTER_KEY)
    )
    rules = {"app": app, "adapter": app.url_map.bind("localhost")}
    people = day(service)
    for role, staff in people.items():
        page = browser.new_context(viewport=size, base_url=service.url).new_page()
        sign_in(page, staff)
        for endpoint in pages_of(page, rules, urlsplit(page.url).path):
            page.screenshot(path=folder / f"{role}-{endpoint}.png", full_page=True)


def day(service: Service) -> dict[str, object]:
    """A centre in the middle of its day, and one member of staff a role."""
    build = service.build
    first = build.arrival(surname="Hassan", given_names="Amina")
    walks.walk(build, first, knows_up_to("A2.1"))
    occasion = build.do(lambda db: db.get_one(type(first.booking), first.booking.id).occasion)
    names = (("Ali", "Yusuf"), ("Karimi", "Parisa"), ("Ivanova", "Olga"), ("Nguyen", "Lan"))
    for surname, given in names:
        one = build.arrival_at(
            occasion, first.administrator, first.clerk, surname=surname, given_names=given
        )
        if given != "Lan":
            one.code()
    found = {role.value: walks.colleague(build, first, role) for role in Role
             if role not in (Role.CLERK, Role.ADMINISTRATOR)}  # fmt: skip
    return found | {"administrator": first.administrator, "clerk": first.clerk}


def readme(browser: Browser, service: Service, folder: Path) -> None:
    """The pictures that the README shows."""
    bank = load_folder()
    for language in ("fi", "ar"):
        arrival = service.build.arrival()
        size = {"width": 1024, "height": 768}
        page = browser.new_context(viewport=size, base_url=service.url).new_page()
        seat = Seat(page, bank, knows_up_to("A1.3"), language=language)
        seat.begin(arrival.code())
        seat.next()
        page.screenshot(path=folder / f"kiosk-{language}-reading.png")
        while not page.locator("[data-player]").count():
            seat.step()
        page.screenshot(path=folder / f"kiosk-{language}-listening.png")


    desk(browser, service, folder)


def desk(browser: Browser, service: Service, folder: Path) -> None:
    """The board, a profile before it is signed, and the statement as the office reads it."""
    from tests.browser.test_axe import sign_in

    people = day(service)
    size = {"width": 1366, "height": 768}
    page = browser.new_context(viewport=size, base_url=service.url).new_page()
    sign_in(page, people["administrator"])
    page.goto("/desk/")
    page.screenshot(path=folder / "board.png")
    bank = load_folder()
    person = {"surname": "Karimi", "given_names": "Parisa"}
    case = Case(service.build, bank, person=person)
    walks.walk(service.build, case.arrival, knows_up_to("A2.1"))
    for rater in case.raters[:2]:
        while waits(service, rater):
            walks.rate(service.build, rater, "A2.1", "A2.1", "A1.3", "A2.1")
    case.give_levels()
    page = browser.new_context(viewport=size, base_url=service.url).new_page()
    sign_in(page, case.assessor)
    page.goto(f"/assessment/{case.sitting_id}/proposal")
    page.screenshot(path=folder / "profile.png")
    case.sign()
    service.build.permission(case.arrival.referral, case.clerk, given_on=clock.now().date())
    page = browser.new_context(viewport=size, base_url=service.url).new_page()
    sign_in(page, case.clerk)
    page.goto("/results")
    page.locator("main .inbox__link").first.click()
    page.wait_for_load_state()
    page.screenshot(path=folder / "statement.png", full_page=True)


def waits(service: Service, rater: Staff) -> bool:
    """Whether a text waits for this rater."""
    found = service.build.do(
        lambda db: rating.desk_of(db, db.get_one(Staff, rater.id), clock.now())
    )
    return bool(found.waiting)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--readme", action="store_true")
    options.add_argument("--width", type=int, default=1366)
    options.add_argument("--height", type=int, default=768)
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        service = Service(Path(data), load_folder())
        service.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            if given.readme:
                readme(browser, service, given.folder)
            else:
                size = {"width": given.width, "height": given.height}
                every_page(browser, service, given.folder, size)
        finally:
            browser.close()
            service.stop()


if __name__ == "__main__":
    main()
