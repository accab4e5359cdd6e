"""What a person is asked in the interview, in plain words; each question can be heard."""

from typing import Any

from flask_babel import lazy_gettext as _l

from testing.person_words import Words

QUESTIONS: dict[str, Any] = {
    "languages": _l("Which languages do you read or write?"),
    "best_read": _l("Which language do you read best?"),
    "school_years": _l("How many years did you go to school?"),
    "school_language": _l("In which language did you go to school?"),
    "earlier_study": _l("Have you studied this language before?"),
    "foreign_languages": _l("How many other languages have you studied?"),
    "adult_study": _l("Have you studied when you were an adult?"),
    "digital": _l("What do you use often: a computer or a phone?"),
    "work": _l("How long have you worked in your life?"),
    "goal": _l("What do you want most?"),
    "wishes": _l("When can you study?"),
    "glasses": _l("Do you need glasses when you read?"),
    "hearing": _l("Do you hear speech in headphones?"),
    "accommodations": _l("What helps you today?"),
    "gender": _l("Are you a woman or a man? You do not have to say."),
}

#: By question and option.
OPTIONS: dict[str, dict[str, Any]] = {
    "best_read": {"none": _l("I do not read in any language")},
    "school_language": {"none": _l("I did not go to school")},
    "earlier_study": {
        "none": _l("No"),
        "alone": _l("I have studied alone"),
        "short_course": _l("A short course"),
        "long_course": _l("A course of half a year or longer"),
    },
    "foreign_languages": {
        "none": _l("None"),
        "one": _l("One language"),
        "several": _l("Two or more"),
    },
    "adult_study": {
        "none": _l("No"),
        "begun": _l("I began, but I did not finish"),
        "finished": _l("Yes, and I finished"),
    },
    "digital": {
        "computer": _l("A computer"),
        "phone": _l("Only a phone"),
        "little": _l("I use them a little"),
        "none": _l("I do not use them"),
    },
    "work": {
        "none": _l("I have not worked"),
        "under_year": _l("Less than a year"),
        "some_years": _l("One to five years"),
        "many_years": _l("More than five years"),
    },
    "goal": {
        "work": _l("I want work"),
        "profession": _l("I want to learn a profession"),
        "higher_studies": _l("I want to study at a university"),
        "everyday": _l("I want to manage everyday life"),
    },
    "wishes": {
        "daytime": _l("In the daytime"),
        "evening": _l("In the evening"),
        "some_days": _l("Only on some days"),
        "online": _l("At home on the internet"),
    },
    "glasses": {
        "no": _l("No"),
        "here": _l("Yes, I have them here"),
        "elsewhere": _l("Yes, but I do not have them here"),
        "cannot_see": _l("I do not see the text with glasses either"),
    },
    "hearing": {
        "well": _l("I hear well"),
        "aid": _l("I hear with a hearing aid"),
        "poorly": _l("I hear only a little"),
        "cannot_hear": _l("I do not hear speech"),
    },
    "accommodations": {
        "large_print": _l("Large letters"),
        "paper": _l("A pen and paper"),
        "breaks": _l("Breaks"),
        "extra_play": _l("Listening once more"),
        "staff_operates": _l("Somebody presses for me"),
    },
    "gender": {
        "woman": _l("A woman"),
        "man": _l("A man"),
        "other": _l("Something else"),
    },
}

#: How well somebody reads or writes.
DEGREES = {
    "no": _l("Not at all"),
    "little": _l("A little"),
    "well": _l("Well"),
}
READS, WRITES = _l("I read"), _l("I write")
NOT_TOLD = _l("I do not want to say")

#: "I can" statements by skill, easiest first (the levels stand in the data).
STATEMENTS: dict[str, tuple[Any, ...]] = {
    "reading": (
        _l("I can read single words, for example on signs."),
        _l("I can read a short message from a friend."),
        _l("I can read a letter from a school or a day-care centre."),
        _l("I can read the news and I understand opinions in it."),
    ),
    "listening": (
        _l("I understand greetings and numbers."),
        _l("I understand when somebody tells slowly about their day."),
        _l("I understand what I should do at work or at the doctor's."),
        _l("I understand the news on the radio."),
    ),
    "speaking": (
        _l("I can say my name and where I live."),
        _l("I can tell about my family in short sentences."),
        _l("I can tell what happened and arrange things by phone."),
        _l("I can say my opinion and explain why."),
    ),
    "writing": (
        _l("I can write my name and address."),
        _l("I can write a short message to a friend."),
        _l("I can write to a teacher why my child is absent."),
        _l("I can write an application and explain my reasons."),
    ),
}
CAN_DO = _l("Which of these can you do in this language?")


def all_spoken() -> dict[str, Words]:
    """Every question with its options by a stable code, for sounds."""
    questions = {
        f"interview/{code}": Words(words, tuple(_sentences(OPTIONS.get(code, {}).values())))
        for code, words in QUESTIONS.items()
    }
    statements = {
        f"can_do/{skill}/{place}": Words(words)
        for skill, rows in STATEMENTS.items()
        for place, words in enumerate(rows, start=1)
    }
    return questions | statements


def _sentences(options: Any) -> list[Any]:
    return [Sentence(one) for one in options]


class Sentence:
    """An option as it is spoken: with a full stop, so that the voice rests."""

    def __init__(self, words: Any) -> None:
        self._words = words

    def __str__(self) -> str:
        return f"{self._words}."
