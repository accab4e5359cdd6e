"""Forms of the item bank."""

from flask_babel import lazy_gettext as _l
from wtforms import FileField

from testing.forms.fields import Form, many_lines, text


class RecordingForm(Form):
    recording = FileField(
        _l("Sound file"), description=_l("WAV, FLAC, MP3 or Ogg, at most ten minutes.")
    )
    speakers = text(
        _l("Who speaks"),
        error=_l("Write who speaks."),
        hint=_l("The name by which the speaker agreed to be known, such as a first name."),
        most=200,
    )
    transcript = many_lines(
        _l("Transcript"),
        error=_l("Write what is said in the recording."),
        hint=_l("Every word in its order, without the names of the speakers."),
        most=8000,
    )
