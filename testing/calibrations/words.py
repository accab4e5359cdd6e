"""What psychometricians read for the codes of this subject."""

from flask_babel import lazy_gettext as _l

from testing.calibrations.circumstances import Circumstance

CIRCUMSTANCES = {
    Circumstance.ACCOMMODATED: _l("Something was arranged: large print, paper, longer time …"),
    Circumstance.HELPED: _l("Somebody was called to the kiosk to help"),
    Circumstance.INTERRUPTED: _l("It was interrupted: a pause, another seat, another day"),
}
