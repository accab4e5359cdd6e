"""Errors: every refusal becomes a page in the reader's language, in one place."""

import secrets
from typing import Any

import structlog
from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from testing.access import SeatNotBound
from testing.refusals import NotSignedIn, Refusal

log = structlog.get_logger()

#: Statuses with a page of their own; any other 4xx shows the page of 400.
KNOWN = {400, 403, 404, 409, 413, 429}

LAST_RESORT = """<!doctype html><html lang="fi"><meta charset="utf-8"><title>Lähtötaso</title>
<h1>Odota hetki. Vastauksesi ovat tallessa.</h1>
<p lang="sv">Vänta en stund. Dina svar är sparade.</p>
<p lang="en">Please wait. Your answers are saved.</p><p>{reference}</p></html>"""


def init_app(app: Flask) -> None:
    app.register_error_handler(SeatNotBound, seat_not_bound)
    app.register_error_handler(NotSignedIn, not_signed_in)
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(DBAPIError, database_fault)
    app.register_error_handler(Exception, fault)


def is_kiosk() -> bool:
    return request.path.startswith("/kiosk")


def error_page(status: int, name: str | None = None, **facts: Any) -> Response:
    """The page for a status: the kiosk's words at a kiosk, the desk's elsewhere."""
    template = f"errors/{status if status in KNOWN else 400}.html"
    response = make_response(
        render_template(template, kiosk=is_kiosk(), refusal=name, **facts), status
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
    return error_page(403, "NotSignedIn")


def refused(error: Refusal) -> Response:
    log.info("refused", refusal=type(error).__name__, endpoint=request.endpoint)
    return error_page(error.status, type(error).__name__, error=error)


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
    """Read-only, full or unreachable: what was saved before stays saved."""
    text = str(error.orig)
    busy = isinstance(error, OperationalError)
    reference = secrets.token_hex(3)
    log.error("database fault", reference=reference, kind=type(error.orig).__name__, text=text[:200])
    return calm(503 if busy else 500, reference)


def fault(error: Exception) -> Response:
    reference = secrets.token_hex(3)
    log.exception("fault", reference=reference, endpoint=request.endpoint, error=type(error).__name__)
    return calm(500, reference)


def calm(status: int, reference: str | None = None) -> Response:
    """A page that touches neither database nor session, with a reference for the desk."""
    reference = reference or secrets.token_hex(3)
    try:
        body = render_template("errors/500.html", kiosk=is_kiosk(), reference=reference)
    except Exception:
        log.exception("the calm page itself failed", reference=reference)
        body = LAST_RESORT.format(reference=reference)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = "10"
    return response
