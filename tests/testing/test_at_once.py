"""Two at once on decisions and talks: one of them wins, the other is told so."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from testing import clock, rating, statements, transfers
from testing.models import (
    Event,
    FeedbackTalk,
    NotAssessed,
    PermissionContent,
    PersonsView,
    Rating,
    RescoringCase,
    RescoringDecision,
    Role,
    Script,
    SpeakingTalk,
    Staff,
    Statement,
)
from testing.recommending import talks as feedback
from testing.refusals import NotFound
from testing.releases import ReleaseRefused
from testing.rescoring import runs
from testing.speaking import talks
from tests.testing.at_once import at_the_same_moment
from tests.testing.results import Case
from tests.testing.screened import confirm
from tests.testing.test_literacy_beside import Reader
from tests.testing.test_speaking import Case as TalkCase
from tests.testing.test_speaking import few  # noqa: F401 - the bank of a talk
from tests.testing.test_transfers import School
from tests.testing.walks import colleague


@pytest.fixture
def case(build, bank_files) -> Case:
    found = Case(build, bank_files, person={"given_names": "Aminatu", "surname": "Hassanzadeh"})
    found.write_and_rate()
    found.give_levels()
    return found


def kinds(results: list) -> list[str]:
    """How each ended: the name of what was refused, or "done"."""
    return sorted(type(one).__name__ if isinstance(one, Exception) else "done" for one in results)


def test_one_of_two_decides_about_a_case(build, bank_files):
    reader = Reader(build, bank_files, older=True)
    case = reader.case
    confirm(build, reader.screen, case.assessor)
    case.signed()
    with build.database.reading() as db:
        compared = runs.compare(db, case.assessor.centre_id)

    def keep():
        case.build.do(
            lambda db: runs.keep(
                db, compared, cause="Syy.", actor=db.get_one(Staff, case.assessor.id),
                now=clock.now(),
            )
        )  # fmt: skip

    # Two comparisons at once find one case, and both are kept.
    assert kinds(at_the_same_moment(keep, keep, keep)) == ["done"] * 3
    (row,) = case.build.do(lambda db: db.scalars(select(RescoringCase)).all())

    def decide(decision):
        return lambda: case.build.do(
            lambda db: runs.decide(
                db, runs.own(db, row.public_id, case.assessor), decision, reason=decision.value,
                actor=db.get_one(Staff, case.assessor.id), now=clock.now(),
            )
        )  # fmt: skip

    results = at_the_same_moment(*map(decide, RescoringDecision))
    assert kinds(results) == ["AlreadyDecided", "done"]
    decided = case.build.do(lambda db: db.get_one(RescoringCase, row.id))
    assert decided.reason == decided.decision.value


def test_one_of_two_books_and_one_of_two_holds_a_feedback_talk(case):
    case.sign()

    def book():
        return case.do(
            lambda db, sitting, actor: feedback.book(
                db, sitting, starts_at=clock.now() + timedelta(days=1), language="ar",
                interpreter=False, actor=actor, now=clock.now(),
            )
        )  # fmt: skip

    assert kinds(at_the_same_moment(book, book, book)) == ["TalkBooked", "TalkBooked", "done"]
    (talk,) = case.build.do(lambda db: db.scalars(select(FeedbackTalk)).all())

    def hold(words):
        return lambda: case.build.do(
            lambda db: feedback.hold(
                db, db.get_one(FeedbackTalk, talk.id), PersonsView.DISAGREES, words,
                interpreter=False, actor=case.assessor, now=clock.now(),
            )
        )  # fmt: skip

    def cancel():
        case.build.do(
            lambda db: feedback.cancel(
                db, db.get_one(FeedbackTalk, talk.id), actor=case.assessor, now=clock.now()
            )
        )

    results = at_the_same_moment(hold("Yksi."), hold("Kaksi."), cancel)
    assert kinds(results) == ["TalkClosed", "TalkClosed", "done"]
    kept = case.build.do(lambda db: db.get_one(FeedbackTalk, talk.id))
    assert (kept.held_at is None) != (kept.cancelled_at is None)
    words = "" if kept.held_at is None else ("Yksi.", "Kaksi.")[results.index(None)]
    assert kept.persons_words == words


def test_a_speaking_interview_is_begun_kept_and_rated_or_set_aside_once(build, few):  # noqa: F811
    case = TalkCase(build)
    beside = colleague(build, case.arrival, Role.RATER)
    begin = lambda: case.begin(beside, recorded=False)  # noqa: E731
    assert kinds(at_the_same_moment(begin, begin)) == ["TalkOver", "done"]
    keep = lambda: case.keep(seconds=None)  # noqa: E731
    assert kinds(at_the_same_moment(keep, keep)) == ["TalkOver", "done"]
    marks = dict.fromkeys(
        ("range", "accuracy", "fluency", "interaction", "coherence"), "A2.1"
    )

    def rate(db):
        own = db.scalars(select(Rating).where(Rating.rater_id == beside.id)).first()
        if own is None:
            raise NotFound
        rating.submit(db, own, marks, "", actor=db.get_one(Staff, beside.id), now=clock.now())

    def set_aside(db):
        talks.set_aside(
            db, db.scalars(select(SpeakingTalk)).one(), "Odotettu.", has_recording=False,
            actor=db.get_one(Staff, case.interviewer.id), now=clock.now(),
        )  # fmt: skip

    rated, aside = at_the_same_moment(lambda: build.do(rate), lambda: build.do(set_aside))
    (script,) = build.do(lambda db: db.scalars(select(Script)).all())
    part = case.do(lambda _db, found, _staff: SimpleNamespace(reason=found.not_assessed))
    if rated is None:
        assert (script.level, part.reason) == ("A2.1", None)
        assert isinstance(aside, rating.AlreadyRated)
    else:
        assert (script.level, part.reason) == (None, NotAssessed.TECHNICAL)
        assert isinstance(rated, NotFound)


def test_nothing_is_handed_over_after_a_permission_was_narrowed(case):
    statement = case.sign()
    school = School(case, *PermissionContent)

    def hand_over(db):
        row = statements.own(db, statement.public_id, case.assessor)
        permission = transfers.find(db, row, school.permission.public_id)
        return transfers.hand_over(
            db, db.get_one(Statement, row.id), permission, actor=case.assessor, now=clock.now()
        )

    def narrow():
        school.permit(PermissionContent.ATTENDANCE)

    hand = lambda: case.build.do(hand_over)  # noqa: E731
    results = at_the_same_moment(hand, hand, narrow, hand, hand)
    assert not isinstance(results[2], Exception)
    refused = [one for one in results if isinstance(one, Exception)]
    assert {type(one) for one in refused} <= {ReleaseRefused}
    actions = case.build.do(
        lambda db: db.scalars(
            select(Event.action)
            .where(Event.action.in_(["statement:release", "permission:withdraw"]))
            .order_by(Event.id)
        ).all()
    )
    assert actions.count("statement:release") == 4 - len(refused)
    # The log tells the same: whatever left, left before.
    assert actions[-1] == "permission:withdraw"
