"""What staff read of pages and of pictures that cannot be kept."""

from flask_babel import lazy_gettext as _l

from testing.models import PaperKind
from testing.paper_pages.pictures import PictureFault

KINDS = {
    PaperKind.WRITING: _l("Pages of the writing part"),
    PaperKind.OWN_WRITING: _l("Pages in the own language"),
    PaperKind.LITERACY: _l("Pages of the literacy screen"),
}

FAULTS = {
    PictureFault.UNREADABLE: _l("%(file)s is no JPEG or PNG picture that can be read."),
    PictureFault.HEIC: _l(
        "%(file)s is a HEIC picture, which cannot be checked here. Take it again as JPEG (on an "
        "iPhone: Settings, Camera, Formats, Most Compatible)."
    ),
    PictureFault.TOO_LARGE: _l("%(file)s is too large: at most 15 megabytes and 40 megapixels."),
    PictureFault.TOO_SMALL: _l("%(file)s is too small to be read. Take it nearer or larger."),
}
