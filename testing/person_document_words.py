"""What the verification page calls a document; anybody may read it, in the kiosk's languages."""

from flask_babel import lazy_gettext as _l

from testing.models import DocumentKind

KINDS = {
    DocumentKind.STATEMENT: _l("Statement on language skills"),
    DocumentKind.TRANSFER: _l("Transfer form for a school"),
    DocumentKind.LITERACY: _l("Statement on reading and writing"),
}
