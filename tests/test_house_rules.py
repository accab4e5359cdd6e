"""Promises that nobody re-reads, held by looking at the checkout itself."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

from testing.cli import COMMANDS
from testing.settings import VARIABLES

ROOT = Path(__file__).parent.parent
LONGEST = 600
#: Files that may be longer, each with its reason.
MAY_BE_LONG = {
    "testing/migrations/versions/0001_first_tables.py": "one migration is one file",
    "requirements.lock": "made by a program",
    "requirements-dev.lock": "made by a program",
    "LICENSE": "a licence is quoted whole",
}
TEXT = {".py", ".html", ".css", ".js", ".sh", ".md", ".toml", ".yaml", ".in", ".lock", ".txt", ""}
#: What our own code and documents are; content, media and vendored files are not.
NOT_OURS = (
    "items/content/",
    "testing/static/vendor/",
    "testing/translations/",
    "benchmarks/peers/",
)
#: Pieced together, so that this file does not hold what it forbids.
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "deb.de" + "bian.org"]
PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"]


@pytest.fixture(scope="module")
def files():
    """Committed files by path, with the text of those that are text."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    return {
        path: (ROOT / path).read_text(encoding="utf-8")
        for path in listed
        if path and Path(path).suffix in TEXT and (ROOT / path).is_file()
    }


def ours(files):
    return {path: text for path, text in files.items() if not path.startswith(NOT_OURS)}


def test_no_file_is_too_long_to_read(files):
    long = {
        path: text.count("\n")
        for path, text in ours(files).items()
        if text.count("\n") > LONGEST and path not in MAY_BE_LONG
    }
    assert long == {}, "split by subject"


def test_nothing_names_this_machine_or_a_registry(files):
    for path, text in files.items():
        for word in HOSTS + PATHS:
            assert word not in text, f"{path} names {word}"


def test_nothing_unfinished_is_committed(files):
    word = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplement" + r"edError)\b")
    for path, text in ours(files).items():
        if path.endswith((".py", ".html", ".css", ".js", ".sh")):
            assert not word.search(text), path


def test_no_test_is_skipped_or_expected_to_fail(files):
    word = re.compile(r"pytest\.(sk" + r"ip|xf" + r"ail)|mark\.(sk" + r"ip|xf" + r"ail)")
    for path, text in files.items():
        if path.startswith("tests/"):
            assert not word.search(text), path


def test_lock_files_hold_versions_and_digests_only():
    for name in ("requirements.lock", "requirements-dev.lock"):
        for line in (ROOT / name).read_text().splitlines():
            assert re.fullmatch(
                r"[a-z0-9][a-z0-9.-]*==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line
            ), f"{name}: {line}"


def test_what_is_required_is_locked():
    for wanted, lock in (
        ("requirements.in", "requirements.lock"),
        ("requirements-dev.in", "requirements-dev.lock"),
    ):
        locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / lock).read_text(), re.M))
        for line in (ROOT / wanted).read_text().splitlines():
            name = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line)
            if name:
                assert re.sub(r"[._-]+", "-", name.group()).lower() in locked, line


def rows_of_a_table(text, heading):
    """First cells, without their code marks, of the table under a heading."""
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `([^`]+)`", section, re.M)


def test_every_setting_is_documented_and_nothing_else():
    text = (ROOT / "docs" / "operations.md").read_text()
    assert sorted(rows_of_a_table(text, "Settings")) == sorted(VARIABLES.values())


def test_every_command_is_documented_and_nothing_else():
    text = (ROOT / "docs" / "operations.md").read_text()
    described = [row.removeprefix("lahtotaso ") for row in rows_of_a_table(text, "Commands")]
    assert sorted(described) == sorted(COMMANDS)


def test_links_between_documents_lead_somewhere(files):
    for path, text in files.items():
        if not path.endswith(".md"):
            continue
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert ((ROOT / path).parent / target).exists(), f"{path} → {target}"


@pytest.fixture(scope="module")
def templates():
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    # Filters and tests of the application are known when a template is used; here it is parsed.
    return {
        name: environment.parse(environment.loader.get_source(environment, name)[0])
        for name in environment.list_templates()
    }


def test_every_template_can_be_read(templates):
    assert templates


def test_templates_extend_and_include_what_is_there(templates):
    for name, tree in templates.items():
        kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
        for found in tree.find_all(kinds):
            if isinstance(found.template, nodes.Const):
                assert found.template.value in templates, f"{name} → {found.template.value}"


def test_messages_name_their_placeholders(files):
    """A translator can move a named placeholder, never a bare one."""
    message = re.compile(r"""(?:_|_l|ngettext)\(\s*(?:"([^"\n]*)"|'([^'\n]*)')""")
    for path, text in files.items():
        if path.endswith((".py", ".html")) and path.startswith(("testing/", "templates/")):
            for found in message.finditer(text):
                words = found.group(1) or found.group(2) or ""
                assert not re.search(r"%[sd]", words), f"{path}: {words}"


def test_the_readme_begins_with_what_to_install():
    first = (ROOT / "README.md").read_text().splitlines()[0]
    assert "apt-get install -y make git" in first


def test_python_is_the_version_that_debian_ships():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11"


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text()
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert text.endswith("require the production of a new EUPL version.\n")
    assert [int(n) for n in re.findall(r"^(\d+)\.\w", text, re.M)] == list(range(1, 16))
