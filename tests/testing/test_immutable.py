"""What was signed or released: nobody changes it, whatever program asks the database."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from items.models import Calibration, CalibrationUse, ItemParameters, StandardVersion
from testing import clock
from testing.calibrations import keeping
from testing.calibrations.exporting import note_export
from testing.calibrations.gathering import Wanted, gather
from testing.models import (
    AnswersExport,
    BlindLevel,
    Centre,
    Release,
    SignedDocument,
    Skill,
    Staff,
    Statement,
)
from tests.testing.pages import Page
from tests.testing.results import Case

#: Table and a column of it that somebody would like to change.
GUARDED = {
    "statement": "content = '{}'",
    "signed_document": "digest = 'x'",
    "release": "contents = '[]'",
    "blind_level": "level = 'B2.2'",
    "answers_export": "people = 1",
    "calibration": "record = '{}'",
    "item_parameters": "b = 0",
    "calibration_use": "put_by = 'x'",
    "standard_version": "is_provisional = '0'",
}
MODELS = (
    *(Statement, SignedDocument, Release, BlindLevel),
    *(AnswersExport, Calibration, ItemParameters, CalibrationUse, StandardVersion),
)


@pytest.fixture
def released(build, bank_files, page: Page) -> Case:
    """A statement whose PDF an office has taken."""
    case = Case(build, bank_files, person={"given_names": "Aminatu", "surname": "Hassanzadeh"})
    statement = case.signed()
    page.sign_in(case.clerk)
    page.get(f"/results/{statement.public_id}/fi.pdf")
    build.do(lambda db: _taken_out(db, case))
    return case


def _taken_out(db, case: Case) -> None:
    centre = db.get_one(Centre, case.clerk.centre_id)
    answers = gather(db, centre.id, Wanted("fi", Skill.WRITING, frozenset()))
    note_export(db, answers, centre=centre, actor="system", now=clock.now())
    rows = b"item,model,a,b,se_a,se_b,n\nfi-r-001-1@1,2pl,1,-2,.1,.2,200\n"
    staff, now = db.get_one(Staff, case.assessor.id), clock.now()
    calibration = keeping.bring_in(
        db, rows, "fi", "reading", method="2PL", data="Pilotti", actor=staff, now=now
    )
    keeping.put_into_use(
        db, calibration, fit_looked_at=True, note="", actor=staff, now=now
    )


def test_the_database_itself_refuses_every_change(released, build):
    def rows() -> list[list[object]]:
        return build.do(lambda db: [db.execute(select(one.__table__)).all() for one in MODELS])

    before = rows()
    assert all(before), "each table holds something that could be changed"
    for table, change in GUARDED.items():
        for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
            with pytest.raises(IntegrityError, match="immutable"):
                build.do(lambda db, statement=statement: db.execute(text(statement)))
    assert rows() == before
