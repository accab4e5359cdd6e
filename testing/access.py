"""Access: every route names who may open it and what transaction it runs in."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import wraps
from typing import Any

from flask import current_app, g, request, session
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from testing import clock, events
from testing.db import Database
from testing.events import Action
from testing.keys import Keys
from testing.models import Person, Role, Sitting, Staff, StaffSession, Visit
from testing.refusals import NotAllowed, NotFound, NotSignedIn, Refusal
from testing.settings import Settings

SEAT_COOKIE = "lahtotaso_seat"
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)


class SeatNotBound(Refusal):
    """This kiosk belongs to no sitting (any more): the code page is shown."""

    status = 403


class PasswordIsInitial(Refusal):
    """Somebody else knows this password: its holder chooses another one before anything else."""

    status = 403


class Unit(Enum):
    """The transaction of a route."""

    READ = "read"
    WRITE = "write"
    #: The view opens its own short transactions around slow work.
    OWN = "own"


@dataclass(frozen=True)
class Rule:
    """Who may open a route."""

    name: str
    needs_staff: bool = True
    needs_seat: bool = False
    roles: frozenset[Role] = frozenset()
    #: Also for those who have yet to choose a password of their own.
    admits_initial_password: bool = False

    def refuse_unless_met(self, staff: Staff | None, visit: Visit | None) -> None:
        """
        :raise NotSignedIn: the route is for staff and nobody is signed in.
        :raise PasswordIsInitial: the signed-in person has to choose a password first.
        :raise NotAllowed: the signed-in person has none of the roles.
        :raise SeatNotBound: the route is for a kiosk that a seat code has bound.
        """
        if self.needs_seat and visit is None:
            raise SeatNotBound
        if self.needs_staff and staff is None:
            raise NotSignedIn
        if staff is not None and staff.password_is_initial and not self.admits_initial_password:
            raise PasswordIsInitial
        if self.roles and (staff is None or not staff.has(*self.roles)):
            raise NotAllowed


PUBLIC = Rule("public", needs_staff=False)
SEATED = Rule("seated", needs_staff=False, needs_seat=True)
SIGNED_IN = Rule("signed in")
SIGNED_IN_FIRST_TIME = Rule("signed in, also for the first time", admits_initial_password=True)


def roles(*allowed: Role) -> Rule:
    """Only staff with at least one of these roles."""
    return Rule(" or ".join(allowed), roles=frozenset(allowed))


#: More than any form of text holds; pages that take a recording or a photograph allow more.
LARGEST_FORM = 256 * 1024


def page(
    rule: Rule, unit: Unit = Unit.READ, *, largest: int = LARGEST_FORM
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The view runs only for those whom `rule` admits, inside the transaction that `unit` names.

    The transaction is committed before the response leaves and rolled back when the view raises.
    A request of more than `largest` bytes is refused before it is read.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:
            database = the_database()
            if unit is Unit.OWN:
                with database.reading() as db:
                    _admit(db, rule)
                return view(**arguments)
            with database.writing() if unit is Unit.WRITE else database.reading() as db:
                g.db = db
                _admit(db, rule)
                return current_app.make_response(view(**arguments))

        guarded.access_rule = rule  # type: ignore[attr-defined]
        guarded.largest_request = largest  # type: ignore[attr-defined]
        return guarded

    return decorate


def limit_request() -> None:
    """The request may be as large as its page allows, and no larger."""
    view = current_app.view_functions.get(request.endpoint or "")
    request.max_content_length = getattr(view, "largest_request", LARGEST_FORM)


def _admit(db: Session, rule: Rule) -> None:
    g.now = clock.now()
    g.staff = signed_in(db, g.now) if rule.needs_staff else None
    g.visit = bound_visit(db) if rule.needs_seat else None
    rule.refuse_unless_met(g.staff, g.visit)


def the_database() -> Database:
    database: Database = current_app.extensions["database"]
    return database


def the_keys() -> Keys:
    keys: Keys = current_app.extensions["keys"]
    return keys


def the_settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


# Staff


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(db: Session, staff: Staff, now: datetime) -> str:
    """A new signed-in browser; the returned token goes into its cookie."""
    token = secrets.token_urlsafe(32)
    db.add(
        StaffSession(
            staff_id=staff.id,
            token_digest=token_digest(token),
            started_at=now,
            expires_at=now + LONGEST,
        )
    )
    return token


def signed_in(db: Session, now: datetime) -> Staff | None:
    """The member of staff whose browser this is, or None when signed out, idle or expired."""
    token = session.get("staff")
    seen = session.get("seen")
    if not token or not seen or now.timestamp() - float(seen) > IDLE.total_seconds():
        return None
    found = db.scalar(
        select(StaffSession)
        .where(StaffSession.token_digest == token_digest(token))
        .options(
            joinedload(StaffSession.staff).joinedload(Staff.centre),
            joinedload(StaffSession.staff).joinedload(Staff.office),
        )
    )
    if found is None or found.ended_at is not None or found.expires_at <= now:
        return None
    if found.staff.closed_at is not None:
        return None
    if not request.headers.get("X-Poll"):
        # A board left open polls for ever; only what a person does keeps the session alive.
        session["seen"] = now.timestamp()
    return found.staff


# Kiosk


def bound_visit(db: Session) -> Visit | None:
    """The visit whose seat code bound this browser, with its sitting; None when cut or unbound."""
    token = request.cookies.get(SEAT_COOKIE)
    if not token:
        return None
    return db.scalar(_BOUND_VISIT, {"digest": token_digest(token)})


# Made once: every page of a kiosk asks this.
_BOUND_VISIT = (
    select(Visit)
    .where(Visit.binding_digest == bindparam("digest"), Visit.cut_at.is_(None))
    .options(joinedload(Visit.sitting).joinedload(Sitting.person).load_only(Person.id))
)


def note_list(name: str, *, subject: object = None, **counts: int) -> None:
    """One event for a list that staff opened, on the centre's chain; `counts` is how much it held.

    Its subject is the list's owner, the clerk's office or the centre, unless another row is named.
    """
    staff: Staff = g.staff
    events.record(
        g.db,
        Action.LIST_VIEW,
        on=staff.centre,
        subject=subject or staff.office or staff.centre,
        actor=staff,
        now=g.now,
        list=name,
        **counts,
    )


LAST_PAGE = 10_000


def page_number() -> int:
    """The page of a long list that the address asks for: 1, 2, 3 …"""
    return min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)


def own_centre(row: Any, staff: Staff) -> Any:
    """`row`, if it exists and belongs to the centre of `staff`.

    :raise NotFound: otherwise; another centre's row and a missing one look the same.
    """
    if row is None or row.centre_id != staff.centre_id:
        raise NotFound
    return row
