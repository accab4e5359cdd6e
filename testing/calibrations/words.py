"""What psychometricians read for the codes of this subject."""

from flask_babel import lazy_gettext as _l

from testing.calibrations.circumstances import Circumstance
from testing.calibrations.reading import LeftOut

CIRCUMSTANCES = {
    Circumstance.ACCOMMODATED: _l("Something was arranged: large print, paper, longer time …"),
    Circumstance.HELPED: _l("Somebody was called to the kiosk to help"),
    Circumstance.INTERRUPTED: _l("It was interrupted: a pause, another seat, another day"),
}

LEFT_OUT = {
    LeftOut.NO_ESTIMATE: _l("No estimate: never presented, or everybody had the same score"),
    LeftOut.NO_ANSWERS: _l("No answers behind the row"),
    LeftOut.TOO_UNSURE: _l("Less sure than what its level says"),
}
