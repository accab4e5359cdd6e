"""Whole days in real Chromium: from the set-up of an office to the result that it reads.

A beginner, an A2 person with an Arabic interface and a B2 person in Swedish; every step on the
pages that the people of the centre and the office use.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from testing import audit, clock
from testing.models import Occasion, Office, Referral, Role, Statement
from tests.browser.literacy_seat import tap_through, touch_through
from tests.browser.seat import Seat
from tests.browser.test_axe import sign_in
from tests.testing.candidates import knows_up_to

pytestmark = pytest.mark.browser


@dataclass
class Day:
    """What one person's day is about."""

    language: str
    interface: str
    knows: str | None
    text: str
    rated: str


DAYS = {
    "a beginner in Finnish": Day("fi", "fi", None, "Amina", "alle_A1.1"),
    "A2 in Finnish, Arabic interface": Day(
        "fi", "ar", "A2.1", "Hei Anna! Tulen huomenna kello viisi. Asun Helsingissä.", "A2.1"
    ),
    "B2 in Swedish": Day(
        "sv",
        "sv",
        "B2.1",
        "Hej! Jag har bott i Vasa i två år och arbetar nu som närvårdare på ett sjukhus.",
        "B2.1",
    ),
}


def press(page: Page, selector: str) -> None:
    """Presses and waits until the next page has loaded."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def sign_on_the_pad(page: Page) -> None:
    """Two strokes of a cross, the first try cleared."""
    paper = page.locator("[data-signing] canvas")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box is not None
    for is_cleared in (True, False):
        for start, end in (((0.4, 0.3), (0.6, 0.7)), ((0.6, 0.3), (0.4, 0.7))):
            for move, (x, y) in ((page.mouse.down, start), (page.mouse.up, end)):
                page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
                move()
        kept = page.locator("[name=signature]")
        assert kept.input_value().count(";") == 1
        if is_cleared:
            page.click("[data-clear]")
            assert kept.input_value() == ""


def send(page: Page) -> None:
    press(page, "main form button[type=submit]")


@pytest.mark.parametrize("name", DAYS)
def test_a_whole_day(kiosk, service, bank_files, name):
    day = DAYS[name]
    build = service.build
    centre = build.centre()
    administrator = build.staff(centre, Role.ADMINISTRATOR)
    others = {
        "first": build.staff(centre, Role.RATER),
        "second": build.staff(centre, Role.RATER),
        "assessor": build.staff(centre, Role.ASSESSOR),
    }

    # 0. The administrator sets an office and a site up.
    desk = kiosk(1366, 768)
    sign_in(desk, administrator)
    desk.goto("/centre/offices/new")
    desk.check("[name=kind][value=employment_authority]")
    desk.fill("[name=name]", f"Rannikon työllisyysalue {administrator.id}")
    send(desk)
    desk.goto("/centre/sites/new")
    for field, value in {
        "name": "Keskusta",
        "street": "Koulukatu 3",
        "postcode": "00100",
        "city": "Helsinki",
    }.items():
        desk.fill(f"[name={field}]", value)
    send(desk)
    office = build.do(
        lambda db: db.scalars(select(Office).where(Office.centre_id == centre.id)).one()
    )
    clerk = build.clerk(office)
    site = build.site(centre)
    soon = clock.now() + timedelta(minutes=2)
    build.occasion(site, administrator, starts_at=soon, ends_at=soon + timedelta(hours=4))

    # 1. The clerk refers, records the permission and books the place.
    desk_of_office = kiosk(1366, 768)
    sign_in(desk_of_office, clerk)
    desk_of_office.goto("/referrals/new")
    for field, value in {
        "surname": "Haddad",
        "given_names": "Samira",
        "birth_date": "1988-02-17",
    }.items():
        desk_of_office.fill(f"[name={field}]", value)
    desk_of_office.select_option("[name=contact_language]", day.interface)
    desk_of_office.select_option("[name=mother_tongue]", "ar")
    desk_of_office.check(f"[name=language][value={day.language}]")
    desk_of_office.check("[name=purpose][value=integration_plan]")
    send(desk_of_office)
    referral = build.do(
        lambda db: db.scalars(select(Referral).where(Referral.office_id == office.id)).one()
    )
    page_of_referral = f"/referrals/{referral.public_id}"
    desk_of_office.goto(f"{page_of_referral}/permission")
    for box in desk_of_office.locator("[name=contents]").all():
        box.check()
    expect(desk_of_office.locator("[data-signing]")).to_be_hidden()
    desk_of_office.check("[name=how][value=screen]")
    sign_on_the_pad(desk_of_office)
    press(desk_of_office, "main form:has([name=how]) button[type=submit]")
    assert urlsplit(desk_of_office.url).path == page_of_referral
    drawn = desk_of_office.locator(".signature img")
    assert drawn.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 1000
    desk_of_office.goto(f"{page_of_referral}/place")
    occasion = build.do(
        lambda db: db.scalars(select(Occasion).where(Occasion.site_id == site.id)).one()
    )
    choice = desk_of_office.locator("[name=occasion]").first
    if choice.evaluate("field => field.tagName") == "SELECT":
        desk_of_office.select_option("[name=occasion]", occasion.public_id)
    else:
        desk_of_office.check(f"[name=occasion][value='{occasion.public_id}']")
    send(desk_of_office)

    # 2. The invitation carries the booking reference, as digits and as a picture.
    desk_of_office.goto(f"{page_of_referral}/invitation")
    letter = desk_of_office.locator("main").inner_text()
    reference = re.search(r"\b(\d{4})[\s\u00a0](\d{4})\b", letter)
    assert reference is not None, letter

    # 3. The desk finds the booking by it, checks the identity and gives a seat code.
    desk.goto("/desk/")
    desk.fill("#reference", "".join(reference.groups()))
    desk.press("#reference", "Enter")
    desk.wait_for_url("**/desk/bookings/**")
    desk.check("[name=document][value=passport]")
    press(desk, "main form:has([name=document]) button[type=submit]")
    press(desk, "main form[action$='/code'] button[type=submit]")
    code = desk.locator(".seat-code-big").inner_text().replace(" ", "")

    # 4. The kiosk.
    knows = knows_up_to(day.knows) if day.knows else lambda item: False
    seat = Seat(kiosk(), bank_files, knows, language=day.interface, text=day.text)
    seat.begin(code)
    touch_through(seat, lambda rung: True, own=day.interface, test=day.language)
    # The administrator reads with the person: all is right, and the test goes on.
    desk.goto("/desk/")
    press(desk, ".seat--attention a")
    press(desk, "main a[href^='/literacy/']")
    assert tap_through(desk, lambda rung: "right") == ["unfamiliar_words", "short_dictation"]
    seat.page.goto("/kiosk/")
    seat.go_to_the_end()
    assert "Samira" not in seat.page.content()
    desk.goto("/desk/")
    expect(desk.locator(".seat--done")).to_have_count(1)

    # 5. Two raters, neither of whom sees the name or the other's marks.
    for rater in ("first", "second"):
        page = kiosk(1366, 768)
        sign_in(page, others[rater])
        page.goto("/rating")
        press(page, "main form[action$='/next'] button")
        while page.locator("#marks").count():
            assert "Haddad" not in page.content()
            for criterion in ("task_achievement", "range", "accuracy", "coherence"):
                page.locator(f"label:has([name={criterion}][value='{day.rated}'])").click()
            press(page, "#marks button.button--primary")

    # 6. The assessor gives own levels before the proposal, decides and signs.
    page = kiosk(1366, 768)
    sign_in(page, others["assessor"])
    page.goto("/assessment")
    press(page, "main a[href*='/assessment/']")
    sitting_path = urlsplit(page.url).path
    page.goto(f"{sitting_path}/proposal")
    assert page.locator("[name=confirmed]").count() == 0
    page.goto(sitting_path)
    for field in page.locator("select[name^=blind-]").all():
        field.select_option(day.rated)
    press(page, "form.blind button[type=submit]")
    page.goto(f"{sitting_path}/proposal")
    for skill in page.locator("fieldset.decision").all():
        skill.locator("label.level--proposed, label.level--none").first.click()
    page.locator(".option--proposed input").check()
    recommended = page.locator("#recommended .proposal").inner_text()
    page.check("[name=confirmed]")
    press(page, "#decision .sign button[type=submit]")
    statement = build.do(
        lambda db: db.scalars(
            select(Statement).where(Statement.centre_id == centre.id)
        ).one()
    )

    # 7. The office reads it, also as PDF; the person gets their own copy.
    desk_of_office.goto("/results")
    press(desk_of_office, "main .inbox__link")
    assert "Haddad" in desk_of_office.locator("main").inner_text()
    assert recommended in desk_of_office.locator("#next + .proposal").inner_text()
    at = urlsplit(desk_of_office.url).path
    for language in ("fi", "sv"):
        pdf = desk_of_office.request.get(f"{at}/{language}.pdf")
        assert pdf.ok
        assert pdf.body().startswith(b"%PDF")
    person = build.do(lambda db: db.get_one(Referral, referral.id).person.public_id)
    desk.goto(f"/people/{person}/own-copy")
    assert desk.locator("main").inner_text().strip()
    verified = kiosk().request.get(f"/verify/{statement.verification_code}")
    assert verified.ok
    assert "Haddad" not in verified.text()

    # Withdrawn: the next look is refused, what was released stays.
    desk_of_office.goto(page_of_referral)
    press(desk_of_office, "main a[href*='/withdraw']")
    send(desk_of_office)
    answer = desk_of_office.goto(at)
    assert answer is not None
    assert answer.status == 403

    # 8. The log is whole, and the person's page of it tells who looked.
    with build.database.reading() as db:
        report = audit.verify(db, build.keys, service.folder / "seals.jsonl")
    assert report.findings == []
    desk.goto(f"/people/{person}")
    expect(desk.locator("h1")).to_contain_text("Samira")
