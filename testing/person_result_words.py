"""What the person's own copy says: what they can do, in plain words, level by level.

Spoken to the person, short main clauses; the same words in every language of the kiosk.
"""

from typing import Any

from flask_babel import lazy_gettext as _l

from testing.person_words import Words

SKILLS = {
    "reading": _l("Reading"),
    "listening": _l("Listening"),
    "writing": _l("Writing"),
    "speaking": _l("Speaking"),
    "numeracy": _l("Numbers"),
}

#: By the tested language.
TESTED = {"fi": _l("We tested your Finnish."), "sv": _l("We tested your Swedish.")}

_FIRST_WORDS = _l("You are learning your first words.")
#: By skill and band: what the person can do.
CAN = {
    "reading": {
        "alle_A1.1": _FIRST_WORDS,
        "A1": _l("You can read short signs and simple messages."),
        "A2": _l("You can read short texts about everyday life."),
        "B1": _l("You can read clear texts about work, studies and free time."),
        "B2": _l("You can read long texts and understand the writer's opinion."),
        "C1+": _l("You can read difficult texts of many kinds."),
    },
    "listening": {
        "alle_A1.1": _FIRST_WORDS,
        "A1": _l("You understand slow and clear words about yourself and your day."),
        "A2": _l("You understand short and clear messages about everyday things."),
        "B1": _l("You understand the main things when people speak clearly."),
        "B2": _l("You understand most of what people say at work and on television."),
        "C1+": _l("You understand long and difficult speech."),
    },
    "writing": {
        "alle_A1.1": _l("You are learning to write your first words."),
        "A1": _l("You can write about yourself and a short message."),
        "A2": _l("You can write short messages about everyday things."),
        "B1": _l("You can write a clear text about things that you know."),
        "B2": _l("You can write a detailed text and give reasons for your opinion."),
        "C1+": _l("You can write well about difficult things."),
    },
    "speaking": {
        "alle_A1.1": _FIRST_WORDS,
        "A1": _l("You can speak about yourself in short sentences."),
        "A2": _l("You can manage short everyday conversations."),
        "B1": _l("You can tell about your life and manage in most situations."),
        "B2": _l("You can discuss many things fluently."),
        "C1+": _l("You can speak well about difficult things."),
    },
    # On levels of its own: each is a band.
    "numeracy": {
        "alle_N1": _l("You are learning to count and to read numbers."),
        "N1": _l("You can count and read numbers up to 20."),
        "N2": _l("You can use money and the clock. You can add and take away up to 100."),
        "N3": _l("You can add, take away, multiply and divide. You know dates, metres and kilos."),
        "N4": _l("You can use fractions and percent. You can read tables."),
        "N5": _l("You can work out things in many steps. You can read graphs."),
    },
}

#: The steps of the stairs from the first to the highest, after the one that is below them.
LANGUAGE_STEPS = ("alle_A1.1", "A1", "A2", "B1", "B2", "C1+")
NUMBER_STEPS = tuple(CAN["numeracy"])

#: By band of the lowest skill: what comes next.
NEXT = {
    "alle_A1.1": _l("Next you learn letters, words and short sentences."),
    "A1": _l("Next you learn to manage in shops, at the doctor's and with the neighbours."),
    "A2": _l("Next you learn to tell more and to understand longer texts."),
    "B1": _l("Next you learn the language of work and studies."),
    "B2": _l("Next you learn to speak and write about difficult things."),
    "C1+": _l("You can study and work in this language."),
}

#: By what is recommended: where the person goes next.
RECOMMENDED = {
    "no_course": _l("You need no language course now."),
    "vocational_ready": _l("Your language skills are good enough for the training."),
    "vocational_language": _l("First you study more language for the training."),
    "path_fast": _l("We recommend integration training. You learn fast."),
    "path_basic": _l("We recommend integration training."),
    "path_slow": _l("We recommend integration training. You have plenty of time to learn."),
    "zero_fast": _l("We recommend a beginners' course. You learn fast."),
    "zero_basic": _l("We recommend a beginners' course."),
    "zero_slow": _l("We recommend a beginners' course. You have plenty of time to learn."),
    "zero_primary": _l("We recommend a beginners' course. There you learn to read and write."),
    "zero_secondary": _l(
        "We recommend a beginners' course. There you practise reading and writing."
    ),
    "literacy_training": _l("We recommend a course where you learn to read and write."),
    "basic_education": _l(
        "We recommend basic education for adults. There you learn to read and write."
    ),
    "look_first": _l("We still need to find out more. Then we recommend a course."),
}

#: By what is recommended beside it.
ADDED = {
    "latin_course": _l("You also learn the letters of Finnish and Swedish."),
    "latin_course_considered": _l("You can also practise the letters of Finnish and Swedish."),
    "literacy_check": _l("Before the course we look at how you read and write."),
    "reading_support": _l("You get help with reading and writing."),
}

NOT_ASSESSED = {
    "script": _l("We did not test this, because the letters are still new to you."),
    "hearing": _l("We did not test this, because hearing was difficult."),
    "sight": _l("We did not test this, because seeing was difficult."),
    "health": _l("We did not test this, because you were not well."),
    "refused": _l("You did not want this part."),
    "technical": _l("We could not test this, because the equipment did not work."),
    "ended": _l("The test ended before this part."),
    "synthetic_recording": _l("This part was only practice. It gave no level."),
    "not_taken": _l("This was not in the test."),
    "nothing_written": _l("You wrote nothing. That is why there is no level."),
}

#: What is said besides at the page of the feedback talk.
TALK = {
    "can": Words(_l("You can already do this")),
    "next": Words(_l("What comes next")),
    "ask": Words(
        _l("What do you think? Is this right?"),
        (_l("You may say that you do not agree. We write down your words."),),
    ),
}

#: What an office did, by channel.
LOOKS = {
    "page": _l("read your result"),
    "pdf": _l("took a copy on paper"),
    "text": _l("copied the text"),
    "json": _l("took a copy for its computer"),
    "csv": _l("took a copy for its computer"),
    "transfer": _l("got a form for your teacher"),
}


def all_spoken() -> dict[str, Words]:
    """What the page of the feedback talk says, sentence by sentence, by a stable code."""
    said: dict[str, Any] = {"can/first_words": _FIRST_WORDS}
    for skill, by_band in CAN.items():
        said |= {
            f"can/{skill}/{band}": one for band, one in by_band.items() if one is not _FIRST_WORDS
        }
    for group, sentences in (
        *(("next", NEXT), ("recommended", RECOMMENDED), ("added", ADDED)),
        ("not_assessed", NOT_ASSESSED),
    ):
        said |= {f"{group}/{code}": one for code, one in sentences.items()}
    pages = {f"talk/{code}": words for code, words in TALK.items()}
    return pages | {f"result/{code}": Words(one) for code, one in said.items()}
