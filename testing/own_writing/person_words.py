"""What the person hears before writing in their own language."""

from flask_babel import lazy_gettext as _l

from testing.person_words import Words

TASK = Words(
    _l("Write in your own language"),
    (
        _l("Write two or three sentences about your day."),
        _l("Mistakes do not matter."),
    ),
)


def all_spoken() -> dict[str, Words]:
    """For sounds, by a stable code."""
    return {"own_writing/task": TASK}
