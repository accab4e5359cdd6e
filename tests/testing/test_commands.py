"""The commands of those who run the service, on a folder of their own."""

import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tarfile
import urllib.request
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from testing import archive, clock, jobs, maintenance
from testing.cli import main
from testing.commands.worker import do_all_due
from testing.keys import read_keys
from testing.models import Job, JobState, Staff
from testing.settings import CHECKOUT, read_settings
from tests.testing.builders import NOW


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder that nobody has used yet."""
    monkeypatch.setenv("LAHTOTASO_DATA", str(tmp_path / "var"))
    for name in ("DATABASE_URL", "LAHTOTASO_KEY", "LAHTOTASO_MODE", "LAHTOTASO_SEALS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "var"


def run(*words, code=0, **options):
    result = CliRunner().invoke(main, list(words), catch_exceptions=False, **options)
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def centre(folder):
    """The folder after `lahtotaso init`; returns what it said."""
    return run(
        *("init", "--centre", "Testikeskus", "--administrator", "Aino Aalto"),
        *("--email", "Aino@example.fi"),
    )


def test_a_first_start_makes_key_tables_centre_and_administrator(centre, folder):
    assert "aino@example.fi" in centre
    assert re.search(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", centre)
    assert (folder / "keys.json").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    assert run("user", "list") == "aino@example.fi\tAino Aalto\tTestikeskus\tadministrator\n"


def test_init_asks_for_what_is_not_given(folder):
    said = run("init", input="Testikeskus\nAino Aalto\naino@example.fi\n")
    assert "Created Testikeskus" in said


def test_init_again_only_migrates(centre):
    assert "There is a centre already: Testikeskus" in run("init")
    assert run("init", "--migrate-only") == "The tables are up to date.\n"


def test_init_refuses_what_it_cannot_use(centre):
    other = ("--administrator", "A", "--email")
    assert "is not an e-mail address" in run("init", "--centre", "B", *other, "a@b", code=1)
    assert "Another account" in run("init", "--centre", "B", *other, "aino@example.fi", code=1)
    assert "already" in run("init", "--centre", "Testikeskus", *other, "b@example.fi", code=1)
    assert run("user", "list").count("\n") == 1


def test_accounts_are_added_by_role_and_given_new_passwords(centre):
    rater = ("user", "add", "--name", "Risto", "--email", "risto@example.fi", "--role")
    assert "risto@example.fi" in run(*rater, "rater", "--role", "assessor")
    assert "Another account" in run(*rater, "rater", code=1)
    clerk = ("user", "add", "--name", "Kaisa", "--email", "kaisa@example.fi", "--role", "clerk")
    assert "A clerk belongs to an office" in run(*clerk, code=1)
    assert "Its offices: none" in run(*clerk, "--office", "TE", code=1)
    first = run("user", "password", "risto@example.fi")
    assert first != run("user", "password", "RISTO@example.fi")
    assert "No open account" in run("user", "password", "x@example.fi", code=1)


def test_without_a_centre_nobody_can_be_added(folder):
    run("init", "--migrate-only")
    said = run(
        *("user", "add", "--name", "R", "--email", "r@example.fi", "--role", "rater"), code=1
    )
    assert "lahtotaso init" in said


def test_a_wrong_setting_is_told_in_a_sentence(folder, monkeypatch):
    monkeypatch.setenv("LAHTOTASO_MODE", "production")
    assert "LAHTOTASO_MODE must be live, pilot or demo." in run("init", code=1)
    assert "LAHTOTASO_MODE must be live, pilot or demo." in run("doctor", code=1)


# Doctor


def checks(code):
    return {one["name"]: one for one in json.loads(run("doctor", "--json", code=code))}


def test_the_doctor_says_what_a_new_machine_lacks(folder):
    found = checks(1)
    assert (found["Database"]["state"], found["Database"]["mend"]) == ("broken", "lahtotaso init")
    assert found["Key"]["state"] == "lacking"
    assert not folder.exists(), "the doctor makes nothing"


def test_the_doctor_says_what_a_new_centre_lacks(centre):
    found = checks(1)
    assert found["Item bank"]["mend"] == "lahtotaso bank import --status pilot"
    assert found["Approved sounds"]["state"] == "lacking"
    assert {found[name]["state"] for name in ("Database", "Migrations", "Key", "Centre")} == {
        "good"
    }
    assert "FAIL  Item bank: empty: nobody can be tested" in run("doctor", code=1)


def test_the_doctor_finds_an_open_key_file_and_an_open_folder(centre, folder):
    (folder / "keys.json").chmod(0o644)
    folder.chmod(0o755)
    found = checks(1)
    assert "chmod 600" in found["Key"]["mend"]
    assert "chmod 700" in found["Data folder"]["mend"]


def test_the_doctor_finds_tables_older_than_the_program(centre, folder):
    with sqlite3.connect(folder / "lahtotaso.sqlite3") as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    assert checks(1)["Migrations"]["state"] == "broken"


def test_the_doctor_finds_a_log_that_nobody_seals(centre):
    assert checks(1)["Seals"]["state"] == "lacking"
    run("audit", "seal")
    assert checks(1)["Seals"]["state"] == "good"


def test_the_doctor_wants_tls_of_a_live_service(centre, monkeypatch):
    monkeypatch.setenv("LAHTOTASO_MODE", "live")
    assert checks(1)["Address"]["state"] == "broken"
    monkeypatch.setenv("LAHTOTASO_URL", "https://testi.example.fi")
    assert checks(1)["Address"]["state"] == "good"


def test_the_doctor_of_a_live_service_wants_tasks_in_live_use(centre, folder, monkeypatch):
    with sqlite3.connect(folder / "lahtotaso.sqlite3") as database:
        database.execute(
            "INSERT INTO bank_task (id, language, skill, created_at)"
            " VALUES ('fi-r-1', 'fi', 'reading', '2026-01-01 00:00:00')"
        )
    database.close()
    assert checks(0)["Item bank"]["state"] == "good"
    monkeypatch.setenv("LAHTOTASO_MODE", "live")
    assert "lahtotaso bank live" in checks(1)["Item bank"]["mend"]


# Backup and restore


@pytest.fixture
def backup(centre, folder, tmp_path):
    """A backup of a centre with a seal and a recording."""
    (folder / "media" / "prompts" / "fi").mkdir(parents=True)
    (folder / "media" / "prompts" / "fi" / "one.mp3").write_bytes(b"sound")
    run("audit", "seal")
    target = tmp_path / "backup.tar.gz"
    run("backup", str(target))
    return target


def test_a_backup_restores_everything_on_another_machine(backup, folder):
    assert backup.stat().st_mode & 0o077 == 0
    before = read_keys(read_settings())
    shutil.rmtree(folder)
    assert "Restored the backup" in run("restore", str(backup))
    assert read_keys(read_settings()) == before
    assert (folder / "media" / "prompts" / "fi" / "one.mp3").read_bytes() == b"sound"
    assert "Aino Aalto" in run("user", "list")
    assert "whole" in run("audit", "verify")


def test_a_backup_without_its_key_says_so_and_needs_the_key_back(backup, folder, tmp_path):
    target = tmp_path / "keyless.tar.gz"
    assert "The key is not in it" in run("backup", "--without-key", str(target))
    key = (folder / "keys.json").read_bytes()
    shutil.rmtree(folder)
    assert "Put that key file in place" in run("restore", str(target), code=1)
    (folder / "keys.json").write_bytes(key)
    (folder / "keys.json").chmod(0o600)
    assert "Restored" in run("restore", str(target))


def test_a_restore_replaces_nothing_unless_told_and_then_keeps_it(backup, folder):
    run("user", "add", "--name", "R", "--email", "r@example.fi", "--role", "rater")
    assert "--force" in run("restore", str(backup), code=1)
    assert "Aino" in run("user", "list")
    said = run("restore", "--force", str(backup))
    assert "r@example.fi" not in run("user", "list")
    (aside,) = folder.glob("before-restore-*")
    assert str(aside) in said
    assert (aside / "lahtotaso.sqlite3").exists()


def rewritten(source, target, change):
    """The archive with `change(name, bytes)` applied to each member; None leaves it out."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            content = change(member.name, old.extractfile(member).read())
            if content is None:
                continue
            path = target.with_name("member")
            path.write_bytes(content)
            new.add(path, arcname=member.name)
    return target


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda name, content: content[:-1] + b"x" if name == "keys.json" else content,
            "not what was backed up: keys.json",
        ),
        (
            lambda name, content: None if name == "seals.jsonl" else content,
            "not what was backed up: seals.jsonl",
        ),
        (lambda name, content: None if name == "manifest.json" else content, "no manifest"),
        (
            lambda name, content: (
                content.replace(b'"revision": "0', b'"revision": "9')
                if name == "manifest.json"
                else content
            ),
            "newer version",
        ),
    ],
)
def test_an_altered_backup_replaces_nothing(change, words, backup, folder, tmp_path):
    altered = rewritten(backup, tmp_path / "altered.tar.gz", change)
    before = (folder / "lahtotaso.sqlite3").read_bytes()
    assert words in run("restore", "--force", str(altered), code=1)
    assert (folder / "lahtotaso.sqlite3").read_bytes() == before
    assert not list(folder.glob(".restore*"))


def test_a_torn_backup_and_one_with_a_wandering_path_are_refused(backup, tmp_path):
    torn = tmp_path / "torn.tar.gz"
    torn.write_bytes(backup.read_bytes()[:2000])
    assert "cannot be read" in run("restore", "--force", str(torn), code=1)
    wandering = tmp_path / "wandering.tar.gz"
    with tarfile.open(wandering, "w:gz") as file:
        file.add(backup, arcname="../outside")
    assert "has no place in a backup" in run("restore", "--force", str(wandering), code=1)
    assert not (tmp_path / "outside").exists()


def test_a_backup_never_overwrites(backup):
    assert "exists already" in run("backup", str(backup), code=1)


def test_a_backup_into_a_folder_is_named_by_its_day(centre, tmp_path):
    run("backup", str(tmp_path))
    assert list(tmp_path.glob(f"lahtotaso-{clock.local_day(clock.now()).isoformat()}-*.tar.gz"))


def test_postgresql_tools_get_the_password_by_environment_only():
    found = archive.postgresql_environment("postgresql+psycopg://me:secret@db.example:5433/lt")
    assert found == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "me",
        "PGPASSWORD": "secret",
        "PGDATABASE": "lt",
    }


# Jobs


@pytest.fixture
def kinds(monkeypatch):
    """Two kinds of work: one that notes its arguments, one that always fails."""
    done = []

    def note(_runtime, word):
        done.append(word)

    def break_down(_runtime):
        raise ValueError("holds a person's name")

    own = {"note": jobs.Kind(note), "break": jobs.Kind(break_down)}
    monkeypatch.setattr("testing.commands.worker.KINDS", own)
    return done


def test_due_jobs_are_done_in_order_and_later_ones_wait(kinds, runtime, database):
    now = clock.now()
    with database.writing() as db:
        jobs.queue(db, "note", due_at=now - timedelta(minutes=1), word="second")
        jobs.queue(db, "note", due_at=now - timedelta(minutes=2), word="first")
        jobs.queue(db, "note", due_at=now + timedelta(minutes=1), word="later")
    assert do_all_due(runtime) == 2
    assert kinds == ["first", "second"]


def test_a_failing_job_is_tried_again_later_and_at_last_given_up(kinds, runtime, database, capsys):
    with database.writing() as db:
        jobs.queue(db, "break", due_at=NOW - timedelta(days=400))
    for tries in range(1, jobs.MOST_TRIES + 1):
        assert do_all_due(runtime) == 1
        with database.writing() as db:
            job = db.scalars(select(Job)).one()
            assert job.tries == tries
            assert "ValueError at test_commands.py" in job.problem
            assert "name" not in job.problem
            job.due_at = NOW - timedelta(days=400)
    assert job.state is JobState.FAILED
    assert do_all_due(runtime) == 0
    assert "holds a person's name" not in capsys.readouterr().err


def test_instructions_are_spoken_and_recordings_kept_whenever_a_worker_starts(database):
    for _start in range(2):
        now = clock.now()
        with database.writing() as db:
            jobs.queue_for_start(db, maintenance.KINDS, now)
            found = [jobs.claim(db, maintenance.KINDS, now) for _job in range(3)]
            assert [job and job.kind for job in found] == ["speak", "recordings", None]
            for job in found[:2]:
                jobs.finish(db, job.id, now)
        with database.writing() as db:
            jobs.queue_returning(db, maintenance.KINDS, now)
            assert jobs.claim(db, maintenance.KINDS, now) is None


def test_a_job_whose_worker_died_is_done_by_the_next(kinds, runtime, database):
    now = clock.now()
    with database.writing() as db:
        job = jobs.queue(db, "note", due_at=now, word="again")
        job.state = JobState.RUNNING
        job.started_at = now - timedelta(hours=1)
        job.tries = 1
    assert do_all_due(runtime) == 1
    assert kinds == ["again"]


def test_two_workers_never_do_the_same_job(kinds, database, settings, keys):
    with database.writing() as db:
        for word in ("one", "two"):
            jobs.queue(db, "note", due_at=NOW - timedelta(days=400), word=word)
    own = {"note": jobs.Kind(lambda _runtime, word: None)}
    if database.engine.dialect.name == "sqlite":
        with database.writing() as db:
            first = jobs.claim(db, own, clock.now())
        with database.writing() as db:
            second = jobs.claim(db, own, clock.now())
    else:
        with database.writing() as one, database.writing() as two:
            first, second = (jobs.claim(db, own, clock.now()) for db in (one, two))
    assert first.id != second.id


# Serving


def test_serve_answers_seals_and_stops_when_told(centre, folder, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    service = subprocess.Popen(
        [sys.executable, "-m", "testing.cli", "serve", "--port", str(port)],
        cwd=CHECKOUT,
        stderr=subprocess.PIPE,
    )
    try:
        assert _health(port, service) == 200
        assert "runs on" in run("serve", "--port", str(port), code=1)
        assert "Stop it first" in run("restore", "--force", "pyproject.toml", code=1)
    finally:
        service.send_signal(signal.SIGTERM)
        _out, err = service.communicate(timeout=40)
    assert service.returncode == 0, err.decode()
    with socket.socket() as nobody:
        assert nobody.connect_ex(("127.0.0.1", port)) != 0


def _health(port, service):
    for _try in range(300):
        assert service.poll() is None, service.communicate()[1].decode()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
                return answer.status
        except OSError:
            signal.sigtimedwait([], 0.1)
    raise AssertionError("the service does not answer")


def test_a_new_account_must_choose_a_password(centre, folder):
    with sqlite3.connect(folder / "lahtotaso.sqlite3") as database:
        found = database.execute(f"SELECT password_is_initial FROM {Staff.__tablename__}")
        assert found.fetchall() == [(1,)]
    database.close()
