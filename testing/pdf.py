"""PDF: a page becomes a document that reads nothing but the service's own static files."""

import mimetypes
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from testing.settings import CHECKOUT

STATIC = (CHECKOUT / "testing" / "static").resolve()
#: No such host exists: an address that slips through reaches nobody.
BASE = "https://static.invalid/"


def make(html: str) -> bytes:
    """The page as a tagged PDF. Slow: keep it outside transactions.

    :raise FatalURLFetchingError: the page asks for anything but a static file of the service.
    """
    return _written(_laid_out(html))


def make_one_page(*candidates: str) -> bytes:
    """The first of the pages that fits on one sheet, or the last one; otherwise as `make`."""
    for html in candidates:
        document = _laid_out(html)
        if len(document.pages) == 1:
            break
    return _written(document)


def _laid_out(html: str) -> Any:
    # Imported here: it costs 100 MB and a second, and most workers never print.
    from weasyprint import HTML

    return HTML(string=html, base_url=BASE, url_fetcher=fetch).render(pdf_tags=True)


def _written(document: Any) -> bytes:
    # Laying out marks the boxes; only writing with the same option puts the tags into the file.
    return bytes(document.write_pdf(pdf_tags=True))


def fetch(url: str) -> Any:
    """A file under /static/; everything else is refused, however it is written."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

    file = _static_file(url)
    if file is None:
        raise FatalURLFetchingError("a document may use the service's own static files only")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})


def _static_file(url: str) -> Path | None:
    address = urlsplit(url)
    if f"{address.scheme}://{address.netloc}/" != BASE or not address.path.startswith("/static/"):
        return None
    file = (STATIC / unquote(address.path).removeprefix("/static/")).resolve()
    return file if file.is_relative_to(STATIC) and file.is_file() else None
