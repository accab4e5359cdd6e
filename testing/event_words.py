"""What staff read for each event, each kind of actor and each finding of a check."""

from typing import Any

from flask_babel import lazy_gettext as _l

from testing.audit import Kind
from testing.events import Action
from testing.history import Entry, Who

WORDS: dict[Action, Any] = {
    Action.CENTRE_CREATE: _l("Created the centre"),
    Action.CENTRE_CHANGE: _l("Changed the centre's data"),
    Action.SITE_CREATE: _l("Added a site"),
    Action.SITE_CHANGE: _l("Changed a site"),
    Action.OFFICE_CREATE: _l("Added an office"),
    Action.OFFICE_CHANGE: _l("Changed an office"),
    Action.STAFF_CREATE: _l("Added an account"),
    Action.STAFF_CHANGE: _l("Changed an account"),
    Action.STAFF_SIGN_IN: _l("Signed in"),
    Action.STAFF_SIGN_OUT: _l("Signed out"),
    Action.STAFF_SIGN_IN_FAIL: _l("Failed to sign in"),
    Action.ACCESS_REFUSE: _l("Was refused a page"),
    Action.LIST_VIEW: _l("Opened a list"),
    Action.OCCASION_CREATE: _l("Added an occasion"),
    Action.OCCASION_CHANGE: _l("Changed an occasion"),
    Action.OCCASION_CANCEL: _l("Cancelled an occasion"),
    Action.OCCASION_CLOSE: _l("Closed an occasion"),
    Action.PERSON_CREATE: _l("Entered the person"),
    Action.PERSON_VIEW: _l("Looked at the person's data"),
    Action.PERSON_CHANGE: _l("Corrected the person's data"),
    Action.PERSON_MATCH: _l("Matched two rows as the same person"),
    Action.PERSON_UNMATCH: _l("Parted two matched rows"),
    Action.PERSON_UNMASK: _l("Looked at the personal identity code"),
    Action.PERSON_LOG_VIEW: _l("Looked at who has looked"),
    Action.REFERRAL_CREATE: _l("Made a referral"),
    Action.REFERRAL_VIEW: _l("Looked at a referral"),
    Action.REFERRAL_CANCEL: _l("Cancelled a referral"),
    Action.PERMISSION_GIVE: _l("Recorded a permission"),
    Action.PERMISSION_PRINT: _l("Printed the permission to be signed"),
    Action.PERMISSION_VIEW: _l("Looked at a permission"),
    Action.PERMISSION_SIGNATURE_KEEP: _l("Kept a signature drawn on a screen"),
    Action.PERMISSION_SIGNATURE_DELETE: _l("Deleted a signature drawn on a screen"),
    Action.PERMISSION_WITHDRAW: _l("Recorded that a permission was withdrawn"),
    Action.BOOKING_CREATE: _l("Booked a place"),
    Action.BOOKING_MOVE: _l("Moved a place"),
    Action.BOOKING_CANCEL: _l("Cancelled a place"),
    Action.BOOKING_ARRIVE: _l("Noted the arrival"),
    Action.BOOKING_NO_SHOW: _l("Noted that the person did not come"),
    Action.INVITATION_VIEW: _l("Looked at the invitation"),
    Action.INVITATION_PRINT: _l("Printed the invitation"),
    Action.IDENTITY_CHECK: _l("Checked the identity"),
    Action.INTERVIEW_VIEW: _l("Looked at the interview"),
    Action.INTERVIEW_KEEP: _l("Wrote down the interview"),
    Action.SELF_ASSESS: _l("Answered an “I can” statement"),
    Action.SELF_ASSESS_SKIP: _l("Passed over the “I can” statements"),
    Action.PLAN_CHOOSE: _l("Chose the assessment plan"),
    Action.SEAT_ISSUE: _l("Issued a seat code"),
    Action.SEAT_BIND: _l("A kiosk took the seat"),
    Action.SEAT_CUT: _l("Cut the seat off"),
    Action.SITTING_CREATE: _l("Opened the sitting"),
    Action.SITTING_VIEW: _l("Looked at the sitting"),
    Action.SITTING_PAUSE: _l("Paused the sitting"),
    Action.SITTING_RESUME: _l("Resumed the sitting"),
    Action.SITTING_EXTRA_TIME: _l("Gave extra time"),
    Action.SITTING_END: _l("Ended the sitting early"),
    Action.SITTING_FINISH: _l("Finished the sitting"),
    Action.SITTING_NOTE: _l("Wrote an observation"),
    Action.LITERACY_OPEN: _l("Opened a literacy screen"),
    Action.LITERACY_VIEW: _l("Looked at the literacy screen"),
    Action.LITERACY_MARK: _l("Marked tasks of the literacy screen"),
    Action.LITERACY_CHANGE: _l("Changed notes of the literacy screen"),
    Action.LITERACY_FINISH: _l("Ended the literacy screen"),
    Action.LITERACY_PROPOSE: _l("The proposed class of literacy became another one"),
    Action.LITERACY_CONFIRM: _l("Confirmed the literacy class"),
    Action.LITERACY_SIGN: _l("Signed a statement on reading and writing"),
    Action.LITERACY_STATEMENT_VIEW: _l("Looked at a statement on reading and writing"),
    Action.LITERACY_STATEMENT_PRINT: _l("Printed a statement on reading and writing"),
    Action.PAPER_KEEP: _l("Kept a picture of a page"),
    Action.PAPER_DELETE: _l("Deleted a picture of a page"),
    Action.PART_START: _l("Began a part"),
    Action.PART_END: _l("Ended a part"),
    Action.PART_NOT_ASSESS: _l("Left a skill not assessed"),
    Action.PART_GIVE: _l("Gave a part after all"),
    Action.OWN_WRITING_KEEP: _l("Kept a text in the own language"),
    Action.OWN_WRITING_JUDGE: _l("Judged a text in the own language"),
    Action.SPEAKING_BEGIN: _l("Began the speaking interview"),
    Action.SPEAKING_KEEP: _l("Ended the speaking interview"),
    Action.SPEAKING_HEAR: _l("Listened to the speaking interview"),
    Action.SPEAKING_DELETE: _l("Deleted the recording of the speaking interview"),
    Action.TASK_OPEN: _l("Opened a task"),
    Action.TASK_ANSWER: _l("Answered a task"),
    Action.ANSWER_STALE: _l("An answer from an old page was set aside"),
    Action.PLAY_GRANT: _l("Began to play a recording"),
    Action.PLAY_BREAK: _l("A recording broke off"),
    Action.PLAY_EXTRA: _l("Granted another play"),
    Action.HELP_CALL: _l("Raised a hand"),
    Action.HELP_ANSWER: _l("Answered a raised hand"),
    Action.SCRIPT_SUBMIT: _l("Handed in a text"),
    Action.SCRIPT_VIEW: _l("Read a text"),
    Action.SCRIPT_ENTER: _l("Entered a text written on paper"),
    Action.RATING_TAKE: _l("Took a text to rate"),
    Action.RATING_RETURN: _l("Gave a text back unrated"),
    Action.RATING_SUBMIT: _l("Rated a text"),
    Action.RESULT_VIEW: _l("Looked at the result"),
    Action.RESULT_BLIND_LEVEL: _l("Entered a level before seeing the proposal"),
    Action.RESULT_PROPOSE: _l("The system made its proposal"),
    Action.FACTS_NOTE: _l("Noted facts for the recommendation"),
    Action.RECOMMENDATION_PROPOSE: _l("The system proposed a recommendation"),
    Action.MEETING_COMMENT: _l("Gave an opinion at the meeting"),
    Action.TALK_BOOK: _l("Booked a feedback talk"),
    Action.TALK_VIEW: _l("Looked at the page of the feedback talk"),
    Action.TALK_HOLD: _l("Recorded a feedback talk"),
    Action.TALK_CANCEL: _l("Cancelled a feedback talk"),
    Action.PLANS_CHANGE: _l("Changed a draft of the assessment plans"),
    Action.PLANS_PUBLISH: _l("Published assessment plans"),
    Action.RULES_CHANGE: _l("Changed a draft of the recommendation rules"),
    Action.RULES_PUBLISH: _l("Published recommendation rules"),
    Action.RESCORING_RUN: _l("Compared statements with today's rules"),
    Action.RESCORING_DECIDE: _l("Decided whether a statement stands"),
    Action.STATEMENT_SIGN: _l("Signed a statement"),
    Action.STATEMENT_SUPERSEDE: _l("Superseded a statement"),
    Action.STATEMENT_VIEW: _l("Looked at a statement"),
    Action.STATEMENT_PRINT: _l("Printed a statement"),
    Action.LITERACY_RELEASE: _l("Received a statement on reading and writing"),
    Action.LITERACY_RELEASE_REFUSE: _l("Was refused a statement on reading and writing"),
    Action.STATEMENT_RELEASE: _l("Received a statement"),
    Action.STATEMENT_REFUSE: _l("Was refused a statement"),
    Action.DOCUMENT_SIGN: _l("The service signed a document"),
    Action.OWN_COPY_VIEW: _l("Looked at the person's own copy"),
    Action.OWN_COPY_PRINT: _l("Printed the person's own copy"),
    Action.FEEDBACK_ANSWER: _l("Answered feedback"),
    Action.SOUND_RECORD: _l("Recorded a spoken instruction"),
    Action.SOUND_APPROVE: _l("Approved a spoken instruction"),
    Action.BANK_IMPORT: _l("Imported tasks into the bank"),
    Action.BANK_CHANGE: _l("Changed the item bank"),
    Action.ANSWERS_EXPORT: _l("Took out answers for calibration, without names"),
    Action.CALIBRATION_ADD: _l("Brought in a calibration"),
    Action.CALIBRATION_USE: _l("Put a calibration into use"),
    Action.STANDARD_CONFIRM: _l("Confirmed boundaries of levels"),
    Action.BACKUP_MAKE: _l("Made a backup"),
    Action.BACKUP_RESTORE: _l("Restored a backup"),
    Action.LOG_VERIFY: _l("Checked the whole log"),
}

ACTORS: dict[str, Any] = {
    "kiosk": _l("The person, at the kiosk"),
    "system": _l("The service"),
    "command": _l("The command line"),
    "staff": _l("An account that is gone"),
}

FINDINGS: dict[Kind, Any] = {
    Kind.ALTERED: _l("altered"),
    Kind.MOVED: _l("moved from its place"),
    Kind.MISSING: _l("missing"),
    Kind.BROKEN_LINK: _l("does not continue the one before it"),
    Kind.WRONG_HEAD: _l("the end of the chain was altered"),
    Kind.OTHER_THAN_SEALED: _l("not the event that was sealed"),
    Kind.CHAIN_MISSING: _l("the whole chain is missing"),
    Kind.OWNER_WITHOUT_CHAIN: _l("has no chain"),
    Kind.SEAL_ALTERED: _l("the seal was altered"),
    Kind.SEAL_MISSING: _l("the seal is missing"),
    Kind.SEAL_FILE_DIFFERS: _l("the seal file says something else"),
}


def what(entry: Entry) -> Any:
    """What was done; an unknown code stays a code."""
    return WORDS[entry.action] if entry.action else entry.code


def who(one: Who) -> Any:
    if one.kind == "staff" and one.organisation:
        return one.name
    return ACTORS.get(one.kind, one.kind)


def finding(kind: str) -> Any:
    return FINDINGS[Kind(kind)] if kind in set(Kind) else kind


def facts(entry: Entry) -> str:
    """Codes and counts that the event holds, as they are stored."""
    return "; ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in entry.details.items()
        if value not in (None, "", [])
    )
