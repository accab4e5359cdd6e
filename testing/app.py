"""The application: made from settings, everything else is registered here."""

import secrets
from typing import Any

import flask_babel
import structlog
from flask import Flask, Response, g, request, session, url_for
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from testing import (
    access,
    catalogues,
    clock,
    errors,
    events,
    logs,
    navigation,
    result_words,
    schema,
    staff_words,
)
from testing.db import Database, make_engine
from testing.keys import read_keys
from testing.languages import (
    PERSON_CODES,
    PERSON_LANGUAGES,
    STAFF_CODES,
    STAFF_LANGUAGES,
    direction_of,
)
from testing.refusals import NotFound
from testing.settings import CHECKOUT, Settings, read_settings
from testing.views import register_views

LANGUAGE_COOKIE = "lahtotaso_language"


def create_app(settings: Settings | None = None, *, database: Database | None = None) -> Flask:
    """The service, ready to serve.

    :raise BadSetting: a setting or key is missing or wrong.
    """
    settings = settings or read_settings()
    catalogues.compile_all()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    logs.configure(settings.log_level)
    keys = read_keys(settings)
    app = Flask(
        __name__,
        template_folder=str(CHECKOUT / "templates"),
        static_folder=str(CHECKOUT / "testing" / "static"),
    )
    app.config.update(
        SECRET_KEY=keys.session,
        SESSION_COOKIE_NAME="lahtotaso",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The session's own end limits a form; a clock of its own would lose a slow writer's text.
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_DEFAULT_TIMEZONE="Europe/Helsinki",
        BABEL_TRANSLATION_DIRECTORIES=";".join(map(str, catalogues.LOADED)),
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if database is None:
        engine = make_engine(settings.database_url)
        if settings.is_embedded:
            schema.migrate_embedded(engine, settings)
        database = Database(engine, lambda db: events.append_recorded(db, keys))
    app.extensions.update(settings=settings, keys=keys, database=database)
    app.before_request(make_nonce)
    # Before the token is looked for, because looking reads the whole form.
    app.before_request(access.limit_request)
    CSRFProtect(app)
    flask_babel.Babel(app, locale_selector=choose_language)
    errors.init_app(app)
    register_views(app)
    app.before_request(refuse_nul)
    app.after_request(secure)
    app.context_processor(page_facts)
    navigation.init_app(app)
    staff_words.init_app(app)
    result_words.init_app(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count)  # type: ignore[method-assign]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=app.static_folder, prefix="static/", max_age=3600
    )
    return app


def is_for_persons() -> bool:
    """The page speaks to a test-taker (in eight languages), not to staff (in three)."""
    return request.path.startswith(("/kiosk", "/verify", "/privacy", "/accessibility", "/feedback"))


def choose_language() -> str:
    """Language of this request's page, without asking the database."""
    chosen = g.get("language")
    if chosen:
        return str(chosen)
    if request.path.startswith("/kiosk"):
        code = request.cookies.get(LANGUAGE_COOKIE, "fi")
        return code if code in PERSON_CODES else "fi"
    code = session.get("language", "")
    allowed = PERSON_CODES if is_for_persons() else STAFF_CODES
    return code if code in allowed else (request.accept_languages.best_match(allowed) or "fi")


def make_nonce() -> None:
    g.csp_nonce = secrets.token_urlsafe(16)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=secrets.token_hex(4), endpoint=request.endpoint)


def refuse_nul() -> None:
    """No address of the service holds a NUL, which PostgreSQL cannot even compare with.

    :raise NotFound: this one does.
    """
    values = [request.path, *request.args.values()]
    if any("\x00" in value for value in values):
        raise NotFound


def page_facts() -> dict[str, Any]:
    """What every template may use."""
    language = choose_language()
    facts: dict[str, Any] = {
        "page_lang": language,
        "page_dir": direction_of(language),
        "csp_nonce": lambda: g.get("csp_nonce", ""),
        "staff": g.get("staff"),
        "visit": g.get("visit"),
        "local": clock.local,
        "local_time": lambda moment: f"{clock.local(moment):%H.%M}",
        "local_date": lambda moment: f"{clock.local(moment):%-d.%-m.%Y}",
    }
    if not request.path.startswith("/kiosk"):
        offered = PERSON_LANGUAGES if is_for_persons() else STAFF_LANGUAGES
        facts["staff_languages"] = [
            (
                url_for("public.language", code=one.code, back=request.path),
                one.code,
                one.own_name,
                one.code == language,
            )
            for one in offered
        ]
    staff = g.get("staff")
    if staff is not None:
        facts |= {
            "staff_name": staff.name,
            "organisation_name": (staff.office or staff.centre).name,
            "sign_out_url": url_for("sign_in.sign_out"),
            "account_url": url_for("account.password"),
            "home_url": url_for("sign_in.home"),
        }
    return facts


def secure(response: Response) -> Response:
    """Headers that every answer carries."""
    nonce = g.get("csp_nonce", "")
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        "style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self' blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault(
        "Permissions-Policy", "microphone=(self), camera=(), geolocation=(), payment=()"
    )
    if not request.path.startswith("/static/"):
        # Pages hold personal data: no cache may keep them, and "back" shows nothing old.
        response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
