"""`lahtotaso worker`: does the slow jobs, one at a time, until it is told to stop."""

import os
import signal
import threading
from types import FrameType

import click
import structlog
from sqlalchemy.exc import DBAPIError

from testing import clock, jobs, logs
from testing.commands.runtime import Runtime, open_runtime
from testing.maintenance import KINDS

log = structlog.get_logger()
REST_SECONDS = 2.0
NICE = 10


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
def worker(once: bool) -> None:
    """Do the slow jobs: seals, the nightly check of the log, sounds. `serve` starts one."""
    runtime = open_runtime()
    logs.configure(runtime.settings.log_level)
    if once:
        do_all_due(runtime)
        return
    # Whoever sits at a kiosk comes before slow work.
    os.nice(NICE)
    stop = threading.Event()

    def told_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told_to_stop)
    signal.signal(signal.SIGINT, told_to_stop)
    has_begun = False
    while not stop.is_set():
        try:
            if not has_begun:
                with runtime.database.writing() as db:
                    jobs.queue_for_start(db, KINDS, clock.now())
                has_begun = True
            do_all_due(runtime, stop)
        except DBAPIError as error:
            # Full, read-only or unreachable for a while: the worker outlives it.
            log.error("database fault", kind=type(error.orig).__name__)
        stop.wait(REST_SECONDS)


def do_all_due(runtime: Runtime, stop: threading.Event | None = None) -> int:
    """Nothing is due any more; returns how many jobs were tried."""
    with runtime.database.reading() as db:
        is_idle = not jobs.anything_to_do(db, KINDS, clock.now())
    if is_idle:
        return 0
    with runtime.database.writing() as db:
        jobs.revive(db, KINDS, clock.now())
        jobs.queue_returning(db, KINDS, clock.now())
    tried = 0
    while not (stop and stop.is_set()) and do_one(runtime):
        tried += 1
    with runtime.database.writing() as db:
        jobs.queue_returning(db, KINDS, clock.now())
    return tried


def do_one(runtime: Runtime) -> bool:
    """One due job was tried, if any was due."""
    with runtime.database.writing() as db:
        job = jobs.claim(db, KINDS, clock.now())
        if job is None:
            return False
        job_id, kind, arguments = job.id, job.kind, job.arguments
    try:
        KINDS[kind].work(runtime, **arguments)
    except Exception as error:
        with runtime.database.writing() as db:
            state = jobs.fail(db, job_id, error, clock.now())
        log.error("job failed", job=kind, state=state, problem=jobs.where_it_failed(error))
    else:
        with runtime.database.writing() as db:
            jobs.finish(db, job_id, clock.now())
    return True
