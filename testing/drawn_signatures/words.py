"""What staff read of drawings that cannot be kept."""

from flask_babel import lazy_gettext as _l

from testing.drawn_signatures.drawing import DrawingFault

FAULTS = {
    DrawingFault.UNREADABLE: _l("The signature could not be read. Clear it and sign again."),
    DrawingFault.TOO_SHORT: _l("There is hardly a line. Clear it and sign again."),
    DrawingFault.TOO_LONG: _l("There are too many lines. Clear it and sign again."),
}
