"""The person's own copy, given by staff; it needs no permission to anybody."""

from typing import Any

from flask import Blueprint, g, request, url_for
from sqlalchemy.orm import Session

from testing import access, events, own_copies, pdf, people
from testing.access import Unit, page, roles
from testing.events import Action
from testing.languages import PERSON_CODES, PERSON_LANGUAGES
from testing.models import Person, Role, Statement
from testing.refusals import NotFound
from testing.views.statements import attachment

bp = Blueprint("own_copies", __name__, url_prefix="/people/<public_id>")
CENTRE = roles(Role.ADMINISTRATOR, Role.ASSESSOR)


@bp.get("/own-copy")
@page(CENTRE, Unit.WRITE)
def show(public_id: str):
    person, statement = _found(g.db, public_id)
    language = _language(person)
    _note(g.db, Action.OWN_COPY_VIEW, person, statement, language)
    which: dict[str, Any] = {"public_id": public_id, "statement": statement.public_id}
    return own_copies.page(
        own_copies.facts_of(g.db, person, statement),
        language,
        pdf=url_for("own_copies.show_pdf", language=language, **which),
        others=[
            (one, url_for("own_copies.show", language=one.code, **which))
            for one in PERSON_LANGUAGES
            if one.code != language
        ],
    )


@bp.get("/own-copy.pdf")
@page(CENTRE, Unit.OWN)
def show_pdf(public_id: str):
    database = access.the_database()
    with database.reading() as db:
        person, statement = _found(db, public_id)
        language = _language(person)
        facts = own_copies.facts_of(db, person, statement)
    document = pdf.make_one_page(
        *(own_copies.page(facts, language, is_tight=is_tight) for is_tight in (False, True))
    )
    with database.writing() as db:
        _note(db, Action.OWN_COPY_PRINT, person, statement, language)
    return attachment(document, "application/pdf", "own-copy.pdf")


def _found(db: Session, public_id: str) -> tuple[Person, Statement]:
    """
    :raise NotFound: another centre's person, or nothing was signed yet.
    """
    person = people.of_centre(db, public_id, g.staff)
    asked = request.args.get("statement")
    for statement in own_copies.newest(db, person):
        if asked in (None, statement.public_id):
            return person, statement
    raise NotFound


def _language(person: Person) -> str:
    asked = request.args.get("language", person.contact_language)
    return asked if asked in PERSON_CODES else "fi"


def _note(
    db: Session, action: Action, person: Person, statement: Statement, language: str
) -> Any:
    events.record(
        db, action, on=person, subject=statement, actor=g.staff, now=g.now, language=language
    )
