"""What becomes known beside the literacy screen: an own-language text, how somebody speaks."""

import pytest
from sqlalchemy import select

from scoring.literacy import LiteracyClass, Own
from testing import clock
from testing.interview import keeping as interviews
from testing.literacy import classification_of, content, screens
from testing.models import (
    Event,
    FrozenLadders,
    LiteracyScreen,
    OwnWritingLevel,
    Referral,
    ScriptMode,
    Skill,
    SkillResult,
    Staff,
)
from testing.own_writing import keeping as own_writing
from tests.testing.builders import Builder
from tests.testing.pages import Page
from tests.testing.results import Case
from tests.testing.screened import confirm, screened


class Reader:
    """Reads words and a text in Arabic, nothing in Latin script; a text of theirs is kept."""

    def __init__(self, build: Builder, bank_files, *, older: bool = False) -> None:
        self.build = build
        self.case = Case(build, bank_files, person={"given_names": "Aminatu"})
        self.desk = self.case.arrival.administrator

        def tell(db):
            referral = db.get_one(Referral, self.case.arrival.referral.id)
            staff = db.get_one(Staff, self.desk.id)
            interviews.keep(db, referral, {"best_read": "ar"}, {}, actor=staff, now=clock.now())

        # Only how the screen speaks to the person follows: the parts stay the short test's.
        self.case.arrival.code()
        build.do(tell)
        if older:
            build.do(self.judge_by_older_rules)
        self.screen = screened(
            build, self.case.arrival, lambda rung: rung in ("own_words", "own_text")
        )

    def judge_by_older_rules(self, db) -> None:
        """In an older version a reader of another script is put to those who read a little."""
        record = content.material("fi").record()
        table = record["ladders"]
        rows = [
            one | {"class": "semi_literate"} if one["class"] == "secondary" else one
            for one in table["class"]
        ]
        record["ladders"] = table | {"class": rows, "version": "older"}
        digest = "older".ljust(64, "0")
        db.add(
            FrozenLadders(
                digest=digest, version="older", content=record, created_at=clock.now()
            )
        )
        staff = db.get_one(Staff, self.desk.id)
        screen = screens.open_screen(
            db, self.case.arrival.sitting(db), actor=staff, now=clock.now()
        )
        screen.ladders_digest = digest

    def write(self, level: OwnWritingLevel, language: str = "ar") -> None:
        def work(db):
            staff = db.get_one(Staff, self.desk.id)
            row = own_writing.keep(
                db, self.case.arrival.sitting(db), language=language, mode=ScriptMode.PAPER,
                text="", seen="", actor=staff, now=clock.now(),
            )  # fmt: skip
            own_writing.judge(
                db, row, level, seen=own_writing.version_of(row), reads_the_language=True,
                actor=staff, now=clock.now(),
            )  # fmt: skip

        self.build.do(work)

    def found(self):
        return self.build.do(
            lambda db: classification_of(db, self.case.arrival.sitting(db))
        )

    def proposals(self) -> int:
        actions = self.build.do(lambda db: db.scalars(select(Event.action)).all())
        return list(actions).count("literacy:propose")


@pytest.fixture
def reader(build, bank_files) -> Reader:
    return Reader(build, bank_files)


@pytest.mark.parametrize(
    ("level", "language", "own", "again"),
    [
        (OwnWritingLevel.FUNCTIONAL, "ar", Own.FUNCTIONAL, 1),
        (OwnWritingLevel.EMERGING, "ar", Own.EMERGING, 1),
        # In another language than the one that was read: nothing follows from it.
        (OwnWritingLevel.NONE, "so", Own.FUNCTIONAL, 0),
    ],
)
def test_a_text_judged_after_the_screen_moves_the_proposal(reader, level, language, own, again):
    assert reader.found().own is Own.FUNCTIONAL
    reader.write(level, language)
    assert (reader.found().own, reader.proposals()) == (own, again)


def test_a_confirmed_class_stands_until_a_teacher_confirms_anew(reader, page: Page):
    confirm(reader.build, reader.screen, reader.case.assessor)
    reader.write(OwnWritingLevel.NONE)
    found = reader.found()
    assert (found.literacy_class, found.own) == (LiteracyClass.SECONDARY, Own.FUNCTIONAL)
    page.sign_in(reader.case.assessor)
    page.get(f"/literacy/{reader.screen.public_id}")
    assert "does not write yet" in page.text()
    assert "The rules tell something else since" in page.text()
    page.submit({}, button="Confirm the class")
    assert "The rules tell something else since" not in page.text()
    assert reader.found().literacy_class is LiteracyClass.SEMI_LITERATE


def test_ladder_rules_that_change_name_who_would_be_classed_otherwise(
    build, bank_files, page: Page
):
    reader = Reader(build, bank_files, older=True)
    case = reader.case
    confirm(build, reader.screen, case.assessor)
    assert reader.found().literacy_class is LiteracyClass.SEMI_LITERATE
    case.write_and_rate()
    case.give_levels()
    wanted = case.decisions()
    first = case.sign(wanted, recommended=case.recommend(wanted))
    page.sign_in(case.assessor)
    page.get("/rescoring")
    page.submit({"cause": "Lukutaidon säännöt muuttuivat."}, button="Compare")
    classes = "Reads and writes a little → Reads and writes in another script"
    assert classes in page.text()
    page.follow("Decide")
    assert f"older → {content.material('fi').ladders.version}" in page.text()
    page.submit({"decision": "replace", "reason": "Lukee arabiaa."}, button="Decide")
    # What was confirmed stands until a teacher confirms anew; then the result is signed anew.
    assert page.path == f"/literacy/{reader.screen.public_id}"
    assert "The rules tell something else since" in page.text()
    assert reader.found().literacy_class is LiteracyClass.SEMI_LITERATE
    page.submit({}, button="Confirm the class")
    assert reader.found().literacy_class is LiteracyClass.SECONDARY
    assert "The rules tell something else since" not in page.text()
    again = case.recommend(wanted)
    assert again.shown == 2
    case.sign(wanted, recommended=again, replaces=first, correction="Säännöt muuttuivat.")
    page.get("/rescoring")
    page.submit({"cause": "Sama uudelleen."}, button="Compare")
    assert "Nobody waits for a decision." in page.text()


def test_the_profile_tells_what_was_seen_and_looks_again_at_who_speaks(reader, page: Page):
    case = reader.case
    reader.write(OwnWritingLevel.FUNCTIONAL)
    case.write_and_rate("B1.1")
    case.give_levels("B1.1")
    page.sign_in(case.assessor)
    page.get(f"/profile/{case.sitting_id}")
    assert "Words of the best-read language: 8 of 8." in page.text()
    assert "judged by somebody who reads it: writes so that a reader understands." in page.text()
    assert page.html.select_one(f"a[href='/literacy/{reader.screen.public_id}']")
    weak = "Speaks well, and reads weakly."
    assert weak not in page.text()

    def speaks(db, sitting, _actor):
        written = db.scalars(
            select(SkillResult).where(
                SkillResult.sitting_id == sitting.id, SkillResult.skill == Skill.WRITING
            )
        ).one()
        assert written.proposal is not None
        db.add(
            SkillResult(
                sitting_id=sitting.id, skill=Skill.SPEAKING, version=2,
                proposal=written.proposal, made_at=clock.now(),
            )
        )  # fmt: skip

    case.do(speaks)
    page.get(f"/profile/{case.sitting_id}")
    assert weak in page.text()
    page.get(f"/literacy/{reader.screen.public_id}")
    assert weak in page.text()
    frozen = reader.build.do(lambda db: db.scalars(select(LiteracyScreen.proposal)).one())
    assert "speaks_without_decoding" not in frozen["looks"]
