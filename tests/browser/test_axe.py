"""axe finds nothing serious on any page of any role; every page of a role is reached by links."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from testing import assessment, clock, statements
from testing.app import create_app
from testing.models import Role, Staff
from testing.recommending import drafts, talks
from testing.settings import Settings
from testing.statements import Decided
from tests.browser.conftest import Service
from tests.browser.seat import Seat
from tests.testing import walks
from tests.testing.builders import PASSWORD, Arrival
from tests.testing.candidates import knows_up_to
from tests.testing.conftest import MASTER_KEY
from tests.testing.test_assessment import rate_next

pytestmark = pytest.mark.browser

SERIOUS = {"serious", "critical"}
#: Addresses that answer with something else than a page.
NO_PAGES = {
    "public.health",
    "desk.live",
    "kiosk.recording",
    "kiosk.sound",
    "media.picture",
    "profile.recording",
    "static",
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory) -> dict[str, Any]:
    """Endpoint → rule of every page that can be opened by an address."""
    data = tmp_path_factory.mktemp("rules")
    settings = Settings(data=data, database_url=f"sqlite:///{data / 'x.sqlite3'}", key=MASTER_KEY)
    app = create_app(settings)
    adapter = app.url_map.bind("localhost")
    return {"app": app, "adapter": adapter}


def faults_of(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {[node['target'] for node in one['nodes']][:3]}"
        for one in found
        if one["impact"] in SERIOUS
    ]


def endpoint_of(rules: dict[str, Any], url: str) -> str | None:
    try:
        endpoint, _arguments = rules["adapter"].match(urlsplit(url).path, method="GET")
    except Exception:
        return None
    return str(endpoint)


def pages_of(page: Page, rules: dict[str, Any], start: str) -> Iterator[str]:
    """Opens one page of every endpoint that links lead to from `start`; yields the endpoints."""
    waiting, seen = [start], set()
    while waiting:
        path = waiting.pop(0)
        endpoint = endpoint_of(rules, path)
        is_file = urlsplit(path).path.endswith((".pdf", ".csv", ".json", ".txt"))
        if endpoint is None or endpoint in seen or endpoint in NO_PAGES or is_file:
            continue
        answer = page.goto(path)
        assert answer is not None
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        seen.add(endpoint)
        assert answer.status < 500, path
        yield endpoint
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        waiting.extend(link for link in links if link.startswith("/"))


def sign_in(page: Page, staff: Staff) -> None:
    page.goto("/sign-in")
    page.fill("[name=email]", staff.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def assessed(db: Session, arrival: Arrival, staff: Staff, *, is_signed: bool) -> None:
    """The assessor has given own levels and, perhaps, signed and booked a talk."""
    actor, now = db.get_one(Staff, staff.id), clock.now()
    sitting = assessment.own(db, arrival.sitting(db).public_id, actor)
    own = dict.fromkeys(assessment.blind_skills(db, sitting), "A1.2")
    assessment.give_blind_levels(db, sitting, own, actor=actor, now=now)
    if not is_signed:
        return
    results = assessment.proposal(db, sitting, actor=actor, now=now)
    decided = {
        skill: Decided(level=row.proposal["most_probable_level"])
        if row.proposal
        else Decided(not_assessed=row.not_assessed)
        for skill, row in results.items()
    }
    statements.sign(db, sitting, decided, confirmed=True, actor=actor, now=now)
    talks.book(db, sitting, starts_at=now, language="ar", interpreter=True, actor=actor, now=now)


@pytest.fixture(scope="module")
def people(service: Service, bank_files) -> dict[str, Staff]:
    """A centre in the middle of its day, and one member of staff a role."""
    build = service.build
    first = build.arrival()
    occasion = build.do(lambda db: db.get_one(type(first.booking), first.booking.id).occasion)
    assessor = walks.colleague(build, first, Role.ASSESSOR)
    for surname in ("Karimi", "Omar"):
        one = build.arrival_at(occasion, first.administrator, first.clerk, surname=surname)
        walks.walk(build, one, knows_up_to("A1.2"))
        for _number in range(2):
            rater = walks.colleague(build, first, Role.RATER)
            while rate_next(build, rater):
                pass
        is_signed = surname == "Omar"
        build.do(partial(assessed, arrival=one, staff=assessor, is_signed=is_signed))
    build.do(lambda db: drafts.begin(db, actor=db.get_one(Staff, assessor.id), now=clock.now()))
    walks.walk(build, first, knows_up_to("A2.1"))
    second = build.arrival_at(occasion, first.administrator, first.clerk, surname="Ali")
    second.code()
    build.booking(build.referral(first.clerk), occasion, first.clerk)
    found = {
        role.value: walks.colleague(build, first, role) for role in Role if role is not Role.CLERK
    }
    found[Role.ADMINISTRATOR.value] = first.administrator
    found[Role.ASSESSOR.value] = assessor
    found[Role.CLERK.value] = first.clerk
    return found


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_no_page_of_a_role_has_a_serious_fault(kiosk, service, rules, people, role):
    page = kiosk(1366, 768)
    sign_in(page, people[role])
    found: dict[str, list[str]] = {}
    start = urlsplit(page.url).path
    for endpoint in pages_of(page, rules, start):
        faults = faults_of(page)
        if faults:
            found[f"{endpoint} {page.url}"] = faults
    assert found == {}


def test_no_public_page_has_a_serious_fault_in_either_direction(kiosk, service, rules):
    for language in ("fi", "ar"):
        page = kiosk(1024, 768, locale=language)
        for path in ("/", "/sign-in", "/privacy", "/accessibility", "/feedback"):
            page.goto(path)
            assert faults_of(page) == [], (language, path)


@pytest.mark.parametrize("language", ["fi", "ar"])
def test_no_page_of_the_kiosk_has_a_serious_fault(kiosk, service, bank_files, language):
    arrival = service.build.arrival()
    page = kiosk()
    seat = Seat(page, bank_files, knows_up_to("A2.1"), language=language)
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        faults = faults_of(page)
        if faults:
            found.setdefault(name, faults)

    page.goto("/kiosk/")
    look("code")
    seat.enter(arrival.code())
    look("language")
    page.click(f'button[name=language][value="{language}"]')
    look("introduction")
    seat.next()
    look("practice")
    page.click("label:has(#practice-apple)")
    seat.next()
    kinds: set[str] = set()
    for _step in range(50):
        if seat.is_done:
            break
        if seat.is_at_a_task:
            new = {item.kind for item in seat.task().items} - kinds
            kinds |= new
            if new:
                look(f"task {sorted(new)}")
        else:
            look(page.url)
        seat.step()
    look("done")
    assert found == {}
