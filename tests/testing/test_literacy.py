"""The literacy screen at the kiosk and at the desk: from the first touch to a confirmed class."""

import pytest
from sqlalchemy import func, select

from items.content_format import LANGUAGES
from items.pictures import picture_svg
from scoring.ladders import Outcome
from scoring.literacy import Latin, LiteracyClass, Own
from testing import clock, literacy, proposals
from testing.literacy import content, dictation, screens
from testing.models import (
    Event,
    LiteracyMark,
    LiteracyState,
    NotAssessed,
    PartState,
    Role,
    SittingState,
    Skill,
)
from tests.testing.builders import Builder
from tests.testing.candidates import Candidate, knows_up_to
from tests.testing.literacy_person import Administrator, LiteracyPerson
from tests.testing.pages import Page


class Day:
    """A person who has come to the desk; a kiosk and the desk's own browser."""

    def __init__(self, app, build: Builder, bank, language: str, **person):
        self.build = build
        self.arrival = build.arrival(**person)
        self.desk = Page(app)
        self.desk.sign_in(self.arrival.administrator)
        self.kiosk = Candidate(Page(app), bank, knows_up_to("A1.3"), language=language)
        self.language = language

    def sit_down(self) -> None:
        """The code given at the desk, then everything up to the first page after practice."""
        self.desk.get(f"/desk/bookings/{self.arrival.booking.public_id}")
        self.desk.submit(button="Give a seat code")
        code = self.desk.html.select_one(".seat-code-big")
        assert code is not None, self.desk.text()
        self.kiosk.begin("".join(code.get_text().split()))

    def screen(self, db):
        return literacy.screen_of(db, self.arrival.sitting(db))

    def open_sheet(self) -> None:
        public_id = self.build.do(lambda db: self.screen(db).public_id)
        self.desk.get(f"/literacy/{public_id}")

    def go(self, reads, hears, own: str) -> tuple[LiteracyPerson, Administrator]:
        """Kiosk and desk in turn until the rungs are behind."""
        person = LiteracyPerson(self.kiosk.page, reads, own=own)
        staff = Administrator(self.desk, hears)
        for _turn in range(4):
            person.go_through()
            self.open_sheet()
            staff.go_through()
        return person, staff

    def found(self):
        return self.build.do(lambda db: literacy.classification_of(db, self.arrival.sitting(db)))

    def parts(self):
        return self.build.do(
            lambda db: {p.skill: (p.state, p.not_assessed) for p in self.arrival.sitting(db).parts}
        )


@pytest.fixture
def make_day(make_app, build, bank):
    def make(language: str = "en", *, first: int = 0, share: float = 0.0, **person) -> Day:
        app = make_app(literacy_first=first, literacy_share=share)
        day = Day(app, build, bank, language, **person)
        day.sit_down()
        return day

    return make


def test_one_who_reads_is_through_after_three_rungs_and_goes_on(make_day):
    day = make_day()
    person, staff = day.go(lambda rung: True, lambda rung: "right", "en")

    assert set(person.met) == {"picture_words"}
    assert staff.met == ["unfamiliar_words", "short_dictation"]
    found = day.found()
    assert (found.literacy_class, found.latin, found.own) == (
        LiteracyClass.LITERATE, Latin.SENTENCES, Own.NOT_ASSESSED,
    )
    assert not found.is_confirmed
    day.kiosk.page.get("/kiosk/")
    assert "Reading comes next" in day.kiosk.page.text()
    day.kiosk.go_to_the_end()
    assert {state for state, _why in day.parts().values()} == {PartState.DONE}


def test_no_part_begins_before_the_screen_is_over(make_day):
    day = make_day()
    day.kiosk.page.post("/kiosk/part")
    assert day.parts()[Skill.READING][0] is PartState.WAITING
    person = LiteracyPerson(day.kiosk.page, lambda rung: True, own="en")
    person.go_through()
    assert "Now we read together." in day.kiosk.page.text()
    day.kiosk.page.post("/kiosk/part")
    assert day.parts()[Skill.READING][0] is PartState.WAITING
    # The desk may let the person go on; the rest then comes before the end.
    day.open_sheet()
    day.desk.submit(button="Go on with the test")
    day.kiosk.page.get("/kiosk/")
    day.kiosk.next()
    assert day.kiosk.is_at_a_task()
    for _page in range(60):
        if not day.kiosk.page.html.select_one(".together"):
            day.kiosk.step()
    assert "Now we read together." in day.kiosk.page.text()
    staff = Administrator(day.desk, lambda rung: "right")
    day.open_sheet()
    staff.go_through()
    assert day.found().literacy_class is LiteracyClass.LITERATE
    assert day.build.do(day.arrival.sitting).state is SittingState.FINISHED


def test_one_who_reads_nothing_is_led_through_and_reading_is_not_assessed(make_day, build):
    day = make_day(contact_language="fa", mother_tongue="prs")
    person, staff = day.go(lambda rung: False, lambda rung: "wrong", "en")

    assert list(dict.fromkeys(person.met)) == ["picture_words", "own_words", "letters", "numbers"]
    assert staff.met == ["name", "interaction"]
    day.open_sheet()
    assert "Begins to learn to read and write" in day.desk.text()
    day.desk.submit(button="End the literacy screen")
    found = day.found()
    assert found.literacy_class is LiteracyClass.PRIMARY_ILLITERATE
    assert found.short_latin_course is False
    assert found.laslliam_level == 1
    assert day.parts()[Skill.READING] == (PartState.NOT_ASSESSED, NotAssessed.SCRIPT)
    assert day.parts()[Skill.WRITING] == (PartState.NOT_ASSESSED, NotAssessed.SCRIPT)
    # Listening goes on by itself and the sitting comes to its end.
    day.kiosk.page.get("/kiosk/")
    assert "Listening comes next" in day.kiosk.page.text()
    day.kiosk.go_to_the_end()
    assert day.parts()[Skill.LISTENING][0] is PartState.DONE


def test_one_who_reads_another_script_is_told_apart_by_touch_alone(make_day):
    day = make_day("ar")
    reads_own = {"own_words", "own_text", "numbers"}
    person, _staff = day.go(reads_own.__contains__, lambda rung: "wrong", "ar")
    # Words keep their own direction in a page of another one.
    assert person.directions["picture_words"] == person.directions["letters"] == "ltr"
    assert person.directions["own_words"] == person.directions["own_text"] == "rtl"
    assert day.kiosk.page.html.select_one("html")["dir"] == "rtl"
    day.desk.submit({"finish-leave_out": None}, button="End the literacy screen")
    found = day.found()
    assert (found.own, found.latin) == (Own.FUNCTIONAL, Latin.NONE)
    assert found.literacy_class is LiteracyClass.SECONDARY
    assert found.short_latin_course is True
    # Not asked to leave parts out: the person may try.
    assert day.parts()[Skill.READING][0] is PartState.WAITING


def test_what_goes_wrong_at_a_seat_loses_and_doubles_nothing(make_day, build):
    day = make_day()
    page = day.kiosk.page
    form = {
        str(one["name"]): str(one["value"])
        for one in page.html.select("main form input[type=hidden]")
    }

    def count() -> int:
        return build.do(lambda db: db.scalar(select(func.count()).select_from(LiteracyMark)))

    # Next without an answer, an answer that is none, another task's answer: nothing is marked.
    page.submit(button="Next")
    assert "Choose an answer first." in page.text()
    for spoiled in ({"choice": "nothing of this"}, {"item": "99"}, {"rung": "letters"},
                    {"choice": "x" * 5000}, {"item": "\x00"}):
        page.post("/kiosk/literacy", form | {"choice": "kala"} | spoiled)
    assert count() == 0
    # A double click: the second is of a task that is behind.
    page.post("/kiosk/literacy", form | {"choice": "kala"})
    page.post("/kiosk/literacy", form | {"choice": "pala"})
    assert count() == 1
    # The same place after a reload, and on another device.
    asked = page.html.select_one("input[name=item]")["value"]
    page.get("/kiosk/")
    assert page.html.select_one("input[name=item]")["value"] == asked
    order = [str(one["value"]) for one in page.html.select("input[name=choice]")]
    # The order of answers stays.
    page.get("/kiosk/")
    assert [str(one["value"]) for one in page.html.select("input[name=choice]")] == order
    # A pause at the desk keeps the place.
    sitting = build.do(day.arrival.sitting)
    day.desk.get(f"/desk/sittings/{sitting.public_id}")
    day.desk.submit({"pause-reason": "tauko"}, button="Pause")
    page.post("/kiosk/literacy", form | {"item": asked, "choice": "talo"})
    assert count() == 1
    assert "A pause" in page.text()
    # Ended at the desk: what was seen is kept, the class is "not assessed".
    day.desk.get(f"/desk/sittings/{sitting.public_id}")
    day.desk.submit({"end-code": "health", "end-reason": "huimaus"}, button="End the sitting")
    found = day.found()
    assert found.literacy_class is LiteracyClass.NOT_ASSESSED
    screen = build.do(day.screen)
    assert (screen.state, screen.set_aside) == (LiteracyState.SET_ASIDE, NotAssessed.HEALTH)


def test_a_mark_is_corrected_a_rung_left_out_and_taken_after_all(make_day, build):
    day = make_day()
    LiteracyPerson(day.kiosk.page, lambda rung: True, own="en").go_through()
    day.open_sheet()
    # Nothing marked; then three in a row that were not read end the rung.
    day.desk.submit(form="form.tap-sheet")
    assert "Mark at least one task." in day.desk.html.get_text()
    day.desk.submit(
        {"mark-1": "wrong", "mark-2": "helped", "mark-3": "wrong"}, form="form.tap-sheet"
    )
    person = LiteracyPerson(day.kiosk.page, lambda rung: True, own="en")
    person.go_through()
    assert person.met[0] == "own_words"
    # A slip of the finger is mended, and the person is through with the short screen after all.
    day.open_sheet()
    day.desk.follow("Unfamiliar words read aloud")
    day.desk.submit({f"mark-{n}": "right" for n in range(1, 9)}, form="form.tap-sheet")
    assert "A short dictation" in day.desk.text()
    # The hand hurts: no dictation. The screen cannot be passed without it, so the deep one follows.
    day.desk.submit({"leave-reason": "hand"}, button="Go past it")
    day.open_sheet()
    assert "A short dictation: not assessed (The hand)." in day.desk.text()
    day.desk.submit(button="Take it after all")
    day.desk.submit({"text": "Mina osti ison kalan"}, form="form.tap-sheet")
    assert day.found().literacy_class is LiteracyClass.LITERATE
    # Over is over.
    screen = build.do(day.screen)
    day.desk.post(f"/literacy/{screen.public_id}/tap/unfamiliar_words", {"mark-1": "wrong"}, 409)


def test_a_line_dictated_into_the_wrong_field_is_taken_back(make_day, build):
    day = make_day(first=1)
    person = LiteracyPerson(day.kiosk.page, lambda rung: True, own="en")
    staff = Administrator(day.desk, lambda rung: "right")
    while "dictation" not in staff.met:
        person.go_through()
        day.open_sheet()
        staff.go_through()
    day.open_sheet()
    day.desk.follow("Dictation")
    lines = [str(one["name"]) for one in day.desk.html.select("form.tap-sheet [name^=text-]")]
    assert len(lines) > 4
    day.desk.submit(dict.fromkeys(lines[3:], ""), form="form.tap-sheet")

    def newest(db) -> list[Outcome]:
        marks = day.screen(db).marks
        return list({one.item: one.outcome for one in marks if one.rung == "dictation"}.values())

    found = build.do(newest)
    assert (found.count(Outcome.RIGHT), len(found)) == (3, len(lines))


def test_what_was_heard_in_another_language_is_not_offered_again(make_day, build):
    day = make_day(first=1)
    day.open_sheet()
    day.desk.submit(
        {"notes-own_language": "so", "notes-has_judge": "y"}, button="Keep the notes"
    )
    day.go(lambda rung: True, lambda rung: "right", "so")
    # Opened before anybody had told the language: keeping it takes nothing away.
    day.open_sheet()
    day.desk.submit({"notes-own_language": ""}, button="Keep the notes")
    assert build.do(day.screen).own_language == "so"
    day.open_sheet()
    day.desk.submit({"notes-own_language": "en"}, button="Keep the notes")
    LiteracyPerson(day.kiosk.page, lambda rung: True, own="en").go_through()
    day.open_sheet()
    assert day.desk.html.select_one("form.tap-sheet")["action"].endswith("/own_aloud")
    assert not day.desk.html.select("form.tap-sheet input[checked]")


def test_notes_name_the_language_a_judge_and_what_was_seen(make_day, build):
    day = make_day()
    LiteracyPerson(day.kiosk.page, lambda rung: False, own="en").go_through()
    day.open_sheet()
    notes = {
        "notes-own_language": "ti",
        "notes-own_script": "other",
        "notes-is_prompted": "y",
        "notes-pen_hold": "unsure",
        "notes-direction": "right_to_left",
        "notes-computer": "with_help",
        "notes-words_a_minute": "12",
        "notes-note": "Reads with a finger.",
    }
    day.desk.submit(notes | {"notes-words_a_minute": "4000"}, button="Keep the notes", status=400)
    assert "Write a number between 1 and 400." in day.desk.html.get_text()
    day.desk.submit(notes, button="Keep the notes")
    person = LiteracyPerson(day.kiosk.page, lambda rung: False, own="ti")
    person.go_through()
    Administrator(day.desk, lambda rung: "wrong").go_through()
    # There is no text in Tigrinya: never "none", and so no class.
    day.open_sheet()
    assert "There is no text in this language" in day.desk.text()
    Administrator(day.desk, lambda rung: "wrong").go_through()
    day.desk.submit(button="End the literacy screen")
    found = day.found()
    assert (found.own, found.latin) == (Own.NOT_ASSESSED, Latin.NONE)
    assert found.literacy_class is LiteracyClass.NOT_ASSESSED
    assert [look.value for look in found.looks] == ["own_not_assessed", "prompted"]
    # With a text and a judge the text is read aloud and written about, too.
    other = make_day()
    other.open_sheet()
    other.desk.submit(
        {"notes-own_language": "so", "notes-has_judge": "y"}, button="Keep the notes"
    )
    # No voice speaks Somali: the desk's page shows what to say to the person.
    say = "Where there is no sound, say this to the person: Listen. Press the word that you hear."
    assert f"{say} kala" in other.desk.text()
    reads_own = {"own_words", "own_text"}

    def hears(rung: str) -> str:
        return "helped" if rung == "name" else "slow"

    _person, staff = other.go(reads_own.__contains__, hears, "so")
    assert {"own_aloud", "own_writing"} <= set(staff.met)
    other.desk.submit(button="End the literacy screen")
    # Somali is written in Latin script: who reads it reads the script.
    assert other.found().literacy_class is LiteracyClass.LITERATE
    assert "own_latin_but_weak_here" in other.found().looks


def test_passers_are_sent_deeper_first_all_then_by_lot(make_day, build):
    first = make_day(first=1)
    person, staff = first.go(lambda rung: True, lambda rung: "right", "en")
    assert {"own_words", "own_text", "letters", "numbers"} <= set(person.met)
    assert "dictation" in staff.met
    first.desk.submit(button="End the literacy screen")
    found = first.found()
    assert (found.literacy_class, found.own) == (LiteracyClass.LITERATE, Own.FUNCTIONAL)
    assert any(fact.code == "drawn" for fact in found.evidence)

    # The lot of later ones follows from each screen's own seed.
    lots = []
    for seed in range(40):
        def work(db, seed=seed):
            sitting = first.arrival.sitting(db)
            screen = literacy.screen_of(db, sitting)
            screen.seed = seed
            return screens._is_drawn(db, screen, screens.Lot(0, 0.25))
        lots.append(build.do(work))
    assert 4 <= sum(lots) <= 18


def test_a_teacher_confirms_and_a_change_has_a_reason(make_day, build, app):
    day = make_day()
    day.go(lambda rung: False, lambda rung: "wrong", "en")
    day.desk.submit(button="End the literacy screen")
    screen = build.do(day.screen)
    assert not day.desk.html.select("input[name=confirm-literacy_class]")
    day.desk.post(f"/literacy/{screen.public_id}/confirm", status=403)

    centre = build.do(lambda db: day.arrival.sitting(db).person.centre)
    teacher = build.staff(centre, Role.ASSESSOR)
    page = Page(app)
    page.sign_in(teacher)
    page.get(f"/literacy/{screen.public_id}")
    page.submit(button="Confirm the class")
    assert day.found().is_confirmed
    assert day.found().literacy_class is LiteracyClass.PRIMARY_ILLITERATE
    page.submit({"confirm-literacy_class": "semi_literate"}, button="Confirm the class", status=400)
    assert "Write why you change the class." in page.html.get_text()
    page.submit(
        {"confirm-literacy_class": "semi_literate", "confirm-reason": "Luki lehteä odottaessaan."},
        button="Confirm the class",
    )
    assert day.found().literacy_class is LiteracyClass.SEMI_LITERATE
    assert "Luki lehteä odottaessaan." in page.text()
    actions = build.do(
        lambda db: [
            row.action for row in db.scalars(select(Event).order_by(Event.id))
            if row.action.startswith("literacy:")
        ]
    )
    assert actions[0] == "literacy:open"
    assert actions.count("literacy:confirm") == 2
    assert "literacy:finish" in actions
    # Nobody of another centre sees it.
    stranger = Page(app)
    stranger.sign_in(build.staff(build.centre(), Role.ASSESSOR))
    stranger.get(f"/literacy/{screen.public_id}", 404)


def test_a_test_begun_without_a_screen_goes_on_as_it_was(app, build, bank):
    arrival = build.arrival()
    kiosk = Candidate(Page(app), bank, knows_up_to("A1.3"))
    kiosk.begin(arrival.code())
    kiosk.next()
    assert kiosk.is_at_a_task()
    desk = Page(app)
    desk.sign_in(arrival.administrator)
    desk.get(f"/desk/bookings/{arrival.booking.public_id}")
    desk.submit(button="Give a new seat code")
    assert build.do(lambda db: literacy.screen_of(db, arrival.sitting(db))) is None
    # The desk may begin one by hand; twice is once, and a closed sitting has none.
    sitting = build.do(arrival.sitting)
    desk.get(f"/desk/sittings/{sitting.public_id}")
    desk.submit(button="Begin a literacy screen")
    desk.post(f"/literacy/begin/{sitting.public_id}")
    screen = build.do(lambda db: literacy.screen_of(db, arrival.sitting(db)))
    assert desk.path == f"/literacy/{screen.public_id}"
    desk.submit({"aside-code": "refused"}, button="Leave it out")
    found = build.do(lambda db: literacy.classification_of(db, arrival.sitting(db)))
    assert (found.literacy_class, found.module) == (LiteracyClass.NOT_ASSESSED, None)


def test_without_latin_script_a_level_is_never_proposed_from_touches(make_day, build):
    day = make_day()
    day.go(lambda rung: False, lambda rung: "wrong", "en")
    day.desk.submit({"finish-leave_out": None}, button="End the literacy screen")
    day.kiosk.page.get("/kiosk/")
    day.kiosk.next()
    while day.kiosk.is_at_a_task():
        day.kiosk.step()
    assert day.parts()[Skill.READING][0] is PartState.DONE

    def propose(db):
        sitting = day.arrival.sitting(db)
        return proposals.of_sitting(db, sitting, actor=day.arrival.administrator, now=clock.now())

    assert build.do(propose)[Skill.READING].not_assessed is NotAssessed.SCRIPT


@pytest.mark.parametrize(
    ("dictated", "written", "outcome"),
    [
        ("s", "S", "right"), ("s", "z", "wrong"), ("la", "al", "wrong"), ("talo", "tallo", "right"),
        ("talo", "tal", "right"), ("talo", "tl", "wrong"), ("kukka", "", "unknown"),
        ("Isä on kotona.", "isäonkotona", "right"), ("Isä on kotona.", "Isa on kotna", "right"),
        ("Isä on kotona.", "Isä", "wrong"), ("ä", "a", "wrong"), ("ä", " Ä! ", "right"),
    ],
)  # fmt: skip
def test_dictation_is_marked_by_letters(dictated, written, outcome):
    assert dictation.mark(dictated, written) == outcome


def test_words_of_a_dictated_sentence_are_found_wherever_they_stand():
    words = ["Minna", "osti", "ison", "kalan."]
    right, wrong, unknown = Outcome.RIGHT, Outcome.WRONG, Outcome.UNKNOWN
    assert dictation.mark_words(words, "Minna osti ison kalan") == [right] * 4
    assert dictation.mark_words(words, "mina osti") == [right, right, unknown, unknown]
    assert dictation.mark_words(words, "osti osti") == [wrong, right, wrong, wrong]
    assert dictation.mark_words(words, "") == [unknown] * 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tasks_are_whole_and_every_picture_is_there(language):
    found = content.read_material(language)

    assert content.Material.from_record(found.record()).record() == found.record()
    assert set(found.own) == {"fi", "sv", "en", "ru", "uk", "ar", "fa", "so"}
    assert set(found.unreviewed) == set(found.own)
    assert found.scripts["so"] == "latin"
    assert found.scripts["fa"] == "other"
    every = [*found.tasks.values(), *(r for own in found.own.values() for r in own.values())]
    for tasks in every:
        for task in tasks:
            names = [one["picture"] for one in task.get("options", ()) if "picture" in one]
            for name in [*names, *([task["picture"]] if "picture" in task else [])]:
                assert picture_svg(name)
            if "key" in task:
                assert task["key"] in {one["value"] for one in task["options"]}
