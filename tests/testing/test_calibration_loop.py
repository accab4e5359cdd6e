"""From answers to parameters in use: the whole loop, as a psychometrician goes it."""

import csv
import io
import zipfile

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from items.models import Calibration, CalibrationUse
from testing import clock, delivery, plans, sittings
from testing.cli import main
from testing.models import Booking, Event, Part, Role, Skill, Visit
from tests.testing.pages import Page
from tests.testing.results import Case, walked
from tests.testing.takers import Loop, reading_centre, take
from tests.testing.walks import colleague

HARDER = 2.0


@pytest.fixture
def case(build, bank) -> Case:
    return walked(build)


@pytest.fixture
def loop(build, bank_files) -> Loop:
    return reading_centre(build, bank_files)


def calibrated(page: Page, folder) -> bytes:
    """The file that `lahtotaso calibrate` makes of the answers that the page gives."""
    page.get("/calibrations")
    page.submit(button="Take out the answers")
    with zipfile.ZipFile(io.BytesIO(page.response.data)) as archive:
        archive.extractall(folder)
    out = folder / "items.csv"
    result = CliRunner().invoke(
        main,
        ["calibrate", str(folder / "fi-reading-responses.csv"), "--model", "rasch",
         "--slope", "one", "--out", str(out)],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return out.read_bytes()


def bring_in(page: Page, content: bytes, status: int = 200) -> None:
    page.get("/calibrations/new?language=fi&skill=reading")
    page.submit(
        {
            "file": (io.BytesIO(content), "items.csv"),
            "method": "Rasch, --slope one",
            "answers": "Pilotti, 90 ihmistä",
        },
        button="Bring in and compare",
        status=status,
        content_type="multipart/form-data",
    )


def start(case: Case, arrival) -> Part:
    """Somebody new begins with reading."""
    build, code = case.build, arrival.code()
    build.do(lambda db: sittings.enter_code(db, build.keys, code, clock.now()))

    def work(db):
        visit = db.scalars(
            select(Visit).where(Visit.sitting_id == arrival.sitting(db).id, Visit.cut_at.is_(None))
        ).one()
        delivery.start_part(db, visit, now=clock.now(), seed=7)
        return next(part for part in visit.sitting.parts if part.skill is Skill.READING)

    return build.do(work)


def difficulties(case: Case, part: Part) -> dict[str, float]:
    """Of the items of a part's frozen bank."""

    def work(db):
        plan = plans.plan_of(db, db.get_one(Part, part.id))
        return {item.id: item.b for task in plan.bank.tasks for item in task.items}

    return case.build.do(work)


def test_answers_go_out_and_their_parameters_measure_whoever_comes_next(
    case, build, page, tmp_path
):
    desk, clerk = case.arrival.administrator, case.clerk
    take(build, desk, clerk, 90, truth=lambda _item, b: b + HARDER)
    before = build.do(lambda db: next(p for p in case.arrival.sitting(db).parts if p.position == 1))
    old = difficulties(case, before)
    psychometrician = colleague(build, case.arrival, Role.PSYCHOMETRICIAN)
    page.sign_in(psychometrician)
    content = calibrated(page, tmp_path)
    new = {
        row["item"].partition("@")[0]: float(row["b"])
        for row in csv.DictReader(io.StringIO(content.decode()))
        if row["b"]
    }

    bring_in(page, content)
    assert "Not in use yet" in page.text()
    assert "items would move by" in page.text()
    assert page.html.select_one("svg.calibration[aria-label] circle") is not None
    waiting = page.path
    page.submit({}, button="Put into use", status=400)
    assert "Look at the fit of the items first" in page.text()
    page.get(waiting)
    page.submit({"fit_looked_at": "y", "note": "Kaksi osiota sivussa."}, button="Put into use")
    assert "Tests that begin now are measured with these parameters" in page.text()
    assert "Kaksi osiota sivussa." in page.text()
    page.get("/calibrations")
    assert f"put into use by {psychometrician.name}" in page.text()
    page.post(f"{waiting}/use", {"fit_looked_at": "y"}, status=409)

    # Who begins now is measured with the new ones; what was frozen stays.
    occasion = build.do(lambda db: db.get_one(Booking, case.arrival.booking.id).occasion)
    arrival = build.arrival_at(occasion, desk, clerk, given_names="Uusi")
    now = difficulties(case, start(case, arrival))
    taken = build.do(
        lambda db: {
            row.item.item: row.b for row in db.scalars(select(Calibration)).one().parameters
        }
    )
    assert taken
    assert {item: now[item] for item in taken} == taken
    assert taken == pytest.approx({item: new[item] for item in taken})
    assert all(now[item] == old[item] for item in set(now) - set(taken))
    assert difficulties(case, before) == old

    # And an assessor sees whose statement would be another one today.
    assessor = page.another()
    assessor.sign_in(case.assessor)
    assessor.get("/rescoring")
    assessor.submit({"cause": "Kalibrointi"}, button="Compare")
    assert "1 statements were compared, 1 of them would be others today." in assessor.text()
    assert "Reading" in assessor.text()
    with build.database.reading() as db:
        told = db.scalars(
            select(Event).where(Event.action.startswith("calibration:")).order_by(Event.id)
        ).all()
        assert [one.action for one in told] == ["calibration:add", "calibration:use"]
        assert told[1].details["instead_of"] is None
        assert db.scalars(select(CalibrationUse.put_by)).all() == [psychometrician.name]


HEADER = "item,model,a,b,se_a,se_b,n,infit,outfit\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "The file is empty."),
        ("item,model\n", "There is no row below the header."),
        (b"item,model,a\n\xff", "Line 2: The file is not UTF-8 text."),
        ("item,model,b\nfi-r-001-1@1,2pl,1\n", "Line 1, column a: There is no column of this name"),
        (HEADER + "fi-r-001-1,2pl,1,0,.1,.2,200,1,1\n", "does not name its version"),
        (HEADER + "fi-r-001-1@7,2pl,1,0,.1,.2,200,1,1\n", "Line 2, column item: This bank has no"),
        (HEADER + "sv-r-001-1@1,2pl,1,0,.1,.2,200,1,1\n", "This bank has no item sv-r-001-1@1."),
        (HEADER + "fi-r-001-1@1,5pl,1,0,.1,.2,200,1,1\n", "'5pl' is not a model. Models are rasch"),
        (HEADER + "fi-r-001-1@1,2pl,1,0,.1,,200,1,1\n", "column se_b: The standard error of the"),
        (HEADER + "fi-r-001-1@1,2pl,-1,0,.1,.2,200,1,1\n", "These are no parameters of a 2pl item"),
        (HEADER + "fi-r-001-1@1,2pl,1,x,.1,.2,200,1,1\n", "column b: 'x' is not a number"),
        (HEADER + "fi-r-001-1@1,2pl,1,0,.1,.2,0,1,1\n", "No item of the file has parameters"),
        (HEADER + "fi-r-001-1@1,2pl,1,0,.1,.2,9,1,1\n" * 2, "stands on line 2 already"),
        (HEADER + "fi-r-001-1@1,2pl,1,0\n", "Line 2: The row has 4 cells, the header 9."),
    ],
)
def test_a_file_is_refused_with_line_and_column(case_page, content, fault):
    bring_in(case_page, content if isinstance(content, bytes) else content.encode(), status=400)
    assert fault in case_page.text()


@pytest.fixture
def case_page(loop, page) -> Page:
    page.sign_in(loop.psychometrician)
    return page


def test_what_is_missing_unsure_or_without_answers_stays_as_its_level_says(loop, case_page, build):
    rows = (
        "fi-r-001-1@1,2pl,1,-2,.1,.2,200,1,1\n"
        "fi-r-001-2@1,2pl,1,-1,.1,.2,200,1.6,1\n"
        "fi-r-002-1@1,2pl,1,9,.1,40,3,1,1\n"
        "fi-r-002-2@1,2pl,1,0,.1,.2,,,\n"
        "fi-r-003-1@1,2pl,,,,,0,,\n"
    )
    bring_in(case_page, (HEADER + rows).encode())
    first = case_page.path
    text = case_page.text()
    assert "1 item has a fit outside 0.7 to 1.3." in text
    for words in ("Less sure than what its level says: 1", "No answers behind the row: 1",
                  "No estimate: never presented, or everybody had the same score: 1"):  # fmt: skip
        assert words in text
    case_page.submit({"fit_looked_at": "y"}, button="Put into use")

    # A file without an item that has an estimate says what would be lost; going back is possible.
    bring_in(case_page, (HEADER + "fi-r-001-1@1,2pl,1,-1,.1,.2,400,1,1\n").encode())
    assert "1 item would lose its estimate" in case_page.text()
    assert "fi-r-001-2@1" in case_page.text()
    assert "Another scale?" not in case_page.text()
    case_page.submit({"fit_looked_at": "y"}, button="Put into use")
    case_page.get(first)
    assert "Replaced" in case_page.text()
    case_page.submit({"fit_looked_at": "y"}, button="Put into use")
    in_use = build.do(lambda db: plans.bank_in_use(db, "fi", "reading"))
    known = {item.id: item.b for task in in_use.bank.tasks for item in task.items}
    assert (known["fi-r-001-1"], known["fi-r-001-2"]) == (-2, -1)
    assert case_page.get(f"{first}/items.csv") is not None
    assert case_page.response.data.decode() == HEADER + rows
