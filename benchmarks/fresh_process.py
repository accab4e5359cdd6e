"""One measurement in one fresh process: seconds of the fit alone, and the peak memory of the
process."""

import json
import os
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Measured:
    """Medians over the runs; `estimates` are those of the last run."""

    engine: str
    seconds: float
    cpu: float
    megabytes: float
    estimates: dict[str, np.ndarray]
    note: str


def measure(
    engine: str, python: str, script: str, data: Path, runs: int, timeout: float
) -> Measured | str:
    """The engine's figures, or the last line of its complaint.

    The script is called with engine, data file and output file; it prints one JSON object with
    `seconds`, `cpu` (processor seconds) and `megabytes`, and writes its estimates.
    """
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "RAYON_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    seconds, cpu, megabytes = [], [], []
    estimates: dict[str, np.ndarray] = {}
    note = ""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.npz"
        for _ in range(runs):
            command = [python, str(ROOT / "benchmarks" / script), engine, str(data), str(out)]
            try:
                done = subprocess.run(
                    command, capture_output=True, text=True, env=environment, timeout=timeout
                )
            except subprocess.TimeoutExpired:
                return f"stopped after {timeout:.0f} s"
            if done.returncode:
                lines = (done.stderr or done.stdout).strip().splitlines()
                return lines[-1][:200] if lines else f"exit {done.returncode}"
            figures = json.loads(done.stdout.strip().splitlines()[-1])
            seconds.append(figures["seconds"])
            cpu.append(figures["cpu"])
            megabytes.append(figures["megabytes"])
            note = figures.get("note", "")
            with np.load(out) as found:
                estimates = {key: found[key] for key in found.files}
    return Measured(
        engine,
        statistics.median(seconds),
        statistics.median(cpu),
        statistics.median(megabytes),
        estimates,
        note,
    )
