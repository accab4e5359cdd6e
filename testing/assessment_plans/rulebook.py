"""Which plans a centre uses: its newest published ones, or the shipped ones."""

import json
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from sqlalchemy.orm import Session

from items.canonical import canonical
from testing.assessment_plans.reading import read
from testing.assessment_plans.rules import Plans
from testing.drafting.versions import Shelf
from testing.events import Action
from testing.models import PlansVersion
from testing.settings import CHECKOUT

SHIPPED = CHECKOUT / "testing" / "data" / "assessment_plans.toml"
SHELF = Shelf(PlansVersion, Action.PLANS_CHANGE, Action.PLANS_PUBLISH)


@cache
def shipped_table() -> dict[str, Any]:
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


@cache
def shipped() -> Plans:
    """The plans that come with the service."""
    return read(shipped_table())


def in_use(db: Session, centre_id: int) -> Plans:
    """The plans that the centre gives now."""
    newest = SHELF.newest_published(db, centre_id)
    return shipped() if newest is None else plans_of(newest.content)


def table_in_use(db: Session, centre_id: int) -> Mapping[str, Any]:
    """The same as plain values."""
    newest = SHELF.newest_published(db, centre_id)
    return shipped_table() if newest is None else newest.content


def plans_of(content: Mapping[str, Any]) -> Plans:
    """The plans of a stored version."""
    return _read(canonical(content))


# A version never changes.
@lru_cache(maxsize=16)
def _read(text: str) -> Plans:
    return read(json.loads(text))
