"""Sounds for what a kiosk says, without a voice that speaks them."""

from pathlib import Path

from flask_babel import force_locale

from testing import sounds
from testing.self_assessment import person_words


def voice_for_self_assessment(app, media: Path, language: str, content: bytes = b"x") -> None:
    """Every "I can" statement can be heard in a language. Needs no request."""
    with app.test_request_context(), force_locale(language):
        for words in person_words.all_spoken("fi"):
            file = sounds.file_of(media, language, sounds.digest_of(words.spoken))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
