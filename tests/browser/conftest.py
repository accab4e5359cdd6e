"""The real service under gunicorn, and real Chromium in front of it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from items.bank import import_bank
from items.bank_files import BankFiles, load_folder
from items.models import Status
from testing import events, schema
from testing.db import Database, make_engine
from testing.keys import derive
from testing.settings import CHECKOUT
from tests.testing.builders import NOW, Builder
from tests.testing.conftest import MASTER_KEY

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


class Service:
    """gunicorn on a port of its own, with a database in a folder of its own."""

    def __init__(self, folder: Path, bank: BankFiles, **changes: str) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{_free_port()}"
        database_url = f"sqlite:///{folder / 'lahtotaso.sqlite3'}"
        self.environment = os.environ | {
            "LAHTOTASO_DATA": str(folder),
            "LAHTOTASO_KEY": MASTER_KEY,
            "LAHTOTASO_MODE": "demo",
            "LAHTOTASO_SECURE_COOKIES": "0",
            # Who passes the literacy screen goes on: the lot has tests of its own.
            "LAHTOTASO_LITERACY_FIRST": "0",
            "LAHTOTASO_LITERACY_SHARE": "0",
            "LAHTOTASO_URL": self.url,
            "DATABASE_URL": database_url,
            "PYTHONPATH": str(CHECKOUT),
        } | {f"LAHTOTASO_{name}": value for name, value in changes.items()}
        self.engine = make_engine(database_url)
        schema.migrate(self.engine)
        keys = derive(bytes(range(32)))
        database = Database(self.engine, lambda db: events.append_recorded(db, keys))
        with database.writing() as db:
            import_bank(db, bank, now=NOW, first_status=Status.PILOT)
        self.build = Builder(database, keys)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        port = self.url.rpartition(":")[2]
        log = (self.folder / "service.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wsgi:app", "-b", f"127.0.0.1:{port}",
             "--threads", "4", "--workers", "1"],
            env=self.environment,
            cwd=CHECKOUT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )  # fmt: skip
        log.close()
        for _try in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError((self.folder / "service.log").read_text()[-4000:])

    def kill(self) -> None:
        """As a power cut does: no chance to finish anything."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=20)
        self.engine.dispose()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="session")
def bank_files() -> BankFiles:
    return load_folder()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, bank_files: BankFiles) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("service"), bank_files)
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic",
                  "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"],
        )  # fmt: skip
        yield browser
        browser.close()


@pytest.fixture
def kiosk(browser: Browser, service: Service) -> Iterator[Any]:
    """Opens kiosks: `kiosk()` is a fresh browser profile at 1024×768."""
    contexts: list[BrowserContext] = []

    def open_one(width: int = 1024, height: int = 768, **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=service.url, **options
        )
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
