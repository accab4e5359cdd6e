"""The log as people read it: the auditor, the administrator, the person."""

import pytest
from sqlalchemy import func, select

from testing import event_words, history, person_log_words
from testing.commands.worker import do_all_due
from testing.events import Action
from testing.languages import PERSON_CODES
from testing.models import Event, Person, Role


@pytest.fixture
def centre(build):
    return build.centre()


@pytest.fixture
def auditor(build, centre):
    return build.staff(centre, Role.AUDITOR)


@pytest.fixture
def clerk(build, centre):
    return build.clerk(build.office(centre, name="Espoon kaupunki"), name="Kaisa Kallio")


@pytest.fixture
def person(build, clerk):
    referral = build.referral(clerk, person={"surname": "Hassan", "given_names": "Amina"})
    build.permission(referral, clerk)
    return build.do(lambda db: db.get_one(Person, referral.person_id))


def count(database, action):
    with database.reading() as db:
        query = select(func.count()).select_from(Event).where(Event.action == action)
        return db.scalar(query)


def test_every_action_and_finding_has_words_for_staff():
    assert set(event_words.WORDS) == set(Action)
    assert set(event_words.FINDINGS) == set(event_words.Kind)


def test_everything_that_staff_do_to_a_person_has_words_for_the_person():
    own = ("person", "referral", "permission", "booking", "invitation", "result", "statement")
    for action in Action:
        if action.value.startswith(own):
            assert action in person_log_words.WORDS, action


def test_the_auditor_reads_the_centres_chain_and_opening_it_is_an_event(
    page, auditor, centre, database
):
    page.sign_in(auditor)
    before = count(database, Action.LIST_VIEW)
    page.get("/log")
    assert "Created the centre" in page.text()
    assert "Signed in" in page.text()
    assert auditor.name in page.text()
    assert count(database, Action.LIST_VIEW) == before + 1


def test_the_log_turns_its_pages(page, auditor, monkeypatch):
    monkeypatch.setattr(history, "PAGE", 2)
    page.sign_in(auditor)
    page.get("/log")
    page.get(page.html.select_one("a[rel=next]")["href"])
    assert "Created the centre" in page.text()
    assert page.html.select_one("a[rel=prev]")


def test_a_person_is_found_by_id_and_that_they_were_looked_up_is_told(
    page, auditor, person, database
):
    page.sign_in(auditor)
    page.get("/log")
    page.submit({"text": person.public_id}, form="form.search")
    assert page.path == f"/log/people/{person.public_id}"
    assert "Kaisa Kallio" in page.text()
    assert "Espoon kaupunki" in page.text()
    assert "Hassan" not in page.text(), "an auditor needs no name"
    assert count(database, Action.PERSON_LOG_VIEW) == 1
    page.get(page.path)
    assert "Looked at who has looked" in page.text()


def test_an_unknown_id_is_told_and_another_centres_person_is_unknown(page, auditor, build, person):
    stranger = build.staff(build.centre(), Role.AUDITOR)
    page.sign_in(stranger)
    page.get("/log")
    page.submit({"text": person.public_id}, form="form.search", status=400)
    assert "Nobody has this id." in page.text()
    page.get(f"/log/people/{person.public_id}", status=404)
    page.get(f"/log/people/{person.public_id}/list", status=404)


def test_the_administrator_comes_from_the_persons_page(page, build, centre, person):
    page.sign_in(build.staff(centre, Role.ADMINISTRATOR))
    page.get(f"/people/{person.public_id}")
    page.get(f"/log/people/{person.public_id}")
    assert "Amina Hassan" in page.text()
    assert "Looked at the person's data" in page.text()
    page.get("/log", status=403)


def test_others_may_not_open_the_log(page, build, centre, clerk, person):
    for staff in (clerk, build.staff(centre, Role.RATER), build.staff(centre, Role.ASSESSOR)):
        other = page.another()
        other.sign_in(staff)
        other.get("/log", status=403)
        other.get(f"/log/people/{person.public_id}", status=403)


def test_the_person_gets_a_list_in_their_own_language(page, build, centre, person):
    page.sign_in(build.staff(centre, Role.ADMINISTRATOR))
    page.get(f"/people/{person.public_id}")
    page.get(f"/people/{person.public_id}")
    html = page.get(f"/log/people/{person.public_id}/list?language=en")
    assert html.html["lang"] == "en"
    assert "Wrote down your permission" in page.text()
    assert "Kaisa Kallio , Espoon kaupunki" in page.text()
    assert "Saw your information (2 times)" in page.text()
    for code in PERSON_CODES:
        html = page.get(f"/log/people/{person.public_id}/list?language={code}")
        assert html.html["lang"] == code
    assert page.get(f"/log/people/{person.public_id}/list").html["lang"] == "ar"


def test_matched_rows_are_one_person(page, build, centre, person, database):
    other_clerk = build.clerk(build.office(centre, name="Vantaan kaupunki"), name="Ville Virta")
    referral = build.referral(other_clerk, person={"surname": "Hassan", "given_names": "Amina"})

    def match(db):
        row = db.get_one(Person, referral.person_id)
        row.matched_to_id = person.id

    build.do(match)
    page.sign_in(build.staff(centre, Role.ADMINISTRATOR))
    page.get(f"/log/people/{person.public_id}")
    assert "Ville Virta" in page.text()
    assert "Kaisa Kallio" in page.text()
    assert count(database, Action.PERSON_LOG_VIEW) == 2


def test_the_auditor_has_the_log_checked_and_reads_the_outcome(page, auditor, runtime, database):
    page.sign_in(auditor)
    page.get("/log")
    assert "The log has not been checked yet." in page.html.text
    page.submit({}, button="Check the whole log now")
    assert "A check is under way." in page.html.text
    do_all_due(runtime)
    page.get("/log")
    assert "The log is whole." in page.html.text


def test_a_fault_that_was_found_stands_on_top_of_the_log(page, auditor, person, runtime, database):
    with database.writing() as db:
        event = db.scalars(select(Event).where(Event.action == "permission:give")).one()
        event.actor = "staff:x"
    page.sign_in(auditor)
    page.get("/log")
    page.submit({}, button="Check the whole log now")
    do_all_due(runtime)
    page.get("/log")
    assert "The last check found 1 fault in the log" in page.text()
    assert f"person:{person.public_id}, position 3: altered" in page.text()
