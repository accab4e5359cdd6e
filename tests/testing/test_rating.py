"""Rating: blind, two each, a third where they differ, nobody twice, nobody whom they know."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from testing import clock, events, people, rating, rating_data, sittings
from testing.events import Action
from testing.models import (
    WRITING_CRITERIA,
    Event,
    Person,
    Rating,
    RatingOrder,
    Role,
    Script,
    Staff,
)
from testing.rating import AlreadyRated, MarksMissing
from tests.testing.builders import Arrival, Builder
from tests.testing.pages import Page
from tests.testing.walks import colleague, import_writing, rate, wrote

MARKS = [one.value for one in WRITING_CRITERIA]


@pytest.fixture
def arrival(build: Builder, bank_files) -> Arrival:
    import_writing(build, bank_files)
    return build.arrival(given_names="Aminatu Li", surname="Hassanzadeh")


@pytest.fixture
def raters(build: Builder, arrival: Arrival) -> list[Staff]:
    return [colleague(build, arrival, Role.RATER) for _number in range(4)]


def script_of(build: Builder, script: Script) -> Script:
    return build.do(lambda db: db.get_one(Script, script.id))


def waiting_for(build: Builder, staff: Staff) -> int:
    return build.do(
        lambda db: rating.desk_of(db, db.get_one(Staff, staff.id), clock.now()).waiting
    )


def take(build: Builder, staff: Staff) -> Rating | None:
    return build.do(
        lambda db: rating.take_next(db, db.get_one(Staff, staff.id), now=clock.now())
    )


def give_back(build: Builder, taken: Rating) -> None:
    def work(db):
        own = db.get_one(Rating, taken.id)
        rating.give_back(db, own, actor=own.rater, now=clock.now())

    build.do(work)


# Two raters, and a third


def test_two_raters_who_agree_give_the_level(build, arrival, raters):
    (script,) = wrote(build, arrival, "Hei!")
    first = rate(build, raters[0], "A1.2", "A1.3", "A1.3", "A2.1")
    assert (first.order, first.level) == (RatingOrder.FIRST, "A1.3")
    assert script_of(build, script).level is None
    second = rate(build, raters[1], "A1.2")
    assert second.order is RatingOrder.SECOND
    assert script_of(build, script).level == "A1.2"
    assert [waiting_for(build, one) for one in raters] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("first", "second", "third", "level"),
    [
        ("A1.3", "A2.1", "A2.1", "A2.1"),
        ("A1.1", "A1.3", "A1.1", "A1.1"),
        ("alle_A1.1", "A1.1", "A1.2", "A1.1"),
    ],
)
def test_a_third_decides_where_two_differ(build, arrival, raters, first, second, third, level):
    (script,) = wrote(build, arrival, "Hei!")
    rate(build, raters[0], first)
    rate(build, raters[1], second)
    assert script_of(build, script).level is None
    assert [waiting_for(build, one) for one in raters] == [0, 0, 1, 1]
    assert rate(build, raters[2], third).order is RatingOrder.THIRD
    assert script_of(build, script).level == level
    assert waiting_for(build, raters[3]) == 0


def test_nobody_rates_twice_and_no_third_is_asked_while_two_are_at_work(build, arrival, raters):
    wrote(build, arrival, "Hei!")
    mine = take(build, raters[0])
    assert take(build, raters[0]).id == mine.id
    take(build, raters[1])
    assert take(build, raters[2]) is None
    rate(build, raters[0], "A1.1")
    assert take(build, raters[0]) is None
    assert waiting_for(build, raters[2]) == 0


def test_the_script_that_waited_longest_comes_first(build, arrival, raters):
    first, second = wrote(build, arrival, "Hei!", "Moi!")
    assert take(build, raters[0]).script_id == first.id
    rate(build, raters[0], "A1.1")
    assert take(build, raters[0]).script_id == second.id


def test_two_raters_at_once_never_get_the_same_order(build, arrival, raters):
    wrote(build, arrival, "Hei!")
    ready = Barrier(4)

    def at_once(staff: Staff) -> Rating | None:
        ready.wait()
        return take(build, staff)

    with ThreadPoolExecutor(4) as pool:
        taken = [one for one in pool.map(at_once, raters) if one is not None]
    assert sorted(one.order for one in taken) == [RatingOrder.FIRST, RatingOrder.SECOND]


def test_one_rater_in_two_tabs_begins_one_script(build, arrival, raters):
    wrote(build, arrival, "Hei!", "Moi!")
    ready = Barrier(2)

    def at_once(_tab: int) -> Rating | None:
        ready.wait()
        return take(build, raters[0])

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(at_once, range(2)))
    assert taken[0].id == taken[1].id


def test_what_is_empty_or_not_handed_in_waits_for_nobody(build, arrival, raters):
    written, empty, blank = wrote(build, arrival, "Hei!", "", " \n ")

    def work(db):
        db.get_one(Script, written.id).submitted_at = None

    build.do(work)
    assert waiting_for(build, raters[0]) == 0
    for one in (empty, blank):
        assert not build.do(lambda db, one=one: rating.is_rateable(db.get_one(Script, one.id)))


def test_another_centres_script_waits_for_nobody_here(build, arrival):
    wrote(build, arrival, "Hei!")
    stranger = build.staff(build.centre(), Role.RATER)
    assert waiting_for(build, stranger) == 0
    assert take(build, stranger) is None


# Who may not rate


def add_event(build: Builder, staff: Staff, person_id: int, action: Action) -> None:
    def work(db):
        person = db.get_one(Person, person_id)
        events.record(db, action, on=person, subject=person, actor=staff, now=clock.now())

    build.do(work)


@pytest.mark.parametrize(
    "action", [Action.PERSON_UNMASK, Action.PERSON_VIEW, Action.RESULT_VIEW, Action.SITTING_NOTE]
)
def test_who_opened_the_persons_data_may_not_rate_them(build, arrival, raters, action):
    wrote(build, arrival, "Hei!")
    add_event(build, raters[0], arrival.referral.person_id, action)
    assert waiting_for(build, raters[0]) == 0
    assert take(build, raters[0]) is None
    assert take(build, raters[1]) is not None


def test_a_rating_begun_before_the_meeting_can_only_be_given_back(
    build, arrival, raters, page: Page
):
    wrote(build, arrival, "Hei!")
    page.sign_in(raters[0])
    page.get("/rating")
    page.submit(button="Take the next text")
    path, marks = page.path, dict.fromkeys(MARKS, "A1.2")
    save = page.html.select_one("form[data-rating]")["data-save-url"]
    add_event(build, raters[0], arrival.referral.person_id, Action.SPEAKING_BEGIN)
    for address in (path, save):
        token = page.csrf()
        page.post(address, marks | {"csrf_token": token}, status=409)
        assert "You have met this person since" in page.text()
        page.get("/rating")
        page.follow("Go on rating")
    assert "Hei!" not in page.text()
    page.submit(button="Give back")
    assert take(build, raters[0]) is None
    rate(build, raters[1], "A1.2")


def test_who_met_the_same_human_under_another_referral_may_not_rate_them(build, arrival, raters):
    wrote(build, arrival, "Hei!")
    other = build.referral(arrival.clerk)

    def match(db):
        people.match(
            db,
            db.get_one(Person, other.person_id),
            db.get_one(Person, arrival.referral.person_id),
            actor=db.get_one(Staff, arrival.administrator.id),
            now=clock.now(),
        )

    build.do(match)
    add_event(build, raters[0], other.person_id, Action.PERSON_UNMASK)
    assert take(build, raters[0]) is None


def test_who_gave_the_seat_or_wrote_a_note_may_not_rate(build, arrival, raters):
    wrote(build, arrival, "Hei!")

    def become_rater(db):
        db.get_one(Staff, arrival.administrator.id).roles = ["administrator", "rater"]
        sittings.observe(
            db, arrival.sitting(db), words="Rauhallinen.", actor=raters[0], now=clock.now()
        )

    build.do(become_rater)
    assert take(build, arrival.administrator) is None
    assert take(build, raters[0]) is None
    assert take(build, raters[1]) is not None


# Giving back, saving, sending


def test_a_script_given_back_goes_to_another_and_never_returns(build, arrival, raters):
    (script,) = wrote(build, arrival, "Hei!")
    taken = take(build, raters[0])
    give_back(build, taken)
    assert take(build, raters[0]) is None
    again = take(build, raters[1])
    assert (again.script_id, again.order) == (script.id, RatingOrder.FIRST)


def test_marks_are_kept_unfinished_and_count_only_when_all_are_sent(build, arrival, raters):
    wrote(build, arrival, "Hei!")
    taken = take(build, raters[0])

    def save(db):
        rating.save(db, db.get_one(Rating, taken.id), {MARKS[0]: "A1.2"}, "Kesken")

    def send(marks):
        def work(db):
            own = db.get_one(Rating, taken.id)
            rating.submit(db, own, marks, "", actor=own.rater, now=clock.now())

        build.do(work)

    build.do(save)
    kept = build.do(lambda db: db.get_one(Rating, taken.id))
    assert (kept.marks, kept.note, kept.level) == ({MARKS[0]: "A1.2"}, "Kesken", None)
    for wrong in (
        {MARKS[0]: "A1.2"},
        dict.fromkeys(MARKS, "C2.1"),
        dict.fromkeys(MARKS, "hyvä"),
        dict.fromkeys([*MARKS, "handwriting"], "A1.1"),
    ):
        with pytest.raises(MarksMissing):
            send(wrong)
    send(dict.fromkeys(MARKS, "A1.2"))
    with pytest.raises(AlreadyRated):
        send(dict.fromkeys(MARKS, "B1.1"))
    with pytest.raises(AlreadyRated):
        build.do(save)
    with pytest.raises(AlreadyRated):
        give_back(build, taken)


def test_every_step_is_on_the_persons_chain_without_marks(build, arrival, raters):
    wrote(build, arrival, "Hei!")
    rate(build, raters[0], "A1.2")
    log = select(Event).where(Event.action.startswith("rating:")).order_by(Event.id)
    rows = build.do(lambda db: db.scalars(log).all())
    assert [row.action for row in rows] == ["rating:take", "rating:submit"]
    assert all("A1" not in str(row.details) for row in rows)


# Data


def test_the_shipped_data_are_whole_and_say_that_they_are_provisional():
    assert rating_data.rules().provisional
    found = rating_data.descriptors()
    assert found.provisional
    assert found.version
    assert found.origin
    for language in ("fi", "sv"):
        texts = [text for own in found.texts[language].values() for text in own.values()]
        assert len(texts) == len(set(texts)) == 48


def test_a_file_that_lacks_a_level_is_refused(tmp_path):
    file = tmp_path / "d.toml"
    whole = (rating_data.FOLDER / "rating_descriptors.toml").read_text()
    file.write_text(whole.replace('"B1.2" = "Hyvä peruskielioppi', '"B9" = "Hyvä'))
    with pytest.raises(rating_data.BadRatingData, match="accuracy"):
        rating_data.read_descriptors(file)


# Pages


def test_a_rater_goes_from_the_count_through_two_scripts_without_coming_back(
    build, arrival, raters, page: Page
):
    wrote(build, arrival, "Hei!", "Moi!")
    page.sign_in(raters[0])
    page.get("/rating")
    assert "2 texts wait for you" in page.text()
    assert "Hei!" not in page.text()
    page.submit(button="Take the next text")
    assert "Hei!" in page.text()
    page.submit({MARKS[0]: "A1.2"}, button="Save and open the next", status=400)
    assert "Choose a level for each criterion." in page.text()
    page.submit(dict.fromkeys(MARKS, "A1.2"), button="Save and open the next")
    assert "Moi!" in page.text()
    assert "1 text today" in page.text()
    page.submit(dict.fromkeys(MARKS, "A1.2"), button="Save and open the next")
    assert "There is nothing to rate now." in page.text()


def test_marks_saved_to_rest_are_there_again(build, arrival, raters, page: Page):
    wrote(build, arrival, "Hei!")
    page.sign_in(raters[0])
    page.get("/rating")
    page.submit(button="Take the next text")
    form = page.html.select_one("form[data-rating]")
    data = {MARKS[1]: "A2.1", "note": "Tuttu aihe"}
    page.post(form["data-save-url"], data)
    assert "Your marks are saved." in page.text()
    page.get("/rating")
    link = next(a for a in page.html.select("main a") if "Go on rating" in a.text)
    page.get(link["href"])
    chosen = [(one["name"], one["value"]) for one in page.html.select("input[checked]")]
    assert chosen == [(MARKS[1], "A2.1")]
    assert "Tuttu aihe" in page.html.select_one("textarea").text
    page.get(f"{link['href']}/return")
    page.submit(button="Give back")
    assert "The text waits for another rater." in page.text()


def test_a_rating_is_nobody_elses(build, arrival, raters, page: Page):
    wrote(build, arrival, "Hei!")
    mine = take(build, raters[0])
    page.sign_in(raters[1])
    page.get(f"/rating/{mine.public_id}", status=404)
    page.get("/rating")
    page.post(f"/rating/{mine.public_id}/save", status=404)
    page.get(f"/rating/{mine.public_id}/return", status=404)


def test_the_writers_name_is_covered_however_it_is_inflected(build, arrival, raters, page: Page):
    text = "Minä olen Aminatu. aminatun koti. HASSANZADEHILLE. Nimi: Li. Terve! lisää lila Lista"
    wrote(build, arrival, text)
    page.sign_in(raters[0])
    page.get("/rating")
    page.submit(button="Take the next text")
    shown = page.html.select_one(".script").text
    assert shown == (
        "Minä olen [***]. [***]n koti. [***]ILLE. Nimi: [***]. Terve! lisää lila [***]sta"
    )


SECRETS = ("Aminatu", "Hassanzadeh", "1990", "MARKER-NOTE")


def test_no_route_that_a_rater_may_open_tells_who_wrote_or_what_others_gave(
    app, build, arrival, raters, page: Page
):
    """A second rater tries every address with every id there is."""
    (script,) = wrote(build, arrival, "Minä olen Aminatu Hassanzadeh.")
    first = rate(build, raters[0], "A2.2", "B2.1", "B2.1", "A2.2", note="MARKER-NOTE")
    mine = take(build, raters[1])

    def ids_of(db):
        sitting = arrival.sitting(db)
        rows = [
            sitting,
            sitting.person,
            sitting.referral,
            arrival.booking,
            script,
            first,
            mine,
            *sitting.parts,
            *sitting.visits,
            *sitting.referral.permissions,
        ]
        return [row.public_id for row in rows]

    ids = build.do(ids_of)
    page.sign_in(raters[1])
    opened = 0
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access_rule", None)
        if access is None or access.needs_seat or "GET" not in rule.methods:
            continue
        names = re.findall(r"<[^>]+>", rule.rule)
        for address in {re.sub(r"<[^>]+>", one, rule.rule) for one in (ids if names else [""])}:
            response = page.client.get(address)
            assert response.status_code < 500, address
            body = response.get_data(as_text=True)
            for secret in SECRETS:
                assert secret not in body, f"{address} tells {secret}"
            opened += response.status_code == 200
    assert opened
    page.get(f"/rating/{mine.public_id}")
    assert not page.html.select("input[checked]")
    assert RatingOrder.SECOND.value not in page.text()


def test_only_raters_rate(build, arrival, page: Page):
    page.sign_in(colleague(build, arrival, Role.ASSESSOR))
    page.get("/rating", status=403)


def test_opening_the_count_is_one_event_and_autosaving_none(build, arrival, raters, page: Page):
    wrote(build, arrival, "Hei!")
    page.sign_in(raters[0])
    page.get("/rating")
    page.submit(button="Take the next text")

    def count(db):
        return db.scalar(select(func.count()).select_from(Event))

    before = build.do(count)
    url = page.html.select_one("form[data-rating]")["data-save-url"]
    data = {"csrf_token": page.csrf(), MARKS[0]: "A1.1"}
    response = page.client.post(url, data=data, headers={"X-Autosave": "1"})
    assert re.fullmatch(r"\d\d\.\d\d", response.json["saved"])
    assert build.do(count) == before
    page.get("/rating")
    assert build.do(count) == before + 1


# Paper


def test_a_text_on_paper_is_typed_in_and_rated_like_any_other(build, arrival, raters, page: Page):
    wrote(build, arrival, "")
    sitting = build.do(lambda db: arrival.sitting(db).public_id)
    page.sign_in(arrival.administrator)
    page.get(f"/sittings/{sitting}/paper")
    page.submit({"text": "Moi!"}, button="Send to the raters", status=400)
    prompt = page.html.select("#prompt option")[1]["value"]
    page.submit({"prompt": prompt, "text": "Moi!\nTulen."}, button="Send to the raters")
    assert "The text waits for raters." in page.text()
    page.submit({"prompt": prompt, "text": "Toinen"}, button="Send to the raters", status=409)
    rater = page.another()
    rater.sign_in(raters[0])
    rater.get("/rating")
    rater.submit(button="Take the next text")
    assert "Written on paper, typed in by staff" in rater.html.get_text(" ")
    assert "Tulen." in rater.text()


def test_who_typed_a_text_in_may_not_rate_it(build, arrival, raters):
    from items.models import TaskVersion
    from testing import paper_scripts

    (script,) = wrote(build, arrival, "")

    def type_in(db):
        paper_scripts.type_in(
            db,
            arrival.sitting(db),
            db.get_one(TaskVersion, script.task_version_id),
            "Moi!",
            actor=raters[0],
            now=clock.now(),
        )

    build.do(type_in)
    assert take(build, raters[0]) is None
    assert take(build, raters[1]) is not None


def test_paper_is_typed_in_after_the_sitting(build, arrival, page: Page):
    arrival.code()
    sitting = build.do(lambda db: arrival.sitting(db).public_id)
    page.sign_in(arrival.administrator)
    page.get(f"/sittings/{sitting}/paper")
    prompt = page.html.select("#prompt option")[1]["value"]
    page.submit({"prompt": prompt, "text": "Moi!"}, button="Send to the raters", status=409)
