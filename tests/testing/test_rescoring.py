"""Re-scoring: what would be otherwise today, and that only a person decides what follows."""

import pytest
from sqlalchemy import select

from items import bank as item_bank
from items.models import StandardVersion, Status, TaskVersion
from testing import clock, plans, proposals, statements
from testing.models import (
    Event,
    Presentation,
    Rating,
    RatingOrder,
    RescoringCase,
    RescoringDecision,
    RescoringRun,
    Role,
    Sitting,
    Skill,
    SkillResult,
    Staff,
    Statement,
)
from testing.rescoring import runs
from testing.rescoring.runs import (
    AlreadyDecided,
    CauseMissing,
    ComparisonOutdated,
    DecisionReasonMissing,
)
from tests.testing.pages import Page
from tests.testing.results import Case, walked


@pytest.fixture
def case(build, bank) -> Case:
    """A signed result with reading, listening and writing, on the whole bank."""
    return walked(build)


def compare(case: Case, cause: str = "Rajat muuttuivat.") -> RescoringRun:
    with case.build.database.reading() as db:
        found = runs.compare(db, case.assessor.centre_id)
    return case.build.do(
        lambda db: runs.keep(
            db, found, cause=cause, actor=db.get_one(Staff, case.assessor.id), now=clock.now()
        )
    )


def move_cuts(case: Case, side: str = "from below") -> None:
    """A newer standard for reading, in which hardly anybody is at A2.1.

    All cuts moved alike would change nothing: items without an estimate of their own lie where
    their level lies.
    """

    def work(db):
        newest = item_bank.newest_standard(db, "fi", "reading")
        cuts = {one["code"]: one["cut"] for one in newest.scale["level"]}
        if side == "back":
            first = db.scalars(
                select(StandardVersion)
                .where(StandardVersion.language == "fi", StandardVersion.skill == "reading")
                .order_by(StandardVersion.id)
            ).first()
            cuts = {one["code"]: one["cut"] for one in first.scale["level"]}
        elif side == "from below":
            cuts["A2.1"] = cuts["A2.2"] - 0.02
        else:
            cuts["A2.2"] = cuts["A2.1"] + 0.02
        level = [one | {"cut": cuts[one["code"]]} for one in newest.scale["level"]]
        db.add(
            StandardVersion(
                language="fi",
                skill="reading",
                digest=side.ljust(64, "0"),
                scale=newest.scale | {"version": side, "level": level},
                origin="Kokeilu.",
                is_provisional=True,
                created_at=clock.now(),
            )
        )

    case.build.do(work)


def mend_keys(case: Case) -> int:
    """Every choice of reading that was answered right had a wrong key; returns how many."""

    def work(db):
        rows = db.scalars(
            select(Presentation)
            .join(Presentation.part)
            .where(Presentation.left_at.is_not(None))
        ).all()
        mended = 0
        for row in rows:
            old = row.task_version
            items = old.document["items"]
            if row.part.skill is not Skill.READING or any(
                one["kind"] != "choice" for one in items
            ):
                continue
            changed = [
                one
                | {"key": next(o["id"] for o in one["options"] if o["id"] != one["key"])}
                for one in items
            ]
            old.status, old.retired_at = Status.RETIRED, clock.now()
            db.flush()
            db.add(
                TaskVersion(
                    task_id=old.task_id,
                    number=old.number + 1,
                    digest=f"mended-{old.task_id}".ljust(64, "0"),
                    status=Status.PILOT,
                    document=old.document | {"items": changed},
                    source=old.source,
                    level=old.level,
                    area=old.area,
                    text_type=old.text_type,
                    seconds=old.seconds,
                    words=old.words,
                    plays=old.plays,
                    clip_id=old.clip_id,
                    created_at=clock.now(),
                )
            )
            mended += 1
        return mended

    return case.build.do(work)


def cases(case: Case) -> list[RescoringCase]:
    return case.build.do(lambda db: list(runs.open_cases(db, case.assessor.centre_id)))


def decide(case: Case, found: RescoringCase, decision: RescoringDecision, reason: str = "Syy."):
    def work(db):
        actor = db.get_one(Staff, case.assessor.id)
        runs.decide(
            db,
            runs.own(db, found.public_id, actor),
            decision,
            reason=reason,
            actor=actor,
            now=clock.now(),
        )

    case.build.do(work)


def test_nothing_changed_finds_nobody(case):
    run = compare(case)
    assert (run.compared, run.beyond) == (1, 0)
    assert cases(case) == []
    with pytest.raises(CauseMissing):
        compare(case, " ")


@pytest.mark.parametrize("side", ["from below", "from above"])
def test_moved_cuts_name_who_would_be_placed_otherwise(case, side):
    move_cuts(case, side)
    compare(case)
    (found,) = cases(case)
    (change,) = found.changes["skills"]
    assert change["skill"] == "reading"
    assert (change["signed"], change["before"]["most_probable_level"]) == ("A2.1", "A2.1")
    level = change["after"]["most_probable_level"]
    assert level != "A2.1"
    assert change["moves_band"] == (not level.startswith("A2"))
    assert runs.is_placed_otherwise(found) == change["moves_band"]
    assert change["after"]["versions"]["standard"] == side
    # The same difference is asked about once.
    compare(case, "Sama uudelleen.")
    assert len(cases(case)) == 1
    # Nothing moved by itself.
    kept = case.build.do(lambda db: db.get_one(Statement, case.statement.id))
    assert statements.content_of(kept) == case.statement.content


def test_a_mended_key_marks_the_kept_answers_anew(case):
    assert mend_keys(case) > 0
    compare(case, "Avaimet korjattiin.")
    (found,) = cases(case)
    (change,) = found.changes["skills"]
    assert change["after"]["theta"] < change["before"].get("theta", 99)
    assert change["after"]["versions"]["marked_anew"] > 0
    stored = case.build.do(
        lambda db: [row.scores for row in db.scalars(select(Presentation)) if row.left_at]
    )
    assert any(1 in scores for scores in stored), "what was marked then stays"


def test_a_person_decides_with_a_reason_and_once(case):
    move_cuts(case)
    compare(case)
    (found,) = cases(case)
    with pytest.raises(DecisionReasonMissing):
        decide(case, found, RescoringDecision.KEEP, " ")
    decide(case, found, RescoringDecision.KEEP, "Opiskelee jo ryhmässä.")
    assert cases(case) == []
    with pytest.raises(AlreadyDecided):
        decide(case, found, RescoringDecision.REPLACE)
    compare(case, "Sama uudelleen.")
    assert cases(case) == [], "what was decided stays decided"
    rows = case.build.do(lambda db: db.scalars(select(SkillResult.version)).all())
    assert set(rows) == {1}
    actions = case.build.do(
        lambda db: db.scalars(
            select(Event.action).where(Event.action.startswith("rescoring:")).order_by(Event.id)
        ).all()
    )
    assert actions == ["rescoring:run", "rescoring:decide", "rescoring:run"]


def test_nobody_decides_about_yesterdays_difference(case):
    move_cuts(case)
    compare(case)
    (found,) = cases(case)
    move_cuts(case, "back")
    for decision in RescoringDecision:
        with pytest.raises(ComparisonOutdated):
            decide(case, found, decision)
    compare(case, "Rajat palautettiin.")
    assert cases(case) == []
    versions = case.build.do(lambda db: db.scalars(select(SkillResult.version)).all())
    assert set(versions) == {1}


def test_on_the_pages_the_assessor_replaces_and_signs_anew(case, page: Page):
    move_cuts(case)
    page.sign_in(case.assessor)
    page.get("/assessment")
    page.get("/rescoring")
    page.submit({}, button="Compare", status=400)
    page.submit({"cause": "Rajat muuttuivat."}, button="Compare")
    assert "1 statements were compared, 1 of them" in page.text()
    (found,) = cases(case)
    page.get(f"/rescoring/{found.public_id}")
    page.submit({"decision": "replace"}, button="Decide", status=400)
    page.submit({"decision": "replace", "reason": "Liian vaikea ryhmä."}, button="Decide")
    assert page.path.endswith("/proposal")
    after = found.changes["skills"][0]["after"]["most_probable_level"]
    proposed = case.build.do(
        lambda db: proposals.frozen(
            db, db.scalars(select(Sitting)).one()
        )[Skill.READING]
    )
    assert (proposed.version, proposed.proposal["most_probable_level"]) == (2, after)
    page.get("/rescoring")
    assert "Sign anew" in page.text()
    second = case.sign(replaces=case.statement, correction="Rajat muuttuivat.")
    reading = next(one for one in second.content["skills"] if one["skill"] == "reading")
    assert (reading["level"], reading["proposed"]) == (after, after)
    compare(case, "Vielä kerran.")
    page.get("/rescoring")
    assert "Sign anew" not in page.text()
    assert "Nobody waits for a decision." in page.text()
    # Another centre, and other roles, meet none of it.
    for staff, status in (
        (case.build.staff(case.build.centre(), Role.ASSESSOR), 404),
        (case.raters[0], 403),
        (case.clerk, 403),
    ):
        other = page.another()
        other.sign_in(staff)
        other.get(f"/rescoring/{found.public_id}", status=status)


def test_answers_that_cannot_be_read_today_are_counted_and_stand(case):
    def forget(db):
        sitting = db.scalars(select(Sitting)).one()
        for part in sitting.parts:
            if part.plan is not None:
                part.plan = part.plan | {"engine_version": "another"}

    case.build.do(forget)
    plans._PLANS = plans.Kept(2000)
    run = compare(case)
    assert (run.compared, run.beyond) == (0, 1)
    assert cases(case) == []


def test_ratings_that_todays_rules_cannot_read_leave_the_result_as_it_stands(case):
    """What a changed threshold of the third rater does to ratings that were complete."""

    def rows(db):
        return db.scalars(select(Rating).order_by(Rating.id)).all()

    def part_them(db):
        row = next(one for one in rows(db) if one.order is RatingOrder.SECOND)
        row.level = "C1.1"

    def third_uncalled_for(db):
        row = next(one for one in rows(db) if one.order is RatingOrder.SECOND)
        row.level = "A2.1"
        columns = {
            one.key: getattr(row, one.key)
            for one in Rating.__mapper__.column_attrs
            if one.key not in ("id", "public_id", "rater_id", "order")
        }
        db.add(Rating(**columns, rater_id=case.assessor.id, order=RatingOrder.THIRD))

    for change in (part_them, third_uncalled_for):
        case.build.do(change)
        run = compare(case)
        assert (run.compared, run.beyond) == (0, 1)
        assert cases(case) == []
