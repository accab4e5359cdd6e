"""The literacy screen with finger and eyes: a person at the kiosk, staff with the tap-sheet."""

from collections.abc import Callable

from playwright.sync_api import Page

from testing.literacy import content
from tests.browser.seat import Seat

DICTATED = ("short_dictation", "dictation")


def at_touch(seat: Seat) -> str:
    """The rung whose task is on the page, or nothing."""
    rung = seat.page.locator("input[name=rung]")
    return rung.get_attribute("value") or "" if rung.count() else ""


def touch_through(
    seat: Seat, reads: Callable[[str], bool], *, own: str, test: str = "fi", most: int = 60
) -> list[str]:
    """Until the kiosk asks for staff or goes on; the rungs that were met."""
    material = content.material(test)
    met: list[str] = []
    for _page in range(most):
        rung = at_touch(seat)
        if not rung:
            return met
        if rung not in met:
            met.append(rung)
        item = seat.page.locator("input[name=item]").get_attribute("value")
        task = next(one for one in material.of(rung, own) if one["id"] == item)
        if reads(rung):
            seat.page.locator(f"label:has([name=choice][value='{task['key']}'])").click()
            seat.next()
        else:
            seat.do_not_know()
    raise AssertionError(f"no end of the literacy screen: {met}")


def tap_through(desk: Page, hears: Callable[[str], str]) -> list[str]:
    """Until nothing is left to tap; the rungs that were met."""
    met: list[str] = []
    while (sheet := desk.locator("form.tap-sheet")).count():
        rung = str(sheet.get_attribute("action")).rsplit("/", 1)[1]
        met.append(rung)
        heard = hears(rung)
        if rung in DICTATED and heard == "right":
            said = sheet.locator(".large").all_inner_texts()
            for field, words in zip(
                sheet.locator(".input").all(), said, strict=True
            ):
                field.fill(words)
        elif rung not in DICTATED:
            for mark in sheet.locator(f".tap__mark--{heard}").all():
                mark.click()
        with desk.expect_navigation():
            sheet.locator("button[type=submit]").click()
    return met
