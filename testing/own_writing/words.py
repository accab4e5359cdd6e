"""What staff read of own-language writing."""

from flask_babel import lazy_gettext as _l

from testing.models import OwnWritingGap, OwnWritingLevel, ScriptMode

LEVELS = {
    OwnWritingLevel.FUNCTIONAL: _l("Writes so that a reader understands"),
    OwnWritingLevel.EMERGING: _l("Writes words or parts of sentences"),
    OwnWritingLevel.NONE: _l("Does not write yet"),
}

MODES = {
    ScriptMode.KEYBOARD: _l("Typed"),
    ScriptMode.PAPER: _l("On paper, kept with the sitting's papers"),
}

REASONS = {
    OwnWritingGap.NOBODY_READS: _l("Nobody here reads the language"),
    OwnWritingGap.SIGHT: _l("Sight"),
    OwnWritingGap.HEALTH: _l("Health"),
    OwnWritingGap.REFUSED: _l("The person does not want it"),
    OwnWritingGap.TECHNICAL: _l("A technical fault"),
}
