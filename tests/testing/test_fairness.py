"""The fairness view: groups of signed results, and nobody who could be told from the figures."""

import csv
import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from scoring.cefr import REPORTED_LEVELS
from testing import clock, mother_tongues
from testing.demo import past
from testing.fairness import gathering, groups, words
from testing.fairness.gathering import Case
from testing.fairness.groups import GROUPS, SEVERAL, UNKNOWN, Told, Variable, groups_of
from testing.fairness.tables import STEP, What, file_of, view_of
from testing.languages import MOTHER_TONGUES
from testing.models import (
    Centre,
    ComputerSkill,
    Device,
    Event,
    Office,
    Person,
    Role,
    Sitting,
    Staff,
    Statement,
)
from testing.settings import BadSetting, Mode, read_settings
from tests.testing.pages import Page

TOLD = Told(
    mother_tongue="so",
    birth_date=date(1990, 6, 15),
    day=date(2026, 6, 14),
    answers={"school_years": 4, "gender": "woman", "digital": "phone", "interpreter": "remote"},
    devices=(Device.TABLET,),
    computer=ComputerSkill.WITH_HELP,
    extra_minutes=0,
)


def told(**changes):
    return Told(**(TOLD.__dict__ | changes))


@pytest.mark.parametrize(
    ("person", "variable", "group"),
    [
        (TOLD, "family", "cushitic"),
        (TOLD, "script", "latin"),
        (told(mother_tongue="other"), "family", UNKNOWN),
        (told(mother_tongue="other"), "script", UNKNOWN),
        (TOLD, "gender", "woman"),
        # A birthday tomorrow: thirty-five still.
        (TOLD, "age", "35_44"),
        (told(day=date(2025, 6, 14)), "age", "25_34"),
        (told(birth_date=date(2012, 1, 1)), "age", "under_25"),
        (told(birth_date=date(1940, 1, 1)), "age", "55_up"),
        (TOLD, "schooling", "short"),
        (told(answers={"school_years": 0}), "schooling", "none"),
        (TOLD, "digital", "phone"),
        (TOLD, "device", "tablet"),
        (told(devices=(None, Device.PHONE)), "device", "phone"),
        (told(devices=(Device.COMPUTER, Device.PHONE)), "device", SEVERAL),
        (told(devices=()), "device", UNKNOWN),
        (TOLD, "operated", "helped"),
        (told(computer=ComputerSkill.ALONE), "operated", "alone"),
        (told(answers={"accommodations": ["staff_operates"]}), "operated", "staff"),
        (TOLD, "interpreter", "remote"),
        (TOLD, "accommodation", "none"),
        (told(extra_minutes=15), "accommodation", "extra_time"),
        (told(answers={"accommodations": ["paper"]}, extra_minutes=5), "accommodation", SEVERAL),
    ],
)
def test_the_group_of_a_person(person, variable, group):
    assert groups_of(person)[Variable(variable)] == group


def test_who_told_nothing_is_a_group_and_not_guessed():
    nothing = groups_of(told(answers=None, devices=(), computer=None))
    known = {Variable.FAMILY, Variable.SCRIPT, Variable.AGE}
    assert {one for one, code in nothing.items() if code != UNKNOWN} == known


def test_every_mother_tongue_and_group_has_its_words():
    listed = mother_tongues.by_code()
    assert {code for code, _own in MOTHER_TONGUES} - {"other"} <= set(listed)
    assert {one.family for one in listed.values()} == set(mother_tongues.Family)
    assert set(words.VARIABLES) == set(Variable) == set(GROUPS)
    for variable, codes in GROUPS.items():
        assert set(words.GROUPS[variable]) == set(codes), variable
    assert set(words.WHAT) == set(What)
    assert dict(groups.AGES)["under_25"] == 0


def case(family, system, blind, **more):
    everything = groups_of(TOLD) | {Variable.FAMILY: family}
    return Case(groups=everything, levels={"reading": (system, blind)}, **more)


def test_figures_are_rounded_and_hidden_alike_in_tables_and_file():
    cases = [case("semitic", 4, 4)] * 12 + [case("slavic", 3, 4)] * 11 + [case("slavic", 5, 4)]
    cases += [case("tai", 4, 4)] * 4 + [case("turkic", 4, 4)] * 3
    view = view_of(cases, What.READING, 5)
    assert view.total.figures["persons"] == 30
    family = view.tables[0]
    by_group = {row.group: row for row in family.rows}
    assert by_group["semitic"].figures["persons"] % STEP == 0
    assert by_group["slavic"].figures["mean"] == -0.83
    assert by_group["slavic"].is_pointed_out
    assert [row.group for _variable, row in view.pointed_out] == ["semitic", "slavic"]
    assert [group for group, row in by_group.items() if not row.is_shown] == ["tai", "turkic"]
    rows = list(csv.DictReader(io.StringIO(file_of(view))))
    shown = {row["group"]: row for row in rows if row["variable"] == "family"}
    assert (shown["slavic"]["mean"], shown["slavic"]["persons"]) == ("-0.83", "10")
    hidden = [value for name, value in shown["tai"].items() if name not in ("variable", "group")]
    assert hidden == ["too few", *[""] * (len(hidden) - 1)]
    # A variable of which all are one group has nobody to compare with.
    assert view.tables[2].rows[0].figures.get("rest") is None
    assert view_of(cases[:4], What.READING, 5).total is None
    assert view_of([], What.LITERACY, 5).total is None


TONGUES = {"ar": (7, "ar", 0.3), "so": (7, "so", 0.5), "vi": (2, "en", 0.0)}


@pytest.fixture
def centre(build) -> Centre:
    return build.centre()


@pytest.fixture
def psychometrician(build, centre) -> Staff:
    """A centre with sixteen signed results of invented people."""
    desk = build.staff(centre, Role.ADMINISTRATOR)
    assessor = build.staff(centre, Role.ASSESSOR)
    office = build.office(centre)

    def work(db):
        return past.sign_results(
            db,
            build.keys,
            centre=db.get_one(Centre, centre.id),
            office=db.get_one(Office, office.id),
            desk=db.get_one(Staff, desk.id),
            assessor=db.get_one(Staff, assessor.id),
            mode="demo",
            now=clock.now(),
            tongues=TONGUES,
        )

    assert build.do(work) == 16
    return build.staff(centre, Role.PSYCHOMETRICIAN)


def cases_of(build, staff, mode=Mode.DEMO, year=None):
    return build.do(
        lambda db: gathering.cases(db, staff.centre_id, language="fi", mode=mode, year=year)
    )


def test_each_person_counts_once_with_the_newest_result(build, psychometrician):
    found = cases_of(build, psychometrician)
    assert len(found) == 16
    assert all(set(one.levels) == {"reading", "listening"} for one in found)
    assert all(one.blind_band is not None for one in found)
    assert sum(one.literacy is not None for one in found) == 16
    somali = [one for one in found if one.groups[Variable.FAMILY] == "cushitic"]
    differences = [system - own for system, own in (one.levels["reading"] for one in somali)]
    assert sum(differences) / 7 < -0.4

    def change(db):
        first, second, third, *_others = db.scalars(select(Person).order_by(Person.id)).all()
        second.matched_to_id = first.id
        sitting = db.scalars(select(Sitting).where(Sitting.person_id == third.id)).one()
        sitting.mode = "pilot"

    build.do(change)
    assert len(cases_of(build, psychometrician)) == 14
    # What a pilot gave stands apart; there a synthetic voice counts for nothing.
    (pilot,) = cases_of(build, psychometrician, Mode.PILOT)
    assert pilot.levels == {}
    assert pilot.blind_band in range(len(REPORTED_LEVELS))
    assert cases_of(build, psychometrician, year=clock.now().year - 3) == []
    stranger = build.staff(build.centre(), Role.PSYCHOMETRICIAN)
    assert cases_of(build, stranger) == []


def test_on_the_page_groups_stand_beside_each_other_without_a_name(
    make_app, build, psychometrician
):
    page = Page(make_app(fairness_smallest=5))
    page.sign_in(psychometrician)
    page.get("/fairness")
    shown = page.text()
    assert "About 15 persons. On average the system's level is" in shown
    assert "lower than the assessor's" in shown or "higher than the assessor's" in shown
    assert "These are invented people" in shown
    rows = {
        row.th.get_text(strip=True): row.get_text(" ", strip=True)
        for row in page.html.select("tbody tr")
        if row.th
    }
    # Two Vietnamese speakers would be all minus the others: another group is hidden with them.
    assert "too few to show" in rows["Austroasiatic"]
    assert sum("too few to show" in rows[name] for name in ("Semitic", "Cushitic")) == 1
    assert "Esimerkki" not in page.response.text
    for one in What:
        page.submit({"what": one.value}, button="Show")
        assert page.html.select_one("h1").get_text() == "Do results hold for every group?"
        if one in (What.WRITING, What.SPEAKING):
            assert "Too few signed results" in page.text()
        else:
            assert page.html.select("svg.fair__picture"), one
    assert "slower beginning" in page.text()
    page.get("/fairness/table.csv?what=reading&language=fi")
    assert page.response.mimetype == "text/csv"
    assert "family,austroasiatic,too few,," in page.response.text
    # Nonsense in the address is taken as not said.
    page.get("/fairness?what=shoe-size&year=1&mode=live&language=xx")
    page.submit({"language": "sv"}, button="Show")
    assert "Too few signed results" in page.text()
    kept = build.do(
        lambda db: db.scalars(select(Event.details).where(Event.action == "list:view")).all()
    )
    assert {"fairness", "fairness-file"} <= {one["list"] for one in kept}


def test_no_setting_shows_fewer_than_five(page, build, psychometrician):
    page.sign_in(psychometrician)
    page.get("/fairness")
    assert "Too few signed results to compare: 20 are needed." in page.text()
    for bad in ("4", "many", "-20"):
        with pytest.raises(BadSetting, match="5 or more"):
            read_settings({"LAHTOTASO_FAIRNESS_SMALLEST": bad})
    assert read_settings({"LAHTOTASO_FAIRNESS_SMALLEST": "5"}).fairness_smallest == 5


def test_only_those_open_it_who_look_after_the_measurement(page, build, psychometrician):
    centre = build.do(lambda db: db.get_one(Centre, psychometrician.centre_id))
    for role, status in ((Role.ADMINISTRATOR, 200), (Role.ASSESSOR, 403), (Role.RATER, 403)):
        other = page.another()
        other.sign_in(build.staff(centre, role))
        other.get("/fairness", status=status)
        other.get("/fairness/table.csv", status=status)
    # Another centre has nothing of this one.
    stranger = page.another()
    stranger.sign_in(build.staff(build.centre(), Role.PSYCHOMETRICIAN))
    stranger.get("/fairness")
    assert "Too few signed results" in stranger.text()


def test_a_superseded_statement_counts_no_more(build, psychometrician):
    def supersede(db):
        old = db.scalars(select(Statement).order_by(Statement.id).limit(1)).one()
        skills = [one | {"blind": None} for one in old.content["skills"]]
        db.add(
            Statement(
                centre_id=old.centre_id,
                sitting_id=old.sitting_id,
                version=2,
                content=old.content | {"version": 2, "skills": skills, "recommended": None},
                digest="0" * 64,
                verification_code="SUPERSEDES01",
                signed_by_id=old.signed_by_id,
                signed_at=old.signed_at + timedelta(days=1),
                supersedes_id=old.id,
            )
        )

    build.do(supersede)
    found = cases_of(build, psychometrician)
    assert len(found) == 16
    assert sum(not one.levels for one in found) == 1
