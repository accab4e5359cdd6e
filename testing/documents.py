"""Documents of a result, each on one A4, in Finnish or Swedish."""

from collections.abc import Callable
from typing import Any

import segno
from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from testing import result_pages, staff_words, transfers
from testing.literacy import statement_pages
from testing.models import DocumentKind, HowGiven
from testing.signing.documents import Seal

#: File names say nothing of the person.
FILE_NAMES = {"fi": "lausunto", "sv": "utlatande"}
LITERACY_NAMES = {"fi": "lukutaito", "sv": "lasfardighet"}
TRANSFER_NAMES = {"fi": "tiedonsiirto", "sv": "overforing"}


def statement_page(
    content: dict[str, Any], language: str, base_url: str, seal: Seal, *, is_tight: bool
) -> str:
    """The statement, or an office's part of it, as a page for paper; `language` is fi or sv.

    `is_tight` sets it smaller: much is said, and it is read on one sheet.
    """
    with force_locale(language):
        return render_template(
            "statements/document.html",
            page_lang=language,
            page_dir="ltr",
            view=result_pages.view_of(content),
            seal=seal,
            dense=is_tight,
            **verification(content["verification_code"], base_url),
        )


def transfer_page(
    content: dict[str, Any], language: str, base_url: str, seal: Seal, *, is_tight: bool
) -> str:
    """The transfer form for a school, as a page for paper."""
    with force_locale(language):
        return render_template(
            "transfers/document.html",
            page_lang=language,
            page_dir="ltr",
            view=result_pages.view_of(content),
            content=content,
            permission=permission_words(content),
            for_teacher=transfers.for_teacher(content),
            seal=seal,
            dense=is_tight,
            **verification(content["verification_code"], base_url),
        )


def literacy_page(
    content: dict[str, Any], language: str, base_url: str, seal: Seal, *, is_tight: bool
) -> str:
    """The statement on reading and writing, as a page for paper."""
    with force_locale(language):
        return render_template(
            "literacy_statements/document.html",
            page_lang=language,
            page_dir="ltr",
            view=statement_pages.view_of(content),
            seal=seal,
            dense=is_tight,
            **verification(content["verification_code"], base_url),
        )


#: How each kind becomes a page.
PAGES: dict[DocumentKind, Callable[..., str]] = {
    DocumentKind.STATEMENT: statement_page,
    DocumentKind.TRANSFER: transfer_page,
    DocumentKind.LITERACY: literacy_page,
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
