"""Navigation: which pages each role meets in the bar on top, as data."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import lazy_gettext as _l

from testing.models import Role


@dataclass(frozen=True)
class Entry:
    endpoint: str
    label: Any
    roles: frozenset[Role]


def _entry(endpoint: str, label: Any, *roles: Role) -> Entry:
    return Entry(endpoint, label, frozenset(roles))


ADMINISTRATOR, RATER, ASSESSOR, CLERK = (
    Role.ADMINISTRATOR,
    Role.RATER,
    Role.ASSESSOR,
    Role.CLERK,
)

#: In the order of a working day. An endpoint that is not registered fails a test.
ENTRIES = (
    _entry("referrals.overview", _l("Referrals"), CLERK),
    _entry("inbox.overview", _l("Results"), CLERK),
    _entry("desk.today", _l("Today"), ADMINISTRATOR),
    _entry("occasions.overview", _l("Occasions"), ADMINISTRATOR),
    _entry("people.overview", _l("People"), ADMINISTRATOR),
    _entry("rating.queue", _l("Rating"), RATER),
    _entry("assessment.queue", _l("Assessment"), ASSESSOR),
    _entry("bank.overview", _l("Item bank"), Role.AUTHOR, Role.PSYCHOMETRICIAN),
    _entry("sounds.overview", _l("Spoken instructions"), ADMINISTRATOR, Role.AUTHOR),
    _entry("centre.overview", _l("Centre"), ADMINISTRATOR),
    _entry("log.overview", _l("Log"), Role.AUDITOR),
)


def init_app(app: Flask) -> None:
    app.context_processor(lambda: {"nav_items": items()})


def items() -> list[tuple[str, str, bool]]:
    """(address, label, whether it is the open page) of what the signed-in person may open."""
    staff = g.get("staff")
    if staff is None:
        return []
    blueprint = (request.endpoint or "").partition(".")[0]
    return [
        (url_for(entry.endpoint), str(entry.label), entry.endpoint.startswith(f"{blueprint}."))
        for entry in ENTRIES
        if staff.has(*entry.roles)
    ]
