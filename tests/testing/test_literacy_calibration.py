"""What teachers confirmed, told from three hundred on; and whom the short screen missed."""

from collections.abc import Sequence

import pytest

from scoring.literacy import Classification, Latin, LiteracyClass, Own
from scoring.literacy_calibration import FEWEST_CONFIRMED
from testing import clock
from testing.literacy import calibration, content, screens
from testing.literacy.calibration import FEWEST_ALIKE
from testing.models import (
    Centre,
    LiteracyConfirmation,
    LiteracyScreen,
    LiteracyState,
    Person,
    Referral,
    Role,
    Sitting,
    SittingState,
    Staff,
)
from testing.settings import Mode
from tests.testing.pages import Page

LITERATE, SECONDARY = LiteracyClass.LITERATE, LiteracyClass.SECONDARY
SEMI = LiteracyClass.SEMI_LITERATE


class Screens:
    """A centre whose literacy screens are written as they would stand."""

    def __init__(self, build):
        self.build = build
        self.centre = build.centre()
        self.teacher = build.staff(self.centre, Role.ASSESSOR)
        self.referral = build.referral(build.clerk(build.office(self.centre)))
        self.rules = content.material("fi").ladders.version

    def proposal(self, proposed, own=Own.FUNCTIONAL, latin=Latin.SENTENCES):
        return Classification(
            literacy_class=proposed, own=own, latin=latin, short_latin_course=None, module=None,
            laslliam_level=None, evidence=(), looks=(), rules_version=self.rules,
        )  # fmt: skip

    def add(
        self,
        found: Classification,
        confirmed: Sequence[LiteracyClass | None],
        *,
        is_drawn: bool | None = None,
        mode: str = "demo",
        again: bool = False,
        since: Classification | None = None,
    ) -> str:
        """A screen for each, or of one human being `again`; the public id of the last one."""

        def work(db):
            now, teacher = clock.now(), db.get_one(Staff, self.teacher.id)
            referral = db.get_one(Referral, self.referral.id)
            told = referral.person
            persons = [
                Person(
                    centre_id=self.centre.id, surname=told.surname, given_names=told.given_names,
                    birth_date=told.birth_date, mother_tongue=told.mother_tongue,
                    contact_language=told.contact_language, created_at=now,
                    matched_to_id=told.id if again else None,
                )
                for _one in confirmed
            ]  # fmt: skip
            db.add_all(persons)
            db.flush()
            sittings = [
                Sitting(
                    centre_id=self.centre.id, referral_id=referral.id,
                    person_id=person.id, language="fi", mode=mode,
                    state=SittingState.FINISHED, seated_by_id=teacher.id,
                    created_at=now, closed_at=now,
                )
                for person in persons
            ]  # fmt: skip
            db.add_all(sittings)
            db.flush()
            first = screens.open_screen(db, sittings[0], actor=teacher, now=now, seed=1)
            rows = [first] + [
                LiteracyScreen(
                    centre_id=self.centre.id, sitting_id=one.id, seed=1, created_at=now,
                    ladders_digest=first.ladders_digest, missing={},
                )
                for one in sittings[1:]
            ]  # fmt: skip
            for row, own_class in zip(rows, confirmed, strict=True):
                row.state, row.ended_at, row.turn = LiteracyState.DONE, now, None
                row.is_drawn, row.proposal = is_drawn, (since or found).to_record()
                if own_class is not None:
                    row.confirmations.append(
                        LiteracyConfirmation(
                            literacy_class=own_class, classification=found.to_record(),
                            staff_id=teacher.id, at=now,
                        )
                    )  # fmt: skip
            db.add_all(rows)
            db.flush()
            return rows[-1].public_id

        return self.build.do(work)

    def experience(self, mode: Mode = Mode.DEMO):
        return self.build.do(
            lambda db: calibration.experience_of(
                db, self.centre.id, mode=mode, rules_version=self.rules
            )
        )

    def missed(self, first: int = 300):
        return self.build.do(
            lambda db: calibration.missed_of(db, self.centre.id, mode=Mode.DEMO, first=first)
        )


@pytest.fixture
def made(build) -> Screens:
    return Screens(build)


def test_a_teacher_reads_how_colleagues_decided_from_three_hundred_on(page: Page, made):
    reader = made.proposal(LITERATE)
    other = made.proposal(SECONDARY, latin=Latin.LETTERS)
    made.add(reader, [LITERATE] * 190 + [SEMI] * 10)
    made.add(other, [SECONDARY] * 80 + [LITERATE] * 18)
    # Whoever comes again counts once, as they were classed last.
    made.add(other, [LITERATE, LITERATE, SECONDARY], again=True)
    # Other findings became known after the teacher had decided.
    made.add(other, [LITERATE] * 5, since=reader)
    # Under other rules, in another mode, at another centre: somebody else's experience.
    made.add(other, [LITERATE] * 5, mode="pilot")
    waiting = made.add(other, [None])
    assert made.experience().confirmed == FEWEST_CONFIRMED - 1
    page.sign_in(made.teacher)
    page.get(f"/literacy/{waiting}")
    assert "once 300 classes are confirmed at this centre: 299 until now" in page.text()
    assert "with the same findings, teachers" not in page.text()
    made.add(other, [SECONDARY])
    page.get(f"/literacy/{waiting}")
    shown = page.text()
    assert "Of 100 persons with the same findings, teachers at this centre confirmed:" in shown
    first = page.html.select_one("p + ul li").get_text(" ", strip=True)
    assert first.startswith("Reads and writes in another script: 8")
    assert "It moves no class" in shown
    # The form proposes what the rules propose, as ever.
    chosen = page.html.select_one('input[name="confirm-literacy_class"][checked]')
    assert chosen["value"] == SECONDARY
    # Who has decided, and who does not decide, is told nothing.
    page.submit({}, button="Confirm the class")
    page.get(f"/literacy/{waiting}")
    assert "with the same findings" not in page.text()
    desk = page.another()
    desk.sign_in(made.build.staff(made.centre, Role.ADMINISTRATOR))
    desk.get(f"/literacy/{made.add(other, [None])}")
    assert "with the same findings" not in desk.text()


def test_few_persons_with_the_same_findings_are_not_told(made):
    made.add(made.proposal(LITERATE), [LITERATE] * 300)
    rare = made.proposal(SEMI, own=Own.EMERGING, latin=Latin.WORDS)
    made.add(rare, [SEMI] * (FEWEST_ALIKE - 1))
    known = made.experience()
    assert known.alike(rare) is None
    assert known.alike(made.proposal(SEMI, own=Own.NONE)) is None
    hidden = [one.kept is None for one in known.told(20)]
    assert hidden == [True, True], "the total would tell of the rare one"
    made.add(rare, [SEMI])
    known = made.experience()
    assert known.alike(rare).persons == FEWEST_ALIKE
    assert [one.kept is None for one in known.told(20)] == [False, False]
    assert [one.persons for one in known.told(20)] == [300, 20]


def test_the_lot_tells_whom_the_short_screen_misses(page: Page, made):
    reader = made.proposal(LITERATE)
    # The lot counts them among the first, whatever the mode.
    made.add(reader, [SEMI] * 3, is_drawn=True, mode="pilot")
    made.add(reader, [LITERATE] * 28 + [SEMI] * 2, is_drawn=True)
    made.add(reader, [None] * 90, is_drawn=False)
    found = made.missed(first=33)
    assert (found.passers, found.deeper) == (120, 30)
    assert found.rate is None, "nobody of the later ones was sent deeper"
    made.add(reader, [LITERATE] * 9 + [SEMI, LiteracyClass.NOT_ASSESSED, None], is_drawn=True)
    found = made.missed(first=33)
    # 2 of 30 for 30 persons, 1 of 10 for the 102 later ones.
    assert found.rate.share == pytest.approx((30 * 2 / 30 + 102 * 1 / 10) / 132)
    page.sign_in(made.build.staff(made.centre, Role.PSYCHOMETRICIAN))
    page.get("/fairness/literacy")
    assert "No probability is told before 300 classes are confirmed: 41 until now." in page.text()
    # With the setting's first 300 all of them are one stratum: 3 of 40.
    assert "7.5 % need literacy training after all" in page.text()
    made.add(made.proposal(SECONDARY, latin=Latin.LETTERS), [SECONDARY] * 250 + [LITERATE] * 20)
    page.get("/fairness?what=literacy")
    page.follow("How often teachers confirm a class, and whom the short screen misses")
    assert "311 classes were confirmed under the rules in use" in page.text()
    assert "tells more about the teacher's class than" in page.text()
    assert "Brier score" in page.text()
    assert "These are invented people." in page.text()
    assert made.build.do(lambda db: db.get_one(Centre, made.centre.id).name) in page.html.get_text()
