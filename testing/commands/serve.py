"""`lahtotaso serve`: the web server and the worker, started and stopped together."""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from testing import schema
from testing.commands.runtime import open_runtime
from testing.settings import CHECKOUT, Settings

#: How long requests in flight may take to end after the service was told to stop.
GRACE_SECONDS = 20
RESTART_SECONDS = 5.0
PR_SET_PDEATHSIG = 1


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True)
@click.option("--processes", type=int, help="Web processes. Default: 1, on PostgreSQL 2.")
@click.option("--threads", type=int, help="Threads of each. Default: 4, on PostgreSQL 8.")
@click.option("--worker/--no-worker", default=True, help="Also run the worker for slow jobs.")
def serve(host: str, port: int, processes: int | None, threads: int | None, worker: bool) -> None:
    """Serve the pages until told to stop; requests under way are answered first."""
    runtime = open_runtime()
    settings = runtime.settings
    if not settings.is_embedded and schema.pending(runtime.database.engine):
        raise click.ClickException(
            "The database waits for migrations. Make a backup, then run: "
            "lahtotaso init --migrate-only"
        )
    runtime.database.engine.dispose()
    command = gunicorn_command(settings, host, port, processes, threads)
    with running(settings):
        raise click.exceptions.Exit(supervise(command, worker_command() if worker else None))


def gunicorn_command(
    settings: Settings, host: str, port: int, processes: int | None, threads: int | None
) -> list[str]:
    # SQLite has one writer: more threads than a few only wait for each other, and the slowest
    # request grows with them.
    default_processes, default_threads = (1, 4) if settings.is_embedded else (2, 8)
    return [
        sys.executable, "-m", "gunicorn", "wsgi:app",
        "--bind", f"{host}:{port}",
        "--worker-class", "gthread",
        "--workers", str(processes or default_processes),
        "--threads", str(threads or default_threads),
        "--timeout", "60",
        "--graceful-timeout", str(GRACE_SECONDS),
        "--keep-alive", "15",
        "--log-level", "warning",
        "--no-control-socket",
        "--chdir", str(CHECKOUT),
    ]  # fmt: skip


def worker_command() -> list[str]:
    return [sys.executable, "-m", "testing.cli", "worker"]


@contextmanager
def running(settings: Settings) -> Iterator[None]:
    """The data folder says that it is served, so that nothing is restored under a running service.

    :raise click.ClickException: another service runs on it.
    """
    with lock_file(settings).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise click.ClickException(f"A service runs on {settings.data} already.") from None
        yield


def lock_file(settings: Settings) -> Path:
    return settings.data / "serve.lock"


def supervise(web: list[str], worker: list[str] | None) -> int:
    """Both children run until one is told to stop or the web server ends; returns its exit code.

    A worker that dies is started again: a fault in one slow job must not stop all of them.
    """
    stop = threading.Event()

    def told_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told_to_stop)
    signal.signal(signal.SIGINT, told_to_stop)
    web_process = _start(web)
    worker_process = _start(worker) if worker else None
    restart_at = 0.0
    while not stop.wait(0.2) and web_process.poll() is None:
        if worker and worker_process is not None and worker_process.poll() is not None:
            worker_process = None
            restart_at = time.monotonic() + RESTART_SECONDS
        if worker and worker_process is None and time.monotonic() >= restart_at:
            worker_process = _start(worker)
    for process in (web_process, worker_process):
        if process is not None and process.poll() is None:
            process.terminate()
    for process in (web_process, worker_process):
        if process is not None:
            _wait(process)
    return 0 if stop.is_set() else web_process.returncode


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(GRACE_SECONDS + 5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """The child in a group of its own, so that Ctrl-C reaches this process alone."""
    return subprocess.Popen(  # noqa: S603
        command,
        cwd=CHECKOUT,
        start_new_session=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        preexec_fn=_die_with_parent,
    )


def _die_with_parent() -> None:
    """The child is told to stop when this process is killed outright."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
