"""Calls of the psychometricians' commands, and the files that go in and come out."""

import csv
from pathlib import Path

import numpy as np
from click.testing import CliRunner, Result

from scoring.irt import Item, probabilities, stack
from testing.cli import main


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def draw(items: list[Item], theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    p = probabilities(stack(items), theta).transpose(2, 0, 1)
    return (rng.random(p.shape[:2])[..., None] > p.cumsum(axis=2)).sum(axis=2)


def write_wide(path: Path, scores: np.ndarray, items: list[str] | None = None) -> Path:
    names = items or [f"i{k}" for k in range(scores.shape[1])]
    lines = [",".join(["person", *names])]
    lines += [
        ",".join([f"p{n}", *("" if np.isnan(x) else str(int(x)) for x in row)])
        for n, row in enumerate(scores.astype(float))
    ]
    return write(path, "\n".join(lines) + "\n")


def refused(result: Result, *words: object) -> None:
    """Exit code 2, nothing on standard output, one sentence with these words on standard error."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    sentences = [line for line in result.stderr.splitlines() if line]
    assert sentences[-1].endswith(".")
    for word in words:
        assert str(word) in sentences[-1]
