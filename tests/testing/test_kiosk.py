"""The kiosk: nothing answered is ever lost or counted twice, whatever happens at the seat."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select

from scoring.sitting import next_step
from testing import clock, delivery, people, plans, sittings
from testing.models import (
    Booking,
    Event,
    ExposureCounts,
    HelpCall,
    Part,
    PartState,
    Person,
    Presentation,
    Response,
    Script,
    Sitting,
    SittingState,
    Visit,
)
from tests.testing.builders import Builder
from tests.testing.candidates import Candidate, knows_up_to
from tests.testing.pages import Page


@pytest.fixture
def arrival(build: Builder, bank):
    return build.arrival()


@pytest.fixture
def candidate(page: Page, bank) -> Candidate:
    return Candidate(page, bank, knows_up_to("A2.2"))


def at_first_task(candidate: Candidate, arrival) -> None:
    candidate.begin(arrival.code())
    candidate.next()
    assert candidate.is_at_a_task()


def parts(build: Builder, arrival) -> dict[str, Part]:
    return build.do(lambda db: {part.skill.value: part for part in arrival.sitting(db).parts})


def test_a_person_goes_from_the_code_to_the_end(candidate, arrival, build):
    candidate.begin(arrival.code())
    candidate.go_to_the_end()
    found = parts(build, arrival)
    assert all(part.state is PartState.DONE for part in found.values())
    assert "A2.2" in found["reading"].belief["level_set"]
    assert "A2.2" in found["listening"].belief["level_set"]
    sitting = build.do(lambda db: arrival.sitting(db))
    assert sitting.state is SittingState.FINISHED
    assert len(candidate.met) == len(set(candidate.met))


def test_a_beginner_is_out_of_each_part_after_a_few_tasks(page, bank, arrival, build):
    beginner = Candidate(page, bank, lambda item: False, text="Amina")
    beginner.begin(arrival.code())
    beginner.go_to_the_end()
    found = parts(build, arrival)
    assert found["reading"].belief["band"] == "alle_A1.1"
    assert len(beginner.met) <= 12
    counted = build.do(lambda db: db.scalar(select(func.count()).select_from(Script)))
    assert counted == 1


def test_do_not_know_is_kept_apart_from_a_wrong_answer(candidate, arrival, build):
    candidate.knows = lambda item: False
    at_first_task(candidate, arrival)
    candidate.answer_task()
    rows = build.do(lambda db: db.scalars(select(Response)).all())
    assert rows
    assert all(row.is_dont_know and row.raw is None for row in rows)
    first = build.do(lambda db: db.scalars(select(Presentation).order_by("id")).first())
    assert set(first.scores) == {0}


def test_a_reload_shows_the_same_task_and_the_answers_chosen_so_far(candidate, arrival, page):
    at_first_task(candidate, arrival)
    task, fields = candidate.task(), candidate.fields()
    form = page.html.select_one("main form")
    data = page._defaults(form) | fields
    assert page.client.post(form["data-autosave"], data=data).json == {"saved": True}
    page.get("/kiosk/")
    assert candidate.task().id == task.id
    again = page._defaults(page.html.select_one("main form"))
    for name, value in fields.items():
        assert again[name] in (value, [value])


def test_a_double_click_on_next_counts_once(candidate, arrival, page, build):
    at_first_task(candidate, arrival)
    form = page.html.select_one("main form")
    data = page._defaults(form) | candidate.fields() | {"action": "next"}
    first = page.client.post(form["action"], data=data)
    second = page.client.post(form["action"], data=data)
    assert (first.status_code, second.status_code) == (303, 303)
    left = build.do(
        lambda db: db.scalar(
            select(func.count()).select_from(Presentation).where(Presentation.left_at.is_not(None))
        )
    )
    assert left == 1


def test_an_older_tab_cannot_overwrite_a_newer_answer_and_is_kept_as_evidence(
    candidate, arrival, page, build
):
    at_first_task(candidate, arrival)
    form = page.html.select_one("main form")
    old = page._defaults(form)
    newer = old | candidate.fields() | {"sequence": "2"}
    assert page.client.post(form["data-autosave"], data=newer).status_code == 200
    candidate.knows = lambda item: False
    stale = old | {"sequence": "1"} | candidate.answer(candidate.task().items[0])
    if len(candidate.task().items) == 1:
        stale[f"answer-{candidate.task().items[0].id}"] = "dont-know"
    page._take(page.client.post(form["action"], data=stale), form["action"], 409)
    rows = build.do(lambda db: db.scalars(select(Response).order_by(Response.id)).all())
    assert [row.is_stale for row in rows].count(True) >= 1
    assert not any(row.is_dont_know and not row.is_stale for row in rows)
    actions = build.do(lambda db: db.scalars(select(Event.action)).all())
    assert "answer:stale" in actions


def test_next_with_an_empty_question_keeps_the_rest_and_asks_for_it(candidate, arrival, page):
    at_first_task(candidate, arrival)
    task = candidate.task()
    page.submit(button="Next", status=422)
    assert "Choose an answer first." in page.text()
    assert candidate.task().id == task.id


def test_an_answer_to_a_task_of_another_sitting_is_refused(candidate, arrival, build, app):
    at_first_task(candidate, arrival)
    other = build.arrival(surname="Ali")
    another = Candidate(Page(app), None or _bank(candidate), candidate.knows)
    at_first_task(another, other)
    mine = candidate.page.html.select_one("input[name=presentation]")["value"]
    form = another.page.html.select_one("main form")
    data = another.page._defaults(form) | another.fields() | {"presentation": mine}
    another.page._take(another.page.client.post(form["action"], data=data), form["action"], 409)
    rows = build.do(lambda db: db.scalars(select(Response)).all())
    assert rows == []


def _bank(candidate: Candidate):
    class Known:
        tasks = tuple({task.id: task for task in candidate.tasks.values()}.values())

    return Known


@pytest.mark.parametrize("code", ["000000", "", "12", "٤٤٤٤٤٤", "x" * 300])
def test_a_wrong_code_says_so_and_binds_nothing(page, arrival, code):
    arrival.code()
    page.get("/kiosk/code")
    page.submit({"code": code}, form="main form", status=404)
    assert "This code is not right." in page.text()
    assert page.client.get("/kiosk/").status_code == 303


def test_a_code_binds_one_kiosk_only(candidate, arrival, app):
    code = arrival.code()
    candidate.enter(code)
    second = Page(app)
    second.get("/kiosk/code")
    second.submit({"code": code}, form="main form", status=409)
    assert "This code has been used." in second.text()


def test_arabic_digits_open_the_seat_too(page, arrival):
    digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    page.get("/kiosk/code")
    page.submit({"code": arrival.code().translate(digits)}, form="main form")
    assert page.path == "/kiosk/"


def test_a_code_of_another_day_is_refused_with_that_reason(page, arrival, build):
    code = arrival.code()

    def yesterday(db):
        visit = db.scalars(select(Visit)).one()
        visit.day = visit.day.replace(year=visit.day.year - 1)

    build.do(yesterday)
    page.get("/kiosk/code")
    page.submit({"code": code}, form="main form", status=409)
    assert "This code was for another day." in page.text()


def test_moving_to_another_device_cuts_the_old_one_and_goes_on_there(
    candidate, arrival, app, bank
):
    at_first_task(candidate, arrival)
    candidate.answer_task()
    task = candidate.task().id
    moved = Candidate(Page(app), bank, candidate.knows)
    moved.enter(arrival.code())
    moved.choose_language()
    moved.next()
    assert moved.task().id == task
    answer = candidate.page.client.get("/kiosk/")
    assert answer.headers["Location"] == "/kiosk/code"


def test_a_raised_hand_reaches_the_desk_once(candidate, arrival, page, build):
    at_first_task(candidate, arrival)
    page.submit(button="I need help")
    assert "Help is coming." in page.html.get_text()
    page.submit(button="I need help")
    assert build.do(lambda db: db.scalar(select(func.count()).select_from(HelpCall))) == 1


def test_the_page_after_the_end_shows_nothing_of_the_person(candidate, arrival, page):
    candidate.begin(arrival.code())
    candidate.go_to_the_end()
    assert "Amina" not in page.html.get_text()
    assert "Hassan" not in page.html.get_text()
    assert page.client.get("/kiosk/").headers["Location"] == "/kiosk/code"


def test_a_pause_keeps_what_was_chosen_and_resuming_goes_on(candidate, arrival, page, build):
    at_first_task(candidate, arrival)
    task, fields = candidate.task().id, candidate.fields()

    def pause(db):
        staff = db.get_one(type(arrival.administrator), arrival.administrator.id)
        sittings.pause(db, arrival.sitting(db), reason="tauko", actor=staff, now=clock.now())

    def resume(db):
        staff = db.get_one(type(arrival.administrator), arrival.administrator.id)
        sittings.resume(db, arrival.sitting(db), actor=staff, now=clock.now())

    build.do(pause)
    page.submit(fields, button="Next")
    assert "A pause" in page.text()
    build.do(resume)
    page.get("/kiosk/")
    assert candidate.task().id == task
    again = page._defaults(page.html.select_one("main form"))
    assert all(again[name] in (value, [value]) for name, value in fields.items())


def test_writing_is_saved_as_typed_and_an_old_text_never_wins(candidate, arrival, page, build):
    candidate.begin(arrival.code())
    while not candidate.is_at_writing():
        candidate.step()
    form = page.html.select_one("main form")
    data = page._defaults(form)
    address = page.html.select_one("[data-autosave-url]")["data-autosave-url"]
    save = {"csrf_token": data["csrf_token"], "sequence": "5", "text": "Uusi teksti"}
    assert page.client.post(address, data=save).json == {"saved": True}
    assert page.client.post(address, data=save).json == {"saved": True}
    old = page.client.post(address, data=save | {"sequence": "3", "text": "Vanha"})
    assert old.status_code == 409
    page.get("/kiosk/")
    assert "Uusi teksti" in page.html.select_one("textarea").get_text()


def test_an_over_long_text_is_refused_and_the_saved_one_stays(candidate, arrival, page, build):
    candidate.begin(arrival.code())
    while not candidate.is_at_writing():
        candidate.step()
    address = page.html.select_one("[data-autosave-url]")["data-autosave-url"]
    save = {"csrf_token": page.csrf(), "sequence": "1", "text": "Hyvä"}
    page.client.post(address, data=save)
    long = page.client.post(address, data=save | {"sequence": "2", "text": "a" * 9000})
    assert long.status_code == 413
    first = select(Script.text).order_by(Script.id).limit(1)
    assert build.do(lambda db: db.scalar(first)) == "Hyvä"


def test_every_step_is_one_event_on_the_persons_chain(candidate, arrival, build):
    at_first_task(candidate, arrival)
    before = build.do(lambda db: db.scalar(select(func.count()).select_from(Event)))
    candidate.answer_task()
    after = build.do(lambda db: db.scalar(select(func.count()).select_from(Event)))
    assert after == before + 1


def test_a_sitting_replays_from_its_log(candidate, arrival, build):
    candidate.begin(arrival.code())
    candidate.go_to_the_end()

    def replay(db):
        sitting: Sitting = arrival.sitting(db)
        for part in sitting.parts[:2]:
            plans._PLANS._values.clear()
            plans._BANKS._values.clear()
            plan = plans.plan_of(db, part)
            answered = delivery.answered(db, part)
            for n, one in enumerate(answered):
                assert next_step(plan, answered[:n]).task == one.task
            last = next_step(plan, answered)
            assert last.stop.value == part.stop_reason
            assert json.loads(json.dumps(last.belief.to_record())) == part.belief

    build.do(replay)


def test_what_one_person_was_given_counts_in_what_the_next_may_be_given(
    candidate, arrival, build, app, bank
):
    candidate.begin(arrival.code())
    candidate.go_to_the_end()
    rows = build.do(lambda db: {row.skill: row for row in db.scalars(select(ExposureCounts))})
    reading = parts(build, arrival)["reading"]
    level = reading.belief["most_probable_level"]
    given = {task for task, levels in rows["reading"].given.items() if levels.get(level)}
    assert given == {task for task in candidate.met if task.startswith("fi-r")}
    second = build.arrival(surname="Ali")
    other = Candidate(Page(app), bank, candidate.knows)
    other.begin(second.code())
    other.next()
    plan = build.do(lambda db: second.sitting(db).parts[0].plan)
    assert set(plan["eligibility"]) & given


def test_a_person_who_comes_again_is_given_other_tasks(candidate, arrival, build, app, bank):
    candidate.begin(arrival.code())
    candidate.go_to_the_end()
    occasion = build.do(lambda db: db.get_one(Booking, arrival.booking.id).occasion)
    second = build.arrival_at(occasion, arrival.administrator, arrival.clerk)

    def match(db):
        rows = [db.get_one(Person, one.person_id) for one in (arrival.referral, second.referral)]
        staff = db.get_one(type(arrival.administrator), arrival.administrator.id)
        people.match(db, rows[1], rows[0], actor=staff, now=rows[0].created_at)

    build.do(match)
    again = Candidate(Page(app), bank, candidate.knows)
    again.begin(second.code())
    again.go_to_the_end()
    assert not set(again.met) & set(candidate.met)


def test_a_page_asks_once_whether_help_is_wanted(candidate, arrival, page, database):
    at_first_task(candidate, arrival)
    asked = []

    def note(_connection, _cursor, statement, *_more):
        asked.append("FROM help_call" in statement)

    event.listen(database.engine, "before_cursor_execute", note)
    page.get("/kiosk/")
    event.remove(database.engine, "before_cursor_execute", note)
    assert asked.count(True) == 1


def test_two_clicks_in_the_same_instant_start_a_part_once(candidate, arrival, page, build, app):
    candidate.begin(arrival.code())
    form = page.html.select_one("main form")
    data = page._defaults(form)
    twins = [app.test_client() for _click in range(4)]
    for twin in twins:
        for cookie in page.client._cookies.values():
            twin.set_cookie(cookie.key, cookie.value, path=cookie.path)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: one.post(form["action"], data=data), twins))
    assert {answer.status_code for answer in answers} <= {303, 409}
    counted = build.do(lambda db: db.scalar(select(func.count()).select_from(Presentation)))
    assert counted == 1


def test_answers_sent_twice_in_the_same_instant_count_once(candidate, arrival, page, build, app):
    at_first_task(candidate, arrival)
    form = page.html.select_one("main form")
    data = page._defaults(form) | candidate.fields() | {"action": "next"}
    twins = [app.test_client() for _click in range(4)]
    for twin in twins:
        for cookie in page.client._cookies.values():
            twin.set_cookie(cookie.key, cookie.value, path=cookie.path)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: one.post(form["action"], data=data), twins))
    assert {answer.status_code for answer in answers} == {303}
    rows = build.do(lambda db: db.scalars(select(Presentation.left_at)).all())
    assert len(rows) == 2
    assert sum(left is not None for left in rows) == 1
