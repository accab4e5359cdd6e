"""Whether the kiosk can ask somebody who reads nothing."""

from flask_babel import force_locale

from testing import sounds
from testing.models import Visit
from testing.self_assessment import person_words
from testing.settings import Settings


def can_be_heard(settings: Settings, visit: Visit) -> bool:
    """Everything that is asked has a sound in the language of the visit."""
    language = visit.language or "fi"
    with force_locale(language):
        return all(
            sounds.has_sound(settings, language, words.spoken)
            for words in person_words.all_spoken(visit.sitting.language)
        )
