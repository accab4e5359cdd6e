"""Statements on reading and writing: what was seen on a day, once a teacher stands for it."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from scoring.literacy import LiteracyClass
from testing import clock
from testing.literacy import statements
from testing.literacy.statements import ClassNotConfirmed, NotObserved
from testing.models import Event, LiteracyScreen, LiteracyStatement, Role, Staff
from testing.statements import AlreadySigned, CorrectionReasonMissing, NotConfirmed
from tests.testing import guards
from tests.testing.pages import Page
from tests.testing.screened import confirm, screened
from tests.testing.walks import colleague


@pytest.fixture
def arrival(build, bank):
    return build.arrival(given_names="Aminatu", surname="Hassanzadeh")


@pytest.fixture
def teacher(build, arrival) -> Staff:
    return colleague(build, arrival, Role.ASSESSOR)


@pytest.fixture
def seen(build, arrival) -> LiteracyScreen:
    """Letters and syllables were read, words were not."""
    return screened(
        build, arrival, lambda rung: rung in ("letters", "letter_sounds", "syllables")
    )


def sign(build, screen, teacher, **fields):
    def work(db):
        return statements.sign(
            db,
            db.get_one(LiteracyScreen, screen.id),
            actor=db.get_one(Staff, teacher.id),
            now=clock.now(),
            **({"confirmed": True} | fields),
        )

    return build.do(work)


def test_only_a_deep_assessment_in_person_with_a_confirmed_class_is_signed(
    build, arrival, teacher
):
    passed = screened(build, arrival, lambda rung: True)
    confirm(build, passed, teacher)
    with pytest.raises(NotObserved):
        sign(build, passed, teacher)


def test_an_open_screen_and_an_unconfirmed_class_are_not_signed(build, arrival, teacher):
    screen = screened(build, arrival, lambda rung: False, ends=False)
    with pytest.raises(NotObserved):
        sign(build, screen, teacher)


def test_each_condition_of_a_signature(build, seen, teacher):
    with pytest.raises(ClassNotConfirmed):
        sign(build, seen, teacher)
    confirm(build, seen, teacher, LiteracyClass.PRIMARY_ILLITERATE)
    with pytest.raises(NotConfirmed):
        sign(build, seen, teacher, confirmed=False)
    first = sign(build, seen, teacher, note="Rauhallinen päivä.")
    with pytest.raises(AlreadySigned):
        sign(build, seen, teacher)
    with pytest.raises(CorrectionReasonMissing):
        sign(build, seen, teacher, replaces=first, correction=" ")
    # What a teacher makes of the class later does not touch what was signed.
    confirm(build, seen, teacher, LiteracyClass.SEMI_LITERATE)
    kept = build.do(lambda db: statements.content_of(db.get_one(LiteracyStatement, first.id)))
    assert (kept["class"], kept["note"]) == ("primary_illiterate", "Rauhallinen päivä.")
    second = sign(build, seen, teacher, replaces=first, correction="Luokka tarkentui.")
    assert (second.version, second.content["class"]) == (2, "semi_literate")
    assert second.verification_code != first.verification_code
    log = select(Event).where(Event.action == "literacy:sign").order_by(Event.id)
    events = build.do(lambda db: db.scalars(log).all())
    assert [one.details["digest"] for one in events] == [first.digest, second.digest]
    assert "literate" not in str([one.details for one in events])
    for verb in ("UPDATE literacy_statement SET content = '{}'", "DELETE FROM literacy_statement"):
        with pytest.raises(IntegrityError, match="immutable"):
            build.do(lambda db, verb=verb: db.execute(text(verb)))


def test_a_teacher_signs_on_the_page_and_the_person_gets_the_paper(
    build, seen, teacher, page: Page
):
    confirm(build, seen, teacher, LiteracyClass.PRIMARY_ILLITERATE)
    page.sign_in(teacher)
    page.get(f"/literacy/{seen.public_id}")
    link = next(
        one["href"] for one in page.html.find_all("a") if "Statement on reading" in one.get_text()
    )
    page.get(link)
    page.submit({}, button="Sign the statement", status=400)
    assert "Tick that you have seen" in page.text()
    page.submit({"confirmed": "yes", "note": "Toi omat lasit."}, button="Sign the statement")
    today = clock.local_day(clock.now())
    day = f"{today.day}.{today.month}.{today.year}"
    limits = (f"in person, on {day}.", "on arrival in Finland", "how well the person speaks")
    for words in ("Begins to learn to read and write", "Letters by ear: ", "Toi omat", *limits):
        assert words in page.text()
    row = build.do(lambda db: db.scalars(select(LiteracyStatement)).one())
    bodies = set()
    for _time in range(2):
        page.get(f"/literacy-statements/{row.public_id}/fi.pdf")
        bodies.add(page.response.data)
    assert len(bodies) == 1
    (sheet,) = PdfReader(io.BytesIO(page.response.data)).pages
    words = " ".join(sheet.extract_text().split())
    for part in ("Aminatu Hassanzadeh", day, "Toi omat lasit.", teacher.name):
        assert part in words
    page.get(f"/literacy-statements/{row.public_id}/en.pdf", status=404)
    page.get(f"/verify/{row.verification_code}")
    assert "Yes, this statement is real" in page.text()
    assert "Statement on reading and writing" in page.text()
    assert "Hassanzadeh" not in page.text()
    assert "Begins" not in page.text()


def test_what_the_page_did_not_show_is_not_signed(build, seen, teacher, page: Page):
    confirm(build, seen, teacher, LiteracyClass.PRIMARY_ILLITERATE)
    first = sign(build, seen, teacher)
    other = page.another()
    for browser in (page, other):
        browser.sign_in(teacher)
        browser.get(f"/literacy/{seen.public_id}/statement")
    fields = {"confirmed": "yes", "correction": "Toinen päivä."}
    page.submit(fields, button="Sign the statement")
    other.submit(fields, button="Sign the statement", status=409)
    assert "Somebody has signed a statement meanwhile" in other.text()
    other.get(f"/literacy/{seen.public_id}/statement")
    confirm(build, seen, teacher, LiteracyClass.SEMI_LITERATE)
    other.submit(fields, button="Sign the statement", status=409)
    assert "confirmed the class anew" in other.text()
    in_order = select(LiteracyStatement).order_by(LiteracyStatement.version)
    rows = build.do(lambda db: db.scalars(in_order).all())
    assert [(one.version, one.content["class"]) for one in rows] == [
        (version, first.content["class"]) for version in (1, 2)
    ]


def test_who_may_see_and_sign_it(build, seen, arrival, teacher, page: Page):
    confirm(build, seen, teacher, LiteracyClass.PRIMARY_ILLITERATE)
    row = sign(build, seen, teacher)
    shown = f"/literacy-statements/{row.public_id}"
    signing = f"/literacy/{seen.public_id}/statement"
    stranger = build.staff(build.centre(), Role.ASSESSOR)
    who = {
        teacher: (200, 200),
        arrival.administrator: (200, 403),
        colleague(build, arrival, Role.RATER): (403, 403),
        arrival.clerk: (403, 403),
        stranger: (404, 404),
    }
    for staff, (seeing, signs) in who.items():
        browser = page.another()
        browser.sign_in(staff)
        browser.get(shown, status=seeing)
        browser.get(f"{shown}/fi.pdf", status=seeing)
        browser.get(signing, status=signs)

    def alter(db):
        guards.lift(db, "literacy_statement")
        db.execute(update(LiteracyStatement).values(content=row.content | {"class": "literate"}))

    build.do(alter)
    browser = page.another()
    browser.sign_in(teacher)
    browser.get(shown, status=409)
