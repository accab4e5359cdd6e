"""Forms of the speaking interview."""

from flask_babel import lazy_gettext as _l

from testing.forms.fields import Form, choice, many_lines, one_of

RECORDED, LIVE = "recorded", "live"


class BeginForm(Form):
    prompt = choice(_l("Speaking set"), [], error=_l("Choose the speaking set."))
    mode = one_of(
        _l("What did the person answer?"),
        (
            (RECORDED, _l("Yes: the talk is recorded")),
            (LIVE, _l("No: another rater sits beside and rates at once")),
        ),
        error=_l("Ask the person, then choose."),
    )
    rater = choice(
        _l("Who sits beside and rates"),
        [],
        error=_l("Choose who sits beside."),
        hint=_l("Only where the talk is not recorded. Never yourself."),
        required=False,
    )

    def validate(self, extra_validators: object = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.mode.data == LIVE and not self.rater.data:
            return self.fault(self.rater, _l("Choose who sits beside."))
        return True


class SetAsideForm(Form):
    words = many_lines(
        _l("Why the rater cannot be waited for"),
        error=_l("Write why. The assessor reads it."),
        most=500,
    )


class NotesForm(Form):
    notes = many_lines(
        _l("Notes for the assessor"),
        hint=_l("What helped or hindered. No level: who interviews does not rate."),
        most=4000,
        required=False,
    )
