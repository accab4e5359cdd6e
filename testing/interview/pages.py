"""The interview as a page shows it: staff's words, the person's own beside them, the sound."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import force_locale

from testing import sounds, staff_words
from testing.interview import person_words, questions
from testing.interview import staff_words as words
from testing.interview.questions import Kind, Question, Questions
from testing.models import Interview, SelfAssessment
from testing.mother_tongues import Script
from testing.person_words import SKILL_NAMES
from testing.self_assessment.person_words import ANSWERS as SAID
from testing.settings import Settings


@dataclass(frozen=True)
class Own:
    """A question in the person's language."""

    words: str
    options: Mapping[str, str] = field(default_factory=dict)
    #: Address of its sound; None where it has none.
    src: str | None = None


@dataclass(frozen=True)
class Told:
    """One answer in staff's words, for those who read the interview afterwards."""

    question: Any
    answer: str
    uses: list[Any]


def question_words(question: Question) -> Any:
    """The question as staff read it."""
    asked = person_words.QUESTIONS if question.is_asked else words.NOTED
    return asked[question.code]


def option_words(question: Question) -> Mapping[str, Any]:
    """Option → words."""
    asked = person_words.OPTIONS if question.is_asked else words.NOTED_OPTIONS
    return asked.get(question.code, {})


def own_words(settings: Settings, asked: Questions, language: str) -> dict[str, Own]:
    """What the person reads and hears, by question; "can_do" and one entry a statement, too."""
    with force_locale(language):
        found = {
            code: Own(
                str(title),
                {"": str(person_words.NOT_TOLD)}
                | {option: str(one) for option, one in person_words.OPTIONS.get(code, {}).items()},
                _src(settings, language, f"interview/{code}"),
            )
            for code, title in person_words.QUESTIONS.items()
        }
        found["languages"] = Own(
            found["languages"].words,
            {code: str(one) for code, one in person_words.DEGREES.items()},
            found["languages"].src,
        )
        found["can_do"] = Own(str(person_words.CAN_DO))
        for skill, levels in asked.statements.items():
            for place, level in enumerate(levels, start=1):
                found[f"{skill}/{level}"] = Own(
                    str(person_words.STATEMENTS[skill][place - 1]),
                    src=_src(settings, language, f"can_do/{skill}/{place}"),
                )
    return found


def _src(settings: Settings, language: str, code: str) -> str | None:
    spoken = person_words.all_spoken()[code].spoken
    if not sounds.has_sound(settings, language, spoken):
        return None
    return url_for("sounds.sound", language=language, digest=sounds.digest_of(spoken))


def uses_of(question: Question) -> list[Any]:
    return [words.USES[use] for use in question.uses]


def told(interview: Interview) -> list[Told]:
    """All that was answered, in the order of the questions."""
    asked = questions.in_use()
    rows = [
        Told(question_words(one), _answer(one, interview.answers[one.code]), uses_of(one))
        for one in asked.questions
        if one.code in interview.answers
    ]
    for skill, levels in asked.statements.items():
        said = interview.statements.get(skill, [])
        true = [
            str(one)
            for level, one in zip(levels, person_words.STATEMENTS[skill], strict=True)
            if level in said
        ]
        if true:
            rows.append(Told(SKILL_NAMES[skill], " ".join(true), [words.USES[questions.Use.START]]))
    return rows


def told_at_kiosk(said: SelfAssessment | None) -> list[Told]:
    """What the person said of each "I can" statement at the kiosk, by skill."""
    rows: dict[str, list[str]] = {}
    for one in said.said if said else ():
        place = questions.in_use().statements[one.skill].index(one.level)
        statement = person_words.STATEMENTS[one.skill][place]
        rows.setdefault(one.skill, []).append(f"{statement} {SAID[one.said]}.")
    return [
        Told(SKILL_NAMES[skill], " ".join(lines), [words.USES[questions.Use.START]])
        for skill, lines in rows.items()
    ]


def _answer(question: Question, answer: Any) -> str:
    options = option_words(question)
    match question.kind:
        case Kind.MANY:
            return ", ".join(str(options[one]) for one in answer)
        case Kind.LANGUAGE:
            return str(options[answer]) if answer in options else staff_words.language_name(answer)
        case Kind.LANGUAGES:
            return "; ".join(_row(row) for row in answer)
        case Kind.NUMBER:
            return str(answer)
        case _:
            return str(options[answer])


def _row(row: Mapping[str, str]) -> str:
    script = words.SCRIPTS[Script(row["script"])]
    degrees = person_words.DEGREES
    return (
        f"{staff_words.language_name(row['language'])} ({script}): "
        f"{person_words.READS}: {degrees[row['reads']]}, "
        f"{person_words.WRITES}: {degrees[row['writes']]}"
    )
