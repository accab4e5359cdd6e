"""The invitation: two languages side by side, one page, a reference that opens nothing."""

import io
from datetime import timedelta

import pypdf
import pytest
from sqlalchemy import select
from weasyprint.urls import FatalURLFetchingError

from testing import clock, pdf
from testing.languages import PERSON_CODES
from testing.models import Event, Role
from tests.testing.builders import Builder
from tests.testing.pages import Page


@pytest.fixture
def centre(build: Builder):
    return build.centre(email="testi@example.fi")


@pytest.fixture
def clerk(build: Builder, centre):
    return build.clerk(build.office(centre))


@pytest.fixture
def occasion(build: Builder, centre):
    starts = clock.now() + timedelta(days=5)
    site = build.site(centre, directions="Ovi pihan puolella, 2. kerros, huone 204")
    return build.occasion(
        site,
        build.staff(centre, Role.ADMINISTRATOR),
        starts_at=starts,
        ends_at=starts + timedelta(hours=4),
    )


def invite(build: Builder, clerk, occasion, language: str):
    referral = build.referral(clerk, person={"contact_language": language})
    return referral, build.booking(referral, occasion, clerk)


def actions(build: Builder) -> list[str]:
    return build.do(lambda db: list(db.scalars(select(Event.action).order_by(Event.id))))


def test_the_page_has_both_languages_each_in_its_own_direction(
    page: Page, build: Builder, clerk, occasion
):
    referral, booking = invite(build, clerk, occasion, "ar")
    page.sign_in(clerk)
    html = page.get(f"/referrals/{referral.public_id}/invitation")
    assert html.html["lang"] == "fi"
    own = html.select_one(".tongue[lang]")
    assert (own["lang"], own["dir"]) == ("ar", "rtl")
    text = page.text()
    assert f"{booking.reference[:4]} {booking.reference[4:]}" in text
    assert f"{clock.local(occasion.starts_at):%H.%M}" in text
    assert "Koulukatu 3, 00100 Helsinki" in text
    assert "09 123 4567" in text
    assert html.select_one("[role=img] svg")
    assert actions(build)[-1] == "invitation:view"


def test_the_clerk_may_choose_swedish(page: Page, build: Builder, clerk, occasion):
    referral, _booking = invite(build, clerk, occasion, "ru")
    page.sign_in(clerk)
    page.get(f"/referrals/{referral.public_id}/invitation")
    page.follow("På svenska")
    assert page.html.html["lang"] == "sv"
    page.get(f"/referrals/{referral.public_id}/invitation?language=xx", status=404)


def test_one_column_is_enough_for_who_reads_the_letters_own_language(
    page: Page, build: Builder, clerk, occasion
):
    referral, _booking = invite(build, clerk, occasion, "fi")
    page.sign_in(clerk)
    html = page.get(f"/referrals/{referral.public_id}/invitation")
    assert len(html.select(".tongue")) == 1


@pytest.mark.parametrize("language", PERSON_CODES)
def test_the_pdf_is_one_page_with_time_place_and_reference(
    page: Page, build: Builder, clerk, occasion, language
):
    referral, booking = invite(build, clerk, occasion, language)
    page.sign_in(clerk)
    page.get(f"/referrals/{referral.public_id}/invitation.pdf")
    assert page.response.mimetype == "application/pdf"
    assert page.response.headers["Content-Disposition"] == "attachment; filename=kutsu.pdf"
    document = pypdf.PdfReader(io.BytesIO(page.response.data))
    assert len(document.pages) == 1
    text = document.pages[0].extract_text()
    assert f"{booking.reference[:4]} {booking.reference[4:]}" in text
    assert f"{clock.local(occasion.starts_at):%-d.%-m.%Y}" in text
    assert f"{clock.local(occasion.starts_at):%H.%M}" in text
    assert "Koulukatu 3" in text
    for secret in ("Hassan", "Amina", booking.reference):
        assert secret not in str(document.metadata)
    assert actions(build)[-1] == "invitation:print"


def test_after_printing_all_is_ready(page: Page, build: Builder, clerk, occasion):
    referral, _booking = invite(build, clerk, occasion, "so")
    build.permission(referral, clerk, given_on=clock.local_day(clock.now()))
    page.sign_in(clerk)
    page.get(f"/referrals/{referral.public_id}")
    assert "Next: print the invitation" in page.text()
    page.get(f"/referrals/{referral.public_id}/invitation.pdf")
    page.get(f"/referrals/{referral.public_id}")
    assert "All is ready for the day" in page.text()


def test_without_a_place_there_is_no_invitation(page: Page, build: Builder, clerk):
    referral = build.referral(clerk)
    page.sign_in(clerk)
    page.get(f"/referrals/{referral.public_id}/invitation", status=404)
    page.get(f"/referrals/{referral.public_id}/invitation.pdf", status=404)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.fi/x.css",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "https://static.invalid/static/../../wsgi.py",
        "https://static.invalid/static/%2e%2e/%2e%2e/wsgi.py",
        "https://static.invalid/etc/passwd",
        "https://static.invalid@example.fi/static/css/print.css",
        "data:text/css,body{}",
    ],
)
def test_a_document_reads_nothing_but_static_files(address):
    with pytest.raises(FatalURLFetchingError):
        pdf.fetch(address)
    with pytest.raises(FatalURLFetchingError):
        pdf.make(f'<link rel="stylesheet" href="{address}">')


def test_a_document_reads_the_services_own_stylesheet():
    assert b"@page" in pdf.fetch("https://static.invalid/static/css/print.css").read()
