"""Errors: every refusal becomes a page in the reader's language, in one place."""

import secrets
import traceback
from pathlib import Path
from typing import Any

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from testing import bank_words, person_words
from testing.access import PasswordIsInitial, SeatNotBound
from testing.plans import BankNotReady
from testing.refusals import NotSignedIn, Refusal
from testing.staff_words import BANK_LANGUAGES

log = structlog.get_logger()

#: What a refusal says, where the page of its status would say too little.
WORDS = {
    "OccasionFull": _l("Every place on this occasion is taken. Choose another occasion."),
    "OccasionClosed": _l("This occasion is cancelled or over. Choose another occasion."),
    "AlreadyBooked": _l("This person has a place already. Move it or cancel it first."),
    "ReferralClosed": _l("This referral is closed."),
    "BookingClosed": _l("This place was given up or used already."),
    "PlacesTaken": _l("More places are booked than that. Move somebody first."),
    "HasBooking": _l("A place waits for this person. Cancel the place first."),
    "CannotMatch": _l("These two cannot be matched: they are one already."),
    "NotArrived": _l("Check the person's identity first, then give a seat code."),
    "SittingClosed": _l("This sitting has come to its end."),
    "PartOver": _l("This part has ended already."),
    "ReasonMissing": _l("Write a reason. It is kept with the sitting."),
    "PermissionWithdrawn": _l(
        "There is no permission to see this result. The person may have withdrawn it."
    ),
    "AlreadyRated": _l("You have sent these marks already. Nobody can change them now."),
    "MarksMissing": _l("Choose a level for each criterion."),
    "SittingOpen": _l("The person is still at the test. Assess it when it has ended."),
    "RatingsMissing": _l("A text still waits for a rater."),
    "PromptUsed": _l("The person has handed in a text to this task already."),
    "ResultFrozen": _l("The assessor has seen the proposal: a text cannot be added any more."),
    "TextTooLong": _l("The text is too long."),
    "BlindFirst": _l("Give your own levels first. Then you see the proposal."),
    "AlreadyGiven": _l("Your own levels are kept already. Nobody can change them now."),
    "AlreadySigned": _l(
        "Somebody has signed a statement meanwhile. Nothing was overwritten. Open it first."
    ),
    "StatementAltered": _l(
        "This statement is not the one that was signed. Tell the administrator; "
        "nobody is shown it."
    ),
    "StatementReplaced": _l("This statement was replaced. Open the newest version."),
    "ClassChanged": _l("Somebody confirmed the class anew meanwhile. Look at it before you sign."),
    "NotObserved": _l(
        "Nothing of the deep literacy screen was seen in person, or the screen is not over. "
        "There is nothing that could be signed."
    ),
    "ClassNotConfirmed": _l("Confirm the class first. Then the statement can be signed."),
    "AlreadyDecided": _l(
        "Somebody decided about this meanwhile, or the statement was replaced. Nothing was changed."
    ),
    "ComparisonOutdated": _l(
        "What would be otherwise has changed since the comparison. Nothing was decided: "
        "compare again."
    ),
    "DocumentAltered": _l(
        "This document is not the one that was signed. Tell the administrator; "
        "nobody is given it."
    ),
    "CertificateUnusable": _l(
        "The centre's certificate cannot sign documents now. The page shows the same; "
        "tell the administrator, who finds the reason with lahtotaso doctor."
    ),
    "TimestampMissing": _l(
        "The time-stamp server does not answer, so nothing was signed. Try again in some minutes."
    ),
    "OwnTextMissing": _l("Type the text, or choose that it stands on paper."),
    "OwnWritingJudged": _l("The text was judged already. Nobody can change it now."),
    "OwnWritingChanged": _l(
        "The text has changed since you opened it. Open the page again and read it."
    ),
    "CannotJudge": _l("Only somebody who reads the language may judge the text."),
    "HeardOnce": _l("The talk was not recorded: no other rater can hear it. Rate it yourself."),
    "TalkOver": _l("The speaking interview is over already."),
    "TalkNotKept": _l("No talk waits for its rater now. Open the page again."),
    "InterviewerCannotRate": _l("Who interviews a person may not rate them. Choose another rater."),
    "NobodyToRate": _l("Record the talk, or choose who sits beside and rates it."),
    "MetSince": _l("You have met this person since, or opened their data. Give the text back."),
    "NotToBeRecorded": _l("The person did not agree to be recorded. The recording was not kept."),
    "RecordingMissing": _l("Record the talk and keep the recording first."),
    "InterviewOver": _l("The sitting is over: the interview is not changed any more."),
    "TooManyPages": _l("A text has at most six pages. Remove one first."),
    "PagesRated": _l("A rater has the text already: it stays as they see it."),
    "PlanClosed": _l("The sitting is over: its plan is not changed any more."),
    "PlanReasonMissing": _l("Write a reason. It is kept with the sitting."),
    "PartTaken": _l("This part has begun, or it was not left out."),
    "DraftExists": _l("There is a draft already. Open that one."),
    "DraftChanged": _l(
        "Somebody changed the draft meanwhile. Nothing was overwritten. Open it and look again."
    ),
    "VersionPublished": _l("A published version is never changed. Make a new draft of it."),
    "DraftNotWhole": _l("The draft has faults. Mend them first."),
    "ProposalChanged": _l("The proposal became another one meanwhile. Look at it before you sign."),
    "OpinionMissing": _l("Choose what you recommend."),
    "NothingSigned": _l("There is no signed result to talk about yet."),
    "TalkBooked": _l("A talk is booked already."),
    "TalkClosed": _l("This talk was held or cancelled."),
    "BadFacts": _l("Something was noted that the rules cannot read. Nothing was kept."),
    "NotSignedIn": _l(
        "You are not signed in any more, and nothing was saved. The browser's back button shows "
        "what you typed: copy what is long, sign in and send it again."
    ),
    "FormExpired": _l(
        "The form was open for too long, and nothing was saved. The browser's back button shows "
        "what you typed: copy what is long, reload the page and send it again."
    ),
    "RolesClash": _l(
        "A clerk belongs to an office and has no other role. Nobody else belongs to an office."
    ),
    "HasBegun": _l("The person has come to the test. The referral cannot be cancelled any more."),
    "LastAdministrator": _l(
        "The centre needs an administrator. Give somebody else the role first."
    ),
    "PasswordIsInitial": _l("Choose a password of your own first."),
    "NotSignedOnScreen": _l("Only a permission that was signed on a screen has a drawn signature."),
    "NotYetGiven": _l("A permission is recorded after it was given."),
    "EmailTaken": _l("Another account has this e-mail address."),
    "BirthDateDiffers": _l("The personal identity code tells another birth date. Check both."),
    "BankNotReady": _l(
        "The test cannot begin: the tasks in use cannot make a whole test. Nothing was changed. "
        "Tell those who look after the item bank."
    ),
    "NoAnswersYet": _l("There are no such answers yet. Nothing was taken out."),
    "FitNotLookedAt": _l("Look at the fit of the items first, and say that you did."),
    "CalibrationInUse": _l("These parameters are in use already."),
    "NotConfirmed": _l("Confirm the boundaries, or leave those that are in use."),
    "StandardChanged": _l(
        "Somebody confirmed other boundaries meanwhile. Nothing was changed: compare again."
    ),
    "StepNotPossible": _l("This version cannot go to that status from where it is now."),
    "BadIdentityCode": _l("This is not a personal identity code. Check it, or leave it out."),
}

#: Statuses with a page of their own; any other 4xx shows the page of 400.
KNOWN = {400, 403, 404, 409, 413, 429}

LAST_RESORT = """<!doctype html><html lang="fi"><meta charset="utf-8"><title>Lähtötaso</title>
<h1>Odota hetki. Vastauksesi ovat tallessa.</h1>
<p lang="sv">Vänta en stund. Dina svar är sparade.</p>
<p lang="en">Please wait. Your answers are saved.</p><p>{reference}</p></html>"""


def init_app(app: Flask) -> None:
    app.register_error_handler(SeatNotBound, seat_not_bound)
    app.register_error_handler(NotSignedIn, not_signed_in)
    app.register_error_handler(PasswordIsInitial, password_is_initial)
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(DBAPIError, database_fault)
    app.register_error_handler(Exception, fault)


def is_kiosk() -> bool:
    return request.path.startswith("/kiosk")


def error_page(status: int, name: str | None = None, **facts: Any) -> Response:
    """The page for a status: the kiosk's words at a kiosk, the desk's elsewhere."""
    at, words = ("kiosk_", person_words.REFUSALS) if is_kiosk() else ("", WORDS)
    response = make_response(
        render_template(
            f"errors/{at}{status if status in KNOWN else 400}.html",
            refusal_words=words.get(name or ""),
            continue_url=url_for("kiosk.here") if is_kiosk() else None,
            **facts,
        ),
        status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def seat_not_bound(_error: SeatNotBound) -> Any:
    if request.method == "GET":
        return redirect(url_for("kiosk.code"), 303)
    return error_page(403, "SeatNotBound")


def not_signed_in(_error: NotSignedIn) -> Any:
    if request.method == "GET":
        return redirect(url_for("sign_in.sign_in", next=request.path), 303)
    return error_page(403, "NotSignedIn", is_signed_out=True)


def password_is_initial(_error: PasswordIsInitial) -> Any:
    if request.method == "GET":
        return redirect(url_for("account.password"), 303)
    return error_page(403, "PasswordIsInitial")


def refused(error: Refusal) -> Response:
    log.info("refused", refusal=type(error).__name__, endpoint=request.endpoint)
    return error_page(error.status, type(error).__name__, error=error, lacking=_lacking(error))


def _lacking(error: Refusal) -> list[str]:
    """What the bank lacks, line by line, where that is why."""
    if not isinstance(error, BankNotReady):
        return []
    where = f"{dict(BANK_LANGUAGES)[error.language]}, {bank_words.SKILLS[error.skill].lower()}"
    return [f"{where}: {bank_words.constraint(one)}" for one in error.unmet]


def form_expired(_error: CSRFError) -> Response:
    return error_page(400, "FormExpired")


def http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    if status >= 500:
        return calm(status)
    response = error_page(status, type(error).__name__)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def database_fault(error: DBAPIError) -> Response:
    """Read-only, full or unreachable: what was saved before stays saved.

    Two people who do the same in the same instant meet here too: a unique key lets one through.
    """
    if isinstance(error, IntegrityError):
        log.info("refused", refusal="JustChanged", endpoint=request.endpoint)
        return error_page(409, "JustChanged")
    reference = secrets.token_hex(3)
    log.error(
        "database fault",
        reference=reference,
        kind=type(error.orig).__name__,
        state=getattr(error.orig, "sqlstate", None),
        where=_where(error),
    )
    return calm(503 if isinstance(error, OperationalError) else 500, reference)


def fault(error: Exception) -> Response:
    reference = secrets.token_hex(3)
    log.error("fault", reference=reference, kind=type(error).__name__, where=_where(error))
    return calm(500, reference)


def _where(error: BaseException) -> list[str]:
    """The places of the code that the error passed; its message may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def calm(status: int, reference: str | None = None) -> Response:
    """A page that touches neither database nor session, with a reference for the desk."""
    reference = reference or secrets.token_hex(3)
    try:
        name = f"{'kiosk_' if is_kiosk() else ''}{503 if status == 503 else 500}"
        # Not `render_template`: its context asks for session and language, which may be what broke.
        template = current_app.jinja_env.get_template(f"errors/{name}.html")
        body = template.render(reference=reference)
    except Exception:
        log.error("the calm page itself failed", reference=reference)
        body = LAST_RESORT.format(reference=reference)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = "10"
    return response
