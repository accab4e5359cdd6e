"""Navigation: which pages each role meets in the bar on top, as data."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _l

from testing.assessment import CLOSED
from testing.models import Role, Sitting


@dataclass(frozen=True)
class Entry:
    endpoint: str
    label: Any
    roles: frozenset[Role]
    #: Blueprints whose pages stand under this entry, beside the endpoint's own.
    beneath: frozenset[str]

    def holds(self, blueprint: str) -> bool:
        return blueprint == self.endpoint.partition(".")[0] or blueprint in self.beneath


def _entry(endpoint: str, label: Any, *roles: Role, beneath: tuple[str, ...] = ()) -> Entry:
    return Entry(endpoint, label, frozenset(roles), frozenset(beneath))


ADMINISTRATOR, RATER, ASSESSOR, CLERK = (
    Role.ADMINISTRATOR,
    Role.RATER,
    Role.ASSESSOR,
    Role.CLERK,
)

#: In the order of a working day.
ENTRIES = (
    _entry(
        "referrals.overview", _l("Referrals"), CLERK, beneath=("permissions", "invitations")
    ),
    _entry("inbox.overview", _l("Results"), CLERK, beneath=("literacy_inbox",)),
    _entry(
        "desk.today",
        _l("Today"),
        ADMINISTRATOR,
        beneath=(
            *("interview", "speaking", "own_writing", "literacy"),
            *("literacy_statements", "paper", "paper_pages"),
        ),
    ),
    _entry("occasions.overview", _l("Occasions"), ADMINISTRATOR, beneath=("invitations",)),
    _entry("people.overview", _l("People"), ADMINISTRATOR, beneath=("log",)),
    _entry("rating.queue", _l("Rating"), RATER),
    _entry(
        "assessment.queue",
        _l("Assessment"),
        ASSESSOR,
        beneath=(
            *("statements", "own_copies", "recommending", "profile", "meeting", "rescoring"),
            *("literacy", "literacy_statements", "own_writing", "paper", "paper_pages"),
        ),
    ),
    _entry(
        "assessment_plans.overview",
        _l("Plans"),
        ADMINISTRATOR,
        ASSESSOR,
        Role.PSYCHOMETRICIAN,
        beneath=("plan_drafts",),
    ),
    _entry("talks.overview", _l("Feedback talks"), ADMINISTRATOR, ASSESSOR),
    _entry("rules.overview", _l("Rules"), ADMINISTRATOR, ASSESSOR),
    _entry(
        "bank.overview",
        _l("Item bank"),
        Role.AUTHOR,
        Role.PSYCHOMETRICIAN,
        beneath=("calibrations", "standards"),
    ),
    _entry("fairness.overview", _l("Fairness"), ADMINISTRATOR, Role.PSYCHOMETRICIAN),
    _entry("sounds.overview", _l("Spoken instructions"), ADMINISTRATOR, Role.AUTHOR),
    _entry("centre.overview", _l("Centre"), ADMINISTRATOR),
    _entry("log.overview", _l("Log"), Role.AUDITOR),
)


def init_app(app: Flask) -> None:
    app.context_processor(lambda: {"nav_items": items(), "sitting_url": sitting_url})


def sitting_url(sitting: Sitting) -> str:
    """Where the signed-in person goes back to from what belongs to a sitting."""
    if g.staff.has(ADMINISTRATOR):
        return url_for("desk.sitting", public_id=sitting.public_id)
    if sitting.state not in CLOSED:
        return url_for("assessment.queue")
    return url_for("assessment.sitting", public_id=sitting.public_id)


def items() -> list[tuple[str, str, bool]]:
    """(address, label, whether it is the open page) of what the signed-in person may open."""
    staff = g.get("staff")
    if staff is None:
        return []
    blueprint = (request.endpoint or "").partition(".")[0]
    offered = [
        entry
        for entry in ENTRIES
        if staff.has(*entry.roles) and entry.endpoint in current_app.view_functions
    ]
    # Who works at the desk and assesses finds some pages under both: one place is where one is.
    open_one = next((entry for entry in offered if entry.holds(blueprint)), None)
    return [(url_for(one.endpoint), str(one.label), one is open_one) for one in offered]
