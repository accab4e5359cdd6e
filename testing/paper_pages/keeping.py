"""Keeping pages: several a text, encrypted each for itself, gone when their time is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from items.models import TaskVersion
from testing import events, paper_scripts
from testing.events import Action
from testing.keys import Keys
from testing.models import PaperKind, PaperPage, Rating, Script, Sitting, Staff, Statement
from testing.paper_pages import pictures
from testing.refusals import NotFound, Refusal

#: Pages of one text.
MOST_PAGES = 6


class TooManyPages(Refusal):
    """More pages than a text has."""

    status = 400


class PagesRated(Refusal):
    """A rater has the text already: it stays as they see it."""


def pages_of(
    db: Session, sitting: Sitting, kind: PaperKind, script: Script | None = None
) -> list[PaperPage]:
    """The pages that are kept, in their order."""
    wanted = select(PaperPage).where(
        PaperPage.sitting_id == sitting.id,
        PaperPage.kind == kind,
        PaperPage.deleted_at.is_(None),
    )
    if script is not None:
        wanted = wanted.where(PaperPage.script_id == script.id)
    return list(db.scalars(wanted.order_by(PaperPage.id)))


def add(
    db: Session,
    keys: Keys,
    sitting: Sitting,
    kind: PaperKind,
    bodies: Sequence[bytes],
    *,
    version: TaskVersion | None = None,
    actor: Staff,
    now: datetime,
) -> list[PaperPage]:
    """The pages are kept; those of the writing part wait for raters, typed in or not.

    version : the prompt that was written about, for the writing part.

    :raise TooManyPages: more than `MOST_PAGES` of one text.
    :raise PagesRated: a rater has the text already.
    """
    script = None
    if kind is PaperKind.WRITING:
        if version is None:
            raise NotFound
        script = paper_scripts.on_paper(db, sitting, version, actor=actor, now=now)
        if script.ratings:
            raise PagesRated
    if len(pages_of(db, sitting, kind, script)) + len(bodies) > MOST_PAGES:
        raise TooManyPages
    rows = []
    for body in bodies:
        page = PaperPage(
            sitting_id=sitting.id,
            kind=kind,
            script_id=script.id if script else None,
            body=b"",
            kept_by_id=actor.id,
            kept_at=now,
        )
        db.add(page)
        db.flush()
        page.body = keys.encrypt_file(body, record=_record(page))
        rows.append(page)
    db.flush()
    for page in rows:
        _note(db, Action.PAPER_KEEP, page, actor=actor, now=now)
    return rows


def own(db: Session, public_id: str, staff: Staff) -> PaperPage:
    """The page, if it is of the centre's own.

    :raise NotFound: another centre's, a deleted and a missing one look the same.
    """
    page = _page(db, public_id)
    if page.sitting.centre_id != staff.centre_id:
        raise NotFound
    return page


def for_rater(db: Session, public_id: str, staff: Staff) -> PaperPage:
    """The page, if the rater has its text to rate.

    :raise NotFound: otherwise.
    """
    page = _page(db, public_id)
    has_it = select(Rating.id).where(
        Rating.script_id == page.script_id,
        Rating.rater_id == staff.id,
        Rating.submitted_at.is_(None),
    )
    if page.script_id is None or db.scalar(has_it) is None:
        raise NotFound
    return page


def opened(keys: Keys, page: PaperPage) -> bytes:
    """The picture.

    :raise CannotDecrypt: it was encrypted with another key, or altered.
    """
    assert page.body is not None
    return keys.decrypt_file(page.body, record=_record(page))


def turn(db: Session, keys: Keys, page: PaperPage, *, actor: Staff, now: datetime) -> None:
    """A quarter to the right; what stands on the page stays."""
    turned = pictures.turned(opened(keys, page))
    page.body = keys.encrypt_file(turned, record=_record(page))
    _note(db, Action.PAPER_KEEP, page, actor=actor, now=now)


def remove(db: Session, page: PaperPage, *, actor: Staff, now: datetime) -> None:
    """The picture is gone.

    :raise PagesRated: a rater has the text already.
    """
    if page.script is not None and page.script.ratings:
        raise PagesRated
    _delete(db, page, actor=actor, now=now)


def let_go(db: Session, days: int, now: datetime) -> None:
    """Pages that have had their time are gone: so many days after the newest signature, or after
    they were kept where nothing was signed."""
    signed = (
        select(func.max(Statement.signed_at))
        .where(Statement.sitting_id == PaperPage.sitting_id)
        .scalar_subquery()
    )
    rows = db.scalars(
        select(PaperPage).where(
            PaperPage.deleted_at.is_(None),
            func.coalesce(signed, PaperPage.kept_at) < now - timedelta(days=days),
        )
    )
    for page in rows.all():
        _delete(db, page, actor="system", now=now)


def _delete(db: Session, page: PaperPage, *, actor: Staff | str, now: datetime) -> None:
    page.body, page.deleted_at = None, now
    _note(db, Action.PAPER_DELETE, page, actor=actor, now=now)


def _page(db: Session, public_id: str) -> PaperPage:
    page = db.scalar(
        select(PaperPage)
        .where(PaperPage.public_id == public_id, PaperPage.deleted_at.is_(None))
        .options(undefer(PaperPage.body))
    )
    if page is None:
        raise NotFound
    return page


def _note(
    db: Session, action: Action, page: PaperPage, *, actor: Staff | str, now: datetime
) -> None:
    events.record(
        db,
        action,
        on=page.sitting.person,
        subject=page,
        actor=actor,
        now=now,
        kind=page.kind.value,
    )


def _record(page: PaperPage) -> str:
    """What a sealed page belongs to: in another page's place it does not open."""
    return f"paper:{page.public_id}"
