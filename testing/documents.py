"""Documents of a result, each on one A4, in Finnish or Swedish."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import segno
from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from testing import result_pages, staff_words, transfers
from testing.literacy import statement_pages
from testing.models import DocumentKind, HowGiven
from testing.signing.documents import Seal

LANGUAGES = ("fi", "sv")


@dataclass(frozen=True)
class Paper:
    """How a kind of document becomes a page."""

    template: str
    #: File name by language; it says nothing of the person.
    names: dict[str, str]
    #: From the content what the template shows; in the document's language.
    facts: Callable[[dict[str, Any]], dict[str, Any]]


def page(
    kind: DocumentKind,
    content: dict[str, Any],
    language: str,
    base_url: str,
    seal: Seal,
    *,
    is_tight: bool,
) -> str:
    """The document as a page for paper; `language` is fi or sv.

    `is_tight` sets it smaller: much is said, and it is read on one sheet.
    """
    paper = PAPERS[kind]
    with force_locale(language):
        return render_template(
            paper.template,
            page_lang=language,
            page_dir="ltr",
            seal=seal,
            dense=is_tight,
            **paper.facts(content),
            **verification(content["verification_code"], base_url),
        )


def file_name(kind: DocumentKind, language: str) -> str:
    """The name under which whoever asked for the document keeps it."""
    return f"{PAPERS[kind].names[language]}.pdf"


def _transfer_facts(content: dict[str, Any]) -> dict[str, Any]:
    return {
        "view": result_pages.view_of(content),
        "content": content,
        "permission": permission_words(content),
        "for_teacher": transfers.for_teacher(content),
    }


PAPERS = {
    DocumentKind.STATEMENT: Paper(
        "statements/document.html",
        {"fi": "lausunto", "sv": "utlatande"},
        lambda content: {"view": result_pages.view_of(content)},
    ),
    DocumentKind.TRANSFER: Paper(
        "transfers/document.html", {"fi": "tiedonsiirto", "sv": "overforing"}, _transfer_facts
    ),
    DocumentKind.LITERACY: Paper(
        "literacy_statements/document.html",
        {"fi": "lukutaito", "sv": "lasfardighet"},
        lambda content: {"view": statement_pages.view_of(content)},
    ),
}


def permission_words(content: dict[str, Any]) -> dict[str, str]:
    """The permission under which a form is handed over."""
    permission = content["permission"]
    return {
        "given_on": result_pages.day(permission["given_on"]),
        "expires_on": result_pages.day(permission["expires_on"]),
        "how": str(staff_words.in_words(HowGiven(permission["how"]))),
    }


def verification(code: str, base_url: str) -> dict[str, Any]:
    """How a reader of the paper finds out whether it is real."""
    address = f"{base_url}/verify/{code}"
    return {"address": address.split("://", 1)[-1].rsplit("/", 1)[0], "qr": qr(address)}


def qr(address: str) -> Markup:
    """The address as a picture."""
    drawn = segno.make(address, error="m", micro=False)
    return Markup(drawn.svg_inline(border=2, dark="#10243a"))  # noqa: S704
