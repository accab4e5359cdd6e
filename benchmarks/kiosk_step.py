"""The kiosk step "submit an answer, get the next task", beside a bare endpoint, in one run.

    python -m benchmarks.kiosk_step [--database sqlite|postgresql] [--sittings 100000]
    python -m benchmarks.kiosk_step --rate 200 [--database …] [--sittings …]

Both run under gunicorn with the same threads, on the same database with the same durability. The
bare endpoint is Flask with SQLAlchemy Core: it does the reads and writes that a step needs (seat,
sitting, open presentation, answers so far; response, mark, next presentation, event, chain head)
and answers with a redirect, as the step does; it marks nothing, measures nothing, checks no token.
What is compared is the request that submits an answer and chooses the next task. The page that
shows the task comes from a third process for both, so that neither is kept busy by it. One person
comes after the other, each through one keep-alive connection. Ratios count; the machine is noisy.

With `--rate` the service runs alone, in two processes; all persons work at once, and every request
is timed, pages and answers, at that many requests a second in all.
"""

import argparse
import http.client
import json
import math
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text

from items.bank import import_bank
from items.bank_files import load_folder
from items.models import Status
from testing import clock, events, schema
from testing.db import Database, make_engine
from testing.keys import derive
from testing.models import Booking, Part, Person, Referral, Sitting, Staff
from tests.testing.builders import NOW, Builder
from tests.testing.candidates import Candidate
from tests.testing.conftest import MASTER_KEY

ROOT = Path(__file__).resolve().parent.parent
PORTS = {"ours": 8791, "bare": 8792, "pages": 8793}
#: Of the questions, so that sittings last eight tasks or more.
SHARE_KNOWN = 0.6
APPS = {"ours": "wsgi:app", "bare": "benchmarks.bare_step:app", "pages": "wsgi:app"}


@dataclass
class Timed:
    seconds: list[float] = field(default_factory=list)
    faults: int = 0
    first: float = math.inf
    last: float = 0.0

    def row(self, wall: float) -> dict[str, float]:
        ordered = sorted(self.seconds)
        return {
            "requests": len(ordered),
            "a_second": round(len(ordered) / wall, 1),
            "p50_ms": round(1000 * statistics.median(ordered), 2),
            "p99_ms": round(1000 * ordered[int(0.99 * (len(ordered) - 1))], 2),
            "faults": self.faults,
        }


def serve(
    which: str, environment: dict[str, str], threads: int, workers: int
) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", APPS[which], "-b", f"127.0.0.1:{PORTS[which]}",
         "--workers", str(workers), "--threads", str(threads), "--log-level", "error",
         "--keep-alive", "60"],
        env=environment,
        cwd=ROOT,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _try in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORTS[which], timeout=2)
            connection.request("GET", "/health")
            connection.getresponse().read()
            return process
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{which} did not start")


def fill(database: Database, sittings: int) -> None:
    """Finished sittings of the past, each with two parts, so that tables and indexes are large."""
    with database.writing() as db:
        referral = db.scalars(select(Referral)).first()
        staff = db.scalars(select(Staff)).first()
        assert referral is not None
        assert staff is not None
        first = (db.scalar(text("SELECT max(id) FROM sitting")) or 0) + 1
        person = db.get_one(Person, referral.person_id)
        for start in range(first, first + sittings, 5000):
            ids = range(start, min(start + 5000, first + sittings))
            db.execute(
                insert(Sitting),
                [
                    {
                        "id": n, "public_id": f"old-{n}", "centre_id": referral.centre_id,
                        "referral_id": referral.id, "person_id": person.id, "language": "fi",
                        "mode": "demo", "state": "finished", "seated_by_id": staff.id,
                        "created_at": NOW, "closed_at": NOW, "extra_minutes": 0,
                    }
                    for n in ids
                ],
            )  # fmt: skip
            db.execute(
                insert(Part),
                [
                    {
                        "public_id": f"old-{n}-{k}", "sitting_id": n, "position": k,
                        "skill": skill, "state": "done", "started_at": NOW, "ended_at": NOW,
                    }
                    for n in ids
                    for k, skill in ((1, "reading"), (2, "listening"))
                ],
            )  # fmt: skip
    with database.engine.connect() as connection:
        version = connection.execute(text("SELECT max(id) FROM task_version")).scalar_one()
        parts = connection.execute(text("SELECT count(*) FROM part")).scalar_one()
        connection.execute(
            text(
                "INSERT INTO presentation (public_id, part_id, position, task_version_id, choice,"
                " sequence, opened_at, left_at, scores, plays_allowed)"
                " SELECT 'old-p-' || part.id || '-' || n.n, part.id, n.n, :version - n.n, '{}',"
                " 1, part.started_at, part.ended_at, '[1]', 0 FROM part,"
                " (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) AS n"
                " WHERE part.public_id LIKE 'old-%' AND NOT EXISTS (SELECT 1 FROM presentation p"
                " WHERE p.part_id = part.id)"
            ),
            {"version": version},
        )
        if database.engine.name == "postgresql":
            for table in ("sitting", "part", "presentation"):
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                        f" (SELECT max(id) FROM {table}))"
                    )
                )
        connection.commit()
    print(f"filled: {sittings} sittings, {parts} parts", file=sys.stderr)


class Client:
    """One kiosk: a connection, its cookies, and the form on its screen."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def call(self, method: str, path: str, form: Any = None) -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read().decode("utf-8", "replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, answer.headers.get("Location", ""), content

    @staticmethod
    def hidden(page: str, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', page)
        return found[1] if found else ""

    def begin(self, code: str) -> str:
        _, _, page = self.call("GET", "/kiosk/code")
        token = self.hidden(page, "csrf_token")
        self.call("POST", "/kiosk/code", {"csrf_token": token, "code": code})
        self.call("POST", "/kiosk/language", {"csrf_token": token, "language": "en"})
        self.call("POST", "/kiosk/introduction", {"csrf_token": token})
        self.call("POST", "/kiosk/practice", {"csrf_token": token, "practice": "apple"})
        self.call("POST", "/kiosk/part", {"csrf_token": token})
        return token


def run(which: str, codes: list[str], rate: float | None) -> dict[str, float]:
    """Every person answers reading tasks one after another.

    Without a rate the answers alone are timed; with one, pages and answers.
    """
    timed = Timed()
    lock = threading.Lock()
    everybody_sits = threading.Barrier(len(codes))
    pause = len(codes) / rate if rate else 0.0
    bank = load_folder()
    items = {item.id: item for task in bank.tasks for item in task.items}
    knows_all = Candidate(None, bank, lambda _item: True)  # type: ignore[arg-type]

    def person(number: int, code: str) -> None:
        client = Client(PORTS["ours" if rate else "pages"])
        token = client.begin(code)
        stepper = Client(PORTS[which])
        stepper.cookies = client.cookies
        chance = random.Random(number)
        if rate:
            # Nobody is timed while others still enter their codes.
            everybody_sits.wait()
        due = time.perf_counter() + pause * number / len(codes)

        def call(by: Client, *request: Any, counts: bool) -> tuple[int, str, str]:
            nonlocal due
            if rate:
                time.sleep(max(due - time.perf_counter(), 0))
                due += pause
            begun = time.perf_counter()
            answer = by.call(*request)
            took = time.perf_counter() - begun
            if counts:
                with lock:
                    timed.first = min(timed.first, begun)
                    timed.last = max(timed.last, begun + took)
                    timed.seconds.append(took)
                    timed.faults += answer[0] not in (200, 303)
            return answer

        for _task in range(8):
            _, _, page = call(client, "GET", "/kiosk/", counts=bool(rate))
            presentation = client.hidden(page, "presentation")
            if not presentation:
                break
            form = {
                "csrf_token": token,
                "presentation": presentation,
                "sequence": client.hidden(page, "sequence"),
                # What is left empty counts as "I don't know".
                "action": "unknown",
            }
            for item in re.findall(r'class="question[^>]* id="([^"]+)"', page):
                if chance.random() < SHARE_KNOWN:
                    form |= knows_all.answer(items[item])
            call(stepper, "POST", "/kiosk/answer", form, counts=True)

    if not rate:
        for each in enumerate(codes):
            person(*each)
        return timed.row(sum(timed.seconds))
    threads = [threading.Thread(target=person, args=each) for each in enumerate(codes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return timed.row(timed.last - timed.first)


def codes_for(build: Builder, count: int) -> list[str]:
    """Seat codes of fresh persons, a dozen to an occasion."""
    codes = []
    for _group in range(-(-count // 12)):
        first = build.arrival()
        codes.append(first.code())
        booking = first.booking.id
        occasion = build.do(lambda db, id=booking: db.get_one(Booking, id).occasion)
        for _more in range(min(11, count - len(codes))):
            one = build.arrival_at(occasion, first.administrator, first.clerk)
            codes.append(one.code())
    return codes


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", default="sqlite", choices=["sqlite", "postgresql"])
    options.add_argument("--sittings", type=int, default=0)
    options.add_argument("--persons", type=int, default=24)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--rate", type=float, help="requests a second; default: as fast as can be")
    options.add_argument("--threads", type=int, default=4)
    given = options.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if given.database == "sqlite":
            url = f"sqlite:///{folder / 'lahtotaso.sqlite3'}"
        else:
            from tests.testing.postgres import running_server

            url = stack.enter_context(running_server(durable=True))
        engine = make_engine(url)
        schema.migrate(engine)
        keys = derive(bytes(range(32)))
        database = Database(engine, lambda db: events.append_recorded(db, keys))
        with database.writing() as db:
            import_bank(db, load_folder(), now=clock.now(), first_status=Status.PILOT)
        build = Builder(database, keys)
        build.arrival()
        if given.sittings:
            fill(database, given.sittings)
        environment = os.environ | {
            "LAHTOTASO_DATA": str(folder), "LAHTOTASO_KEY": MASTER_KEY, "LAHTOTASO_MODE": "demo",
            "LAHTOTASO_SECURE_COOKIES": "0", "LAHTOTASO_LOG_LEVEL": "ERROR", "DATABASE_URL": url,
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        running = ["ours"] if given.rate else list(APPS)
        workers = 2 if given.rate else 1
        processes = [serve(which, environment, given.threads, workers) for which in running]
        try:
            rows = []
            for which in running[:2]:
                run(which, codes_for(build, 4), None if not given.rate else given.rate / 4)
            for number in range(given.rounds):
                compared = ["ours"] if given.rate else ["ours", "bare"]
                for which in compared[:: -1 if number % 2 else 1]:
                    row = run(which, codes_for(build, given.persons), given.rate)
                    rows.append({"which": which, "round": number + 1} | row)
                    print(json.dumps(rows[-1]), flush=True)

            def middle(which: str, column: str) -> float:
                return statistics.median(row[column] for row in rows if row["which"] == which)

            found: dict[str, Any] = {
                "database": given.database, "sittings": given.sittings, "rate": given.rate,
                "persons": given.persons, "p50_ms": middle("ours", "p50_ms"),
                "p99_ms": middle("ours", "p99_ms"),
                "a_second": middle("ours", "a_second"),
            }  # fmt: skip
            if not given.rate:
                found |= {
                    "p50_ms_bare": middle("bare", "p50_ms"),
                    "ratio_of_median_time": round(
                        middle("bare", "p50_ms") / middle("ours", "p50_ms"), 3
                    ),
                    "ratio_of_throughput": round(
                        middle("ours", "a_second") / middle("bare", "a_second"), 3
                    ),
                }
            print(json.dumps(found))
        finally:
            for process in processes:
                os.killpg(process.pid, signal.SIGTERM)
            for process in processes:
                process.wait()
            engine.dispose()


if __name__ == "__main__":
    main()
