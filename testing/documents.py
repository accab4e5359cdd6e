"""Documents of a result: the statement on one A4, in Finnish or Swedish."""

from typing import Any

import segno
from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from testing import result_pages
from testing.signing.documents import Seal

#: File names say nothing of the person.
FILE_NAMES = {"fi": "lausunto", "sv": "utlatande"}


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


def verification(code: str, base_url: str) -> dict[str, Any]:
    """How a reader of the paper finds out whether it is real."""
    address = f"{base_url}/verify/{code}"
    return {"address": address.split("://", 1)[-1].rsplit("/", 1)[0], "qr": qr(address)}


def qr(address: str) -> Markup:
    """The address as a picture."""
    drawn = segno.make(address, error="m", micro=False)
    return Markup(drawn.svg_inline(border=2, dark="#10243a"))  # noqa: S704
