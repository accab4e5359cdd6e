from typing import Any

from flask_babel import lazy_gettext as _l

from testing import clock
from testing.forms.fields import Form, choice, day, number, time_of_day


class OccasionForm(Form):
    site = choice(_l("Site"), [], error=_l("Choose a site."))
    day = day(_l("Day"), error=_l("Give the day."))
    starts = time_of_day(_l("Begins"), error=_l("Give the time, such as 9:00."))
    ends = time_of_day(_l("Ends"), error=_l("Give the time, such as 13:00."))
    places = number(_l("Places"), error=_l("Give a number from 1 to 500."), least=1, most=500)
    weeks = number(
        _l("How many weeks"),
        hint=_l("1 is one occasion; 10 makes the same day and time ten weeks in a row."),
        error=_l("Give a number from 1 to 52."),
        least=1,
        most=52,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        starts, ends, on = self.starts.data, self.ends.data, self.day.data
        if starts is not None and ends is not None and ends <= starts:
            valid = self.fault(self.ends, _l("Give an end that is later than the beginning."))
        if on is not None and starts is not None:
            moment = clock.from_local(on, starts.hour, starts.minute)
            if moment <= clock.now():
                valid = self.fault(self.day, _l("This time has passed. Choose a coming one."))
        return valid


class PlacesForm(Form):
    places = number(_l("Places"), error=_l("Give a number from 1 to 500."), least=1, most=500)
