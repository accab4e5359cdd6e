"""The log finds what was done to it: every kind of alteration is planted and must be named."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, func, select, text

from testing import audit, seals
from testing.audit import Kind
from testing.cli import main
from testing.commands.worker import do_all_due
from testing.models import Centre, Chain, Event, Job, JobState, Person, Seal
from tests.testing.builders import NOW


@pytest.fixture
def seal_file(settings):
    return settings.seal_file


@pytest.fixture
def people(build):
    """Two persons with some events each; returns their public ids."""
    centre = build.centre()
    clerk = build.clerk(build.office(centre))
    found = []
    for surname in ("Hassan", "Ahmed"):
        referral = build.referral(clerk, person={"surname": surname})
        build.permission(referral, clerk)
        build.permission(referral, clerk)
        found.append(build.do(lambda db, r=referral: db.get_one(Person, r.person_id).public_id))
    return found


@pytest.fixture
def seal(database, keys, seal_file):
    """Seals what changed, as the worker does."""

    def make(minutes=0, *, to_file=True):
        with database.writing() as db:
            made = seals.seal_heads(db, keys, NOW + timedelta(minutes=minutes))
        if to_file:
            with database.reading() as db:
                seals.write_file(db, seal_file)
        return made

    return make


@pytest.fixture
def tamper(database_url):
    """Runs SQL as one who owns the database: without foreign keys, beside the service."""
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")

    def run(*statements, **values):
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET session_replication_role = replica"))
            for statement in statements:
                connection.execute(text(statement), values)
        engine.dispose()

    return run


@pytest.fixture
def verify(database, keys, seal_file):
    def check():
        with database.reading() as db:
            return audit.verify(db, keys, seal_file)

    return check


@pytest.fixture
def chain_of(database):
    def find(person):
        with database.reading() as db:
            return db.execute(
                select(Chain.id, Chain.length)
                .join(Person, Person.id == Chain.person_id)
                .where(Person.public_id == person)
            ).one()

    return find


def found(report):
    return [(one.kind, one.where, one.position) for one in report.findings]


def test_an_untouched_log_is_whole(people, seal, verify, database):
    seal()
    report = verify()
    assert report.is_whole, report.findings
    with database.reading() as db:
        assert report.events == db.scalar(select(func.count()).select_from(Event)) > 8
        assert report.chains == db.scalar(select(func.count()).select_from(Chain)) == 3
    assert (report.seals, report.last_seal_at, report.unsealed) == (1, NOW, 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "staff:somebody-else"),
        ("action", "person:view"),
        ("subject", "person:somebody-else"),
        ("details", '{"fields":["surname"]}'),
        ("details", "no json"),
        ("at", "2020-01-01 00:00:00.000000"),
        ("digest", "0" * 64),
    ],
)
def test_an_altered_row_is_named(column, value, people, tamper, verify, chain_of, engine):
    if column == "at" and engine.dialect.name == "postgresql":
        value += "+00"
    chain = chain_of(people[1])
    kept = "CAST(:value AS TIMESTAMP WITH TIME ZONE)" if column == "at" else ":value"
    kept = kept if engine.dialect.name == "postgresql" else ":value"
    tamper(
        f"UPDATE event SET {column} = {kept} WHERE chain_id = :chain AND position = 2",
        value=value,
        chain=chain.id,
    )
    report = verify()
    assert (Kind.ALTERED, f"person:{people[1]}", 2) in found(report)
    assert {one.where for one in report.findings} == {f"person:{people[1]}"}


def test_a_missing_row_is_named(people, tamper, verify, chain_of):
    chain = chain_of(people[0])
    tamper("DELETE FROM event WHERE chain_id = :chain AND position = 3", chain=chain.id)
    assert found(verify()) == [(Kind.MISSING, f"person:{people[0]}", 3)]


def test_the_first_row_cannot_go_missing(people, tamper, verify, chain_of):
    chain = chain_of(people[0])
    tamper("DELETE FROM event WHERE chain_id = :chain AND position = 1", chain=chain.id)
    assert found(verify()) == [(Kind.MISSING, f"person:{people[0]}", 1)]


def test_reordered_rows_are_named_with_the_place_where_they_stood(
    people, tamper, verify, chain_of
):
    chain = chain_of(people[0])
    tamper(
        "UPDATE event SET position = -2 WHERE chain_id = :chain AND position = 2",
        "UPDATE event SET position = 2 WHERE chain_id = :chain AND position = 3",
        "UPDATE event SET position = 3 WHERE chain_id = :chain AND position = -2",
        chain=chain.id,
    )
    report = verify()
    where = f"person:{people[0]}"
    assert found(report)[:2] == [(Kind.MOVED, where, 2), (Kind.MOVED, where, 3)]
    assert "stood at position 3" in report.findings[0].words


def test_a_removed_row_is_noticed_although_the_others_were_renumbered(
    people, tamper, verify, chain_of
):
    chain = chain_of(people[0])
    tamper(
        "DELETE FROM event WHERE chain_id = :chain AND position = 2",
        "UPDATE event SET position = 2 WHERE chain_id = :chain AND position = 3",
        "UPDATE chain SET length = 2 WHERE id = :chain",
        "DELETE FROM event WHERE chain_id = :chain AND position > 3",
        chain=chain.id,
    )
    assert (Kind.MOVED, f"person:{people[0]}", 2) in found(verify())


def test_a_row_moved_to_another_chain_is_named_on_both(people, tamper, verify, chain_of):
    first, second = (chain_of(person) for person in people)
    tamper(
        "UPDATE event SET chain_id = :to, position = :position WHERE chain_id = :chain"
        " AND position = :last",
        chain=first.id,
        to=second.id,
        last=first.length,
        position=second.length + 1,
    )
    assert {one.where for one in verify().findings} == {f"person:{one}" for one in people}


def test_a_tail_that_the_chain_still_counts_is_missed(people, tamper, verify, chain_of):
    chain = chain_of(people[0])
    tamper("DELETE FROM event WHERE chain_id = :chain AND position >= 4", chain=chain.id)
    assert found(verify()) == [(Kind.MISSING, f"person:{people[0]}", 4)]


def cut(tamper, chain, keep):
    """Cuts a tail off as one would who knows the tables: the head is put right, too."""
    tamper(
        "DELETE FROM event WHERE chain_id = :chain AND position > :keep",
        "UPDATE chain SET length = :keep, sealed_length = :keep, head = (SELECT digest FROM event"
        " WHERE chain_id = :chain AND position = :keep) WHERE id = :chain",
        chain=chain.id,
        keep=keep,
    )


def test_a_tail_cut_off_behind_a_seal_is_named(people, seal, tamper, verify, chain_of):
    seal()
    chain = chain_of(people[0])
    cut(tamper, chain, 3)
    report = verify()
    assert found(report) == [(Kind.MISSING, f"person:{people[0]}", 4)]
    assert "cut off behind seal 1" in report.findings[0].words


def test_the_seal_file_alone_suffices_to_find_a_cut_tail(people, seal, tamper, verify, chain_of):
    seal()
    cut(tamper, chain_of(people[0]), 3)
    tamper("DELETE FROM seal")
    assert (Kind.MISSING, f"person:{people[0]}", 4) in found(verify())
    assert (Kind.SEAL_MISSING, "seal:1", None) in found(verify())


def test_the_database_alone_suffices_to_find_a_cut_tail(
    people, seal, tamper, verify, chain_of, seal_file
):
    seal()
    cut(tamper, chain_of(people[0]), 3)
    seal_file.unlink()
    assert (Kind.MISSING, f"person:{people[0]}", 4) in found(verify())


def test_a_chain_cut_and_continued_is_found_also_after_newer_seals(
    people, seal, tamper, verify, chain_of, build, database
):
    seal()
    before = chain_of(people[0])
    cut(tamper, before, 2)

    def goes_on(db):
        person = db.scalars(select(Person).where(Person.public_id == people[0])).one()
        centre = db.get_one(Centre, person.centre_id)
        for _again in range(before.length):
            audit.events.record(
                db, audit.events.Action.PERSON_VIEW, on=person, subject=centre, actor="x", now=NOW
            )

    build.do(goes_on)
    seal(10)
    report = verify()
    assert found(report) == [(Kind.OTHER_THAN_SEALED, f"person:{people[0]}", before.length)]


def test_a_whole_chain_removed_behind_a_seal_is_named(people, seal, tamper, verify, chain_of):
    seal()
    chain = chain_of(people[0])
    tamper(
        "DELETE FROM event WHERE chain_id = :chain",
        "DELETE FROM chain WHERE id = :chain",
        chain=chain.id,
    )
    report = verify()
    assert found(report) == [
        (Kind.CHAIN_MISSING, f"chain:{chain.id}", 1),
        (Kind.OWNER_WITHOUT_CHAIN, f"person:{people[0]}", 1),
    ]


def test_a_person_whose_unsealed_chain_was_removed_is_named(people, tamper, verify, chain_of):
    chain = chain_of(people[0])
    tamper(
        "DELETE FROM event WHERE chain_id = :chain",
        "DELETE FROM chain WHERE id = :chain",
        chain=chain.id,
    )
    assert found(verify()) == [(Kind.OWNER_WITHOUT_CHAIN, f"person:{people[0]}", 1)]


def test_an_altered_head_is_named(people, tamper, verify, chain_of):
    chain = chain_of(people[1])
    tamper("UPDATE chain SET head = :head WHERE id = :chain", head="0" * 64, chain=chain.id)
    assert found(verify()) == [(Kind.WRONG_HEAD, f"person:{people[1]}", chain.length)]


def test_altered_and_missing_seals_are_named(people, seal, tamper, verify, build):
    for minutes in (0, 10, 20):
        build.centre()
        seal(minutes)
    tamper("UPDATE seal SET heads = '[]' WHERE number = 2")
    assert found(verify()) == [(Kind.SEAL_ALTERED, "seal:2", None)]
    tamper("UPDATE seal SET heads = 'no json' WHERE number = 2")
    assert found(verify()) == [(Kind.SEAL_ALTERED, "seal:2", None)]
    tamper("DELETE FROM seal WHERE number = 2")
    assert found(verify()) == [(Kind.SEAL_MISSING, "seal:2", None)]


def test_a_seal_file_that_was_changed_is_noticed(people, seal, verify, build, seal_file):
    for minutes in (0, 10, 20):
        build.centre()
        seal(minutes)
    lines = seal_file.read_text().splitlines()
    seal_file.write_text("\n".join([lines[1], lines[2], "rubbish"]) + "\n")
    assert found(verify()) == [
        (Kind.SEAL_FILE_DIFFERS, "seal file", 3),
        (Kind.SEAL_FILE_DIFFERS, "seal:1", None),
    ]
    forged = json.loads(lines[0])
    forged["heads"][0][1] += 1
    seal_file.write_text("\n".join([json.dumps(forged), *lines[1:]]) + "\n")
    assert (Kind.SEAL_ALTERED, "seal:1", None) in found(verify())


def test_another_key_finds_everything_but_names_only_so_much(
    people, database, seal_file, monkeypatch
):
    from testing.keys import derive

    monkeypatch.setattr(audit, "MOST_NAMED", 5)
    with database.reading() as db:
        report = audit.verify(db, derive(bytes(32)), seal_file)
    assert len(report.findings) == 5
    assert report.found == report.events


def test_only_changed_chains_are_sealed_and_a_quiet_time_makes_no_seal(
    people, seal, build, database
):
    assert len(seal().heads) == 3
    assert seal(10) is None
    build.centre()
    assert len(seal(20).heads) == 1
    with database.reading() as db:
        assert list(db.scalars(select(Seal.number).order_by(Seal.number))) == [1, 2]


def test_a_seal_file_that_fell_behind_is_mended_by_the_next_round(
    people, seal, verify, build, seal_file
):
    for minutes in (0, 10, 20):
        build.centre()
        seal(minutes, to_file=False)
    seal_file.parent.mkdir()
    seal_file.write_text('{"number": 1, half a line')
    build.centre()
    seal(30)
    lines = seal_file.read_text().splitlines()
    assert [seals.parse(line).number for line in lines] == [1, 2, 3, 4]
    assert verify().is_whole
    assert seal_file.stat().st_mode & 0o077 == 0


@pytest.fixture
def command(settings, monkeypatch, people):
    """Runs the command line on the test's database."""
    monkeypatch.setenv("LAHTOTASO_DATA", str(settings.data))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LAHTOTASO_KEY", settings.key)

    def run(*words):
        result = CliRunner().invoke(main, list(words), catch_exceptions=False)
        return result.exit_code, result.stdout

    return run


def test_the_command_seals_and_verifies_and_notes_the_check(command, database, seal_file):
    assert command("audit", "seal") == (0, f"seal 1 over 3 chains\n1 added to {seal_file}\n")
    code, words = command("audit", "verify")
    assert code == 0
    assert "whole" in words
    with database.reading() as db:
        noted = db.scalars(select(Event).where(Event.action == "log:verify")).one()
    assert noted.details["found"] == 0


def test_the_command_names_findings_and_fails(command, tamper, people, chain_of):
    chain = chain_of(people[0])
    tamper("UPDATE event SET actor = 'x' WHERE chain_id = :chain AND position = 2", chain=chain.id)
    code, words = command("audit", "verify")
    assert code == 1
    assert f"person:{people[0]} position 2: this event was altered" in words
    code, words = command("audit", "verify", "--json")
    assert code == 1
    assert json.loads(words)["findings"] == [
        {
            "kind": "altered",
            "where": f"person:{people[0]}",
            "position": 2,
            "words": "this event was altered",
        }
    ]


def test_the_worker_seals_by_itself(command, database, runtime, monkeypatch, seal_file):
    assert do_all_due(runtime) == 0
    with database.writing() as db:
        assert {job.kind for job in db.scalars(select(Job))} >= {"seal", "verify", "tidy"}
        # Speaking hundreds of instructions takes minutes and is proved with the sounds.
        planned = db.scalars(select(Job).where(Job.kind != "speak")).all()
        for job in planned:
            job.due_at = NOW - timedelta(days=400)
    assert do_all_due(runtime) == len(planned)
    assert len(seal_file.read_text().splitlines()) == 1
    with database.reading() as db:
        done = db.scalars(select(Job).where(Job.state == JobState.DONE)).all()
        waiting = db.scalars(
            select(Job).where(Job.state == JobState.WAITING, Job.kind != "speak")
        ).all()
    assert sorted(job.kind for job in done) == sorted(job.kind for job in waiting)
