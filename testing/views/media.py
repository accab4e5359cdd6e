"""Pictures of the bank: drawn or vendored, the same for everybody, kept by browsers."""

from functools import lru_cache

from flask import Blueprint, Response

from items import pictures
from testing.access import PUBLIC, Unit, page
from testing.refusals import NotFound

bp = Blueprint("media", __name__)


@lru_cache(maxsize=2000)
def _svg(name: str) -> str:
    return pictures.picture_svg(name)


@bp.get("/static/pictures/<name>.svg")
@page(PUBLIC, Unit.OWN)
def picture(name: str):
    try:
        svg = _svg(name)
    except (LookupError, ValueError, OSError):
        raise NotFound from None
    response = Response(svg, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
