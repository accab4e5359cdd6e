"""The words of the literacy screen for staff, by code: codes are technical, words are kind."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from scoring.ladders import Outcome
from scoring.literacy import (
    Area,
    Classification,
    Fact,
    Latin,
    LiteracyClass,
    Look,
    Own,
    Written,
)
from testing.literacy.screens import Missing
from testing.models import ComputerSkill, Direction, LiteracyState, PenHold
from testing.result_words import level_word

RUNGS = {
    "picture_words": _l("Words with pictures"),
    "unfamiliar_words": _l("Unfamiliar words read aloud"),
    "short_dictation": _l("A short dictation"),
    "own_words": _l("Words of the best-read language"),
    "own_text": _l("A text of the best-read language"),
    "letters": _l("Letters by ear"),
    "silent_sentences": _l("Sentences read silently"),
    "numbers": _l("Numbers"),
    "name": _l("The own name written"),
    "letter_sounds": _l("Sounds of letters"),
    "syllables": _l("Syllables"),
    "words": _l("Everyday words"),
    "sentences": _l("Sentences"),
    "dictation": _l("Dictation"),
    "own_aloud": _l("The text of the best-read language read aloud"),
    "own_writing": _l("Sentences written in the best-read language"),
    "interaction": _l("Everyday questions, spoken"),
}

#: Rungs that are given only where another one cannot be: their absence says nothing.
STANDS_IN = ("silent_sentences",)

#: What staff do at the rung.
HOW = {
    "unfamiliar_words": _l("The person reads each word aloud. None of them is a real word."),
    "short_dictation": _l(
        "Say the sentence twice, calmly. The person writes it by hand. Type in what was written, "
        "letter for letter."
    ),
    "name": _l(
        "Ask for the name in Latin letters; write a model to copy if needed. It is observed only: "
        "a name may be learned by heart."
    ),
    "letter_sounds": _l("The person says the sound of each letter."),
    "syllables": _l("The person reads each syllable aloud."),
    "words": _l("The person reads each word aloud."),
    "sentences": _l("The person reads each sentence aloud."),
    "dictation": _l(
        "Say each line twice. The person writes it by hand. Type in what was written, letter for "
        "letter."
    ),
    "own_aloud": _l("The person reads the text aloud, sentence by sentence."),
    "own_writing": _l(
        "Ask for two or three sentences about a usual day, written by hand in the best-read "
        "language. Mark each sentence that can be understood."
    ),
    "interaction": _l(
        "Ask each question in the language of the test. Mark whether the person answered to the "
        "point, in any form."
    ),
}

OUTCOMES = {
    Outcome.RIGHT: _l("Right"),
    Outcome.SLOW: _l("Slow"),
    Outcome.HELPED: _l("Helped"),
    Outcome.WRONG: _l("Wrong"),
}
NAME_OUTCOMES = {
    Outcome.RIGHT: _l("Wrote it"),
    Outcome.HELPED: _l("Copied it"),
    Outcome.WRONG: _l("Did not"),
}

MISSING = {
    Missing.HEARING: _l("Hearing"),
    Missing.SPEECH: _l("Speech"),
    Missing.SIGHT: _l("Sight"),
    Missing.HAND: _l("The hand"),
    Missing.HEALTH: _l("Health"),
    Missing.REFUSED: _l("The person does not want it"),
    Missing.TECHNICAL: _l("A technical fault"),
    Missing.NO_JUDGE: _l("Nobody here can judge it"),
    Missing.NO_MATERIAL: _l("There is no text in this language"),
}

STATES = {
    LiteracyState.OPEN: ("running", _l("Under way")),
    LiteracyState.DONE: ("done", _l("Done")),
    LiteracyState.SET_ASIDE: ("absent", _l("Left out")),
}

CLASSES = {
    LiteracyClass.PRIMARY_ILLITERATE: _l("Begins to learn to read and write"),
    LiteracyClass.SEMI_LITERATE: _l("Reads and writes a little"),
    LiteracyClass.SECONDARY: _l("Reads and writes in another script"),
    LiteracyClass.LITERATE: _l("Reads and writes"),
    LiteracyClass.NOT_ASSESSED: _l("Not assessed"),
}
OWN = {
    Own.NONE: _l("does not read yet"),
    Own.EMERGING: _l("reads a little"),
    Own.FUNCTIONAL: _l("reads and writes for daily life"),
    Own.NOT_ASSESSED: _l("not assessed"),
}
LATIN = {
    Latin.NONE: _l("not yet"),
    Latin.LETTERS: _l("letters"),
    Latin.WORDS: _l("words"),
    Latin.SENTENCES: _l("sentences"),
    Latin.NOT_ASSESSED: _l("not assessed"),
}
#: What somebody who reads the language made of the own-language writing.
TEXTS = {
    Written.NONE: _l("does not write yet"),
    Written.EMERGING: _l("writes words or parts of sentences"),
    Written.FUNCTIONAL: _l("writes so that a reader understands"),
}
AREAS = {
    Area.INTERACTION: _l("Interaction"),
    Area.READING: _l("Reading"),
    Area.WRITING: _l("Writing"),
    Area.NUMERACY: _l("Numeracy"),
}
LOOKS = {
    Look.SCHOOLED_WITHOUT_DECODING: _l("Many years of school, and no reading was seen."),
    Look.SPEAKS_WITHOUT_DECODING: _l("Speaks well, and reads weakly."),
    Look.LATIN_WITHOUT_OWN: _l("Reads sentences in Latin script, and nothing in the own language."),
    Look.OWN_LATIN_BUT_WEAK_HERE: _l(
        "Reads the own language, which is written in Latin script, and did not pass in this one."
    ),
    Look.PASSED_BUT_WEAK: _l("Passed the short screen, and reads weakly in the deep one."),
    Look.OWN_NOT_ASSESSED: _l("Reading in the own language is not assessed."),
    Look.PROMPTED: _l("Somebody helped: a word or a hint too many."),
}
PEN_HOLDS = {
    PenHold.USED_TO_IT: _l("Is used to a pen"),
    PenHold.UNSURE: _l("Holds the pen unsurely"),
    PenHold.NOT_AT_ALL: _l("Has not held a pen"),
}
DIRECTIONS = {
    Direction.LEFT_TO_RIGHT: _l("From left to right"),
    Direction.RIGHT_TO_LEFT: _l("From right to left"),
    Direction.UNSURE: _l("Unsure"),
}
COMPUTER = {
    ComputerSkill.ALONE: _l("Alone"),
    ComputerSkill.WITH_HELP: _l("With help"),
    ComputerSkill.NOT_AT_ALL: _l("Not at all"),
}


def evidence(found: Classification) -> list[str]:
    """Sentences of what was seen, in the order of the rungs; what was not given stands together."""
    lines = [words for words in map(sentence, found.evidence) if words]
    skipped = [
        str(RUNGS[str(dict(fact.values)["rung"])])
        for fact in found.evidence
        if fact.code == "rung_skipped" and dict(fact.values)["rung"] not in STANDS_IN
    ]
    if skipped:
        rungs = "; ".join(skipped)
        lines.append(
            _("Not given, because what comes before was not read: %(rungs)s.", rungs=rungs)
        )
    return lines


def sentence(fact: Fact) -> str:
    """One fact in words; empty for what another sentence says."""
    values = dict(fact.values)
    rung = str(RUNGS.get(str(values.get("rung")), values.get("rung", "")))
    match fact.code:
        case "rung":
            return _rung_words(rung, values)
        case "rung_missing":
            why = MISSING[Missing(str(values["reason"]))]
            return str(_("%(rung)s: not assessed (%(why)s).", rung=rung, why=why))
        case "axes":
            own, latin = OWN[Own(str(values["own"]))], LATIN[Latin(str(values["latin"]))]
            words = _(
                "Best-read language: %(own)s. Latin script: %(latin)s.", own=own, latin=latin
            )
            return str(words)
        case "text":
            return _text_words(Written(str(values["level"])), bool(values["counts"]))
        case "numeracy":
            return _numeracy_words(values)
        case "name_never_counts":
            return str(_("The written name was seen and never counts."))
        case "drawn":
            return str(_("Passed the short screen and was given the deep one all the same."))
        case _:
            return ""


def _text_words(level: Written, counts: bool) -> str:
    said = TEXTS[level] if counts else _("counted once, with what was written at the screen")
    return str(_("Own-language writing, judged by somebody who reads it: %(words)s.", words=said))


def _numeracy_words(values: dict[str, Any]) -> str:
    told = {"level": level_word(str(values["level"])), "area": values["area"]}
    if "screen" not in values:
        return str(
            _(
                "Part in numeracy: %(level)s. The proposal takes numeracy from it: level %(area)s "
                "of the training. No numbers were asked at the screen.",
                **told,
            )
        )
    return str(
        _(
            "Part in numeracy: %(level)s. The proposal takes numeracy from it: level %(area)s of "
            "the training. By the numbers at the screen it would be level %(screen)s.",
            screen=values["screen"],
            **told,
        )
    )


def _rung_words(rung: str, values: dict[str, Any]) -> str:
    words = _(
        "%(rung)s: %(right)s of %(of)s",
        rung=rung,
        right=int(values["right"]) + int(values["slow"]),
        of=values["of"],
    )
    notes: Iterable[str] = (
        _("%(count)s of them slowly", count=values["slow"]) if values["slow"] else "",
        _("%(count)s more with help", count=values["helped"]) if values["helped"] else "",
        _("given up early") if values["stopped"] else "",
    )
    told = ", ".join(note for note in notes if note)
    return f"{words} ({told})." if told else f"{words}."
