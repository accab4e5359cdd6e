"""The demo: a newcomer finds everybody where the printed words say."""

import re
import shutil

import pytest
from click.testing import CliRunner

from testing.app import create_app
from testing.cli import main
from testing.demo import cast
from testing.settings import read_settings
from tests.testing.candidates import Candidate, knows_up_to
from tests.testing.pages import Page


def settle(patch, folder):
    for name in ("LAHTOTASO_MODE", "LAHTOTASO_SECURE_COOKIES", "LAHTOTASO_URL", "DATABASE_URL"):
        patch.setenv(name, "")
    patch.setenv("LAHTOTASO_DATA", str(folder))


@pytest.fixture(scope="module")
def first_start(tmp_path_factory):
    """The folder of a first start, and what it said: made once, copied for each test."""
    folder = tmp_path_factory.mktemp("first") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, folder)
        # A folder that is not there yet may be begun afresh, too.
        return folder, prepare("--fresh")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    settle(monkeypatch, tmp_path / "demo")
    return tmp_path / "demo"


@pytest.fixture
def said(first_start, folder):
    shutil.copytree(first_start[0], folder)
    return first_start[1]


def prepare(*options):
    result = CliRunner().invoke(main, ["demo", "--prepare", *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def code_in(output):
    return re.search(r"Seat code: (\d{3} \d{3})", output).group(1)


def signed_in(app, email):
    page = Page(app)
    page.get("/sign-in")
    page.submit({"email": email, "password": cast.PASSWORD}, form="main form")
    return page


def test_a_newcomer_can_play_every_role(said, bank_files):
    app = create_app(read_settings())
    kiosk = Page(app)
    Candidate(kiosk, bank_files, knows_up_to("A1.3")).begin(code_in(said).replace(" ", ""))
    assert kiosk.html.select_one("input[name=rung]"), "the literacy screen is for everybody"
    for one in cast.STAFF:
        assert one.email in said
        page = signed_in(app, one.email)
        assert page.path != "/sign-in", one.email
    desk = signed_in(app, "johtaja@demo.fi")
    assert "Hassan" in desk.text()
    assert "Shevchuk" in desk.text()
    office = signed_in(app, "virkailija@demo.fi")
    office.get("/referrals")
    assert "Nguyen" in office.text()
    assert "Ahmadi" not in office.text(), "another office's person"
    office.get("/results")
    assert "Petrov" in office.text()
    assessor = signed_in(app, "lausunto@demo.fi")
    assert "Kovalenko" in assessor.text()
    for email in ("arvioija1@demo.fi", "arvioija2@demo.fi"):
        page = signed_in(app, email)
        assert "Abdi" not in page.text()
        assert page.html.select("form button"), "something waits to be rated"
    app.extensions["database"].engine.dispose()
    result = CliRunner().invoke(main, ["audit", "verify"], catch_exceptions=False)
    assert "whole" in result.output


def test_a_second_start_keeps_the_data_and_gives_a_fresh_code(said, folder):
    first = code_in(said)
    key = (folder / "keys.json").read_text()
    again = prepare()
    assert code_in(again) != first
    assert "Loading" not in again
    assert (folder / "keys.json").read_text() == key
    assert "Loading" in prepare("--fresh")
    assert (folder / "keys.json").read_text() != key


def test_a_real_installation_is_not_thrown_away(folder):
    folder.mkdir()
    (folder / "lahtotaso.sqlite3").touch()
    result = CliRunner().invoke(main, ["demo", "--prepare", "--fresh"])
    assert result.exit_code == 1
    assert "was not made by the demo" in result.output
    assert (folder / "lahtotaso.sqlite3").exists()
