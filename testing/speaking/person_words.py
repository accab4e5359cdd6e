"""What the person hears before the speaking interview: what happens, and who listens."""

from flask_babel import lazy_gettext as _l

from testing.person_words import Words

AGREEMENT = Words(
    _l("May we record the talk?"),
    (
        _l("You talk with one of us for about ten minutes."),
        _l("Two people listen to the recording and tell the level. They do not see your name."),
        _l("You may say no. Then another person sits here and listens."),
        _l("Saying no does not change your result."),
    ),
)


def all_spoken() -> dict[str, Words]:
    """For sounds, by a stable code."""
    return {"speaking/agreement": AGREEMENT}
