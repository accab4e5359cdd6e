"""The log of what was done: events on hash chains, written in the transaction that did it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from items.canonical import canonical
from testing.keys import Keys
from testing.models import Base, Centre, Person, Staff, Visit


class Action(StrEnum):
    """`subject:verb` of every event. What a person may be shown is told by these words."""

    CENTRE_CREATE = "centre:create"
    CENTRE_CHANGE = "centre:change"
    SITE_CREATE = "site:create"
    SITE_CHANGE = "site:change"
    OFFICE_CREATE = "office:create"
    OFFICE_CHANGE = "office:change"
    STAFF_CREATE = "staff:create"
    STAFF_CHANGE = "staff:change"
    STAFF_SIGN_IN = "staff:sign-in"
    STAFF_SIGN_OUT = "staff:sign-out"
    STAFF_SIGN_IN_FAIL = "staff:sign-in-fail"
    ACCESS_REFUSE = "access:refuse"
    LIST_VIEW = "list:view"
    OCCASION_CREATE = "occasion:create"
    OCCASION_CHANGE = "occasion:change"
    OCCASION_CANCEL = "occasion:cancel"
    OCCASION_CLOSE = "occasion:close"
    PERSON_CREATE = "person:create"
    PERSON_VIEW = "person:view"
    PERSON_CHANGE = "person:change"
    PERSON_MATCH = "person:match"
    PERSON_UNMATCH = "person:unmatch"
    PERSON_UNMASK = "person:unmask"
    PERSON_LOG_VIEW = "person:log-view"
    REFERRAL_CREATE = "referral:create"
    REFERRAL_VIEW = "referral:view"
    REFERRAL_CANCEL = "referral:cancel"
    PERMISSION_GIVE = "permission:give"
    PERMISSION_WITHDRAW = "permission:withdraw"
    PERMISSION_PRINT = "permission:print"
    PERMISSION_VIEW = "permission:view"
    PERMISSION_SIGNATURE_KEEP = "permission:signature-keep"
    PERMISSION_SIGNATURE_DELETE = "permission:signature-delete"
    BOOKING_CREATE = "booking:create"
    BOOKING_MOVE = "booking:move"
    BOOKING_CANCEL = "booking:cancel"
    BOOKING_ARRIVE = "booking:arrive"
    BOOKING_NO_SHOW = "booking:no-show"
    INVITATION_VIEW = "invitation:view"
    INVITATION_PRINT = "invitation:print"
    IDENTITY_CHECK = "identity:check"
    INTERVIEW_VIEW = "interview:view"
    INTERVIEW_KEEP = "interview:keep"
    SELF_ASSESS = "self-assessment:answer"
    SELF_ASSESS_SKIP = "self-assessment:skip"
    PLAN_CHOOSE = "plan:choose"
    SEAT_ISSUE = "seat:issue"
    SEAT_BIND = "seat:bind"
    SEAT_CUT = "seat:cut"
    SITTING_CREATE = "sitting:create"
    SITTING_VIEW = "sitting:view"
    SITTING_PAUSE = "sitting:pause"
    SITTING_RESUME = "sitting:resume"
    SITTING_EXTRA_TIME = "sitting:extra-time"
    SITTING_END = "sitting:end"
    SITTING_FINISH = "sitting:finish"
    SITTING_NOTE = "sitting:note"
    LITERACY_OPEN = "literacy:open"
    LITERACY_VIEW = "literacy:view"
    LITERACY_MARK = "literacy:mark"
    LITERACY_CHANGE = "literacy:change"
    LITERACY_FINISH = "literacy:finish"
    LITERACY_PROPOSE = "literacy:propose"
    LITERACY_CONFIRM = "literacy:confirm"
    LITERACY_SIGN = "literacy:sign"
    LITERACY_STATEMENT_VIEW = "literacy:statement-view"
    LITERACY_STATEMENT_PRINT = "literacy:statement-print"
    LITERACY_RELEASE = "literacy:release"
    LITERACY_RELEASE_REFUSE = "literacy:release-refuse"
    PAPER_KEEP = "paper:keep"
    PAPER_DELETE = "paper:delete"
    PART_START = "part:start"
    PART_END = "part:end"
    PART_NOT_ASSESS = "part:not-assess"
    PART_GIVE = "part:give"
    OWN_WRITING_KEEP = "own-writing:keep"
    OWN_WRITING_JUDGE = "own-writing:judge"
    SPEAKING_BEGIN = "speaking:begin"
    SPEAKING_KEEP = "speaking:keep"
    SPEAKING_HEAR = "speaking:hear"
    SPEAKING_DELETE = "speaking:delete"
    TASK_OPEN = "task:open"
    TASK_ANSWER = "task:answer"
    ANSWER_STALE = "answer:stale"
    PLAY_GRANT = "play:grant"
    PLAY_BREAK = "play:break"
    PLAY_EXTRA = "play:extra"
    HELP_CALL = "help:call"
    HELP_ANSWER = "help:answer"
    SCRIPT_SUBMIT = "script:submit"
    SCRIPT_VIEW = "script:view"
    SCRIPT_ENTER = "script:enter"
    RATING_TAKE = "rating:take"
    RATING_RETURN = "rating:return"
    RATING_SUBMIT = "rating:submit"
    RESULT_VIEW = "result:view"
    RESULT_BLIND_LEVEL = "result:blind-level"
    RESULT_PROPOSE = "result:propose"
    FACTS_NOTE = "facts:note"
    RECOMMENDATION_PROPOSE = "recommendation:propose"
    MEETING_COMMENT = "meeting:comment"
    TALK_BOOK = "talk:book"
    TALK_VIEW = "talk:view"
    TALK_HOLD = "talk:hold"
    TALK_CANCEL = "talk:cancel"
    PLANS_CHANGE = "plans:change"
    PLANS_PUBLISH = "plans:publish"
    RULES_CHANGE = "rules:change"
    RULES_PUBLISH = "rules:publish"
    RESCORING_RUN = "rescoring:run"
    RESCORING_DECIDE = "rescoring:decide"
    STATEMENT_SIGN = "statement:sign"
    STATEMENT_SUPERSEDE = "statement:supersede"
    STATEMENT_VIEW = "statement:view"
    STATEMENT_PRINT = "statement:print"
    STATEMENT_RELEASE = "statement:release"
    STATEMENT_REFUSE = "statement:refuse"
    DOCUMENT_SIGN = "document:sign"
    OWN_COPY_VIEW = "own-copy:view"
    OWN_COPY_PRINT = "own-copy:print"
    FEEDBACK_ANSWER = "feedback:answer"
    SOUND_RECORD = "sound:record"
    SOUND_APPROVE = "sound:approve"
    BANK_IMPORT = "bank:import"
    BANK_CHANGE = "bank:change"
    ANSWERS_EXPORT = "answers:export"
    CALIBRATION_ADD = "calibration:add"
    CALIBRATION_USE = "calibration:use"
    STANDARD_CONFIRM = "standard:confirm"
    BACKUP_MAKE = "backup:make"
    BACKUP_RESTORE = "backup:restore"
    LOG_VERIFY = "log:verify"


def tag_of(actor: Staff | Visit | str) -> str:
    """How the log names who acted."""
    if isinstance(actor, str):
        return actor
    kind = "kiosk" if isinstance(actor, Visit) else "staff"
    return f"{kind}:{actor.public_id}"


@dataclass(frozen=True)
class _Recorded:
    chain: tuple[str, int]
    at: datetime
    actor: str
    action: Action
    subject: str
    details: dict[str, Any] = field(default_factory=dict)


def record(
    db: Session,
    action: Action,
    *,
    on: Person | Centre,
    subject: object,
    actor: Staff | Visit | str,
    now: datetime,
    **details: Any,
) -> None:
    """The event is part of this transaction: on the person's chain, or on the centre's.

    `subject` is a row with a public id. `details` hold ids, codes, counts and digests only.
    """
    if on.id is None or getattr(subject, "public_id", "") is None:
        db.flush()
    name = type(subject).__name__.lower()
    chain = ("person" if isinstance(on, Person) else "centre", on.id)
    queue: list[_Recorded] = db.info.setdefault("events", [])
    queue.append(
        _Recorded(
            chain=chain,
            at=now,
            actor=tag_of(actor),
            action=action,
            subject=f"{name}:{subject.public_id}",  # type: ignore[attr-defined]
            details=details,
        )
    )


def append_recorded(db: Session, keys: Keys) -> None:
    """Every recorded event stands on its chain. Called once, just before the commit.

    Chains are locked in the order of their ids, so that two transactions never wait for each other.
    """
    queue: list[_Recorded] = db.info.pop("events", [])
    if not queue:
        return
    db.flush()
    connection = db.connection()
    by_owner: dict[tuple[str, int], list[_Recorded]] = {}
    for recorded in queue:
        by_owner.setdefault(recorded.chain, []).append(recorded)
    rows: list[dict[str, Any]] = []
    for chain_id, owner, length, head in _locked_heads(connection, list(by_owner)):
        for recorded in by_owner[owner]:
            length += 1
            row = {
                "chain_id": chain_id,
                "position": length,
                "at": recorded.at,
                "actor": recorded.actor,
                "action": recorded.action.value,
                "subject": recorded.subject,
                "details": recorded.details,
                "previous": head,
            }
            head = digest_of(row, keys)
            rows.append(row | {"digest": head})
        connection.execute(_MOVE_HEAD, {"chain": chain_id, "to_length": length, "to_head": head})
    connection.execute(_ADD_EVENTS, rows)


# The tables themselves, and statements made once: every writing request comes here.
_CHAIN: Table = Base.metadata.tables["chain"]
_EVENT: Table = Base.metadata.tables["event"]
_ADD_EVENTS = insert(_EVENT)
_MOVE_HEAD = (
    update(_CHAIN)
    .where(_CHAIN.c.id == bindparam("chain"))
    .values(length=bindparam("to_length"), head=bindparam("to_head"))
)
_HEADS = (
    select(_CHAIN)
    .where(
        or_(
            _CHAIN.c.person_id.in_(bindparam("persons", expanding=True)),
            _CHAIN.c.centre_id.in_(bindparam("centres", expanding=True)),
        )
    )
    .order_by(_CHAIN.c.id)
    .with_for_update()
)


def _locked_heads(
    connection: Connection, owners: list[tuple[str, int]]
) -> list[tuple[int, tuple[str, int], int, str]]:
    """(id, owner, length, head) of the owners' chains by id; a chain that is missing is begun."""
    wanted = {
        "persons": [id for kind, id in owners if kind == "person"],
        "centres": [id for kind, id in owners if kind == "centre"],
    }

    def owner(row: Any) -> tuple[str, int]:
        return ("person", row.person_id) if row.person_id else ("centre", row.centre_id)

    rows = connection.execute(_HEADS, wanted).all()
    missing = set(owners) - {owner(row) for row in rows}
    if missing:
        # Only the transaction that creates the person or the centre comes here.
        connection.execute(
            insert(_CHAIN),
            [
                {"length": 0, "head": "", "person_id": None, "centre_id": None, f"{kind}_id": id}
                for kind, id in sorted(missing)
            ],
        )
        rows = connection.execute(_HEADS, wanted).all()
    return [(row.id, owner(row), row.length, row.head) for row in rows]


def digest_of(row: dict[str, Any], keys: Keys) -> str:
    """Keyed digest of an event's canonical form, its predecessor's digest included."""
    at: datetime = row["at"]
    told = [
        row["chain_id"],
        row["position"],
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        row["actor"],
        row["action"],
        row["subject"],
        row["details"],
        row["previous"],
    ]
    return keys.audit_digest(canonical(told).encode())


def moment(raw: datetime | str) -> datetime:
    """A moment as the driver gives it: SQLite keeps text without a zone, which is UTC.

    :raise ValueError: no moment.
    """
    at = raw if isinstance(raw, datetime) else datetime.fromisoformat(raw)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
