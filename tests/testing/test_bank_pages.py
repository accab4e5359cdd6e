"""The bank's pages: what authors see, what they may change, and when no test may be opened."""

import io
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from sqlalchemy import select, update

from items.bank import import_bank
from items.bank_files import task_of
from items.canonical import value_digest
from items.models import BlueprintVersion, Status, TaskVersion
from testing import events, readiness
from testing.models import Role, Sitting, Skill
from testing.models.events import Event
from testing.plans import BankNotReady
from testing.settings import Mode
from tests.testing.builders import NOW
from tests.testing.pages import Page

#: Enough of the shipped bank for whole parts, and quick to import.
EVERY = 3


@pytest.fixture
def small_bank(database, bank_files):
    """A part of the shipped bank in pilot use: all Finnish tasks, a few of the others."""
    kept = tuple(
        task
        for number, task in enumerate(bank_files.tasks)
        if task.language == "fi" and (task.skill != "listening" or number % EVERY == 0)
    )
    with database.writing() as db:
        import_bank(db, replace(bank_files, tasks=kept), now=NOW, first_status=Status.PILOT)
    return kept


@pytest.fixture
def author(build):
    return build.staff(build.centre(), Role.AUTHOR)


def version_of(database, task_id, **wanted):
    with database.reading() as db:
        return db.scalars(
            select(TaskVersion).where(TaskVersion.task_id == task_id).filter_by(**wanted)
        ).one()


def task_ids(page):
    return [cell.get_text() for cell in page.html.select("tbody th a")]


def actions(database):
    with database.reading() as db:
        return list(db.scalars(select(Event.action).order_by(Event.id)))


def test_the_list_is_narrowed_by_every_filter(page, author, small_bank):
    page.sign_in(author)
    page.get("/bank")
    assert len(task_ids(page)) == 50
    for name, value, holds in (
        ("skill", "listening", lambda task: task.skill == "listening"),
        ("level", "A1.1", lambda task: task.level == "A1.1"),
        ("area", "shop", lambda task: task.area == "shop"),
        ("kind", "matching", lambda task: any(item.kind == "matching" for item in task.items)),
    ):
        page.get(f"/bank?{name}={value}")
        assert task_ids(page) == sorted(task.id for task in small_bank if holds(task))[:50]
    page.get("/bank?status=draft")
    assert "No task is like that." in page.text()


def test_a_list_leads_on_to_its_next_page_and_keeps_its_filters(page, author, small_bank):
    page.sign_in(author)
    page.get("/bank?language=fi")
    first = task_ids(page)
    link = page.html.select_one("a[rel=next]")
    assert "language=fi" in link["href"]
    page.get(link["href"])
    assert task_ids(page)
    assert not set(first) & set(task_ids(page))


def test_opening_a_list_is_one_event(page, author, small_bank, database):
    page.sign_in(author)
    before = len(actions(database))
    page.get("/bank")
    assert actions(database)[before:] == [events.Action.LIST_VIEW.value]


def test_others_have_no_business_in_the_bank(page, build, small_bank):
    page.sign_in(build.staff(build.centre(), Role.RATER))
    page.get("/bank", status=403)


def test_a_task_shows_what_the_kiosk_shows_with_key_and_reasons(
    page, author, small_bank, database
):
    task = next(t for t in small_bank if t.items and t.items[0].kind == "choice")
    page.sign_in(author)
    page.get(f"/bank/tasks/{version_of(database, task.id).public_id}")
    shown = page.html.select_one(".shown")
    assert len(shown.select(".question")) == len(task.items)
    key = page.html.select_one(".bank-task__key")
    right = key.select(".key-list__line--right")
    assert len(right) >= len(task.items)
    assert task.items[0].data["reason"] in key.get_text()
    for option in task.items[0].options:
        assert option["why"] in key.get_text()


def test_every_kind_of_task_has_a_page(page, author, small_bank, database):
    page.sign_in(author)
    kinds = set()
    for task in small_bank:
        new = {item.kind for item in task.items} or {task.skill}
        if new <= kinds:
            continue
        kinds |= new
        public_id = version_of(database, task.id).public_id
        page.get(f"/bank/tasks/{public_id}")
        if task.items:
            page.get(f"/bank/tasks/{public_id}/kiosk?interface=ar")
    assert {"choice", "matching", "writing", "speaking"} <= kinds


def test_the_interface_runs_right_to_left_and_the_text_does_not(
    page, author, small_bank, database
):
    task = next(t for t in small_bank if t.skill == "reading")
    page.sign_in(author)
    public_id = version_of(database, task.id).public_id
    page.get(f"/bank/tasks/{public_id}?interface=ar")
    shown = page.html.select_one(".shown")
    assert (shown["lang"], shown["dir"]) == ("ar", "rtl")
    assert shown.select_one(".measured")["dir"] == "ltr"
    assert page.html.html["dir"] == "ltr"
    page.get(f"/bank/tasks/{public_id}/kiosk?interface=ar")
    assert page.html.html["dir"] == "rtl"


def test_an_author_tries_a_task_and_is_told_what_the_answers_get(
    page, author, small_bank, database
):
    task = next(t for t in small_bank if len(t.items) == 1 and t.items[0].kind == "choice")
    page.sign_in(author)
    page.get(f"/bank/tasks/{version_of(database, task.id).public_id}/kiosk")
    item = task.items[0]
    page.submit({f"answer-{item.id}": item.data["key"]}, form="main form")
    assert "1 of 1 question is right" in page.text()


def test_a_part_of_a_recording_can_be_asked_for(page, author, small_bank, database):
    task = next(t for t in small_bank if t.script)
    page.sign_in(author)
    path = f"/bank/tasks/{version_of(database, task.id).public_id}/recording"
    answer = page.client.get(path, headers={"Range": "bytes=0-99"})
    assert (answer.status_code, len(answer.data)) == (206, 100)
    assert answer.mimetype == "audio/mpeg"
    answer.close()
    page.get(path.replace("/recording", ""))
    granted = page.client.post(
        path.replace("recording", "play"), data={"csrf_token": page.csrf()}
    )
    assert granted.get_json()["src"] == path


def test_a_status_is_changed_and_stands_in_the_log(page, author, small_bank, database):
    task = small_bank[0]
    page.sign_in(author)
    public_id = version_of(database, task.id).public_id
    page.get(f"/bank/tasks/{public_id}")
    page.submit(button="Take into live use")
    assert version_of(database, task.id).status is Status.LIVE
    assert events.Action.BANK_CHANGE.value in actions(database)
    page.post(f"/bank/tasks/{public_id}/status/pilot", status=409)
    assert version_of(database, task.id).status is Status.LIVE
    page.get(f"/bank/tasks/{public_id}")
    page.post(f"/bank/tasks/{public_id}/status/gone", status=404)


def test_checks_of_a_task_name_what_is_wrong_with_it(page, author, small_bank, database):
    task = next(t for t in small_bank if t.items and t.items[0].kind == "choice")
    page.sign_in(author)
    page.get(f"/bank/tasks/{version_of(database, task.id).public_id}")
    assert "Nothing to mend in this task" in page.text()
    with database.writing() as db:
        own = db.scalars(select(TaskVersion).where(TaskVersion.task_id == task.id)).one()
        own.source = own.source.replace("instruction: choose_", "instruction: chose_")
    page.get(f"/bank/tasks/{version_of(database, task.id).public_id}")
    assert "Must be mended" in page.text()


def test_coverage_says_what_to_write_next(page, author, database, bank_files):
    few = tuple(
        task
        for task in bank_files.tasks
        if (task.language, task.skill) == ("sv", "reading") and task.level != "A2.1"
    )
    with database.writing() as db:
        import_bank(db, replace(bank_files, tasks=few), now=NOW, first_status=Status.PILOT)
    page.sign_in(author)
    page.get("/bank/coverage?language=sv&skill=reading")
    assert "A2.1 : 4 tasks" in page.text()
    assert page.html.select_one("svg.curve polyline")["points"]
    assert len(page.html.select("details table tbody tr")) == 11
    page.get("/bank/coverage?language=fi&skill=listening")
    assert "no task in use" in page.text()
    page.get("/bank/coverage?language=xx", status=404)


def test_readiness_names_the_constraint_that_cannot_be_met(page, author, small_bank, database):
    page.sign_in(author)
    page.get("/bank/readiness")
    card = page.html.select("section.card")
    assert "A test may be opened" in card[0].get_text()
    assert "no task in use" in card[4].get_text()
    assert "synthetic" in card[1].get_text()
    ask_for(database, "fi", "reading", {"areas": {"money": {"min": 12}}, "max_tasks": 12})
    page.get("/bank/readiness")
    assert "Area Money: 12 to" in page.html.select("section.card")[0].get_text()


def ask_for(database, language, skill, changes):
    """Another version of the blueprint that asks for something else."""
    with database.writing() as db:
        old = db.scalars(
            select(BlueprintVersion)
            .where(BlueprintVersion.language == language, BlueprintVersion.skill == skill)
            .order_by(BlueprintVersion.id.desc())
        ).first()
        table = old.table | changes
        db.add(
            BlueprintVersion(
                language=language,
                skill=skill,
                digest=value_digest(table),
                table=table,
                created_at=NOW,
            )
        )


def test_levels_above_the_limit_are_named(database, small_bank):
    with database.writing() as db:
        db.execute(update(TaskVersion).values(status=Status.LIVE))
    with database.reading() as db:
        live = readiness.readiness_of(db, "fi", "listening", Mode.LIVE)
        pilot = readiness.readiness_of(db, "fi", "listening", Mode.PILOT)
    assert live.lowest == pilot.lowest
    assert set(pilot.above_limit) <= set(live.above_limit)
    assert "alle_A1.1" in live.above_limit


def test_a_live_test_is_not_opened_with_tasks_that_could_only_wear_out(
    database, small_bank, make_app, author
):
    with database.writing() as db:
        db.execute(update(TaskVersion).values(status=Status.LIVE))
    with database.reading() as db:
        readiness.refuse_unless_ready(db, "fi", [Skill.LISTENING], Mode.LIVE)
    ask_for(database, "fi", "listening", {"min_tasks": 8})
    with database.reading() as db:
        readiness.refuse_unless_ready(db, "fi", [Skill.LISTENING], Mode.PILOT)
        with pytest.raises(BankNotReady) as refusal:
            readiness.refuse_unless_ready(db, "fi", [Skill.LISTENING], Mode.LIVE)
    (told,) = refusal.value.unmet
    n_tasks = sum(task.skill == "listening" for task in small_bank)
    assert float(told.split()[-1]) >= round(8 / n_tasks, 2) > 0.25
    page = Page(make_app(mode=Mode.LIVE))
    page.sign_in(author)
    page.get("/bank/readiness")
    assert "No task in more than 25 % of the tests: with so few tasks" in page.text()


def test_no_code_is_given_for_a_test_that_the_bank_cannot_give(
    page, build, small_bank, database
):
    arrival = build.arrival()
    ask_for(database, "fi", "listening", {"max_seconds": 10})
    page.sign_in(arrival.administrator)
    page.get(f"/desk/bookings/{arrival.booking.public_id}")
    page.submit(button="Give a seat code", status=409)
    assert "the tasks in use cannot make a whole test" in page.text()
    assert "Finnish, listening: At most 10 seconds in all" in page.text()
    with database.reading() as db:
        assert db.scalar(select(Sitting)) is None


def test_a_running_sitting_may_move_although_the_bank_has_changed(build, small_bank, database):
    arrival = build.arrival()
    arrival.code()
    ask_for(database, "fi", "listening", {"max_seconds": 10})
    arrival.code()
    with pytest.raises(BankNotReady) as refusal, database.reading() as db:
        readiness.refuse_unless_ready(db, "fi", readiness.MEASURED, Mode.PILOT)
    assert refusal.value.skill == "listening"


def speech(seconds, rate=44_100):
    """Something like speech: bursts of sound and pauses between them."""
    time = np.arange(round(seconds * rate)) / rate
    bursts = np.sin(2 * np.pi * 1.5 * time) > -0.3
    return 0.3 * np.sin(2 * np.pi * 220 * time) * bursts


def wav(samples, rate=44_100):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV")
    file.seek(0)
    return file


@pytest.fixture
def spoken(page, author, small_bank, database):
    """A listening task whose page for recording is open, and seconds that suit its script."""
    task = min((t for t in small_bank if t.script), key=lambda t: t.words)
    page.sign_in(author)
    public_id = version_of(database, task.id).public_id
    page.get(f"/bank/tasks/{public_id}/record")
    return task, max(60 * task.words / 110, 3.0), f"/bank/tasks/{public_id}/record"


def test_a_recording_by_people_becomes_a_draft_version(page, spoken, database):
    task, seconds, path = spoken
    page.post(
        path,
        {
            "speakers": "Maija",
            "transcript": task.script_text,
            "recording": (wav(speech(seconds)), "take.wav"),
        },
        content_type="multipart/form-data",
    )
    assert "The recording is a new draft version." in page.text()
    assert "Spoken by people" in page.text()
    new = version_of(database, task.id, number=2)
    assert new.status is Status.DRAFT
    assert task_of(new.document).script == task.script
    assert events.Action.BANK_CHANGE.value in actions(database)
    answer = page.client.get(f"/bank/tasks/{new.public_id}/recording")
    assert answer.status_code == 200
    answer.close()


def test_a_recording_with_faults_is_refused_with_sentences(page, spoken, database):
    task, seconds, path = spoken
    page.post(
        path,
        {
            "speakers": "Maija",
            "transcript": "Jotain aivan muuta",
            "recording": (wav(np.clip(9 * speech(seconds), -1, 1)), "take.wav"),
        },
        status=400,
        content_type="multipart/form-data",
    )
    assert "The transcript has other words than the script." in page.text()
    assert "Turn the microphone down." in page.text()
    assert "Jotain aivan muuta" in page.html.select_one("textarea").get_text()
    with database.reading() as db:
        assert len(db.scalars(select(TaskVersion).filter_by(task_id=task.id)).all()) == 1


def test_the_recorder_is_told_what_is_missing(page, spoken):
    _task, seconds, path = spoken
    answer = page.client.post(
        path,
        data={
            "csrf_token": page.csrf(),
            "speakers": "",
            "transcript": "",
            "recording": (wav(speech(seconds)), "take.wav"),
        },
        content_type="multipart/form-data",
        headers={"X-Requested-With": "fetch"},
    )
    assert answer.status_code == 422
    assert "Write who speaks." in answer.get_json()["words"]
