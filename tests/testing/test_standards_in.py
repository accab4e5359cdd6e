"""Cut scores come in: compared, confirmed by name, and what begins afterwards stands on them."""

import io
import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from items.bank import import_bank, newest_standard
from items.models import StandardVersion, Status, TaskVersion
from scoring.cefr import Scale
from testing import clock, proposals
from testing.models import Event, Part
from tests.testing.pages import Page
from tests.testing.takers import Loop, reading_centre

LEVELS = (
    *("A1.1", "A1.2", "A1.3", "A2.1", "A2.2", "B1.1", "B1.2", "B2.1", "B2.2", "C1.1", "yli_C1.1"),
)
CUTS = "level,cut,se,se_shared\n" + "".join(
    f"{level},{-4 + 0.75 * place},{0.1 + place / 100:.2f},{0.2 + place / 100:.2f}\n"
    for place, level in enumerate(LEVELS)
)
RECORD = {"method": "angoff", "n_judges": 9, "levels": [{"level": "A1.1", "sd": 0.3}]}


@pytest.fixture
def loop(build, bank_files) -> Loop:
    return reading_centre(build, bank_files)


@pytest.fixture
def desk(loop, page) -> Page:
    page.sign_in(loop.psychometrician)
    return page


def bring_in(page: Page, cuts: str, record: str = "", status: int = 200) -> None:
    page.get("/calibrations")
    page.follow("Bring in boundaries")
    files = {"file": (io.BytesIO(cuts.encode()), "standard.csv")}
    if record:
        files["record"] = (io.BytesIO(record.encode()), "record.json")
    page.submit(files, button="Compare", status=status, content_type="multipart/form-data")


def part_of(loop: Loop, people: int = 1) -> Part:
    sitting = loop.take(people)[0]
    return loop.build.do(
        lambda db: db.scalars(
            select(Part).where(Part.sitting_id == sitting.id).options(undefer(Part.plan))
        ).one()
    )


def is_provisional(loop: Loop, part: Part) -> bool:
    return bool(
        loop.build.do(lambda db: proposals.is_provisional(db, db.get_one(Part, part.id)))
    )


def test_confirmed_cuts_measure_who_begins_and_no_result_says_provisional(
    loop, desk, bank_files, database
):
    before = part_of(loop)
    bring_in(desk, CUTS, json.dumps(RECORD))
    assert "Not in use yet" in desk.text()
    shown = desk.html
    fields = {"origin": "Paneeli, yhdeksän jäsentä, Angoff.", "confirmed": "y"}
    desk.submit({**fields, "origin": ""}, button="Confirm the boundaries", status=400)
    assert "Write where the boundaries come from." in desk.text()
    desk.submit(fields, button="Confirm the boundaries")
    assert "Paneeli, yhdeksän jäsentä, Angoff." in desk.text()
    assert f"by {loop.psychometrician.name}" in desk.text()

    with database.reading() as db:
        row = newest_standard(db, "fi", "reading")
        assert (row.is_provisional, row.confirmed_by) == (False, loop.psychometrician.name)
        assert row.record == RECORD
        standard = Scale.from_table(row.scale).standard
        assert standard.cuts == tuple(-4 + 0.75 * place for place in range(11))
        assert standard.covariance[0][0] == pytest.approx(0.1**2 + 0.2**2)
        assert standard.covariance[0][10] == pytest.approx(0.2 * 0.3)
        event = db.scalars(select(Event).where(Event.action == "standard:confirm")).one()
        assert event.details["provisional"] is False
    # What was frozen stays; who begins now stands on the confirmed cuts.
    after = part_of(loop)
    assert before.plan["standard"]["provisional"]
    assert not after.plan["standard"]["provisional"]
    assert after.plan["standard"]["cuts"] == list(standard.cuts)
    # A result says so no more once its tasks are out of the pilot, too.
    assert is_provisional(loop, after)

    def go_live(db):
        for version in db.scalars(select(TaskVersion).order_by(TaskVersion.id)):
            version.status = Status.LIVE

    loop.build.do(go_live)
    assert not is_provisional(loop, after)
    assert is_provisional(loop, before)
    # The next upgrade brings the files' assumption along, and changes nothing.
    loop.build.do(lambda db: import_bank(db, bank_files, now=clock.now()))
    with database.reading() as db:
        assert newest_standard(db, "fi", "reading").id == row.id
    # Somebody who compared with what counted before is told.
    desk.html = shown
    desk.submit(fields, button="Confirm the boundaries", status=409)
    assert "Somebody confirmed other boundaries meanwhile" in desk.text()


def test_cuts_may_be_confirmed_and_stay_provisional(loop, desk, database):
    bring_in(desk, CUTS)
    fields = {"origin": "Kokeilupaneeli.", "provisional": "y"}
    desk.submit(fields, button="Confirm the boundaries", status=400)
    assert "Confirm the boundaries, or leave those that are in use." in desk.text()
    bring_in(desk, CUTS)
    desk.submit({**fields, "confirmed": "y"}, button="Confirm the boundaries")
    with database.reading() as db:
        row = db.scalars(select(StandardVersion).order_by(StandardVersion.id.desc())).first()
        assert (row.is_provisional, row.scale["provisional"], row.record) == (True, True, {})
    assert part_of(loop).plan["standard"]["provisional"]


@pytest.mark.parametrize(
    ("cuts", "record", "fault"),
    [
        (CUTS.replace("C1.1,", "C1.2,"), "", "These are no boundaries of levels."),
        ("\n".join(CUTS.splitlines()[:5]) + "\n", "", "The levels must be A1.1, A1.2, A1.3, A2.1"),
        (CUTS.replace("-4.0", "-1.0"), "", "These are no boundaries of levels."),
        (CUTS.replace("-4.0,0.10,0.20", "-4.0,,"), "", "Line 2, column se: The standard error of"),
        (CUTS.replace("-4.0", "low"), "", "'low' is not a number with a decimal point."),
        (CUTS, "[1]", "The record is no JSON object."),
        (CUTS, '{"sd": NaN}', "The record is no JSON object."),
    ],
)
def test_a_file_is_refused_in_words(desk, cuts, record, fault):
    bring_in(desk, cuts, record, status=400)
    assert fault in desk.text()


def test_only_a_psychometrician_confirms(loop, page):
    page.sign_in(loop.desk)
    page.get("/calibrations/standards/new", status=403)
    page.get("/people")
    page.post("/calibrations/standards/confirm/1", {"confirmed": "y"}, status=403)
