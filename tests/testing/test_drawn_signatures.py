"""A permission signed on a screen: what is kept of the drawing, who sees it, when it is gone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from testing import clock
from testing.drawn_signatures import drawing, keeping
from testing.drawn_signatures.drawing import BadDrawing, DrawingFault
from testing.keys import CannotDecrypt
from testing.models import Event, HowGiven, Permission, PermissionSignature, Role
from tests.testing.pages import Page

NAME = "100,200 180,60 260,210;300,150 420,150;500,40"
SIGNED = {"contents": ["levels"], "how": "screen", "signature": NAME}


@pytest.fixture
def clerk(build):
    return build.clerk(build.office(build.centre()))


@pytest.fixture
def referral(build, clerk):
    return build.referral(clerk)


@pytest.fixture
def opened(page: Page, clerk, referral) -> Page:
    page.sign_in(clerk)
    page.get(f"/referrals/{referral.public_id}/permission")
    return page


@pytest.fixture
def address(opened: Page, build, referral) -> str:
    """The page of a permission that was signed with a finger."""
    opened.submit(SIGNED, button="Record the permission")
    row = build.do(lambda db: db.scalars(select(Permission)).one())
    return f"/referrals/{referral.public_id}/permission/{row.public_id}"


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ("", DrawingFault.UNREADABLE),
        ("10,10 20", DrawingFault.UNREADABLE),
        ("<svg/>", DrawingFault.UNREADABLE),
        ("-5,10 500,200", DrawingFault.UNREADABLE),
        ("1001,10 500,200", DrawingFault.UNREADABLE),
        ("10,301 500,200", DrawingFault.UNREADABLE),
        ("500,150", DrawingFault.TOO_SHORT),
        ("500,150 540,150;10,10", DrawingFault.TOO_SHORT),
        (";".join(["0,0 90,90"] * (drawing.MOST_LINES + 1)), DrawingFault.TOO_LONG),
        (" ".join(["0,0"] * (drawing.MOST_POINTS + 1)), DrawingFault.TOO_LONG),
        ("9" * (drawing.MOST_SIGNS + 1), DrawingFault.TOO_LONG),
    ],
)
def test_what_is_no_signature_is_told_apart(sent, fault):
    with pytest.raises(BadDrawing) as refusal:
        drawing.read(sent)
    assert refusal.value.fault is fault


def test_a_signature_is_read_as_it_is_written_and_a_touch_is_a_dot():
    drawn = drawing.read(NAME)
    assert drawn.as_text() == NAME
    assert drawn.as_svg().count("<polyline") == 3
    assert 'points="500,40 500,40"' in drawn.as_svg()
    # Two strokes of a cross are enough of a mark.
    assert drawing.read("400,100 500,200;400,200 500,100")


def test_who_signs_on_a_screen_is_seen_to_have_signed(opened: Page, address, build):
    assert "In force" in opened.text()
    assert opened.html.select_one(".signature img")["src"] == f"{address}/signature.svg"
    sealed = build.do(lambda db: db.scalars(select(PermissionSignature.body)).one())
    assert b"180,60" not in sealed
    opened.get(address)
    assert "Signature on a screen" in opened.text()
    # The text that the person heard, in their language.
    assert opened.html.select_one(".prose")["lang"] == "ar"
    shown = opened.client.get(f"{address}/signature.svg")
    assert (shown.status_code, shown.mimetype) == (200, "image/svg+xml")
    assert shown.headers["Cache-Control"] == "no-store"
    assert drawing.read(NAME).as_svg() == shown.text


def test_without_a_drawing_the_way_alone_is_recorded(opened: Page, build, referral):
    opened.submit({"contents": ["levels"], "how": "screen"}, button="Record the permission")
    row = build.do(lambda db: db.scalars(select(Permission)).one())
    assert row.how is HowGiven.SCREEN
    assert not opened.html.select(".signature")
    path = f"/referrals/{referral.public_id}/permission/{row.public_id}"
    opened.get(path)
    opened.get(f"{path}/signature.svg", status=404)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"signature": "1,1 2,2"}, "There is hardly a line."),
        ({"signature": "<script>"}, "The signature could not be read."),
        ({"how": "paper"}, "A signature is drawn. Choose the signature on a screen, or clear it."),
        ({"contents": []}, "Choose what the person permits"),
    ],
)
def test_a_refused_form_keeps_what_was_drawn(opened: Page, build, change, words):
    opened.submit(SIGNED | change, button="Record the permission", status=400)
    assert words in opened.text()
    sent = (SIGNED | change)["signature"]
    assert opened.html.select_one("[name=signature]")["value"] == sent
    assert build.do(lambda db: db.scalars(select(Permission)).all()) == []


def test_only_the_office_of_the_referral_sees_it(opened: Page, address, build, clerk, page):
    centre = build.do(lambda db: db.scalars(select(Permission)).one().referral.centre_id)
    strangers = {
        build.clerk(build.office(build.centre())): 404,
        build.staff(build.do(lambda db: db.merge(clerk).centre), Role.ADMINISTRATOR): 403,
        build.clerk(build.office(build.do(lambda db: db.merge(clerk).centre))): 404,
    }
    assert centre == clerk.centre_id
    for staff, status in strangers.items():
        other = page.another()
        other.sign_in(staff)
        other.get(address, status=status)
        other.get(f"{address}/signature.svg", status=status)


def test_it_opens_with_its_own_permission_only(address, build, clerk, referral):
    other = build.permission(
        referral, clerk, how=HowGiven.SCREEN, given_on=clock.local_day(clock.now())
    )

    def put_under_another(db):
        row = db.scalars(select(PermissionSignature)).one()
        row.permission_id = other.id
        db.flush()
        db.expire_all()
        with pytest.raises(CannotDecrypt):
            keeping.opened(build.keys, db.get_one(Permission, other.id))

    build.do(put_under_another)


@pytest.mark.parametrize(
    ("is_withdrawn", "days", "is_gone"),
    [(True, 179, False), (True, 182, True), (False, 365 + 179, False), (False, 365 + 182, True)],
)
def test_it_is_gone_some_time_after_the_permission_ended(
    opened: Page, address, build, is_withdrawn, days, is_gone
):
    if is_withdrawn:
        opened.get(f"{address}/withdraw")
        opened.submit(button="End the permission")
    build.do(lambda db: keeping.let_go(db, 180, clock.now() + timedelta(days=days)))
    row = build.do(lambda db: db.scalars(select(PermissionSignature)).one())
    assert (row.deleted_at is not None) is is_gone
    opened.get(address)
    assert ("The drawn signature was deleted" in opened.text()) is is_gone
    opened.get(f"{address}/signature.svg", status=404 if is_gone else 200)
    told = build.do(
        lambda db: db.scalars(
            select(Event.action).where(Event.action.contains("signature")).order_by(Event.id)
        ).all()
    )
    gone = ["permission:signature-delete"] if is_gone else []
    assert told == ["permission:signature-keep", *gone]
