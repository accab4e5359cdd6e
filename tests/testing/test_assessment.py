"""Assessment: one's own level first, a frozen proposal, "not assessed" where nothing is known."""

import pytest
from sqlalchemy import select

from items.models import Asset
from testing import assessment, clock, result_words, sittings
from testing.assessment import AlreadyGiven, BlindFirst, BlindLevelMissing, RatingsMissing
from testing.models import (
    BlindLevel,
    Event,
    NotAssessed,
    Part,
    Role,
    Sitting,
    SittingState,
    Skill,
    SkillResult,
)
from testing.settings import read_settings
from tests.testing.builders import Builder
from tests.testing.candidates import knows_up_to
from tests.testing.pages import Page
from tests.testing.results import Case
from tests.testing.walks import colleague, rate, walk, wrote

PERSON = {"given_names": "Aminatu", "surname": "Hassanzadeh"}


@pytest.fixture
def case(build: Builder, bank_files) -> Case:
    return Case(build, bank_files, person=PERSON)


def waiting(case: Case) -> list[assessment.Waiting]:
    return case.build.do(lambda db: assessment.queue(db, case.assessor.centre_id))


def test_a_sitting_waits_for_raters_and_then_for_the_assessor(case):
    assert waiting(case) == []
    wrote(case.build, case.arrival, "Hei!", "")
    assert [(one.unrated, one.is_ready) for one in waiting(case)] == [(1, False)]
    rate(case.build, case.raters[0], "A1.2")
    rate(case.build, case.raters[1], "A1.2")
    assert [one.is_ready for one in waiting(case)] == [True]


def test_a_script_kept_too_long_goes_to_another_rater(case):
    from tests.testing.test_rating import take

    wrote(case.build, case.arrival, "Hei!")
    assert take(case.build, case.raters[0]) is not None
    assert waiting(case)[0].taken_at is not None
    case.do(
        lambda db, sitting, actor: assessment.ask_another_rater(
            db, sitting, actor=actor, now=clock.now()
        )
    )
    assert waiting(case)[0].taken_at is None
    assert take(case.build, case.raters[1]) is not None


def test_the_proposal_is_refused_until_ones_own_levels_are_given(case):
    case.write_and_rate()
    with pytest.raises(BlindFirst):
        case.propose()
    case.give_levels("A1.3")
    assert case.propose()[Skill.WRITING].proposal["most_probable_level"] == "A2.1"
    other = colleague(case.build, case.arrival, Role.ASSESSOR)
    with pytest.raises(BlindFirst):
        case.propose(other)


def test_own_levels_are_kept_and_never_changed(case):
    case.write_and_rate()
    case.give_levels(None)
    with pytest.raises(AlreadyGiven):
        case.give_levels("B1.1")
    rows = case.build.do(lambda db: db.scalars(select(BlindLevel)).all())
    assert [(row.skill, row.level) for row in rows] == [(Skill.WRITING, None)]


@pytest.mark.parametrize(
    "levels", [{}, {Skill.READING: "A1.1"}, {Skill.WRITING: "A1"}, {Skill.WRITING: "C2.1"}]
)
def test_own_levels_that_are_no_levels_are_refused(case, levels):
    case.write_and_rate()
    with pytest.raises(BlindLevelMissing):
        case.do(
            lambda db, sitting, actor: assessment.give_blind_levels(
                db, sitting, levels, actor=actor, now=clock.now()
            )
        )


def test_the_proposal_waits_for_the_raters(case):
    wrote(case.build, case.arrival, "Hei!")
    case.give_levels()
    with pytest.raises(RatingsMissing):
        case.propose()


def test_the_proposal_is_frozen_at_the_first_look(case):
    case.write_and_rate()
    case.give_levels()
    first = case.propose()
    events = case.build.do(
        lambda db: db.scalars(select(Event).where(Event.action == "result:propose")).all()
    )
    assert len(events) == 1
    again = case.propose()
    assert {skill: row.id for skill, row in again.items()} == {
        skill: row.id for skill, row in first.items()
    }
    assert list(again) == [Skill.READING, Skill.LISTENING, Skill.WRITING, Skill.SPEAKING]
    proposal = again[Skill.WRITING].proposal
    assert proposal["provisional"]
    assert proposal["versions"]["rules"]["version"] == "writing-rules-provisional-1"
    assert sum(proposal["level_probabilities"]) == pytest.approx(1)


# Not assessed


def test_what_was_not_in_the_test_is_not_assessed(case):
    case.write_and_rate()
    case.give_levels()
    results = case.propose()
    assert results[Skill.SPEAKING].not_assessed is NotAssessed.NOT_TAKEN
    assert results[Skill.READING].not_assessed is NotAssessed.NOT_TAKEN
    assert results[Skill.READING].proposal is None


def test_nothing_written_is_not_assessed_and_asks_for_no_level_of_ones_own(case):
    wrote(case.build, case.arrival, "", " ")
    assert case.do(lambda db, sitting, _actor: assessment.blind_skills(db, sitting)) == []
    results = case.propose()
    assert results[Skill.WRITING].not_assessed is NotAssessed.NOTHING_WRITTEN
    assert results[Skill.READING].not_assessed is NotAssessed.NOT_TAKEN


@pytest.mark.parametrize(
    "reason",
    [
        NotAssessed.SCRIPT,
        NotAssessed.HEARING,
        NotAssessed.SIGHT,
        NotAssessed.HEALTH,
        NotAssessed.REFUSED,
        NotAssessed.TECHNICAL,
        NotAssessed.ENDED,
    ],
)
def test_a_sitting_that_the_desk_ended_is_not_assessed_for_its_reason(case, reason):
    case.arrival.code()

    def end(db):
        sittings.end(
            db,
            case.arrival.sitting(db),
            reason=reason,
            words="Syy.",
            actor=case.arrival.administrator,
            now=clock.now(),
        )

    case.build.do(end)
    results = case.propose()
    for skill in (Skill.READING, Skill.LISTENING, Skill.WRITING):
        assert results[skill].not_assessed is reason


@pytest.fixture
def walked(build: Builder, bank) -> Case:
    """Somebody who went through all parts."""
    made = Case(build, bank, person=PERSON)
    walk(build, made.arrival, knows_up_to("A2.2"))
    for rater in made.raters[:2]:
        while rate_next(build, rater):
            pass
    return made


def rate_next(build: Builder, rater) -> bool:
    from tests.testing.test_rating import waiting_for

    if not waiting_for(build, rater):
        return False
    rate(build, rater, "A2.2")
    return True


def set_mode(
    case: Case, mode: str, *, synthetic: bool = True, synthetic_live: str = "0"
) -> None:
    """The sitting is as one that began under these settings."""
    settings = read_settings(
        {"LAHTOTASO_MODE": mode, "LAHTOTASO_SYNTHETIC_LIVE": synthetic_live}
    )

    def work(db):
        sitting = db.get_one(Sitting, case.arrival.sitting(db).id)
        sitting.mode = settings.mode.value
        sitting.counts_synthetic = settings.counts_synthetic
        if not synthetic:
            for asset in db.scalars(select(Asset)):
                asset.is_synthetic = False

    case.build.do(work)


@pytest.mark.parametrize("mode", ["demo", "pilot"])
def test_synthetic_clips_give_a_level_only_in_demo_and_pilot(walked, mode):
    set_mode(walked, mode)
    walked.give_levels()
    proposal = walked.propose()[Skill.LISTENING].proposal
    assert {"code": "synthetic"} in proposal["reasons"]


def test_synthetic_clips_give_no_level_when_live(walked):
    set_mode(walked, "live")
    walked.give_levels()
    results = walked.propose()
    assert results[Skill.LISTENING].not_assessed is NotAssessed.SYNTHETIC
    assert results[Skill.READING].proposal is not None


def test_a_setting_lets_synthetic_clips_give_a_level_when_live(walked):
    set_mode(walked, "live", synthetic_live="1")
    walked.give_levels()
    proposal = walked.propose()[Skill.LISTENING].proposal
    assert {"code": "synthetic"} in proposal["reasons"]


def test_a_human_voice_gives_a_level_when_live(walked):
    set_mode(walked, "live", synthetic=False)
    walked.give_levels()
    assert walked.propose()[Skill.LISTENING].proposal is not None


def test_a_proposal_holds_all_that_it_depends_on(walked):
    walked.give_levels()
    results = walked.propose()
    digest, plan, belief = walked.build.do(
        lambda db: db.execute(
            select(Part.bank_digest, Part.plan, Part.belief).where(Part.skill == Skill.READING)
        ).one()
    )
    proposal = results[Skill.READING].proposal
    assert proposal["versions"]["bank"] == digest
    assert proposal["versions"]["standard"] == "fi-reading-provisional-1"
    assert proposal["versions"]["engine"] == plan["engine_version"]
    assert proposal["band_probabilities"] == belief["band_probabilities"]
    assert proposal["level_set"] == belief["level_set"]


def test_every_reason_has_a_sentence(app, walked):
    walked.give_levels()
    results = walked.propose()
    codes = [f"stop_{code}" for code in result_words.STOPS]
    facts = {"tasks": 2, "items": 3, "texts": 1, "ratings": 2, "lower": "A1", "upper": "A2"}
    codes += ["tasks", "floor_exit", "dont_know", "borderline", "misfit", "rapid"]
    codes += ["ratings", "third", "empty_text", "paper", "synthetic", "provisional"]
    with app.test_request_context():
        said = [result_words.reason_sentence({"code": code} | facts) for code in codes]
        for row in results.values():
            for reason in (row.proposal or {"reasons": []})["reasons"]:
                assert reason["code"] in codes
        assert all(result_words.not_assessed_words(code.value) for code in NotAssessed)
    assert all(words.endswith(".") and "%(" not in words for words in said)
    assert len(set(said)) == len(said)


def test_a_beginner_is_told_to_be_confirmed_in_an_interview(build, bank):
    case = Case(build, bank, person=PERSON)
    walk(build, case.arrival, lambda item: False, texts=("",))
    case.give_levels("alle_A1.1")
    proposal = case.propose()[Skill.READING].proposal
    assert proposal["band"] == "alle_A1.1"
    assert "floor_exit" in {reason["code"] for reason in proposal["reasons"]}


# Pages


def test_an_assessor_goes_from_the_queue_to_a_signed_statement(walked, page: Page):
    page.sign_in(walked.assessor)
    page.get("/assessment")
    link = page.html.select_one("main a[href^='/assessment/']")
    page.get(link["href"])
    text = page.text()
    assert "Your own levels" in text
    assert "You see the ratings after you have given your own levels." in text
    page.submit(button="Keep my levels", status=400)
    page.submit(
        {"blind-reading": "A2.1", "blind-listening": "cannot-tell", "blind-writing": "A2.2"},
        button="Keep my levels",
    )
    assert page.path.endswith("/proposal")
    assert not page.html.select("main input[type=radio][checked]")
    page.submit(button="Sign the statement", status=400)
    assert "Reading: choose a level, or that there is none." in page.text()
    assert "Tick that this is your decision." in page.text()
    assert "Choose what you recommend." in page.text()
    proposed = {
        name: page.html.select_one(f"#level-{name} .level--proposed input")["value"]
        for name in ("reading", "listening", "writing")
    }
    other = "A1.1" if proposed["reading"] != "A1.1" else "B1.1"
    fields = {f"level-{name}": level for name, level in proposed.items()}
    fields |= {"level-reading": other, "level-speaking": "not-assessed", "confirmed": "yes"}
    fields |= {"recommendation": "Kotoutumiskoulutus."}
    page.submit(fields, button="Sign the statement", status=400)
    assert "Reading: write why your level differs from the proposal." in page.text()
    fields |= {"reason-reading": "Luki epävarmasti.", "outcome": "literacy_training"}
    page.submit(fields, button="Sign the statement", status=400)
    assert "Write why you recommend something else than the rules." in page.text()
    page.submit(
        fields | {"reason-outcome": "Lukeminen on hyvin hidasta."}, button="Sign the statement"
    )
    assert page.path.startswith("/statements/")
    assert "The statement is signed." in page.text()
    assert "Kotoutumiskoulutus." in page.text()
    assert "Luki epävarmasti." in page.text()
    assert "Literacy training" in page.text()
    assert "Lukeminen on hyvin hidasta." in page.text()


def test_no_number_of_the_engine_stands_on_the_proposal_while_provisional(walked, page: Page):
    import re

    walked.give_levels()
    page.sign_in(walked.assessor)
    page.get(f"/assessment/{walked.sitting_id}/proposal")
    text = page.text()
    assert "provisional" in text
    without_levels_and_days = re.sub(r"[ABC][12]\.\d|\d+\.\d+\.\d{4}", "", text)
    assert not re.search(r"(?<![ABC])\b\d[.,]\d", without_levels_and_days)


def test_the_page_of_the_proposal_leads_back_to_ones_own_levels(walked, page: Page):
    page.sign_in(walked.assessor)
    page.get(f"/assessment/{walked.sitting_id}/proposal")
    assert page.path == f"/assessment/{walked.sitting_id}"
    assert "Give your own levels first." in page.text()
    assert walked.build.do(lambda db: db.scalars(select(SkillResult)).all()) == []


def test_the_evidence_shows_each_answer_with_its_key_and_why(walked, page: Page):
    page.sign_in(walked.assessor)
    page.get(f"/assessment/{walked.sitting_id}")
    words = page.text()
    for word in ("Right answer", "Why", "Level of the question", "s expected"):
        assert word in words
    assert "Rater 1" not in words


def test_an_open_sitting_and_another_centres_are_not_shown(case, page: Page):
    case.arrival.code()
    page.sign_in(case.assessor)
    page.get(f"/assessment/{case.sitting_id}", status=409)
    stranger = case.build.staff(case.build.centre(), Role.ASSESSOR)
    other = page.another()
    other.sign_in(stranger)

    def close(db):
        sitting = case.arrival.sitting(db)
        sitting.state, sitting.closed_at = SittingState.FINISHED, clock.now()

    case.build.do(close)
    other.get(f"/assessment/{case.sitting_id}", status=404)
    other.get(f"/assessment/{case.sitting_id}/proposal", status=404)
