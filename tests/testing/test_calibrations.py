"""The psychometrician's loop: answers out without names, parameters and cut scores in."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from items.models import Status, TaskVersion
from testing import clock, events
from testing.calibrations.answer_files import FEWEST_AT_A_START, files_of, groups_of
from testing.calibrations.circumstances import Circumstance
from testing.calibrations.exporting import modes_of
from testing.calibrations.gathering import Taker
from testing.cli import main
from testing.interview import keeping
from testing.models import (
    BlindLevel,
    Event,
    HelpCall,
    NotAssessed,
    Part,
    PartState,
    Person,
    Referral,
    Role,
    Sitting,
    SittingNote,
    SittingState,
    Skill,
    SkillResult,
    Staff,
    Visit,
)
from testing.settings import Mode
from tests.testing.conftest import MASTER_KEY
from tests.testing.takers import Loop, reading_centre


@pytest.fixture
def loop(build, bank_files) -> Loop:
    return reading_centre(build, bank_files)


def rows_of(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content)))


def unzipped(body: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_only_answers_that_measure_reading_go_out_and_of_each_person_the_first(loop, build):
    people = loop.take(12)
    desk = loop.desk

    def spoil(db):
        now = clock.now()
        sittings = [db.get_one(Sitting, one.id) for one in people]
        # Not over; not of this worth; not finished in reading; no reading at all.
        sittings[0].state, sittings[0].closed_at = SittingState.OPEN, None
        sittings[1].mode = "live"
        part = db.scalars(select(Part).where(Part.sitting_id == sittings[2].id)).one()
        part.state, part.not_assessed = PartState.NOT_ASSESSED, NotAssessed.TECHNICAL
        db.add(
            SkillResult(
                sitting_id=sittings[3].id, skill=Skill.READING, not_assessed=NotAssessed.SCRIPT,
                proposal=None, made_at=now,
            )
        )  # fmt: skip
        # Sitting 5 was the same human being as sitting 4.
        db.execute(
            update(Person)
            .where(Person.id == sittings[5].person_id)
            .values(matched_to_id=sittings[4].person_id)
        )
        sittings[6].state, sittings[6].closed_at = SittingState.OPEN, None
        db.flush()
        keeping.keep(
            db, db.get_one(Referral, sittings[6].referral_id), {"accommodations": ["large_print"]},
            {}, actor=db.get_one(Staff, desk.id), now=now,
        )  # fmt: skip
        sittings[6].state, sittings[6].closed_at = SittingState.FINISHED, now
        sittings[7].extra_minutes = 15
        db.add(
            SittingNote(
                sitting_id=sittings[8].id, kind="pause", reason="", staff_id=desk.id, at=now
            )
        )
        visit = Visit(
            sitting_id=sittings[9].id, day=clock.local_day(now), code_digest="0" * 64,
            issued_by_id=desk.id, issued_at=now, bound_at=now, binding_digest="1" * 64,
        )  # fmt: skip
        db.add(visit)
        db.flush()
        db.add(HelpCall(visit_id=visit.id, called_at=now))
        db.add(
            BlindLevel(
                sitting_id=sittings[10].id, skill=Skill.READING, level="A2.1",
                assessor_id=desk.id, at=now,
            )
        )  # fmt: skip

    build.do(spoil)
    found = loop.gather()
    assert (len(found.takers), found.n_meaningless, found.n_again, found.n_left_out) == (7, 1, 1, 0)
    assert sorted(str(taker.level) for taker in found.takers) == ["A2.1", *["None"] * 6]
    assert {taker.start for taker in found.takers} == {"A1.2", "A2.1"}
    for circumstance, people_left in zip(Circumstance, (5, 6, 6), strict=True):
        kept = loop.gather(without=frozenset({circumstance}))
        assert (len(kept.takers), kept.n_left_out) == (people_left, 7 - people_left), circumstance
    assert len(loop.gather(modes=modes_of(Mode.LIVE)).takers) == 1
    # Later than all of them, nobody has ended; the second test of somebody never comes first.
    assert not loop.gather(since=clock.now()).takers
    assert not loop.gather(until=clock.now() - timedelta(days=1)).takers


def test_answers_to_an_older_version_are_items_of_their_own(loop, build):
    loop.take(3)
    first = loop.gather()
    name = first.takers[0].answers[0].item
    task = name.partition("@")[0].rpartition("-")[0]

    def retire(db):
        row = db.scalars(select(TaskVersion).where(TaskVersion.task_id == task)).one()
        row.status, row.retired_at = Status.RETIRED, clock.now()

    build.do(retire)
    now, whole = loop.gather(), loop.gather(with_older=True)
    assert name.endswith("@1")
    assert name not in now.n_by_item
    assert now.n_older == first.n_answers - now.n_answers > 0
    assert whole.n_by_item == first.n_by_item


def test_no_number_of_a_person_tells_anything(loop, database):
    loop.take(30)
    gathered = loop.gather()
    with database.reading() as db:
        one, other = (files_of(db, gathered) for _time in range(2))
    name = "fi-reading-responses.csv"
    assert one[name] != other[name], "the lot is cast anew for every export"
    answers = {}
    for row in rows_of(one[name]):
        answers.setdefault(row["person"], []).append((row["item"], int(row["score"])))
    assert sorted(answers) == [f"p{number:02}" for number in range(1, 31)]
    assert sorted(map(tuple, answers.values())) == sorted(
        tuple((own.item, own.score) for own in taker.answers) for taker in gathered.takers
    )
    unknown = rows_of(one["fi-reading-dont-know.csv"])
    assert unknown
    assert all((row["item"], 0) in answers[row["person"]] for row in unknown)
    bank = rows_of(one["fi-reading-bank.csv"])
    assert {item for own in answers.values() for item, _score in own} <= {
        row["item"] for row in bank
    }
    assert set(one) == {
        f"fi-reading-{kind}.csv"
        for kind in ("responses", "groups", "dont-know", "tried-out", "levels", "bank", "standard")
    }


@pytest.mark.parametrize(
    ("counts", "groups"),
    [
        ({"A1.2": 25, "A2.1": 20}, {"A1.2": "A1.2", "A2.1": "A2.1"}),
        ({"A1.2": 3, "A1.3": 18, "B1.1": 2}, dict.fromkeys(("A1.2", "A1.3", "B1.1"), "A1.2-B1.1")),
        ({"unknown": 2, "alle_N1": 21, "N3": 20}, {"unknown": "N3-unknown", "N3": "N3-unknown",
                                                   "alle_N1": "alle_N1"}),
        ({"A1.2": 1}, {"A1.2": "A1.2"}),
    ],
)  # fmt: skip
def test_neighbouring_starts_stand_together_until_there_are_enough(counts, groups):
    assert FEWEST_AT_A_START == 20
    assert groups_of([Taker(start) for start, n in counts.items() for _one in range(n)]) == groups


def test_a_psychometrician_takes_answers_out_and_the_log_tells_it(loop, page, database):
    loop.take(4)
    page.sign_in(loop.psychometrician)
    page.get("/bank")
    page.follow("Calibration")
    assert "Few people" in page.text()
    page.submit({"answers-without": ["helped"]}, button="Take out the answers")
    files = unzipped(page.response.data)
    assert len({row["person"] for row in rows_of(files["fi-reading-responses.csv"])}) == 4
    told = page.response.headers["Content-Disposition"] + "".join(files.values())
    assert "Mutanen" not in told
    with database.reading() as db:
        event = db.scalars(select(Event).where(Event.action == "answers:export")).one()
        n_answers = loop.gather().n_answers
        assert event.details == {
            "language": "fi", "skill": "reading", "people": 4, "answers": n_answers,
            "without": ["helped"], "with_older": False,
        }  # fmt: skip
        assert event.actor == events.tag_of(loop.psychometrician)
    page.get("/calibrations")
    assert "Taken out before" in page.text()
    since = page.html.select("#answers-since option")[1]["value"]
    page.submit({"answers-since": since}, button="Take out the answers", status=409)
    assert "Nothing was taken out" in page.text()
    page.get("/calibrations?language=sv&skill=reading")
    assert "There are no answers yet" in page.text()
    page.get("/calibrations?language=sv&skill=writing", status=404)


def test_only_a_psychometrician_opens_the_loop(loop, page):
    for staff, status in ((loop.desk, 403), (loop.clerk, 403), (loop.psychometrician, 200)):
        other = page.another()
        other.sign_in(staff)
        other.get("/calibrations", status=status)
    author = loop.build.staff(loop.centre, Role.AUTHOR)
    page.sign_in(author)
    page.get("/bank")
    assert "Calibration" not in page.text()


def test_the_command_writes_files_for_their_owner_only(loop, settings, tmp_path, database):
    loop.take(3)
    out = tmp_path / "out"
    environment = {
        "LAHTOTASO_DATA": str(settings.data), "DATABASE_URL": settings.database_url,
        "LAHTOTASO_KEY": MASTER_KEY, "LAHTOTASO_MODE": "demo",
    }  # fmt: skip

    def run(*more: str):
        arguments = ["bank", "answers", "fi", "reading", "--out", str(out), *more]
        return CliRunner(env=environment).invoke(main, arguments)

    done = run("--without", "helped")
    assert done.exit_code == 0, done.output
    assert "3 people" in done.stdout
    assert "Fewer than 30 people" in done.stderr
    files = sorted(path.name for path in out.iterdir())
    assert len(files) == 7
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
    again = run("--since-last")
    assert (again.exit_code, "no such answers yet" in again.output) == (1, True)
    with database.reading() as db:
        assert db.scalars(select(Event.actor).where(Event.action == "answers:export")).all() == [
            "command:bank"
        ]
