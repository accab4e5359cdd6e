"""Permission: the text in the person's language, what they decided, taking it back."""

import io
from datetime import timedelta

import pypdf
import pytest
from sqlalchemy import select

from testing import clock, permissions
from testing.languages import PERSON_CODES
from testing.models import Event, HowGiven, Permission, Purpose
from tests.testing.builders import Builder
from tests.testing.pages import Page


@pytest.fixture
def centre(build: Builder):
    return build.centre()


@pytest.fixture
def clerk(build: Builder, centre):
    return build.clerk(build.office(centre))


@pytest.fixture
def referral(build: Builder, clerk):
    return build.referral(clerk)


@pytest.fixture
def opened(page: Page, clerk, referral) -> Page:
    page.sign_in(clerk)
    page.get(f"/referrals/{referral.public_id}/permission")
    return page


def kept(build: Builder) -> list[Permission]:
    return build.do(lambda db: list(db.scalars(select(Permission).order_by(Permission.id))))


def test_the_text_stands_in_the_persons_own_language_and_direction(opened: Page):
    block = opened.html.select_one(".aloud")
    assert (block["lang"], block["dir"]) == ("ar", "rtl")
    opened.submit({"language": "so"}, button="Show this text")
    block = opened.html.select_one(".aloud")
    assert (block["lang"], block["dir"]) == ("so", "ltr")


def test_a_permission_is_recorded_with_all_that_shows_how_it_was_given(
    opened: Page, build: Builder, clerk
):
    opened.submit(
        {"contents": ["levels", "recommendation"], "how": "oral", "witness": "Liisa Laine",
         "interpreter": "y"},
        button="Record the permission",
    )  # fmt: skip
    assert "In force" in opened.text()
    (row,) = kept(build)
    assert row.contents == ["levels", "recommendation"]
    assert (row.how, row.witness, row.interpreter) == (HowGiven.ORAL, "Liisa Laine", True)
    assert (row.text_language, row.text_version) == ("ar", permissions.TEXT_VERSION)
    assert row.recipient_id == clerk.office_id
    assert row.purpose is Purpose.INTEGRATION_PLAN
    assert row.given_on == clock.local_day(clock.now())


def test_what_is_recorded_is_what_was_shown(opened: Page, build: Builder, centre):
    school = build.office(centre, name="Ammattiopisto", kind="education_provider")
    opened.get(opened.path)
    opened.submit(
        {"language": "fa", "recipient": school.public_id, "purpose": "vocational_training"},
        button="Show this text",
    )
    assert "Ammattiopisto" in opened.html.select_one(".aloud").get_text()
    opened.submit({"contents": ["levels"], "how": "paper"}, button="Record the permission")
    (row,) = kept(build)
    assert (row.text_language, row.recipient_id) == ("fa", school.id)
    assert row.purpose is Purpose.VOCATIONAL_TRAINING


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"how": "paper"}, "Choose what the person permits"),
        ({"contents": ["levels"]}, "Choose how it was given."),
        ({"contents": ["levels"], "how": "oral"}, "Write who heard the person give it."),
        ({"contents": ["levels"], "how": "paper", "witness": "L"}, "has no witness"),
        ({"contents": ["levels"], "how": "paper", "given_on": "2999-01-01"}, "after it was given"),
        ({"contents": ["levels"], "how": "paper", "given_on": "eilen"}, "Give the day."),
    ],
)
def test_a_half_told_permission_is_not_recorded(opened: Page, build: Builder, answers, words):
    opened.submit({"interpreter": "y"} | answers, button="Record the permission", status=400)
    assert words in opened.text()
    assert opened.html.select_one("#interpreter").has_attr("checked")
    assert kept(build) == []


def test_nothing_is_chosen_for_the_person_beforehand(opened: Page):
    assert not opened.html.select('input[name="contents"][checked]')
    assert not opened.html.select('input[name="how"][checked]')


def test_a_permission_is_taken_back(opened: Page, build: Builder, referral, clerk):
    build.permission(referral, clerk, given_on=clock.local_day(clock.now()))
    opened.get(f"/referrals/{referral.public_id}")
    assert "In force" in opened.text()
    opened.follow("The person takes the permission back")
    opened.submit(button="End the permission")
    assert "The permission has ended." in opened.text()
    assert "Without the person's permission" not in opened.text()
    (row,) = kept(build)
    assert row.withdrawn_at is not None
    assert row.withdrawn_by_id == clerk.id


def test_another_referrals_permission_is_not_found(opened: Page, build: Builder, referral, clerk):
    other = build.permission(build.referral(clerk), clerk)
    address = f"/referrals/{referral.public_id}/permission/{other.public_id}/withdraw"
    opened.get(address, status=404)


@pytest.mark.parametrize("query", ["language=xx", "recipient=nobody", "purpose=curiosity"])
def test_an_address_that_no_form_makes_is_not_found(opened: Page, referral, query):
    opened.get(f"/referrals/{referral.public_id}/permission?{query}", status=404)


def test_a_new_permission_for_the_same_office_ends_the_old_one(build: Builder, referral, clerk):
    build.permission(referral, clerk, given_on=clock.local_day(clock.now()))
    build.permission(referral, clerk, contents=["levels"])
    old, new = kept(build)
    assert old.withdrawn_at is not None
    assert new.withdrawn_at is None
    assert new.expires_on - new.given_on == timedelta(days=365)


@pytest.mark.parametrize("language", PERSON_CODES)
def test_the_text_is_printed_on_one_sheet_to_be_signed(
    opened: Page, build: Builder, referral, language
):
    opened.get(f"/referrals/{referral.public_id}/permission?language={language}")
    opened.follow("Print the text to be signed on paper")
    assert opened.response.mimetype == "application/pdf"
    assert opened.response.headers["Content-Disposition"] == "attachment; filename=suostumus.pdf"
    document = pypdf.PdfReader(io.BytesIO(opened.response.data))
    assert len(document.pages) == 1
    assert "Allekirjoitus" in document.pages[0].extract_text()
    assert "Hassan" not in str(document.metadata)
    done = build.do(lambda db: db.scalars(select(Event.action).order_by(Event.id.desc())).first())
    assert done == "permission:print"
