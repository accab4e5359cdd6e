"""What the kiosk says when it asks; the statements themselves are those of the interview."""

from typing import Any

from flask_babel import lazy_gettext as _l

from testing.interview.person_words import STATEMENTS
from testing.models import Said
from testing.person_words import Words
from testing.self_assessment import ladder
from testing.self_assessment.ladder import Statement

_HOW = (
    _l("Listen to the sentence."),
    _l("Press the tick if you can."),
    _l("Press the half circle if you can a little, or if you are not sure."),
    _l("Press the cross if you cannot."),
    _l("Then press Next."),
    _l("If you do not want to answer, press the two arrows."),
)

#: By tested language.
PAGES = {
    "self_assessment/fi": Words(_l("Can you do this in Finnish?"), _HOW),
    "self_assessment/sv": Words(_l("Can you do this in Swedish?"), _HOW),
}

ANSWERS: dict[Said, Any] = {
    Said.YES: _l("Yes"),
    Said.A_LITTLE: _l("A little, or I am not sure"),
    Said.NO: _l("No"),
}

#: The shape that is named in `_HOW`.
SHAPES = {Said.YES: "answer-yes", Said.A_LITTLE: "answer-half", Said.NO: "answer-no"}


def page_words(tested: str) -> Words:
    return PAGES[f"self_assessment/{tested}"]


def statement_words(statement: Statement) -> Words:
    """The statement as it is shown and heard."""
    return Words(STATEMENTS[statement.skill][statement.place - 1])


def all_spoken(tested: str) -> list[Words]:
    """Everything that has to be heard to answer without reading."""
    rows = ladder.in_use().statements.values()
    return [page_words(tested), *(statement_words(one) for row in rows for one in row)]
