from flask_babel import lazy_gettext as _l

from testing.forms.fields import Form, choice, many_lines, number, one_of
from testing.models import NotAssessed

#: How an identity was checked; kept as a code, never the document's number.
IDENTITY_DOCUMENTS = (
    ("passport", _l("Passport")),
    ("identity_card", _l("Identity card")),
    ("residence_permit", _l("Residence permit card")),
    ("driving_licence", _l("Driving licence")),
    ("known", _l("No document: the office has confirmed who this is")),
)

REASONS = (
    (NotAssessed.ENDED.value, _l("The person wants to stop, or time ran out")),
    (NotAssessed.SCRIPT.value, _l("Does not read the Latin script")),
    (NotAssessed.HEARING.value, _l("Hearing")),
    (NotAssessed.SIGHT.value, _l("Sight")),
    (NotAssessed.HEALTH.value, _l("Health")),
    (NotAssessed.REFUSED.value, _l("The person does not want this part")),
    (NotAssessed.TECHNICAL.value, _l("A technical fault")),
)


class IdentityForm(Form):
    document = one_of(
        _l("Which photo ID did you see?"),
        IDENTITY_DOCUMENTS,
        error=_l("Choose the document that you saw."),
    )


class ExtraTimeForm(Form):
    minutes = number(
        _l("Minutes"), error=_l("Write a number of minutes between 1 and 240."), least=1, most=240
    )
    reason = many_lines(_l("Reason"), error=_l("Write a reason."), most=500)


class ReasonForm(Form):
    reason = many_lines(_l("Reason"), error=_l("Write a reason."), most=500)


class EndForm(Form):
    code = choice(_l("Why"), REASONS, error=_l("Choose why."))
    reason = many_lines(_l("In your own words"), error=_l("Write a reason."), most=500)


class NoteForm(Form):
    words = many_lines(_l("What you saw"), error=_l("Write what you saw."), most=1000)
