"""A photograph or scan of a page: read, checked, made anew without what else the file told."""

import io
from enum import StrEnum

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

#: Of one file, and of the longer side of what is kept.
MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2200
#: A page with a shorter side than this cannot be read.
SHORTEST_SIDE = 600
QUALITY = 82
_HEIF = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif", b"ftypavif")


class PictureFault(StrEnum):
    """Why a picture is not kept."""

    UNREADABLE = "unreadable"
    HEIC = "heic"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"


class BadPicture(ValueError):
    """The picture cannot be used; `fault` says why."""

    def __init__(self, fault: PictureFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def prepare(sent: bytes) -> bytes:
    """A JPEG that stands upright, of a size that reads well, and nothing but the picture.

    :raise BadPicture: it is no JPEG or PNG, or too large or too small to be read.
    """
    if len(sent) > MOST_BYTES:
        raise BadPicture(PictureFault.TOO_LARGE)
    if sent[4:12] in _HEIF:
        raise BadPicture(PictureFault.HEIC)
    # WeasyPrint turns this on for the whole process when it is first imported: the rest of a page
    # whose upload broke off would be kept as grey.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        # The size stands in the head of the file: nothing is unpacked before it is known.
        picture = Image.open(io.BytesIO(sent), formats=("JPEG", "PNG"))
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise BadPicture(PictureFault.TOO_LARGE)
        if min(width, height) < SHORTEST_SIDE:
            raise BadPicture(PictureFault.TOO_SMALL)
        upright = ImageOps.exif_transpose(picture)
        return _written(_on_white(upright))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError):
        raise BadPicture(PictureFault.UNREADABLE) from None


def turned(kept: bytes) -> bytes:
    """The picture a quarter to the right."""
    return _written(Image.open(io.BytesIO(kept)).transpose(Image.Transpose.ROTATE_270))


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        page = Image.new("RGB", seen.size, "white")
        page.paste(seen, mask=seen.getchannel("A"))
        return page
    return picture.convert("RGB")


def _written(picture: Image.Image) -> bytes:
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A new picture of the same points: what the file told besides them stays behind.
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    body = io.BytesIO()
    bare.save(body, "JPEG", quality=QUALITY, optimize=True)
    return body.getvalue()
