"""An office never learns of another office's people: tried on every route a clerk may open."""

import itertools
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from testing import clock
from testing.models import Base, Person, Role
from tests.testing.builders import Builder
from tests.testing.pages import Page

SECRET = "Xylofonqvist"


@pytest.fixture
def two_offices(build: Builder):
    """A clerk, and all that another office of the same centre has."""
    centre = build.centre()
    administrator = build.staff(centre, Role.ADMINISTRATOR)
    mine = build.clerk(build.office(centre))
    theirs = build.clerk(build.office(centre), name="Toisen Toimiston Virkailija")
    starts = clock.now() + timedelta(days=2)
    occasion = build.occasion(
        build.site(centre), administrator, starts_at=starts, ends_at=starts + timedelta(hours=4)
    )
    referral = build.referral(theirs, person={"surname": SECRET, "given_names": SECRET})
    permission = build.permission(referral, theirs)
    booking = build.booking(referral, occasion, theirs)
    person = build.do(lambda db: db.get_one(Person, referral.person_id).public_id)
    ids = [referral.public_id, permission.public_id, booking.public_id, person]
    return mine, ids, booking.reference


def addresses(rule, ids):
    """The rule's address with every way of naming what the other office has."""
    names = re.findall(r"<([^>]+)>", rule.rule)
    values = [["fi"] if "language" in name else ["1"] if "int:" in name else ids for name in names]
    for chosen in itertools.product(*values):
        address = rule.rule
        for name, value in zip(names, chosen, strict=True):
            address = address.replace(f"<{name}>", value)
        yield address


def everything(build: Builder) -> dict[str, list]:
    def rows(db):
        return {
            table.name: db.execute(select(table).order_by(*table.primary_key)).all()
            for table in Base.metadata.sorted_tables
            if table.name not in ("event", "chain", "seal", "staff_session", "sign_in_attempt")
        }

    return build.do(rows)


def open_to_a_clerk(app):
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access_rule", None)
        if access is None or access.needs_seat or rule.endpoint == "sign_in.sign_out":
            continue
        if not access.roles or Role.CLERK in access.roles:
            yield rule


def test_no_page_that_a_clerk_may_open_tells_of_another_offices_person(
    app, page: Page, build: Builder, two_offices
):
    mine, ids, reference = two_offices
    page.sign_in(mine)
    tried = 0
    for rule in open_to_a_clerk(app):
        if "GET" not in rule.methods:
            continue
        for address in addresses(rule, ids):
            response = page.client.get(address)
            assert response.status_code < 500, address
            body = response.get_data(as_text=False)
            assert SECRET.encode() not in body, address
            assert reference.encode() not in body, address
            if rule.rule.startswith("/referrals/<"):
                assert response.status_code == 404, address
            tried += 1
    assert tried > 5


def test_nothing_that_a_clerk_may_send_touches_another_offices_rows(
    app, page: Page, build: Builder, two_offices
):
    mine, ids, _reference = two_offices
    page.sign_in(mine)
    page.get("/referrals")
    token = page.csrf()
    before = everything(build)
    tried = 0
    for rule in open_to_a_clerk(app):
        if "POST" not in rule.methods or "<" not in rule.rule:
            continue
        for address in addresses(rule, ids):
            response = page.client.post(address, data={"csrf_token": token})
            assert response.status_code < 500, address
            assert SECRET.encode() not in response.data, address
            tried += 1
    page.submit({"text": SECRET}, button="Search")
    assert "Your office has no referral" in page.text()
    assert tried > 5
    assert everything(build) == before


def test_referring_somebody_whom_another_office_knows_looks_like_referring_a_stranger(
    page: Page, build: Builder, two_offices
):
    mine, _ids, _reference = two_offices
    page.sign_in(mine)
    page.get("/referrals/new")
    page.submit(
        {
            "surname": "Toinen",
            "given_names": "Henkilö",
            "birth_date": "1990-05-04",
            "contact_language": "ar",
            "mother_tongue": "ar",
            "language": "fi",
            "purpose": "level_check",
        },
        button="Save the referral",
    )
    assert "Next: book a place" in page.text()
