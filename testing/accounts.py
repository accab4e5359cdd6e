"""Staff accounts: making them, signing in, slowing down those who guess."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from testing import access, events, organisations
from testing.events import Action
from testing.keys import Keys
from testing.models import Centre, Office, Role, SignInAttempt, Staff, StaffSession
from testing.refusals import Refusal, TooMany

HASHER = PasswordHasher()
#: A hash of nothing anybody knows: an unknown e-mail takes as long to refuse as a known one.
DECOY = HASHER.hash("no such account")

SHORTEST_PASSWORD = 12
WINDOW = timedelta(minutes=15)
MOST_TRIES_PER_ACCOUNT = 5
MOST_TRIES_PER_ADDRESS = 30


class CentreNameTaken(Refusal):
    """Another centre has this name."""


class EmailTaken(Refusal):
    """Another account has this e-mail address."""


class PasswordTooShort(Refusal):
    status = 400


class RolesClash(Refusal):
    """A clerk belongs to an office and has no other role; nobody else belongs to an office."""

    status = 400


class LastAdministrator(Refusal):
    """Somebody has to be able to set the centre up: its last administrator stays one."""


def hash_password(password: str) -> str:
    """
    :raise PasswordTooShort: under 12 characters.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort
    return HASHER.hash(password)


def found_centre(
    db: Session,
    *,
    name: str,
    administrator: str,
    email: str,
    password_hash: str,
    actor: Staff | str,
    now: datetime,
    language: str = "fi",
) -> Staff:
    """A new centre with its first administrator, who chooses a password at the first sign-in.

    Centres see nothing of each other: whoever founds one has no account in it.

    :raise CentreNameTaken: another centre has the name.
    :raise EmailTaken: another account has the address.
    """
    if db.scalar(select(Centre.id).where(Centre.name == name.strip())) is not None:
        raise CentreNameTaken
    centre = organisations.add_centre(db, name=name, actor=actor, now=now)
    return add_staff(
        db,
        centre=centre,
        name=administrator,
        email=email,
        password_hash=password_hash,
        password_is_initial=True,
        roles=[Role.ADMINISTRATOR],
        language=language,
        actor=actor,
        now=now,
    )


def add_staff(
    db: Session,
    *,
    centre: Centre,
    name: str,
    email: str,
    password_hash: str,
    roles: Iterable[Role],
    actor: Staff | str,
    now: datetime,
    office: Office | None = None,
    title: str = "",
    language: str = "fi",
    password_is_initial: bool = False,
) -> Staff:
    """A new member of staff who can sign in.

    :raise EmailTaken: another account has the address.
    :raise RolesClash: a clerk without an office or with another role, or an office without a clerk.
    """
    wanted = _checked_roles(roles, office)
    email = _free_address(db, email)
    staff = Staff(
        centre_id=centre.id,
        office_id=office.id if office else None,
        name=name.strip(),
        title=title.strip(),
        email=email,
        password_hash=password_hash,
        password_is_initial=password_is_initial,
        roles=wanted,
        language=language,
        created_at=now,
    )
    db.add(staff)
    db.flush()
    events.record(
        db,
        Action.STAFF_CREATE,
        on=centre,
        subject=staff,
        actor=actor,
        now=now,
        roles=staff.roles,
    )
    return staff


def change_staff(
    db: Session,
    staff: Staff,
    *,
    name: str,
    title: str,
    email: str,
    roles: Iterable[Role],
    office: Office | None,
    language: str,
    centre: Centre,
    actor: Staff | str,
    now: datetime,
) -> None:
    """The account is as given; what its holder may do changes with the next page they open.

    :raise EmailTaken: another account has the address.
    :raise RolesClash: a clerk without an office or with another role, or an office without a clerk.
    :raise LastAdministrator: the centre would have no administrator left.
    """
    wanted = _checked_roles(roles, office)
    if staff.has(Role.ADMINISTRATOR) and Role.ADMINISTRATOR.value not in wanted:
        _refuse_when_last(db, staff)
    organisations.change(
        db,
        staff,
        centre=centre,
        actor=actor,
        now=now,
        name=name.strip(),
        title=title.strip(),
        email=_free_address(db, email, but=staff),
        roles=wanted,
        office_id=office.id if office else None,
        language=language,
    )


def set_password(
    db: Session,
    staff: Staff,
    password_hash: str,
    *,
    is_initial: bool,
    centre: Centre,
    actor: Staff | str,
    now: datetime,
) -> None:
    """The account has this password; every browser that was signed in with the old one is out.

    `is_initial`: somebody else knows it, so that its holder must choose another one first.
    """
    staff.password_hash = password_hash
    staff.password_is_initial = is_initial
    end_all_sessions(db, staff, now)
    events.record(
        db,
        Action.STAFF_CHANGE,
        on=centre,
        subject=staff,
        actor=actor,
        now=now,
        fields=["password"],
    )


def close_account(
    db: Session, staff: Staff, *, centre: Centre, actor: Staff, now: datetime
) -> None:
    """Nobody signs in with the account any more; what its holder did stays theirs.

    :raise LastAdministrator: the centre would have no administrator left.
    """
    if staff.closed_at is not None:
        return
    if staff.has(Role.ADMINISTRATOR):
        _refuse_when_last(db, staff)
    staff.closed_at = now
    end_all_sessions(db, staff, now)
    events.record(
        db,
        Action.STAFF_CHANGE,
        on=centre,
        subject=staff,
        actor=actor,
        now=now,
        fields=["closed_at"],
    )


def reopen_account(
    db: Session, staff: Staff, *, centre: Centre, actor: Staff, now: datetime
) -> None:
    """The account can be signed in with again, with the password it had."""
    organisations.change(db, staff, centre=centre, actor=actor, now=now, closed_at=None)


#: Signs that nobody confuses on paper.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """A password to be used once: sixteen signs in four groups, 79 bits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _sign in range(4)) for _group in range(4))


def _checked_roles(roles: Iterable[Role], office: Office | None) -> list[str]:
    wanted = sorted({Role(role) for role in roles})
    is_clerk = Role.CLERK in wanted
    if not wanted or is_clerk != (office is not None) or (is_clerk and wanted[1:]):
        raise RolesClash
    return [role.value for role in wanted]


def _free_address(db: Session, email: str, but: Staff | None = None) -> str:
    email = email.strip().lower()
    found = db.scalar(select(Staff.id).where(Staff.email == email))
    if found is not None and (but is None or found != but.id):
        raise EmailTaken
    return email


def _refuse_when_last(db: Session, staff: Staff) -> None:
    # One centre's administrators take turns: two who close each other's accounts at once would
    # both find the other one still there.
    db.execute(select(Centre.id).where(Centre.id == staff.centre_id).with_for_update())
    others = db.scalars(
        select(Staff).where(
            Staff.centre_id == staff.centre_id, Staff.closed_at.is_(None), Staff.id != staff.id
        )
    )
    if not any(other.has(Role.ADMINISTRATOR) for other in others):
        raise LastAdministrator


def refuse_when_guessing(
    db: Session, keys: Keys, *, email: str, address: str, now: datetime
) -> None:
    """
    :raise TooMany: too many failed sign-ins for this account or from this address lately.
    """
    for subject, most in (
        (_account(email), MOST_TRIES_PER_ACCOUNT),
        (f"address:{address}", MOST_TRIES_PER_ADDRESS),
    ):
        tries = db.scalar(
            select(func.count())
            .select_from(SignInAttempt)
            .where(
                SignInAttempt.subject_digest == keys.blind_index(subject),
                SignInAttempt.at > now - WINDOW,
            )
        )
        if (tries or 0) >= most:
            raise TooMany


def note_failure(db: Session, keys: Keys, *, email: str, address: str, now: datetime) -> None:
    """The failed sign-in counts against the account and the address; old ones are forgotten."""
    db.execute(delete(SignInAttempt).where(SignInAttempt.at < now - 4 * WINDOW))
    for subject in (_account(email), f"address:{address}"):
        db.add(SignInAttempt(subject_digest=keys.blind_index(subject), at=now))
    staff = db.scalar(select(Staff).where(Staff.email == email.strip().lower()))
    if staff is not None:
        events.record(
            db,
            Action.STAFF_SIGN_IN_FAIL,
            on=staff.centre,
            subject=staff,
            actor="system",
            now=now,
        )


def find_account(db: Session, email: str) -> Staff | None:
    return db.scalar(
        select(Staff).where(Staff.email == email.strip().lower(), Staff.closed_at.is_(None))
    )


def password_is_right(staff: Staff | None, password: str) -> bool:
    """Whether the password opens the account. Slow on purpose: keep it outside transactions."""
    try:
        HASHER.verify(staff.password_hash if staff else DECOY, password)
    except (VerificationError, InvalidHashError):
        return False
    return staff is not None


def sign_in(db: Session, staff: Staff, now: datetime) -> str:
    """The browser that holds the returned token is signed in as `staff`."""
    token = access.open_session(db, staff, now)
    events.record(db, Action.STAFF_SIGN_IN, on=staff.centre, subject=staff, actor=staff, now=now)
    return token


def sign_out(db: Session, token: str, staff: Staff, now: datetime) -> None:
    """The token opens nothing any more."""
    db.execute(
        update(StaffSession)
        .where(StaffSession.token_digest == access.token_digest(token))
        .values(ended_at=now)
    )
    events.record(db, Action.STAFF_SIGN_OUT, on=staff.centre, subject=staff, actor=staff, now=now)


def end_all_sessions(db: Session, staff: Staff, now: datetime) -> None:
    """Every browser signed in as `staff` is signed out."""
    db.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff.id, StaffSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def is_email(text: str) -> bool:
    return re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}", text.strip()) is not None


def _account(email: str) -> str:
    return f"account:{email.strip().lower()}"
