"""Which rules of recommendation a centre uses: its newest published ones, or the shipped ones."""

import json
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from sqlalchemy.orm import Session

from items.canonical import canonical, value_digest
from scoring.recommendation_reading import read
from scoring.recommendation_rules import Rules
from testing.drafting.versions import Shelf
from testing.events import Action
from testing.models import RecommendationRules
from testing.settings import CHECKOUT

SHIPPED = CHECKOUT / "testing" / "data" / "recommendation_rules.toml"
SHELF = Shelf(RecommendationRules, Action.RULES_CHANGE, Action.RULES_PUBLISH)


@cache
def shipped() -> Rules:
    """The rules that come with the service."""
    return read(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))


def in_use(db: Session, centre_id: int) -> Rules:
    """The rules by which the centre's proposals are made now."""
    newest = SHELF.newest_published(db, centre_id)
    return shipped() if newest is None else rules_of(newest.content)


def rules_of(content: Mapping[str, Any]) -> Rules:
    """The rules of a stored version."""
    return _read(canonical(content))


def digest_of(rules: Rules) -> str:
    """SHA-256 of the rules' canonical record."""
    return value_digest(rules.to_record())


# Walking through every combination of facts takes a while; a version never changes.
@lru_cache(maxsize=16)
def _read(text: str) -> Rules:
    return read(json.loads(text))
