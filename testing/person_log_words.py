"""What a person reads about who has looked at their data: plain words, eight languages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from testing import clock
from testing.events import Action
from testing.history import Entry

_SAW = _l("Saw your information")
_CHANGED = _l("Wrote or changed your information")
_TEST = _l("Helped you in the test")
_PLACE = _l("Arranged your test time")
_READ = _l("Read your text")
_RESULT = _l("Worked on your result")
_TALK = _l("Talked with you")
_SAW_RESULT = _l("Saw your result")
_GOT = _l("Got your result with your permission")
_REFUSED = _l("Asked for your result and did not get it")

#: Everything that staff do to a person. What the person does at the kiosk is not listed.
WORDS: dict[Action, Any] = {
    Action.PERSON_CREATE: _l("Wrote down your name and other information"),
    Action.PERSON_VIEW: _SAW,
    Action.PERSON_CHANGE: _CHANGED,
    Action.PERSON_MATCH: _CHANGED,
    Action.PERSON_UNMATCH: _CHANGED,
    Action.PERSON_UNMASK: _l("Saw your personal identity code"),
    Action.PERSON_LOG_VIEW: _l("Saw this list"),
    Action.REFERRAL_CREATE: _l("Sent you to the test"),
    Action.REFERRAL_VIEW: _SAW,
    Action.REFERRAL_CANCEL: _l("Cancelled your test"),
    Action.PERMISSION_GIVE: _l("Wrote down your permission"),
    Action.PERMISSION_PRINT: _l("Printed the permission for you to sign"),
    Action.PERMISSION_VIEW: _l("Saw your permission"),
    Action.PERMISSION_SIGNATURE_KEEP: _l("Saved your signature"),
    Action.PERMISSION_SIGNATURE_DELETE: _l("Deleted your signature"),
    Action.PERMISSION_WITHDRAW: _l("Wrote down that you took your permission back"),
    Action.BOOKING_CREATE: _PLACE,
    Action.BOOKING_MOVE: _PLACE,
    Action.BOOKING_CANCEL: _PLACE,
    Action.BOOKING_ARRIVE: _l("Wrote down that you came"),
    Action.BOOKING_NO_SHOW: _l("Wrote down that you did not come"),
    Action.INVITATION_VIEW: _l("Saw your invitation"),
    Action.INVITATION_PRINT: _l("Printed your invitation"),
    Action.IDENTITY_CHECK: _l("Checked who you are"),
    Action.INTERVIEW_VIEW: _SAW,
    Action.INTERVIEW_KEEP: _l("Wrote down what you told"),
    Action.PLAN_CHOOSE: _TEST,
    Action.SEAT_ISSUE: _TEST,
    Action.SEAT_CUT: _TEST,
    Action.SITTING_CREATE: _TEST,
    Action.SITTING_VIEW: _TEST,
    Action.SITTING_PAUSE: _TEST,
    Action.SITTING_RESUME: _TEST,
    Action.SITTING_EXTRA_TIME: _TEST,
    Action.SITTING_END: _l("Ended your test"),
    Action.SITTING_NOTE: _TEST,
    Action.LITERACY_OPEN: _TEST,
    Action.LITERACY_VIEW: _SAW_RESULT,
    Action.LITERACY_MARK: _TEST,
    Action.LITERACY_CHANGE: _TEST,
    Action.LITERACY_FINISH: _TEST,
    Action.LITERACY_PROPOSE: _RESULT,
    Action.LITERACY_CONFIRM: _RESULT,
    Action.LITERACY_SIGN: _l("Signed your result"),
    Action.LITERACY_STATEMENT_VIEW: _SAW_RESULT,
    Action.LITERACY_STATEMENT_PRINT: _l("Printed your result"),
    Action.PART_NOT_ASSESS: _TEST,
    Action.PART_GIVE: _TEST,
    Action.PAPER_KEEP: _TEST,
    Action.PAPER_DELETE: _TEST,
    Action.OWN_WRITING_KEEP: _TEST,
    Action.OWN_WRITING_JUDGE: _READ,
    Action.SPEAKING_BEGIN: _TALK,
    Action.SPEAKING_KEEP: _TALK,
    Action.SPEAKING_HEAR: _l("Listened to you speaking"),
    Action.PLAY_EXTRA: _TEST,
    Action.HELP_ANSWER: _TEST,
    Action.SCRIPT_VIEW: _READ,
    Action.SCRIPT_ENTER: _l("Copied your text from paper"),
    Action.RATING_SUBMIT: _l("Read your text and gave it a level"),
    Action.RESULT_VIEW: _SAW_RESULT,
    Action.RESULT_BLIND_LEVEL: _RESULT,
    Action.RESULT_PROPOSE: _RESULT,
    Action.MEETING_COMMENT: _RESULT,
    Action.TALK_BOOK: _l("Booked a talk with you"),
    Action.TALK_VIEW: _SAW_RESULT,
    Action.TALK_HOLD: _l("Spoke with you about your result"),
    Action.TALK_CANCEL: _l("Cancelled a talk with you"),
    Action.FACTS_NOTE: _CHANGED,
    Action.RECOMMENDATION_PROPOSE: _RESULT,
    Action.RESCORING_DECIDE: _RESULT,
    Action.STATEMENT_SIGN: _l("Signed your result"),
    Action.STATEMENT_SUPERSEDE: _l("Corrected your result"),
    Action.STATEMENT_VIEW: _SAW_RESULT,
    Action.STATEMENT_PRINT: _l("Printed your result"),
    Action.STATEMENT_RELEASE: _GOT,
    Action.STATEMENT_REFUSE: _REFUSED,
    Action.LITERACY_RELEASE: _GOT,
    Action.LITERACY_RELEASE_REFUSE: _REFUSED,
    Action.OWN_COPY_VIEW: _l("Opened your own copy of the result"),
    Action.OWN_COPY_PRINT: _l("Printed your own copy of the result"),
}
#: Told by another event of the same doing: a text that was taken was read or rated.
SILENT = {Action.RATING_TAKE, Action.RATING_RETURN}
OTHER = _l("Did something else with your information")


@dataclass(frozen=True)
class Look:
    """One person's doings of one kind on one day."""

    day: date
    name: str
    organisation: str
    what: Any
    times: int


def looks(entries: Iterable[Entry]) -> list[Look]:
    """What staff did, the newest day first; the same thing on the same day stands once."""
    found: dict[tuple[date, str, str, int], Look] = {}
    for entry in entries:
        if entry.who.kind != "staff" or entry.action in SILENT:
            continue
        what = WORDS.get(entry.action, OTHER) if entry.action else OTHER
        day = clock.local_day(entry.at)
        # Several actions are told by the same words.
        key = (day, entry.who.name, entry.who.organisation, id(what))
        times = found[key].times + 1 if key in found else 1
        found[key] = Look(day, entry.who.name, entry.who.organisation, what, times)
    return list(found.values())

