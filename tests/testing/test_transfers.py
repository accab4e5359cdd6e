"""Transfer forms: a school is told what a permission that names it covers, and no more."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from testing import clock, permissions, transfers
from testing.models import (
    Centre,
    Event,
    OfficeKind,
    Permission,
    PermissionContent,
    Referral,
    Release,
    SignedDocument,
    Staff,
)
from tests.testing.pages import Page
from tests.testing.results import Case

ALL = tuple(PermissionContent)


class School:
    """A school, its clerk, and what the person permits it to be told."""

    def __init__(self, case: Case, *contents: PermissionContent) -> None:
        self.case, build = case, case.build
        centre = build.do(lambda db: db.get_one(Centre, case.clerk.centre_id))
        self.office = build.office(
            centre, kind=OfficeKind.EDUCATION_PROVIDER, name="Koulu Pohjoinen"
        )
        self.clerk = build.clerk(self.office)
        self.permission = self.permit(*contents)

    def permit(self, *contents: PermissionContent) -> Permission:
        """The person permits this from now on, and nothing else."""
        case = self.case

        def give(db):
            return permissions.give(
                db,
                db.get_one(Referral, case.arrival.referral.id),
                recipient=self.office,
                contents=contents,
                purpose="integration_plan",
                text_language="ar",
                how="paper",
                given_on=clock.local_day(clock.now()),
                actor=db.get_one(Staff, case.clerk.id),
                now=clock.now(),
            )

        return case.build.do(give)

    def withdraw(self) -> None:
        self.case.build.do(
            lambda db: permissions.withdraw(
                db,
                db.get_one(Permission, self.permission.id),
                actor=self.case.clerk,
                now=clock.now(),
            )
        )


@pytest.fixture
def case(build, bank_files) -> Case:
    found = Case(build, bank_files, person={"given_names": "Aminatu", "surname": "Hassanzadeh"})
    found.write_and_rate()
    found.give_levels()
    found.statement = found.sign(
        recommended=found.recommend(found.decisions()),
        recommendation="Perustason polku.",
        note="Rauhallinen.",
    )
    return found


def link(page: Page, words: str) -> str:
    """Address behind the words of a link on the open page."""
    return next(one["href"] for one in page.html.find_all("a") if one.get_text().strip() == words)


def words_of(page: Page) -> str:
    assert page.response.mimetype == "application/pdf"
    (sheet,) = PdfReader(io.BytesIO(page.response.data)).pages
    return " ".join(sheet.extract_text().split())


@pytest.mark.parametrize("who", ["centre", "school"])
def test_the_form_is_handed_over_once_signed_and_each_time_recorded(case, page: Page, who):
    school = School(case, *ALL)
    if who == "centre":
        page.sign_in(case.assessor)
        page.get(f"/statements/{case.statement.public_id}")
        page.get(link(page, "Koulu Pohjoinen"))
    else:
        page.sign_in(school.clerk)
        page.get(f"/results/{case.statement.public_id}")
        page.get(link(page, "Form for the teacher"))
    for words in ("Koulu Pohjoinen", "Perustason polku.", "The skills that were tested are even"):
        assert words in page.text()
    pdf = link(page, "PDF in Finnish")
    bodies = set()
    for _time in range(2):
        page.get(pdf)
        bodies.add(page.response.data)
        words = words_of(page)
        for part in ("Aminatu Hassanzadeh", "Koulu Pohjoinen", "A2.1", "Perustason polku."):
            assert part in words
        assert "Kotoutumiskoulutus, peruspolku" in words
    assert len(bodies) == 1
    rows = case.build.do(lambda db: db.scalars(select(Release).order_by(Release.id)).all())
    looks = ["transfer"] * 2 if who == "centre" else ["page", "transfer", "transfer", "transfer"]
    assert [(one.channel, one.office_id) for one in rows] == [
        (channel, school.office.id) for channel in looks
    ]
    kinds = case.build.do(lambda db: db.scalars(select(SignedDocument.kind)).all())
    assert kinds == ["transfer"]
    page.get(f"/verify/{case.statement.verification_code}")
    assert "Transfer form for a school" in page.text()


@pytest.mark.parametrize(
    ("contents", "seen", "unseen"),
    [
        ((PermissionContent.ATTENDANCE,), ("came",), ("A2.1", "Perustason", "Rauhallinen")),
        ((PermissionContent.LEVELS,), ("A2.1",), ("Perustason", "Rauhallinen", "Borderline")),
        ((PermissionContent.RECOMMENDATION,), ("Perustason polku.",), ("A2.1", "Rauhallinen")),
    ],
)
def test_the_form_holds_what_is_permitted_and_no_more(case, page: Page, contents, seen, unseen):
    school = School(case, *contents)
    page.sign_in(school.clerk)
    page.get(f"/results/{case.statement.public_id}/transfer")
    for words in seen:
        assert words in page.text()
    for words in unseen:
        assert words not in page.text()


def test_without_a_live_permission_that_names_the_school_nothing_leaves(case, page: Page):
    school = School(case, *ALL)
    of_centre = f"/statements/{case.statement.public_id}/transfer/{school.permission.public_id}"
    of_school = f"/results/{case.statement.public_id}/transfer"
    clerk, stranger, office = page.another(), page.another(), page.another()
    page.sign_in(case.assessor)
    clerk.sign_in(school.clerk)
    stranger.sign_in(School(case, *ALL).clerk)
    office.sign_in(case.clerk)
    # The office that referred is no school: it has the statement, not the form.
    office.get(of_school, status=404)
    page.get(of_centre.replace(school.permission.public_id, "other"), status=404)
    assert case.build.do(lambda db: db.scalars(select(Release)).all()) == []
    school.withdraw()
    for browser, path in ((page, of_centre), (clerk, of_school)):
        for form in ("", "/fi.pdf", "/sv.pdf"):
            browser.get(path + form, status=403)
            assert "A2.1" not in browser.text()
    assert case.build.do(lambda db: db.scalars(select(Release)).all()) == []
    assert case.build.do(lambda db: db.scalars(select(SignedDocument)).all()) == []
    tries = case.build.do(
        lambda db: db.scalars(select(Event).where(Event.action == "statement:refuse")).all()
    )
    assert len(tries) == 6
    page.get(f"/statements/{case.statement.public_id}")
    assert "Koulu Pohjoinen" in page.text(), "the other school's permission stands"


def test_the_form_of_a_statement_that_was_replaced_is_not_handed_over(case, page: Page):
    school = School(case, PermissionContent.RECOMMENDATION)
    first = case.statement
    newest = case.sign(replaces=first, correction="Taso tarkentui.")
    clerk = page.another()
    page.sign_in(case.assessor)
    clerk.sign_in(school.clerk)
    page.get(f"/statements/{first.public_id}")
    assert "Koulu Pohjoinen" not in page.text()
    clerk.get(f"/results/{first.public_id}")
    assert "Form for the teacher" not in clerk.text()
    for form in ("", "/fi.pdf"):
        path = f"/transfer/{school.permission.public_id}{form}"
        page.get(f"/statements/{first.public_id}{path}", status=409)
        assert "This statement was replaced" in page.text()
        clerk.get(f"/results/{first.public_id}/transfer{form}", status=409)
        assert "Perustason" not in clerk.text()
    page.get(f"/statements/{newest.public_id}")
    page.get(link(page, "Koulu Pohjoinen"))
    looks = case.build.do(lambda db: db.scalars(select(Release.channel)).all())
    assert looks == ["page"]


LEVELS = {"reading": "A2.1", "listening": "A2.1", "writing": "A2.1", "speaking": None}
TOLD = [
    ({}, "even: A2.1."),
    ({"reading": "A2.2"}, "between A2.1 and A2.2"),
    ({"reading": "B1.1", "writing": "A1.3"}, "uneven: writing is at A1.3, reading at B1.1"),
    ({"reading": "B1.1", "writing": "A2.1"}, "between A2.1 and B1.1"),
    ({"reading": "B1.2", "writing": "A2.1"}, "uneven: listening is at A2.1, reading at B1.2"),
    ({"writing": "alle_A1.1"}, "uneven: writing is at below A1.1"),
    ({}, "when the studies begin: speaking."),
    (dict.fromkeys(LEVELS), "when the studies begin: reading, listening, writing, speaking."),
]


@pytest.mark.parametrize(("changes", "words"), TOLD)
def test_a_teacher_is_told_what_the_levels_mean_for_a_group(app, changes, words):
    skills = [{"skill": name, "level": one} for name, one in (LEVELS | changes).items()]
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert words in " ".join(transfers.for_teacher({"skills": skills}))


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ([{"range": "A2.1", "accuracy": "A1.3"}], "is needed in: accuracy."),
        (
            [{"range": "A2.1", "accuracy": "A1.3", "coherence": "A1.3"}],
            "is needed in: accuracy, coherence.",
        ),
        ([{"range": "A2.1", "accuracy": "A2.1"}], ""),
        (
            [{"range": "A2.1", "accuracy": "A2.2"}, {"range": "A2.1", "accuracy": "A1.2"}],
            "is needed in: accuracy.",
        ),
        ([], ""),
    ],
)
def test_a_teacher_is_told_what_to_practise_in_writing(app, marks, words):
    content = {"writing": [{"criteria": one} for one in marks]}
    with app.test_request_context(headers={"Accept-Language": "en"}):
        said = " ".join(transfers.for_teacher(content))
    assert words in said if words else not said
