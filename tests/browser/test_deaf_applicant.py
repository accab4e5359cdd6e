"""A deaf applicant to vocational training: what cannot be heard is not assessed, and says why."""

import pytest
from playwright.sync_api import expect

from testing.models import NotAssessed, PartState, Purpose, Referral, Role, SittingState, Skill
from tests.browser.seat import Seat
from tests.browser.test_axe import faults_of, sign_in
from tests.testing import walks
from tests.testing.candidates import knows_up_to

pytestmark = pytest.mark.browser

TEXT = "Hei! Olen opiskellut suomea kolme vuotta ja haluan lähihoitajaksi, koska autan mielelläni."


def press(page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)


def test_a_deaf_applicant_to_vocational_training(kiosk, service, bank_files):
    build = service.build
    arrival = build.arrival(contact_language="uk", mother_tongue="uk")

    def applies(db):
        referral = db.get_one(Referral, arrival.referral.id)
        referral.purpose, referral.training = Purpose.VOCATIONAL_TRAINING, "Lähihoitaja"

    build.do(applies)
    desk = kiosk(1280, 900)
    sign_in(desk, arrival.administrator)
    booking = f"/desk/bookings/{arrival.booking.public_id}"

    # 1. The interview, in writing: every question stands in Ukrainian beside the desk's.
    desk.goto(f"{booking}/interview")
    assert desk.locator(".ask [lang=uk]").count() > 14
    assert faults_of(desk) == []
    desk.select_option("[name=language_0]", "uk")
    desk.select_option("[name=reads_0]", "well")
    desk.select_option("[name=writes_0]", "well")
    desk.fill("[name=school_years]", "11")
    for name, value in {
        "hearing": "cannot_hear", "goal": "profession", "interpreter": "in_person",
    }.items():  # fmt: skip
        desk.check(f"[name={name}][value={value}]")
    desk.check("[name=accommodations][value=large_print]")
    desk.check("[name=can_reading][value='A1.1']")
    desk.check("[name=can_reading][value='A1.3']")
    desk.check("[name=can_reading][value='A2.2']")
    press(desk, "main form[method=post] button.button--primary")

    # 2. The plan follows from it: nothing that has to be heard waits for the person.
    press(desk, "main form[action$='/code'] button[type=submit]")
    code = desk.locator(".seat-code-big").inner_text().replace(" ", "")
    sitting = build.do(arrival.sitting)
    desk.goto(f"/plans/sittings/{sitting.public_id}")
    assert faults_of(desk) == []
    main = desk.locator("main")
    expect(main).to_contain_text("Vocational check")
    expect(main).to_contain_text("The person could not hear the recordings.")
    expect(main.locator("tr", has_text="Reading")).to_contain_text("A2.1")

    # 3. The literacy screen is heard: the desk leaves it out, with the reason.
    seat = Seat(kiosk(), bank_files, knows_up_to("B1.1"), language="uk", text=TEXT)
    seat.begin(code)
    desk.goto(f"/desk/sittings/{sitting.public_id}")
    press(desk, "main a[href^='/literacy/']")
    desk.locator("details:has(form[action$='/set-aside'])").evaluate("one => one.open = true")
    desk.select_option("form[action$='/set-aside'] select", "hearing")
    press(desk, "form[action$='/set-aside'] button[type=submit]")

    # 4. The kiosk: large letters, reading and writing, and never a recording.
    seat.page.goto("/kiosk/")
    assert "surface-kiosk--large" in str(seat.page.locator("html").get_attribute("class"))
    assert seat.page.evaluate("document.documentElement.scrollWidth") <= 1024
    for _step in range(60):
        if seat.is_done:
            break
        assert seat.page.locator("[data-player]").count() == 0
        seat.step()
    assert seat.is_done

    # 5. What is left for those who decide.
    def found(db):
        row = arrival.sitting(db)
        return row.state, {part.skill: (part.state, part.not_assessed) for part in row.parts}

    state, parts = build.do(found)
    assert state is SittingState.FINISHED
    left = (PartState.NOT_ASSESSED, NotAssessed.HEARING)
    assert parts[Skill.LISTENING] == parts[Skill.SPEAKING] == left
    assert parts[Skill.READING][0] is parts[Skill.WRITING][0] is PartState.DONE
    assessor = kiosk(1280, 900)
    sign_in(assessor, walks.colleague(build, arrival, Role.ASSESSOR))
    assessor.goto(f"/assessment/{sitting.public_id}")
    assert faults_of(assessor) == []
    expect(assessor.locator("main")).to_contain_text("could not hear the recordings")
