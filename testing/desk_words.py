"""Words of the desk's board and log, by code."""

from flask_babel import lazy_gettext as _l

from testing.board import Need

#: Need → (kind of state mark, word).
NEEDS = {
    Need.BROKEN_PLAY: ("attention", _l("The recording broke")),
    Need.HELP: ("attention", _l("Wants help")),
    Need.SILENT: ("stopped", _l("Not heard from")),
    Need.TOGETHER: ("attention", _l("Waits to read with you")),
    Need.PAUSED: ("paused", _l("Paused")),
    Need.RUNNING: ("running", _l("Working")),
    Need.CODE_WAITS: ("waiting", _l("Has a code")),
    Need.EXPECTED: ("draft", _l("Expected")),
    Need.DONE: ("done", _l("Done")),
}

NOTES = {
    "pause": _l("Paused"),
    "resume": _l("Resumed"),
    "extra_time": _l("Extra time"),
    "extra_play": _l("An extra play"),
    "moved_seat": _l("Moved to another device"),
    "ended": _l("Ended early"),
    "not_assessed": _l("A part was left out"),
    "given": _l("Gave a part after all"),
    "observation": _l("Observation"),
}

PART_STATES = {
    "waiting": ("waiting", _l("Waiting")),
    "running": ("running", _l("Running")),
    "done": ("done", _l("Done")),
    "not_assessed": ("absent", _l("Not assessed")),
}

WHERE = {
    "language": _l("Chooses a language"),
    "introduction": _l("Hears what will happen"),
    "practice": _l("Practises"),
    "paused": _l("Paused"),
    "literacy": _l("At the literacy screen"),
    "literacy_together": _l("Waits to read with you"),
    "breath": _l("Between parts"),
    "task": _l("At a task"),
    "writing": _l("Writes"),
    "talk": _l("Waits for the speaking interview"),
    "finished": _l("At the end"),
}
