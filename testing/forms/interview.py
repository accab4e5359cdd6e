"""The interview's form, made from the questions."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field

from testing.forms.fields import Form, checkboxes, choice, number
from testing.interview import person_words, questions, staff_words
from testing.interview.pages import option_words, question_words
from testing.interview.questions import LANGUAGES, MOST_LANGUAGES, SCRIPT_OF, Kind, Question
from testing.staff_words import language_name

_CELLS = ("language", "script", "reads", "writes")


def interview_form(asked: questions.Questions, said: Mapping[str, Any] | None = None) -> Any:
    """A form for these questions, filled with what was said before."""
    fields: dict[str, Any] = {}
    for question in asked.questions:
        if question.kind is Kind.LANGUAGES:
            for place in range(MOST_LANGUAGES):
                fields |= _row_fields(place)
        else:
            fields[question.code] = _field(question)
    for skill, levels in asked.statements.items():
        pairs = list(zip(levels, person_words.STATEMENTS[skill], strict=True))
        fields[f"can_{skill}"] = checkboxes(
            person_words.CAN_DO, pairs, error=_WRONG, required=False
        )
    form = type("InterviewForm", (_InterviewForm,), fields)
    return form(data=_filled(asked, said or {}))


_WRONG = _l("Choose one of these.")


def _field(question: Question) -> Any:
    words = question_words(question)
    match question.kind:
        case Kind.NUMBER:
            return number(
                words,
                error=_l("Write the years as a number, for example 6, or leave it empty."),
                least=question.least,
                most=question.most,
                required=False,
            )
        case Kind.MANY:
            return checkboxes(
                words, option_words(question).items(), error=_WRONG, required=False
            )
        case Kind.LANGUAGE:
            first = [("", staff_words.NOT_ASKED), *option_words(question).items()]
            return choice(words, lambda: [*first, *_languages()], error=_WRONG, required=False)
        case _:
            return choice(
                words,
                [("", staff_words.NOT_ASKED), *option_words(question).items()],
                error=_WRONG,
                required=False,
            )


def _row_fields(place: int) -> dict[str, Any]:
    degrees = [("", "–"), *person_words.DEGREES.items()]
    scripts = [("", _l("As usual")), *staff_words.SCRIPTS.items()]
    return {
        f"language_{place}": choice(
            _l("Language"), lambda: [("", "–"), *_languages()], error=_WRONG, required=False
        ),
        f"script_{place}": choice(_l("Script"), scripts, error=_WRONG, required=False),
        f"reads_{place}": choice(person_words.READS, degrees, error=_WRONG, required=False),
        f"writes_{place}": choice(person_words.WRITES, degrees, error=_WRONG, required=False),
    }


def _languages() -> list[tuple[str, str]]:
    named = [(code, language_name(code)) for code in LANGUAGES if code != "other"]
    return [*sorted(named, key=lambda one: one[1].casefold()), ("other", language_name("other"))]


def _filled(asked: questions.Questions, said: Mapping[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for question in asked.questions:
        if question.kind is Kind.LANGUAGES:
            for place, row in enumerate(said.get(question.code, ())):
                data |= {f"{cell}_{place}": row[cell] for cell in _CELLS}
        elif question.code in said:
            data[question.code] = said[question.code]
    for skill, levels in said.get("statements", {}).items():
        data[f"can_{skill}"] = levels
    return data


class _InterviewForm(Form):
    """What every version of the interview checks."""

    def row(self, place: int) -> dict[str, Field]:
        return {cell: self[f"{cell}_{place}"] for cell in _CELLS}

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and self._rows_are_whole()

    def _rows_are_whole(self) -> bool:
        """Of every language: how well it is read and written, and in which script."""
        met: set[str] = set()
        for place in range(MOST_LANGUAGES):
            row = self.row(place)
            language = row["language"].data
            if not language:
                if any(row[cell].data for cell in _CELLS):
                    return self.fault(row["language"], _l("Choose the language."))
                continue
            if language in met:
                return self.fault(row["language"], _l("This language stands here twice."))
            met.add(language)
            for cell in ("reads", "writes"):
                if not row[cell].data:
                    return self.fault(row[cell], _l("Choose how well."))
            if language not in SCRIPT_OF and not row["script"].data:
                return self.fault(row["script"], _l("Choose the script."))
        return True

    def answers(self, asked: questions.Questions) -> dict[str, Any]:
        """What was answered, by question; what was left empty is left out."""
        told: dict[str, Any] = {}
        for question in asked.questions:
            if question.kind is Kind.LANGUAGES:
                rows = [self.row(place) for place in range(MOST_LANGUAGES)]
                told[question.code] = [
                    {
                        "language": row["language"].data,
                        "script": row["script"].data or SCRIPT_OF[row["language"].data].value,
                        "reads": row["reads"].data,
                        "writes": row["writes"].data,
                    }
                    for row in rows
                    if row["language"].data
                ]
            else:
                told[question.code] = self[question.code].data
        return {code: answer for code, answer in told.items() if answer not in (None, "", [])}

    def statements(self, asked: questions.Questions) -> dict[str, list[str]]:
        """Skill → levels of the statements that are true."""
        return {skill: self[f"can_{skill}"].data or [] for skill in asked.statements}
