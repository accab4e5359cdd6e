"""The interview: each question has a use, nothing needs an answer, and no answer is a score."""

from pathlib import Path

import pytest
from sqlalchemy import select

from testing import clock, languages
from testing.interview import background as told
from testing.interview import background_of, keeping, pages, person_words, questions, staff_words
from testing.interview.questions import Degree, Kind, Use
from testing.models import Event, Interview, Referral, Role, Staff
from testing.mother_tongues import Script
from testing.person_words import SKILL_NAMES
from tests.testing.builders import Builder
from tests.testing.pages import Page

ROWS = [
    {"language": "ar", "script": "arabic", "reads": "well", "writes": "little"},
    {"language": "en", "script": "latin", "reads": "little", "writes": "no"},
]


def test_every_question_has_words_a_use_and_an_answer_that_can_be_read():
    asked = questions.in_use()
    for question in asked.questions:
        assert question.uses, question.code
        assert question.group in staff_words.GROUPS
        assert question.is_asked == (question.code in person_words.QUESTIONS)
        assert pages.question_words(question)
        assert set(pages.option_words(question)) == set(question.options)
    assert set(Use) == set(staff_words.USES)
    assert set(Script) == set(staff_words.SCRIPTS)
    assert set(questions.SCRIPT_OF) == set(questions.LANGUAGES) - {"other"}
    assert {code for code, _own in languages.MOTHER_TONGUES} <= set(questions.LANGUAGES)
    for skill, levels in asked.statements.items():
        assert skill in SKILL_NAMES
        assert len(levels) == len(person_words.STATEMENTS[skill])
    kinds = {
        "interpreter": told.Interpreter,
        "earlier_study": told.EarlierStudy,
        "foreign_languages": told.ForeignLanguages,
        "adult_study": told.AdultStudy,
        "digital": told.DigitalHabit,
        "work": told.Work,
        "goal": told.Goal,
        "wishes": told.Wish,
        "glasses": told.Glasses,
        "hearing": told.Hearing,
        "accommodations": told.Accommodation,
        "gender": told.Gender,
    }
    for code, kind in kinds.items():
        assert asked[code].options == tuple(kind), code


@pytest.mark.parametrize(
    ("code", "good", "bad"),
    [
        ("interpreter", ["none", "companion"], ["nobody", 1, None]),
        ("school_years", [0, 9, 30], [-1, 31, "9", 9.5, True]),
        ("best_read", ["none", "ar", "fi", "other"], ["xx", ""]),
        ("wishes", [[], ["evening", "online"]], ["evening", ["night"]]),
        (
            "languages",
            [[], ROWS],
            [
                [ROWS[0], ROWS[0]],
                [ROWS[0] | {"script": "runes"}],
                [ROWS[0] | {"language": "xx"}],
                [{"language": "ar"}],
                ROWS * 3,
            ],
        ),
    ],
)
def test_a_question_takes_only_what_it_can_mean(code, good, bad):
    question = questions.in_use()[code]
    assert all(question.admits(answer) for answer in good)
    assert not any(question.admits(answer) for answer in bad)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('uses = ["literacy"]', "uses = []"),
        ('code = "work"', 'code = "goal"'),
        ('words = "A1.1"', 'words = "A9"'),
        ('kind = "number"', 'kind = "colour"'),
        ('freely = "B1.2"', ""),
    ],
)
def test_questions_that_are_not_whole_are_refused(tmp_path: Path, old, new):
    file = tmp_path / "interview.toml"
    text = questions.FILE.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(questions.BadQuestions):
        questions.read(file)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ([], None),
        (["A1.3"], None),
        (["A1.1"], "A1.1"),
        (["A1.1", "B1.2"], "A1.1"),
        (["A2.2", "A1.3", "A1.1"], "A2.2"),
    ],
)
def test_a_statement_counts_with_all_that_are_easier(said, level):
    assert told.believed(("A1.1", "A1.3", "A2.2", "B1.2"), said) == level


def interviewed(build: Builder, arrival, answers, statements=None):
    def work(db):
        staff = db.get_one(Staff, arrival.administrator.id)
        referral = db.get_one(Referral, arrival.referral.id)
        return keeping.keep(
            db, referral, answers, statements or {}, actor=staff, now=clock.now()
        )

    return build.do(work)


def background(build: Builder, arrival):
    return build.do(lambda db: background_of(db, arrival.sitting(db)))


def test_what_was_not_told_is_unknown_and_never_guessed(build: Builder, bank):
    arrival = build.arrival()
    arrival.code()
    assert background(build, arrival) is None
    interviewed(build, arrival, {})
    nothing = background(build, arrival)
    assert nothing.reads() is None
    assert nothing.study_skills is None
    assert nothing.best_script is None
    assert (nothing.spoken, nothing.school_years, nothing.interpreter) == (None, None, None)
    interviewed(
        build,
        arrival,
        {
            "languages": ROWS,
            "best_read": "ckb",
            "school_years": 0,
            "spoken": "sentences",
            "foreign_languages": "several",
            "accommodations": ["extra_play"],
        },
        {"reading": ["A1.1", "A1.3"], "writing": ["B1.2"]},
    )
    known = background(build, arrival)
    assert known.reads() is Degree.WELL
    assert known.reads(Script.LATIN) is Degree.LITTLE
    assert known.reads(Script.CYRILLIC) is Degree.NO
    assert known.best_script is Script.ARABIC
    assert known.study_skills == 2
    assert known.spoken == "A1.3"
    assert dict(known.self_assessed) == {"reading": "A1.3"}
    assert known.accommodations == {told.Accommodation.EXTRA_PLAY}
    interviewed(build, arrival, {"best_read": "none"})
    assert background(build, arrival).reads() is Degree.NO


def test_the_desk_asks_in_two_languages_and_the_log_keeps_no_answer(page: Page, build: Builder):
    arrival = build.arrival()
    page.sign_in(arrival.administrator)
    page.get(f"/desk/bookings/{arrival.booking.public_id}")
    html = page.follow("Interview")
    own = html.select('[lang="ar"][dir="rtl"]')
    assert len(own) > len(person_words.QUESTIONS)
    shown = page.text()
    for question in questions.in_use().questions:
        assert str(pages.question_words(question)) in shown
    assert shown.count("Used for:") == len(questions.in_use().questions)
    faulty = {"language_0": "ar", "reads_0": "well", "school_years": "many"}
    page.submit(faulty, button="Keep the interview", status=400)
    assert "Write the years as a number" in page.text()
    page.submit({"school_years": "6"}, button="Keep the interview", status=400)
    assert "Choose how well." in page.text()
    page.submit(
        {"writes_0": "no", "best_read": "ar", "goal": "profession", "can_reading": ["A1.1"]},
        button="Keep the interview",
    )
    assert "The interview is kept." in page.html.get_text()
    page.follow("Interview")
    assert page.html.select_one("#school_years")["value"] == "6"
    page.submit({"school_years": "", "language_0": "", "reads_0": "", "writes_0": "",
                 "script_0": ""}, button="Keep the interview")  # fmt: skip

    def rows(db):
        interview = db.scalars(select(Interview)).one()
        log = select(Event).where(Event.action == "interview:keep").order_by(Event.id)
        return interview, [event.details for event in db.scalars(log)]

    interview, details = build.do(rows)
    assert interview.answers == {"best_read": "ar", "goal": "profession"}
    assert interview.statements == {"reading": ["A1.1"]}
    assert details == [
        {"changed": ["languages", "best_read", "school_years", "goal", "statements"]},
        {"changed": ["languages", "school_years"]},
    ]


def test_the_interview_is_closed_with_the_sitting_and_to_other_centres(
    page: Page, build: Builder, bank
):
    arrival = build.arrival()
    arrival.code()
    interviewed(build, arrival, {"goal": "work"})
    stranger = build.staff(build.centre(), Role.ADMINISTRATOR)
    other = page.another()
    other.sign_in(stranger)
    path = f"/desk/bookings/{arrival.booking.public_id}/interview"
    other.get(path, status=404)
    page.sign_in(arrival.administrator)
    sitting = build.do(lambda db: arrival.sitting(db))
    page.get(f"/desk/sittings/{sitting.public_id}")
    page.submit({"end-code": "ended", "end-reason": "Väsyi"}, button="End the sitting")
    page.get(path)
    page.submit({"goal": "everyday"}, button="Keep the interview", status=409)
    assert build.do(lambda db: db.scalars(select(Interview)).one()).answers == {"goal": "work"}


def test_who_reads_the_interview_later_reads_sentences(app, build: Builder):
    arrival = build.arrival()
    asked = questions.in_use()
    answers = {}
    for question in asked.questions:
        match question.kind:
            case Kind.LANGUAGES:
                answers[question.code] = ROWS
            case Kind.NUMBER:
                answers[question.code] = 9
            case Kind.LANGUAGE:
                answers[question.code] = "ar"
            case Kind.MANY:
                answers[question.code] = list(question.options)
            case _:
                answers[question.code] = question.options[-1]
    interview = interviewed(build, arrival, answers, {"speaking": ["A1.1"]})
    with app.test_request_context(headers={"Accept-Language": "en"}):
        rows = pages.told(interview)
        shown = {str(row.question): row.answer for row in rows}
    assert len(rows) == len(asked.questions) + 1
    assert "Arabic" in shown["Which languages do you read or write?"]
    assert shown["When can you study?"].startswith("In the daytime, In the evening")
    assert shown["Speaking"] == "I can say my name and where I live."
    assert all(row.uses for row in rows)
