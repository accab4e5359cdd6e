"""Numeracy is decided and signed beside the language, and told to whom the person permits it."""

import csv
import io
import json

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from items import bank as item_bank
from items.models import StandardVersion
from scoring import recommendation
from scoring.literacy import Classification
from scoring.recommendation_reading import read
from testing import assessment, clock, own_copies, pdf, permissions, releases, statements
from testing.languages import PERSON_CODES
from testing.literacy import judging
from testing.models import (
    LANGUAGE_SKILLS,
    BlindLevel,
    LiteracyScreen,
    NotAssessed,
    PermissionContent,
    Referral,
    RescoringDecision,
    Skill,
    SkillResult,
    Staff,
    Statement,
)
from testing.recommending import facts, rulebook
from testing.rescoring import runs
from testing.statements import Decided, DecisionMissing, DifferenceReasonMissing
from tests.testing import guards
from tests.testing.pages import Page
from tests.testing.results import Case
from tests.testing.screened import confirm, screened
from tests.testing.test_numeracy import ORDER, counts_up_to, given
from tests.testing.test_rescoring import cases, compare, decide
from tests.testing.test_transfers import School, link
from tests.testing.walks import walk

PERSON = {"given_names": "Aminatu", "surname": "Hassanzadeh"}
#: What N3 and N2 mean, and what no paper says without them.
N3, N2 = "The four operations, the calendar and units.", "Money, the clock,"
NO_LANGUAGE_LEVEL = "which are no language levels"
REASON = "Laski sormilla, kahdesti väärin."


@pytest.fixture
def case(build, bank) -> Case:
    """Somebody who was asked numbers and nothing else, and knows what belongs to N3."""
    found = Case(build, bank, person=PERSON)
    given(build, found.arrival)
    walk(build, found.arrival, counts_up_to("N3"), parts=("numeracy",))
    return found


@pytest.fixture
def signed(case: Case) -> Statement:
    """The assessor saw it otherwise than the answers."""
    case.give_levels()
    decisions = case.decisions(numeracy=Decided("N2", reason=REASON))
    return case.sign(decisions, recommended=case.recommend(decisions))


def permit(case: Case, *contents: PermissionContent) -> None:
    def work(db):
        referral = db.get_one(Referral, case.arrival.referral.id)
        permissions.give(
            db, referral, recipient=referral.office, contents=contents, purpose=referral.purpose,
            text_language="ar", how="paper", given_on=clock.local_day(clock.now()),
            actor=db.get_one(Staff, case.clerk.id), now=clock.now(),
        )  # fmt: skip

    case.build.do(work)


def sheet(page: Page, address: str) -> str:
    page.get(address)
    (only,) = PdfReader(io.BytesIO(page.response.data)).pages
    return " ".join(only.extract_text().split())


def test_an_assessor_gives_an_own_level_then_decides_and_signs(case, page: Page):
    page.sign_in(case.assessor)
    page.get(f"/assessment/{case.sitting_id}")
    options = [one["value"] for one in page.html.select("#blind-numeracy option") if one["value"]]
    assert options == ["alle_N1", *ORDER, "cannot-tell"]
    assert N3 in page.text()
    page.get(f"/profile/{case.sitting_id}")
    assert "Give your own levels first." in page.text()
    page.submit({"blind-numeracy": "N4"}, button="Keep my levels")

    # On a ruler of its own, beside that of the four skills, with what its level means.
    page.get(f"/profile/{case.sitting_id}")
    names = [one.text for one in page.html.select(".profile__name")]
    assert names == ["Reading", "Listening", "Writing", "Speaking", "Numeracy"]
    rulers = page.html.select(".profile")
    assert [one.text for one in rulers[1].select("text.ruler__level")] == ["<", *ORDER]
    assert NO_LANGUAGE_LEVEL in page.text()
    page.get(page.html.select_one(".way a")["href"])
    assert "Level of the question" in page.text()

    page.get(f"/assessment/{case.sitting_id}/proposal")
    legends = [one.text for one in page.html.select("fieldset.decision legend")]
    assert legends == names
    assert "Your own level before: N4." in page.text()
    no_level = {f"level-{one}": "not-assessed" for one in LANGUAGE_SKILLS}
    rest = {"confirmed": "yes", "outcome": page.html.select_one(".option--proposed input")["value"]}
    page.submit(no_level | rest, button="Sign the statement", status=400)
    assert "Numeracy: choose a level, or that there is none." in page.text()
    page.submit({"level-numeracy": "N1"} | rest, button="Sign the statement", status=400)
    assert "Numeracy: write why your level differs from the proposal." in page.text()
    page.submit({"reason-numeracy": REASON} | rest, button="Sign the statement")
    for words in ("Numbers and amounts up to 20.", REASON, NO_LANGUAGE_LEVEL):
        assert words in page.text()

    content = statements.content_of(case.do(lambda db, one, _a: statements.newest_of(db, one)))
    numeracy = content["numeracy"]
    assert (numeracy["level"], numeracy["blind"]["level"]) == ("N1", "N4")
    assert numeracy["differs"]
    assert numeracy["versions"]["standard"] == "numeracy-provisional-1"
    assert numeracy["versions"]["bank"]
    assert numeracy["provisional"]
    assert [one["skill"] for one in content["skills"]] == list(LANGUAGE_SKILLS)
    # A replacement begins with what was signed.
    page.get(f"/assessment/{case.sitting_id}/proposal")
    assert page.html.select_one("#level-numeracy input[checked]")["value"] == "N1"


@pytest.mark.parametrize(
    ("decided", "refusal"),
    [
        (None, DecisionMissing),
        (Decided("A2.1", reason=REASON), DecisionMissing),
        (Decided("N2"), DifferenceReasonMissing),
        (Decided(not_assessed=NotAssessed.HEALTH), DifferenceReasonMissing),
    ],
)
def test_a_decision_about_numeracy_is_as_whole_as_the_others(case, decided, refusal):
    case.give_levels()
    decisions = case.decisions()
    if decided is None:
        del decisions[Skill.NUMERACY]
    else:
        decisions[Skill.NUMERACY] = decided
    with pytest.raises(refusal):
        case.sign(decisions)


def test_what_was_frozen_before_numeracy_was_signed_is_completed(case):
    """An assessor had looked, and said their own levels, when nobody was asked of numeracy."""
    case.give_levels()
    case.propose()

    def forget(db, sitting, _actor):
        guards.lift(db, "blind_level")
        for table in (BlindLevel, SkillResult):
            for row in db.scalars(select(table).where(table.skill == Skill.NUMERACY)).all():
                db.delete(row)

    case.do(forget)
    left = case.do(lambda db, sitting, actor: assessment.blind_skills_left(db, sitting, actor))
    assert left == [Skill.NUMERACY]
    case.do(
        lambda db, sitting, actor: assessment.give_blind_levels(
            db, sitting, {Skill.NUMERACY: "N3"}, actor=actor, now=clock.now()
        )
    )
    assert case.sign().content["numeracy"]["blind"]["level"] == "N3"


@pytest.mark.parametrize(
    ("contents", "seen", "unseen"),
    [
        (["numeracy"], ["N2", N2, NO_LANGUAGE_LEVEL], [REASON, "Most likely", "Level profile"]),
        (["numeracy", "certainty"], ["N2", REASON, "Most likely", NO_LANGUAGE_LEVEL], []),
        (["levels", "certainty", "recommendation"], ["Level profile"], ["Numeracy", N2, REASON]),
    ],
)
def test_an_office_reads_numeracy_where_its_permission_names_it(
    case, signed, page: Page, contents, seen, unseen
):
    permit(case, *(PermissionContent(one) for one in contents))
    page.sign_in(case.clerk)
    page.get(f"/results/{signed.public_id}")
    shown = page.text()
    page.get(f"/results/{signed.public_id}/text")
    for words in seen:
        assert words in shown
    for words in unseen:
        assert words not in shown
        assert words not in page.text()
    page.get(f"/results/{signed.public_id}/statement.csv")
    rows = list(csv.DictReader(io.StringIO(page.response.data.decode("utf-8-sig"))))
    levels = [(one["level"], one["provisional"]) for one in rows if one["skill"] == "numeracy"]
    page.get(f"/results/{signed.public_id}/statement.json")
    told = json.loads(page.response.data).get("numeracy")
    if "numeracy" not in contents:
        assert (levels, told) == ([], None)
        return
    assert levels == [("N2", "yes")]
    assert (told["level"], told["scale"]) == ("N2", "numeracy-provisional-1")
    assert ("certainty" in told) is ("certainty" in contents)
    assert not {"proposed", "blind", "versions"} & set(told)


def test_a_teacher_learns_what_to_begin_with(case, signed, page: Page):
    school = School(case, PermissionContent.NUMERACY, PermissionContent.CERTAINTY)
    page.sign_in(school.clerk)
    page.get(f"/results/{signed.public_id}")
    page.get(link(page, "Form for the teacher"))
    assert "In numeracy, go on with the four operations, the calendar and units." in page.text()
    words = sheet(page, link(page, "PDF in Finnish"))
    goes_on = "Numerotaidoissa jatketaan neljästä peruslaskutoimituksesta"
    for one in ("Numerotaidot: N2.", goes_on, REASON, "Todennäköisimmin"):
        assert one in words


def test_papers_keep_to_one_sheet_whatever_is_said(case, page: Page):
    case.give_levels()
    long = "Kotoutumiskoulutuspalveluntarjoajasopimus " * 8
    words = {"recommendation": long, "note": long}
    decisions = {
        skill: Decided("N2" if skill is Skill.NUMERACY else "B1.1", reason=long)
        for skill in case.decisions()
    }
    first = case.sign(decisions, recommended=case.recommend(decisions), **words)
    page.sign_in(case.assessor)
    named = {"fi": "Numerotaidot: N2.", "sv": "Sifferkunskaper: N2."}
    for language, word in named.items():
        assert word in sheet(page, f"/statements/{first.public_id}/{language}.pdf")
    # A school writes on its form: there the assessor has differed twice.
    for skill in ("reading", "listening", "writing"):
        decisions[Skill(skill)] = Decided(not_assessed=NotAssessed.NOT_TAKEN)
    second = case.sign(
        decisions, recommended=case.recommend(decisions), replaces=first, correction="Luvut.",
        **words,
    )  # fmt: skip
    school = School(case, *PermissionContent)
    page.sign_in(school.clerk)
    for language, word in named.items():
        assert word in sheet(page, f"/results/{second.public_id}/transfer/{language}.pdf")


@pytest.mark.parametrize("language", ["fi", "sv", "en", "ru", "uk", "ar", "fa", "so"])
def test_the_person_reads_what_they_can_do_with_numbers(case, signed, page: Page, language):
    page.sign_in(case.assessor)
    page.get(f"/people/{case.person_id}/own-copy?language={language}")
    # Nobody asked anything of the language: nothing is said of it.
    assert page.html.select_one(".own-copy__skills") is None
    beside = page.html.select_one(".own-copy__beside")
    assert len(beside.select(".stairs__step--behind")) == 2
    assert beside.select_one(".own-copy__level").get_text() == "N2"
    told = beside.get_text()
    assert told.count("N5") == 2
    if language == "en":
        assert "You can use money and the clock." in told
        assert "They are new" in told
        # The assessor decided beside what the answers make likely: that is not told against them.
        assert "most likely" not in told
    assert "N2" in sheet(page, f"/people/{case.person_id}/own-copy.pdf?language={language}")


@pytest.mark.parametrize("language", PERSON_CODES)
def test_the_fullest_own_copy_keeps_to_one_sheet(app, language):
    """Four skills, numbers, all that is recommended, in the languages with the longest words."""
    level = {"level": "B2.1", "band": "B2", "not_assessed": None}
    facts = {
        "name": "Aminatu Hassanzadeh", "tested": "fi", "days": ["22.11.2026"],
        "centre": {"name": "Testikeskus", "phone": "09 123 4567", "email": ""},
        "skills": [{"skill": skill.value, **level} for skill in LANGUAGE_SKILLS],
        "numeracy": {
            "skill": "numeracy", "level": "N3", "band": "N3", "not_assessed": None,
            "likely": ["N2", "N3"], "is_provisional": True,
        },
        "is_numbers_alone": False, "lowest": "B2", "is_provisional": True, "is_demo": True,
        "recommended": {
            "outcome": "zero_secondary", "additions": ["latin_course", "reading_support"],
        },
        "recommendation": ("Kotoutumiskoulutuspalvelun " * 12)[: statements.LONGEST_RECOMMENDATION],
        "signed_by": "Maija Mallinen", "signed_on": "22.11.2026", "code": "AAAA-BBBB-CCCC",
        "looks": [{"office": "Työllisyysalue", "day": "22.11.2026", "channel": "page"}] * 3,
    }  # fmt: skip
    with app.test_request_context():
        pages = [own_copies.page(facts, language, is_tight=one) for one in (False, True)]
        document = pdf.make_one_page(*pages)
    (only,) = PdfReader(io.BytesIO(document)).pages
    assert "N3" in only.extract_text()


def test_a_statement_of_before_is_told_as_it_was(build, bank_files, page: Page):
    """Without the part nothing of it is signed, cut, printed or told."""
    case = Case(build, bank_files, person=PERSON)
    statement = case.signed()
    assert "numeracy" not in statement.content
    assert "numeracy" not in releases.cut(statement.content, PermissionContent)
    page.sign_in(case.assessor)
    for address in (f"/statements/{statement.public_id}", f"/people/{case.person_id}/own-copy"):
        page.get(address)
        assert "Nume" not in page.text()
        assert page.html.select_one(".own-copy__beside") is None


def test_the_module_of_literacy_training_takes_numeracy_from_the_part(build, bank, page: Page):
    case = Case(build, bank, person=PERSON)
    given(build, case.arrival)
    screen = screened(build, case.arrival, lambda rung: False)
    walk(build, case.arrival, counts_up_to("N3"), parts=("numeracy",))

    def look(db):
        row = db.get_one(LiteracyScreen, screen.id)
        return Classification.from_record(row.proposal), judging.is_outdated(row)

    def module():
        return build.do(look)

    before, _outdated = module()
    confirm(case.build, screen, case.assessor)
    case.give_levels()
    proposed = case.propose()[Skill.NUMERACY].proposal["most_probable_level"]
    after, is_outdated = module()
    # Nothing but the area moves, and a teacher is asked to look again.
    assert before.module.numeracy == 1
    assert after.module.numeracy > 1
    assert after.of_the_screen() == before
    assert is_outdated
    page.sign_in(case.assessor)
    page.get(f"/literacy/{screen.public_id}")
    assert f"Part in numeracy: {proposed}." in page.text()
    assert "By the numbers at the screen it would be level 1." in page.text()
    confirm(case.build, screen, case.assessor)
    assert not module()[1]
    # The paper on reading and writing tells the screen alone: numeracy has a permission of its own.
    page.get(f"/literacy/{screen.public_id}")
    page.get(link(page, "Statement on reading and writing"))
    assert "Part in numeracy" not in page.text()


def test_a_rule_of_the_centre_may_ask_for_numeracy(case, page: Page):
    """The shipped rules do not; a training may need numbers that somebody has or has not."""
    assert "numeracy" not in str(rulebook.shipped().to_record())
    case.give_levels()
    levels = dict.fromkeys(LANGUAGE_SKILLS, (None, NotAssessed.NOT_TAKEN))

    def known(db, sitting, actor, **numeracy):
        results = assessment.proposal(db, sitting, actor=actor, now=clock.now())
        decided = levels | {Skill(name): one for name, one in numeracy.items()}
        return facts.of_sitting(db, sitting, results, decided, rulebook.shipped())

    proposed = case.propose()[Skill.NUMERACY].proposal["most_probable_level"]
    assert case.do(known).numeracy == proposed
    assert case.do(lambda *on: known(*on, numeracy=("N1", None))).numeracy == "N1"
    none = case.do(lambda *on: known(*on, numeracy=(None, NotAssessed.HEALTH)))
    assert "numeracy" not in none.to_record()
    own = {"id": "numbers_first", "outcome": "look_first", "numeracy": ["N1", "not_assessed"]}
    record = rulebook.shipped().to_record()
    rules = read(record | {"rule": [own, *record["rule"]]})
    for one, leads in ((none, True), (case.do(known), False)):
        rule = recommendation.propose(rules, one).to_record()["led"][0]["rule"]
        assert (rule == "numbers_first") is leads
    page.sign_in(case.assessor)
    page.get(f"/assessment/{case.sitting_id}")
    page.get(f"/assessment/{case.sitting_id}/proposal")
    shown = [one.get_text() for one in page.html.select("#recommended .facts dt")]
    assert shown[-1] == "Numeracy"


def test_moved_cuts_of_numeracy_name_who_would_get_another_level(case):
    case.give_levels()
    first = case.sign()
    reached = first.content["numeracy"]["level"]

    def move(db):
        newest = item_bank.newest_standard(db, "zxx", "numeracy")
        cuts = {one["code"]: one["cut"] for one in newest.scale["level"]}
        # Nearly nobody is at the level that was reached.
        cuts[reached] = cuts[ORDER[ORDER.index(reached) + 1]] - 0.02
        level = [one | {"cut": cuts[one["code"]]} for one in newest.scale["level"]]
        db.add(
            StandardVersion(
                language="zxx", skill="numeracy", digest="moved".ljust(64, "0"),
                scale=newest.scale | {"version": "moved", "level": level}, origin="Kokeilu.",
                is_provisional=True, created_at=clock.now(),
            )
        )  # fmt: skip

    assert compare(case).compared == 1
    assert cases(case) == []
    case.build.do(move)
    compare(case)
    (found,) = cases(case)
    (change,) = found.changes["skills"]
    after = change["after"]["most_probable_level"]
    assert (change["skill"], change["signed"]) == ("numeracy", reached)
    assert after != reached
    assert change["after"]["versions"]["standard"] == "moved"
    assert runs.is_placed_otherwise(found)
    decide(case, found, RescoringDecision.REPLACE)
    second = case.sign(replaces=first, correction="Rajat muuttuivat.")
    assert (second.content["numeracy"]["level"], second.content["numeracy"]["proposed"]) == (
        after, after,
    )  # fmt: skip
    assert [one["level"] for one in second.content["skills"]] == [None] * 4
    compare(case, "Vielä kerran.")
    assert cases(case) == []
