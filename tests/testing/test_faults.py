"""Faults and hostile input: a calm page or a clear refusal, and nothing stored is lost."""

import os

import pytest
from sqlalchemy import event, func, select

from testing.models import Presentation, Response
from tests.testing.builders import Builder
from tests.testing.candidates import Candidate, knows_up_to
from tests.testing.pages import Page

SQLITE_ONLY = os.environ.get("TEST_DATABASE", "sqlite") != "sqlite"


@pytest.fixture
def arrival(build: Builder):
    return build.arrival()


@pytest.fixture
def candidate(page: Page, bank, arrival) -> Candidate:
    candidate = Candidate(page, bank, knows_up_to("A2.2"))
    candidate.begin(arrival.code())
    candidate.next()
    return candidate


def marked(build: Builder) -> int:
    return build.do(
        lambda db: db.scalar(
            select(func.count()).select_from(Presentation).where(Presentation.left_at.is_not(None))
        )
    )


def form_data(candidate: Candidate) -> tuple[str, dict]:
    form = candidate.page.html.select_one("main form")
    data = candidate.page._defaults(form) | candidate.fields() | {"action": "next"}
    return str(form["action"]), data


if not SQLITE_ONLY:

    def test_a_full_disk_shows_a_calm_page_and_the_answer_goes_in_once_there_is_room(
        candidate, build, engine
    ):
        path, data = form_data(candidate)
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        def limit(connection, _record):
            connection.execute(f"PRAGMA max_page_count = {pages}")

        event.listen(engine, "connect", limit)
        engine.dispose()
        # Autosaves fill the last pages that there are.
        big = dict(data)
        answers = 0
        for _try in range(400):
            response = candidate.page.client.post("/kiosk/answers", data=big)
            answers += 1
            if response.status_code != 200:
                break
            big["sequence"] = str(int(big["sequence"]) + 1)
        event.remove(engine, "connect", limit)
        engine.dispose()
        assert response.status_code in (500, 503)
        assert "Odota hetki" in response.text
        assert "sqlite" not in response.text.lower()
        assert marked(build) == 0
        again = candidate.page.client.post(path, data=data | {"sequence": str(answers + 2)})
        assert again.status_code == 303
        assert marked(build) == 1

    def test_a_read_only_database_shows_a_calm_page_and_keeps_what_was_saved(
        candidate, build, engine, database
    ):
        path, data = form_data(candidate)
        assert candidate.page.client.post("/kiosk/answers", data=data).status_code == 200
        def read_only(connection, _record):
            connection.execute("PRAGMA query_only = ON")

        event.listen(engine, "connect", read_only)
        engine.dispose()
        answer = candidate.page.client.post(path, data=data | {"sequence": "9"})
        page = candidate.page.client.get("/kiosk/")
        event.remove(engine, "connect", read_only)
        engine.dispose()
        assert answer.status_code == 503
        assert "Your answers are saved." in answer.text
        assert page.status_code == 200
        saved = build.do(lambda db: db.scalar(select(func.count()).select_from(Response)))
        assert saved >= 1


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/xml",
        "multipart/form-data",
        "\x00",
        "application/x-www-form-urlencoded; charset=utf-99",
    ],
)
def test_a_hostile_content_type_changes_nothing(candidate, build, content_type):
    path, _data = form_data(candidate)
    response = candidate.page.client.post(
        path, data=b"answer=1&csrf_token=x", headers={"Content-Type": content_type}
    )
    assert 400 <= response.status_code < 500
    assert marked(build) == 0


def test_a_request_without_a_token_is_refused_and_says_what_to_do(candidate, build):
    path, data = form_data(candidate)
    del data["csrf_token"]
    response = candidate.page.client.post(path, data=data)
    assert response.status_code == 400
    assert marked(build) == 0


def test_an_enormous_request_is_refused(candidate, build):
    path, data = form_data(candidate)
    response = candidate.page.client.post(path, data=data | {"filler": "x" * 3_000_000})
    assert response.status_code == 413
    assert marked(build) == 0


@pytest.mark.parametrize(
    "raw",
    ["\ud800".encode("utf-8", "surrogatepass"), b"\x00", b"%FF%FE", "﷽".encode() * 300, b"-1"],
)
def test_any_bytes_as_an_answer_are_marked_or_refused_but_never_break(candidate, build, raw):
    path, data = form_data(candidate)
    name = next(key for key in data if key.startswith("answer-"))
    data[name] = raw
    response = candidate.page.client.post(path, data=data)
    assert response.status_code in (303, 400, 422)


@pytest.mark.parametrize("value", ["-1", "abc", "9" * 40, "", "1.5", "٣"])
def test_a_broken_sequence_number_never_counts(candidate, build, value):
    path, data = form_data(candidate)
    response = candidate.page.client.post(path, data=data | {"sequence": value})
    assert response.status_code in (303, 409)
    if response.status_code == 409:
        assert marked(build) == 0


@pytest.mark.parametrize("value", ["bytes=999999999-", "bytes=a-b", "bytes=-", "x=1-2"])
def test_a_broken_range_request_for_a_recording_breaks_nothing(candidate, build, value):
    while candidate.is_at_a_task():
        candidate.answer_task()
    candidate.next()
    page = candidate.page
    player = page.html.select_one("[data-player]")
    token = {"csrf_token": page.csrf()}
    granted = page.client.post(player["data-play-url"], data=token).json
    with page.client.get(granted["src"], headers={"Range": value}) as response:
        assert response.status_code in (200, 416)
    with page.client.get(granted["src"], headers={"Range": "bytes=0-99"}) as response:
        assert response.status_code == 206
        assert len(response.data) == 100


@pytest.mark.parametrize("name", ["../../etc/passwd", "nothing", "clock:99.99", "price:x", "%00"])
def test_a_picture_that_does_not_exist_is_not_found(page, name):
    assert page.client.get(f"/static/pictures/{name}.svg").status_code in (400, 404)


@pytest.mark.parametrize(
    "path", ["/kiosk/recording/none", "/kiosk/sound/xx/abc.mp3", "/kiosk/sound/fi/..%2f.mp3"]
)
def test_unknown_media_are_refused(candidate, path):
    assert candidate.page.client.get(path).status_code in (400, 404, 409)


def test_a_lost_session_cookie_asks_for_the_form_again_and_keeps_the_seat(candidate, build):
    path, data = form_data(candidate)
    candidate.page.client.delete_cookie("lahtotaso")
    assert candidate.page.client.post(path, data=data).status_code == 400
    candidate.page.get("/kiosk/")
    assert candidate.is_at_a_task()
