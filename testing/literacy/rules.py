"""The ladders in use, as data: testing/data/literacy_ladders.toml."""

import tomllib
from functools import cache
from typing import Any

from testing.settings import CHECKOUT

FILE = CHECKOUT / "testing" / "data" / "literacy_ladders.toml"


@cache
def table() -> dict[str, Any]:
    """The table that `scoring.literacy.Ladders` is made from."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
