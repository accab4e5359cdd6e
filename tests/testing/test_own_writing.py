"""Own-language writing: only who reads the language judges, and a gap is never "cannot"."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from testing import clock
from testing.models import (
    Event,
    OwnWriting,
    OwnWritingGap,
    OwnWritingLevel,
    Role,
    ScriptMode,
    Staff,
)
from testing.own_writing import keeping, words
from tests.testing.builders import Builder
from tests.testing.pages import Page
from tests.testing.walks import colleague

TEXT = "اسمي أمينة. أعيش في هلسنكي."


@pytest.fixture
def arrival(build: Builder, bank):
    arrival = build.arrival()
    arrival.code()
    return arrival


def do(build, arrival, verb, **fields):
    def work(db):
        staff = db.get_one(Staff, arrival.administrator.id)
        before = keeping.of_sitting(db, arrival.sitting(db))
        if verb is keeping.keep:
            fields["seen"] = keeping.version_of(before) if before else ""
        return verb(db, arrival.sitting(db), actor=staff, now=clock.now(), **fields)

    return build.do(work)


def judge(build, arrival, level=OwnWritingLevel.FUNCTIONAL, reads=True):
    def work(db):
        row = keeping.of_sitting(db, arrival.sitting(db))
        keeping.judge(
            db,
            row,
            level,
            seen=keeping.version_of(row),
            reads_the_language=reads,
            actor=db.get_one(Staff, arrival.administrator.id),
            now=clock.now(),
        )

    build.do(work)


def row(build) -> OwnWriting:
    return build.do(lambda db: db.scalars(select(OwnWriting)).one())


def test_every_code_has_words():
    assert set(words.LEVELS) == set(OwnWritingLevel)
    assert set(words.REASONS) == set(OwnWritingGap)


@pytest.mark.parametrize(
    ("language", "mode", "text"),
    [
        ("ar", ScriptMode.KEYBOARD, ""),
        ("ar", ScriptMode.KEYBOARD, " \n "),
        ("ar", ScriptMode.KEYBOARD, "a" * 8001),
        ("ar", ScriptMode.PAPER, TEXT),
        ("xx", ScriptMode.KEYBOARD, TEXT),
        ("none", ScriptMode.PAPER, ""),
    ],
)
def test_what_is_no_text_is_not_kept(build, arrival, language, mode, text):
    with pytest.raises(keeping.OwnTextMissing):
        do(build, arrival, keeping.keep, language=language, mode=mode, text=text)


@pytest.mark.parametrize(
    ("mode", "text"), [(ScriptMode.KEYBOARD, TEXT), (ScriptMode.PAPER, "")]
)
@pytest.mark.parametrize("level", list(OwnWritingLevel))
def test_who_reads_the_language_judges_once(build, arrival, mode, text, level):
    do(build, arrival, keeping.keep, language="ar", mode=mode, text=text)
    with pytest.raises(keeping.CannotJudge):
        judge(build, arrival, reads=False)
    judge(build, arrival, level)
    assert row(build).level is level
    with pytest.raises(keeping.OwnWritingJudged):
        judge(build, arrival)
    with pytest.raises(keeping.OwnWritingJudged):
        do(build, arrival, keeping.keep, language="ar", mode=mode, text=text)


@pytest.mark.parametrize("reason", list(OwnWritingGap))
def test_a_gap_has_a_reason_and_no_level(build, arrival, reason):
    do(build, arrival, keeping.leave_out, language="so", reason=reason)
    assert (row(build).level, row(build).not_assessed) == (None, reason)
    with pytest.raises(keeping.CannotJudge):
        judge(build, arrival, OwnWritingLevel.NONE)
    # Somebody who reads it was found after all.
    do(build, arrival, keeping.keep, language="so", mode=ScriptMode.PAPER, text="")
    judge(build, arrival)
    assert row(build).not_assessed is None


@pytest.mark.parametrize("mode", ["keyboard", "paper"])
def test_a_judgement_is_of_the_text_that_the_judge_saw(page: Page, build, arrival, mode):
    text = {"text-mode": mode, "text-text": TEXT if mode == "keyboard" else ""}
    path = f"/own-writing/{build.do(arrival.sitting).public_id}"
    page.sign_in(arrival.administrator)
    page.get(path)
    other = page.another()
    other.sign_in(arrival.administrator)
    other.get(path)
    page.submit(text, button="Keep the text")
    # Who opened the page before overwrites nothing unseen.
    other.submit(text, button="Keep the text", status=409)
    assert "The text has changed since you opened it." in other.text()
    other.get(path)
    other.submit(text, button="Keep the text")
    judged = {"judge-level": "functional", "judge-reads": "y"}
    page.submit(judged, button="Keep the judgement", status=409)
    assert "The text has changed since you opened it." in page.text()
    assert row(build).level is None
    page.get(path)
    page.submit({"judge-level": "functional"}, button="Keep the judgement", status=400)
    page.submit(judged, button="Keep the judgement")
    assert row(build).level is OwnWritingLevel.FUNCTIONAL


def test_the_database_holds_no_level_beside_a_reason(build, arrival):
    do(build, arrival, keeping.keep, language="ar", mode=ScriptMode.KEYBOARD, text=TEXT)
    judge(build, arrival)

    def spoil(db):
        db.scalars(select(OwnWriting)).one().not_assessed = OwnWritingGap.HEALTH
        db.flush()

    with pytest.raises(IntegrityError):
        build.do(spoil)


def test_the_task_stands_in_the_persons_language_and_the_judge_says_that_they_read_it(
    page: Page, build, arrival
):
    page.sign_in(arrival.administrator)
    sitting = build.do(arrival.sitting)
    page.get(f"/plans/sittings/{sitting.public_id}")
    page.follow("Own-language writing")
    assert page.html.select_one('[lang="ar"][dir="rtl"]') is not None
    assert page.html.select_one("#text-language option[selected]")["value"] == "ar"
    page.submit({"text-mode": "keyboard"}, button="Keep the text", status=400)
    page.submit({"text-mode": "keyboard", "text-text": TEXT}, button="Keep the text")
    assert TEXT in page.text()
    page.submit({"judge-level": "functional"}, button="Keep the judgement", status=400)
    assert "Only somebody who reads the language" in page.text()
    page.submit(
        {"judge-level": "functional", "judge-reads": "y"}, button="Keep the judgement"
    )
    assert "Writes so that a reader understands" in page.text()
    assert "Keep the text" not in page.text()
    log = select(Event).where(Event.action.startswith("own-writing")).order_by(Event.id)
    told = build.do(
        lambda db: [(one.action, TEXT in str(one.details)) for one in db.scalars(log)]
    )
    assert told == [("own-writing:keep", False), ("own-writing:judge", False)]
    stranger = page.another()
    stranger.sign_in(build.staff(build.centre(), Role.ADMINISTRATOR))
    stranger.get(f"/own-writing/{sitting.public_id}", status=404)
    reader = page.another()
    reader.sign_in(colleague(build, arrival, Role.ASSESSOR))
    reader.get(f"/own-writing/{sitting.public_id}")
    assert TEXT in reader.text()
